package ui

import (
	"context"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	fynewidget "fyne.io/fyne/v2/widget"

	"earshot/app"
	"earshot/ui/look"
	"earshot/ui/widget"
)

// modelsScreen is where a person gets, sees and removes models. Its cards for
// the models that suit this machine are on the welcome page as well.
type modelsScreen struct {
	w         *Window
	content   fyne.CanvasObject
	suited    *fyne.Container // recommended for this machine
	installed *fyne.Container
	rest      *fyne.Container
	all       *widget.Button
	about     *fynewidget.Label

	cards     []*modelCard // everywhere, each model's wherever it is shown
	downloads map[string]app.Download
}

func newModelsScreen(w *Window) *modelsScreen {
	s := &modelsScreen{w: w, downloads: map[string]app.Download{}, about: caption("")}
	list := func() *fyne.Container { return container.New(layout.NewCustomPaddedVBoxLayout(10)) }
	s.suited, s.installed, s.rest = list(), list(), list()
	s.rest.Hide()
	s.all = widget.NewButton(lang.L("Show all"), widget.Plain, func() {
		setVisible(s.rest, !s.rest.Visible())
		s.all.SetText(map[bool]string{true: lang.L("Show fewer"), false: lang.L("Show all")}[s.rest.Visible()])
	})
	s.content = page(lang.L("Models"), container.NewHBox(
		widget.NewButton(lang.L("Add a model file…"), widget.Plain, w.chooseModel),
		widget.NewButton(lang.L("Done"), widget.Primary, w.showHome)),
		section(lang.L("Installed")), s.installed,
		section(lang.L("Recommended for this machine")), s.suited,
		container.NewHBox(s.all), s.rest, s.about, widget.NewSpace(0, 8))
	return s
}

// section is a small heading between cards.
func section(text string) fyne.CanvasObject {
	return widget.NewText(text, look.SmallSize, look.Dim, fyne.TextStyle{Bold: true})
}

// showModels shows what there is.
func (w *Window) showModels() {
	w.show(w.models.content)
	w.models.look()
}

// look finds out what is installed and what suits this machine.
func (s *modelsScreen) look() {
	s.w.pump.start(func(ctx context.Context) func() {
		models := s.w.app.Models()
		installed := models.List()
		machine, err := s.w.app.Machine(ctx)
		downloads := append(s.w.app.Unfinished(), s.w.app.Downloads()...)
		return func() {
			if err != nil {
				s.w.log.Debug("recommend without knowing the machine", "error", err)
			}
			for _, d := range downloads {
				s.downloads[d.Offer.Name] = d
			}
			s.arrange(installed, app.Recommend(machine))
		}
	})
}

// arrange makes the cards anew.
func (s *modelsScreen) arrange(installed []app.ModelInfo, recommended []app.Offer) {
	s.cards = nil
	for _, box := range []*fyne.Container{s.installed, s.suited, s.rest} {
		box.RemoveAll()
	}
	have := map[string]bool{}
	for _, m := range installed {
		have[filepath.Base(m.Path)] = true
		s.installed.Add(s.installedCard(m))
	}
	if len(installed) == 0 {
		s.installed.Add(widget.NewText(lang.L("None yet."), look.TextSize, look.Dim, fyne.TextStyle{}).Giving())
	}
	for _, o := range app.Offers() {
		if o.Family == app.FamilyVAD || have[o.File] {
			continue
		}
		box := s.rest
		if slices.ContainsFunc(recommended, func(r app.Offer) bool { return r.Name == o.Name }) {
			box = s.suited
		}
		box.Add(s.newCard(o, false).content)
	}
	s.about.SetText(fmt.Sprintf(lang.L("Models come from %s and are checked against their published checksums. They go to %s. "+
		"This is the only time that Earshot uses the network."), host(app.Offers()[0].URL), joinPaths(s.w.app.Models().Dirs[:1])))
	s.w.welcome.offer(recommended)
}

func host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Host
}

