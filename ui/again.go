package ui

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"earshot/app"
)

// Transcribing a recording once more: as a transcript of its own, or beside the
// present text, which is then compared with what was heard.

// againMenu is the ways to do that.
func (w *Window) againMenu() *fyne.Menu {
	t := w.transcript
	item := func(label string, enabled bool, act func()) *fyne.MenuItem {
		i := fyne.NewMenuItem(label, act)
		i.Disabled = !enabled
		return i
	}
	can := t.canHearAgain()
	items := []*fyne.MenuItem{
		item(lang.L("Beside the text…"), can, func() { t.hearAgain(nil) }),
		item(lang.L("The selected lines, beside the text…"), can && len(t.selection()) > 0, func() { t.hearAgain(t.selection()) }),
		fyne.NewMenuItemSeparator(),
		item(lang.L("As another transcript"), t.open != 0, w.again),
		item(lang.L("As another transcript, with options…"), t.open != 0, w.againWithOptions),
	}
	if heard, ok := w.heard[t.open]; ok && t.doc != nil {
		items = append(items, fyne.NewMenuItemSeparator(),
			item(lang.L("Compare with what was heard last…"), true, func() { w.compare.show(t, w.heardText(heard)) }))
	}
	return fyne.NewMenu("", items...)
}

// canHearAgain reports whether the recording can be transcribed beside the text:
// all of it is there, and its text is.
func (t *transcriptScreen) canHearAgain() bool {
	return t.doc != nil && !t.isLive() && t.entry.State != app.StateRunning && haveSound([]app.Entry{t.entry})
}

// hearAgain asks for options and transcribes what is said in some segments again,
// beside the text; none are the whole.
func (t *transcriptScreen) hearAgain(segments []app.Segment) {
	if !t.canHearAgain() {
		return
	}
	w, id := t.w, t.open
	what := t.entry.Title
	if n := len(segments); n > 0 {
		what += " · " + lang.N("{{.N}} selected lines", n, map[string]any{"N": n})
	}
	var again app.Again
	for _, s := range segments {
		if s.End > s.Start {
			again.Stretches = append(again.Stretches, app.Span{From: s.Start, To: s.End})
		}
	}
	w.once.show(what, t.entry.Options, func(o app.Options) { w.hearAgain(id, again, o) })
}

// hearAgain transcribes some of a transcript's recording again.
func (w *Window) hearAgain(id int64, what app.Again, o app.Options) {
	w.background(func(ctx context.Context) error {
		_, err := w.app.HearAgain(ctx, id, what, o)
		return err
	})
}

// heardAgain shows what was heard beside the text, at once if a person sees that
// text and does not write in it, or else when they want to.
func (w *Window) heardAgain(h app.HeardAgain) {
	if len(h.Segments) == 0 {
		w.strip.passing(lang.L("Nothing was heard there."))
		return
	}
	w.heard[h.Transcript] = h
	t := w.transcript
	if t.open == h.Transcript && t.doc != nil && t.editing == 0 && (w.shows(t.content) || w.compare.isOpen(t)) {
		w.compareHeard(t, h)
		return
	}
	w.strip.notice(lang.L("What was transcribed again is there."), lang.L("Compare"), func() {
		w.transcript.openAt(h.Transcript, -1)
		if there := w.holding(h.Transcript); there != nil && there.doc != nil {
			w.compareHeard(there, h)
		} else {
			w.comparing = h.Transcript
		}
	})
}

// compareHeard compares an open transcript with what was heard, if that differs.
func (w *Window) compareHeard(t *transcriptScreen, h app.HeardAgain) {
	with := w.heardText(h)
	for _, c := range with.compared(t.doc) {
		if !c.IsSame() {
			w.compare.show(t, with)
			return
		}
	}
	w.strip.passing(lang.L("The same was heard again."))
}

// compareWanted compares a transcript that a person wanted to be opened for that.
func (t *transcriptScreen) compareWanted() {
	if h, ok := t.w.heard[t.open]; ok && t.w.comparing == t.open && t.shown() {
		t.w.comparing = 0
		t.w.compareHeard(t, h)
	}
}

// heardText is what was heard, as another text.
func (w *Window) heardText(h app.HeardAgain) otherText {
	name := []string{lang.L("Heard again"), h.Model}
	if h.Language != "" {
		name = append(name, w.language(h.Language))
	}
	with := otherText{
		name:     strings.Join(name, " · "),
		compared: func(d *app.Document) []app.Compared { return d.CompareWithin(h.Stretches, h.Segments) },
	}
	for _, warning := range h.Warnings {
		with.notes = append(with.notes, saidEach(warning))
	}
	return with
}

// A pause as long as this is shown as a silence, seconds.
const shownSilence = 5

// silences are the stretches of the recording without text that can be
// transcribed: none while text is still coming.
func (t *transcriptScreen) silences() []app.Span {
	if !t.canHearAgain() {
		return nil
	}
	return t.doc.Transcript().Silences(shownSilence)
}

// hearSilence transcribes a stretch without text, believing that somebody speaks.
func (t *transcriptScreen) hearSilence(s app.Span) {
	if t.canHearAgain() {
		t.w.hearAgain(t.open, app.Again{Stretches: []app.Span{s}, Believe: true}, t.entry.OwnOptions())
	}
}
