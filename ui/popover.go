package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	fynewidget "fyne.io/fyne/v2/widget"

	"earshot/ui/look"
	"earshot/ui/widget"
)

// popOverWidth is how wide what is in a popover is.
const popOverWidth = 288

// popOver shows content at a place on the canvas, until it is hidden or a person
// taps elsewhere.
func (w *Window) popOver(content fyne.CanvasObject, at fyne.Position) *fynewidget.PopUp {
	wide := container.NewStack(widget.NewSpace(popOverWidth, 0), content)
	p := fynewidget.NewPopUp(container.New(layout.NewCustomPaddedLayout(8, 8, 8, 8), wide), w.win.Canvas())
	p.ShowAtPosition(at)
	w.fit(p, at)
	return p
}

// fit gives a popover the size that it needs, at a place or as near to that as
// all of it can be seen.
func (w *Window) fit(p *fynewidget.PopUp, at fyne.Position) {
	const edge = 8
	size, room := p.MinSize(), w.win.Canvas().Size()
	p.Resize(size)
	p.Move(fyne.NewPos(
		max(edge, min(at.X, room.Width-size.Width-edge)), max(edge, min(at.Y, room.Height-size.Height-edge))))
}

// placeOf is where an object lies on the canvas.
func placeOf(o fyne.CanvasObject) fyne.Position {
	return fyne.CurrentApp().Driver().AbsolutePositionForObject(o)
}

// beside is the place beside the library at the height of something in it.
func beside(o fyne.CanvasObject) fyne.Position {
	return fyne.NewPos(look.SideWidth+8, placeOf(o).Y)
}

// lineEntry is a field that says when Escape or an arrow was pressed in it.
type lineEntry struct {
	fynewidget.Entry
	onEscape func()
	onStep   func(by int) // up or down
}

func newLineEntry() *lineEntry {
	e := &lineEntry{}
	e.ExtendBaseWidget(e)
	return e
}

// TypedKey implements fyne.Focusable.
func (e *lineEntry) TypedKey(k *fyne.KeyEvent) {
	switch {
	case k.Name == fyne.KeyEscape && e.onEscape != nil:
		e.onEscape()
	case k.Name == fyne.KeyDown && e.onStep != nil:
		e.onStep(1)
	case k.Name == fyne.KeyUp && e.onStep != nil:
		e.onStep(-1)
	default:
		e.Entry.TypedKey(k)
	}
}

// lineOver shows a field with a text in it, all of it selected, and above it what
// it is for; more comes below. Escape takes it away.
func (w *Window) lineOver(what, text string, at fyne.Position, more ...fyne.CanvasObject) (*lineEntry, *fynewidget.PopUp) {
	e := newLineEntry()
	e.SetText(text)
	parts := append([]fyne.CanvasObject{widget.NewText(what, look.SmallSize, look.Dim, fyne.TextStyle{}), e}, more...)
	over := w.popOver(container.New(layout.NewCustomPaddedVBoxLayout(8), parts...), at)
	e.onEscape = over.Hide
	w.win.Canvas().Focus(e)
	e.TypedShortcut(&fyne.ShortcutSelectAll{})
	return e, over
}

// flow puts objects beside each other, in as many lines as a width needs.
type flow struct{ width, gap float32 }

// MinSize implements fyne.Layout.
func (f *flow) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(f.width, f.arrange(o, func(fyne.CanvasObject, fyne.Position, fyne.Size) {}))
}

// Layout implements fyne.Layout.
func (f *flow) Layout(o []fyne.CanvasObject, _ fyne.Size) {
	f.arrange(o, func(o fyne.CanvasObject, at fyne.Position, size fyne.Size) {
		o.Move(at)
		o.Resize(size)
	})
}

// arrange says where each object goes and returns how high all of them are.
func (f *flow) arrange(all []fyne.CanvasObject, put func(fyne.CanvasObject, fyne.Position, fyne.Size)) float32 {
	var at fyne.Position
	var high float32
	for _, o := range all {
		if !o.Visible() {
			continue
		}
		size := o.MinSize()
		size.Width = min(size.Width, f.width)
		if at.X > 0 && at.X+size.Width > f.width {
			at = fyne.NewPos(0, at.Y+high+f.gap)
			high = 0
		}
		put(o, at, size)
		at.X += size.Width + f.gap
		high = max(high, size.Height)
	}
	return at.Y + high
}
