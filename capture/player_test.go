package capture

import (
	"errors"
	"io"
	"io/fs"
	"math"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"earshot/app"
)

// fakeSpeaker is a pair of loudspeakers that the tests listen to. It asks for
// lumps of 10 ms, which are heard 40 ms later.
type fakeSpeaker struct {
	missing error       // it cannot be opened
	dead    atomic.Bool // it asks for nothing
	hangs   atomic.Bool // it cannot be closed
	opened  atomic.Int64
	open    atomic.Int64

	mu    sync.Mutex
	heard []float32
}

const fakeLatency = 40 * time.Millisecond

func (f *fakeSpeaker) speak(v *voice) (io.Closer, error) {
	if f.missing != nil {
		return nil, f.missing
	}
	f.opened.Add(1)
	f.open.Add(1)
	s := &fakeOutput{f, make(chan struct{}), make(chan struct{})}
	go s.run(v)
	return s, nil
}

type fakeOutput struct {
	speaker     *fakeSpeaker
	quit, ended chan struct{}
}

func (s *fakeOutput) run(v *voice) {
	defer close(s.ended)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	lump := make([]int16, playChannels*playLump)
	for {
		select {
		case <-s.quit:
			return
		case <-tick.C:
		}
		if s.speaker.dead.Load() {
			continue
		}
		v.fill(lump, fakeLatency)
		s.speaker.mu.Lock()
		for i := range playLump {
			s.speaker.heard = append(s.speaker.heard, float32(lump[playChannels*i])/32768)
		}
		s.speaker.mu.Unlock()
	}
}

func (s *fakeOutput) Close() error {
	close(s.quit)
	if s.speaker.hangs.Load() {
		time.Sleep(time.Minute)
	}
	<-s.ended
	s.speaker.open.Add(-1)
	return nil
}

// last is what was given to the loudspeakers lately.
func (f *fakeSpeaker) last(d time.Duration) []float32 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.heard[max(0, len(f.heard)-int(d.Seconds()*playRate)):]
}

// playbackTest is a playback in a bubble of a recording whose seconds are the
// tones of a scale, read without ffmpeg: a child process has another time.
type playbackTest struct {
	app.Playback
	t       *testing.T
	speaker *fakeSpeaker
}

func inPlayback(t *testing.T, seconds int, test func(p *playbackTest)) {
	path := scale(t, seconds)
	synctest.Test(t, func(t *testing.T) {
		f := &fakeSpeaker{}
		b, err := Player{Media: withoutFFmpeg, speaker: f}.Open(t.Context(), path, app.MediaOptions{})
		if err != nil {
			t.Fatal(err)
		}
		test(&playbackTest{b, t, f})
		b.Close()
		if f.open.Load() != 0 {
			t.Error("the loudspeakers are still open")
		}
	})
}

