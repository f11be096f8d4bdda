package widget

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"earshot/ui/look"
)

const (
	transparent     fyne.ThemeColorName = "transparent"
	themeBackground                     = theme.ColorNameBackground
	themeHover                          = theme.ColorNameHover
)

func colour(name fyne.ThemeColorName) color.Color {
	if name == transparent {
		return color.Transparent
	}
	return look.Colour(name)
}

// Box is a filled rectangle in colours of the theme, behind other things.
type Box struct {
	widget.BaseWidget
	fill, stroke fyne.ThemeColorName
	radius       float32
	min          fyne.Size
}

var _ fyne.Widget = (*Box)(nil)

// NewBox returns a rectangle without border.
func NewBox(fill fyne.ThemeColorName) *Box { return NewCard(fill, transparent, 0) }

// NewCard returns a rounded rectangle with a border.
func NewCard(fill, stroke fyne.ThemeColorName, radius float32) *Box {
	b := &Box{fill: fill, stroke: stroke, radius: radius}
	b.ExtendBaseWidget(b)
	return b
}

// NewLine returns a line of one unit, across or down.
func NewLine(down bool) *Box {
	b := NewBox(look.Line)
	b.min = fyne.NewSize(0, 1)
	if down {
		b.min = fyne.NewSize(1, 0)
	}
	return b
}

// NewSpace returns nothing, of the given size.
func NewSpace(width, height float32) *Box {
	b := NewBox(transparent)
	b.min = fyne.NewSize(width, height)
	return b
}

// CreateRenderer implements fyne.Widget.
func (b *Box) CreateRenderer() fyne.WidgetRenderer {
	r := &boxRenderer{b: b, rect: canvas.NewRectangle(nil)}
	r.Refresh()
	return r
}

type boxRenderer struct {
	b    *Box
	rect *canvas.Rectangle
}

func (r *boxRenderer) MinSize() fyne.Size           { return r.b.min }
func (r *boxRenderer) Layout(size fyne.Size)        { r.rect.Resize(size) }
func (r *boxRenderer) Destroy()                     {}
func (r *boxRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.rect} }

func (r *boxRenderer) Refresh() {
	r.rect.FillColor, r.rect.CornerRadius = colour(r.b.fill), r.b.radius
	r.rect.StrokeColor, r.rect.StrokeWidth = colour(r.b.stroke), 1
	if r.b.stroke == transparent {
		r.rect.StrokeWidth = 0
	}
	r.rect.Refresh()
}

// Bar is a thin progress bar.
type Bar struct {
	widget.BaseWidget
	fraction float64
	color    fyne.ThemeColorName
}

var _ fyne.Widget = (*Bar)(nil)

// NewBar returns an empty progress bar.
func NewBar() *Bar { return newBar(look.Accent) }

// NewMeter returns a bar that shows how loud it is.
func NewMeter() *Bar { return newBar(look.Level) }

func newBar(color fyne.ThemeColorName) *Bar {
	b := &Bar{color: color}
	b.ExtendBaseWidget(b)
	return b
}

// SetFraction shows how much is done, 0 to 1; a negative value, that it is
// unknown.
func (b *Bar) SetFraction(f float64) {
	if b.fraction != f {
		b.fraction = f
		b.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (b *Bar) CreateRenderer() fyne.WidgetRenderer {
	r := &barRenderer{b: b, back: canvas.NewRectangle(nil), done: canvas.NewRectangle(nil)}
	r.back.CornerRadius, r.done.CornerRadius = barHeight/2, barHeight/2
	r.Refresh()
	return r
}

const barHeight = 6

type barRenderer struct {
	b          *Bar
	back, done *canvas.Rectangle
}

func (r *barRenderer) MinSize() fyne.Size { return fyne.NewSize(60, barHeight) }

func (r *barRenderer) Layout(size fyne.Size) {
	y := (size.Height - barHeight) / 2
	r.back.Move(fyne.NewPos(0, y))
	r.back.Resize(fyne.NewSize(size.Width, barHeight))
	r.done.Move(fyne.NewPos(0, y))
	r.done.Resize(fyne.NewSize(size.Width*float32(min(max(r.b.fraction, 0), 1)), barHeight))
	r.done.Hidden = r.done.Size().Width < barHeight
}

func (r *barRenderer) Refresh() {
	r.back.FillColor, r.done.FillColor = colour(look.Line), colour(r.b.color)
	r.Layout(r.b.Size())
	r.back.Refresh()
	r.done.Refresh()
}

func (r *barRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.back, r.done} }
func (r *barRenderer) Destroy()                     {}

// paint gives a rectangle its colours and draws it anew if they are others.
func paint(r *canvas.Rectangle, fill, stroke color.Color) {
	if r.FillColor != fill || r.StrokeColor != stroke {
		r.FillColor, r.StrokeColor = fill, stroke
		r.Refresh()
	}
}

// write gives a text its words and colour and draws it anew if they are others.
func write(t *canvas.Text, text string, c color.Color) {
	if t.Text != text || t.Color != c {
		t.Text, t.Color = text, c
		t.Refresh()
	}
}
