package ui

import (
	"fmt"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"

	"earshot/app"
	"earshot/ui/look"
	"earshot/ui/widget"
)

// compareScreen shows the open transcript's text beside another one, row by row,
// and takes rows of that. It shows what the document says now: a row that was
// taken is the same and goes, and comes back when that is undone.
type compareScreen struct {
	w        *Window
	content  *fyne.Container
	title    *widget.Text
	says     *widget.Text
	present  *widget.Text // the heads of the columns
	other    *widget.Text
	all      *widget.Button // whether rows that are the same are shown
	takeMany *widget.Button
	rows     *widget.Rows
	none     *widget.Text
	question *fyne.Container // about rows that were left
	asks     *widget.Text

	of    *transcriptScreen // nil while nothing is compared
	with  otherText
	pairs []app.Compared // all of them
	shown []int          // of pairs, in the rows
	left  []app.Compared // that are asked about
}

func newCompareScreen(w *Window) *compareScreen {
	s := &compareScreen{
		w: w, rows: widget.NewRows(),
		title: widget.NewText("", look.TitleSize, look.Ink, fyne.TextStyle{Bold: true}).Giving(),
		says:  widget.NewText("", look.TextSize, look.Dim, fyne.TextStyle{}).Giving(),
		none:  widget.NewText("", look.TextSize, look.Dim, fyne.TextStyle{}).Aligned(fyne.TextAlignCenter).Giving(),
		asks:  widget.NewText("", look.TextSize, look.Ink, fyne.TextStyle{}).Giving(),
	}
	heading := func() *widget.Text {
		return widget.NewText("", look.SmallSize, look.Dim, fyne.TextStyle{Bold: true}).Giving()
	}
	s.present, s.other = heading(), heading()
	s.present.SetText(lang.L("Present text"))
	s.all = widget.NewButton(lang.L("All lines"), widget.Ghost, func() { s.showAll(!s.all.On) })
	s.takeMany = widget.NewButton("", widget.Plain, s.takeAll)
	s.rows.Column, s.rows.Inset = look.TextColumn, 24
	s.rows.Length = func() int { return len(s.shown) }
	s.rows.Create = s.create
	s.rows.Update = func(i int, o fyne.CanvasObject) { o.(*widget.CompareView).Set(s.comparison(i)) }
	s.rows.Height = func(i int, width float32) float32 { return widget.CompareHeight(s.comparison(i), width) }
	s.rows.Estimate = func(i int, width float32) float32 { return widget.CompareEstimate(s.comparison(i), width) }
	s.rows.OnAgain = s.take
	s.rows.OnSpace = func() { s.play(s.rows.Selected()) }
	s.rows.OnKey = s.typedKey
	s.content = s.layout()
	return s
}

func (s *compareScreen) layout() *fyne.Container {
	done := widget.NewButton(lang.L("Done"), widget.Primary, s.done)
	top := container.NewBorder(nil, nil, nil, container.NewHBox(s.all, s.takeMany, done), centred(s.title))
	s.question = container.New(layout.NewCustomPaddedLayout(8, 0, 0, 0), formCard(container.NewBorder(nil, nil, nil, container.NewHBox(
		widget.NewButton(lang.L("Take it anyway"), widget.Plain, s.takeLeft),
		widget.NewButton(lang.L("Leave as it is"), widget.Plain, func() { s.ask(nil) })), centred(s.asks))))
	s.question.Hide()
	head := container.New(&column{look.TextColumn, 24}, container.New(layout.NewCustomPaddedVBoxLayout(4),
		widget.NewSpace(0, 12), top, s.says, s.question, widget.NewSpace(0, 8),
		container.New(widget.CompareColumns{}, s.present, s.other), widget.NewLine(false)))
	return container.NewBorder(head, widget.NewSpace(0, 8), nil, nil, container.NewStack(s.rows, centred(s.none)))
}

func (s *compareScreen) create() fyne.CanvasObject {
	v := widget.NewCompareView()
	v.OnTake = s.take
	v.OnTime = s.play
	return v
}

// show compares an open transcript with another text.
func (s *compareScreen) show(t *transcriptScreen, with otherText) {
	if t.doc == nil {
		return
	}
	t.stopEditing()
	s.of, s.with = t, with
	s.title.SetText(fmt.Sprintf(lang.L("Compare “%s”"), t.entry.Title))
	s.other.SetText(with.name)
	s.all.SetOn(false)
	if s.takeMany.SetText(lang.L("Take all unedited")); with.machine {
		s.takeMany.SetText(lang.L("Take all"))
	}
	s.ask(nil)
	s.compare()
	s.rows.Reset()
	s.rows.SetSelected(min(0, len(s.shown)-1))
	s.w.show(s.content)
	s.w.player.arrange()
	s.w.win.Canvas().Focus(s.rows)
}

// isOpen reports whether a transcript is compared, and a person sees it.
func (s *compareScreen) isOpen(t *transcriptScreen) bool {
	return s.of == t && t != nil && s.w.shows(s.content)
}

// rewritten compares anew: the document says something else.
func (s *compareScreen) rewritten(t *transcriptScreen) {
	if !s.isOpen(t) {
		return
	}
	at := s.rows.Selected()
	s.compare()
	s.rows.Remeasure()
	s.rows.SetSelected(min(at, len(s.shown)-1))
	s.rows.ScrollTo(s.rows.Selected())
}