// installedCard shows a model that is there.
func (s *modelsScreen) installedCard(m app.ModelInfo) fyne.CanvasObject {
	about := app.Bytes(m.Size)
	if m.Weights != "" {
		about += " · " + m.Weights
	}
	colour := look.Dim
	if m.Err != nil {
		about, _ = app.Explain(m.Err)
		about = said(about)
		colour = look.Warning
	}
	remove := widget.NewButton(lang.L("Delete"), widget.Ghost, func() { s.remove(m) })
	use := widget.NewButton(lang.L("Use"), widget.Plain, func() {
		s.w.settings.change(func(x *app.Settings) { x.Model = m.Name })
		s.look()
	})
	if s.w.app.Settings().Model == m.Name {
		use.SetText(lang.L("In use"))
		use.SetEnabled(false)
	}
	setVisible(use, m.Err == nil)
	tune := widget.NewButton(lang.L("Tune…"), widget.Ghost, func() { s.w.tune.show(m) })
	setVisible(tune, m.Tunable() == nil)
	return formCard(container.NewBorder(nil, nil, nil, centred(container.NewHBox(
		widget.NewButton(lang.L("Show in folder"), widget.Ghost, func() { s.showFolder(m.Path) }), remove, tune, use)),
		container.New(layout.NewCustomPaddedVBoxLayout(0),
			widget.NewText(m.Name, look.TextSize, look.Ink, fyne.TextStyle{Bold: true}).Giving(),
			widget.NewText(about, look.SmallSize, colour, fyne.TextStyle{}).Giving())))
}

func (s *modelsScreen) showFolder(path string) {
	if err := s.w.fyne.OpenURL(&url.URL{Scheme: "file", Path: filepath.ToSlash(filepath.Dir(path))}); err != nil {
		s.w.complain(fmt.Errorf("show the folder %s: %w", filepath.Dir(path), err))
	}
}

func (s *modelsScreen) remove(m app.ModelInfo) {
	s.w.pump.start(func(context.Context) func() {
		err := s.w.app.RemoveModel(filepath.Base(m.Path))
		return func() {
			if err != nil {
				s.w.complain(err)
				return
			}
			delete(s.downloads, m.Name)
			s.w.strip.passing(fmt.Sprintf(lang.L("Deleted the model %s."), m.Name))
			s.w.welcome.look()
			s.look()
		}
	})
}

// changed shows news of a download.
func (s *modelsScreen) changed(d app.Download) {
	s.downloads[d.Offer.Name] = d
	for _, c := range s.cards {
		if c.offer.Name == d.Offer.Name {
			c.show(d)
		}
	}
	if d.State == app.DownloadDone {
		delete(s.downloads, d.Offer.Name)
		if d.Offer.Family != app.FamilyVAD {
			s.w.strip.passing(fmt.Sprintf(lang.L("The model %s is ready."), d.Offer.Name))
		}
		s.w.welcome.look()
		s.look()
	}
}

// modelCard offers a model for download and shows how that goes.
type modelCard struct {
	offer   app.Offer
	content fyne.CanvasObject
	bar     *widget.Bar
	news    *widget.Text
	going   *fyne.Container // bar and news
	get     *widget.Button
	pause   *widget.Button
	cancel  *widget.Button
}

