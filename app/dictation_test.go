package app_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"earshot/app"
	"earshot/store"
)

// recorder is an app.Recorder whose takes hold no sound, only what the test
// says.
type recorder struct {
	inputs    []app.Input
	err       error // of Record
	stopErr   error // of Take.Stop
	sound     string
	recovered float64

	mu     sync.Mutex
	source string
	take   *take
}

func (r *recorder) Inputs(context.Context) ([]app.Input, error) { return r.inputs, nil }

func (r *recorder) Record(_ context.Context, source, path string) (app.Take, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.source = source
	if r.err != nil {
		return nil, &app.RecordError{Source: source, Err: r.err}
	}
	if err := os.WriteFile(path, []byte(r.sound), 0o600); err != nil {
		return nil, err
	}
	r.take = &take{recorder: r, done: make(chan struct{}), status: app.TakeStatus{Duration: 3}}
	return r.take, nil
}

func (r *recorder) Recover(_ context.Context, path string) (float64, error) {
	_, err := os.Stat(path)
	return r.recovered, err
}

func (r *recorder) taken() *take {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.take
}

type take struct {
	recorder *recorder
	done     chan struct{}
	once     sync.Once

	mu     sync.Mutex
	status app.TakeStatus
}

func (t *take) Tracks() []app.Input { return t.recorder.inputs }

func (t *take) Follow(_ context.Context, track int) (app.Audio, error) {
	return &following{t, track}, nil
}

func (t *take) Status() app.TakeStatus {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.status
}

func (t *take) change(f func(*app.TakeStatus)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f(&t.status)
}

func (t *take) Pause()                { t.change(func(s *app.TakeStatus) { s.Paused = true }) }
func (t *take) Resume()               { t.change(func(s *app.TakeStatus) { s.Paused = false }) }
func (t *take) Done() <-chan struct{} { return t.done }

func (t *take) Stop() error {
	t.once.Do(func() { close(t.done) })
	return t.recorder.stopErr
}

// following is a take's sound: it ends with the take.
type following struct {
	take  *take
	track int
}

func (f *following) Read([]float32) (int, error) { <-f.take.done; return 0, io.EOF }
func (*following) Warnings() []string            { return nil }
func (*following) Close() error                  { return nil }

// streamer is an app.Streamer that says one sentence when it begins and one at
// the end, on each track; that is closed earlier if it is asked for.
type streamer struct {
	err     error // instead
	started chan int
}

func (s *streamer) Stream(ctx context.Context, audio app.Audio, opt app.RecognizeOptions, on func(app.Heard)) (app.Recognized, error) {
	track := audio.(*following).track
	on(app.Heard{Loading: true})
	if s.err != nil {
		s.started <- track
		return app.Recognized{}, s.err
	}
	first, last := sentence(0), sentence(1)
	first.Start += float64(track) // so that it is known whose it is
	on(app.Heard{Language: "en", Device: "Test", Segments: []app.Segment{first}, Position: 10, Read: 12})
	on(app.Heard{Confirmed: last.Words, Tentative: []app.Word{{Text: "perhaps"}}, Position: 10, Read: 14})
	s.started <- track
	ended := make(chan struct{})
	go func() { audio.Read(nil); close(ended) }()
	select {
	case <-opt.Close:
	case <-ended:
	case <-ctx.Done():
	}
	if err := ctx.Err(); err != nil {
		return app.Recognized{}, err
	}
	on(app.Heard{Segments: []app.Segment{last}, Position: 20, Read: 20})
	select {
	case <-ended:
	case <-ctx.Done():
	}
	return app.Recognized{Duration: 20, Language: "en", Device: "Test", Load: 1.5}, ctx.Err()
}

var (
	microphone = app.Input{ID: "mic0", Name: "Yeti"}
	computer   = app.Input{ID: "out0", Name: "Speakers", System: true}
)

// newRecordingRig makes an App with a library that can record.
func newRecordingRig(t *testing.T, inputs ...app.Input) (*rig, *recorder, *streamer) {
	t.Helper()
	library := openStore(t)
	rec, str := &recorder{inputs: inputs, sound: "sound"}, &streamer{started: make(chan int, 4)}
	g := newRig(t, func(d *app.Deps) {
		d.Library, d.Recorder, d.Streamer, d.Recordings = library, rec, str, filepath.Join(t.TempDir(), "takes")
	})
	g.library = library
	return g, rec, str
}

