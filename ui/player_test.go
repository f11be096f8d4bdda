package ui

import (
	"context"
	"os"
	"sync"
	"testing"

	"fyne.io/fyne/v2"

	"earshot/app"
)

// fakePlayer is a loudspeaker whose time the test sets.
type fakePlayer struct {
	mu     sync.Mutex
	err    error // of opening
	opened *fakePlayback
}

func (p *fakePlayer) Open(_ context.Context, path string, _ app.MediaOptions) (app.Playback, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err != nil {
		return nil, &app.MediaError{Path: path, Err: p.err}
	}
	p.opened = &fakePlayback{changed: make(chan struct{}, 1)}
	return p.opened, nil
}

// at moves the playing to a second.
func (p *fakePlayer) at(second float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.opened.set(func(b *fakePlayback) { b.position = second })
}

type fakePlayback struct {
	mu       sync.Mutex
	position float64
	status   app.PlayStatus
	changed  chan struct{}
}

func (b *fakePlayback) set(f func(*fakePlayback)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f(b)
}

func (*fakePlayback) Info() app.MediaInfo { return app.MediaInfo{Duration: 600} }

func (b *fakePlayback) Play(p app.Passage) { b.set(func(b *fakePlayback) { b.position = p.At }) }

func (b *fakePlayback) Position() (at float64) {
	b.set(func(b *fakePlayback) { at = b.position })
	return at
}

func (b *fakePlayback) Status() (s app.PlayStatus) {
	b.set(func(b *fakePlayback) { s = b.status })
	return s
}

func (*fakePlayback) Pause()                     {}
func (*fakePlayback) Resume()                    {}
func (*fakePlayback) SetSpeed(float64)           {}
func (*fakePlayback) SetVolume(float64)          {}
func (b *fakePlayback) Changed() <-chan struct{} { return b.changed }
func (*fakePlayback) Close() error               { return nil }

// What is said is shown in its row as it is played, and the list goes with it
// until a person scrolls away.
func TestPlaying(t *testing.T) {
	h := newHarness(t, true)
	segments := make([]app.Segment, 60)
	for i := range segments {
		segments[i] = seg(float64(10*i), float64(10*i+9), "This is a sentence.")
	}
	h.done("talk.mp3", segments...)
	bar := h.Window.player
	h.until("the sound is there", func() bool { return bar.playing.State == app.PlayPaused && bar.overview != nil })
	if !bar.content.Visible() || bar.whyBox.Visible() {
		t.Fatal("there is no player")
	}
	h.transcript.playWord(2, 1, 0)
	h.until("the word is said", func() bool { return bar.row == 2 && bar.playing.State == app.PlayPlaying })
	h.speaker.at(505)
	h.until("it is followed", func() bool { return bar.row == 50 && h.transcript.rows.Item(50) != nil })
	h.transcript.rows.OnScrolled()
	if !bar.away || !h.transcript.follow.Visible() {
		t.Error("it does not say that it stopped following")
	}
	h.speaker.at(15)
	h.until("another word is said", func() bool { return bar.row == 1 })
	if h.transcript.rows.Item(1) != nil {
		t.Error("it follows a person who has scrolled away")
	}
	h.typedKey(&fyne.KeyEvent{Name: fyne.KeyF6})
	if h.transcript.rows.Item(1) == nil || h.transcript.follow.Visible() {
		t.Error("F6 does not go back to what is said")
	}
	h.transcript.edit(1)
	h.transcript.editor.TypedShortcut(h.key("play"))
	h.until("it pauses", func() bool { return bar.playing.State == app.PlayPaused })
	if h.transcript.editing == 0 {
		t.Error("the key ended the editing")
	}
	h.transcript.editor.TypedShortcut(h.key("forward"))
	h.until("it went forward", func() bool { return bar.playing.Position == 18 })
}

// Without sound the bar says why and the text can be worked on.
func TestNoSound(t *testing.T) {
	h := newHarness(t, true, func(h *harness) { h.speaker.err = os.ErrNotExist })
	h.done("talk.mp3", seg(1, 2, "Once."))
	bar := h.Window.player
	h.until("it says so", bar.whyBox.Visible)
	if bar.why.Text() == "" {
		t.Error("it says nothing")
	}
	h.transcript.playWord(0, 0, 0)
	h.transcript.edit(0)
	if h.transcript.editing == 0 {
		t.Error("the text cannot be edited")
	}
}

// sounding waits until the player has the open transcript's recording.
func (h *harness) sounding() {
	h.t.Helper()
	bar := h.Window.player
	h.until("the sound is there", func() bool {
		return bar.playing.State == app.PlayPaused && bar.overview != nil && bar.overview.State().Done
	})
}
