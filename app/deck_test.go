package app_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"earshot/app"
)

// player is an app.Player whose recordings are an hour long and play in the
// time of the bubble that a test runs in.
type player struct {
	mu     sync.Mutex
	delay  time.Duration // that opening takes
	err    error         // of opening
	opened []*playback
	open   int // that are not closed
}

func (p *player) Open(ctx context.Context, path string, opt app.MediaOptions) (app.Playback, error) {
	select {
	case <-time.After(p.delay):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err != nil {
		return nil, p.err
	}
	b := &playback{player: p, path: path, opt: opt, paused: true, speed: 1, changed: make(chan struct{}, 1)}
	p.opened = append(p.opened, b)
	p.open++
	return b, nil
}

// last is the playback that was opened last.
func (p *player) last() *playback {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.opened[len(p.opened)-1]
}

// playback plays nothing, in time.
type playback struct {
	player  *player
	path    string
	opt     app.MediaOptions
	changed chan struct{}

	mu      sync.Mutex
	passage app.Passage
	at      float64 // at time since
	since   time.Time
	paused  bool
	playing bool
	speed   float64
	volume  float64
	status  app.PlayStatus
	plays   int
	end     *time.Timer
}

const hour = 3600.0

func (b *playback) Info() app.MediaInfo { return app.MediaInfo{Duration: hour} }

// change alters what is played; the clock goes on from where it is.
func (b *playback) change(alter func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.at, b.since = b.position(), time.Now()
	alter()
	if b.end != nil {
		b.end.Stop()
	}
	if b.playing && !b.paused && !b.passage.Loop {
		left := (b.to() - b.at) / b.speed
		b.end = time.AfterFunc(time.Duration(left*float64(time.Second)), func() {
			b.finish(app.PlayStatus{Ended: true})
		})
	}
}

func (b *playback) finish(s app.PlayStatus) {
	b.change(func() { b.playing, b.status = false, s })
	select {
	case b.changed <- struct{}{}:
	default:
	}
}

func (b *playback) to() float64 {
	if b.passage.To > 0 {
		return b.passage.To
	}
	return hour
}

func (b *playback) position() float64 {
	if !b.playing || b.paused {
		return b.at
	}
	at := b.at + b.speed*time.Since(b.since).Seconds()
	if b.passage.Loop && at > b.to() {
		return b.passage.From + math.Mod(at-b.to(), b.to()-b.passage.From)
	}
	return min(at, b.to())
}

func (b *playback) Play(p app.Passage) {
	b.change(func() {
		b.passage, b.at, b.playing, b.status = p, p.At, true, app.PlayStatus{}
		b.plays++
	})
}
func (b *playback) Pause()                   { b.change(func() { b.paused = true }) }
func (b *playback) Resume()                  { b.change(func() { b.paused = false }) }
func (b *playback) SetSpeed(s float64)       { b.change(func() { b.speed = s }) }
func (b *playback) SetVolume(v float64)      { b.change(func() { b.volume = v }) }
func (b *playback) Changed() <-chan struct{} { return b.changed }

func (b *playback) Position() float64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.position()
}

func (b *playback) Status() app.PlayStatus {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.status
}

func (b *playback) Close() error {
	b.change(func() { b.playing = false })
	b.player.mu.Lock()
	defer b.player.mu.Unlock()
	b.player.open--
	return nil
}

// shelf is a library of recordings 1 to 9, and one that was not kept.
type shelf struct{ app.Library }

const unkept = 10

func (shelf) Purge(context.Context) ([]string, error) { return nil, nil }

func (shelf) Entry(_ context.Context, id int64) (app.Entry, error) {
	switch {
	case id == unkept:
		return app.Entry{ID: id, Source: app.Source{Path: "-"}}, nil
	case id < 1 || id > unkept:
		return app.Entry{}, app.ErrNotFound
	}
	return app.Entry{
		ID: id, Source: app.Source{Path: fmt.Sprintf("/talks/%d.mp3", id)},
		Options: app.Options{Stream: int(id)}, Duration: hour,
	}, nil
}

func (shelf) Trash(context.Context, ...int64) error { return nil }

// deckTest is a deck in a bubble.
type deckTest struct {
	*app.Deck
	t      *testing.T
	app    *app.App
	player *player
}

// inBubble runs a test of a deck, and finds out whether everything is closed
// afterwards.
func inBubble(t *testing.T, test func(d *deckTest)) {
	synctest.Test(t, func(t *testing.T) {
		p := &player{delay: 50 * time.Millisecond}
		a, err := app.New(t.Context(), app.Deps{Library: shelf{}, Player: p})
		if err != nil {
			t.Fatal(err)
		}
		test(&deckTest{a.Deck(), t, a, p})
		a.Close()
		if p.open != 0 {
			t.Errorf("%d recordings are left open", p.open)
		}
	})
}

// after lets time pass.
func (d *deckTest) after(seconds float64) {
	time.Sleep(time.Duration(seconds * float64(time.Second)))
	synctest.Wait()
}

