package app

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// said is a segment as talk makes it, that begins at a second.
func said(at float64, text string) Segment {
	s := talk(text).Segments[0]
	s.ID, s.Start, s.End = 0, s.Start+at, s.End+at
	for i := range s.Words {
		s.Words[i].Start += at
		s.Words[i].End += at
	}
	return s
}

func TestCompareWithin(t *testing.T) {
	present := []string{"zero one two", "three four five", "six seven"} // each word at its second
	for _, test := range []struct {
		name    string
		stretch []Span
		other   []Segment
		want    string
		taken   string
	}{
		{"a segment", []Span{{3, 6}}, []Segment{said(3, "drei vier fünf")}, "three four five = drei vier fünf", "zero one two / drei vier fünf / six seven"},
		{"a segment of which nothing is heard", []Span{{3, 6}}, nil, "three four five = ", "zero one two / six seven"},
		{"a word", []Span{{4, 5}}, []Segment{said(4, "vier")}, "three four five = three vier five", "zero one two / three vier five / six seven"},
		{"a word that is not heard", []Span{{4, 5}}, nil, "three four five = three five", "zero one two / three five / six seven"},
		{"two words of one", []Span{{3, 4}, {5, 6}}, []Segment{said(3, "drei"), said(5, "fünf")}, "three four five = drei four fünf", "zero one two / drei four fünf / six seven"},
		{
			"the end of one and the beginning of another",
			[]Span{{2, 4}},
			[]Segment{said(2, "zwei"), said(3, "drei")},
			"zero one two = zero one zwei / three four five = drei four five",
			"zero one zwei / drei four five / six seven",
		},
		{"all", []Span{{0, 18}}, []Segment{said(0, "null eins zwei"), said(6, "sechs sieben")}, "zero one two = null eins zwei / three four five =  / six seven = sechs sieben", "null eins zwei / sechs sieben"},
		{"where nothing was", []Span{{9, 12}}, []Segment{said(10, "zehn")}, " = zehn", "zero one two / three four five / six seven / zehn"},
		{"nowhere", nil, nil, "", "zero one two / three four five / six seven"},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := NewDocument(talk(present...))
			before := d.Transcript()
			rows := d.CompareWithin(test.stretch, test.other)
			if got := pairs(rows); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if _, left := d.Take(rows...); len(left) != 0 || lines(d) != test.taken {
				t.Errorf("taken: got %q, want %q, and %q left", lines(d), test.taken, pairs(left))
			}
			check(t, "taken", d)
			d.Undo()
			wantTranscript(t, "undone", d.Transcript(), before)
		})
	}
}

