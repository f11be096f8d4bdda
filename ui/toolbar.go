package ui

import (
	"fmt"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	fynewidget "fyne.io/fyne/v2/widget"

	"earshot/app"
	"earshot/ui/look"
	"earshot/ui/widget"
)

// toolbar is the bar at the top: ways in, search, the truth about the device.
type toolbar struct {
	w       *Window
	content fyne.CanvasObject
	record  *widget.Button
	file    *widget.Button
	copy    *widget.Button
	export  *widget.Button
	cancel  *widget.Button
	search  *searchEntry
	device  *widget.Text
}

func newToolbar(w *Window) *toolbar {
	t := &toolbar{w: w}
	t.record = widget.NewButton("Record", widget.Plain, w.record)
	t.file = widget.NewButton("File", widget.Plain, func() { w.popUp(w.fileMenu(), t.file) })
	t.copy = widget.NewButton("Copy", widget.Plain, w.copy)
	t.export = widget.NewButton("Export", widget.Plain, func() { w.popUp(w.exportMenu(), t.export) })
	t.cancel = widget.NewButton("Cancel", widget.Plain, w.cancel)
	t.search = newSearchEntry(w, func(query string) { w.library.search(query) })
	t.device = widget.NewText("", look.TextSize, look.Dim, fyne.TextStyle{})
	settings := widget.NewButton("Settings", widget.Ghost, w.showSettings)

	left := container.NewHBox(
		widget.NewSpace(6, 0), container.New(&fixedWidth{recordWidth}, t.record),
		widget.NewButton("Open…", widget.Primary, w.openMedia), t.file, t.copy, t.export, t.cancel)
	right := container.NewHBox(t.device, settings, widget.NewSpace(6, 0))
	bar := container.New(&toolbarLayout{}, centred(left), t.search, centred(right))
	t.content = container.NewStack(widget.NewBox(look.Panel), bar)
	return t
}

// centred keeps an object at its height in the middle of what there is.
func centred(o fyne.CanvasObject) fyne.CanvasObject {
	return container.NewVBox(layout.NewSpacer(), o, layout.NewSpacer())
}

// toolbarLayout puts its second object between the first and the last, in the
// middle of the window while there is room.
type toolbarLayout struct{}

const (
	searchWidth = 300
	searchLeast = 120
	barGap      = 16
	recordWidth = 104 // whatever is on the button, so that the others stay
)

func (*toolbarLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(o[0].MinSize().Width+searchLeast+2*barGap+o[2].MinSize().Width, look.BarHeight)
}

func (*toolbarLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	left, right := o[0].MinSize().Width, o[2].MinSize().Width
	o[0].Move(fyne.NewPos(0, 0))
	o[0].Resize(fyne.NewSize(left, size.Height))
	o[2].Move(fyne.NewPos(size.Width-right, 0))
	o[2].Resize(fyne.NewSize(right, size.Height))
	width := min(searchWidth, size.Width-left-right-2*barGap)
	x := min(max((size.Width-width)/2, left+barGap), size.Width-right-barGap-width)
	height := o[1].MinSize().Height
	o[1].Move(fyne.NewPos(x, (size.Height-height)/2))
	o[1].Resize(fyne.NewSize(width, height))
}

// update shows which actions are possible, and what does the work.
func (t *toolbar) update() {
	open := t.w.transcript.open != 0
	if r := t.w.recorder; r.running {
		t.record.SetStyle(widget.Red)
		t.record.SetText("Stop  " + app.Clock(r.now.Duration))
	} else {
		t.record.SetStyle(widget.Plain)
		t.record.SetText("Record")
	}
	t.copy.SetEnabled(open && len(t.w.transcript.segments) > 0)
	t.export.SetEnabled(open && len(t.w.transcript.segments) > 0)
	t.cancel.SetEnabled(t.w.strip.running() != nil)
	t.device.SetText(t.w.deviceText())
}

