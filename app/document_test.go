package app

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// talk is a transcript of some lines of a second a word, one after another, "A:"
// in front of who speaks.
func talk(lines ...string) Transcript {
	t := Transcript{Entry: Entry{ID: 1}}
	at := 0.0
	for i, line := range lines {
		s := Segment{ID: int64(i + 1), Start: at, Confidence: 0.5}
		if name, text, found := strings.Cut(line, ": "); found {
			s.Speaker, line = name, text
		}
		s.Text = line
		for _, w := range strings.Fields(line) {
			s.Words = append(s.Words, Word{Text: w, Start: at, End: at + 0.8, Confidence: 0.5})
			at++
		}
		s.End = at
		t.Segments = append(t.Segments, s)
		if s.Speaker != "" && !slices.ContainsFunc(t.Speakers, func(p Speaker) bool { return p.Name == s.Speaker }) {
			t.Speakers = append(t.Speakers, Speaker{Label: s.Speaker, Name: s.Speaker})
		}
	}
	t.Duration = at + 10
	return t
}

// lines is what a document says, as talk takes it.
func lines(d *Document) string {
	var all []string
	for _, s := range d.segments {
		if s.Speaker != "" {
			s.Text = s.Speaker + ": " + s.Text
		}
		all = append(all, s.Text)
	}
	return strings.Join(all, " / ")
}

// check wants a document to be in order.
func check(t *testing.T, what string, d *Document) {
	t.Helper()
	ids := map[int64]bool{}
	for i, s := range d.segments {
		if ids[s.ID] || s.ID == 0 {
			t.Fatalf("%s: the ID %d is there twice", what, s.ID)
		}
		ids[s.ID] = true
		if i > 0 && inOrder(d.segments[i-1], s) >= 0 {
			t.Fatalf("%s: row %d, %+v, does not come after %+v", what, i, s, d.segments[i-1])
		}
		checkSegment(t, what, s)
		if s.Speaker != "" && d.speaker(s.Speaker) < 0 {
			t.Fatalf("%s: nobody is called %q", what, s.Speaker)
		}
	}
	names, labels := map[string]bool{}, map[string]bool{}
	for _, p := range d.speakers {
		if names[p.Name] || labels[p.Label] || p.Name == "" || p.Label == "" {
			t.Fatalf("%s: speakers: got %+v", what, d.speakers)
		}
		names[p.Name], labels[p.Label] = true, true
	}
}

// checkSegment wants times to be in order, and words to be those of the text.
func checkSegment(t *testing.T, what string, s Segment) {
	t.Helper()
	at := s.Start
	var said strings.Builder
	for _, w := range s.Words {
		if w.Start < at-1e-9 || w.End < w.Start || w.Text == "" || w.Text != strings.TrimSpace(w.Text) {
			t.Fatalf("%s: %q lies at %g–%g after %g in %+v", what, w.Text, w.Start, w.End, at, s)
		}
		at = w.End
		said.WriteString(w.Text)
	}
	if at > s.End+1e-9 || s.Start < 0 {
		t.Fatalf("%s: words end at %g in %+v", what, at, s)
	}
	if got, want := said.String(), strings.Join(strings.Fields(s.Text), ""); got != want {
		t.Fatalf("%s: got the words %q of the text %q", what, got, want)
	}
}

