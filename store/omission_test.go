package store

import (
	"reflect"
	"testing"

	"earshot/app"
)

func TestOmissions(t *testing.T) {
	s := newStore(t)
	id, other := create(t, s, recording(1)), create(t, s, recording(2))
	appendTo(t, s, id, 0, said(0, "before"), said(20, "after"))
	left := []app.Omission{
		{Reason: app.ReasonNoSpeech, Segment: said(12, "later")},
		{Reason: app.ReasonRepeated, Segment: said(5, "again", "again")},
	}
	if err := s.Append(t.Context(), id, app.Progress{Position: 25, Omissions: left}); err != nil {
		t.Fatal(err)
	}
	got := read(t, s, id).Omissions
	if len(got) != 2 || got[0].Reason != app.ReasonRepeated || !reflect.DeepEqual(got[0].Segment, left[1].Segment) {
		t.Fatalf("got %+v, want both, in order", got)
	}
	wantError(t, "of another transcript", s.Keep(t.Context(), other, got[0].ID), app.ErrNotFound)
	if err := s.Keep(t.Context(), id, got[0].ID); err != nil {
		t.Fatal(err)
	}
	wantError(t, "a second time", s.Keep(t.Context(), id, got[0].ID), app.ErrNotFound)
	after := read(t, s, id)
	if after.Text() != "before\nagain again\nafter" || len(after.Omissions) != 1 || len(after.Segments[1].Words) != 2 {
		t.Errorf("got %+v", after)
	}
	if err := s.Delete(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if n := number(t, s.read, `SELECT count(*) FROM omissions`); n != 0 {
		t.Errorf("got %d omissions of a deleted transcript", n)
	}
}

// What was heard the second time takes an omission's place, all or nothing.
func TestReplaceOmission(t *testing.T) {
	s := newStore(t)
	id, other := create(t, s, recording(1)), create(t, s, recording(2))
	appendTo(t, s, id, 0, said(0, "before"), said(20, "after"))
	left := []app.Omission{{Reason: app.ReasonNoSpeech, Segment: said(5, "invented")}}
	if err := s.Append(t.Context(), id, app.Progress{Position: 25, Omissions: left}); err != nil {
		t.Fatal(err)
	}
	omission := read(t, s, id).Omissions[0].ID
	heard := app.Progress{
		Segments:  []app.Segment{said(5, "really"), said(7, "said")},
		Omissions: []app.Omission{{Reason: app.ReasonRepeated, Segment: said(8, "said", "said")}},
	}
	wantError(t, "of another transcript", s.Replace(t.Context(), other, omission, heard), app.ErrNotFound)
	if got := read(t, s, other); len(got.Segments) > 0 {
		t.Errorf("another transcript has %q", got.Text())
	}
	if err := s.Replace(t.Context(), id, omission, heard); err != nil {
		t.Fatal(err)
	}
	wantError(t, "a second time", s.Replace(t.Context(), id, omission, heard), app.ErrNotFound)
	got := read(t, s, id)
	if got.Text() != "before\nreally\nsaid\nafter" || len(got.Omissions) != 1 || got.Omissions[0].Segment.Text != "said said" {
		t.Errorf("got %+v", got)
	}
}

// Going on drops what was left out of the window that was in flight.
func TestRestartDropsOmissions(t *testing.T) {
	s := newStore(t)
	id := create(t, s, recording(1))
	err := s.Append(t.Context(), id, app.Progress{Position: 10, Omissions: []app.Omission{
		{Reason: app.ReasonRepeated, Segment: said(5, "kept")}, {Reason: app.ReasonRepeated, Segment: said(12, "dropped")},
	}})
	if err != nil {
		t.Fatal(err)
	}
	finish(t, s, id, app.StateCancelled)
	again, err := s.Restart(t.Context(), id)
	if err != nil || len(again.Omissions) != 1 || again.Omissions[0].Segment.Text != "kept" {
		t.Errorf("got %+v, %v", again.Omissions, err)
	}
}
