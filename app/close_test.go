package app_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"

	"earshot/app"
)

func TestCloseInterrupts(t *testing.T) {
	tests := []struct {
		name string
		end  func(g *rig, cancel func())
	}{
		{"Close", func(*rig, func()) {}},
		{"the program's context", func(_ *rig, cancel func()) { cancel() }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			g := newLibraryRig(t)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			a, err := app.New(ctx, g.deps)
			if err != nil {
				t.Fatalf("New: %v", err)
			}
			g.App = a
			started := g.hold()
			w := g.watch()
			paths := g.recordings("a.wav", "b.wav")
			a.Enqueue(paths...)
			await(t, started, "the job's start")
			test.end(g, cancel)
			if err := a.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
			got := g.only()
			if got.State != app.StateInterrupted || got.Position != 10 {
				t.Errorf("stored: got %s at %v s, want interrupted at 10 s", got.State, got.Position)
			}
			w.ended(1)
			w.stages("a.wav cancelled")
			w.never("b.wav reading")

			g.start()
			g.recognizer.follow(g.speak)
			resumed, _ := g.mustTranscribe(app.Request{Path: paths[0]})
			if resumed.ID != got.ID {
				t.Errorf("the next time: got transcript %d, want %d to go on", resumed.ID, got.ID)
			}
			compareSegments(t, "resumed", resumed.Segments, 4)
		})
	}
}

func TestCloseEndsGoroutines(t *testing.T) {
	before := runtime.NumGoroutine()
	g := newRig(t, nil)
	started := g.hold()
	g.Enqueue(g.recordings("a.wav", "b.wav")...)
	await(t, started, "the job's start")
	if err := g.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	// A goroutine that has done its last thing may be counted a moment longer.
	for end := time.Now().Add(time.Minute); runtime.NumGoroutine() > before; runtime.Gosched() {
		if time.Now().After(end) {
			t.Fatalf("goroutines: got %d, want %d as before", runtime.NumGoroutine(), before)
		}
	}
}

func TestClosedAppIgnoresCommands(t *testing.T) {
	g := newRig(t, nil)
	if err := errors.Join(g.Close(), g.Close()); err != nil {
		t.Errorf("Close twice: %v", err)
	}
	g.Enqueue(g.file)
	g.Cancel(1)
	if g.Busy() {
		t.Error("closed: got busy")
	}
	if n := g.recognizer.called(); n != 0 {
		t.Errorf("recognizer: got %d calls, want none", n)
	}
}
