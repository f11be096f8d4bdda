package ui

import (
	"context"
	"fmt"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	fynewidget "fyne.io/fyne/v2/widget"

	"earshot/app"
	"earshot/ui/look"
	"earshot/ui/widget"
)

// searchScreen is what a search has found: places, newest transcript first,
// those of one transcript one after the other.
type searchScreen struct {
	w       *Window
	content fyne.CanvasObject
	title   *widget.Text
	counts  *widget.Text
	rows    *widget.Rows

	query  string
	cancel context.CancelFunc // ends the search that is going on
	lines  []searchLine
}

// searchLine is a place, or a transcript that was found by its title.
type searchLine struct {
	group app.Group
	hit   *app.Hit
}

// What a search in the window is content with: this many places, and those that
// are found in this time.
const (
	searchLimit  = 200
	searchWithin = 250 * time.Millisecond
)

const searchHint = `Words, "words in a row", begin*, OR, NOT; speaker:Ann, lang:de, tag:work, before:2026-01-31, after:2026`

func newSearchScreen(w *Window) *searchScreen {
	s := &searchScreen{
		w: w, rows: widget.NewRows(), cancel: func() {},
		title:  widget.NewText("", look.TitleSize, look.Ink, fyne.TextStyle{Bold: true}).Giving(),
		counts: widget.NewText("", 12.5, look.Dim, fyne.TextStyle{}).Giving(),
	}
	s.rows.Column, s.rows.Inset, s.rows.Cards = look.TextColumn, 24, true
	s.rows.Length = func() int { return len(s.lines) }
	s.rows.Create = func() fyne.CanvasObject { return widget.NewResultView() }
	s.rows.Update = func(i int, o fyne.CanvasObject) { s.fill(s.lines[i], o.(*widget.ResultView)) }
	s.rows.Height = func(int, float32) float32 { return widget.ResultHeight }
	s.rows.OnTapped = s.open
	s.rows.OnAgain = s.open
	s.rows.OnKey = func(e *fyne.KeyEvent) {
		if e.Name == fyne.KeyEscape {
			w.toolbar.search.SetText("")
		}
	}
	hint := widget.NewText(lang.L(searchHint), look.SmallSize, look.Faint, fyne.TextStyle{}).Giving()
	head := container.New(&column{look.TextColumn, 24}, container.New(layout.NewCustomPaddedVBoxLayout(4),
		widget.NewSpace(0, 18), s.title, s.counts, hint, widget.NewSpace(0, 8)))
	s.content = container.NewBorder(head, widget.NewSpace(0, 8), nil, nil, s.rows)
	return s
}

// find searches for what has been typed so far; an earlier search ends.
func (s *searchScreen) find(query string) {
	s.cancel()
	if s.query = strings.TrimSpace(query); s.query == "" {
		s.lines = nil
		if s.w.shows(s.content) {
			s.w.showHome()
		}
		return
	}
	ctx, cancel := context.WithCancel(s.w.pump.ctx)
	s.cancel = cancel
	asked := s.query
	s.w.pump.start(func(context.Context) func() {
		defer cancel()
		found, err := s.w.app.Find(ctx, asked, app.FindOptions{Limit: searchLimit, Within: searchWithin})
		return func() {
			if asked == s.query {
				s.found(found, err)
			}
		}
	})
}

// found shows the result of a search.
func (s *searchScreen) found(found app.Found, err error) {
	if err != nil {
		s.w.complain(err)
		return
	}
	s.lines = nil
	for _, g := range found.Groups {
		if len(g.Hits) == 0 || g.Title != "" {
			s.lines = append(s.lines, searchLine{group: g})
		}
		for i := range g.Hits {
			s.lines = append(s.lines, searchLine{group: g, hit: &g.Hits[i]})
		}
	}
	s.title.SetText(s.query)
	s.counts.SetText(countText(s.query, len(s.lines), len(found.Groups), found.More))
	s.rows.Reset()
	if len(s.lines) > 0 {
		s.rows.SetSelected(0)
	}
	s.w.show(s.content)
}

