package ui

import (
	"fmt"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"

	"earshot/app"
	"earshot/ui/look"
	"earshot/ui/widget"
)

// selectionBar says below the library that several transcripts are selected, and
// offers what can be done with all of them.
type selectionBar struct {
	l       *library
	content *fyne.Container
	says    *widget.Text
	export  *widget.Button
	tags    *widget.Button
}

func newSelectionBar(l *library) *selectionBar {
	b := &selectionBar{l: l, says: widget.NewText("", look.TextSize, look.Ink, fyne.TextStyle{Bold: true}).Giving()}
	w := l.w
	b.export = widget.NewButton(lang.L("Export…"), widget.Plain, func() {
		w.popUp(exportMenu(func(f app.Format) { w.exportAll(l.chosen(), f) }), b.export)
	})
	b.tags = widget.NewButton(lang.L("Tags…"), widget.Plain, func() { w.editTags(l.chosen(), beside(b.tags)) })
	remove := widget.NewButton(lang.L("Delete"), widget.Plain, func() { w.trashAll(l.chosen()) })
	clear := widget.NewButton(lang.L("Clear"), widget.Ghost, l.clear)
	head := container.NewBorder(nil, nil, nil, clear, b.says)
	body := container.New(layout.NewCustomPaddedVBoxLayout(4), head,
		container.New(&flow{width: look.SideWidth - barInset - barEdge, gap: 6}, b.export, b.tags, remove))
	b.content = container.New(layout.NewCustomPaddedVBoxLayout(0), widget.NewLine(false),
		container.New(layout.NewCustomPaddedLayout(6, 12, barInset, barEdge), body))
	b.content.Hide()
	return b
}

// As far as the library's other words are from its edges.
const (
	barInset = 18
	barEdge  = 8
)

// show says how many are selected, if they are several.
func (b *selectionBar) show() {
	chosen := b.l.chosen()
	if len(chosen) > 1 {
		text := fmt.Sprintf(lang.L("%d selected"), len(chosen))
		if size := onDisk(chosen); size > 0 {
			text += " · " + app.Bytes(size)
		}
		b.says.SetText(text)
	}
	if several := len(chosen) > 1; several != b.content.Visible() {
		setVisible(b.content, several)
		b.l.content.Refresh()
	}
}

// onDisk is how many bytes the recordings of entries take up, each counted once.
func onDisk(entries []app.Entry) (size int64) {
	counted := map[string]bool{}
	for _, e := range entries {
		if !counted[e.Source.Path] {
			counted[e.Source.Path] = true
			size += e.Source.OnDisk()
		}
	}
	return size
}

// letSelect lets a person select several transcripts, and do something with them.
func (l *library) letSelect() {
	l.rows.Several = true
	l.rows.OnSelection = l.selected
	l.rows.OnAll, l.rows.OnClear = l.selectAll, l.clear
	l.rows.OnMenu = func(i int, at fyne.Position) {
		l.w.menuAt(l.w.entryMenu(l.picked(i), beside(l.rows.Item(i))), at)
	}
	l.rows.OnKey = l.typedKey
}

// chosen are the entries that are selected, newest first.
func (l *library) chosen() []app.Entry {
	var all []app.Entry
	for _, i := range l.rows.Selection() {
		all = append(all, l.lines[i].entry)
	}
	return all
}

// picked are the entries that a menu of line i is about: all that are selected,
// if that is one of them.
func (l *library) picked(i int) []app.Entry {
	if slices.Contains(l.rows.Selection(), i) {
		return l.chosen()
	}
	return []app.Entry{l.lines[i].entry}
}

// meant are the entries that a key is about while the list has the focus.
func (l *library) meant() []app.Entry {
	if i := l.rows.Selected(); i >= 0 && len(l.rows.Selection()) == 0 {
		return l.picked(i)
	}
	return l.chosen()
}

// meant are the entries that a key or a menu is about: those that are selected
// in the library if that has the focus, and else the open one.
func (w *Window) meant() []app.Entry {
	if w.win.Canvas().Focused() == w.library.rows {
		if meant := w.library.meant(); len(meant) > 0 {
			return meant
		}
	}
	if w.transcript.open == 0 {
		return nil
	}
	return []app.Entry{w.transcript.entry}
}

// place is where a popover about what is meant belongs: beside its line, or else
// where transcripts have their titles.
func (w *Window) place() fyne.Position {
	l := w.library
	if o := l.rows.Item(l.rows.Selected()); o != nil && w.win.Canvas().Focused() == l.rows {
		return beside(o)
	}
	return placeOf(w.centre).AddXY(24, 16)
}

// selected follows what a person has selected.
func (l *library) selected() {
	l.all = false
	l.several.show()
}

// selectAll selects all that the filter chooses, and reads them before if they
// have not been read yet.
func (l *library) selectAll() {
	l.all = len(l.entries) < l.total
	if l.all {
		l.more()
		return
	}
	l.rows.SelectAll()
}

// clear selects nothing but the open transcript.
func (l *library) clear() {
	l.rows.SetSelected(l.line(l.w.transcript.open))
	l.selected()
}

// line is the line of a transcript, -1 if there is none.
func (l *library) line(id int64) int {
	return slices.IndexFunc(l.lines, func(line libraryLine) bool { return id != 0 && line.entry.ID == id })
}

// mark selects the line of the transcript that was opened, unless it is one of
// several that are selected already.
func (l *library) mark() {
	i := l.line(l.w.transcript.open)
	if i < 0 || !slices.Contains(l.rows.Selection(), i) {
		l.rows.SetSelected(i)
		l.several.show()
	}
}

// moved keeps selected what was, when the lines were those of these transcripts.
func (l *library) moved(was []int64) {
	follow(l.rows, was, l.ids())
	if open := l.line(l.w.transcript.open); open >= 0 && len(l.rows.Selection()) == 0 {
		l.rows.SetSelected(open)
	}
	l.several.show()
}

// follow tells a list where its rows are now, by the numbers of what they showed
// and show; 0 is something that has none.
func follow(rows *widget.Rows, was, are []int64) {
	now := make(map[int64]int, len(are))
	for i, id := range are {
		if id != 0 {
			now[id] = i
		}
	}
	rows.Moved(func(i int) int {
		if i >= len(was) {
			return -1
		}
		if to, there := now[was[i]]; there {
			return to
		}
		return -1
	})
}

// typedKey serves keys that mean what is selected here, not what is open.
func (l *library) typedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyDelete:
		l.w.trashAll(l.meant())
	case fyne.KeyF2:
		if meant := l.meant(); len(meant) == 1 {
			l.w.rename(meant[0], l.w.place())
		}
	default:
		l.w.typedKey(e)
	}
}

// ids are the numbers of entries.
func ids(entries []app.Entry) []int64 {
	all := make([]int64, len(entries))
	for i, e := range entries {
		all[i] = e.ID
	}
	return all
}
