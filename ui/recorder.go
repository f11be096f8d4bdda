package ui

import (
	"context"
	"errors"
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"

	"earshot/app"
	"earshot/ui/look"
	"earshot/ui/widget"
)

// recorder is the recording that runs, at the bottom: what it hears, how loud,
// whether all is well. It takes no room when nothing is recorded.
type recorder struct {
	w       *Window
	content *fyne.Container
	wave    *widget.Wave
	meter   *widget.Bar
	pause   *widget.Button
	words   *widget.Text
	trouble *widget.Text

	now     app.Recording
	running bool // from the moment that a person wants it
}

func newRecorder(w *Window) *recorder {
	r := &recorder{
		w: w, wave: widget.NewWave(), meter: widget.NewMeter(),
		words:   widget.NewText("", 12.5, look.Dim, fyne.TextStyle{}).Aligned(fyne.TextAlignTrailing).Giving(),
		trouble: widget.NewText("", look.TextSize, look.Warning, fyne.TextStyle{Bold: true}).Giving(),
	}
	r.pause = widget.NewButton(lang.L("Pause"), widget.Plain, func() { w.app.PauseRecording(r.now.Stage != app.RecordingPaused) })
	level := container.NewHBox(r.pause, widget.NewSpace(4, 0),
		centred(widget.NewText(lang.L("Level"), 12.5, look.Dim, fyne.TextStyle{})), centred(container.New(&fixedWidth{220}, r.meter)))
	row := container.NewBorder(nil, nil, level, nil, centred(r.words))
	body := container.New(layout.NewCustomPaddedVBoxLayout(8), r.trouble, r.wave, row)
	r.content = container.New(layout.NewCustomPaddedVBoxLayout(0), widget.NewLine(false),
		container.NewStack(widget.NewBox(look.Panel), container.New(layout.NewCustomPaddedLayout(10, 10, 16, 16), body)))
	r.trouble.Hide()
	r.content.Hide()
	return r
}

// record begins a recording, or ends the one that runs.
func (w *Window) record() {
	if w.recorder.running {
		w.app.StopRecording()
		return
	}
	w.transcript.awaiting = true
	w.startRecording(w.app.Settings().Source)
}

func (w *Window) startRecording(source string) {
	w.recorder.running = true
	w.recorder.wave.Clear()
	w.toolbar.update()
	w.background(func(context.Context) error {
		return w.app.StartRecording(app.RecordRequest{Source: source, Options: w.app.Settings().Options})
	})
}

// show shows the newest state of the recording.
func (r *recorder) show(now app.Recording) {
	grown := now.Duration > r.now.Duration
	r.now, r.running = now, !now.Ended()
	if r.content.Visible() != r.running {
		setVisible(r.content, r.running)
		r.w.arrangeBottom()
	}
	if now.Ended() {
		r.ended(now)
		return
	}
	peak := 0.0
	for _, p := range now.Levels {
		peak = max(peak, p)
	}
	if now.Paused {
		peak = 0
	}
	r.meter.SetFraction(widget.Loudness(peak))
	if grown {
		r.wave.Add(peak)
	}
	r.pause.SetText(map[bool]string{true: lang.L("Continue"), false: lang.L("Pause")}[now.Paused])
	r.pause.SetEnabled(now.Stage == app.RecordingRunning || now.Stage == app.RecordingPaused)
	r.words.SetText(r.w.recordingWords(now))
	if r.trouble.SetText(troubleWords(now)) {
		setVisible(r.trouble, r.trouble.Text() != "")
		r.w.arrangeBottom()
	}
}

func (r *recorder) ended(now app.Recording) {
	switch {
	case now.Err != nil:
		r.w.complain(now.Err)
	case now.TextErr != nil && now.Transcript != 0:
		r.w.strip.notice(lang.L("The sound was recorded, but not its text.")+" "+explain(now.TextErr), "", nil)
	}
}

// recordingWords says how the recording stands.
func (w *Window) recordingWords(r app.Recording) string {
	switch r.Stage {
	case app.RecordingOpening:
		return lang.L("Waiting for sound …")
	case app.RecordingPaused:
		return lang.L("Paused. What was said is on disk.")
	case app.RecordingFinishing:
		return lang.L("The last words are being written …")
	}
	words := lang.L("Everything is on disk as you speak")
	if w.continued != nil {
		words = w.continued.words(w.transcript)
	}
	if r.Room > 0 && r.Room.Hours() < 10 {
		words += " · " + fmt.Sprintf(lang.L("room for %s more"), app.Clock(r.Room.Seconds()))
	}
	return words
}

// troubleWords says what is wrong, "" if all is well.
func troubleWords(r app.Recording) string {
	switch {
	case r.Trouble != "":
		return said(r.Trouble.Text(r.Inputs))
	case r.Dropped > 0:
		return fmt.Sprintf(lang.L("The computer was too slow: %d samples were lost."), r.Dropped)
	case r.TextErr != nil && !errors.Is(r.TextErr, app.ErrClosing):
		sentence, _ := app.Explain(r.TextErr)
		return said(sentence) + " " + lang.L("The sound is recorded all the same.")
	}
	return ""
}
