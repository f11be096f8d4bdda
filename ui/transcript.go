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

// transcriptScreen shows one transcript: its title, what is known of it, and
// its segments as they come.
type transcriptScreen struct {
	w       *Window
	content *fyne.Container

	title    *widget.Text
	naming   *renameEntry
	titleBox *fyne.Container
	meta     *widget.Text
	state    *widget.Chip
	warnings *fyne.Container
	resume   *widget.Button
	again    *widget.Button
	more     *widget.Button // dictates into it
	omitted  *widget.Button
	follow   *widget.Button // the playing, after a person has scrolled away
	cast     *cast          // who speaks
	rows     *widget.Rows
	none     *widget.Text
	find     *finder

	open      int64 // id of the transcript shown, 0 for none
	entry     app.Entry
	doc       *app.Document // nil until it is there
	pending   []app.Segment // that came while the transcript was being read
	omissions []app.Omission
	speaking  []app.Utterance                // what is being said, if this is being recorded
	live      app.Recording                  // how that stands
	colours   map[string]fyne.ThemeColorName // of the speakers
	saving    app.SavingChanged              // how storing what was done stands
	edited    bool                           // what was done last was done to the text
	editing   int64                          // the segment that is being edited; 0 for none
	wish      *wish                          // to edit what is being said; nil for none
	editor    *segmentEntry
	editorBox fyne.CanvasObject // in the size that the text is read in
	doubts    *doubts
	timing    timing
	nudged    time.Time // when a time was last moved with a key
	loading   bool
	wanted    float64 // from where to show it once it is there; below 0 from the top
	stale     bool    // something has changed while it was loading
	awaiting  bool    // the next transcript that begins is to be opened
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
	t.cast = newCast(t)
	t.naming = newRenameEntry(w)
	t.editor = newSegmentEntry(t)
	t.editorBox = container.NewThemeOverride(t.editor, look.ReadingTheme{})
	t.titleBox = container.NewStack(t.title)
	t.resume = widget.NewButton(lang.L("Resume"), widget.Primary, w.resume)
	t.again = widget.NewButton(lang.L("Transcribe again"), widget.Plain, func() { w.popUp(w.againMenu(), t.again) })
	t.more = widget.NewButton(lang.L("Continue here"), widget.Plain, w.continueHere)
	t.omitted = widget.NewButton("", widget.Ghost, func() { w.omitted.show(t.open, t.omissions) })
	t.follow = widget.NewButton(lang.L("Follow  F6"), widget.Ghost, func() { w.player.follow() })
	t.follow.Hide()
	t.doubts = newDoubts(t)
	t.rows.Column, t.rows.Inset = look.TextColumn, 24
	t.rows.Length = func() int { return t.length() + len(t.speaking) }
	t.rows.Create = t.create
	t.rows.Update = func(i int, o fyne.CanvasObject) { t.fill(i, o.(*widget.SegmentView)) }
	t.rows.Height = t.height
	t.rows.Estimate = func(i int, width float32) float32 {
		if i >= t.length() || t.edits(i) {
			return t.height(i, width)
		}
		return widget.SegmentEstimate(t.at(i).Text, t.speaker(i) != "", width)
	}
	t.rows.Several = true
	t.rows.OnAgain = t.doubts.enter
	t.rows.OnCurrent = t.selected
	t.rows.OnKey, t.rows.OnRune = w.typedKey, t.assignDigit
	t.rows.OnSpace = func() { w.typedKey(&fyne.KeyEvent{Name: fyne.KeySpace}) }
	t.rows.OnMenu = t.showLineMenu
	t.rows.OnScrolled = func() { w.player.scrolled() }
	t.find = newFinder(t)
	t.content = t.layout()
	return t
}

// A label's text begins so far inside of it.
const labelInset = 8

