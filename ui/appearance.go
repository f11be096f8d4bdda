package ui

import (
	"slices"

	"fyne.io/fyne/v2/lang"

	"earshot/app"
	"earshot/ui/look"
)

// reading is a size of the text of transcripts.
type reading struct {
	name string // see app.Settings.Text
	size float32
}

// readings are smallest first.
var readings = []reading{{"small", 13.5}, {"", look.ReadingSize}, {"large", 18}, {"larger", look.LargestSize}}

// readingAt is where a size is among readings; one that nobody knows is normal.
func readingAt(name string) int {
	i := slices.IndexFunc(readings, func(r reading) bool { return r.name == name })
	if i < 0 {
		return readingAt("")
	}
	return i
}

func readingOptions() [][2]string {
	return [][2]string{{"small", lang.L("Small")}, {"", lang.L("Normal")}, {"large", lang.L("Large")}, {"larger", lang.L("Larger")}}
}

// dress gives the window the look that the settings say.
func (w *Window) dress() {
	now := w.app.Settings()
	w.fyne.Settings().SetTheme(look.Theme{Force: now.Theme, Reading: readings[readingAt(now.Text)].size})
}

// enlarge makes the text of transcripts larger by so many steps, or smaller.
func (w *Window) enlarge(steps int) {
	i := readingAt(w.app.Settings().Text) + steps
	w.setReading(readings[min(max(i, 0), len(readings)-1)].name)
}

// setReading sets the size of the text of transcripts.
func (w *Window) setReading(name string) {
	w.settings.change(func(s *app.Settings) { s.Text = name })
	w.dress()
	w.settings.text.set(name, readingOptions())
}
