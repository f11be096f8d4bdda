package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// SetCaret puts the caret of an entry before the character at offset, or behind
// the last one. The entry must have its size, since where its lines break
// depends on it.
func SetCaret(e *widget.Entry, offset int) {
	row, begin := 0, 0
	for next := 1; ; next++ {
		e.CursorRow, e.CursorColumn = next, 0
		at := e.CursorTextOffset() // 0 behind the last row
		if at <= begin || at > offset {
			break
		}
		row, begin = next, at
	}
	end := len([]rune(e.Text))
	e.CursorRow, e.CursorColumn = row, min(max(offset, 0), end)-begin
	e.Refresh()
}

// Select selects so many characters of an entry from offset on, as Shift and the
// arrow do, with the caret behind them.
func Select(e *widget.Entry, offset, characters int) {
	if e.SelectedText() != "" {
		e.TypedKey(&fyne.KeyEvent{Name: fyne.KeyLeft}) // which selects nothing
	}
	SetCaret(e, offset)
	shift := &fyne.KeyEvent{Name: desktop.KeyShiftLeft}
	e.KeyDown(shift)
	for range characters {
		e.TypedKey(&fyne.KeyEvent{Name: fyne.KeyRight})
	}
	e.KeyUp(shift)
}
