package engine

import (
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"earshot/app"
)

// numbered is audio whose samples tell where they come from: sample i of
// second s is s+1, scaled to fit.
func numbered(seconds float64) []float32 {
	x := make([]float32, int(seconds*app.SampleRate))
	for i := range x {
		x[i] = float32(i%1000+1) / 1024
	}
	return x
}

// script is a voice activity model that hears speech where it is told to.
type script struct {
	speech []span // samples
	at     int
}

func (s *script) probabilities(dst, samples []float32) ([]float32, error) {
	for i := 0; i < len(samples); i += vadFrame {
		p := float32(0.01)
		for _, v := range s.speech {
			if s.at+vadFrame/2 >= v.start && s.at+vadFrame/2 < v.end {
				p = 0.9
			}
		}
		dst = append(dst, p)
		s.at += vadFrame
	}
	return dst, nil
}

func seconds(from, to float64) span {
	return span{int(from * app.SampleRate), int(to * app.SampleRate)}
}

// windowsOf runs a windower to its end.
func windowsOf(t *testing.T, w windower) []window {
	t.Helper()
	var all []window
	for {
		v, err := w.next()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, v)
	}
}

// checkWindows checks what every windower promises: windows of 30 s at most,
// pieces in order that hold the recording's own samples, nothing twice,
// positions that rise to the end, and the last one marked.
func checkWindows(t *testing.T, all []window, samples []float32) {
	t.Helper()
	next := 0
	for i, w := range all {
		if len(w.samples) > maxWindow {
			t.Errorf("window %d holds %d samples", i, len(w.samples))
		}
		at := 0
		for _, p := range w.pieces {
			if p.at != at || p.from < next || p.n <= 0 {
				t.Fatalf("window %d: piece %+v, want at %d and from %d or later", i, p, at, next)
			}
			if !slices.Equal(w.samples[p.at:p.at+p.n], samples[p.from:p.from+p.n]) {
				t.Fatalf("window %d: piece %+v holds other samples", i, p)
			}
			at += p.n
			next = p.from + p.n
		}
		if at != len(w.samples) || w.next < next {
			t.Errorf("window %d: pieces end at %d of %d; next is %d after %d", i, at, len(w.samples), w.next, next)
		}
		if w.last != (i == len(all)-1) {
			t.Errorf("window %d of %d: last is %v", i, len(all), w.last)
		}
		next = w.next
	}
	if next != len(samples) {
		t.Errorf("windows end at %d of %d samples", next, len(samples))
	}
}

// covered reports whether the windows hold all of a span.
func covers(all []window, s span) bool {
	missing := s.start
	for _, w := range all {
		for _, p := range w.pieces {
			if p.from <= missing && missing < p.from+p.n {
				missing = p.from + p.n
			}
		}
	}
	return missing >= s.end
}

func TestSpeechIsPacked(t *testing.T) {
	samples := numbered(200)
	for _, c := range []struct {
		name    string
		speech  []span
		windows int // with samples
	}{
		{"nothing", nil, 0},
		{"a click is not speech", []span{seconds(5, 5.1)}, 0},
		{"one word", []span{seconds(5, 5.5)}, 1},
		{"from the first sample to the last", []span{seconds(0, 200)}, 7},
		{"two far apart go together", []span{seconds(5, 10), seconds(180, 185)}, 1},
		{"four that fill two windows", []span{seconds(1, 15), seconds(20, 34), seconds(40, 54), seconds(60, 74)}, 2},
		{"at the very end", []span{seconds(195, 200)}, 1},
	} {
		v := &script{speech: c.speech}
		all := windowsOf(t, newSpeechWindower(&memory{samples: samples}, v.probabilities))
		checkWindows(t, all, samples)
		full := 0
		for _, w := range all {
			if len(w.samples) > 0 {
				full++
			}
		}
		if full != c.windows {
			t.Errorf("%s: got %d windows with speech, want %d", c.name, full, c.windows)
		}
		for _, s := range c.speech {
			if c.windows > 0 && !covers(all, s) {
				t.Errorf("%s: speech at %.1f s is missing", c.name, float64(s.start)/app.SampleRate)
			}
		}
	}
}

// A full window is cut at the longest pause past minFill.
func TestCutAtTheLongestPause(t *testing.T) {
	v := &script{speech: []span{
		seconds(0, 10), seconds(11, 23), seconds(23.9, 25), seconds(25.4, 28), seconds(28.4, 40),
	}}
	samples := numbered(45)
	all := windowsOf(t, newSpeechWindower(&memory{samples: samples}, v.probabilities))
	checkWindows(t, all, samples)
	if first := float64(all[0].next) / app.SampleRate; first < 23 || first > 24 {
		t.Errorf("the first window ends at %.2f s, want in the pause at 23.0–23.9", first)
	}
}

