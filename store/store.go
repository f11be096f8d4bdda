// Package store keeps the library in SQLite: one database in the user's data
// folder, in WAL mode, with one writer and a pool of readers.
//
// Every exported method is one transaction. Errors are *app.LibraryError, so
// that "disk full" and "locked" can be told from the rest.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"earshot/app"
)

// FileName of the database in the data folder.
const FileName = "earshot.db"

// Store implements app.Library. It is safe for concurrent use.
type Store struct {
	dir      string
	instance *instance
	write    *sql.DB // one connection; transactions begin IMMEDIATE
	read     *sql.DB
	now      func() time.Time
}

// Options of Open; the zero value works.
type Options struct {
	Now  func() time.Time // nil is time.Now
	Wait time.Duration    // for another program that writes; 0 is 5 s
}

// Open opens the library in dir, making both if needed and bringing an older
// one up to date. Transcripts that were being made by a program that is gone
// become interrupted. A library of a newer version is left untouched.
func Open(ctx context.Context, dir string, opt Options) (*Store, error) {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Wait == 0 {
		opt.Wait = 5 * time.Second
	}
	s := &Store{dir: dir, now: opt.Now}
	if err := s.open(ctx, opt.Wait); err != nil {
		s.Close()
		return nil, s.fail(err)
	}
	return s, nil
}

func (s *Store) open(ctx context.Context, wait time.Duration) error {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return err
	}
	path := filepath.Join(s.dir, FileName)
	if err := checkHeader(path); err != nil {
		return err
	}
	if err := checkLog(ctx, path, wait); err != nil {
		return err
	}
	var err error
	if s.instance, err = newInstance(s.dir); err != nil {
		return err
	}
	pragmas := url.Values{
		"_journal_mode": {"WAL"}, "_synchronous": {"FULL"}, "_foreign_keys": {"on"},
		"_busy_timeout": {fmt.Sprint(wait.Milliseconds())},
	}
	// 8 MB a reader: a search looks into many places.
	reading := url.Values{"_query_only": {"on"}, "_cache_size": {"-8000"}, "_busy_timeout": pragmas["_busy_timeout"]}
	pragmas.Set("_txlock", "immediate")
	if s.write, err = sql.Open(driver, source(path, pragmas)); err != nil {
		return err
	}
	s.write.SetMaxOpenConns(1)
	if s.read, err = sql.Open(driver, source(path, reading)); err != nil {
		return err
	}
	s.read.SetMaxOpenConns(4)
	if err := s.migrate(ctx, wait); err != nil {
		return err
	}
	return s.tidy(ctx)
}

// migrate waits for another program that makes the same new file at the same
// moment: SQLite itself does not while it turns on WAL mode.
func (s *Store) migrate(ctx context.Context, wait time.Duration) error {
	for end := time.Now().Add(wait); ; {
		err := migrate(ctx, s.write)
		if err == nil || !errors.Is(classify(err), app.ErrBusy) || time.Now().After(end) {
			return err
		}
		select {
		case <-time.After(10 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// source is SQLite's URI for a file. The path is escaped so that no character
// in it can end it.
func source(path string, query url.Values) string {
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath(), RawQuery: query.Encode()}).String()
}

// tidy marks what a dead program left running.
func (s *Store) tidy(ctx context.Context) error {
	return s.change(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT DISTINCT owner FROM transcripts WHERE state = ?`, app.StateRunning)
		if err != nil {
			return err
		}
		owners, err := collect(rows, func(scan scanner) (owner string, err error) {
			err = scan(&owner)
			return owner, err
		})
		if err != nil {
			return err
		}
		for _, owner := range owners {
			if s.instance.alive(owner) {
				continue
			}
			if _, err := tx.ExecContext(ctx, `UPDATE transcripts SET state = ?, owner = '' WHERE state = ? AND owner = ?`,
				app.StateInterrupted, app.StateRunning, owner); err != nil {
				return err
			}
		}
		return nil
	})
}

// Close closes the library.
func (s *Store) Close() error {
	var errs []error
	for _, db := range []*sql.DB{s.read, s.write} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	if s.instance != nil {
		errs = append(errs, s.instance.close())
	}
	return errors.Join(errs...)
}

// Crashes takes the reports of earlier runs that crashed: each is moved out
// of the way and its new path returned, once.
func (s *Store) Crashes() []string { return s.instance.crashes }

// CrashOutput is where the runtime is to write if this run crashes.
func (s *Store) CrashOutput() *os.File { return s.instance.file }

// change runs f in a transaction that may write.
func (s *Store) change(ctx context.Context, f func(*sql.Tx) error) error {
	return s.fail(inTx(ctx, s.write, f))
}

// look runs f in a transaction that only reads, and so sees one state.
func (s *Store) look(ctx context.Context, f func(*sql.Tx) error) error {
	return s.fail(inTx(ctx, s.read, f))
}

func inTx(ctx context.Context, db *sql.DB, f func(*sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := f(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// fail gives an error the library's name and, where it is known, a meaning.
func (s *Store) fail(err error) error {
	var done *app.LibraryError
	if err == nil || errors.As(err, &done) || errors.Is(err, context.Canceled) {
		return err
	}
	if meaning := classify(err); meaning != nil {
		err = fmt.Errorf("%w (%w)", meaning, err)
	}
	return &app.LibraryError{Path: s.dir, Err: err}
}

// meaningOfFile classifies errors of the file system.
func meaningOfFile(err error) error {
	switch {
	case errors.Is(err, fs.ErrPermission), isReadOnly(err):
		return app.ErrReadOnly
	case isDiskFull(err):
		return app.ErrDiskFull
	case errors.Is(err, sql.ErrNoRows):
		return app.ErrNotFound
	}
	return nil
}

// The layout of an SQLite database's first 100 bytes: sqlite.org/fileformat.
const (
	headerMagic       = "SQLite format 3\x00"
	headerCookie      = 40 // counts changes of the schema, big endian
	headerVersion     = 60 // user_version, big endian
	headerApplication = 68 // application_id, big endian
	headerSize        = 100
)

// checkHeader looks at the database file before SQLite does, so that a
// library of a newer version, or a file that is none, is not even opened.
func checkHeader(path string) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	head := make([]byte, headerSize)
	n, err := io.ReadFull(f, head)
	switch {
	case n == 0 && errors.Is(err, io.EOF):
		return nil // SQLite makes a database of an empty file
	case err != nil || string(head[:len(headerMagic)]) != headerMagic:
		return app.ErrNotLibrary
	}
	application, version := int(bigEndian(head[headerApplication:])), int(bigEndian(head[headerVersion:]))
	if application == 0 && version == 0 && bigEndian(head[headerCookie:]) != 0 {
		return app.ErrNotLibrary // no new database: it has had tables
	}
	return checkVersion(application, version)
}

// checkLog looks for a version in the write-ahead log, where a program that
// died may have left it. The connection is read-only, as closing another one
// would move the log into the database.
func checkLog(ctx context.Context, path string, wait time.Duration) error {
	if st, err := os.Stat(path + "-wal"); err != nil || st.Size() == 0 {
		return nil
	}
	db, err := sql.Open(driver, source(path, url.Values{"mode": {"ro"}, "_busy_timeout": {fmt.Sprint(wait.Milliseconds())}}))
	if err != nil {
		return err
	}
	defer db.Close()
	return inTx(ctx, db, func(tx *sql.Tx) error {
		application, version, err := versions(ctx, tx)
		if err != nil {
			return err
		}
		return checkVersion(application, version)
	})
}

func bigEndian(b []byte) uint32 {
	return uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
}
