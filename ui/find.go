package ui

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"

	"earshot/app"
	"earshot/ui/look"
	"earshot/ui/widget"
)

// finder looks for words in the open transcript and replaces them. What it has
// found is always that of the document as it is.
type finder struct {
	t       *transcriptScreen
	bar     *widget.FindBar
	content *fyne.Container

	matches []app.Match // in order; none while the bar is closed
	current int         // the one that is shown, -1 for none
	at      place       // from where to look on
}

// place is a character of a segment.
type place struct {
	segment int64
	offset  int
}

func newFinder(t *transcriptScreen) *finder {
	f := &finder{t: t, bar: widget.NewFindBar(), current: -1}
	b := f.bar
	b.OnSearch = func(widget.Search) { f.search() }
	b.OnNext, b.OnPrevious, b.OnClose = f.next, f.previous, f.close
	b.OnReplace, b.OnReplaceAll = f.replace, f.replaceAll
	b.OnUndo, b.OnRedo = t.w.undo, t.w.redo
	b.OnShortcut, b.OnKey = t.w.shortcut, t.w.fieldKey
	b.OnHeight = func() { t.content.Refresh() }
	f.content = container.New(layout.NewCustomPaddedLayout(0, 8, 0, 0),
		container.NewStack(widget.NewCard(look.Panel, look.Line, look.Radius), b))
	f.content.Hide()
	return f
}

// findHere looks for something in the open transcript, and where none is open, in
// the library.
func (w *Window) findHere() {
	if w.transcript.canFind() {
		w.transcript.find.open()
	} else {
		w.searchEverything()
	}
}

// replaceHere is findHere with the line to write something else in.
func (w *Window) replaceHere() {
	if t := w.transcript; t.canFind() {
		t.find.bar.SetReplacing(true)
		t.find.open()
	}
}

// searchEverything goes to the field that searches the library.
func (w *Window) searchEverything() { w.win.Canvas().Focus(w.toolbar.search) }

// canFind reports whether a transcript is shown.
func (t *transcriptScreen) canFind() bool { return t.doc != nil && t.w.shows(t.content) }

func (f *finder) isOpen() bool { return f.content.Visible() }

// open shows the bar, with what is selected in the row that is being edited.
func (f *finder) open() {
	t, selected := f.t, ""
	if t.editing != 0 && !strings.Contains(t.editor.SelectedText(), "\n") {
		selected = t.editor.SelectedText()
	}
	if !f.isOpen() {
		f.at = place{segment: t.inView()}
		f.content.Show()
		t.content.Refresh()
	}
	f.at = f.here()
	f.bar.Open(t.w.win.Canvas(), selected)
	f.search()
}

// here is from where a person looks on: from the caret, from the row that they
// have selected, or else from the place that is shown.
func (f *finder) here() place {
	t := f.t
	switch s, some := t.current(); {
	case t.editing != 0:
		return place{s.ID, max(0, t.editor.CursorTextOffset()-utf8.RuneCountInString(t.editor.SelectedText()))}
	case some && s.ID != f.at.segment:
		return place{segment: s.ID}
	default:
		return f.at
	}
}

// inView is the first segment that is in view, 0 if there is none.
func (t *transcriptScreen) inView() int64 {
	for i := range t.length() {
		if t.rows.Item(i) != nil {
			return t.at(i).ID
		}
	}
	return 0
}

// close takes the bar away and goes back to the rows.
func (f *finder) close() {
	f.content.Hide()
	f.recount()
	f.t.content.Refresh()
	f.t.w.win.Canvas().Focus(f.t.rows)
}

// pattern is what the document is to look for.
func (f *finder) pattern() app.Pattern {
	s := f.bar.Search()
	return app.Pattern{Text: s.Text, Case: s.Case, Word: s.Word, Regexp: s.Regexp}
}

// search looks for what is in the bar now, and shows the first place.
func (f *finder) search() {
	f.recount()
	f.t.rows.Refresh()
	if len(f.matches) > 0 {
		f.show(f.from(f.here()))
	}
}

