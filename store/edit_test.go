package store

import (
	"testing"

	"earshot/app"
)

// A recording has no checksum until it is complete.
func TestRecorded(t *testing.T) {
	s := newStore(t)
	e := recording(1)
	e.Source = app.Source{Path: "/takes/1.wav"}
	id := create(t, s, e)
	e.Source.Path = "/takes/2.wav"
	other := create(t, s, e)
	if got := read(t, s, id).Source; got.Hash != "" || got.Path != "/takes/1.wav" {
		t.Errorf("at first: got %+v, want the path and no checksum", got)
	}
	want := app.Source{Path: "/takes/1.wav", Hash: "abc", Size: 44, Duration: 12.5}
	if err := s.Recorded(t.Context(), id, want); err != nil {
		t.Fatal(err)
	}
	if got := read(t, s, id); got.Source != want || got.Duration != 12.5 {
		t.Errorf("got %+v of %g s, want %+v", got.Source, got.Duration, want)
	}
	if got := read(t, s, other).Source; got.Hash != "" || got.Path != "/takes/2.wav" {
		t.Errorf("the other one: got %+v, want it as it was", got)
	}
	var left int
	if err := s.read.QueryRow(`SELECT count(*) FROM recordings`).Scan(&left); err != nil || left != 2 {
		t.Errorf("got %d recordings, %v, want 2", left, err)
	}
	// Two that hold the same are one recording.
	if err := s.Recorded(t.Context(), other, want); err != nil {
		t.Fatal(err)
	}
	wantError(t, "of no transcript", s.Recorded(t.Context(), 99, want), app.ErrNotFound)
}

func TestSpeakersAreKept(t *testing.T) {
	s := newStore(t)
	id := create(t, s, recording(1))
	me, others, nobody := said(0, "hello"), said(1, "good", "day"), said(3, "well")
	me.Speaker, others.Speaker = "Me", "Others"
	again := said(4, "again")
	again.Speaker = "Me"
	segments := []app.Segment{me, others, nobody, again}
	appendTo(t, s, id, 5, segments...)
	for i, got := range read(t, s, id).Segments {
		if got.Speaker != segments[i].Speaker || got.ID == 0 || got.ID != segments[i].ID {
			t.Errorf("%d: got %q with number %d, want %q with %d", i, got.Speaker, got.ID, segments[i].Speaker, segments[i].ID)
		}
	}
}

func TestEdit(t *testing.T) {
	s := newStore(t)
	id, other := create(t, s, recording(1)), create(t, s, recording(2))
	appendTo(t, s, id, 5, said(0, "their", "house"), said(3, "stays"))
	seg := read(t, s, id).Segments[0]
	mine := said(0, "there", "is", "one")
	mine.ID = seg.ID
	wantError(t, "of another transcript", s.Edit(t.Context(), other, mine), app.ErrNotFound)
	for range 2 { // the second edit keeps the first original
		if err := s.Edit(t.Context(), id, mine); err != nil {
			t.Fatal(err)
		}
	}
	got := read(t, s, id)
	if got.Text() != "there is one\nstays" || !got.Segments[0].Edited || got.Segments[1].Edited || len(got.Segments[0].Words) != 3 {
		t.Errorf("got %+v", got.Segments)
	}
	var original string
	if err := s.read.QueryRow(`SELECT json_extract(original, '$.Text') FROM segments WHERE id = ?`, seg.ID).Scan(&original); err != nil || original != "their house" {
		t.Errorf("original: got %q, %v, want what the machine wrote", original, err)
	}
	if hits, err := s.Search(t.Context(), "there", 5); err != nil || len(hits) != 1 {
		t.Errorf("search: got %d hits, %v, want the edited segment", len(hits), err)
	}
}

// Text that nobody has touched is replaced; an edit stays, whatever the better
// model makes of its time.
func TestRefine(t *testing.T) {
	s := newStore(t)
	id := create(t, s, recording(1))
	appendTo(t, s, id, 12, said(0, "a", "rough", "one"), said(4, "mine", "and", "mine"), said(8, "another"))
	mine := read(t, s, id).Segments[1]
	mine.Text = "mine alone"
	if err := s.Edit(t.Context(), id, mine); err != nil {
		t.Fatal(err)
	}
	better := []app.Segment{said(0, "a", "fine", "one"), said(4.5, "theirs", "here"), said(7, "and", "another")}
	if err := s.Refine(t.Context(), id, "large", better); err != nil {
		t.Fatal(err)
	}
	got := read(t, s, id)
	if want := "a fine one\nmine alone\nand another"; got.Text() != want || got.Model != "large" {
		t.Errorf("got %q by %s, want %q by large", got.Text(), got.Model, want)
	}
	// Going on leaves it too.
	finish(t, s, id, app.StateInterrupted)
	if _, err := s.Restart(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	wantError(t, "of no transcript", s.Refine(t.Context(), 99, "large", better), app.ErrNotFound)
}
