package ui

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	fynewidget "fyne.io/fyne/v2/widget"

	"earshot/app"
	"earshot/ui/look"
	"earshot/ui/widget"
)

// optionsForm is where a person chooses the options of a transcription: those
// of every new job in the settings, those of one job elsewhere. It shows the
// options that it is given and signals every change.
type optionsForm struct {
	w       *Window
	options app.Options
	changed func(app.Options)
	found   func([]app.Device) // what there is; nil if nobody wants to know

	basics, text, advanced fyne.CanvasObject

	models []app.ModelInfo // that are installed

	model, language, device    *choice
	beam, temperature, threads *choice
	several, prompt, replace   *fynewidget.Entry
	translate, punctuate       *fynewidget.Check
	spoken, mask               *fynewidget.Check
	severalWrong, replaceWrong *fynewidget.Label
	folder                     *fynewidget.Label
	more                       *widget.Button
	rest                       fyne.CanvasObject // behind more
	translating                fyne.CanvasObject // hidden for models that cannot
}

func newOptionsForm(w *Window, changed func(app.Options)) *optionsForm {
	f := &optionsForm{w: w, changed: changed}
	f.makeChoices()
	f.makeFields()
	f.folder = caption("")
	f.basics = formCard(
		setting(lang.L("Model"), lang.L("Bigger models write better text and take longer."), f.model.Select),
		container.New(layout.NewCustomPaddedLayout(-12, -8, -8, 0), f.folder),
		setting(lang.L("Language"), lang.L("Choosing the language spoken is surer than detecting it."), f.language.Select),
		setting(lang.L("Several languages"), lang.L("Codes like en, de: every stretch of speech is in one of them."), f.several),
		f.severalWrong,
		setting(lang.L("Device"), lang.L("What does the work. If it fails, the transcript says what did it instead."), f.device.Select))
	f.translating = setting(lang.L("Translate into English"), lang.L("The model writes English, whatever is spoken."), f.translate)
	f.text = formCard(
		setting(lang.L("Punctuation and capitals"), lang.L("Off writes plain words, as for search or counting."), f.punctuate),
		setting(lang.L("Spoken punctuation"), lang.L("“Comma”, “new line”, “scratch that” are obeyed, but not after an article."), f.spoken),
		f.translating,
		setting(lang.L("Hide swear words"), lang.L("They become s***, in nine languages."), f.mask),
		setting(lang.L("Words to expect"), lang.L("Names and terms, so that they are spelled right."), f.prompt),
		setting(lang.L("Replacements"), lang.L("One a line: what was heard = what to write."), f.replace),
		f.replaceWrong)
	f.rest = container.New(layout.NewCustomPaddedVBoxLayout(14),
		setting(lang.L("Beams"), lang.L("More than one searches longer: slower, sometimes better."), f.beam.Select),
		setting(lang.L("Temperature"), lang.L("Where decoding begins; 0 is the surest."), f.temperature.Select),
		setting(lang.L("Threads"), lang.L("Stretches of speech decoded side by side."), f.threads.Select))
	f.rest.Hide()
	f.more = widget.NewButton(lang.L("Advanced"), widget.Plain, func() {
		setVisible(f.rest, !f.rest.Visible())
		f.advanced.Refresh()
	})
	f.advanced = formCard(container.NewHBox(f.more), f.rest)
	return f
}

func (f *optionsForm) makeChoices() {
	choose := func(alter func(o *app.Options, v string)) *choice {
		return newChoice(func(v string) { f.change(func(o *app.Options) { alter(o, v) }) })
	}
	f.model = newChoice(func(v string) {
		f.change(func(o *app.Options) { o.Model = v })
		f.showTranslate()
	})
	f.language = newChoice(func(v string) {
		f.change(func(o *app.Options) { o.Language = v })
		f.several.SetText("")
	})
	f.device = choose(func(o *app.Options, v string) { o.Device = v })
	f.beam = choose(func(o *app.Options, v string) { o.Beam, _ = strconv.Atoi(v) })
	f.temperature = choose(func(o *app.Options, v string) { o.Temperature, _ = strconv.ParseFloat(v, 64) })
	f.threads = choose(func(o *app.Options, v string) { o.Threads, _ = strconv.Atoi(v) })
}