// deviceText names what does the work, or did it for the open transcript.
func (w *Window) deviceText() string {
	if r := w.recorder.now; w.recorder.running && r.Device != "" {
		return r.Device
	}
	if w.transcript.open == 0 || w.transcript.entry.Device == "" {
		return ""
	}
	text := w.transcript.entry.Device
	speed := w.transcript.entry.Speed
	if j := w.strip.running(); j != nil && j.Transcript == w.transcript.open {
		speed = j.Speed
	}
	if speed > 0 {
		text += " · " + app.SpeedText(speed)
	}
	return text
}

// popUp shows a menu below an object.
func (w *Window) popUp(m *fyne.Menu, below fyne.CanvasObject) {
	pos := fyne.CurrentApp().Driver().AbsolutePositionForObject(below)
	fynewidget.ShowPopUpMenuAtPosition(m, w.win.Canvas(), pos.AddXY(0, below.Size().Height+4))
}

func (w *Window) fileMenu() *fyne.Menu {
	item := func(label, key string, enabled bool, act func()) *fyne.MenuItem {
		i := fyne.NewMenuItem(label, act)
		i.Disabled = !enabled
		i.Shortcut = shortcuts[key]
		return i
	}
	open := w.transcript.open != 0
	return fyne.NewMenu("File",
		item(map[bool]string{true: "Stop recording", false: "Record"}[w.recorder.running], "record", true, w.record),
		item("Open…", "open", true, w.openMedia),
		item("Open with options…", "", true, w.openWithOptions),
		fyne.NewMenuItemSeparator(),
		item("Edit", "", open && w.transcript.rows.Selected() >= 0, func() { w.transcript.edit(w.transcript.rows.Selected()) }),
		item("Rename", "", open, w.transcript.rename),
		item("Transcribe again", "", open, w.again),
		item("Transcribe again with options…", "", open, w.againWithOptions),
		item("Resume", "", open && w.transcript.entry.State.Resumable(), w.resume),
		item("Delete", "", open, w.trash),
		fyne.NewMenuItemSeparator(),
		item("Models…", "", true, w.showModels),
		item("Settings", "settings", true, w.showSettings),
		item("Quit", "quit", true, w.fyne.Quit),
	)
}

func (w *Window) exportMenu() *fyne.Menu {
	names := map[app.Format]string{
		app.TXT: "Text", app.SRT: "SubRip subtitles", app.VTT: "WebVTT subtitles", app.JSON: "JSON, with word times",
	}
	var items []*fyne.MenuItem
	for _, f := range app.Formats {
		items = append(items, fyne.NewMenuItem(fmt.Sprintf("%s (.%s)", names[f], f), func() { w.export(f) }))
	}
	return fyne.NewMenu("Export", items...)
}

// openMedia asks for a file to transcribe.
func (w *Window) openMedia() {
	w.openFile("Open audio or video", "Audio and video", mediaExtensions, func(path string) { w.transcribe([]string{path}) })
}

// copy puts the selected segment, or else the whole text, on the clipboard.
func (w *Window) copy() {
	if text := w.transcript.text(); text != "" {
		w.fyne.Clipboard().SetContent(text)
		lines := strings.Count(text, "\n") + 1
		w.strip.passing(fmt.Sprintf("Copied %s.", count(lines, "line")))
	}
}

// count is a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// cancel ends the running job.
func (w *Window) cancel() {
	if j := w.strip.running(); j != nil {
		w.strip.cancel(j.ID)
	}
}

// searchEntry is a field that Escape empties.
type searchEntry struct {
	fynewidget.Entry
	shortcut func(fyne.Shortcut) bool
}

func newSearchEntry(w *Window, changed func(string)) *searchEntry {
	s := &searchEntry{shortcut: w.shortcut}
	s.ExtendBaseWidget(s)
	s.SetPlaceHolder("Search everything ever said")
	s.OnChanged = changed
	return s
}

// TypedKey implements fyne.Focusable.
func (s *searchEntry) TypedKey(e *fyne.KeyEvent) {
	if e.Name == fyne.KeyEscape {
		s.SetText("")
		return
	}
	s.Entry.TypedKey(e)
}

// TypedShortcut implements fyne.Shortcutable: the window's come first.
func (s *searchEntry) TypedShortcut(typed fyne.Shortcut) {
	if !s.shortcut(typed) {
		s.Entry.TypedShortcut(typed)
	}
}
