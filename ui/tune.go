package ui

import (
	"context"
	"fmt"
	"path/filepath"
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

// tuneScreen is where a person finds out which weights make a model fastest
// here, sees what they cost, and chooses. Nothing changes before that.
type tuneScreen struct {
	w       *Window
	content fyne.CanvasObject
	title   *widget.Text
	audio   *widget.Text // whose text is compared
	choose  *widget.Button
	bar     *widget.Bar
	news    *widget.Text
	going   *fyne.Container // bar and news
	results *fyne.Container
	back    *widget.Button
	start   *widget.Button

	model  app.ModelInfo
	path   string             // the file to hear; "" is the newest of the library
	cancel context.CancelFunc // of what is under way; nil if nothing is
}

func newTuneScreen(w *Window) *tuneScreen {
	s := &tuneScreen{w: w, bar: widget.NewBar()}
	s.audio = widget.NewText("", look.SmallSize, look.Dim, fyne.TextStyle{}).Giving()
	s.title = widget.NewText("", look.TextSize, look.Ink, fyne.TextStyle{Bold: true}).Giving()
	s.news = widget.NewText("", look.SmallSize, look.Dim, fyne.TextStyle{}).Giving()
	s.choose = widget.NewButton(lang.L("Choose a file…"), widget.Plain, func() {
		w.openFile(lang.L("Choose a recording to compare"), lang.L("Audio and video"), mediaExtensions, s.hear)
	})
	s.back = widget.NewButton("", widget.Plain, s.leave)
	s.start = widget.NewButton(lang.L("Measure"), widget.Primary, s.measure)
	s.going = container.New(layout.NewCustomPaddedVBoxLayout(6), s.bar, s.news)
	s.results = container.New(layout.NewCustomPaddedVBoxLayout(14))
	s.content = page(lang.L("Tune for this machine"), container.NewHBox(s.back, s.start),
		formCard(s.title, tight(wrapped(lang.L("With weights of fewer bits some machines are much faster, and the text may change. "+
			"This measures both, in some minutes in which recordings wait. Nothing is changed until you say so."))),
			container.NewBorder(nil, nil, nil, s.choose, s.audio), s.going),
		s.results, widget.NewSpace(0, 8))
	return s
}

// show begins with a model, or goes back to what is under way.
func (s *tuneScreen) show(m app.ModelInfo) {
	if s.cancel == nil {
		s.model = m
		s.title.SetText(fmt.Sprintf("%s · %s · %s", m.Name, m.Weights, app.Bytes(m.Size)))
		s.hear("")
	}
	s.w.show(s.content)
}

// hear chooses the recording whose text is compared, and begins anew.
func (s *tuneScreen) hear(path string) {
	if s.cancel != nil {
		return // the dialog was open while measuring began
	}
	s.path = path
	s.audio.SetText(lang.L("The text of a minute of the newest recording in the library is compared."))
	if path != "" {
		s.audio.SetText(fmt.Sprintf(lang.L("The text of a minute of “%s” is compared."), filepath.Base(path)))
	}
	s.results.RemoveAll()
	s.busy(nil)
}

// busy shows that something is under way, which cancel ends, or that nothing is.
func (s *tuneScreen) busy(cancel context.CancelFunc) {
	s.cancel = cancel
	going := cancel != nil
	setVisible(s.going, going)
	setVisible(s.results, !going)
	setVisible(s.start, !going && len(s.results.Objects) == 0)
	s.choose.SetEnabled(!going)
	s.bar.SetFraction(0)
	switch {
	case going:
		s.back.SetText(lang.L("Cancel"))
	case len(s.results.Objects) > 0:
		s.back.SetText(lang.L("Keep as it is"))
	default:
		s.back.SetText(lang.L("Back"))
	}
	s.content.Refresh()
}

// leave cancels what is under way, or goes back to the models.
func (s *tuneScreen) leave() {
	if s.cancel != nil {
		s.cancel()
		s.news.SetText(lang.L("stopping…"))
		return
	}
	s.w.showModels()
}

// run does something that takes long; done shows what came of it, on Fyne's
// goroutine.
func (s *tuneScreen) run(work func(ctx context.Context) (done func(), err error)) {
	ctx, cancel := context.WithCancel(s.w.pump.ctx)
	s.busy(cancel)
	s.w.pump.start(func(context.Context) func() {
		defer cancel()
		done, err := work(ctx)
		cancelled := ctx.Err() != nil
		return func() {
			switch {
			case err == nil:
				done()
			case !cancelled:
				s.w.complain(err)
			}
			s.busy(nil)
		}
	})
}

func (s *tuneScreen) measure() {
	req := app.TuneRequest{Model: s.model.Path, Audio: s.path}
	s.results.RemoveAll()
	s.news.SetText(lang.L("starting"))
	s.run(func(ctx context.Context) (func(), error) {
		t, err := s.w.app.Tune(ctx, req, func(p app.TuneProgress) {
			s.w.pump.do(func() {
				if ctx.Err() == nil {
					s.bar.SetFraction(p.Fraction)
					s.news.SetText(said(p.Text()))
				}
			})
		})
		return func() { s.found(t) }, err
	})
}

// use puts one of the candidates into force.
func (s *tuneScreen) use(c app.Candidate) {
	model := s.model.Path
	s.news.SetText(fmt.Sprintf(lang.L("writing %s"), c.Model))
	s.run(func(ctx context.Context) (func(), error) {
		name, err := s.w.app.UseWeights(ctx, model, c.Name)
		return func() {
			s.w.strip.passing(fmt.Sprintf(lang.L("%s is used from now on."), name))
			if s.w.shows(s.content) {
				s.w.showModels()
			}
		}, err
	})
}

// found shows what was found out.
func (s *tuneScreen) found(t app.Tuning) {
	best, worthwhile := t.Proposed()
	verdict := fmt.Sprintf(lang.L("Nothing is clearly faster than %s here."), t.Candidates[0].Name)
	if worthwhile {
		verdict = said(best.Proposal())
	}
	heard := fmt.Sprintf(lang.L("Measured on %s."), t.Device) + " "
	if t.Heard == "" {
		heard += lang.L("The text was not compared: choose a file to hear.") + " " + said(t.Unheard)
	} else {
		heard += fmt.Sprintf(lang.L("Text of a minute of “%s” from %s on."), filepath.Base(t.Heard), app.Clock(t.Start))
	}
	rows := []fyne.CanvasObject{tight(wrapped(verdict))}
	for i, c := range t.Candidates {
		rows = append(rows, s.row(t, c, i == 0, worthwhile && c.Name == best.Name))
	}
	small := wrapped(heard)
	small.SizeName, small.Importance = captionText, fynewidget.LowImportance
	s.results.Add(formCard(append(rows, tight(small))...))
	for _, c := range t.Candidates[1:] {
		if len(c.Changes) > 0 {
			s.results.Add(changesCard(t, c))
		}
	}
}

// row is a line of the table: how a candidate does beside the others.
func (s *tuneScreen) row(t app.Tuning, c app.Candidate, own, proposed bool) fyne.CanvasObject {
	cell := func(width float32, text string, color fyne.ThemeColorName, bold bool) fyne.CanvasObject {
		return container.New(&fixedWidth{width}, widget.NewText(text, look.TextSize, color, fyne.TextStyle{Bold: bold}).Giving())
	}
	bar := widget.NewBar()
	bar.SetFraction(c.Speed / max(t.Fastest(), 1e-9))
	words, use := lang.L("as it is"), fyne.CanvasObject(widget.NewSpace(0, 32))
	if !own {
		words = said(t.Compared(c))
		style := widget.Plain
		if proposed {
			style = widget.Primary
		}
		use = widget.NewButton(lang.L("Use"), style, func() { s.use(c) })
	}
	return container.NewBorder(nil, nil, cell(64, c.Name, look.Ink, true),
		container.NewHBox(cell(60, app.SpeedText(c.Speed), look.Ink, proposed), cell(70, app.Bytes(c.Size), look.Dim, false),
			cell(180, words, look.Dim, false), container.New(&fixedWidth{60}, use)),
		container.New(layout.NewCustomPaddedLayout(0, 0, 0, 16), bar))
}

// changesCard lists where a candidate's text differs.
func changesCard(t app.Tuning, c app.Candidate) fyne.CanvasObject {
	lines := make([]string, len(c.Changes))
	for i, change := range c.Changes {
		lines[i] = said(change.Text())
	}
	return formCard(
		widget.NewText(c.Name+": "+said(t.Compared(c)), look.TextSize, look.Ink, fyne.TextStyle{Bold: true}).Giving(),
		tight(wrapped(strings.Join(lines, "\n"))))
}

// tight takes away the room that a label keeps around itself.
func tight(o fyne.CanvasObject) fyne.CanvasObject {
	return container.New(layout.NewCustomPaddedLayout(-8, -8, -8, -8), o)
}

// wrapped is a text of as many lines as it needs.
func wrapped(text string) *fynewidget.Label {
	l := fynewidget.NewLabel(text)
	l.Wrapping = fyne.TextWrapWord
	return l
}