// Of two who speak at once each one's words are put together by themselves.
func TestCompareWithinTwoSpeakers(t *testing.T) {
	a, b := said(0, "one two three four"), said(0.5, "five six seven eight")
	a.ID, a.Speaker, b.ID, b.Speaker = 1, "A", 2, "B"
	d := NewDocument(Transcript{Segments: []Segment{a, b}})
	newA, newB := said(1, "zwei drei"), said(1.5, "sechs sieben")
	newA.Speaker, newB.Speaker = "A", "B"
	rows := d.CompareWithin([]Span{{1, 3.1}}, []Segment{newA, newB})
	want := "one two three four = one zwei drei four / five six seven eight = five sechs sieben eight"
	if got := pairs(rows); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// What a person has edited or removed is not taken without being asked for.
func TestCompareWithinAsks(t *testing.T) {
	d := NewDocument(talk("zero one two", "three four five", "six seven"))
	must(t)(d.SetText(1, "zero won two"))
	d.Delete(2)
	rows := d.CompareWithin([]Span{{0, 8}}, talk("null eins zwei", "drei vier fünf", "sechs sieben").Segments)
	want := "zero won two = null eins zwei (edited) /  = drei vier fünf (edited) / six seven = sechs sieben"
	if got := pairs(rows); got != want {
		t.Fatalf("got %q, want %q", got, want)
	}
	_, left := d.TakeUnedited(rows)
	if lines(d) != "zero won two / sechs sieben" || len(left) != 2 {
		t.Errorf("got %q and %q left", lines(d), pairs(left))
	}
	if d.Take(left...); lines(d) != "null eins zwei / drei vier fünf / sechs sieben" {
		t.Errorf("asked for: got %q", lines(d))
	}
	check(t, "taken", d)
}

// Whatever the stretches are: the same text is no difference, and where nothing is
// heard just the words in them go.
func TestCompareWithinAnyStretches(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		d := NewDocument(talk("zero one two", "A: three", "B: four five six seven", "eight nine ten", "B: eleven"))
		original := d.Transcript()
		var stretches []Span
		for at := 12 * random.Float64(); at < 12; at += 4 * random.Float64() {
			s := Span{at, at + 5*random.Float64()}
			stretches, at = append(stretches, s), s.To
		}
		var inside []Segment
		outside := ""
		for _, s := range original.Segments {
			for _, stretch := range stretches {
				inside = append(inside, stretch.cut([]Segment{s})...)
			}
			for _, w := range s.Words {
				middle := (w.Start + w.End) / 2
				if !slices.ContainsFunc(stretches, func(s Span) bool { return s.Contains(middle) }) {
					outside += w.Text + " "
				}
			}
		}
		for _, row := range d.CompareWithin(stretches, inside) {
			if !row.IsSame() {
				t.Fatalf("%v: got %q, want no difference", stretches, pairs([]Compared{row}))
			}
		}
		d.Take(d.CompareWithin(stretches, nil)...)
		if got := strings.Join(strings.Fields(d.Transcript().Prose()), " "); got != strings.TrimSpace(outside) {
			t.Fatalf("%v: got %q, want %q to be left", stretches, got, outside)
		}
		check(t, "taken", d)
	}
}

func TestCut(t *testing.T) {
	s := said(0, "one two three four") // 0–0.8, 1–1.8, …
	s.Text = "one two\nthree four"
	for _, test := range []struct {
		span       Span
		text       string
		start, end float64
	}{
		{Span{0, 9}, "one two\nthree four", 0, 4},
		{Span{1, 3}, "two\nthree", 1, 2.8},
		{Span{0.5, 9}, "two\nthree four", 1, 4}, // most of "one" lies before it
		{Span{0.3, 1.3}, "one", 0, 0.8},
		{Span{4, 9}, "", 0, 0},
	} {
		got := test.span.cut([]Segment{s})
		if test.text == "" {
			if len(got) != 0 {
				t.Errorf("%v: got %+v, want nothing", test.span, got)
			}
			continue
		}
		if len(got) != 1 || got[0].Text != test.text || got[0].Start != test.start || got[0].End != test.end {
			t.Errorf("%v: got %+v, want %q from %v to %v", test.span, got, test.text, test.start, test.end)
			continue
		}
		checkSegment(t, test.text, got[0])
	}
	if got := (Span{0, 2}).cut([]Segment{{Start: 1, End: 2, Text: "wordless"}, {Start: 2, End: 3, Text: "after"}}); len(got) != 1 || got[0].Text != "wordless" {
		t.Errorf("without words: got %+v", got)
	}
}

func TestSilences(t *testing.T) {
	transcript := Transcript{
		Entry:     Entry{State: StateDone, Duration: 30},
		Segments:  []Segment{said(2, "two three"), said(10, "ten"), {Start: 16, End: 17, Text: "wordless"}, {Start: 20, End: 25}},
		Omissions: []Omission{{Segment: Segment{Start: 6, End: 9}}},
	}
	for _, test := range []struct {
		name     string
		shortest float64
		state    State
		want     []Span
	}{
		{"2 s", 2, StateDone, []Span{{0, 2}, {3.8, 6}, {10.8, 16}, {17, 30}}},
		{"4 s", 4, StateDone, []Span{{10.8, 16}, {17, 30}}},
		{"as far as it is transcribed", 4, StateCancelled, []Span{{10.8, 15}}},
	} {
		transcript.State, transcript.Position = test.state, 15
		if got := transcript.Silences(test.shortest); !slices.Equal(got, test.want) {
			t.Errorf("%s: got %v, want %v", test.name, got, test.want)
		}
	}
	if got := (Transcript{}).Silences(0); len(got) != 0 {
		t.Errorf("nothing: got %v", got)
	}
}
