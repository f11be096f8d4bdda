package ui

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"earshot/app"
)

// What a person can do with the open transcript, and the keys for it.

// shortcuts by the name of what they do.
var shortcuts = map[string]fyne.Shortcut{
	"open":     &desktop.CustomShortcut{KeyName: fyne.KeyO, Modifier: fyne.KeyModifierShortcutDefault},
	"record":   &desktop.CustomShortcut{KeyName: fyne.KeyR, Modifier: fyne.KeyModifierShortcutDefault},
	"settings": &desktop.CustomShortcut{KeyName: fyne.KeyComma, Modifier: fyne.KeyModifierShortcutDefault},
	"search":   &desktop.CustomShortcut{KeyName: fyne.KeyF, Modifier: fyne.KeyModifierShortcutDefault},
	"quit":     &desktop.CustomShortcut{KeyName: fyne.KeyQ, Modifier: fyne.KeyModifierShortcutDefault},
}

// bindings says what each shortcut does.
func (w *Window) bindings() map[fyne.Shortcut]func() {
	return map[fyne.Shortcut]func(){
		shortcuts["open"]:     w.openMedia,
		shortcuts["record"]:   w.record,
		shortcuts["settings"]: w.showSettings,
		shortcuts["search"]:   func() { w.win.Canvas().Focus(w.toolbar.search) },
		shortcuts["quit"]:     w.fyne.Quit,
		&fyne.ShortcutCopy{}:  w.copy,
		&fyne.ShortcutUndo{}:  w.undo,
	}
}

// shortcut does what one of the window's own shortcuts stands for: fields get
// them all while they have the focus. Copy and undo are the field's then.
func (w *Window) shortcut(typed fyne.Shortcut) bool {
	if _, own := typed.(*desktop.CustomShortcut); !own {
		return false
	}
	for shortcut, act := range w.bindings() {
		if shortcut.ShortcutName() == typed.ShortcutName() {
			act()
			return true
		}
	}
	return false
}

func (w *Window) bindKeys() {
	c := w.win.Canvas()
	for shortcut, act := range w.bindings() {
		c.AddShortcut(shortcut, func(fyne.Shortcut) { act() })
	}
	c.SetOnTypedKey(w.typedKey)
}

// typedKey serves keys that no widget has taken.
func (w *Window) typedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyDelete:
		w.trash()
	case fyne.KeyF2:
		w.transcript.rename()
	case fyne.KeyEscape:
		w.transcript.rows.SetSelected(-1)
		w.showHome()
	}
}

// trashed is a transcript that undo can bring back.
type trashed struct {
	id     int64
	notice *noticeLine
}

// trash deletes the open transcript; undo brings it back.
func (w *Window) trash() {
	id, title := w.transcript.open, w.transcript.entry.Title
	if id == 0 {
		return
	}
	w.pump.start(func(ctx context.Context) func() {
		err := w.app.Trash(ctx, id)
		return func() {
			if err != nil {
				w.complain(err)
				return
			}
			n := w.strip.notice(fmt.Sprintf("“%s” was deleted. The recording itself was not touched.", title), "Undo",
				func() { w.restore(id) })
			w.trashed = append(w.trashed, trashed{id, n})
		}
	})
}

// undo brings back what was deleted last.
func (w *Window) undo() {
	if n := len(w.trashed); n > 0 {
		w.restore(w.trashed[n-1].id)
	}
}

func (w *Window) restore(id int64) {
	i := slices.IndexFunc(w.trashed, func(t trashed) bool { return t.id == id })
	if i < 0 {
		return
	}
	gone := w.trashed[i]
	w.trashed = slices.Delete(w.trashed, i, i+1)
	w.strip.drop(func(n *noticeLine) bool { return n == gone.notice })
	w.pump.start(func(ctx context.Context) func() {
		err := w.app.Restore(ctx, id)
		return func() {
			if err != nil {
				w.complain(err)
				return
			}
			w.transcript.openAt(id, -1)
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
	id := w.transcript.open
	if id == 0 {
		return
	}
	extension := string(f)
	name := app.FileName(w.transcript.entry.Title) + "." + extension
	w.saveFile("Export", name, strings.ToUpper(extension), []string{extension}, func(path string) {
		if filepath.Ext(path) == "" {
			path += "." + extension
		}
		w.pump.start(func(ctx context.Context) func() {
			err := w.app.Export(ctx, id, path, f)
			return func() {
				if err != nil {
					w.complain(err)
					return
				}
				w.strip.passing(fmt.Sprintf("Exported to %s.", path))
			}
		})
	})
}

// addModel copies a model file into the models folder.
func (w *Window) addModel(path string) {
	w.strip.passing(fmt.Sprintf("Adding %s …", filepath.Base(path)))
	w.pump.start(func(context.Context) func() {
		err := w.app.Models().Add(path)
		return func() {
			if err != nil {
				w.complain(err)
				return
			}
			w.strip.passing(fmt.Sprintf("Added %s.", app.ModelName(path)))
			w.welcome.look()
			w.models.look()
		}
	})
}
