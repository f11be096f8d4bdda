package app_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"earshot/app"
)

func TestTranscribeRefuses(t *testing.T) {
	media := func(err error) error { return &app.MediaError{Path: "talk.wav", Err: err} }
	tests := []struct {
		name   string
		change func(g *rig, req *app.Request)
		want   error
	}{
		{"a file that is missing", func(_ *rig, req *app.Request) { req.Path += ".gone" }, fs.ErrNotExist},
		{"an empty file", func(g *rig, _ *app.Request) { write(g.t, g.file, "") }, app.ErrEmptyFile},
		{"no model", func(g *rig, _ *app.Request) {
			os.Remove(filepath.Join(g.deps.Models.Dirs[0], "ggml-base.bin"))
		}, app.ErrNoModel},
		{"what Probe refuses", func(g *rig, _ *app.Request) { g.media.probeErr = media(app.ErrNoAudio) }, app.ErrNoAudio},
		{"what Open refuses", func(g *rig, _ *app.Request) { g.media.openErr = media(app.ErrNoTrack) }, app.ErrNoTrack},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			g := newLibraryRig(t)
			req := app.Request{Path: g.file}
			test.change(g, &req)
			got, r, err := g.transcribe(req)
			if !errors.Is(err, test.want) {
				t.Errorf("error: got %v, want %v", err, test.want)
			}
			if job := r.last(t); job.Stage != app.StageFailed || job.Err != err || got.State != app.StateFailed {
				t.Errorf("job: got %+v and state %q, want both failed", job, got.State)
			}
			if r.others() != "" || g.recognizer.called() != 0 {
				t.Errorf("events: got %q and %d calls of the recognizer, want none", r.others(), g.recognizer.called())
			}
			g.wantEmptyLibrary()
		})
	}
}

func TestTranscribeRefusesFolder(t *testing.T) {
	g := newLibraryRig(t)
	dir := filepath.Dir(g.file)
	_, _, err := g.transcribe(app.Request{Path: dir})
	var media *app.MediaError
	if !errors.As(err, &media) || media.Path != dir || media.Err.Error() != "it is a folder" {
		t.Errorf("error: got %v, want that %s is a folder", err, dir)
	}
	g.wantEmptyLibrary()
}

func TestTranscribeWithUnknownModel(t *testing.T) {
	g := newLibraryRig(t)
	_, _, err := g.transcribe(app.Request{Options: app.Options{Model: "none-such"}})
	var model *app.ModelError
	if !errors.As(err, &model) || model.Path != "none-such" {
		t.Errorf("error: got %v, want a *ModelError about none-such", err)
	}
	g.wantEmptyLibrary()
}

var errEngine = errors.New("the engine gave up")

func TestRecognizerFailsAtOnce(t *testing.T) {
	g := newLibraryRig(t)
	g.recognizer.follow(func(_ context.Context, _ app.RecognizeOptions, on func(app.Progress)) (app.Recognized, error) {
		on(app.Progress{Loading: true})
		return app.Recognized{}, errEngine
	})
	_, r, err := g.transcribe(app.Request{})
	if !errors.Is(err, errEngine) {
		t.Errorf("error: got %v, want %v", err, errEngine)
	}
	if want := "running removed"; r.others() != want {
		t.Errorf("events: got %q, want %q", r.others(), want)
	}
	if job := r.last(t); job.Stage != app.StageFailed || job.Transcript != 0 {
		t.Errorf("job: got %+v, want it failed, without a transcript", job)
	}
	g.wantEmptyLibrary()
}

func TestRecognizerFailsAfterText(t *testing.T) {
	g := newLibraryRig(t)
	g.recognizer.follow(stopAfter(2, func(context.Context) error { return errEngine }))
	got, r, err := g.transcribe(app.Request{})
	if !errors.Is(err, errEngine) || got.State != app.StateFailed || r.last(t).Stage != app.StageFailed {
		t.Errorf("got error %v, state %q and job %+v, want all failed", err, got.State, r.last(t))
	}
	if want := "running running One. Two. Three. failed"; r.others() != want {
		t.Errorf("events: got %q, want %q", r.others(), want)
	}
	kept := g.only()
	if kept.State != app.StateFailed || kept.Position != 20 || kept.Duration != length {
		t.Errorf("stored: got %+v, want failed at 20 of 40 s", kept.Entry)
	}
	compareSegments(t, "kept", kept.Segments, 3)
}

// The position alone is worth keeping: the silence before it need not be
// heard again.
func TestRecognizerFailsAfterSilence(t *testing.T) {
	g := newLibraryRig(t)
	g.recognizer.follow(func(_ context.Context, _ app.RecognizeOptions, on func(app.Progress)) (app.Recognized, error) {
		on(app.Progress{Position: 30})
		return app.Recognized{}, errEngine
	})
	g.transcribe(app.Request{})
	if got := g.only(); got.State != app.StateFailed || got.Position != 30 {
		t.Errorf("stored: got %s at %v s, want failed at 30 s", got.State, got.Position)
	}
}

func TestCancel(t *testing.T) {
	g := newLibraryRig(t)
	ctx, cancel := context.WithCancel(t.Context())
	g.recognizer.follow(func(ctx context.Context, _ app.RecognizeOptions, on func(app.Progress)) (app.Recognized, error) {
		on(app.Progress{Segments: []app.Segment{sentence(0)}, Position: 10})
		cancel()
		// What the engine heard before it noticed is kept.
		on(app.Progress{Segments: []app.Segment{sentence(1)}, Position: 20})
		return app.Recognized{}, ctx.Err()
	})
	r := &record{}
	got, err := g.Transcribe(ctx, app.Request{Path: g.file}, r.on)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error: got %v, want context.Canceled", err)
	}
	if job := r.last(t); got.State != app.StateCancelled || job.Stage != app.StageCancelled || job.Err != nil {
		t.Errorf("got state %q and job %+v, want both cancelled", got.State, job)
	}
	kept := g.only()
	if kept.State != app.StateCancelled || kept.Position != 20 {
		t.Errorf("stored: got %s at %v s, want cancelled at 20 s", kept.State, kept.Position)
	}
	compareSegments(t, "kept", kept.Segments, 2)
}

