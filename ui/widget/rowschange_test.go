package widget

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"fyne.io/fyne/v2"
)

// named is a list whose rows are numbers that stay theirs, each as high as its
// number says.
func named(t *testing.T, n int) (r *Rows, rows *[]int) {
	t.Helper()
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	r, _, _ = numbers(t, n, guess)
	r.Length = func() int { return len(all) }
	r.Update = func(i int, o fyne.CanvasObject) { o.(*Text).SetText(strconv.Itoa(all[i])) }
	r.Height = func(i int, _ float32) float32 { return height(all[i]) }
	r.Reset()
	return r, &all
}

// names are what the rows in view say, each at its place.
func names(t *testing.T, r *Rows, all []int) (seen []int) {
	t.Helper()
	for _, o := range r.content.items {
		item := o.(*rowItem)
		if got, want := item.child.(*Text).Text(), strconv.Itoa(all[item.row]); got != want {
			t.Fatalf("row %d says %q, want %q", item.row, got, want)
		}
		if got, want := item.Size().Height, height(all[item.row]); got != want {
			t.Fatalf("row %d is %v high, want %v", item.row, got, want)
		}
		seen = append(seen, all[item.row])
	}
	return seen
}

func TestChangeAboveTheView(t *testing.T) {
	r, all := named(t, 1000)
	r.ScrollTo(500)
	before := names(t, r, *all)
	r.SetSelected(500)
	*all = slices.Concat([]int{2000, 2001, 2002}, (*all)[1:100], (*all)[110:])
	r.Change(Splice{Row: 0, Gone: 1, Came: 3}, Splice{Row: 102, Gone: 10}, Splice{Row: 50, Gone: 1, Came: 1})
	if got := names(t, r, *all); !slices.Equal(got, before) {
		t.Errorf("in view were %v, are %v", before, got)
	}
	if got := (*all)[r.Selected()]; got != 500 {
		t.Errorf("row %d is selected, want 500", got)
	}
	if got := len(r.heights); got != len(*all) {
		t.Errorf("%d heights of %d rows", got, len(*all))
	}
}

func TestChangeTakesTheSelectionAway(t *testing.T) {
	r, all := named(t, 10)
	r.Several = true
	r.SetSelection([]int{3, 4, 9})
	*all = slices.Delete(*all, 4, 5)
	r.Change(Splice{Row: 4, Gone: 1})
	if got := r.Selection(); !slices.Equal(got, []int{3, 8}) {
		t.Errorf("selected are %v", got)
	}
	*all = nil
	r.Change(Splice{Row: 0, Gone: 9})
	if r.Selected() != -1 || len(r.Selection()) != 0 {
		t.Errorf("selected are %d, %v", r.Selected(), r.Selection())
	}
}

// Where all that was selected has gone, what is in its place is selected: keys go
// on from there.
func TestChangePassesTheSelectionOn(t *testing.T) {
	r, all := named(t, 10)
	r.Several = true
	r.SetSelection([]int{3, 4})
	*all = slices.Delete(*all, 3, 5)
	r.Change(Splice{Row: 3, Gone: 2})
	if got := r.Selection(); !slices.Equal(got, []int{3}) || r.Selected() != 3 {
		t.Errorf("selected are %v, of which %d was last", got, r.Selected())
	}
	r.SetSelected(-1)
	*all = slices.Delete(*all, 0, 1)
	r.Change(Splice{Row: 0, Gone: 1})
	if got := r.Selection(); len(got) != 0 {
		t.Errorf("selected are %v, and nothing was", got)
	}
}

// Whatever changes, the rows in view say what they are, and nothing is measured
// that is not near them.
func TestRandomChanges(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	r, all := named(t, 300)
	next := 1000
	for range 300 {
		var splices []Splice
		for range 1 + rnd.IntN(3) {
			row := rnd.IntN(len(*all) + 1)
			gone, came := rnd.IntN(min(4, len(*all)-row+1)), rnd.IntN(4)
			if rnd.IntN(2) == 0 {
				came = gone
			}
			fresh := make([]int, came)
			for i := range fresh {
				fresh[i], next = next, next+1
			}
			*all = slices.Replace(*all, row, row+gone, fresh...)
			splices = append(splices, Splice{row, gone, came})
		}
		r.Change(splices...)
		names(t, r, *all)
		if len(r.heights) != len(*all) {
			t.Fatalf("%d heights of %d rows", len(r.heights), len(*all))
		}
		r.ScrollTo(rnd.IntN(max(1, len(*all))))
		names(t, r, *all)
	}
}

// That another row is selected is told once, whoever has done it.
func TestOnCurrent(t *testing.T) {
	r, _, _ := numbers(t, 100, guess)
	var told []int
	r.OnCurrent = func() { told = append(told, r.Selected()) }
	r.SetSelected(3)
	r.SetSelected(3)
	r.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	r.Change(Splice{Row: 0, Gone: 0, Came: 2})
	r.Changed(6)
	r.SetSelected(-1)
	if want := []int{3, 4, 6, -1}; !slices.Equal(told, want) {
		t.Errorf("got %v, want %v", told, want)
	}
}