// must is a change that has to succeed.
func must(t *testing.T) func(Change, error) Change {
	return func(c Change, err error) Change {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
}

func TestOperations(t *testing.T) {
	three := []string{"A: one two", "A: three four", "B: five six"}
	for _, test := range []struct {
		name string
		do   func(*Document) (Change, error)
		want string
		err  error
	}{
		{"text", func(d *Document) (Change, error) { return d.SetText(2, "three and four") }, "A: one two / A: three and four / B: five six", nil},
		{"text that is the same", func(d *Document) (Change, error) { return d.SetText(2, " three four ") }, "", nil},
		{"text of nothing", func(d *Document) (Change, error) { return d.SetText(9, "x") }, "", ErrNoSegment},
		{"split", func(d *Document) (Change, error) { _, c, err := d.Split(2, 6); return c, err }, "A: one two / A: three / A: four / B: five six", nil},
		{"split in a word", func(d *Document) (Change, error) { _, c, err := d.Split(2, 3); return c, err }, "A: one two / A: thr / A: ee four / B: five six", nil},
		{"split at the start", func(d *Document) (Change, error) { _, c, err := d.Split(2, 0); return c, err }, "", ErrNoSplit},
		{"split at the end", func(d *Document) (Change, error) { _, c, err := d.Split(2, 99); return c, err }, "", ErrNoSplit},
		{"merge", func(d *Document) (Change, error) { return d.Merge(1) }, "A: one two three four / B: five six", nil},
		{"merge with another's", func(d *Document) (Change, error) { return d.Merge(2) }, "A: one two / A: three four five six", nil},
		{"merge several", func(d *Document) (Change, error) { return d.Merge(3, 1) }, "A: one two three four five six", nil},
		{"merge with nothing", func(d *Document) (Change, error) { return d.Merge(1, 9) }, "", ErrNoSegment},
		{"merge the last", func(d *Document) (Change, error) { return d.Merge(3) }, "", ErrLastSegment},
		{"delete", func(d *Document) (Change, error) { return d.Delete(1, 3, 7), nil }, "A: three four", nil},
		{"delete nothing", func(d *Document) (Change, error) { return d.Delete(7), nil }, "", nil},
		{"insert", func(d *Document) (Change, error) { _, c, err := d.Insert(1); return c, err }, "A: one two / A:  / A: three four / B: five six", nil},
		{"insert at the start", func(d *Document) (Change, error) { _, c, err := d.Insert(0); return c, err }, " / A: one two / A: three four / B: five six", nil},
		{"insert at the end", func(d *Document) (Change, error) { _, c, err := d.Insert(3); return c, err }, "A: one two / A: three four / B: five six / B: ", nil},
		{"assign", func(d *Document) (Change, error) { return d.Assign("B", 1, 3), nil }, "B: one two / A: three four / B: five six", nil},
		{"assign somebody new", func(d *Document) (Change, error) { return d.Assign(" C ", 1), nil }, "C: one two / A: three four / B: five six", nil},
		{"assign nobody", func(d *Document) (Change, error) { return d.Assign("", 3), nil }, "A: one two / A: three four / five six", nil},
		{"assign from here on", func(d *Document) (Change, error) { return d.AssignFrom(2, "C") }, "A: one two / C: three four / B: five six", nil},
		{"rename", func(d *Document) (Change, error) { return d.RenameSpeaker("A", "Anna") }, "Anna: one two / Anna: three four / B: five six", nil},
		{"rename to a name that is taken", func(d *Document) (Change, error) { return d.RenameSpeaker("A", "B") }, "", ErrNameTaken},
		{"rename nobody", func(d *Document) (Change, error) { return d.RenameSpeaker("X", "Y") }, "", ErrNoSpeaker},
		{"merge speakers", func(d *Document) (Change, error) { return d.MergeSpeakers("B", "A") }, "A: one two / A: three four / A: five six", nil},
		{"merge with nobody", func(d *Document) (Change, error) { return d.MergeSpeakers("B", "X") }, "", ErrNoSpeaker},
		{"colour", func(d *Document) (Change, error) { return d.ColourSpeaker("B", "#3366cc") }, "A: one two / A: three four / B: five six", nil},
		{"replace all", func(d *Document) (Change, error) {
			c, _, err := d.ReplaceAll(Pattern{Text: "o"}, "0")
			return c, err
		}, "A: 0ne tw0 / A: three f0ur / B: five six", nil},
		{"accept", func(d *Document) (Change, error) { return d.Accept(Position{1, 0}, Position{1, 1}), nil }, "A: one two / A: three four / B: five six", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := NewDocument(talk(three...))
			before := d.Transcript()
			rows := slices.Clone(d.segments)
			c, err := test.do(d)
			if err != test.err {
				t.Fatalf("got error %v, want %v", err, test.err)
			}
			check(t, "done", d)
			if test.want == "" {
				if !c.IsEmpty() || d.CanUndo() || lines(d) != strings.Join(three, " / ") {
					t.Errorf("got %q and %+v, want nothing changed", lines(d), c)
				}
				return
			}
			if got := lines(d); got != test.want || c.IsEmpty() {
				t.Errorf("got %q, want %q", got, test.want)
			}
			wantRows(t, "done", rows, c, d)
			after := d.Transcript()
			rows = slices.Clone(d.segments)
			wantRows(t, "undone", rows, d.Undo(), d)
			wantTranscript(t, "undone", d.Transcript(), before)
			if d.CanUndo() {
				t.Error("it took more than one step")
			}
			d.Redo()
			wantTranscript(t, "done again", d.Transcript(), after)
		})
	}
}

