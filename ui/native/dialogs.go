//go:build cgo && !ci

// Package native shows the platform's own file dialogs. It is apart from
// package ui so that the window's tests need neither GTK nor a display.
package native

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"fyne.io/fyne/v2/lang"
	"github.com/sqweek/dialog"
)

// Dialogs implements ui.FileDialogs with the desktop's own dialogs. Its
// methods block until the person has chosen; they are not called on Fyne's
// goroutine.
type Dialogs struct{}

// Open asks for a file to read; "" if the person changed their mind.
// extensions come without a dot.
func (Dialogs) Open(title, kind string, extensions []string) (path string, err error) {
	return ask(func() (string, error) {
		return dialog.File().Title(title).Filter(kind, anyCase(extensions)...).Filter(lang.L("All files"), "*").Load()
	})
}

// Save asks for a file to write, proposing a name; "" if the person changed
// their mind. The person has been asked about replacing one that is there.
func (Dialogs) Save(title, name, kind string, extensions []string) (path string, err error) {
	return ask(func() (string, error) {
		return dialog.File().Title(title).Filter(kind, extensions...).SetStartFile(name).Save()
	})
}

// Folder asks for a folder; "" if the person changed their mind.
func (Dialogs) Folder(title string) (path string, err error) {
	return ask(func() (string, error) { return dialog.Directory().Title(title).Browse() })
}

// anyCase adds extensions in capitals: GTK tells them apart.
func anyCase(extensions []string) []string {
	all := slices.Clone(extensions)
	for _, e := range extensions {
		all = append(all, strings.ToUpper(e))
	}
	return all
}

// ask turns a cancelled dialog into no path, and the panic of a toolkit that
// cannot start into an error.
func ask(show func() (string, error)) (path string, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("show file dialog: %v", p)
		}
	}()
	path, err = show()
	if errors.Is(err, dialog.ErrCancelled) {
		return "", nil
	}
	return path, err
}
