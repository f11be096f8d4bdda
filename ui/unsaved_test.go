package ui

import (
	"strings"
	"testing"

	"earshot/app"
)

// fill makes the disk full, or makes room on it.
func (h *harness) fill(full bool) {
	h.library.mu.Lock()
	defer h.library.mu.Unlock()
	if h.library.fail = nil; full {
		h.library.fail = &app.LibraryError{Path: "/l", Err: app.ErrDiskFull}
	}
}

// What was typed before another transcript was opened is stored when there is room
// again, and until then it is said.
func TestClosedTranscriptIsNotStored(t *testing.T) {
	h := newHarness(t, true)
	a := h.done("a.mp3", seg(1, 2, "First."))
	b := h.done("b.mp3", seg(1, 2, "Other."))
	h.transcript.openAt(a, -1)
	h.until("it is open", func() bool { return h.transcript.doc != nil })
	h.fill(true)
	h.transcript.editAt(0, 6)
	h.writing(" More.")
	h.transcript.openAt(b, -1)
	const says = "What you have changed in “a” is not stored: "
	h.until("it is said", func() bool { return len(h.notices()) == 1 && strings.HasPrefix(h.notices()[0], says) })
	if all := h.goingOn(); len(all) != 1 || !strings.HasPrefix(all[0], says) {
		t.Errorf("before the end: got %q", all)
	}
	h.transcript.openAt(a, -1)
	h.until("it cannot be opened", func() bool { return h.transcript.open == 0 })
	h.fill(false)
	h.until("it is stored", func() bool { return h.stored(a) == "First. More." })
	h.until("nothing is said", func() bool { return len(h.goingOn()) == 0 })
	for _, n := range h.notices() {
		if strings.HasPrefix(n, says) {
			t.Errorf("it still says %q", n)
		}
	}
	h.transcript.openAt(a, -1)
	h.until("it is open", func() bool { return h.transcript.doc != nil && h.text() == "First. More." })
}

// Somebody who clicks on another transcript, and on the first again, gets it.
func TestOpenAgainWhileOpening(t *testing.T) {
	h := newHarness(t, true)
	a, b := h.done("a.mp3", seg(1, 2, "First.")), h.done("b.mp3", seg(1, 2, "Other."))
	h.library.mu.Lock() // it is slow
	for _, id := range []int64{a, b, a} {
		h.transcript.openAt(id, -1)
	}
	h.library.mu.Unlock()
	h.until("it is open", func() bool { return h.transcript.open == a && h.transcript.doc != nil })
	if got := h.text(); got != "First." || len(h.notices()) > 0 {
		t.Errorf("got %q and notices %q", got, h.notices())
	}
	h.library.mu.Lock()
	h.transcript.openAt(b, -1)
	h.shut(h.transcript)
	h.openBeside(b)
	h.library.mu.Unlock()
	h.until("it is open", func() bool { return h.transcript.open == b && h.transcript.doc != nil })
}

// A better text that comes while a transcript is being read is shown.
func TestReplacedWhileOpening(t *testing.T) {
	h := newHarness(t, true)
	a := h.done("a.mp3", seg(1, 2, "First."))
	h.done("b.mp3", seg(1, 2, "Other."))
	h.library.mu.Lock()
	h.transcript.openAt(a, -1)
	h.library.mu.Unlock()
	if !h.transcript.loading {
		t.Fatal("it is not being read")
	}
	h.library.change(a, func(t *app.Transcript) {
		s := seg(1, 2, "Better.")
		s.ID = 99
		t.Segments = []app.Segment{s}
	})
	h.transcript.happened(app.TextReplaced{Transcript: a})
	h.until("it is shown", func() bool { return h.transcript.doc != nil && h.text() == "Better." })
}

// A line that was moved away from where the machine had it is still that line.
func TestRestoreMovedLine(t *testing.T) {
	h := newHarness(t, true)
	h.done("a.mp3", seg(1, 2, "Yes."), seg(3, 4, "Second."))
	tr := h.transcript
	for _, at := range [][2]float64{{1.6, 2.6}, {2.1, 2.9}} {
		tr.did(tr.doc.SetTimes(tr.at(0).ID, at[0], at[1]))
		tr.doc.EndRun()
	}
	h.correct(0, "Jens.")
	tr.rows.SetSelected(0)
	tr.restoreMachine()
	if got := h.text(); got != "Yes.|Second." || tr.at(0).Start != 1 {
		t.Errorf("got %q at %g", got, tr.at(0).Start)
	}
	tr.insertRow()
	tr.editor.SetText("Mine.")
	tr.stopEditing()
	tr.restoreMachine()
	if got := h.text(); got != "Yes.|Mine.|Second." {
		t.Errorf("a line of one's own: got %q", got)
	}
}
