package ui

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"
)

// To quit while a job runs is asked about, once.
func TestQuitAsksOnce(t *testing.T) {
	h := newHarness(t, true, light)
	h.transcribe([]string{h.file("talk.mp3", "talk")})
	h.hear(60, seg(1, 4, "Kept."))
	h.until("text is shown", func() bool { return h.transcript.length() == 1 && h.transcript.entry.Language == "en" })
	h.sounding()
	h.strip.jobs[0].text.SetText("10 %") // what the clock decides
	h.toolbar.device.SetText("Test · CPU · 10×")
	h.win.Content().Refresh()
	ended := false
	h.fyne.Lifecycle().SetOnStopped(func() { ended = true })
	h.press("quit")
	overlay := h.win.Canvas().Overlays().Top()
	if overlay == nil {
		t.Fatal("nothing is asked")
	}
	if got := strings.Join(h.goingOn(), "|"); !strings.HasPrefix(got, "A transcription is running.") {
		t.Errorf("it asks %q", got)
	}
	h.golden("quit")
	test.Tap(h.find(overlay, "Stay"))
	if h.quitting || ended {
		t.Error("it does not stay")
	}
	h.finish(nil)
	h.until("the job is done", func() bool { return len(h.strip.jobs) == 0 })
	if got := h.goingOn(); len(got) != 0 {
		t.Errorf("nothing runs, and it says %q", got)
	}
}
