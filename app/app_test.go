package app_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"earshot/app"
)

// entries are the events about the library that a watch has waiting.
func (w *watch) entries() string {
	w.t.Helper()
	r := &record{events: w.sub.Next(w.t.Context())}
	return r.others()
}

func TestRename(t *testing.T) {
	g := newLibraryRig(t)
	done, _ := g.mustTranscribe(app.Request{})
	sub := g.Subscribe()
	defer sub.Close()
	if err := g.Rename(t.Context(), done.ID, "New name"); err != nil {
		t.Fatalf("Rename: %v", err)
	}
	if got := g.only().Title; got != "New name" {
		t.Errorf("stored: got %q, want New name", got)
	}
	events := sub.Next(t.Context())
	changed, ok := events[0].(app.EntryChanged)
	if len(events) != 1 || !ok || changed.Entry.Title != "New name" || changed.Entry.ID != done.ID {
		t.Errorf("events: got %+v, want one EntryChanged with the new name", events)
	}
}

func TestTrashRestoreDelete(t *testing.T) {
	g := newLibraryRig(t)
	done, _ := g.mustTranscribe(app.Request{})
	w := g.watch()
	steps := []struct {
		name   string
		do     func() error
		events string
		left   int
	}{
		{"Trash", func() error { return g.Trash(t.Context(), done.ID) }, "removed", 0},
		{"Restore", func() error { return g.Restore(t.Context(), done.ID) }, "done", 1},
		{"Delete", func() error { return g.Delete(t.Context(), done.ID) }, "removed", 0},
	}
	for _, step := range steps {
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if got := w.entries(); got != step.events {
			t.Errorf("%s: got events %q, want %q", step.name, got, step.events)
		}
		if list, err := g.List(t.Context()); err != nil || len(list) != step.left {
			t.Errorf("%s: got %d entries and error %v, want %d", step.name, len(list), err, step.left)
		}
	}
	if _, err := g.Transcript(t.Context(), done.ID); !errors.Is(err, app.ErrNotFound) {
		t.Errorf("Transcript: got %v, want %v", err, app.ErrNotFound)
	}
}

// Commands about a transcript that is not there fail, with and without a
// library, and nobody hears of them.
func TestUnknownTranscript(t *testing.T) {
	rigs := map[string]func(*testing.T) *rig{
		"with a library":    newLibraryRig,
		"without a library": func(t *testing.T) *rig { return newRig(t, nil) },
	}
	for name, make := range rigs {
		t.Run(name, func(t *testing.T) {
			g := make(t)
			w := g.watch()
			ctx := t.Context()
			_, notThere := g.Transcript(ctx, 7)
			for name, err := range map[string]error{
				"Transcript": notThere,
				"Rename":     g.Rename(ctx, 7, "x"),
				"Trash":      g.Trash(ctx, 7),
				"Restore":    g.Restore(ctx, 7),
				"Delete":     g.Delete(ctx, 7),
				"Resume":     g.Resume(ctx, 7),
				"Again":      g.Again(ctx, 7),
				"Export":     g.Export(ctx, 7, filepath.Join(t.TempDir(), "x.txt"), app.TXT),
			} {
				if !errors.Is(err, app.ErrNotFound) {
					t.Errorf("%s: got %v, want %v", name, err, app.ErrNotFound)
				}
			}
			g.Enqueue(g.file)
			w.ended(1)
			if got := w.seen[0]; got != "talk.wav queued" && got != "talk.wav reading" {
				t.Errorf("the first event: got %q, want that of the file queued now", got)
			}
		})
	}
}

func TestWithoutLibrary(t *testing.T) {
	g := newRig(t, nil)
	if list, err := g.List(t.Context()); list != nil || err != nil {
		t.Errorf("List: got %v and %v, want nothing", list, err)
	}
	if hits, err := g.Search(t.Context(), "one", 10); hits != nil || err != nil {
		t.Errorf("Search: got %v and %v, want nothing", hits, err)
	}
	got, _ := g.mustTranscribe(app.Request{})
	compareSegments(t, "returned", got.Segments, 4)
}

