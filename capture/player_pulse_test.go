//go:build cgo && linux

package capture

import (
	"encoding/binary"
	"io"
	"math"
	"os/exec"
	"slices"
	"sync"
	"testing"
	"time"

	"earshot/app"
	"earshot/soundtest"
)

// ear hears what the loudspeakers of a test's sound server play.
type ear struct {
	t    *testing.T
	mu   sync.Mutex
	came []float32
}

// The rate at which an ear hears.
const earRate = 48000

func listen(t *testing.T) *ear {
	t.Helper()
	cmd := exec.Command("pacat", "--record", "--raw", "--rate=48000", "--channels=1", "--format=s16le",
		"--latency-msec=10", "--device=speakers.monitor")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	e := &ear{t: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		raw := make([]byte, 960)
		for {
			n, err := io.ReadFull(out, raw)
			e.mu.Lock()
			for i := range n / 2 {
				e.came = append(e.came, float32(int16(binary.LittleEndian.Uint16(raw[2*i:])))/32768)
			}
			e.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() {
		cmd.Process.Kill()
		<-done
		cmd.Wait()
	})
	waitFor(t, "silence", func() bool { return e.now() > 0 })
	return e
}

func (e *ear) all() []float32 {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.came[:len(e.came):len(e.came)]
}

// last is what was heard lately.
func (e *ear) last(d time.Duration) []float32 {
	all := e.all()
	return all[max(0, len(all)-int(d.Seconds()*earRate)):]
}

// now is the place of what is heard next.
func (e *ear) now() int { return len(e.all()) }

// A machine with too much to do plays sound with holes in it. So nothing is judged
// by when it is heard, nor by how long it takes: a tone by pieces of earPiece
// without a hole, and its length by its periods, which holes leave as many.
const earPiece = earRate / 50

// waitForTone waits until a tone is heard, and nothing else beside it, from a
// place on, and returns the place where it begins.
func (e *ear) waitForTone(from int, hertz float64) (at int) {
	e.t.Helper()
	at = from
	waitFor(e.t, "the tone", func() bool {
		for all := e.all(); at+earPiece <= len(all); at += earPiece / 2 {
			s := all[at : at+earPiece]
			if rms(s) > 0.2 && math.Abs(frequency(s, earRate)/hertz-1) < 0.01 {
				return true
			}
		}
		return false
	})
	return at
}

// waitForSilence waits until nothing is heard any more.
func (e *ear) waitForSilence() {
	e.t.Helper()
	const enough = 200 * time.Millisecond
	from := e.now()
	waitFor(e.t, "silence", func() bool { return e.now() > from+earRate/5 && rms(e.last(enough)) < 0.001 })
}

// onlyTone waits for so many pieces of a tone at its level from a place on, and
// wants no other tone before.
func (e *ear) onlyTone(from int, hertz float64, pieces int) {
	e.t.Helper()
	const level = 0.3535 // RMS of amplitude 0.5
	var whole []float64  // frequencies of pieces without a hole
	waitFor(e.t, "enough of the tone", func() bool {
		for all := e.all(); from+earPiece <= len(all) && len(whole) < pieces; from += earPiece {
			piece := all[from : from+earPiece]
			switch loud, got := rms(piece), frequency(piece, earRate); {
			case loud < 0.99*level: // a hole
			case loud > 1.05*level || math.Abs(got/hertz-1) > 0.03:
				e.t.Fatalf("got %.1f Hz, RMS %.3f, want %g Hz, RMS %.3f", got, loud, hertz, level)
			default:
				whole = append(whole, got)
			}
		}
		return len(whole) == pieces
	})
	slices.Sort(whole)
	if got := whole[len(whole)/2]; math.Abs(got/hertz-1) > 0.01 {
		e.t.Errorf("got %.1f Hz, want %g", got, hertz)
	}
}

// periods is how many periods of tones of amplitude 0.5 were heard from a place on.
func (e *ear) periods(from int) (n int) {
	below := false
	for _, v := range e.all()[from:] {
		switch {
		case v < -0.05:
			below = true
		case v > 0.05 && below:
			below = false
			n++
		}
	}
	return n
}

func waitForEnd(t *testing.T, b app.Playback) {
	t.Helper()
	waitFor(t, "the end", func() bool { return b.Status() != app.PlayStatus{} })
	if s := b.Status(); s.Err != nil || !s.Ended {
		t.Fatalf("got %+v", s)
	}
}

func TestPulsePlays(t *testing.T) {
	soundtest.Start(t, soundtest.PulseAudio)
	e := listen(t)
	b := openPlayback(t, Player{}, scale(t, 12), app.MediaOptions{})
	b.Play(app.Passage{At: 3})
	if got := b.Position(); got != 3 {
		t.Errorf("at once: got position %g, want 3", got)
	}
	at := e.waitForTone(0, scaleTone(3))

	// Where its tone begins to be heard there the player is, if nothing held us up.
	best := math.Inf(1)
	for second := 4; second < 9; second++ {
		at = e.waitForTone(at, scaleTone(second))
		late := b.Position() - float64(second) // 20 ms and a poll of 20 ms, or more
		t.Logf("position %.3f when second %d is heard", b.Position(), second)
		best = min(best, math.Abs(late-0.04))
	}
	if best > 0.1 {
		t.Errorf("the position is %.2f s off what is heard", best)
	}

	at = e.now()
	begun := time.Now()
	b.Play(app.Passage{At: 10.2})
	e.waitForTone(at, scaleTone(10))
	t.Logf("seeking took %v, 20 ms of it to be sure of the tone", time.Since(begun))

	b.Pause()
	e.waitForSilence()
	paused, at := b.Position(), e.now()
	time.Sleep(200 * time.Millisecond)
	if got := e.periods(at); got != 0 {
		t.Errorf("in a pause: heard %d periods", got)
	}
	if got := b.Position(); got != paused {
		t.Errorf("in a pause: got position %g, then %g", paused, got)
	}
	b.Resume()
	e.waitForTone(at, scaleTone(10))
	waitForEnd(t, b)
	if got := b.Position(); math.Abs(got-12) > 0.01 {
		t.Errorf("in the end: got position %g, want 12", got)
	}
	e.waitForSilence()
}

func TestPulsePlaysFasterAtTheSamePitch(t *testing.T) {
	soundtest.Start(t, soundtest.PulseAudio)
	e := listen(t)
	path := write(t, "a.wav", wavFile16(16000, 1, tone(500, 0.5, 16000, 4*16000)))
	for _, speed := range []float64{0.5, 2} {
		b := openPlayback(t, Player{}, path, app.MediaOptions{})
		b.SetSpeed(speed)
		from := e.now()
		b.Play(app.Passage{To: 2})
		e.onlyTone(from, 500, 20)
		waitForEnd(t, b)
		e.waitForSilence()
		if got, want := e.periods(from), 2*500/speed; math.Abs(float64(got)/want-1) > 0.03 {
			t.Errorf("speed %g: two seconds take %d periods, want %g", speed, got, want)
		}
		if got := b.Position(); math.Abs(got-2) > 0.01 {
			t.Errorf("speed %g: got position %g in the end, want 2", speed, got)
		}
		b.Close()
	}
}

func TestPulsePlaysALoopAndARange(t *testing.T) {
	soundtest.Start(t, soundtest.PulseAudio)
	e := listen(t)
	b := openPlayback(t, Player{}, scale(t, 10), app.MediaOptions{})
	b.Play(app.Passage{At: 5.5, From: 5, To: 6, Loop: true})
	from := e.waitForTone(0, scaleTone(5))
	waitFor(t, "three rounds", func() bool {
		if at := b.Position(); at < 4.99 || at > 6.02 {
			t.Fatalf("in a loop from 5 to 6: got position %.3f", at)
		}
		return e.periods(from) > 3*int(scaleTone(5))
	})
	e.onlyTone(from+earPiece, scaleTone(5), 20)

	from = e.now()
	b.Play(app.Passage{At: 2.1, To: 2.5})
	from = e.waitForTone(from, scaleTone(2))
	waitForEnd(t, b)
	if got := b.Position(); math.Abs(got-2.5) > 0.01 {
		t.Errorf("got position %g, want 2.5", got)
	}
	e.waitForSilence()
	if got, want := e.periods(from), 0.4*scaleTone(2); math.Abs(float64(got)-want) > 20 {
		t.Errorf("heard %d periods of %g", got, want)
	}
}

// A sound server that dies is said, and the next one plays.
func TestPulseServerDiesWhilePlaying(t *testing.T) {
	s := soundtest.Start(t, soundtest.PulseAudio)
	e := listen(t)
	b := openPlayback(t, Player{}, scale(t, 20), app.MediaOptions{})
	b.Play(app.Passage{})
	e.waitForTone(0, scaleTone(0))
	s.Kill()
	waitFor(t, "an error", func() bool { return b.Status().Err != nil })
	b.Play(app.Passage{At: 1})
	waitFor(t, "another error", func() bool { return b.Status().Err != nil })
	s.Start(t)
	e = listen(t)
	b.Play(app.Passage{At: 7})
	e.waitForTone(0, scaleTone(7))
}
