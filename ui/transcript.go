package ui

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	fynewidget "fyne.io/fyne/v2/widget"

	"earshot/app"
	"earshot/ui/look"
	"earshot/ui/widget"
)

// transcriptScreen shows one transcript: its title, what is known of it, and
// its segments as they come.
type transcriptScreen struct {
	w       *Window
	content fyne.CanvasObject

	title    *widget.Text
	naming   *renameEntry
	titleBox *fyne.Container
	meta     *widget.Text
	state    *widget.Chip
	warnings *fyne.Container
	resume   *widget.Button
	again    *widget.Button
	omitted  *widget.Button
	rows     *widget.Rows
	none     *widget.Text

	open      int64 // id of the transcript shown, 0 for none
	entry     app.Entry
	segments  []app.Segment
	pending   []app.Segment // that came while the transcript was being read; nil when it is there
	omissions []app.Omission
	speaking  []app.Utterance // what is being said, if this is being recorded
	live      app.Recording   // how that stands
	speakers  map[string]int  // in the order in which they were heard
	editing   int64           // the segment that is being edited; 0 for none
	editor    *segmentEntry
	loading   bool
	awaiting  bool // the next transcript that begins is to be opened
}

func newTranscriptScreen(w *Window) *transcriptScreen {
	t := &transcriptScreen{
		w:        w,
		title:    widget.NewText("", look.TitleSize, look.Ink, fyne.TextStyle{Bold: true}).Giving(),
		meta:     widget.NewText("", 12.5, look.Dim, fyne.TextStyle{}).Giving(),
		state:    widget.NewChip(),
		warnings: container.NewVBox(),
		rows:     widget.NewRows(),
		none:     widget.NewText("", look.TextSize, look.Dim, fyne.TextStyle{}).Aligned(fyne.TextAlignCenter).Giving(),
	}
	t.naming = newRenameEntry(w)
	t.editor = newSegmentEntry(w)
	t.titleBox = container.NewStack(t.title)
	t.resume = widget.NewButton("Resume", widget.Primary, w.resume)
	t.again = widget.NewButton("Transcribe again", widget.Plain, w.again)
	t.omitted = widget.NewButton("", widget.Ghost, func() { w.omitted.show(t.open, t.omissions) })
	t.rows.Column, t.rows.Inset = look.TextColumn, 24
	t.rows.Length = func() int { return len(t.segments) + len(t.speaking) }
	t.rows.Create = func() fyne.CanvasObject { return widget.NewSegmentView() }
	t.rows.Update = func(i int, o fyne.CanvasObject) { t.fill(i, o.(*widget.SegmentView)) }
	t.rows.Height = t.height
	t.rows.Estimate = func(i int, width float32) float32 {
		if i >= len(t.segments) || t.edits(i) {
			return t.height(i, width)
		}
		return widget.SegmentEstimate(t.segments[i].Text, t.speaker(i) != "", width)
	}
	t.rows.Selectable = func(i int) bool { return i < len(t.segments) }
	t.rows.OnAgain = t.edit
	t.rows.OnKey = w.typedKey
	t.content = t.layout()
	return t
}

// A label's text begins so far inside of it.
const labelInset = 8

func (t *transcriptScreen) layout() fyne.CanvasObject {
	// The row is as high without a button as with one.
	strut := widget.NewSpace(0, t.again.MinSize().Height)
	about := container.NewBorder(nil, nil, nil, container.NewHBox(strut, t.omitted, t.state, t.resume, t.again), centred(t.meta))
	head := container.New(&column{look.TextColumn, 24}, container.New(layout.NewCustomPaddedVBoxLayout(2),
		widget.NewSpace(0, 18), t.titleBox, about, t.warnings, widget.NewSpace(0, 8)))
	return container.NewBorder(head, widget.NewSpace(0, 8), nil, nil, container.NewStack(t.rows, centred(t.none)))
}

// column centres its object and limits its width.
type column struct{ widest, inset float32 }

func (c *column) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(o[0].MinSize().Width+2*c.inset, o[0].MinSize().Height)
}

