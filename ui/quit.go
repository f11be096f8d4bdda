package ui

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	fynewidget "fyne.io/fyne/v2/widget"

	"earshot/app"
	"earshot/ui/widget"
)

// quit ends the program because a person wants it. While something is going on
// it asks, once: to want it again is an answer.
func (w *Window) quit() {
	w.each((*transcriptScreen).stopEditing)
	running := w.goingOn()
	if len(running) == 0 || w.quitting {
		w.fyne.Quit()
		return
	}
	w.quitting = true
	w.question(lang.L("Quit Earshot?"), strings.Join(running, "\n\n"), lang.L("Quit"), lang.L("Stay"), func(yes bool) {
		w.quitting = false
		if yes {
			w.fyne.Quit()
		}
	})
}

// question puts a question whose answers are two buttons.
func (w *Window) question(title, text, yes, no string, answered func(bool)) {
	words := fynewidget.NewLabel(text)
	words.Wrapping = fyne.TextWrapWord
	var d dialog.Dialog
	button := func(word string, style widget.Style, answer bool) *widget.Button {
		return widget.NewButton(word, style, func() {
			d.Hide()
			answered(answer)
		})
	}
	buttons := container.NewHBox(layout.NewSpacer(), button(no, widget.Plain, false), button(yes, widget.Primary, true))
	d = dialog.NewCustomWithoutButtons(title, container.New(layout.NewCustomPaddedVBoxLayout(12),
		container.NewStack(widget.NewSpace(questionWidth, 0), words), buttons), w.win)
	d.Show()
}

const questionWidth = 420

// goingOn says what the end of the program would end, and what becomes of it.
func (w *Window) goingOn() []string {
	var all []string
	if w.recorder.running {
		all = append(all, lang.L("A recording is running. It will be stopped, and what was recorded is kept."))
	}
	beside := 0 // transcriptions of which nothing is stored
	for _, l := range w.strip.jobs {
		if l.job.Again {
			beside++
		}
	}
	if beside > 0 {
		all = append(all, lang.L("A recording is being transcribed beside its text. What was heard would be lost."))
	}
	if n := len(w.strip.jobs) - beside; n == 1 {
		all = append(all, lang.L("A transcription is running. What it has so far is kept, and it can be resumed."))
	} else if n > 1 {
		all = append(all, fmt.Sprintf(lang.L("%d transcriptions are running or waiting. What they have so far is kept, and they can be resumed."), n))
	}
	w.each(func(t *transcriptScreen) {
		if t.saving.Err != nil {
			sentence, _ := app.Explain(t.saving.Err)
			all = append(all, (&unsaved{title: t.entry.Title}).says(said(sentence)))
		}
	})
	for _, id := range slices.Sorted(maps.Keys(w.unsaved)) {
		if u := w.unsaved[id]; u.err != nil {
			sentence, _ := app.Explain(u.err)
			all = append(all, u.says(said(sentence)))
		}
	}
	return all
}
