package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"earshot/ui/look"
)

// Chip is a word or two on a rounded ground; empty, it takes no room.
type Chip struct {
	widget.BaseWidget
	text      string
	ink, fill fyne.ThemeColorName
}

var _ fyne.Widget = (*Chip)(nil)

// NewChip returns an empty chip.
func NewChip() *Chip {
	c := &Chip{ink: look.Accent, fill: look.AccentSoft}
	c.ExtendBaseWidget(c)
	return c
}

// Text is what it says.
func (c *Chip) Text() string { return c.text }

// SetText changes the text.
func (c *Chip) SetText(text string) { c.Set(text, c.ink, c.fill) }

// Set changes text and colours.
func (c *Chip) Set(text string, ink, fill fyne.ThemeColorName) {
	c.text, c.ink, c.fill = text, ink, fill
	c.Refresh()
}

const chipHeight = 21

// CreateRenderer implements fyne.Widget.
func (c *Chip) CreateRenderer() fyne.WidgetRenderer {
	r := &chipRenderer{c: c, box: canvas.NewRectangle(nil), text: canvas.NewText("", nil)}
	r.text.TextSize, r.text.Alignment = look.SmallSize, fyne.TextAlignCenter
	r.box.CornerRadius = chipHeight / 2.0
	r.Refresh()
	return r
}

type chipRenderer struct {
	c    *Chip
	box  *canvas.Rectangle
	text *canvas.Text
}

func (r *chipRenderer) MinSize() fyne.Size {
	if r.c.text == "" {
		return fyne.Size{}
	}
	return fyne.NewSize(fyne.MeasureText(r.c.text, look.SmallSize, fyne.TextStyle{}).Width+18, chipHeight)
}

func (r *chipRenderer) Layout(size fyne.Size) {
	y := (size.Height - chipHeight) / 2
	r.box.Move(fyne.NewPos(0, y))
	r.box.Resize(fyne.NewSize(size.Width, chipHeight))
	height := r.text.MinSize().Height
	r.text.Move(fyne.NewPos(0, (size.Height-height)/2))
	r.text.Resize(fyne.NewSize(size.Width, height))
}

func (r *chipRenderer) Refresh() {
	r.text.Text, r.text.Color = r.c.text, colour(r.c.ink)
	r.box.FillColor = colour(r.c.fill)
	if r.c.text == "" {
		r.box.FillColor = colour(transparent)
	}
	r.Layout(r.c.Size())
	r.text.Refresh()
	r.box.Refresh()
}

func (r *chipRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.box, r.text} }
func (r *chipRenderer) Destroy()                     {}
