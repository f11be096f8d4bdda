// Package ui is Earshot's window. It shows what package app tells it and
// signals to it what a person wants; it decides nothing about recordings and
// jobs itself.
//
// Everything here belongs to Fyne's goroutine but the pump, the one crossing
// from other goroutines. Widgets are in ui/widget and signal only; each
// screen's file connects them to calls of app.
package ui

import (
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"earshot/app"
	"earshot/ui/look"
	"earshot/ui/widget"
)

// Options of New; the zero value works.
type Options struct {
	// Notices are sentences to show at the start.
	Notices []string
	// Files are transcribed at once, as if dropped on the window.
	Files []string
	// Dialogs are the platform's own; nil uses Fyne's.
	Dialogs FileDialogs
	// Dispatch runs a function on Fyne's goroutine; nil is fyne.Do.
	Dispatch func(func())
	// Now is time.Now if it is nil.
	Now func() time.Time
	// Log is for what a person need not know; nil discards.
	Log *slog.Logger
}

// Window is the main window. Its methods belong to Fyne's goroutine.
type Window struct {
	app      *app.App
	fyne     fyne.App
	win      fyne.Window
	pump     *pump
	log      *slog.Logger
	dialogs  FileDialogs
	asking   bool // a file dialog is open
	quitting bool // it was asked whether to quit

	toolbar    *toolbar
	library    *library
	search     *searchScreen
	transcript *transcriptScreen   // the one that is shown
	open       []*transcriptScreen // all, in the order of their tabs: one at least
	tabs       *tabBar
	welcome    *welcomeScreen
	settings   *settingsScreen
	shortcuts  fyne.CanvasObject // the page of keys
	once       *onceScreen
	omitted    *omittedScreen
	compare    *compareScreen
	models     *modelsScreen
	tune       *tuneScreen
	deleted    *deletedScreen
	strip      *strip
	player     *playerBar
	recorder   *recorder
	continued  *continuation   // nil unless a recording goes into another transcript too
	bottom     *fyne.Container // all three
	centre     *fyne.Container

	reading int64              // the transcript that is being opened, 0 for none
	unsaved map[int64]*unsaved // that were closed

	keys      []keyGroup               // what they do
	languages map[string]string        // name by code
	trashed   []*trashed               // the last is the first that undo brings back
	inserting sequence                 // of text into a transcript that is not open
	heard     map[int64]app.HeardAgain // what was heard again last, by transcript
	comparing int64                    // the transcript that is being opened to be compared with that; 0 for none
	now       func() time.Time
}

// New builds the window. Close it when the program ends.
func New(ctx context.Context, f fyne.App, a *app.App, opt Options) *Window {
	w := &Window{
		app: a, fyne: f, win: f.NewWindow("Earshot"),
		dialogs: opt.Dialogs, log: opt.Log, now: opt.Now, languages: map[string]string{}, heard: map[int64]app.HeardAgain{}, unsaved: map[int64]*unsaved{},
	}
	if w.now == nil {
		w.now = time.Now
	}
	if w.log == nil {
		w.log = slog.New(slog.DiscardHandler)
	}
	w.pump = newPump(ctx, opt.Dispatch, w.log)
	w.inserting.pump = w.pump
	for _, l := range a.Languages() {
		w.languages[l.Code] = said(l.Name)
	}
	w.dress()
	w.toolbar = newToolbar(w)
	w.library = newLibrary(w)
	w.search = newSearchScreen(w)
	w.transcript = newTranscriptScreen(w)
	w.open = []*transcriptScreen{w.transcript}
	w.tabs = newTabBar(w)
	w.welcome = newWelcomeScreen(w)
	w.settings = newSettingsScreen(w)
	w.once = newOnceScreen(w)
	w.omitted = newOmittedScreen(w)
	w.compare = newCompareScreen(w)
	w.models = newModelsScreen(w)
	w.tune = newTuneScreen(w)
	w.deleted = newDeletedScreen(w)
	w.strip = newStrip(w)
	w.player = newPlayerBar(w)
	w.recorder = newRecorder(w)
	w.bottom = container.New(layout.NewCustomPaddedVBoxLayout(0), w.recorder.content, w.strip.content, w.player.content)
	w.bottom.Hide()
	w.centre = container.NewStack()
	w.win.SetContent(widget.WithTips(w.layout()))
	w.win.SetPadded(false)
	w.win.Resize(fyne.NewSize(1280, 800))
	w.win.SetOnDropped(func(_ fyne.Position, uris []fyne.URI) { w.dropped(uris) })
	w.win.SetCloseIntercept(w.quit)
	w.bindKeys()
	w.shortcuts = newShortcutsPage(w)

	w.pump.follow(a.Subscribe(), w.apply)
	for _, n := range opt.Notices {
		w.strip.notice(saidEach(n), "", nil)
	}
	w.library.reload()
	w.welcome.look()
	w.showHome()
	w.transcribe(opt.Files)
	w.background(a.RecoverRecordings)
	a.ServeAPI()
	return w
}

// ShowAndRun shows the window and returns when it is closed.
func (w *Window) ShowAndRun() { w.win.ShowAndRun() }

