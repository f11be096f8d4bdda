package app

import "slices"

// Below these confidences a word is a little doubtful, doubtful, and very
// doubtful. 0 is no doubt: whoever made the word did not tell.
var doubts = [...]float64{0.7, 0.5, 0.3}

// Doubt is how doubtful a word is: 0 not at all, 3 very much.
func (w Word) Doubt() int {
	strength := 0
	for strength < len(doubts) && w.Confidence > 0 && w.Confidence < doubts[strength] {
		strength++
	}
	return strength
}

// Position is a word of a document.
type Position struct {
	Segment int64
	Word    int // of the segment's Words; -1 is before the first
}

// Doubts counts the words that are doubtful with this strength or more, 1..3.
func (d *Document) Doubts(strength int) int {
	n := 0
	for _, s := range d.segments {
		for _, w := range s.Words {
			if w.Doubt() >= strength {
				n++
			}
		}
	}
	return n
}

// NextDoubt is the first word after a position that is doubtful with this
// strength or more, 1..3; from the zero Position, or one that is not there any
// more, it looks at all words. ok is false at the end.
func (d *Document) NextDoubt(from Position, strength int) (p Position, ok bool) {
	row := d.Row(from.Segment)
	if row < 0 {
		row, from.Word = 0, -1
	}
	for ; row < len(d.segments); row++ {
		s := d.segments[row]
		for i := max(0, from.Word+1); i < len(s.Words); i++ {
			if s.Words[i].Doubt() >= strength {
				return Position{s.ID, i}, true
			}
		}
		from.Word = -1
	}
	return Position{}, false
}

// PreviousDoubt is the last doubtful word before a position, as NextDoubt.
func (d *Document) PreviousDoubt(from Position, strength int) (p Position, ok bool) {
	row := d.Row(from.Segment)
	if row < 0 {
		if row = len(d.segments) - 1; row < 0 {
			return Position{}, false
		}
		from.Word = len(d.segments[row].Words)
	}
	for ; row >= 0; row-- {
		s := d.segments[row]
		for i := min(from.Word, len(s.Words)) - 1; i >= 0; i-- {
			if s.Words[i].Doubt() >= strength {
				return Position{s.ID, i}, true
			}
		}
		if row > 0 {
			from.Word = len(d.segments[row-1].Words)
		}
	}
	return Position{}, false
}

// Accept says that words are right: a person has reviewed them. Positions that
// are not there do not matter.
func (d *Document) Accept(words ...Position) Change {
	var st step
	for _, s := range d.segments {
		if after := s.accepted(words); !slices.Equal(after.Words, s.Words) {
			st.edits = append(st.edits, edit{[]Segment{s}, []Segment{after.averaged()}})
		}
	}
	return d.do(st)
}

// accepted is the segment with those of the words certain that are its own.
func (s Segment) accepted(words []Position) Segment {
	mine := func(p Position) bool { return p.Segment == s.ID && p.Word >= 0 && p.Word < len(s.Words) }
	if !slices.ContainsFunc(words, mine) {
		return s
	}
	s.Words, s.Edited = slices.Clone(s.Words), true
	for _, p := range words {
		if mine(p) {
			s.Words[p.Word].Confidence = 1
		}
	}
	return s
}
