package store

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"earshot/app"
)

func TestCheckVersion(t *testing.T) {
	tests := []struct {
		application, version int
		want                 error
	}{
		{0, 0, nil},
		{applicationID, 0, nil},
		{applicationID, 1, nil},
		{applicationID, newest(), nil},
		{applicationID, newest() + 1, app.ErrNewer},
		{applicationID, 0xffffffff, app.ErrNewer},
		{0, 1, app.ErrNotLibrary},
		{1, 0, app.ErrNotLibrary},
		{1, newest() + 1, app.ErrNotLibrary},
	}
	for _, test := range tests {
		if got := checkVersion(test.application, test.version); got != test.want {
			t.Errorf("checkVersion(%#x, %d): got %v, want %v", test.application, test.version, got, test.want)
		}
	}
}

// Each of these makes a file in the place of the library, which Open has to
// refuse and leave as it is.
func TestOpenRefuses(t *testing.T) {
	foreign := func(script string) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			db := raw(t, path, nil)
			execute(t, db, script)
			db.Close()
		}
	}
	file := func(content string) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	tests := []struct {
		name string
		make func(t *testing.T, path string)
		want error
	}{
		{"a newer version", makeNewer, app.ErrNewer},
		{"a newer version in the log only", makeNewerInLog, app.ErrNewer},
		{"a database without versions", foreign(`CREATE TABLE x (y); INSERT INTO x VALUES (1)`), app.ErrNotLibrary},
		{"a database with a version", foreign(`PRAGMA user_version = 1; CREATE TABLE x (y)`), app.ErrNotLibrary},
		{"a database of another program", foreign(`PRAGMA application_id = 7; CREATE TABLE x (y)`), app.ErrNotLibrary},
		{"a database of another program in WAL mode", foreign(`PRAGMA journal_mode = WAL; PRAGMA application_id = 7; CREATE TABLE x (y)`), app.ErrNotLibrary},
		{"a short text", file("notes"), app.ErrNotLibrary},
		{"a long text", file(strings.Repeat("notes ", 1000)), app.ErrNotLibrary},
		{"half a header", file(headerMagic), app.ErrNotLibrary},
		{"a folder", func(t *testing.T, path string) {
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
		}, app.ErrNotLibrary},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			needSQLite(t)
			dir := t.TempDir()
			test.make(t, filepath.Join(dir, FileName))
			before := snapshot(t, dir)
			for range 2 {
				s, err := Open(t.Context(), dir, Options{})
				if s != nil {
					s.Close()
				}
				wantError(t, "Open", err, test.want)
				if after := snapshot(t, dir); !maps.Equal(after, before) {
					t.Errorf("the folder: got %v, want %v and the same content", slices.Sorted(maps.Keys(after)), slices.Sorted(maps.Keys(before)))
				}
			}
		})
	}
}

func makeNewer(t *testing.T, path string) {
	s := openAt(t, filepath.Dir(path), Options{})
	create(t, s, recording(1))
	execute(t, s.write, `PRAGMA user_version = 99`)
	if err := closeOnce(s); err != nil {
		t.Fatalf("Close: %v", err)
	}
	if err := os.Remove(filepath.Join(filepath.Dir(path), instanceFolder)); err != nil {
		t.Fatal(err)
	}
}

// makeNewerInLog makes what a newer program leaves that was killed.
func makeNewerInLog(t *testing.T, path string) {
	s := newStore(t)
	create(t, s, recording(1))
	execute(t, s.write, `PRAGMA wal_checkpoint(TRUNCATE)`)
	execute(t, s.write, `PRAGMA user_version = 99`)
	copyTo(t, filepath.Dir(path), s)
	if err := checkHeader(path); err != nil {
		t.Fatalf("the version is in the database: %v", err)
	}
}

func TestOpenDamaged(t *testing.T) {
	s := newStore(t)
	if err := closeOnce(s); err != nil {
		t.Fatalf("Close: %v", err)
	}
	if err := os.Truncate(filepath.Join(s.dir, FileName), 4096); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), s.dir, Options{})
	wantError(t, "Open", err, app.ErrNotLibrary)
}
