package app

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	d := NewDocument(talk("The cat, the concat", "Über ÜBER überall", "a.b axb 你好 你", "naïve"))
	for _, test := range []struct {
		pattern Pattern
		want    string // segment:start-end of each
	}{
		{Pattern{Text: "the"}, "1:0-3 1:9-12"},
		{Pattern{Text: "the", Case: true}, "1:9-12"},
		{Pattern{Text: "cat"}, "1:4-7 1:16-19"},
		{Pattern{Text: "cat", Word: true}, "1:4-7"},
		{Pattern{Text: "über"}, "2:0-4 2:5-9 2:10-14"},
		{Pattern{Text: "über", Word: true}, "2:0-4 2:5-9"},
		{Pattern{Text: "a.b"}, "3:0-3"},
		{Pattern{Text: "a.b", Regexp: true}, "3:0-3 3:4-7"},
		{Pattern{Text: "你", Word: true}, "3:8-9 3:11-12"}, // a script without blanks has no whole words
		{Pattern{Text: "na", Word: true}, ""},
		{Pattern{Text: "z*", Regexp: true}, ""}, // nothing is no match
		{Pattern{Text: ", "}, "1:7-9"},
		{Pattern{}, ""},
	} {
		var got []string
		all, err := d.Find(test.pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range all {
			got = append(got, fmt.Sprintf("%d:%d-%d", m.Segment, m.Start, m.End))
			if d.At(m.Row).ID != m.Segment {
				t.Errorf("%+v: got row %d for segment %d", test.pattern, m.Row, m.Segment)
			}
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%+v: got %q, want %q", test.pattern, got, test.want)
		}
	}
}

func TestReplaceAll(t *testing.T) {
	for _, test := range []struct {
		pattern Pattern
		with    string
		n       int
		want    string
	}{
		{Pattern{Text: "o"}, "$1", 3, "tw$1 $1ne / f$1ur"},
		{Pattern{Text: "(o)(n)?", Regexp: true}, "<$2$1>", 3, "tw<o> <no>e / f<o>ur"},
		{Pattern{Text: `\b(\w)(\w+)`, Regexp: true}, "$2$1ay", 3, "wotay neoay / ourfay"},
		{Pattern{Text: "(?P<all>.+)", Regexp: true}, "${all}$$", 2, "two one$ / four$"},
		{Pattern{Text: "one"}, "", 1, "two / four"},
		{Pattern{Text: "nowhere"}, "x", 0, "two one / four"},
	} {
		d := NewDocument(talk("two one", "four"))
		_, n, err := d.ReplaceAll(test.pattern, test.with)
		if err != nil || n != test.n || lines(d) != test.want {
			t.Errorf("%+v with %q: got %d, %q, %v, want %d, %q", test.pattern, test.with, n, lines(d), err, test.n, test.want)
		}
		check(t, "replaced", d)
		if d.Undo(); d.CanUndo() || lines(d) != "two one / four" {
			t.Errorf("%+v: undone: got %q", test.pattern, lines(d))
		}
	}
}

func TestReplaceOne(t *testing.T) {
	d := NewDocument(talk("no no no"))
	q := Pattern{Text: "no"}
	all, err := d.Find(q)
	if err != nil {
		t.Fatal(err)
	}
	must(t)(d.Replace(q, all[1], "yes"))
	if lines(d) != "no yes no" {
		t.Errorf("got %q", lines(d))
	}
	if _, err := d.Replace(q, all[2], "yes"); !errors.Is(err, ErrNoMatch) {
		t.Errorf("at a place that has moved: got %v, want %v", err, ErrNoMatch)
	}
	d.Delete(1)
	if _, err := d.Replace(q, all[0], "yes"); !errors.Is(err, ErrNoSegment) {
		t.Errorf("in a segment that is gone: got %v, want %v", err, ErrNoSegment)
	}
}

