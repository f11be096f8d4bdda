package ui

import (
	"os"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"earshot/app"
)

// In every language all of the window fits where there is little room, whatever
// the device is called.
func TestNarrowWindow(t *testing.T) {
	locale, asked := os.LookupEnv(speakEnv)
	if !asked {
		for _, l := range locales {
			if out, err := speak("TestNarrowWindow", "C", l[0]); err != nil {
				t.Errorf("%s: %v\n%s", l[0], err, out)
			}
		}
		return
	}
	if err := Translate(strings.TrimPrefix(locale, "=")); err != nil {
		t.Fatal(err)
	}
	h := newHarness(t, true)
	h.interview()
	h.sounding()
	h.press("doubt")
	h.press("replace")
	h.transcript.omissions = []app.Omission{{ID: 1}, {ID: 2}}
	h.transcript.entry.Device, h.transcript.entry.Model = strings.Repeat("Graphics ", 20), "large-v3-turbo-q8_0"
	h.transcript.showEntry()
	for _, size := range []fyne.Size{fyne.NewSize(900, 600), fyne.NewSize(1280, 800)} {
		h.win.Resize(size)
		if least := h.win.Content().MinSize(); least.Width > size.Width || least.Height > size.Height {
			t.Errorf("%v: the window needs %v", size, least)
		}
		if got := h.toolbar.search.Size().Width; got < searchFair {
			t.Errorf("%v: the search is %v wide, want %v", size, got, searchFair)
		}
		if right := placeOf(h.toolbar.device).X + h.toolbar.device.Size().Width; right > size.Width {
			t.Errorf("%v: the device ends at %v", size, right)
		}
		for _, text := range []interface {
			fyne.CanvasObject
			Width() float32
		}{h.transcript.meta, h.transcript.doubts.word} {
			if got, want := text.Size().Width, text.Width(); got < want {
				t.Errorf("%v: a text has %v, needs %v", size, got, want)
			}
		}
		if text, button := h.transcript.meta, h.transcript.doubts.toggle; overlap(text, button) {
			t.Errorf("%v: what is said of the transcript lies under a button", size)
		}
	}
}

func overlap(a, b fyne.CanvasObject) bool {
	p, q := placeOf(a), placeOf(b)
	return p.X < q.X+b.Size().Width && q.X < p.X+a.Size().Width && p.Y < q.Y+b.Size().Height && q.Y < p.Y+a.Size().Height
}