// events collects what on is called with.
type events struct {
	mu  sync.Mutex
	all []app.Event
}

func (e *events) on(ev app.Event) {
	if !e.mu.TryLock() {
		panic("on is called twice at the same time")
	}
	defer e.mu.Unlock()
	e.all = append(e.all, ev)
}

// states are the recording's states, in order.
func (e *events) states() (all []app.Recording) {
	for _, ev := range e.all {
		if ev, ok := ev.(app.RecordingChanged); ok {
			all = append(all, ev.Recording)
		}
	}
	return all
}

func TestRecord(t *testing.T) {
	g, rec, str := newRecordingRig(t, microphone)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go func() { <-str.started; stop() }()
	var seen events
	got, err := g.Record(ctx, app.RecordRequest{}, seen.on)
	if err != nil {
		t.Fatal(err)
	}
	if rec.source != app.SourceMicrophone {
		t.Errorf("source: got %q, want the microphone", rec.source)
	}
	stored, err := g.Transcript(t.Context(), got.ID)
	if err != nil {
		t.Fatal(err)
	}
	if stored.Text() != "One.\nTwo." || stored.State != app.StateDone || stored.Duration != 3 || stored.Load != 1.5 || stored.Device != "Test" {
		t.Errorf("library: got %+v", stored)
	}
	if stored.Source.Hash == "" || stored.Source.Size != 5 || !strings.HasPrefix(stored.Title, "Recording, 4 March 05:06") {
		t.Errorf("library: got %q of %+v", stored.Title, stored.Source)
	}
	if data, err := os.ReadFile(stored.Source.Path); err != nil || string(data) != "sound" {
		t.Errorf("sound: got %q, %v", data, err)
	}
}

// Sound that Earshot has recorded goes with its last transcript; other people's
// files are left alone.
func TestDeleteRecording(t *testing.T) {
	g, rec, _ := newRecordingRig(t, microphone)
	rec.sound = "my voice"
	first, err := g.Record(t.Context(), app.RecordRequest{Seconds: 3}, func(app.Event) {})
	if err != nil {
		t.Fatal(err)
	}
	path := first.Source.Path
	again, err := g.Transcribe(t.Context(), app.Request{Path: path, NoCache: true}, func(app.Event) {})
	if err != nil {
		t.Fatal(err)
	}
	other, err := g.Transcribe(t.Context(), app.Request{Path: g.file}, func(app.Event) {})
	if err != nil {
		t.Fatal(err)
	}
	third, err := g.Transcribe(t.Context(), app.Request{Path: path, NoCache: true}, func(app.Event) {})
	if err != nil {
		t.Fatal(err)
	}
	// What is in the trash can come back, and needs its sound.
	if err := g.Trash(t.Context(), third.ID); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		id    int64
		path  string
		there bool
	}{{first.ID, path, true}, {again.ID, path, true}, {third.ID, path, false}, {other.ID, g.file, true}} {
		if err := g.Delete(t.Context(), step.id); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(step.path); (err == nil) != step.there {
			t.Errorf("after transcript %d: got %v for %s, want it there: %v", step.id, err, step.path, step.there)
		}
	}
}

