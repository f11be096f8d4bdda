package app

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// told is a segment whose words last a second each.
func told(text string, words ...string) Segment {
	if len(words) == 0 {
		words = strings.Fields(text)
	}
	s := Segment{Start: 0, End: float64(len(words)), Text: text}
	for i, w := range words {
		s.Words = append(s.Words, Word{Text: w, Start: float64(i), End: float64(i + 1), Confidence: 0.5})
	}
	return s
}

func TestRewriting(t *testing.T) {
	for _, c := range []struct {
		name, language string
		opt            Options
		said           Segment
		want           string
	}{
		{"nothing to do", "en", Options{}, told("Well, yes."), "Well, yes."},
		{"plain", "en", Options{Plain: true}, told("“Don’t,” he said – at 3.5 km, well-known."), "don’t he said at 3.5 km well-known"},
		{"plain, Turkish", "tr", Options{Plain: true}, told("Işık İyi."), "ışık iyi"},
		{"plain, Chinese", "zh", Options{Plain: true}, told("你好。再见。", "你", "好。", "再", "见。"), "你好再见"},
		{"nothing is left", "en", Options{Plain: true}, told("…"), ""},
		{"one word", "en", Options{Replace: "jon = John"}, told("Jon, is JON here?"), "John, is John here?"},
		{"whole words", "en", Options{Replace: "cat = dog"}, told("A cat, concatenated."), "A dog, concatenated."},
		{"several words", "en", Options{Replace: "open ai = OpenAI"}, told("“Open AI” and open, AI."), "“OpenAI” and open, AI."},
		{"into several words", "en", Options{Replace: "ny = New York City"}, told("In NY."), "In New York City."},
		{"away", "en", Options{Replace: "um =\nyou know ="}, told("It is, um, you know, fine, um."), "It is, fine."},
		{"in order", "en", Options{Replace: "a = b\nb = c"}, told("a b"), "c c"},
		{"symbols", "en", Options{Replace: "c plus plus = C++\nc++ = Cpp"}, told("In c plus plus."), "In Cpp."},
		{"without blanks", "ja", Options{Replace: "東京都 = 東京"}, told("私は東京都です", "私", "は", "東", "京", "都", "で", "す"), "私は東京です"},
		{"after plain", "en", Options{Plain: true, Replace: "earshot = Earshot"}, told("The Earshot."), "the Earshot"},
		{"masked", "en", Options{Mask: true}, told("Shit, Scunthorpe!"), "S***, Scunthorpe!"},
		{"harmless elsewhere", "de", Options{Mask: true}, told("Das ist dick."), "Das ist dick."},
		{"comment", "en", Options{Replace: "# a = b\n\n"}, told("a"), "a"},
	} {
		r, err := newRewriting(c.opt)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		_, got := r.segments(Segment{}, []Segment{c.said}, c.language)
		text := ""
		if len(got) == 1 {
			text = got[0].Text
			checkRewritten(t, c.name, got[0])
		}
		if text != c.want {
			t.Errorf("%s: got %q, want %q", c.name, text, c.want)
		}
	}
}

// checkRewritten checks that words and text still agree, and times are in order.
func checkRewritten(t *testing.T, name string, s Segment) {
	t.Helper()
	joined, at := "", s.Start
	for _, w := range s.Words {
		joined += w.Text
		if w.Start < at-1e-9 || w.End < w.Start || w.End > s.End+1e-9 || w.Text == "" {
			t.Errorf("%s: word %+v after %.3f in a segment until %.3f", name, w, at, s.End)
		}
		at = w.End
	}
	if joined != strings.NewReplacer(" ", "", "\n", "").Replace(s.Text) {
		t.Errorf("%s: words make %q, text is %q", name, joined, s.Text)
	}
}

// Whatever is said and replaced, words and text agree.
func TestRewritingKeepsWordsAndText(t *testing.T) {
	vocabulary := []string{"a", "b", "A,", "b.", "“a", "c", "…", "don't", "shit", "3.5"}
	r := rand.New(rand.NewPCG(1, 2))
	some := func(n int) string {
		var words []string
		for range n {
			words = append(words, vocabulary[r.IntN(len(vocabulary))])
		}
		return strings.Join(words, " ")
	}
	for range 2000 {
		opt := Options{
			Plain: r.IntN(2) == 0, Mask: r.IntN(2) == 0,
			Replace: some(1+r.IntN(2)) + " = " + some(r.IntN(4)) + "\n" + some(1) + " = " + some(1),
		}
		rewrite, err := newRewriting(opt)
		if err != nil {
			t.Fatal(err)
		}
		said := told(some(1 + r.IntN(8)))
		_, got := rewrite.segments(Segment{}, []Segment{said}, "en")
		for _, s := range got {
			checkRewritten(t, said.Text+" with "+opt.Replace, s)
		}
	}
}

func TestParseReplacementsRefuses(t *testing.T) {
	for _, text := range []string{"no sign", "= nothing heard", "ok = fine\nbroken"} {
		if rules, err := ParseReplacements(text); err == nil {
			t.Errorf("%q: got %v, want an error", text, rules)
		}
	}
}

// Only what changes the text is part of the key.
func TestCacheKey(t *testing.T) {
	model := ModelInfo{Fingerprint: "f"}
	base := CacheKey(model, true, Options{})
	for _, same := range []Options{
		{Language: "auto"}, {Device: "gpu"}, {Threads: 3}, {Stream: 1}, {Beam: 1}, {Replace: "# a = b"}, {Prompt: "  "},
	} {
		if got := CacheKey(model, true, same); got != base {
			t.Errorf("%+v: got %q, want %q", same, got, base)
		}
	}
	seen := map[string]Options{base: {}}
	for _, other := range []Options{
		{Language: "de"},
		{Language: "de,en"},
		{Stream: 2},
		{Translate: true},
		{Prompt: "Emma"},
		{Plain: true},
		{Spoken: true},
		{Replace: "a = b"},
		{Replace: "a = c"},
		{Mask: true},
		{Beam: 5},
		{Temperature: 0.2},
	} {
		key := CacheKey(model, true, other)
		if twin, taken := seen[key]; taken {
			t.Errorf("%+v and %+v have the same key", other, twin)
		}
		seen[key] = other
	}
	if CacheKey(model, true, Options{Replace: "a = b"}) != CacheKey(model, true, Options{Replace: "  a  =  b \n"}) {
		t.Error("blanks in a replacement change the key")
	}
}
