package widget

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"earshot/ui/look"
)

// press taps row i with a modifier held.
func press(r *Rows, i int, modifier fyne.KeyModifier) {
	item := r.visible[i]
	item.MouseDown(&desktop.MouseEvent{Modifier: modifier})
	test.Tap(item)
}

func TestSeveralRowsAreSelected(t *testing.T) {
	const ctrl, shift = fyne.KeyModifierShortcutDefault, fyne.KeyModifierShift
	r, _, _ := numbers(t, 9, guess)
	r.Several = true
	r.Selectable = func(i int) bool { return i != 4 } // a heading
	signals := 0
	r.OnSelection = func() { signals++ }
	key := func(names ...fyne.KeyName) {
		for _, name := range names {
			e := &fyne.KeyEvent{Name: name}
			r.KeyDown(e)
			if !IsShift(e) {
				r.TypedKey(e)
			}
		}
	}
	free := func() { r.KeyUp(&fyne.KeyEvent{Name: desktop.KeyShiftLeft}) }
	short := func(name fyne.KeyName) {
		r.TypedShortcut(&desktop.CustomShortcut{KeyName: name, Modifier: ctrl})
	}
	for _, step := range []struct {
		what     string
		do       func()
		want     []int
		selected int
		signals  int
	}{
		{"tap", func() { press(r, 2, 0) }, []int{2}, 2, 1},
		{"Ctrl", func() { press(r, 6, ctrl) }, []int{2, 6}, 6, 1},
		{"Ctrl again", func() { press(r, 2, ctrl) }, []int{6}, 2, 1},
		{"tap on the row that was let go", func() { press(r, 2, 0); press(r, 6, ctrl); press(r, 2, ctrl) }, []int{6}, 2, 3},
		{"Ctrl on a heading", func() { press(r, 4, ctrl) }, []int{6}, 2, 0},
		{"tap on one of several", func() { press(r, 5, ctrl); press(r, 6, 0) }, []int{6}, 6, 2},
		{"Shift leaves headings out", func() { press(r, 3, shift) }, []int{3, 5, 6}, 3, 1},
		{"Shift from the same row", func() { press(r, 8, shift) }, []int{6, 7, 8}, 8, 1},
		{"arrow", func() { key(fyne.KeyUp) }, []int{7}, 7, 1},
		{"Shift and arrows", func() { key(desktop.KeyShiftLeft, fyne.KeyUp, fyne.KeyUp, fyne.KeyUp); free() }, []int{3, 5, 6, 7}, 3, 3},
		{"Escape", func() { key(fyne.KeyEscape) }, []int{3}, 3, 1},
		{"Ctrl and arrow", func() { short(fyne.KeyDown) }, []int{3}, 5, 0},
		{"Space", func() { key(fyne.KeySpace) }, []int{3, 5}, 5, 1},
		{"Ctrl+A", func() { r.TypedShortcut(&fyne.ShortcutSelectAll{}) }, []int{0, 1, 2, 3, 5, 6, 7, 8}, 5, 1},
		{"told", func() { r.SetSelection([]int{1, 4, 2}) }, []int{1, 2}, 2, 0},
		{"told one", func() { r.SetSelected(7) }, []int{7}, 7, 0},
		{"told none", func() { r.SetSelected(-1) }, nil, -1, 0},
		{"Shift on nothing", func() { press(r, 3, shift) }, []int{3}, 3, 1},
		{"begun anew", r.Reset, nil, -1, 0},
	} {
		signals = 0
		step.do()
		if got := r.Selection(); !slices.Equal(got, step.want) || r.Selected() != step.selected || signals != step.signals {
			t.Errorf("%s: got %v with %d and %d signals, want %v with %d and %d",
				step.what, got, r.Selected(), signals, step.want, step.selected, step.signals)
		}
		for i, item := range r.visible {
			if item.shown.selected != slices.Contains(step.want, i) {
				t.Errorf("%s: row %d is drawn as selected: %v", step.what, i, item.shown.selected)
			}
		}
	}
}

// Rows that are gone are not selected.
func TestSelectionShrinks(t *testing.T) {
	r, _, _ := numbers(t, 9, guess)
	r.Several = true
	r.SetSelection([]int{1, 5, 8})
	r.Length = func() int { return 6 }
	r.Refresh()
	if got := r.Selection(); !slices.Equal(got, []int{1, 5}) {
		t.Errorf("got %v", got)
	}
}

