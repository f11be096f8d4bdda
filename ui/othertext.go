package ui

import (
	"context"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"earshot/app"
)

// The texts that an open transcript's can be compared with, but for what is heard
// again: see again.go.

// otherText is a text that an open transcript's is compared with.
type otherText struct {
	name     string // of its column
	notes    []string
	machine  bool // it is what the machine wrote
	compared func(*app.Document) []app.Compared
}

// machineText is the text as the machine wrote it.
func machineText() otherText {
	return otherText{
		name: lang.L("As the machine wrote it"), machine: true,
		compared: (*app.Document).CompareMachine,
	}
}

// compareMachine compares the open transcript with what the machine wrote.
func (w *Window) compareMachine() { w.compare.show(w.transcript, machineText()) }

// restoreMachine puts what the machine wrote in the place of the selected lines.
func (t *transcriptScreen) restoreMachine() {
	if t.doc == nil {
		return
	}
	chosen := segmentIDs(t.selection())
	t.stopEditing()
	t.doc.EndRun()
	rows := slices.DeleteFunc(t.doc.CompareMachine(), func(c app.Compared) bool {
		return len(c.Other) == 0 || // a person's own
			!slices.ContainsFunc(c.Present, func(s app.Segment) bool { return slices.Contains(chosen, s.ID) })
	})
	c, _ := t.doc.Take(rows...)
	if t.did(c, nil); c.IsEmpty() {
		t.w.strip.passing(lang.L("The selected lines are as the machine wrote them."))
	}
}

// compareOther lets a person choose another transcript of the open one's
// recording, and compares them.
func (w *Window) compareOther(at fyne.Position) {
	t := w.transcript
	if t.doc == nil {
		return
	}
	source, id := t.entry.Source, t.open
	w.pump.start(func(ctx context.Context) func() {
		list, err := w.app.Entries(ctx, app.Filter{Path: source.Path}, app.Page{})
		return func() {
			if err != nil {
				w.complain(err)
				return
			}
			var items []*fyne.MenuItem
			for _, e := range list.Entries {
				if e.ID != id && e.Source.Hash == source.Hash && e.State == app.StateDone {
					items = append(items, fyne.NewMenuItem(w.otherName(e), func() { w.compareEntry(t, id, e) }))
				}
			}
			if len(items) == 0 {
				w.strip.passing(lang.L("There is no other transcript of this recording."))
				return
			}
			w.menuAt(fyne.NewMenu("", items...), at)
		}
	})
}

// otherName tells transcripts of one recording apart.
func (w *Window) otherName(e app.Entry) string {
	parts := []string{e.Title, e.Model}
	if e.Language != "" {
		parts = append(parts, w.language(e.Language))
	}
	return strings.Join(append(parts, dayText(e.Created)+" "+e.Created.Local().Format("15:04")), " · ")
}

// compareEntry compares an open transcript with another one of the library.
func (w *Window) compareEntry(t *transcriptScreen, id int64, e app.Entry) {
	w.pump.start(func(ctx context.Context) func() {
		other, err := w.app.Transcript(ctx, e.ID)
		return func() {
			switch {
			case err != nil:
				w.complain(err)
			case t.open == id && t.shown():
				w.compare.show(t, otherText{name: w.otherName(e), compared: func(d *app.Document) []app.Compared { return d.CompareTranscript(other) }})
			}
		}
	})
}