// countText says how much was found.
func countText(query string, places, found int, more bool) string {
	text := fmt.Sprintf(lang.L("%s in %s · newest first"), lang.N("{{.N}} places", places, map[string]any{"N": places}), recordings(found))
	switch {
	case app.ParseQuery(query).Empty():
		return lang.L("Go on typing.")
	case places == 0 && more:
		return lang.L("Nothing found so far: the search took too long. More words make it quicker.")
	case places == 0:
		return lang.L("Nothing found.")
	case more:
		return text + " · " + lang.L("there may be more")
	}
	return text
}

func (s *searchScreen) fill(line searchLine, v *widget.ResultView) {
	e := line.group.Entry
	title, about, _ := e.Title, "", look.Dim
	if line.hit == nil {
		if line.group.Title != "" {
			title = line.group.Title
		}
		about, _ = s.w.about(e)
		v.SetResult(runs(title), "", []widget.Run{{Text: about}})
		return
	}
	about = app.Clock(line.hit.Segment.Start)
	if speaker := line.hit.Segment.Speaker; speaker != "" {
		about += " · " + speaker
	}
	v.SetResult([]widget.Run{{Text: title}}, about, runs(shortly(line.hit.Snippet)))
}

// shortly begins a snippet shortly before its first match.
func shortly(snippet string) string {
	const words = 8
	before, rest, found := strings.Cut(strings.ReplaceAll(snippet, "\n", " "), app.HitStart)
	if !found {
		return before
	}
	if all := strings.Fields(before); len(all) > words {
		before = "…" + strings.Join(all[len(all)-words:], " ") + " "
	}
	return before + app.HitStart + rest
}

// runs takes text apart at the marks around what was found.
func runs(text string) []widget.Run {
	var all []widget.Run
	for text != "" {
		before, rest, _ := strings.Cut(text, app.HitStart)
		match, after, _ := strings.Cut(rest, app.HitEnd)
		for _, r := range []widget.Run{{Text: before}, {Text: match, Marked: true}} {
			if r.Text != "" {
				all = append(all, r)
			}
		}
		text = after
	}
	return all
}

// step goes up or down while the focus stays in the search field.
func (s *searchScreen) step(by int) {
	if i := s.rows.Selected() + by; i >= 0 && i < len(s.lines) {
		s.rows.SetSelected(i)
		s.rows.ScrollTo(i)
	}
}

// open opens the transcript of a line at its place, and plays from there.
func (s *searchScreen) open(i int) {
	if i < 0 || i >= len(s.lines) {
		return
	}
	id := s.lines[i].group.Entry.ID
	s.w.win.Canvas().Unfocus()
	if s.lines[i].hit == nil {
		s.w.transcript.openAt(id, -1)
		return
	}
	at := s.lines[i].hit.Segment.Start
	s.w.transcript.openAt(id, at)
	s.w.player.command(func(ctx context.Context) error { return s.w.app.Deck().Play(ctx, id, at) })
}

// searchEntry is the field to search with: Escape empties it, the arrows go
// through what was found, Enter opens it.
type searchEntry struct {
	fynewidget.Entry
	w        *Window
	shortcut func(fyne.Shortcut) bool
}

func newSearchEntry(w *Window, changed func(string)) *searchEntry {
	s := &searchEntry{w: w, shortcut: w.shortcut}
	s.ExtendBaseWidget(s)
	s.SetPlaceHolder(lang.L("Search everything ever said"))
	s.OnChanged = changed
	return s
}

// TypedKey implements fyne.Focusable.
func (s *searchEntry) TypedKey(e *fyne.KeyEvent) {
	switch results := s.w.search; {
	case e.Name == fyne.KeyEscape:
		s.SetText("")
	case e.Name == fyne.KeyDown:
		results.step(1)
	case e.Name == fyne.KeyUp:
		results.step(-1)
	case e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter:
		results.open(results.rows.Selected())
	case s.w.fieldKey(e):
	default:
		s.Entry.TypedKey(e)
	}
}

// FocusGained implements fyne.Focusable: what was found last is shown again.
func (s *searchEntry) FocusGained() {
	s.Entry.FocusGained()
	if len(s.w.search.lines) > 0 {
		s.w.show(s.w.search.content)
	}
}

// TypedShortcut implements fyne.Shortcutable: the window's come first.
func (s *searchEntry) TypedShortcut(typed fyne.Shortcut) {
	if !s.shortcut(typed) {
		s.Entry.TypedShortcut(typed)
	}
}