// Quit closes the window. It may be called from any goroutine.
func (w *Window) Quit() { w.pump.do(w.fyne.Quit) }

// Close ends the window's goroutines. It is called when ShowAndRun has
// returned.
func (w *Window) Close() { w.pump.close() }

// layout puts each thing into its one place: ways in at the top, the library
// on the left, the document in the centre, what is going on at the bottom.
func (w *Window) layout() fyne.CanvasObject {
	side := container.NewStack(
		widget.NewBox(look.Panel),
		container.NewBorder(nil, nil, nil, widget.NewLine(true), w.library.content),
	)
	left := container.New(&fixedWidth{look.SideWidth}, side)
	top := container.NewVBox(w.toolbar.content)
	return container.NewBorder(
		container.New(layout.NewCustomPaddedVBoxLayout(0), top, widget.NewLine(false)),
		w.bottom, left, nil, container.NewBorder(w.tabs.content, nil, nil, nil, w.centre))
}

// arrangeBottom makes room at the bottom for what is going on, and none if
// nothing is.
func (w *Window) arrangeBottom() {
	setVisible(w.bottom, w.recorder.content.Visible() || w.strip.content.Visible() || w.player.content.Visible())
	w.win.Content().Refresh()
}

// fixedWidth gives its objects a width and whatever height there is.
type fixedWidth struct{ width float32 }

func (f *fixedWidth) MinSize(objects []fyne.CanvasObject) fyne.Size {
	height := float32(0)
	for _, o := range objects {
		height = max(height, o.MinSize().Height)
	}
	return fyne.NewSize(f.width, height)
}

func (f *fixedWidth) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Move(fyne.NewPos(0, 0))
		o.Resize(size)
	}
}

// show puts one screen into the centre.
func (w *Window) show(screen fyne.CanvasObject) {
	if w.shows(screen) {
		return
	}
	w.centre.Objects = []fyne.CanvasObject{screen}
	w.centre.Refresh()
}

// shows reports whether a screen is in the centre.
func (w *Window) shows(screen fyne.CanvasObject) bool {
	return len(w.centre.Objects) == 1 && w.centre.Objects[0] == screen
}

// showHome shows the open transcript, or where there is none, what to do.
func (w *Window) showHome() {
	if w.transcript.open != 0 {
		w.show(w.transcript.content)
	} else {
		w.show(w.welcome.content)
	}
	w.player.arrange()
	w.toolbar.update()
}

// apply shows what has happened.
func (w *Window) apply(events []app.Event) {
	for _, e := range events {
		w.happened(e)
		w.each(func(t *transcriptScreen) { t.happened(e) })
		w.continued.happened(w, e)
	}
	w.toolbar.update()
}

// happened shows what an event means for everything but the open transcripts.
func (w *Window) happened(e app.Event) {
	switch e := e.(type) {
	case app.JobChanged:
		w.strip.job(e.Job)
	case app.EntryChanged:
		w.library.changed(e.Entry)
	case app.EntryRemoved:
		w.library.removed(e.ID)
		delete(w.heard, e.ID)
	case app.HeardAgain:
		w.heardAgain(e)
	case app.DownloadChanged:
		w.models.changed(e.Download)
	case app.ServingChanged:
		w.settings.serving.changed(e.Serving)
		if e.Serving.Err != nil && !w.shows(w.settings.content) {
			w.complain(e.Serving.Err)
		}
	case app.SavingChanged:
		w.saved(e)
	case app.PlayerChanged:
		w.player.changed(e.Playing)
	case app.OverviewChanged:
		w.player.surveyed(e.State)
	case app.RecordingChanged:
		w.recorder.show(e.Recording)
	}
}

// transcribe queues files, and adds those that are models.
func (w *Window) transcribe(paths []string) {
	var media []string
	for _, path := range paths {
		if strings.EqualFold(filepath.Ext(path), ".bin") {
			w.addModel(path)
		} else {
			media = append(media, path)
		}
	}
	if len(media) == 0 {
		return
	}
	w.toolbar.search.SetText("") // what comes is to be seen in the library
	w.transcript.awaiting = true
	w.background(func(context.Context) error {
		w.app.Enqueue(media...)
		return nil
	})
}

func (w *Window) dropped(uris []fyne.URI) {
	paths := make([]string, 0, len(uris))
	for _, u := range uris {
		if u.Scheme() == "file" {
			paths = append(paths, u.Path())
		}
	}
	w.transcribe(paths)
}

// background runs work that may take a moment; an error becomes a notice.
func (w *Window) background(work func(context.Context) error) {
	w.pump.start(func(ctx context.Context) func() {
		if err := work(ctx); err != nil && ctx.Err() == nil {
			return func() { w.complain(err) }
		}
		return nil
	})
}

// complain shows an error as a sentence and a hint.
func (w *Window) complain(err error) {
	w.log.Debug("show error", "error", err)
	w.strip.notice(explain(err), "", nil)
}

// language is the name of a language's code.
func (w *Window) language(code string) string {
	if name := w.languages[code]; name != "" {
		return name
	}
	return code
}
