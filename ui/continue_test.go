package ui

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"earshot/app"
)

// stored is the text of a transcript in the library, its segments between bars.
func (h *harness) stored(id int64) string { return textOf(h.kept(id).Segments) }

// kept is what the library has of a transcript.
func (h *harness) kept(id int64) app.Transcript {
	h.t.Helper()
	t, err := h.library.Transcript(h.t.Context(), id)
	if err != nil {
		h.t.Fatal(err)
	}
	return t
}

// What is said goes to the end of the selected segment, grey until it is sure,
// and into a recording of its own.
func TestContinueHere(t *testing.T) {
	h := newHarness(t, true)
	id := h.done("talk.mp3", seg(1, 2, "First."), seg(3, 4, "Second."))
	if !h.transcript.more.Visible() {
		t.Fatal("there is no button")
	}
	before := h.kept(id).Segments[0]
	h.transcript.rows.SetSelected(0)
	h.transcript.more.Tapped(nil)
	h.until("it records", func() bool { return h.Window.recorder.now.Stage == app.RecordingRunning })
	if h.transcript.more.Visible() {
		t.Error("the button is there while it records")
	}
	third := seg(0.5, 1.5, "It is dry.")
	h.says(app.Heard{Confirmed: third.Words[:2], Tentative: third.Words[2:]})
	h.until("what is being said is shown", func() bool { return h.transcript.speakingAt(0) == "It is dry." })
	if got := h.Window.recorder.words.Text(); !strings.HasPrefix(got, "Goes into “talk”") {
		t.Errorf("it says %q", got)
	}
	h.says(app.Heard{Segments: []app.Segment{third}, Position: 1.5})
	h.until("it is stored", func() bool { return h.stored(id) == "First. It is dry.|Second." })
	h.until("it is shown", func() bool { return h.text() == "First. It is dry.|Second." })
	if h.transcript.open != id || h.transcript.speakingAt(0) != "" {
		t.Errorf("transcript %d is open, %q being said", h.transcript.open, h.transcript.speakingAt(0))
	}
	after := h.kept(id).Segments[0]
	if !after.Edited || after.Start != before.Start || after.End != before.End || len(after.Words) != 4 || after.Words[3].End > after.End {
		t.Errorf("got %+v from %+v", after, before)
	}

	// The cursor moves, and then is nowhere any more.
	h.transcript.rows.SetSelected(1)
	h.says(app.Heard{Segments: []app.Segment{seg(2, 3, "Fourth.")}, Position: 3})
	h.until("the next is stored", func() bool { return h.stored(id) == "First. It is dry.|Second. Fourth." })
	h.transcript.openAt(h.Window.continued.recording, -1)
	h.until("another transcript is open", func() bool { return h.transcript.open != id && !h.transcript.loading })
	h.says(app.Heard{Segments: []app.Segment{seg(4, 5, "Fifth.")}, Position: 5})
	h.until("the third is stored", func() bool { return h.stored(id) == "First. It is dry.|Second. Fourth. Fifth." })

	h.press("continue")
	h.until("it has ended", func() bool { return !h.Window.recorder.running && h.Window.continued == nil })
	if got := h.stored(2); got != "It is dry.|Fourth.|Fifth." {
		t.Errorf("the recording has %q", got)
	}
	if !slices.ContainsFunc(h.notices(), func(n string) bool { return strings.HasPrefix(n, "What you said is in “talk”") }) {
		t.Errorf("got the notices %q", h.notices())
	}
}

