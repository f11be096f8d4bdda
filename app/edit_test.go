package app

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// timed is a segment from second 10 on, whose words take a second each.
func timed(text string) Segment {
	s := Segment{Start: 10, Text: text}
	for i, w := range strings.Fields(text) {
		s.Words = append(s.Words, Word{Text: w, Start: 10 + float64(i), End: 10.8 + float64(i), Confidence: 0.5})
	}
	s.End = 10 + float64(len(s.Words))
	return s
}

func TestRetold(t *testing.T) {
	before := timed("Their house is read.")
	tests := []struct {
		text  string
		times []float64 // start and end of each word
	}{
		{"Their house is read.", []float64{10, 10.8, 11, 11.8, 12, 12.8, 13, 13.8}},
		{"their house, is read", []float64{10, 10.8, 11, 11.8, 12, 12.8, 13, 13.8}},               // spelling
		{"Their house is red.", []float64{10, 10.8, 11, 11.8, 12, 12.8, 13, 13.8}},                // one in place of one
		{"house is read.", []float64{11, 11.8, 12, 12.8, 13, 13.8}},                               // one less
		{"Their old house is read.", []float64{10, 10.8, 10.8, 11, 11, 11.8, 12, 12.8, 13, 13.8}}, // in the gap
		{"They're mice is read.", []float64{10, 10 + 1.8*7/11, 10 + 1.8*7/11, 11.8, 12, 12.8, 13, 13.8}},
		{"", nil},
		{"  Their house is read. ", []float64{10, 10.8, 11, 11.8, 12, 12.8, 13, 13.8}},
	}
	for _, test := range tests {
		got := before.retold(test.text)
		if got.Text != strings.TrimSpace(test.text) || got.Start != 10 || got.End != 14 || 2*len(got.Words) != len(test.times) {
			t.Errorf("%q: got %+v", test.text, got)
			continue
		}
		for i, w := range got.Words {
			if !near(w.Start, test.times[2*i]) || !near(w.End, test.times[2*i+1]) {
				t.Errorf("%q: %q is at %.3f–%.3f, want %.3f–%.3f", test.text, w.Text, w.Start, w.End, test.times[2*i], test.times[2*i+1])
			}
		}
	}
	if before.Words[0].Text != "Their" {
		t.Error("the segment itself has changed")
	}
}

// Words of a script without blanks stay words.
func TestRetoldWithoutBlanks(t *testing.T) {
	before := Segment{Start: 0, End: 4, Text: "你们好吗。", Words: []Word{
		{Text: "你们", Start: 0, End: 1, Confidence: 0.5}, {Text: "好", Start: 1, End: 2, Confidence: 0.5}, {Text: "吗。", Start: 2, End: 4, Confidence: 0.5},
	}}
	got := before.retold("你们都好吗。")
	want := []Word{before.Words[0], {Text: "都", Start: 1, End: 1, Confidence: 1}, before.Words[1], before.Words[2]}
	if !slices.Equal(got.Words, want) {
		t.Errorf("got %+v, want %+v", got.Words, want)
	}
	if got := before.retold("你好 Anna!"); len(got.Words) != 3 || got.Words[2].Text != "Anna!" {
		t.Errorf("got %+v, want three words", got.Words)
	}
}

// What a person has written is certain; what they have left is as it was.
func TestRetoldIsCertain(t *testing.T) {
	got := timed("a b c").retold("A x c")
	if got.Words[0].Confidence != 1 || got.Words[1].Confidence != 1 || got.Words[2].Confidence != 0.5 || !near(got.Confidence, 2.5/3) {
		t.Errorf("got %+v", got)
	}
}

func near(a, b float64) bool { return a-b < 1e-9 && b-a < 1e-9 }

// Whatever is written, the words are those of the text, in order, inside the
// segment, and none ends before it begins.
func TestRetoldKeepsTimesInOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	vocabulary := strings.Fields("a rose is A Rose, is — the end. 玫瑰 …")
	sentence := func() string {
		words := make([]string, r.IntN(12))
		for i := range words {
			words[i] = vocabulary[r.IntN(len(vocabulary))]
		}
		return strings.Join(words, " ")
	}
	for range 3000 {
		s := timed(sentence())
		for range 4 {
			text := sentence()
			from := s
			s = s.retold(text)
			var texts []string
			at := s.Start
			for _, w := range s.Words {
				if w.Start < at || w.End < w.Start || w.End > s.End+1e-9 {
					t.Fatalf("%q from %+v: %q lies at %g–%g after %g", text, from, w.Text, w.Start, w.End, at)
				}
				at = w.End
				texts = append(texts, w.Text)
			}
			if got := strings.Join(texts, ""); got != strings.ReplaceAll(text, " ", "") {
				t.Fatalf("got the words %q, want %q", texts, text)
			}
		}
	}
}
