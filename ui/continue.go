package ui

import (
	"context"
	"fmt"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"earshot/app"
)

// continuation is dictation into a transcript that is there already. The
// recording is one of its own in the library, as any: a transcript's times are
// those of one sound. What is said in it is also inserted where the cursor
// stands. A nil one does nothing.
type continuation struct {
	recording  int64         // 0 until it is in the library
	transcript int64         // that the text goes into
	doc        *app.Document // of that, the last that was open: the IDs are as it has them
	segment    int64         // where the cursor is, or was last
	latest     int64         // segment that something was inserted in
	title      string
	said       app.Continued
	spoken     bool   // something has been inserted
	speaking   string // what is being said, and may change
}

// continueHere begins a recording whose text goes to the cursor in the open
// transcript, or ends the recording that runs.
func (w *Window) continueHere() {
	t := w.transcript
	switch {
	case w.recorder.running:
		w.app.StopRecording()
		return
	case !t.canContinue():
		w.strip.passing(lang.L("To dictate into a transcript, open one that is finished."))
		return
	}
	c := &continuation{transcript: t.open, doc: t.doc, segment: t.cursor(), title: t.entry.Title}
	if c.segment == 0 {
		c.segment = t.at(t.length() - 1).ID
	}
	t.rows.ScrollTo(t.index(c.segment))
	w.continued, t.awaiting = c, false
	source := w.app.Settings().Source
	if source == app.SourceBoth {
		source = app.SourceMicrophone // others do not dictate
	}
	w.startRecording(source)
}

// canContinue reports whether there is text to dictate into.
func (t *transcriptScreen) canContinue() bool {
	return t.open != 0 && !t.loading && t.entry.State == app.StateDone && t.length() > 0
}

// cursor is the segment that is being edited, or else is selected; 0 for none.
func (t *transcriptScreen) cursor() int64 {
	s, _ := t.current()
	return s.ID
}

// happened follows the recording and the text that comes of it.
func (c *continuation) happened(w *Window, e app.Event) {
	switch e := e.(type) {
	case app.SegmentsAdded:
		c.heard(w, e.Transcript, e.Segments)
	case app.SegmentsChanged:
		c.amended(w, e.Transcript, e.Segments)
	case app.RecordingChanged:
		c.show(w, e.Recording)
	}
}

// heard inserts what was said, if it is for another transcript than that of the
// recording.
func (c *continuation) heard(w *Window, recording int64, segments []app.Segment) {
	if c == nil || recording != c.recording {
		return
	}
	c.speaking = "" // that is what has been said now
	for _, s := range segments {
		c.follow(w.holding(c.transcript))
		c.latest = c.segment
		w.insert(c.latest, c.said.Say(s))
	}
}

// amended does what a spoken command has done to the last segment.
func (c *continuation) amended(w *Window, recording int64, segments []app.Segment) {
	if c == nil || recording != c.recording {
		return
	}
	for _, s := range segments {
		c.follow(w.holding(c.transcript))
		w.insert(c.latest, c.said.Amend(s))
	}
}

// follow moves to where the cursor stands now.
func (c *continuation) follow(t *transcriptScreen) {
	if t == nil || t.doc == nil {
		return
	}
	if t.doc != c.doc { // what the one before had made has been stored meanwhile
		c.segment, c.latest, c.doc = c.doc.Stored(c.segment), c.doc.Stored(c.latest), t.doc
	}
	if t.cursor() != 0 {
		c.segment = t.cursor()
	}
}

// insert puts text into a segment: at the cursor, if somebody is writing there,
// or else at the end.
func (w *Window) insert(segment int64, in app.Insertion) {
	c := w.continued
	if in == (app.Insertion{}) {
		return
	}
	c.spoken = true
	t := w.holding(c.transcript)
	switch {
	case t == nil || t.doc == nil:
		w.inserting.start(func(ctx context.Context) func() {
			err := c.doc.Flush(ctx)
			if err == nil {
				err = w.app.Insert(ctx, c.transcript, c.doc.Stored(segment), in)
			}
			if err != nil && ctx.Err() == nil {
				return func() { w.complain(err) }
			}
			return nil
		})
	case t.editing == segment:
		t.editor.insert(in)
	case t.length() > 0:
		i := t.index(segment)
		if i < 0 {
			i = t.length() - 1
		}
		t.doc.EndRun()
		change, err := t.doc.SetText(t.at(i).ID, in.After(t.at(i).Text))
		t.doc.EndRun()
		t.did(change, err)
	}
}

// show follows the recording.
func (c *continuation) show(w *Window, now app.Recording) {
	if c == nil {
		return
	}
	c.recording = now.Transcript
	was := c.segment
	t := w.holding(c.transcript)
	c.follow(t)
	c.speaking = ""
	for _, u := range now.Open {
		confirmed, tentative := u.Text()
		c.speaking = strings.TrimSpace(confirmed + " " + tentative)
	}
	if now.Ended() {
		c.ended(w)
	}
	for _, id := range []int64{was, c.segment} {
		if t != nil && t.index(id) >= 0 {
			t.changedRow(t.index(id))
		}
	}
}

func (c *continuation) ended(w *Window) {
	w.continued = nil
	if c.spoken {
		w.strip.notice(fmt.Sprintf(lang.L("What you said is in “%s” now, and in the library with its sound."), c.title), lang.L("Open recording"),
			func() { w.transcript.openAt(c.recording, -1) })
	}
}

// words say where the text goes; what is being said, while an editor is there.
func (c *continuation) words(t *transcriptScreen) string {
	if t.open == c.transcript && t.editing == c.segment && c.speaking != "" {
		return "… " + c.speaking
	}
	return fmt.Sprintf(lang.L("Goes into “%s” too, where the cursor is"), c.title)
}

// speakingAt is what is being said and goes to the end of row i.
func (t *transcriptScreen) speakingAt(i int) string {
	c := t.w.continued
	if c == nil || t.open != c.transcript || t.at(i).ID != c.segment {
		return ""
	}
	return c.speaking
}

// changedRow measures a row anew and keeps the end in view if it is.
func (t *transcriptScreen) changedRow(i int) {
	follow := t.rows.AtEnd()
	t.rows.Changed(i)
	if follow {
		t.rows.ScrollToEnd()
	}
}

// insert puts text at the cursor, in place of what is selected.
func (e *segmentEntry) insert(in app.Insertion) {
	if e.SelectedText() != "" {
		if in.Instead != "" {
			return // the cursor has left that
		}
		e.Entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDelete})
	}
	text, at := []rune(e.Text), e.CursorTextOffset()
	erase, write := in.Between(string(text[:at]), string(text[at:]))
	for range erase {
		e.Entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyBackspace})
	}
	e.Entry.TypedShortcut(&fyne.ShortcutPaste{Clipboard: writing(write)})
}

// writing is a clipboard that holds a text, for a field to paste.
type writing string

// Content implements fyne.Clipboard.
func (t writing) Content() string { return string(t) }

// SetContent implements fyne.Clipboard.
func (writing) SetContent(string) {}
