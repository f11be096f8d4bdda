package ui

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"earshot/app"
)

// choose does what an item of a menu says.
func (h *harness) choose(m *fyne.Menu, label string) {
	h.t.Helper()
	i := slices.IndexFunc(m.Items, func(i *fyne.MenuItem) bool { return i.Label == label })
	if i < 0 || m.Items[i].Disabled {
		h.t.Fatalf("%q cannot be chosen", label)
	}
	m.Items[i].Action()
}

// notice waits for a sentence that begins so.
func (h *harness) notice(begins string) {
	h.t.Helper()
	h.until(begins, func() bool {
		return slices.ContainsFunc(h.notices(), func(n string) bool { return strings.HasPrefix(n, begins) })
	})
}

// besideText begins to transcribe the recording beside the text, with the options as
// they are, and waits for the job.
func (h *harness) besideText(label string) {
	h.t.Helper()
	h.choose(h.againMenu(), label)
	if !h.shows(h.once.content) {
		h.t.Fatal("it does not ask for options")
	}
	test.Tap(h.find(h.once.content, "Transcribe"))
	h.until("the job is shown", func() bool { return len(h.strip.jobs) > 0 })
}

const ofAll, ofLines = "Beside the text…", "The selected lines, beside the text…"

func TestSelectedLinesAreHeardAgain(t *testing.T) {
	h := newHarness(t, true)
	id := h.done("talk.wav", seg(1, 4, "One."), seg(5, 8, "Two."), seg(9, 12, "Three."))
	if m := h.againMenu(); !m.Items[1].Disabled {
		t.Error("selected lines are offered where there are none")
	}
	h.transcript.rows.SetSelected(1)
	h.besideText(ofLines)
	if got := h.once.what.Text(); got != "talk · 1 selected line" {
		t.Errorf("the options are for %q", got)
	}
	h.hear(8, seg(5, 8, "Deux."))
	h.finish(nil)
	h.until("it is compared", func() bool { return h.shows(h.compare.content) })
	if got := h.compared(); got != "Two. = Deux." {
		t.Errorf("got %q", got)
	}
	test.Tap(h.compare.takeMany)
	if got := h.text(); got != "One.|Deux.|Three." || h.compare.question.Visible() {
		t.Errorf("got %q", got)
	}
	h.compare.done()
	if h.transcript.open != id || len(h.Window.library.entries) != 1 || len(h.notices()) != 0 {
		t.Errorf("%d is open of %d, notices %q", h.transcript.open, len(h.Window.library.entries), h.notices())
	}
	h.undo()
	h.choose(h.againMenu(), "Compare with what was heard last…")
	if got := h.compared(); got != "Two. = Deux." {
		t.Errorf("once more: got %q", got)
	}
}

// What a person has edited is taken only when they say so, and in a step of its
// own.
func TestEditedLinesAreAskedAbout(t *testing.T) {
	h := newHarness(t, true)
	h.done("talk.wav", seg(1, 4, "One."), seg(5, 8, "Two."), seg(9, 12, "Three."), seg(13, 16, "Four."))
	h.correct(1, "Zwei.")
	h.transcript.rows.SetSelected(3)
	h.transcript.remove()
	h.besideText(ofAll)
	h.hear(600, seg(1, 4, "Un."), seg(5, 8, "Deux."), seg(13, 16, "Quatre."))
	h.finish(nil)
	h.until("it is compared", func() bool { return h.shows(h.compare.content) })
	if got, want := h.compared(), "One. = Un. | Zwei. = Deux. (edited) | Three. =  |  = Quatre. (deleted)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	before := h.text()
	h.compare.hit(fyne.KeyDown, fyne.KeyReturn)
	if got := h.text(); got != before || !h.compare.question.Visible() || h.compare.asks.Text() != "1 line was edited or would be removed." {
		t.Errorf("an edited line: it says %q, and got %q", h.compare.asks.Text(), got)
	}
	test.Tap(h.find(h.compare.question, "Take it anyway"))
	if got, want := h.compared(), "One. = Un. | Three. =  |  = Quatre. (deleted)"; got != want {
		t.Errorf("agreed: got %q, want %q", got, want)
	}
	if h.undo(); h.text() != before || h.compare.question.Visible() {
		t.Errorf("undone: got %q", h.text())
	}
	h.compare.hit(fyne.KeyReturn) // it asks about that line, until another is taken
	h.compare.hit(fyne.KeyUp, fyne.KeyReturn)
	if got := h.text(); !strings.HasPrefix(got, "Un.|Zwei.") || h.compare.question.Visible() {
		t.Errorf("an unedited line: got %q, asked %q", got, h.compare.asks.Text())
	}
	h.undo()
	test.Tap(h.compare.takeMany)
	if got := h.text(); got != "Un.|Zwei.|Three." || !h.compare.question.Visible() {
		t.Errorf("not asked yet: got %q", got)
	}
	test.Tap(h.find(h.compare.question, "Take it anyway"))
	if got := h.text(); got != "Un.|Deux.|Quatre." {
		t.Errorf("agreed: got %q", got)
	}
	for _, want := range []string{"Un.|Zwei.|Three.", "One.|Zwei.|Three."} {
		if h.undo(); h.text() != want {
			t.Errorf("undone: got %q, want %q", h.text(), want)
		}
	}
}