func (f *optionsForm) makeFields() {
	check := func(alter func(o *app.Options, on bool)) *fynewidget.Check {
		return fynewidget.NewCheck("", func(on bool) { f.change(func(o *app.Options) { alter(o, on) }) })
	}
	f.translate = check(func(o *app.Options, on bool) { o.Translate = on })
	f.punctuate = check(func(o *app.Options, on bool) { o.Plain = !on })
	f.spoken = check(func(o *app.Options, on bool) { o.Spoken = on })
	f.mask = check(func(o *app.Options, on bool) { o.Mask = on })
	f.several = fynewidget.NewEntry()
	f.several.OnChanged = f.setSeveral
	f.prompt = fynewidget.NewEntry()
	f.prompt.OnChanged = func(v string) { f.change(func(o *app.Options) { o.Prompt = v }) }
	f.replace = fynewidget.NewMultiLineEntry()
	f.replace.SetMinRowsVisible(3)
	f.replace.SetPlaceHolder("open ai = OpenAI")
	f.replace.OnChanged = f.setReplace
	f.severalWrong, f.replaceWrong = warning(), warning()
}

// formCard is a card with rows.
func formCard(rows ...fyne.CanvasObject) fyne.CanvasObject {
	return container.NewStack(widget.NewCard(look.Panel, look.Line, 12), container.New(layout.NewCustomPaddedLayout(14, 14, 16, 16),
		container.New(layout.NewCustomPaddedVBoxLayout(14), rows...)))
}

// setting is a row: its name and what it means on the left, what is chosen on
// the right.
func setting(name, meaning string, field fyne.CanvasObject) fyne.CanvasObject {
	words := container.New(layout.NewCustomPaddedVBoxLayout(0),
		widget.NewText(name, look.TextSize, look.Ink, fyne.TextStyle{Bold: true}),
		container.New(layout.NewCustomPaddedLayout(-labelInset, -labelInset, -labelInset, 0), explanation(meaning)))
	return container.NewBorder(nil, nil, nil, container.New(&fixedWidth{280}, centred(field)), words)
}

// explanation is a small text of as many lines as it needs.
func explanation(text string) *fynewidget.RichText {
	r := fynewidget.NewRichText(&fynewidget.TextSegment{
		Text: text, Style: fynewidget.RichTextStyle{ColorName: look.Dim, SizeName: captionText},
	})
	r.Wrapping = fyne.TextWrapWord
	return r
}

// caption is a small, dim text that breaks where it must.
func caption(text string) *fynewidget.Label {
	l := fynewidget.NewLabel(text)
	l.Wrapping, l.SizeName, l.Importance = fyne.TextWrapBreak, captionText, fynewidget.LowImportance
	return l
}

// warning is a caption that says what is wrong with the field above it.
func warning() *fynewidget.Label {
	l := caption("")
	l.Importance = fynewidget.WarningImportance
	l.Hide()
	return l
}

func warn(l *fynewidget.Label, err error) {
	if err == nil {
		l.Hide()
		return
	}
	l.SetText(explain(err))
	l.Show()
}

func (f *optionsForm) change(alter func(*app.Options)) {
	before := f.options
	alter(&f.options)
	if f.options != before {
		f.changed(f.options)
	}
}

// setSeveral takes codes that are all known, or none.
func (f *optionsForm) setSeveral(text string) {
	codes := app.ParseLanguages(text)
	for _, code := range codes {
		if f.w.languages[code] == "" {
			warn(f.severalWrong, &app.UsageError{What: lang.L("language"), Value: code, Want: lang.L("codes such as en, de or fr")})
			return
		}
	}
	warn(f.severalWrong, nil)
	f.change(func(o *app.Options) {
		if len(codes) > 0 || strings.Contains(o.Language, ",") {
			o.Language = strings.Join(codes, ",")
		}
	})
	f.language.set(single(f.options.Language), f.languageOptions())
}

