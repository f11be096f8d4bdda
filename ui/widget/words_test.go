package widget

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"earshot/ui/look"
)

const october = "In October, from a notice on the door. It said the quay would be handed over to Nordvik on the first of the month."

// spoken is a segment whose words are known.
func spoken(text string) Segment {
	return Segment{Time: "17:19", Bar: look.Speaker(0), Text: text, Words: Spans(text, strings.Fields(text))}
}

func TestSpans(t *testing.T) {
	for _, c := range []struct {
		text, words, want string
	}{
		{"In October, from", "In|October,|from", "In|October,|from"},
		{"In October, from", " In| October,| from", "In|October,|from"},
		{"the man and the dog", "the|man|the", "the|man|the"},
		{"今天天氣", "今天|天氣", "今天|天氣"},
		{"one three", "one|two|three", "one||three"},
		{"", "one", ""},
		{"one " + strings.Repeat("x ", 100) + "two", "one|two", "one|"},
	} {
		var got []string
		for _, s := range Spans(c.text, strings.Split(c.words, "|")) {
			got = append(got, c.text[s.Start:s.End])
		}
		if strings.Join(got, "|") != c.want {
			t.Errorf("%q: got %q, want %q", c.text, got, c.want)
		}
	}
}

func TestOffset(t *testing.T) {
	s := spoken("Über den Öl")
	for word, want := range map[int]int{-1: 0, 0: 0, 1: 5, 2: 9, 3: 0} {
		if got := s.Offset(word); got != want {
			t.Errorf("word %d: got %d, want %d", word, got, want)
		}
	}
}

// told is a list of segments in a window, and what it signals.
func told(t testing.TB, segments ...Segment) (r *Rows, w fyne.Window, signals *[]string) {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(look.Theme{Force: "light"})
	signals = &[]string{}
	say := func(format string, a ...any) { *signals = append(*signals, fmt.Sprintf(format, a...)) }
	r = NewRows()
	r.Column = look.TextColumn
	r.Length = func() int { return len(segments) }
	r.Create = func() fyne.CanvasObject {
		v := NewSegmentView()
		v.OnWord = func(row, word, offset int) { say("word %d of row %d at %d", word, row, offset) }
		v.OnEdit = func(row, offset int) { say("edit row %d at %d", row, offset) }
		v.OnTime = func(row int) { say("time of row %d", row) }
		v.OnSpeaker = func(row int) { say("speaker of row %d", row) }
		return v
	}
	r.Update = func(i int, o fyne.CanvasObject) {
		s := segments[i]
		s.Row = i
		o.(*SegmentView).Set(s)
	}
	r.Height = func(i int, width float32) float32 {
		return SegmentHeight(segments[i].whole(), segments[i].Speaker != "", width)
	}
	r.OnSelected = func(i int) { say("selected %d", i) }
	r.OnAgain = func(i int) { say("again %d", i) }
	w = test.NewTempWindow(t, r)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(900, 650))
	return r, w, signals
}

// place is where a word of a row is, on the canvas.
func place(r *Rows, row, word int) fyne.Position {
	v := r.Item(row).(*SegmentView)
	var at fyne.Position
	p := v.drawn.text
	p.each(p.words[word].Start, p.words[word].End, func(i int, left, right float32) {
		at = fyne.NewPos((left+right)/2, p.top(i)+leap()/2)
	})
	return fyne.CurrentApp().Driver().AbsolutePositionForObject(v).Add(at)
}

