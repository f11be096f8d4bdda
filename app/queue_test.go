package app_test

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"earshot/app"
)

// watch follows an App's events.
type watch struct {
	t    *testing.T
	sub  *app.Subscription
	jobs map[app.JobID]app.Job // as they were last
	seen []string              // stages of jobs by name, in order, each once
}

func (g *rig) watch() *watch {
	sub := g.Subscribe()
	g.t.Cleanup(sub.Close)
	return &watch{t: g.t, sub: sub, jobs: map[app.JobID]app.Job{}}
}

// until takes in events until the condition holds.
func (w *watch) until(what string, holds func() bool) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Minute)
	defer cancel()
	for !holds() {
		events := w.sub.Next(ctx)
		if events == nil {
			w.t.Fatalf("%s did not happen; jobs: %v", what, w.jobs)
		}
		for _, e := range events {
			if e, ok := e.(app.JobChanged); ok {
				w.jobs[e.Job.ID] = e.Job
				if line := e.Job.Name + " " + string(e.Job.Stage); !slices.Contains(w.seen, line) {
					w.seen = append(w.seen, line)
				}
			}
		}
	}
}

// ended waits until n jobs have ended.
func (w *watch) ended(n int) {
	w.t.Helper()
	w.until(fmt.Sprintf("the end of %d jobs", n), func() bool {
		ended := 0
		for _, j := range w.jobs {
			if j.Ended() {
				ended++
			}
		}
		return ended == n
	})
}

// id is the job of a file.
func (w *watch) id(name string) app.JobID {
	w.t.Helper()
	for id, j := range w.jobs {
		if j.Name == name {
			return id
		}
	}
	w.t.Fatalf("there is no job of %s", name)
	return 0
}

// stages wants the files to have gone through these stages, in this order.
func (w *watch) stages(want ...string) {
	w.t.Helper()
	var got []string
	for _, line := range w.seen {
		if slices.Contains(want, line) {
			got = append(got, line)
		}
	}
	if !slices.Equal(got, want) {
		w.t.Errorf("stages:\n got %q\nwant %q", got, want)
	}
}

// never wants a file not to have come to a stage.
func (w *watch) never(line string) {
	w.t.Helper()
	if slices.Contains(w.seen, line) {
		w.t.Errorf("stages: got %q among %q", line, w.seen)
	}
}

// recordings makes files of these names, each with a content of its own.
func (g *rig) recordings(names ...string) []string {
	dir := g.t.TempDir()
	paths := make([]string, len(names))
	for i, name := range names {
		paths[i] = write(g.t, filepath.Join(dir, name), name)
	}
	return paths
}

// hold makes the recognizer wait until its job is cancelled, after it has
// said so on the channel.
func (g *rig) hold() <-chan struct{} {
	started := make(chan struct{}, 10)
	g.recognizer.follow(func(ctx context.Context, _ app.RecognizeOptions, on func(app.Progress)) (app.Recognized, error) {
		on(app.Progress{Segments: []app.Segment{sentence(0)}, Position: 10})
		started <- struct{}{}
		<-ctx.Done()
		return app.Recognized{}, ctx.Err()
	})
	return started
}

// idle waits until no job runs: the last report of a job comes just before.
func (g *rig) idle() {
	g.t.Helper()
	for end := time.Now().Add(time.Minute); g.Busy(); runtime.Gosched() {
		if time.Now().After(end) {
			g.t.Fatal("the queue did not become idle")
		}
	}
}

func TestQueueRunsInOrder(t *testing.T) {
	g := newRig(t, nil)
	w := g.watch()
	g.Enqueue(g.recordings("a.wav", "b.wav", "c.wav")...)
	w.ended(3)
	w.stages("a.wav done", "b.wav done", "c.wav done") // what comes before may be skipped
	var names []string
	for _, path := range g.media.openPaths {
		names = append(names, filepath.Base(path))
	}
	if got := strings.Join(names, " "); got != "a.wav b.wav c.wav" {
		t.Errorf("media: got %q, want a.wav b.wav c.wav", got)
	}
}

