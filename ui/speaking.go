package ui

import (
	"slices"

	"earshot/app"
)

// What is being said is below the segments until it is one of them. A person who
// wants to edit it need not wait: what is certain of it becomes a segment then.

// wish is to edit what somebody is saying as soon as it is a segment.
type wish struct {
	speaker string
	offset  int // of the caret, as for editAt
}

// editOpen edits the i-th utterance that is open: at once as far as it is certain,
// else when it has ended, unless something else is chosen meanwhile.
func (t *transcriptScreen) editOpen(i, offset int) {
	if i < 0 || i >= len(t.speaking) {
		return
	}
	t.stopEditing()
	t.wish = &wish{t.speaking[i].Speaker, offset}
	t.w.app.CloseUtterance()
}

// grant edits the segment that was wished for, if it is among those that have come
// and the keys do not go elsewhere by now.
func (t *transcriptScreen) grant(w *wish, segments []app.Segment) {
	if w == nil {
		return
	}
	i := slices.IndexFunc(segments, func(s app.Segment) bool { return s.Speaker == w.speaker })
	if i < 0 {
		return
	}
	t.wish = nil
	if t.w.win.Canvas().Focused() == t.rows {
		t.editAt(t.index(segments[i].ID), w.offset)
	}
}

// speak takes over what is being said. Where that was selected and is over, the
// last segment is.
func (t *transcriptScreen) speak(open []app.Utterance) {
	if t.speaking = open; len(open) == 0 {
		t.wish = nil
	}
	if last := t.rows.Length() - 1; t.rows.Selected() > last {
		t.rows.SetSelected(last)
	}
}