// forget ends comparing a transcript that is closed.
func (s *compareScreen) forget(t *transcriptScreen) {
	if s.of == t {
		s.of, s.pairs, s.shown, s.left = nil, nil, nil, nil
		s.rows.Reset()
	}
}

// compare finds out what differs.
func (s *compareScreen) compare() {
	s.pairs, s.shown = s.with.compared(s.of.doc), nil
	differ := 0
	for i, c := range s.pairs {
		if !c.IsSame() {
			differ++
		}
		if s.all.On || !c.IsSame() {
			s.shown = append(s.shown, i)
		}
	}
	says, none := s.with.notes, ""
	switch {
	case differ > 0:
		says = append([]string{lang.N("{{.N}} lines differ", differ, map[string]any{"N": differ})}, says...)
	case len(s.shown) > 0:
		says = append([]string{lang.L("Both texts say the same.")}, says...)
	default:
		none = lang.L("Both texts say the same.")
	}
	s.says.SetText(strings.Join(says, " · "))
	s.none.SetText(none)
	s.takeMany.SetEnabled(differ > 0)
}

// comparison is what row i shows.
func (s *compareScreen) comparison(i int) widget.Comparison {
	c := s.pairs[s.shown[i]]
	from, _ := limits(c)
	row := widget.Comparison{Row: i, Time: app.Clock(from), Here: joined(c.Present), There: joined(c.Other)}
	switch {
	case s.with.machine || !c.Edited:
	case len(c.Present) == 0:
		row.Note = lang.L("deleted")
	default:
		row.Note = lang.L("edited")
	}
	return row
}

// joined are the texts of segments, one after the other.
func joined(segments []app.Segment) string {
	texts := make([]string, len(segments))
	for i, s := range segments {
		texts[i] = s.Text
	}
	return strings.Join(texts, " ")
}

// limits are when the speech of a row begins and ends.
func limits(c app.Compared) (from, to float64) {
	all := c.Present
	if len(all) == 0 {
		all = c.Other
	}
	from, to = all[0].Start, all[0].End
	for _, s := range all {
		to = max(to, s.End)
	}
	return from, to
}

// play plays what row i is about.
func (s *compareScreen) play(i int) {
	if i >= 0 && i < len(s.shown) {
		s.w.player.playRange(limits(s.pairs[s.shown[i]]))
	}
}

// take puts the other text of row i into the document. If somebody has edited the
// row it asks, unless the other text is the machine's: that differs because they
// did.
func (s *compareScreen) take(i int) {
	if s.of == nil || i < 0 || i >= len(s.shown) {
		return
	}
	s.rows.SetSelected(i)
	c := s.pairs[s.shown[i]]
	if s.ask(nil); s.with.machine && !c.IsSame() {
		change, _ := s.of.doc.Take(c)
		s.did(change)
		return
	}
	s.takeUnedited(c)
}

// takeAll takes every row that nobody has edited and asks about the others; of
// the machine's text about all.
func (s *compareScreen) takeAll() {
	if s.of == nil {
		return
	}
	if s.with.machine {
		s.ask(s.pairs)
		return
	}
	s.takeUnedited(s.pairs...)
}

func (s *compareScreen) takeUnedited(rows ...app.Compared) {
	change, left := s.of.doc.TakeUnedited(rows)
	s.did(change)
	s.ask(left)
}

// takeLeft takes what was asked about.
func (s *compareScreen) takeLeft() {
	left := s.left
	s.ask(nil)
	if s.of != nil {
		change, _ := s.of.doc.Take(left...)
		s.did(change)
	}
}

// ask asks whether to take rows that a person has edited or that would go; nil
// asks nothing.
func (s *compareScreen) ask(left []app.Compared) {
	s.left = left
	differ := 0
	for _, c := range left {
		if !c.IsSame() {
			differ++
		}
	}
	if setVisible(s.question, len(left) > 0); len(left) > 0 {
		s.asks.SetText(lang.N("{{.N}} lines were edited or would be removed.", differ, map[string]any{"N": differ}))
	}
	s.content.Refresh()
}

// did shows what was done to the document.
func (s *compareScreen) did(c app.Change) {
	s.of.doc.EndRun()
	s.of.did(c, nil)
}

// showAll shows the rows that are the same too, or no longer.
func (s *compareScreen) showAll(on bool) {
	s.all.SetOn(on)
	if s.of != nil {
		s.compare()
		s.rows.Reset()
		s.rows.SetSelected(min(0, len(s.shown)-1))
	}
}

// done goes back to the transcript, where the current row is.
func (s *compareScreen) done() {
	t, at := s.of, -1.0
	if i := s.rows.Selected(); t != nil && i >= 0 && i < len(s.shown) {
		at, _ = limits(s.pairs[s.shown[i]])
	}
	s.of = nil
	s.w.showHome()
	if t != nil && t.shown() {
		t.showAt(at)
		s.w.win.Canvas().Focus(t.rows)
	}
}

// typedKey serves keys that mean the current row here.
func (s *compareScreen) typedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyEscape:
		s.done()
	case fyne.KeyDelete: // it would be the transcript's
	default:
		s.w.typedKey(e)
	}
}
