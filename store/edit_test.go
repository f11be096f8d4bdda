package store

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
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

func TestApply(t *testing.T) {
	s := newStore(t)
	id, other := create(t, s, recording(1)), create(t, s, recording(2))
	appendTo(t, s, id, 5, said(0, "their", "house"), said(3, "stays"))
	first := read(t, s, id).Segments[0]
	mine := said(0, "there", "is", "one")
	mine.ID, mine.Edited = first.ID, true
	wantError(t, "of no transcript", s.Apply(t.Context(), 99, &app.Edits{Put: []app.Segment{mine}}), app.ErrNotFound)
	apply(t, s, other, app.Edits{Remove: []int64{first.ID}}) // which is not in that one
	for range 2 {                                            // the second edit keeps the first original
		apply(t, s, id, app.Edits{Put: []app.Segment{mine}})
	}
	got := read(t, s, id)
	if got.Text() != "there is one\nstays" || !got.Segments[0].Edited || got.Segments[1].Edited || len(got.Segments[0].Words) != 3 {
		t.Errorf("got %+v", got.Segments)
	}
	first.ID = 0
	if !reflect.DeepEqual(got.Originals, []app.Segment{first}) {
		t.Errorf("originals: got %+v, want what the machine wrote", got.Originals)
	}
	if machine := got.Machine(); len(machine) != 2 || machine[0].Text != "their house" || machine[1].Text != "stays" {
		t.Errorf("machine: got %+v", machine)
	}
	if hits, err := search(s, "there", 5); err != nil || len(hits) != 1 {
		t.Errorf("search: got %d hits, %v, want the edited segment", len(hits), err)
	}
	// As it was: nothing is left to keep.
	first.ID = mine.ID
	apply(t, s, id, app.Edits{Put: []app.Segment{first}})
	if got := read(t, s, id); len(got.Originals) != 0 || !reflect.DeepEqual(got.Segments[0], first) {
		t.Errorf("undone: got %+v and originals %+v", got.Segments[0], got.Originals)
	}
}

// What is edited only if nobody else has edited it, is that or stays.
func TestApplyIfStill(t *testing.T) {
	s := newStore(t)
	id := create(t, s, recording(1))
	appendTo(t, s, id, 5, said(0, "one"), said(3, "two"))
	was := read(t, s, id).Segments
	other, gone := was[1], was[1]
	other.Text, gone.ID = "three", 99
	mine := said(0, "mine")
	mine.ID = was[0].ID
	for _, still := range []app.Segment{other, gone} {
		err := s.Apply(t.Context(), id, &app.Edits{Put: []app.Segment{mine}, Still: []app.Segment{was[0], still}})
		wantError(t, still.Text, err, app.ErrNoMatch)
		if got := read(t, s, id).Text(); got != "one\ntwo" {
			t.Errorf("%s: got %q, want nothing stored", still.Text, got)
		}
	}
	apply(t, s, id, app.Edits{Put: []app.Segment{mine}, Still: was})
	if got := read(t, s, id).Text(); got != "mine\ntwo" {
		t.Errorf("got %q", got)
	}
}

// What is removed leaves its number free for itself, and only for itself.
func TestApplyRemovesAndBringsBack(t *testing.T) {
	s := newStore(t)
	id := create(t, s, recording(1))
	appendTo(t, s, id, 5, said(0, "first"), said(3, "last"))
	last := read(t, s, id).Segments[1]
	apply(t, s, id, app.Edits{Remove: []int64{last.ID}})
	if got := read(t, s, id); got.Text() != "first" || len(got.Originals) != 1 || got.Originals[0].Text != "last" {
		t.Errorf("removed: got %q and %+v", got.Text(), got.Originals)
	}
	added := app.Edits{Put: []app.Segment{said(5, "another")}}
	apply(t, s, id, added)
	if added.Put[0].ID <= last.ID {
		t.Errorf("a new one: got number %d, want one after %d", added.Put[0].ID, last.ID)
	}
	apply(t, s, id, app.Edits{Put: []app.Segment{last}})
	if got := read(t, s, id); got.Text() != "first\nlast\nanother" || got.Segments[1].ID != last.ID || len(got.Originals) != 0 {
		t.Errorf("back again: got %+v, originals %+v", got.Segments, got.Originals)
	}
	checkIndex(t, s)
}

