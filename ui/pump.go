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
