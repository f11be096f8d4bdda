package ui

import (
	"fmt"
	"testing"

	"fyne.io/fyne/v2"

	"earshot/app"
)

// heard waits until the player plays this, only once if to is not 0, and pauses
// it.
func (h *harness) heard(what string, from, to float64) {
	h.t.Helper()
	h.until(what+" is heard", func() bool {
		p := h.app.Deck().Playing()
		return p.State == app.PlayPlaying && p.Position == from && p.Stretch.To == to
	})
	h.app.Deck().Pause()
}

func TestTheLineIsHeard(t *testing.T) {
	h := newHarness(t, true)
	h.interview()
	h.sounding()
	h.transcript.rows.SetSelected(1)
	h.press("replay")
	h.heard("the selected line", 20, 36)
	h.press("around")
	h.heard("from the selected line on", 18.5, 0)
	for _, c := range []struct {
		what string
		at   int // characters
		want float64
	}{
		{"in the first word", 1, 18.5},
		{"before a word", 12, 21.5},
		{"in a word", 15, 21.5},
		{"behind a word", 16, 21.5},
		{"at the end", 1000, 33.5},
	} {
		h.transcript.editAt(1, c.at)
		h.transcript.editor.TypedShortcut(h.key("around"))
		h.heard(c.what, c.want, 0)
		if !h.transcript.edits(1) {
			t.Fatalf("%s: the row is not edited any more", c.what)
		}
	}
	h.transcript.editAt(1, 0)
	h.writing("  Well, ")
	h.transcript.editor.TypedShortcut(h.key("around"))
	h.heard("behind what was typed", h.transcript.at(1).Words[1].Start-1.5, 0)
	h.transcript.editor.TypedShortcut(h.key("replay"))
	h.heard("the line that is edited", 20, 36)
	for _, c := range []struct {
		key  string
		want float64
	}{{"faster", 1.25}, {"slower", 1}, {"slower", 0.75}} {
		h.transcript.editor.TypedShortcut(h.key(c.key))
		if got := h.app.Deck().Playing().Speed; got != c.want {
			t.Errorf("%s is %v, want %v", c.key, got, c.want)
		}
	}
}

// edges are those that the waveform shows.
func (h *harness) edges() string {
	from, to := h.Window.player.player.Wave.Edges()
	return fmt.Sprintf("%.2f–%.2f", from, to)
}

// Keys move the times of the current line, and what follows soon is undone
// together.
func TestTimesAreMovedWithKeys(t *testing.T) {
	h := newHarness(t, true)
	id := h.interview()
	h.sounding()
	rows := h.transcript.rows
	h.win.Canvas().Focus(rows)
	rows.SetSelected(1)
	key := func(name string, which int) fyne.KeyboardShortcut {
		return h.bindings(func(b binding) bool { return b.name == name })[0].keys[which]
	}
	typed := func(name string) { h.pressed(key(name, 0)) } // as a list passes it on
	typing := func(name string, which int) { h.transcript.editor.TypedShortcut(key(name, which)) }
	for _, s := range []struct {
		what  string
		do    func()
		times string
		shown string // in the gutter
	}{
		{"start earlier", func() { typed("start-earlier") }, "19.90–36.00", "0:19.9"},
		{"start later, twice", func() { typed("start-later"); typed("start-later") }, "20.10–36.00", "0:20.1"},
		{"end later", func() { typed("end-later") }, "20.10–36.10", "– 0:36.1"},
		{"end earlier", func() { typed("end-earlier"); typed("end-earlier") }, "20.10–35.90", "– 0:35.9"},
		{"undo", func() { h.undo() }, "20.00–36.00", "– 0:36.0"},
		{"no further than the line before", func() {
			for range 200 {
				typed("start-earlier")
			}
		}, "18.00–36.00", "0:18.0"},
		{"while typing", func() { h.transcript.editAt(1, 3); typing("start-later", 1) }, "18.10–36.00", "0:18.1"},
		{"the end while typing", func() { typing("end-earlier", 1) }, "18.10–35.90", "– 0:35.9"},
		{"from word to word while typing", func() { typing("start-later", 0) }, "18.10–35.90", "– 0:35.9"},
		{"elsewhere", func() { h.win.Canvas().Focus(h.Window.library.rows); typed("start-later") }, "18.10–35.90", "– 0:35.9"},
	} {
		s.do()
		line := h.transcript.at(1)
		if got := fmt.Sprintf("%.2f–%.2f", line.Start, line.End); got != s.times || h.edges() != s.times {
			t.Fatalf("%s: got %s, in the waveform %s, want %s", s.what, got, h.edges(), s.times)
		}
		if got := h.transcript.time(line); got != s.shown {
			t.Fatalf("%s: the gutter says %q, want %q", s.what, got, s.shown)
		}
	}
	if h.transcript.editor.CursorTextOffset() != 7 {
		t.Errorf("Ctrl+→ has not moved the cursor to the next word but to %d", h.transcript.editor.CursorTextOffset())
	}
	rows.SetSelected(2)
	if got := h.transcript.time(h.transcript.at(1)); got != "0:18" || h.edges() != "40.00–51.00" {
		t.Errorf("behind another line the gutter says %q, the waveform %s", got, h.edges())
	}
	for h.transcript.doc.CanUndo() {
		h.undo()
	}
	h.until("all is as it was", func() bool { return h.kept(id).Segments[1].Start == 20 })
}

