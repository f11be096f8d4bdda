package ui

import (
	"context"
	"fmt"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"

	"earshot/app"
	"earshot/ui/look"
	"earshot/ui/widget"
)

// Words whose underline says that they may be wrong, and the walk from one to
// the next: each is heard, and accepted, corrected or passed by.

// Words with this doubt or more are counted and walked through: all that are
// underlined.
const doubtful = 1

// doubts are the doubtful words of the open transcript.
type doubts struct {
	t       *transcriptScreen
	content *fyne.Container // what can be done about the word
	word    *widget.Text
	line    *aside           // the word, and beside it the buttons
	act     []*widget.Button // accept, correct
	skip    *widget.Button
	toggle  *widget.Button // whether they are shown

	left   int          // how many there are
	some   bool         // there were some
	at     app.Position // the word of the walk; no segment where none is walked
	second float64      // when that begins, for finding back once the text is another
}

func newDoubts(t *transcriptScreen) *doubts {
	d := &doubts{t: t, word: widget.NewText("", look.TextSize, look.Ink, fyne.TextStyle{}).Giving()}
	d.toggle = widget.NewButton(lang.L("Doubtful words"), widget.Ghost, func() { d.show(!d.shown()) })
	d.toggle.Tip = lang.L("Underline the words that may be wrong: the longer the strokes, the more doubtful")
	d.act = []*widget.Button{
		widget.NewButton(lang.L("Accept")+"  F9", widget.Plain, d.accept),
		widget.NewButton(lang.L("Correct")+"  "+lang.L("Enter"), widget.Plain, d.correct),
	}
	d.skip = widget.NewButton(lang.L("Skip")+"  F8", widget.Plain, d.forward)
	actions := container.NewHBox(d.act[0], d.act[1], d.skip,
		widget.NewButton(lang.L("Done")+"  "+lang.L("Esc"), widget.Ghost, func() { d.leave() }))
	d.line = &aside{text: d.word}
	d.content = container.New(&column{look.TextColumn, 24}, container.New(d.line, centred(d.word), actions))
	d.content.Hide()
	return d
}

// shown reports whether doubtful words are underlined.
func (d *doubts) shown() bool { return !d.t.w.app.Settings().HideDoubts }

// show underlines them or leaves the page calm, now and the next time.
func (d *doubts) show(on bool) {
	w := d.t.w
	s := w.app.Settings()
	s.HideDoubts = !on
	w.app.SetSettings(s)
	w.background(func(context.Context) error { return w.app.SaveSettings() })
	d.count()
	d.t.rows.Refresh()
}

// begin counts the words of another document, if there is one.
func (d *doubts) begin() {
	d.left, d.some, d.at = 0, false, app.Position{}
	if d.t.doc != nil {
		d.left = d.t.doc.Doubts(doubtful)
	}
	d.count()
	d.point()
}

// rewritten counts anew what a change is about.
func (d *doubts) rewritten(c app.Change) {
	for _, s := range c.Rows {
		d.left += doubtsIn(s.After) - doubtsIn(s.Before)
	}
	d.count()
	if d.at.Segment != 0 {
		d.point()
	}
}

func doubtsIn(segments []app.Segment) (n int) {
	for _, s := range segments {
		for _, w := range s.Words {
			if w.Doubt() >= doubtful {
				n++
			}
		}
	}
	return n
}

// count says how many are left; where they are not shown or there never were
// any, nothing.
func (d *doubts) count() {
	on, n := d.shown(), d.left
	d.some = d.some || n > 0
	d.toggle.SetOn(on)
	setVisible(d.toggle, d.some)
	if !on || !d.some {
		n = -1
	}
	if !d.t.shown() {
		return
	}
	bar := d.t.w.player
	bar.player.SetDoubts(n)
	instead := n > 0 && !bar.player.Visible()
	if setVisible(bar.doubts, instead); instead {
		bar.doubts.SetText(d.remaining() + "  F8")
	}
}

// remaining says how many are left.
func (d *doubts) remaining() string {
	if d.left == 0 {
		return lang.L("No doubtful words left")
	}
	return lang.N("{{.N}} doubtful words left", d.left, map[string]any{"N": d.left})
}

// current is the word of the walk, if it is still there and still doubtful.
func (d *doubts) current() (row int, word app.Word, ok bool) {
	row = d.t.index(d.at.Segment)
	if row < 0 {
		return row, word, false
	}
	words := d.t.at(row).Words
	if d.at.Word < 0 || d.at.Word >= len(words) {
		return row, word, false
	}
	word = words[d.at.Word]
	return row, word, word.Start == d.second && word.Doubt() >= doubtful
}

