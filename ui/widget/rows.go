package widget

import (
	"image/color"
	"maps"
	"sort"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"earshot/ui/look"
)

// Rows is a list of any length with rows of any height: only those in view
// exist as objects, and only those that have been in view are measured. Unlike
// Fyne's List it keeps the row at the top where it is when heights above
// change, centres a column, and costs the same at ten rows and at a hundred
// thousand.
type Rows struct {
	widget.BaseWidget

	// Length, Create, Update and Height must be set before the list is shown.
	Length func() int
	Create func() fyne.CanvasObject
	// Update fills an object with row i; the object draws itself anew.
	Update func(i int, o fyne.CanvasObject)
	// Height of row i at this width. It may be costly; it is called for rows
	// in view only, and remembered.
	Height func(i int, width float32) float32
	// Estimate is a cheap guess at Height; nil means that Height is cheap.
	Estimate func(i int, width float32) float32

	Column float32 // widest that rows get, centred; 0 is the whole width
	Inset  float32 // left free on each side of the column

	// Cards frames the rows, with CardGap below each that is part of its height.
	Cards bool

	// Selectable says whether row i can be selected; nil means all can.
	Selectable func(i int) bool
	// OnSelected is called when a person selects a row.
	OnSelected func(i int)
	// OnTapped is called when a person taps a row, after OnSelected.
	OnTapped func(i int)
	// OnAgain is called when a person taps the selected row where nothing else
	// is to be tapped, or presses Enter.
	OnAgain func(i int)
	// Several lets a person select more than one row: with Ctrl or Shift held,
	// by tapping, arrows and Space, and all with Ctrl+A.
	Several bool
	// OnSelection is called when a person has selected other rows than before.
	OnSelection func()
	// OnAll is called for Ctrl+A, OnClear for Escape where several rows are
	// selected; nil selects all, and of several the one touched last.
	OnAll, OnClear func()
	// OnMenu is called when a person wants the menu of row i: with the other
	// mouse button, the menu key or Shift+F10. at is a place on the canvas.
	OnMenu func(i int, at fyne.Position)
	// OnCurrent is called when Selected is another than before, by a person's
	// doing or not.
	OnCurrent func()
	// OnScrolled is called when a person scrolls.
	OnScrolled func()
	// OnKey is called for keys that the list has no use for.
	OnKey func(*fyne.KeyEvent)
	// OnRune is called for characters that are typed.
	OnRune func(rune)
	// OnSpace is called for Space; nil selects the row too, or no longer, where
	// several can be selected.
	OnSpace func()

	scroll   *container.Scroll
	content  *rowsContent
	pool     []*rowItem
	visible  map[int]*rowItem
	selected int
	told     int          // what Selected was when OnCurrent was called last
	marked   map[int]bool // all that are selected, if several can be
	anchored int          // where a range of selected rows begins
	shift    bool         // is held
	touched  touch
	moving   bool // is scrolled, and not by a person
	heights  []float32
	exact    []bool
	guess    bool      // some heights are below 0: nothing is known of those rows
	tops     []float64 // tops[i] is where row i begins; one more than rows
	width    float32   // of the rows, as measured
	style    style     // as measured and drawn
}

// CardGap is between rows that are cards.
const CardGap = 8

// style is what rows look like that no row knows of.
type style struct {
	ink     color.Color
	reading float32
}

// touch is a tap, of which another one may be the second.
type touch struct {
	row int
	at  fyne.Position
	was time.Time
}

var _ fyne.Widget = (*Rows)(nil)

// NewRows returns an empty list.
func NewRows() *Rows {
	r := &Rows{selected: -1, told: -1, anchored: -1, visible: map[int]*rowItem{}}
	r.content = &rowsContent{rows: r}
	r.content.ExtendBaseWidget(r.content)
	r.scroll = container.NewVScroll(r.content)
	r.scroll.OnScrolled = func(fyne.Position) {
		r.arrange(false)
		if r.OnScrolled != nil && !r.moving {
			r.OnScrolled()
		}
	}
	r.ExtendBaseWidget(r)
	return r
}

// CreateRenderer implements fyne.Widget.
func (r *Rows) CreateRenderer() fyne.WidgetRenderer { return &rowsRenderer{r} }

type rowsRenderer struct{ r *Rows }

func (v *rowsRenderer) MinSize() fyne.Size           { return fyne.NewSize(64, 64) }
func (v *rowsRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{v.r.scroll} }
func (v *rowsRenderer) Destroy()                     {}
func (v *rowsRenderer) Refresh()                     { v.r.arrange(true) }

func (v *rowsRenderer) Layout(size fyne.Size) {
	v.r.move(func() { v.r.scroll.Resize(size) })
	v.r.arrange(false)
}

// Reset forgets what was measured and selected and scrolls to the top: the rows
// are others now.
func (r *Rows) Reset() {
	r.heights, r.exact, r.tops = nil, nil, nil
	r.selected, r.anchored = -1, -1
	clear(r.marked)
	r.scroll.ScrollToTop()
	r.Refresh()
}

