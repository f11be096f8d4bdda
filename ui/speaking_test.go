package ui

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"earshot/app"
)

// dictating records, with a segment and below it what is being said: words of
// which some are certain.
func dictating(t *testing.T, certain int) *harness {
	t.Helper()
	h := newHarness(t, true)
	h.record()
	h.until("the recording is open", func() bool { return h.transcript.isLive() && !h.transcript.loading })
	open := seg(2, 3, "The third had been")
	h.says(app.Heard{Segments: []app.Segment{seg(0.5, 1.5, "It is dry.")}, Position: 1.5})
	h.says(app.Heard{Position: 1.5, Confirmed: open.Words[:certain], Tentative: open.Words[certain:]})
	h.until("what is being said is shown", func() bool { return h.transcript.rows.Length() == 2 })
	if h.recorder.asked() {
		t.Error("nobody has asked for anything")
	}
	return h
}

// click taps a row of the transcript in its text, so far to the right.
func (h *harness) click(row int, x float32) {
	h.t.Helper()
	item := h.transcript.rows.Item(row)
	at := h.fyne.Driver().AbsolutePositionForObject(item)
	test.TapCanvas(h.win.Canvas(), at.AddXY(x, item.Size().Height-20))
}

func TestEditWhatIsBeingSaid(t *testing.T) {
	for _, c := range []struct {
		name string
		act  func(h *harness)
		want int // where the caret is
	}{
		{"a click behind it", func(h *harness) { h.click(1, 600) }, len("The third")},
		{"a click at its start", func(h *harness) { h.click(1, 91) }, 0},
		{"Enter", func(h *harness) {
			h.win.Canvas().Focus(h.transcript.rows)
			h.transcript.rows.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEnd})
			h.transcript.rows.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
		}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := dictating(t, 2)
			c.act(h)
			if !h.recorder.asked() || h.transcript.editing != 0 {
				t.Fatalf("what is certain was not asked for, or segment %d is edited", h.transcript.editing)
			}
			open := seg(2, 3, "The third had been")
			h.says(app.Heard{Segments: []app.Segment{seg(2, 2.5, "The third")}, Position: 2.5, Tentative: open.Words[2:]})
			h.until("it can be edited", func() bool { return h.transcript.edits(1) })
			if got := h.transcript.editor.CursorTextOffset(); got != c.want || h.win.Canvas().Focused() != h.transcript.editor {
				t.Errorf("the caret is at %d, want %d, and %T has the focus", got, c.want, h.win.Canvas().Focused())
			}
			// It stays as it is edited when the rest has been said.
			h.transcript.editor.SetText("The first")
			h.says(app.Heard{Segments: []app.Segment{seg(2.5, 3, "had been")}, Position: 3})
			h.until("the rest is shown", func() bool { return h.transcript.length() == 3 && len(h.transcript.speaking) == 0 })
			if got := h.text(); got != "It is dry.|The first|had been" || !h.transcript.edits(1) || h.recorder.asked() {
				t.Errorf("got %q, row 1 is edited: %v", got, h.transcript.edits(1))
			}
		})
	}
}

// Where nothing is certain, the whole is edited once it has been said, unless
// something else is being done by then.
func TestEditWhatWillHaveBeenSaid(t *testing.T) {
	for _, c := range []struct {
		name string
		act  func(h *harness)
		want int // row that is edited then, -1 for none
	}{
		{"nothing", func(*harness) {}, 1},
		{"another row is edited", func(h *harness) { h.transcript.edit(0) }, 0},
		{"another row is selected", func(h *harness) { h.transcript.rows.Choose(0) }, -1},
		{"something is searched", func(h *harness) { h.win.Canvas().Focus(h.toolbar.search) }, -1},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := dictating(t, 0)
			h.click(1, 600)
			c.act(h)
			h.says(app.Heard{Segments: []app.Segment{seg(2, 3, "The third had been.")}, Position: 3})
			h.until("it is a segment", func() bool { return h.transcript.length() == 2 && len(h.transcript.speaking) == 0 })
			for row := range 2 {
				if h.transcript.edits(row) != (row == c.want) {
					t.Errorf("row %d is edited: %v, want row %d", row, h.transcript.edits(row), c.want)
				}
			}
			if h.transcript.wish != nil {
				t.Error("something is still waited for")
			}
		})
	}
}

// What is being said can be selected, and that ends with it.
func TestSelectWhatIsBeingSaid(t *testing.T) {
	h := dictating(t, 2)
	h.win.Canvas().Focus(h.transcript.rows)
	h.transcript.rows.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEnd})
	if _, chosen := h.transcript.current(); h.transcript.rows.Selected() != 1 || chosen || len(h.transcript.selection()) > 0 {
		t.Errorf("row %d is selected, and commands are about a segment: %v", h.transcript.rows.Selected(), chosen)
	}
	h.remove()
	h.typedKey(&fyne.KeyEvent{Name: fyne.KeyF8})
	h.says(app.Heard{Segments: []app.Segment{seg(2, 3, "The third had been.")}, Position: 3})
	h.until("it is a segment", func() bool { return h.transcript.length() == 2 && len(h.transcript.speaking) == 0 })
	if s, ok := h.transcript.current(); !ok || s.Text != "The third had been." || h.transcript.editing != 0 {
		t.Errorf("got %+v selected", s)
	}
}
