package app

import "slices"

// CompareWithin is Compare for another text of stretches of the recording only,
// which are in order and apart from each other: for HeardAgain. What the document
// says elsewhere has no row. Of a segment that reaches out of a stretch the words
// out there are in Other too, as they are, so that Take keeps them.
func (d *Document) CompareWithin(stretches []Span, other []Segment) []Compared {
	var present []Segment
	var all []patch // of the other text, and of the present one what stays
	for _, s := range d.segments {
		runs := s.runs(stretches)
		if !slices.ContainsFunc(runs, func(r wordRun) bool { return r.inside }) {
			continue
		}
		present = append(present, s)
		for _, r := range runs {
			if !r.inside {
				all = append(all, patch{s.part(r.from, r.to), &s})
			}
		}
	}
	for _, o := range other {
		all = append(all, patch{o, nil})
	}
	return d.compare(present, patched(all))
}

// patch is a piece of text that takes the place of another.
type patch struct {
	Segment
	of *Segment // that its last words are left over from; nil if they come from the other text
}

// patched are the segments of patches: what is left over from a segment is one
// with what comes in the place of the rest.
func patched(all []patch) []Segment {
	slices.SortStableFunc(all, func(a, b patch) int { return inOrder(a.Segment, b.Segment) })
	var done []patch
	open := 0 // of those that end with what is left over
	for _, p := range all {
		i := -1
		if p.of != nil || open > 0 {
			i = before(done, &p)
		}
		if i < 0 {
			done = append(done, p)
		} else {
			if done[i].of != nil {
				open--
			}
			done[i] = patch{done[i].with(p.Segment), p.of}
		}
		if p.of != nil {
			open++
		}
	}
	segments := make([]Segment, len(done))
	for i, p := range done {
		segments[i] = p.Segment
	}
	return segments
}

// before is the index of the last patch that the next one makes one segment with,
// -1 if there is none.
func before(done []patch, next *patch) int {
	i := len(done) - 1
	for i >= 0 && !done[i].precedes(next) {
		i--
	}
	return i
}

// precedes reports whether two patches, in order, are of one segment.
func (p *patch) precedes(next *patch) bool {
	switch {
	case p.of != nil && next.of != nil:
		return p.of.ID == next.of.ID
	case p.of != nil:
		return overlap(*p.of, next.Segment)
	case next.of != nil:
		return overlap(*next.of, p.Segment)
	}
	return false
}
