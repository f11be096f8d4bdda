package app

import (
	"math"
	"slices"
	"sort"
	"strings"
)

// Compared is a stretch of time in two texts of the same recording: what the
// document says and what the other one does. Either may be empty.
type Compared struct {
	Present, Other []Segment
	Passages       []Difference // of the present text (Before) and the other (After)
	Edited         bool         // a person has edited the present text, or removed what stood there

	machine bool // the other is what the machine wrote of this document
}

// IsSame reports whether both texts say the same.
func (c Compared) IsSame() bool {
	return !slices.ContainsFunc(c.Passages, func(d Difference) bool { return d.Before != d.After })
}

// CompareMachine compares the document with the text as the machine wrote it.
// Take restores rows of it.
func (d *Document) CompareMachine() []Compared {
	spoke := make(map[int64]string, len(d.machine)) // by the machine's word
	for _, s := range d.machine {
		spoke[s.ID] = s.Speaker
	}
	all := compare(d.segments, d.machine, func(a, b Segment) bool {
		if speaker, ok := spoke[a.ID]; ok {
			a.Speaker = speaker // whatever a person says
		}
		return a.ID == b.ID || overlap(a, b)
	})
	for i := range all {
		all[i].machine = true
	}
	return all
}

// Compare pairs the document with another text of the same recording by time, in
// order: for instance one by another model. Where the other says nothing, rows
// have nothing in Other, and Take would empty them: of a text of a part of the
// recording CompareWithin makes rows.
func (d *Document) Compare(other []Segment) []Compared {
	return d.compare(d.segments, other)
}

// CompareTranscript is Compare with another transcript. Speakers are those who
// have the same label there, whatever people call them.
func (d *Document) CompareTranscript(t Transcript) []Compared {
	other := slices.Clone(t.Segments)
	callSpeakers(other, d.names(t.Speakers))
	return d.Compare(other)
}

// compare is Compare for some of the document's segments.
func (d *Document) compare(present, other []Segment) []Compared {
	all := compare(present, other, overlap)
	for i, c := range all {
		all[i].Edited = c.Edited || len(c.Present) == 0 && d.removed(c.Other)
	}
	return all
}

// removed reports whether the machine had written something where other text is
// and the document says nothing.
func (d *Document) removed(other []Segment) bool {
	return slices.ContainsFunc(other, func(o Segment) bool {
		return slices.ContainsFunc(d.machine, func(s Segment) bool { return overlap(s, o) })
	})
}

// compare pairs segments in order with others that are alike, by ID or by time.
func compare(present, other []Segment, alike func(a, b Segment) bool) []Compared {
	other = slices.SortedStableFunc(slices.Values(other), inOrder)
	set := newSets(len(present) + len(other))
	latest := make([]float64, len(present)) // end of a segment up to each
	end := math.Inf(-1)
	for i, s := range present {
		end = max(end, s.End)
		latest[i] = end
	}
	at := make(map[int64]int, len(present))
	for i, s := range present {
		at[s.ID] = i
	}
	for j, o := range other {
		if i, ok := at[o.ID]; ok && alike(present[i], o) {
			set.join(i, len(present)+j) // wherever it has been moved
		}
		first := sort.Search(len(latest), func(i int) bool { return latest[i] >= o.Start })
		for i := first; i < len(present) && present[i].Start <= o.End; i++ {
			if alike(present[i], o) {
				set.join(i, len(present)+j)
			}
		}
	}
	rows := map[int]*Compared{}
	var order []*Compared
	row := func(i int) *Compared {
		i = set.find(i)
		if rows[i] == nil {
			rows[i] = &Compared{}
			order = append(order, rows[i])
		}
		return rows[i]
	}
	for i, s := range present {
		c := row(i)
		c.Present, c.Edited = append(c.Present, s), c.Edited || s.Edited
	}
	for j, o := range other {
		c := row(len(present) + j)
		c.Other = append(c.Other, o)
	}
	all := make([]Compared, len(order))
	for i, c := range order {
		c.Passages = passages(fieldsOf(c.Present), fieldsOf(c.Other))
		all[i] = *c
	}
	slices.SortStableFunc(all, func(a, b Compared) int { return inOrder(a.first(), b.first()) })
	return all
}

