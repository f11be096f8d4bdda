package app_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"earshot/app"
	"earshot/store"
)

// rig is an App with fakes around it and the real library, if it has one.
type rig struct {
	*app.App
	t          *testing.T
	deps       app.Deps
	media      *media
	recognizer *recognizer
	tuner      *tuner
	clock      *clock
	library    *store.Store // nil without one
	file       string       // the test recording
}

// newRig makes an App without a library.
func newRig(t *testing.T, change func(*app.Deps)) *rig {
	t.Helper()
	g := &rig{t: t, clock: &clock{now: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)}}
	g.media = &media{info: app.MediaInfo{Duration: length}}
	g.recognizer = &recognizer{}
	g.tuner = &tuner{seconds: map[string]float64{"": 2, "bf16": 1, "q8_0": 1.6, "q5_0": 2.5, "q4_0": 0.8}}
	g.recognizer.follow(g.speak)
	g.file = write(t, filepath.Join(t.TempDir(), "talk.wav"), "sound")
	g.deps = app.Deps{
		Media: g.media, Recognizer: g.recognizer, Tuner: g.tuner, Now: g.clock.Now,
		Models: app.Models{Dirs: []string{t.TempDir()}, Inspect: inspect},
	}
	write(t, filepath.Join(g.deps.Models.Dirs[0], "ggml-base.bin"), "good base")
	if change != nil {
		change(&g.deps)
	}
	g.start()
	return g
}

// newLibraryRig makes an App with a library in SQLite.
func newLibraryRig(t *testing.T) *rig {
	t.Helper()
	s := openStore(t)
	g := newRig(t, func(d *app.Deps) { d.Library = s })
	g.library = s
	return g
}

func openStore(t *testing.T) *store.Store {
	t.Helper()
	return openStoreWith(t, store.Options{})
}

func openStoreWith(t *testing.T, opt store.Options) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), t.TempDir(), opt)
	if errors.Is(err, app.ErrNoEngine) {
		t.Skip("there is no SQLite: this build is without cgo")
	}
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// start makes an App of the parts, in place of the one before.
func (g *rig) start() {
	g.t.Helper()
	a, err := app.New(context.Background(), g.deps)
	if err != nil {
		g.t.Fatalf("New: %v", err)
	}
	g.App = a
	g.t.Cleanup(func() { a.Close() })
}

// speak is the script of a recognizer that hears the whole recording from the
// offset on, and takes 2 s for a sentence.
func (g *rig) speak(_ context.Context, opt app.RecognizeOptions, on func(app.Progress)) (app.Recognized, error) {
	on(app.Progress{Loading: true})
	g.clock.advance(time.Second)
	on(app.Progress{Position: opt.Offset, Language: "en", Device: "CPU"})
	for i := range sentences {
		if s := sentence(i); s.Start >= opt.Offset {
			g.clock.advance(2 * time.Second)
			on(app.Progress{Segments: []app.Segment{s}, Position: s.End})
		}
	}
	return app.Recognized{Duration: length, Language: "en", Device: "CPU"}, nil
}

// stopAfter is the script of a recognizer that hears n sentences, part of one
// more, and then does what end says.
func stopAfter(n int, end func(ctx context.Context) error) script {
	return func(ctx context.Context, _ app.RecognizeOptions, on func(app.Progress)) (app.Recognized, error) {
		for i := range n {
			on(app.Progress{Segments: []app.Segment{sentence(i)}, Position: sentence(i).End, Language: "en", Device: "CPU"})
		}
		on(app.Progress{Segments: []app.Segment{sentence(n)}})
		return app.Recognized{}, end(ctx)
	}
}

// transcribe runs a request and returns what happened.
func (g *rig) transcribe(req app.Request) (app.Transcript, *record, error) {
	g.t.Helper()
	if req.Path == "" && req.Resume == 0 {
		req.Path = g.file
	}
	r := &record{}
	t, err := g.Transcribe(g.t.Context(), req, r.on)
	if g.media.unclosed != 0 {
		g.t.Errorf("%d audio streams were left open", g.media.unclosed)
	}
	return t, r, err
}

// mustTranscribe runs a request that has to succeed.
func (g *rig) mustTranscribe(req app.Request) (app.Transcript, *record) {
	g.t.Helper()
	t, r, err := g.transcribe(req)
	if err != nil {
		g.t.Fatalf("Transcribe: %v", err)
	}
	return t, r
}

// interrupted leaves a transcript in the library that was cancelled after n
// sentences and part of another.
func (g *rig) interrupted(n int) app.Transcript {
	g.t.Helper()
	ctx, cancel := context.WithCancel(g.t.Context())
	g.recognizer.follow(stopAfter(n, func(ctx context.Context) error {
		cancel()
		return ctx.Err()
	}))
	t, err := g.Transcribe(ctx, app.Request{Path: g.file}, func(app.Event) {})
	if !errors.Is(err, context.Canceled) {
		g.t.Fatalf("Transcribe: got %v, want context.Canceled", err)
	}
	g.recognizer.follow(g.speak)
	return t
}

// only returns the library's one transcript.
func (g *rig) only() app.Transcript {
	g.t.Helper()
	entries, err := g.List(g.t.Context())
	if err != nil || len(entries) != 1 {
		g.t.Fatalf("List: got %d entries and error %v, want 1", len(entries), err)
	}
	t, err := g.Transcript(g.t.Context(), entries[0].ID)
	if err != nil {
		g.t.Fatalf("Transcript: %v", err)
	}
	return t
}

func (g *rig) wantEmptyLibrary() {
	g.t.Helper()
	if entries, err := g.List(g.t.Context()); err != nil || len(entries) != 0 {
		g.t.Errorf("List: got %v and error %v, want nothing", entries, err)
	}
}

// record collects events.
type record struct {
	mu     sync.Mutex
	events []app.Event
}

func (r *record) on(e app.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, e)
}

// stages are the stages that jobs went through, each once.
func (r *record) stages() string {
	var all []string
	for _, e := range r.events {
		if e, ok := e.(app.JobChanged); ok {
			all = append(all, string(e.Job.Stage))
		}
	}
	return strings.Join(slices.Compact(all), " ")
}

// others are the events that are not about jobs: reports of jobs come at any
// time in between.
func (r *record) others() string {
	var all []string
	for _, e := range r.events {
		switch e := e.(type) {
		case app.EntryChanged:
			all = append(all, string(e.Entry.State))
		case app.EntryRemoved:
			all = append(all, "removed")
		case app.SegmentsAdded:
			for _, s := range e.Segments {
				all = append(all, s.Text)
			}
		}
	}
	return strings.Join(all, " ")
}

// last is the job as it was in the end.
func (r *record) last(t *testing.T) app.Job {
	t.Helper()
	e, ok := r.events[len(r.events)-1].(app.JobChanged)
	if !ok {
		t.Fatalf("last event: got %#v, want a JobChanged", r.events[len(r.events)-1])
	}
	return e.Job
}
