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
	waitFor(t, "silence", func() bool { return len(e.all()) > 0 })
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

// waitForTone waits until a tone is heard and nothing else.
func (e *ear) waitForTone(hertz float64) {
	e.t.Helper()
	waitFor(e.t, "the tone", func() bool {
		s := e.last(50 * time.Millisecond)
		return rms(s) > 0.2 && math.Abs(frequency(s, earRate)/hertz-1) < 0.01
	})
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
	b := openPlayback(t, Player{}, scale(t, 10), app.MediaOptions{})
	b.Play(app.Passage{At: 3})
	if got := b.Position(); got != 3 {
		t.Errorf("at once: got position %g, want 3", got)
	}
	e.waitForTone(scaleTone(3))

	// What is heard when the next tone begins is second 4.
	e.waitForTone(scaleTone(4))
	if got := b.Position(); got < 4 || got > 4.2 {
		t.Errorf("got position %.3f, heard 4.05", got)
	}
	t.Logf("position %.3f when 50 ms of second 4 have been heard", b.Position())

	begun := time.Now()
	b.Play(app.Passage{At: 8.2})
	e.waitForTone(scaleTone(8))
	took := time.Since(begun)
	if took > 300*time.Millisecond {
		t.Errorf("seeking took %v", took) // 50 ms of it are what is listened to
	}
	t.Logf("seeking took %v, 50 ms of it to be sure of the tone", took)

	b.Pause()
	time.Sleep(100 * time.Millisecond)
	at := b.Position()
	time.Sleep(100 * time.Millisecond)
	if s := e.last(80 * time.Millisecond); rms(s) > 0.001 {
		t.Errorf("in a pause: got RMS %g", rms(s))
	}
	if got := b.Position(); got != at {
		t.Errorf("in a pause: got position %g, then %g", at, got)
	}
	b.Resume()
	e.waitForTone(scaleTone(8))
	waitForEnd(t, b)
	if got := b.Position(); math.Abs(got-10) > 0.01 {
		t.Errorf("in the end: got position %g, want 10", got)
	}
	time.Sleep(200 * time.Millisecond)
	if s := e.last(100 * time.Millisecond); rms(s) > 0.001 {
		t.Errorf("after the end: got RMS %g", rms(s))
	}
}

func TestPulsePlaysFasterAtTheSamePitch(t *testing.T) {
	soundtest.Start(t, soundtest.PulseAudio)
	e := listen(t)
	for _, speed := range []float64{0.5, 2} {
		path := write(t, "a.wav", wavFile16(16000, 1, tone(500, 0.5, 16000, 10*16000)))
		b := openPlayback(t, Player{}, path, app.MediaOptions{})
		b.SetSpeed(speed)
		b.Play(app.Passage{})
		e.waitForTone(500)
		since := len(e.all())
		if got := rate(b, 15); math.Abs(got/speed-1) > 0.02 {
			t.Errorf("speed %g: got %.3f seconds a second", speed, got)
		}
		e.onlyTone(since, 500, 1.2)
		b.Close()
		waitFor(t, "silence", func() bool { return rms(e.last(50*time.Millisecond)) < 0.001 })
	}
}

// rate is how fast a playback goes on, in seconds of the recording a second: the
// median of so many tenths of a second, since a machine with too much to do holds
// it up, and the first tenths are those in which its clock settles.
func rate(b app.Playback, tenths int) float64 {
	rates := make([]float64, tenths)
	at, then := b.Position(), time.Now()
	for i := range rates {
		time.Sleep(100 * time.Millisecond)
		position, now := b.Position(), time.Now()
		rates[i] = (position - at) / now.Sub(then).Seconds()
		at, then = position, now
	}
	slices.Sort(rates)
	return rates[tenths/2]
}

// onlyTone wants so many seconds of a tone at its level, and nothing else, of what
// was heard from a sample on. A machine with too much to do leaves holes; that is
// what may be heard beside it.
func (e *ear) onlyTone(since int, hertz, seconds float64) {
	e.t.Helper()
	const level = 0.3535 // RMS of amplitude 0.5
	pieces, holes := 0, 0
	var whole []float64 // frequencies of pieces without a hole
	for piece := range slices.Chunk(e.all()[since:], earRate/10) {
		pieces++
		got := frequency(piece, earRate)
		switch loud := rms(piece); {
		case loud < 0.99*level:
			holes++
		case loud > 1.05*level || math.Abs(got/hertz-1) > 0.03:
			e.t.Errorf("in piece %d: got %.1f Hz, RMS %.3f, want %g Hz", pieces, got, loud, hertz)
		default:
			whole = append(whole, got)
		}
	}
	if float64(pieces) < 10*seconds || holes > pieces/2 {
		e.t.Fatalf("there are holes in %d of %d pieces", holes, pieces)
	}
	slices.Sort(whole)
	if got := whole[len(whole)/2]; math.Abs(got/hertz-1) > 0.01 {
		e.t.Errorf("got %.1f Hz, want %g", got, hertz)
	}
}

func TestPulsePlaysALoopAndARange(t *testing.T) {
	soundtest.Start(t, soundtest.PulseAudio)
	e := listen(t)
	b := openPlayback(t, Player{}, scale(t, 10), app.MediaOptions{})
	b.Play(app.Passage{At: 5.5, From: 5, To: 6, Loop: true})
	e.waitForTone(scaleTone(5))
	since := len(e.all())
	for begun := time.Now(); time.Since(begun) < 2500*time.Millisecond; time.Sleep(5 * time.Millisecond) {
		if at := b.Position(); at < 4.99 || at > 6.02 {
			t.Fatalf("in a loop from 5 to 6: got position %.3f", at)
		}
	}
	e.onlyTone(since, scaleTone(5), 2)

	b.Play(app.Passage{At: 2.1, To: 2.5})
	e.waitForTone(scaleTone(2))
	since = len(e.all())
	waitForEnd(t, b)
	if got := b.Position(); math.Abs(got-2.5) > 0.01 {
		t.Errorf("got position %g, want 2.5", got)
	}
	time.Sleep(200 * time.Millisecond)
	heard := 0
	for _, v := range e.all()[since:] {
		if math.Abs(float64(v)) > 0.01 {
			heard++
		}
	}
	if got := float64(heard) / earRate; got < 0.2 || got > 0.4 { // the ear took 50 ms or more
		t.Errorf("heard %.2f s more of 0.4", got)
	}
}

// A sound server that dies is said, and the next one plays.
func TestPulseServerDiesWhilePlaying(t *testing.T) {
	s := soundtest.Start(t, soundtest.PulseAudio)
	e := listen(t)
	b := openPlayback(t, Player{}, scale(t, 20), app.MediaOptions{})
	b.Play(app.Passage{})
	e.waitForTone(scaleTone(0))
	s.Kill()
	waitFor(t, "an error", func() bool { return b.Status().Err != nil })
	b.Play(app.Passage{At: 1})
	waitFor(t, "another error", func() bool { return b.Status().Err != nil })
	s.Start(t)
	e = listen(t)
	b.Play(app.Passage{At: 7})
	e.waitForTone(scaleTone(7))
}
