package store

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofrs/flock"

	"earshot/app"
)

func instances(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(dir, instanceFolder))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestKilledWhileTranscribing(t *testing.T) {
	needSQLite(t)
	dir := t.TempDir()
	c := startChild(t, "transcribe", dir)
	id, err := strconv.ParseInt(c.line, 10, 64)
	if err != nil {
		t.Fatalf("the child: %s", c.line)
	}

	s := openAt(t, dir, Options{})
	if got := read(t, s, id).State; got != app.StateRunning {
		t.Errorf("while the child lives: got %s, want running", got)
	}
	if _, err := s.Cached(t.Context(), "hash1", "key"); err == nil {
		t.Error("while the child lives: its transcript can be resumed")
	}
	if err := closeOnce(s); err != nil {
		t.Errorf("Close: %v", err)
	}
	if got := instances(t, dir); len(got) != 1 {
		t.Errorf("instances: got %q, want the child's", got)
	}

	c.kill()
	s = openAt(t, dir, Options{})
	got := read(t, s, id)
	if got.State != app.StateInterrupted || got.Text() != "Hello world" || got.Position != 2 || len(got.Segments[0].Words) != 2 {
		t.Errorf("after it was killed: got %+v, want it interrupted at 2 s, with its text", got)
	}
	if crashes := s.Crashes(); len(crashes) != 0 {
		t.Errorf("crashes: got %q: being killed is none", crashes)
	}
	resumed, err := s.Restart(t.Context(), id)
	if err != nil || resumed.State != app.StateRunning || resumed.Text() != "Hello world" {
		t.Errorf("Restart: got %+v and error %v", resumed, err)
	}
}

// A program that ends in good order without having finished its transcript.
func TestEndedWhileTranscribing(t *testing.T) {
	needSQLite(t)
	dir := t.TempDir()
	c := startChild(t, "transcribe", dir)
	if err := c.hangUp(); err != nil {
		t.Fatalf("the child: %v", err)
	}
	if got := instances(t, dir); len(got) != 0 {
		t.Errorf("instances: got %q, want none", got)
	}
	s := openAt(t, dir, Options{})
	l, err := s.List(t.Context(), app.Filter{}, app.Page{})
	entries := l.Entries
	if err != nil || len(entries) != 1 || entries[0].State != app.StateInterrupted {
		t.Errorf("got %+v and error %v, want it interrupted", entries, err)
	}
}

func TestOwnTranscriptStaysRunning(t *testing.T) {
	s := newStore(t)
	id := create(t, s, recording(1))
	other := openAt(t, s.dir, Options{})
	if got := read(t, other, id).State; got != app.StateRunning {
		t.Errorf("got %s, want running: its owner lives", got)
	}
	if err := closeOnce(s); err != nil {
		t.Errorf("Close: %v", err)
	}
	if got := read(t, reopen(t, other, Options{}), id).State; got != app.StateInterrupted {
		t.Errorf("after the owner's end: got %s, want interrupted", got)
	}
}

func TestCrashReport(t *testing.T) {
	needSQLite(t)
	dir := t.TempDir()
	c := startChild(t, "crash", dir)
	pid := strconv.Itoa(c.Process.Pid)
	if s := openAt(t, dir, Options{}); len(s.Crashes()) != 0 {
		t.Errorf("before the crash: got %q", s.Crashes())
	} else if err := closeOnce(s); err != nil {
		t.Errorf("Close: %v", err)
	}
	if err := c.hangUp(); err == nil {
		t.Fatal("the child did not crash")
	}

	s := openAt(t, dir, Options{})
	crashes := s.Crashes()
	if len(crashes) != 1 || filepath.Dir(crashes[0]) != dir || !strings.Contains(filepath.Base(crashes[0]), pid) {
		t.Fatalf("crashes: got %q, want one file of process %s in %s", crashes, pid, dir)
	}
	report, err := os.ReadFile(crashes[0])
	if err != nil || !strings.Contains(string(report), "off by one") || !strings.Contains(string(report), "beCrashing") {
		t.Errorf("report: got %q and error %v, want the panic and where it was", report, err)
	}
	if got := instances(t, dir); len(got) != 1 || got[0] != s.instance.name {
		t.Errorf("instances: got %q, want only this one", got)
	}
	s = reopen(t, s, Options{})
	if got := s.Crashes(); len(got) != 0 {
		t.Errorf("the next time: got %q, want nothing new", got)
	}
	if _, err := os.Stat(crashes[0]); err != nil {
		t.Errorf("the report: %v", err)
	}
}

