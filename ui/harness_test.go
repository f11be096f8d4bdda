package ui

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2/test"

	"earshot/app"
)

// harness is a window over an App whose ears, reader and library are fakes.
type harness struct {
	*Window
	t        *testing.T
	queue    chan func()
	library  *fakeLibrary
	ears     *fakeEars
	dialogs  *fakeDialogs
	fetcher  *fakeFetcher
	recorder *fakeRecorder
	tuner    *fakeTuner
	dir      string
	now      time.Time
}

// newHarness opens a window. With models, one is installed.
func newHarness(t *testing.T, models bool, prepare ...func(*harness)) *harness {
	t.Helper()
	h := &harness{
		t: t, queue: make(chan func(), 4096), library: &fakeLibrary{}, dialogs: &fakeDialogs{},
		recorder: newFakeRecorder(),
		fetcher:  &fakeFetcher{steps: make(chan app.FetchProgress), end: make(chan error)},
		tuner:    &fakeTuner{measured: make(chan float64)},
		ears:     &fakeEars{steps: make(chan app.Progress), end: make(chan error)}, dir: t.TempDir(),
		now: time.Date(2026, 11, 22, 15, 4, 5, 0, time.Local),
	}
	if models {
		h.file("ggml-tiny.bin", "model")
		h.file(app.VADFile, "ears")
	}
	for _, p := range prepare {
		p(h)
	}
	a, err := app.New(t.Context(), app.Deps{
		Recorder: h.recorder, Streamer: h.recorder, Recordings: filepath.Join(h.dir, "takes"),
		Media: fakeMedia{}, Recognizer: h.ears, Library: h.library, Fetcher: h.fetcher, Tuner: h.tuner,
		SettingsPath: filepath.Join(h.dir, "settings.json"),
		Models:       app.Models{Dirs: []string{h.dir}, Inspect: fakeInspect},
		Now:          func() time.Time { return h.now },
	})
	if err != nil {
		t.Fatal(err)
	}
	h.Window = New(t.Context(), test.NewTempApp(t), a, Options{
		Dialogs: h.dialogs, Now: func() time.Time { return h.now },
		Dispatch: func(f func()) { h.queue <- f },
	})
	h.win.Show()
	t.Cleanup(func() {
		a.Close()
		h.Close()
	})
	h.quiet()
	return h
}

// file writes a file into the harness's folder.
func (h *harness) file(name, content string) string {
	h.t.Helper()
	path := filepath.Join(h.dir, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		h.t.Fatal(err)
	}
	return path
}

// until runs what the pump dispatches until a condition holds.
func (h *harness) until(what string, holds func() bool) {
	h.t.Helper()
	deadline := time.After(20 * time.Second)
	for !holds() {
		select {
		case f := <-h.queue:
			f()
		case <-deadline:
			h.t.Fatalf("waited in vain: %s", what)
		}
	}
}

// quiet runs what is dispatched until nothing has come for a moment.
func (h *harness) quiet() {
	for {
		select {
		case f := <-h.queue:
			f()
		case <-time.After(150 * time.Millisecond):
			return
		}
	}
}

// hear makes the running job report segments that end at a second.
func (h *harness) hear(position float64, segments ...app.Segment) {
	h.t.Helper()
	h.step(app.Progress{Segments: segments, Position: position, Reached: position, Language: "en", Device: "Test · CPU"})
}

func (h *harness) step(p app.Progress) {
	h.t.Helper()
	for {
		select {
		case h.ears.steps <- p:
			return
		case f := <-h.queue:
			f()
		case <-time.After(20 * time.Second):
			h.t.Fatal("no job is listening")
		}
	}
}

// finish ends the running job, once it is shown.
func (h *harness) finish(err error) {
	h.t.Helper()
	h.until("the job is shown", func() bool { return len(h.strip.jobs) > 0 })
	for {
		select {
		case h.ears.end <- err:
			return
		case f := <-h.queue:
			f()
		case <-time.After(20 * time.Second):
			h.t.Fatal("no job is running")
		}
	}
}

// notices are the sentences at the bottom, oldest first.
func (h *harness) notices() []string {
	var all []string
	for _, n := range h.strip.notices {
		all = append(all, n.text)
	}
	return all
}

// done transcribes a file to its end.
func (h *harness) done(name string, segments ...app.Segment) int64 {
	h.t.Helper()
	h.transcribe([]string{h.file(name, name)})
	h.hear(10, segments...)
	h.finish(nil)
	h.ended(app.StateDone)
	return h.transcript.open
}

