package ui

import (
	"context"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"earshot/app"
	"earshot/ui/look"
	"earshot/ui/widget"
)

// library is the list on the left: everything transcribed, newest first, in
// groups by day; or what a search has found.
type library struct {
	w       *Window
	content fyne.CanvasObject
	rows    *widget.Rows
	empty   *widget.Text

	entries []app.Entry // newest first
	query   string
	hits    map[int64]app.Hit // newest hit of each transcript, for the query
	lines   []libraryLine
}

// libraryLine is a heading or an entry.
type libraryLine struct {
	heading string
	entry   app.Entry
}

// Most places that a search in the window looks at.
const searchLimit = 500

func newLibrary(w *Window) *library {
	l := &library{w: w, rows: widget.NewRows(), empty: widget.NewText("", look.TextSize, look.Dim, fyne.TextStyle{}).Giving()}
	l.rows.Inset = 8
	l.rows.Length = func() int { return len(l.lines) }
	l.rows.Create = func() fyne.CanvasObject { return widget.NewEntryView() }
	l.rows.Update = l.update
	l.rows.Height = func(i int, _ float32) float32 {
		if l.lines[i].heading != "" {
			return widget.HeadingHeight
		}
		return widget.EntryHeight
	}
	l.rows.Selectable = func(i int) bool { return l.lines[i].heading == "" }
	l.rows.OnSelected = func(i int) { l.choose(l.lines[i].entry.ID) }
	l.rows.OnKey = w.typedKey
	l.content = container.NewStack(
		container.NewBorder(widget.NewSpace(0, 4), widget.NewSpace(0, 4), nil, nil, l.rows),
		container.NewVBox(widget.NewSpace(0, 24), container.NewBorder(nil, nil, widget.NewSpace(18, 0), nil, l.empty)))
	return l
}

// reload reads the library.
func (l *library) reload() {
	l.w.pump.start(func(ctx context.Context) func() {
		entries, err := l.w.app.List(ctx)
		return func() {
			if err != nil {
				l.w.complain(err)
				return
			}
			// What has changed since is newer than what was read.
			for _, e := range l.entries {
				entries = putEntry(entries, e)
			}
			l.entries = entries
			l.arrange()
		}
	})
}

// changed shows a new or different entry.
func (l *library) changed(e app.Entry) {
	if e.ID == 0 {
		return
	}
	l.entries = putEntry(l.entries, e)
	l.arrange()
}

func putEntry(entries []app.Entry, e app.Entry) []app.Entry {
	if i := slices.IndexFunc(entries, func(o app.Entry) bool { return o.ID == e.ID }); i >= 0 {
		entries[i] = e
		return entries
	}
	i, _ := slices.BinarySearchFunc(entries, e, func(a, b app.Entry) int {
		if c := b.Created.Compare(a.Created); c != 0 {
			return c
		}
		return int(b.ID - a.ID)
	})
	return slices.Insert(entries, i, e)
}

func (l *library) removed(id int64) {
	l.entries = slices.DeleteFunc(l.entries, func(e app.Entry) bool { return e.ID == id })
	l.arrange()
}

// search shows only what the query finds, in titles and in text.
func (l *library) search(query string) {
	l.query = strings.TrimSpace(query)
	if l.query == "" {
		l.hits = nil
		l.arrange()
		return
	}
	asked := l.query
	l.w.pump.start(func(ctx context.Context) func() {
		hits, err := l.w.app.Search(ctx, asked, searchLimit)
		return func() {
			if asked != l.query {
				return // a newer search is on its way
			}
			if err != nil {
				l.w.complain(err)
			}
			l.hits = map[int64]app.Hit{}
			for _, h := range slices.Backward(hits) {
				l.hits[h.Entry.ID] = h
			}
			l.arrange()
		}
	})
}

