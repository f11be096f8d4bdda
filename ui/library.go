package ui

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"

	"earshot/app"
	"earshot/ui/look"
	"earshot/ui/widget"
)

// library is the list on the left: everything transcribed, newest first, in
// groups by day. Of a large library only the pages are read that a person has
// scrolled to.
type library struct {
	w       *Window
	content fyne.CanvasObject
	rows    *widget.Rows
	empty   *widget.Text
	filters *filterBar
	several *selectionBar

	filter  app.Filter
	entries []app.Entry // newest first: all that was read
	total   int         // entries that the filter chooses
	reading bool
	stale   bool     // has to be read again after that
	since   []func() // what has happened while it is being read
	all     bool     // all are to be selected, once they have been read
	lines   []libraryLine
}

// libraryLine is a heading or an entry.
type libraryLine struct {
	heading string
	entry   app.Entry
}

// So many entries are read at once, when the last of those that were read is as
// near as this.
const (
	pageSize = 200
	pageNear = 50
)

func newLibrary(w *Window) *library {
	l := &library{w: w, rows: widget.NewRows(), empty: widget.NewText("", look.TextSize, look.Dim, fyne.TextStyle{}).Giving()}
	l.filters, l.several = newFilterBar(l), newSelectionBar(l)
	l.rows.Inset = 8
	l.rows.Length = func() int { return len(l.lines) }
	l.rows.Create = func() fyne.CanvasObject {
		v := widget.NewEntryView()
		v.StarTip, v.NoStarTip = lang.L("A favourite, no longer"), lang.L("Make it a favourite")
		return v
	}
	l.rows.Update = l.update
	l.rows.Height = func(i int, _ float32) float32 {
		if l.lines[i].heading != "" {
			return widget.HeadingHeight
		}
		return widget.EntryHeight
	}
	l.rows.Selectable = func(i int) bool { return l.lines[i].heading == "" }
	l.rows.OnSelected = func(i int) { w.transcript.openAt(l.lines[i].entry.ID, -1) }
	l.rows.OnAgain = l.rows.Choose
	l.letSelect()
	list := container.NewStack(l.rows,
		container.NewVBox(widget.NewSpace(0, 20), container.NewBorder(nil, nil, widget.NewSpace(18, 0), nil, l.empty)))
	bottom := container.New(layout.NewCustomPaddedVBoxLayout(0), widget.NewSpace(0, 4), l.several.content)
	l.content = container.NewBorder(l.filters.content, bottom, nil, nil, list)
	return l
}

// reload reads the library anew, as much of it as was read before.
func (l *library) reload() {
	if l.reading {
		l.stale = true
		return
	}
	l.read(app.Page{Limit: max(pageSize, len(l.entries))})
}

// more reads the next page.
func (l *library) more() {
	if !l.reading && len(l.entries) < l.total {
		p := app.Page{Offset: len(l.entries), Limit: pageSize}
		if l.all {
			p.Limit = 0
		}
		l.read(p)
	}
}

// read reads a part of the library. What happens meanwhile is newer than what
// was read, and done to it again.
func (l *library) read(p app.Page) {
	l.reading, l.stale, l.since = true, false, nil
	f := l.filter
	l.w.pump.start(func(ctx context.Context) func() {
		listing, err := l.w.app.Entries(ctx, f, p)
		return func() { l.show(p, listing, err) }
	})
}

func (l *library) show(p app.Page, listing app.Listing, err error) {
	l.reading = false
	if l.stale {
		l.reload()
		return
	}
	if err != nil {
		l.all = false
		l.w.complain(err)
		return
	}
	if p.Offset == 0 {
		l.entries = nil
	}
	l.total = listing.Total
	there := make(map[int64]bool, len(l.entries))
	for _, e := range l.entries {
		there[e.ID] = true
	}
	for _, e := range listing.Entries {
		if !there[e.ID] {
			l.entries = append(l.entries, e)
		}
	}
	for _, again := range l.since {
		again()
	}
	l.since = nil
	l.arrange()
	switch {
	case l.all && p.Limit == 0:
		l.all = false
		l.rows.SelectAll()
	case l.all:
		l.more()
	}
}

// later does something again when what is being read has come.
func (l *library) later(happened func()) {
	if l.reading {
		l.since = append(l.since, happened)
	}
}

// changed shows a new or different entry.
func (l *library) changed(e app.Entry) {
	if e.ID == 0 {
		return
	}
	l.later(func() { l.put(e) })
	if l.put(e); l.filtered() {
		l.reload() // only the library knows whether the filter still chooses it
		return
	}
	l.arrange()
}

