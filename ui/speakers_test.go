package ui

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	fynewidget "fyne.io/fyne/v2/widget"

	"earshot/app"
	"earshot/ui/look"
	"earshot/ui/widget"
)

// who is who says each line.
func (h *harness) who() string {
	var all []string
	for _, s := range h.transcript.doc.Transcript().Segments {
		all = append(all, s.Speaker)
	}
	return strings.Join(all, "|")
}

// chips are those under the title.
func (h *harness) chips() string {
	if !h.transcript.cast.content.Visible() {
		return ""
	}
	var all []string
	for _, o := range h.transcript.cast.chips.Objects {
		s := o.(*widget.SpeakerChip).Speaker()
		all = append(all, s.Number+" "+s.Name+" "+s.Share)
	}
	return strings.Join(all, ", ")
}

// choose takes a menu item, found by the labels that lead to it.
func choose(t *testing.T, m *fyne.Menu, labels ...string) {
	t.Helper()
	for n, label := range labels {
		i := slices.IndexFunc(m.Items, func(i *fyne.MenuItem) bool { return i.Label == label })
		if i < 0 {
			t.Fatalf("there is no %q in %q", label, labelsOf(m))
		}
		switch item := m.Items[i]; {
		case item.Disabled:
			t.Fatalf("%q is disabled", label)
		case n < len(labels)-1:
			m = item.ChildMenu
		default:
			item.Action()
		}
	}
}

func labelsOf(m *fyne.Menu) string {
	var all []string
	for _, i := range m.Items {
		if !i.IsSeparator {
			all = append(all, i.Label)
		}
	}
	return strings.Join(all, ", ")
}

// asked is the field in the popover that is open.
func (h *harness) asked() *lineEntry {
	h.t.Helper()
	e, _ := h.win.Canvas().Focused().(*lineEntry)
	if e == nil {
		h.t.Fatalf("%T has the focus", h.win.Canvas().Focused())
	}
	return e
}

// answer types a name into the popover and presses Enter.
func (h *harness) answer(name string) {
	h.t.Helper()
	e := h.asked()
	e.SetText(name)
	e.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
}

func three(h *harness) int64 {
	return h.done("talk.mp3", seg(0, 2, "First."), seg(2, 4, "Second."), seg(4, 8, "Third."))
}

// Digits say who speaks in the selected lines, also while one is written in, and
// each is a step of undo.
func TestDigitsAreSpeakers(t *testing.T) {
	h := newHarness(t, true)
	id := three(h)
	rows := h.transcript.rows
	h.win.Canvas().Focus(rows)
	for _, step := range []struct {
		what      string
		do        func()
		who, name string
	}{
		{"nothing is selected", func() { rows.SetSelected(-1); rows.TypedRune('1') }, "||", ""},
		{"somebody new", func() { rows.SetSelected(0); rows.TypedRune('1') }, "Speaker 1||", ""},
		{"a number too high", func() { rows.TypedRune('3') }, "Speaker 1||", ""},
		{"another page is shown", func() {
			h.showSettings()
			h.pressed(&desktop.CustomShortcut{KeyName: fyne.Key2, Modifier: fyne.KeyModifierShortcutDefault})
			h.showHome()
		}, "Speaker 1||", ""},
		{"another one", func() { rows.SetSelected(2); rows.TypedRune('2') }, "Speaker 1||Speaker 2", "1 Speaker 1 25 %, 2 Speaker 2 50 %"},
		{"several lines", func() { rows.SetSelection([]int{0, 1}); rows.TypedRune('2') }, "Speaker 2|Speaker 2|Speaker 2", "1 Speaker 1 0 %, 2 Speaker 2 100 %"},
		{"no digit", func() { rows.TypedRune('a') }, "Speaker 2|Speaker 2|Speaker 2", "1 Speaker 1 0 %, 2 Speaker 2 100 %"},
		{"while typing", func() {
			h.transcript.editAt(1, 7)
			h.writing(" 1")
			h.transcript.editor.TypedShortcut(&desktop.CustomShortcut{KeyName: fyne.Key1, Modifier: fyne.KeyModifierShortcutDefault})
			h.writing("0")
		}, "Speaker 2|Speaker 1|Speaker 2", "1 Speaker 1 25 %, 2 Speaker 2 75 %"},
		{"nobody", func() { h.hit(fyne.KeyReturn); rows.TypedRune('0') }, "Speaker 2||Speaker 2", "1 Speaker 1 0 %, 2 Speaker 2 75 %"},
	} {
		step.do()
		if got := h.who(); got != step.who {
			t.Fatalf("%s: got %q, want %q", step.what, got, step.who)
		}
		if got := h.chips(); got != step.name {
			t.Fatalf("%s: got chips %q, want %q", step.what, got, step.name)
		}
	}
	if got := h.text(); got != "First.|Second. 10|Third." {
		t.Errorf("got %q", got)
	}
	h.until("it is stored", func() bool {
		stored, err := h.library.Transcript(t.Context(), id)
		return err == nil && stored.Segments[0].Speaker == "Speaker 2" && stored.Segments[1].Speaker == "" && len(stored.Speakers) == 2
	})
	for _, want := range []string{
		"Speaker 2|Speaker 1|Speaker 2", "Speaker 2|Speaker 1|Speaker 2", // what was typed after it
		"Speaker 2|Speaker 2|Speaker 2", "Speaker 2|Speaker 2|Speaker 2", // and before
		"Speaker 1||Speaker 2", "Speaker 1||", "||",
	} {
		h.undo()
		if got := h.who(); got != want {
			t.Fatalf("undone: got %q, want %q", got, want)
		}
	}
	if h.chips() != "" || h.transcript.doc.CanUndo() || h.text() != "First.|Second.|Third." {
		t.Errorf("got chips %q, text %q", h.chips(), h.text())
	}
}

