package ui

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"earshot/app"
)

// doubted is a segment whose words last a second each; those that end in a
// number are as many percent certain, the others wholly.
func doubted(start float64, text string) app.Segment {
	s := app.Segment{Start: start, Confidence: 0.8}
	for i, field := range strings.Fields(text) {
		w := app.Word{Start: start + float64(i), End: start + float64(i) + 1, Confidence: 1}
		if word, percent, ok := strings.Cut(field, "/"); ok {
			fmt.Sscanf(percent, "%f", &w.Confidence)
			field, w.Confidence = word+percent[2:], w.Confidence/100
		}
		w.Text = field
		s.Words = append(s.Words, w)
	}
	words := make([]string, len(s.Words))
	for i, w := range s.Words {
		words[i] = w.Text
	}
	s.End, s.Text = start+float64(len(words)), strings.Join(words, " ")
	return s
}

// interview has four doubtful words.
func (h *harness) interview() int64 {
	return h.done("interview.wav",
		doubted(10, "In October, from a notice on the door."),
		doubted(20, "It said the quay/62 would be handed over to Nordvik/28, on the first of the month."),
		doubted(40, "I have the letter here, if you wish/45 to see it."),
		doubted(60, "Could you read the second paragraph aloud/66?"))
}

// walked is the word that the walk is at, "" if it is at none.
func (h *harness) walked() string {
	if _, word, ok := h.transcript.doubts.current(); ok {
		return word.Text
	}
	return ""
}

// walkStep is something that a person does on the walk, and what comes of it.
type walkStep struct {
	what string
	do   func()
	word string // that the walk is at
	left int
	text string // of row 1, unless it does not matter
}

// check checks where the walk is, what is offered there and what is heard.
func (h *harness) check(s walkStep) {
	h.t.Helper()
	d := h.transcript.doubts
	if got := h.walked(); got != s.word || d.left != s.left || d.left != h.transcript.doc.Doubts(doubtful) {
		h.t.Fatalf("%s: at %q, %d left of %d, want %q, %d", s.what, got, d.left, h.transcript.doc.Doubts(doubtful), s.word, s.left)
	}
	if accept := d.act[0]; accept.Disabled() != (s.word == "") {
		h.t.Fatalf("%s: accepting is possible: %v", s.what, !accept.Disabled())
	}
	if s.word == "" {
		return
	}
	row, word, _ := d.current()
	says := "“" + strings.Trim(word.Text, ",?") + "” is "
	if h.transcript.rows.Selected() != row || !d.content.Visible() || !strings.HasPrefix(d.word.Text(), says) {
		h.t.Fatalf("%s: row %d is selected, the line says %q", s.what, h.transcript.rows.Selected(), d.word.Text())
	}
	h.until(s.what+" is heard", func() bool {
		p := h.app.Deck().Playing()
		return p.State == app.PlayPlaying && p.Stretch == app.Span{From: word.Start - 1.5, To: word.End + 0.7}
	})
}

func TestDoubtfulWordsAreWalkedThrough(t *testing.T) {
	h := newHarness(t, true)
	h.interview()
	h.sounding()
	d := h.transcript.doubts
	for _, s := range []walkStep{
		{"the first", func() { h.press("doubt") }, "quay", 4, ""},
		{"skipped", func() { h.press("doubt") }, "Nordvik,", 4, ""},
		{"back", func() { h.press("doubt-before") }, "quay", 4, ""},
		{"back from the first", func() { h.press("doubt-before") }, "aloud?", 4, ""},
		{"on from the last", func() { h.press("doubt") }, "quay", 4, ""},
		{"accepted", func() { h.press("accept") }, "Nordvik,", 3, ""},
		{
			"corrected", func() { h.transcript.rows.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn}); h.writing("North Wick") }, "", 2,
			"It said the quay would be handed over to North Wick, on the first of the month.",
		},
		{"on from the field", func() { h.hit(fyne.KeyF8) }, "wish", 2, ""},
		{"undone twice", func() { h.undo(); h.undo() }, "", 4, "It said the quay would be handed over to Nordvik, on the first of the month."},
		{"on from the undone line", func() { h.press("doubt") }, "quay", 4, ""},
		{"another line ends it", func() { h.transcript.rows.SetSelected(2) }, "", 4, ""},
		{"on from the selected line", func() { h.press("doubt") }, "wish", 4, ""},
		{"Escape ends it", func() { h.press("doubt"); h.transcript.rows.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape}) }, "", 4, ""},
	} {
		s.do()
		h.check(s)
		if s.text != "" && h.transcript.at(1).Text != s.text {
			t.Fatalf("%s: got %q", s.what, h.transcript.at(1).Text)
		}
	}
	if d.content.Visible() {
		t.Error("the line is still there")
	}
	for d.left > 0 {
		h.press("doubt")
		h.press("accept")
	}
	if n := h.notices(); len(n) != 1 || n[0] != "No doubtful words are left." || h.walked() != "" || d.content.Visible() {
		t.Errorf("got notices %q at %q", n, h.walked())
	}
}