// Where one row can be selected, Ctrl and Shift change nothing.
func TestOneRowIsSelected(t *testing.T) {
	r, w, _ := told(t, spoken("One."), spoken("Two."))
	for _, modifier := range []fyne.KeyModifier{0, fyne.KeyModifierShift, fyne.KeyModifierShortcutDefault} {
		for i := range 2 {
			press(r, i, modifier)
			if got := r.Selection(); !slices.Equal(got, []int{i}) || r.Selected() != i {
				t.Errorf("%v: got %v", modifier, got)
			}
		}
	}
	reached := false
	w.Canvas().AddShortcut(&desktop.CustomShortcut{KeyName: fyne.KeyF, Modifier: fyne.KeyModifierControl}, func(fyne.Shortcut) { reached = true })
	r.TypedShortcut(&desktop.CustomShortcut{KeyName: fyne.KeyF, Modifier: fyne.KeyModifierControl})
	if _, takes := w.Canvas().(fyne.Shortcutable); takes && !reached {
		t.Error("a shortcut that the list has no use for does not reach the window")
	}
}

// What was changed is filled anew, and nothing else.
func TestChangedFillsOneRow(t *testing.T) {
	r, _, _ := numbers(t, 1000, guess)
	var filled []int
	update := r.Update
	r.Update = func(i int, o fyne.CanvasObject) {
		filled = append(filled, i)
		update(i, o)
	}
	r.Changed(3)
	r.Changed(900)
	if !slices.Equal(filled, []int{3}) {
		t.Errorf("filled %v", filled)
	}
	if r.Item(3) == nil || r.Item(900) != nil || r.Item(-1) != nil {
		t.Error("rows in view, and only they, have objects")
	}
}

// transcript is two hours of it: 2,500 segments of eight words, every tenth
// word doubtful.
func transcript(b *testing.B) (*Rows, []Segment) {
	b.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	segments := make([]Segment, 2500)
	for i := range segments {
		text := ""
		for range 8 {
			text += fmt.Sprintf(" word%d", random.IntN(5000))
		}
		segments[i] = spoken(text[1:])
		segments[i].Words[random.IntN(8)].Doubt = 1 + random.IntN(3)
	}
	r, _, _ := told(b, segments...)
	r.Estimate = func(i int, width float32) float32 { return SegmentEstimate(segments[i].Text, false, width) }
	r.Remeasure()
	return r, segments
}

// The first rows of a transcript of two hours.
func BenchmarkOpenTranscript(b *testing.B) {
	r, _ := transcript(b)
	for b.Loop() {
		r.Reset()
	}
}

// A row that shows another segment.
func BenchmarkUpdateRow(b *testing.B) {
	r, segments := transcript(b)
	v := r.Item(0).(*SegmentView)
	i := 0
	for b.Loop() {
		i = (i + 1) % len(segments)
		v.Set(segments[i])
	}
}

// The next word is being said.
func BenchmarkPlayingWord(b *testing.B) {
	r, _ := transcript(b)
	i := 0
	for b.Loop() {
		i++
		r.Item(i / 8 % 5).(*SegmentView).SetPlaying(i % 8)
	}
}

// A row of the transcript whose text changes with every key.
func BenchmarkKeystroke(b *testing.B) {
	r, segments := transcript(b)
	text := segments[2].Text
	for i := 0; b.Loop(); i++ {
		segments[2].Text = text + " a"[:i%3]
		r.Changed(2)
	}
}

// A third of a page of words that were not in view before.
func BenchmarkScrollTranscript(b *testing.B) {
	r, _ := transcript(b)
	for b.Loop() {
		if r.AtEnd() {
			r.scrollTo(0)
		}
		r.scroll.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, -200)})
	}
}

// The playing goes on.
func BenchmarkWaveformPosition(b *testing.B) {
	w, _, _ := hundred(b)
	for i := 0; b.Loop(); i++ {
		w.SetPosition(float64(i%1000) / 10)
	}
}

// Both pictures of a zoom step, at 200 %.
func BenchmarkWaveformDraw(b *testing.B) {
	w, _, _ := hundred(b)
	w.SetRegions([]Stretch{{From: 30, To: 40}})
	for b.Loop() {
		w.draw(2000, 120, false)
		w.draw(2000, 120, true)
	}
}

