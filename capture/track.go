package capture

import (
	"io"
	"slices"
	"time"

	"earshot/app"
)

// track is one input of a recording. Its keeper, a goroutine, owns the stream;
// the ring carries the sound to the writer, who owns the rest.
type track struct {
	input app.Input
	open  func(to *ring) (io.Closer, error)
	ring  *ring

	pending []int16   // come, and not in the file yet
	newest  []int16   // at most levelSamples of them
	heard   time.Time // when something came last, or when it was begun to wait for it
	loud    time.Time // when something else than silence came last
	dropped int64     // of the ring, as far as they have been made up for
	gap     int64     // frame from which on nothing came; -1 while something does
}

const (
	// An input from which nothing has come for this long is lost. It is opened
	// again, and once more each time that this has passed.
	lostAfter = time.Second
	// For this long one track waits for another before silence takes its place.
	patience = 500 * time.Millisecond
	// Silence that is put in stays this far behind the present, which is what
	// the first samples after it may bring.
	margin = 250 * time.Millisecond
	// After so much digital silence a microphone is taken for muted.
	silentAfter = 3 * time.Second

	levelSamples = app.SampleRate / 20
)

func newTrack(input app.Input, open func(*ring) (io.Closer, error)) *track {
	return &track{input: input, open: open, ring: newRing()}
}

// keep keeps a stream open until quit, whatever becomes of the sound server,
// and tells first what came of opening it the first time. If that fails it
// returns.
func (tr *track) keep(quit <-chan struct{}, first chan<- error) {
	stream, err := tr.open(tr.ring)
	first <- err
	if err != nil {
		return
	}
	defer func() {
		if stream != nil {
			stream.Close()
		}
	}()
	tick := time.NewTicker(lostAfter / 10)
	defer tick.Stop()
	came, at := tr.ring.came(), time.Now()
	for {
		select {
		case <-quit:
			return
		case <-tick.C:
		}
		if now := tr.ring.came(); now != came {
			came, at = now, time.Now()
		}
		if time.Since(at) < lostAfter {
			continue
		}
		if stream != nil {
			stream.Close()
		}
		stream, _ = tr.open(tr.ring) // what fails now may work in a second
		at = time.Now()
	}
}

// take moves what has come to pending. It returns how many samples that is, and
// how many the ring has had to drop since.
func (tr *track) take(now time.Time) (came, dropped int) {
	before := len(tr.pending)
	tr.pending = tr.ring.read(tr.pending)
	if d := tr.ring.dropped.Load(); d > tr.dropped {
		dropped, tr.dropped = int(d-tr.dropped), d
	}
	fresh := tr.pending[before:]
	if len(fresh) == 0 {
		return 0, dropped
	}
	tr.newest = append(tr.newest, fresh[max(0, len(fresh)-levelSamples):]...)
	tr.newest = slices.Delete(tr.newest, 0, max(0, len(tr.newest)-levelSamples))
	if slices.ContainsFunc(fresh, func(v int16) bool { return v != 0 }) {
		tr.loud = now
	}
	tr.heard = now
	return len(fresh), dropped
}

// drop forgets what has come, as during a pause.
func (tr *track) drop(now time.Time) {
	if len(tr.ring.read(nil)) > 0 {
		tr.heard = now
	}
	tr.dropped = tr.ring.dropped.Load()
	tr.newest, tr.loud = tr.newest[:0], now
}

// pad puts silence in front of the newest n samples.
func (tr *track) pad(silence int64, n int) {
	if silence > 0 {
		tr.pending = slices.Insert(tr.pending, len(tr.pending)-n, make([]int16, silence)...)
	}
}

// level is the peak of the newest samples.
func (tr *track) level() float64 {
	peak := 0
	for _, v := range tr.newest {
		peak = max(peak, int(v), -int(v))
	}
	return float64(peak) / 32768
}
