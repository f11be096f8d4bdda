package widget

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"earshot/ui/look"
)

// SegmentView is one segment of a transcript: its time in the gutter, a bar,
// and the text, wrapped at words.
type SegmentView struct {
	widget.BaseWidget
	time, speaker, text string
	bar                 fyne.ThemeColorName
}

var _ fyne.Widget = (*SegmentView)(nil)

// NewSegmentView returns an empty segment.
func NewSegmentView() *SegmentView {
	s := &SegmentView{bar: look.Line}
	s.ExtendBaseWidget(s)
	return s
}

// Set shows a segment. speaker is shown where it is not empty.
func (s *SegmentView) Set(time, speaker, text string) {
	s.time, s.speaker, s.text = time, speaker, text
	s.Refresh()
}

// The measures of a segment.
const (
	gutterWidth  = 62
	barWidth     = 3
	barGap       = 12
	segmentPad   = 7 // above and below
	speakerLine  = 17
	readingLeap  = 1.55 // line height, in text sizes
	textOffset   = gutterWidth + barGap + barWidth + barGap
	textRightPad = 12
)

const lineHeight = look.ReadingSize * readingLeap

// SegmentHeight is the height of a segment at a width.
func SegmentHeight(text string, speaker bool, width float32) float32 {
	return frame(len(wrap(text, width-textOffset-textRightPad, measureWord)), speaker)
}

// SegmentEstimate guesses SegmentHeight from the text's length.
func SegmentEstimate(text string, speaker bool, width float32) float32 {
	perLine := max(1, (width-textOffset-textRightPad)/(look.ReadingSize*0.52))
	return frame(1+strings.Count(text, "\n")+int(float32(len(text))/perLine), speaker)
}

func frame(lines int, speaker bool) float32 {
	height := 2*segmentPad + float32(max(lines, 1))*lineHeight
	if speaker {
		height += speakerLine
	}
	return height
}

// CreateRenderer implements fyne.Widget.
func (s *SegmentView) CreateRenderer() fyne.WidgetRenderer {
	r := &segmentRenderer{
		s: s, time: canvas.NewText("", nil), speaker: canvas.NewText("", nil), bar: canvas.NewRectangle(nil),
	}
	r.time.Alignment, r.time.TextSize = fyne.TextAlignTrailing, look.SmallSize
	r.speaker.TextSize, r.speaker.TextStyle.Bold = look.SmallSize, true
	r.bar.CornerRadius = barWidth / 2.0
	r.Refresh()
	return r
}

type segmentRenderer struct {
	s             *SegmentView
	time, speaker *canvas.Text
	bar           *canvas.Rectangle
	lines         []*canvas.Text
}

func (r *segmentRenderer) MinSize() fyne.Size { return fyne.NewSize(textOffset+80, frame(1, false)) }
func (r *segmentRenderer) Destroy()           {}

func (r *segmentRenderer) Objects() []fyne.CanvasObject {
	objects := []fyne.CanvasObject{r.time, r.bar, r.speaker}
	for _, l := range r.lines {
		objects = append(objects, l)
	}
	return objects
}

func (r *segmentRenderer) Layout(size fyne.Size) {
	y := float32(segmentPad)
	if r.s.speaker != "" {
		r.speaker.Move(fyne.NewPos(textOffset, y-1))
		y += speakerLine
	}
	r.time.Resize(fyne.NewSize(gutterWidth, r.time.MinSize().Height))
	r.time.Move(fyne.NewPos(0, segmentPad+3))
	r.bar.Move(fyne.NewPos(gutterWidth+barGap, segmentPad))
	r.bar.Resize(fyne.NewSize(barWidth, size.Height-2*segmentPad))
	texts := wrap(r.s.text, size.Width-textOffset-textRightPad, measureWord)
	for len(r.lines) < len(texts) {
		line := canvas.NewText("", colour(look.Ink))
		line.TextSize = look.ReadingSize
		r.lines = append(r.lines, line)
	}
	r.lines = r.lines[:len(texts)]
	for i, text := range texts {
		line := r.lines[i]
		if line.Text != text {
			line.Text = text
			line.Refresh()
		}
		line.Move(fyne.NewPos(textOffset, y+(lineHeight-line.MinSize().Height)/2))
		line.Resize(fyne.NewSize(size.Width-textOffset, line.MinSize().Height))
		y += lineHeight
	}
}

func (r *segmentRenderer) Refresh() {
	r.time.Text, r.time.Color = r.s.time, colour(look.Faint)
	r.speaker.Text, r.speaker.Color = r.s.speaker, colour(r.s.bar)
	r.bar.FillColor = colour(r.s.bar)
	r.Layout(r.s.Size())
	for _, l := range r.lines {
		l.Color = colour(look.Ink)
		l.Refresh()
	}
	r.time.Refresh()
	r.speaker.Refresh()
	r.bar.Refresh()
}

// wrap breaks text into lines no wider than width, at blanks, or within a
// word that is wider than a line, and where it has line breaks, but for the last
// one. It keeps every character but the blanks at breaks.
func wrap(text string, width float32, measure func(string) float32) []string {
	given := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	var lines []string
	for _, line := range given {
		wrapped := wrapLine(line, width, measure)
		if len(wrapped) == 0 && len(given) > 1 {
			wrapped = []string{""}
		}
		lines = append(lines, wrapped...)
	}
	return lines
}

func wrapLine(text string, width float32, measure func(string) float32) []string {
	var lines []string
	var line strings.Builder
	used := float32(0)
	blank := measure(" ")
	flush := func() {
		lines = append(lines, line.String())
		line.Reset()
		used = 0
	}
	for _, word := range strings.Fields(text) {
		w := measure(word)
		if used > 0 && used+blank+w > width {
			flush()
		}
		for w > width && len(word) > 0 {
			head := fitting(word, width, measure)
			line.WriteString(head)
			flush()
			word = word[len(head):]
			w = measure(word)
		}
		if word == "" {
			continue
		}
		if used > 0 {
			line.WriteByte(' ')
			used += blank
		}
		line.WriteString(word)
		used += w
	}
	if line.Len() > 0 {
		flush()
	}
	return lines
}

// fitting is the longest beginning of word, one character at least, that fits
// into width.
func fitting(word string, width float32, measure func(string) float32) string {
	end := len(word)
	for at := range word {
		if at > 0 && measure(word[:at]) > width {
			break
		}
		if at > 0 {
			end = at
		}
	}
	if first := len(string([]rune(word)[:1])); end == len(word) && measure(word) > width {
		end = first
	}
	return word[:end]
}

// wordWidths remembers the widths of words at the reading size. The same few
// thousand words make up any transcript.
var wordWidths = map[string]float32{}

const maxWordWidths = 1 << 16

func measureWord(word string) float32 {
	if w, ok := wordWidths[word]; ok {
		return w
	}
	if len(wordWidths) >= maxWordWidths {
		clear(wordWidths)
	}
	w := fyne.MeasureText(word, look.ReadingSize, fyne.TextStyle{}).Width
	wordWidths[word] = w
	return w
}