// is finds out what the deck does.
func (d *deckTest) is(state app.PlayState, at float64) {
	d.t.Helper()
	p := d.Playing()
	if p.State != state || math.Abs(p.Position-at) > 1e-3 || math.Abs(d.Position()-at) > 1e-3 {
		d.t.Errorf("got %s at %.3f (Position %.3f, error %v), want %s at %.3f", p.State, p.Position, d.Position(), p.Err, state, at)
	}
}

func (d *deckTest) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

func TestDeckPlaysAndPauses(t *testing.T) {
	inBubble(t, func(d *deckTest) {
		d.is(app.PlayStopped, 0)
		d.Resume()
		d.Skip(3)
		d.is(app.PlayStopped, 0)
		d.must(d.Open(d.t.Context(), 1))
		d.is(app.PlayLoading, 0)
		d.after(1)
		d.is(app.PlayPaused, 0)
		d.Toggle()
		d.after(2)
		d.is(app.PlayPlaying, 2)
		d.Toggle()
		d.after(10)
		d.is(app.PlayPaused, 2)
		d.Skip(3)
		d.is(app.PlayPaused, 5)
		d.Skip(-100)
		d.is(app.PlayPaused, 0)
		d.Seek(100)
		d.Resume()
		d.SetSpeed(1.5)
		d.after(2)
		d.is(app.PlayPlaying, 103)
		d.Skip(-3)
		d.is(app.PlayPlaying, 100)
		d.Seek(hour - 1)
		d.after(2)
		d.is(app.PlayEnded, hour)
		d.Toggle()
		d.after(1)
		d.is(app.PlayPlaying, 1.5)
		b := d.player.last()
		if b.path != "/talks/1.mp3" || b.opt.Stream != 1 || len(d.player.opened) != 1 {
			d.t.Errorf("got %q, stream %d, opened %d times", b.path, b.opt.Stream, len(d.player.opened))
		}
	})
}

// What is asked for while the recording is opened happens when it is open.
func TestDeckCommandsWhileLoading(t *testing.T) {
	inBubble(t, func(d *deckTest) {
		d.must(d.Play(d.t.Context(), 1, 10))
		d.Skip(5)
		d.SetSpeed(2)
		d.SetVolume(0.5)
		d.is(app.PlayLoading, 15)
		d.after(1.05)
		d.is(app.PlayPlaying, 17)
		if got := d.player.last().volume; got != 0.5 {
			d.t.Errorf("got volume %g", got)
		}
		d.must(d.Play(d.t.Context(), 2, 10))
		d.Toggle()
		d.after(1)
		d.is(app.PlayPaused, 10)
	})
}

func TestDeckClampsWhatItIsTold(t *testing.T) {
	inBubble(t, func(d *deckTest) {
		d.must(d.Open(d.t.Context(), 1))
		d.after(1)
		for _, c := range []struct{ ask, want float64 }{{-1, 0}, {math.NaN(), 0}, {math.Inf(1), hour}, {2 * hour, hour}, {7, 7}} {
			d.Seek(c.ask)
			d.is(app.PlayPaused, c.want)
		}
		for _, c := range []struct{ ask, want float64 }{{0, 0.5}, {9, 2}, {1.25, 1.25}} {
			d.SetSpeed(c.ask)
			if got := d.Playing().Speed; got != c.want {
				d.t.Errorf("speed %g: got %g", c.ask, got)
			}
		}
	})
}

func TestDeckPlaysARangeOnce(t *testing.T) {
	inBubble(t, func(d *deckTest) {
		d.must(d.PlayRange(d.t.Context(), 1, 10, 12))
		d.after(1.05)
		d.is(app.PlayPlaying, 11)
		d.after(5)
		d.is(app.PlayPaused, 12)
		if got := d.Playing().Stretch; got != (app.Span{}) {
			d.t.Errorf("got stretch %+v", got)
		}
		d.Resume() // goes on behind it
		d.after(3)
		d.is(app.PlayPlaying, 15)
	})
}

func TestDeckLoops(t *testing.T) {
	inBubble(t, func(d *deckTest) {
		d.must(d.Play(d.t.Context(), 1, 10))
		d.after(1.05)
		d.must(d.Loop(d.t.Context(), 1, 10, 12)) // the position is inside
		d.is(app.PlayPlaying, 11)
		d.after(2)
		d.is(app.PlayPlaying, 11)
		d.Seek(10.5) // inside: it stays a loop
		d.after(2)
		d.is(app.PlayPlaying, 10.5)
		d.must(d.Loop(d.t.Context(), 1, 20, 21)) // outside
		d.is(app.PlayPlaying, 20)
		d.after(1.5)
		d.is(app.PlayPlaying, 20.5)
		d.Unloop()
		d.after(2)
		d.is(app.PlayPlaying, 22.5)
		d.must(d.Loop(d.t.Context(), 1, 20, 21))
		d.Seek(30)
		if p := d.Playing(); p.Loop || p.Stretch != (app.Span{}) {
			d.t.Errorf("after seeking outside: got %+v", p)
		}
		d.must(d.Loop(d.t.Context(), 1, 40, 40))
		d.after(10.05) // of the shortest loop there is
		d.is(app.PlayPlaying, 40.05)
	})
}

