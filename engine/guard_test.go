package engine

import (
	"math/rand/v2"
	"strings"
	"testing"

	"earshot/app"
)

// spokenAt is a segment from a second on; its words last a quarter of one.
func spokenAt(start float64, text string) app.Segment {
	s := app.Segment{Start: start, Text: text}
	at := start
	for _, w := range strings.Fields(text) {
		s.Words = append(s.Words, app.Word{Text: w, Start: at, End: at + 0.25, Confidence: 0.5})
		at += 0.25
	}
	s.End, s.Confidence = at, 0.5
	return s
}

func TestCollapse(t *testing.T) {
	again := func(text string, n int) string { return strings.TrimSpace(strings.Repeat(text+" ", n)) }
	for _, c := range []struct {
		name          string
		said          []string
		kept, omitted string
	}{
		{"nothing", []string{"One.", "Two."}, "One.|Two.", ""},
		{"people repeat themselves", []string{"No, no, no!", "Very, very, very good."}, "No, no, no!|Very, very, very good.", ""},
		{"twice is nothing", []string{"Thank you very much.", "Thank you very much."}, "Thank you very much.|Thank you very much.", ""},
		{"a sentence", []string{"Thank you very much.", "Thank you very much.", "thank you, very much", "Bye."}, "Thank you very much.|Bye.", "Thank you very much.|thank you, very much"},
		{"inside a sentence", []string{"He went into the kitchen, into the kitchen, into the kitchen, and out."}, "He went into the kitchen, and out.", "into the kitchen, into the kitchen,"},
		{"one word", []string{"So " + again("la", 9) + " end."}, "So la end.", again("la", 8)},
		{"across sentences", []string{"Go on and on.", "And on and on.", "And on and on and on and."}, "Go on and", "on.|And on and on.|And on and on and on and."},
		{"two loops", []string{again("one two three four", 3), "between", again("five six seven eight", 4)}, "one two three four|between|five six seven eight", again("one two three four", 2) + "|" + again("five six seven eight", 3)},
	} {
		var segments []app.Segment
		for i, text := range c.said {
			segments = append(segments, spokenAt(float64(10*i), text))
		}
		kept, omitted := collapse(segments, false)
		var left []app.Segment
		for _, o := range omitted {
			left = append(left, o.Segment)
		}
		if got := joined(kept); got != c.kept {
			t.Errorf("%s: kept %q, want %q", c.name, got, c.kept)
		}
		if got := joined(left); got != c.omitted {
			t.Errorf("%s: left out %q, want %q", c.name, got, c.omitted)
		}
		if loops(segments) != (c.omitted != "") {
			t.Errorf("%s: got loops %v", c.name, loops(segments))
		}
		checkSegments(t, c.name, kept, 100)
		checkSegments(t, c.name, left, 100)
	}
}

func joined(segments []app.Segment) string {
	var texts []string
	for _, s := range segments {
		texts = append(texts, s.Text)
	}
	return strings.Join(texts, "|")
}

// Whatever is said, no word is lost and nothing loops afterwards.
func TestCollapseLosesNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 500 {
		var segments []app.Segment
		words := 0
		for i := range r.IntN(5) {
			var text []string
			for range 1 + r.IntN(30) {
				text = append(text, []string{"alpha", "beta"}[r.IntN(2)])
			}
			words += len(text)
			segments = append(segments, spokenAt(float64(10*i), strings.Join(text, " ")))
		}
		kept, omitted := collapse(segments, false)
		n := len(essences(kept))
		for _, o := range omitted {
			n += len(o.Segment.Words)
		}
		if n != words {
			t.Fatalf("%q: %d words became %d", joined(segments), words, n)
		}
		checkSegments(t, joined(segments), kept, 100)
	}
}
