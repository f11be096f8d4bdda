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
	tint     *canvas.Rectangle
	row      int
	shown    rowState
	hovered  bool
	modifier fyne.KeyModifier // when the mouse was pressed
}

// rowState is how a row is to look.
type rowState struct{ selected, current bool }

// pointable is a row's object that knows what of it is pointed at.
type pointable interface {
	// tapped reports whether there was something to tap; again says that it is
	// the second time in quick succession.
	tapped(at fyne.Position, again bool) bool
	pointed(at fyne.Position, in bool)
	pointer() desktop.Cursor
}

// parted is a row's object of which a part is a thing of its own, which can be
// tapped without selecting the row.
type parted interface {
	// tappedPart reports whether that part was tapped.
	tappedPart(at fyne.Position) bool
}

var (
	_ fyne.Widget            = (*rowItem)(nil)
	_ fyne.Tappable          = (*rowItem)(nil)
	_ fyne.SecondaryTappable = (*rowItem)(nil)
	_ desktop.Hoverable      = (*rowItem)(nil)
	_ desktop.Mouseable      = (*rowItem)(nil)
	_ desktop.Cursorable     = (*rowItem)(nil)
)

func newRowItem(rows *Rows, child fyne.CanvasObject) *rowItem {
	i := &rowItem{rows: rows, child: child, row: -1, tint: canvas.NewRectangle(nil)}
	i.tint.CornerRadius = look.Radius
	i.ExtendBaseWidget(i)
	return i
}

func (i *rowItem) selectable() bool { return i.rows.Selectable == nil || i.rows.Selectable(i.row) }

// MouseDown implements desktop.Mouseable.
func (i *rowItem) MouseDown(e *desktop.MouseEvent) { i.modifier = e.Modifier }

// MouseUp implements desktop.Mouseable.
func (i *rowItem) MouseUp(*desktop.MouseEvent) {}

// Tapped implements fyne.Tappable.
func (i *rowItem) Tapped(e *fyne.PointEvent) {
	var at fyne.Position
	if e != nil {
		at = e.Position
	}
	i.rows.tapped(i, at)
	i.modifier = 0
}

// TappedSecondary implements fyne.SecondaryTappable.
func (i *rowItem) TappedSecondary(e *fyne.PointEvent) {
	i.modifier = 0
	i.rows.focus()
	i.rows.menu(i.row, e.AbsolutePosition)
}

// MouseIn implements desktop.Hoverable.
func (i *rowItem) MouseIn(e *desktop.MouseEvent) {
	i.hovered = true
	i.paint()
	i.point(e, true)
}

// MouseMoved implements desktop.Hoverable.
func (i *rowItem) MouseMoved(e *desktop.MouseEvent) { i.point(e, true) }

// MouseOut implements desktop.Hoverable.
func (i *rowItem) MouseOut() {
	i.hovered = false
	i.paint()
	i.point(nil, false)
}

func (i *rowItem) point(e *desktop.MouseEvent, in bool) {
	if p, ok := i.child.(pointable); ok {
		var at fyne.Position
		if e != nil {
			at = e.Position
		}
		p.pointed(at, in && e != nil)
	}
}

// Cursor implements desktop.Cursorable.
func (i *rowItem) Cursor() desktop.Cursor {
	if p, ok := i.child.(pointable); ok {
		return p.pointer()
	}
	return desktop.DefaultCursor
}

// paint draws the ground of the row, and nothing else.
func (i *rowItem) paint() {
	fill, stroke := transparent, transparent
	if i.rows.Cards {
		fill, stroke = look.Panel, look.Line
	}
	switch {
	case i.shown.selected && i.rows.Cards:
		fill, stroke = look.Selected, look.Accent
	case i.shown.selected:
		fill = look.Selected
	case i.hovered && i.row >= 0 && i.selectable():
		fill = themeHover
	}
	if i.shown.current {
		stroke = look.Accent
	}
	i.tint.StrokeWidth = 1
	if stroke == transparent {
		i.tint.StrokeWidth = 0
	}
	paint(i.tint, colour(fill), colour(stroke))
}

// CreateRenderer implements fyne.Widget.
func (i *rowItem) CreateRenderer() fyne.WidgetRenderer {
	i.paint()
	return &itemRenderer{i: i, objects: []fyne.CanvasObject{i.tint, i.child}}
}

type itemRenderer struct {
	i       *rowItem
	objects []fyne.CanvasObject
}

func (r *itemRenderer) MinSize() fyne.Size           { return r.i.child.MinSize() }
func (r *itemRenderer) Destroy()                     {}
func (r *itemRenderer) Objects() []fyne.CanvasObject { return r.objects }

func (r *itemRenderer) Layout(size fyne.Size) {
	tint := size
	if r.i.rows.Cards {
		tint.Height -= CardGap
	}
	r.i.tint.Resize(tint)
	r.i.child.Resize(size)
}

func (r *itemRenderer) Refresh() {
	r.i.paint()
	r.i.child.Refresh()
}