func TestCancelBeforeStart(t *testing.T) {
	g := newLibraryRig(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := g.Transcribe(ctx, app.Request{Path: g.file}, func(app.Event) {})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error: got %v, want context.Canceled", err)
	}
	g.wantEmptyLibrary()
}

// An engine that is through when it is cancelled has done its work.
func TestCancelTooLate(t *testing.T) {
	g := newLibraryRig(t)
	ctx, cancel := context.WithCancel(t.Context())
	g.recognizer.follow(func(ctx context.Context, opt app.RecognizeOptions, on func(app.Progress)) (app.Recognized, error) {
		defer cancel()
		return g.speak(ctx, opt, on)
	})
	if _, err := g.Transcribe(ctx, app.Request{Path: g.file}, func(app.Event) {}); err != nil {
		t.Errorf("error: got %v, want none", err)
	}
	if got := g.only(); got.State != app.StateDone {
		t.Errorf("stored: got %s, want done", got.State)
	}
}

// faulty is a library whose n-th Append fails, and only that one.
type faulty struct {
	app.Library
	n int
}

func (f *faulty) Append(ctx context.Context, id int64, p app.Progress) error {
	f.n--
	if f.n == 0 {
		return &app.LibraryError{Path: "data", Err: app.ErrDiskFull}
	}
	return f.Library.Append(ctx, id, p)
}

func TestLibraryFails(t *testing.T) {
	tests := []struct {
		name string
		end  func(ctx context.Context) error // of the engine, after it reported on
	}{
		{"and the engine is stopped", context.Context.Err},
		{"and the engine was through", func(context.Context) error { return nil }},
		{"and the engine fails as well", func(context.Context) error { return errEngine }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := openStore(t)
			g := newRig(t, func(d *app.Deps) { d.Library = &faulty{s, 2} })
			g.recognizer.follow(stopAfter(3, test.end))
			got, r, err := g.transcribe(app.Request{})
			var library *app.LibraryError
			if !errors.As(err, &library) || !errors.Is(err, app.ErrDiskFull) {
				t.Errorf("error: got %v, want a *LibraryError that the disk is full", err)
			}
			if job := r.last(t); job.Stage != app.StageFailed || got.State != app.StateFailed {
				t.Errorf("got job %+v and state %s, want both failed", job, got.State)
			}
			// Later segments would leave a hole that resuming does not fill.
			kept := g.only()
			if kept.State != app.StateFailed || kept.Position != 10 {
				t.Errorf("stored: got %s at %v s, want failed at 10 s", kept.State, kept.Position)
			}
			compareSegments(t, "kept", kept.Segments, 1)

			g.recognizer.follow(g.speak)
			got, _ = g.mustTranscribe(app.Request{})
			compareSegments(t, "resumed", got.Segments, 4)
		})
	}
}

// unfinished is a library that cannot record how a job ended.
type unfinished struct{ app.Library }

func (unfinished) Finish(context.Context, int64, app.Ending) error {
	return &app.LibraryError{Path: "data", Err: app.ErrDiskFull}
}

func TestLibraryFailsInTheEnd(t *testing.T) {
	s := openStore(t)
	g := newRig(t, func(d *app.Deps) { d.Library = unfinished{s} })
	got, r, err := g.transcribe(app.Request{})
	if !errors.Is(err, app.ErrDiskFull) {
		t.Errorf("error: got %v, want %v", err, app.ErrDiskFull)
	}
	if job := r.last(t); job.Stage != app.StageFailed || job.Err != err {
		t.Errorf("job: got %+v, want it failed", job)
	}
	compareSegments(t, "returned", got.Segments, 4)
	compareSegments(t, "stored", g.only().Segments, 4)
}

// The transcript is deleted while it is being made.
func TestDeletedWhileRunning(t *testing.T) {
	g := newLibraryRig(t)
	g.recognizer.follow(func(ctx context.Context, opt app.RecognizeOptions, on func(app.Progress)) (app.Recognized, error) {
		on(app.Progress{Segments: []app.Segment{sentence(0)}, Position: 10})
		if err := g.Delete(t.Context(), g.only().ID); err != nil {
			t.Errorf("Delete: %v", err)
		}
		on(app.Progress{Segments: []app.Segment{sentence(1)}, Position: 20})
		return app.Recognized{}, ctx.Err()
	})
	_, _, err := g.transcribe(app.Request{})
	if !errors.Is(err, app.ErrNotFound) {
		t.Errorf("error: got %v, want %v", err, app.ErrNotFound)
	}
	g.wantEmptyLibrary()
}

func TestRecognizerPanics(t *testing.T) {
	g := newLibraryRig(t)
	g.recognizer.follow(stopAfter(1, func(context.Context) error { panic("off by one") }))
	_, r, err := g.transcribe(app.Request{})
	if err == nil || !strings.Contains(err.Error(), "off by one") {
		t.Errorf("error: got %v, want one that says off by one", err)
	}
	if job := r.last(t); job.Stage != app.StageFailed || job.Err == nil {
		t.Errorf("job: got %+v, want it failed", job)
	}
	compareSegments(t, "kept", g.only().Segments, 2)

	g.recognizer.follow(g.speak)
	got, _ := g.mustTranscribe(app.Request{})
	compareSegments(t, "the next job", got.Segments, 4)
}