func (p *playbackTest) after(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func (p *playbackTest) at(want float64) {
	p.t.Helper()
	if got := p.Position(); math.Abs(got-want) > 0.03 {
		p.t.Errorf("got position %.3f, want %.3f", got, want)
	}
}

// plays finds out which second's tone has been heard for the last 50 ms.
func (p *playbackTest) plays(second int) {
	p.t.Helper()
	s := p.speaker.last(50 * time.Millisecond)
	if got, want := frequency(s, playRate), scaleTone(second); rms(s) < 0.3 || math.Abs(got/want-1) > 0.01 {
		p.t.Errorf("got %.0f Hz with RMS %.2f, want %.0f", got, rms(s), want)
	}
}

func (p *playbackTest) silent(d time.Duration) {
	p.t.Helper()
	if got := rms(p.speaker.last(d)); got != 0 {
		p.t.Errorf("got RMS %g, want silence", got)
	}
}

func TestPlaybackSeeksAndPauses(t *testing.T) {
	inPlayback(t, 20, func(p *playbackTest) {
		p.after(time.Second)
		if p.speaker.opened.Load() != 0 {
			p.t.Error("the loudspeakers are open, and nothing is to be heard")
		}
		p.Play(app.Passage{At: 3})
		p.at(3)
		p.after(550 * time.Millisecond)
		p.at(3.5)
		p.plays(3)
		p.Play(app.Passage{At: 12.1})
		p.at(12.1)
		p.after(150 * time.Millisecond)
		p.plays(12)
		p.at(12.2)
		p.Pause()
		p.after(20 * time.Millisecond)
		at := p.Position()
		p.after(100 * time.Millisecond)
		p.silent(100 * time.Millisecond)
		p.at(at + 0.03) // what was on its way is heard
		p.Play(app.Passage{At: 7})
		p.after(time.Second)
		p.silent(time.Second)
		p.at(7)
		p.Resume()
		p.after(150 * time.Millisecond)
		p.plays(7)
		p.at(7.1)
		p.Play(app.Passage{At: 19.5})
		p.after(time.Second)
		if got := p.Status(); got != (app.PlayStatus{Ended: true}) {
			p.t.Errorf("got %+v", got)
		}
		p.at(20)
		p.silent(300 * time.Millisecond)
	})
}

// A playback does not go backwards, and keeps to the clock, at every speed and
// while it changes.
func TestPlaybackKeepsTime(t *testing.T) {
	inPlayback(t, 60, func(p *playbackTest) {
		p.Play(app.Passage{})
		p.after(time.Second)
		for i := range 20 {
			speed := []float64{1, 2, 0.5, 1.25}[i%4]
			p.SetSpeed(speed)
			p.after(500 * time.Millisecond) // until it is heard
			for range 30 {
				before := p.Position()
				p.after(16 * time.Millisecond)
				if on := p.Position() - before; on < 0 || math.Abs(on-0.016*speed) > 0.006 {
					p.t.Fatalf("speed %g: in 16 ms it went on by %.4f", speed, on)
				}
			}
		}
	})
}

func TestPlaybackLoopsWithoutHoles(t *testing.T) {
	inPlayback(t, 20, func(p *playbackTest) {
		p.Play(app.Passage{At: 5.75, From: 5.25, To: 6, Loop: true})
		p.after(time.Second)
		for range 500 {
			p.after(10 * time.Millisecond)
			if at := p.Position(); at < 5.24 || at > 6.02 {
				p.t.Fatalf("got position %g", at)
			}
			p.plays(5)
		}
		p.Play(app.Passage{At: 19.5, From: 19, Loop: true}) // to the end of the file
		p.after(2 * time.Second)
		p.plays(19)
		p.Play(app.Passage{At: 8, From: 8, To: 8, Loop: true}) // nothing
		p.after(time.Second)
		if !p.Status().Ended {
			p.t.Errorf("a loop of nothing: got %+v", p.Status())
		}
	})
}

func TestPlaybackEndsWhereItShould(t *testing.T) {
	inPlayback(t, 10, func(p *playbackTest) {
		for _, speed := range []float64{1, 2, 0.5} {
			p.SetSpeed(speed)
			before := len(p.speaker.last(time.Hour))
			p.Play(app.Passage{At: 2.25, To: 2.75})
			p.after(3 * time.Second)
			if !p.Status().Ended {
				p.t.Errorf("got %+v", p.Status())
			}
			p.at(2.75)
			first, last := -1, -1
			for i, v := range p.speaker.last(time.Hour)[before:] {
				if v != 0 {
					if last = i; first < 0 {
						first = i
					}
				}
			}
			if got, want := float64(last-first)/playRate, 0.5/speed; math.Abs(got-want) > 0.01 {
				p.t.Errorf("speed %g: heard %.3f s, want %.3f", speed, got, want)
			}
		}
		p.SetVolume(0)
		p.Play(app.Passage{At: 1, To: 2})
		p.after(3 * time.Second)
		p.silent(2 * time.Second)
		p.at(2) // it is silent and goes on
	})
}

// Nothing clicks where sound begins, ends or jumps: no step is larger than those
// of the loudest and highest tone that is played.
func TestPlaybackDoesNotClick(t *testing.T) {
	inPlayback(t, 20, func(p *playbackTest) {
		p.Play(app.Passage{At: 0.3})
		for i := range 40 {
			p.after(time.Duration(83+7*i) * time.Millisecond)
			switch i % 4 {
			case 0:
				p.Play(app.Passage{At: float64(i%19) + 0.123})
			case 1:
				p.Pause()
			case 2:
				p.Resume()
			case 3:
				p.SetSpeed(0.5 + float64(i%5)/4)
			}
		}
		p.after(time.Second)
		p.speaker.mu.Lock()
		defer p.speaker.mu.Unlock()
		limit := 1.5 * 0.5 * 2 * math.Pi * scaleTone(19) / playRate
		if got := steepest(p.speaker.heard); got > limit {
			p.t.Errorf("got a step of %.3f, want at most %.3f", got, limit)
		}
	})
}

func TestPlaybackGivesIdleLoudspeakersBack(t *testing.T) {
	inPlayback(t, 10, func(p *playbackTest) {
		for i, quiet := range []func(){p.Pause, func() { p.after(10 * time.Second) }} { // a pause, and the end
			p.Resume()
			p.Play(app.Passage{At: 1})
			p.after(time.Second)
			if p.speaker.open.Load() != 1 || p.speaker.opened.Load() != int64(i+1) {
				p.t.Errorf("got %d open", p.speaker.open.Load())
			}
			quiet()
			p.after(idleAfter + time.Second)
			if p.speaker.open.Load() != 0 {
				p.t.Error("the loudspeakers are still open")
			}
		}
	})
}

func TestPlaybackWithoutLoudspeakers(t *testing.T) {
	inPlayback(t, 10, func(p *playbackTest) {
		p.speaker.missing = app.ErrNoOutput
		p.Play(app.Passage{})
		p.after(time.Second)
		var play *app.PlayError
		if err := p.Status().Err; !errors.As(err, &play) || !errors.Is(err, app.ErrNoOutput) {
			p.t.Errorf("got %v", err)
		}
		p.speaker.missing = nil // they are plugged in
		p.Play(app.Passage{At: 2})
		p.after(200 * time.Millisecond)
		p.plays(2)

		p.speaker.dead.Store(true)
		p.speaker.hangs.Store(true)
		p.after(10 * time.Second)
		if err := p.Status().Err; !errors.Is(err, app.ErrStuck) {
			p.t.Errorf("got %v", err)
		}
		p.speaker.dead.Store(false)
		p.Play(app.Passage{At: 4})
		p.after(200 * time.Millisecond)
		p.plays(4)
		p.speaker.hangs.Store(false)
		p.after(2 * time.Minute)
	})
}

func TestPlayerFails(t *testing.T) {
	var media *app.MediaError
	p := Player{Media: withoutFFmpeg, speaker: &fakeSpeaker{}}
	missing := filepath.Join(t.TempDir(), "gone.wav")
	if _, err := p.Open(t.Context(), missing, app.MediaOptions{}); !errors.As(err, &media) || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: got %v", err)
	}
	if _, err := p.Open(t.Context(), write(t, "a.mp3", []byte("ID3")), app.MediaOptions{}); !errors.Is(err, app.ErrNoDecoder) {
		t.Errorf("without ffmpeg: got %v", err)
	}
	b := openPlayback(t, p, scale(t, 1), app.MediaOptions{Channel: 2})
	b.Play(app.Passage{})
	<-b.Changed()
	if err := b.Status().Err; !errors.Is(err, app.ErrNoTrack) {
		t.Errorf("a channel that is not there: got %v", err)
	}
}

