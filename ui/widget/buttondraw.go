package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"

	"earshot/ui/look"
)

// CreateRenderer implements fyne.Widget.
func (b *Button) CreateRenderer() fyne.WidgetRenderer {
	r := &buttonRenderer{
		b: b, box: canvas.NewRectangle(nil), tint: canvas.NewRectangle(nil), text: canvas.NewText("", nil),
	}
	r.text.Alignment = fyne.TextAlignCenter
	r.objects = []fyne.CanvasObject{r.box, r.tint, r.text}
	if b.Icon != nil {
		r.icon = canvas.NewImageFromResource(nil)
		r.icon.FillMode = canvas.ImageFillContain
		r.objects = []fyne.CanvasObject{r.box, r.tint, r.icon}
	}
	r.Refresh()
	return r
}

type buttonRenderer struct {
	b         *Button
	box, tint *canvas.Rectangle
	text      *canvas.Text
	icon      *canvas.Image // nil for none
	drawn     fyne.Resource
	ink       fyne.ThemeColorName
	objects   []fyne.CanvasObject
}

func (r *buttonRenderer) MinSize() fyne.Size {
	switch {
	case r.b.Style == Round:
		return fyne.NewSquareSize(discSize)
	case r.icon != nil:
		return fyne.NewSquareSize(buttonHeight)
	}
	return fyne.NewSize(fyne.MeasureText(r.b.Text, look.TextSize, fyne.TextStyle{}).Width+2*buttonPadding, buttonHeight)
}

func (r *buttonRenderer) Layout(size fyne.Size) {
	r.box.CornerRadius, r.tint.CornerRadius = look.Radius, look.Radius
	if r.b.Style == Round {
		side := min(size.Width, size.Height)
		r.box.CornerRadius, r.tint.CornerRadius = side/2, side/2
	}
	r.box.Resize(size)
	r.tint.Resize(size)
	if r.icon != nil {
		r.icon.Resize(fyne.NewSquareSize(iconSize))
		r.icon.Move(fyne.NewPos((size.Width-iconSize)/2, (size.Height-iconSize)/2))
		return
	}
	height := r.text.MinSize().Height
	r.text.Resize(fyne.NewSize(size.Width, height))
	r.text.Move(fyne.NewPos(0, (size.Height-height)/2))
}

func (r *buttonRenderer) Refresh() {
	fill, stroke, ink := r.b.colours()
	r.box.FillColor, r.box.StrokeColor, r.box.StrokeWidth = colour(fill), colour(stroke), 1
	r.tint.FillColor = colour(transparent)
	if r.b.hovered && !r.b.Disabled() {
		r.tint.FillColor = colour(themeHover)
	}
	r.text.Text, r.text.Color, r.text.TextSize = r.b.Text, colour(ink), look.TextSize
	r.box.Refresh()
	r.tint.Refresh()
	r.text.Refresh()
	if r.icon != nil {
		if r.drawn != r.b.Icon || r.ink != ink {
			r.icon.Resource = theme.NewColoredResource(r.b.Icon, ink)
			r.drawn, r.ink = r.b.Icon, ink
		}
		r.icon.Refresh()
	}
}

// colours are those of the ground, its edge, and what is on it.
func (b *Button) colours() (fill, stroke, ink fyne.ThemeColorName) {
	fill, stroke, ink = themeBackground, look.Line, look.Ink
	switch {
	case (b.Style == Primary || b.Style == Round) && !b.Disabled():
		fill, stroke, ink = look.Accent, look.Accent, look.OnAccent
	case b.Style == Red && !b.Disabled():
		fill, stroke, ink = look.Recording, look.Recording, look.OnAccent
	case b.On && !b.Disabled():
		fill, stroke, ink = look.AccentSoft, look.Accent, look.Accent
	case b.Style == Ghost:
		fill, stroke, ink = transparent, transparent, look.Dim
	}
	if b.Disabled() {
		ink = look.Faint
	}
	if b.focused {
		stroke = look.Accent
		if fill == look.Accent {
			stroke = look.Ink
		}
	}
	return fill, stroke, ink
}

func (r *buttonRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *buttonRenderer) Destroy()                     {}