// drag drags something of the waveform from one time to another.
func (h *harness) drag(from, to float64) {
	w := h.Window.player.player.Wave
	begin, end := w.View()
	x := func(at float64) float32 { return float32((at-begin)/(end-begin)) * w.Size().Width }
	const steps = 8
	by := (x(to) - x(from)) / steps
	for i := range steps {
		e := &fyne.DragEvent{Dragged: fyne.NewDelta(by, 0)}
		e.Position = fyne.NewPos(x(from)+float32(i+1)*by, 20)
		w.Dragged(e)
	}
	w.DragEnd()
}

// An edge that is dragged moves the line's time all the way, in one step.
func TestEdgesAreDragged(t *testing.T) {
	h := newHarness(t, true, light)
	h.interview()
	h.sounding()
	bar := h.Window.player
	if h.edges() != "0.00–0.00" {
		t.Errorf("with nothing selected the edges are %s", h.edges())
	}
	h.transcript.rows.SetSelected(1)
	bar.player.Wave.SetView(0, 100)
	h.drag(36, 33)
	h.picture("edges")
	if got := h.edges(); got != "20.00–33.00" || h.transcript.at(1).End < 32.99 || h.transcript.at(1).End > 33.01 {
		t.Errorf("got %s, %+v", got, h.transcript.at(1))
	}
	if got := h.transcript.time(h.transcript.at(1)); got != "– 0:33.0" {
		t.Errorf("the gutter says %q", got)
	}
	h.drag(20, 5)
	if got := h.edges(); got != "18.00–33.00" {
		t.Errorf("dragged into the line before: got %s", got)
	}
	h.undo()
	if got := h.edges(); got != "20.00–33.00" {
		t.Errorf("after undo: got %s", got)
	}
	h.undo()
	if got := h.edges(); got != "20.00–36.00" || h.transcript.doc.CanUndo() {
		t.Errorf("after another undo: got %s", got)
	}
	h.transcript.rows.SetSelected(-1)
	h.drag(60, 61)
	if h.transcript.doc.CanUndo() {
		t.Error("something was moved with nothing selected")
	}
}

// speaking opens a transcript again with these segments.
func (h *harness) speaking(id int64, segments ...app.Segment) {
	h.t.Helper()
	for i := range segments {
		segments[i].ID = 1000 + int64(i)
	}
	h.library.change(id, func(t *app.Transcript) { t.Segments = segments })
	h.transcript.close()
	h.transcript.openAt(id, -1)
	h.until("it is open", func() bool { return !h.transcript.loading })
	h.sounding()
}

