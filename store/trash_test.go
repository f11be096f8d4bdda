package store

import (
	"slices"
	"testing"
	"time"

	"earshot/app"
)

func TestCached(t *testing.T) {
	s := newStore(t)
	made := map[string]int64{}
	// add creates a transcript of recording 1, n minutes after noon.
	add := func(name string, n int, key string, state app.State) {
		e := recording(1)
		e.Key, e.Created = key, noon.Add(time.Duration(n)*time.Minute)
		made[name] = create(t, s, e)
		if state != app.StateRunning {
			finish(t, s, made[name], state)
		}
	}
	want := func(name string) {
		t.Helper()
		e, err := s.Cached(t.Context(), "hash1", "key")
		if name == "" {
			wantError(t, "Cached", err, app.ErrNotFound)
			return
		}
		if err != nil || e.ID != made[name] {
			t.Errorf("got %+v and error %v, want %s (%d)", e, err, name, made[name])
		}
	}
	want("")
	add("running", 9, "key", app.StateRunning)
	want("")
	add("of another key", 8, "other", app.StateDone)
	want("")
	if _, err := s.Cached(t.Context(), "hash2", "key"); err == nil {
		t.Error("of another recording: got no error")
	}
	add("cancelled", 3, "key", app.StateCancelled)
	want("cancelled")
	add("failed", 5, "key", app.StateFailed)
	want("failed")
	add("interrupted", 4, "key", app.StateInterrupted)
	want("failed") // the newest of those that can be resumed
	add("done", 1, "key", app.StateDone)
	want("done") // though it is the oldest
	add("done later", 2, "key", app.StateDone)
	want("done later")
	add("done at the same moment", 2, "key", app.StateDone)
	want("done at the same moment")

	for _, gone := range []string{"done at the same moment", "done later", "done"} {
		want(gone)
		if err := s.Trash(t.Context(), made[gone]); err != nil {
			t.Fatalf("Trash: %v", err)
		}
	}
	want("failed")
	if err := s.Restore(t.Context(), made["done"]); err != nil {
		t.Fatalf("Restore: %v", err)
	}
	want("done")
}

func TestRename(t *testing.T) {
	s := newStore(t)
	id, other := create(t, s, recording(1)), create(t, s, recording(2))
	for _, title := range []string{"Größe", "", "'; DROP TABLE transcripts; --"} {
		if err := s.Rename(t.Context(), id, title); err != nil {
			t.Fatalf("Rename: %v", err)
		}
		if got := read(t, s, id).Title; got != title {
			t.Errorf("got %q, want %q", got, title)
		}
	}
	if got := read(t, s, other).Title; got != "Talk 2" {
		t.Errorf("the other one: got %q, want Talk 2", got)
	}
}

func TestTrash(t *testing.T) {
	s := newStore(t)
	id, other := create(t, s, recording(1)), create(t, s, recording(2))
	for _, i := range []int64{id, other} {
		appendTo(t, s, i, 1, said(0, "Hello"))
	}
	if err := s.Trash(t.Context(), id); err != nil {
		t.Fatalf("Trash: %v", err)
	}
	if got := ids(t, s); !slices.Equal(got, []int64{other}) {
		t.Errorf("List: got %v, want only %d", got, other)
	}
	if hits, err := search(s, "hello", 10); err != nil || len(hits) != 1 || hits[0].Entry.ID != other {
		t.Errorf("Search: got %+v and error %v, want only transcript %d", hits, err, other)
	}
	if got := read(t, s, id).Text(); got != "Hello" {
		t.Errorf("Transcript: got %q: the trash keeps it", got)
	}
	if err := s.Restore(t.Context(), id); err != nil {
		t.Fatalf("Restore: %v", err)
	}
	if got := ids(t, s); !slices.Equal(got, []int64{other, id}) {
		t.Errorf("List after Restore: got %v, want %v", got, []int64{other, id})
	}
	if hits, err := search(s, "hello", 10); err != nil || len(hits) != 2 {
		t.Errorf("Search after Restore: got %+v and error %v, want both", hits, err)
	}
}

