package engine

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"earshot/app"
)

// hypothesis is words of a third of a second each, from a time on.
func hypothesis(from float64, text string) []app.Word {
	var words []app.Word
	for _, w := range strings.Fields(text) {
		words = append(words, app.Word{Text: w, Start: from, End: from + 0.3, Confidence: 0.9})
		from += 0.35
	}
	return words
}

func textOfWords(words []app.Word) string {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = w.Text
	}
	return strings.Join(texts, " ")
}

func TestAgreement(t *testing.T) {
	for _, c := range []struct {
		name, heard          string // hypotheses, with | between them
		confirmed, tentative string
	}{
		{"nothing", "", "", ""},
		{"once is not enough", "the old", "", "the old"},
		{"twice", "the old oak|the old oak tree", "the old oak", "tree"},
		{"the last word waits", "the old|the old", "the", "old"},
		{"one word waits", "yes|yes", "", "yes"},
		{"only up to the first that differs", "the old oak falls|the cold oak falls", "the", "cold oak falls"},
		{"case and punctuation do not count, the newer stays", "the old. oak|The old oak", "The old", "oak"},
		{"what is confirmed stays", "the old oak|the old oak|an odd oak tree", "the old oak", "tree"},
		{"a word that was left out is not said again", "we all go home|we all go home|we go home now", "we all go home", "now"},
		{"nor is one that was added taken for another", "we go home now|we go home now|we all go home now then", "we go home now", "then"},
		{"nothing more", "we go home|we go home|", "we go", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var a agreement
			for text := range strings.SplitSeq(c.heard, "|") {
				a.hear(hypothesis(0, text))
			}
			if got := textOfWords(a.confirmed); got != c.confirmed {
				t.Errorf("confirmed %q, want %q", got, c.confirmed)
			}
			if got := textOfWords(a.tentative); got != c.tentative {
				t.Errorf("tentative %q, want %q", got, c.tentative)
			}
		})
	}
}

func TestSettle(t *testing.T) {
	for _, c := range []struct {
		name, confirmed, final, want string // segments with | between them
	}{
		{"nothing was confirmed", "", "The old oak.|It fell.", "The old oak.|It fell."},
		{"all the same", "The old", "The old oak.|It fell.", "The old oak.|It fell."},
		{"over the end of a segment", "The old oak. It", "The old oak.|It fell.", "The old oak.|It fell."},
		{"another word", "The cold", "The old oak.|It fell.", "The cold oak.|It fell."},
		{"one more", "The very old", "The old oak.|It fell.", "The very old oak.|It fell."},
		{"one less", "The oak.", "The old oak.|It fell.", "The oak.|It fell."},
		{"nothing follows", "The old oak. It fell.", "The old oak.|It fell.", "The old oak.|It fell."},
		{"nothing was heard", "The old", "", "The old"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := agreement{confirmed: hypothesis(0, c.confirmed)}
			var segments []app.Segment
			from := 0.0
			for text := range strings.SplitSeq(c.final, "|") {
				if words := hypothesis(from, text); len(words) > 0 {
					segments = append(segments, ofWords(app.Segment{}, words, false))
					from = words[len(words)-1].End + 0.05
				}
			}
			settled := a.settle(segments, false)
			if got := joined(settled); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			checkSegments(t, c.name, settled, 100)
		})
	}
}

// Whatever is heard, what was certain stays, no word of the last hypothesis
// after it is lost, none is said twice, and times are in order.
func checkAgreement(t *testing.T, hypotheses [][]app.Segment) {
	t.Helper()
	var a agreement
	for _, segments := range hypotheses {
		before := slices.Clone(a.confirmed)
		words := wordsOf(segments)
		from := a.reaches(words)
		a.hear(words)
		if len(a.confirmed) < len(before) || !slices.Equal(a.confirmed[:len(before)], before) {
			t.Fatalf("confirmed %q, before it was %q", textOfWords(a.confirmed), textOfWords(before))
		}
		want := append(strings.Fields(textOfWords(before)), strings.Fields(textOfWords(words[from:]))...)
		if got := textOfWords(a.words()); got != strings.Join(want, " ") {
			t.Fatalf("got %q, want %q", got, want)
		}
	}
	last := hypotheses[len(hypotheses)-1]
	from := a.reaches(wordsOf(last))
	var settled []app.Segment
	var r recognition
	for _, s := range a.settle(last, false) {
		settled = append(settled, r.follow(s))
	}
	checkSegments(t, "settled", settled, 1e9)
	want := append(slices.Clone(a.confirmed), wordsOf(last)[from:]...)
	if got := wordsOf(settled); textOfWords(got) != textOfWords(want) || !slices.Equal(got[:len(a.confirmed)], a.confirmed) {
		t.Fatalf("settled %q, want %q", textOfWords(got), textOfWords(want))
	}
}

// randomHypothesis is segments of a few words of few, at any time.
func randomHypothesis(r *rand.Rand) []app.Segment {
	var segments []app.Segment
	at := 0.0
	for range r.IntN(4) {
		var words []app.Word
		for range 1 + r.IntN(5) {
			at += r.Float64() / 2
			w := app.Word{Text: []string{"a", "b", "B,", "c", "d."}[r.IntN(5)], Start: at, Confidence: 0.9}
			at += r.Float64() / 2
			w.End = at
			words = append(words, w)
		}
		segments = append(segments, ofWords(app.Segment{}, words, false))
	}
	return segments
}

func TestAgreementLosesNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 3000 {
		hypotheses := [][]app.Segment{randomHypothesis(r)}
		for range r.IntN(6) {
			next := randomHypothesis(r)
			if last := hypotheses[len(hypotheses)-1]; r.IntN(2) > 0 && len(last) > 0 {
				next = append(slices.Clone(last), next...) // as a decoder does that hears more
				next = follows(next)
			}
			hypotheses = append(hypotheses, next)
		}
		checkAgreement(t, hypotheses)
	}
}

// follows moves segments behind each other.
func follows(segments []app.Segment) []app.Segment {
	end := 0.0
	for i, s := range segments {
		if s.Start < end {
			s = moved(app.Segment{Text: s.Text, Start: s.Start, End: s.End, Words: slices.Clone(s.Words), Confidence: s.Confidence}, end-s.Start)
		}
		segments[i], end = s, s.End
	}
	return segments
}

// A speaker who goes on, heard rightly each time, gives each word once.
func TestAgreementOnTheTruth(t *testing.T) {
	const truth = "we all go home and then we all go out and then we go home"
	words := strings.Fields(truth)
	var a agreement
	for n := range len(words) + 1 {
		a.hear(hypothesis(0, strings.Join(words[:n], " ")))
	}
	if got := textOfWords(a.words()); got != truth || len(a.confirmed) < len(words)-2 {
		t.Errorf("got %q, %d words confirmed", got, len(a.confirmed))
	}
}

func FuzzAgreement(f *testing.F) {
	f.Add("the old oak|the old oak fell|an old oak fell down")
	f.Add("a a a a|a a a|a a a a a")
	f.Add("||x")
	f.Fuzz(func(t *testing.T, heard string) {
		if len(heard) > 300 {
			t.Skip()
		}
		var hypotheses [][]app.Segment
		for text := range strings.SplitSeq(strings.ToValidUTF8(heard, "?"), "|") {
			var segments []app.Segment
			for i, line := range strings.Split(text, ".") {
				if words := hypothesis(3*float64(i), line); len(words) > 0 {
					segments = append(segments, ofWords(app.Segment{}, words, false))
				}
			}
			hypotheses = append(hypotheses, follows(segments))
		}
		checkAgreement(t, hypotheses)
	})
}
