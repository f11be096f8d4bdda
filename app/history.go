package app

import "slices"

// step is what Undo takes back at once.
type step struct {
	edits   []edit // of different segments
	recasts []recast
	run     run // what it may grow by while it is the newest
}

// edit puts segments in the place of others. What belongs together is one edit:
// it is undone whole or, if something else has come in its place, not at all.
type edit struct{ before, after []Segment }

// recast makes a speaker another, by the label; one without is nobody.
type recast struct {
	at            int // in the list
	before, after Speaker
}

// run is something that a person does bit by bit: all of it is one step.
type run struct {
	what    activity
	segment int64
}

type activity int

const (
	atOnce activity = iota // no run
	typing
	timing
)

// history is what was done and what was undone, the newest last.
type history struct {
	done, undone []step
	open         bool // the newest step may grow
}

func (h *history) add(st step) {
	h.done, h.undone, h.open = append(h.done, st), nil, st.run.what != atOnce
}

func (st step) isEmpty() bool { return len(st.edits)+len(st.recasts) == 0 }

// inverse is the step that takes st back.
func (st step) inverse() step {
	back := step{edits: make([]edit, len(st.edits)), recasts: make([]recast, len(st.recasts))}
	for i, e := range st.edits {
		back.edits[i] = edit{e.after, e.before}
	}
	for i, r := range st.recasts {
		back.recasts[len(st.recasts)-1-i] = recast{r.at, r.after, r.before}
	}
	return back
}

// moves reports whether an edit changes which rows there are, or might change
// their order.
func (e edit) moves() bool {
	return len(e.before) != 1 || len(e.after) != 1 || inOrder(e.before[0], e.after[0]) != 0
}

// CanUndo reports whether there is a step to undo.
func (d *Document) CanUndo() bool { return len(d.history.done) > 0 }

// CanRedo reports whether there is a step to do again.
func (d *Document) CanRedo() bool { return len(d.history.undone) > 0 }

// Undo takes the newest step back. What has been replaced from outside since
// stays as it is now; a step of which nothing else is left is passed over.
func (d *Document) Undo() Change { return d.move(&d.history.done, &d.history.undone) }

// Redo does again what was undone last, as Undo does.
func (d *Document) Redo() Change { return d.move(&d.history.undone, &d.history.done) }

// move takes back the newest step of one stack and puts that on the other.
func (d *Document) move(from, to *[]step) Change {
	d.history.open = false
	for len(*from) > 0 {
		last := len(*from) - 1
		st := d.possible((*from)[last].inverse())
		*from = (*from)[:last]
		if !st.isEmpty() {
			*to = append(*to, st)
			return d.apply(st)
		}
	}
	return Change{}
}

// possible is as much of a step as fits the document.
func (d *Document) possible(st step) step {
	there := d.ids(len(st.edits))
	st.edits = slices.DeleteFunc(st.edits, func(e edit) bool { return !d.fits(e, there) })
	st.recasts = slices.DeleteFunc(st.recasts, func(r recast) bool { return !d.castable(r) })
	return st
}

// fits reports whether the segments that an edit replaces are there as they were,
// and those that it brings are not.
func (d *Document) fits(e edit, there func(int64) bool) bool {
	for _, s := range e.before {
		row, found := slices.BinarySearchFunc(d.segments, s, inOrder)
		if !found || !same(d.segments[row], s) {
			return false
		}
	}
	return !slices.ContainsFunc(e.after, func(s Segment) bool {
		return !slices.ContainsFunc(e.before, func(b Segment) bool { return b.ID == s.ID }) && there(s.ID)
	})
}

// EndRun ends what a person was doing bit by bit, typing in a segment or moving
// its times: what comes next is another step for Undo. To be called when the
// focus leaves a segment, and after a pause.
func (d *Document) EndRun() { d.history.open = false }

// grow changes a segment as a part of a run. change gets the segment as it was
// before the run, so that nothing is lost on the way from one text to another,
// and returns it as it should be now.
func (d *Document) grow(r run, now Segment, change func(Segment) Segment) Change {
	origin := now
	var newest *edit
	if h := &d.history; h.open && h.done[len(h.done)-1].run == r {
		if e := &h.done[len(h.done)-1].edits[0]; same(e.after[0], now) {
			newest, origin = e, e.before[0]
		}
	}
	next := change(origin)
	if !same(next, origin) {
		next.Edited = true
	}
	switch {
	case same(next, now):
		return Change{}
	case newest == nil:
		return d.do(step{edits: []edit{{[]Segment{now}, []Segment{next}}}, run: r})
	case same(next, origin):
		h := &d.history
		h.done, h.open = h.done[:len(h.done)-1], false
	default:
		newest.after = []Segment{next}
	}
	return d.apply(step{edits: []edit{{[]Segment{now}, []Segment{next}}}})
}
