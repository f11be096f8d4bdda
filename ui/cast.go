package ui

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"

	"earshot/ui/widget"
)

// cast is the line under a transcript's title that names who speaks in it, and
// for how much of the time.
type cast struct {
	t       *transcriptScreen
	content *fyne.Container
	chips   *fyne.Container
	flow    *flow
	shown   []widget.Speaker
}

func newCast(t *transcriptScreen) *cast {
	c := &cast{t: t, flow: &flow{gap: 6}}
	c.chips = container.New(&yielding{c.flow})
	c.content = container.New(layout.NewCustomPaddedLayout(6, 0, 0, 0), c.chips)
	c.content.Hide()
	return c
}

// show brings the chips up to date with the document.
func (c *cast) show() {
	now := c.speakers()
	if slices.Equal(now, c.shown) {
		return
	}
	c.shown = now
	c.chips.RemoveAll()
	for i, s := range now {
		var chip *widget.SpeakerChip
		chip = widget.NewSpeakerChip(s, func() { c.t.showChipMenu(i, chip) })
		c.chips.Add(chip)
	}
	setVisible(c.content, len(now) > 0)
	c.t.arrange()
}

// speakers is what the chips show: nothing where there is one speaker at most,
// whom nobody has named.
func (c *cast) speakers() []widget.Speaker {
	if c.t.doc == nil {
		return nil
	}
	all := c.t.doc.Speakers()
	if len(all) == 0 || len(all) == 1 && isNumbered(all[0].Name) {
		return nil
	}
	times, total := c.t.doc.TalkTime(), 0.0
	for _, seconds := range times {
		total += seconds
	}
	chips := make([]widget.Speaker, len(all))
	for i, p := range all {
		share := 0.0
		if total > 0 {
			share = 100 * times[p.Name] / total
		}
		chips[i] = widget.Speaker{
			Color: c.t.bar(p.Name), Number: number(i), Name: p.Name,
			Share: fmt.Sprintf(lang.L("%d %%"), int(math.Round(share))),
		}
	}
	return chips
}

// isNumbered reports whether a name is one that Earshot gives.
func isNumbered(name string) bool {
	for n := range digits {
		if name == fmt.Sprintf(lang.L("Speaker %d"), n) {
			return true
		}
	}
	return false
}

// number is that of the key of the i-th speaker; "" if they have none.
func number(i int) string {
	if i+1 < len(digits) {
		return strconv.Itoa(i + 1)
	}
	return ""
}

// yielding is a flow that asks for no width, and is as high as the one it has
// makes it.
type yielding struct{ *flow }

// MinSize implements fyne.Layout.
func (y *yielding) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(0, y.flow.MinSize(o).Height)
}

// wrapping lays a column out in which there are layouts that are as high as their
// width makes them: it tells them that before they are asked.
type wrapping struct {
	whole         fyne.Layout
	widths        []*float32
	widest, inset float32
}

// MinSize implements fyne.Layout.
func (l *wrapping) MinSize(o []fyne.CanvasObject) fyne.Size { return l.whole.MinSize(o) }

// Layout implements fyne.Layout.
func (l *wrapping) Layout(o []fyne.CanvasObject, size fyne.Size) {
	for _, width := range l.widths {
		*width = columnWidth(l.widest, l.inset, size.Width)
	}
	l.whole.Layout(o, size)
}
