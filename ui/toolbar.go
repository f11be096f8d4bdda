package ui

import (
	"fmt"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"earshot/app"
	"earshot/ui/look"
	"earshot/ui/widget"
)

// toolbar is the bar at the top: ways in, search, the truth about the device.
type toolbar struct {
	w       *Window
	content fyne.CanvasObject
	bar     *fyne.Container
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
	t.record = widget.NewButton(lang.L("Record"), widget.Plain, w.record)
	t.file = widget.NewButton(lang.L("File"), widget.Plain, func() { w.popUp(w.fileMenu(), t.file) })
	t.copy = widget.NewButton(lang.L("Copy"), widget.Plain, w.copy)
	t.export = widget.NewButton(lang.L("Export"), widget.Plain, func() { w.popUp(w.exportMenu(), t.export) })
	t.cancel = widget.NewButton(lang.L("Cancel"), widget.Plain, w.cancel)
	t.search = newSearchEntry(w, func(query string) { w.search.find(query) })
	t.device = widget.NewText("", look.TextSize, look.Dim, fyne.TextStyle{}).Giving()
	settings := widget.NewButton(lang.L("Settings"), widget.Ghost, w.showSettings)

	left := container.NewHBox(
		widget.NewSpace(6, 0), container.New(&fixedWidth{recordWidth}, t.record),
		widget.NewButton(lang.L("Open…"), widget.Primary, w.openMedia), t.file, t.copy, t.export, t.cancel)
	right := container.New(&givingFirst{}, t.device, settings, widget.NewSpace(6, 0))
	t.bar = container.New(&toolbarLayout{t.device}, centred(left), t.search, centred(right))
	t.content = container.NewStack(widget.NewBox(look.Panel), t.bar)
	return t
}

// centred keeps an object at its height in the middle of what there is.
func centred(o fyne.CanvasObject) fyne.CanvasObject {
	return container.NewVBox(layout.NewSpacer(), o, layout.NewSpacer())
}

// toolbarLayout puts its second object between the first and the last, in the
// middle of the window while there is room. Where there is little, the text that
// the last one begins with is cut.
type toolbarLayout struct{ device *widget.Text }

const (
	searchWidth = 300
	searchFair  = 160 // that the device is cut for
	searchLeast = 120
	barGap      = 16
	recordWidth = 104 // whatever is on the button, so that the others stay
)

func (l *toolbarLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(o[0].MinSize().Width+searchLeast+2*barGap+o[2].MinSize().Width, look.BarHeight)
}

