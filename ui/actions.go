package ui

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"fyne.io/fyne/v2/lang"

	"earshot/app"
)

// What a person can do with the open transcript.

// trashed is what undo brings back at once.
type trashed struct {
	ids    []int64
	open   int64 // which of them was open, 0 for none
	notice *noticeLine
}

// trash deletes the open transcript; undo brings it back.
func (w *Window) trash() {
	if w.transcript.open != 0 {
		w.trashAll([]app.Entry{w.transcript.entry})
	}
}

// trashAll deletes transcripts; one undo brings all of them back.
func (w *Window) trashAll(entries []app.Entry) {
	if len(entries) == 0 {
		return
	}
	gone := &trashed{ids: ids(entries)}
	if slices.Contains(gone.ids, w.transcript.open) {
		gone.open = w.transcript.open
	}
	w.pump.start(func(ctx context.Context) func() {
		err := w.app.Trash(ctx, gone.ids...)
		return func() {
			if err != nil {
				w.complain(err)
				return
			}
			gone.notice = w.strip.notice(deletedText(entries), lang.L("Undo"), func() { w.restore(gone) })
			w.trashed = append(w.trashed, gone)
			w.deleted.refresh()
			w.transcript.edited = false
		}
	})
}

// deletedText says what was deleted.
func deletedText(entries []app.Entry) string {
	if len(entries) == 1 {
		return fmt.Sprintf(lang.L("“%s” was deleted. The recording itself was not touched."), entries[0].Title)
	}
	return fmt.Sprintf(lang.L("%d transcripts were deleted. The recordings themselves were not touched."), len(entries))
}

func (w *Window) restore(gone *trashed) {
	i := slices.Index(w.trashed, gone)
	if i < 0 {
		return
	}
	w.trashed = slices.Delete(w.trashed, i, i+1)
	w.strip.drop(func(n *noticeLine) bool { return n == gone.notice })
	w.pump.start(func(ctx context.Context) func() {
		err := w.app.Restore(ctx, gone.ids...)
		return func() {
			if err != nil {
				w.complain(err)
				return
			}
			if gone.open != 0 {
				w.transcript.openAt(gone.open, -1)
			}
			w.deleted.refresh()
		}
	})
}

// resume goes on with the open transcript.
func (w *Window) resume() {
	if id := w.transcript.open; id != 0 {
		w.transcript.resume.Hide()
		w.background(func(ctx context.Context) error { return w.app.Resume(ctx, id) })
	}
}

// again transcribes the open transcript's recording once more.
func (w *Window) again() { w.transcribeAgain(w.transcript.open) }

func (w *Window) transcribeAgain(id int64) {
	if id != 0 {
		w.transcript.awaiting = true
		w.background(func(ctx context.Context) error { return w.app.Again(ctx, id) })
	}
}

// export asks where to write the open transcript, and writes it.
func (w *Window) export(f app.Format) {
	if w.transcript.open != 0 {
		w.exportAll([]app.Entry{w.transcript.entry}, f)
	}
}

// exportAll asks where to write transcripts, and writes them: one into a file,
// several into a folder.
func (w *Window) exportAll(entries []app.Entry, f app.Format) {
	switch len(entries) {
	case 0:
	case 1:
		w.exportFile(entries[0], f)
	default:
		w.chooseFolder(fmt.Sprintf(lang.L("Export %d transcripts into a folder"), len(entries)), func(dir string) {
			w.pump.start(func(ctx context.Context) func() {
				paths, err := w.app.ExportAll(ctx, dir, f, ids(entries)...)
				return func() {
					if err != nil {
						w.complain(err)
						return
					}
					w.strip.passing(fmt.Sprintf(lang.L("%[1]d transcripts were exported into %[2]s."), len(paths), dir))
				}
			})
		})
	}
}

// exportFile asks for the file to write a transcript into.
func (w *Window) exportFile(e app.Entry, f app.Format) {
	extension := string(f)
	name := app.FileName(e.Title) + "." + extension
	w.saveFile(lang.L("Export"), name, strings.ToUpper(extension), []string{extension}, func(path string) {
		if filepath.Ext(path) == "" {
			path += "." + extension
		}
		w.pump.start(func(ctx context.Context) func() {
			err := w.app.Export(ctx, e.ID, path, f)
			return func() {
				if err != nil {
					w.complain(err)
					return
				}
				w.strip.passing(fmt.Sprintf(lang.L("Exported to %s."), path))
			}
		})
	})
}

// addModel copies a model file into the models folder.
func (w *Window) addModel(path string) {
	w.strip.passing(fmt.Sprintf(lang.L("Adding %s …"), filepath.Base(path)))
	w.pump.start(func(context.Context) func() {
		err := w.app.Models().Add(path)
		return func() {
			if err != nil {
				w.complain(err)
				return
			}
			w.strip.passing(fmt.Sprintf(lang.L("Added %s."), app.ModelName(path)))
			w.welcome.look()
			w.models.look()
		}
	})
}

// forget lets undo not bring back what is gone for good, or back already.
func (w *Window) forget(ids []int64) {
	w.trashed = slices.DeleteFunc(w.trashed, func(t *trashed) bool {
		t.ids = slices.DeleteFunc(t.ids, func(id int64) bool { return slices.Contains(ids, id) })
		if len(t.ids) == 0 {
			w.strip.drop(func(n *noticeLine) bool { return n == t.notice })
		}
		return len(t.ids) == 0
	})
}
