package ui

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	fynewidget "fyne.io/fyne/v2/widget"

	"earshot/app"
	"earshot/ui/look"
	"earshot/ui/widget"
)

// The rows of a transcript: its segments, and while it is being recorded below
// them what is being said.

// fill shows row i.
func (t *transcriptScreen) fill(i int, v *widget.SegmentView) {
	v.SetBar(t.bar(t.speakerAt(i)))
	if i >= len(t.segments) {
		u := t.speaking[i-len(t.segments)]
		confirmed, tentative := u.Text()
		v.SetOpen(app.Clock(begin(u)), t.speaker(i), confirmed, tentative)
		return
	}
	s := t.segments[i]
	if t.edits(i) {
		v.SetEditor(app.Clock(s.Start), t.speaker(i), t.editor)
		return
	}
	v.Set(app.Clock(s.Start), t.speaker(i), s.Text)
}

// height is that of row i at a width.
func (t *transcriptScreen) height(i int, width float32) float32 {
	if i >= len(t.segments) {
		confirmed, tentative := t.speaking[i-len(t.segments)].Text()
		return widget.SegmentHeight(confirmed+" "+tentative, t.speaker(i) != "", width)
	}
	if t.edits(i) {
		t.editor.SetMinRowsVisible(widget.SegmentLines(t.editor.Text, width))
		return widget.EditorHeight(t.editor.MinSize().Height, t.speaker(i) != "")
	}
	return widget.SegmentHeight(t.segments[i].Text, t.speaker(i) != "", width)
}

// begin is when an utterance began, in seconds.
func begin(u app.Utterance) float64 {
	for _, w := range slices.Concat(u.Confirmed, u.Tentative) {
		return w.Start
	}
	return 0
}

func (t *transcriptScreen) speakerAt(i int) string {
	if i >= len(t.segments) {
		return t.speaking[i-len(t.segments)].Speaker
	}
	return t.segments[i].Speaker
}

// speaker is the name to show at row i: only where it changes.
func (t *transcriptScreen) speaker(i int) string {
	if i > 0 && t.speakerAt(i-1) == t.speakerAt(i) {
		return ""
	}
	return t.speakerAt(i)
}

// bar is the colour of a speaker.
func (t *transcriptScreen) bar(speaker string) fyne.ThemeColorName {
	if speaker == "" {
		return look.Line
	}
	n, known := t.speakers[speaker]
	if !known {
		if t.speakers == nil {
			t.speakers = map[string]int{}
		}
		n = len(t.speakers)
		t.speakers[speaker] = n
	}
	return look.Speaker(n)
}

// isLive reports whether the open transcript is being recorded.
func (t *transcriptScreen) isLive() bool {
	return t.open != 0 && t.live.Transcript == t.open && !t.live.Ended()
}

// recording shows what is being said, if this transcript is being recorded.
func (t *transcriptScreen) recording(r app.Recording) {
	was := t.isLive()
	t.live = r
	var speaking []app.Utterance
	for _, u := range r.Open {
		if t.isLive() && len(u.Confirmed)+len(u.Tentative) > 0 {
			speaking = append(speaking, u)
		}
	}
	if !t.isLive() && !was {
		return
	}
	if t.showLive(); !t.isLive() {
		t.showEntry()
	}
	if !slices.EqualFunc(speaking, t.speaking, sameUtterance) {
		follow := t.rows.AtEnd()
		t.speaking = speaking
		for i := range speaking {
			t.rows.Changed(len(t.segments) + i)
		}
		t.rows.Refresh()
		if follow {
			t.rows.ScrollToEnd()
		}
		t.showNone()
	}
}

func sameUtterance(a, b app.Utterance) bool {
	return a.Speaker == b.Speaker && slices.Equal(a.Confirmed, b.Confirmed) && slices.Equal(a.Tentative, b.Tentative)
}

