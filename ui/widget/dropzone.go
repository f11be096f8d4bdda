package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"earshot/ui/look"
)

// DropZone says where a file can be dropped. The window takes the drop; the
// zone can be tapped as well.
type DropZone struct {
	widget.BaseWidget
	title, hint *Text
	OnTapped    func()
}

var (
	_ fyne.Widget   = (*DropZone)(nil)
	_ fyne.Tappable = (*DropZone)(nil)
)

// NewDropZone returns a drop zone with two lines of text.
func NewDropZone(title, hint string) *DropZone {
	d := &DropZone{
		title: NewText(title, 17, look.Ink, fyne.TextStyle{}).Aligned(fyne.TextAlignCenter).Giving(),
		hint:  NewText(hint, look.TextSize, look.Dim, fyne.TextStyle{}).Aligned(fyne.TextAlignCenter).Giving(),
	}
	d.ExtendBaseWidget(d)
	return d
}

// Tapped implements fyne.Tappable.
func (d *DropZone) Tapped(*fyne.PointEvent) {
	if d.OnTapped != nil {
		d.OnTapped()
	}
}

// CreateRenderer implements fyne.Widget.
func (d *DropZone) CreateRenderer() fyne.WidgetRenderer { return &dropRenderer{d: d} }

const (
	dropHeight = 180
	dashLength = 7
	dashStep   = 12
	dropCorner = 16
)

// dropRenderer draws a dashed border out of short lines.
type dropRenderer struct {
	d      *DropZone
	dashes []fyne.CanvasObject
}

func (r *dropRenderer) MinSize() fyne.Size { return fyne.NewSize(240, dropHeight) }
func (r *dropRenderer) Destroy()           {}

func (r *dropRenderer) Objects() []fyne.CanvasObject {
	return append([]fyne.CanvasObject{r.d.title, r.d.hint}, r.dashes...)
}

func (r *dropRenderer) Layout(size fyne.Size) {
	r.d.title.Move(fyne.NewPos(0, size.Height/2-26))
	r.d.title.Resize(fyne.NewSize(size.Width, 26))
	r.d.hint.Move(fyne.NewPos(0, size.Height/2+4))
	r.d.hint.Resize(fyne.NewSize(size.Width, 22))
	r.dashes = r.dashes[:0]
	for x := float32(dropCorner); x+dashLength <= size.Width-dropCorner; x += dashStep {
		r.dash(fyne.NewPos(x, 1), fyne.NewPos(x+dashLength, 1))
		r.dash(fyne.NewPos(x, size.Height-1), fyne.NewPos(x+dashLength, size.Height-1))
	}
	for y := float32(dropCorner); y+dashLength <= size.Height-dropCorner; y += dashStep {
		r.dash(fyne.NewPos(1, y), fyne.NewPos(1, y+dashLength))
		r.dash(fyne.NewPos(size.Width-1, y), fyne.NewPos(size.Width-1, y+dashLength))
	}
	r.corners(size)
}

// corners rounds off the border with one dash across each.
func (r *dropRenderer) corners(size fyne.Size) {
	const in, out = 4, 9
	w, h := size.Width, size.Height
	for _, c := range [][4]float32{
		{in, out, out, in}, {w - out, in, w - in, out}, {in, h - out, out, h - in}, {w - out, h - in, w - in, h - out},
	} {
		r.dash(fyne.NewPos(c[0], c[1]), fyne.NewPos(c[2], c[3]))
	}
}

func (r *dropRenderer) dash(from, to fyne.Position) {
	l := canvas.NewLine(colour(look.Line))
	l.StrokeWidth = 2
	l.Position1, l.Position2 = from, to
	r.dashes = append(r.dashes, l)
}

func (r *dropRenderer) Refresh() {
	for _, o := range r.dashes {
		o.(*canvas.Line).StrokeColor = colour(look.Line)
		o.Refresh()
	}
	r.d.title.Refresh()
	r.d.hint.Refresh()
}
