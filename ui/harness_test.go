package ui

import (
	"cmp"
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

	"earshot/api"
	"earshot/app"
)

// harness is a window over an App whose ears, reader and library are fakes.
type harness struct {
	*Window
	t        testing.TB
	queue    chan func()
	library  *fakeLibrary
	ears     *fakeEars
	dialogs  *fakeDialogs
	fetcher  *fakeFetcher
	recorder *fakeRecorder
	tuner    *fakeTuner
	speaker  *fakePlayer
	dir      string
	now      time.Time
}

// newHarness opens a window. With models, one is installed.
func newHarness(t testing.TB, models bool, prepare ...func(*harness)) *harness {
	t.Helper()
	h := &harness{
		t: t, queue: make(chan func(), 4096), library: &fakeLibrary{}, dialogs: &fakeDialogs{},
		recorder: newFakeRecorder(),
		fetcher:  &fakeFetcher{steps: make(chan app.FetchProgress), end: make(chan error)},
		speaker:  &fakePlayer{},
		tuner:    &fakeTuner{measured: make(chan float64)},
		ears:     &fakeEars{steps: make(chan app.Progress), end: make(chan error)}, dir: t.TempDir(),
		now: today,
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
		Media: fakeMedia{}, Recognizer: h.ears, Library: h.library, Fetcher: h.fetcher, Tuner: h.tuner, Player: h.speaker,
		SettingsPath: filepath.Join(h.dir, "settings.json"), Server: api.Beside{Options: api.Options{Spool: filepath.Join(h.dir, "spool")}},
		Models: app.Models{Dirs: []string{h.dir}, Inspect: fakeInspect},
		Now:    func() time.Time { return h.now },
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
	if !h.within(20*time.Second, holds) {
		h.t.Fatalf("waited in vain: %s", what)
	}
}

// within is until for as long as a person would wait; it tells whether it holds.
func (h *harness) within(wait time.Duration, holds func() bool) bool {
	deadline := time.After(wait)
	for !holds() {
		select {
		case f := <-h.queue:
			f()
		case <-time.After(10 * time.Millisecond): // it may be about something that is not dispatched
		case <-deadline:
			return false
		}
	}
	return true
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

// text is that of the open transcript, its segments between bars.
func (h *harness) text() string { return textOf(h.transcript.doc.Transcript().Segments) }

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

func (d *fakeDialogs) Folder(title string) (string, error) { return d.say(title) }

// today is the day of every test.
var today = time.Date(2026, 11, 22, 15, 4, 5, 0, time.Local)

// fakeLibrary keeps transcripts in memory.
type fakeLibrary struct {
	mu     sync.Mutex
	all    []app.Transcript
	lastID int64 // of segments that a person has made
	fail   error // returned by every change
}

func (l *fakeLibrary) find(id int64) (*app.Transcript, error) {
	for i := range l.all {
		if l.all[i].ID == id {
			return &l.all[i], nil
		}
	}
	return nil, app.ErrNotFound
}

func (l *fakeLibrary) inTrash(id int64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	t, err := l.find(id)
	return err == nil && !t.Trashed.IsZero()
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

func (l *fakeLibrary) Apply(_ context.Context, id int64, e *app.Edits) error {
	return l.change(id, func(t *app.Transcript) {
		t.Segments = slices.DeleteFunc(t.Segments, func(s app.Segment) bool { return slices.Contains(e.Remove, s.ID) })
		for i, s := range e.Put {
			if s.ID == 0 {
				l.lastID++
				s.ID = 100000 + l.lastID
				e.Put[i].ID = s.ID
			}
			t.Segments = slices.DeleteFunc(t.Segments, func(o app.Segment) bool { return o.ID == s.ID })
			t.Segments = append(t.Segments, s)
		}
		slices.SortStableFunc(t.Segments, func(a, b app.Segment) int { return cmp.Compare(a.Start, b.Start) })
		for _, p := range e.Speakers {
			t.Speakers = slices.DeleteFunc(t.Speakers, func(o app.Speaker) bool { return o.Label == p.Label })
			t.Speakers = append(t.Speakers, p)
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
		if t.Source.Hash == hash && t.Key == key && t.Trashed.IsZero() && t.State != app.StateRunning {
			return t.Entry, nil
		}
	}
	return app.Entry{}, app.ErrNotFound
}

func (l *fakeLibrary) List(_ context.Context, f app.Filter, p app.Page) (app.Listing, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var list []app.Entry
	for _, t := range slices.Backward(l.all) {
		if t.Trashed.IsZero() != f.Trashed && (!f.Favourite || t.Favourite) && (f.Path == "" || f.Path == t.Source.Path) &&
			(len(f.Languages) == 0 || slices.Contains(f.Languages, t.Language)) && t.ID > 0 {
			list = append(list, t.Entry)
		}
	}
	total := len(list)
	if list = list[min(p.Offset, total):]; p.Limit > 0 {
		list = list[:min(p.Limit, len(list))]
	}
	return app.Listing{Entries: list, Total: total}, nil
}

// Facets knows tags only.
func (l *fakeLibrary) Facets(context.Context) (app.Facets, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	counts := map[string]int{}
	var f app.Facets
	for _, t := range l.all {
		for _, tag := range t.Tags {
			counts[tag]++
		}
		if !t.Trashed.IsZero() {
			f.Trashed++
		}
	}
	for tag, n := range counts {
		f.Tags = append(f.Tags, app.Facet{Value: tag, Count: n})
	}
	slices.SortFunc(f.Tags, func(a, b app.Facet) int { return cmp.Or(b.Count-a.Count, strings.Compare(a.Value, b.Value)) })
	return f, nil
}

func (l *fakeLibrary) Entry(ctx context.Context, id int64) (app.Entry, error) {
	t, err := l.Transcript(ctx, id)
	l.mu.Lock()
	defer l.mu.Unlock()
	if err == nil && !t.Trashed.IsZero() {
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

// Find finds what the words of the query are, one after the other.
func (l *fakeLibrary) Find(_ context.Context, q app.Query, _ app.FindOptions) (app.Found, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var words []string
	for _, terms := range q.Any {
		for _, t := range terms.All {
			words = append(words, t.Text)
		}
	}
	query := strings.Join(words, " ")
	var found app.Found
	for _, t := range slices.Backward(l.all) {
		g := app.Group{Entry: t.Entry}
		for _, s := range t.Segments {
			if before, after, ok := strings.Cut(s.Text, query); ok && t.Trashed.IsZero() {
				g.Hits = append(g.Hits, app.Hit{Entry: t.Entry, Segment: s, Snippet: before + app.HitStart + query + app.HitEnd + after})
			}
		}
		if len(g.Hits) > 0 {
			found.Groups = append(found.Groups, g)
		}
	}
	return found, nil
}

func (l *fakeLibrary) Rename(_ context.Context, id int64, title string) error {
	return l.change(id, func(t *app.Transcript) { t.Title = title })
}

func (l *fakeLibrary) Trash(_ context.Context, ids ...int64) error {
	return l.changeAll(ids, func(t *app.Transcript) { t.Trashed = today })
}

func (l *fakeLibrary) Restore(_ context.Context, ids ...int64) error {
	return l.changeAll(ids, func(t *app.Transcript) { t.Trashed = time.Time{} })
}

func (l *fakeLibrary) Tag(_ context.Context, tag string, ids ...int64) error {
	return l.changeAll(ids, func(t *app.Transcript) { t.Tags = append(slices.Clone(t.Tags), tag) })
}

func (l *fakeLibrary) Untag(_ context.Context, tag string, ids ...int64) error {
	return l.changeAll(ids, func(t *app.Transcript) {
		t.Tags = slices.DeleteFunc(slices.Clone(t.Tags), func(has string) bool { return has == tag })
	})
}

func (l *fakeLibrary) SetFavourite(_ context.Context, on bool, ids ...int64) error {
	return l.changeAll(ids, func(t *app.Transcript) { t.Favourite = on })
}

func (l *fakeLibrary) Sounds(context.Context, string) ([]app.Sound, error) { return nil, nil }

func (l *fakeLibrary) HasSound(context.Context, string) (bool, error) { return true, nil }

func (l *fakeLibrary) SoundRemoved(context.Context, string) error { return nil }

func (l *fakeLibrary) Archive(context.Context, func(app.Archived) error) error { return nil }

func (l *fakeLibrary) Unarchive(context.Context, []app.Archived) ([]int64, error) { return nil, nil }

func (l *fakeLibrary) changeAll(ids []int64, alter func(*app.Transcript)) error {
	for _, id := range ids {
		if err := l.change(id, alter); err != nil {
			return err
		}
	}
	return nil
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

func (*fakeLibrary) Purge(context.Context) ([]string, error) { return nil, nil }

func (*fakeLibrary) Unrecorded(context.Context) ([]app.Entry, error) { return nil, nil }

func (l *fakeLibrary) Delete(_ context.Context, ids ...int64) error {
	return l.changeAll(ids, func(t *app.Transcript) { t.ID = -t.ID })
}
