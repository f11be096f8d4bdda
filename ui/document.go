package ui

import (
	"context"
	"fmt"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"earshot/app"
	"earshot/ui/look"
	"earshot/ui/widget"
)

// The document behind the transcript screen: how it is opened and closed, and
// how what happens to it reaches the rows.

// happened shows what an event means for this transcript.
func (t *transcriptScreen) happened(e app.Event) {
	switch e := e.(type) {
	case app.EntryChanged:
		t.entryChanged(e.Entry)
	case app.EntryRemoved:
		t.removed(e.ID)
	case app.SegmentsAdded:
		t.added(e.Transcript, e.Segments)
	case app.SegmentsChanged:
		t.changed(e.Transcript, e.Segments)
	case app.TextReplaced:
		t.replaced(e.Transcript)
	case app.SavingChanged:
		t.saved(e)
	case app.RecordingChanged:
		t.recording(e.Recording)
	}
}

// length is how many rows the document has: 0 until it is there.
func (t *transcriptScreen) length() int {
	if t.doc == nil {
		return 0
	}
	return t.doc.Len()
}

// at is the segment at a row of the document.
func (t *transcriptScreen) at(row int) app.Segment { return t.doc.At(row) }

// index is the row of a segment, -1 if it is not there.
func (t *transcriptScreen) index(id int64) int {
	if t.doc == nil || id == 0 {
		return -1
	}
	return t.doc.Row(id)
}

// A talk of two hours is read within this; to draw a frame without it takes as long.
const openWait = 30 * time.Millisecond

// openAt shows a transcript, from the segment at a time on if that is not
// negative.
func (t *transcriptScreen) openAt(id int64, at float64) {
	t.awaiting = false
	if there := t.w.holding(id); there != nil && there != t {
		t.w.turnTo(there)
		there.openAt(id, at)
		return
	}
	t.w.strip.opened(id)
	if id == t.open {
		if at >= 0 {
			t.wanted = at
		}
		t.showAt(at)
		t.w.showHome()
		t.takeKeys()
		return
	}
	t.close()
	t.open, t.entry, t.loading, t.wanted = id, app.Entry{ID: id}, true, at
	t.recording(t.live)
	if t.shown() {
		t.w.player.close()
	}
	t.stale = t.w.reading == id // it may have been read before something that has been told of
	t.w.read()
}

// read reads the transcript of a screen that waits for one. It reads one after the
// other, and what nobody waits for any more is closed: who turns to another
// transcript and back would find the first one open, for nobody.
func (w *Window) read() {
	i := slices.IndexFunc(w.open, func(t *transcriptScreen) bool { return t.loading })
	if i < 0 || w.reading != 0 {
		return
	}
	id := w.open[i].open
	w.reading = id
	w.pump.soon(openWait, func(ctx context.Context) func() {
		doc, err := w.app.OpenDocument(ctx, id)
		return func() {
			w.reading = 0
			if t := w.holding(id); t != nil && t.loading {
				t.loaded(id, doc, err)
			} else if doc != nil {
				doc.Close()
			}
			w.read()
		}
	})
}

// close lets go of the document; what was done to it is stored.
func (t *transcriptScreen) close() {
	t.stopEditing()
	if t.doc != nil {
		if t.edited || t.saving.Pending {
			t.w.unsaved[t.open] = &unsaved{title: t.entry.Title}
		}
		t.doc.Close()
	}
	t.open, t.doc, t.omissions, t.pending, t.loading, t.stale = 0, nil, nil, nil, false, false
	t.saving, t.edited, t.colours, t.timing = app.SavingChanged{}, false, nil, timing{}
	t.wish = nil
	t.find.forget()
	t.doubts.begin()
	t.w.compare.forget(t)
}

// loaded shows what was read, and what has come since.
func (t *transcriptScreen) loaded(id int64, doc *app.Document, err error) {
	t.loading = false
	if err != nil {
		t.open = 0
		t.w.complain(err)
		if t.shown() {
			t.w.player.close()
			t.w.showHome()
		}
		return
	}
	t.doc = doc
	t.w.stored(id)
	whole := doc.Transcript()
	if t.entry.Title == "" || t.entry.State == "" {
		t.entry = whole.Entry
	}
	t.omissions = whole.Omissions
	t.doc.Added(t.pending)
	t.pending = nil
	t.meet()
	t.find.recount()
	t.cast.show()
	t.rows.Reset()
	t.doubts.begin()
	t.showEntry()
	if t.shown() && !t.growing() {
		t.w.player.open(id)
	}
	t.showAt(t.wanted)
	if t.shown() {
		t.w.library.mark()
		t.w.showHome()
		t.takeKeys()
	}
	if t.stale {
		t.stale = false
		t.replaced(id)
	}
	t.compareWanted()
}

// takeKeys gives the keys to the rows if they are shown and nothing else has them.
func (t *transcriptScreen) takeKeys() {
	if c := t.w.win.Canvas(); c.Focused() == nil && t.w.shows(t.content) {
		c.Focus(t.rows)
	}
}

