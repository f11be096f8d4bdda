package widget

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"earshot/ui/look"
)

// window shows content in a theme.
func window(t testing.TB, content fyne.CanvasObject, width, height float32) fyne.Canvas {
	t.Helper()
	w := test.NewTempWindow(t, content)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(width, height))
	return w.Canvas()
}

// Each piece as it looks in light and in dark.
func TestMarkup(t *testing.T) {
	doubted := spoken(october)
	doubted.Speaker, doubted.Marks = "Rosa", []Mark{{Start: 3, End: 10}, {Start: 20, End: 26, Current: true}}
	for i, word := range []int{5, 11, 17} {
		doubted.Words[word].Doubt = i + 1
	}
	for _, mode := range []string{"light", "dark"} {
		test.NewTempApp(t).Settings().SetTheme(look.Theme{Force: mode})
		segment, open := NewSegmentView(), NewSegmentView()
		segment.Set(doubted)
		segment.SetPlaying(1)
		open.Set(Segment{Time: "17:41", Text: "All berths are", Tentative: "to be cleared"})
		compared, edited := NewCompareView(), NewCompareView()
		compared.Set(Comparison{Time: "17:19", Here: "It said the key.", There: "It said the quay."})
		edited.Set(Comparison{Time: "17:31", Note: "edited", Here: "The ladder."})
		player := NewPlayer()
		player.Wave.SetDuration(2883)
		player.Wave.SetEdges(1000, 1100)
		player.SetTime(1041, 2883)
		player.SetDoubts(12)
		find, wrong := NewFindBar(), NewFindBar()
		find.find.SetText("harbour")
		find.SetCount(3, 17)
		find.matchCase.SetOn(true)
		wrong.SetReplacing(true)
		wrong.find.SetText("a(")
		wrong.regex.SetOn(true)
		wrong.SetError("This is not a regular expression.")
		for name, content := range map[string]fyne.CanvasObject{
			"segment": segment, "open": open, "compare": compared, "compare-edited": edited, "player": player, "find": find,
			"find-wrong": wrong,
		} {
			c := window(t, content, 900, 120)
			test.AssertRendersToMarkup(t, name+"-"+mode+".xml", c)
		}
	}
}

func TestPlayer(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(look.Theme{Force: "light"})
	var signals []string
	p := NewPlayer()
	p.OnPlay = func() { signals = append(signals, "play") }
	p.OnSpeed = func(speed float64) { signals = append(signals, fmt.Sprint("speed ", speed)) }
	p.OnLoop = func(on bool) { signals = append(signals, fmt.Sprint("loop ", on)) }
	p.OnDoubt = func() { signals = append(signals, "doubt") }
	p.Wave.SetDuration(100)
	c := window(t, p, 900, 130)
	for _, b := range []*Button{p.play, p.loop, p.loop, p.next} {
		test.Tap(b) // no word is in doubt yet
	}
	p.SetDoubts(3)
	test.Tap(p.next)
	p.SetSpeed(1.1)
	p.Faster()
	p.Slower()
	p.Slower()
	for range 9 {
		p.Faster()
	}
	test.Tap(p.speed)
	pop := c.Overlays().Top()
	if pop == nil {
		t.Fatal("no speeds are offered")
	}
	test.TapCanvas(c, fyne.CurrentApp().Driver().AbsolutePositionForObject(pop).AddXY(20, 20))
	want := "play|loop true|loop false|doubt|speed 1.25|speed 1|speed 0.75|speed 1|speed 1.25|speed 1.5|speed 1.75|speed 2"
	if got := strings.Join(signals, "|"); !strings.HasPrefix(got, want) {
		t.Errorf("got %s, want %s", got, want)
	}
	if test.Tap(p.in); p.Wave.from == 0 && p.Wave.to == 100 {
		t.Error("the button does not zoom")
	}
	p.SetPlaying(true)
	if !strings.HasPrefix(p.play.Tip, "Pause") {
		t.Errorf("while it plays the button says %q", p.play.Tip)
	}
	for n, want := range map[int]string{-1: "", 0: "No doubtful words left", 12: "12 doubtful words left"} {
		if p.SetDoubts(n); p.doubts.Text() != want || p.next.Visible() != (n >= 0) || p.next.Disabled() != (n <= 0) {
			t.Errorf("%d: got %q, button shown %v", n, p.doubts.Text(), p.next.Visible())
		}
	}
}