// from is where the walk goes on: behind its word or, where that is another by
// now, behind the words before it; or else at the current line.
func (d *doubts) from() app.Position {
	if row := d.t.index(d.at.Segment); row >= 0 {
		if _, _, ok := d.current(); ok {
			return d.at
		}
		p := app.Position{Segment: d.at.Segment, Word: -1}
		for _, w := range d.t.at(row).Words {
			if w.Start < d.second {
				p.Word++
			}
		}
		return p
	}
	s, _ := d.t.current()
	return app.Position{Segment: s.ID, Word: -1}
}

// forward goes to the next doubtful word, behind the last to the first.
func (d *doubts) forward() {
	if doc := d.t.doc; doc != nil {
		p, ok := doc.NextDoubt(d.from(), doubtful)
		if !ok {
			p, ok = doc.NextDoubt(app.Position{}, doubtful)
		}
		d.visit(p, ok)
	}
}

// back goes to the doubtful word before, from the first to the last.
func (d *doubts) back() {
	doc := d.t.doc
	if doc == nil {
		return
	}
	from := d.from()
	if _, _, ok := d.current(); !ok {
		from.Word++ // the words before it are among those
	}
	p, ok := doc.PreviousDoubt(from, doubtful)
	if !ok {
		p, ok = doc.PreviousDoubt(app.Position{}, doubtful)
	}
	d.visit(p, ok)
}

// visit shows a word and plays around it; there is none if not ok.
func (d *doubts) visit(p app.Position, ok bool) {
	t := d.t
	t.stopEditing()
	if !ok {
		d.leave()
		t.w.strip.passing(lang.L("No doubtful words are left."))
		return
	}
	row, was := t.index(p.Segment), t.index(d.at.Segment)
	word := t.at(row).Words[p.Word]
	d.at, d.second = p, word.Start
	d.point()
	t.w.showHome()
	t.rows.SetSelected(row)
	t.rows.Changed(was)
	t.rows.Changed(row)
	t.rows.Reveal(row)
	t.w.win.Canvas().Focus(t.rows)
	t.w.player.playRange(word.Start-leadIn, word.End+leadOut)
}

// point says which word the walk is at, and what can be done about it.
func (d *doubts) point() {
	_, word, ok := d.current()
	if ok {
		start, end := widget.Span{End: len(word.Text)}.Core(word.Text)
		d.word.SetText(fmt.Sprintf(lang.L("“%[1]s” is %.0[2]f %% certain"), word.Text[start:end], 100*word.Confidence))
	} else {
		d.word.SetText(d.remaining())
	}
	for _, b := range d.act {
		b.SetEnabled(ok)
	}
	d.skip.SetEnabled(d.left > 0)
	if walks := d.t.index(d.at.Segment) >= 0; walks != d.content.Visible() {
		setVisible(d.content, walks)
		d.t.content.Refresh()
	} else if walks {
		d.t.arrange()
	}
}

// spans are the words of a segment as they lie in its text, with their doubt if
// it is shown.
func (d *doubts) spans(s app.Segment) []widget.Span {
	all := spans(s)
	if d.shown() {
		for i, w := range s.Words {
			all[i].Doubt = w.Doubt()
		}
	}
	return all
}

// mark is the frame round the word of the walk, if it is one of the segment.
func (d *doubts) mark(s app.Segment, words []widget.Span) []widget.Mark {
	if _, _, ok := d.current(); !ok || s.ID != d.at.Segment {
		return nil
	}
	start, end := words[d.at.Word].Core(s.Text)
	return []widget.Mark{{Start: start, End: end, Current: true}}
}

// accept says that the word is right, and goes on.
func (d *doubts) accept() {
	if _, _, ok := d.current(); ok {
		d.t.did(d.t.doc.Accept(d.at), nil)
	}
	if d.at.Segment != 0 {
		d.forward()
	}
}

// correct opens the line with the word selected, to be written over.
func (d *doubts) correct() {
	row, _, ok := d.current()
	if !ok {
		return
	}
	s := d.t.at(row)
	start, end := spans(s)[d.at.Word].Core(s.Text)
	d.t.editAt(row, 0)
	widget.Select(&d.t.editor.Entry, utf8.RuneCountInString(s.Text[:start]), utf8.RuneCountInString(s.Text[start:end]))
}

// enter edits a row: from the word of the walk on, if that is there.
func (d *doubts) enter(row int) {
	if at, _, ok := d.current(); ok && at == row {
		d.correct()
	} else {
		d.t.edit(row)
	}
}

// leave ends the walk, and reports whether there was one.
func (d *doubts) leave() bool {
	row := d.t.index(d.at.Segment)
	d.at = app.Position{}
	d.point()
	d.t.rows.Changed(row)
	return row >= 0
}

// selected ends the walk when a person goes to another line.
func (d *doubts) selected(segment int64) {
	if d.at.Segment != 0 && d.at.Segment != segment {
		d.leave()
	}
}