// ended waits until the open transcript has this state and all is shown.
func (h *harness) ended(state app.State) {
	h.t.Helper()
	h.until("the job has ended", func() bool {
		return h.transcript.open != 0 && !h.transcript.loading && h.transcript.entry.State == state && len(h.strip.jobs) == 0
	})
}

func seg(start, end float64, text string) app.Segment {
	s := app.Segment{Start: start, End: end, Text: text, Confidence: 0.9}
	for _, word := range strings.Fields(text) {
		s.Words = append(s.Words, app.Word{Text: word, Start: start, End: end, Confidence: 0.9})
	}
	return s
}

func fakeInspect(path string) (app.ModelInfo, error) {
	if _, err := os.Stat(path); err != nil {
		return app.ModelInfo{}, &app.ModelError{Path: path, Err: err}
	}
	return app.ModelInfo{Path: path, Name: app.ModelName(path), Size: 77691713, Family: app.FamilyWhisper, Multilingual: true, Weights: "f16", Fingerprint: "f"}, nil
}

// fakeMedia finds ten minutes of audio in every file.
type fakeMedia struct{}

func (fakeMedia) Probe(_ context.Context, path string) (app.MediaInfo, error) {
	if filepath.Ext(path) == ".txt" {
		return app.MediaInfo{}, &app.MediaError{Path: path, Err: app.ErrNotMedia}
	}
	return app.MediaInfo{Duration: 600, Streams: []app.AudioStream{{Codec: "test"}}}, nil
}

func (fakeMedia) Open(context.Context, string, app.MediaOptions) (app.Audio, error) {
	return fakeAudio{}, nil
}

type fakeAudio struct{}

func (fakeAudio) Read([]float32) (int, error) { return 0, io.EOF }
func (fakeAudio) Warnings() []string          { return nil }
func (fakeAudio) Close() error                { return nil }

// fakeEars hear what the test tells them.
type fakeEars struct {
	steps chan app.Progress
	end   chan error
}

func (e *fakeEars) Recognize(ctx context.Context, _ app.Audio, opt app.RecognizeOptions, on func(app.Progress)) (app.Recognized, error) {
	for {
		select {
		case p := <-e.steps:
			on(p)
		case err := <-e.end:
			return app.Recognized{Duration: 600, Language: "en", Device: "Test · CPU"}, err
		case <-ctx.Done():
			return app.Recognized{}, ctx.Err()
		}
	}
}

func (*fakeEars) Languages() []app.Language {
	return []app.Language{{Code: "en", Name: "English"}, {Code: "de", Name: "German"}}
}

func (*fakeEars) Devices(context.Context) ([]app.Device, error) {
	return []app.Device{{ID: "gpu:0", Backend: "Vulkan", Name: "Radeon", Type: "gpu"}, {ID: "cpu", Backend: "CPU", Name: "Test", Type: "cpu"}}, nil
}

// fakeDialogs answer what the test has put into them.
type fakeDialogs struct {
	mu     sync.Mutex
	answer string
	err    error
	asked  []string
}

func (d *fakeDialogs) say(question string) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked = append(d.asked, question)
	return d.answer, d.err
}

func (d *fakeDialogs) Open(title, _ string, _ []string) (string, error) { return d.say(title) }

func (d *fakeDialogs) Save(_, name, _ string, _ []string) (string, error) { return d.say(name) }

// fakeLibrary keeps transcripts in memory.
type fakeLibrary struct {
	mu      sync.Mutex
	all     []app.Transcript
	trashed map[int64]bool
	fail    error // returned by every change
}

func (l *fakeLibrary) find(id int64) (*app.Transcript, error) {
	for i := range l.all {
		if l.all[i].ID == id {
			return &l.all[i], nil
		}
	}
	return nil, app.ErrNotFound
}

func (l *fakeLibrary) change(id int64, f func(*app.Transcript)) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	t, err := l.find(id)
	if err = errors.Join(l.fail, err); err != nil {
		return err
	}
	f(t)
	return nil
}

func (l *fakeLibrary) Recorded(_ context.Context, id int64, s app.Source) error {
	return l.change(id, func(t *app.Transcript) { t.Source, t.Duration = s, s.Duration })
}

func (l *fakeLibrary) Edit(_ context.Context, id int64, s app.Segment) error {
	return l.change(id, func(t *app.Transcript) {
		for i := range t.Segments {
			if t.Segments[i].ID == s.ID {
				t.Segments[i], t.Segments[i].Edited = s, true
			}
		}
	})
}

func (l *fakeLibrary) Refine(_ context.Context, id int64, model string, better []app.Segment) error {
	return l.change(id, func(t *app.Transcript) { t.Model, t.Segments = model, better })
}

