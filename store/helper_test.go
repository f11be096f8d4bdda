package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"earshot/app"
)

// openAt opens the library in dir, or skips the test if there is no SQLite.
func openAt(t testing.TB, dir string, opt Options) *Store {
	t.Helper()
	s, err := Open(context.Background(), dir, opt)
	if errors.Is(err, app.ErrNoEngine) {
		t.Skip("there is no SQLite: this build is without cgo")
	}
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() { closeOnce(s) })
	return s
}

// closeOnce closes a store that a test may have closed already.
func closeOnce(s *Store) error {
	if s.instance == nil {
		return nil
	}
	err := s.Close()
	s.instance = nil
	return err
}

// needSQLite skips the test if there is none.
func needSQLite(t testing.TB) { newStore(t) }

func newStore(t testing.TB) *Store {
	t.Helper()
	return openAt(t, t.TempDir(), Options{})
}

// reopen closes a store and opens it again.
func reopen(t testing.TB, s *Store, opt Options) *Store {
	t.Helper()
	if err := closeOnce(s); err != nil {
		t.Fatalf("Close: %v", err)
	}
	return openAt(t, s.dir, opt)
}

// raw is a connection of another program.
func raw(t testing.TB, path string, query url.Values) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, source(path, query))
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { db.Close() })
	return db
}

// older makes an empty library of an earlier version in dir.
func older(t testing.TB, dir string, version int) *sql.DB {
	t.Helper()
	needSQLite(t)
	db := raw(t, filepath.Join(dir, FileName), url.Values{"_journal_mode": {"WAL"}, "_foreign_keys": {"on"}})
	for _, name := range files()[:version] {
		script, err := migrations.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		execute(t, db, string(script))
	}
	execute(t, db, fmt.Sprintf(`PRAGMA application_id = %d; PRAGMA user_version = %d`, applicationID, version))
	return db
}

func execute(t testing.TB, db *sql.DB, query string, args ...any) {
	t.Helper()
	if _, err := db.Exec(query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

// number is the result of a query for one number.
func number(t testing.TB, db *sql.DB, query string, args ...any) int {
	t.Helper()
	var n int
	if err := db.QueryRow(query, args...).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

// wantError wants a *app.LibraryError of this meaning.
func wantError(t testing.TB, what string, err, want error) {
	t.Helper()
	var library *app.LibraryError
	if !errors.As(err, &library) || !errors.Is(err, want) {
		t.Errorf("%s: got %v, want a *LibraryError that says %q", what, err, want)
	}
}

// noon is when tests take place.
var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// recording is an entry to create: what is asked for, of a recording that is
// named by a number.
func recording(n int) app.Entry {
	return app.Entry{
		Title: fmt.Sprintf("Talk %d", n), Key: "key", Model: "base", Duration: 60, Created: noon.Add(time.Duration(n) * time.Minute),
		Options: app.Options{Model: "base"}, Origin: app.OriginFile,
		Source: app.Source{Path: fmt.Sprintf("/talks/%d.wav", n), Hash: fmt.Sprintf("hash%d", n), Size: 1000, Duration: 61},
	}
}

// said is a segment from second start on, with its words.
func said(start float64, words ...string) app.Segment {
	seg := app.Segment{Start: start, End: start + float64(len(words)), Confidence: 0.75}
	for i, w := range words {
		seg.Words = append(seg.Words, app.Word{Text: w, Start: start + float64(i), End: start + float64(i) + 0.9, Confidence: 0.5})
		if i > 0 {
			seg.Text += " "
		}
		seg.Text += w
	}
	return seg
}

func create(t testing.TB, s *Store, e app.Entry) int64 {
	t.Helper()
	id, err := s.Create(context.Background(), e)
	if err != nil {
		t.Fatalf("Create: %v", err)
	}
	return id
}

func appendTo(t testing.TB, s *Store, id int64, position float64, segments ...app.Segment) {
	t.Helper()
	if err := s.Append(context.Background(), id, app.Progress{Segments: segments, Position: position}); err != nil {
		t.Fatalf("Append: %v", err)
	}
}

func finish(t testing.TB, s *Store, id int64, state app.State) {
	t.Helper()
	if err := s.Finish(context.Background(), id, app.Ending{State: state}); err != nil {
		t.Fatalf("Finish: %v", err)
	}
}

func read(t testing.TB, s *Store, id int64) app.Transcript {
	t.Helper()
	got, err := s.Transcript(context.Background(), id)
	if err != nil {
		t.Fatalf("Transcript: %v", err)
	}
	return got
}

// ids lists the library.
func ids(t testing.TB, s *Store) []int64 {
	t.Helper()
	l, err := s.List(context.Background(), app.Filter{}, app.Page{})
	if err != nil {
		t.Fatalf("List: %v", err)
	}
	var all []int64
	for _, e := range l.Entries {
		all = append(all, e.ID)
	}
	return all
}

// snapshot is the content of the files in dir, without SQLite's shared memory
// and with folders as nothing.
func snapshot(t testing.TB, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, e := range entries {
		switch {
		case e.IsDir():
			files[e.Name()] = ""
		case e.Name() != FileName+"-shm":
			data, err := os.ReadFile(filepath.Join(dir, e.Name()))
			if err != nil {
				t.Fatal(err)
			}
			files[e.Name()] = string(data)
		}
	}
	return files
}

// copyTo copies the library of an open store as it would be found if the
// program were killed now.
func copyTo(t testing.TB, dir string, s *Store) {
	t.Helper()
	for name, content := range snapshot(t, s.dir) {
		if name == instanceFolder {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
