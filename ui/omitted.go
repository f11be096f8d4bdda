package ui

import (
	"context"
	"fmt"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
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
	s.content = page("Left out", widget.NewButton("Done", widget.Primary, w.showHome),
		widget.NewText("This was decoded too, and taken for invented text. It can be put back, or its place listened to again.",
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
			widget.NewButton("Transcribe again", widget.Ghost, func() { s.w.recover(transcript, o.ID) }),
			widget.NewButton("Put back", widget.Plain, func() { s.w.keep(transcript, o.ID) }))
		span := app.Clock(o.Segment.Start) + " – " + app.Clock(o.Segment.End)
		s.list.Add(formCard(
			container.NewBorder(nil, nil, nil, buttons,
				container.New(layout.NewCustomPaddedVBoxLayout(0),
					widget.NewText(span, look.TextSize, look.Ink, fyne.TextStyle{Bold: true}),
					widget.NewText(o.Reason.Words(), look.SmallSize, look.Dim, fyne.TextStyle{}).Giving())),
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
			w.transcript.reload(transcript)
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
		w.strip.passing("What was left out is in the text now.")
		w.transcript.reread(j.Transcript)
	case app.StageFailed:
		sentence, hint := app.Explain(j.Err)
		w.strip.notice(strings.TrimSpace(sentence+" "+hint), "Put back", func() { w.keep(j.Transcript, j.Omission) }).about = j.Transcript
	}
}

// reread shows the open transcript as it is now, on whatever screen that is.
func (t *transcriptScreen) reread(id int64) {
	t.readAgain(id, func() {
		t.rows.Reset()
		t.showEntry()
		if t.w.shows(t.w.omitted.content) {
			t.w.omitted.show(id, t.omissions)
		}
	})
}

// readAgain reads the text of the open transcript from the library, and shows it
// with show if it is still open then.
func (t *transcriptScreen) readAgain(id int64, show func()) {
	t.w.pump.start(func(ctx context.Context) func() {
		whole, err := t.w.app.Transcript(ctx, id)
		return func() {
			if err != nil || id != t.open || t.loading {
				return
			}
			t.segments, t.omissions = whole.Segments, whole.Omissions
			show()
		}
	})
}

// reload reads the open transcript again.
func (t *transcriptScreen) reload(id int64) {
	if id == t.open && !t.loading {
		t.open = 0
		t.openAt(id, -1)
	}
}

// countOmissions says how much was left out of a transcript that has ended.
func (t *transcriptScreen) countOmissions() {
	id := t.open
	t.w.pump.start(func(ctx context.Context) func() {
		whole, err := t.w.app.Transcript(ctx, id)
		return func() {
			if err == nil && id == t.open {
				t.omissions = whole.Omissions
				t.showOmissions()
			}
		}
	})
}

func (t *transcriptScreen) showOmissions() {
	setVisible(t.omitted, len(t.omissions) > 0)
	if n := len(t.omissions); n > 0 {
		t.omitted.SetText(fmt.Sprintf("%d left out", n))
	}
}
