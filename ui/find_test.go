package ui

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"earshot/app"
	"earshot/ui/widget"
)

// looking types into the find bar, which has the focus, or into what follows it
// there.
func (h *harness) looking(text string) {
	h.t.Helper()
	test.Type(h.win.Canvas().Focused(), text)
}

// switches taps a button of the find bar, by its word.
func (h *harness) switches(word string) {
	h.t.Helper()
	var tap func(o fyne.CanvasObject) bool
	tap = func(o fyne.CanvasObject) bool {
		if b, is := o.(*widget.Button); is && b.Text == word {
			test.Tap(b)
			return true
		}
		return slices.ContainsFunc(children(o), tap)
	}
	if !tap(h.transcript.find.bar) {
		h.t.Fatalf("there is no button %q", word)
	}
}

// replacing shows the line with a replacement and writes it.
func (h *harness) replacing(with string) {
	h.t.Helper()
	h.press("replace")
	h.win.Canvas().FocusNext()
	h.looking(with)
}

// places is what the bar says, and which row is selected: "2 of 3 in row 1".
func (h *harness) places() string {
	says := ""
	for _, text := range texts(h.transcript.find.bar) {
		if strings.Contains(text, " of ") || strings.Contains(text, "places") || text == "not found" {
			says = text
		}
	}
	return fmt.Sprintf("%s in row %d", says, h.transcript.rows.Selected())
}

// marked are the marks of a row, as they are drawn: the one that is shown in
// capitals.
func (h *harness) marked(row int) string {
	var all []string
	text := h.transcript.at(row).Text
	for _, m := range h.transcript.find.marks(row) {
		part := text[m.Start:m.End]
		if m.Current {
			part = strings.ToUpper(part)
		}
		all = append(all, part)
	}
	return strings.Join(all, " ")
}

func TestFind(t *testing.T) {
	h := newHarness(t, true)
	h.done("talk.mp3", seg(1, 2, "The cat sat."), seg(3, 4, "A ünïcode cat, a Cat."), seg(5, 6, "No concatenation."))
	h.transcript.rows.SetSelected(1)
	h.press("find")
	enter := func(shift bool) func() {
		return func() {
			name := "next-match"
			if shift {
				name = "previous-match"
			}
			h.press(name)
		}
	}
	for _, c := range []struct {
		what string
		do   func()
		want string
	}{
		{"one character", func() { h.looking("c") }, "2 of 6 in row 1"},
		{"a word, from the selected row on", func() { h.looking("at") }, "2 of 4 in row 1"},
		{"next", enter(false), "3 of 4 in row 1"},
		{"next row", enter(false), "4 of 4 in row 2"},
		{"round", enter(false), "1 of 4 in row 0"},
		{"back round", enter(true), "4 of 4 in row 2"},
		{"from another row on", func() { h.transcript.rows.SetSelected(1); h.press("next-match") }, "2 of 4 in row 1"},
		{"back from another row", func() { h.transcript.rows.SetSelected(2); h.press("previous-match") }, "3 of 4 in row 1"},
		{"case", func() { h.switches("Aa") }, "3 of 3 in row 2"},
		{"whole words", func() { h.switches("W") }, "1 of 2 in row 0"},
		{"regular expression", func() { h.switches(".*") }, "1 of 2 in row 0"},
		{"nothing", func() { h.press("find"); h.looking("dog") }, "not found in row 0"},
	} {
		c.do()
		if got := h.places(); got != c.want {
			t.Fatalf("%s: got %q, want %q", c.what, got, c.want)
		}
	}
}

