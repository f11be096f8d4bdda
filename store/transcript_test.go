package store

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"earshot/app"
)

func TestRoundTrip(t *testing.T) {
	s := newStore(t)
	want := app.Entry{
		Title: "Größe \x01 'x'", Key: "1 model=abc", Origin: app.OriginFile, Model: "large-v3-turbo", Language: "de", Device: "CPU", Duration: 59.5,
		Options: app.Options{Model: "/m.bin", Language: "de", Device: "gpu:1", Threads: 3, Stream: 2},
		Source:  app.Source{Path: "/talks/a b.wav", Hash: "abc", Size: 1 << 40, Duration: 60.25},
		Created: time.Date(2026, 3, 4, 5, 6, 7, 89e6, time.FixedZone("", 7200)),
	}
	want.ID = create(t, s, want)
	want.State = app.StateRunning
	compare(t, "created", read(t, s, want.ID), app.Transcript{Entry: want})

	first := said(0.123456789, "Größe", "大きさ", "\U0001f600", "it's", `"x"`)
	second := app.Segment{Start: 7, End: 8, Text: "No words\nbut two lines."}
	err := s.Append(t.Context(), want.ID, app.Progress{Segments: []app.Segment{first}, Position: 5.5, Language: "fr", Device: "Graphics card"})
	if err != nil {
		t.Fatalf("Append: %v", err)
	}
	appendTo(t, s, want.ID, 0, second) // the position does not go back; language and device stay
	want.Position, want.Language, want.Device = 5.5, "fr", "Graphics card"
	compare(t, "appended", read(t, s, want.ID), app.Transcript{Entry: want, Segments: []app.Segment{first, second}})

	ending := app.Ending{State: app.StateDone, Duration: 59.75, Speed: 3.25, Warnings: []string{"It is <short>.", "Ä"}}
	if err := s.Finish(t.Context(), want.ID, ending); err != nil {
		t.Fatalf("Finish: %v", err)
	}
	want.State, want.Duration, want.Position, want.Speed, want.Warnings = app.StateDone, 59.75, 59.75, 3.25, ending.Warnings
	done := app.Transcript{Entry: want, Segments: []app.Segment{first, second}}
	compare(t, "finished", read(t, s, want.ID), done)
	compare(t, "reopened", read(t, reopen(t, s, Options{}), want.ID), done)
}

// compare compares transcripts; the ids of segments are the store's choice.
func compare(t *testing.T, what string, got, want app.Transcript) {
	t.Helper()
	got.Created, want.Created = got.Created.UTC(), want.Created.UTC()
	got.Trashed, want.Trashed = got.Trashed.UTC(), want.Trashed.UTC()
	got.Segments = slices.Clone(got.Segments)
	last := int64(0)
	for i := range got.Segments {
		if got.Segments[i].ID <= 0 || got.Segments[i].ID == last {
			t.Errorf("%s: segment %d has the id %d", what, i, got.Segments[i].ID)
		}
		last, got.Segments[i].ID = got.Segments[i].ID, 0
	}
	if len(want.Warnings) == 0 && len(got.Warnings) == 0 {
		got.Warnings = want.Warnings
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n got %+v\nwant %+v", what, got, want)
	}
}

func TestSegmentsAreInOrder(t *testing.T) {
	s := newStore(t)
	id := create(t, s, recording(1))
	appendTo(t, s, id, 0, said(4, "third"), said(2, "second"), said(0, "first"))
	if got := read(t, s, id).Text(); got != "first\nsecond\nthird" {
		t.Errorf("got %q, want them by their start", got)
	}
}

func TestFinishKeepsWhatIsNotGiven(t *testing.T) {
	s := newStore(t)
	id := create(t, s, recording(1))
	appendTo(t, s, id, 10, said(0, "Hello"))
	if err := s.Finish(t.Context(), id, app.Ending{State: app.StateFailed, Duration: 50, Speed: 2}); err != nil {
		t.Fatalf("Finish: %v", err)
	}
	finish(t, s, id, app.StateCancelled)
	got := read(t, s, id)
	if got.State != app.StateCancelled || got.Duration != 50 || got.Speed != 2 || got.Position != 10 {
		t.Errorf("got %+v, want cancelled at 10 of 50 s, speed 2", got.Entry)
	}
}

func TestUnknownID(t *testing.T) {
	s := newStore(t)
	ctx := t.Context()
	_, noTranscript := s.Transcript(ctx, 7)
	_, noRestart := s.Restart(ctx, 7)
	_, noCached := s.Cached(ctx, "hash", "key")
	for name, err := range map[string]error{
		"Transcript":         noTranscript,
		"Restart":            noRestart,
		"Cached":             noCached,
		"Append":             s.Append(ctx, 7, app.Progress{Position: 1}),
		"Append of segments": s.Append(ctx, 7, app.Progress{Segments: []app.Segment{said(0, "Hello")}}),
		"Finish":             s.Finish(ctx, 7, app.Ending{State: app.StateDone}),
		"Rename":             s.Rename(ctx, 7, "x"),
		"Trash":              s.Trash(ctx, 7),
		"Restore":            s.Restore(ctx, 7),
		"Delete":             s.Delete(ctx, 7),
	} {
		wantError(t, name, err, app.ErrNotFound)
	}
	if n := number(t, s.read, `SELECT count(*) FROM segments`); n != 0 {
		t.Errorf("segments: got %d, want none", n)
	}
}