// The callback of the loudspeakers allocates nothing.
func TestVoiceDoesNotAllocate(t *testing.T) {
	v := newVoice()
	sound, out := make([]int16, playLump), make([]int16, playChannels*playLump)
	if n := testing.AllocsPerRun(1000, func() {
		v.ring.write(sound)
		v.fill(out, fakeLatency)
	}); n != 0 {
		t.Errorf("got %g allocations", n)
	}
}

// What is found by seeking is where decoding all of it finds it.
func TestMediaSeeks(t *testing.T) {
	source := scale(t, 30)
	dir := t.TempDir()
	for _, c := range []struct {
		name string
		args []string
		off  float64 // seconds that it may be beside
	}{
		{"pcm.wav", nil, 0.001},
		{"a.flac", nil, 0.001},
		{"a.m4a", []string{"-c:a", "aac"}, 0.03},
		{"a.mp3", []string{"-c:a", "libmp3lame", "-q:a", "5"}, 0.03},
		{"headless.mp3", []string{"-c:a", "libmp3lame", "-q:a", "5", "-write_xing", "0"}, 0.03},
		{"a.ogg", []string{"-c:a", "libvorbis"}, 0.03},
		{"a.opus", []string{"-c:a", "libopus"}, 0.03},
		{"a.mka", []string{"-c:a", "aac"}, 0.03},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := ffmpeg(t, append(append([]string{"-i", source}, c.args...), filepath.Join(dir, c.name))...)
			for _, start := range []float64{7.9, 21.9} {
				audio, err := Media{}.Open(t.Context(), path, app.MediaOptions{Rate: playRate, Start: start, Seek: true})
				if err != nil {
					t.Fatal(err)
				}
				got, err := readAll(audio)
				audio.Close()
				if err != nil {
					t.Fatal(err)
				}
				// The next tone begins 0.1 s on.
				second := int(start) + 1
				change := boundary(got[:playRate], scaleTone(second))
				if math.Abs(change-0.1) > c.off+0.005 {
					t.Errorf("from %g: second %d began after %.3f s, want 0.1", start, second, change)
				}
				if length := float64(len(got)) / playRate; math.Abs(length-(30-start)) > 0.1 {
					t.Errorf("from %g: got %.3f s", start, length)
				}
			}
			audio, err := Media{}.Open(t.Context(), path, app.MediaOptions{Rate: playRate, Start: 40, Seek: true})
			if err != nil {
				t.Fatal(err)
			}
			defer audio.Close()
			if got, err := readAll(audio); err != nil || len(got) > 2*playRate { // of Ogg it is the last page
				t.Errorf("behind the end: got %d samples and error %v", len(got), err)
			}
		})
	}
}