func TestQueueGoesOnAfterFailure(t *testing.T) {
	g := newRig(t, nil)
	speak := g.recognizer.script
	g.recognizer.follow(func(ctx context.Context, opt app.RecognizeOptions, on func(app.Progress)) (app.Recognized, error) {
		switch g.recognizer.called() {
		case 1:
			panic("off by one")
		case 2:
			return app.Recognized{}, errEngine
		}
		return speak(ctx, opt, on)
	})
	w := g.watch()
	g.Enqueue(g.recordings("a.wav", "b.wav", "c.wav")...)
	w.ended(3)
	w.stages("a.wav failed", "b.wav failed", "c.wav done")
	if err := w.jobs[w.id("a.wav")].Err; err == nil || !strings.Contains(err.Error(), "off by one") {
		t.Errorf("error of the job that panicked: got %v, want one that says off by one", err)
	}
}

func TestQueueTakesSettings(t *testing.T) {
	g := newRig(t, nil)
	g.SetSettings(app.Settings{Options: app.Options{Model: "base", Language: "fr", Device: "gpu:1"}})
	w := g.watch()
	g.Enqueue(g.file)
	w.ended(1)
	call := g.recognizer.calls[0]
	if filepath.Base(call.Model) != "ggml-base.bin" || call.Language != "fr" || call.Device != "gpu:1" {
		t.Errorf("recognizer: got %+v, want base, fr, gpu:1", call)
	}
}

func TestQueueCancel(t *testing.T) {
	g := newLibraryRig(t)
	started := g.hold()
	w := g.watch()
	g.Enqueue(g.recordings("a.wav", "b.wav", "c.wav")...)
	await(t, started, "the first job's start")
	w.until("the first job", func() bool { return len(w.jobs) == 3 })

	g.Cancel(w.id("b.wav"))
	w.ended(1)
	w.stages("b.wav queued", "b.wav cancelled")
	g.Cancel(1 << 40) // no such job

	g.recognizer.follow(g.speak)
	g.Cancel(w.id("a.wav"))
	w.ended(3)
	w.stages("b.wav cancelled", "a.wav cancelled", "c.wav done")
	w.never("b.wav reading")
	if err := w.jobs[w.id("a.wav")].Err; err != nil {
		t.Errorf("error of the cancelled job: got %v, want none", err)
	}
	states := map[string]app.State{}
	entries, err := g.List(t.Context())
	if err != nil {
		t.Fatalf("List: %v", err)
	}
	for _, e := range entries {
		states[e.Title] = e.State
	}
	if len(states) != 2 || states["a"] != app.StateCancelled || states["c"] != app.StateDone {
		t.Errorf("library: got %v, want a cancelled and c done", states)
	}
}

func TestBusy(t *testing.T) {
	g := newRig(t, nil)
	if g.Busy() {
		t.Error("at first: got busy")
	}
	started := g.hold()
	w := g.watch()
	g.Enqueue(g.file)
	if !g.Busy() {
		t.Error("with a job: got not busy")
	}
	await(t, started, "the job's start")
	w.until("the job", func() bool { return len(w.jobs) == 1 })
	if !g.Busy() {
		t.Error("with a running job: got not busy")
	}
	g.Cancel(w.id("talk.wav"))
	w.ended(1)
	g.idle()
}

func TestEnqueueFromManyGoroutines(t *testing.T) {
	const writers, each = 8, 5
	g := newRig(t, nil)
	g.recognizer.follow(func(context.Context, app.RecognizeOptions, func(app.Progress)) (app.Recognized, error) {
		return app.Recognized{Duration: length}, nil
	})
	w := g.watch()
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for range each {
				g.Enqueue(g.file)
				g.Busy()
			}
		})
	}
	w.ended(writers * each)
	wg.Wait()
	for id, j := range w.jobs {
		if j.Stage != app.StageDone {
			t.Errorf("job %d: got %s, want done", id, j.Stage)
		}
	}
	if n := g.recognizer.called(); n != writers*each {
		t.Errorf("recognizer: got %d calls, want %d", n, writers*each)
	}
}
