package ui

import (
	"fyne.io/fyne/v2"
	fynewidget "fyne.io/fyne/v2/widget"
)

// item is a line of a menu, with the key that does the same by its name; "" is
// none.
func (w *Window) item(label, key string, act func()) *fyne.MenuItem {
	i := fyne.NewMenuItem(label, act)
	if key != "" {
		i.Shortcut = w.key(key)
	}
	return i
}

// menuAt shows a menu at a place on the canvas.
func (w *Window) menuAt(m *fyne.Menu, at fyne.Position) {
	fynewidget.ShowPopUpMenuAtPosition(m, w.win.Canvas(), at)
}

// popUp shows a menu below an object.
func (w *Window) popUp(m *fyne.Menu, below fyne.CanvasObject) {
	w.menuAt(m, placeOf(below).AddXY(0, below.Size().Height+4))
}
