package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"earshot/ui/look"
)

// Run is a piece of text, marked if it is what was searched for.
type Run struct {
	Text   string
	Marked bool
}

// ResultView is one place that a search has found: a title, something about the
// place, and its text.
type ResultView struct {
	widget.BaseWidget
	title []Run
	about string
	text  []Run
}

var _ fyne.Widget = (*ResultView)(nil)

// ResultHeight is the height of a ResultView, with the gap below it.
const ResultHeight = 64 + CardGap

const resultInset = 13

// NewResultView returns an empty view.
func NewResultView() *ResultView {
	v := &ResultView{}
	v.ExtendBaseWidget(v)
	return v
}

// SetResult changes what is shown.
func (v *ResultView) SetResult(title []Run, about string, text []Run) {
	v.title, v.about, v.text = title, about, text
	v.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (v *ResultView) CreateRenderer() fyne.WidgetRenderer {
	r := &resultRenderer{v: v}
	r.Refresh()
	return r
}

type resultRenderer struct {
	v       *ResultView
	width   float32
	objects []fyne.CanvasObject
}

func (r *resultRenderer) MinSize() fyne.Size           { return fyne.NewSize(80, ResultHeight) }
func (r *resultRenderer) Destroy()                     {}
func (r *resultRenderer) Objects() []fyne.CanvasObject { return r.objects }

func (r *resultRenderer) Layout(size fyne.Size) {
	if r.width != size.Width {
		r.draw(size.Width)
	}
}

func (r *resultRenderer) Refresh() {
	r.draw(r.v.Size().Width)
	canvas.Refresh(r.v)
}

// draw makes the objects anew: they are few, and rarely the same.
func (r *resultRenderer) draw(width float32) {
	r.width, r.objects = width, nil
	if width <= 0 {
		return
	}
	end := width - resultInset
	x := r.line(r.v.title, resultInset, end, 11, look.TextSize, fyne.TextStyle{Bold: true}, look.Ink)
	if r.v.about != "" {
		r.line([]Run{{Text: r.v.about}}, x+6, end, 12.5, look.SmallSize, fyne.TextStyle{}, look.Dim)
	}
	r.line(r.v.text, resultInset, end, 33, look.TextSize+0.5, fyne.TextStyle{}, look.Ink)
}

// line draws runs from x on until there is no room, and returns where it ends.
func (r *resultRenderer) line(runs []Run, x, end, y, size float32, style fyne.TextStyle, ink fyne.ThemeColorName) float32 {
	for _, run := range runs {
		if x >= end {
			break
		}
		text := elide(run.Text, end-x, size, style)
		t := canvas.NewText(text, colour(ink))
		t.TextSize, t.TextStyle = size, style
		need := fyne.MeasureText(text, size, style)
		if run.Marked {
			mark := canvas.NewRectangle(colour(look.Mark))
			mark.CornerRadius = 3
			mark.Move(fyne.NewPos(x-2, y))
			mark.Resize(fyne.NewSize(need.Width+4, need.Height))
			r.objects = append(r.objects, mark)
		}
		t.Move(fyne.NewPos(x, y))
		t.Resize(need)
		r.objects = append(r.objects, t)
		if x += need.Width; text != run.Text {
			break
		}
	}
	return x
}
