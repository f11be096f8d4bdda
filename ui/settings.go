package ui

import (
	"context"
	"fmt"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"earshot/app"
	"earshot/ui/look"
	"earshot/ui/widget"
)

const captionText = theme.SizeNameCaptionText

// settingsScreen is where a person chooses the options of new jobs and how
// Earshot looks. A choice is in force at once, for the jobs that begin after
// it.
type settingsScreen struct {
	w       *Window
	content fyne.CanvasObject
	form    *optionsForm
	theme   *choice
	keep    *choice
	source  *choice
	refine  *choice
	devices *fyne.Container
}

func newSettingsScreen(w *Window) *settingsScreen {
	s := &settingsScreen{w: w}
	s.form = newOptionsForm(w, func(o app.Options) { s.change(func(x *app.Settings) { x.Options = o }) })
	s.theme = newChoice(func(v string) {
		s.change(func(x *app.Settings) { x.Theme = v })
		w.fyne.Settings().SetTheme(look.Theme{Force: v})
	})
	s.keep = newChoice(func(v string) {
		s.change(func(x *app.Settings) { x.Keep, _ = strconv.Atoi(v) })
	})
	s.source = newChoice(func(v string) { s.change(func(x *app.Settings) { x.Source = v }) })
	s.refine = newChoice(func(v string) { s.change(func(x *app.Settings) { x.Refine = v }) })
	s.devices = container.New(layout.NewCustomPaddedVBoxLayout(14))
	s.form.found = s.showDevices
	s.content = page("Settings", widget.NewButton("Done", widget.Primary, w.showHome),
		s.form.basics,
		container.NewHBox(widget.NewButton("Models…", widget.Plain, w.showModels)),
		s.form.text,
		s.form.advanced,
		formCard(
			setting("Record from", "With both, what you say and what the others say are told apart.", s.source.Select),
			setting("Afterwards", "A bigger model can go over what you have not edited.", s.refine.Select)),
		formCard(widget.NewText("Devices", look.TextSize, look.Ink, fyne.TextStyle{Bold: true}), s.devices),
		formCard(
			setting("Memory", "How long a model that nobody uses stays in memory.", s.keep.Select),
			setting("Appearance", "Light, dark, or as the desktop has it.", s.theme.Select)),
		widget.NewText("Earshot "+app.Version+". Nothing leaves this computer: no account, no telemetry; the network only to get a model.",
			look.SmallSize, look.Dim, fyne.TextStyle{}).Giving(),
		widget.NewSpace(0, 8))
	return s
}

// showDevices lists what can compute, and whether it can be relied on.
func (s *settingsScreen) showDevices(devices []app.Device) {
	s.devices.RemoveAll()
	for _, d := range devices {
		trust, colour := d.Trust(), look.Dim
		if d.Why != "" {
			colour = look.Warning
		}
		s.devices.Add(container.New(layout.NewCustomPaddedVBoxLayout(0),
			widget.NewText(fmt.Sprintf("%s · %s · %s", d.Name, d.Backend, app.Bytes(int64(d.MemoryTotal))), look.TextSize, look.Ink, fyne.TextStyle{}).Giving(),
			widget.NewText(trust, look.SmallSize, colour, fyne.TextStyle{}).Giving()))
	}
}

// findInputs looks what can be recorded.
func (s *settingsScreen) findInputs() {
	s.w.pump.start(func(ctx context.Context) func() {
		models := s.w.app.Models().List()
		inputs, err := s.w.app.Inputs(ctx)
		if err != nil {
			s.w.log.Debug("list inputs", "error", err)
		}
		return func() { s.showInputs(inputs, models) }
	})
}

// showInputs offers what can be recorded, and the models that can go over it.
func (s *settingsScreen) showInputs(inputs []app.Input, installed []app.ModelInfo) {
	now := s.w.app.Settings()
	sources := [][2]string{
		{"", "The default microphone"}, {app.SourceSystem, "What the computer plays"}, {app.SourceBoth, "Both"},
	}
	for _, in := range inputs {
		sources = append(sources, [2]string{in.ID, in.Name})
	}
	s.source.set(now.Source, sources)
	models := [][2]string{{"", "Leave the text as it is"}}
	for _, m := range installed {
		if m.Err == nil {
			models = append(models, [2]string{m.Name, "Go over it with " + m.Name})
		}
	}
	s.refine.set(now.Refine, models)
}

// page is a screen of cards that scrolls, with a title and a way out.
func page(title string, out fyne.CanvasObject, cards ...fyne.CanvasObject) fyne.CanvasObject {
	head := container.NewBorder(nil, nil, widget.NewText(title, look.TitleSize, look.Ink, fyne.TextStyle{Bold: true}), out)
	body := container.New(layout.NewCustomPaddedVBoxLayout(14), append([]fyne.CanvasObject{widget.NewSpace(0, 8), head}, cards...)...)
	return container.NewVScroll(container.New(&column{look.TextColumn, 24}, body))
}

// change alters the settings and saves them.
func (s *settingsScreen) change(alter func(*app.Settings)) {
	settings := s.w.app.Settings()
	alter(&settings)
	s.w.app.SetSettings(settings)
	s.w.background(func(context.Context) error { return s.w.app.SaveSettings() })
}

// showSettings shows the settings as they are now.
func (w *Window) showSettings() {
	now := w.app.Settings()
	w.settings.theme.set(now.Theme, [][2]string{{"", "As the desktop"}, {"light", "Light"}, {"dark", "Dark"}})
	w.settings.keep.set(strconv.Itoa(now.Keep), [][2]string{{"1", "One minute"}, {"0", "Five minutes"}, {"30", "Half an hour"}, {"-1", "Always"}})
	w.settings.form.show(now.Options)
	w.settings.showInputs(nil, nil)
	w.settings.findInputs()
	w.show(w.settings.content)
}

// chooseModel asks for a model file and adds it.
func (w *Window) chooseModel() {
	w.openFile("Add a model file", "Whisper models", []string{"bin"}, w.addModel)
}
