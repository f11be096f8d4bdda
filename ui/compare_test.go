package ui

import (
	"fmt"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"earshot/app"
)

// hit presses a key in the comparison.
func (s *compareScreen) hit(names ...fyne.KeyName) {
	for _, name := range names {
		s.rows.TypedKey(&fyne.KeyEvent{Name: name})
	}
}

// compared is what the rows show, each "present = other".
func (h *harness) compared() string {
	h.t.Helper()
	if !h.shows(h.compare.content) {
		h.t.Fatal("nothing is compared")
	}
	rows := make([]string, len(h.compare.shown))
	for i := range rows {
		c := h.compare.comparison(i)
		rows[i] = c.Here + " = " + c.There
		if c.Note != "" {
			rows[i] += " (" + c.Note + ")"
		}
	}
	return strings.Join(rows, " | ")
}

// correct writes another text into a row.
func (h *harness) correct(row int, text string) {
	h.t.Helper()
	c, err := h.transcript.doc.SetText(h.transcript.at(row).ID, text)
	h.transcript.did(c, err)
	h.transcript.doc.EndRun()
}

// corrected is a transcript in which somebody has corrected a line, written one
// and deleted one.
func (h *harness) corrected() {
	h.done("talk.wav", seg(1, 4, "It said the key."), seg(5, 8, "Nobody edits this."), seg(9, 12, "And this one goes."))
	h.correct(0, "It said the quay.")
	h.transcript.rows.SetSelected(2)
	h.transcript.remove()
}

func TestCompareWithTheMachine(t *testing.T) {
	h := newHarness(t, true)
	h.corrected()
	const differs = "It said the quay. = It said the key. |  = And this one goes."
	for _, s := range []struct {
		what     string
		do       func()
		compared string
		text     string
	}{
		{"opened", func() { h.press("compare") }, differs, "It said the quay.|Nobody edits this."},
		{"taken", func() { h.compare.hit(fyne.KeyReturn) }, " = And this one goes.", "It said the key.|Nobody edits this."},
		{"undone", h.undo, differs, "It said the quay.|Nobody edits this."},
		{"the second taken", func() { h.compare.hit(fyne.KeyDown, fyne.KeyReturn) }, "It said the quay. = It said the key.", "It said the quay.|Nobody edits this.|And this one goes."},
		{"undone again", h.undo, differs, "It said the quay.|Nobody edits this."},
		{"redone", h.redo, "It said the quay. = It said the key.", "It said the quay.|Nobody edits this.|And this one goes."},
		{"all lines", func() { test.Tap(h.compare.all) }, "It said the quay. = It said the key. | Nobody edits this. = Nobody edits this. | And this one goes. = And this one goes.", "It said the quay.|Nobody edits this.|And this one goes."},
		{"the same taken", func() { h.compare.take(1) }, "It said the quay. = It said the key. | Nobody edits this. = Nobody edits this. | And this one goes. = And this one goes.", "It said the quay.|Nobody edits this.|And this one goes."},
		{"only what differs", func() { test.Tap(h.compare.all) }, "It said the quay. = It said the key.", "It said the quay.|Nobody edits this.|And this one goes."},
		{"the whole, which asks", func() { test.Tap(h.compare.takeMany) }, "It said the quay. = It said the key.", "It said the quay.|Nobody edits this.|And this one goes."},
		{"refused", func() { test.Tap(h.find(h.compare.question, "Leave as it is")) }, "It said the quay. = It said the key.", "It said the quay.|Nobody edits this.|And this one goes."},
		{"agreed", func() {
			test.Tap(h.compare.takeMany)
			test.Tap(h.find(h.compare.question, "Take it anyway"))
		}, "", "It said the key.|Nobody edits this.|And this one goes."},
	} {
		s.do()
		if got := h.compared(); got != s.compared {
			t.Fatalf("%s: got %q, want %q", s.what, got, s.compared)
		}
		if got := h.text(); got != s.text {
			t.Fatalf("%s: the text is %q, want %q", s.what, got, s.text)
		}
		if asks := s.what == "the whole, which asks"; h.compare.question.Visible() != asks {
			t.Fatalf("%s: it asks: %v", s.what, !asks)
		}
	}
	if got := h.compare.none.Text(); got != "Both texts say the same." || !h.compare.takeMany.Disabled() {
		t.Errorf("it says %q", got)
	}
	h.compare.hit(fyne.KeyDelete)
	if h.compare.hit(fyne.KeyEscape); !h.shows(h.transcript.content) || h.library.inTrash(h.transcript.open) {
		t.Error("Escape does not go back to the transcript, or Delete threw it away")
	}
}

