package app

import (
	"slices"
	"strings"
	"testing"
)

// pairs is a comparison: what the document says = what the other does.
func pairs(rows []Compared) string {
	var all []string
	for _, row := range rows {
		say := func(segments []Segment) string {
			var texts []string
			for _, s := range segments {
				texts = append(texts, s.Text)
			}
			return strings.Join(texts, "+")
		}
		text := say(row.Present) + " = " + say(row.Other)
		if row.Edited {
			text += " (edited)"
		}
		all = append(all, text)
	}
	return strings.Join(all, " / ")
}

func TestCompare(t *testing.T) {
	at := func(start, end float64, text string) Segment { return Segment{Start: start, End: end, Text: text} }
	by := func(s Segment, speaker string) Segment { s.Speaker = speaker; return s }
	for _, test := range []struct {
		name           string
		present, other []Segment
		want           string
	}{
		{"alike", []Segment{at(0, 2, "a"), at(2, 4, "b")}, []Segment{at(0.2, 1.9, "x"), at(2.1, 4, "y")}, "a = x / b = y"},
		{"one of two", []Segment{at(0, 2, "a"), at(2, 4, "b")}, []Segment{at(0, 4, "x")}, "a+b = x"},
		{"two of one", []Segment{at(0, 4, "a")}, []Segment{at(0, 2, "x"), at(2, 4, "y")}, "a = x+y"},
		{"missing", []Segment{at(0, 2, "a"), at(4, 6, "c")}, []Segment{at(2, 4, "y"), at(4, 6, "z")}, "a =  /  = y / c = z"},
		{"touching", []Segment{at(0, 2, "a")}, []Segment{at(1.9, 4, "x")}, "a =  /  = x"},
		{
			"two tracks",
			[]Segment{by(at(0, 4, "a"), "Me"), by(at(1, 3, "b"), "Others")},
			[]Segment{by(at(0, 4, "x"), "Me"), by(at(1, 3, "y"), "Others")},
			"a = x / b = y",
		},
		{"nothing", nil, nil, ""},
		{"of no length", []Segment{at(0, 4, "a"), at(4, 4, "")}, []Segment{at(0, 3.9, "x")}, "a = x /  = "},
	} {
		d := NewDocument(Transcript{Segments: test.present})
		if got := pairs(d.Compare(test.other)); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

// What was edited is taken only if it is asked for.
func TestTake(t *testing.T) {
	d := NewDocument(talk("A: one two", "A: three four", "A: five"))
	must(t)(d.SetText(2, "mine"))
	other := talk("one too", "tree four", "five").Segments
	rows := d.Compare(other)
	if want := "one two = one too / mine = tree four (edited) / five = five"; pairs(rows) != want {
		t.Fatalf("got %q, want %q", pairs(rows), want)
	}
	if want := []Difference{{"one", "one"}, {"two", "too"}}; !slices.Equal(rows[0].Passages, want) || rows[0].IsSame() || !rows[2].IsSame() {
		t.Errorf("got %q, want %q", rows[0].Passages, want)
	}
	_, left := d.TakeUnedited(rows)
	if lines(d) != "A: one too / A: mine / A: five" || pairs(left) != "mine = tree four (edited)" || d.At(2).Edited {
		t.Errorf("got %q and %q left", lines(d), pairs(left))
	}
	check(t, "taken", d)
	if c, left := d.Take(rows[0]); !c.IsEmpty() || len(left) != 1 {
		t.Errorf("a second time: got %+v and %q left, want nothing done", c, pairs(left))
	}
	d.Take(left...)
	if lines(d) != "A: one too / A: tree four / A: five" || d.At(1).ID != 2 {
		t.Errorf("got %q", lines(d))
	}
	d.Undo()
	if d.Undo(); lines(d) != "A: one two / A: mine / A: five" {
		t.Errorf("undone: got %q", lines(d))
	}
}

// A text of a part takes nothing away from the rest by itself.
func TestTakePart(t *testing.T) {
	d := NewDocument(talk("one two", "three", "four"))
	other := Segment{Start: 2, End: 3, Text: "tree", Words: []Word{{"tree", 2, 3, 1}}}
	_, left := d.TakeUnedited(d.Compare([]Segment{other}))
	if lines(d) != "one two / tree / four" || pairs(left) != "one two =  / four = " {
		t.Errorf("got %q and %q left", lines(d), pairs(left))
	}
	if d.Take(left[1]); lines(d) != "one two / tree" {
		t.Errorf("taken: got %q", lines(d))
	}
}

// The machine's text survives everything, and comes back.
func TestRestore(t *testing.T) {
	original := talk("A: one two", "A: three four", "B: five six", "B: seven")
	d := NewDocument(original)
	if _, _, err := d.Split(1, 3); err != nil {
		t.Fatal(err)
	}
	must(t)(d.Merge(2))
	d.Delete(4)
	must(t)(d.RenameSpeaker("B", "Bea"))
	id, _, err := d.Insert(2)
	if err != nil {
		t.Fatal(err)
	}
	must(t)(d.SetText(id, "put in"))
	rows := d.CompareMachine()
	if want := "one+two = one two (edited) / three four five six = three four+five six (edited) /  = seven / put in =  (edited)"; pairs(rows) != want {
		t.Fatalf("got %q, want %q", pairs(rows), want)
	}
	d.Take(rows[0])
	if want := "A: one two / A: three four five six / A: put in"; lines(d) != want || d.At(0).Edited {
		t.Errorf("one: got %q, want %q", lines(d), want)
	}
	d.Take(d.CompareMachine()...)
	if want := "A: one two / A: three four / A: five six / Bea: seven"; lines(d) != want {
		t.Errorf("all: got %q, want %q", lines(d), want)
	}
	check(t, "restored", d)
	for d.CanUndo() {
		d.Undo()
	}
	wantTranscript(t, "undone", d.Transcript(), NewDocument(original).Transcript())
}

// A line that was given to somebody else, and says something else, is still the
// machine's line.
func TestRestoreReassigned(t *testing.T) {
	d := NewDocument(talk("A: Yes.", "B: hello there"))
	d.Assign("B", 1)
	must(t)(d.SetText(1, "Jens."))
	rows := d.CompareMachine()
	if want := "Jens. = Yes. (edited) / hello there = hello there"; pairs(rows) != want {
		t.Fatalf("got %q, want %q", pairs(rows), want)
	}
	d.Take(rows[0])
	if want := "B: Yes. / B: hello there"; lines(d) != want {
		t.Errorf("got %q, want %q", lines(d), want)
	}
}

// Speakers are the same in another transcript whatever they are called here.
func TestCompareRenamedSpeakers(t *testing.T) {
	labelled := func(all ...string) Transcript {
		t := talk(all...)
		t.Speakers = []Speaker{{Label: "Left", Name: "Left"}, {Label: "Right", Name: "Right"}}
		return t
	}
	d := NewDocument(labelled("Left: Yes.", "Right: good morning to you", "Left: Okay then"))
	must(t)(d.RenameSpeaker("Left", "Anna"))
	_, left := d.TakeUnedited(d.CompareTranscript(labelled("Left: Yeah.", "Right: good morning to you", "Left: O.K. than")))
	if want := "Anna: Yeah. / Right: good morning to you / Anna: O.K. than"; lines(d) != want || len(left) > 0 {
		t.Errorf("got %q and %d left, want %q", lines(d), len(left), want)
	}
}