func TestDeleteRemovesEverything(t *testing.T) {
	s := newStore(t)
	again := recording(1)
	made := []int64{create(t, s, recording(1)), create(t, s, again), create(t, s, recording(2))}
	for _, id := range made {
		appendTo(t, s, id, 1, said(0, "Hello", "world"))
		execute(t, s.write, `INSERT INTO speakers (transcript, label, name) VALUES (?, 'A', 'Ann')`, id)
		execute(t, s.write, `UPDATE segments SET speaker = (SELECT id FROM speakers WHERE transcript = ?1) WHERE transcript = ?1`, id)
	}
	if got := read(t, s, made[0]).Segments[0].Speaker; got != "Ann" {
		t.Errorf("speaker: got %q, want Ann", got)
	}
	left := []struct{ recordings, transcripts int }{{2, 2}, {1, 1}, {0, 0}}
	for i, id := range made {
		if err := s.Delete(t.Context(), id); err != nil {
			t.Fatalf("Delete: %v", err)
		}
		for table, want := range map[string]int{
			"recordings": left[i].recordings, "transcripts": left[i].transcripts, "speakers": left[i].transcripts,
			"segments": left[i].transcripts, "segment_words": left[i].transcripts,
		} {
			if n := number(t, s.read, `SELECT count(*) FROM `+table); n != want {
				t.Errorf("%s after %d: got %d, want %d", table, i+1, n, want)
			}
		}
		if hits, err := search(s, "world", 10); err != nil || len(hits) != left[i].transcripts {
			t.Errorf("Search after %d: got %d hits and error %v, want %d", i+1, len(hits), err, left[i].transcripts)
		}
		checkIndex(t, s)
	}
	if n := number(t, s.read, `SELECT count(*) FROM segments_fts WHERE segments_fts MATCH 'hello'`); n != 0 {
		t.Errorf("index: got %d rows, want none", n)
	}
}

func TestPurge(t *testing.T) {
	now := noon
	s := openAt(t, t.TempDir(), Options{Now: func() time.Time { return now }})
	kept, old, older := create(t, s, recording(1)), create(t, s, recording(2)), create(t, s, recording(3))
	shared := create(t, s, recording(1)) // with kept
	changed := recording(4)
	changed.Source.Path = recording(1).Source.Path // a file that was another one then
	for _, id := range []int64{older, shared, create(t, s, changed), old} {
		if err := s.Trash(t.Context(), id); err != nil {
			t.Fatalf("Trash: %v", err)
		}
		now = now.Add(time.Hour)
	}
	finish(t, s, kept, app.StateDone)
	path := func(n int) string { return recording(n).Source.Path }

	for _, step := range []struct {
		at                      time.Time
		freed                   []string
		transcripts, recordings int
	}{
		{noon.AddDate(0, 0, 30), nil, 5, 4}, // not longer than 30 days
		{noon.AddDate(0, 0, 30).Add(time.Minute), []string{path(3)}, 4, 3},
		{noon.AddDate(0, 0, 30).Add(2*time.Hour + time.Minute), nil, 2, 2},
		{noon.AddDate(1, 0, 0), []string{path(2)}, 1, 1},
		{noon.AddDate(2, 0, 0), nil, 1, 1},
	} {
		now = step.at
		freed, err := s.Purge(t.Context())
		if err != nil || !slices.Equal(freed, step.freed) {
			t.Errorf("%s: got %q and error %v, want %q", step.at, freed, err, step.freed)
		}
		if n := number(t, s.read, `SELECT count(*) FROM transcripts`); n != step.transcripts {
			t.Errorf("%s: got %d transcripts, want %d", step.at, n, step.transcripts)
		}
		if n := number(t, s.read, `SELECT count(*) FROM recordings`); n != step.recordings {
			t.Errorf("%s: got %d recordings, want %d", step.at, n, step.recordings)
		}
	}
	_, err := s.Transcript(t.Context(), older)
	wantError(t, "Transcript", err, app.ErrNotFound)
}

// Only what nobody records any more is returned, whatever else is interrupted.
func TestUnrecorded(t *testing.T) {
	s := newStore(t)
	growing := func(n int) int64 {
		e := recording(n)
		e.Source.Hash = ""
		return create(t, s, e)
	}
	cut, trashed, whole := growing(1), growing(2), create(t, s, recording(4))
	growing(3) // runs
	for _, id := range []int64{cut, trashed, whole} {
		finish(t, s, id, app.StateInterrupted)
	}
	if err := s.Trash(t.Context(), trashed); err != nil {
		t.Fatalf("Trash: %v", err)
	}
	got, err := s.Unrecorded(t.Context())
	if err != nil || len(got) != 1 || got[0].ID != cut || got[0].Source.Hash != "" {
		t.Errorf("got %+v and error %v, want %d", got, err, cut)
	}
}
