package ui

import (
	"strings"
	"testing"

	"earshot/app"
)

// Two transcripts are open: each has its own text and steps of undo, news reach
// the one that they are about, and what is closed is stored.
func TestTwoDocuments(t *testing.T) {
	h := newHarness(t, true, light)
	first := h.done("boats.mp3", seg(1, 2, "First."))
	second := h.done("talk.mp3", seg(1, 2, "Other."))
	if h.tabs.content.Visible() {
		t.Error("there are tabs for one transcript")
	}
	h.openBeside(first)
	h.until("both are open", func() bool { return len(h.open) == 2 && h.transcript.open == first && h.transcript.doc != nil })
	h.toolbar.device.SetText("")
	h.sounding()
	h.golden("tabs")
	boats := h.transcript
	boats.editAt(0, 0)
	h.writing("Not ")

	h.press("tab")
	if h.transcript.open != second || boats.editing != 0 || !h.shows(h.transcript.content) {
		t.Fatalf("transcript %d is shown", h.transcript.open)
	}
	h.until("the player has the other one", func() bool { return h.Window.player.playing.Transcript == second })
	h.undo() // nothing was done to this one
	h.transcript.editAt(0, 0)
	h.writing("An")
	if got, other := h.text(), textOf(boats.doc.Transcript().Segments); got != "AnOther." || other != "Not First." {
		t.Errorf("got %q and %q", got, other)
	}
	h.until("both are stored", func() bool { return h.stored(first) == "Not First." && h.stored(second) == "AnOther." })

	// What happens to the one that is not shown.
	s := boats.at(0)
	s.Text = "Changed."
	h.apply([]app.Event{app.SegmentsChanged{Transcript: first, Segments: []app.Segment{s}}})
	if got := textOf(boats.doc.Transcript().Segments); got != "Changed." || h.text() != "AnOther." {
		t.Errorf("got %q and %q", got, h.text())
	}
}

// To open what is open is to turn to its tab; closing leads to the other one, and
// at last to the first page.
func TestTabsAreClosed(t *testing.T) {
	h := newHarness(t, true)
	first := h.done("boats.mp3", seg(1, 2, "First."))
	second := h.done("talk.mp3", seg(1, 2, "Other."))
	h.openBeside(first)
	h.until("both are open", func() bool { return h.transcript.open == first && h.transcript.doc != nil })
	boats := h.transcript
	h.press("tab")
	h.transcript.editAt(0, 0)
	h.writing("An")
	h.transcript.openAt(first, -1)
	if h.transcript != boats || len(h.open) != 2 {
		t.Error("it is open twice")
	}
	h.press("close")
	if len(h.open) != 1 || h.transcript.open != second || h.tabs.content.Visible() || !h.shows(h.transcript.content) {
		t.Errorf("%d are open, transcript %d is shown", len(h.open), h.transcript.open)
	}
	h.press("close")
	if h.transcript.open != 0 || !h.shows(h.welcome.content) {
		t.Errorf("transcript %d is open", h.transcript.open)
	}
	// It can be opened again at once, with what was done to it.
	h.transcript.openAt(second, -1)
	h.until("it is there again", func() bool { return h.transcript.doc != nil && h.text() == "AnOther." })
}

// The keys go where a person looks: to the tab that is shown.
func TestKeysGoToTheTab(t *testing.T) {
	h := newHarness(t, true)
	first := h.done("boats.mp3", seg(1, 2, "First."))
	h.done("talk.mp3", seg(1, 2, "Other."))
	h.openBeside(first)
	h.until("both are open", func() bool { return len(h.open) == 2 && h.transcript.open == first && h.transcript.doc != nil })
	h.transcript.editAt(0, 0)
	for _, key := range []string{"tab", "tab", "close"} {
		if !h.pressed(h.key(key)) {
			t.Fatalf("the window does nothing at the key for %s", key)
		}
		if h.win.Canvas().Focused() != h.transcript.rows {
			t.Errorf("after the key for %s: %T has the keys", key, h.win.Canvas().Focused())
		}
	}
}

// The player counts the doubtful words of the transcript that is shown, and goes
// to the next of those.
func TestDoubtsOfTabs(t *testing.T) {
	h := newHarness(t, true)
	first := h.done("boats.mp3", seg(1, 2, "Certain."))
	h.interview()
	h.sounding()
	h.openBeside(first)
	h.until("both are open", func() bool { return h.transcript.open == first && h.transcript.doc != nil })
	h.sounding()
	doubtfulWords := func() string { return strings.Join(texts(h.player.content), "|") }
	if got := doubtfulWords(); strings.Contains(got, "doubtful") {
		t.Errorf("without doubtful words the player says %q", got)
	}
	h.press("tab")
	h.sounding()
	h.player.player.OnDoubt()
	if got := h.walked(); got != "quay" || !strings.Contains(doubtfulWords(), "4 doubtful words left") {
		t.Errorf("walked to %q; the player says %q", got, doubtfulWords())
	}
	interview := h.transcript
	h.press("tab")
	h.apply([]app.Event{app.SegmentsAdded{Transcript: interview.open, Segments: []app.Segment{doubted(90, "Perhaps/20.")}}})
	if got := doubtfulWords(); strings.Contains(got, "doubtful") || interview.doubts.left != 5 {
		t.Errorf("of the hidden one are left %d; the player says %q", interview.doubts.left, got)
	}
}