// wantRows wants a change to make one state of the rows the other.
func wantRows(t *testing.T, what string, rows []Segment, c Change, d *Document) {
	t.Helper()
	for _, s := range c.Rows {
		if !slices.EqualFunc(rows[s.Row:s.Row+len(s.Before)], s.Before, same) {
			t.Fatalf("%s: row %d: got %+v, want %+v", what, s.Row, s.Before, rows[s.Row:s.Row+len(s.Before)])
		}
		rows = slices.Replace(slices.Clone(rows), s.Row, s.Row+len(s.Before), s.After...)
	}
	if !slices.EqualFunc(rows, d.segments, same) {
		t.Fatalf("%s: the rows that are told of are not those that there are", what)
	}
}

func wantTranscript(t *testing.T, what string, got, want Transcript) {
	t.Helper()
	if !slices.EqualFunc(got.Segments, want.Segments, same) {
		t.Fatalf("%s: got %+v, want %+v", what, got.Segments, want.Segments)
	}
	if !slices.Equal(got.Speakers, want.Speakers) {
		t.Fatalf("%s: got speakers %+v, want %+v", what, got.Speakers, want.Speakers)
	}
}

// Key by key is one step, and words that come back have their times again.
func TestTypingIsOneStep(t *testing.T) {
	d := NewDocument(talk("their house is old", "next"))
	original := d.At(0)
	for _, text := range []string{"their hous is old", "their  is old", "their h is old", "their house is old", "their house is ol"} {
		must(t)(d.SetText(1, text))
		check(t, text, d)
	}
	if d.At(0).Words[1] != original.Words[1] {
		t.Errorf("got %+v, want the times of %+v", d.At(0).Words[1], original.Words[1])
	}
	d.EndRun()
	must(t)(d.SetText(1, "their house is"))
	must(t)(d.SetText(2, "last"))
	must(t)(d.SetText(1, "their house"))
	for _, want := range []string{"their house is / last", "their house is / next", "their house is ol / next", "their house is old / next"} {
		if d.Undo(); lines(d) != want {
			t.Errorf("undo: got %q, want %q", lines(d), want)
		}
	}
	if d.CanUndo() || !same(d.At(0), original) {
		t.Errorf("got %+v, want %+v", d.At(0), original)
	}
	// Back at the beginning there is nothing to undo.
	must(t)(d.SetText(1, "x"))
	must(t)(d.SetText(1, original.Text))
	if d.CanUndo() || !same(d.At(0), original) {
		t.Errorf("got %+v and something to undo", d.At(0))
	}
}

// A new step makes what was undone impossible to do again.
func TestRedoEnds(t *testing.T) {
	d := NewDocument(talk("a", "b"))
	must(t)(d.SetText(1, "x"))
	d.Undo()
	must(t)(d.SetText(2, "y"))
	if d.CanRedo() || !d.Redo().IsEmpty() || lines(d) != "a / y" {
		t.Errorf("got %q", lines(d))
	}
}

func TestSplitTimes(t *testing.T) {
	d := NewDocument(talk("one seven ten"))
	second, _, err := d.Split(1, 6) // after "se"
	if err != nil {
		t.Fatal(err)
	}
	a, b := d.At(0), d.At(1)
	cut := 1 + 0.8*2/5
	if a.Start != 0 || !near(a.End, cut) || !near(b.Start, cut) || b.End != 3 || b.ID != second || b.Words[0].Text != "ven" {
		t.Errorf("got %+v and %+v, want them to meet at %g", a, b, cut)
	}
	must(t)(d.Merge(1))
	if got := d.At(0); got.Text != "one se ven ten" || got.Start != 0 || got.End != 3 || len(got.Words) != 4 {
		t.Errorf("merged: got %+v", got)
	}
}

