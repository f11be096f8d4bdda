package ui

import (
	"context"
	"sort"
	"strings"

	"earshot/app"
)

// What a person wants to hear.

const skipSeconds = 3

// So long before a word it is played from, to be understood, and so long after
// it to be heard to its end, in seconds.
const (
	leadIn  = 1.5
	leadOut = 0.7
)

// toggle plays, or pauses.
func (b *playerBar) toggle() {
	if b.transcript != 0 && b.player.Visible() {
		b.w.app.Deck().Toggle()
	}
}

func (b *playerBar) skip(seconds float64) {
	if b.transcript != 0 {
		b.w.app.Deck().Skip(seconds)
	}
}

// playFrom plays from a second on.
func (b *playerBar) playFrom(at float64) {
	if id := b.transcript; id != 0 && b.player.Visible() {
		b.setAway(false)
		b.command(func(ctx context.Context) error { return b.w.app.Deck().Play(ctx, id, at) })
	}
}

// loop plays the current row again and again.
func (b *playerBar) loop(on bool) {
	t, row := b.w.transcript, max(b.current(), 0)
	if !on || row >= t.length() {
		b.w.app.Deck().Unloop()
		b.player.SetLoop(false)
		return
	}
	id, s := b.transcript, t.at(row)
	b.command(func(ctx context.Context) error { return b.w.app.Deck().Loop(ctx, id, s.Start, s.End) })
}

// playRange plays from one second to another, once.
func (b *playerBar) playRange(from, to float64) {
	if id := b.transcript; id != 0 && b.player.Visible() {
		b.setAway(false)
		b.command(func(ctx context.Context) error { return b.w.app.Deck().PlayRange(ctx, id, from, to) })
	}
}

// replay plays the current row once: that which is selected or edited, or else
// is being said.
func (b *playerBar) replay() {
	if row := b.current(); row >= 0 {
		s := b.w.transcript.at(row)
		b.playRange(s.Start, s.End)
	}
}

// around plays from a little before the word at the caret on.
func (b *playerBar) around() {
	if row := b.current(); row >= 0 {
		b.playFrom(b.w.transcript.caretTime(row) - leadIn)
	}
}

// current is the row that what is heard is about, -1 if there is none.
func (b *playerBar) current() int {
	t := b.w.transcript
	if s, ok := t.current(); ok {
		return t.index(s.ID)
	}
	if b.row < t.length() {
		return b.row
	}
	return -1
}

// caretTime is when the word at the caret begins, or behind it where there is
// none; that is where a row which nobody is writing in begins.
func (t *transcriptScreen) caretTime(row int) float64 {
	s := t.at(row)
	if !t.edits(row) {
		return s.Start
	}
	if word := t.caretWord(s); word >= 0 {
		return s.Words[word].Start
	}
	return s.Start
}

// caretWord is the last word of the segment being edited that begins at or
// before the caret; -1 if there is none.
func (t *transcriptScreen) caretWord(s app.Segment) int {
	typed := []rune(t.editor.Text)
	before := string(typed[:min(t.editor.CursorTextOffset(), len(typed))])
	at := len(before) - (len(t.editor.Text) - len(strings.TrimLeft(t.editor.Text, " \t"))) // the document has no blanks there
	words := spans(s)
	return sort.Search(len(words), func(i int) bool { return words[i].Start > at }) - 1
}