// Somebody is writing: what is said goes where they write, and a spoken command
// changes it there.
func TestContinueInEditor(t *testing.T) {
	h := newHarness(t, true)
	id := h.done("talk.mp3", seg(1, 2, "It is dry."), seg(3, 4, "Second."))
	settings := h.app.Settings()
	settings.Spoken = true
	h.app.SetSettings(settings)
	h.transcript.edit(0)
	e := h.transcript.editor
	for range len("It is") {
		e.TypedKey(&fyne.KeyEvent{Name: fyne.KeyRight})
	}
	e.TypedShortcut(h.key("continue"))
	h.until("it records", func() bool { return h.Window.recorder.now.Stage == app.RecordingRunning })
	h.says(app.Heard{Segments: []app.Segment{seg(0.5, 1.5, "very")}, Position: 1.5})
	h.until("it is written", func() bool { return e.Text == "It is very dry." })
	h.says(app.Heard{Segments: []app.Segment{seg(2, 3, "comma very")}, Position: 3})
	h.until("the comma is written", func() bool { return e.Text == "It is very, very dry." })
	if !h.transcript.edits(0) || e.CursorTextOffset() != len("It is very, very") {
		t.Errorf("the cursor is at %d", e.CursorTextOffset())
	}
	// What is selected gives way.
	for range len(", very") {
		e.Entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyBackspace})
	}
	e.Entry.TypedShortcut(&fyne.ShortcutSelectAll{})
	h.says(app.Heard{Segments: []app.Segment{seg(4, 5, "It was")}, Position: 5})
	h.until("it takes the place of all", func() bool { return e.Text == "It was" })
	e.SetText("It is very, very dry.")
	e.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	h.until("it is kept", func() bool { return h.stored(id) == "It is very, very dry.|Second." })
	h.continueHere()
	h.until("it has ended", func() bool { return !h.Window.recorder.running })

	h.transcript.openAt(2, -1)
	h.trash()
	h.until("nothing is open", func() bool { return h.transcript.open == 0 })
	h.continueHere()
	if h.Window.recorder.running || !slices.Contains(h.notices(), "To dictate into a transcript, open one that is finished.") {
		t.Errorf("without a transcript: got the notices %q", h.notices())
	}
}

// The cursor is in a line that a person has made, whose name is another once the
// transcript is opened again.
func TestContinueInOwnLine(t *testing.T) {
	h := newHarness(t, true)
	id := h.done("talk.mp3", seg(1, 2, "First."), seg(3, 4, "Second."))
	tr := h.transcript
	tr.rows.SetSelected(0)
	tr.insertRow()
	tr.editor.SetText("Mine")
	tr.stopEditing()
	h.continueHere()
	h.until("it records", func() bool { return h.Window.recorder.now.Stage == app.RecordingRunning })
	tr.openAt(h.Window.continued.recording, -1)
	h.until("the recording is open", func() bool { return tr.open != id && tr.doc != nil })
	h.says(app.Heard{Segments: []app.Segment{seg(4, 5, "and theirs")}, Position: 5})
	h.until("it is stored", func() bool { return h.stored(id) == "First.|Mine and theirs|Second." })
	tr.openAt(id, -1)
	h.until("it is open again", func() bool { return tr.open == id && tr.doc != nil })
	tr.rows.SetSelected(-1)
	h.says(app.Heard{Segments: []app.Segment{seg(6, 7, "and ours")}, Position: 7})
	h.until("it is shown", func() bool { return h.text() == "First.|Mine and theirs and ours|Second." })
	if n := h.notices(); len(n) > 0 {
		t.Errorf("it says %q", n)
	}
	h.continueHere()
	h.until("it has ended", func() bool { return !h.Window.recorder.running })
}

// Pause does not wait for a library that another program writes to.
func TestPauseWhileLibraryIsBusy(t *testing.T) {
	h := newHarness(t, true)
	if err := h.app.StartRecording(app.RecordRequest{}); err != nil {
		t.Fatal(err)
	}
	h.until("it records", func() bool { return h.Window.recorder.now.Stage == app.RecordingRunning })
	h.library.mu.Lock()
	h.recorder.said <- app.Heard{Segments: []app.Segment{seg(0.5, 1.5, "It is dry.")}, Position: 1.5}
	time.Sleep(100 * time.Millisecond) // until it is being stored
	h.app.CloseUtterance()
	h.app.PauseRecording(true)
	h.library.mu.Unlock() // and not before
	h.until("it pauses", func() bool { return h.Window.recorder.now.Paused })
}