func TestInvalidExpression(t *testing.T) {
	d := NewDocument(talk("a"))
	q := Pattern{Text: "a(", Regexp: true}
	_, find := d.Find(q)
	_, one := d.Replace(q, Match{}, "")
	_, _, all := d.ReplaceAll(q, "")
	for _, err := range []error{find, one, all} {
		sentence, _ := Explain(err)
		if want := `“a(” is not a regular expression: it has to be one with a “)” for each “(”; \( and \) are the characters themselves.`; sentence != want {
			t.Errorf("got %q, want %q", sentence, want)
		}
	}
	for text, want := range map[string]string{
		"a)":     "“)” for each “(”",
		"[a-":    "“]” for each “[”",
		"*a":     "follow what they repeat",
		"a**":    "follow what they repeat",
		`a\`:     `does not end in a “\”`,
		`\y`:     `without “\y”`,
		"(?<=a)": "without “(?<",
		"[z-a]":  "one that can be read (invalid character class range)",
	} {
		_, err := d.Find(Pattern{Text: text, Regexp: true})
		if sentence, _ := Explain(err); !strings.Contains(sentence, want) {
			t.Errorf("%s: got %q, want %q in it", text, sentence, want)
		}
	}
}

func TestDoubt(t *testing.T) {
	for confidence, want := range map[float64]int{0: 0, 0.1: 3, 0.3: 2, 0.49: 2, 0.5: 1, 0.69: 1, 0.7: 0, 1: 0} {
		if got := (Word{Confidence: confidence}).Doubt(); got != want {
			t.Errorf("%g: got %d, want %d", confidence, got, want)
		}
	}
	tr := talk("a b c", "d", "e f")
	sure := func(segment, word int, confidence float64) { tr.Segments[segment].Words[word].Confidence = confidence }
	sure(0, 0, 0.9)
	sure(0, 2, 0.2)
	sure(1, 0, 1)
	d := NewDocument(tr) // doubtful: b a little, c very much, e and f a little
	walk := func(next func(Position, int) (Position, bool), from Position, strength int) (all []Position) {
		for p, ok := next(from, strength); ok; p, ok = next(p, strength) {
			all = append(all, p)
		}
		return all
	}
	want := []Position{{1, 1}, {1, 2}, {3, 0}, {3, 1}}
	if got := walk(d.NextDoubt, Position{}, 1); !slices.Equal(got, want) {
		t.Errorf("next: got %v, want %v", got, want)
	}
	slices.Reverse(want)
	if got := walk(d.PreviousDoubt, Position{}, 1); !slices.Equal(got, want) {
		t.Errorf("previous: got %v, want %v", got, want)
	}
	if got := walk(d.NextDoubt, Position{2, -1}, 1); len(got) != 2 {
		t.Errorf("from the second segment: got %v", got)
	}
	if got := walk(d.NextDoubt, Position{}, 3); !slices.Equal(got, []Position{{1, 2}}) || d.Doubts(3) != 1 || d.Doubts(1) != 4 {
		t.Errorf("very doubtful: got %v; counts %d and %d", got, d.Doubts(3), d.Doubts(1))
	}
	if empty := NewDocument(Transcript{}); len(walk(empty.PreviousDoubt, Position{}, 1))+len(walk(empty.NextDoubt, Position{}, 1)) > 0 {
		t.Error("an empty document has doubtful words")
	}
}

func TestAccept(t *testing.T) {
	d := NewDocument(talk("a b c", "d", "e f"))
	words := &d.At(0).Words[0]
	d.Accept(Position{1, 1}, Position{1, 2}, Position{3, 5}, Position{7, 0})
	if d.Doubts(1) != 4 || &d.At(0).Words[0] == words || !d.At(0).Edited || !near(d.At(0).Confidence, 2.5/3) {
		t.Errorf("accepted: got %d left and %+v", d.Doubts(1), d.At(0))
	}
	must(t)(d.SetText(3, "e F")) // writing is reviewing
	if d.Doubts(1) != 3 {
		t.Errorf("written: got %d left, want 3", d.Doubts(1))
	}
}
