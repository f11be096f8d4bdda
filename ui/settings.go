package ui

import (
	"context"
	"fmt"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	fynewidget "fyne.io/fyne/v2/widget"

	"earshot/app"
	"earshot/ui/look"
	"earshot/ui/widget"
)

const captionText = theme.SizeNameCaptionText

// settingsScreen is where a person chooses model, language, device and
// appearance. A choice is in force at once, for the jobs that begin after it.
type settingsScreen struct {
	w        *Window
	content  fyne.CanvasObject
	model    *choice
	language *choice
	device   *choice
	theme    *choice
	folder   *fynewidget.Label
}

// choice is a Select whose options have values behind their words.
type choice struct {
	*fynewidget.Select
	values  []string
	changed func(value string)
}

func newChoice(changed func(string)) *choice {
	c := &choice{changed: changed}
	c.Select = fynewidget.NewSelect(nil, nil)
	return c
}

// set replaces the options, keeping quiet about it. A value that is not among
// them is added as it is, so that a choice is never changed by showing it.
func (c *choice) set(value string, options [][2]string) {
	c.OnChanged = nil
	c.Options, c.values = nil, nil
	for _, o := range options {
		c.values, c.Options = append(c.values, o[0]), append(c.Options, o[1])
	}
	if !slices.Contains(c.values, value) {
		c.values, c.Options = append(c.values, value), append(c.Options, value)
	}
	c.SetSelectedIndex(slices.Index(c.values, value))
	c.OnChanged = func(string) {
		if i := c.SelectedIndex(); i >= 0 {
			c.changed(c.values[i])
		}
	}
	c.Refresh()
}

func newSettingsScreen(w *Window) *settingsScreen {
	s := &settingsScreen{w: w}
	s.model = newChoice(func(v string) { s.change(func(x *app.Settings) { x.Model = v }) })
	s.language = newChoice(func(v string) { s.change(func(x *app.Settings) { x.Language = v }) })
	s.device = newChoice(func(v string) { s.change(func(x *app.Settings) { x.Device = v }) })
	s.theme = newChoice(func(v string) {
		s.change(func(x *app.Settings) { x.Theme = v })
		w.fyne.Settings().SetTheme(look.Theme{Force: v})
	})
	s.folder = fynewidget.NewLabel("")
	s.folder.Wrapping, s.folder.SizeName, s.folder.Importance = fyne.TextWrapBreak, captionText, fynewidget.LowImportance
	card := func(rows ...fyne.CanvasObject) fyne.CanvasObject {
		return container.NewStack(widget.NewCard(look.Panel, look.Line, 12), container.New(layout.NewCustomPaddedLayout(14, 14, 16, 16),
			container.New(layout.NewCustomPaddedVBoxLayout(14), rows...)))
	}
	page := container.New(layout.NewCustomPaddedVBoxLayout(14),
		widget.NewSpace(0, 8),
		container.NewBorder(nil, nil, widget.NewText("Settings", look.TitleSize, look.Ink, fyne.TextStyle{Bold: true}),
			widget.NewButton("Done", widget.Primary, w.showHome)),
		card(
			setting("Model", "Bigger models write better text and take longer.", s.model),
			container.NewBorder(nil, nil, nil, centred(widget.NewButton("Add a model file…", widget.Plain, w.chooseModel)),
				container.New(layout.NewCustomPaddedLayout(0, 0, -8, 0), s.folder)),
			setting("Language", "Choosing the language spoken is surer than detecting it.", s.language),
			setting("Device", "What does the work. If it fails, the transcript says what did it instead.", s.device)),
		card(setting("Appearance", "Light, dark, or as the desktop has it.", s.theme)),
		widget.NewText("Earshot "+app.Version+". Nothing leaves this computer: no account, no telemetry.",
			look.SmallSize, look.Dim, fyne.TextStyle{}).Giving(),
	)
	s.content = container.NewVScroll(container.New(&column{look.TextColumn, 24}, page))
	return s
}

// setting is a row: its name and what it means on the left, the choice on the
// right.
func setting(name, meaning string, c *choice) fyne.CanvasObject {
	words := container.New(layout.NewCustomPaddedVBoxLayout(0),
		widget.NewText(name, look.TextSize, look.Ink, fyne.TextStyle{Bold: true}),
		widget.NewText(meaning, look.SmallSize, look.Dim, fyne.TextStyle{}).Giving())
	return container.NewBorder(nil, nil, nil, container.New(&fixedWidth{280}, centred(c.Select)), words)
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
	s := w.settings
	now := w.app.Settings()
	s.theme.set(now.Theme, [][2]string{{"", "As the desktop"}, {"light", "Light"}, {"dark", "Dark"}})
	languages := [][2]string{{"", "Detect"}}
	for _, l := range w.app.Languages() {
		languages = append(languages, [2]string{l.Code, l.Name})
	}
	slices.SortFunc(languages[1:], func(a, b [2]string) int { return compareText(a[1], b[1]) })
	s.language.set(now.Language, languages)
	s.model.set(now.Model, [][2]string{{"", "Best installed"}})
	s.device.set(now.Device, [][2]string{{"", "Automatic"}, {"cpu", "CPU"}})
	s.folder.SetText("Models are looked for in " + joinPaths(w.app.Models().Dirs) + ".")
	w.show(s.content)
	w.pump.start(func(ctx context.Context) func() {
		models := w.app.Models().List()
		devices, err := w.app.Devices(ctx)
		return func() {
			if err != nil {
				w.complain(err)
			}
			s.fill(w.app.Settings(), models, devices)
		}
	})
}

// fill offers what was found on this machine.
func (s *settingsScreen) fill(now app.Settings, models []app.ModelInfo, devices []app.Device) {
	options := [][2]string{{"", "Best installed"}}
	for _, m := range models {
		if m.Err == nil {
			options = append(options, [2]string{m.Name, fmt.Sprintf("%s · %s", m.Name, app.Bytes(m.Size))})
		}
	}
	s.model.set(now.Model, options)
	options = [][2]string{{"", "Automatic"}}
	for _, d := range devices {
		options = append(options, [2]string{d.ID, fmt.Sprintf("%s · %s", d.Name, d.Backend)})
	}
	s.device.set(now.Device, options)
}

// chooseModel asks for a model file and adds it.
func (w *Window) chooseModel() {
	w.openFile("Add a model file", "Whisper models", []string{"bin"}, w.addModel)
}