func (c Compared) first() Segment {
	if len(c.Present) > 0 {
		return c.Present[0]
	}
	return c.Other[0]
}

// overlap reports whether two segments are of the same speech: the shorter one
// lies mostly in the other, and who speaks is the same or not known, or they say
// much the same.
func overlap(a, b Segment) bool {
	shared := min(a.End, b.End) - max(a.Start, b.Start)
	short := min(a.End-a.Start, b.End-b.Start)
	if shared <= short/2 && (short > 0 || shared < 0) {
		return false
	}
	return a.Speaker == b.Speaker || a.Speaker == "" || b.Speaker == "" || resemble(a, b)
}

// resemble reports whether half of the words of one segment are in the other.
func resemble(a, b Segment) bool {
	few, many := bareWords(fieldsOf([]Segment{a})), bareWords(fieldsOf([]Segment{b}))
	if len(few) > len(many) {
		few, many = many, few
	}
	n := 0
	for _, w := range few {
		if slices.Contains(many, w) {
			n++
		}
	}
	return n > 0 && 2*n >= len(few)
}

// fieldsOf are the words of segments, as they are compared: where a script has
// no blanks, their own.
func fieldsOf(segments []Segment) (all []string) {
	for _, s := range segments {
		if !strings.ContainsFunc(s.Text, unspaced) {
			all = append(all, strings.Fields(s.Text)...)
			continue
		}
		all = append(all, wordsOf(s.Text, s.Words)...)
	}
	return all
}

// Take puts the other text in the place of the document's, in rows of Compare,
// whether they were edited or not: in one step. Rows whose present text has
// changed since they were compared are left as they are, and returned.
func (d *Document) Take(rows ...Compared) (c Change, left []Compared) {
	return d.take(rows, func(Compared) bool { return true })
}

// TakeUnedited does what Take does where nobody has edited the present text and
// the other one says something. It returns the other rows that are different: to
// be asked about.
func (d *Document) TakeUnedited(rows []Compared) (c Change, left []Compared) {
	return d.take(rows, func(c Compared) bool { return !c.Edited && len(c.Other) > 0 })
}

func (d *Document) take(rows []Compared, wanted func(Compared) bool) (c Change, left []Compared) {
	there := d.ids(len(rows))
	var st step
	var names []string
	for _, row := range rows {
		if row.IsSame() && !row.machine { // of the machine's text the segments count too
			continue
		}
		if !wanted(row) || !d.fits(edit{before: row.Present}, there) {
			left = append(left, row)
			continue
		}
		after := d.taken(row)
		for _, s := range after {
			if !slices.Contains(names, s.Speaker) {
				names = append(names, s.Speaker)
			}
		}
		st.edits = append(st.edits, edit{row.Present, after})
	}
	for _, name := range names {
		for _, r := range d.invite(name) {
			r.at += len(st.recasts)
			st.recasts = append(st.recasts, r)
		}
	}
	return d.do(st), left
}

// taken is the other text of a row as it comes into the document. Who speaks is
// who speaks there now.
func (d *Document) taken(row Compared) []Segment {
	all := slices.Clone(row.Other)
	for i := range all {
		s := &all[i]
		heard := s.Speaker
		if p := nearest(row.Present, *s); p != nil {
			s.Speaker = p.Speaker
		}
		s.Edited = !row.machine || s.Speaker != heard
		if i < len(row.Present) {
			s.ID = row.Present[i].ID
		} else {
			s.ID = d.newID()
		}
	}
	return all
}

// nearest is the segment that shares most time with s; nil if there is none.
func nearest(segments []Segment, s Segment) (best *Segment) {
	shared := math.Inf(-1)
	for i, o := range segments {
		if t := min(o.End, s.End) - max(o.Start, s.Start); t > shared {
			best, shared = &segments[i], t
		}
	}
	return best
}

// sets are groups of numbers: a union-find structure.
type sets []int

func newSets(n int) sets {
	s := make(sets, n)
	for i := range s {
		s[i] = i
	}
	return s
}

func (s sets) find(i int) int {
	for s[i] != i {
		s[i] = s[s[i]]
		i = s[i]
	}
	return i
}

func (s sets) join(i, j int) { s[s.find(j)] = s.find(i) }
