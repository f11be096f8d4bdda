package app

import (
	"context"
	"slices"
)

// What happens to an open document without the person who works on it: a job or
// a recording adds segments, a command changes one, a better model replaces the
// text. None of it is a step for Undo, and what the person has done and is not
// stored yet stays as it is.

// Added shows segments that SegmentsAdded reports. Those that are there already,
// or were there and have been deleted, do not matter.
func (d *Document) Added(segments []Segment) Change {
	there, people := d.ids(len(segments)), len(d.speakers)
	var came []Segment
	for _, s := range segments {
		if s.ID == 0 {
			s.ID = d.newID()
		}
		s.ID = d.nameOf(s.ID)
		if there(s.ID) || d.touched[s.ID] != 0 {
			continue
		}
		s.Speaker = d.meet(s.Speaker)
		came = append(came, s)
		d.came[s.ID] = d.arrivals.Add(1)
		if !s.Edited {
			d.machine = append(d.machine, s)
		}
	}
	slices.SortStableFunc(d.machine, inOrder)
	if len(came) == 0 {
		return Change{}
	}
	return Change{Rows: d.replace([]edit{{after: came}}), Speakers: len(d.speakers) > people}
}

// Changed shows segments that SegmentsChanged reports.
func (d *Document) Changed(segments []Segment) Change {
	var c Change
	for _, s := range segments {
		s.ID = d.nameOf(s.ID)
		row := d.Row(s.ID)
		if row < 0 || d.isUnsaved(s.ID, d.stored()) {
			continue
		}
		s.Speaker = d.segments[row].Speaker // who speaks is not what it tells
		if before := d.segments[row]; !same(s, before) {
			c.Rows = append(c.Rows, d.replace([]edit{{[]Segment{before}, []Segment{s}}})...)
		}
	}
	return c
}

// Fresh is what the library holds of an open document at some moment.
type Fresh struct {
	transcript Transcript
	stored     uint64 // steps that it knows of
	arrived    uint64 // segments that had come by then
}

// ReadAgain reads what the library holds of an open document, for
// Document.Refresh: after TextReplaced, and when a job has gone on with it.
func (a *App) ReadAgain(ctx context.Context, d *Document) (Fresh, error) {
	if d.saver == nil {
		return Fresh{}, ErrNotFound
	}
	d.saver.storing.Lock() // else IDs of segments might be there that are not known yet
	defer d.saver.storing.Unlock()
	f := Fresh{stored: d.saver.stored(), arrived: d.arrivals.Load()}
	var err error
	f.transcript, err = a.library.Transcript(ctx, d.saver.id)
	for i := range f.transcript.Segments {
		s := &f.transcript.Segments[i]
		s.ID = d.saver.name(s.ID)
	}
	return f, err
}

// Refresh shows what the library holds now. Where the person has done something
// since, that stays, and better text is left out that lies there. Segments that
// have come since stay too.
func (d *Document) Refresh(f Fresh) Change {
	people := len(d.speakers)
	t := d.asCalled(f.transcript)
	var next []Segment
	mine := Transcript{} // what is not stored yet
	for _, s := range d.segments {
		if d.isUnsaved(s.ID, f.stored) {
			next = append(next, s)
			s.Edited = true // whoever wrote it, it is what the person wants there
			mine.Segments = append(mine.Segments, s)
		}
	}
	late := d.late(t, f)
	next = append(next, late...)
	there := d.ids(len(t.Segments))
	var unwanted step
	for _, s := range t.Segments {
		switch {
		case d.isUnsaved(s.ID, f.stored):
		case !there(s.ID) && mine.Touched(s):
			unwanted.edits = append(unwanted.edits, edit{before: []Segment{s}})
		default:
			next = append(next, s)
		}
	}
	d.entry, d.omissions = t.Entry, t.Omissions
	d.machine = Transcript{Segments: append(t.Segments, late...), Originals: t.Originals}.Machine()
	if !unwanted.isEmpty() && d.saver != nil {
		d.saver.take(unwanted)
	}
	slices.SortFunc(next, inOrder)
	rows := difference(d.segments, next)
	d.segments = next
	return Change{Rows: rows, Speakers: len(d.speakers) > people}
}

// late are segments that have come since the library was read, and nobody has
// changed.
func (d *Document) late(t Transcript, f Fresh) (all []Segment) {
	for _, s := range d.segments {
		if d.came[s.ID] > f.arrived && !d.isUnsaved(s.ID, f.stored) &&
			!slices.ContainsFunc(t.Segments, func(o Segment) bool { return o.ID == s.ID }) {
			all = append(all, s)
		}
	}
	return all
}

// asCalled is a transcript of the library with the names that speakers have
// here; those who are new are in the list then.
func (d *Document) asCalled(t Transcript) Transcript {
	for _, p := range t.Speakers {
		if d.labelled(p.Label) < 0 && d.speaker(p.Name) < 0 {
			d.speakers = append(d.speakers, p)
		}
	}
	names := d.names(t.Speakers)
	callSpeakers(t.Segments, names)
	callSpeakers(t.Originals, names)
	return t
}

// labelled is the index of the speaker with a label, -1 if there is none.
func (d *Document) labelled(label string) int {
	return slices.IndexFunc(d.speakers, func(own Speaker) bool { return own.Label == label })
}

// names are what those are called here who are called otherwise in another text.
func (d *Document) names(others []Speaker) map[string]string {
	names := map[string]string{}
	for _, p := range others {
		if i := d.labelled(p.Label); i >= 0 {
			names[p.Name] = d.speakers[i].Name
		}
	}
	return names
}

// callSpeakers gives the speakers of segments the names that there are for them.
func callSpeakers(all []Segment, names map[string]string) {
	for i := range all {
		if name, ok := names[all[i].Speaker]; ok {
			all[i].Speaker = name
		}
	}
}

// isUnsaved reports whether a segment was changed here after the library was
// given so many steps.
func (d *Document) isUnsaved(id int64, stored uint64) bool { return d.touched[id] > stored }

func (d *Document) stored() uint64 {
	if d.saver == nil {
		return 0
	}
	return d.saver.stored()
}

func (d *Document) nameOf(id int64) int64 {
	if d.saver == nil {
		return id
	}
	return d.saver.name(id)
}
