package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"earshot/ui/look"
)

// CreateRenderer implements fyne.Widget.
func (s *SegmentView) CreateRenderer() fyne.WidgetRenderer {
	r := &segmentRenderer{
		s: s, time: canvas.NewText("", nil), speaker: canvas.NewText("", nil), bar: canvas.NewRectangle(nil),
		text: newParagraph(),
	}
	r.time.Alignment, r.time.TextSize = fyne.TextAlignTrailing, look.SmallSize
	r.speaker.TextSize, r.speaker.TextStyle.Bold = look.SmallSize, true
	r.bar.CornerRadius = barWidth / 2.0
	r.text.playing = s.playing
	s.drawn = r
	r.Refresh()
	return r
}

type segmentRenderer struct {
	s             *SegmentView
	time, speaker *canvas.Text
	bar           *canvas.Rectangle
	text          *paragraph
	objects       []fyne.CanvasObject
}

func (r *segmentRenderer) MinSize() fyne.Size {
	return fyne.NewSize(textOffset+80, frame(1, false))
}

func (r *segmentRenderer) Objects() []fyne.CanvasObject { return r.objects }

func (r *segmentRenderer) Destroy() { r.s.drawn = nil }

func (r *segmentRenderer) Layout(size fyne.Size) {
	y := float32(segmentPad)
	var name fyne.Size
	if r.s.segment.Speaker != "" {
		name = r.speaker.MinSize()
		r.speaker.Move(fyne.NewPos(textOffset, y-1))
		y += speakerLine
	}
	r.speaker.Resize(name)
	height := r.time.MinSize().Height
	r.time.Resize(fyne.NewSize(gutterWidth, height))
	r.time.Move(fyne.NewPos(0, segmentPad+(leap()-height)/2))
	r.bar.Move(fyne.NewPos(gutterWidth+barGap, segmentPad))
	r.bar.Resize(fyne.NewSize(barWidth, size.Height-2*segmentPad))
	if e := r.s.segment.Editor; e != nil {
		e.Move(fyne.NewPos(textOffset-editorInset, y))
		e.Resize(fyne.NewSize(size.Width-textOffset+editorInset-textRightPad/2, size.Height-y-segmentPad))
	}
	r.text.place(fyne.NewPos(textOffset, y), size.Width-textOffset-textRightPad)
	r.objects = r.text.objects(append(r.objects[:0], r.time, r.bar, r.speaker))
	if e := r.s.segment.Editor; e != nil {
		r.objects = append(r.objects, e)
	}
}

// An editor's text begins where the text that it replaces did.
const editorInset = 8

func (r *segmentRenderer) Refresh() {
	s, t := r.s.segment, r.text
	t.text, t.words, t.marks, t.sure = s.whole(), s.Words, s.Marks, len(s.whole())
	if s.Tentative != "" {
		t.sure = len(s.Text)
	}
	if s.Editor != nil {
		t.text, t.words, t.marks = "", nil, nil
	}
	r.label()
	r.Layout(r.s.Size())
}

// label draws what stands beside the text.
func (r *segmentRenderer) label() {
	time, name := look.Faint, r.s.segment.Bar
	if r.s.over == overTime {
		time = look.Accent
	}
	if r.s.over == overSpeaker {
		name = look.Ink
	}
	write(r.time, r.s.segment.Time, colour(time))
	write(r.speaker, r.s.segment.Speaker, colour(name))
	paint(r.bar, colour(r.s.segment.Bar), nil)
}
