package widget

import (
	"math"
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
	sure                int // words that stay; the others are drawn grey
	bar                 fyne.ThemeColorName
	editor              fyne.CanvasObject // in place of the text; nil for none
}

var _ fyne.Widget = (*SegmentView)(nil)

// NewSegmentView returns an empty segment.
func NewSegmentView() *SegmentView {
	s := &SegmentView{bar: look.Line, sure: math.MaxInt}
	s.ExtendBaseWidget(s)
	return s
}

// Set shows a segment. speaker is shown where it is not empty.
func (s *SegmentView) Set(time, speaker, text string) {
	s.show(time, speaker, text, math.MaxInt, nil)
}

// SetOpen shows a segment that is still being said: words that stay, and words
// that may not.
func (s *SegmentView) SetOpen(time, speaker, confirmed, tentative string) {
	s.show(time, speaker, confirmed+" "+tentative, len(strings.Fields(confirmed)), nil)
}

// SetEditor shows an editor in place of the text.
func (s *SegmentView) SetEditor(time, speaker string, editor fyne.CanvasObject) {
	s.show(time, speaker, "", math.MaxInt, editor)
}

func (s *SegmentView) show(time, speaker, text string, sure int, editor fyne.CanvasObject) {
	s.time, s.speaker, s.text, s.sure, s.editor = time, speaker, text, sure, editor
	s.Refresh()
}

// SetBar sets the colour of the bar and the speaker's name.
func (s *SegmentView) SetBar(color fyne.ThemeColorName) { s.bar = color }

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
	return frame(SegmentLines(text, width), speaker)
}

// SegmentLines is how many lines a text takes in a segment of a width.
func SegmentLines(text string, width float32) int {
	return max(1, len(wrap(text, width-textOffset-textRightPad, measureWord)))
}

// EditorHeight is the height of a segment whose editor has this height.
func EditorHeight(editor float32, speaker bool) float32 {
	return frame(1, speaker) - lineHeight + editor
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
	pieces        []*canvas.Text // of lines: each in one colour
}

func (r *segmentRenderer) MinSize() fyne.Size { return fyne.NewSize(textOffset+80, frame(1, false)) }
func (r *segmentRenderer) Destroy()           {}

func (r *segmentRenderer) Objects() []fyne.CanvasObject {
	objects := []fyne.CanvasObject{r.time, r.bar, r.speaker}
	for _, l := range r.pieces {
		objects = append(objects, l)
	}
	if r.s.editor != nil {
		objects = append(objects, r.s.editor)
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
	if e := r.s.editor; e != nil {
		e.Move(fyne.NewPos(textOffset-editorInset, y))
		e.Resize(fyne.NewSize(size.Width-textOffset+editorInset-textRightPad/2, size.Height-y-segmentPad))
	}
	r.write(size.Width, y)
}

// An editor's text begins where the text that it replaces did.
const editorInset = 8

// write puts the text into lines from y on.
func (r *segmentRenderer) write(width, y float32) {
	n, sure := 0, r.s.sure
	for _, line := range wrap(r.s.text, width-textOffset-textRightPad, measureWord) {
		ink, grey := line, ""
		words := strings.Fields(line)
		if len(words) > sure {
			ink, grey = strings.Join(words[:sure], " "), strings.Join(words[sure:], " ")
		}
		sure -= min(sure, len(words))
		x := float32(textOffset)
		if ink != "" {
			x += r.piece(n, ink, look.Ink, x, y, width) + measureWord(" ")
			n++
		}
		if grey != "" {
			r.piece(n, grey, look.Faint, x, y, width)
			n++
		}
		y += lineHeight
	}
	r.pieces = r.pieces[:n]
}

// piece puts the n-th piece of text at a place and returns its width.
func (r *segmentRenderer) piece(n int, text string, color fyne.ThemeColorName, x, y, width float32) float32 {
	if n == len(r.pieces) {
		r.pieces = append(r.pieces, canvas.NewText("", nil))
		r.pieces[n].TextSize = look.ReadingSize
	}
	p := r.pieces[n]
	if c := colour(color); p.Text != text || p.Color != c {
		p.Text, p.Color = text, c
		p.Refresh()
	}
	size := p.MinSize()
	p.Move(fyne.NewPos(x, y+(lineHeight-size.Height)/2))
	p.Resize(fyne.NewSize(width-x, size.Height))
	return size.Width
}

func (r *segmentRenderer) Refresh() {
	r.time.Text, r.time.Color = r.s.time, colour(look.Faint)
	r.speaker.Text, r.speaker.Color = r.s.speaker, colour(r.s.bar)
	r.bar.FillColor = colour(r.s.bar)
	r.Layout(r.s.Size())
	for _, p := range r.pieces {
		p.Refresh()
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