func (l *fakeLibrary) Create(_ context.Context, e app.Entry) (int64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e.ID = int64(len(l.all) + 1)
	l.all = append(l.all, app.Transcript{Entry: e})
	return e.ID, l.fail
}

func (l *fakeLibrary) Append(_ context.Context, id int64, p app.Progress) error {
	return l.change(id, func(t *app.Transcript) {
		for i := range p.Segments {
			p.Segments[i].ID = 100*id + int64(len(t.Segments)+i)
		}
		t.Segments = append(t.Segments, p.Segments...)
		t.Position = max(t.Position, p.Position)
		t.Language, t.Device = p.Language, p.Device
	})
}

func (l *fakeLibrary) Finish(_ context.Context, id int64, end app.Ending) error {
	return l.change(id, func(t *app.Transcript) {
		t.State, t.Duration, t.Speed, t.Warnings = end.State, end.Duration, end.Speed, end.Warnings
	})
}

func (l *fakeLibrary) Restart(ctx context.Context, id int64) (app.Transcript, error) {
	if err := l.change(id, func(t *app.Transcript) { t.State = app.StateRunning }); err != nil {
		return app.Transcript{}, err
	}
	return l.Transcript(ctx, id)
}

func (l *fakeLibrary) Cached(_ context.Context, hash, key string) (app.Entry, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, t := range slices.Backward(l.all) {
		if t.Source.Hash == hash && t.Key == key && !l.trashed[t.ID] && t.State != app.StateRunning {
			return t.Entry, nil
		}
	}
	return app.Entry{}, app.ErrNotFound
}

func (l *fakeLibrary) List(context.Context) ([]app.Entry, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var list []app.Entry
	for _, t := range slices.Backward(l.all) {
		if !l.trashed[t.ID] {
			list = append(list, t.Entry)
		}
	}
	return list, nil
}

func (l *fakeLibrary) Entry(ctx context.Context, id int64) (app.Entry, error) {
	t, err := l.Transcript(ctx, id)
	l.mu.Lock()
	defer l.mu.Unlock()
	if err == nil && l.trashed[id] {
		err = app.ErrNotFound
	}
	return t.Entry, err
}

func (l *fakeLibrary) Transcript(_ context.Context, id int64) (app.Transcript, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	t, err := l.find(id)
	if err != nil {
		return app.Transcript{}, err
	}
	whole := *t
	whole.Segments, whole.Omissions = slices.Clone(t.Segments), slices.Clone(t.Omissions)
	return whole, nil
}

func (l *fakeLibrary) Search(_ context.Context, query string, _ int) ([]app.Hit, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var hits []app.Hit
	for _, t := range slices.Backward(l.all) {
		for _, s := range t.Segments {
			if before, after, found := strings.Cut(s.Text, query); found && !l.trashed[t.ID] {
				hits = append(hits, app.Hit{Entry: t.Entry, Segment: s, Snippet: before + app.HitStart + query + app.HitEnd + after})
			}
		}
	}
	return hits, nil
}

func (l *fakeLibrary) Rename(_ context.Context, id int64, title string) error {
	return l.change(id, func(t *app.Transcript) { t.Title = title })
}

func (l *fakeLibrary) Trash(_ context.Context, id int64) error {
	return l.change(id, func(*app.Transcript) {
		if l.trashed == nil {
			l.trashed = map[int64]bool{}
		}
		l.trashed[id] = true
	})
}

func (l *fakeLibrary) Restore(_ context.Context, id int64) error {
	return l.change(id, func(*app.Transcript) { delete(l.trashed, id) })
}

func (l *fakeLibrary) Keep(_ context.Context, id, omission int64) error {
	return l.change(id, func(t *app.Transcript) {
		i := slices.IndexFunc(t.Omissions, func(o app.Omission) bool { return o.ID == omission })
		t.Segments = append(t.Segments, t.Omissions[i].Segment)
		t.Omissions = slices.Delete(t.Omissions, i, i+1)
	})
}

func (l *fakeLibrary) Replace(_ context.Context, id, omission int64, heard app.Progress) error {
	return l.change(id, func(t *app.Transcript) {
		t.Segments = append(t.Segments, heard.Segments...)
		t.Omissions = slices.DeleteFunc(t.Omissions, func(o app.Omission) bool { return o.ID == omission })
	})
}

func (l *fakeLibrary) Delete(_ context.Context, id int64) error {
	return l.change(id, func(t *app.Transcript) { t.ID = -t.ID })
}
