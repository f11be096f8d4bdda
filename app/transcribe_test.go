package app_test

import (
	"context"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"earshot/app"
)

func TestTranscribe(t *testing.T) {
	g := newLibraryRig(t)
	opt := app.Options{Model: "base", Language: "en", Device: "cpu", Threads: 3, Stream: 2}
	began := g.clock.Now()
	got, r := g.mustTranscribe(app.Request{Path: g.file, Options: opt})

	if want := "reading loading transcribing done"; r.stages() != want {
		t.Errorf("stages: got %q, want %q", r.stages(), want)
	}
	if want := "running running One. Two. Three. Four. done"; r.others() != want {
		t.Errorf("events: got %q, want %q", r.others(), want)
	}
	job := r.last(t)
	want := app.Job{
		Name: "talk.wav", Path: g.file, Stage: app.StageDone, Transcript: got.ID,
		Fraction: 1, Elapsed: 9, Remaining: 0, Speed: 5,
	}
	if job != want {
		t.Errorf("job in the end:\n got %+v\nwant %+v", job, want)
	}
	wantEntry := app.Entry{
		ID: got.ID, Title: "talk", Options: opt, Model: "base", Language: "en", Device: "CPU", Speed: 5,
		Key:   app.CacheKey(app.ModelInfo{Fingerprint: "good base"}, false, opt),
		State: app.StateDone, Position: length, Duration: length, Created: began, Origin: app.OriginFile,
		Source: app.Source{
			Path: g.file, Size: int64(len("sound")), Duration: length,
			Hash: "dd29442deca69f52c50006b831cb216edf78a7da33748f0a80ff19f2ebe57ecd",
		},
	}
	compareEntries(t, "returned", got.Entry, wantEntry)
	stored := g.only()
	compareEntries(t, "stored", stored.Entry, wantEntry)
	for name, segments := range map[string][]app.Segment{"returned": got.Segments, "stored": stored.Segments} {
		compareSegments(t, name, segments, 4)
	}

	call := g.recognizer.calls[0]
	wantCall := app.RecognizeOptions{Model: filepath.Join(g.deps.Models.Dirs[0], "ggml-base.bin"), Language: "en", Device: "cpu", Threads: 3}
	if call != wantCall {
		t.Errorf("recognizer: got %+v, want %+v", call, wantCall)
	}
	if o := g.media.opened[0]; o.Stream != 2 || o.Start != 0 || o.Info.Duration != length {
		t.Errorf("media: got %+v, want stream 2, start 0 and what Probe found", o)
	}
}

func compareEntries(t *testing.T, name string, got, want app.Entry) {
	t.Helper()
	if got, want := plain(got), plain(want); !reflect.DeepEqual(got, want) {
		t.Errorf("%s entry:\n got %+v\nwant %+v", name, got, want)
	}
}

// plain is an entry without what means the same: the time's zone, and
// whether no warnings are an empty slice.
func plain(e app.Entry) app.Entry {
	e.Created = e.Created.UTC()
	if len(e.Warnings) == 0 {
		e.Warnings = nil
	}
	return e
}

// compareSegments wants the first n sentences of the test recording.
func compareSegments(t *testing.T, name string, got []app.Segment, n int) {
	t.Helper()
	if len(got) != n {
		t.Fatalf("%s: got %d segments, want %d", name, len(got), n)
	}
	for i, s := range got {
		want := sentence(i)
		if s.Start != want.Start || s.End != want.End || s.Text != want.Text || s.Confidence != want.Confidence ||
			!slices.Equal(s.Words, want.Words) {
			t.Errorf("%s: segment %d: got %+v, want %+v", name, i, s, want)
		}
	}
}

func TestTranscribeEvents(t *testing.T) {
	g := newLibraryRig(t)
	got, r := g.mustTranscribe(app.Request{})
	known := false
	for _, e := range r.events {
		switch e := e.(type) {
		case app.EntryChanged:
			known = true
			if e.Entry.ID != got.ID {
				t.Errorf("EntryChanged: got id %d, want %d", e.Entry.ID, got.ID)
			}
		case app.SegmentsAdded:
			if !known || e.Transcript != got.ID {
				t.Errorf("SegmentsAdded of transcript %d: want it after EntryChanged, of %d", e.Transcript, got.ID)
			}
		}
	}
	if !known {
		t.Error("there was no EntryChanged")
	}
}

func TestTranscribeReportsProgress(t *testing.T) {
	g := newRig(t, nil)
	ticked := make(chan app.Job, 1)
	g.recognizer.follow(func(_ context.Context, _ app.RecognizeOptions, on func(app.Progress)) (app.Recognized, error) {
		on(app.Progress{Language: "en"})
		g.clock.advance(2 * time.Second)
		on(app.Progress{Position: 8, Reached: 10})
		job := await(t, ticked, "a report while the engine is silent")
		if job.Fraction != 0.25 || job.Speed != 5 || job.Remaining != 6 {
			t.Errorf("after 10 of 40 s in 2 s: got %+v, want fraction 0.25, speed 5, 6 s remaining", job)
		}
		return app.Recognized{Duration: length}, nil
	})
	_, err := g.Transcribe(t.Context(), app.Request{Path: g.file}, func(e app.Event) {
		if e, ok := e.(app.JobChanged); ok && e.Job.Speed > 0 {
			select {
			case ticked <- e.Job:
			default:
			}
		}
	})
	if err != nil {
		t.Fatalf("Transcribe: %v", err)
	}
}