// After 30 days in the trash sound goes too, if Earshot has recorded it.
func TestEmptyTrash(t *testing.T) {
	g, rec, _ := newRecordingRig(t, microphone)
	rec.sound = "my voice"
	g.deps.Library = openStoreWith(t, store.Options{Now: g.clock.Now})
	g.start()
	mine, err := g.Record(t.Context(), app.RecordRequest{Seconds: 3}, func(app.Event) {})
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := g.Transcribe(t.Context(), app.Request{Path: g.file}, func(app.Event) {})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []int64{mine.ID, theirs.ID} {
		if err := g.Trash(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	for _, step := range []struct {
		days  int
		there bool
	}{{29, true}, {2, false}} {
		g.clock.advance(time.Duration(step.days) * 24 * time.Hour)
		if err := g.EmptyTrash(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(mine.Source.Path); (err == nil) != step.there {
			t.Errorf("%d days later: got %v for the recording, want it there: %v", step.days, err, step.there)
		}
		if _, err := os.Stat(g.file); err != nil {
			t.Errorf("%d days later: got %v for a file of other people's", step.days, err)
		}
	}
}

// Text from elsewhere goes to the end of a segment, whose times stay.
func TestInsert(t *testing.T) {
	g, _, _ := newRecordingRig(t, microphone)
	made, err := g.Record(t.Context(), app.RecordRequest{Seconds: 3}, func(app.Event) {})
	if err != nil {
		t.Fatal(err)
	}
	id, before := made.ID, made.Segments[0]
	news := g.Subscribe()
	defer news.Close()
	for _, text := range []string{"It is dry.", "It is not."} {
		if err := g.Insert(t.Context(), id, before.ID, app.Insertion{Text: text}); err != nil {
			t.Fatal(err)
		}
	}
	stored, err := g.Transcript(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	after := stored.Segments[0]
	if after.Text != "One. It is dry. It is not." || !after.Edited || after.Start != before.Start || after.End != before.End {
		t.Errorf("got %+v from %+v", after, before)
	}
	if words := after.Words; len(words) != 7 || words[0] != before.Words[0] || words[6].End > after.End {
		t.Errorf("got the words %+v", words)
	}
	want := app.SegmentsChanged{Transcript: id, Segments: []app.Segment{after}}
	if got := news.Next(t.Context()); len(got) != 2 || !reflect.DeepEqual(got[1], want) {
		t.Errorf("got the events %+v, want %+v last", got, want)
	}
}

// Where the segment is gone, text goes to the end.
func TestInsertAtTheEnd(t *testing.T) {
	g := newLibraryRig(t)
	id := g.stored("A: One.", "A: Two.")
	if err := g.Insert(t.Context(), id, -1, app.Insertion{Text: "At the end."}); err != nil {
		t.Error(err)
	}
	if got := g.only().Text(); !strings.HasSuffix(got, "Two. At the end.") {
		t.Errorf("got %q", got)
	}
	if err := g.Insert(t.Context(), id+1, -1, app.Insertion{Text: "Nowhere."}); !errors.Is(err, app.ErrNotFound) {
		t.Errorf("without a transcript: got %v", err)
	}
}

func TestRecordReports(t *testing.T) {
	g, _, str := newRecordingRig(t, microphone)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go func() { <-str.started; stop() }()
	var seen events
	if _, err := g.Record(ctx, app.RecordRequest{}, seen.on); err != nil {
		t.Fatal(err)
	}
	states := seen.states()
	if first, last := states[0], states[len(states)-1]; first.Stage != app.RecordingOpening || last.Stage != app.RecordingDone {
		t.Errorf("stages: from %s to %s, want opening to done", first.Stage, last.Stage)
	}
	open := slices.IndexFunc(states, func(r app.Recording) bool { return len(r.Open) == 1 && len(r.Open[0].Tentative) == 1 })
	if open < 0 {
		t.Fatal("the open utterance was not reported")
	}
	if confirmed, tentative := states[open].Open[0].Text(); confirmed != "Two." || tentative != "perhaps" || states[open].Open[0].Speaker != "" {
		t.Errorf("open utterance: got %+v", states[open].Open[0])
	}
}

// With two tracks it is known who speaks.
func TestRecordTwoTracks(t *testing.T) {
	g, _, str := newRecordingRig(t, microphone, computer)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go func() { <-str.started; <-str.started; stop() }()
	var seen events
	got, err := g.Record(ctx, app.RecordRequest{Source: app.SourceBoth}, seen.on)
	if err != nil {
		t.Fatal(err)
	}
	stored, err := g.Transcript(t.Context(), got.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range stored.Segments {
		want := map[bool]string{true: "Me", false: "Others"}
		if s.Text == "One." && s.Speaker != want[s.Start == 0] {
			t.Errorf("segment at %g: got %q, want %q", s.Start, s.Speaker, want[s.Start == 0])
		}
	}
	if len(stored.Segments) != 4 {
		t.Errorf("got %d segments, want 4", len(stored.Segments))
	}
}

// The sound is kept whatever becomes of the text.
func TestRecordWithoutText(t *testing.T) {
	tests := []struct {
		name     string
		sabotage func(g *rig, s *streamer)
		want     error
	}{
		{"no model", func(g *rig, s *streamer) { os.RemoveAll(g.deps.Models.Dirs[0]); s.started <- 0 }, app.ErrNoModel},
		{"the engine fails", func(_ *rig, s *streamer) { s.err = errEngine }, errEngine},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			g, _, str := newRecordingRig(t, microphone)
			test.sabotage(g, str)
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			go func() { <-str.started; stop() }()
			var seen events
			got, err := g.Record(ctx, app.RecordRequest{}, seen.on)
			if !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
			stored, err := g.Transcript(t.Context(), got.ID)
			if err != nil || stored.State != app.StateFailed || !stored.State.Resumable() || stored.Source.Hash == "" {
				t.Errorf("library: got %+v, %v, want a recording that can be resumed", stored.Entry, err)
			}
		})
	}
}

// forgetful is a library that fails to store text once.
type forgetful struct {
	app.Library
	failed atomic.Bool
}

func (f *forgetful) Append(ctx context.Context, id int64, p app.Progress) error {
	if f.failed.CompareAndSwap(false, true) {
		return &app.LibraryError{Path: "/data", Err: app.ErrDiskFull}
	}
	return f.Library.Append(ctx, id, p)
}

// Text that could not be stored is not passed over: it can be had again.
func TestRecordWithoutRoomForText(t *testing.T) {
	g, _, str := newRecordingRig(t, microphone)
	g.deps.Library = &forgetful{Library: g.library}
	g.start()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go func() { <-str.started; stop() }()
	var seen events
	got, err := g.Record(ctx, app.RecordRequest{}, seen.on)
	if !errors.Is(err, app.ErrDiskFull) {
		t.Errorf("got %v, want a full disk", err)
	}
	stored, err := g.Transcript(t.Context(), got.ID)
	if err != nil || stored.State != app.StateFailed || stored.Position != 0 || len(stored.Segments) > 0 || stored.Source.Hash == "" {
		t.Errorf("library: got %+v, %v, want the sound alone", stored, err)
	}
}

func TestRecordFails(t *testing.T) {
	g, rec, _ := newRecordingRig(t, microphone)
	rec.err = app.ErrNoInput
	var seen events
	_, err := g.Record(t.Context(), app.RecordRequest{Source: "yeti"}, seen.on)
	if !errors.Is(err, app.ErrNoInput) || rec.source != "yeti" {
		t.Errorf("got %v from %q", err, rec.source)
	}
	if all, err := g.List(t.Context()); err != nil || len(all) > 0 {
		t.Errorf("library: got %v, %v, want nothing", all, err)
	}
	if states := seen.states(); states[len(states)-1].Stage != app.RecordingFailed {
		t.Errorf("got %s, want failed", states[len(states)-1].Stage)
	}
}

// A full disk ends the recording; what is there stays.
func TestRecordOnAFullDisk(t *testing.T) {
	g, rec, str := newRecordingRig(t, microphone)
	rec.stopErr = &app.RecordError{Source: "mic", Err: app.ErrDiskFull}
	go func() { <-str.started; rec.taken().Stop() }()
	var seen events
	got, err := g.Record(t.Context(), app.RecordRequest{}, seen.on)
	if !errors.Is(err, app.ErrDiskFull) {
		t.Errorf("got %v, want a full disk", err)
	}
	if stored, err := g.Transcript(t.Context(), got.ID); err != nil || len(stored.Segments) != 2 || stored.State != app.StateDone {
		t.Errorf("library: got %+v, %v, want both sentences", stored, err)
	}
}

func TestRecordWithoutStoring(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	g, _, str := newRecordingRig(t, microphone)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go func() { <-str.started; stop() }()
	var seen events
	got, err := g.Record(ctx, app.RecordRequest{NoStore: true}, seen.on)
	if err != nil || got.Text() != "One.\nTwo." {
		t.Errorf("got %q, %v", got.Text(), err)
	}
	if all, _ := g.List(t.Context()); len(all) > 0 {
		t.Errorf("library: got %v, want nothing", all)
	}
	for _, dir := range []string{os.Getenv("TMPDIR"), g.deps.Recordings} {
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Errorf("%s: got %v, want nothing", dir, left)
		}
	}
}

func TestRecordForSeconds(t *testing.T) {
	g, _, str := newRecordingRig(t, microphone)
	var seen events
	if _, err := g.Record(t.Context(), app.RecordRequest{Seconds: 3}, seen.on); err != nil {
		t.Fatal(err)
	}
	await(t, str.started, "the stream")
}

// recording waits for a state of the recording that everybody may watch.
func (w *watch) recording(what string, holds func(app.Recording) bool) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Minute)
	defer cancel()
	for {
		events := w.sub.Next(ctx)
		if events == nil {
			w.t.Fatalf("the recording was never %s", what)
		}
		for _, e := range events {
			if e, ok := e.(app.RecordingChanged); ok && holds(e.Recording) {
				return
			}
		}
	}
}