// recount looks again: the text is another. The place that is shown stays if it is
// still there. The rows that have changed are drawn by whoever has changed them.
func (f *finder) recount() {
	f.matches, f.current = nil, -1
	if !f.isOpen() || f.t.doc == nil {
		return
	}
	var err error
	if f.matches, err = f.t.doc.Find(f.pattern()); err != nil {
		f.bar.SetError(explain(err))
		return
	}
	if i := f.from(f.at); i < len(f.matches) && f.matches[i].Segment == f.at.segment && f.matches[i].Start == f.at.offset {
		f.current = i
	}
	f.bar.SetCount(f.current+1, len(f.matches))
}

// forget is for another document, which is not there yet.
func (f *finder) forget() {
	f.at = place{}
	f.recount()
}

// from is the first match at a place or after it; len(f.matches) if there is none.
func (f *finder) from(p place) int {
	first := app.Match{Row: f.t.index(p.segment), Start: p.offset}
	i, _ := slices.BinarySearchFunc(f.matches, first, func(a, b app.Match) int {
		return cmp.Or(cmp.Compare(a.Row, b.Row), cmp.Compare(a.Start, b.Start))
	})
	return i
}

// next goes to the next place, after the last to the first.
func (f *finder) next() { f.step(1) }

// previous goes to the place before, from the first to the last.
func (f *finder) previous() { f.step(-1) }

func (f *finder) step(by int) {
	switch {
	case !f.t.canFind():
	case !f.isOpen():
		f.open()
	case len(f.matches) > 0:
		here := f.here()
		i := f.from(here)
		if by < 0 || f.current == i && here == f.at {
			i += by
		}
		f.show(i)
	}
}

// show goes to a match, and from the ends on to the other end.
func (f *finder) show(i int) {
	t, n := f.t, len(f.matches)
	i = (i + n) % n
	t.stopEditing()
	before := f.current
	m := f.matches[i]
	f.current, f.at = i, place{m.Segment, m.Start}
	if before >= 0 {
		t.rows.Changed(f.matches[before].Row)
	}
	t.rows.SetSelected(m.Row)
	t.rows.Changed(m.Row)
	t.rows.Reveal(m.Row)
	f.bar.SetCount(i+1, n)
}

// replace writes something else where the shown match is and goes to the next; if
// none is shown, it goes to one first.
func (f *finder) replace(with string) {
	if f.current < 0 {
		f.next()
		return
	}
	m := f.matches[f.current]
	before := utf8.RuneCountInString(f.t.at(m.Row).Text)
	c, err := f.t.doc.Replace(f.pattern(), m, with)
	if err == nil {
		longer := utf8.RuneCountInString(f.t.at(m.Row).Text) - before
		f.at.offset = m.End + longer
	}
	f.t.did(c, err)
	if len(f.matches) > 0 {
		f.show(f.from(f.at))
	}
}

// replaceAll writes something else at every match, and says how many there were.
func (f *finder) replaceAll(with string) {
	f.t.stopEditing()
	c, n, err := f.t.doc.ReplaceAll(f.pattern(), with)
	if f.t.did(c, err); err == nil {
		f.t.w.strip.passing(lang.N("Replaced {{.N}} places.", n, map[string]any{"N": n}))
	}
}

// marks are the matches in row i, as they lie in its text.
func (f *finder) marks(i int) []widget.Mark {
	from, _ := slices.BinarySearchFunc(f.matches, i, func(m app.Match, row int) int { return cmp.Compare(m.Row, row) })
	var marks []widget.Mark
	for n := from; n < len(f.matches) && f.matches[n].Row == i; n++ {
		m, text := f.matches[n], f.t.at(i).Text
		marks = append(marks, widget.Mark{Start: byteAt(text, m.Start), End: byteAt(text, m.End), Current: n == f.current})
	}
	return marks
}

// byteAt is where a character of a text begins, or the text's end.
func byteAt(text string, character int) int {
	for at := range text {
		if character == 0 {
			return at
		}
		character--
	}
	return len(text)
}
