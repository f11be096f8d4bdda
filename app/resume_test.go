package app_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"earshot/app"
)

func TestResume(t *testing.T) {
	tests := []struct {
		name    string
		request func(g *rig, old app.Transcript) app.Request
	}{
		{"by the file's content", func(g *rig, _ app.Transcript) app.Request { return app.Request{Path: g.file} }},
		{"by id", func(_ *rig, old app.Transcript) app.Request { return app.Request{Resume: old.ID} }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			g := newLibraryRig(t)
			old := g.interrupted(2)
			compareSegments(t, "the interrupted one", g.only().Segments, 3)

			got, r := g.mustTranscribe(test.request(g, old))
			if got.ID != old.ID {
				t.Errorf("id: got %d, want %d", got.ID, old.ID)
			}
			if call := g.recognizer.calls[1]; call.Offset != 20 {
				t.Errorf("recognizer: got offset %v, want 20", call.Offset)
			}
			if opened := g.media.opened[1]; opened.Start != 20 {
				t.Errorf("media: got start %v, want 20", opened.Start)
			}
			// The part of the third sentence was given up and is heard again.
			if want := "One. Two. running Three. Four. done"; r.others() != want {
				t.Errorf("events: got %q, want %q", r.others(), want)
			}
			if job := r.last(t); job.Transcript != old.ID || job.Name != filepath.Base(g.file) || job.Speed != 5 {
				t.Errorf("job: got %+v, want transcript %d, the file's name, speed 5 of the 20 s heard now", job, old.ID)
			}
			compareSegments(t, "returned", got.Segments, 4)
			stored := g.only()
			compareSegments(t, "stored", stored.Segments, 4)
			if stored.State != app.StateDone || stored.Position != length {
				t.Errorf("stored: got %+v, want it done", stored.Entry)
			}
		})
	}
}

// A resumed job can be cancelled and resumed like the first.
func TestResumeTwice(t *testing.T) {
	g := newLibraryRig(t)
	old := g.interrupted(1)
	ctx, cancel := context.WithCancel(t.Context())
	g.recognizer.follow(func(ctx context.Context, opt app.RecognizeOptions, on func(app.Progress)) (app.Recognized, error) {
		if opt.Offset != 10 {
			t.Errorf("recognizer: got offset %v, want 10", opt.Offset)
		}
		on(app.Progress{Segments: []app.Segment{sentence(1)}, Position: 20})
		cancel()
		return app.Recognized{}, ctx.Err()
	})
	if _, err := g.Transcribe(ctx, app.Request{Resume: old.ID}, func(app.Event) {}); !errors.Is(err, context.Canceled) {
		t.Fatalf("Transcribe: got %v, want context.Canceled", err)
	}
	if got := g.only(); got.State != app.StateCancelled || got.Position != 20 {
		t.Errorf("stored: got %s at %v s, want cancelled at 20 s", got.State, got.Position)
	}
	g.recognizer.follow(g.speak)
	got, _ := g.mustTranscribe(app.Request{Resume: old.ID})
	compareSegments(t, "returned", got.Segments, 4)
}

func TestResumeKeepsOptions(t *testing.T) {
	g := newLibraryRig(t)
	old := g.interrupted(1)
	g.mustTranscribe(app.Request{Resume: old.ID, Path: "elsewhere.wav", Options: app.Options{Model: "large", Language: "de"}})
	if call := g.recognizer.calls[1]; call.Language != "" || filepath.Base(call.Model) != "ggml-base.bin" {
		t.Errorf("recognizer: got %+v, want the options of the first time", call)
	}
	if path := g.media.openPaths[1]; path != g.file {
		t.Errorf("media: got %q, want %q", path, g.file)
	}
}

func TestResumeWithAnotherModel(t *testing.T) {
	g := newLibraryRig(t)
	old := g.interrupted(1)
	write(t, filepath.Join(g.deps.Models.Dirs[0], "ggml-base.bin"), "good base, newer")
	got, _ := g.mustTranscribe(app.Request{Resume: old.ID})
	if len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], "00:00:10.000") {
		t.Errorf("warnings: got %q, want one that names 00:00:10.000", got.Warnings)
	}
	if stored := g.only().Warnings; len(stored) != 1 {
		t.Errorf("stored warnings: got %q, want the same", stored)
	}
}