// What matches is marked in every row, also after the text is another.
func TestMatchesFollowTheText(t *testing.T) {
	h := newHarness(t, true)
	h.done("talk.mp3", seg(1, 2, "The cat sat."), seg(3, 4, "A ünïcode cat, a Cat."), seg(5, 6, "None."))
	h.press("find")
	h.looking("cat")
	check := func(what, places string, marks ...string) {
		t.Helper()
		if got := h.places(); got != places {
			t.Errorf("%s: got %q, want %q", what, got, places)
		}
		for row, want := range marks {
			if got := h.marked(row); got != want {
				t.Errorf("%s: row %d: got %q, want %q", what, row, got, want)
			}
		}
	}
	check("at first", "1 of 3 in row 0", "CAT", "cat Cat", "")
	h.press("next-match")
	check("the next", "2 of 3 in row 1", "cat", "CAT Cat", "")
	h.transcript.editAt(2, 0)
	h.writing("Cats? ")
	h.hit(fyne.KeyReturn)
	check("one more below", "2 of 4 in row 2", "cat", "CAT Cat", "Cat")
	h.press("previous-match")
	check("before the selected row", "3 of 4 in row 1", "cat", "cat CAT", "Cat")
	h.transcript.editAt(1, 0)
	h.writing("Oh. ")
	check("one that is shown moves", "4 places in row 1", "cat", "cat Cat", "Cat")
	h.hit(fyne.KeyF3)
	check("from the caret on", "2 of 4 in row 1", "cat", "CAT Cat", "Cat")
	h.transcript.rows.SetSelected(0)
	h.transcript.remove()
	check("a row is gone", "1 of 3 in row 0", "CAT Cat", "Cat")
	h.undo()
	check("it is back", "2 of 4 in row 0", "cat", "CAT Cat", "Cat")
	h.win.Canvas().Focus(h.transcript.rows)
	h.typedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if h.transcript.find.isOpen() || h.marked(0)+h.marked(1) != "" || h.win.Canvas().Focused() != h.transcript.rows {
		t.Error("Escape does not close the bar and go back to the rows")
	}
	if got := h.transcript.rows.Selected(); got != 0 {
		t.Errorf("row %d is selected", got)
	}
}

// What is found is brought into view, with what comes before it.
func TestFindScrolls(t *testing.T) {
	h := newHarness(t, true)
	segments := make([]app.Segment, 100)
	for i := range segments {
		segments[i] = seg(float64(10*i), float64(10*i+9), fmt.Sprintf("Sentence %d.", i))
	}
	h.done("talk.mp3", segments...)
	h.transcript.rows.ScrollToEnd()
	h.press("find")
	for _, row := range []int{50, 97, 12} {
		h.press("find")
		h.looking(fmt.Sprintf(" %d.", row))
		for near := row - 2; near <= row; near++ {
			if h.transcript.rows.Item(near) == nil {
				t.Errorf("row %d is found, row %d is not in view", row, near)
			}
		}
	}
}

// The bar begins with what is selected in the row that is being edited.
func TestFindWhatIsSelected(t *testing.T) {
	h := newHarness(t, true)
	h.done("talk.mp3", seg(1, 2, "one two"), seg(3, 4, "two one two"))
	h.transcript.editAt(1, 8)
	e := h.transcript.editor
	e.KeyDown(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	h.hit(fyne.KeyEnd)
	e.KeyUp(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	if e.SelectedText() != "two" {
		t.Fatalf("%q is selected", e.SelectedText())
	}
	e.TypedShortcut(h.key("find"))
	if got := h.places(); got != "3 of 3 in row 1" || h.transcript.editing != 0 {
		t.Errorf("got %q, editing %d", got, h.transcript.editing)
	}
	h.win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if got := h.places(); got != "1 of 3 in row 0" {
		t.Errorf("Enter: got %q", got)
	}
	h.win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyF3})
	if got := h.places(); got != "2 of 3 in row 1" {
		t.Errorf("F3: got %q", got)
	}
	h.win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if h.win.Canvas().Focused() != h.transcript.rows || h.transcript.rows.Selected() != 1 {
		t.Errorf("Escape: %T has the focus, row %d is selected", h.win.Canvas().Focused(), h.transcript.rows.Selected())
	}
	h.press("next-match")
	if got := h.places(); got != "2 of 3 in row 1" {
		t.Errorf("F3 in a closed bar: got %q", got)
	}
}

