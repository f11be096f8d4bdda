package ui

import (
	"context"
	"path/filepath"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"

	"earshot/app"
	"earshot/ui/look"
	"earshot/ui/widget"
)

// onceScreen is where a person chooses options for one job only. They begin as
// those of the settings, or of the transcript that is to be made again.
type onceScreen struct {
	w       *Window
	content fyne.CanvasObject
	what    *widget.Text
	form    *optionsForm
	start   func(app.Options)
}

func newOnceScreen(w *Window) *onceScreen {
	s := &onceScreen{w: w}
	s.form = newOptionsForm(w, func(app.Options) {})
	s.what = widget.NewText("", look.TextSize, look.Dim, fyne.TextStyle{}).Giving()
	s.content = page(lang.L("Options for this time"), container.NewHBox(
		widget.NewButton(lang.L("Cancel"), widget.Plain, w.showHome),
		widget.NewButton(lang.L("Transcribe"), widget.Primary, func() {
			w.showHome()
			s.start(s.form.options)
		})),
		s.what, s.form.basics, s.form.text, s.form.advanced, widget.NewSpace(0, 8))
	return s
}

func (s *onceScreen) show(what string, o app.Options, start func(app.Options)) {
	s.what.SetText(what)
	s.start = start
	s.form.show(o)
	s.w.show(s.content)
}

// openWithOptions asks for a file, then for the options of its job.
func (w *Window) openWithOptions() {
	w.openFile(lang.L("Open audio or video"), lang.L("Audio and video"), mediaExtensions, func(path string) {
		w.once.show(filepath.Base(path), w.app.Settings().Options, func(o app.Options) {
			w.transcript.awaiting = true
			w.background(func(context.Context) error {
				w.app.EnqueueWith(o, path)
				return nil
			})
		})
	})
}

// againWithOptions asks for the options of another job for the open
// transcript's recording.
func (w *Window) againWithOptions() {
	id := w.transcript.open
	if id == 0 {
		return
	}
	w.once.show(w.transcript.entry.Title, w.transcript.entry.Options, func(o app.Options) {
		w.transcript.awaiting = true
		w.background(func(ctx context.Context) error { return w.app.AgainWith(ctx, id, o) })
	})
}
