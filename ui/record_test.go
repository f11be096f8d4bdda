package ui

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"earshot/app"
	"earshot/ui/widget"
)

// fakeRecorder is a microphone, and what hears it: the test says what.
type fakeRecorder struct {
	said chan app.Heard  // what is heard; closed, nothing more is
	err  error           // of the text
	ask  <-chan struct{} // to close what is certain; set while text is made

	mu     sync.Mutex
	status app.TakeStatus
	done   chan struct{}
}

func newFakeRecorder() *fakeRecorder {
	return &fakeRecorder{
		said: make(chan app.Heard), done: make(chan struct{}),
		status: app.TakeStatus{Duration: 3, Levels: []float64{0.5}, Room: time.Hour},
	}
}

func (r *fakeRecorder) Inputs(context.Context) ([]app.Input, error) {
	return []app.Input{{ID: "yeti", Name: "Yeti Nano", Default: true}}, nil
}

func (r *fakeRecorder) Record(_ context.Context, source, path string) (app.Take, error) {
	if source == "gone" {
		return nil, &app.RecordError{Source: source, Err: app.ErrNoInput}
	}
	return r, os.WriteFile(path, []byte("sound"), 0o600)
}

func (r *fakeRecorder) Recover(context.Context, string) (float64, error) { return 0, nil }
func (r *fakeRecorder) Tracks() []app.Input                              { return []app.Input{{Name: "Yeti Nano"}} }
func (r *fakeRecorder) Follow(context.Context, int) (app.Audio, error)   { return fakeSound{}, nil }
func (r *fakeRecorder) Done() <-chan struct{}                            { return r.done }
func (r *fakeRecorder) Stop() error                                      { close(r.done); return nil }
func (r *fakeRecorder) Pause()                                           { r.change(func(s *app.TakeStatus) { s.Paused = true }) }
func (r *fakeRecorder) Resume()                                          { r.change(func(s *app.TakeStatus) { s.Paused = false }) }

func (r *fakeRecorder) Status() app.TakeStatus {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.status
}

func (r *fakeRecorder) change(f func(*app.TakeStatus)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f(&r.status)
}

// Stream implements app.Streamer.
func (r *fakeRecorder) Stream(ctx context.Context, _ app.Audio, opt app.RecognizeOptions, on func(app.Heard)) (app.Recognized, error) {
	if r.err != nil {
		return app.Recognized{}, r.err
	}
	r.mu.Lock()
	r.ask = opt.Close
	r.mu.Unlock()
	for {
		select {
		case h := <-r.said:
			on(h)
		case <-r.done:
			return app.Recognized{Duration: 3, Language: "en", Device: "Test · CPU"}, nil
		case <-ctx.Done():
			return app.Recognized{}, ctx.Err()
		}
	}
}

// asked reports whether what is certain was to be closed since the last call.
func (r *fakeRecorder) asked() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	select {
	case <-r.ask:
		return true
	default:
		return false
	}
}

type fakeSound struct{}

func (fakeSound) Read([]float32) (int, error) { return 0, io.EOF }
func (fakeSound) Warnings() []string          { return nil }
func (fakeSound) Close() error                { return nil }

// says makes the recording hear something.
func (h *harness) says(heard app.Heard) {
	h.t.Helper()
	heard.Language, heard.Device, heard.Read = "en", "Test · CPU", 3
	for {
		select {
		case h.recorder.said <- heard:
			return
		case f := <-h.queue:
			f()
		case <-time.After(20 * time.Second):
			h.t.Fatal("nothing is recorded")
		}
	}
}

