package ui

import (
	"context"
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	fynewidget "fyne.io/fyne/v2/widget"

	"earshot/app"
	"earshot/ui/look"
	"earshot/ui/widget"
)

// omittedScreen lists what the engine left out of the open transcript, has it
// transcribed again, and puts it back.
type omittedScreen struct {
	w       *Window
	content fyne.CanvasObject
	list    *fyne.Container
}

func newOmittedScreen(w *Window) *omittedScreen {
	s := &omittedScreen{w: w, list: container.New(layout.NewCustomPaddedVBoxLayout(14))}
	s.content = page(lang.L("Left out"), widget.NewButton(lang.L("Done"), widget.Primary, w.showHome),
		widget.NewText(lang.L("This was decoded too, and taken for invented text. It can be put back, or its place listened to again."),
			look.TextSize, look.Dim, fyne.TextStyle{}).Giving(),
		s.list, widget.NewSpace(0, 8))
	return s
}

// show lists omissions of a transcript.
func (s *omittedScreen) show(transcript int64, omissions []app.Omission) {
	s.list.RemoveAll()
	for _, o := range omissions {
		text := fynewidget.NewLabel(o.Segment.Text)
		text.Wrapping = fyne.TextWrapWord
		buttons := container.NewHBox(
			widget.NewButton(lang.L("Transcribe again"), widget.Ghost, func() { s.w.recover(transcript, o.ID) }),
			widget.NewButton(lang.L("Put back"), widget.Plain, func() { s.w.keep(transcript, o.ID) }))
		span := app.Clock(o.Segment.Start) + " – " + app.Clock(o.Segment.End)
		s.list.Add(formCard(
			container.NewBorder(nil, nil, nil, buttons,
				container.New(layout.NewCustomPaddedVBoxLayout(0),
					widget.NewText(span, look.TextSize, look.Ink, fyne.TextStyle{Bold: true}),
					widget.NewText(said(o.Reason.Words()), look.SmallSize, look.Dim, fyne.TextStyle{}).Giving())),
			container.New(layout.NewCustomPaddedLayout(-8, -8, -8, 0), text)))
	}
	s.w.show(s.content)
}

// keep puts an omission back into its transcript, and shows it there.
func (w *Window) keep(transcript, omission int64) {
	w.pump.start(func(ctx context.Context) func() {
		err := w.app.Keep(ctx, transcript, omission)
		return func() {
			if err != nil {
				w.complain(err)
				return
			}
			w.replaced(transcript)
		}
	})
}

// recover has the stretch of an omission transcribed again.
func (w *Window) recover(transcript, omission int64) {
	w.showHome()
	w.background(func(ctx context.Context) error { return w.app.Recover(ctx, transcript, omission) })
}

// recovered says what came of that.
func (w *Window) recovered(j app.Job) {
	switch j.Stage {
	case app.StageDone:
		w.strip.passing(lang.L("What was left out is in the text now."))
		w.replaced(j.Transcript)
	case app.StageFailed:
		w.strip.notice(explain(j.Err), lang.L("Put back"), func() { w.keep(j.Transcript, j.Omission) }).about = j.Transcript
	}
}

func (t *transcriptScreen) showOmissions() {
	if t.shown() {
		t.w.player.markOmitted()
	}
	setVisible(t.omitted, len(t.omissions) > 0)
	if n := len(t.omissions); n > 0 {
		t.omitted.SetText(fmt.Sprintf(lang.L("%d left out"), n))
	}
}
