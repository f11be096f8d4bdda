package ui

import (
	"context"
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
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
	row     *fyne.Container   // of cards
	title   *widget.Text
	about   *widget.Text
	folder  *fynewidget.Label
	drop    *widget.DropZone
}

func newWelcomeScreen(w *Window) *welcomeScreen {
	s := &welcomeScreen{
		w:      w,
		title:  widget.NewText(lang.L("Turn speech into text, on this machine"), look.HeroSize, look.Ink, fyne.TextStyle{Bold: true}).Giving(),
		about:  widget.NewText("", 12.5, look.Dim, fyne.TextStyle{}).Giving(),
		folder: fynewidget.NewLabel(""),
		drop:   widget.NewDropZone(lang.L("Drop audio or video here"), lang.L("or press Open… and choose a file")),
	}
	s.folder.Wrapping, s.folder.SizeName, s.folder.Importance = fyne.TextWrapBreak, captionText, fynewidget.LowImportance
	s.row = container.NewGridWithColumns(3)
	flush := container.New(layout.NewCustomPaddedLayout(0, 0, -theme.InnerPadding(), -theme.InnerPadding()), s.folder)
	s.models = container.New(layout.NewCustomPaddedVBoxLayout(10), s.row, flush, container.NewHBox(
		widget.NewButton(lang.L("All models…"), widget.Plain, w.showModels),
		widget.NewButton(lang.L("Add a model file…"), widget.Plain, w.chooseModel)))
	s.models.Hide()
	s.drop.OnTapped = w.openMedia
	s.content = container.NewVScroll(container.New(&column{look.TextColumn, 24}, container.New(layout.NewCustomPaddedVBoxLayout(8),
		widget.NewSpace(0, 12), s.title, s.about, widget.NewSpace(0, 4), s.models, widget.NewSpace(0, 4), s.drop)))
	return s
}

// offer shows the models that suit this machine, the first of them as the one
// to take.
func (s *welcomeScreen) offer(recommended []app.Offer) {
	s.row.RemoveAll()
	for i, o := range recommended {
		card := s.w.models.newCard(o, true)
		if i == 0 {
			card.get.Style = widget.Primary
		}
		s.row.Add(card.content)
	}
	s.content.Refresh()
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
	switch {
	case !model:
		s.w.models.look()
	case !hearing:
		if o, err := app.FindOffer(app.VADFile); err == nil {
			s.offer([]app.Offer{o})
		}
	}
	dirs := joinPaths(s.w.app.Models().Dirs[:1])
	switch {
	case !model:
		s.about.SetText(lang.L("Nothing leaves your computer. It needs a model, once; you can change it later."))
		s.folder.SetText(fmt.Sprintf(lang.L("A model goes to %s. You can add a file that you have, or drop it on the window."), dirs))
	case !hearing:
		s.about.SetText(lang.L("Nothing leaves your computer. The voice activity model is missing; without it, silence may be given words."))
		s.folder.SetText(fmt.Sprintf(lang.L("It comes with every model that is downloaded; or add %s, or put it into %s."), app.VADFile, dirs))
	default:
		s.about.SetText(lang.L("Nothing leaves your computer."))
	}
	s.content.Refresh()
}
