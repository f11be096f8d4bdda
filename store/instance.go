package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// An instance is one running Earshot: a file in the data folder that the
// program keeps locked while it lives. The operating system lets go of the
// lock when the program dies, however it dies; so a transcript whose owner's
// file can be locked has been abandoned. The runtime's crash report goes into
// the same file: one that is unlocked and not empty tells of a crash.
type instance struct {
	dir     string
	name    string
	file    *os.File // for the crash report; not the locked handle
	lock    *flock.Flock
	crashes []string
}

const instanceFolder = "run"

func newInstance(data string) (*instance, error) {
	in := &instance{dir: filepath.Join(data, instanceFolder)}
	if err := os.MkdirAll(in.dir, 0o700); err != nil {
		return nil, err
	}
	in.sweep(data)
	f, err := os.CreateTemp(in.dir, fmt.Sprintf("%d-*", os.Getpid()))
	if err != nil {
		return nil, err
	}
	in.file, in.name = f, filepath.Base(f.Name())
	in.lock = flock.New(f.Name())
	locked, err := in.lock.TryLock()
	if err == nil && !locked {
		err = errors.New("another program has locked it")
	}
	if err != nil {
		f.Close()
		os.Remove(f.Name())
		return nil, fmt.Errorf("lock %s: %w", f.Name(), err)
	}
	return in, nil
}

// alive reports whether the instance of this name still runs.
func (in *instance) alive(name string) bool {
	if name == in.name {
		return true
	}
	if name == "" || name != filepath.Base(name) {
		return false
	}
	path := filepath.Join(in.dir, name)
	if _, err := os.Stat(path); err != nil {
		return false
	}
	lock := flock.New(path)
	free, err := lock.TryLock()
	if free {
		lock.Unlock()
	}
	return err == nil && !free
}

// sweep removes the files of dead instances, keeping what crashes wrote.
func (in *instance) sweep(data string) {
	entries, _ := os.ReadDir(in.dir)
	for _, e := range entries {
		path := filepath.Join(in.dir, e.Name())
		st, err := e.Info()
		// A file this young may belong to a program that is about to lock it,
		// and would fail to if alive held the lock in that moment.
		if err != nil || time.Since(st.ModTime()) < 2*time.Second && st.Size() == 0 || in.alive(e.Name()) {
			continue
		}
		if st.Size() > 0 {
			report := filepath.Join(data, "crash-"+st.ModTime().Format("20060102-150405")+"-"+pid(e.Name())+".txt")
			if os.Rename(path, report) == nil {
				in.crashes = append(in.crashes, report)
			}
			continue
		}
		os.Remove(path)
	}
}

func pid(name string) string {
	p, _, _ := strings.Cut(name, "-")
	return p
}

func (in *instance) close() error {
	err := os.Remove(in.file.Name())
	in.file.Close()
	in.lock.Unlock()
	return err
}
