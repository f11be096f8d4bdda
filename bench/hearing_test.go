package main

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"earshot/app"
)

// words are half a second each, from a time on.
func words(from float64, text string) []app.Word {
	var all []app.Word
	for _, w := range strings.Fields(text) {
		all = append(all, app.Word{Text: w, Start: from, End: from + 0.5})
		from += 0.5
	}
	return all
}

func TestHearing(t *testing.T) {
	now := 0.0
	h := hearing{spoken: func() float64 { return now }, busy: func() time.Duration { return time.Duration(now * 1e8) }}
	for _, r := range []struct {
		at     float64
		report app.Heard
	}{
		{0.4, app.Heard{Speech: true}},
		{1.0, app.Heard{Speech: true, Tentative: words(0.5, "wee go")}},
		{1.5, app.Heard{Speech: true, Confirmed: words(0.5, "we"), Tentative: words(1, "go")}}, // two taken back
		{2.0, app.Heard{Speech: true, Confirmed: words(0.5, "we go"), Tentative: words(1.5, "comb")}},
		{2.9, app.Heard{Segments: []app.Segment{{Start: 0.5, End: 2, Words: words(0.5, "we go home.")}}}}, // one
	} {
		now = r.at
		h.hear(r.report)
	}
	s := script{
		words:     []spokenWord{{"We", 1}, {"go", 1.5}, {"home", 2.1}, {"Now", 4}},
		sentences: [][2]float64{{0.5, 2.1}, {3.5, 4}},
	}
	if h.erased != 3 || h.broken != 0 || strings.Join(h.shown, " ") != "we go home." {
		t.Errorf("got %d words taken back, %d certain ones, %q", h.erased, h.broken, h.shown)
	}
	for _, c := range []struct {
		name      string
		got, want []float64
	}{
		{"first", h.firstLags(s), []float64{0.5}},
		{"commit", h.commitLags(s), []float64{0.5, 0.5, 0.8}},
		{"final", h.finalLags(s), []float64{2.9 - 2.1 - endPause}},
		{"compute", h.cpu, []float64{0.06, 0.05, 0.05}},
	} {
		same := slices.EqualFunc(c.got, c.want, func(a, b float64) bool { return a-b < 1e-6 && b-a < 1e-6 })
		if !same {
			t.Errorf("%s: got %v, want %v", c.name, c.got, c.want)
		}
	}
}

// A stream that goes back on its word is found out.
func TestHearingOfBrokenWords(t *testing.T) {
	h := hearing{spoken: func() float64 { return 1 }, busy: func() time.Duration { return 0 }}
	h.hear(app.Heard{Confirmed: words(0, "we go")})
	h.hear(app.Heard{Confirmed: words(0, "they")})
	if h.broken != 2 {
		t.Errorf("got %d certain words changed, want 2", h.broken)
	}
}

func TestReplay(t *testing.T) {
	r := &replay{samples: []float32{1, 2, 3}, total: 3*replayChunk + 7}
	began := time.Now()
	var got []float32
	buf := make([]float32, app.SampleRate)
	for {
		n, err := r.Read(buf)
		got = append(got, buf[:n]...)
		if errors.Is(err, io.EOF) {
			break
		}
		if said := r.Spoken(); said < float64(len(got))/app.SampleRate-1e-6 {
			t.Fatalf("%d samples were read when %.4f s had been said", len(got), said)
		}
		if len(got) == replayChunk {
			time.Sleep(10 * time.Millisecond)
		}
	}
	if len(got) != r.total || got[0] != 1 || got[len(got)-1] != r.samples[(r.total-1)%3] {
		t.Errorf("got %d samples, the last %v", len(got), got[len(got)-1])
	}
	if took := time.Since(began); took.Seconds() > r.Spoken() || r.Spoken() < float64(r.total)/app.SampleRate-1e-6 {
		t.Errorf("%.3f s were said in %v", r.Spoken(), took)
	}
}

func TestPercentile(t *testing.T) {
	for _, c := range []struct {
		x       []float64
		p, want float64
	}{{nil, 0.95, 0}, {[]float64{3}, 0.95, 3}, {[]float64{4, 1, 3, 2}, 0.5, 3}, {[]float64{1, 2}, 1, 2}} {
		if got := percentile(c.x, c.p); got != c.want {
			t.Errorf("%v at %v: got %v, want %v", c.x, c.p, got, c.want)
		}
	}
}

func TestWordErrors(t *testing.T) {
	for _, c := range []struct {
		got, want string
		errors    int
	}{{"", "", 0}, {"We go.", "we go", 0}, {"we go home", "we go", 1}, {"", "a b", 2}, {"a c", "a b", 1}} {
		if got := wordErrors(c.got, c.want); got != c.errors {
			t.Errorf("%q, %q: got %d, want %d", c.got, c.want, got, c.errors)
		}
	}
}
