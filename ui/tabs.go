package ui

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"earshot/ui/widget"
)

// Several transcripts can be open, each in a screen of its own, of which one is
// shown: from two on there are tabs above it.

// tabBar has a tab for each open transcript, if they are several.
type tabBar struct {
	w       *Window
	content *fyne.Container
	row     *fyne.Container
	titles  []string // as they are shown
	current *transcriptScreen
}

func newTabBar(w *Window) *tabBar {
	b := &tabBar{w: w, row: container.New(layout.NewCustomPaddedHBoxLayout(4))}
	b.content = container.New(layout.NewCustomPaddedVBoxLayout(0),
		container.New(layout.NewCustomPaddedLayout(6, 0, 16, 16), b.row), widget.NewSpace(0, 2), widget.NewLine(false))
	b.content.Hide()
	return b
}

// show draws the tabs, if they are others than before.
func (b *tabBar) show() {
	var titles []string
	for _, t := range b.w.open {
		titles = append(titles, shortened(t.entry.Title))
	}
	if slices.Equal(titles, b.titles) && b.current == b.w.transcript {
		return
	}
	b.titles, b.current = titles, b.w.transcript
	b.row.RemoveAll()
	for i, t := range b.w.open {
		style := widget.Ghost
		if t == b.w.transcript {
			style = widget.Plain
		}
		b.row.Add(widget.NewButton(titles[i], style, func() { b.w.turnTo(t) }))
		b.row.Add(widget.NewIconButton(theme.CancelIcon(), lang.L("Close"), widget.Ghost, func() { b.w.shut(t) }))
	}
	setVisible(b.content, len(titles) > 1)
	if c := b.w.win.Content(); c != nil {
		c.Refresh()
	}
}

// each does something with every open transcript.
func (w *Window) each(do func(*transcriptScreen)) {
	for _, t := range slices.Clone(w.open) {
		do(t)
	}
}

// replaced shows a transcript again whose text is another in the library now, if
// it is open.
func (w *Window) replaced(id int64) { w.each(func(t *transcriptScreen) { t.replaced(id) }) }

// holding is the screen in which a transcript is open, nil if there is none.
func (w *Window) holding(id int64) *transcriptScreen {
	i := slices.IndexFunc(w.open, func(t *transcriptScreen) bool { return id != 0 && t.open == id })
	if i < 0 {
		return nil
	}
	return w.open[i]
}

// shown reports whether this is the transcript that a person sees.
func (t *transcriptScreen) shown() bool { return t.w.transcript == t }

// openBeside opens a transcript in a tab of its own.
func (w *Window) openBeside(id int64) {
	if w.transcript.open != 0 && w.holding(id) == nil {
		w.open = append(w.open, newTranscriptScreen(w))
		w.turnTo(w.open[len(w.open)-1])
	}
	w.transcript.openAt(id, -1)
}

// turn shows the open transcript that is so many tabs further.
func (w *Window) turn(by int) {
	n := len(w.open)
	if n > 1 {
		w.win.Canvas().Unfocus() // from what goes out of sight
	}
	w.turnTo(w.open[(slices.Index(w.open, w.transcript)+by+n)%n])
}

// turnTo shows one of the open transcripts.
func (w *Window) turnTo(t *transcriptScreen) {
	if w.transcript != t {
		w.transcript.stopEditing()
		w.take(t)
	}
	w.showHome()
	t.takeKeys()
}

// take makes one of the open transcripts the one that commands and the player
// are about.
func (w *Window) take(t *transcriptScreen) {
	w.transcript = t
	if t.open != 0 && !t.loading {
		w.player.open(t.open)
	} else {
		w.player.close()
	}
	w.tabs.show()
	w.library.mark()
	w.toolbar.update()
}

// shut closes an open transcript, and its tab if there are others.
func (w *Window) shut(t *transcriptScreen) {
	seen, next := w.shows(t.content) || w.compare.isOpen(t), w.transcript
	t.close()
	if c := w.win.Canvas(); c.Focused() == t.rows {
		c.Unfocus()
	}
	if i := slices.Index(w.open, t); len(w.open) > 1 {
		w.open = slices.Delete(w.open, i, i+1)
		if t.shown() {
			next = w.open[min(i, len(w.open)-1)]
		}
	}
	if w.tabs.show(); t.shown() {
		w.take(next)
	}
	if seen {
		w.showHome()
		w.transcript.takeKeys()
	}
}

// shortened is a title that fits into a tab.
func shortened(title string) string {
	const most = 28 // characters
	if letters := []rune(title); len(letters) > most {
		return strings.TrimSpace(string(letters[:most-1])) + "…"
	}
	return title
}