// What the machine wrote comes back for the selected lines only, in one step.
func TestRestoreSelectedLines(t *testing.T) {
	h := newHarness(t, true)
	h.done("talk.wav", seg(1, 4, "One."), seg(5, 8, "Two."), seg(9, 12, "Three."))
	for i, text := range []string{"Uno.", "Dos.", "Tres."} {
		h.correct(i, text)
	}
	h.transcript.rows.SetSelection([]int{0, 2})
	h.transcript.restoreMachine()
	if got := h.text(); got != "One.|Dos.|Three." {
		t.Errorf("got %q", got)
	}
	h.undo()
	if got := h.text(); got != "Uno.|Dos.|Tres." {
		t.Errorf("undone: got %q", got)
	}
	h.redo()
	h.transcript.rows.SetSelection([]int{0, 2})
	h.transcript.restoreMachine()
	if n := h.notices(); len(n) != 1 || !strings.Contains(n[0], "as the machine wrote") {
		t.Errorf("got notices %q", n)
	}
}

// Another transcript of the same recording is found in the library.
func TestCompareWithAnotherTranscript(t *testing.T) {
	h := newHarness(t, true)
	first := h.done("talk.wav", seg(1, 4, "It said the key."), seg(5, 8, "The same."))
	h.compareOther(fyne.NewPos(10, 10))
	h.until("there is none", func() bool { return len(h.notices()) == 1 })
	h.transcribeAgain(first)
	h.hear(600, seg(1, 4, "It said the quay."), seg(5, 8, "The same."))
	h.finish(nil)
	h.ended(app.StateDone)
	if h.transcript.open == first {
		t.Fatal("it is the same transcript")
	}
	h.compareOther(fyne.NewPos(10, 10))
	h.until("there is a menu", func() bool { return h.win.Canvas().Overlays().Top() != nil })
	h.win.Canvas().Overlays().Remove(h.win.Canvas().Overlays().Top())
	e, err := h.app.Entries(t.Context(), app.Filter{}, app.Page{})
	if err != nil {
		t.Fatal(err)
	}
	h.compareEntry(h.transcript, h.transcript.open, e.Entries[1])
	h.until("it is compared", func() bool { return h.shows(h.compare.content) })
	if got := h.compared(); got != "It said the quay. = It said the key." {
		t.Errorf("got %q", got)
	}
	test.Tap(h.compare.takeMany)
	if got := h.text(); got != "It said the key.|The same." {
		t.Errorf("got %q", got)
	}
}

// The transcript goes while it is compared.
func TestComparedTranscriptIsClosed(t *testing.T) {
	h := newHarness(t, true)
	h.corrected()
	h.press("compare")
	h.press("close")
	if h.shows(h.compare.content) || h.compare.of != nil || len(h.compare.shown) != 0 {
		t.Error("it is still compared")
	}
	h.compare.take(0)
	h.compare.takeAll()
	h.compare.showAll(true)
}

func TestCompareIsShown(t *testing.T) {
	for _, theme := range []string{"light", "dark"} {
		h := newHarness(t, true, func(h *harness) { h.file("settings.json", `{"theme":"`+theme+`"}`) })
		h.interview()
		h.sounding()
		h.until("the silences are marked", func() bool {
			return len(h.player.silences) > 0 && len(h.player.silences) == len(h.transcript.silences())
		})
		h.correct(1, "It said the quay would be handed over to North Wick, on the first of the month.")
		h.heardAgain(app.HeardAgain{
			Transcript: h.transcript.open, Stretches: []app.Span{{To: 600}}, Model: "large-v3-turbo", Language: "en",
			Warnings: []string{"The GPU failed; the CPU went on."},
			Segments: []app.Segment{
				seg(2, 6, "Good morning, and thank you for your time."),
				seg(10, 18, "In October, from a notice on the door."),
				seg(20, 35, "It said the key would be handed over to Nordvik on the first of the month."),
				seg(40, 50, "I have the letter here if you wish to see it."),
			},
		})
		h.compare.rows.SetSelected(1)
		h.toolbar.device.SetText("Test · CPU · 10×")
		h.win.Content().Refresh()
		h.golden("compare-" + theme)
		test.Tap(h.compare.takeMany)
		h.picture("compare-ask-" + theme)
		h.win.Resize(fyne.NewSize(900, 600))
		h.picture("compare-small-" + theme)
		h.compare.done()
		h.picture("compare-done-" + theme)
	}
}

// Two hours of text are compared in less time than a person notices.
func TestLongTextsAreComparedQuickly(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	h := newHarness(t, true)
	segments := make([]app.Segment, 2500)
	for i := range segments {
		segments[i] = doubted(float64(10*i), fmt.Sprintf("one two three %d five six seven eight", i))
	}
	h.done("long.wav", segments...)
	for i := range segments {
		segments[i].Text = strings.Replace(segments[i].Text, "five", "fife", 1)
		segments[i].Words = nil
	}
	with := otherText{compared: func(d *app.Document) []app.Compared { return d.Compare(segments) }}
	took := testing.Benchmark(func(b *testing.B) {
		for range b.N {
			h.compare.show(h.transcript, with)
		}
	})
	t.Log(took)
	if n := len(h.compare.shown); n != 2500 {
		t.Errorf("%d rows differ", n)
	}
}
