package ui

import (
	"context"
	"sync"

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
}

// newPump returns a pump. dispatch runs a function on Fyne's goroutine; nil is
// fyne.Do. Tests give another, since their driver runs fyne.Do on whatever
// goroutine calls it.
func newPump(ctx context.Context, dispatch func(func())) *pump {
	if dispatch == nil {
		dispatch = fyne.Do
	}
	ctx, cancel := context.WithCancel(ctx)
	return &pump{ctx: ctx, cancel: cancel, dispatch: dispatch}
}

// close stops everything that was started and waits for it. What is dispatched
// afterwards is dropped.
func (p *pump) close() {
	p.cancel()
	p.wg.Wait()
}

// do runs show on Fyne's goroutine, unless the window has been closed.
func (p *pump) do(show func()) {
	p.dispatch(func() {
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

// follow delivers events in batches, each with one dispatch.
func (p *pump) follow(events *app.Subscription, apply func([]app.Event)) {
	p.wg.Go(func() {
		defer events.Close()
		for {
			batch := events.Next(p.ctx)
			if p.ctx.Err() != nil {
				return
			}
			p.do(func() { apply(batch) })
		}
	})
}
