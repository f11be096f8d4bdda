package ui

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"earshot/app"
)

// entryMenu is what can be done with entries of the library. What it asks for is
// asked at a place on the canvas.
func (w *Window) entryMenu(entries []app.Entry, at fyne.Position) *fyne.Menu {
	favourite := w.item(lang.L("Favourite"), "favourite", func() { w.favour(entries) })
	favourite.Checked = allFavourite(entries)
	export := fyne.NewMenuItem(lang.L("Export"), nil)
	export.ChildMenu = exportMenu(func(f app.Format) { w.exportAll(entries, f) })
	again := w.item(lang.L("Transcribe again"), "", func() { w.transcribeAllAgain(entries) })
	again.Disabled = !haveSound(entries)
	items := []*fyne.MenuItem{favourite, w.item(lang.L("Tags…"), "tags", func() { w.editTags(entries, at) }), fyne.NewMenuItemSeparator(), export, again}
	if len(entries) == 1 {
		e := entries[0]
		items = append([]*fyne.MenuItem{
			w.item(lang.L("Open"), "", func() { w.transcript.openAt(e.ID, -1) }),
			w.item(lang.L("Open in a tab of its own"), "", func() { w.openBeside(e.ID) }),
			w.item(lang.L("Rename…"), "", func() { w.rename(e, at) }),
		}, items...)
		if e.State.Resumable() {
			items = append(items, w.item(lang.L("Resume"), "", func() { w.resumeEntry(e) }))
		}
		if haveSound(entries) {
			items = append(items, w.item(lang.L("Show in folder"), "", func() { w.showInFolder(e.Source.Path) }))
		}
	}
	remove := w.item(lang.L("Delete"), "", func() { w.trashAll(entries) })
	if len(entries) > 1 {
		remove.Label = fmt.Sprintf(lang.L("Delete %d transcripts"), len(entries))
	}
	return fyne.NewMenu("", append(items, fyne.NewMenuItemSeparator(), remove)...)
}

// haveSound reports whether, as far as the library knows, the recordings of
// entries are all there and complete.
func haveSound(entries []app.Entry) bool {
	for _, e := range entries {
		if e.Source.Removed || e.Source.Path == "-" || e.Source.Hash == "" {
			return false
		}
	}
	return true
}

func allFavourite(entries []app.Entry) bool {
	for _, e := range entries {
		if !e.Favourite {
			return false
		}
	}
	return true
}

// favour makes entries favourites, or if all of them are, no longer.
func (w *Window) favour(entries []app.Entry) {
	if len(entries) == 0 {
		return
	}
	on := !allFavourite(entries)
	w.background(func(ctx context.Context) error { return w.app.SetFavourite(ctx, on, ids(entries)...) })
}

// transcribeAllAgain transcribes the recordings of entries once more, and opens
// what comes if that is one.
func (w *Window) transcribeAllAgain(entries []app.Entry) {
	if len(entries) == 1 {
		w.transcribeAgain(entries[0].ID)
		return
	}
	w.background(func(ctx context.Context) error {
		var failed error
		for _, e := range entries {
			failed = errors.Join(failed, w.app.Again(ctx, e.ID))
		}
		return failed
	})
}

// resumeEntry opens a transcript and goes on with it.
func (w *Window) resumeEntry(e app.Entry) {
	w.transcript.openAt(e.ID, -1)
	w.background(func(ctx context.Context) error { return w.app.Resume(ctx, e.ID) })
}

// showInFolder shows the folder that a file is in, with the desktop's own
// program.
func (w *Window) showInFolder(path string) {
	w.pump.start(func(context.Context) func() {
		_, err := os.Stat(path)
		return func() {
			if errors.Is(err, fs.ErrNotExist) {
				w.strip.notice(fmt.Sprintf(lang.L("“%s” is not there any more: it was moved, renamed or deleted."), path), "", nil)
				return
			}
			w.models.showFolder(path)
		}
	})
}

// rename asks for another title of an entry.
func (w *Window) rename(e app.Entry, at fyne.Position) {
	entry, over := w.lineOver(lang.L("Title"), e.Title, at)
	entry.OnSubmitted = func(title string) {
		over.Hide()
		if title = strings.TrimSpace(title); title != "" && title != e.Title {
			w.background(func(ctx context.Context) error { return w.app.Rename(ctx, e.ID, title) })
		}
	}
}