// showLive says what is recorded, that it is safe, and how far the text is
// behind.
func (t *transcriptScreen) showLive() {
	if !t.isLive() {
		return
	}
	var names []string
	for _, in := range t.live.Inputs {
		if in.System {
			names = append(names, "Computer: "+in.Name)
		} else {
			names = append(names, "Microphone: "+in.Name)
		}
	}
	meta := strings.Join(names, " · ")
	switch {
	case t.live.Loading:
		meta += " · loading the model"
	case t.live.Device != "":
		meta += fmt.Sprintf(" · lag %.1f s", t.live.Lag)
	}
	t.meta.SetText(meta)
	switch t.live.Stage {
	case app.RecordingOpening:
		t.state.Set("waiting for sound", look.Warning, look.Line)
	case app.RecordingPaused:
		t.state.Set("paused", look.Warning, look.Line)
	default:
		t.state.Set("saved to disk", look.Accent, look.AccentSoft)
	}
}

// changed shows segments that are different now.
func (t *transcriptScreen) changed(id int64, segments []app.Segment) {
	if id != t.open || t.loading {
		return
	}
	for _, s := range segments {
		if i := t.index(s.ID); i >= 0 {
			t.segments[i] = s
			t.rows.Changed(i)
		}
	}
}

// replaced shows a transcript whose text is another now, at the same place.
func (t *transcriptScreen) replaced(id int64) {
	if id == t.open {
		t.readAgain(id, func() {
			t.rows.Remeasure()
			t.showOmissions()
		})
	}
}

// index is the row of a stored segment, -1 if it is not there.
func (t *transcriptScreen) index(id int64) int {
	return slices.IndexFunc(t.segments, func(s app.Segment) bool { return id != 0 && s.ID == id })
}

// edits reports whether row i is being edited.
func (t *transcriptScreen) edits(i int) bool {
	return t.editing != 0 && i < len(t.segments) && t.segments[i].ID == t.editing
}

// edit makes the text of row i editable.
func (t *transcriptScreen) edit(i int) {
	if i < 0 || i >= len(t.segments) || t.segments[i].ID == 0 {
		return
	}
	t.stopEditing(true)
	t.editing = t.segments[i].ID
	t.editor.begin(t.segments[i].Text, t.stopEditing, func() { t.rows.Changed(t.index(t.editing)) })
	t.rows.Changed(i)
	t.w.win.Canvas().Focus(t.editor)
}

// stopEditing keeps what was written, or not.
func (t *transcriptScreen) stopEditing(keep bool) {
	i, id, text := t.index(t.editing), t.open, strings.TrimSpace(t.editor.Text)
	if t.editing == 0 {
		return
	}
	t.editing = 0
	if t.w.win.Canvas().Focused() == t.editor {
		t.w.win.Canvas().Focus(t.rows)
	}
	if i < 0 {
		return
	}
	t.rows.Changed(i)
	if before := t.segments[i]; keep && text != before.Text {
		t.segments[i].Text = text // until the library says so
		t.w.background(func(ctx context.Context) error { return t.w.app.Edit(ctx, id, before, text) })
	}
}

// segmentEntry edits a segment in place: Enter keeps it, Escape does not,
// leaving it does.
type segmentEntry struct {
	fynewidget.Entry
	done     func(keep bool)
	shortcut func(fyne.Shortcut) bool
}

func newSegmentEntry(w *Window) *segmentEntry {
	e := &segmentEntry{shortcut: w.shortcut}
	e.MultiLine, e.Wrapping = true, fyne.TextWrapWord
	e.Scroll = fyne.ScrollNone
	e.ExtendBaseWidget(e)
	return e
}

// begin shows a text; grown is called when it is changed.
func (e *segmentEntry) begin(text string, done func(bool), grown func()) {
	e.OnChanged = nil
	e.SetText(text)
	e.CursorRow, e.CursorColumn = 0, 0
	e.done, e.OnChanged = done, func(string) { grown() }
}

func (e *segmentEntry) finish(keep bool) {
	if done := e.done; done != nil {
		e.done = nil
		done(keep)
	}
}

// TypedKey implements fyne.Focusable.
func (e *segmentEntry) TypedKey(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		e.finish(true)
	case fyne.KeyEscape:
		e.finish(false)
	default:
		e.Entry.TypedKey(k)
	}
}

// TypedShortcut implements fyne.Shortcutable: the window's come first.
func (e *segmentEntry) TypedShortcut(s fyne.Shortcut) {
	if !e.shortcut(s) {
		e.Entry.TypedShortcut(s)
	}
}

// FocusLost implements fyne.Focusable.
func (e *segmentEntry) FocusLost() {
	e.Entry.FocusLost()
	e.finish(true)
}
