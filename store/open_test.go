package store

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"earshot/app"
)

func TestOpenMakesLibrary(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "not", "there", "yet")
	s := openAt(t, dir, Options{})
	for pragma, want := range map[string]int{
		"application_id": applicationID, "user_version": newest(), "foreign_keys": 1, "synchronous": 2,
	} {
		if got := number(t, s.write, `PRAGMA `+pragma); got != want {
			t.Errorf("%s: got %d, want %d", pragma, got, want)
		}
	}
	var mode string
	if err := s.write.QueryRow(`PRAGMA journal_mode`).Scan(&mode); err != nil || mode != "wal" {
		t.Errorf("journal_mode: got %q and error %v, want wal", mode, err)
	}
	// Without the build tag sqlite_fts5 this table cannot be made.
	if n := number(t, s.write, `SELECT count(*) FROM sqlite_schema WHERE name = 'segments_fts' AND sql LIKE '%fts5%'`); n != 1 {
		t.Errorf("tables of FTS5: got %d, want 1", n)
	}
	if _, err := s.read.Exec(`DELETE FROM transcripts`); err == nil {
		t.Error("a reader could write")
	}
	if got := ids(t, s); len(got) != 0 {
		t.Errorf("List: got %v, want nothing", got)
	}
}

func TestReopen(t *testing.T) {
	s := newStore(t)
	id := create(t, s, recording(1))
	appendTo(t, s, id, 2, said(0, "Hello", "world."))
	finish(t, s, id, app.StateDone)
	before := read(t, s, id)

	s = reopen(t, s, Options{})
	if got := read(t, s, id); got.Text() != before.Text() || got.State != app.StateDone {
		t.Errorf("got %+v, want %+v", got, before)
	}
}

func TestOpenOddPaths(t *testing.T) {
	for _, name := range []string{"a?b", "a#b", "100%", "%41", "two words", "Größe 大きさ", "a&b=c", "'quoted'", "file:x", "+"} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			dir := filepath.Join(root, name)
			s := openAt(t, dir, Options{})
			id := create(t, s, recording(1))
			if got := read(t, s, id).Title; got != "Talk 1" {
				t.Errorf("title: got %q, want Talk 1", got)
			}
			if _, err := os.Stat(filepath.Join(dir, FileName)); err != nil {
				t.Errorf("the database: %v", err)
			}
			if got := slices.Collect(maps.Keys(snapshot(t, root))); !slices.Equal(got, []string{name}) {
				t.Errorf("files beside it: got %q", got)
			}
		})
	}
}

func TestOpenEmptyFile(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, FileName), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s := openAt(t, dir, Options{})
	if got := number(t, s.write, `PRAGMA user_version`); got != newest() {
		t.Errorf("user_version: got %d, want %d", got, newest())
	}
}

// What a migration does is there with its version or not at all.
func TestMigrationIsOneTransaction(t *testing.T) {
	needSQLite(t)
	db := raw(t, filepath.Join(t.TempDir(), FileName), nil)
	execute(t, db, `PRAGMA max_page_count = 8`)
	if err := migrate(t.Context(), db); classify(err) != app.ErrDiskFull {
		t.Fatalf("on a full disk: got %v, want that it is full", err)
	}
	for query, want := range map[string]int{
		`PRAGMA application_id`: 0, `PRAGMA user_version`: 0, `SELECT count(*) FROM sqlite_schema`: 0,
	} {
		if got := number(t, db, query); got != want {
			t.Errorf("%s: got %d, want %d", query, got, want)
		}
	}
	execute(t, db, `PRAGMA max_page_count = 10000`)
	for range 2 {
		if err := migrate(t.Context(), db); err != nil {
			t.Fatalf("with room: %v", err)
		}
		if got := number(t, db, `PRAGMA user_version`); got != newest() {
			t.Errorf("user_version: got %d, want %d", got, newest())
		}
	}
}

// A program that was killed leaves its last changes in the log.
func TestOpenTakesLogOver(t *testing.T) {
	s := newStore(t)
	execute(t, s.write, `PRAGMA wal_checkpoint(TRUNCATE)`)
	id := create(t, s, recording(1))
	dir := t.TempDir()
	copyTo(t, dir, s)
	if got := read(t, openAt(t, dir, Options{}), id); got.Title != "Talk 1" {
		t.Errorf("got %+v, want Talk 1", got)
	}
}

func TestOpenInsideFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), filepath.Join(path, "data"), Options{})
	var library *app.LibraryError
	if !errors.As(err, &library) || library.Path != filepath.Join(path, "data") {
		t.Errorf("got %v, want a *LibraryError that names the folder", err)
	}
}

func TestOpenCancelled(t *testing.T) {
	needSQLite(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := t.TempDir()
	if _, err := Open(ctx, dir, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	if left, err := os.ReadDir(filepath.Join(dir, instanceFolder)); err != nil || len(left) != 0 {
		t.Errorf("instances: got %v and error %v, want none", left, err)
	}
}

// Several programs start at the same time, and none has run before.
func TestOpenAtOnce(t *testing.T) {
	needSQLite(t)
	for range 5 {
		dir := filepath.Join(t.TempDir(), "data")
		start := make(chan struct{})
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				<-start
				s, err := Open(t.Context(), dir, Options{})
				if err != nil {
					t.Errorf("Open: %v", err)
					return
				}
				if err := s.Close(); err != nil {
					t.Errorf("Close: %v", err)
				}
			})
		}
		close(start)
		wg.Wait()
	}
}

// SQLite does not wait for a writer while it turns on WAL mode: here another
// program writes to the new file all the time.
func TestOpenWhileFileIsWritten(t *testing.T) {
	needSQLite(t)
	for range 2 {
		dir := t.TempDir()
		other := raw(t, filepath.Join(dir, FileName), url.Values{"_txlock": {"immediate"}})
		opened := make(chan error, 1)
		write := func() {
			tx, err := other.Begin()
			if err != nil {
				t.Fatalf("Begin: %v", err)
			}
			tx.Rollback()
		}
		write() // makes the file
		go func() {
			s, err := Open(t.Context(), dir, Options{Wait: time.Minute})
			if err == nil {
				err = s.Close()
			}
			opened <- err
		}()
		for len(opened) == 0 {
			write()
		}
		if err := <-opened; err != nil {
			t.Errorf("Open: %v", err)
		}
	}
}

func TestSource(t *testing.T) {
	got := source("/a?b#c%d e/ü.db", url.Values{"mode": {"ro"}})
	if want := "file:/a%3Fb%23c%25d%20e/%C3%BC.db?mode=ro"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestFailKeepsWhatIsKnown(t *testing.T) {
	s := &Store{dir: "data"}
	known := &app.LibraryError{Path: "x", Err: app.ErrBusy}
	if got := s.fail(known); got != known {
		t.Errorf("a *LibraryError: got %v, want it as it was", got)
	}
	if got := s.fail(context.Canceled); got != context.Canceled {
		t.Errorf("context.Canceled: got %v, want it as it was", got)
	}
	if got := s.fail(nil); got != nil {
		t.Errorf("nil: got %v", got)
	}
	wantError(t, "no rows", s.fail(sql.ErrNoRows), app.ErrNotFound)
	wantError(t, "no permission", s.fail(os.ErrPermission), app.ErrReadOnly)
}
