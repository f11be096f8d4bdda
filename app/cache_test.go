package app_test

import (
	"path/filepath"
	"testing"

	"earshot/app"
)

func TestCached(t *testing.T) {
	g := newLibraryRig(t)
	first, _ := g.mustTranscribe(app.Request{})
	again, r := g.mustTranscribe(app.Request{})

	if n := g.recognizer.called(); n != 1 {
		t.Errorf("recognizer: got %d calls, want 1", n)
	}
	if again.ID != first.ID {
		t.Errorf("id: got %d, want the first one's, %d", again.ID, first.ID)
	}
	if want := "reading done"; r.stages() != want {
		t.Errorf("stages: got %q, want %q", r.stages(), want)
	}
	if want := "done One. Two. Three. Four."; r.others() != want {
		t.Errorf("events: got %q, want %q", r.others(), want)
	}
	job := r.last(t)
	if !job.Cached || job.Transcript != first.ID || job.Fraction != 1 {
		t.Errorf("job: got %+v, want it cached, with transcript %d", job, first.ID)
	}
	compareSegments(t, "returned", again.Segments, 4)
	compareEntries(t, "stored", g.only().Entry, first.Entry)
}

func TestCachedAfter(t *testing.T) {
	tests := []struct {
		name   string
		change func(g *rig, req *app.Request)
		want   bool
	}{
		{"nothing", func(*rig, *app.Request) {}, true},
		{"another device", func(_ *rig, req *app.Request) { req.Options.Device = "gpu" }, true},
		{"more threads", func(_ *rig, req *app.Request) { req.Options.Threads = 4 }, true},
		{"language auto instead of none", func(_ *rig, req *app.Request) { req.Options.Language = "auto" }, true},
		{"model named instead of chosen", func(_ *rig, req *app.Request) { req.Options.Model = "base" }, true},
		{"first track instead of none", func(_ *rig, req *app.Request) { req.Options.Stream = 1 }, true},
		{"a copy under another name", func(g *rig, req *app.Request) {
			req.Path = write(t, filepath.Join(t.TempDir(), "copy.wav"), "sound")
		}, true},
		{"another language", func(_ *rig, req *app.Request) { req.Options.Language = "de" }, false},
		{"another track", func(_ *rig, req *app.Request) { req.Options.Stream = 2 }, false},
		{"another model", func(g *rig, req *app.Request) {
			write(t, filepath.Join(g.deps.Models.Dirs[0], "ggml-tiny.bin"), "good tiny")
			req.Options.Model = "tiny"
		}, false},
		{"another file of the same model", func(g *rig, _ *app.Request) {
			write(t, filepath.Join(g.deps.Models.Dirs[0], "ggml-base.bin"), "good base, newer")
		}, false},
		{"a voice activity model", func(g *rig, _ *app.Request) {
			write(t, filepath.Join(g.deps.Models.Dirs[0], app.VADFile), "vad")
		}, false},
		{"another content", func(g *rig, _ *app.Request) { write(t, g.file, "other") }, false},
		{"NoCache", func(_ *rig, req *app.Request) { req.NoCache = true }, false},
		{"trash", func(g *rig, _ *app.Request) {
			if err := g.Trash(t.Context(), g.only().ID); err != nil {
				t.Fatalf("Trash: %v", err)
			}
		}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			g := newLibraryRig(t)
			first, _ := g.mustTranscribe(app.Request{})
			req := app.Request{Path: g.file}
			test.change(g, &req)
			second, r := g.mustTranscribe(req)
			if got := r.last(t).Cached; got != test.want {
				t.Errorf("cached: got %v, want %v", got, test.want)
			}
			if same := second.ID == first.ID; same != test.want {
				t.Errorf("transcripts: got %d, then %d", first.ID, second.ID)
			}
			if got := g.recognizer.called() == 1; got != test.want {
				t.Errorf("recognizer: got %d calls", g.recognizer.called())
			}
		})
	}
}

func TestCacheKey(t *testing.T) {
	model := app.ModelInfo{Fingerprint: "abc"}
	tests := []struct {
		vad  bool
		opt  app.Options
		want string
	}{
		{false, app.Options{}, "1 model=abc language=auto stream=1 vad=false"},
		{true, app.Options{Language: "auto", Stream: 1}, "1 model=abc language=auto stream=1 vad=true"},
		{false, app.Options{Language: "DE", Stream: 3, Device: "gpu", Threads: 9}, "1 model=abc language=de stream=3 vad=false"},
	}
	for _, test := range tests {
		if got := app.CacheKey(model, test.vad, test.opt); got != test.want {
			t.Errorf("CacheKey(%v, %+v): got %q, want %q", test.vad, test.opt, got, test.want)
		}
	}
}