// put puts an entry into its place, unless that has not been read yet.
func (l *library) put(e app.Entry) {
	if i := slices.IndexFunc(l.entries, func(o app.Entry) bool { return o.ID == e.ID }); i >= 0 {
		l.entries[i] = e
		return
	}
	if l.filtered() {
		return
	}
	i, _ := slices.BinarySearchFunc(l.entries, e, func(a, b app.Entry) int {
		return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(b.ID, a.ID))
	})
	if i < len(l.entries) || len(l.entries) >= l.total {
		l.entries = slices.Insert(l.entries, i, e)
	}
	l.total = max(l.total, len(l.entries))
}

func (l *library) removed(id int64) {
	l.later(func() { l.remove(id) })
	l.remove(id)
	l.arrange()
}

func (l *library) remove(id int64) {
	before := len(l.entries)
	l.entries = slices.DeleteFunc(l.entries, func(e app.Entry) bool { return e.ID == id })
	l.total -= before - len(l.entries)
}

// arrange makes the lines from the entries.
func (l *library) arrange() {
	was := l.ids()
	l.lines = l.lines[:0]
	group := ""
	for _, e := range l.entries {
		if g := dayGroup(e.Created, l.w.now()); g != group {
			group = g
			l.lines = append(l.lines, libraryLine{heading: strings.ToUpper(g)})
		}
		l.lines = append(l.lines, libraryLine{entry: e})
	}
	switch {
	case len(l.lines) > 0:
		l.empty.SetText("")
	case l.filtered():
		l.empty.SetText(lang.L("Nothing here is like that."))
	default:
		l.empty.SetText(lang.L("Your recordings will be here."))
	}
	l.filters.show()
	l.moved(was)
	l.rows.Remeasure()
}

// ids are the numbers of the lines' transcripts; headings have 0.
func (l *library) ids() []int64 {
	all := make([]int64, len(l.lines))
	for i, line := range l.lines {
		all[i] = line.entry.ID
	}
	return all
}

func (l *library) update(i int, o fyne.CanvasObject) {
	if i >= len(l.lines)-pageNear {
		l.more()
	}
	view := o.(*widget.EntryView)
	line := l.lines[i]
	if line.heading != "" {
		view.SetHeading(line.heading)
		return
	}
	about, color := l.w.about(line.entry)
	view.SetEntry(line.entry.Title, about, color)
	view.OnStar = func() { l.w.favour([]app.Entry{line.entry}) }
	view.SetFavourite(line.entry.Favourite)
}

// about is the line under an entry's title: when, how long, which language,
// which model, and what is special.
func (w *Window) about(e app.Entry) (text string, color fyne.ThemeColorName) {
	when := e.Created.Format("15:04")
	if daysBetween(e.Created, w.now()) > 1 {
		when = shortDayText(e.Created)
	}
	parts := []string{when, lengthText(e.Duration)}
	if e.Language != "" {
		parts = append(parts, e.Language)
	}
	color = look.Dim
	switch {
	case e.State == app.StateRunning && e.Source.Hash == "":
		return when + " · " + lang.L("recording"), look.Recording
	case e.State == app.StateRunning:
		parts, color = append(parts, lang.L("transcribing")), look.Accent
	case e.State == app.StateDone:
		parts = append(parts, hashed(e.Tags)...)
		parts = append(parts, e.Model)
	default:
		parts, color = append(parts, said(string(e.State))), look.Warning
		parts = append(parts, hashed(e.Tags)...)
	}
	return strings.Join(parts, " · "), color
}

// lengthText is a duration as one says it: 48 s, 12 min, 1 h 22 min.
func lengthText(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second)).Round(time.Second)
	switch minutes := int(d.Round(time.Minute).Minutes()); {
	case d < time.Minute:
		return fmt.Sprintf(lang.L("%d s"), int(d.Seconds()))
	case minutes < 60:
		return fmt.Sprintf(lang.L("%d min"), minutes)
	default:
		return fmt.Sprintf(lang.L("%d h %d min"), minutes/60, minutes%60)
	}
}

// dayGroup names the group of a day as seen from now.
func dayGroup(day, now time.Time) string {
	switch days := daysBetween(day, now); {
	case days <= 0:
		return lang.L("Today")
	case days == 1:
		return lang.L("Yesterday")
	case days < 7:
		return lang.L("This week")
	case day.Local().Year() == now.Local().Year():
		return monthName(day.Local().Month())
	default:
		return monthText(day)
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