func TestTapsOnASegment(t *testing.T) {
	first, second := spoken("Nobody had asked."), spoken(october)
	second.Speaker = "Rosa"
	r, w, signals := told(t, first, second, Segment{Text: "No words are known."}, Segment{})
	c := w.Canvas()
	tap := func(pos fyne.Position, want ...string) {
		t.Helper()
		*signals = nil
		test.TapCanvas(c, pos)
		if !slices.Equal(*signals, want) {
			t.Errorf("tap at %v: got %q, want %q", pos, *signals, want)
		}
	}
	quay, month := place(r, 1, 11), place(r, 1, 23)
	tap(quay, "selected 1", "word 11 of row 1 at 53")
	tap(quay, "edit row 1 at 53")
	tap(month, "word 23 of row 1 at 110")
	r.touched.was = time.Now().Add(-time.Second)
	tap(month, "word 23 of row 1 at 110") // too slow for a second tap
	tap(month.AddXY(300, 0))              // behind the text there is no word
	origin := fyne.CurrentApp().Driver().AbsolutePositionForObject(r.Item(1))
	tap(origin.AddXY(40, 20), "time of row 1")
	tap(origin.AddXY(textOffset+8, 14), "speaker of row 1")
	*signals = nil
	r.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if want := []string{"again 1"}; !slices.Equal(*signals, want) {
		t.Errorf("Enter: got %q, want %q", *signals, want)
	}
	plain := fyne.CurrentApp().Driver().AbsolutePositionForObject(r.Item(2)).AddXY(textOffset+1, 18)
	tap(plain, "selected 2")
	tap(plain, "edit row 2 at 0")
	empty := fyne.CurrentApp().Driver().AbsolutePositionForObject(r.Item(3)).AddXY(textOffset+50, 18)
	tap(empty, "selected 3")
	tap(empty, "edit row 3 at 0")
}

// The pointer says what a tap would do.
func TestPointerOverASegment(t *testing.T) {
	r, w, _ := told(t, spoken(october))
	origin := fyne.CurrentApp().Driver().AbsolutePositionForObject(r.Item(0))
	item := r.visible[0]
	for _, c := range []struct {
		at   fyne.Position
		want desktop.Cursor
	}{
		{fyne.NewPos(40, 18), desktop.PointerCursor},
		{fyne.NewPos(textOffset+30, 18), desktop.TextCursor},
		{fyne.NewPos(gutterWidth+barGap+1, 30), desktop.DefaultCursor},
	} {
		test.MoveMouse(w.Canvas(), origin.Add(c.at))
		if got := item.Cursor(); got != c.want {
			t.Errorf("at %v: got pointer %v, want %v", c.at, got, c.want)
		}
	}
	test.MoveMouse(w.Canvas(), fyne.NewPos(5, 600))
	if got := item.Cursor(); got != desktop.DefaultCursor {
		t.Errorf("elsewhere: got pointer %v", got)
	}
}

// Another word that is being said changes nothing but what shows it.
func TestPlayingWordLeavesTheRestAlone(t *testing.T) {
	s := spoken(october)
	s.Words[11].Doubt = 2
	r, w, _ := told(t, s, spoken("Nobody had asked."))
	v := r.Item(0).(*SegmentView)
	v.SetPlaying(0)
	updated := 0
	update := r.Update
	r.Update = func(i int, o fyne.CanvasObject) { updated++; update(i, o) }
	before := strings.Split(test.RenderToMarkup(w.Canvas()), "\n")
	v.SetPlaying(1)
	after := strings.Split(test.RenderToMarkup(w.Canvas()), "\n")
	if len(before) != len(after) || updated != 0 {
		t.Fatalf("%d lines of markup became %d, %d rows were filled", len(before), len(after), updated)
	}
	var changed []string
	for i := range after {
		if before[i] != after[i] {
			changed = append(changed, strings.TrimSpace(after[i]))
		}
	}
	if len(changed) != 2 || !strings.Contains(changed[0], "<rectangle") || !strings.Contains(changed[1], ">October</text>") {
		t.Errorf("changed: %q", changed)
	}
	for _, none := range []int{-1, 99} {
		if v.SetPlaying(none); v.drawn.text.said.Visible() {
			t.Errorf("word %d is said to be said", none)
		}
	}
}