func TestRecording(t *testing.T) {
	h := newHarness(t, true, light)
	h.record()
	h.until("the recording is open", func() bool { return h.transcript.isLive() && !h.transcript.loading })
	h.says(app.Heard{Segments: []app.Segment{seg(0.5, 1.5, "It is dry.")}, Position: 1.5})
	open := seg(2, 3, "The third had been")
	h.says(app.Heard{Position: 1.5, Confirmed: open.Words[:2], Tentative: open.Words[2:]})
	h.until("what is being said is shown", func() bool { return h.transcript.rows.Length() == 2 })
	h.until("what records is shown", func() bool { return h.transcript.meta.Text() == "Microphone: Yeti Nano · lag 0.0 s" })
	h.recorder.change(func(s *app.TakeStatus) { s.Trouble = app.TroubleSilence })
	h.until("silence is noticed", func() bool { return strings.Contains(h.Window.recorder.trouble.Text(), "may be muted") })
	h.Window.recorder.wave.Clear() // what the ticker decides
	h.Window.recorder.wave.Add(0.5)
	h.golden("recording")

	// Paused, and on again.
	h.Window.recorder.pause.Tapped(nil)
	h.until("the pause is shown", func() bool { return h.Window.recorder.pause.Text == "Continue" })
	h.Window.recorder.pause.Tapped(nil)
	h.until("it goes on", func() bool { return h.Window.recorder.pause.Text == "Pause" })

	// What has been said can be edited, and stays so when more is said.
	h.transcript.edit(0)
	h.transcript.editor.SetText("It was dry.")
	h.says(app.Heard{Segments: []app.Segment{open}, Position: 3})
	h.until("the next segment is shown", func() bool { return h.transcript.length() == 2 })
	h.transcript.editor.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	h.until("the edit is kept", func() bool { return h.transcript.at(0).Edited })
	if h.win.Canvas().Focused() != h.transcript.rows {
		t.Errorf("after the edit %T has the focus", h.win.Canvas().Focused())
	}
	if got := h.text(); got != "It was dry.|The third had been" || h.transcript.editing != 0 {
		t.Errorf("got %q", got)
	}
	h.until("the edit is stored", func() bool { return h.stored(h.transcript.open) == "It was dry.|The third had been" })

	// Also while a field has the focus.
	h.win.Canvas().Focus(h.toolbar.search)
	h.toolbar.search.TypedShortcut(h.key("record"))
	h.until("the recording has ended", func() bool { return h.transcript.entry.State == app.StateDone && !h.Window.recorder.running })
	if h.toolbar.record.Text != "Record" || h.toolbar.record.Style != widget.Plain || h.Window.recorder.content.Visible() {
		t.Errorf("got the button %q", h.toolbar.record.Text)
	}
	if h.transcript.rows.Length() != 2 || h.transcript.state.Visible() && h.transcript.meta.Text() == "" {
		t.Errorf("got %d rows", h.transcript.rows.Length())
	}
}

func TestEditIsGivenUp(t *testing.T) {
	h := newHarness(t, true)
	h.done("talk.mp3", seg(1, 2, "First."), seg(3, 4, "Second."))
	h.transcript.rows.SetSelected(1)
	h.transcript.rows.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if !h.transcript.edits(1) {
		t.Fatal("Enter does not edit the selected row")
	}
	h.transcript.editor.SetText("Something else.")
	h.transcript.editor.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	h.quiet()
	if got := h.text(); got != "First.|Second." {
		t.Errorf("got %q", got)
	}
	// To leave the field is to keep what is in it.
	h.transcript.edit(1)
	h.transcript.editor.SetText("Third.")
	h.win.Canvas().Unfocus()
	h.until("the edit is kept", func() bool { return h.transcript.at(1).Edited })
	h.until("the edit is stored", func() bool { return h.stored(h.transcript.open) == "First.|Third." })
}

func TestRecordingFails(t *testing.T) {
	h := newHarness(t, true)
	h.app.SetSettings(app.Settings{Source: "gone"})
	h.record()
	h.until("the reason is shown", func() bool { return len(h.strip.notices) == 1 && !h.Window.recorder.running })
	if got := h.notices()[0]; !strings.Contains(got, "no input “gone”") {
		t.Errorf("got %q", got)
	}
	if h.transcript.open != 0 {
		t.Error("a recording that has not begun is open")
	}

	h.app.SetSettings(app.Settings{})
	h.recorder.err = errors.New("the model fell over")
	h.record()
	h.until("it is said that there is no text", func() bool {
		return strings.Contains(h.Window.recorder.trouble.Text(), "The sound is recorded all the same.")
	})
	h.record()
	h.until("the recording has ended", func() bool { return !h.Window.recorder.running && len(h.strip.notices) == 2 })
	if got := h.notices()[1]; !strings.Contains(got, "but not its text") {
		t.Errorf("got %q", got)
	}
}
