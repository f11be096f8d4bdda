package ui

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"fyne.io/fyne/v2"

	"earshot/app"
)

// pump is the one place where other goroutines reach Fyne's. Everything that
// is shown is changed by functions that it dispatches, in order; the only call
// of fyne.Do is here.
type pump struct {
	ctx      context.Context
	cancel   context.CancelFunc
	wg       sync.WaitGroup
	dispatch func(func())
	log      *slog.Logger
}

// newPump returns a pump. dispatch runs a function on Fyne's goroutine; nil is
// fyne.Do. Tests give another, since their driver runs fyne.Do on whatever
// goroutine calls it.
//
// At debug level it logs how long Fyne's goroutine took to answer: what a
// person at the keyboard waits for too.
func newPump(ctx context.Context, dispatch func(func()), log *slog.Logger) *pump {
	if dispatch == nil {
		dispatch = fyne.Do
	}
	ctx, cancel := context.WithCancel(ctx)
	return &pump{ctx: ctx, cancel: cancel, dispatch: dispatch, log: log}
}

// close stops everything that was started and waits for it. What is dispatched
// afterwards is dropped.
func (p *pump) close() {
	p.cancel()
	p.wg.Wait()
}

// do runs show on Fyne's goroutine, unless the window has been closed.
func (p *pump) do(show func()) {
	asked := time.Now()
	p.dispatch(func() {
		p.log.Debug("window answered", "after", time.Since(asked))
		if p.ctx.Err() == nil {
			show()
		}
	})
}

// start runs work on a goroutine of its own and then the function that it
// returns, if any, on Fyne's. work must end when ctx does.
func (p *pump) start(work func(ctx context.Context) (show func())) {
	p.wg.Go(func() {
		if show := work(p.ctx); show != nil {
			p.do(show)
		}
	})
}

// soon is start for what is mostly done in a moment: Fyne's goroutine waits so
// long for it, so that a frame is drawn with it and not one before.
func (p *pump) soon(wait time.Duration, work func(ctx context.Context) (show func())) {
	ready, late := make(chan func()), make(chan struct{})
	p.wg.Go(func() {
		show := work(p.ctx)
		if show == nil {
			show = func() {}
		}
		select {
		case ready <- show:
		case <-late:
			p.do(show)
		}
	})
	select {
	case show := <-ready:
		show()
	case <-time.After(wait):
		close(late)
	}
}

// sequence does one thing after the other, in the order in which they came.
type sequence struct {
	pump *pump
	last <-chan struct{} // closed when the last one has been done; nil if there was none
}

// start does what pump.start does, when everything before has been done.
func (s *sequence) start(work func(ctx context.Context) (show func())) {
	before, done := s.last, make(chan struct{})
	s.last = done
	s.pump.start(func(ctx context.Context) func() {
		defer close(done)
		if before != nil {
			select {
			case <-before:
			case <-ctx.Done():
				return nil
			}
		}
		return work(ctx)
	})
}

// follow delivers events in batches, each with one dispatch. What comes while a
// batch waits to be shown goes into the next: a slow window gets larger
// batches, not a longer queue.
func (p *pump) follow(events *app.Subscription, apply func([]app.Event)) {
	p.wg.Go(func() {
		defer events.Close()
		for {
			batch := events.Next(p.ctx)
			if p.ctx.Err() != nil {
				return
			}
			shown := make(chan struct{})
			p.do(func() {
				apply(batch)
				close(shown)
			})
			select {
			case <-shown:
			case <-p.ctx.Done():
			}
		}
	})
}
