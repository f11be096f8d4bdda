package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"earshot/ui/look"
)

// Style is how much a button asks for attention.
type Style int

// The styles of a button. A screen has at most one Primary.
const (
	Plain Style = iota
	Primary
	Ghost // no border: an action that is there if it is wanted
	Red   // ends a recording
)

// Button is a word that can be tapped.
type Button struct {
	widget.DisableableWidget
	Text  string
	Style Style
	// OnTapped is called when the button is tapped, or on Enter or Space.
	OnTapped func()

	hovered, focused bool
}

var (
	_ fyne.Widget       = (*Button)(nil)
	_ fyne.Tappable     = (*Button)(nil)
	_ fyne.Focusable    = (*Button)(nil)
	_ fyne.Disableable  = (*Button)(nil)
	_ desktop.Hoverable = (*Button)(nil)
)

const (
	buttonHeight  = 32
	buttonPadding = 12
)

// NewButton returns a button.
func NewButton(text string, style Style, tapped func()) *Button {
	b := &Button{Text: text, Style: style, OnTapped: tapped}
	b.ExtendBaseWidget(b)
	return b
}

// SetText changes the word on the button.
func (b *Button) SetText(text string) {
	if b.Text != text {
		b.Text = text
		b.Refresh()
	}
}

// SetStyle changes how much the button asks for attention.
func (b *Button) SetStyle(s Style) {
	if b.Style != s {
		b.Style = s
		b.Refresh()
	}
}

// SetEnabled enables or disables the button.
func (b *Button) SetEnabled(on bool) {
	switch {
	case on && b.Disabled():
		b.Enable()
	case !on && !b.Disabled():
		b.Disable()
	}
}

// Tapped implements fyne.Tappable.
func (b *Button) Tapped(*fyne.PointEvent) {
	if !b.Disabled() && b.OnTapped != nil {
		b.OnTapped()
	}
}

// MouseIn implements desktop.Hoverable.
func (b *Button) MouseIn(*desktop.MouseEvent) { b.hovered = true; b.Refresh() }

// MouseMoved implements desktop.Hoverable.
func (b *Button) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (b *Button) MouseOut() { b.hovered = false; b.Refresh() }

// FocusGained implements fyne.Focusable.
func (b *Button) FocusGained() { b.focused = true; b.Refresh() }

// FocusLost implements fyne.Focusable.
func (b *Button) FocusLost() { b.focused = false; b.Refresh() }

// TypedRune implements fyne.Focusable.
func (b *Button) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (b *Button) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		b.Tapped(nil)
	}
}

// CreateRenderer implements fyne.Widget.
func (b *Button) CreateRenderer() fyne.WidgetRenderer {
	r := &buttonRenderer{
		b: b, box: canvas.NewRectangle(nil), tint: canvas.NewRectangle(nil), text: canvas.NewText("", nil),
	}
	r.box.CornerRadius, r.tint.CornerRadius = look.Radius, look.Radius
	r.text.Alignment = fyne.TextAlignCenter
	r.Refresh()
	return r
}

type buttonRenderer struct {
	b         *Button
	box, tint *canvas.Rectangle
	text      *canvas.Text
}

func (r *buttonRenderer) MinSize() fyne.Size {
	return fyne.NewSize(fyne.MeasureText(r.b.Text, look.TextSize, fyne.TextStyle{}).Width+2*buttonPadding, buttonHeight)
}

func (r *buttonRenderer) Layout(size fyne.Size) {
	r.box.Resize(size)
	r.tint.Resize(size)
	height := r.text.MinSize().Height
	r.text.Resize(fyne.NewSize(size.Width, height))
	r.text.Move(fyne.NewPos(0, (size.Height-height)/2))
}

func (r *buttonRenderer) Refresh() {
	fill, stroke, ink := themeBackground, look.Line, look.Ink
	switch {
	case r.b.Style == Primary && !r.b.Disabled():
		fill, stroke, ink = look.Accent, look.Accent, look.OnAccent
	case r.b.Style == Red && !r.b.Disabled():
		fill, stroke, ink = look.Recording, look.Recording, look.OnAccent
	case r.b.Style == Ghost:
		fill, stroke, ink = transparent, transparent, look.Dim
	}
	if r.b.Disabled() {
		ink = look.Faint
	}
	if r.b.focused {
		stroke = look.Accent
	}
	r.box.FillColor, r.box.StrokeColor, r.box.StrokeWidth = colour(fill), colour(stroke), 1
	r.tint.FillColor = colour(transparent)
	if r.b.hovered && !r.b.Disabled() {
		r.tint.FillColor = colour(themeHover)
	}
	r.text.Text, r.text.Color, r.text.TextSize = r.b.Text, colour(ink), look.TextSize
	r.box.Refresh()
	r.tint.Refresh()
	r.text.Refresh()
}

func (r *buttonRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.box, r.tint, r.text}
}
func (r *buttonRenderer) Destroy() {}