// What is underlined, framed and counted, and the same page left calm.
func TestDoubtIsShown(t *testing.T) {
	for _, theme := range []string{"light", "dark"} {
		h := newHarness(t, true, func(h *harness) { h.file("settings.json", `{"theme":"`+theme+`"}`) })
		h.interview()
		h.sounding()
		h.press("doubt")
		h.press("doubt")
		h.until("it plays", func() bool {
			p := h.Window.player.playing
			return p.Stretch == app.Span{From: 27.5, To: 30.7} && p.Position >= p.Stretch.From
		})
		h.app.Deck().Pause()
		h.until("it pauses", func() bool { return h.Window.player.playing.State == app.PlayPaused })
		h.transcript.state.SetText("")
		h.toolbar.device.SetText("Test · CPU · 10×")
		h.win.Content().Refresh()
		h.golden("doubt-" + theme)
		h.picture("doubt-" + theme)
		h.transcript.doubts.leave()
		test.Tap(h.transcript.doubts.toggle)
		h.until("it is remembered", func() bool {
			s, err := app.LoadSettings(filepath.Join(h.dir, "settings.json"))
			return err == nil && s.HideDoubts
		})
		for i := range h.transcript.length() {
			for _, w := range h.transcript.doubts.spans(h.transcript.at(i)) {
				if w.Doubt > 0 {
					t.Errorf("row %d: %+v is underlined", i, w)
				}
			}
		}
		h.picture("calm-" + theme)
	}
}

// Where there is no sound the words can still be walked through.
func TestDoubtWithoutSound(t *testing.T) {
	h := newHarness(t, true, func(h *harness) { h.speaker.err = os.ErrNotExist })
	h.interview()
	bar := h.Window.player
	h.until("it says so", func() bool { return bar.whyBox.Visible() && bar.overview != nil })
	bar.surveyed(app.OverviewState{Transcript: h.transcript.open, Err: os.ErrNotExist})
	if bar.player.Visible() || !bar.doubts.Visible() {
		t.Fatal("the words are not counted in place of the player")
	}
	if got, want := bar.doubts.Text, "4 doubtful words left  F8"; got != want {
		t.Fatalf("the button says %q, want %q", got, want)
	}
	test.Tap(bar.doubts)
	if got := h.walked(); got != "quay" {
		t.Errorf("got %q", got)
	}
	h.picture("doubt-no-sound")
}

// A keystroke in a transcript of two hours does not count all of its words.
func TestDoubtsAreCountedQuickly(t *testing.T) {
	h := newHarness(t, true)
	segments := make([]app.Segment, 2500)
	for i := range segments {
		segments[i] = doubted(float64(10*i), "one two/20 three four five six seven eight")
	}
	h.done("long.wav", segments...)
	h.transcript.edit(1000)
	d, change := h.transcript.doubts, app.Change{Rows: []app.Splice{{Row: 1000, Before: segments[:1], After: segments[:1]}}}
	took := testing.Benchmark(func(b *testing.B) {
		for range b.N {
			d.rewritten(change)
		}
	})
	if each := time.Duration(took.NsPerOp()); each > time.Millisecond || d.left != 2500 {
		t.Errorf("counting %d words took %v", d.left, each)
	}
}
