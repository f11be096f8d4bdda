package app

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// SetText gives a segment another text; it may have line breaks. Words that stay
// keep their times; the time of those that went is shared by those that came.
// Calls for one segment, key by key, are one step until EndRun.
func (d *Document) SetText(id int64, text string) (Change, error) {
	_, s, err := d.find(id)
	if err != nil {
		return Change{}, err
	}
	return d.grow(run{typing, id}, s, func(origin Segment) Segment {
		if next := origin.retold(text); next.Text != origin.Text {
			return next
		}
		return origin
	}), nil
}

// Split divides a segment before a character of its text, counted in runes, and
// returns the ID of the second part. It fails with ErrNoSplit where there is no
// text on both sides.
func (d *Document) Split(id int64, offset int) (second int64, c Change, err error) {
	_, s, err := d.find(id)
	if err != nil {
		return 0, Change{}, err
	}
	at := byteOffset(s.Text, offset)
	if strings.TrimSpace(s.Text[:at]) == "" || strings.TrimSpace(s.Text[at:]) == "" {
		return 0, Change{}, ErrNoSplit
	}
	a, b := s.split(at)
	b.ID = d.newID()
	return b.ID, d.do(step{edits: []edit{{[]Segment{s}, []Segment{a, b}}}}), nil
}

// split divides a segment at a byte of its text.
func (s Segment) split(at int) (a, b Segment) {
	a, b = s, s
	a.Edited, b.Edited = true, true
	a.Text, b.Text = strings.TrimRight(s.Text[:at], " \t"), strings.TrimLeft(s.Text[at:], " \t\n")
	a.Words, b.Words = nil, nil
	begins := s.wordOffsets()
	for i, w := range s.Words {
		switch n := at - begins[i]; {
		case n >= len(w.Text):
			a.Words = append(a.Words, w)
		case n <= 0:
			b.Words = append(b.Words, w)
		default:
			front, back := w, w
			front.Text, back.Text = w.Text[:n], w.Text[n:]
			front.End = w.Start + (w.End-w.Start)*share(w.Text, n)
			back.Start = front.End
			a.Words, b.Words = append(a.Words, front), append(b.Words, back)
		}
	}
	a.End = s.Start + (s.End-s.Start)*share(s.Text, at)
	b.Start = a.End
	if n := len(a.Words); n > 0 {
		a.End = a.Words[n-1].End
	}
	if len(b.Words) > 0 {
		b.Start = b.Words[0].Start
		if len(a.Words) == 0 {
			a.End = b.Start
		}
	} else {
		b.Start = a.End
	}
	return a.averaged(), b.averaged()
}

// share is how much of a text lies before a byte, 0..1, by runes.
func share(text string, at int) float64 {
	return float64(utf8.RuneCountInString(text[:at])) / float64(utf8.RuneCountInString(text))
}

// byteOffset is where a rune of a text begins; its end if there are not so many.
func byteOffset(text string, runes int) int {
	for i := range text {
		if runes <= 0 {
			return i
		}
		runes--
	}
	return len(text)
}

// wordOffsets are the bytes of the text at which the words begin.
func (s Segment) wordOffsets() []int {
	all := make([]int, len(s.Words))
	at := 0
	for i, w := range s.Words {
		if n := strings.Index(s.Text[at:], w.Text); n >= 0 {
			at += n
			all[i], at = at, at+len(w.Text)
		} else {
			all[i] = at
		}
	}
	return all
}

// Merge makes segments, and those in the rows between them, one, of the first
// one's speaker; a single one and that in the next row. It fails with
// ErrLastSegment if there is no next one.
func (d *Document) Merge(id int64, others ...int64) (Change, error) {
	first, _, err := d.find(id)
	if err != nil {
		return Change{}, err
	}
	last := first
	for _, id := range others {
		i, _, err := d.find(id)
		if err != nil {
			return Change{}, err
		}
		first, last = min(first, i), max(last, i)
	}
	if first == last {
		last++
	}
	if last == len(d.segments) {
		return Change{}, ErrLastSegment
	}
	before := slices.Clone(d.segments[first : last+1])
	whole := before[0]
	for _, s := range before[1:] {
		whole = whole.with(s)
	}
	return d.do(step{edits: []edit{{before, []Segment{whole}}}}), nil
}

