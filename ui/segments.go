package ui

import (
	"fmt"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"earshot/app"
	"earshot/ui/look"
	"earshot/ui/widget"
)

// The rows of a transcript: its segments, and while it is being recorded below
// them what is being said.

// create is an empty row, which signals what is tapped in it.
func (t *transcriptScreen) create() fyne.CanvasObject {
	v := widget.NewSegmentView()
	v.OnWord = t.playWord
	v.OnTime = func(row int) { t.playWord(row, -1, 0) }
	v.OnEdit = t.editAt
	v.OnSpeaker = t.showSpeakerMenu
	return v
}

// playWord plays from a word of a row on, or from the row's start.
func (t *transcriptScreen) playWord(row, word, _ int) {
	if row >= t.length() {
		return
	}
	s := t.at(row)
	at := s.Start
	if words := s.Words; word >= 0 && word < len(words) {
		at = words[word].Start
	}
	t.w.player.playFrom(at)
}

// spans are the words of a segment as they lie in its text.
func spans(s app.Segment) []widget.Span {
	words := make([]string, len(s.Words))
	for i, w := range s.Words {
		words[i] = w.Text
	}
	return widget.Spans(s.Text, words)
}

// fill shows row i.
func (t *transcriptScreen) fill(i int, v *widget.SegmentView) {
	row := widget.Segment{Row: i, Speaker: t.speaker(i), Bar: t.bar(t.speakerAt(i))}
	if i >= t.length() {
		u := t.speaking[i-t.length()]
		row.Time = app.Clock(begin(u))
		row.Text, row.Tentative = u.Text()
		row.Open = true
	} else {
		s := t.at(i)
		row.Time, row.Text, row.Words = t.time(s), s.Text, t.doubts.spans(s)
		row.Marks = slices.Concat(t.find.marks(i), t.doubts.mark(s, row.Words))
		slices.SortStableFunc(row.Marks, func(a, b widget.Mark) int { return a.Start - b.Start })
		if t.edits(i) {
			row.Editor = t.editorBox
		}
	}
	if i < t.length() && row.Editor == nil {
		row.Tentative = t.speakingAt(i)
	}
	v.Set(row)
	if t.shown() && i == t.w.player.row {
		v.SetPlaying(t.w.player.word)
	}
}

// height is that of row i at a width.
func (t *transcriptScreen) height(i int, width float32) float32 {
	if i >= t.length() {
		confirmed, tentative := t.speaking[i-t.length()].Text()
		return widget.SegmentHeight(confirmed+" "+tentative, t.speaker(i) != "", width)
	}
	if t.edits(i) {
		t.editor.SetMinRowsVisible(widget.SegmentLines(t.editor.Text, width))
		return widget.EditorHeight(t.editorBox.MinSize().Height, t.speaker(i) != "")
	}
	text := t.at(i).Text
	if speaking := t.speakingAt(i); speaking != "" {
		text += " " + speaking
	}
	return widget.SegmentHeight(text, t.speaker(i) != "", width)
}

// begin is when an utterance began, in seconds.
func begin(u app.Utterance) float64 {
	for _, w := range slices.Concat(u.Confirmed, u.Tentative) {
		return w.Start
	}
	return 0
}

func (t *transcriptScreen) speakerAt(i int) string {
	if i >= t.length() {
		return t.speaking[i-t.length()].Speaker
	}
	return t.at(i).Speaker
}

// speaker is the name to show at row i: only where it changes.
func (t *transcriptScreen) speaker(i int) string {
	if i > 0 && t.speakerAt(i-1) == t.speakerAt(i) {
		return ""
	}
	return t.speakerAt(i)
}

// bar is the colour of a speaker.
func (t *transcriptScreen) bar(speaker string) fyne.ThemeColorName {
	if colour, known := t.colours[speaker]; known && speaker != "" {
		return colour
	}
	return look.Line
}

// isLive reports whether the open transcript is being recorded.
func (t *transcriptScreen) isLive() bool {
	return t.open != 0 && t.live.Transcript == t.open && !t.live.Ended()
}

// growing reports whether the open transcript is of sound that is still being
// recorded, which is known before its recording is heard of.
func (t *transcriptScreen) growing() bool {
	return t.entry.State == app.StateRunning && t.entry.Source.Hash == ""
}

// recording shows what is being said, if this transcript is being recorded.
func (t *transcriptScreen) recording(r app.Recording) {
	was := t.isLive()
	t.live = r
	var speaking []app.Utterance
	for _, u := range r.Open {
		if t.isLive() && len(u.Confirmed)+len(u.Tentative) > 0 {
			speaking = append(speaking, u)
		}
	}
	if !t.isLive() && !was {
		return
	}
	if t.showLive(); !t.isLive() {
		t.showEntry()
		if !t.loading && t.shown() {
			t.w.player.open(t.open) // it can be heard now
		}
	}
	if !slices.EqualFunc(speaking, t.speaking, sameUtterance) {
		follow := t.rows.AtEnd()
		t.speak(speaking)
		for i := range speaking {
			t.rows.Changed(t.length() + i)
		}
		t.rows.Refresh()
		if follow {
			t.rows.ScrollToEnd()
		}
		t.showNone()
	}
}

func sameUtterance(a, b app.Utterance) bool {
	return a.Speaker == b.Speaker && slices.Equal(a.Confirmed, b.Confirmed) && slices.Equal(a.Tentative, b.Tentative)
}

// showLive says what is recorded, that it is safe, and how far the text is
// behind.
func (t *transcriptScreen) showLive() {
	if !t.isLive() {
		return
	}
	var names []string
	for _, in := range t.live.Inputs {
		if in.System {
			names = append(names, fmt.Sprintf(lang.L("Computer: %s"), in.Name))
		} else {
			names = append(names, fmt.Sprintf(lang.L("Microphone: %s"), in.Name))
		}
	}
	meta := strings.Join(names, " · ")
	switch {
	case t.live.Loading:
		meta += " · " + lang.L("loading the model")
	case t.live.Device != "":
		meta += " · " + fmt.Sprintf(lang.L("lag %.1f s"), t.live.Lag)
	}
	t.meta.SetText(meta)
	switch t.live.Stage {
	case app.RecordingOpening:
		t.state.Set(lang.L("waiting for sound"), look.Warning, look.Line)
	case app.RecordingPaused:
		t.state.Set(lang.L("paused"), look.Warning, look.Line)
	default:
		t.state.Set(lang.L("saved to disk"), look.Accent, look.AccentSoft)
	}
}