// Long silences are left out, short ones stay.
func TestSilencesAreCut(t *testing.T) {
	v := &script{speech: []span{seconds(1, 3), seconds(3.8, 6), seconds(16, 18)}}
	samples := numbered(20)
	all := windowsOf(t, newSpeechWindower(&memory{samples: samples}, v.probabilities))
	checkWindows(t, all, samples)
	if n := len(all[0].pieces); n != 2 {
		t.Fatalf("got %d pieces, want 2: %+v", n, all[0].pieces)
	}
	if got := float64(len(all[0].samples)) / app.SampleRate; got < 7 || got > 8.2 {
		t.Errorf("the window holds %.1f s, want the 5 s and 2 s of speech with their padding", got)
	}
}

func TestSpeechAnywhereIsKept(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		total := 20 + random.Float64()*200
		samples := numbered(total)
		var speech []span
		for at := random.Float64() * 5; at < total-1; {
			end := min(at+0.3+random.ExpFloat64()*8, total)
			speech = append(speech, seconds(at, end))
			at = end + 0.3 + random.ExpFloat64()*3
		}
		v := &script{speech: speech}
		all := windowsOf(t, newSpeechWindower(&memory{samples: samples}, v.probabilities))
		checkWindows(t, all, samples)
		for _, s := range speech {
			// The model judges frames, so that edges are known to a frame.
			if s = (span{s.start + vadFrame, s.end - vadFrame}); s.len() > minSpeech && !covers(all, s) {
				t.Fatalf("speech at %.2f–%.2f s is missing of %v", float64(s.start)/app.SampleRate, float64(s.end)/app.SampleRate, speech)
			}
		}
	}
}

// What a windower holds does not grow with the recording.
func TestWindowerMemory(t *testing.T) {
	v := &script{speech: []span{seconds(1, 3)}}
	w := newSpeechWindower(&memory{samples: make([]float32, 900*app.SampleRate)}, v.probabilities)
	most := 0
	for {
		_, err := w.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		most = max(most, cap(w.buf))
	}
	if limit := 2 * maxWindow; most > limit {
		t.Errorf("the buffer grew to %d samples, want at most %d", most, limit)
	}
}

func TestFixedWindows(t *testing.T) {
	samples := numbered(100)
	clear(samples[25*app.SampleRate : 25*app.SampleRate+8000]) // a pause of half a second
	all := windowsOf(t, &fixedWindower{intake{audio: &memory{samples: samples}}})
	checkWindows(t, all, samples)
	if got := float64(all[0].next) / app.SampleRate; got < 25 || got > 25.5 {
		t.Errorf("the first window ends at %.2f s, want in the pause at 25.0–25.5", got)
	}
	silent := windowsOf(t, &fixedWindower{intake{audio: &memory{samples: make([]float32, 70*app.SampleRate)}}})
	for _, w := range silent {
		if len(w.samples) > 0 {
			t.Error("digital silence is to be decoded")
		}
	}
}

func TestAudioErrorsEndWindows(t *testing.T) {
	broken := errors.New("broken")
	for _, w := range []windower{
		newSpeechWindower(&memory{samples: numbered(3), err: broken}, (&script{}).probabilities),
		&fixedWindower{intake{audio: &memory{samples: numbered(3), err: broken}}},
	} {
		var err error
		for range 10 {
			if _, err = w.next(); err != nil {
				break
			}
		}
		if !errors.Is(err, broken) {
			t.Errorf("%T: got %v", w, err)
		}
	}
}

// Times map back to the recording: into the same piece, to its edges at a cut.
func TestTimesMapBack(t *testing.T) {
	var w window
	w.add(1*app.SampleRate, make([]float32, 2*app.SampleRate))
	w.add(3*app.SampleRate, make([]float32, 1*app.SampleRate)) // follows on
	w.add(10*app.SampleRate, make([]float32, 2*app.SampleRate))
	if len(w.pieces) != 2 {
		t.Fatalf("got pieces %+v, want 2", w.pieces)
	}
	for _, c := range []struct{ t, start, end float64 }{
		{-1, 1, 1}, {0, 1, 1}, {1.5, 2.5, 2.5}, {2.999, 3.999, 3.999}, {3, 10, 4}, {3.5, 10.5, 10.5}, {5, 12, 12}, {9, 12, 12},
	} {
		if got := w.start(c.t); math.Abs(got-c.start) > 1e-9 {
			t.Errorf("start(%v): got %v, want %v", c.t, got, c.start)
		}
		if got := w.end(c.t); math.Abs(got-c.end) > 1e-9 {
			t.Errorf("end(%v): got %v, want %v", c.t, got, c.end)
		}
	}
}

// A decoder does not wait for whoever reads how far it is.
func TestProgressDoesNotWait(t *testing.T) {
	one := &task{fraction: make(chan float64, 1)}
	for i := range 20 {
		one.tell(float64(i) / 20)
	}
	if got := <-one.fraction; got != 0 {
		t.Errorf("got %v, want the first that nobody had read", got)
	}
	(&task{}).tell(1) // nobody listens
}