// teller is an app.Streamer that hears a sentence at a time, and does something
// before it hears the next one.
type teller struct {
	said    []string
	between func(next int) // not called if nil
}

func (s *teller) Stream(_ context.Context, _ app.Audio, _ app.RecognizeOptions, on func(app.Heard)) (app.Recognized, error) {
	for i, text := range s.said {
		if s.between != nil {
			s.between(i)
		}
		seg := app.Segment{Start: float64(10 * i), End: float64(10*i + 10), Text: text}
		for j, word := range strings.Fields(text) {
			seg.Words = append(seg.Words, app.Word{Text: word, Start: seg.Start + float64(j), End: seg.Start + float64(j+1)})
		}
		on(app.Heard{Language: "en", Segments: []app.Segment{seg}, Position: seg.End, Read: seg.End})
	}
	return app.Recognized{Duration: 100, Language: "en"}, nil
}

// What is stored is taken back, unless somebody has edited it.
func TestRecordSpoken(t *testing.T) {
	for _, test := range []struct {
		edit    string // of the first segment, before it is taken back
		want    string
		changed []string
	}{
		{"", "We meet on Monday.", []string{"Meet on Tuesday.\n\n", ""}},
		{"Mine.", "Mine.\nWe meet on Monday.", []string{"Meet on Tuesday.\n\n"}},
	} {
		g, _, _ := newRecordingRig(t, microphone)
		g.deps.Streamer = &teller{
			said: []string{"Meet on Tuesday.", "New paragraph.", "scratch that we meet on Monday full stop"},
			between: func(next int) {
				if next < 2 || test.edit == "" {
					return
				}
				if now := g.only(); g.Edit(t.Context(), now.ID, now.Segments[0], test.edit) != nil {
					t.Error("it cannot be edited")
				}
			},
		}
		g.start()
		var seen events
		if _, err := g.Record(t.Context(), app.RecordRequest{Seconds: 3, Options: app.Options{Spoken: true}}, seen.on); err != nil {
			t.Fatal(err)
		}
		stored := g.only()
		if stored.Text() != test.want || len(stored.Segments) != 2 || !stored.Segments[0].Edited {
			t.Errorf("library: got %+v, want %q", stored.Segments, test.want)
		}
		if got := seen.changed(stored.ID); !slices.Equal(got, test.changed) {
			t.Errorf("events: got %q, want %q", got, test.changed)
		}
	}
}

