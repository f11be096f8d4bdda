package capture

import (
	"context"
	"errors"
	"io"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"earshot/app"
)

// Player implements app.Player. The zero value plays with PortAudio, and with
// miniaudio where PortAudio fails. It is safe for concurrent use.
type Player struct {
	Media Media

	// The hardware; nil stands for the machine's.
	speaker speaker
}

// speaker opens the default loudspeakers and plays v, from one thread of its
// own, until it is closed. It fails with app.ErrNoServer, app.ErrNoOutput or the
// library's own error.
type speaker interface {
	speak(v *voice) (io.Closer, error)
}

// speakers tries several, one after the other.
type speakers []speaker

func (all speakers) speak(v *voice) (c io.Closer, err error) {
	for _, s := range all {
		if c, err = s.speak(v); err == nil {
			return c, nil
		}
	}
	return nil, err
}

// Open implements app.Player.
func (p Player) Open(ctx context.Context, path string, opt app.MediaOptions) (app.Playback, error) {
	if len(opt.Info.Streams) == 0 {
		var err error
		if opt.Info, err = p.Media.Probe(ctx, path); err != nil {
			return nil, err
		}
	}
	out := p.speaker
	if out == nil {
		out = speakers{portAudio{}, miniAudio{}}
	}
	opt.Rate, opt.Seek = playRate, true
	b := &playback{
		media: p.Media, path: path, opt: opt, out: out, voice: newVoice(),
		changed: make(chan struct{}, 1), wake: make(chan struct{}, 1), done: make(chan struct{}),
	}
	b.SetSpeed(1)
	b.places.Store(&places{{}})
	var all context.Context
	all, b.cancel = context.WithCancel(context.Background())
	b.ctx = all
	go b.run(all)
	return b, nil
}

// playback implements app.Playback. Its goroutine does one order after the other
// and owns the loudspeakers.
type playback struct {
	media Media
	path  string
	opt   app.MediaOptions
	out   speaker
	voice *voice

	places  atomic.Pointer[places]
	speed   atomic.Uint64 // a float64's bits
	changed chan struct{}
	wake    chan struct{} // has a token when there is an order, or a pause has ended

	ctx    context.Context
	cancel context.CancelFunc
	done   chan struct{}

	mu     sync.Mutex
	order  *order // the newest; nil before the first
	status app.PlayStatus

	// Of the goroutine.
	device io.Closer // nil while the loudspeakers are not ours
	calls  int64     // of the voice when it was seen alive
	alive  time.Time
}

// order is one call of Play.
type order struct {
	app.Passage
	ctx    context.Context
	cancel context.CancelFunc
}

const (
	idleAfter  = 10 * time.Second      // of silence the loudspeakers are given back
	stuckAfter = 2 * time.Second       // without a callback they are given up
	playPoll   = 10 * time.Millisecond // between two looks at the voice
)

// Info implements app.Playback.
func (p *playback) Info() app.MediaInfo { return p.opt.Info }

// Play implements app.Playback.
func (p *playback) Play(passage app.Passage) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.order != nil {
		p.order.cancel()
	}
	p.order = &order{Passage: passage}
	p.order.ctx, p.order.cancel = context.WithCancel(p.ctx)
	p.status = app.PlayStatus{}
	p.places.Store(&places{{sample: math.MaxUint64, second: passage.At}})
	token(p.wake)
}

// Pause implements app.Playback.
func (p *playback) Pause() { p.voice.paused.Store(true) }

// Resume implements app.Playback.
func (p *playback) Resume() {
	p.voice.paused.Store(false)
	token(p.wake)
}

// SetSpeed implements app.Playback.
func (p *playback) SetSpeed(speed float64) {
	p.speed.Store(math.Float64bits(min(max(speed, app.MinSpeed), app.MaxSpeed)))
}

// SetVolume implements app.Playback.
func (p *playback) SetVolume(volume float64) { p.voice.setVolume(volume) }

// Position implements app.Playback.
func (p *playback) Position() float64 { return p.places.Load().second(p.voice.heard()) }

// Status implements app.Playback.
func (p *playback) Status() app.PlayStatus {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.status
}

// Changed implements app.Playback.
func (p *playback) Changed() <-chan struct{} { return p.changed }

// Close implements app.Playback.
func (p *playback) Close() error {
	p.cancel()
	<-p.done
	return nil
}