// newCard makes a card, narrow for a row of them or wide for a list, that
// follows its model's download.
func (s *modelsScreen) newCard(o app.Offer, narrow bool) *modelCard {
	a, name := s.w.app, o.Name
	c := &modelCard{offer: o, bar: widget.NewBar(), news: widget.NewText("", look.SmallSize, look.Dim, fyne.TextStyle{}).Giving()}
	c.get = widget.NewButton(lang.L("Download"), widget.Plain, func() {
		if err := a.Download(name); err != nil {
			s.w.complain(err)
		}
	})
	c.pause = widget.NewButton(lang.L("Pause"), widget.Plain, func() { a.PauseDownload(name) })
	c.cancel = widget.NewButton(lang.L("Cancel"), widget.Ghost, func() { a.CancelDownload(name) })
	c.going = container.New(layout.NewCustomPaddedVBoxLayout(6), c.bar, c.news)
	words := fynewidget.NewLabel(sentenceOf(o))
	words.Wrapping = fyne.TextWrapWord
	title := widget.NewText(o.Name, look.TextSize, look.Ink, fyne.TextStyle{Bold: true}).Giving()
	about := widget.NewText(aboutOffer(o), look.SmallSize, look.Dim, fyne.TextStyle{}).Giving()
	buttons := container.NewHBox(c.cancel, c.pause, c.get)
	if narrow {
		c.content = formCard(container.New(layout.NewCustomPaddedVBoxLayout(4), title, about,
			container.New(layout.NewCustomPaddedLayout(-4, -4, -8, -8), words), c.going, buttons))
	} else {
		text := container.New(layout.NewCustomPaddedVBoxLayout(2), title, about,
			widget.NewText(words.Text, look.SmallSize, look.Ink, fyne.TextStyle{}).Giving())
		if o.Attribution != "" {
			text.Add(widget.NewText(o.Attribution, 11, look.Faint, fyne.TextStyle{}).Giving())
		}
		c.content = formCard(container.New(layout.NewCustomPaddedVBoxLayout(8),
			container.NewBorder(nil, nil, nil, centred(buttons), text), c.going))
	}
	s.cards = append(s.cards, c)
	c.show(s.downloads[o.Name])
	return c
}

// sentenceOf says what a model is good for.
func sentenceOf(o app.Offer) string {
	words := []rune(said(o.Words))
	return string(unicode.ToUpper(words[0])) + string(words[1:]) + lang.L(".")
}

// aboutOffer is a model in figures.
func aboutOffer(o app.Offer) string {
	var parts []string
	if o.Size > 0 {
		parts = append(parts, app.Bytes(o.Size))
	}
	switch o.Languages {
	case 0:
	case 1:
		parts = append(parts, lang.L("English"), said(string(o.Pace)))
	default:
		parts = append(parts, lang.N("{{.N}} languages", o.Languages, map[string]any{"N": o.Languages}), said(string(o.Pace)))
	}
	return strings.Join(append(parts, o.Licence), " · ")
}

// show shows how far the download is; the zero value is one that nobody has
// asked for.
func (c *modelCard) show(d app.Download) {
	c.get.SetText(map[app.DownloadState]string{app.DownloadPaused: lang.L("Continue"), app.DownloadFailed: lang.L("Try again")}[d.State])
	if c.get.Text == "" {
		c.get.SetText(lang.L("Download"))
	}
	setVisible(c.get, !d.Active())
	setVisible(c.pause, d.Active())
	begun := d.Active() || d.State == app.DownloadPaused || d.State == app.DownloadFailed
	setVisible(c.cancel, begun)
	setVisible(c.going, begun)
	c.bar.SetFraction(-1)
	if d.Size > 0 {
		c.bar.SetFraction(float64(d.Done) / float64(d.Size))
	}
	c.news.SetText(downloadText(d))
	c.content.Refresh()
}

// downloadText says in words how far a download is.
func downloadText(d app.Download) string {
	switch d.State {
	case app.DownloadWaiting:
		return lang.L("waiting")
	case app.DownloadVerifying:
		return lang.L("checking")
	case app.DownloadFailed:
		return explain(d.Err)
	}
	parts := []string{app.Bytes(d.Done)}
	if d.Size > 0 {
		parts[0] = fmt.Sprintf(lang.L("%s of %s"), app.Bytes(d.Done), app.Bytes(d.Size))
	}
	if d.State == app.DownloadPaused {
		return strings.Join(append(parts, lang.L("paused")), " · ")
	}
	if d.Speed > 0 {
		parts = append(parts, app.Bytes(int64(d.Speed))+"/s")
	}
	if d.Remaining >= 0 {
		parts = append(parts, fmt.Sprintf(lang.L("%s left"), app.Clock(d.Remaining)))
	}
	return strings.Join(parts, " · ")
}