// In the narrowest window nothing lies upon anything else.
func TestPlayerFits(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(look.Theme{Force: "light"})
	for _, width := range []float32{560, 700, 900, 1600} {
		p := NewPlayer()
		p.SetDoubts(1234)
		p.SetTime(0, 7200)
		window(t, p, width, 130)
		var end float32
		for _, o := range []fyne.CanvasObject{p.play, p.time, p.speed, p.loop, p.out, p.in, p.all, p.doubts, p.next} {
			if !o.Visible() {
				continue
			}
			if o.Position().X < end {
				t.Errorf("at %v: %T begins at %v, before %v", width, o, o.Position().X, end)
			}
			end = o.Position().X + o.Size().Width
		}
		if end > width {
			t.Errorf("at %v: the bar ends at %v", width, end)
		}
	}
}

func TestFindBar(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(look.Theme{Force: "light"})
	var signals []string
	say := func(what string) func() { return func() { signals = append(signals, what) } }
	b := NewFindBar()
	b.OnSearch = func(s Search) { signals = append(signals, fmt.Sprintf("%+v", s)) }
	b.OnNext, b.OnPrevious, b.OnClose = say("next"), say("previous"), say("close")
	b.OnReplace = func(with string) { signals = append(signals, "replace with "+with) }
	b.OnReplaceAll = func(with string) { signals = append(signals, "replace all with "+with) }
	c := window(t, b, 900, 50)
	expect := func(what string, want ...string) {
		t.Helper()
		if !slices.Equal(signals, want) {
			t.Errorf("%s: got %q, want %q", what, signals, want)
		}
		signals = nil
	}
	b.OnUndo, b.OnRedo = say("undo"), say("redo")
	b.Open(c, "")
	b.SetReplacing(true)
	if c.Focused() != b.find {
		t.Fatalf("%T has the focus", c.Focused())
	}
	test.Type(b.find, "a")
	expect("typing", "{Text:a Case:false Word:false Regexp:false}")
	b.SetCount(1, 2)
	key := func(name fyne.KeyName) { c.Focused().TypedKey(&fyne.KeyEvent{Name: name}) }
	shift := &fyne.KeyEvent{Name: desktop.KeyShiftLeft}
	key(fyne.KeyReturn)
	b.find.KeyDown(shift)
	key(fyne.KeyReturn)
	b.find.KeyUp(shift)
	key(fyne.KeyEnter)
	expect("Enter", "next", "previous", "next")
	test.Tap(b.matchCase)
	test.Tap(b.word)
	test.Tap(b.regex)
	expect("switches", "{Text:a Case:true Word:false Regexp:false}", "{Text:a Case:true Word:true Regexp:false}",
		"{Text:a Case:true Word:true Regexp:true}")
	c.Focus(b.with)
	test.Type(b.with, "b")
	key(fyne.KeyReturn)
	key(fyne.KeyEscape)
	test.Tap(b.replaceAll)
	expect("replacing", "replace with b", "close", "replace all with b")
	b.with.TypedShortcut(&fyne.ShortcutUndo{})
	b.find.TypedShortcut(&fyne.ShortcutRedo{})
	expect("undoing it", "undo", "redo")
	test.Type(b.with, "c")
	b.with.TypedShortcut(&fyne.ShortcutUndo{})
	expect("undoing what was typed")
	for _, n := range []struct {
		which, of int
		want      string
	}{{3, 17, "3 of 17"}, {0, 17, "17 places"}, {0, 0, "not found"}} {
		if b.SetCount(n.which, n.of); b.count.Text() != n.want || b.next.Disabled() != (n.of == 0) {
			t.Errorf("%+v: got %q", n, b.count.Text())
		}
	}
	c.Focus(b.with)
	key(fyne.KeyReturn)
	expect("replacing what is not there")
	if wide := b.MinSize().Width; wide > 572 {
		t.Errorf("it is %v wide, too much for the narrowest window", wide)
	}
	low := b.MinSize().Height
	if b.SetError("not an expression"); !b.wrong.Visible() || b.wrong.Text != "not an expression" || b.MinSize().Height <= low {
		t.Errorf("got %q, shown %v", b.wrong.Text, b.wrong.Visible())
	}
	if b.SetCount(0, 1); b.wrong.Visible() || b.MinSize().Height != low {
		t.Error("it goes on complaining")
	}
}

