package widget

import (
	"fmt"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"earshot/ui/look"
)

// numbers is a list of n rows whose heights vary, in a window of 600 by 400.
func numbers(t testing.TB, n int, estimate func(i int, width float32) float32) (r *Rows, measured, created *int) {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(look.Theme{Force: "light"})
	measured, created = new(int), new(int)
	r = NewRows()
	r.Length = func() int { return n }
	r.Create = func() fyne.CanvasObject {
		*created++
		return NewText("", 14, look.Ink, fyne.TextStyle{})
	}
	r.Update = func(i int, o fyne.CanvasObject) { o.(*Text).SetText(fmt.Sprint(i)) }
	r.Height = func(i int, _ float32) float32 {
		*measured++
		return height(i)
	}
	r.Estimate = estimate
	w := test.NewTempWindow(t, r)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(600, 400))
	return r, measured, created
}

func height(i int) float32 { return 20 + float32(i%7)*10 }

func guess(int, float32) float32 { return 35 }

// shown is the rows in view, from top to bottom, and checks that they lie one
// under the other and say their numbers.
func shown(t *testing.T, r *Rows) (first, last int) {
	t.Helper()
	first, last = -1, -1
	var y float32
	for _, o := range r.content.items {
		item := o.(*rowItem)
		if first < 0 {
			first = item.row
		} else if item.row != last+1 || item.Position().Y != y {
			t.Errorf("row %d at %v follows row %d, which ends at %v", item.row, item.Position().Y, last, y)
		}
		if got := item.child.(*Text).Text(); got != fmt.Sprint(item.row) {
			t.Errorf("row %d says %q", item.row, got)
		}
		if item.Size().Height != height(item.row) {
			t.Errorf("row %d is %v high, want %v", item.row, item.Size().Height, height(item.row))
		}
		last, y = item.row, item.Position().Y+item.Size().Height
	}
	return first, last
}

func TestOnlyRowsInViewExist(t *testing.T) {
	r, measured, created := numbers(t, 100_000, guess)
	if first, last := shown(t, r); first != 0 || last < 6 || last > 20 {
		t.Errorf("got rows %d to %d in view", first, last)
	}
	for range 200 {
		r.scroll.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, -300)})
		shown(t, r)
	}
	if *created > 60 || *measured > 4000 {
		t.Errorf("created %d objects and measured %d rows of 100,000", *created, *measured)
	}
}

func TestScrollToEndAndFollow(t *testing.T) {
	r, _, _ := numbers(t, 1000, guess)
	if r.AtEnd() {
		t.Error("at the end before scrolling")
	}
	r.ScrollToEnd()
	if _, last := shown(t, r); last != 999 || !r.AtEnd() {
		t.Errorf("the last row in view is %d, at the end: %v", last, r.AtEnd())
	}
	more := 1010
	r.Length = func() int { return more }
	r.Refresh()
	if r.AtEnd() {
		t.Error("still at the end with ten rows more")
	}
	r.ScrollToEnd()
	if _, last := shown(t, r); last != 1009 {
		t.Errorf("the last row in view is %d", last)
	}
}

// What a person reads stays where it is when rows above turn out higher than
// guessed, and when the list gets narrower.
func TestTheViewIsAnchored(t *testing.T) {
	r, _, _ := numbers(t, 1000, guess)
	r.scrollTo(r.top(500))
	first, _ := shown(t, r)
	if first != 500 {
		t.Fatalf("got row %d at the top, want 500", first)
	}
	r.Remeasure()
	r.Resize(fyne.NewSize(300, 400))
	if again, _ := shown(t, r); again < 480 || again > 520 {
		t.Errorf("got row %d at the top after a change of width", again)
	}
	r.Changed(505)
	shown(t, r)
}

func TestScrollToShowsTheRow(t *testing.T) {
	r, _, _ := numbers(t, 1000, guess)
	for _, i := range []int{700, 3, 999, 0, 512, 511} {
		r.ScrollTo(i)
		if first, last := shown(t, r); i < first || i > last {
			t.Errorf("row %d is not in view: %d to %d are", i, first, last)
		}
		r.ScrollNear(i)
		if first, last := shown(t, r); i < first || i > last {
			t.Errorf("row %d is not in view after ScrollNear: %d to %d are", i, first, last)
		}
	}
	r.ScrollTo(-1)
	r.ScrollTo(5000) // neither is there
}

