package capture

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"earshot/app"
)

// paced is ten seconds of sound, paced.
func paced(ctx context.Context, t *testing.T, speedup float64) *Paced {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.wav")
	w, err := createWAV(ctx, path, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.write(make([]int16, 10*app.SampleRate)), w.finish()); err != nil {
		t.Fatal(err)
	}
	audio, err := withoutFFmpeg.Open(ctx, path, app.MediaOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { audio.Close() })
	return Pace(ctx, audio, speedup)
}

func TestPace(t *testing.T) {
	for _, speedup := range []float64{1, 4, 0} {
		synctest.Test(t, func(t *testing.T) {
			begun := time.Now()
			p := paced(t.Context(), t, speedup)
			buf := make([]float32, app.SampleRate)
			heard := readSteps(t, p, buf)
			time.Sleep(2 * time.Second) // a reader that takes its time
			lag := 2 * max(speedup, 1)
			spoken := lag + float64(heard)/app.SampleRate
			if got := p.Spoken(); math.Abs(got-spoken) > 0.01 {
				t.Errorf("speedup %g: got %g s spoken, want %g", speedup, got, spoken)
			}
			if got := p.Spoken() - p.Position(); math.Abs(got-lag) > 0.01 {
				t.Errorf("speedup %g: got a lag of %g s", speedup, got)
			}
			if n, err := p.Read(buf); n != app.SampleRate || err != nil {
				t.Errorf("got %d samples, error %v; want all that fit", n, err)
			}
			all, err := readAll(p)
			if got := heard + app.SampleRate + len(all); err != nil || got != 10*app.SampleRate {
				t.Errorf("got %d samples, error %v", got, err)
			}
			want := 10 / speedup
			if speedup == 0 {
				want = 2
			}
			if took := time.Since(begun).Seconds(); math.Abs(took-want) > 0.2 {
				t.Errorf("speedup %g: it took %g s, want %g", speedup, took, want)
			}
			if p.Spoken() != 10 || p.Position() != 10 {
				t.Errorf("at the end: got %g s spoken, %g s read", p.Spoken(), p.Position())
			}
		})
	}
}

// readSteps reads ten steps in time and returns how many samples they had.
func readSteps(t *testing.T, p *Paced, buf []float32) int {
	t.Helper()
	if p.Spoken() != 0 {
		t.Errorf("got %g s spoken before it is read", p.Spoken())
	}
	heard := 0
	for i := range 10 {
		n, err := p.Read(buf)
		if n < paceSamples || n > paceSamples*11/10 || err != nil {
			t.Fatalf("read %d: got %d samples, error %v; want one step", i, n, err)
		}
		heard += n
	}
	return heard
}

func TestPaceEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		p := paced(t.Context(), t, 0.001)
		p.ctx = ctx
		time.AfterFunc(time.Second, cancel)
		if n, err := p.Read(make([]float32, 10)); n != 0 || !errors.Is(err, context.Canceled) {
			t.Errorf("got %d samples, error %v", n, err)
		}
	})
}