func TestApplySpeakers(t *testing.T) {
	s := newStore(t)
	id := create(t, s, recording(1))
	me, others := said(0, "hello"), said(1, "good", "day")
	me.Speaker, others.Speaker = "Me", "Others"
	appendTo(t, s, id, 5, me, others)
	seg := read(t, s, id).Segments[1]
	anna, guest := app.Speaker{Label: "Me", Name: "Anna", Colour: "#aa0011"}, app.Speaker{Label: "Guest", Name: "Guest", Colour: "2"}
	seg.Speaker, seg.Edited = "Guest", true
	apply(t, s, id, app.Edits{Put: []app.Segment{seg}, Speakers: []app.Speaker{anna, guest}, Dismiss: []string{"Others", "Me"}})
	got := read(t, s, id)
	if !slices.Equal(got.Speakers, []app.Speaker{anna, guest}) { // Anna says something
		t.Errorf("speakers: got %+v", got.Speakers)
	}
	if got.Segments[0].Speaker != "Anna" || got.Segments[0].Edited || got.Segments[1].Speaker != "Guest" {
		t.Errorf("segments: got %+v", got.Segments)
	}
	if len(got.Originals) != 1 || got.Originals[0].Speaker != "Others" {
		t.Errorf("originals: got %+v, want who the machine thought it was", got.Originals)
	}
	// What the machine hears of them later is theirs.
	appendTo(t, s, id, 9, app.Segment{Start: 8, End: 9, Text: "more", Speaker: "Me"})
	if got := read(t, s, id); got.Segments[2].Speaker != "Anna" {
		t.Errorf("heard later: got %q, want Anna", got.Segments[2].Speaker)
	}
	var out strings.Builder
	if err := app.Write(&out, got, app.VTT, false); err != nil || !strings.Contains(out.String(), "<v Anna>hello") {
		t.Errorf("export: got %q, %v, want the names", out.String(), err)
	}
}

// A better model does not write over what a person has corrected, whatever the
// speaker is called now, nor where they have removed something.
func TestRefineLeavesWork(t *testing.T) {
	s := newStore(t)
	id := create(t, s, recording(1))
	first, second, third := said(0, "rough", "one"), said(4, "rough", "two"), said(8, "invented")
	for _, seg := range []*app.Segment{&first, &second, &third} {
		seg.Speaker = "Me"
	}
	appendTo(t, s, id, 12, first, second, third)
	mine := read(t, s, id).Segments
	mine[1].Text, mine[1].Edited, mine[1].Speaker = "mine", true, "Anna"
	apply(t, s, id, app.Edits{
		Put: mine[1:2], Remove: []int64{mine[2].ID}, Speakers: []app.Speaker{{Label: "Me", Name: "Anna"}},
	})
	first.Text = "fine one"
	if err := s.Refine(t.Context(), id, "large", []app.Segment{first, second, third}); err != nil {
		t.Fatal(err)
	}
	if got := read(t, s, id); got.Text() != "fine one\nmine" || got.Segments[0].Speaker != "Anna" {
		t.Errorf("got %q said by %q", got.Text(), got.Segments[0].Speaker)
	}
}

// What a library of an earlier Earshot keeps of edited segments stays.
func TestMigrateOriginals(t *testing.T) {
	dir := t.TempDir()
	db := older(t, dir, 3)
	execute(t, db, `INSERT INTO recordings VALUES (1, 'hash', '/a.wav', 1, 1)`)
	execute(t, db, `INSERT INTO transcripts (id, recording, title, options, key, model, state, created) VALUES (1, 1, 'A', '{}', 'k', 'base', 'done', 0)`)
	execute(t, db, `INSERT INTO speakers VALUES (1, 1, 'Me', 'Me', '')`)
	original := said(3, "their", "house")
	original.Speaker = "Me"
	text, err := json.Marshal(original)
	if err != nil {
		t.Fatal(err)
	}
	execute(t, db, `INSERT INTO segments VALUES (7, 1, 0, 2, 'untouched', 0.5, 1, NULL), (8, 1, 3, 5, 'there', 1, 1, ?)`, string(text))
	db.Close()
	s := openAt(t, dir, Options{})
	got := read(t, s, 1)
	if got.Segments[0].Edited || !got.Segments[1].Edited || !reflect.DeepEqual(got.Originals, []app.Segment{original}) {
		t.Errorf("got %+v and originals %+v, want %+v", got.Segments, got.Originals, original)
	}
	apply(t, s, 1, app.Edits{Remove: []int64{8}})
	if got := read(t, s, 1).Originals; len(got) != 1 {
		t.Errorf("after it is gone: got originals %+v", got)
	}
}

func apply(t testing.TB, s *Store, id int64, e app.Edits) {
	t.Helper()
	if err := s.Apply(context.Background(), id, &e); err != nil {
		t.Fatalf("Apply: %v", err)
	}
}

// Text that nobody has touched is replaced; an edit stays, whatever the better
// model makes of its time.
func TestRefine(t *testing.T) {
	s := newStore(t)
	id := create(t, s, recording(1))
	appendTo(t, s, id, 12, said(0, "a", "rough", "one"), said(4, "mine", "and", "mine"), said(8, "another"))
	mine := read(t, s, id).Segments[1]
	mine.Text, mine.Edited = "mine alone", true
	apply(t, s, id, app.Edits{Put: []app.Segment{mine}})
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