// changed are the texts that segments of a transcript became.
func (e *events) changed(transcript int64) (texts []string) {
	for _, ev := range e.all {
		if ev, ok := ev.(app.SegmentsChanged); ok && ev.Transcript == transcript {
			for _, s := range ev.Segments {
				texts = append(texts, s.Text)
			}
		}
	}
	return texts
}

func TestStartRecording(t *testing.T) {
	g, rec, str := newRecordingRig(t, microphone)
	g.PauseRecording(true) // nothing runs
	g.StopRecording()
	w := g.watch()
	if err := g.StartRecording(app.RecordRequest{}); err != nil {
		t.Fatal(err)
	}
	if err := g.StartRecording(app.RecordRequest{}); !errors.Is(err, app.ErrRecording) {
		t.Errorf("a second one: got %v, want %v", err, app.ErrRecording)
	}
	await(t, str.started, "the stream")
	w.recording("recording", func(r app.Recording) bool { return r.Stage == app.RecordingRunning })
	g.PauseRecording(true)
	w.recording("paused", func(r app.Recording) bool { return r.Stage == app.RecordingPaused })
	g.PauseRecording(false)
	w.recording("recording again", func(r app.Recording) bool { return r.Stage == app.RecordingRunning })
	rec.taken().change(func(s *app.TakeStatus) { s.Gaps = []app.Gap{{Start: 1, End: 62}} })
	g.StopRecording()
	w.recording("done", app.Recording.Ended)
	all, err := g.List(t.Context())
	if err != nil || len(all) != 1 || all[0].State != app.StateDone || !slices.Contains(all[0].Warnings, "No sound came from 0:01 to 1:02.") {
		t.Errorf("library: got %+v, %v", all, err)
	}
}

