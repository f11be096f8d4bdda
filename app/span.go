package app

import (
	"cmp"
	"slices"
	"sort"
)

// Span is a stretch of a recording, in seconds.
type Span struct{ From, To float64 }

// Contains reports whether a second is in the span; its end is not.
func (s Span) Contains(second float64) bool { return second >= s.From && second < s.To }

func (s Span) compare(t Span) int {
	return cmp.Or(cmp.Compare(s.From, t.From), cmp.Compare(s.To, t.To))
}

// cut leaves of segments what is said in the span: the words whose middle is
// there.
func (s Span) cut(all []Segment) (inside []Segment) {
	for _, segment := range all {
		for _, r := range segment.runs([]Span{s}) {
			if r.inside {
				inside = append(inside, segment.part(r.from, r.to))
			}
		}
	}
	return inside
}

// wordRun is some words of a segment that follow each other.
type wordRun struct {
	from, to int // the first, and the one after the last
	inside   bool
}

// runs divides a segment's words by whether their middles are in spans, which are
// in order and apart from each other. One without words has one run, which is
// empty.
func (s Segment) runs(spans []Span) (all []wordRun) {
	in := func(start, end float64) bool {
		middle := (start + end) / 2
		i := sort.Search(len(spans), func(i int) bool { return spans[i].To > middle })
		return i < len(spans) && spans[i].Contains(middle)
	}
	if len(s.Words) == 0 {
		return []wordRun{{inside: in(s.Start, s.End)}}
	}
	for i, w := range s.Words {
		inside := in(w.Start, w.End)
		if n := len(all); n > 0 && all[n-1].inside == inside {
			all[n-1].to = i + 1
		} else {
			all = append(all, wordRun{i, i + 1, inside})
		}
	}
	return all
}

// part is the segment with some of its words only; all of them are all of it.
func (s Segment) part(from, to int) Segment {
	if from == 0 && to == len(s.Words) {
		return s
	}
	if from > 0 {
		s.Start = s.Words[from].Start
	}
	if to < len(s.Words) {
		s.End = s.Words[to-1].End
	}
	return s.saying(split(s)[from:to]).averaged()
}

// Silences are the stretches of at least so many seconds, of what is transcribed,
// in which the text has no word and nothing was left out: in order.
func (t Transcript) Silences(shortest float64) []Span {
	taken := make([]Span, 0, len(t.Segments)+len(t.Omissions)+1)
	for _, s := range t.Segments {
		if s.Text != "" && len(s.Words) == 0 {
			taken = append(taken, Span{s.Start, s.End})
		}
		for _, w := range s.Words {
			taken = append(taken, Span{w.Start, w.End})
		}
	}
	for _, o := range t.Omissions {
		taken = append(taken, Span{o.Segment.Start, o.Segment.End})
	}
	end := t.Duration
	if t.State != StateDone {
		end = t.Position
	}
	taken = append(taken, Span{end, end})
	slices.SortFunc(taken, Span.compare)
	var silences []Span
	at := 0.0
	for _, s := range taken {
		if until := min(s.From, end); until-at >= shortest && until > at {
			silences = append(silences, Span{at, until})
		}
		at = max(at, s.To)
	}
	return silences
}