// Without word times, and without blanks.
func TestSplitOddText(t *testing.T) {
	d := NewDocument(Transcript{Segments: []Segment{
		{ID: 1, Start: 0, End: 10, Text: "no words here"},
		{ID: 2, Start: 10, End: 14, Text: "你们好吗", Words: []Word{{"你们", 10, 12, 1}, {"好", 12, 13, 1}, {"吗", 13, 14, 1}}},
		{ID: 3, Start: 14, End: 16, Text: "a line\n\nanother", Words: []Word{{"a", 14, 14.5, 1}, {"line", 14.5, 15, 1}, {"another", 15, 16, 1}}},
	}})
	for id, offset := range map[int64]int{1: 3, 2: 2, 3: 8} {
		if _, _, err := d.Split(id, offset); err != nil {
			t.Fatal(err)
		}
	}
	if want := "no / words here / 你们 / 好吗 / a line\n\n / another"; lines(d) != want {
		t.Errorf("got %q, want %q", lines(d), want)
	}
	if a, b := d.At(0), d.At(1); a.End != b.Start || !near(a.End, 10*3.0/13) {
		t.Errorf("got %+v and %+v, want the time shared by the letters", a, b)
	}
	row := d.Row(2)
	must(t)(d.Merge(2))
	if got := d.At(row).Text; got != "你们好吗" {
		t.Errorf("merged: got %q, want no blank", got)
	}
}

func TestTimes(t *testing.T) {
	for _, test := range []struct {
		name       string
		id         int64
		start, end float64
		want       [2]float64
	}{
		{"shorter", 2, 2.5, 3.5, [2]float64{2.5, 3.5}},
		{"into the one before", 2, 0, 4, [2]float64{2, 4}},
		{"into the one after, of another", 2, 2, 5, [2]float64{2, 5}},
		{"beyond the next of the same", 2, 2, 8, [2]float64{2, 6}},
		{"ends before it starts", 2, 3.5, 3, [2]float64{3.5, 3.5}},
		{"before the recording", 1, -5, 2, [2]float64{0, 2}},
		{"after the recording", 4, 6, 99, [2]float64{6, 18}},
		{"moved whole", 3, 4.5, 6.5, [2]float64{4.5, 6.5}},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := NewDocument(talk("A: one two", "A: three four", "B: five six", "A: seven eight"))
			must(t)(d.SetTimes(test.id, test.start, test.end))
			check(t, "set", d)
			if s := d.At(d.Row(test.id)); [2]float64{s.Start, s.End} != test.want {
				t.Errorf("got %g–%g, want %g–%g", s.Start, s.End, test.want[0], test.want[1])
			}
			// In the same run words find back.
			must(t)(d.SetTimes(test.id, 2*float64(test.id)-2, 2*float64(test.id)))
			wantTranscript(t, "back", d.Transcript(), NewDocument(talk("A: one two", "A: three four", "B: five six", "A: seven eight")).Transcript())
		})
	}
	d := NewDocument(talk("B: one two", "A: three four"))
	must(t)(d.Nudge(1, 1.5, 1.5))
	if s := d.At(0); !near(s.Words[0].Start, 1.5) || !near(s.Words[1].End, 3.3) {
		t.Errorf("nudged whole: got %+v, want its words to go with it", s)
	}
	must(t)(d.Nudge(1, 1, 1))
	if lines(d) != "A: three four / B: one two" {
		t.Errorf("past another: got %q", lines(d))
	}
	if d.Undo(); d.CanUndo() {
		t.Error("nudges are more than one step")
	}
}

// Any operations, and back, and forth again.
func TestHistoryIsComplete(t *testing.T) {
	for seed := range uint64(60) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			w := &worker{T: t, Rand: rand.New(rand.NewPCG(seed, 5)), d: NewDocument(talk(
				"A: one two three", "B: four five", "A: six", "seven eight nine ten", "B: eleven 你好 twelve.", "A: thirteen"))}
			first := w.d.Transcript()
			for n := range 60 {
				rows := slices.Clone(w.d.segments)
				name, c := w.step()
				check(t, name, w.d)
				wantRows(t, fmt.Sprint(n, ": ", name), rows, c, w.d)
			}
			last := w.d.Transcript()
			steps := 0
			for ; w.d.CanUndo(); steps++ {
				rows := slices.Clone(w.d.segments)
				wantRows(t, "undo", rows, w.d.Undo(), w.d)
				check(t, "undo", w.d)
			}
			wantTranscript(t, "all undone", w.d.Transcript(), first)
			for range steps { // the walk itself may have ended with something undone
				rows := slices.Clone(w.d.segments)
				wantRows(t, "redo", rows, w.d.Redo(), w.d)
			}
			wantTranscript(t, "all done again", w.d.Transcript(), last)
		})
	}
}

// worker does something to a document.
type worker struct {
	*testing.T
	*rand.Rand
	d *Document
}

func (w *worker) pick() int64 {
	if w.d.Len() == 0 {
		return 0
	}
	return w.d.At(w.IntN(w.d.Len())).ID
}