// Ctrl+F is about the transcript where there is one, Ctrl+Shift+F never.
func TestWhereToFind(t *testing.T) {
	h := newHarness(t, true)
	focused := func(what string, want fyne.Focusable) {
		t.Helper()
		if got := h.win.Canvas().Focused(); got != want {
			t.Errorf("%s: %T has the focus", what, got)
		}
	}
	h.press("find")
	focused("Ctrl+F without a transcript", h.toolbar.search)
	h.press("replace")
	focused("Ctrl+H without a transcript", nil)
	id := h.done("talk.mp3", seg(1, 2, "one two"))
	h.press("search")
	focused("Ctrl+Shift+F", h.toolbar.search)
	h.toolbar.search.TypedShortcut(h.key("find"))
	if h.win.Canvas().Focused() == h.toolbar.search || !h.transcript.find.isOpen() {
		t.Error("Ctrl+F does not look in the transcript")
	}
	h.looking("o")
	h.done("other.mp3", seg(1, 2, "o, o, o, oh"))
	if got := h.places(); got != "4 places in row -1" {
		t.Errorf("in another transcript: got %q", got)
	}
	h.win.Canvas().Focus(h.toolbar.search)
	h.press("settings")
	h.press("next-match")
	if got := h.places(); got != "4 places in row -1" {
		t.Errorf("F3 where no transcript is shown: got %q", got)
	}
	h.transcript.openAt(id, -1)
	h.until("the first is open again", func() bool { return h.transcript.doc != nil && h.transcript.open == id })
	h.press("next-match")
	if got := h.places(); got != "1 of 2 in row 0" {
		t.Errorf("in the first again: got %q", got)
	}
}

func TestReplace(t *testing.T) {
	h := newHarness(t, true)
	h.done("talk.mp3", seg(1, 2, "cat cat"), seg(3, 4, "no dog"), seg(5, 6, "cat"))
	h.press("replace")
	h.looking("cat")
	h.replacing("cat's")
	for _, want := range []struct{ text, places string }{
		{"cat's cat|no dog|cat", "2 of 3 in row 0"},
		{"cat's cat's|no dog|cat", "3 of 3 in row 2"},
		{"cat's cat's|no dog|cat's", "1 of 3 in row 0"},
	} {
		h.win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
		if got, places := h.text(), h.places(); got != want.text || places != want.places {
			t.Errorf("got %q, %q, want %q, %q", got, places, want.text, want.places)
		}
	}
	undo := h.win.Canvas().Focused().(fyne.Shortcutable)
	for _, want := range []string{"cat's cat's|no dog|cat", "cat's cat|no dog|cat", "cat cat|no dog|cat"} {
		if undo.TypedShortcut(&fyne.ShortcutUndo{}); h.text() != want {
			t.Errorf("after undo: got %q, want %q", h.text(), want)
		}
	}
}

func TestReplaceAll(t *testing.T) {
	h := newHarness(t, true)
	id := h.done("talk.mp3", seg(1, 2, "cat cat"), seg(3, 4, "no dog"), seg(5, 6, "Cat"))
	h.press("replace")
	h.switches(".*")
	h.press("find")
	h.looking("(c)at")
	h.replacing("$1ow")
	h.transcript.editAt(1, 0) // a row that is being edited is no obstacle
	h.switches("Replace all")
	if got := h.text(); got != "cow cow|no dog|Cow" {
		t.Errorf("got %q", got)
	}
	if got := h.notices(); len(got) != 1 || got[0] != "Replaced 3 places." {
		t.Errorf("got %q", got)
	}
	if got := h.places(); !strings.HasPrefix(got, "not found") {
		t.Errorf("got %q", got)
	}
	h.until("it is stored", func() bool { return h.stored(id) == "cow cow|no dog|Cow" })
	h.undo()
	if got := h.text(); got != "cat cat|no dog|Cat" || h.transcript.doc.CanUndo() {
		t.Errorf("after one undo: got %q", got)
	}
	if got := h.places(); got != "1 of 3 in row 0" {
		t.Errorf("after undo: got %q", got)
	}
}

func TestFindBarLooks(t *testing.T) {
	h := newHarness(t, true, light)
	h.done("talk.mp3", seg(1, 2, "We had been told the harbour would stay open."), seg(3, 4, "The harbour of the Harbour Company?"))
	h.press("find")
	h.looking("harbour")
	h.press("next-match")
	h.sounding()
	h.golden("find")
}

// An expression that cannot be read is explained in the bar while it is written,
// and marks nothing.
func TestWrongExpression(t *testing.T) {
	h := newHarness(t, true, dark)
	h.done("talk.mp3", seg(1, 2, "We (all) had been told."))
	h.press("replace")
	h.switches(".*")
	h.press("find")
	h.looking("a|(")
	h.sounding()
	h.golden("find-wrong")
	if got := h.marked(0); got != "" {
		t.Errorf("%q is marked", got)
	}
	h.looking("l)")
	if got := h.places(); got != "1 of 5 in row 0" {
		t.Errorf("got %q once the expression is right", got)
	}
}
