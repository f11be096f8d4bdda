package widget

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"earshot/ui/look"
)

// A speaker's chip is as wide as what it says, up to a limit, and is pressed by
// mouse and keys.
func TestSpeakerChip(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(look.Theme{Force: "light"})
	taps := 0
	c := NewSpeakerChip(Speaker{Color: look.Speaker(0), Number: "1", Name: "Emma", Share: "62 %"}, func() { taps++ })
	for _, s := range []Speaker{
		{Color: look.Speaker(0), Number: "1", Name: "Emma", Share: "62 %"},
		{Color: look.Speaker(1), Name: "Ärztin", Share: "0 %"},
		{Color: look.Speaker(2), Number: "3", Name: strings.Repeat("Very long ", 30), Share: "100 %"},
	} {
		c.Set(s)
		c.Resize(c.MinSize())
		if w := c.Size().Width; w > widestName+120 {
			t.Errorf("%.20s: %v wide", s.Name, w)
		}
		end, said := float32(0), ""
		for _, o := range test.WidgetRenderer(c).Objects() {
			if text, ok := o.(*canvas.Text); ok && text.Text != "" {
				if text.Position().X < end {
					t.Errorf("%.20s: %q begins at %v, what is before it ends at %v", s.Name, text.Text, text.Position().X, end)
				}
				end, said = text.Position().X+text.MinSize().Width, said+text.Text+"|"
			}
		}
		if end > c.Size().Width-speakerChipPad+0.5 {
			t.Errorf("%.20s: ends at %v of %v", s.Name, end, c.Size().Width)
		}
		if cut := strings.Contains(said, "…"); cut != (len(s.Name) > 100) || !strings.HasSuffix(said, s.Share+"|") {
			t.Errorf("got %q", said)
		}
	}
	test.Tap(c)
	c.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	c.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	c.TypedKey(&fyne.KeyEvent{Name: fyne.KeyA})
	if taps != 3 {
		t.Errorf("%d taps, want 3", taps)
	}
}

func TestWordAt(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(look.Theme{Force: "light"})
	v := NewSegmentView()
	if word, _ := v.WordAt(fyne.NewPos(100, 16)); word != -1 {
		t.Errorf("got word %d of a segment that was never shown", word)
	}
	text := "Où est la clé?"
	v.Set(Segment{Speaker: "Rosa", Text: text, Words: Spans(text, strings.Fields(text))})
	test.NewTempWindow(t, v).Resize(fyne.NewSize(500, 80))
	y := v.UnderSpeaker().Y + 8
	x := func(before string) float32 { return textOffset + measureText(before) + 3 }
	for _, c := range []struct {
		at           fyne.Position
		word, offset int
	}{
		{fyne.NewPos(x(""), y), 0, 0},
		{fyne.NewPos(x("Où "), y), 1, 3},
		{fyne.NewPos(x("Où est la "), y), 3, 10},
		{fyne.NewPos(x(text+" and more"), y), -1, 0},
		{fyne.NewPos(x(""), 8), -1, 0}, // on the name
		{fyne.NewPos(20, y), -1, 0},
	} {
		if word, offset := v.WordAt(c.at); word != c.word || offset != c.offset {
			t.Errorf("at %v: got word %d at %d, want %d at %d", c.at, word, offset, c.word, c.offset)
		}
	}
}
