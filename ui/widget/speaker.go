package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"earshot/ui/look"
)

// Speaker is what a SpeakerChip shows.
type Speaker struct {
	Color  fyne.ThemeColorName
	Number string // in front of the name; "" shows none
	Name   string
	Share  string // of the time
}

// SpeakerChip is somebody who speaks: a dot in their colour, their number, their
// name and how much they say. It can be pressed.
type SpeakerChip struct {
	widget.BaseWidget
	// OnTapped is called when the chip is tapped, or on Enter or Space.
	OnTapped func()

	speaker          Speaker
	hovered, focused bool
}

var (
	_ fyne.Widget        = (*SpeakerChip)(nil)
	_ fyne.Tappable      = (*SpeakerChip)(nil)
	_ fyne.Focusable     = (*SpeakerChip)(nil)
	_ desktop.Hoverable  = (*SpeakerChip)(nil)
	_ desktop.Cursorable = (*SpeakerChip)(nil)
)

// NewSpeakerChip returns a chip for a speaker.
func NewSpeakerChip(s Speaker, tapped func()) *SpeakerChip {
	c := &SpeakerChip{speaker: s, OnTapped: tapped}
	c.ExtendBaseWidget(c)
	return c
}

// Set shows another speaker.
func (c *SpeakerChip) Set(s Speaker) {
	if c.speaker != s {
		c.speaker = s
		c.Refresh()
	}
}

// Speaker is who is shown.
func (c *SpeakerChip) Speaker() Speaker { return c.speaker }

// Tapped implements fyne.Tappable.
func (c *SpeakerChip) Tapped(*fyne.PointEvent) { c.OnTapped() }

// TypedKey implements fyne.Focusable: what the chip has no use for is the
// window's.
func (c *SpeakerChip) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		c.OnTapped()
	default:
		passOn(c, e)
	}
}

// TypedRune implements fyne.Focusable.
func (c *SpeakerChip) TypedRune(rune) {}

// FocusGained implements fyne.Focusable.
func (c *SpeakerChip) FocusGained() { c.light(c.hovered, true) }

// FocusLost implements fyne.Focusable.
func (c *SpeakerChip) FocusLost() { c.light(c.hovered, false) }

// MouseIn implements desktop.Hoverable.
func (c *SpeakerChip) MouseIn(*desktop.MouseEvent) { c.light(true, c.focused) }

// MouseMoved implements desktop.Hoverable.
func (c *SpeakerChip) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (c *SpeakerChip) MouseOut() { c.light(false, c.focused) }

func (c *SpeakerChip) light(hovered, focused bool) {
	c.hovered, c.focused = hovered, focused
	c.Refresh()
}

// Cursor implements desktop.Cursorable.
func (c *SpeakerChip) Cursor() desktop.Cursor { return desktop.PointerCursor }

// The measures of a speaker's chip.
const (
	speakerChipHeight = 24
	speakerChipPad    = 10
	speakerChipGap    = 6
	speakerChipDot    = 8
	widestName        = 160
)

// CreateRenderer implements fyne.Widget.
func (c *SpeakerChip) CreateRenderer() fyne.WidgetRenderer {
	r := &speakerRenderer{c: c, box: canvas.NewRectangle(nil), dot: canvas.NewRectangle(nil)}
	for i := range r.texts {
		r.texts[i] = canvas.NewText("", nil)
		r.texts[i].TextSize = look.SmallSize
	}
	r.texts[1].TextStyle.Bold = true
	r.box.CornerRadius, r.dot.CornerRadius = speakerChipHeight/2.0, speakerChipDot/2.0
	r.Refresh()
	return r
}

type speakerRenderer struct {
	c        *SpeakerChip
	box, dot *canvas.Rectangle
	texts    [3]*canvas.Text // number, name, share
}

func (r *speakerRenderer) MinSize() fyne.Size {
	width := float32(2*speakerChipPad + speakerChipDot)
	for _, t := range r.texts {
		if t.Text != "" {
			width += speakerChipGap + t.MinSize().Width
		}
	}
	return fyne.NewSize(width, speakerChipHeight)
}

func (r *speakerRenderer) Layout(size fyne.Size) {
	r.box.Resize(fyne.NewSize(size.Width, speakerChipHeight))
	x := float32(speakerChipPad)
	r.dot.Move(fyne.NewPos(x, (speakerChipHeight-speakerChipDot)/2))
	r.dot.Resize(fyne.NewSquareSize(speakerChipDot))
	x += speakerChipDot
	for _, t := range r.texts {
		if t.Text == "" {
			continue
		}
		text := t.MinSize()
		t.Move(fyne.NewPos(x+speakerChipGap, (speakerChipHeight-text.Height)/2))
		t.Resize(text)
		x += speakerChipGap + text.Width
	}
}

func (r *speakerRenderer) Refresh() {
	s, edge := r.c.speaker, look.Line
	if r.c.focused {
		edge = look.Accent
	}
	fill := themeBackground
	if r.c.hovered {
		fill = look.Panel
	}
	r.box.StrokeWidth = 1
	paint(r.box, colour(fill), colour(edge))
	paint(r.dot, colour(s.Color), nil)
	write(r.texts[0], s.Number, colour(look.Dim))
	write(r.texts[1], elide(s.Name, widestName, look.SmallSize, r.texts[1].TextStyle), colour(look.Ink))
	write(r.texts[2], s.Share, colour(look.Dim))
	r.Layout(r.c.Size())
}

func (r *speakerRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.box, r.dot, r.texts[0], r.texts[1], r.texts[2]}
}

func (r *speakerRenderer) Destroy() {}