// What comes of it is said where there is nothing to compare.
func TestNothingElseIsHeardAgain(t *testing.T) {
	h := newHarness(t, true)
	h.done("talk.wav", seg(1, 4, "One."))
	h.besideText(ofAll)
	h.hear(600, seg(1, 4, "One."))
	h.finish(nil)
	h.notice("The same was heard again.")
	h.besideText(ofAll)
	h.finish(nil)
	h.notice("Nothing was heard there.")
	h.besideText(ofAll)
	h.finish(errors.New("the machine is tired"))
	h.until("it complains", func() bool { return len(h.strip.jobs) == 0 && strings.Contains(strings.Join(h.notices(), ""), "tired") })
	said := len(h.notices())
	h.besideText(ofAll)
	if on := h.goingOn(); len(on) != 1 || !strings.Contains(on[0], "lost") {
		t.Errorf("quitting would end %q", on)
	}
	h.cancel()
	h.until("it is cancelled", func() bool { return len(h.strip.jobs) == 0 })
	if h.quiet(); len(h.notices()) != said || !h.shows(h.transcript.content) || h.text() != "One." {
		t.Errorf("cancelled: got notices %q, text %q", h.notices(), h.text())
	}
}

// Nobody who does something else meanwhile is disturbed.
func TestHeardAgainMeanwhile(t *testing.T) {
	h := newHarness(t, true)
	first := h.done("talk.wav", seg(1, 4, "One."))
	second := h.done("other.wav", seg(1, 4, "Other."))
	h.transcript.openAt(first, -1)
	h.ended(app.StateDone)
	h.besideText(ofAll)
	h.transcript.openAt(second, -1)
	h.until("the other one is open", func() bool { return h.transcript.open == second && !h.transcript.loading })
	h.hear(600, seg(1, 4, "Un."))
	h.finish(nil)
	h.notice("What was transcribed again is there.")
	if !h.shows(h.transcript.content) || h.transcript.open != second {
		t.Fatal("it is compared at once")
	}
	test.Tap(h.button("Compare"))
	h.until("it is compared", func() bool { return h.shows(h.compare.content) })
	if got := h.compared(); got != "One. = Un." || h.transcript.open != first {
		t.Errorf("got %q of %d", got, h.transcript.open)
	}
	h.compare.done()
	h.besideText(ofAll)
	h.transcript.edit(0)
	h.hear(600, seg(1, 4, "Uno."))
	h.finish(nil)
	h.notice("What was transcribed again is there.")
	if h.transcript.editing == 0 {
		t.Fatal("writing was ended")
	}
	test.Tap(h.button("Compare"))
	if got := h.compared(); got != "One. = Uno." {
		t.Errorf("got %q", got)
	}
}

// A stretch without text is transcribed with one click in the waveform; what was
// left out still comes into the text at once.
func TestSilenceIsTranscribed(t *testing.T) {
	h := newHarness(t, true)
	id := h.done("talk.wav", seg(1, 4, "One."), seg(5, 8, "Two."))
	h.library.change(id, func(tr *app.Transcript) {
		tr.Omissions = []app.Omission{{ID: 7, Reason: app.ReasonNoSpeech, Segment: seg(15, 19, "Bye.")}}
	})
	h.transcript.replaced(id)
	want := []app.Span{{From: 8, To: 15}, {From: 19, To: 600}}
	h.until("the silences are marked", func() bool { return slices.Equal(h.player.silences, want) })
	h.player.player.Wave.OnRegion(1)
	h.hear(15, seg(9, 14, "And then?"))
	h.finish(nil)
	h.until("it is compared", func() bool { return h.shows(h.compare.content) })
	if got := h.compared(); got != " = And then?" {
		t.Errorf("got %q", got)
	}
	h.compare.hit(fyne.KeyReturn)
	if got := h.text(); got != "One.|Two.|And then?" {
		t.Errorf("got %q", got)
	}
	if want[0] = want[1]; !slices.Equal(h.player.silences, want[1:]) {
		t.Errorf("the silences are %v", h.player.silences)
	}
	h.compare.done()
	h.player.player.Wave.OnRegion(0)
	h.hear(19, seg(16, 18, "Bye."))
	h.finish(nil)
	h.until("what was left out is back", func() bool { return h.text() == "One.|Two.|And then?|Bye." })
}

// While text is still coming nothing is transcribed beside it.
func TestRunningIsNotHeardAgain(t *testing.T) {
	h := newHarness(t, true)
	h.transcribe([]string{h.file("talk.wav", "talk")})
	h.hear(100, seg(1, 4, "One."), seg(50, 54, "Two."))
	h.until("it is shown", func() bool { return h.transcript.length() == 2 })
	if h.transcript.canHearAgain() || len(h.player.silences) != 0 || !h.againMenu().Items[0].Disabled {
		t.Error("it can be")
	}
	h.transcript.hearAgain(nil)
	if h.shows(h.once.content) {
		t.Error("it asks for options")
	}
	h.finish(nil)
	h.ended(app.StateDone)
	if !h.transcript.canHearAgain() {
		t.Error("it cannot be when it is done")
	}
}
