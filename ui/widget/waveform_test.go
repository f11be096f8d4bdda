package widget

import (
	"fmt"
	"image/color"
	"maps"
	"math"
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"earshot/ui/look"
)

// hundred is the waveform of a hundred seconds, ten units wide each, alone in a
// window, and what it signals.
func hundred(t testing.TB) (w *Waveform, c fyne.Canvas, signals *[]string) {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(look.Theme{Force: "light"})
	signals = &[]string{}
	say := func(format string, a ...any) { *signals = append(*signals, fmt.Sprintf(format, a...)) }
	w = NewWaveform()
	w.OnSeek = func(at float64) { say("seek %.1f", at) }
	w.OnRegion = func(i int) { say("region %d", i) }
	w.OnEdges = func(from, to float64, done bool) { say("edges %.2f to %.2f, done %v", from, to, done) }
	win := test.NewTempWindow(t, w)
	win.SetPadded(false)
	win.Resize(fyne.NewSize(1000, 60))
	w.SetDuration(100)
	levels := make([]float32, 200)
	for i := range levels {
		levels[i] = 1
	}
	w.SetLevels(0, 100, levels)
	w.SetSpeakers([]Stretch{{From: 0, To: 50, Name: "Rosa", Color: look.Speaker(0)}, {From: 50, To: 100, Name: "Jonas", Color: look.Speaker(2)}})
	return w, win.Canvas(), signals
}

func near(a, b float64) bool { return math.Abs(a-b) < 0.01 }

func TestWaveformTaps(t *testing.T) {
	w, c, signals := hundred(t)
	w.SetRegions([]Stretch{{From: 30, To: 40, Name: "left out"}})
	for _, x := range []float32{250, 350, 999} {
		test.TapCanvas(c, fyne.NewPos(x, 20))
	}
	if want := []string{"seek 25.0", "seek 35.0", "region 0", "seek 99.9"}; !slices.Equal(*signals, want) {
		t.Errorf("got %q, want %q", *signals, want)
	}
	w.OnRegion = nil
	test.TapCanvas(c, fyne.NewPos(350, 20))
	if got := (*signals)[4]; got != "seek 35.0" {
		t.Errorf("got %q where nobody asks for regions", got)
	}
}

// drag moves the pressed pointer over the waveform in steps, as a window does.
func drag(w *Waveform, from, to float32) {
	const steps = 4
	for i := range steps {
		x := from + (to-from)*float32(i+1)/steps
		w.Dragged(&fyne.DragEvent{
			PointEvent: fyne.PointEvent{Position: fyne.NewPos(x, 20)}, Dragged: fyne.NewDelta((to-from)/steps, 0),
		})
	}
	w.DragEnd()
}

func TestWaveformEdges(t *testing.T) {
	w, _, signals := hundred(t)
	w.SetEdges(20, 30)
	for _, c := range []struct {
		from, to float32
		want     string
	}{
		{201, 251, "edges 25.00 to 30.00, done true"},
		{250, 900, "edges 29.95 to 30.00, done true"}, // not beyond the other edge
		{300, 500, "edges 29.95 to 50.00, done true"},
		{500, 2000, "edges 29.95 to 100.00, done true"},
		{299, -50, "edges 0.00 to 100.00, done true"},
	} {
		*signals = nil
		drag(w, c.from, c.to)
		if len(*signals) != 5 || (*signals)[4] != c.want {
			t.Errorf("from %v to %v: got %q, want %q last of five", c.from, c.to, *signals, c.want)
		}
	}
	w.SetEdges(50, 50)
	*signals = nil
	if drag(w, 500, 600); len(*signals) != 0 {
		t.Errorf("without edges: got %q", *signals)
	}
}

func TestWaveformView(t *testing.T) {
	w, _, _ := hundred(t)
	var asked [3]float64
	w.OnView = func(from, to float64, levels int) { asked = [3]float64{from, to, float64(levels)} }
	check := func(what string, from, to float64) {
		t.Helper()
		if f, e := w.View(); !near(f, from) || !near(e, to) {
			t.Errorf("%s: got %.2f to %.2f in view, want %v to %v", what, f, e, from, to)
		}
		if from != 0 && asked != [3]float64{w.from, w.to, 200} {
			t.Errorf("%s: asked for %v", what, asked)
		}
	}
	w.ZoomOut()
	check("all of it, and more", 0, 100)
	wheel := func(dx, dy float32) {
		w.Scrolled(&fyne.ScrollEvent{
			PointEvent: fyne.PointEvent{Position: fyne.NewPos(250, 20)}, Scrolled: fyne.NewDelta(dx, dy),
		})
	}
	wheel(0, 25)
	check("wheel", 25-25/1.5, 25-25/1.5+100/1.5)
	wheel(0, -25)
	check("wheel back", 0, 100)
	w.SetView(40, 60)
	check("set", 40, 60)
	drag(w, 500, 400)
	check("drag", 42, 62)
	wheel(500, 0)
	check("sideways", 32, 52)
	w.SetView(-10, 10)
	check("before the beginning", 0, 20)
	w.SetView(95, 115)
	check("behind the end", 80, 100)
	w.SetView(50, 50)
	check("nothing", 50, 50+shortestView)
	w.SetView(40, 60)
	w.SetPosition(70)
	w.Follow()
	check("follow", 69, 89)
	w.SetPosition(75)
	w.Follow()
	check("follow what is in view", 69, 89)
	w.ZoomAll()
	w.SetPosition(50)
	w.ZoomIn()
	check("in", 50-50/1.5, 50+50/1.5)
}