func (t *transcriptScreen) layout() *fyne.Container {
	// The row is as high without a button as with one.
	strut := widget.NewSpace(0, t.again.MinSize().Height)
	line := &aside{text: t.meta}
	about := container.New(line, centred(t.meta), container.NewHBox(strut, t.follow, t.doubts.toggle, t.omitted, t.state, t.resume, t.more, t.again))
	head := container.New(&column{look.TextColumn, 24}, container.New(layout.NewCustomPaddedVBoxLayout(2),
		widget.NewSpace(0, 18), t.titleBox, about, t.warnings, t.cast.content, widget.NewSpace(0, 8), t.find.content))
	below := container.NewVBox(t.doubts.content, widget.NewSpace(0, 8))
	body := container.NewStack(t.rows, centred(t.none))
	widths := []*float32{&t.cast.flow.width, &line.width, &t.doubts.line.width}
	return container.New(&wrapping{layout.NewBorderLayout(head, below, nil, nil), widths, look.TextColumn, 24}, body, head, below)
}

// arrange makes room for what is higher now than it was. Only what lies below
// moves: to refresh everything would fill each row.
func (t *transcriptScreen) arrange() {
	t.content.Layout.Layout(t.content.Objects, t.content.Size())
}

// column centres its object and limits its width.
type column struct{ widest, inset float32 }

func (c *column) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(o[0].MinSize().Width+2*c.inset, o[0].MinSize().Height)
}

func (c *column) Layout(o []fyne.CanvasObject, size fyne.Size) {
	width := columnWidth(c.widest, c.inset, size.Width)
	o[0].Move(fyne.NewPos((size.Width-width)/2, 0))
	o[0].Resize(fyne.NewSize(width, size.Height))
}

// columnWidth is how wide a column gets where there is room.
func columnWidth(widest, inset, room float32) float32 { return min(widest, room-2*inset) }

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
	if t.shown() {
		t.w.player.lengthen()
	}
	if ended {
		t.replaced(e.ID) // what was left out is known now
	}
}

// showEntry shows everything about the transcript but its text.
func (t *transcriptScreen) showEntry() {
	e := t.entry
	t.title.SetText(e.Title)
	t.w.tabs.show()
	parts := []string{dayText(e.Created), app.Clock(e.Duration)}
	if e.Language != "" {
		parts = append(parts, t.w.language(e.Language))
	}
	t.meta.SetText(strings.Join(append(parts, e.Model), " · "))
	t.state.SetText("")
	if t.isLive() {
		t.showLive()
	} else if e.State == app.StateRunning {
		t.state.Set(lang.L("transcribing"), look.Accent, look.AccentSoft)
	} else if e.State.Resumable() {
		t.state.Set(fmt.Sprintf(lang.L("%s at %s"), said(string(e.State)), app.Clock(e.Position)), look.Warning, look.Line)
	}
	if t.saving.Err != nil {
		t.state.Set(lang.L("not stored yet"), look.Warning, look.Line)
	}
	setVisible(t.resume, e.State.Resumable())
	setVisible(t.again, e.State == app.StateDone)
	t.warnings.RemoveAll()
	for _, warning := range e.Warnings {
		l := fynewidget.NewLabel(said(warning))
		l.Wrapping, l.Importance = fyne.TextWrapWord, fynewidget.WarningImportance
		l.SizeName = captionText
		t.warnings.Add(container.New(layout.NewCustomPaddedLayout(0, 0, -labelInset, 0), l))
	}
	t.showOmissions()
	t.showNone()
	t.arrange()
	t.w.toolbar.update()
}

// showNone says in words why there is no text.
func (t *transcriptScreen) showNone() {
	text := ""
	if t.rows.Length() == 0 {
		switch t.entry.State {
		case app.StateRunning:
			text = lang.L("The text will appear here as it is recognised.")
			if t.isLive() {
				text = lang.L("Speak: the text will appear here as you do.")
			}
		case app.StateDone:
			text = lang.L("No speech was found in this recording.")
		default:
			text = lang.L("Nothing was transcribed yet.")
		}
	}
	t.none.SetText(text)
}

// text is that of the selected segments, or else the whole.
func (t *transcriptScreen) text() string {
	if t.doc == nil {
		return ""
	}
	whole := t.doc.Transcript()
	if chosen := t.selection(); len(chosen) > 0 {
		whole.Segments = chosen
	}
	return whole.Text()
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
