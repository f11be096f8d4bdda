package app

import (
	"context"
	"math"
	"time"
)

// What a deck's goroutine does.

// A shorter stretch than this is a click, and looped a hum.
const shortestSpan = 0.1 // seconds

// Time between two reports of the position.
const playTick = time.Second / 25

func (d *Deck) loop(ctx context.Context) {
	tick := time.NewTicker(playTick)
	defer tick.Stop()
	for {
		var changed <-chan struct{}
		var ticks <-chan time.Time
		if d.playback != nil {
			changed = d.playback.Changed()
		}
		if d.playing.State == PlayPlaying {
			ticks = tick.C
		}
		select {
		case command := <-d.commands:
			command(d)
		case o := <-d.opened:
			d.settle(o)
			d.publish()
		case <-changed:
			d.end(d.playback.Status())
			d.publish()
		case <-ticks:
			d.publish()
		case <-ctx.Done():
			d.eject()
			return
		}
	}
}

// publish tells what is new.
func (d *Deck) publish() {
	d.playing.Position = d.position()
	head := playhead{at: d.playing.Position}
	if d.playback != nil && !d.due {
		head = playhead{playback: d.playback}
	}
	if *d.head.Load() != head {
		d.head.Store(&head)
	}
	if d.playing != d.published {
		d.published = d.playing
		d.app.broker.publish(PlayerChanged{Playing: d.playing})
	}
}

// load opens the recording of an entry, in place of the one that is open.
func (d *Deck) load(e Entry) {
	d.eject()
	ctx, cancel := context.WithCancel(d.app.ctx)
	of := &loading{cancel}
	d.entry, d.opening, d.hold, d.next, d.due = e, of, true, Passage{}, true
	d.playing.State, d.playing.Transcript, d.playing.Duration = PlayLoading, e.ID, e.Duration
	d.app.wg.Go(func() {
		p, err := d.player.Open(ctx, e.Source.Path, MediaOptions{Stream: e.Options.Stream})
		select {
		case d.opened <- opened{of, p, err}:
		case <-ctx.Done():
			if err == nil {
				p.Close()
			}
		}
	})
}

// settle takes what has come of the loading.
func (d *Deck) settle(o opened) {
	o.of.cancel()
	switch {
	case o.of != d.opening:
		if o.err == nil {
			d.app.wg.Go(func() { o.playback.Close() })
		}
		return
	case o.err != nil:
		d.opening = nil
		d.fail(o.err)
		return
	}
	d.opening, d.playback = nil, o.playback
	d.playback.SetSpeed(d.playing.Speed)
	d.playback.SetVolume(d.playing.Volume)
	if known := d.playback.Info().Duration; known > 0 {
		d.playing.Duration = known
	}
	d.playing.State = PlayPaused
	if !d.hold {
		d.resume()
	}
}

// eject closes what is open.
func (d *Deck) eject() {
	if d.opening != nil {
		d.opening.cancel()
	}
	if p := d.playback; p != nil {
		p.Pause()
		closed := make(chan struct{})
		d.closed = closed
		d.app.wg.Go(func() {
			defer close(closed)
			p.Close()
		})
	}
	d.playback, d.opening, d.next, d.due = nil, nil, Passage{}, true
	d.playing = Playing{State: PlayStopped, Speed: d.playing.Speed, Volume: d.playing.Volume}
}

// position is the second that is heard now, or will be next.
func (d *Deck) position() float64 {
	if d.due || d.playback == nil {
		return d.next.At
	}
	return d.playback.Position()
}

// span is a stretch as far as it is in the recording.
func (d *Deck) span(from, to float64) Span {
	from = d.inside(from)
	return Span{from, d.inside(max(to, from+shortestSpan))}
}

// inside is the second of the recording that is nearest.
func (d *Deck) inside(at float64) float64 {
	if !(at > 0) { // catches NaN too
		return 0
	}
	if d.playing.Duration > 0 {
		return min(at, d.playing.Duration)
	}
	return min(at, math.MaxInt32)
}

func (d *Deck) seek(at float64) {
	if d.playing.State == PlayStopped {
		return
	}
	at = d.inside(at)
	if !d.playing.Loop || !d.playing.Stretch.Contains(at) {
		d.playing.Stretch, d.playing.Loop = Span{}, false
	}
	d.cue(at)
}

// cue makes a second the next that is heard: now, if it plays.
func (d *Deck) cue(at float64) {
	d.next, d.due = d.playing.passage(at), true
	switch d.playing.State {
	case PlayPlaying:
		d.start()
	case PlayEnded, PlayFailed:
		d.playing.State, d.playing.Err = PlayPaused, nil
	}
}

func (d *Deck) pause() {
	switch d.playing.State {
	case PlayLoading:
		d.hold = true
	case PlayPlaying:
		d.playback.Pause()
		d.playing.State = PlayPaused
	}
}

func (d *Deck) resume() {
	switch d.playing.State {
	case PlayStopped, PlayPlaying:
		return
	case PlayLoading:
		d.hold = false
		return
	case PlayEnded:
		d.cue(0)
	}
	if d.playback == nil { // it could not be opened
		next, stretch, loop := d.next, d.playing.Stretch, d.playing.Loop
		d.load(d.entry)
		d.next, d.playing.Stretch, d.playing.Loop, d.hold = next, stretch, loop, false
		return
	}
	d.start()
}

// start plays what is due, or goes on.
func (d *Deck) start() {
	if d.due {
		d.playback.Play(d.next)
		d.due = false
	}
	d.playback.Resume()
	d.playing.State, d.playing.Err = PlayPlaying, nil
}

// end takes what has become of a passage.
func (d *Deck) end(s PlayStatus) {
	switch {
	case d.due:
		// It is about the passage before.
	case s.Err != nil:
		d.next, d.due = d.playing.passage(d.position()), true
		d.fail(s.Err)
	case s.Ended && d.playing.Stretch.To > 0 && d.playing.Stretch.To < d.playing.Duration:
		d.playback.Pause()
		to := d.playing.Stretch.To
		d.playing.Stretch, d.playing.State = Span{}, PlayPaused
		d.cue(to)
	case s.Ended:
		d.playing.Stretch, d.playing.Loop, d.playing.State = Span{}, false, PlayEnded
	}
}

func (d *Deck) fail(err error) {
	d.playing.State, d.playing.Err = PlayFailed, err
}