func (c *column) Layout(o []fyne.CanvasObject, size fyne.Size) {
	width := min(c.widest, size.Width-2*c.inset)
	o[0].Move(fyne.NewPos((size.Width-width)/2, 0))
	o[0].Resize(fyne.NewSize(width, size.Height))
}

// openAt shows a transcript, from the segment at a time on if that is not
// negative.
func (t *transcriptScreen) openAt(id int64, at float64) {
	t.awaiting = false
	t.w.strip.opened(id)
	if id == t.open && !t.loading {
		t.showAt(at)
		t.w.showHome()
		return
	}
	t.stopEditing(true)
	t.open, t.entry, t.segments, t.omissions, t.pending, t.loading = id, app.Entry{ID: id}, nil, nil, nil, true
	t.recording(t.live)
	t.w.pump.start(func(ctx context.Context) func() {
		whole, err := t.w.app.Transcript(ctx, id)
		return func() { t.loaded(id, whole, err, at) }
	})
}

// loaded shows what was read, and what has come since.
func (t *transcriptScreen) loaded(id int64, whole app.Transcript, err error, at float64) {
	if id != t.open || !t.loading {
		return // another was opened meanwhile
	}
	t.loading = false
	if err != nil {
		t.open = 0
		t.w.complain(err)
		t.w.showHome()
		return
	}
	if t.entry.Title == "" || t.entry.State == "" {
		t.entry = whole.Entry
	}
	t.segments, t.omissions = whole.Segments, whole.Omissions
	t.append(t.pending)
	t.pending = nil
	t.rows.Reset()
	t.showEntry()
	t.showAt(at)
	t.w.library.mark()
	t.w.showHome()
}

// showAt scrolls to the segment that is being said at a time.
func (t *transcriptScreen) showAt(at float64) {
	if at < 0 || len(t.segments) == 0 {
		return
	}
	i := slices.IndexFunc(t.segments, func(s app.Segment) bool { return s.End > at })
	t.rows.SetSelected(i)
	t.rows.ScrollNear(i)
}

// entryChanged shows news of the open transcript, and opens the one that was
// waited for.
func (t *transcriptScreen) entryChanged(e app.Entry) {
	if t.awaiting && e.ID != 0 && e.ID != t.open {
		t.openAt(e.ID, -1)
	}
	if e.ID == 0 || e.ID != t.open {
		return
	}
	ended := t.entry.State == app.StateRunning && e.State != app.StateRunning
	t.entry = e
	t.showEntry()
	if ended {
		t.countOmissions()
	}
}

func (t *transcriptScreen) removed(id int64) {
	if id == t.open {
		t.open, t.loading, t.segments = 0, false, nil
		t.w.showHome()
	}
}

// added shows new segments, following them if the end was in view.
func (t *transcriptScreen) added(id int64, segments []app.Segment) {
	switch {
	case id == 0 || id != t.open:
	case t.loading:
		t.pending = append(t.pending, segments...)
	default:
		follow := t.rows.AtEnd()
		t.append(segments)
		t.rows.Refresh()
		if follow {
			t.rows.ScrollToEnd()
		}
		t.showNone()
	}
}

// append adds segments that are not there yet, each in its place in time: what
// is read from the library and what is reported can overlap, and of two tracks
// the later segment may come first.
func (t *transcriptScreen) append(segments []app.Segment) {
	first := len(t.segments) // from here on rows are others
	for _, s := range segments {
		at := len(t.segments)
		for at > 0 && t.segments[at-1].Start > s.Start {
			at--
		}
		if slices.ContainsFunc(t.segments[max(0, at-2):], func(o app.Segment) bool {
			return o.ID != 0 && o.ID == s.ID || o.Start == s.Start && o.Text == s.Text && o.Speaker == s.Speaker
		}) {
			continue
		}
		first = min(first, at)
		t.segments = slices.Insert(t.segments, at, s)
	}
	for i := first; i < t.rows.Length(); i++ {
		t.rows.Changed(i)
	}
}