func TestKeysSelect(t *testing.T) {
	r, _, _ := numbers(t, 100, nil)
	r.Selectable = func(i int) bool { return i%10 != 0 }
	var chosen []int
	r.OnSelected = func(i int) { chosen = append(chosen, i) }
	var other fyne.KeyName
	r.OnKey = func(e *fyne.KeyEvent) { other = e.Name }
	for _, key := range []fyne.KeyName{
		fyne.KeyDown, fyne.KeyDown, fyne.KeyUp, fyne.KeyUp, fyne.KeyEnd, fyne.KeyDown, fyne.KeyHome, fyne.KeyPageDown, fyne.KeyDelete,
	} {
		r.TypedKey(&fyne.KeyEvent{Name: key})
	}
	if want := "[1 2 1 99 1"; len(chosen) != 6 || fmt.Sprint(chosen[:5]) != want+"]" || chosen[5] < 5 {
		t.Errorf("got %v, want %s and a page further]", chosen, want)
	}
	if other != fyne.KeyDelete {
		t.Errorf("got key %q passed on, want Delete", other)
	}
	if first, last := shown(t, r); r.Selected() < first || r.Selected() > last {
		t.Errorf("row %d is selected but not in view", r.Selected())
	}
}

func TestTapSelectsAndFocuses(t *testing.T) {
	r, _, _ := numbers(t, 100, nil)
	r.Selectable = func(i int) bool { return i != 1 }
	chosen := -1
	r.OnSelected = func(i int) { chosen = i }
	test.Tap(r.content.items[2].(*rowItem))
	if chosen != 2 || r.Selected() != 2 {
		t.Errorf("got %d chosen and %d selected", chosen, r.Selected())
	}
	if c := fyne.CurrentApp().Driver().CanvasForObject(r); c.Focused() != r {
		t.Error("the list is not focused")
	}
	test.Tap(r.content.items[1].(*rowItem))
	if chosen != 2 {
		t.Error("a row that cannot be selected was")
	}
}

func TestFewerRows(t *testing.T) {
	r, _, _ := numbers(t, 1000, guess)
	r.ScrollToEnd()
	few := 3
	r.Length = func() int { return few }
	r.Refresh()
	if first, last := shown(t, r); first != 0 || last != 2 {
		t.Errorf("got rows %d to %d in view of three", first, last)
	}
	few = 0
	r.Refresh()
	if len(r.content.items) != 0 {
		t.Errorf("got %d rows of none", len(r.content.items))
	}
}

const sentence = "The harbour would stay open through the winter."

// sentences is a list of n segments of eight words.
func sentences(b *testing.B, n *int) *Rows {
	b.Helper()
	test.NewTempApp(b).Settings().SetTheme(look.Theme{Force: "light"})
	r := NewRows()
	r.Length = func() int { return *n }
	r.Create = func() fyne.CanvasObject { return NewSegmentView() }
	r.Update = func(_ int, o fyne.CanvasObject) { o.(*SegmentView).Set(Segment{Time: "0:00", Text: sentence}) }
	r.Height = func(_ int, width float32) float32 { return SegmentHeight(sentence, false, width) }
	r.Estimate = func(_ int, width float32) float32 { return SegmentEstimate(sentence, false, width) }
	w := test.NewTempWindow(b, r)
	w.Resize(fyne.NewSize(900, 650))
	return r
}

// One segment more at the end of a transcript of two hours.
func BenchmarkAppendSegment(b *testing.B) {
	n := 2500
	r := sentences(b, &n)
	r.ScrollToEnd()
	for b.Loop() {
		n++
		r.Refresh()
		r.ScrollToEnd()
	}
}

// Scrolling by a third of a page in a hundred thousand segments.
func BenchmarkScroll100k(b *testing.B) {
	n := 100_000
	r := sentences(b, &n)
	for b.Loop() {
		r.scroll.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, -200)})
	}
}
