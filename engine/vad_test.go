package engine

import (
	"testing"

	"earshot/app"
)

// spans runs speech over probabilities.
func spans(probs []float32) []span {
	var s speech
	var all []span
	for _, p := range probs {
		if found, ok := s.push(p); ok {
			all = append(all, found)
		}
	}
	if found, ok := s.flush(); ok {
		all = append(all, found)
	}
	return all
}

// run is n frames of one probability.
func run(p float32, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = p
	}
	return x
}

func join(parts ...[]float32) []float32 {
	var all []float32
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

func TestSpeechSpans(t *testing.T) {
	const frame = vadFrame
	for _, c := range []struct {
		name  string
		probs []float32
		want  []span
	}{
		{"silence", run(0.1, 100), nil},
		{"one span, padded", join(run(0, 50), run(0.9, 20), run(0, 50)), []span{{50*frame - padBefore, 70*frame + padAfter}}},
		{"padding stops at the beginning", join(run(0.9, 20), run(0, 50)), []span{{0, 20*frame + padAfter}}},
		{"too short", join(run(0, 50), run(0.9, 6), run(0, 50)), nil},
		{"hysteresis holds on", join(run(0, 50), run(0.9, 5), run(0.4, 30), run(0, 50)), []span{{50*frame - padBefore, 85*frame + padAfter}}},
		{"but does not begin", join(run(0, 50), run(0.4, 30), run(0, 50)), nil},
		{"a short pause is part of it", join(run(0.9, 20), run(0, 6), run(0.9, 20), run(0, 50)), []span{{0, 46*frame + padAfter}}},
		{"open at the end", join(run(0, 50), run(0.9, 20)), []span{{50*frame - padBefore, 70*frame + padAfter}}},
	} {
		got := spans(c.probs)
		if len(got) != len(c.want) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%s: got %v, want %v", c.name, got[i], c.want[i])
			}
		}
	}
}

// Speech without end is cut where it is least likely to be speech, and
// nothing is lost or doubled there.
func TestEndlessSpeechIsCut(t *testing.T) {
	probs := run(0.9, 3000) // 96 s
	for _, i := range []int{600, 1300, 2100} {
		probs[i] = 0.55
	}
	got := spans(probs)
	if len(got) < 4 {
		t.Fatalf("got %d spans: %v", len(got), got)
	}
	for i, s := range got {
		if s.len() > maxWindow {
			t.Errorf("span %v is %.1f s long", s, float64(s.len())/app.SampleRate)
		}
		if i > 0 && s.start != got[i-1].end {
			t.Errorf("span %v does not follow on %v", s, got[i-1])
		}
	}
	if got[0].end != 600*vadFrame {
		t.Errorf("the first cut is at frame %d, want 600", got[0].end/vadFrame)
	}
}