// showEntry shows everything about the transcript but its text.
func (t *transcriptScreen) showEntry() {
	e := t.entry
	t.title.SetText(e.Title)
	parts := []string{e.Created.Local().Format("2 Jan 2006"), app.Clock(e.Duration)}
	if e.Language != "" {
		parts = append(parts, t.w.language(e.Language))
	}
	t.meta.SetText(strings.Join(append(parts, e.Model), " · "))
	t.state.SetText("")
	if t.isLive() {
		t.showLive()
	} else if e.State == app.StateRunning {
		t.state.Set("transcribing", look.Accent, look.AccentSoft)
	} else if e.State.Resumable() {
		t.state.Set(string(e.State)+" at "+app.Clock(e.Position), look.Warning, look.Line)
	}
	setVisible(t.resume, e.State.Resumable())
	setVisible(t.again, e.State == app.StateDone)
	t.warnings.RemoveAll()
	for _, warning := range e.Warnings {
		l := fynewidget.NewLabel(warning)
		l.Wrapping, l.Importance = fyne.TextWrapWord, fynewidget.WarningImportance
		l.SizeName = captionText
		t.warnings.Add(container.New(layout.NewCustomPaddedLayout(0, 0, -labelInset, 0), l))
	}
	t.showOmissions()
	t.showNone()
	t.w.toolbar.update()
}

// showNone says in words why there is no text.
func (t *transcriptScreen) showNone() {
	text := ""
	if t.rows.Length() == 0 {
		switch t.entry.State {
		case app.StateRunning:
			text = "The text will appear here as it is recognised."
			if t.isLive() {
				text = "Speak: the text will appear here as you do."
			}
		case app.StateDone:
			text = "No speech was found in this recording."
		default:
			text = "Nothing was transcribed yet."
		}
	}
	t.none.SetText(text)
}

// text is the selected segment, or else the whole text.
func (t *transcriptScreen) text() string {
	if i := t.rows.Selected(); i >= 0 && i < len(t.segments) {
		return t.segments[i].Text
	}
	return app.Transcript{Segments: t.segments}.Text()
}

// rename makes the title editable.
func (t *transcriptScreen) rename() {
	if t.open == 0 {
		return
	}
	id, old := t.open, t.entry.Title
	done := func(title string, keep bool) {
		t.w.win.Canvas().Focus(t.rows)
		t.titleBox.Objects = []fyne.CanvasObject{t.title}
		t.titleBox.Refresh()
		title = strings.TrimSpace(title)
		if keep && title != "" && title != old {
			t.w.background(func(ctx context.Context) error { return t.w.app.Rename(ctx, id, title) })
		}
	}
	t.naming.begin(old, done)
	t.titleBox.Objects = []fyne.CanvasObject{t.naming}
	t.titleBox.Refresh()
	t.w.win.Canvas().Focus(t.naming)
	t.naming.TypedShortcut(&fyne.ShortcutSelectAll{})
}

func setVisible(o fyne.CanvasObject, on bool) {
	if on {
		o.Show()
	} else {
		o.Hide()
	}
}

func plain(n int) string { return strconv.Itoa(n) }

// renameEntry edits a title in place: Enter keeps it, Escape does not, leaving
// it does.
type renameEntry struct {
	fynewidget.Entry
	done     func(text string, keep bool)
	shortcut func(fyne.Shortcut) bool
}

func newRenameEntry(w *Window) *renameEntry {
	r := &renameEntry{shortcut: w.shortcut}
	r.ExtendBaseWidget(r)
	r.OnSubmitted = func(string) { r.finish(true) }
	return r
}

func (r *renameEntry) begin(text string, done func(string, bool)) {
	r.done = done
	r.SetText(text)
}

func (r *renameEntry) finish(keep bool) {
	if done := r.done; done != nil {
		r.done = nil
		done(r.Text, keep)
	}
}

// TypedKey implements fyne.Focusable.
func (r *renameEntry) TypedKey(e *fyne.KeyEvent) {
	if e.Name == fyne.KeyEscape {
		r.finish(false)
		return
	}
	r.Entry.TypedKey(e)
}

// TypedShortcut implements fyne.Shortcutable: the window's come first.
func (r *renameEntry) TypedShortcut(s fyne.Shortcut) {
	if !r.shortcut(s) {
		r.Entry.TypedShortcut(s)
	}
}

// FocusLost implements fyne.Focusable.
func (r *renameEntry) FocusLost() {
	r.Entry.FocusLost()
	r.finish(true)
}