func (p *playback) run(ctx context.Context) {
	defer close(p.done)
	defer p.silence()
	var before *order
	for {
		p.mu.Lock()
		o := p.order
		p.mu.Unlock()
		switch {
		case ctx.Err() != nil:
			return
		case o != before:
			before = o
			p.settle(o, p.play(o))
		default:
			p.rest(ctx)
		}
	}
}

// settle says what has become of an order, if it is still the newest.
func (p *playback) settle(o *order, err error) {
	o.cancel()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.order != o || errors.Is(err, context.Canceled) {
		return
	}
	p.status = app.PlayStatus{Ended: err == nil, Err: err}
	token(p.changed)
}

// chart replaces the places, if an order is still the newest.
func (p *playback) chart(o *order, t places) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.order == o {
		p.places.Store(&t)
	}
}

// play does an order to its end.
func (p *playback) play(o *order) error {
	p.voice.flush()
	p.alive = time.Now()
	source := &passage{Passage: o.Passage, ctx: o.ctx, open: func(ctx context.Context, start float64) (app.Audio, error) {
		opt := p.opt
		opt.Start = start
		return p.media.Open(ctx, p.path, opt)
	}}
	defer source.close()
	stretched := newStretcher(source, playRate)
	line := places{{sample: p.voice.ring.put.Load(), second: o.At, step: p.pace() / playRate}}
	p.chart(o, line)
	buf, pcm := make([]float32, stretched.hop), make([]int16, stretched.hop)
	for {
		if err := p.until(o.ctx, func() bool { return p.voice.ring.room() >= len(buf) }); err != nil {
			return err
		}
		n, err := stretched.read(buf, p.pace())
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		for i, s := range buf[:n] {
			pcm[i] = int16(math.Round(float64(min(max(s, -1), 1)) * math.MaxInt16))
		}
		second := source.second(stretched.place() - stretched.step*float64(n))
		if longer := line.with(mark{p.voice.ring.put.Load(), second, stretched.step / playRate}); len(longer) != len(line) || &longer[0] != &line[0] {
			line = longer
			p.chart(o, line)
		}
		p.voice.ring.write(pcm[:n])
	}
	return p.until(o.ctx, func() bool { return p.voice.heard() >= p.voice.ring.put.Load() })
}

func (p *playback) pace() float64 { return math.Float64frombits(p.speed.Load()) }

// until waits for the voice to have come so far, playing it meanwhile unless it
// is paused.
func (p *playback) until(ctx context.Context, is func() bool) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		paused := p.voice.paused.Load()
		if !paused {
			if err := p.sound(); err != nil {
				return &app.PlayError{Err: err}
			}
		}
		if is() {
			return nil
		}
		if paused {
			p.rest(ctx)
			p.alive = time.Now()
			continue
		}
		select {
		case <-ctx.Done():
		case <-time.After(playPoll):
		}
	}
}

// rest waits until there is something to do again, or ctx is done. After a while
// the loudspeakers are free for others.
func (p *playback) rest(ctx context.Context) {
	idle := time.NewTimer(idleAfter)
	defer idle.Stop()
	select {
	case <-p.wake:
		return
	case <-ctx.Done():
		return
	case <-idle.C:
	}
	p.silence()
	select {
	case <-p.wake:
	case <-ctx.Done():
	}
}

// sound opens the loudspeakers, or finds out that they play nothing any more:
// no library says so when its sound server dies.
func (p *playback) sound() (err error) {
	if p.device == nil {
		p.voice.reset()
		p.device, err = p.out.speak(p.voice)
		p.alive = time.Now()
		return err
	}
	if calls := p.voice.calls.Load(); calls != p.calls {
		p.calls, p.alive = calls, time.Now()
	} else if time.Since(p.alive) > stuckAfter {
		p.silence()
		return app.ErrStuck
	}
	return nil
}

// silence gives the loudspeakers back. A library whose sound server has died can
// hang in that; it is left behind then.
func (p *playback) silence() {
	if p.device == nil {
		return
	}
	closed, device := make(chan struct{}), p.device
	p.device = nil
	go func() {
		defer close(closed)
		device.Close()
	}()
	select {
	case <-closed:
	case <-time.After(stuckAfter):
	}
}

// token leaves one where there is none.
func token(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
