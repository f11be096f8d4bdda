package widget

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"earshot/ui/look"
)

// Segment is what a SegmentView shows.
type Segment struct {
	Row       int    // given back with every signal
	Time      string // in the gutter
	Speaker   string // shown where it is not empty
	Bar       fyne.ThemeColorName
	Text      string
	Tentative string // after Text: words that may not stay, drawn grey
	Open      bool   // it is being said: OnEdit is called at the first tap
	Words     []Span // of Text, in its order; none where nobody knows them
	Marks     []Mark // of Text, in its order
	// Editor takes the place of the text.
	Editor fyne.CanvasObject
}

func (s Segment) equal(o Segment) bool {
	return s.Row == o.Row && s.Time == o.Time && s.Speaker == o.Speaker && s.Bar == o.Bar && s.Text == o.Text &&
		s.Tentative == o.Tentative && s.Open == o.Open && s.Editor == o.Editor && slices.Equal(s.Words, o.Words) && slices.Equal(s.Marks, o.Marks)
}

// Offset is where a word begins, in characters of Text; 0 if there is no such
// word.
func (s Segment) Offset(word int) int {
	if word < 0 || word >= len(s.Words) {
		return 0
	}
	return runes(s.Text, s.Words[word].Start)
}

// whole is the text with what may not stay.
func (s Segment) whole() string {
	if s.Tentative == "" {
		return s.Text
	}
	return strings.TrimLeft(s.Text+" "+s.Tentative, " ")
}

// SegmentView is one segment of a transcript: its time in the gutter, a bar in
// the speaker's colour, and the text, wrapped at words. In a list of Rows it
// signals what is tapped; offsets are in characters of Text.
type SegmentView struct {
	widget.BaseWidget
	// OnWord is called when a word is tapped.
	OnWord func(row, word, offset int)
	// OnEdit is called when the text is tapped twice in quick succession, or once
	// where it is being said.
	OnEdit func(row, offset int)
	// OnTime is called when the time is tapped, OnSpeaker when the name is.
	OnTime    func(row int)
	OnSpeaker func(row int)

	segment Segment
	playing int
	over    part
	drawn   *segmentRenderer // nil as long as it was never shown
}

// part is a part of a segment that can be pointed at.
type part int

const (
	overNothing part = iota
	overText
	overTime
	overSpeaker
)

var (
	_ fyne.Widget = (*SegmentView)(nil)
	_ pointable   = (*SegmentView)(nil)
)

// NewSegmentView returns an empty segment.
func NewSegmentView() *SegmentView {
	s := &SegmentView{playing: -1}
	s.ExtendBaseWidget(s)
	return s
}

// Set shows a segment, of which no word is being said.
func (s *SegmentView) Set(segment Segment) {
	if segment.Bar == "" {
		segment.Bar = look.Line
	}
	s.SetPlaying(-1)
	if !s.segment.equal(segment) {
		s.segment = segment
		s.Refresh()
	}
}

// SetPlaying shows which of the words is being said, -1 for none, and draws
// nothing else anew.
func (s *SegmentView) SetPlaying(word int) {
	if s.playing == word {
		return
	}
	s.playing = word
	if r := s.drawn; r != nil {
		r.text.setPlaying(word)
	}
}

// The measures of a segment.
const (
	gutterWidth  = 62
	barWidth     = 3
	barGap       = 12
	segmentPad   = 7 // above and below
	speakerLine  = 17
	textOffset   = gutterWidth + barGap + barWidth + barGap
	textRightPad = 12
)

// SegmentHeight is the height of a segment at a width.
func SegmentHeight(text string, speaker bool, width float32) float32 {
	return frame(SegmentLines(text, width), speaker)
}

// SegmentLines is how many lines a text takes in a segment of a width.
func SegmentLines(text string, width float32) int {
	return len(flow(text, width-textOffset-textRightPad, measureWord))
}

// EditorHeight is the height of a segment whose editor has this height.
func EditorHeight(editor float32, speaker bool) float32 {
	return frame(1, speaker) - leap() + editor
}

// SegmentEstimate guesses SegmentHeight from the text's length.
func SegmentEstimate(text string, speaker bool, width float32) float32 {
	perLine := max(1, (width-textOffset-textRightPad)/(look.Reading()*0.52))
	return frame(1+strings.Count(text, "\n")+int(float32(len(text))/perLine), speaker)
}

func frame(lines int, speaker bool) float32 {
	height := 2*segmentPad + float32(max(lines, 1))*leap()
	if speaker {
		height += speakerLine
	}
	return height
}

// tapped signals what lies under a point.
func (s *SegmentView) tapped(at fyne.Position, again bool) bool {
	row := s.segment.Row
	switch s.partAt(at) {
	case overTime:
		s.OnTime(row)
		return true
	case overSpeaker:
		s.OnSpeaker(row)
		return true
	case overText:
		word, caret := s.drawn.text.hit(at)
		offset := runes(s.segment.Text, caret)
		if (again || s.segment.Open) && s.OnEdit != nil {
			s.OnEdit(row, offset)
			return true
		}
		if word >= 0 && s.OnWord != nil {
			s.OnWord(row, word, offset)
		}
		return s.OnWord != nil || s.OnEdit != nil
	default:
		return false
	}
}

// partAt is what lies under a point and can be tapped.
func (s *SegmentView) partAt(at fyne.Position) part {
	r := s.drawn
	switch {
	case r == nil:
	case s.OnTime != nil && at.X < gutterWidth+barGap/2 && at.Y < segmentPad+leap():
		return overTime
	case s.OnSpeaker != nil && s.segment.Speaker != "" && inside(r.speaker, at):
		return overSpeaker
	case s.segment.Editor == nil && (s.OnWord != nil || s.OnEdit != nil) && r.text.within(at):
		return overText
	}
	return overNothing
}

func inside(o fyne.CanvasObject, at fyne.Position) bool {
	pos, size := o.Position(), o.Size()
	return at.X >= pos.X && at.X <= pos.X+size.Width && at.Y >= pos.Y && at.Y <= pos.Y+size.Height
}

// WordAt is the word under a point and where it begins, in characters of Text; -1
// if there is none.
func (s *SegmentView) WordAt(at fyne.Position) (word, offset int) {
	if s.drawn == nil || s.segment.Editor != nil || !s.drawn.text.within(at) {
		return -1, 0
	}
	word, _ = s.drawn.text.hit(at)
	return word, s.segment.Offset(word)
}

// UnderSpeaker is a place below the speaker's name, or where that would be.
func (s *SegmentView) UnderSpeaker() fyne.Position {
	return fyne.NewPos(textOffset, segmentPad+speakerLine)
}

// pointed shows what the pointer is over.
func (s *SegmentView) pointed(at fyne.Position, in bool) {
	over := overNothing
	if in {
		over = s.partAt(at)
	}
	if s.over != over {
		s.over = over
		if r := s.drawn; r != nil {
			r.label()
		}
	}
}

// pointer is the shape of the pointer where it is.
func (s *SegmentView) pointer() desktop.Cursor {
	switch s.over {
	case overText:
		return desktop.TextCursor
	case overTime, overSpeaker:
		return desktop.PointerCursor
	default:
		return desktop.DefaultCursor
	}
}
