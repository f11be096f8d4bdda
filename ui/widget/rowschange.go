package widget

import "slices"

// Splice is a run of rows that others have taken the place of.
type Splice struct {
	Row        int // the first, once the splices before this one have happened
	Gone, Came int // how many rows
}

// Change says that rows have been replaced: those that came are measured and
// filled, the others stay as they are, and so does what is in view. The
// selection goes with its rows; where one has gone, to what is in its place.
func (r *Rows) Change(splices ...Splice) {
	anchor, within := r.anchor()
	some := len(r.marked) > 0
	for _, s := range splices {
		r.splice(s)
		if anchor >= s.Row+s.Gone {
			anchor += s.Came - s.Gone
		}
	}
	r.selected = min(r.selected, r.Length()-1)
	if some && len(r.marked) == 0 {
		r.mark(r.selected, true)
	}
	r.arrangeAt(anchor, within, false)
}

func (r *Rows) splice(s Splice) {
	if s.Row < 0 || s.Row > len(r.heights) {
		return // of rows that nothing is known of anyway
	}
	end := min(s.Row+s.Gone, len(r.heights))
	r.tops = r.tops[:min(len(r.tops), s.Row+1)]
	if s.Gone == s.Came {
		for i := s.Row; i < end; i++ {
			r.exact[i] = false
			r.refill(i)
		}
		return
	}
	unknown := slices.Repeat([]float32{-1}, s.Came)
	r.heights = slices.Replace(r.heights, s.Row, end, unknown...)
	r.exact = slices.Replace(r.exact, s.Row, end, make([]bool, s.Came)...)
	r.guess = true
	r.renumber(s)
}

// refill has a row filled anew when it is laid out.
func (r *Rows) refill(i int) {
	if item, there := r.visible[i]; there {
		item.row = -1
	}
}

// renumber moves what is known by the number of a row.
func (r *Rows) renumber(s Splice) {
	place := func(i int) int {
		switch {
		case i < s.Row:
			return i
		case i >= s.Row+s.Gone:
			return i + s.Came - s.Gone
		case s.Came == 0:
			return s.Row
		default:
			return min(i, s.Row+s.Came-1)
		}
	}
	r.selected, r.anchored = place(r.selected), place(r.anchored)
	marked := map[int]bool{}
	for i := range r.marked {
		if i < s.Row+min(s.Gone, s.Came) || i >= s.Row+s.Gone {
			marked[place(i)] = true
		}
	}
	r.marked = marked
	visible := map[int]*rowItem{}
	for i, item := range r.visible {
		if i >= s.Row+s.Came && i < s.Row+s.Gone {
			item.Hide()
			r.pool = append(r.pool, item)
			continue
		}
		if i >= s.Row {
			item.row = -1
		}
		visible[place(i)] = item
	}
	r.visible = visible
}