func TestResumeRefused(t *testing.T) {
	tests := []struct {
		name   string
		change func(g *rig, req *app.Request)
		want   error
	}{
		{"the file has changed", func(g *rig, _ *app.Request) { write(g.t, g.file, "other") }, app.ErrChangedFile},
		{"the file is gone", func(g *rig, _ *app.Request) { os.Remove(g.file) }, os.ErrNotExist},
		{"no such transcript", func(_ *rig, req *app.Request) { req.Resume += 1000 }, app.ErrNotFound},
		{"without the library", func(_ *rig, req *app.Request) { req.NoStore = true }, app.ErrNotFound},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			g := newLibraryRig(t)
			old := g.interrupted(2)
			req := app.Request{Resume: old.ID}
			test.change(g, &req)
			_, r, err := g.transcribe(req)
			if !errors.Is(err, test.want) {
				t.Errorf("error: got %v, want %v", err, test.want)
			}
			if job := r.last(t); job.Stage != app.StageFailed || !errors.Is(job.Err, test.want) {
				t.Errorf("job: got %+v, want it failed", job)
			}
			kept := g.only()
			if kept.State != app.StateCancelled {
				t.Errorf("state: got %s, want it to stay cancelled", kept.State)
			}
			compareSegments(t, "kept", kept.Segments, 3)
		})
	}
}

func TestResumeOfDoneTranscript(t *testing.T) {
	g := newLibraryRig(t)
	done, _ := g.mustTranscribe(app.Request{})
	_, _, err := g.transcribe(app.Request{Resume: done.ID})
	var library *app.LibraryError
	if !errors.As(err, &library) {
		t.Errorf("error: got %v, want a *LibraryError", err)
	}
	compareEntries(t, "stored", g.only().Entry, done.Entry)
}

// Decoding fails before anything new is heard.
func TestResumeThatFailsKeepsText(t *testing.T) {
	g := newLibraryRig(t)
	old := g.interrupted(2)
	g.media.openErr = &app.MediaError{Path: g.file, Err: app.ErrNoDecoder}
	_, _, err := g.transcribe(app.Request{Resume: old.ID})
	if !errors.Is(err, app.ErrNoDecoder) {
		t.Errorf("error: got %v, want %v", err, app.ErrNoDecoder)
	}
	kept := g.only()
	if kept.State != app.StateFailed || kept.Position != 20 {
		t.Errorf("stored: got %s at %v s, want failed at 20 s", kept.State, kept.Position)
	}
	compareSegments(t, "kept", kept.Segments, 2)
}

// A recording without any text that cannot be transcribed now stays in the library.
func TestResumeKeepsARecording(t *testing.T) {
	g := newLibraryRig(t)
	content, err := os.ReadFile(g.file)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(content)
	id, err := g.library.Create(t.Context(), app.Entry{
		Title: "Board meeting", State: app.StateRunning, Duration: length, Origin: "microphone",
		Source: app.Source{Path: g.file, Hash: hex.EncodeToString(sum[:]), Size: int64(len(content))},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := g.library.Finish(t.Context(), id, app.Ending{State: app.StateFailed, Duration: length}); err != nil {
		t.Fatal(err)
	}
	fails := errors.New("load the model")
	g.recognizer.follow(func(context.Context, app.RecognizeOptions, func(app.Progress)) (app.Recognized, error) {
		return app.Recognized{}, fails
	})
	if _, err := g.Transcribe(t.Context(), app.Request{Resume: id}, func(app.Event) {}); !errors.Is(err, fails) {
		t.Errorf("got %v, want %v", err, fails)
	}
	if e := g.only().Entry; e.ID != id || e.Title != "Board meeting" || e.State != app.StateFailed {
		t.Errorf("left: got %+v", e)
	}
}

// Of two tracks both are heard again; what a person has corrected or deleted of
// the first does not come twice.
func TestResumeEditedTracks(t *testing.T) {
	g := newLibraryRig(t)
	g.deps.Recordings = filepath.Dir(g.file)
	g.media.info.Streams = []app.AudioStream{{Channels: 2}}
	g.start()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	tracks, id := 0, int64(0)
	g.recognizer.follow(func(c context.Context, opt app.RecognizeOptions, on func(app.Progress)) (app.Recognized, error) {
		if tracks++; tracks == 1 {
			return g.speak(c, opt, on)
		}
		id = g.only().ID
		d := g.openDocument(id)
		if _, err := d.SetText(d.At(0).ID, "Edited one."); err != nil {
			t.Error(err)
		}
		d.Delete(d.At(1).ID)
		g.flush(d)
		d.Close()
		cancel()
		return app.Recognized{}, c.Err()
	})
	if _, err := g.Transcribe(ctx, app.Request{Path: g.file}, func(app.Event) {}); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	g.recognizer.follow(g.speak)
	if _, err := g.Transcribe(t.Context(), app.Request{Resume: id}, func(app.Event) {}); err != nil {
		t.Fatal(err)
	}
	var mine []string
	for _, s := range g.only().Segments {
		if s.Speaker == "Me" {
			mine = append(mine, s.Text)
		}
	}
	if got, want := strings.Join(mine, " "), "Edited one. Three. Four."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
