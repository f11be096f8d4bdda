//go:build cgo

package engine

import (
	"strings"
	"testing"

	"earshot/app"
)

// The text of these 20 s ends 1.4 s early. What is left is heard with the
// encoder's input cut, as the library would have heard it in a second window.
func TestWhatIsLeftOfAWindowIsHeard(t *testing.T) {
	s := fixtureDecoder(t, false).state.(*whisperState)
	samples := clip(t, "long-five-minutes.wav")[175*app.SampleRate:][:20*app.SampleRate]
	opt := decoding
	opt.language = "en"

	first := &running{ctx: t.Context(), state: s, window: len(samples), report: func(found) {}}
	if err := s.full(first, samples, opt); err != nil {
		t.Fatal(err)
	}
	if left := float64(first.left) / app.SampleRate; left < 1 || left > 2 || first.passes != 2 {
		t.Fatalf("%.2f s are left before pass %d", left, first.passes)
	}

	segments := decodeOnward(t, s, samples, opt)
	if len(segments) != first.done+1 {
		t.Fatalf("got %d segments, %d of them in the first pass", len(segments), first.done)
	}
	if last := segments[first.done]; last.start < first.said || last.end > 20.1 {
		t.Errorf("what was left lies from %.2f to %.2f, want it after %.2f", last.start, last.end, first.said)
	}
	got := tokenText(segments)
	if !strings.HasSuffix(got, "big paper.") {
		t.Errorf("heard %q", got)
	}
	if again := tokenText(decodeOnward(t, s, samples, opt)); again != got {
		t.Errorf("the state was not renewed: heard %q, then %q", got, again)
	}
}

// decodeOnward decodes, and wants to be told of all of it, in order.
func decodeOnward(t *testing.T, s nativeState, samples []float32, opt decodeOptions) (segments []rawSegment) {
	t.Helper()
	reached := 0.0
	err := s.decode(t.Context(), samples, opt, func(f found) {
		if len(f.segments) == 0 && f.fraction < reached {
			t.Errorf("was at %.2f of the window, then at %.2f", reached, f.fraction)
		}
		reached = max(reached, f.fraction)
		segments = append(segments, f.segments...)
	})
	if err != nil || reached != 1 {
		t.Errorf("got as far as %.2f, %v", reached, err)
	}
	return segments
}

func tokenText(segments []rawSegment) string {
	var text strings.Builder
	for _, segment := range segments {
		for _, token := range segment.tokens {
			text.WriteString(token.text)
		}
	}
	return text.String()
}