// A name opens a menu there, which changes who speaks, what they are called and
// which colour they have: the rows, the chips and the picture of the sound follow.
func TestMenuAtAName(t *testing.T) {
	h := newHarness(t, true)
	three(h)
	h.sounding()
	s := h.transcript
	s.assign("Emma", s.at(0).ID, s.at(1).ID)
	s.assign("Rosa", s.at(2).ID)
	menu := func(row int) *fyne.Menu {
		return s.speakerMenu(s.at(row), []int64{s.at(row).ID}, fyne.NewPos(500, 200))
	}
	if got, want := labelsOf(menu(0)), "1 Emma, 2 Rosa, 0 Nobody, New speaker…, From here on, Rename everywhere…, Colour, Merge into"; got != want {
		t.Errorf("got the menu %q, want %q", got, want)
	}
	for _, step := range []struct {
		what       string
		do         func()
		who, chips string
	}{
		{"another", func() { choose(t, menu(0), "2 Rosa") }, "Rosa|Emma|Rosa", "1 Emma 25 %, 2 Rosa 75 %"},
		{"nobody", func() { choose(t, menu(0), "0 Nobody") }, "|Emma|Rosa", "1 Emma 25 %, 2 Rosa 50 %"},
		{"from here on", func() { choose(t, menu(0), "1 Emma"); choose(t, menu(0), "From here on", "2 Rosa") }, "Rosa|Rosa|Rosa", "1 Emma 0 %, 2 Rosa 100 %"},
		{"somebody new", func() { choose(t, menu(1), "New speaker…"); h.answer(" Zoë ") }, "Rosa|Zoë|Rosa", "1 Emma 0 %, 2 Rosa 75 %, 3 Zoë 25 %"},
		{"given up", func() {
			choose(t, menu(1), "New speaker…")
			h.asked().SetText("Nobody")
			h.asked().TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
		}, "Rosa|Zoë|Rosa", "1 Emma 0 %, 2 Rosa 75 %, 3 Zoë 25 %"},
		{"renamed", func() { choose(t, menu(0), "Rename everywhere…"); h.answer("Ana") }, "Ana|Zoë|Ana", "1 Emma 0 %, 2 Ana 75 %, 3 Zoë 25 %"},
		{"a name that is taken", func() { choose(t, menu(0), "Rename everywhere…"); h.answer("Zoë") }, "Ana|Zoë|Ana", "1 Emma 0 %, 2 Ana 75 %, 3 Zoë 25 %"},
		{"the offer is taken", func() { h.answer("Zoë") }, "Zoë|Zoë|Zoë", "1 Emma 0 %, 2 Zoë 100 %"},
		{"merged", func() { choose(t, menu(0), "Merge into", "1 Emma") }, "Emma|Emma|Emma", "1 Emma 100 %"},
	} {
		step.do()
		if got := h.who(); got != step.who {
			t.Fatalf("%s: got %q, want %q", step.what, got, step.who)
		}
		if got := h.chips(); got != step.chips {
			t.Fatalf("%s: got chips %q, want %q", step.what, got, step.chips)
		}
		for row := range s.length() {
			want := look.Line
			for _, c := range s.cast.shown {
				if c.Name == s.at(row).Speaker {
					want = c.Color
				}
			}
			if got := s.bar(s.at(row).Speaker); got != want {
				t.Errorf("%s: row %d has the colour %s, want %s", step.what, row, got, want)
			}
		}
	}
	choose(t, menu(0), "Colour", "Pink")
	if got := s.cast.shown[0].Color; got != look.Speaker(5) || s.bar("Emma") != got {
		t.Errorf("got %s on the chip, %s at the row", got, s.bar("Emma"))
	}
	for s.doc.CanUndo() {
		h.undo()
	}
	if h.who() != "||" || h.chips() != "" {
		t.Errorf("all undone: got %q, %q", h.who(), h.chips())
	}
}