func (l *toolbarLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	left, right := o[0].MinSize().Width, o[2].MinSize().Width
	right += min(l.device.Width(), max(0, size.Width-left-right-2*barGap-searchFair))
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

// givingFirst puts objects beside each other, and gives the first what the others
// leave.
type givingFirst struct{}

func (*givingFirst) MinSize(o []fyne.CanvasObject) fyne.Size {
	return layout.NewHBoxLayout().MinSize(o)
}

func (*givingFirst) Layout(o []fyne.CanvasObject, size fyne.Size) {
	x := size.Width
	for _, other := range slices.Backward(o[1:]) {
		width := other.MinSize().Width
		x -= width
		other.Move(fyne.NewPos(x, 0))
		other.Resize(fyne.NewSize(width, size.Height))
		x -= theme.Padding()
	}
	o[0].Move(fyne.NewPos(0, 0))
	o[0].Resize(fyne.NewSize(x, size.Height))
}

// update shows which actions are possible, and what does the work.
func (t *toolbar) update() {
	open := t.w.transcript.open != 0
	if r := t.w.recorder; r.running {
		t.record.SetStyle(widget.Red)
		t.record.SetText(fmt.Sprintf(lang.L("Stop  %s"), app.Clock(r.now.Duration)))
	} else {
		t.record.SetStyle(widget.Plain)
		t.record.SetText(lang.L("Record"))
	}
	t.copy.SetEnabled(open && t.w.transcript.length() > 0)
	t.export.SetEnabled(open && t.w.transcript.length() > 0)
	setVisible(t.w.transcript.more, t.w.transcript.canContinue() && !t.w.recorder.running)
	t.cancel.SetEnabled(t.w.strip.running() != nil)
	if t.device.SetText(t.w.deviceText()) {
		t.bar.Layout.Layout(t.bar.Objects, t.bar.Size())
	}
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

func (w *Window) fileMenu() *fyne.Menu {
	item := func(label, key string, enabled bool, act func()) *fyne.MenuItem {
		i := w.item(label, key, act)
		i.Disabled = !enabled
		return i
	}
	open := w.transcript.open != 0
	return fyne.NewMenu(lang.L("File"),
		item(map[bool]string{true: lang.L("Stop recording"), false: lang.L("Record")}[w.recorder.running], "record", true, w.record),
		item(lang.L("Continue here"), "continue", w.transcript.canContinue() && !w.recorder.running, w.continueHere),
		item(lang.L("Open…"), "open", true, w.openMedia),
		item(lang.L("Open with options…"), "", true, w.openWithOptions),
		fyne.NewMenuItemSeparator(),
		item(lang.L("Edit"), "", open && w.transcript.rows.Selected() >= 0, func() { w.transcript.edit(w.transcript.rows.Selected()) }),
		item(lang.L("Find…"), "find", w.transcript.canFind(), w.findHere),
		item(lang.L("Replace…"), "replace", w.transcript.canFind(), w.replaceHere),
		item(lang.L("Rename"), "rename", open, w.transcript.rename),
		item(lang.L("Favourite"), "favourite", open, func() { w.favour(w.meant()) }),
		item(lang.L("Tags…"), "tags", open, func() { w.editTags(w.meant(), w.place()) }),
		item(lang.L("Transcribe again"), "", open, w.again),
		item(lang.L("Transcribe again with options…"), "", open, w.againWithOptions),
		item(lang.L("Transcribe again beside the text…"), "", w.transcript.canHearAgain(), func() { w.transcript.hearAgain(nil) }),
		item(lang.L("Compare with the machine's text…"), "compare", w.transcript.doc != nil, w.compareMachine),
		item(lang.L("Compare with another transcript…"), "", w.transcript.doc != nil, func() { w.compareOther(w.place()) }),
		item(lang.L("Resume"), "", open && w.transcript.entry.State.Resumable(), w.resume),
		item(lang.L("Delete"), "delete", open, w.trash),
		fyne.NewMenuItemSeparator(),
		item(lang.L("Deleted transcripts…"), "", true, w.showDeleted),
		item(lang.L("Models…"), "", true, w.showModels),
		item(lang.L("Settings"), "settings", true, w.showSettings),
		item(lang.L("Keyboard shortcuts"), "shortcuts", true, w.showShortcuts),
		item(lang.L("Quit"), "quit", true, w.quit),
	)
}

func (w *Window) exportMenu() *fyne.Menu { return exportMenu(w.export) }

// exportMenu offers every format.
func exportMenu(export func(app.Format)) *fyne.Menu {
	names := map[app.Format]string{
		app.TXT: lang.L("Text"), app.SRT: lang.L("SubRip subtitles"), app.VTT: lang.L("WebVTT subtitles"), app.JSON: lang.L("JSON, with word times"),
	}
	var items []*fyne.MenuItem
	for _, f := range app.Formats {
		items = append(items, fyne.NewMenuItem(fmt.Sprintf("%s (.%s)", names[f], f), func() { export(f) }))
	}
	return fyne.NewMenu(lang.L("Export"), items...)
}

// openMedia asks for a file to transcribe.
func (w *Window) openMedia() {
	w.openFile(lang.L("Open audio or video"), lang.L("Audio and video"), mediaExtensions, func(path string) { w.transcribe([]string{path}) })
}

// copy puts the selected segment, or else the whole text, on the clipboard.
func (w *Window) copy() {
	if text := w.transcript.text(); text != "" {
		w.fyne.Clipboard().SetContent(text)
		lines := strings.Count(text, "\n") + 1
		w.strip.passing(fmt.Sprintf(lang.L("Copied %s."), lang.N("{{.N}} lines", lines, map[string]any{"N": lines})))
	}
}

// cancel ends the running job.
func (w *Window) cancel() {
	if j := w.strip.running(); j != nil {
		w.strip.cancel(j.ID)
	}
}
