package ui

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	fynewidget "fyne.io/fyne/v2/widget"

	"earshot/app"
	"earshot/ui/look"
	"earshot/ui/widget"
)

// welcomeScreen is what the centre shows when no transcript is open: where to
// drop a file, and before there is a model, how to get one.
type welcomeScreen struct {
	w       *Window
	content fyne.CanvasObject
	models  fyne.CanvasObject // how to get a model
	title   *widget.Text
	about   *widget.Text
	folder  *fynewidget.Label
	drop    *widget.DropZone
}

// cards are the models shown first, by name.
var cards = []string{"large-v3-turbo-q5_0", "small", "base"}

func newWelcomeScreen(w *Window) *welcomeScreen {
	s := &welcomeScreen{
		w:      w,
		title:  widget.NewText("Turn speech into text, on this machine", look.HeroSize, look.Ink, fyne.TextStyle{Bold: true}).Giving(),
		about:  widget.NewText("", 12.5, look.Dim, fyne.TextStyle{}).Giving(),
		folder: fynewidget.NewLabel(""),
		drop:   widget.NewDropZone("Drop audio or video here", "or press Open… and choose a file"),
	}
	s.folder.Wrapping, s.folder.SizeName, s.folder.Importance = fyne.TextWrapBreak, captionText, fynewidget.LowImportance
	row := container.New(layout.NewCustomPaddedLayout(0, 0, 0, 0), container.NewGridWithColumns(len(cards), modelCards()...))
	s.models = container.New(layout.NewCustomPaddedVBoxLayout(10), row, s.folder, container.NewHBox(
		widget.NewButton("Add a model file…", widget.Primary, w.chooseModel),
		widget.NewButton("Look again", widget.Plain, s.look)))
	s.models.Hide()
	s.drop.OnTapped = w.openMedia
	s.content = container.NewVScroll(container.New(&column{look.TextColumn, 24}, container.New(layout.NewCustomPaddedVBoxLayout(8),
		widget.NewSpace(0, 12), s.title, s.about, widget.NewSpace(0, 4), s.models, widget.NewSpace(0, 4), s.drop)))
	return s
}

// modelCards describes a few models that can be had.
func modelCards() []fyne.CanvasObject {
	var all []fyne.CanvasObject
	for _, name := range cards {
		for _, o := range app.Offers() {
			if o.Name != name {
				continue
			}
			words := fynewidget.NewLabel(strings.ToUpper(o.Words[:1]) + o.Words[1:] + ".")
			words.Wrapping = fyne.TextWrapWord
			body := container.New(layout.NewCustomPaddedVBoxLayout(4),
				widget.NewText(o.Name, 15, look.Ink, fyne.TextStyle{Bold: true}).Giving(),
				widget.NewText(app.Bytes(o.Size)+" · 99 languages", 12.5, look.Dim, fyne.TextStyle{}).Giving(),
				container.New(layout.NewCustomPaddedLayout(0, 0, -8, -8), words),
				widget.NewText(o.File, 11, look.Faint, fyne.TextStyle{}).Giving())
			all = append(all, container.NewStack(widget.NewCard(look.Panel, look.Line, 12),
				container.New(layout.NewCustomPaddedLayout(14, 14, 16, 16), body)))
		}
	}
	return all
}

// look finds out whether there is a model now.
func (s *welcomeScreen) look() {
	s.w.pump.start(func(context.Context) func() {
		models := s.w.app.Models()
		_, err := models.Find(s.w.app.Settings().Model)
		hearing := models.VAD() != ""
		return func() { s.found(err == nil, hearing) }
	})
}

// found says what is missing. The voice activity model is small and keeps
// words from being invented in silence.
func (s *welcomeScreen) found(model, hearing bool) {
	setVisible(s.models, !model || !hearing)
	dirs := joinPaths(s.w.app.Models().Dirs[:1])
	switch {
	case !model:
		s.about.SetText("Nothing leaves your computer. It needs a model, once; you can change it later.")
		s.folder.SetText("Get one of these files from the whisper.cpp model page (huggingface.co/ggerganov/whisper.cpp), and " +
			app.VADFile + " (0.9 MB, hears where speech is) from huggingface.co/ggml-org/whisper-vad. Add them here, drop them on the window, or put them into " + dirs + ".")
	case !hearing:
		s.about.SetText("Nothing leaves your computer. The voice activity model is missing; without it, silence may be given words.")
		s.folder.SetText("Get " + app.VADFile + " (0.9 MB) from huggingface.co/ggml-org/whisper-vad. Add it here, drop it on the window, or put it into " + dirs + ".")
	default:
		s.about.SetText("Nothing leaves your computer.")
	}
	s.content.Refresh()
}
