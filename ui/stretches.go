package ui

import (
	"fmt"
	"math"
	"slices"

	"fyne.io/fyne/v2/lang"

	"earshot/app"
	"earshot/ui/widget"
)

// What the waveform knows of the text: who speaks when, what was left out, and
// the edges of the current segment, which can be dragged.

// mark shows all of it.
func (b *playerBar) mark() {
	t := b.w.transcript
	if b.transcript == 0 || b.transcript != t.open {
		return
	}
	b.speakers, b.marked = nil, 0
	b.extend()
	b.player.Wave.SetSpeakers(b.speakers)
	b.markOmitted()
	b.edge()
}

// markOmitted shows what was left out, and fainter where nothing was said.
func (b *playerBar) markOmitted() {
	t := b.w.transcript
	if b.transcript == 0 || b.transcript != t.open {
		return
	}
	b.silences = t.silences()
	regions := make([]widget.Stretch, 0, len(t.omissions)+len(b.silences))
	for _, o := range t.omissions {
		regions = append(regions, widget.Stretch{From: o.Segment.Start, To: o.Segment.End, Name: lang.L("left out: click to transcribe it")})
	}
	for _, s := range b.silences {
		regions = append(regions, widget.Stretch{From: s.From, To: s.To, Name: lang.L("no text: click to transcribe it"), Plain: true})
	}
	b.player.Wave.SetRegions(regions)
}

// hearRegion has one of them transcribed.
func (b *playerBar) hearRegion(i int) {
	t := b.w.transcript
	switch silence := i - len(t.omissions); {
	case silence < 0:
		b.w.recover(b.transcript, t.omissions[i].ID)
	case silence < len(b.silences):
		t.hearSilence(b.silences[silence])
	}
}

// extend shows who speaks in the rows that have come since it was shown last.
func (b *playerBar) extend() {
	t := b.w.transcript
	for ; b.marked < t.length(); b.marked++ {
		s, last := t.at(b.marked), len(b.speakers)-1
		switch {
		case s.Speaker == "":
		case last >= 0 && b.speakers[last].Name == s.Speaker:
			b.speakers[last].To = max(b.speakers[last].To, s.End)
		default:
			b.speakers = append(b.speakers, widget.Stretch{From: s.Start, To: s.End, Name: s.Speaker, Color: t.bar(s.Speaker)})
		}
	}
}

// rewritten shows what a change of the text means for the sound: who speaks
// when, and which word is being said.
func (b *playerBar) rewritten(c app.Change) {
	switch shown := len(b.speakers) > 0; {
	case c.Speakers:
		b.mark()
	case b.appended(c):
		b.extend()
		b.markOmitted()
		if shown || len(b.speakers) > 0 {
			b.player.Wave.SetSpeakers(b.speakers)
		}
	case moves(c):
		b.mark()
	}
	if b.row >= 0 {
		b.row, b.word = b.at(b.playing.Position)
	}
}

// appended reports whether a change has only added rows behind those whose
// speakers are shown.
func (b *playerBar) appended(c app.Change) bool {
	return len(c.Rows) == 1 && len(c.Rows[0].Before) == 0 && c.Rows[0].Row == b.marked
}

// moves reports whether somebody speaks at another time after a change.
func moves(c app.Change) bool {
	return slices.ContainsFunc(c.Rows, func(s app.Splice) bool {
		return !slices.EqualFunc(s.Before, s.After, func(a, b app.Segment) bool {
			return a.Start == b.Start && a.End == b.End && a.Speaker == b.Speaker
		})
	})
}

// edge shows the edges of the current segment.
func (b *playerBar) edge() {
	s, _ := b.w.transcript.current()
	b.player.Wave.SetEdges(s.Start, s.End)
}

// drag moves the edges of the current segment, all the way in one step.
func (b *playerBar) drag(from, to float64, done bool) {
	t := b.w.transcript
	if s, ok := t.current(); b.dragged == 0 && ok {
		b.dragged = s.ID
		t.doc.EndRun()
	}
	if row := t.index(b.dragged); row >= 0 {
		if s := t.at(row); s.Start != from || s.End != to {
			c, err := t.doc.SetTimes(s.ID, from, to)
			t.retimed(s.ID, s.End != to, c, err)
		}
	}
	if b.edge(); done {
		b.dragged = 0
		t.doc.EndRun()
	}
}

// A step of a key that moves an edge.
const nudgeSeconds = 0.1

// timing is the segment whose times were changed last, while it is the current
// one. Its gutter shows tenths of a second.
type timing struct {
	segment int64 // 0 for none
	end     bool  // it is the end that was changed
}

// nudgeStart moves the start of the current segment by seconds.
func (t *transcriptScreen) nudgeStart(by float64) { t.nudge(by, 0) }

// nudgeEnd moves its end.
func (t *transcriptScreen) nudgeEnd(by float64) { t.nudge(0, by) }

// nudge moves the start and the end of the current segment by seconds, unless
// the keys are another list's. Steps that follow each other soon are undone
// together.
func (t *transcriptScreen) nudge(start, end float64) {
	s, ok := t.current()
	focused := t.w.win.Canvas().Focused()
	if !ok || !t.w.shows(t.content) || focused != nil && focused != t.rows && focused != t.editor {
		return
	}
	now := t.w.now()
	if now.Sub(t.nudged) > typingPause {
		t.doc.EndRun()
	}
	t.nudged = now
	c, err := t.doc.Nudge(s.ID, start, end)
	t.retimed(s.ID, end != 0, c, err)
	t.w.player.edge()
}

// retimed shows what came of moving the edges of a segment, which may have gone
// past another one.
func (t *transcriptScreen) retimed(id int64, end bool, c app.Change, err error) {
	t.timing = timing{id, end}
	t.did(c, err)
	row := t.index(id)
	if row != t.rows.Selected() {
		t.rows.SetSelected(row)
	}
	t.rows.Changed(row)
}

// selected follows the selection: the edges are those of another row.
func (t *transcriptScreen) selected() {
	s, _ := t.current()
	if s.ID != 0 {
		t.wish = nil
	}
	t.doubts.selected(s.ID)
	if t.timing.segment != 0 && t.timing.segment != s.ID {
		row := t.index(t.timing.segment)
		t.timing = timing{}
		t.rows.Changed(row)
	}
	t.w.player.edge()
}

// time is what the gutter shows of a segment: when it begins, or with tenths
// the time of it that was just changed.
func (t *transcriptScreen) time(s app.Segment) string {
	switch {
	case t.timing.segment != s.ID:
		return app.Clock(s.Start)
	case t.timing.end:
		return "– " + tenths(s.End)
	default:
		return tenths(s.Start)
	}
}

// tenths is a time with tenths of a second.
func tenths(seconds float64) string {
	n := int(math.Round(max(0, seconds) * 10))
	return fmt.Sprintf("%s.%d", app.Clock(float64(n/10)), n%10)
}