func (f *optionsForm) setReplace(text string) {
	_, err := app.ParseReplacements(text)
	warn(f.replaceWrong, err)
	if err == nil {
		f.change(func(o *app.Options) { o.Replace = text })
	}
}

// single is the one language chosen, "" if there are several.
func single(language string) string {
	if strings.Contains(language, ",") {
		return ""
	}
	return language
}

func (f *optionsForm) languageOptions() [][2]string {
	options := [][2]string{{"", lang.L("Detect")}}
	for code, name := range f.w.languages {
		options = append(options, [2]string{code, name})
	}
	slices.SortFunc(options[1:], func(a, b [2]string) int { return compareText(a[1], b[1]) })
	return options
}

// show shows options without signalling, then what is installed here.
func (f *optionsForm) show(o app.Options) {
	signal := f.changed
	f.changed = func(app.Options) {}
	f.options = o
	f.language.set(single(o.Language), f.languageOptions())
	f.model.set(o.Model, [][2]string{{"", lang.L("Best installed")}})
	f.device.set(o.Device, [][2]string{{"", lang.L("Automatic")}, {"cpu", "CPU"}})
	f.several.SetText("")
	if strings.Contains(o.Language, ",") {
		f.several.SetText(strings.ReplaceAll(o.Language, ",", ", "))
	}
	f.translate.SetChecked(o.Translate)
	f.punctuate.SetChecked(!o.Plain)
	f.spoken.SetChecked(o.Spoken)
	f.mask.SetChecked(o.Mask)
	f.prompt.SetText(o.Prompt)
	f.replace.SetText(o.Replace)
	f.showAdvanced(o)
	f.options, f.changed = o, signal
	f.folder.SetText(fmt.Sprintf(lang.L("Models are looked for in %s."), joinPaths(f.w.app.Models().Dirs)))
	f.w.pump.start(func(ctx context.Context) func() {
		models := f.w.app.Models().List()
		devices, err := f.w.app.Devices(ctx)
		return func() {
			if err != nil {
				f.w.complain(err)
			}
			f.fill(models, devices)
		}
	})
}

func (f *optionsForm) showAdvanced(o app.Options) {
	f.beam.set(strconv.Itoa(max(o.Beam, 1)), [][2]string{{"1", lang.L("One: greedy")}, {"2", "2"}, {"3", "3"}, {"5", "5"}, {"8", "8"}})
	f.temperature.set(strconv.FormatFloat(o.Temperature, 'g', -1, 64),
		[][2]string{{"0", "0"}, {"0.2", "0.2"}, {"0.4", "0.4"}, {"0.6", "0.6"}, {"0.8", "0.8"}, {"1", "1"}})
	threads := [][2]string{{"0", lang.L("Automatic")}}
	for n := range runtime.NumCPU() {
		threads = append(threads, [2]string{strconv.Itoa(n + 1), strconv.Itoa(n + 1)})
	}
	f.threads.set(strconv.Itoa(o.Threads), threads)
}

// fill offers what was found on this machine.
func (f *optionsForm) fill(models []app.ModelInfo, devices []app.Device) {
	options := [][2]string{{"", lang.L("Best installed")}}
	for _, m := range models {
		if m.Err == nil {
			options = append(options, [2]string{m.Name, fmt.Sprintf("%s · %s", m.Name, app.Bytes(m.Size))})
		}
	}
	f.model.set(f.options.Model, options)
	f.models = models
	f.showTranslate()
	options = [][2]string{{"", lang.L("Automatic")}}
	for _, d := range devices {
		options = append(options, [2]string{d.ID, fmt.Sprintf("%s · %s", d.Name, d.Backend)})
	}
	f.device.set(f.options.Device, options)
	if f.found != nil {
		f.found(devices)
	}
}

// showTranslate hides what the chosen model cannot do.
func (f *optionsForm) showTranslate() {
	i := slices.IndexFunc(f.models, func(m app.ModelInfo) bool { return m.Name == f.options.Model })
	setVisible(f.translating, i < 0 || f.models[i].CanTranslate || f.options.Translate)
	f.text.Refresh()
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
