package app

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Speakers are those of the document, in an order that stays.
func (d *Document) Speakers() []Speaker { return slices.Clone(d.speakers) }

// TalkTime is how long each speaker speaks, in seconds; "" is nobody.
func (d *Document) TalkTime() map[string]float64 {
	time := map[string]float64{}
	for _, s := range d.segments {
		time[s.Speaker] += max(0, s.End-s.Start)
	}
	return time
}

// Assign says who speaks in some segments: "" is nobody, and a name that nobody
// has yet makes a new speaker.
func (d *Document) Assign(name string, ids ...int64) Change {
	return d.assign(name, func(s Segment) bool { return slices.Contains(ids, s.ID) })
}

// AssignFrom says who speaks in a segment and in all after it that were the same
// speaker's, as Assign does.
func (d *Document) AssignFrom(id int64, name string) (Change, error) {
	row, from, err := d.find(id)
	if err != nil {
		return Change{}, err
	}
	later := make(map[int64]bool, len(d.segments)-row)
	for _, s := range d.segments[row:] {
		later[s.ID] = true
	}
	return d.assign(name, func(s Segment) bool { return s.Speaker == from.Speaker && later[s.ID] }), nil
}

func (d *Document) assign(name string, is func(Segment) bool) Change {
	name = strings.TrimSpace(name)
	var st step
	for _, s := range d.segments {
		if s.Speaker != name && is(s) {
			after := s
			after.Speaker, after.Edited = name, true
			st.edits = append(st.edits, edit{[]Segment{s}, []Segment{after}})
		}
	}
	if len(st.edits) > 0 {
		st.recasts = d.invite(name)
	}
	return d.do(st)
}

// invite is what makes a name a speaker's, if it is none yet.
func (d *Document) invite(name string) []recast {
	if name == "" || d.speaker(name) >= 0 {
		return nil
	}
	label := name
	for n := 2; d.labelled(label) >= 0; n++ {
		label = fmt.Sprint(name, " ", n)
	}
	return []recast{{at: len(d.speakers), after: Speaker{Label: label, Name: name}}}
}

// RenameSpeaker gives a speaker another name, everywhere at once. It fails with
// ErrNameTaken if somebody else has it: MergeSpeakers makes two of them one.
func (d *Document) RenameSpeaker(name, to string) (Change, error) {
	to = strings.TrimSpace(to)
	i := d.speaker(name)
	switch {
	case i < 0:
		return Change{}, ErrNoSpeaker
	case to == "":
		return Change{}, &UsageError{What: "name", Value: to, Want: "at least one letter"}
	case to == name:
		return Change{}, nil
	case d.speaker(to) >= 0:
		return Change{}, ErrNameTaken
	}
	return d.alter(i, func(p *Speaker) { p.Name = to }), nil
}

// colourPattern is what Speaker.Colour can be.
var colourPattern = regexp.MustCompile(`^([1-9][0-9]?|#[0-9a-fA-F]{6})?$`)

// ColourSpeaker gives a speaker a colour: see Speaker.Colour. Anything else is a
// *UsageError.
func (d *Document) ColourSpeaker(name, colour string) (Change, error) {
	i := d.speaker(name)
	switch {
	case i < 0:
		return Change{}, ErrNoSpeaker
	case !colourPattern.MatchString(colour):
		return Change{}, &UsageError{What: "colour", Value: colour, Want: "like #3366cc, or a number of the palette"}
	case d.speakers[i].Colour == colour:
		return Change{}, nil
	}
	return d.alter(i, func(p *Speaker) { p.Colour = colour }), nil
}

func (d *Document) alter(i int, how func(*Speaker)) Change {
	after := d.speakers[i]
	how(&after)
	return d.do(step{recasts: []recast{{i, d.speakers[i], after}}})
}

// MergeSpeakers makes everything that one speaker says another's, and the first
// is none any more.
func (d *Document) MergeSpeakers(name, into string) (Change, error) {
	i := d.speaker(name)
	if i < 0 || d.speaker(into) < 0 {
		return Change{}, ErrNoSpeaker
	}
	if name == into {
		return Change{}, nil
	}
	st := step{recasts: []recast{{at: i, before: d.speakers[i]}}}
	for _, s := range d.segments {
		if s.Speaker == name {
			after := s
			after.Speaker, after.Edited = into, true
			st.edits = append(st.edits, edit{[]Segment{s}, []Segment{after}})
		}
	}
	return d.do(st), nil
}

// speaker is the index of a speaker by name, -1 if there is none.
func (d *Document) speaker(name string) int {
	return slices.IndexFunc(d.speakers, func(p Speaker) bool { return p.Name == name })
}

// castable reports whether a speaker is as recast expects, and the name free.
func (d *Document) castable(r recast) bool {
	i := slices.IndexFunc(d.speakers, func(p Speaker) bool { return p.Label == cmp.Or(r.before.Label, r.after.Label) })
	if r.before.Label == "" {
		return i < 0 && d.speaker(r.after.Name) < 0
	}
	if i < 0 || d.speakers[i] != r.before {
		return false
	}
	named := d.speaker(r.after.Name)
	return named < 0 || named == i
}

// recast makes a speaker another, in what they say too.
func (d *Document) recast(r recast) []Splice {
	i := slices.IndexFunc(d.speakers, func(p Speaker) bool { return p.Label == r.before.Label })
	switch {
	case r.before.Label == "":
		d.speakers = slices.Insert(d.speakers, min(r.at, len(d.speakers)), r.after)
		return nil
	case r.after.Label == "":
		d.speakers = slices.Delete(d.speakers, i, i+1)
		return nil
	}
	d.speakers[i] = r.after
	if r.before.Name == r.after.Name {
		return nil
	}
	for j := range d.machine {
		if d.machine[j].Speaker == r.before.Name {
			d.machine[j].Speaker = r.after.Name
		}
	}
	return d.rename(r.before.Name, r.after.Name)
}

// rename gives segments another speaker's name; runs of them are one splice.
func (d *Document) rename(from, to string) (splices []Splice) {
	for row, s := range d.segments {
		if s.Speaker != from {
			continue
		}
		after := s
		after.Speaker = to
		d.segments[row] = after
		if n := len(splices) - 1; n >= 0 && splices[n].Row+len(splices[n].After) == row {
			splices[n].Before, splices[n].After = append(splices[n].Before, s), append(splices[n].After, after)
		} else {
			splices = append(splices, Splice{row, []Segment{s}, []Segment{after}})
		}
	}
	return splices
}

// meet makes sure that a speaker whom the machine has heard is in the list, and
// returns the name that they have.
func (d *Document) meet(label string) string {
	if i := d.labelled(label); i >= 0 {
		return d.speakers[i].Name
	}
	if label == "" || d.speaker(label) >= 0 {
		return label
	}
	d.speakers = append(d.speakers, Speaker{Label: label, Name: label})
	return label
}