// A recycled view shows no trace of the row before.
func TestSegmentViewIsRecycled(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(look.Theme{Force: "light"})
	rich := spoken(october)
	rich.Speaker, rich.Marks, rich.Words[3].Doubt = "Rosa", []Mark{{Start: 3, End: 10}}, 3
	fresh, used := NewSegmentView(), NewSegmentView()
	used.Set(rich)
	used.SetPlaying(2)
	for _, v := range []*SegmentView{fresh, used} {
		v.Resize(fyne.NewSize(764, 60))
	}
	test.RenderObjectToMarkup(used)
	plain := Segment{Time: "0:01", Text: "Plain."}
	plain.Speaker = "Jonas"
	fresh.Set(plain)
	used.Set(plain)
	if got, want := test.RenderObjectToMarkup(used), test.RenderObjectToMarkup(fresh); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// Text of another size is measured and drawn anew, and back again.
func TestReadingSize(t *testing.T) {
	r, _, _ := told(t, spoken(october), spoken(october))
	size := func() (height, text float32) {
		return r.heights[0], r.Item(0).(*SegmentView).drawn.text.pieces.all[0].TextSize
	}
	small, _ := size()
	for _, c := range []struct{ chosen, want float32 }{{22, 22}, {40, look.LargestSize}, {1, look.SmallestSize}, {0, look.ReadingSize}} {
		fyne.CurrentApp().Settings().SetTheme(look.Theme{Force: "light", Reading: c.chosen})
		r.Refresh()
		height, text := size()
		if want := SegmentHeight(october, false, look.TextColumn); height != want || text != c.want || r.Item(1).Position().Y != 0 {
			t.Errorf("size %v: row %v high, text %v, want %v and %v", c.chosen, height, text, want, c.want)
		}
		if r.visible[1].Position().Y != height {
			t.Errorf("size %v: the second row is at %v, want %v", c.chosen, r.visible[1].Position().Y, height)
		}
	}
	if again, _ := size(); again != small {
		t.Errorf("got %v at the size it had been %v at", again, small)
	}
}

// Whatever is said: every character is on one line, in order, and wherever a
// person taps there is a caret between two characters.
func FuzzFlow(f *testing.F) {
	for _, text := range []string{october, "今天，天氣好。", "שלום עולם", "مرحبا بالعالم", "a\xffb", "e\u0301\u200d👩‍👩‍👧", "\n\n", " a  b ", "ไม่มีช่องว่าง"} {
		f.Add(text, 90, 40, 20)
	}
	test.NewTempApp(f)
	f.Fuzz(func(t *testing.T, text string, width, x, y int) {
		p := newParagraph()
		p.lines = flow(text, float32(width), letters)
		p.text, p.flowed, p.width, p.size = text, text, float32(width), 1
		p.words = Spans(text, strings.Fields(text))
		end := 0
		for i, l := range p.lines {
			if l.start < end || l.end < l.start || l.end > len(text) || strings.TrimSpace(text[end:l.start]) != "" {
				t.Fatalf("%q at %d: line %d is %v after %d", text, width, i, l, end)
			}
			end = l.end
		}
		if strings.TrimSpace(text[end:]) != "" {
			t.Fatalf("%q at %d: the lines end at %d", text, width, end)
		}
		if !utf8.ValidString(text) {
			return
		}
		word, caret := p.hit(fyne.NewPos(float32(x), float32(y)))
		if caret < 0 || caret > len(text) || caret < len(text) && !utf8.RuneStart(text[caret]) || word >= len(p.words) {
			t.Fatalf("%q: got word %d, caret %d", text, word, caret)
		}
	})
}

func TestDifferences(t *testing.T) {
	for _, c := range []struct{ a, b, inA, inB string }{
		{"the same", "the same", "", ""},
		{"It said the key would", "It said the quay would", "key", "quay"},
		{"a b c d", "a c d e", "b", "e"},
		{"one two three", "one three", "two", ""},
		{"", "all of it", "", "all of it"},
		{"x y", "p q", "x y", "p q"},
		{"今天好", "今日好", "天", "日"},
	} {
		a, b := Differences(c.a, c.b)
		said := func(text string, marks []Mark) string {
			var all []string
			for _, m := range marks {
				all = append(all, text[m.Start:m.End])
			}
			return strings.Join(all, "|")
		}
		if got := []string{said(c.a, a), said(c.b, b)}; !reflect.DeepEqual(got, []string{c.inA, c.inB}) {
			t.Errorf("%q and %q: got %q, want %q and %q", c.a, c.b, got, c.inA, c.inB)
		}
	}
	long := strings.Repeat("word ", 3000)
	if a, _ := Differences("x "+long+"y", long+"z"); len(a) == 0 {
		t.Error("long texts that differ are said to be the same")
	}
}

// The caret stands where it was asked to, wherever lines are broken.
func TestSetCaret(t *testing.T) {
	test.NewTempApp(t)
	for _, width := range []float32{120, 300, 2000} {
		for _, text := range []string{october, "one\ntwo\n\nthree", "今天，天氣好。", ""} {
			e := widget.NewMultiLineEntry()
			e.Wrapping = fyne.TextWrapWord
			e.SetText(text)
			window(t, e, width, 300)
			last := utf8.RuneCountInString(text)
			for offset := -1; offset <= last+1; offset++ {
				SetCaret(e, offset)
				if got, want := e.CursorTextOffset(), min(max(offset, 0), last); got != want {
					t.Errorf("%.12q, %v wide: asked for %d, got %d", text, width, want, got)
				}
			}
		}
	}
}

// Characters are selected to be written over, whatever was selected before.
func TestSelect(t *testing.T) {
	test.NewTempApp(t)
	e := widget.NewMultiLineEntry()
	e.Wrapping = fyne.TextWrapWord
	e.SetText(october)
	window(t, e, 200, 300)
	all := []rune(october)
	for _, c := range [][2]int{{3, 7}, {0, 2}, {len(all) - 4, 4}, {5, 1}} {
		Select(e, c[0], c[1])
		if got, want := e.SelectedText(), string(all[c[0]:c[0]+c[1]]); got != want {
			t.Errorf("%v: got %q, want %q", c, got, want)
		}
	}
	e.TypedRune('x')
	if got, want := e.Text, string(all[:5])+"x"+string(all[6:]); got != want {
		t.Errorf("written over: got %q", got)
	}
}

// Another theme is seen at once, also by rows that are not in view.
func TestRowsAreDrawnInTheTheme(t *testing.T) {
	segments := make([]Segment, 60)
	for i := range segments {
		segments[i] = spoken(fmt.Sprint("Row ", i))
	}
	r, _, _ := told(t, segments...)
	r.ScrollToEnd()
	fyne.CurrentApp().Settings().SetTheme(look.Theme{Force: "dark"})
	r.Refresh()
	r.ScrollTo(0)
	for i, item := range r.visible {
		if got, want := item.child.(*SegmentView).drawn.text.pieces.all[0].Color, colour(look.Ink); got != want {
			t.Errorf("row %d is drawn in %v, want %v", i, got, want)
		}
	}
}

// A person's scrolling is told from the list's own.
func TestOnScrolled(t *testing.T) {
	r, _, _ := numbers(t, 1000, guess)
	scrolled := 0
	r.OnScrolled = func() { scrolled++ }
	r.ScrollTo(700)
	r.ScrollNear(20)
	r.ScrollToEnd()
	r.Changed(999)
	r.Resize(fyne.NewSize(300, 300))
	r.Reset()
	if scrolled != 0 {
		t.Errorf("%d times the list's own scrolling is taken for a person's", scrolled)
	}
	if r.scroll.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, -100)}); scrolled != 1 {
		t.Errorf("got %d signals of one step", scrolled)
	}
}