// What is being said becomes segments that can be edited as soon as a person
// wants that, on all tracks.
func TestCloseUtterance(t *testing.T) {
	g, _, str := newRecordingRig(t, microphone, computer)
	g.CloseUtterance() // nothing runs
	w := g.watch()
	if err := g.StartRecording(app.RecordRequest{Source: app.SourceBoth}); err != nil {
		t.Fatal(err)
	}
	await(t, str.started, "the first stream")
	await(t, str.started, "the second stream")
	w.recording("both are heard", func(r app.Recording) bool {
		return len(r.Open) == 2 && len(r.Open[0].Confirmed)*len(r.Open[1].Confirmed) > 0
	})
	for range 3 { // nobody waits for who does not listen
		g.CloseUtterance()
	}
	w.recording("both are closed", func(r app.Recording) bool { return len(r.Open[0].Confirmed)+len(r.Open[1].Confirmed) == 0 })
	all, err := g.List(t.Context())
	if err != nil || len(all) != 1 || all[0].State != app.StateRunning {
		t.Fatalf("library: got %+v, %v, want a recording that runs", all, err)
	}
	stored, err := g.Transcript(t.Context(), all[0].ID)
	if err != nil || len(stored.Segments) != 4 {
		t.Errorf("library: got %d segments, %v, want what both have said", len(stored.Segments), err)
	}
	g.StopRecording()
	w.recording("done", app.Recording.Ended)
}

// Closing does not wait for the last words: they can be had later.
func TestCloseWhileRecording(t *testing.T) {
	g, _, str := newRecordingRig(t, microphone)
	if err := g.StartRecording(app.RecordRequest{}); err != nil {
		t.Fatal(err)
	}
	await(t, str.started, "the stream")
	g.Close()
	all, err := g.List(t.Context())
	if err != nil || len(all) != 1 || all[0].State != app.StateInterrupted || all[0].Position != 10 || all[0].Source.Hash == "" {
		t.Fatalf("library: got %+v, %v, want an interrupted recording", all, err)
	}
	g.start()
	w := g.watch()
	if err := g.Resume(t.Context(), all[0].ID); err != nil {
		t.Fatal(err)
	}
	w.ended(1)
	if got, err := g.Transcript(t.Context(), all[0].ID); err != nil || got.State != app.StateDone || len(got.Warnings) > 0 {
		t.Errorf("resumed: got %+v, %v", got.Entry, err)
	}
}

