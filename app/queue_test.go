package app_test

import (
	"context"
	"errors"
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

func TestQueueRunsShortOnesSideBySide(t *testing.T) {
	tests := []struct {
		name       string
		duration   float64
		sideBySide int
		threads    int
		want       int // jobs that run at once
	}{
		{"short", 20, 3, 0, 3},
		{"long", 40, 3, 0, 1},
		{"of unknown length", 0, 3, 0, 1},
		{"one at a time", 20, 0, 0, 1},
		{"with as many threads as a person asked for", 20, 3, 2, 2},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			g := newRig(t, func(d *app.Deps) { d.SideBySide = test.sideBySide })
			g.media.info.Duration = test.duration
			started := g.hold()
			w := g.watch()
			names := []string{"a.wav", "b.wav", "c.wav", "d.wav"}
			g.EnqueueWith(app.Options{Threads: test.threads}, g.recordings(names...)...)
			for range test.want {
				await(t, started, "a job's start")
			}
			w.until("all jobs", func() bool { return len(w.jobs) == len(names) })
			running := func() (n int) {
				for _, j := range w.jobs {
					if j.Stage != app.StageQueued && !j.Ended() {
						n++
					}
				}
				return n
			}
			w.until("the running ones", func() bool { return running() >= test.want })
			if n := running(); n != test.want {
				t.Errorf("got %d jobs at once, want %d", n, test.want)
			}
			// The place of one that has ended is taken.
			g.Cancel(w.id("a.wav"))
			await(t, started, "the next job's start")
			if n := g.recognizer.called(); n != test.want+1 {
				t.Errorf("got %d jobs that have begun, want %d", n, test.want+1)
			}
		})
	}
}

func TestTranscribeAll(t *testing.T) {
	g := newRig(t, func(d *app.Deps) { d.SideBySide = 2 })
	g.media.info.Duration = 20
	started := g.hold()
	paths := g.recordings("a.wav", "b.wav", "c.wav")
	requests := make([]app.Request, len(paths))
	for i, path := range paths {
		requests[i].Path = path
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var mu sync.Mutex
	states := map[int]app.State{}
	segments := map[int]int{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		g.TranscribeAll(ctx, requests, func(i int, e app.Event) {
			mu.Lock()
			defer mu.Unlock()
			if e, ok := e.(app.SegmentsAdded); ok {
				segments[i] += len(e.Segments)
			}
		}, func(i int, tr app.Transcript, err error) {
			mu.Lock()
			defer mu.Unlock()
			if _, twice := states[i]; twice || err == nil {
				t.Errorf("end of %d: got %v, twice: %v, want an error once", i, err, twice)
			}
			states[i] = tr.State
		})
	}()
	await(t, started, "the first job's start")
	await(t, started, "the second job's start")
	cancel()
	await(t, done, "the end of all")
	for i := range requests {
		if got, ok := states[i]; !ok || got != app.StateCancelled {
			t.Errorf("state of %d: got %q, want cancelled", i, got)
		}
	}
	if segments[0] != 1 || segments[1] != 1 || segments[2] != 0 {
		t.Errorf("segments: got %v, want one of each of the first two", segments)
	}
}

// A program that closes tells whoever waits for a job that will not run.
func TestTranscribeAllWhileClosing(t *testing.T) {
	g := newRig(t, nil)
	started := g.hold()
	ended := make(chan error, 3)
	all := make(chan struct{})
	go func() {
		defer close(all)
		g.TranscribeAll(context.Background(), []app.Request{{Path: g.file}, {Path: g.file}},
			func(int, app.Event) {}, func(_ int, _ app.Transcript, err error) { ended <- err })
	}()
	await(t, started, "the first job's start")
	g.Close()
	await(t, all, "the end of all")
	g.TranscribeAll(context.Background(), []app.Request{{Path: g.file}},
		func(int, app.Event) {}, func(_ int, _ app.Transcript, err error) { ended <- err })
	for range 3 {
		if err := <-ended; !errors.Is(err, app.ErrClosing) {
			t.Errorf("got %v, want %v", err, app.ErrClosing)
		}
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

// Who gives up while others have their turn is not kept waiting.
func TestCancelWhileWaiting(t *testing.T) {
	g := newRig(t, nil)
	started := g.hold()
	w := g.watch()
	g.Enqueue(g.file)
	await(t, started, "the job's start")
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	all := make(chan struct{})
	go func() {
		defer close(all)
		g.TranscribeAll(ctx, []app.Request{{Path: g.file}}, func(int, app.Event) {}, func(_ int, _ app.Transcript, err error) { ended <- err })
	}()
	w.until("both jobs", func() bool { return len(w.jobs) == 2 })
	cancel()
	<-all // while the first still runs
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	w.ended(1)
}
