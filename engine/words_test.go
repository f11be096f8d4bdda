package engine

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"earshot/app"
)

func tokens(texts ...string) []rawToken {
	all := make([]rawToken, len(texts))
	for i, s := range texts {
		all[i] = rawToken{text: s, p: 0.5}
	}
	return all
}

func TestJoinTokens(t *testing.T) {
	for _, c := range []struct {
		name     string
		tokens   []rawToken
		unspaced bool
		want     string
	}{
		{"words", tokens(" Hello", " wor", "ld"), false, "Hello|world"},
		{"punctuation belongs to the word before", tokens(" Yes", ",", " no", " !"), false, "Yes,|no!"},
		{"leading punctuation stands alone", tokens(" “", "Hello", "”"), false, "“Hello”"},
		{"a dash stands with the word before", tokens(" one", " –", " two"), false, "one–|two"},
		{"numbers", tokens(" $", "33", " 7", "%"), false, "$33|7%"},
		{"a character in two tokens", tokens(" caf", "\xc3", "\xa9", " au"), false, "café|au"},
		{"Chinese", tokens("今", "天", "。", "好"), true, "今|天。|好"},
		{"a Chinese character in three tokens", tokens("\xe4", "\xbb", "\x8a", "天"), true, "今|天"},
		{"blanks alone", tokens(" ", "  "), false, ""},
		{"nothing", nil, false, ""},
		{"half a character at the end", tokens(" a", "\xe4\xbb"), false, "a\uFFFD"},
	} {
		words := joinTokens(c.tokens, c.unspaced)
		var texts []string
		for _, w := range words {
			texts = append(texts, w.Text)
			if w.Confidence != 0.5 {
				t.Errorf("%s: %q has confidence %v, want 0.5", c.name, w.Text, w.Confidence)
			}
		}
		if got := strings.Join(texts, "|"); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// tone is a window of sound with silence between the given seconds.
func tone(length float64, silences ...span) window {
	x := make([]float32, int(length*app.SampleRate))
	for i := range x {
		x[i] = 0.3 * float32(math.Sin(float64(i)*0.3))
	}
	for _, s := range silences {
		clear(x[s.start:s.end])
	}
	var w window
	w.add(0, x)
	return w
}

func TestAlignLeavesPausesOut(t *testing.T) {
	w := tone(6, seconds(2, 4))
	words := []app.Word{{Text: "one"}, {Text: "two"}, {Text: "six"}, {Text: "ten"}}
	w.align(words, 0, 6)
	for i, want := range []span{seconds(0, 1), seconds(1, 2), seconds(4, 5), seconds(5, 6)} {
		got := words[i]
		from, to := float64(want.start)/app.SampleRate, float64(want.end)/app.SampleRate
		if i == 1 || i == 2 { // one of them gets the pause's tenth
			from, to = from-0.15, to+0.15
		}
		if got.Start < from-0.12 || got.End > to+0.12 {
			t.Errorf("%q: got %.2f–%.2f, want about %.2f–%.2f", got.Text, got.Start, got.End, from, to)
		}
	}
}

func TestAlignGivesLongWordsMoreTime(t *testing.T) {
	w := tone(4)
	words := []app.Word{{Text: "a"}, {Text: "responsibility"}, {Text: "1999"}}
	w.align(words, 1, 3)
	length := func(i int) float64 { return words[i].End - words[i].Start }
	if !(length(0) < length(1)/5 && length(2) > length(0)*5) {
		t.Errorf("got lengths %.2f, %.2f, %.2f", length(0), length(1), length(2))
	}
	if words[0].Start != 1 || math.Abs(words[2].End-3) > 1e-6 {
		t.Errorf("got %.3f–%.3f, want 1–3", words[0].Start, words[2].End)
	}
}

// Whatever the decoder says, a segment keeps its promises.
func TestSegmentsKeepTheirPromises(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	pieces := []string{" a", " word", "s", ",", ".", " 17", "\xc3", "\xa9", " ", "", "今"}
	for range 3000 {
		w := tone(0.01 + random.Float64()*3)
		if random.IntN(2) == 0 {
			w.add(len(w.samples)+random.IntN(100000), make([]float32, 1+random.IntN(30000)))
		}
		limit := w.limit()
		raw := rawSegment{start: random.Float64()*8 - 1, end: random.Float64()*8 - 1}
		for range random.IntN(12) {
			raw.tokens = append(raw.tokens, rawToken{text: pieces[random.IntN(len(pieces))], p: 0.1 + 0.9*random.Float64()})
		}
		s, ok := w.segment(raw, []string{"en", "zh"}[random.IntN(2)])
		if !ok {
			continue
		}
		r := &recognition{}
		s = r.follow(s)
		checkSegments(t, "random", []app.Segment{s}, max(limit, s.Start))
		if !utf8.ValidString(s.Text) {
			t.Fatalf("text %q is not UTF-8", s.Text)
		}
	}
}