func TestTake(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(look.Theme{Force: "light"})
	var got []string
	v := NewCompareView()
	v.OnTake = func(row int) { got = append(got, fmt.Sprint("take ", row)) }
	v.OnTime = func(row int) { got = append(got, fmt.Sprint("time ", row)) }
	v.Set(Comparison{Row: 7, Here: "key", There: "quay"})
	window(t, v, 800, 50)
	test.Tap(v.take)
	for _, at := range []fyne.Position{{X: 20, Y: 15}, {X: 20, Y: 45}, {X: 200, Y: 15}} {
		v.tapped(at, false)
	}
	if want := []string{"take 7", "time 7"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if v.Set(Comparison{Here: "key"}); v.take.Text != "Remove" {
		t.Errorf("to take nothing is called %q", v.take.Text)
	}
	if v.Set(Comparison{Here: "same", There: "same"}); v.take.Visible() {
		t.Error("a text that is the same can be taken")
	}
}

// What is guessed of a comparison's height is near what it is.
func TestCompareEstimate(t *testing.T) {
	test.NewTempApp(t)
	for _, c := range []Comparison{{Here: "short", There: "brief"}, {Here: "short", Note: "edited"}, {There: october + " " + october + " " + october}} {
		got, want := CompareEstimate(c, 800), CompareHeight(c, 800)
		if diff := got - want; diff > 2*leap() || diff < -2*leap() {
			t.Errorf("%.20q, %.20q: guessed %v, is %v", c.Here, c.There, got, want)
		}
	}
}

// Words about a button appear when the pointer rests on it, inside the window.
func TestTips(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(look.Theme{Force: "light"})
	top, bottom := NewButton("A", Plain, nil), NewButton("B", Plain, nil)
	top.Tip, bottom.Tip = "A long explanation of what this does", "Short"
	content := WithTips(container.NewBorder(top, bottom, nil, nil))
	c := window(t, content, 300, 200)
	over := content.Objects[1].(*tips)
	r := test.WidgetRenderer(over).(*tipsRenderer)
	for _, b := range []*Button{top, bottom} {
		b.MouseIn(nil)
		if r.text.Text != b.Tip || !r.plate.Visible() {
			t.Errorf("%q is said of %q", r.text.Text, b.Text)
		}
		pos, size := r.plate.Position(), r.plate.Size()
		if pos.X < 0 || pos.Y < 0 || pos.X+size.Width > 300 || pos.Y+size.Height > 200 {
			t.Errorf("the words about %q lie at %v, %v", b.Text, pos, size)
		}
		if b.MouseOut(); r.plate.Visible() {
			t.Errorf("the words about %q stay", b.Text)
		}
	}
	tapped := false
	top.OnTapped = func() { tapped = true }
	top.MouseIn(nil)
	test.TapCanvas(c, fyne.NewPos(150, 10))
	if !tapped || r.plate.Visible() {
		t.Errorf("tapped through the words: %v, they are shown: %v", tapped, r.plate.Visible())
	}
}
