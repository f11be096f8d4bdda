package widget

import (
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// What a person does to a waveform.

// grip is what is dragged.
type grip int

const (
	gripNone grip = iota
	gripView
	gripLeft
	gripRight
)

var (
	_ fyne.Tappable      = (*Waveform)(nil)
	_ fyne.Draggable     = (*Waveform)(nil)
	_ fyne.Scrollable    = (*Waveform)(nil)
	_ desktop.Hoverable  = (*Waveform)(nil)
	_ desktop.Cursorable = (*Waveform)(nil)
)

// Tapped implements fyne.Tappable: a tap on a region goes there too.
func (w *Waveform) Tapped(e *fyne.PointEvent) {
	at := w.at(e.Position.X)
	if w.OnSeek != nil && w.duration > 0 {
		w.OnSeek(at)
	}
	if i := w.region(at); i >= 0 && w.OnRegion != nil {
		w.OnRegion(i)
	}
}

// grips is what a drag that begins at x takes: an edge, the nearer one of two,
// or else the view.
func (w *Waveform) grips(x float32) grip {
	if w.edges.To == 0 || w.OnEdges == nil {
		return gripView
	}
	left, right := distance(x, w.x(w.edges.From)), distance(x, w.x(w.edges.To))
	switch {
	case min(left, right) > gripReach:
		return gripView
	case left < right || left == right && x < w.x(w.edges.From):
		return gripLeft
	default:
		return gripRight
	}
}

func distance(a, b float32) float32 { return max(a-b, b-a) }

// Dragged implements fyne.Draggable.
func (w *Waveform) Dragged(e *fyne.DragEvent) {
	if w.grip == gripNone {
		from := e.Position.X - e.Dragged.DX
		switch w.grip = w.grips(from); w.grip {
		case gripLeft:
			w.gripOff = w.x(w.edges.From) - from
		case gripRight:
			w.gripOff = w.x(w.edges.To) - from
		}
	}
	at := w.at(e.Position.X + w.gripOff)
	w.pointerX = min(max(e.Position.X, 0), w.Size().Width)
	switch w.grip {
	case gripLeft:
		w.edges.From = min(at, w.edges.To-shortestEdge)
		w.edged(false)
	case gripRight:
		w.edges.To = max(at, w.edges.From+shortestEdge)
		w.edged(false)
	case gripView:
		w.pan(-e.Dragged.DX)
	}
}

const shortestEdge = 0.05 // seconds between two edges

// DragEnd implements fyne.Draggable.
func (w *Waveform) DragEnd() {
	if w.grip == gripLeft || w.grip == gripRight {
		w.edged(true)
	}
	w.grip, w.gripOff = gripNone, 0
}

func (w *Waveform) edged(done bool) {
	w.arrange()
	if w.OnEdges != nil {
		w.OnEdges(w.edges.From, w.edges.To, done)
	}
}

// pan moves the view.
func (w *Waveform) pan(dx float32) {
	if w.Size().Width > 0 {
		by := float64(dx/w.Size().Width) * (w.to - w.from)
		w.SetView(w.from+by, w.to+by)
	}
}

// Scrolled implements fyne.Scrollable: upright it zooms where the pointer is,
// with or without Ctrl; sideways it moves.
func (w *Waveform) Scrolled(e *fyne.ScrollEvent) {
	if dy := float64(e.Scrolled.DY); dy != 0 {
		w.zoom(math.Pow(zoomStep, dy/25), w.at(e.Position.X))
	}
	if e.Scrolled.DX != 0 {
		w.pan(-e.Scrolled.DX)
	}
}

// MouseIn implements desktop.Hoverable.
func (w *Waveform) MouseIn(e *desktop.MouseEvent) { w.MouseMoved(e) }

// MouseMoved implements desktop.Hoverable.
func (w *Waveform) MouseMoved(e *desktop.MouseEvent) {
	w.pointerX = e.Position.X
	w.arrange()
}

// MouseOut implements desktop.Hoverable.
func (w *Waveform) MouseOut() {
	w.pointerX = -1
	w.arrange()
}

// Cursor implements desktop.Cursorable.
func (w *Waveform) Cursor() desktop.Cursor {
	switch {
	case w.pointerX >= 0 && w.grips(w.pointerX) != gripView:
		return desktop.HResizeCursor
	case w.region(w.at(w.pointerX)) >= 0:
		return desktop.PointerCursor
	default:
		return desktop.DefaultCursor
	}
}
