package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"earshot/ui/look"
)

// rowItem is the frame of one row: tint, pointer, tap.
type rowItem struct {
	widget.BaseWidget
	rows     *Rows
	child    fyne.CanvasObject
	row      int
	selected bool
	hovered  bool
}

var (
	_ fyne.Widget       = (*rowItem)(nil)
	_ fyne.Tappable     = (*rowItem)(nil)
	_ desktop.Hoverable = (*rowItem)(nil)
)

func newRowItem(rows *Rows, child fyne.CanvasObject) *rowItem {
	i := &rowItem{rows: rows, child: child, row: -1}
	i.ExtendBaseWidget(i)
	return i
}

func (i *rowItem) selectable() bool { return i.rows.Selectable == nil || i.rows.Selectable(i.row) }

// Tapped implements fyne.Tappable.
func (i *rowItem) Tapped(*fyne.PointEvent) { i.rows.tapped(i.row) }

// MouseIn implements desktop.Hoverable.
func (i *rowItem) MouseIn(*desktop.MouseEvent) { i.hovered = true; i.Refresh() }

// MouseMoved implements desktop.Hoverable.
func (i *rowItem) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (i *rowItem) MouseOut() { i.hovered = false; i.Refresh() }

// CreateRenderer implements fyne.Widget.
func (i *rowItem) CreateRenderer() fyne.WidgetRenderer {
	r := &itemRenderer{i: i, tint: canvas.NewRectangle(nil)}
	r.tint.CornerRadius = look.Radius
	r.Refresh()
	return r
}

type itemRenderer struct {
	i    *rowItem
	tint *canvas.Rectangle
}

func (r *itemRenderer) MinSize() fyne.Size { return r.i.child.MinSize() }
func (r *itemRenderer) Destroy()           {}

func (r *itemRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.tint, r.i.child}
}

func (r *itemRenderer) Layout(size fyne.Size) {
	r.tint.Resize(size)
	r.i.child.Resize(size)
}

func (r *itemRenderer) Refresh() {
	switch {
	case r.i.selected:
		r.tint.FillColor = colour(look.Selected)
	case r.i.hovered && r.i.row >= 0 && r.i.selectable():
		r.tint.FillColor = colour(themeHover)
	default:
		r.tint.FillColor = colour(transparent)
	}
	r.tint.Refresh()
	r.i.child.Refresh()
}