func TestCancelledContext(t *testing.T) {
	s := newStore(t)
	id := create(t, s, recording(1))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Rename(ctx, id, "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("Rename: got %v, want context.Canceled", err)
	}
	if _, err := s.List(ctx, app.Filter{}, app.Page{}); !errors.Is(err, context.Canceled) {
		t.Errorf("List: got %v, want context.Canceled", err)
	}
	if got := read(t, s, id).Title; got != "Talk 1" {
		t.Errorf("title: got %q, want it unchanged", got)
	}
}

func TestListIsNewestFirst(t *testing.T) {
	s := newStore(t)
	var made []int64
	for _, n := range []int{5, 1, 9, 5} { // the second 5 is as old as the first
		made = append(made, create(t, s, recording(n)))
	}
	if got, want := ids(t, s), []int64{made[2], made[3], made[0], made[1]}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// The same recording, seen at two places, is stored once.
func TestRecordingIsShared(t *testing.T) {
	s := newStore(t)
	first := create(t, s, recording(1))
	moved := recording(1)
	moved.Source.Path = "/elsewhere/1.wav"
	second := create(t, s, moved)
	for _, id := range []int64{first, second} {
		if got := read(t, s, id).Source; got != moved.Source {
			t.Errorf("transcript %d: got source %+v, want %+v", id, got, moved.Source)
		}
	}
	if n := number(t, s.read, `SELECT count(*) FROM recordings`); n != 1 {
		t.Errorf("recordings: got %d, want 1", n)
	}
}

func TestRestart(t *testing.T) {
	s := newStore(t)
	id := create(t, s, recording(1))
	appendTo(t, s, id, 10, said(0, "one"), said(5, "two"))
	appendTo(t, s, id, 0, said(10, "partial"), said(12, "more"))
	for _, state := range []app.State{app.StateRunning, app.StateDone} {
		finish(t, s, id, state)
		_, err := s.Restart(t.Context(), id)
		var library *app.LibraryError
		if !errors.As(err, &library) {
			t.Errorf("of a transcript that is %s: got %v, want a *LibraryError", state, err)
		}
		if got := read(t, s, id); got.State != state || len(got.Segments) != 4 {
			t.Errorf("of a transcript that is %s: got it changed to %+v", state, got)
		}
	}
	for _, state := range []app.State{app.StateCancelled, app.StateFailed, app.StateInterrupted} {
		finish(t, s, id, state)
		got, err := s.Restart(t.Context(), id)
		if err != nil {
			t.Fatalf("Restart: %v", err)
		}
		if got.Text() != "one\ntwo" || got.Position != 10 || got.State != app.StateRunning {
			t.Errorf("of a transcript that is %s: got %+v, want what is before 10 s", state, got)
		}
		compare(t, "stored", read(t, s, id), withoutIDs(got))
		checkIndex(t, s)
	}
	var owner string
	if err := s.read.QueryRow(`SELECT owner FROM transcripts`).Scan(&owner); err != nil || owner != s.instance.name {
		t.Errorf("owner: got %q and error %v, want %q", owner, err, s.instance.name)
	}
}

func withoutIDs(t app.Transcript) app.Transcript {
	t.Segments = slices.Clone(t.Segments)
	for i := range t.Segments {
		t.Segments[i].ID = 0
	}
	return t
}

// A segment that was cut at the position belongs to what is done.
func TestRestartAtEdge(t *testing.T) {
	s := newStore(t)
	id := create(t, s, recording(1))
	appendTo(t, s, id, 10, said(9.998, "before"), said(9.9999, "at"), said(10.001, "after"))
	finish(t, s, id, app.StateFailed)
	got, err := s.Restart(t.Context(), id)
	if err != nil || got.Text() != "before" {
		t.Errorf("got %q and error %v, want only what begins before 10 s", got.Text(), err)
	}
}

// checkIndex wants the index to hold what the segments say.
func checkIndex(t testing.TB, s *Store) {
	t.Helper()
	if _, err := s.write.Exec(`INSERT INTO segments_fts (segments_fts, rank) VALUES ('integrity-check', 1)`); err != nil {
		t.Errorf("the index is out of step: %v", err)
	}
}

func TestTranscriptNeedsRecording(t *testing.T) {
	s := newStore(t)
	_, err := s.write.Exec(`INSERT INTO transcripts (recording, title, options, key, model, state, created) VALUES (99, '', '', '', '', '', 0)`)
	if err == nil {
		t.Error("a transcript without a recording: got no error")
	}
}
