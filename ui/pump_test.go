package ui

import (
	"context"
	"log/slog"
	"testing"
	"time"
)

// What is ready in a moment is shown at once, what takes longer when it is
// there, and nothing once the window has been closed.
func TestPumpSoon(t *testing.T) {
	dispatched := make(chan func(), 1)
	p := newPump(t.Context(), func(f func()) { dispatched <- f }, slog.New(slog.DiscardHandler))
	shown := 0
	ready := func(context.Context) func() { return func() { shown++ } }
	p.soon(time.Minute, ready)
	if shown != 1 || len(dispatched) != 0 {
		t.Fatalf("what was ready was shown %d times, %d dispatched", shown, len(dispatched))
	}
	p.soon(time.Minute, func(context.Context) func() { return nil })

	hold := make(chan struct{})
	late := func(ctx context.Context) func() {
		<-hold
		return ready(ctx)
	}
	p.soon(time.Nanosecond, late)
	if shown != 1 {
		t.Fatal("what was not ready was shown")
	}
	close(hold)
	if (<-dispatched)(); shown != 2 {
		t.Fatalf("what came late was shown %d times", shown-1)
	}

	hold = make(chan struct{})
	p.soon(time.Nanosecond, late)
	close(hold)
	p.close()
	if (<-dispatched)(); shown != 2 {
		t.Fatal("it was shown in a window that is closed")
	}
}
