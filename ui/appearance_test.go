package ui

import (
	"path/filepath"
	"testing"

	"earshot/app"
	"earshot/ui/look"
	"earshot/ui/widget"
)

// The text of transcripts grows at once, by keys and in the settings, and is as
// large at the next start.
func TestTextSize(t *testing.T) {
	h := newHarness(t, true, light)
	long := "A sentence that is so long that it is broken into more lines when its letters are larger than they were before, and into fewer when they are not."
	h.done("talk.mp3", seg(1, 4, long), seg(5, 8, "Second."))
	second := func() float32 { return h.transcript.rows.Item(1).(*widget.SegmentView).Size().Height }
	place := func() float32 {
		driver := h.fyne.Driver()
		return driver.AbsolutePositionForObject(h.transcript.rows.Item(1)).Y - driver.AbsolutePositionForObject(h.transcript.rows).Y
	}
	normal, row := place(), second()
	for _, step := range []struct {
		key  string
		size float32
		name string
	}{
		{"larger", 18, "large"},
		{"larger", look.LargestSize, "larger"},
		{"larger", look.LargestSize, "larger"},
		{"normal", look.ReadingSize, ""},
		{"smaller", 13.5, "small"},
		{"smaller", 13.5, "small"},
	} {
		h.press(step.key)
		if got := h.app.Settings().Text; look.Reading() != step.size || got != step.name {
			t.Errorf("%s: got size %v, settings %q, want %v, %q", step.key, look.Reading(), got, step.size, step.name)
		}
		if got := place(); (got > normal) != (step.size > look.ReadingSize) || (got < normal) != (step.size < look.ReadingSize) {
			t.Errorf("%s: the second row begins at %v, with text of normal size at %v", step.key, got, normal)
		}
		if got := second(); (got > row) != (step.size > look.ReadingSize) {
			t.Errorf("%s: the second row is %v high, with text of normal size %v", step.key, got, row)
		}
	}
	h.press("settings")
	if got := h.settings.text.Selected; got != "Small" {
		t.Errorf("the settings show %q", got)
	}
	h.settings.text.SetSelected("Large")
	if got := look.Reading(); got != 18 {
		t.Errorf("chosen in the settings: got size %v", got)
	}
	h.settings.theme.SetSelected("Dark")
	if got, want := h.fyne.Settings().Theme(), (look.Theme{Force: "dark", Reading: 18}); got != want {
		t.Errorf("got theme %+v, want %+v", got, want)
	}
	h.until("it is saved", func() bool {
		s, err := app.LoadSettings(filepath.Join(h.dir, "settings.json"))
		return err == nil && s.Text == "large" && s.Theme == "dark"
	})
	newHarness(t, true, func(h *harness) { h.file("settings.json", `{"text":"small"}`) })
	if got := look.Reading(); got != 13.5 {
		t.Errorf("after a start: got size %v", got)
	}
}
