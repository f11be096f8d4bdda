package engine

import (
	"errors"
	"slices"
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

// Silence is not worth a model's time; what is around it is judged as it would
// be, frame by frame and in order.
func TestSilenceIsNotJudged(t *testing.T) {
	frame := func(level float32) []float32 {
		x := make([]float32, vadFrame)
		for i := range x {
			x[i] = level * float32(1-2*(i%2))
		}
		return x
	}
	const quiet, faint, loud = 0.0002, 0.0005, 0.1
	samples := join(frame(0), frame(loud), frame(faint), frame(quiet), frame(0), frame(loud))
	var asked []int // samples of each question
	ask := askAboutSound(func(dst, samples []float32) ([]float32, error) {
		asked = append(asked, len(samples))
		for i := 0; i < len(samples); i += vadFrame {
			dst = append(dst, samples[i])
		}
		return dst, nil
	})
	got, err := ask([]float32{7}, samples)
	if want := []float32{7, 0, loud, faint, 0, 0, loud}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	if want := []int{2 * vadFrame, vadFrame}; !slices.Equal(asked, want) {
		t.Errorf("asked about %v samples, want %v", asked, want)
	}
	broken := errors.New("broken")
	if _, err := askAboutSound(func(dst, _ []float32) ([]float32, error) { return dst, broken })(nil, samples); !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
}