// A tap on a name, on a chip and with the other button opens a menu that keys
// lead through.
func TestSpeakersAreReached(t *testing.T) {
	h := newHarness(t, true, light)
	three(h)
	s := h.transcript
	s.assign("Emma", s.at(0).ID, s.at(1).ID)
	s.assign("Rosa", s.at(2).ID)
	h.win.Resize(fyne.NewSize(1280, 800))
	c := h.win.Canvas()
	open := func() *fynewidget.PopUpMenu {
		t.Helper()
		p, _ := c.Focused().(*fynewidget.PopUpMenu)
		if p == nil {
			t.Fatalf("%T has the focus", c.Focused())
		}
		return p
	}
	test.TapCanvas(c, s.underSpeaker(0).AddXY(8, -8))
	m := open()
	m.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	m.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	h.golden("speakers")
	m.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if got := h.who(); got != "Rosa|Emma|Rosa" {
		t.Fatalf("got %q", got)
	}
	if c.Focused() != s.rows {
		t.Errorf("%T has the focus after a menu", c.Focused())
	}
	test.Tap(s.cast.chips.Objects[0].(*widget.SpeakerChip))
	m = open()
	m.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	m.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn}) // speaks in the selected lines
	if got := h.who(); got != "Emma|Emma|Rosa" {
		t.Fatalf("got %q", got)
	}
	s.rows.SetSelection([]int{1, 2})
	s.rows.TypedKey(&fyne.KeyEvent{Name: desktop.KeyMenu})
	m = open()
	m.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if c.Overlays().Top() != nil {
		t.Error("Escape leaves the menu there")
	}
}

func TestMenuOfALine(t *testing.T) {
	h := newHarness(t, true)
	first := seg(0, 3, "One two three.")
	for i := range first.Words {
		first.Words[i].Start, first.Words[i].End = float64(i), float64(i+1)
	}
	h.done("talk.mp3", first, seg(3, 4, "Four."), seg(4, 8, "Five."), seg(8, 9, "Six."))
	s := h.transcript
	h.win.Resize(fyne.NewSize(1280, 800))
	none := fyne.Position{}
	for _, step := range []struct {
		what string
		do   func()
		want string
	}{
		{"divide", func() {
			at := placeOf(s.rows.Item(0)).AddXY(175, 18) // where “three.” stands
			choose(t, s.lineMenu(0, at), "Divide before “three.”")
		}, "One two|three.|Four.|Five.|Six."},
		{"several together", func() {
			s.rows.SetSelection([]int{1, 2, 3})
			choose(t, s.lineMenu(2, none), "Put 3 lines together")
		}, "One two|three. Four. Five.|Six."},
		{"with the next", func() { s.rows.SetSelected(1); choose(t, s.lineMenu(1, none), "Put together with the next line") }, "One two|three. Four. Five. Six."},
		{"insert", func() {
			s.rows.SetSelected(0)
			choose(t, s.lineMenu(0, none), "Add a line below")
			h.writing("And.")
			h.hit(fyne.KeyReturn)
		}, "One two|And.|three. Four. Five. Six."},
		{"edit", func() { choose(t, s.lineMenu(0, none), "Edit"); h.writing("So: "); h.hit(fyne.KeyReturn) }, "So: One two|And.|three. Four. Five. Six."},
		{"delete", func() { s.rows.SetSelection([]int{0, 1}); choose(t, s.lineMenu(0, none), "Delete 2 lines") }, "three. Four. Five. Six."},
		{"speaker", func() { choose(t, s.lineMenu(0, none), "Speaker", "New speaker…"); h.answer("Emma") }, "three. Four. Five. Six."},
	} {
		step.do()
		if got := h.text(); got != step.want {
			t.Fatalf("%s: got %q, want %q", step.what, got, step.want)
		}
	}
	if h.who() != "Emma" {
		t.Errorf("got %q", h.who())
	}
	if got, want := labelsOf(s.lineMenu(0, none)), "Edit, Play, Divide, Put together with the next line, Add a line below, Delete, Speaker, Transcribe again beside the text…, Compare with the machine's text…, Restore the machine's text"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// What is said of selected lines is copied and deleted for all of them, and Space
// plays as before.
func TestSeveralLines(t *testing.T) {
	h := newHarness(t, true)
	three(h)
	h.sounding()
	s := h.transcript
	h.win.Canvas().Focus(s.rows)
	s.rows.SetSelection([]int{0, 2})
	h.copy()
	if got := h.fyne.Clipboard().Content(); got != "First.\nThird." {
		t.Errorf("copied %q", got)
	}
	if got := s.cursor(); got != s.at(2).ID {
		t.Errorf("dictation goes into %d", got)
	}
	s.rows.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	h.until("it plays", func() bool { return h.Window.player.playing.State == app.PlayPlaying })
	if got := s.rows.Selection(); !slices.Equal(got, []int{0, 2}) {
		t.Errorf("Space has selected %v", got)
	}
	s.rows.TypedShortcut(&fyne.ShortcutSelectAll{})
	s.rows.TypedRune('1')
	if got := h.who(); got != "Speaker 1|Speaker 1|Speaker 1" {
		t.Errorf("got %q", got)
	}
	s.rows.SetSelection([]int{0, 1})
	h.remove()
	h.remove() // what is in their place
	if got := h.text(); got != "" {
		t.Errorf("got %q", got)
	}
}