func TestCloseLeavesNoInstance(t *testing.T) {
	s := newStore(t)
	if got := instances(t, s.dir); len(got) != 1 || got[0] != s.instance.name {
		t.Errorf("while open: got %q, want %q", got, s.instance.name)
	}
	if !s.instance.alive(s.instance.name) {
		t.Error("it is not alive to itself")
	}
	if err := closeOnce(s); err != nil {
		t.Errorf("Close: %v", err)
	}
	if got := instances(t, s.dir); len(got) != 0 {
		t.Errorf("closed: got %q, want nothing", got)
	}
}

func TestSweep(t *testing.T) {
	s := newStore(t)
	long := time.Now().Add(-time.Hour)
	files := []struct {
		name, content string
		old, locked   bool
		stays         bool
	}{
		{name: "1-old", old: true},
		{name: "2-young", stays: true}, // may be about to be locked
		{name: "3-locked", old: true, locked: true, stays: true},
		{name: "4-locked-crash", old: true, locked: true, content: "panic", stays: true},
		{name: "5-crash", content: "panic"},
		{name: "6-old-crash", old: true, content: "panic"},
	}
	for _, f := range files {
		path := filepath.Join(s.dir, instanceFolder, f.name)
		if err := os.WriteFile(path, []byte(f.content), 0o600); err != nil {
			t.Fatal(err)
		}
		if f.old {
			if err := os.Chtimes(path, long, long); err != nil {
				t.Fatal(err)
			}
		}
		if f.locked {
			lock := flock.New(path)
			if ok, err := lock.TryLock(); !ok || err != nil {
				t.Fatalf("lock: %v", err)
			}
			defer lock.Unlock()
		}
	}
	other := openAt(t, s.dir, Options{})
	left := strings.Join(instances(t, s.dir), " ")
	for _, f := range files {
		if stays := strings.Contains(left, f.name); stays != f.stays {
			t.Errorf("%s: got it left: %v, want %v", f.name, stays, f.stays)
		}
	}
	crashes := strings.Join(other.Crashes(), " ")
	if len(other.Crashes()) != 2 || !strings.Contains(crashes, "-5.txt") || !strings.Contains(crashes, "-6.txt") {
		t.Errorf("crashes: got %q, want those of 5 and 6", other.Crashes())
	}
}

// Nobody takes another one's file for that of a dead program, or keeps it
// from being locked.
func TestInstancesStartAtOnce(t *testing.T) {
	dir := t.TempDir()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 200 {
				in, err := newInstance(dir)
				if err != nil {
					t.Errorf("newInstance: %v", err)
					return
				}
				if len(in.crashes) != 0 {
					t.Errorf("crashes: got %q", in.crashes)
				}
				if err := in.close(); err != nil {
					t.Errorf("close: %v", err)
				}
			}
		})
	}
	wg.Wait()
	if got := instances(t, dir); len(got) != 0 {
		t.Errorf("instances: got %q, want none", got)
	}
}

// An owner that is no file's name keeps nothing running, and is not looked up.
func TestAliveRefusesPaths(t *testing.T) {
	s := newStore(t)
	for _, name := range []string{"", ".", "..", "../" + FileName, s.dir, "missing"} {
		if s.instance.alive(name) {
			t.Errorf("%q: got alive", name)
		}
	}
	if _, err := os.Stat(filepath.Join(s.dir, instanceFolder, "missing")); err == nil {
		t.Error("looking for an instance made its file")
	}
}
