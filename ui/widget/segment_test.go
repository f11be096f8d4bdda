package widget

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"earshot/ui/look"
)

func letters(s string) float32 { return float32(utf8.RuneCountInString(s)) }

// wrap is the lines of a text whose characters are all one wide.
func wrap(text string, width float32) []string {
	var lines []string
	for _, l := range flow(text, width, letters) {
		lines = append(lines, text[l.start:l.end])
	}
	return lines
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		text  string
		width float32
		want  string
	}{
		{"one two three", 7, "one two|three"},
		{"one two three", 100, "one two three"},
		{"a  b", 3, "a|b"},
		{"a  b", 4, "a  b"},
		{"", 10, ""},
		{"   ", 10, ""},
		{"incomprehensible", 5, "incom|prehe|nsibl|e"},
		{"an incomprehensible word", 6, "an|incomp|rehens|ible|word"},
		{"今天天氣好", 2, "今天|天氣|好"},
		{"one two\nthree", 100, "one two|three"},
		{"one\n\ntwo\n", 100, "one||two"},
		{"a paragraph\n\n", 8, "a|paragrap|h|"},
		{"wide", 0.5, "w|i|d|e"},     // at least a character a line
		{"今天，天氣好。", 2, "今|天，|天氣|好。"}, // no line begins with a comma
		{"see 東京 now", 6, "see 東京|now"},
	} {
		if got := strings.Join(wrap(c.text, c.width), "|"); got != c.want {
			t.Errorf("%q at %v: got %q, want %q", c.text, c.width, got, c.want)
		}
	}
}

func TestWrapKeepsEveryCharacter(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	alphabet := []rune("ab cdé 今  x")
	for range 2000 {
		text := make([]rune, random.IntN(60))
		for i := range text {
			text[i] = alphabet[random.IntN(len(alphabet))]
		}
		width := float32(1 + random.IntN(20))
		lines := wrap(string(text), width)
		squeeze := func(s string) string { return strings.Join(strings.Fields(s), "") }
		if got, want := squeeze(strings.Join(lines, "")), squeeze(string(text)); got != want {
			t.Fatalf("%q at %v: got %q", string(text), width, lines)
		}
		for _, l := range lines {
			if letters(l) > width && letters(l) > 1 || l == "" && len(lines) > 1 {
				t.Fatalf("%q at %v: line %q", string(text), width, l)
			}
		}
	}
}

// What SegmentHeight promises is what the segment draws.
func TestSegmentHeightFitsItsLines(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(look.Theme{Force: "light"})
	long := strings.Repeat("Nobody had asked the people who work there. ", 9)
	for _, text := range []string{"Short.", long, strings.Repeat("x", 400), ""} {
		for _, width := range []float32{200, 420, 764} {
			for _, speaker := range []string{"", "Rosa"} {
				v := NewSegmentView()
				v.Set(Segment{Time: "1:02:03", Speaker: speaker, Text: text})
				height := SegmentHeight(text, speaker != "", width)
				v.Resize(fyne.NewSize(width, height))
				for _, o := range test.WidgetRenderer(v).Objects() {
					line, ok := o.(*canvas.Text)
					if !ok || line.Text == "" {
						continue
					}
					if bottom := line.Position().Y + line.Size().Height; bottom > height {
						t.Errorf("%.20q at %v: %.20q ends at %v of %v", text, width, line.Text, bottom, height)
					}
					if right := line.Position().X + line.MinSize().Width; right > width+1 {
						t.Errorf("%.20q at %v: %.20q ends at %v", text, width, line.Text, right)
					}
				}
				if guess := SegmentEstimate(text, speaker != "", width); guess < height*0.5-30 || guess > height*2+30 {
					t.Errorf("%.20q at %v: estimated %v, is %v", text, width, guess, height)
				}
			}
		}
	}
}

func TestElide(t *testing.T) {
	test.NewTempApp(t)
	text := "Interview with Rosa Lindqvist"
	full := fyne.MeasureText(text, 14, fyne.TextStyle{}).Width
	if got := elide(text, full, 14, fyne.TextStyle{}); got != text {
		t.Errorf("got %q where all fits", got)
	}
	for width := float32(20); width < full; width += 7 {
		got := elide(text, width, 14, fyne.TextStyle{})
		if !strings.HasSuffix(got, "…") || !strings.HasPrefix(text, strings.TrimSuffix(got, "…")) {
			t.Errorf("at %v: got %q", width, got)
		}
		if w := fyne.MeasureText(got, 14, fyne.TextStyle{}).Width; w > width+1 {
			t.Errorf("at %v: %q is %v wide", width, got, w)
		}
	}
}

func TestButton(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(look.Theme{Force: "light"})
	taps := 0
	b := NewButton("Go", Plain, func() { taps++ })
	test.Tap(b)
	b.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	b.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	b.TypedKey(&fyne.KeyEvent{Name: fyne.KeyA})
	b.SetEnabled(false)
	test.Tap(b)
	b.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	b.SetEnabled(true)
	test.Tap(b)
	if taps != 4 {
		t.Errorf("got %d taps, want 4", taps)
	}
}

func TestBar(t *testing.T) {
	test.NewTempApp(t)
	b := NewBar()
	b.Resize(fyne.NewSize(200, 20))
	for fraction, want := range map[float64]float32{-1: 0, 0: 0, 0.5: 100, 1: 200, 3: 200} {
		b.SetFraction(fraction)
		done := test.WidgetRenderer(b).Objects()[1]
		if got := done.Size().Width; got != want || done.Visible() != (want > 0) {
			t.Errorf("%v: got width %v, visible %v, want %v", fraction, got, done.Visible(), want)
		}
	}
}
