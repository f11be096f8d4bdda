package ui

import (
	"strings"
	"time"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	fynewidget "fyne.io/fyne/v2/widget"

	"earshot/app"
	"earshot/ui/widget"
)

// Writing in the transcript: one row has a live field, and what is typed there is
// in the document at once.

// edits reports whether row i is being edited.
func (t *transcriptScreen) edits(i int) bool {
	return t.editing != 0 && i < t.length() && t.at(i).ID == t.editing
}

// edit makes the text of row i editable, with the caret at its start.
func (t *transcriptScreen) edit(i int) { t.editAt(i, 0) }

// editAt makes the text of row i editable, with the caret before a character, or
// at its end if there are not so many.
func (t *transcriptScreen) editAt(i, offset int) {
	if i < 0 || i >= t.length() {
		t.editOpen(i-t.length(), offset)
		return
	}
	t.wish = nil
	if !t.edits(i) {
		t.stopEditing()
		s := t.at(i)
		t.editing = s.ID
		t.editor.begin(s.Text, t.typed)
		t.rows.SetSelected(i)
		t.rows.Changed(i)
		t.rows.ScrollTo(i)
		t.w.win.Canvas().Focus(t.editor)
	}
	widget.SetCaret(&t.editor.Entry, min(offset, utf8.RuneCountInString(t.editor.Text)))
}

// typed takes over the text of the field.
func (t *transcriptScreen) typed(text string) {
	if t.editing == 0 {
		return
	}
	c, err := t.doc.SetText(t.editing, text)
	if t.did(c, err); c.IsEmpty() {
		t.rows.Changed(t.index(t.editing)) // a blank at the end is in the field only
	}
}

// rewrite shows in the field what the document says, if that is something else
// now.
func (t *transcriptScreen) rewrite() {
	i := t.index(t.editing)
	if i < 0 {
		t.editing = 0
		t.unfocus()
		return
	}
	if text := t.at(i).Text; text != strings.Trim(t.editor.Text, " \t") {
		at := t.editor.CursorTextOffset() + utf8.RuneCountInString(text) - utf8.RuneCountInString(t.editor.Text)
		t.editor.begin(text, t.typed)
		widget.SetCaret(&t.editor.Entry, max(0, min(at, utf8.RuneCountInString(text))))
		t.rows.Changed(i)
	}
}

// stopEditing takes the field away.
func (t *transcriptScreen) stopEditing() {
	if t.editing == 0 {
		return
	}
	i := t.index(t.editing)
	t.editing = 0
	t.doc.EndRun()
	t.unfocus()
	t.rows.Changed(i)
}

// unfocus gives the keys back to the list.
func (t *transcriptScreen) unfocus() {
	if c := t.w.win.Canvas(); c.Focused() == t.editor {
		c.Focus(t.rows)
	}
}

// giveUp makes the text what it was before it was edited.
func (t *transcriptScreen) giveUp(before string) {
	if t.editing != 0 {
		c, err := t.doc.SetText(t.editing, before)
		id := t.editing
		t.editing = 0
		t.did(c, err)
		t.doc.EndRun()
		t.unfocus()
		t.rows.Changed(t.index(id))
	}
}

// step goes on editing in a row above or below, at the start or the end of it;
// there is none at the ends of the transcript.
func (t *transcriptScreen) step(by int, atEnd bool) {
	i := t.index(t.editing) + by
	if t.editing == 0 || i < 0 || i >= t.length() {
		return
	}
	offset := 0
	if atEnd {
		offset = utf8.RuneCountInString(t.at(i).Text)
	}
	t.editAt(i, offset)
}

// current is the segment that commands are about: the one that is being edited,
// or else is selected.
func (t *transcriptScreen) current() (app.Segment, bool) {
	i := t.index(t.editing)
	if t.editing == 0 {
		i = t.rows.Selected()
	}
	if t.doc == nil || i < 0 || i >= t.length() {
		return app.Segment{}, false
	}
	return t.at(i), true
}

// selection are the selected segments, in order.
func (t *transcriptScreen) selection() []app.Segment {
	var all []app.Segment
	for _, i := range t.rows.Selection() {
		if i < t.length() {
			all = append(all, t.at(i))
		}
	}
	return all
}

// split divides the segment at the caret.
func (t *transcriptScreen) split() {
	if t.editing == 0 {
		return
	}
	t.doc.EndRun()
	second, c, err := t.doc.Split(t.editing, t.editor.CursorTextOffset())
	t.did(c, err)
	if err == nil {
		t.editAt(t.index(second), 0)
	}
}

// merge makes the selected segments one, or the current one and the next.
func (t *transcriptScreen) merge() {
	if chosen := t.selection(); len(chosen) > 1 {
		t.mergeAt(chosen[0], segmentIDs(chosen[1:])...)
	} else if s, ok := t.current(); ok {
		t.mergeAt(s)
	}
}

// mergeBefore makes the segment that is being edited one with that before it.
func (t *transcriptScreen) mergeBefore() {
	if i := t.index(t.editing); i > 0 {
		t.mergeAt(t.at(i - 1))
	}
}

// mergeAt makes a segment and others one, or the next one if there are none, with
// the caret where they meet if one of them was being edited.
func (t *transcriptScreen) mergeAt(s app.Segment, others ...int64) {
	editing := t.editing != 0
	t.stopEditing()
	c, err := t.doc.Merge(s.ID, others...)
	if t.did(c, err); err == nil && editing {
		t.editAt(t.index(s.ID), utf8.RuneCountInString(s.Text))
	}
}

