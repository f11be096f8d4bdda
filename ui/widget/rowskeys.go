package widget

import (
	"maps"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// What a person does to a list: selecting by keys and taps.

var (
	_ fyne.Focusable    = (*Rows)(nil)
	_ fyne.Shortcutable = (*Rows)(nil)
	_ desktop.Keyable   = (*Rows)(nil)
)

// Selected is the row that is selected, of several the one that was touched
// last; -1 if there is none.
func (r *Rows) Selected() int { return r.selected }

// SetSelected selects a row and no other, or none with -1, without calling
// OnSelected.
func (r *Rows) SetSelected(i int) {
	if !r.only(i) {
		r.selected, r.anchored = i, i
		clear(r.marked)
		r.mark(i, true)
		r.arrange(false)
	}
}

// Selection is all rows that are selected, from top to bottom.
func (r *Rows) Selection() []int {
	if !r.Several {
		if r.selected < 0 {
			return nil
		}
		return []int{r.selected}
	}
	return slices.Sorted(maps.Keys(r.marked))
}

// SetSelection selects rows without calling OnSelection.
func (r *Rows) SetSelection(rows []int) {
	clear(r.marked)
	r.selected, r.anchored = -1, -1
	for _, i := range rows {
		r.mark(i, true)
		r.selected, r.anchored = i, i
	}
	r.arrange(false)
}

// SelectAll selects all rows, as Ctrl+A does.
func (r *Rows) SelectAll() {
	if r.Several && r.Length() > 0 {
		r.markRange(0, r.Length()-1)
		r.signal()
	}
}

// Moved says that rows lie elsewhere now: row i is row at(i), or with -1 gone.
// What is selected stays so. It is called after Length has changed.
func (r *Rows) Moved(at func(i int) int) {
	marked := make(map[int]bool, len(r.marked))
	for i := range r.marked {
		if to := at(i); to >= 0 {
			marked[to] = true
		}
	}
	r.marked = marked
	r.selected, r.anchored = r.heir(r.selected, at), r.heir(r.anchored, at)
}

// heir is where row i is now, or if it is gone, the row that keys go on from.
func (r *Rows) heir(i int, at func(int) int) int {
	if i < 0 {
		return -1
	}
	if to := at(i); to >= 0 || !r.Several {
		return to
	}
	last := r.Length() - 1
	return max(r.next(min(i, last), 1), r.next(min(i, last), -1))
}

// mark selects row i too, or no longer.
func (r *Rows) mark(i int, on bool) {
	switch {
	case !r.Several || i < 0 || !r.canSelect(i):
	case !on:
		delete(r.marked, i)
	default:
		if r.marked == nil {
			r.marked = map[int]bool{}
		}
		r.marked[i] = true
	}
}

// markRange selects the rows from one to another, in whichever order.
func (r *Rows) markRange(from, to int) {
	clear(r.marked)
	for i := max(0, min(from, to)); i <= max(from, to); i++ {
		r.mark(i, true)
	}
}

func (r *Rows) signal() {
	r.arrange(false)
	if r.OnSelection != nil {
		r.OnSelection()
	}
}

func (r *Rows) canSelect(i int) bool { return r.Selectable == nil || r.Selectable(i) }

// only reports whether row i is selected, and no other.
func (r *Rows) only(i int) bool {
	if r.selected != i || !r.Several {
		return r.selected == i
	}
	return i < 0 && len(r.marked) == 0 || len(r.marked) == 1 && r.marked[i]
}

// state is how row i is to look. Of several rows the one that keys start from
// is framed.
func (r *Rows) state(i int) rowState {
	if !r.Several {
		return rowState{selected: i == r.selected}
	}
	return rowState{selected: r.marked[i], current: i == r.selected && (len(r.marked) > 1 || !r.marked[i])}
}

// Choose selects row i because a person wants it: OnSelected is called.
func (r *Rows) Choose(i int) {
	if i < 0 || i >= r.Length() || !r.canSelect(i) {
		return
	}
	r.SetSelected(i)
	r.ScrollTo(i)
	if r.OnSelected != nil {
		r.OnSelected(i)
	}
	if r.Several && r.OnSelection != nil {
		r.OnSelection()
	}
}

// extend selects from where the selection began to row i.
func (r *Rows) extend(i int) {
	if i < 0 || i >= r.Length() || !r.canSelect(i) {
		return
	}
	if r.anchored < 0 {
		r.anchored = i
	}
	r.selected = i
	r.markRange(r.anchored, i)
	r.ScrollTo(i)
	r.signal()
}

// toggle selects row i too, or no longer.
func (r *Rows) toggle(i int) {
	if i < 0 || i >= r.Length() || !r.canSelect(i) {
		return
	}
	r.selected, r.anchored = i, i
	r.mark(i, !r.marked[i])
	r.signal()
}

// tapped takes the focus, so that keys go to the list, and chooses the row.
func (r *Rows) tapped(item *rowItem, at fyne.Position) {
	r.focus()
	i := item.row
	if p, ok := item.child.(parted); ok && item.modifier == 0 && p.tappedPart(at) {
		return
	}
	if r.Several && r.tappedMore(i, item.modifier) {
		return
	}
	was := r.only(i)
	if !was {
		r.Choose(i)
	}
	if r.OnTapped != nil {
		r.OnTapped(i)
		return
	}
	if p, ok := item.child.(pointable); ok && p.tapped(at, r.again(i, at)) {
		return
	}
	if was {
		r.chooseAgain(i)
	}
}

// chooseAgain is about a tap on the row that was selected.
func (r *Rows) chooseAgain(i int) {
	if i >= 0 && r.OnAgain != nil {
		r.OnAgain(i)
	} else {
		r.Choose(i)
	}
}

// tappedMore reports whether a modifier makes a tap on row i select more rows, or
// fewer.
func (r *Rows) tappedMore(i int, modifier fyne.KeyModifier) bool {
	switch {
	case modifier&fyne.KeyModifierShift != 0:
		r.extend(i)
	case modifier&fyne.KeyModifierShortcutDefault != 0:
		r.toggle(i)
	default:
		return false
	}
	return true
}

func (r *Rows) focus() {
	if c := fyne.CurrentApp().Driver().CanvasForObject(r); c != nil {
		c.Focus(r)
	}
}

// again reports whether this is the second tap on the same place in quick
// succession. Waiting for a second one, as Fyne does, would delay every first.
func (r *Rows) again(i int, at fyne.Position) bool {
	const near = 6
	before := r.touched
	r.touched = touch{i, at, time.Now()}
	moved := at.Subtract(before.at)
	again := before.row == i && r.touched.was.Sub(before.was) < fyne.CurrentApp().Driver().DoubleTapDelay() &&
		moved.X*moved.X+moved.Y*moved.Y < near*near
	if again {
		r.touched = touch{row: -1}
	}
	return again
}

// FocusGained implements fyne.Focusable.
func (r *Rows) FocusGained() {}

// FocusLost implements fyne.Focusable.
func (r *Rows) FocusLost() { r.shift = false }

// KeyDown implements desktop.Keyable.
func (r *Rows) KeyDown(e *fyne.KeyEvent) { r.shift = r.shift || IsShift(e) }

// KeyUp implements desktop.Keyable.
func (r *Rows) KeyUp(e *fyne.KeyEvent) { r.shift = r.shift && !IsShift(e) }

// IsShift reports whether a key is one of the two Shift keys.
func IsShift(e *fyne.KeyEvent) bool {
	return e.Name == desktop.KeyShiftLeft || e.Name == desktop.KeyShiftRight
}

// TypedShortcut implements fyne.Shortcutable: what the list has no use for is
// the window's.
func (r *Rows) TypedShortcut(s fyne.Shortcut) {
	custom, _ := s.(*desktop.CustomShortcut)
	switch _, all := s.(*fyne.ShortcutSelectAll); {
	case r.Several && all && r.OnAll != nil:
		r.OnAll()
	case r.Several && all:
		r.SelectAll()
	case r.Several && custom != nil && custom.Modifier == fyne.KeyModifierShortcutDefault && r.wander(custom.KeyName):
	default:
		if window, ok := fyne.CurrentApp().Driver().CanvasForObject(r).(fyne.Shortcutable); ok {
			window.TypedShortcut(s)
		}
	}
}

// wander goes up or down without selecting anything; Space does.
func (r *Rows) wander(key fyne.KeyName) bool {
	i := r.selected
	switch key {
	case fyne.KeyUp:
		i = r.next(i-1, -1)
	case fyne.KeyDown:
		i = r.next(i+1, 1)
	default:
		return false
	}
	if i >= 0 {
		r.selected, r.anchored = i, i
		r.ScrollTo(i)
		r.arrange(false)
	}
	return true
}

// TypedRune implements fyne.Focusable.
func (r *Rows) TypedRune(typed rune) {
	if r.OnRune != nil {
		r.OnRune(typed)
	}
}

// TypedKey implements fyne.Focusable.
func (r *Rows) TypedKey(e *fyne.KeyEvent) {
	page := max(1, len(r.visible)-1)
	switch e.Name {
	case fyne.KeyUp:
		r.step(r.selected-1, -1)
	case fyne.KeyDown:
		r.step(r.selected+1, 1)
	case fyne.KeyPageUp:
		r.step(max(r.selected-page, 0), -1)
	case fyne.KeyPageDown:
		r.step(min(r.selected+page, r.Length()-1), 1)
	case fyne.KeyHome:
		r.step(0, 1)
	case fyne.KeyEnd:
		r.step(r.Length()-1, -1)
	case fyne.KeyReturn, fyne.KeyEnter:
		if r.selected >= 0 && r.OnAgain != nil {
			r.OnAgain(r.selected)
		}
	default:
		r.other(e)
	}
}

// other serves keys that mean something only where rows have menus, or several
// can be selected.
func (r *Rows) other(e *fyne.KeyEvent) {
	switch {
	case r.OnMenu != nil && (e.Name == desktop.KeyMenu || e.Name == fyne.KeyF10 && r.shift):
		r.keyMenu()
	case e.Name == fyne.KeySpace && r.space():
	case e.Name == fyne.KeyEscape && len(r.marked) > 1 && r.OnClear != nil:
		r.OnClear()
	case e.Name == fyne.KeyEscape && len(r.marked) > 1:
		r.Choose(r.selected)
	case r.OnKey != nil:
		r.OnKey(e)
	}
}

// space serves Space, and reports whether the list has a use for it.
func (r *Rows) space() bool {
	switch {
	case r.OnSpace != nil:
		r.OnSpace()
	case r.Several && r.selected >= 0:
		r.toggle(r.selected)
	default:
		return false
	}
	return true
}

// step chooses the first selectable row from i on in a direction, or with Shift
// all on the way to it.
func (r *Rows) step(i, direction int) {
	switch i = r.next(i, direction); {
	case i < 0:
	case r.Several && r.shift:
		r.extend(i)
	default:
		r.Choose(i)
	}
}

// next is the first selectable row from i on in a direction, -1 for none.
func (r *Rows) next(i, direction int) int {
	for ; i >= 0 && i < r.Length(); i += direction {
		if r.canSelect(i) {
			return i
		}
	}
	return -1
}