// with is the segment and the one after it as one.
func (s Segment) with(b Segment) Segment {
	s.Edited = true
	first, _ := utf8.DecodeRuneInString(b.Text)
	last, _ := utf8.DecodeLastRuneInString(s.Text)
	if s.Text != "" && b.Text != "" && last != '\n' && !(unspaced(last) && unspaced(first)) {
		s.Text += " "
	}
	s.Text += b.Text
	s.Words = slices.Clone(s.Words)
	for _, w := range b.Words {
		if n := len(s.Words); n > 0 { // the two may overlap
			w.Start = max(w.Start, s.Words[n-1].End)
			w.End = max(w.End, w.Start)
		}
		s.Words = append(s.Words, w)
	}
	s.End = max(s.End, b.End)
	return s.averaged()
}

// Delete removes segments; IDs that are not there do not matter.
func (d *Document) Delete(ids ...int64) Change {
	var st step
	for _, s := range d.segments {
		if slices.Contains(ids, s.ID) {
			st.edits = append(st.edits, edit{before: []Segment{s}})
		}
	}
	return d.do(st)
}

// As long is a segment that is inserted where there is room, seconds.
const insertedSeconds = 2

// Insert adds an empty segment of the same speaker after one, or at the start if
// that is 0, and returns its ID. It takes what time there is up to the next one.
func (d *Document) Insert(after int64) (id int64, c Change, err error) {
	s := Segment{Edited: true, Confidence: 1}
	next := 0
	if after != 0 {
		i, before, err := d.find(after)
		if err != nil {
			return 0, Change{}, err
		}
		next = i + 1
		s.Start, s.Speaker = before.End, before.Speaker
	}
	s.End = s.Start + insertedSeconds
	if d.entry.Duration > 0 {
		s.End = max(s.Start, min(s.End, d.entry.Duration))
	}
	if next < len(d.segments) {
		s.End = min(s.End, d.segments[next].Start)
		s.Start = min(s.Start, s.End)
	}
	s.ID = d.newID()
	return s.ID, d.do(step{edits: []edit{{after: []Segment{s}}}}), nil
}

// Nudge moves a segment's start and end by seconds, as SetTimes does.
func (d *Document) Nudge(id int64, start, end float64) (Change, error) {
	_, s, err := d.find(id)
	if err != nil {
		return Change{}, err
	}
	return d.SetTimes(id, s.Start+start, s.End+end)
}

// SetTimes gives a segment other times, in seconds, as near to these as can be:
// it ends no sooner than it starts, lies inside the recording, and reaches no
// further into the segments of the same speaker before and after it than it did.
// Words outside of it move inside; those of a segment that is moved whole go with
// it. Calls for one segment are one step until EndRun, in which words find back.
func (d *Document) SetTimes(id int64, start, end float64) (Change, error) {
	i, s, err := d.find(id)
	if err != nil {
		return Change{}, err
	}
	if sum := start + end; math.IsNaN(sum) || math.IsInf(sum, 0) {
		return Change{}, &UsageError{What: "time", Value: fmt.Sprint(start, "–", end), Want: "a number of seconds"}
	}
	return d.grow(run{timing, id}, s, func(origin Segment) Segment {
		lowest, highest := d.room(i, origin)
		from := min(max(start, lowest), max(highest, origin.Start))
		return origin.between(from, max(from, min(end, max(highest, origin.End))))
	}), nil
}

// room is the time that the segment at a row can take.
func (d *Document) room(row int, s Segment) (start, end float64) {
	end = math.MaxFloat64
	if d.entry.Duration > 0 {
		end = d.entry.Duration
	}
	for i := row - 1; i >= 0; i-- {
		if before := d.segments[i]; before.Speaker == s.Speaker {
			start = min(before.End, s.Start)
			break
		}
	}
	for _, after := range d.segments[row+1:] {
		if after.Speaker == s.Speaker {
			end = min(end, after.Start)
			break
		}
	}
	return start, end
}

// between is the segment at another time.
func (s Segment) between(start, end float64) Segment {
	if start == s.Start && end == s.End {
		return s
	}
	by := 0.0
	if moved := start - s.Start; math.Abs(moved-(end-s.End)) < 1e-9 {
		by = moved
	}
	inside := func(at float64) float64 { return min(max(at+by, start), end) }
	s.Start, s.End = start, end
	s.Words = slices.Clone(s.Words)
	for i, w := range s.Words {
		s.Words[i].Start, s.Words[i].End = inside(w.Start), inside(w.End)
	}
	return s
}