// What is selected stays so when rows are put in and taken out.
func TestSelectionMovesWithTheRows(t *testing.T) {
	r, _, _ := numbers(t, 20, guess)
	r.Several = true
	r.Selectable = func(i int) bool { return i != 4 } // a heading
	n := 20
	r.Length = func() int { return n }
	r.SetSelection([]int{2, 6, 9})
	for _, step := range []struct {
		what     string
		n        int
		at       func(int) int
		want     []int
		selected int
	}{
		{"three in front", 23, func(i int) int { return i + 3 }, []int{5, 9, 12}, 12},
		{"one is gone", 22, func(i int) int {
			if i == 9 {
				return -1
			}
			return i - i/10
		}, []int{5, 11}, 11},
		{"the current one is gone", 21, func(i int) int {
			if i == 11 {
				return -1
			}
			return i
		}, []int{5}, 11},
		{"the rest too", 5, func(int) int { return -1 }, []int{}, 3},
	} {
		n = step.n
		r.Moved(step.at)
		r.Remeasure()
		if got := r.Selection(); !slices.Equal(got, step.want) || r.Selected() != step.selected {
			t.Errorf("%s: got %v with %d, want %v with %d", step.what, got, r.Selected(), step.want, step.selected)
		}
	}
}

// Space and characters are the screen's where it has a use for them.
func TestSpaceAndRunesAreTheScreens(t *testing.T) {
	r, _, _ := numbers(t, 9, guess)
	r.Several = true
	r.SetSelected(2)
	typed, spaces := "", 0
	r.TypedRune('1') // goes nowhere
	r.OnRune = func(r rune) { typed += string(r) }
	r.OnSpace = func() { spaces++ }
	r.TypedRune('2')
	r.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	if got := r.Selection(); typed != "2" || spaces != 1 || !slices.Equal(got, []int{2}) {
		t.Errorf("got %q, %d spaces, %v selected", typed, spaces, got)
	}
}

// A menu is asked for with the mouse or by key; the row is framed, and what is
// selected stays so.
func TestMenuOfARow(t *testing.T) {
	r, _, _ := numbers(t, 9, guess)
	r.Several = true
	r.Selectable = func(i int) bool { return i != 4 }
	var asked []int
	r.OnMenu = func(i int, _ fyne.Position) { asked = append(asked, i) }
	r.SetSelection([]int{1, 2})
	r.visible[3].TappedSecondary(&fyne.PointEvent{})
	if got := r.visible[3].shown; got != (rowState{current: true}) {
		t.Errorf("the row of the menu is drawn as %+v", got)
	}
	r.visible[4].TappedSecondary(&fyne.PointEvent{}) // has none
	r.TypedKey(&fyne.KeyEvent{Name: desktop.KeyMenu})
	r.TypedKey(&fyne.KeyEvent{Name: fyne.KeyF10}) // without Shift it is nothing
	r.KeyDown(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	r.TypedKey(&fyne.KeyEvent{Name: fyne.KeyF10})
	if want := []int{3, 3, 3}; !slices.Equal(asked, want) {
		t.Errorf("got menus of %v, want %v", asked, want)
	}
	if got := r.Selection(); !slices.Equal(got, []int{1, 2}) {
		t.Errorf("got %v selected", got)
	}
}

func TestStar(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(look.Theme{Force: "light"})
	e := NewEntryView()
	w := test.NewTempWindow(t, e)
	w.Resize(fyne.NewSize(260, EntryHeight))
	taps := 0
	e.OnStar = func() { taps++ }
	e.SetEntry("Talk", "1 min", look.Dim)
	e.SetFavourite(false)
	e.Resize(fyne.NewSize(260, EntryHeight))
	at := fyne.NewPos(245, 15)
	if e.tappedPart(at) || e.star.Visible() {
		t.Error("there is a star where nobody points")
	}
	e.pointed(fyne.NewPos(20, 20), true)
	if !e.star.Visible() || e.tappedPart(fyne.NewPos(20, 20)) || !e.tappedPart(at) || taps != 1 {
		t.Errorf("got %d taps on a star that is shown: %v", taps, e.star.Visible())
	}
	e.SetHeading("TODAY")
	if e.star.Visible() {
		t.Error("a heading has a star")
	}
}