func TestDeckPlaysOneRecordingAtATime(t *testing.T) {
	inBubble(t, func(d *deckTest) {
		d.must(d.Play(d.t.Context(), 1, 10))
		d.after(1)
		d.SetSpeed(2)
		d.must(d.Play(d.t.Context(), 2, 20))
		d.after(0.01) // it is still being opened
		d.must(d.Play(d.t.Context(), 3, 30))
		d.after(1.05)
		d.is(app.PlayPlaying, 32)
		if d.player.open != 1 {
			d.t.Errorf("%d recordings are open", d.player.open)
		}
		if err := d.app.Trash(d.t.Context(), 2); err != nil || d.Playing().Transcript != 3 {
			d.t.Errorf("got error %v and %+v: the trash took another one", err, d.Playing())
		}
		if err := d.app.Trash(d.t.Context(), 3); err != nil {
			d.t.Error(err)
		}
		d.is(app.PlayStopped, 0)
		if d.player.open != 0 {
			d.t.Errorf("in the trash: %d recordings are open", d.player.open)
		}
	})
}

func TestDeckFails(t *testing.T) {
	inBubble(t, func(d *deckTest) {
		var media *app.MediaError
		if err := d.Play(d.t.Context(), unkept, 0); !errors.As(err, &media) {
			d.t.Errorf("what was not kept: got %v", err)
		}
		if err := d.Play(d.t.Context(), 99, 0); !errors.Is(err, app.ErrNotFound) {
			d.t.Errorf("no transcript: got %v", err)
		}
		d.player.err = &app.MediaError{Path: "/talks/1.mp3", Err: fs.ErrNotExist}
		d.must(d.PlayRange(d.t.Context(), 1, 10, 20))
		d.after(1)
		d.is(app.PlayFailed, 10)
		sentence, _ := app.Explain(d.Playing().Err)
		if !strings.Contains(sentence, "“1.mp3” does not exist") {
			d.t.Errorf("got %q", sentence)
		}
		d.player.err = nil // it is back
		d.Resume()
		d.after(1.05)
		d.is(app.PlayPlaying, 11)

		d.player.last().finish(app.PlayStatus{Err: &app.PlayError{Err: app.ErrStuck}})
		synctest.Wait()
		d.is(app.PlayFailed, 11)
		d.Resume()
		d.after(1)
		d.is(app.PlayPlaying, 12)
		if got := d.Playing().Err; got != nil {
			d.t.Errorf("got %v, though it plays again", got)
		}
	})
}

// A microphone would hear what plays. Playing on is allowed.
func TestRecordingPausesTheDeck(t *testing.T) {
	inBubble(t, func(d *deckTest) {
		d.must(d.Play(d.t.Context(), 1, 10))
		d.after(1.05)
		d.must(d.app.StartRecording(app.RecordRequest{NoStore: true})) // it fails: there is no microphone
		d.after(1)
		d.is(app.PlayPaused, 11)
		d.Resume()
		d.after(1)
		d.is(app.PlayPlaying, 12)
	})
}

func TestDeckWithoutPlayer(t *testing.T) {
	a, err := app.New(t.Context(), app.Deps{Library: shelf{}})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if err := a.Deck().Play(t.Context(), 1, 0); !errors.Is(err, app.ErrNoPlayer) {
		t.Errorf("got %v", err)
	}
}

// Positions are reported while it plays and not otherwise, and no more often
// than can be seen.
func TestDeckReports(t *testing.T) {
	inBubble(t, func(d *deckTest) {
		s := d.app.Subscribe()
		defer s.Close()
		d.must(d.Play(d.t.Context(), 1, 0))
		d.after(0.5)
		states, last := map[app.PlayState]int{}, -1.0
		for end := time.Now().Add(10 * time.Second); time.Now().Before(end); {
			ctx, cancel := context.WithDeadline(d.t.Context(), end)
			for _, e := range s.Next(ctx) {
				p := e.(app.PlayerChanged).Playing
				states[p.State]++
				if p.Position < last {
					d.t.Errorf("position %g after %g", p.Position, last)
				}
				last = p.Position
			}
			cancel()
		}
		if got := states[app.PlayPlaying]; got < 200 || got > 300 {
			d.t.Errorf("got %d reports in 10 s", got)
		}
		d.Pause()
		d.after(0.1)
		s.Next(d.t.Context())
		ctx, cancel := context.WithTimeout(d.t.Context(), time.Minute)
		defer cancel()
		if e := s.Next(ctx); e != nil {
			d.t.Errorf("in a pause: got %+v", e)
		}
	})
}
