package app

import (
	"slices"
	"sync/atomic"
)

// Document is an open transcript that a person works on: its segments and
// speakers, and all that was done to them since it was opened, which can be
// undone. It belongs to one goroutine, and nothing in it waits: what is done is
// stored by a goroutine of the App that has opened it.
//
// Segments are named by their IDs, which stay while the document is open; rows
// are their places. Segments that a person has made have IDs below 0, whatever
// the library calls them. Each operation returns what has changed on the screen;
// one that leaves everything as it was returns an empty Change and is no step
// for Undo. After an error nothing has changed.
type Document struct {
	entry     Entry
	omissions []Omission
	segments  []Segment // in order; words are never altered in place
	speakers  []Speaker
	machine   []Segment // the text as the machine wrote it, in order
	history   history
	lastID    int64 // that was given; they count down

	came     map[int64]uint64 // segments that were added from outside: which of the arrivals they were
	arrivals atomic.Uint64

	saver   *saver           // nil stores nothing
	touched map[int64]uint64 // segments that were changed here: which hand-over to the saver said so
}

// Change is what has to be drawn again.
type Change struct {
	Rows     []Splice // in the order in which they happened
	Speakers bool     // names, colours or who there is
}

// Splice is a run of rows that others have taken the place of.
type Splice struct {
	Row           int // the first, once the splices before this one have happened
	Before, After []Segment
}

// IsEmpty reports whether nothing has changed.
func (c Change) IsEmpty() bool { return len(c.Rows) == 0 && !c.Speakers }

// NewDocument opens a transcript that is stored nowhere. App.OpenDocument opens
// one of the library.
func NewDocument(t Transcript) *Document {
	d := &Document{
		entry: t.Entry, omissions: t.Omissions, segments: slices.Clone(t.Segments), speakers: slices.Clone(t.Speakers),
		machine: t.Machine(), touched: map[int64]uint64{}, came: map[int64]uint64{},
	}
	for i := range d.segments {
		if d.segments[i].ID == 0 {
			d.segments[i].ID = d.newID()
		}
		d.meet(d.segments[i].Speaker)
	}
	slices.SortStableFunc(d.segments, inOrder)
	return d
}

// ID is that of the transcript.
func (d *Document) ID() int64 { return d.entry.ID }

// Len is the number of rows.
func (d *Document) Len() int { return len(d.segments) }

// At is the segment at a row. Its words must not be altered.
func (d *Document) At(row int) Segment { return d.segments[row] }

// Row is where a segment is; -1 if it is not there.
func (d *Document) Row(id int64) int {
	return slices.IndexFunc(d.segments, func(s Segment) bool { return s.ID == id })
}

// RowAt is the row of what is being said at a time, in seconds: the last that
// begins before it; -1 if there is none.
func (d *Document) RowAt(seconds float64) int {
	n, _ := slices.BinarySearchFunc(d.segments, seconds, func(s Segment, at float64) int {
		if s.Start <= at {
			return -1
		}
		return 1
	})
	return n - 1
}

// Transcript is the document as it is now, to be exported for instance.
func (d *Document) Transcript() Transcript {
	return Transcript{Entry: d.entry, Segments: slices.Clone(d.segments), Omissions: d.omissions, Speakers: d.Speakers()}
}

func (d *Document) newID() int64 {
	d.lastID--
	return d.lastID
}

// find is the row of a segment and what stands there.
func (d *Document) find(id int64) (int, Segment, error) {
	i := d.Row(id)
	if i < 0 {
		return 0, Segment{}, ErrNoSegment
	}
	return i, d.segments[i], nil
}

// same reports whether two segments are alike in everything.
func same(a, b Segment) bool {
	return a.ID == b.ID && a.Start == b.Start && a.End == b.End && a.Text == b.Text && a.Speaker == b.Speaker &&
		a.Confidence == b.Confidence && a.Edited == b.Edited && sameWords(a.Words, b.Words)
}

func sameWords(a, b []Word) bool {
	if len(a) > 0 && len(a) == len(b) && &a[0] == &b[0] {
		return true // words are never altered in place
	}
	return slices.Equal(a, b)
}

// do takes a step, if it is one, and remembers it.
func (d *Document) do(st step) Change {
	st.edits = slices.DeleteFunc(st.edits, func(e edit) bool { return slices.EqualFunc(e.before, e.after, same) })
	if st.isEmpty() {
		return Change{}
	}
	d.history.add(st)
	return d.apply(st)
}

// apply takes a step that fits the document, and hands it over to be stored.
func (d *Document) apply(st step) Change {
	var c Change
	for _, r := range st.recasts {
		c.Rows = append(c.Rows, d.recast(r)...)
		c.Speakers = true
	}
	if len(st.edits) > 0 {
		c.Rows = append(c.Rows, d.replace(st.edits)...)
	}
	if d.saver != nil {
		n := d.saver.take(st)
		for _, e := range st.edits {
			for _, s := range slices.Concat(e.before, e.after) {
				d.touched[s.ID] = n
			}
		}
	}
	return c
}

// replace puts segments in the places of others, which are there.
func (d *Document) replace(edits []edit) []Splice {
	if !slices.ContainsFunc(edits, edit.moves) {
		splices := make([]Splice, len(edits))
		for i, e := range edits {
			row, _ := slices.BinarySearchFunc(d.segments, e.before[0], inOrder)
			splices[i] = Splice{row, e.before, e.after}
			d.segments[row] = e.after[0]
		}
		return splices
	}
	first, end := len(d.segments), 0 // the rows that this is about
	gone, came := map[int64]bool{}, []Segment(nil)
	for _, e := range edits {
		for _, s := range e.before {
			row, _ := slices.BinarySearchFunc(d.segments, s, inOrder)
			first, end = min(first, row), max(end, row+1)
			gone[s.ID] = true
		}
		for _, s := range e.after {
			row, _ := slices.BinarySearchFunc(d.segments, s, inOrder)
			first, end = min(first, row), max(end, row)
			came = append(came, s)
		}
	}
	before := slices.Clone(d.segments[first:end])
	after := append(slices.DeleteFunc(slices.Clone(before), func(s Segment) bool { return gone[s.ID] }), came...)
	slices.SortFunc(after, inOrder)
	d.segments = slices.Replace(d.segments, first, end, after...)
	return []Splice{{first, before, after}}
}

// difference is what makes rows others: one splice, or none.
func difference(before, after []Segment) []Splice {
	n := min(len(before), len(after))
	first, last := 0, 0
	for first < n && same(before[first], after[first]) {
		first++
	}
	for last < n-first && same(before[len(before)-1-last], after[len(after)-1-last]) {
		last++
	}
	if first == len(before) && first == len(after) {
		return nil
	}
	return []Splice{{first, slices.Clone(before[first : len(before)-last]), slices.Clone(after[first : len(after)-last])}}
}

// ids tells which segments there are, to be asked about n of them.
func (d *Document) ids(n int) func(int64) bool {
	if n < 10 {
		return func(id int64) bool { return d.Row(id) >= 0 }
	}
	all := make(map[int64]bool, len(d.segments))
	for _, s := range d.segments {
		all[s.ID] = true
	}
	return func(id int64) bool { return all[id] }
}
