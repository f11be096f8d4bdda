package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"earshot/ui/look"
)

// EntryView is one line of the library, or the heading of a group of them.
type EntryView struct {
	widget.BaseWidget
	heading, title, about *Text
}

var _ fyne.Widget = (*EntryView)(nil)

// Heights of the two kinds of EntryView.
const (
	EntryHeight   = 56
	HeadingHeight = 34
)

const entryInset = 10

// NewEntryView returns an empty line.
func NewEntryView() *EntryView {
	e := &EntryView{
		heading: NewText("", 11, look.Faint, fyne.TextStyle{}).Giving(),
		title:   NewText("", look.TextSize, look.Ink, fyne.TextStyle{Bold: true}).Giving(),
		about:   NewText("", look.SmallSize, look.Dim, fyne.TextStyle{}).Giving(),
	}
	e.ExtendBaseWidget(e)
	return e
}

// SetHeading makes this a heading.
func (e *EntryView) SetHeading(text string) {
	e.heading.SetText(text)
	e.heading.Show()
	e.title.Hide()
	e.about.Hide()
}

// SetEntry makes this an entry, with a line about it in a colour.
func (e *EntryView) SetEntry(title, about string, color fyne.ThemeColorName) {
	e.title.SetText(title)
	e.about.SetText(about)
	e.about.SetColor(color)
	e.heading.Hide()
	e.title.Show()
	e.about.Show()
}

// About is the line about the entry.
func (e *EntryView) About() string { return e.about.Text() }

// CreateRenderer implements fyne.Widget.
func (e *EntryView) CreateRenderer() fyne.WidgetRenderer { return &entryRenderer{e} }

type entryRenderer struct{ e *EntryView }

func (r *entryRenderer) MinSize() fyne.Size { return fyne.NewSize(80, HeadingHeight) }
func (r *entryRenderer) Destroy()           {}

func (r *entryRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.e.heading, r.e.title, r.e.about}
}

func (r *entryRenderer) Layout(size fyne.Size) {
	width := size.Width - 2*entryInset
	r.e.heading.Move(fyne.NewPos(entryInset, size.Height-20))
	r.e.heading.Resize(fyne.NewSize(width, 16))
	r.e.title.Move(fyne.NewPos(entryInset, 8))
	r.e.title.Resize(fyne.NewSize(width, 20))
	r.e.about.Move(fyne.NewPos(entryInset, 30))
	r.e.about.Resize(fyne.NewSize(width, 17))
}

func (r *entryRenderer) Refresh() {
	r.e.heading.Refresh()
	r.e.title.Refresh()
	r.e.about.Refresh()
}