// showAt scrolls to the segment that is being said at a time.
func (t *transcriptScreen) showAt(at float64) {
	if at < 0 || t.length() == 0 {
		return
	}
	i := max(t.doc.RowAt(at), 0)
	t.rows.SetSelected(i)
	t.rows.ScrollNear(i)
}

func (t *transcriptScreen) removed(id int64) {
	if id == t.open && id != 0 {
		t.w.shut(t)
	}
}

// added shows segments that have come, following them if the end was in view.
func (t *transcriptScreen) added(id int64, segments []app.Segment) {
	switch {
	case id == 0 || id != t.open:
	case t.loading:
		t.pending = append(t.pending, segments...)
	default:
		w := t.wish // to draw may move the selection
		t.draw(t.doc.Added(segments))
		t.showNone()
		t.grant(w, segments)
	}
}

// changed shows segments that are different now.
func (t *transcriptScreen) changed(id int64, segments []app.Segment) {
	switch {
	case id == 0 || id != t.open:
	case t.loading:
		t.stale = true
	default:
		t.draw(t.doc.Changed(segments))
	}
}

// replaced shows a transcript whose text is another in the library now. Where a
// person has written meanwhile, that stays.
func (t *transcriptScreen) replaced(id int64) {
	doc := t.doc
	if id == t.open && t.loading {
		t.stale = true
	}
	if id != t.open || doc == nil {
		return
	}
	t.w.pump.start(func(ctx context.Context) func() {
		fresh, err := t.w.app.ReadAgain(ctx, doc)
		return func() {
			if err != nil || t.doc != doc {
				return
			}
			t.draw(doc.Refresh(fresh))
			t.omissions = doc.Transcript().Omissions
			t.showOmissions()
			t.showNone()
			if t.shown() && t.w.shows(t.w.omitted.content) {
				t.w.omitted.show(id, t.omissions)
			}
		}
	})
}

// draw shows what has changed in the document, following its end if that was in
// view.
func (t *transcriptScreen) draw(c app.Change) {
	if c.IsEmpty() {
		return
	}
	if c.Speakers {
		t.meet()
	}
	t.find.recount()
	follow, rows := t.rows.AtEnd(), t.length()
	splices := make([]widget.Splice, 0, 2*len(c.Rows))
	for _, s := range c.Rows {
		splices = append(splices, widget.Splice{Row: s.Row, Gone: len(s.Before), Came: len(s.After)})
		if next := s.Row + len(s.After); next < rows {
			splices = append(splices, widget.Splice{Row: next, Gone: 1, Came: 1}) // it may show its speaker now, or no more
		}
	}
	t.rows.Change(splices...)
	if c.Speakers {
		t.rows.Refresh()
	}
	t.cast.show()
	if t.editing != 0 {
		t.rewrite()
	}
	if follow {
		t.rows.ScrollToEnd()
	}
	if t.shown() {
		t.w.player.rewritten(c)
	}
	t.doubts.rewritten(c)
	t.w.compare.rewritten(t)
}

// did shows what a person has done to the document, and complains of what could
// not be done.
func (t *transcriptScreen) did(c app.Change, err error) {
	if err != nil {
		t.w.complain(err)
		return
	}
	if !c.IsEmpty() {
		t.edited = true
		t.draw(c)
		t.showNone()
		t.w.toolbar.update()
	}
}

// undo takes back what was done last: to the text, or in the library.
func (w *Window) undo() {
	t := w.transcript
	if n := len(w.trashed); n > 0 && !t.edited {
		w.restore(w.trashed[n-1])
		return
	}
	if t.doc != nil {
		t.undone(t.doc.Undo())
	}
}

// redo does again what was undone last.
func (w *Window) redo() {
	if t := w.transcript; t.doc != nil {
		t.undone(t.doc.Redo())
	}
}

// undone shows a step that was undone or done again, wherever it was.
func (t *transcriptScreen) undone(c app.Change) {
	t.did(c, nil)
	t.edited = t.doc.CanUndo() || t.doc.CanRedo()
	if len(c.Rows) > 0 {
		row := min(c.Rows[0].Row, t.length()-1)
		if t.editing == 0 {
			t.rows.SetSelected(row)
		}
		t.rows.ScrollTo(row)
	}
}

// meet gives each speaker a colour: their own, or that of their place.
func (t *transcriptScreen) meet() {
	t.colours = map[string]fyne.ThemeColorName{}
	for i, p := range t.doc.Speakers() {
		t.colours[p.Name] = look.SpeakerColour(p.Colour, i)
	}
}

// saved says so if what was done could not be stored.
func (t *transcriptScreen) saved(s app.SavingChanged) {
	if s.Transcript != t.open || t.doc == nil {
		return
	}
	before := t.saving.Err != nil
	t.saving = s
	failed := s.Err != nil
	if failed == before {
		return // it is told with every few keys
	}
	if failed {
		text := fmt.Sprintf(lang.L("What you have changed is not stored yet: %s"), explain(s.Err))
		t.w.strip.notice(text, "", nil).about = s.Transcript
	}
	t.showEntry()
}
