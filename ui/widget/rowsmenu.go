package widget

import "fyne.io/fyne/v2"

// menu asks for the menu of row i; a row that is not selected is framed
// meanwhile.
func (r *Rows) menu(i int, at fyne.Position) {
	if r.OnMenu == nil || i < 0 || i >= r.Length() || !r.canSelect(i) {
		return
	}
	r.selected, r.anchored = i, i
	r.arrange(false)
	r.OnMenu(i, at)
}

// keyMenu asks for the menu of the row that keys start from.
func (r *Rows) keyMenu() {
	i := r.selected
	r.ScrollTo(i)
	if item, there := r.visible[i]; there {
		pos := fyne.CurrentApp().Driver().AbsolutePositionForObject(item)
		r.menu(i, pos.AddXY(menuInset, item.Size().Height-menuInset/2))
	}
}

// A menu asked for by key begins so far inside of its row.
const menuInset = 16