// Remeasure forgets what was measured: rows have been put in or taken out.
func (r *Rows) Remeasure() {
	r.heights, r.exact, r.tops = nil, nil, nil
	r.Refresh()
}

// Changed measures and fills row i anew, and leaves the others as they are.
func (r *Rows) Changed(i int) { r.Change(Splice{Row: i, Gone: 1, Came: 1}) }

// Item is the object that shows row i, nil if that is not in view: to change
// something of it that does not change its height.
func (r *Rows) Item(i int) fyne.CanvasObject {
	if item, there := r.visible[i]; there {
		return item.child
	}
	return nil
}

// AtEnd reports whether the last row is in view.
func (r *Rows) AtEnd() bool {
	return float64(r.scroll.Offset.Y+r.scroll.Size().Height) >= r.total()-4
}

// ScrollToEnd brings the last row into view.
func (r *Rows) ScrollToEnd() {
	r.measureUp(len(r.heights)-1, float64(r.scroll.Size().Height))
	r.scrollTo(r.total() - float64(r.scroll.Size().Height))
}

// ScrollTo scrolls as little as is needed to bring row i into view.
func (r *Rows) ScrollTo(i int) {
	r.sync()
	if i < 0 || i >= len(r.heights) {
		return
	}
	r.measure(i)
	height := float64(r.scroll.Size().Height)
	top, bottom := r.top(i), r.top(i+1)
	switch offset := float64(r.scroll.Offset.Y); {
	case top < offset:
		r.scrollTo(top)
	case bottom > offset+height:
		r.measureUp(i, height)
		r.scrollTo(r.top(i+1) - height)
	}
}

// ScrollNear scrolls so that row i lies in the upper part of the view, with
// what comes before it in sight too.
func (r *Rows) ScrollNear(i int) {
	r.sync()
	if i < 0 || i >= len(r.heights) {
		return
	}
	r.scrollTo(r.top(i))
	third := float64(r.scroll.Size().Height) / 3
	r.measureUp(i, third)
	r.scrollTo(r.top(i) - third)
}

// Reveal brings the whole of row i into view, if none of it is there as
// ScrollNear does.
func (r *Rows) Reveal(i int) {
	if r.Item(i) == nil {
		r.ScrollNear(i)
	} else {
		r.ScrollTo(i)
	}
}

// rowWidth is the width that rows have in the present size.
func (r *Rows) rowWidth() float32 {
	w := r.scroll.Size().Width - 2*r.Inset
	if r.Column > 0 {
		w = min(w, r.Column)
	}
	return max(w, 1)
}

// sync brings heights up to the present number of rows and width.
func (r *Rows) sync() {
	n := r.Length()
	now := style{look.Colour(look.Ink), look.Reading()}
	restyled := now != r.style
	if w := r.rowWidth(); w != r.width || now.reading != r.style.reading {
		r.width = w
		r.heights, r.exact, r.tops = r.heights[:0], r.exact[:0], r.tops[:0]
	}
	if r.style = now; restyled {
		r.pool = nil // drawn in another style
		for _, item := range r.visible {
			item.child.Refresh()
		}
	}
	if r.guess {
		r.guess = false
		for i := range min(n, len(r.heights)) {
			if r.heights[i] < 0 {
				r.heights[i], r.exact[i] = r.first(i)
			}
		}
	}
	if n < len(r.heights) {
		maps.DeleteFunc(r.marked, func(i int, _ bool) bool { return i >= n })
		r.heights, r.exact, r.tops = r.heights[:n], r.exact[:n], r.tops[:min(len(r.tops), n+1)]
	}
	for i := len(r.heights); i < n; i++ {
		h, exact := r.first(i)
		r.heights, r.exact = append(r.heights, h), append(r.exact, exact)
	}
}

// first is the height of a row that is not known yet, and whether it is exact.
func (r *Rows) first(i int) (height float32, exact bool) {
	if r.Estimate == nil {
		return r.Height(i, r.width), true
	}
	return r.Estimate(i, r.width), false
}

// top is where row i begins; top(len) is the end.
func (r *Rows) top(i int) float64 {
	if len(r.tops) == 0 {
		r.tops = append(r.tops, 0)
	}
	for n := len(r.tops); n <= i; n++ {
		r.tops = append(r.tops, r.tops[n-1]+float64(r.heights[n-1]))
	}
	return r.tops[i]
}

func (r *Rows) total() float64 {
	r.sync()
	return r.top(len(r.heights))
}

// measure makes the height of row i exact.
func (r *Rows) measure(i int) {
	if r.exact[i] {
		return
	}
	r.exact[i] = true
	if h := r.Height(i, r.width); h != r.heights[i] {
		r.heights[i] = h
		r.tops = r.tops[:min(len(r.tops), i+1)]
	}
}

