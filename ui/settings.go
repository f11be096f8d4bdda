package ui

import (
	"context"
	"fmt"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
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
	text    *choice
	locale  *choice
	keep    *choice
	sound   *choice
	source  *choice
	refine  *choice
	serving *servingCard
	devices *fyne.Container
}

func newSettingsScreen(w *Window) *settingsScreen {
	s := &settingsScreen{w: w}
	s.form = newOptionsForm(w, func(o app.Options) { s.change(func(x *app.Settings) { x.Options = o }) })
	s.theme = newChoice(func(v string) {
		s.change(func(x *app.Settings) { x.Theme = v })
		w.dress()
	})
	s.text = newChoice(w.setReading)
	s.locale = newChoice(func(v string) { s.change(func(x *app.Settings) { x.Locale = v }) })
	s.keep = newChoice(func(v string) {
		s.change(func(x *app.Settings) { x.Keep, _ = strconv.Atoi(v) })
	})
	s.sound = newChoice(func(v string) {
		s.change(func(x *app.Settings) { x.SoundDays, _ = strconv.Atoi(v) })
	})
	s.source = newChoice(func(v string) { s.change(func(x *app.Settings) { x.Source = v }) })
	s.refine = newChoice(func(v string) { s.change(func(x *app.Settings) { x.Refine = v }) })
	s.serving = newServingCard(w)
	s.devices = container.New(layout.NewCustomPaddedVBoxLayout(14))
	s.form.found = s.showDevices
	s.content = page(lang.L("Settings"), widget.NewButton(lang.L("Done"), widget.Primary, w.showHome),
		s.form.basics,
		container.NewHBox(widget.NewButton(lang.L("Models…"), widget.Plain, w.showModels),
			widget.NewButton(lang.L("Keyboard shortcuts"), widget.Plain, w.showShortcuts)),
		s.form.text,
		s.form.advanced,
		formCard(
			setting(lang.L("Record from"), lang.L("With both, what you say and what the others say are told apart."), s.source.Select),
			setting(lang.L("Afterwards"), lang.L("A bigger model can go over what you have not edited."), s.refine.Select),
			setting(lang.L("Keep the sound"), lang.L("Of what Earshot has recorded. Text stays, and so do your own files."), s.sound.Select)),
		s.serving.content,
		formCard(widget.NewText(lang.L("Devices"), look.TextSize, look.Ink, fyne.TextStyle{Bold: true}), s.devices),
		formCard(
			setting(lang.L("Memory"), lang.L("How long a model that nobody uses stays in memory."), s.keep.Select),
			setting(lang.L("Appearance"), lang.L("Light, dark, or as the desktop has it."), s.theme.Select),
			setting(lang.L("Text size"), lang.L("Of transcripts; keys change it too."), s.text.Select),
			setting(lang.L("Language of the window"), lang.L("From the next start on."), s.locale.Select)),
		widget.NewText(fmt.Sprintf(lang.L("Earshot %s. Nothing leaves this computer: no account, no telemetry; the network only to get a model."), app.Version),
			look.SmallSize, look.Dim, fyne.TextStyle{}).Giving(),
		widget.NewSpace(0, 8))
	return s
}

// showDevices lists what can compute, and whether it can be relied on.
func (s *settingsScreen) showDevices(devices []app.Device) {
	s.devices.RemoveAll()
	for _, d := range devices {
		trust, colour := said(d.Trust()), look.Dim
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
		{"", lang.L("The default microphone")}, {app.SourceSystem, lang.L("What the computer plays")}, {app.SourceBoth, lang.L("Both")},
	}
	for _, in := range inputs {
		sources = append(sources, [2]string{in.ID, in.Name})
	}
	s.source.set(now.Source, sources)
	models := [][2]string{{"", lang.L("Leave the text as it is")}}
	for _, m := range installed {
		if m.Err == nil {
			models = append(models, [2]string{m.Name, fmt.Sprintf(lang.L("Go over it with %s"), m.Name)})
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
	w.settings.theme.set(now.Theme, [][2]string{{"", lang.L("As the desktop")}, {"light", lang.L("Light")}, {"dark", lang.L("Dark")}})
	w.settings.text.set(now.Text, readingOptions())
	w.settings.locale.set(now.Locale, append([][2]string{{"", lang.L("As the system")}}, locales...))
	w.settings.keep.set(strconv.Itoa(now.Keep), [][2]string{{"1", lang.L("One minute")}, {"0", lang.L("Five minutes")}, {"30", lang.L("Half an hour")}, {"-1", lang.L("Always")}})
	w.settings.sound.set(strconv.Itoa(now.SoundDays), [][2]string{
		{strconv.Itoa(app.SoundForEver), lang.L("For ever")},
		{"30", lang.L("For 30 days")},
		{"90", lang.L("For 90 days")},
		{"365", lang.L("For a year")},
		{strconv.Itoa(app.SoundUntilText), lang.L("Until it is text")},
	})
	w.settings.serving.show()
	w.settings.form.show(now.Options)
	w.settings.showInputs(nil, nil)
	w.settings.findInputs()
	w.show(w.settings.content)
}

// chooseModel asks for a model file and adds it.
func (w *Window) chooseModel() {
	w.openFile(lang.L("Add a model file"), lang.L("Whisper models"), []string{"bin"}, w.addModel)
}
