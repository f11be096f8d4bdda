package ui

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/storage"
)

// FileDialogs are the platform's own dialogs: see ui/native. The methods
// block, and return "" if the person changed their mind.
type FileDialogs interface {
	Open(title, kind string, extensions []string) (path string, err error)
	Save(title, name, kind string, extensions []string) (path string, err error)
	Folder(title string) (path string, err error)
}

// mediaExtensions are offered first when a file is opened; any other file can
// be chosen too.
var mediaExtensions = []string{
	"mp3", "wav", "m4a", "aac", "flac", "ogg", "oga", "opus", "wma", "aiff", "aif", "amr", "caf", "mka",
	"mp4", "m4v", "mkv", "webm", "mov", "avi", "wmv", "mpg", "mpeg", "mts", "m2ts", "ts", "3gp", "flv", "ogv", "mxf",
}

// openFile asks for a file and passes it on.
func (w *Window) openFile(title, kind string, extensions []string, chosen func(path string)) {
	w.ask(chosen, func() (string, error) { return w.dialogs.Open(title, kind, extensions) }, func() {
		d := dialog.NewFileOpen(func(f fyne.URIReadCloser, err error) {
			if f != nil {
				f.Close()
				chosen(f.URI().Path())
			}
		}, w.win)
		d.SetFilter(storage.NewExtensionFileFilter(dotted(extensions)))
		d.Show()
	})
}

// saveFile asks where to write, and passes the path on.
func (w *Window) saveFile(title, name, kind string, extensions []string, chosen func(path string)) {
	w.ask(chosen, func() (string, error) { return w.dialogs.Save(title, name, kind, extensions) }, func() {
		d := dialog.NewFileSave(func(f fyne.URIWriteCloser, err error) {
			if f != nil {
				f.Close()
				chosen(f.URI().Path())
			}
		}, w.win)
		d.SetFileName(name)
		d.Show()
	})
}

// chooseFolder asks for a folder and passes it on.
func (w *Window) chooseFolder(title string, chosen func(path string)) {
	w.ask(chosen, func() (string, error) { return w.dialogs.Folder(title) }, func() {
		dialog.ShowFolderOpen(func(f fyne.ListableURI, err error) {
			if f != nil {
				chosen(f.Path())
			}
		}, w.win)
	})
}

// ask shows one file dialog at a time: the platform's, or Fyne's where that is
// missing or fails.
func (w *Window) ask(chosen func(string), native func() (string, error), own func()) {
	if w.dialogs == nil {
		own()
		return
	}
	if w.asking {
		return
	}
	w.asking = true
	answer := make(chan func(), 1)
	// The dialog may stay open longer than the window: nobody waits for it.
	go func() {
		path, err := native()
		answer <- func() {
			w.asking = false
			switch {
			case err != nil:
				w.log.Warn("native file dialog failed", "error", err)
				own()
			case path != "":
				chosen(path)
			}
		}
	}()
	w.pump.start(func(ctx context.Context) func() {
		select {
		case show := <-answer:
			return show
		case <-ctx.Done():
			return nil
		}
	})
}

func dotted(extensions []string) []string {
	all := make([]string, len(extensions))
	for i, e := range extensions {
		all[i] = "." + e
	}
	return all
}
