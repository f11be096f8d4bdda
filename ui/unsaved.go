package ui

import (
	"fmt"

	"fyne.io/fyne/v2/lang"

	"earshot/app"
)

// unsaved is a transcript that was closed before all that was done to it was
// stored. The App goes on trying.
type unsaved struct {
	title  string
	err    error // nil until an attempt has failed
	notice *noticeLine
}

// saved follows the storing of what was done to a transcript that is open no
// longer, and says so if it fails.
func (w *Window) saved(s app.SavingChanged) {
	u := w.unsaved[s.Transcript]
	switch {
	case u == nil || w.holding(s.Transcript) != nil:
	case !s.Pending:
		w.stored(s.Transcript)
	case s.Err != nil && u.err == nil:
		u.err = s.Err
		u.notice = w.strip.notice(u.says(explain(s.Err)), "", nil)
	}
}

// stored forgets that something of a transcript was not.
func (w *Window) stored(id int64) {
	if u := w.unsaved[id]; u != nil {
		w.strip.drop(func(n *noticeLine) bool { return n == u.notice })
		delete(w.unsaved, id)
	}
}

func (u *unsaved) says(why string) string {
	return fmt.Sprintf(lang.L("What you have changed in “%s” is not stored: %s"), u.title, why)
}