func (w *worker) phrase() string {
	words := strings.Fields("one Two, three 你好 four. — five\n\nsix a")
	text := ""
	for range w.IntN(6) {
		text += words[w.IntN(len(words))] + []string{" ", "  ", "\n", " "}[w.IntN(4)]
	}
	return text
}

func (w *worker) name() string { return []string{"A", "B", "C", "D", ""}[w.IntN(5)] }

// deeds are what can be done to a document; what cannot be done at that place
// fails and changes nothing.
var deeds = []struct {
	name string
	do   func(w *worker, d *Document, id int64) (Change, error)
}{
	{"text", func(w *worker, d *Document, id int64) (Change, error) { return d.SetText(id, w.phrase()) }},
	{"type", func(w *worker, d *Document, id int64) (Change, error) {
		return d.SetText(id, fmt.Sprint(w.phrase(), id))
	}},
	{"split", func(w *worker, d *Document, id int64) (c Change, err error) {
		_, c, err = d.Split(id, w.IntN(20))
		return c, err
	}},
	{"split", func(w *worker, d *Document, id int64) (c Change, err error) {
		_, c, err = d.Split(id, w.IntN(6))
		return c, err
	}},
	{"merge", func(_ *worker, d *Document, id int64) (Change, error) { return d.Merge(id) }},
	{"merge several", func(w *worker, d *Document, id int64) (Change, error) { return d.Merge(id, w.pick()) }},
	{"delete", func(_ *worker, d *Document, id int64) (Change, error) { return d.Delete(id), nil }},
	{"insert", func(_ *worker, d *Document, id int64) (c Change, err error) {
		_, c, err = d.Insert(id)
		return c, err
	}},
	{"nudge", func(w *worker, d *Document, id int64) (Change, error) {
		return d.Nudge(id, w.NormFloat64(), w.NormFloat64())
	}},
	{"times", func(w *worker, d *Document, id int64) (Change, error) {
		return d.SetTimes(id, 10*w.NormFloat64(), 10*w.NormFloat64())
	}},
	{"assign", func(w *worker, d *Document, id int64) (Change, error) { return d.Assign(w.name(), id, w.pick()), nil }},
	{"assign from", func(w *worker, d *Document, id int64) (Change, error) { return d.AssignFrom(id, w.name()) }},
	{"rename", func(w *worker, d *Document, _ int64) (Change, error) { return d.RenameSpeaker(w.name(), w.name()) }},
	{"merge speakers", func(w *worker, d *Document, _ int64) (Change, error) { return d.MergeSpeakers(w.name(), w.name()) }},
	{"colour", func(w *worker, d *Document, _ int64) (Change, error) {
		return d.ColourSpeaker(w.name(), fmt.Sprint(1+w.IntN(3)))
	}},
	{"replace all", func(w *worker, d *Document, _ int64) (c Change, err error) {
		q := Pattern{Text: []string{"e", "one", "[ae]", "好"}[w.IntN(4)], Regexp: true}
		c, _, err = d.ReplaceAll(q, []string{"o", "", " ", "two words"}[w.IntN(4)])
		return c, err
	}},
	{"replace", func(w *worker, d *Document, _ int64) (Change, error) {
		q := Pattern{Text: "o"}
		all, err := d.Find(q)
		if err != nil || len(all) == 0 {
			return Change{}, err
		}
		return d.Replace(q, all[w.IntN(len(all))], "uu")
	}},
	{"accept", func(_ *worker, d *Document, id int64) (Change, error) { return d.Accept(Position{id, 0}), nil }},
	{"restore", func(w *worker, d *Document, _ int64) (Change, error) {
		rows := d.CompareMachine()
		i := w.IntN(max(1, len(rows)))
		c, _ := d.Take(rows[i:min(len(rows), i+2)]...)
		return c, nil
	}},
	{"undo", func(_ *worker, d *Document, _ int64) (Change, error) { return d.Undo(), nil }},
	{"redo", func(_ *worker, d *Document, _ int64) (Change, error) { return d.Redo(), nil }},
	{"end the run", func(_ *worker, d *Document, _ int64) (Change, error) {
		d.EndRun()
		return Change{}, nil
	}},
}

// step does one of them.
func (w *worker) step() (name string, c Change) {
	deed := deeds[w.IntN(len(deeds))]
	c, err := deed.do(w, w.d, w.pick())
	if err != nil && !c.IsEmpty() {
		w.Fatalf("%s: got error %v and %+v", deed.name, err, c)
	}
	return deed.name, c
}