// What is left of a recording of two tracks is transcribed track by track.
func TestResumeTwoTracks(t *testing.T) {
	g, _, str := newRecordingRig(t, microphone, computer)
	if err := g.StartRecording(app.RecordRequest{Source: app.SourceBoth}); err != nil {
		t.Fatal(err)
	}
	await(t, str.started, "the first track")
	await(t, str.started, "the second track")
	g.Close()
	all, err := g.List(t.Context())
	if err != nil || len(all) != 1 {
		t.Fatalf("library: got %+v, %v", all, err)
	}
	g.media.info = app.MediaInfo{Duration: length, Streams: []app.AudioStream{{Channels: 2}}}
	g.start()
	w := g.watch()
	if err := g.Resume(t.Context(), all[0].ID); err != nil {
		t.Fatal(err)
	}
	w.ended(1)
	got, err := g.Transcript(t.Context(), all[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]int{}
	for _, s := range got.Segments {
		if s.Start >= 10 {
			said[s.Speaker]++
		}
	}
	if said["Me"] != 3 || said["Others"] != 3 || len(said) != 2 {
		t.Errorf("after 10 s: got segments %v, want three of each", said)
	}
	var heard []app.MediaOptions
	for _, opt := range g.media.opened {
		heard = append(heard, app.MediaOptions{Channel: opt.Channel, Start: opt.Start})
	}
	if want := []app.MediaOptions{{Channel: 1, Start: 10}, {Channel: 2, Start: 10}}; !reflect.DeepEqual(heard, want) {
		t.Errorf("heard %+v, want %+v", heard, want)
	}
}

// A better model goes over the text when the recording is done, but leaves what
// a person has written.
func TestRefineAfterwards(t *testing.T) {
	g, _, str := newRecordingRig(t, microphone)
	write(t, filepath.Join(g.deps.Models.Dirs[0], "ggml-large.bin"), "good large")
	g.SetSettings(app.Settings{Refine: "large"})
	w := g.watch()
	if err := g.StartRecording(app.RecordRequest{Options: app.Options{Model: "base"}}); err != nil {
		t.Fatal(err)
	}
	await(t, str.started, "the stream")
	all, err := g.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	before, err := g.Transcript(t.Context(), all[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Edit(t.Context(), before.ID, before.Segments[0], "Mine."); err != nil {
		t.Fatal(err)
	}
	g.StopRecording()
	w.ended(1)
	got, err := g.Transcript(t.Context(), before.ID)
	if err != nil {
		t.Fatal(err)
	}
	if want := "Mine.\nTwo.\nThree.\nFour."; got.Text() != want || got.Model != "large" {
		t.Errorf("got %q by %s, want %q by large", got.Text(), got.Model, want)
	}
}

func TestRecoverRecordings(t *testing.T) {
	g, rec, _ := newRecordingRig(t, microphone)
	dir := t.TempDir()
	interrupted := func(name string) int64 {
		id, err := g.library.Create(t.Context(), app.Entry{Title: name, Source: app.Source{Path: filepath.Join(dir, name)}, Created: g.clock.Now()})
		if err != nil {
			t.Fatal(err)
		}
		if err := g.library.Finish(t.Context(), id, app.Ending{State: app.StateInterrupted}); err != nil {
			t.Fatal(err)
		}
		return id
	}
	id := interrupted("cut.wav")
	write(t, filepath.Join(dir, "cut.wav"), "half a sound")
	interrupted("never-begun.wav")
	rec.recovered = 42
	for range 2 { // the second time there is nothing to do
		if err := g.RecoverRecordings(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	all, err := g.List(t.Context())
	if err != nil || len(all) != 1 || all[0].ID != id {
		t.Fatalf("library: got %+v, %v, want the one that has sound", all, err)
	}
	if e := all[0]; e.Duration != 42 || e.Source.Hash == "" || e.State != app.StateInterrupted || len(e.Warnings) != 1 {
		t.Errorf("got %+v, want 42 s, recovered", e)
	}
}

// backlog is a streamer with minutes of sound left when the recording stops.
type backlog struct{ started chan int }

func (s *backlog) Stream(ctx context.Context, _ app.Audio, _ app.RecognizeOptions, on func(app.Heard)) (app.Recognized, error) {
	on(app.Heard{Language: "en", Device: "Test", Segments: []app.Segment{sentence(0)}, Position: 10, Read: 12})
	s.started <- 0
	<-ctx.Done()
	return app.Recognized{}, ctx.Err()
}

// Whoever closes after the recording was stopped does not wait for its last
// words: they can be had later.
func TestCloseAfterStoppedRecording(t *testing.T) {
	g, _, _ := newRecordingRig(t, microphone)
	s := &backlog{make(chan int, 1)}
	g.deps.Streamer = s
	g.start()
	w := g.watch()
	if err := g.StartRecording(app.RecordRequest{}); err != nil {
		t.Fatal(err)
	}
	await(t, s.started, "the stream")
	g.StopRecording()
	w.recording("the end of the sound", func(r app.Recording) bool { return r.Stage == app.RecordingFinishing })
	g.Close()
	all, err := g.List(t.Context())
	if err != nil || len(all) != 1 || all[0].State != app.StateInterrupted || all[0].Position != 10 {
		t.Errorf("library: got %+v, %v, want an interrupted recording", all, err)
	}
}

// The last words of a stream cannot be stored, and it does not ask.
func TestRecordWithoutRoomForLastWords(t *testing.T) {
	g, rec, _ := newRecordingRig(t, microphone)
	g.deps.Library = &forgetful{Library: g.library}
	said := make(chan struct{})
	g.deps.Streamer = &teller{said: []string{"Meet on Tuesday."}, between: func(int) { close(said) }}
	g.start()
	go func() { <-said; rec.taken().Stop() }()
	var seen events
	got, err := g.Record(t.Context(), app.RecordRequest{}, seen.on)
	if !errors.Is(err, app.ErrDiskFull) {
		t.Errorf("got %v, want a full disk", err)
	}
	if stored, err := g.Transcript(t.Context(), got.ID); err != nil || stored.State != app.StateFailed || stored.Position != 0 {
		t.Errorf("library: got %+v, %v, want it to be had again", stored.Entry, err)
	}
}

// A recording that is restored on another computer has no sound there: its text
// stays.
func TestRecoverKeepsText(t *testing.T) {
	g, _, _ := newRecordingRig(t, microphone)
	for _, text := range []string{"An hour of talk.", ""} {
		id, err := g.library.Create(t.Context(), app.Entry{
			Title: "Meeting", Source: app.Source{Path: filepath.Join(t.TempDir(), "old computer", "x.wav")}, Created: g.clock.Now(),
		})
		if err != nil {
			t.Fatal(err)
		}
		if text == "" {
			continue
		}
		if err := g.library.Append(t.Context(), id, app.Progress{Segments: []app.Segment{{End: 1, Text: text}}, Position: 1}); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if _, err := g.Backup(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	h, _, _ := newRecordingRig(t, microphone)
	if _, err := h.RestoreBackup(t.Context(), "backup", &b); err != nil {
		t.Fatal(err)
	}
	for range 2 { // starts
		if err := h.RecoverRecordings(t.Context()); err != nil {
			t.Fatal(err)
		}
		if e := h.only(); e.Text() != "An hour of talk." || !e.Source.Removed {
			t.Errorf("got %+v", e)
		}
	}
}

// Speakers that were made one are still in what the machine wrote: a backup of it
// can be restored.
func TestRestoreAfterMerge(t *testing.T) {
	g, _, _ := newRecordingRig(t, microphone)
	id, err := g.library.Create(t.Context(), app.Entry{Title: "Talk", Key: "k", Source: app.Source{Path: "/x", Hash: "a"}, Created: g.clock.Now()})
	if err != nil {
		t.Fatal(err)
	}
	said := []app.Segment{{End: 1, Text: "one", Speaker: "You"}, {Start: 1, End: 2, Text: "two", Speaker: "Others"}}
	if err := g.library.Append(t.Context(), id, app.Progress{Segments: said, Position: 2}); err != nil {
		t.Fatal(err)
	}
	if err := g.library.Finish(t.Context(), id, app.Ending{State: app.StateDone}); err != nil {
		t.Fatal(err)
	}
	d := g.openDocument(id)
	if _, err := d.MergeSpeakers("You", "Others"); err != nil {
		t.Fatal(err)
	}
	g.flush(d)
	d.Close()
	var b bytes.Buffer
	if _, err := g.Backup(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	h, _, _ := newRecordingRig(t, microphone)
	if done, err := h.RestoreBackup(t.Context(), "backup", &b); err != nil || done.Added != 1 {
		t.Fatalf("got %+v, %v", done, err)
	}
	if got := h.only().Text(); got != "one\ntwo" {
		t.Errorf("got %q", got)
	}
}