// measureUp makes heights exact from row i upwards until they fill height.
func (r *Rows) measureUp(i int, height float64) {
	r.sync()
	for sum := 0.0; i >= 0 && sum < height; i-- {
		r.measure(i)
		sum += float64(r.heights[i])
	}
}

func (r *Rows) scrollTo(y float64) {
	r.content.Resize(fyne.NewSize(r.scroll.Size().Width, max(float32(r.total()), r.scroll.Size().Height)))
	r.move(func() { r.scroll.ScrollToOffset(fyne.NewPos(0, float32(max(0, y)))) })
	r.arrange(false)
}

// move does what may scroll, without taking it for a person's doing.
func (r *Rows) move(f func()) {
	was := r.moving
	r.moving = true
	f()
	r.moving = was
}

// arrange lays out the rows in view, filling all of them anew if asked to.
func (r *Rows) arrange(fill bool) {
	anchor, within := r.anchor()
	r.arrangeAt(anchor, within, fill)
}

// arrangeAt does what arrange does, with the row at the top of the view that
// anchor has said.
func (r *Rows) arrangeAt(anchor int, within float64, fill bool) {
	if r.told != r.selected {
		if r.told = r.selected; r.OnCurrent != nil {
			r.OnCurrent()
		}
	}
	view := r.scroll.Size()
	if view.Height <= 0 || r.Length == nil {
		return
	}
	if r.sync(); anchor >= 0 && anchor < len(r.heights) {
		if y := float32(r.top(anchor) + within); y != r.scroll.Offset.Y {
			r.scroll.Offset.Y = max(0, y)
		}
	}
	first, last := r.inView(float64(r.scroll.Offset.Y), float64(view.Height))
	size := fyne.NewSize(view.Width, max(float32(r.total()), view.Height))
	if limit := size.Height - view.Height; r.scroll.Offset.Y > limit {
		r.scroll.Offset.Y = limit
		first, last = r.inView(float64(limit), float64(view.Height))
	}
	r.place(first, last, fill)
	if r.content.Size() != size {
		r.content.Resize(size)
		r.move(r.scroll.Refresh)
	}
	r.content.Refresh()
}

// anchor is the row at the top of the view, and how far it is scrolled out,
// before anything is measured anew.
func (r *Rows) anchor() (row int, within float64) {
	if len(r.tops) < 2 {
		return -1, 0
	}
	y := float64(r.scroll.Offset.Y)
	row = max(0, sort.Search(len(r.tops), func(i int) bool { return r.tops[i] > y })-1)
	if row >= len(r.heights) {
		return -1, 0
	}
	return row, min(y-r.tops[row], float64(r.heights[row]))
}

// inView measures the rows between y and y+height and returns the first of
// them and the one after the last.
func (r *Rows) inView(y, height float64) (first, last int) {
	n := len(r.heights)
	r.top(n)
	first = max(0, sort.Search(n, func(i int) bool { return r.tops[i] > y })-1)
	last = first
	for last < n && r.top(last) < y+height {
		r.measure(last)
		last++
	}
	r.top(n)
	return first, last
}

// place gives rows [first, last) their objects.
func (r *Rows) place(first, last int, fill bool) {
	for i, item := range r.visible {
		if i < first || i >= last {
			delete(r.visible, i)
			item.Hide()
			r.pool = append(r.pool, item)
		}
	}
	left := (r.scroll.Size().Width - r.width) / 2
	for i := first; i < last; i++ {
		item, there := r.visible[i]
		if !there {
			item = r.take()
			r.visible[i] = item
		}
		if !there || fill || item.row != i {
			item.row, item.hovered = i, item.hovered && there
			r.Update(i, item.child)
		}
		item.shown = r.state(i)
		item.paint()
		item.Move(fyne.NewPos(left, float32(r.tops[i])))
		item.Resize(fyne.NewSize(r.width, r.heights[i]))
		item.Show()
	}
	r.content.items = r.content.items[:0]
	for i := first; i < last; i++ {
		r.content.items = append(r.content.items, r.visible[i])
	}
}

func (r *Rows) take() *rowItem {
	if n := len(r.pool); n > 0 {
		item := r.pool[n-1]
		r.pool = r.pool[:n-1]
		return item
	}
	return newRowItem(r, r.Create())
}

// rowsContent is what scrolls: the rows in view, at their places.
type rowsContent struct {
	widget.BaseWidget
	rows  *Rows
	items []fyne.CanvasObject
}

func (c *rowsContent) CreateRenderer() fyne.WidgetRenderer { return &contentRenderer{c} }

type contentRenderer struct{ c *rowsContent }

func (v *contentRenderer) MinSize() fyne.Size {
	if v.c.rows.Length == nil {
		return fyne.Size{}
	}
	return fyne.NewSize(1, float32(v.c.rows.total()))
}
func (v *contentRenderer) Layout(fyne.Size)             {}
func (v *contentRenderer) Objects() []fyne.CanvasObject { return v.c.items }
func (v *contentRenderer) Destroy()                     {}
func (v *contentRenderer) Refresh()                     {}