func TestTranscribeUnknownLength(t *testing.T) {
	g := newRig(t, nil)
	g.media.info.Duration = 0
	got, r := g.mustTranscribe(app.Request{})
	if got.Duration != length {
		t.Errorf("duration: got %v, want %v", got.Duration, length)
	}
	for _, e := range r.events[:len(r.events)-1] {
		if e, ok := e.(app.JobChanged); ok && (e.Job.Fraction >= 0 || e.Job.Remaining >= 0) {
			t.Errorf("job: got fraction %v and %v s remaining, want both to be unknown", e.Job.Fraction, e.Job.Remaining)
		}
	}
}

// The reporter of progress and the engine both report, from two goroutines.
func TestTranscribeCallsOneAtATime(t *testing.T) {
	g := newRig(t, nil)
	var inside, reports atomic.Int32
	var listening atomic.Bool
	enough := make(chan struct{})
	g.recognizer.follow(func(_ context.Context, _ app.RecognizeOptions, on func(app.Progress)) (app.Recognized, error) {
		news := app.Progress{Segments: []app.Segment{sentence(0)}}
		on(app.Progress{Language: "en"})
		listening.Store(true)
		for {
			on(news)
			select {
			case <-enough:
				listening.Store(false)
				return app.Recognized{}, nil
			default:
			}
		}
	})
	_, err := g.Transcribe(t.Context(), app.Request{Path: g.file}, func(e app.Event) {
		if inside.Add(1) != 1 {
			t.Error("on was called while it was running")
		}
		// Segments make no JobChanged: these come from the reporter. While it
		// takes its time, the engine tries to report as well.
		if _, ok := e.(app.JobChanged); ok && listening.Load() {
			for range 1000 {
				runtime.Gosched()
			}
			if reports.Add(1) == 3 {
				close(enough)
			}
		}
		inside.Add(-1)
	})
	if err != nil {
		t.Fatalf("Transcribe: %v", err)
	}
}

func TestTranscribeWithoutStoring(t *testing.T) {
	g := newLibraryRig(t)
	got, r := g.mustTranscribe(app.Request{NoStore: true})
	if got.ID != 0 || r.last(t).Transcript != 0 {
		t.Errorf("id: got %d and %d in the job, want 0", got.ID, r.last(t).Transcript)
	}
	if want := "running running One. Two. Three. Four."; r.others() != want {
		t.Errorf("events: got %q, want %q", r.others(), want)
	}
	compareSegments(t, "returned", got.Segments, 4)
	g.wantEmptyLibrary()

	g.mustTranscribe(app.Request{})
	g.mustTranscribe(app.Request{NoStore: true})
	if n := g.recognizer.called(); n != 3 {
		t.Errorf("recognizer: got %d calls, want 3: NoStore leaves the library alone", n)
	}
}

func TestTranscribeStandardInput(t *testing.T) {
	g := newLibraryRig(t)
	got, _ := g.mustTranscribe(app.Request{Source: "-"})
	for name, e := range map[string]app.Entry{"returned": got.Entry, "stored": g.only().Entry} {
		if e.Source.Path != "-" || e.Title != "Standard input" {
			t.Errorf("%s: got path %q and title %q, want - and Standard input", name, e.Source.Path, e.Title)
		}
	}
	if path := g.media.openPaths[0]; path != g.file {
		t.Errorf("media: got %q, want the file %q", path, g.file)
	}
}

func TestTranscribeMakesPathAbsolute(t *testing.T) {
	g := newLibraryRig(t)
	t.Chdir(filepath.Dir(g.file))
	got, _ := g.mustTranscribe(app.Request{Path: filepath.Base(g.file)})
	if !filepath.IsAbs(got.Source.Path) || filepath.Base(got.Source.Path) != filepath.Base(g.file) {
		t.Errorf("path: got %q, want it absolute", got.Source.Path)
	}
}

func TestTranscribeWarnings(t *testing.T) {
	g := newLibraryRig(t)
	g.media.warnings = []string{"The file is cut short.", "Slow."}
	g.recognizer.follow(func(context.Context, app.RecognizeOptions, func(app.Progress)) (app.Recognized, error) {
		return app.Recognized{Duration: length, Warnings: []string{"Slow.", "No graphics card."}}, nil
	})
	got, _ := g.mustTranscribe(app.Request{})
	want := "The file is cut short.|Slow.|No graphics card."
	for name, e := range map[string]app.Entry{"returned": got.Entry, "stored": g.only().Entry} {
		if w := strings.Join(e.Warnings, "|"); w != want {
			t.Errorf("%s: got warnings %q, want %q", name, w, want)
		}
	}
}

// Nobody speaks: no segments, and no language.
func TestTranscribeSilence(t *testing.T) {
	g := newLibraryRig(t)
	g.recognizer.follow(func(context.Context, app.RecognizeOptions, func(app.Progress)) (app.Recognized, error) {
		return app.Recognized{Duration: length}, nil
	})
	g.mustTranscribe(app.Request{})
	got := g.only()
	if got.State != app.StateDone || got.Position != length || got.Language != "" || len(got.Segments) != 0 {
		t.Errorf("got %+v, want it done and empty", got)
	}
}

func TestTranscribeUsesVAD(t *testing.T) {
	g := newRig(t, nil)
	path := write(t, filepath.Join(g.deps.Models.Dirs[0], app.VADFile), "vad")
	g.mustTranscribe(app.Request{})
	if got := g.recognizer.calls[0].VAD; got != path {
		t.Errorf("VAD: got %q, want %q", got, path)
	}
}
