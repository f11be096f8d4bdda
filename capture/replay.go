package capture

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"time"

	"earshot/app"
)

// Replay is an app.Recorder that hears a file instead of a microphone, as if it
// were spoken now. Everything behind the hardware is as in a recording.
type Replay struct {
	Path  string
	Speed float64 // as many times as fast as it was spoken; 0 is as fast as it can be read
}

// Inputs implements app.Recorder.
func (r Replay) Inputs(context.Context) ([]app.Input, error) { return []app.Input{r.input()}, nil }

func (r Replay) input() app.Input {
	return app.Input{ID: r.Path, Name: filepath.Base(r.Path), Default: true}
}

// Recover implements app.Recorder.
func (Replay) Recover(ctx context.Context, path string) (float64, error) {
	return Recorder{}.Recover(ctx, path)
}

// Record implements app.Recorder. The recording ends with the file.
func (r Replay) Record(ctx context.Context, source, path string) (app.Take, error) {
	hearing, deaf := context.WithCancel(context.WithoutCancel(ctx))
	audio, err := Media{}.Open(hearing, r.Path, app.MediaOptions{})
	if err != nil {
		deaf()
		return nil, err
	}
	file, err := createWAV(ctx, path, 1)
	if err != nil {
		deaf()
		audio.Close()
		return nil, &app.RecordError{Source: source, Err: err}
	}
	tr := newTrack(r.input(), nil)
	t := newTake(r.Path, path, tr)
	w := &writer{take: t, file: file, line: timeline{tracks: t.tracks}, resting: true}
	paced := Pace(hearing, audio, r.Speed)
	go func() { // ends with the file, or with Stop
		defer close(t.done)
		defer audio.Close()
		defer deaf()
		w.complete(w.replay(paced, tr))
	}()
	return t, nil
}

// replay writes what is spoken to the file until that ends.
func (w *writer) replay(audio *Paced, tr *track) error {
	buf := make([]float32, paceSamples)
	for {
		select {
		case <-w.stopping:
			return nil
		case <-w.wake:
		default:
		}
		if w.paused.Load() {
			time.Sleep(turnEvery) // what is spoken meanwhile comes afterwards
			continue
		}
		n, err := audio.Read(buf)
		now := time.Now()
		tr.newest, tr.heard, tr.loud = tr.newest[:0], now, now
		for _, v := range buf[:n] {
			tr.newest = append(tr.newest, int16(math.Round(float64(min(max(v, -1), 1))*32767)))
		}
		if failed := w.file.write(tr.newest); failed != nil {
			return failed
		}
		w.publish(now)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("hear %s: %w", w.source, err)
		}
	}
}
