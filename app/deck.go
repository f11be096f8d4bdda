package app

import (
	"context"
	"sync/atomic"
)

// Deck plays the recordings of transcripts, one at a time. One goroutine owns
// what it does; the methods send it commands and return when they are carried
// out, which takes no time: files and loudspeakers are opened meanwhile. What
// happens is published as PlayerChanged. Its methods are safe for concurrent
// use. Speed and volume stay when another transcript is opened.
//
// Playing goes on while a recording runs, if it is begun then: beginning a
// recording pauses it, since a microphone would hear it.
type Deck struct {
	app      *App
	player   Player // nil plays nothing
	commands chan func(*Deck)
	opened   chan opened
	head     atomic.Pointer[playhead]

	// Of the goroutine.
	playing   Playing
	published Playing
	entry     Entry
	playback  Playback        // nil until it is open
	opening   *loading        // nil unless it is being opened
	hold      bool            // it is to be paused when it is open
	next      Passage         // what is played next
	due       bool            // the playback does not know of next yet
	closed    <-chan struct{} // the playback before has let go of its file
}

// loading is the opening of a recording, for telling it from others.
type loading struct{ cancel context.CancelFunc }

// opened is what has come of a loading.
type opened struct {
	of       *loading
	playback Playback
	err      error
}

// playhead is where Position comes from: a playback or, if it is nil, a second
// that stays.
type playhead struct {
	playback Playback
	at       float64
}

func newDeck(a *App, p Player) *Deck {
	done := make(chan struct{})
	close(done)
	d := &Deck{
		app: a, player: p, commands: make(chan func(*Deck)), opened: make(chan opened), closed: done,
		playing: Playing{State: PlayStopped, Speed: 1, Volume: 1},
	}
	d.published = d.playing
	d.head.Store(&playhead{})
	return d
}

// Deck returns the player. Without Deps.Player it fails to play.
func (a *App) Deck() *Deck { return a.deck }

// Open gets the recording of a transcript ready, paused at its start; another
// that was open is closed. One that is open already stays as it is. It fails
// with ErrNotFound, or with a *MediaError if the recording was not kept; what
// goes wrong later is told by PlayerChanged.
func (d *Deck) Open(ctx context.Context, transcript int64) error {
	return d.with(ctx, transcript, func(d *Deck) {})
}

// Play plays a transcript's recording from a second on, opening it as Open does.
// A loop goes on if it contains the second, and ends if not.
func (d *Deck) Play(ctx context.Context, transcript int64, at float64) error {
	return d.with(ctx, transcript, func(d *Deck) {
		d.seek(at)
		d.resume()
	})
}

// PlayRange plays from one second to another, once, and pauses there.
func (d *Deck) PlayRange(ctx context.Context, transcript int64, from, to float64) error {
	return d.with(ctx, transcript, func(d *Deck) {
		d.playing.Stretch, d.playing.Loop = d.span(from, to), false
		d.cue(d.playing.Stretch.From)
		d.resume()
	})
}

// Loop plays from one second to another again and again, until Unloop or until
// a place outside is sought. If the position is inside it goes on from there.
func (d *Deck) Loop(ctx context.Context, transcript int64, from, to float64) error {
	return d.with(ctx, transcript, func(d *Deck) {
		at := d.position()
		s := d.span(from, to)
		d.playing.Stretch, d.playing.Loop = s, true
		if !s.Contains(at) {
			at = s.From
		}
		d.cue(at)
		d.resume()
	})
}

// Unloop goes on behind the loop when its end comes; and so it does with what
// PlayRange plays.
func (d *Deck) Unloop() {
	d.do(func(d *Deck) {
		at := d.position()
		if d.playing.Stretch != (Span{}) {
			d.playing.Stretch, d.playing.Loop = Span{}, false
			d.cue(at)
		}
	})
}

// Pause is silence, at once.
func (d *Deck) Pause() { d.do((*Deck).pause) }

// Resume plays on from where it is: after the end from the start, and after a
// failure it tries again.
func (d *Deck) Resume() { d.do((*Deck).resume) }

// Toggle is Pause while it plays, or is about to, and otherwise Resume.
func (d *Deck) Toggle() {
	d.do(func(d *Deck) {
		if d.playing.State == PlayPlaying || d.playing.State == PlayLoading && !d.hold {
			d.pause()
		} else {
			d.resume()
		}
	})
}

// Seek goes to a second of the recording, playing or not. Outside of a loop it
// ends the loop.
func (d *Deck) Seek(at float64) { d.do(func(d *Deck) { d.seek(at) }) }

// Skip is Seek by so many seconds, back if they are negative.
func (d *Deck) Skip(seconds float64) { d.do(func(d *Deck) { d.seek(d.position() + seconds) }) }

// SetSpeed makes it faster or slower, from MinSpeed to MaxSpeed, without
// changing its pitch.
func (d *Deck) SetSpeed(speed float64) {
	d.do(func(d *Deck) {
		d.playing.Speed = min(max(speed, MinSpeed), MaxSpeed)
		if d.playback != nil {
			d.playback.SetSpeed(d.playing.Speed)
		}
	})
}

// SetVolume makes it quieter: 1 is as it was recorded, 0 is silence.
func (d *Deck) SetVolume(volume float64) {
	d.do(func(d *Deck) {
		d.playing.Volume = min(max(volume, 0), 1)
		if d.playback != nil {
			d.playback.SetVolume(d.playing.Volume)
		}
	})
}

// Stop closes what is open.
func (d *Deck) Stop() { d.do((*Deck).eject) }

// Playing is the state now.
func (d *Deck) Playing() (p Playing) {
	d.do(func(d *Deck) { p = d.playing; p.Position = d.position() })
	return p
}

// Position is the second that is heard now. It takes no lock and sends no
// command: it is meant to be asked for every picture that is drawn.
func (d *Deck) Position() float64 {
	c := d.head.Load()
	if c.playback != nil {
		return c.playback.Position()
	}
	return c.at
}

// release closes the recording of a transcript, if it is open, and waits until
// its file is free.
func (d *Deck) release(transcript int64) {
	var closed <-chan struct{}
	d.do(func(d *Deck) {
		if d.playing.Transcript == transcript {
			d.eject()
			closed = d.closed
		}
	})
	if closed != nil {
		<-closed
	}
}

// with carries out a command on a transcript's recording.
func (d *Deck) with(ctx context.Context, transcript int64, command func(*Deck)) error {
	if d.player == nil {
		return &PlayError{Err: ErrNoPlayer}
	}
	e, err := d.app.recording(ctx, transcript)
	if err != nil {
		return err
	}
	if !d.do(func(d *Deck) {
		if d.playing.Transcript != e.ID {
			d.load(e)
		}
		command(d)
	}) {
		return ErrClosing
	}
	return nil
}

// do carries out a command in the goroutine that owns the deck, and reports
// whether there still is one.
func (d *Deck) do(command func(*Deck)) bool {
	done := make(chan struct{})
	select {
	case d.commands <- func(d *Deck) { defer close(done); command(d); d.publish() }:
		<-done
		return true
	case <-d.app.ctx.Done():
		return false
	}
}