// remove deletes what is selected where the focus is: lines of the transcript, or
// else transcripts.
func (w *Window) remove() {
	if t := w.transcript; w.win.Canvas().Focused() == t.rows && t.rows.Selected() >= 0 {
		t.remove()
	} else {
		w.trashAll(w.meant())
	}
}

// remove deletes the selected segments, or the one that is being edited.
func (t *transcriptScreen) remove() {
	if t.doc == nil {
		return
	}
	gone := segmentIDs(t.selection())
	t.stopEditing()
	t.did(t.doc.Delete(gone...), nil)
}

// insertRow adds an empty segment after the current one, to write in.
func (t *transcriptScreen) insertRow() {
	s, ok := t.current()
	if !ok {
		return
	}
	t.stopEditing()
	id, c, err := t.doc.Insert(s.ID)
	if t.did(c, err); err == nil {
		t.editAt(t.index(id), 0)
	}
}

// A pause in typing as long as this ends a step of undo.
const typingPause = 1500 * time.Millisecond

// segmentEntry edits a segment in place. Enter and leaving it end that, Escape
// gives it up; arrows at its ends and Tab go on in the next row.
type segmentEntry struct {
	fynewidget.Entry
	screen *transcriptScreen
	before string    // the text when editing began
	last   time.Time // when something was typed
	shift  bool      // is held
}

func newSegmentEntry(t *transcriptScreen) *segmentEntry {
	e := &segmentEntry{screen: t}
	e.MultiLine, e.Wrapping = true, fyne.TextWrapWord
	e.Scroll = fyne.ScrollNone
	e.ExtendBaseWidget(e)
	return e
}

// begin shows a text; typed is called when it is changed.
func (e *segmentEntry) begin(text string, typed func(string)) {
	e.OnChanged = nil
	e.SetText(text)
	e.CursorRow, e.CursorColumn = 0, 0
	e.before, e.last = text, time.Time{}
	e.OnChanged = func(text string) {
		now := e.screen.w.now()
		if now.Sub(e.last) > typingPause {
			e.screen.doc.EndRun()
		}
		e.last = now
		typed(text)
	}
}

// TypedKey implements fyne.Focusable.
func (e *segmentEntry) TypedKey(k *fyne.KeyEvent) {
	if !e.leaves(k.Name) && !e.crosses(k) && !e.screen.w.fieldKey(k) {
		e.Entry.TypedKey(k)
	}
}

// leaves serves keys that lead out of the field from anywhere in it.
func (e *segmentEntry) leaves(key fyne.KeyName) bool {
	switch {
	case key == fyne.KeyReturn || key == fyne.KeyEnter:
		e.screen.stopEditing()
	case key == fyne.KeyEscape:
		e.screen.giveUp(e.before)
	case key == fyne.KeyTab && e.shift:
		e.screen.step(-1, true)
	case key == fyne.KeyTab:
		e.screen.step(1, false)
	default:
		return false
	}
	return true
}

// crosses serves keys that lead out of the field, or pull another row into it,
// where the text begins or ends.
func (e *segmentEntry) crosses(k *fyne.KeyEvent) bool {
	if e.shift || e.SelectedText() != "" {
		return false
	}
	at := e.CursorTextOffset()
	start, end := at == 0, at == utf8.RuneCountInString(e.Text)
	switch {
	case start && k.Name == fyne.KeyLeft || e.CursorRow == 0 && k.Name == fyne.KeyUp:
		e.screen.step(-1, true)
	case end && k.Name == fyne.KeyRight:
		e.screen.step(1, false)
	case k.Name == fyne.KeyDown:
		e.down(k)
	case start && k.Name == fyne.KeyBackspace:
		e.screen.mergeBefore()
	case end && k.Name == fyne.KeyDelete:
		e.screen.merge()
	default:
		return false
	}
	return true
}

// down goes to the next line, or from the last to the next row.
func (e *segmentEntry) down(k *fyne.KeyEvent) {
	row := e.CursorRow
	if e.Entry.TypedKey(k); e.CursorRow == row {
		e.screen.step(1, false)
	}
}

// KeyDown implements desktop.Keyable.
func (e *segmentEntry) KeyDown(k *fyne.KeyEvent) {
	e.shift = e.shift || widget.IsShift(k)
	e.Entry.KeyDown(k)
}

// KeyUp implements desktop.Keyable.
func (e *segmentEntry) KeyUp(k *fyne.KeyEvent) {
	e.shift = e.shift && !widget.IsShift(k)
	e.Entry.KeyUp(k)
}

// TypedShortcut implements fyne.Shortcutable: the window's come first, and so do
// undo and redo, which are the document's.
func (e *segmentEntry) TypedShortcut(s fyne.Shortcut) {
	w := e.screen.w
	switch s.(type) {
	case *fyne.ShortcutUndo:
		w.undo()
	case *fyne.ShortcutRedo:
		w.redo()
	default:
		if !w.shortcut(s) {
			e.Entry.TypedShortcut(s)
		}
	}
}

// FocusLost implements fyne.Focusable.
func (e *segmentEntry) FocusLost() {
	e.shift = false
	e.Entry.FocusLost()
	if e.screen.editing != 0 {
		e.screen.stopEditing()
	}
}
