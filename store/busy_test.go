package store

import (
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"earshot/app"
)

func TestTwoProgramsWrite(t *testing.T) {
	const each = 40
	first := newStore(t)
	stores := []*Store{first, openAt(t, first.dir, Options{})}
	var wg sync.WaitGroup
	for _, s := range stores {
		for range 2 {
			id := create(t, s, recording(1))
			wg.Go(func() {
				for i := range each {
					p := app.Progress{Segments: []app.Segment{said(float64(i), fmt.Sprint("word", i))}, Position: float64(i)}
					if err := s.Append(t.Context(), id, p); err != nil {
						t.Errorf("Append: %v", err)
						return
					}
					if _, err := search(s, "word", 5); err != nil {
						t.Errorf("Search: %v", err)
						return
					}
				}
			})
		}
	}
	wg.Wait()
	for _, s := range stores {
		for _, id := range ids(t, s) {
			got := read(t, s, id)
			if len(got.Segments) != each || got.Segments[each-1].Text != fmt.Sprint("word", each-1) {
				t.Errorf("transcript %d: got %d segments, want %d", id, len(got.Segments), each)
			}
		}
	}
	checkIndex(t, first)
}

// lockOut makes another program hold the library for itself.
func lockOut(t *testing.T, dir string) *sql.Tx {
	t.Helper()
	other := raw(t, filepath.Join(dir, FileName), url.Values{"_txlock": {"exclusive"}})
	tx, err := other.Begin()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tx.Rollback() })
	return tx
}

func TestBusy(t *testing.T) {
	s := openAt(t, t.TempDir(), Options{Wait: 20 * time.Millisecond})
	id := create(t, s, recording(1))
	other := lockOut(t, s.dir)

	wantError(t, "Append", s.Append(t.Context(), id, app.Progress{Segments: []app.Segment{said(0, "lost")}}), app.ErrBusy)
	wantError(t, "Rename", s.Rename(t.Context(), id, "x"), app.ErrBusy)
	_, err := s.Create(t.Context(), recording(2))
	wantError(t, "Create", err, app.ErrBusy)
	if got := read(t, s, id); len(got.Segments) != 0 || got.Title != "Talk 1" {
		t.Errorf("reading goes on: got %+v, want what was there", got)
	}
	_, err = Open(t.Context(), s.dir, Options{Wait: 20 * time.Millisecond})
	wantError(t, "Open", err, app.ErrBusy)
	if got := instances(t, s.dir); len(got) != 1 {
		t.Errorf("instances: got %q, want only the one that is open", got)
	}

	if err := other.Rollback(); err != nil {
		t.Fatal(err)
	}
	appendTo(t, s, id, 1, said(0, "Hello"))
	if got := read(t, s, id).Text(); got != "Hello" {
		t.Errorf("afterwards: got %q, want Hello", got)
	}
	if got := ids(t, openAt(t, s.dir, Options{})); len(got) != 1 {
		t.Errorf("opened afterwards: got %v, want one transcript", got)
	}
}

func TestDiskFull(t *testing.T) {
	s := newStore(t)
	id := create(t, s, recording(1))
	appendTo(t, s, id, 2, said(0, "Hello", "world"))
	pages := number(t, s.write, `PRAGMA page_count`)
	limit := fmt.Sprintf(`PRAGMA max_page_count = %d`, pages+2)
	execute(t, s.write, limit)

	much := app.Segment{Start: 2, End: 3, Text: strings.Repeat("much more text ", 5000)}
	wantError(t, "Append", s.Append(t.Context(), id, app.Progress{Segments: []app.Segment{said(2, "small"), much}, Position: 9}), app.ErrDiskFull)
	e := recording(2)
	e.Title = much.Text
	_, err := s.Create(t.Context(), e)
	wantError(t, "Create", err, app.ErrDiskFull)
	wantError(t, "Rename", s.Rename(t.Context(), id, much.Text), app.ErrDiskFull)

	got := read(t, s, id)
	if got.Text() != "Hello world" || got.Position != 2 || got.Title != "Talk 1" {
		t.Errorf("got %+v, want what was there", got)
	}
	checkIndex(t, s)
	finish(t, s, id, app.StateFailed) // there is room for this

	execute(t, s.write, `PRAGMA max_page_count = 100000`)
	if got, err := s.Restart(t.Context(), id); err != nil || got.Text() != "Hello world" {
		t.Errorf("Restart: got %+v and error %v", got, err)
	}
	appendTo(t, s, id, 9, much)
	if got := read(t, s, id); len(got.Segments) != 2 || got.Segments[1].Text != much.Text {
		t.Errorf("with room: got %d segments, want 2", len(got.Segments))
	}
	checkIndex(t, s)
}
