package ui

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"earshot/app"
)

// writing types into the row that is being edited, character by character.
func (h *harness) writing(text string) {
	for _, r := range text {
		h.transcript.editor.TypedRune(r)
	}
}

// hit presses keys in the row that is being edited.
func (h *harness) hit(names ...fyne.KeyName) {
	for _, name := range names {
		h.transcript.editor.TypedKey(&fyne.KeyEvent{Name: name})
	}
}

// What is typed is in the document and in the library, undone and done again
// wherever the focus is, and the picture follows.
func TestTypingIsUndone(t *testing.T) {
	h := newHarness(t, true)
	id := h.done("talk.mp3", seg(1, 2, "First."), seg(3, 4, "Second."))
	h.transcript.editAt(0, 0)
	h.writing("Now ")
	h.now = h.now.Add(2 * time.Second) // a pause
	h.writing("and ")
	if got := h.text(); got != "Now and First.|Second." {
		t.Fatalf("got %q", got)
	}
	h.until("it is stored", func() bool { return h.stored(id) == "Now and First.|Second." })
	h.transcript.editor.TypedShortcut(&fyne.ShortcutUndo{})
	if got := h.text(); got != "Now First.|Second." || strings.TrimSpace(h.transcript.editor.Text) != "Now First." {
		t.Errorf("after undo: %q, in the field %q", got, h.transcript.editor.Text)
	}
	h.hit(fyne.KeyReturn)
	h.undo()
	if got := h.text(); got != "First.|Second." {
		t.Errorf("after another undo: %q", got)
	}
	h.press("redo")
	h.redo()
	h.redo() // there is no more
	h.until("all is stored again", func() bool { return h.stored(id) == "Now and First.|Second." })
	if h.transcript.saving.Err != nil || h.transcript.editing != 0 {
		t.Errorf("got %+v, editing %d", h.transcript.saving, h.transcript.editing)
	}
}

// Rows are divided, put together, added and deleted with keys, and each of these
// is a step.
func TestRowsAreDividedAndPutTogether(t *testing.T) {
	h := newHarness(t, true)
	h.done("talk.mp3", seg(1, 3, "One two."), seg(3, 4, "Three."))
	steps := []struct {
		what string
		do   func()
		want string
	}{
		{"split", func() { h.transcript.editAt(0, 4); h.transcript.editor.TypedShortcut(h.key("split")) }, "One|two.|Three."},
		{"write in the second part", func() { h.writing("and ") }, "One|and two.|Three."},
		{"backspace at the start", func() {
			h.hit(fyne.KeyHome, fyne.KeyBackspace)
		}, "One and two.|Three."},
		{"delete at the end", func() { h.hit(fyne.KeyEnd, fyne.KeyDelete) }, "One and two. Three."},
		{"insert", func() { h.transcript.insertRow(); h.writing("Four.") }, "One and two. Three.|Four."},
		{"merge", func() {
			h.hit(fyne.KeyReturn)
			h.transcript.rows.SetSelected(0)
			h.press("merge")
		}, "One and two. Three. Four."},
		{"delete", func() { h.transcript.remove() }, ""},
	}
	for _, s := range steps {
		s.do()
		if got := h.text(); got != s.want {
			t.Fatalf("%s: got %q, want %q", s.what, got, s.want)
		}
		if got := h.transcript.rows.Length(); got != h.transcript.doc.Len() {
			t.Fatalf("%s: %d rows of %d", s.what, got, h.transcript.doc.Len())
		}
	}
	for h.transcript.doc.CanUndo() {
		h.undo()
	}
	if got := h.text(); got != "One two.|Three." {
		t.Errorf("all undone: got %q", got)
	}
	if a := h.transcript.at(0); a.Start != 1 || a.End != 3 || len(a.Words) != 2 {
		t.Errorf("got %+v", a)
	}
}

func TestKeysLeadFromRowToRow(t *testing.T) {
	h := newHarness(t, true)
	h.done("talk.mp3", seg(1, 2, "First."), seg(3, 4, "Second."), seg(5, 6, "Third."))
	e := h.transcript.editor
	shifted := func(name fyne.KeyName) {
		e.KeyDown(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
		h.hit(name)
		e.KeyUp(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	}
	h.transcript.editAt(0, 3)
	for _, c := range []struct {
		what        string
		do          func()
		row, offset int
	}{
		{"tab", func() { h.hit(fyne.KeyTab) }, 1, 0},
		{"left at the start", func() { h.hit(fyne.KeyLeft) }, 0, 6},
		{"right at the end", func() { h.hit(fyne.KeyRight) }, 1, 0},
		{"right within", func() { h.hit(fyne.KeyRight) }, 1, 1},
		{"down in the last line", func() { h.hit(fyne.KeyDown) }, 2, 0},
		{"down in the last row", func() { h.hit(fyne.KeyDown, fyne.KeyDown) }, 2, 6},
		{"up in the first line", func() { h.hit(fyne.KeyUp) }, 1, 7},
		{"tab back", func() { shifted(fyne.KeyTab) }, 0, 6},
		{"tab back in the first row", func() { shifted(fyne.KeyTab) }, 0, 6},
	} {
		c.do()
		if !h.transcript.edits(c.row) || e.CursorTextOffset() != c.offset {
			t.Fatalf("%s: row %d, offset %d, want %d, %d", c.what, h.transcript.index(h.transcript.editing), e.CursorTextOffset(), c.row, c.offset)
		}
		if h.win.Canvas().Focused() != e {
			t.Fatalf("%s: %T has the focus", c.what, h.win.Canvas().Focused())
		}
	}
	if h.transcript.doc.CanUndo() {
		t.Error("going from row to row is a step of undo")
	}
}

// A full disk is said once, and the text is stored when there is room again.
func TestStoringFails(t *testing.T) {
	h := newHarness(t, true)
	id := h.done("talk.mp3", seg(1, 2, "First."))
	h.library.mu.Lock()
	h.library.fail = app.ErrDiskFull
	h.library.mu.Unlock()
	h.transcript.editAt(0, 6)
	h.writing(" More")
	h.until("it is said", func() bool { return len(h.notices()) == 1 })
	if got := h.notices()[0]; !strings.HasPrefix(got, "What you have changed is not stored yet: ") {
		t.Errorf("got %q", got)
	}
	h.writing(".")
	h.until("it is shown", func() bool { return h.transcript.state.Text() == "not stored yet" })
	h.library.mu.Lock()
	h.library.fail = nil
	h.library.mu.Unlock()
	h.until("it is stored", func() bool { return h.stored(id) == "First. More." && h.transcript.saving.Err == nil })
	if n := len(h.notices()); n > 1 {
		t.Errorf("it is said %d times", n)
	}
	h.until("nothing is shown", func() bool { return h.transcript.state.Text() == "" })
}
