package api

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// spool is a private folder for sound on its way to text. Each server has one
// of its own, which it keeps locked, inside a folder that they share: what a
// crash has left is removed by the next one. Sound of orders, which outlives its
// server, lies beside.
type spool struct {
	shared string // folder of sound that was ordered
	dir    string
	lock   *flock.Flock
}

const spoolPrefix = "serve-"

func openSpool(shared string) (*spool, error) {
	err := os.MkdirAll(shared, 0o700)
	if err == nil {
		err = sweep(shared)
	}
	var dir string
	if err == nil {
		dir, err = os.MkdirTemp(shared, spoolPrefix) // for its owner only
	}
	if err != nil {
		return nil, fmt.Errorf("make a folder for sound: %w", err)
	}
	s := &spool{shared: shared, dir: dir, lock: flock.New(lockOf(dir))}
	if locked, err := s.lock.TryLock(); err != nil || !locked {
		os.RemoveAll(dir)
		return nil, fmt.Errorf("lock a folder for sound: %w", errors.Join(err, fs.ErrExist))
	}
	return s, nil
}

// lockOf is the file that a server keeps locked.
func lockOf(dir string) string { return filepath.Join(dir, "lock") }

// sweep removes the folders of servers that are gone.
func sweep(shared string) error {
	dirs, err := os.ReadDir(shared)
	if err != nil {
		return err
	}
	for _, d := range dirs {
		dir := filepath.Join(shared, d.Name())
		if !d.IsDir() || !strings.HasPrefix(d.Name(), spoolPrefix) {
			continue
		}
		// A file this young may belong to a server that is about to lock it.
		if st, err := os.Stat(lockOf(dir)); err != nil || time.Since(st.ModTime()) < 2*time.Second {
			continue
		}
		lock := flock.New(lockOf(dir))
		if free, err := lock.TryLock(); err != nil || !free {
			continue
		}
		err := os.RemoveAll(dir)
		lock.Unlock()
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *spool) close() error {
	err := os.RemoveAll(s.dir)
	s.lock.Unlock()
	return err
}

// sound is a recording in a file of its own.
type sound struct {
	path string
	size int64
	name string // that it came with
	head []byte // its first bytes
}

// keep writes what r brings, up to a limit, into a file.
func (s *spool) keep(r io.Reader, limit int64, tooLarge error) (*sound, error) {
	f, err := s.file()
	if err != nil {
		return nil, err
	}
	k := &sound{path: f.Name()}
	k.size, err = io.Copy(f, io.LimitReader(r, limit+1))
	if err == nil && k.size > limit {
		err = tooLarge
	}
	if err = errors.Join(err, f.Close()); err != nil {
		k.remove()
		return nil, err
	}
	return k, nil
}

// file makes an empty one.
func (s *spool) file() (*os.File, error) {
	f, err := os.CreateTemp(s.dir, "sound-*")
	if err != nil {
		return nil, fmt.Errorf("store the sound: %w", err)
	}
	return f, nil
}

// adopt moves sound to where it outlives the server.
func (s *spool) adopt(k *sound, id string) (path string, err error) {
	path = filepath.Join(s.shared, id)
	return path, os.Rename(k.path, path)
}

// remove removes the file, if it is still there.
func (k *sound) remove() {
	if k != nil {
		os.Remove(k.path)
	}
}