// arrange makes the lines from the entries.
func (l *library) arrange() {
	l.lines = l.lines[:0]
	group := ""
	for _, e := range l.entries {
		if !l.matches(e) {
			continue
		}
		if g := dayGroup(e.Created, l.w.now()); g != group {
			group = g
			l.lines = append(l.lines, libraryLine{heading: strings.ToUpper(g)})
		}
		l.lines = append(l.lines, libraryLine{entry: e})
	}
	switch {
	case len(l.lines) > 0:
		l.empty.SetText("")
	case l.query != "":
		l.empty.SetText("Nothing found.")
	default:
		l.empty.SetText("Your recordings will be here.")
	}
	l.mark()
	l.rows.Remeasure()
}

func (l *library) matches(e app.Entry) bool {
	if l.query == "" {
		return true
	}
	_, hit := l.hits[e.ID]
	return hit || strings.Contains(strings.ToLower(e.Title), strings.ToLower(l.query))
}

// mark selects the line of the open transcript.
func (l *library) mark() {
	open := l.w.transcript.open
	l.rows.SetSelected(slices.IndexFunc(l.lines, func(line libraryLine) bool {
		return open != 0 && line.heading == "" && line.entry.ID == open
	}))
}

func (l *library) choose(id int64) {
	at := -1.0
	if h, ok := l.hits[id]; ok {
		at = h.Segment.Start
	}
	l.w.transcript.openAt(id, at)
}

func (l *library) update(i int, o fyne.CanvasObject) {
	view := o.(*widget.EntryView)
	line := l.lines[i]
	if line.heading != "" {
		view.SetHeading(line.heading)
		return
	}
	if h, ok := l.hits[line.entry.ID]; ok {
		view.SetEntry(line.entry.Title, plainSnippet(h.Snippet), look.Dim)
		return
	}
	about, color := l.w.about(line.entry)
	view.SetEntry(line.entry.Title, about, color)
}

// plainSnippet shows the text around a match, from shortly before it.
func plainSnippet(snippet string) string {
	before, rest, found := strings.Cut(snippet, app.HitStart)
	if words := strings.Fields(before); found && len(words) > 2 {
		before = "…" + strings.Join(words[len(words)-2:], " ") + " "
	}
	return strings.NewReplacer(app.HitStart, "", app.HitEnd, "", "\n", " ").Replace(before + rest)
}

// about is the line under an entry's title: when, how long, which language,
// which model, and what is special.
func (w *Window) about(e app.Entry) (text string, color fyne.ThemeColorName) {
	when := e.Created.Format("15:04")
	if daysBetween(e.Created, w.now()) > 1 {
		when = e.Created.Format("2 Jan")
	}
	parts := []string{when, lengthText(e.Duration)}
	if e.Language != "" {
		parts = append(parts, e.Language)
	}
	color = look.Dim
	switch {
	case e.State == app.StateRunning && e.Source.Hash == "":
		return when + " · recording", look.Recording
	case e.State == app.StateRunning:
		parts, color = append(parts, "transcribing"), look.Accent
	case e.State == app.StateDone:
		parts = append(parts, e.Model)
	default:
		parts, color = append(parts, string(e.State)), look.Warning
	}
	return strings.Join(parts, " · "), color
}

// lengthText is a duration as one says it: 48 s, 12 min, 1 h 22 min.
func lengthText(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second)).Round(time.Second)
	switch minutes := int(d.Round(time.Minute).Minutes()); {
	case d < time.Minute:
		return plain(int(d.Seconds())) + " s"
	case minutes < 60:
		return plain(minutes) + " min"
	default:
		return plain(minutes/60) + " h " + plain(minutes%60) + " min"
	}
}

// dayGroup names the group of a day as seen from now.
func dayGroup(day, now time.Time) string {
	switch days := daysBetween(day, now); {
	case days <= 0:
		return "Today"
	case days == 1:
		return "Yesterday"
	case days < 7:
		return "This week"
	case day.Local().Year() == now.Local().Year():
		return day.Local().Format("January")
	default:
		return day.Local().Format("January 2006")
	}
}

// daysBetween counts the midnights from a to b, local time.
func daysBetween(a, b time.Time) int {
	midnight := func(t time.Time) time.Time {
		y, m, d := t.Local().Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	return int(midnight(b).Sub(midnight(a)).Hours() / 24)
}