// The pictures say what they should, and the playing shows more of the second.
func TestWaveformPicture(t *testing.T) {
	w, _, _ := hundred(t)
	w.SetRegions([]Stretch{{From: 30, To: 40}, {From: 50, To: 60, Plain: true}})
	for _, scale := range []int{1, 2} {
		img := w.draw(1000*scale, 60*scale, false)
		at := func(x, y int) color.Color { return img.At(x*scale, y*scale) }
		if got, want := at(101, 20), nrgba(look.Ahead); got != want {
			t.Errorf("scale %d: sound is %v, want %v", scale, got, want)
		}
		if got := at(104, 20); got != (color.NRGBA{}) {
			t.Errorf("scale %d: %v between two strokes", scale, got)
		}
		for x, speaker := range map[int]int{100: 0, 900: 2} {
			if got, want := at(x, 59), nrgba(look.Speaker(speaker)); got != want {
				t.Errorf("scale %d: the bar at %d is %v, want %v", scale, x, got, want)
			}
		}
		colours := func(from, to int) map[color.Color]bool {
			all := map[color.Color]bool{}
			for x := from * scale; x < to*scale; x++ {
				all[img.At(x, scale)] = true
			}
			return all
		}
		if hatch := colours(310, 390); len(hatch) < 3 {
			t.Errorf("scale %d: what was left out is not hatched: %v", scale, hatch)
		}
		if ground, none := colours(510, 590), colours(610, 690); len(ground) != len(none) || maps.Equal(ground, none) {
			t.Errorf("scale %d: a plain region is drawn in %v, none in %v", scale, ground, none)
		}
		played := w.draw(1000*scale, 60*scale, true)
		if got, want := played.At(101*scale, 20*scale), color.Color(nrgba(look.Wave)); got != want {
			t.Errorf("scale %d: played sound is %v, want %v", scale, got, want)
		}
	}
	w.SetPosition(40)
	if got := w.drawn.played.Size().Width; got != 400 || w.drawn.played.content.Size() != w.Size() {
		t.Errorf("%v of the played sound is seen, want 400 of %v", got, w.drawn.played.content.Size())
	}
	if got := w.drawn.head.Position().X; got != 400-edgeWidth/2 {
		t.Errorf("the playing is drawn at %v", got)
	}
}

func TestWaveformSaysWhatIsPointedAt(t *testing.T) {
	w, c, _ := hundred(t)
	w.SetRegions([]Stretch{{From: 30, To: 40, Name: "left out"}})
	w.SetEdges(60, 70)
	for _, p := range []struct {
		x      float32
		text   string
		cursor desktop.Cursor
	}{
		{250, "0:25 · Rosa", desktop.DefaultCursor},
		{350, "0:35 · left out", desktop.PointerCursor},
		{602, "1:00 · Jonas", desktop.HResizeCursor},
		{990, "1:39 · Jonas", desktop.DefaultCursor},
	} {
		test.MoveMouse(c, fyne.NewPos(p.x, 20))
		plate := w.drawn.plate
		if got := w.drawn.text.Text; got != p.text || w.Cursor() != p.cursor || !plate.Visible() {
			t.Errorf("at %v: got %q, pointer %v, want %q, %v", p.x, got, w.Cursor(), p.text, p.cursor)
		}
		if right := plate.Position().X + plate.Size().Width; right > 1000 || plate.Position().X < 0 {
			t.Errorf("at %v: the words lie at %v", p.x, plate.Position())
		}
	}
	w.MouseOut()
	if w.drawn.plate.Visible() {
		t.Error("the words stay when the pointer is gone")
	}
}

// A recording of no length, and one before its levels are there, are drawn too.
func TestEmptyWaveform(t *testing.T) {
	w, c, signals := hundred(t)
	w.SetDuration(0)
	w.ZoomIn()
	w.SetPosition(3)
	test.TapCanvas(c, fyne.NewPos(350, 20))
	test.Scroll(c, fyne.NewPos(250, 20), 5, 25)
	drag(w, 100, 200)
	w.draw(1000, 60, false)
	if from, to := w.View(); from != 0 || to != 0 || len(*signals) != 0 {
		t.Errorf("got %v to %v in view, signals %q", from, to, *signals)
	}
	w.SetDuration(10)
	w.SetLevels(0, 10, nil)
	w.draw(1000, 60, true)
	w.SetLevels(2, 4, []float32{0.5, 2})
	for at, want := range map[float64]float32{1: 0, 2.5: 0.5, 3.5: 1, 9: 0} {
		if got := w.level(at, at+0.1); got != want {
			t.Errorf("level at %v: got %v, want %v", at, got, want)
		}
	}
}