// boundary is where a tone begins that goes on to the end of the samples: where
// most of it is on one side and least on the other.
func boundary(samples []float32, hertz float64) float64 {
	const step = playRate / 1000
	best, most := 0, math.Inf(-1)
	var inside []float64 // of the tone in each step's surroundings
	for at := 0; at+10*step <= len(samples); at += step {
		inside = append(inside, math.Min(1, 2*levelAt(samples[at:at+10*step], hertz, playRate)))
	}
	sum := 0.0
	for i := len(inside) - 1; i >= 0; i-- {
		if sum += inside[i] - 0.5; sum > most {
			best, most = i, sum
		}
	}
	return float64(best*step+5*step) / playRate
}

// levelAt is level for samples of another rate.
func levelAt(samples []float32, hertz, rate float64) float64 {
	var re, im float64
	for i, v := range samples {
		s, c := math.Sincos(2 * math.Pi * hertz * float64(i) / rate)
		re += c * float64(v)
		im += s * float64(v)
	}
	return 2 * math.Hypot(re, im) / float64(len(samples))
}

// scale is a recording whose every second is another tone.
func scale(t testing.TB, seconds int) string {
	var all []float64
	for i := range seconds {
		all = append(all, tone(scaleTone(i), 0.5, 44100, 44100)...)
	}
	return write(t, "scale.wav", wavFile16(44100, 1, all))
}

func scaleTone(second int) float64 { return 400 + 100*float64(second) }

func openPlayback(t testing.TB, p Player, path string, opt app.MediaOptions) app.Playback {
	t.Helper()
	b, err := p.Open(t.Context(), path, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}