// A line that is moved past that of another speaker stays the current one.
func TestALinePassesAnother(t *testing.T) {
	h := newHarness(t, true)
	a, b := doubted(10, "One two three."), doubted(11, "Four five.")
	a.Speaker, b.Speaker = "Ann", "Ben"
	h.speaking(h.done("talk.wav"), a, b)
	h.transcript.rows.SetSelected(1)
	h.Window.player.player.Wave.SetView(0, 30)
	h.drag(11, 9)
	if s, _ := h.transcript.current(); s.Speaker != "Ben" || h.transcript.rows.Selected() != 0 || h.text() != "Four five.|One two three." {
		t.Errorf("got %+v at row %d of %s", s, h.transcript.rows.Selected(), h.text())
	}
	if got := h.edges(); got != "9.00–13.00" {
		t.Errorf("got the edges %s", got)
	}
	h.undo()
	if got := h.edges(); h.text() != "One two three.|Four five." || got != "10.00–13.00" {
		t.Errorf("after undo: %s, edges %s", h.text(), got)
	}
}

// Who speaks in what comes is added to what the waveform shows.
func TestSpeakersAreMarkedAsTheyCome(t *testing.T) {
	h := newHarness(t, true)
	id := h.done("talk.mp3")
	h.sounding()
	bar := h.Window.player
	for i, who := range []string{"Ann", "Ann", "Ben", "", "Ann", "Ann"} {
		s := doubted(float64(10*i), "One two.")
		s.ID, s.Speaker = 1000+int64(i), who
		h.transcript.added(id, []app.Segment{s})
		if bar.marked != i+1 {
			t.Fatalf("%d of %d rows are marked", bar.marked, i+1)
		}
	}
	came := fmt.Sprint(bar.speakers)
	if bar.mark(); len(bar.speakers) != 3 || bar.speakers[0].To != 12 || bar.speakers[2].To != 52 || came != fmt.Sprint(bar.speakers) {
		t.Errorf("got %v, marked anew %v", came, bar.speakers)
	}
}

// While another transcript is being opened nothing of the one before can be
// heard.
func TestTheBarIsOfTheOpenTranscript(t *testing.T) {
	h := newHarness(t, true)
	first := h.interview()
	h.sounding()
	h.done("other.mp3", seg(1, 2, "Other."))
	h.sounding()
	h.transcript.rows.SetSelected(0)
	h.app.Deck().Resume()
	h.until("it plays", func() bool { return h.Window.player.playing.State == app.PlayPlaying })
	h.library.mu.Lock() // it takes its time
	h.transcript.openAt(first, -1)
	bar := h.Window.player
	if p := h.app.Deck().Playing(); p.State != app.PlayStopped || !bar.content.Visible() || bar.transcript != 0 || h.edges() != "0.00–0.00" {
		t.Errorf("while it is opened: %+v, the bar is there: %v, the edges %s", p, bar.content.Visible(), h.edges())
	}
	bar.toggle()
	h.library.mu.Unlock()
	h.sounding()
	if p := bar.playing; p.Transcript != first || bar.length != 600 {
		t.Errorf("got %+v of %v s", p, bar.length)
	}
	h.transcript.openAt(12345, -1)
	h.until("it cannot be opened", func() bool { return h.transcript.open == 0 })
	if bar.content.Visible() {
		t.Error("the bar is there with nothing open")
	}
}

// What was recorded can be heard as soon as the recording has ended.
func TestARecordingCanBeHeard(t *testing.T) {
	h := newHarness(t, true)
	h.record()
	h.until("the recording is open", func() bool { return h.transcript.isLive() && !h.transcript.loading })
	h.says(app.Heard{Segments: []app.Segment{seg(0.5, 1.5, "It is dry.")}, Position: 1.5})
	h.until("it is shown", func() bool { return h.transcript.length() == 1 })
	if h.Window.player.content.Visible() {
		t.Error("the bar is there while it is recorded")
	}
	h.record()
	h.sounding()
	if bar := h.Window.player; !bar.content.Visible() || bar.whyBox.Visible() || bar.transcript != h.transcript.open {
		t.Errorf("got the bar of %d, it says %q", bar.transcript, bar.why.Text())
	}
}
