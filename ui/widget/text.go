// Package widget holds Earshot's own widgets. They show what they are given
// and signal what a person wants through OnXxx functions; they know nothing of
// recordings and jobs. Everything here belongs to Fyne's goroutine.
package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"earshot/ui/look"
)

// Text is one line in a colour of the theme, cut with an ellipsis where it
// does not fit.
type Text struct {
	widget.BaseWidget
	text  string
	size  float32
	style fyne.TextStyle
	color fyne.ThemeColorName
	align fyne.TextAlign
	gives bool
}

var _ fyne.Widget = (*Text)(nil)

// NewText returns a line of text.
func NewText(text string, size float32, color fyne.ThemeColorName, style fyne.TextStyle) *Text {
	t := &Text{text: text, size: size, color: color, style: style}
	t.ExtendBaseWidget(t)
	return t
}

// Text is the whole text, even where less of it fits.
func (t *Text) Text() string { return t.text }

// Width is what the whole text needs, even where it gives way.
func (t *Text) Width() float32 { return fyne.MeasureText(t.text, t.size, t.style).Width }

// SetText changes the text and reports whether it was another before.
func (t *Text) SetText(text string) bool {
	if t.text == text {
		return false
	}
	t.text = text
	t.Refresh()
	return true
}

// SetColor changes the colour.
func (t *Text) SetColor(color fyne.ThemeColorName) {
	if t.color != color {
		t.color = color
		t.Refresh()
	}
}

// Aligned sets the alignment and returns t.
func (t *Text) Aligned(align fyne.TextAlign) *Text {
	t.align = align
	return t
}

// Giving makes the text take what room there is, instead of asking for all
// that it needs, and returns t.
func (t *Text) Giving() *Text {
	t.gives = true
	return t
}

// CreateRenderer implements fyne.Widget.
func (t *Text) CreateRenderer() fyne.WidgetRenderer {
	r := &textRenderer{t: t, line: canvas.NewText("", look.Colour(t.color))}
	r.Refresh()
	return r
}

type textRenderer struct {
	t    *Text
	line *canvas.Text
}

func (r *textRenderer) MinSize() fyne.Size {
	size := fyne.MeasureText(r.t.text, r.t.size, r.t.style)
	if r.t.gives {
		size.Width = 0
	}
	return size
}

func (r *textRenderer) Layout(size fyne.Size) {
	text := elide(r.t.text, size.Width, r.t.size, r.t.style)
	if r.line.Text != text {
		r.line.Text = text
		r.line.Refresh()
	}
	height := r.line.MinSize().Height
	r.line.Resize(fyne.NewSize(size.Width, height))
	r.line.Move(fyne.NewPos(0, (size.Height-height)/2))
}

func (r *textRenderer) Refresh() {
	r.line.Color = look.Colour(r.t.color)
	r.line.TextSize, r.line.TextStyle, r.line.Alignment = r.t.size, r.t.style, r.t.align
	r.Layout(r.t.Size())
	r.line.Refresh()
}

func (r *textRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.line} }
func (r *textRenderer) Destroy()                     {}

// elide cuts text to a width, ending it in an ellipsis.
func elide(text string, width, size float32, style fyne.TextStyle) string {
	if width <= 0 || fyne.MeasureText(text, size, style).Width <= width+0.5 {
		return text
	}
	runes := []rune(text)
	lo, hi := 0, len(runes)
	for lo < hi {
		mid := (lo + hi + 1) / 2
		if fyne.MeasureText(string(runes[:mid])+"…", size, style).Width <= width {
			lo = mid
		} else {
			hi = mid - 1
		}
	}
	return string(runes[:lo]) + "…"
}
