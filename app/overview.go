package app

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Overview is the wave of a whole recording. It is made in the background and
// grows from the start on, which OverviewChanged tells. Its methods are safe for
// concurrent use; Peaks is quick enough for every picture that is drawn.
type Overview struct {
	transcript int64
	cancel     context.CancelFunc

	mu       sync.RWMutex
	peaks    []byte // PeakRate a second: see peakByte
	coarse   []byte // the largest of every peakGroup of them
	duration float64
	done     bool
	err      error
}

// OverviewState is how far an overview has come.
type OverviewState struct {
	Transcript int64
	Known      float64 // seconds from the start whose peaks are known
	Duration   float64 // seconds of the recording, as far as that is known
	Done       bool    // nothing more comes
	Err        error   // why it ends early: a *MediaError
}

// PeakRate is how many peaks of a second an Overview knows.
const PeakRate = 100

// Peaks in a group that is looked at as one from afar, and the time between two
// reports.
const (
	peakGroup    = 64
	overviewTick = time.Second / 5
)

// Overview returns the wave of a transcript's recording, which is made or read
// from the cache meanwhile. There is one at a time: that of another transcript
// ends where it is. It fails with ErrNotFound, with a *MediaError if the
// recording was not kept, or with ErrClosing.
func (a *App) Overview(ctx context.Context, transcript int64) (*Overview, error) {
	e, err := a.recording(ctx, transcript)
	if err != nil {
		return nil, err
	}
	a.overviewMu.Lock()
	defer a.overviewMu.Unlock()
	if o := a.overview; o != nil {
		if s := o.State(); s.Transcript == e.ID && s.Err == nil {
			return o, nil
		}
		o.cancel()
	}
	o := &Overview{transcript: e.ID, duration: e.Duration}
	making, cancel := context.WithCancel(a.ctx)
	o.cancel = cancel
	err = a.start(func() {
		defer cancel()
		o.end(a.survey(making, o, e))
		if making.Err() == nil {
			a.broker.publish(OverviewChanged{State: o.State()})
		}
	})
	if err != nil {
		cancel()
		return nil, err
	}
	a.overview = o
	return o, nil
}

// State is how far it has come.
func (o *Overview) State() OverviewState {
	o.mu.RLock()
	defer o.mu.RUnlock()
	known := float64(len(o.peaks)) / PeakRate
	return OverviewState{Transcript: o.transcript, Known: known, Duration: max(o.duration, known), Done: o.done, Err: o.err}
}

// Peaks divides a stretch of the recording, in seconds, into as many equal parts
// as dst has room for, and puts the largest amplitude of each there, 0 to 1;
// what is not known yet is 0. Parts that are shorter than a peak repeat it.
func (o *Overview) Peaks(dst []float32, from, to float64) {
	o.mu.RLock()
	defer o.mu.RUnlock()
	step := (to - from) / float64(max(1, len(dst)))
	for i := range dst {
		begin := (from + float64(i)*step) * PeakRate
		end := begin + step*PeakRate
		begin, end = begin+1e-6, end-1e-6 // what is meant to be whole is not always
		if !(end > 0 && begin < float64(len(o.peaks))) {
			dst[i] = 0
			continue
		}
		first := int(max(0, begin))
		last := int(min(math.Ceil(end), float64(len(o.peaks))))
		dst[i] = amplitude(o.largest(first, max(last, first+1)))
	}
}

// largest is the largest peak from first on and before last.
func (o *Overview) largest(first, last int) (most byte) {
	for first < last {
		if first%peakGroup == 0 && first+peakGroup <= last {
			most = max(most, o.coarse[first/peakGroup])
			first += peakGroup
		} else {
			most = max(most, o.peaks[first])
			first++
		}
	}
	return most
}

func (o *Overview) add(peaks []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, p := range peaks {
		if group := len(o.peaks) / peakGroup; group == len(o.coarse) {
			o.coarse = append(o.coarse, p)
		} else {
			o.coarse[group] = max(o.coarse[group], p)
		}
		o.peaks = append(o.peaks, p)
	}
}

func (o *Overview) end(err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.done, o.err = true, err
	if err == nil {
		o.duration = float64(len(o.peaks)) / PeakRate
	}
}

// survey fills an overview, from the cache or from the recording.
func (a *App) survey(ctx context.Context, o *Overview, e Entry) error {
	cache := a.peaksPath(e)
	if cache != "" {
		if peaks, err := readPeaks(cache); err == nil {
			_ = os.Chtimes(cache, time.Time{}, time.Now()) // purgeWaves goes by it
			o.add(peaks)
			return nil
		}
	}
	if err := a.measurePeaks(ctx, o, e); err != nil {
		return err
	}
	if cache == "" {
		return nil
	}
	// What cannot be kept is made again the next time.
	if err := keepPeaks(cache, o.peaks); err != nil {
		a.log.Debug("keep an overview", "error", err)
	}
	return nil
}

// measurePeaks decodes the recording, when nobody else wants the processor.
func (a *App) measurePeaks(ctx context.Context, o *Overview, e Entry) error {
	audio, err := a.media.Open(ctx, e.Source.Path, MediaOptions{Stream: e.Options.Stream, Background: true})
	if err != nil {
		return err
	}
	defer audio.Close()
	var meter peakMeter
	buf, told := make([]float32, SampleRate), time.Now()
	for {
		n, err := audio.Read(buf)
		o.add(meter.add(buf[:n]))
		switch {
		case errors.Is(err, io.EOF):
			o.add(meter.rest())
			return nil
		case err != nil:
			return err
		case time.Since(told) > overviewTick:
			told = time.Now()
			a.broker.publish(OverviewChanged{State: o.State()})
		}
	}
}

// peaksPath is where the peaks of an entry's recording are kept; "" if they are
// not, as when it is still being made or is another file by now.
func (a *App) peaksPath(e Entry) string {
	hash, err := hex.DecodeString(e.Source.Hash)
	st, gone := os.Stat(e.Source.Path)
	if a.cache == "" || err != nil || len(hash) == 0 || gone != nil || st.Size() != e.Source.Size {
		return ""
	}
	return filepath.Join(a.waves(), fmt.Sprintf("%x-%d.peaks", hash, max(e.Options.Stream, 1)))
}
