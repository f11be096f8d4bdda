package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"earshot/ui/look"
)

// EntryView is one line of the library, or the heading of a group of them.
type EntryView struct {
	widget.BaseWidget
	heading, title, about *Text
	star                  *Icon // of a favourite; hollow where it can be made one
	favourite, hovered    bool
	tip                   tip

	// OnStar is called when a person taps the star; nil shows none but a
	// favourite's.
	OnStar func()
	// StarTip and NoStarTip say what a tap on the star does, or what it is.
	StarTip, NoStarTip string
}

var _ fyne.Widget = (*EntryView)(nil)

// Heights of the two kinds of EntryView.
const (
	EntryHeight   = 56
	HeadingHeight = 34
)

const (
	entryInset = 10
	starSize   = 16
)

// NewEntryView returns an empty line.
func NewEntryView() *EntryView {
	e := &EntryView{
		heading: NewText("", 11, look.Faint, fyne.TextStyle{}).Giving(),
		title:   NewText("", look.TextSize, look.Ink, fyne.TextStyle{Bold: true}).Giving(),
		about:   NewText("", look.SmallSize, look.Dim, fyne.TextStyle{}).Giving(),
		star:    NewIcon(starFull, look.Warning),
	}
	e.star.Hide()
	e.ExtendBaseWidget(e)
	return e
}

// SetHeading makes this a heading.
func (e *EntryView) SetHeading(text string) {
	e.heading.SetText(text)
	e.heading.Show()
	e.title.Hide()
	e.about.Hide()
	e.favourite = false
	e.showStar()
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

// SetFavourite says whether the entry is a favourite.
func (e *EntryView) SetFavourite(on bool) {
	e.favourite = on
	e.showStar()
}

// Favourite reports whether the entry is shown as a favourite.
func (e *EntryView) Favourite() bool { return e.favourite }

// showStar shows a full star for a favourite, and a hollow one under the
// pointer to make it one.
func (e *EntryView) showStar() {
	if e.favourite {
		e.star.Set(starFull, look.Warning)
	} else {
		e.star.Set(starHollow, look.Dim)
	}
	show(e.star, e.favourite || e.hovered && e.OnStar != nil && e.title.Visible())
	e.Refresh()
}

// onStar reports whether a place is on the star, with a little room around it.
func (e *EntryView) onStar(at fyne.Position) bool {
	return e.star.Visible() && at.X >= e.star.Position().X-entryInset/2 && at.Y < e.about.Position().Y
}

// tapped implements pointable: there is nothing to tap but the row and the star.
func (e *EntryView) tapped(fyne.Position, bool) bool { return false }

// tappedPart implements parted.
func (e *EntryView) tappedPart(at fyne.Position) bool {
	if e.OnStar == nil || !e.onStar(at) {
		return false
	}
	e.tip.hide()
	e.OnStar()
	return true
}

// pointed implements pointable: it says what the star means.
func (e *EntryView) pointed(at fyne.Position, in bool) {
	if in != e.hovered {
		e.hovered = in
		e.showStar()
	}
	text := e.NoStarTip
	if e.favourite {
		text = e.StarTip
	}
	switch {
	case !in || !e.onStar(at):
		e.tip.hide()
	case e.tip.waiting == nil && e.tip.shown == nil:
		e.tip.wait(e.star, text)
	}
}

// pointer implements pointable.
func (e *EntryView) pointer() desktop.Cursor { return desktop.DefaultCursor }

// About is the line about the entry.
func (e *EntryView) About() string { return e.about.Text() }

// CreateRenderer implements fyne.Widget.
func (e *EntryView) CreateRenderer() fyne.WidgetRenderer { return &entryRenderer{e} }

type entryRenderer struct{ e *EntryView }

func (r *entryRenderer) MinSize() fyne.Size { return fyne.NewSize(80, HeadingHeight) }
func (r *entryRenderer) Destroy()           {}

func (r *entryRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.e.heading, r.e.title, r.e.about, r.e.star}
}

func (r *entryRenderer) Layout(size fyne.Size) {
	width := size.Width - 2*entryInset
	r.e.heading.Move(fyne.NewPos(entryInset, size.Height-20))
	r.e.heading.Resize(fyne.NewSize(width, 16))
	title := width
	if r.e.star.Visible() {
		title -= starSize + 4
		r.e.star.Move(fyne.NewPos(size.Width-entryInset-starSize, 10))
		r.e.star.Resize(fyne.NewSquareSize(starSize))
	}
	r.e.title.Move(fyne.NewPos(entryInset, 8))
	r.e.title.Resize(fyne.NewSize(title, 20))
	r.e.about.Move(fyne.NewPos(entryInset, 30))
	r.e.about.Resize(fyne.NewSize(width, 17))
}

func (r *entryRenderer) Refresh() {
	r.e.heading.Refresh()
	r.e.title.Refresh()
	r.e.about.Refresh()
	r.e.star.Refresh()
	r.Layout(r.e.Size())
}