func TestSearchFindsWhatWasSaid(t *testing.T) {
	g := newLibraryRig(t)
	done, _ := g.mustTranscribe(app.Request{})
	hits, err := g.Search(t.Context(), "three", 10)
	if err != nil || len(hits) != 1 {
		t.Fatalf("got %d hits and error %v, want 1", len(hits), err)
	}
	if hits[0].Entry.ID != done.ID || hits[0].Segment.Start != 20 {
		t.Errorf("got %+v, want the third sentence of transcript %d", hits[0], done.ID)
	}
}

func TestAgain(t *testing.T) {
	g := newLibraryRig(t)
	first, _ := g.mustTranscribe(app.Request{Options: app.Options{Stream: 2, Threads: 2}})
	g.SetSettings(app.Settings{Options: app.Options{Language: "de"}})
	w := g.watch()
	if err := g.Again(t.Context(), first.ID); err != nil {
		t.Fatalf("Again: %v", err)
	}
	w.ended(1)
	job := w.jobs[w.id("talk.wav")]
	if job.Cached || job.Transcript == first.ID || job.Stage != app.StageDone {
		t.Errorf("job: got %+v, want a new transcript", job)
	}
	again, err := g.Transcript(t.Context(), job.Transcript)
	if err != nil {
		t.Fatalf("Transcript: %v", err)
	}
	if want := (app.Options{Language: "de", Stream: 2}); again.Options != want {
		t.Errorf("options: got %+v, want those of the settings and the track of the first time, %+v", again.Options, want)
	}
}

func TestResumeByQueue(t *testing.T) {
	g := newLibraryRig(t)
	old := g.interrupted(2)
	w := g.watch()
	if err := g.Resume(t.Context(), old.ID); err != nil {
		t.Fatalf("Resume: %v", err)
	}
	w.ended(1)
	if job := w.jobs[w.id("talk.wav")]; job.Stage != app.StageDone || job.Transcript != old.ID {
		t.Errorf("job: got %+v, want it done, with transcript %d", job, old.ID)
	}
	compareSegments(t, "stored", g.only().Segments, 4)
}

func TestExportToFile(t *testing.T) {
	g := newLibraryRig(t)
	done, _ := g.mustTranscribe(app.Request{})
	dir := t.TempDir()
	path := write(t, filepath.Join(dir, "talk.txt"), "what was there before, and is longer than the text")
	if err := g.Export(t.Context(), done.ID, path, app.TXT); err != nil {
		t.Fatalf("Export: %v", err)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "One.\nTwo.\nThree.\nFour.\n" {
		t.Errorf("file: got %q and error %v", got, err)
	}
	wantFiles(t, dir, "talk.txt")

	err := g.Export(t.Context(), done.ID, filepath.Join(dir, "missing", "talk.txt"), app.TXT)
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("into a folder that is missing: got %v, want %v", err, os.ErrNotExist)
	}
	if sentence, _ := app.Explain(err); !strings.Contains(sentence, "missing") {
		t.Errorf("explained: got %q, want it to name the folder", sentence)
	}
}

func TestRecognizerIsAsked(t *testing.T) {
	g := newRig(t, nil)
	if got := g.Languages(); len(got) != 1 || got[0].Code != "en" {
		t.Errorf("Languages: got %v, want the recognizer's", got)
	}
	if got, err := g.Devices(t.Context()); err != nil || len(got) != 1 || got[0].ID != "cpu" {
		t.Errorf("Devices: got %v and error %v, want the recognizer's", got, err)
	}
	if list := g.App.Models().List(); len(list) != 1 || list[0].Name != "base" {
		t.Errorf("Models: got %+v, want base", list)
	}
}
