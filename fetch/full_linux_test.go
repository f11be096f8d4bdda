package fetch_test

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"earshot/app"
)

// disk mounts a file system of its own, which a test can fill.
func disk(t *testing.T, bytes int) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", bytes)); err != nil {
		t.Skipf("a disk to fill cannot be mounted here (%v): it takes root", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// fill writes a file that leaves no room beside it.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Error(err)
		return
	}
	defer f.Close()
	for err == nil {
		_, err = f.Write(make([]byte, 4096))
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("fill the disk: %v", err)
	}
}

// There was room when the download began; somebody else took it. What has come
// is kept, and the next call goes on from there.
func TestFetchOnDiskThatRunsFull(t *testing.T) {
	dir := disk(t, 1<<20)
	ballast := filepath.Join(dir, "ballast")
	s := serve(t, func(n int, w http.ResponseWriter, r *http.Request) {
		if n > 0 {
			whole(w, r)
			return
		}
		w.Header().Set("Content-Length", fmt.Sprint(len(content)))
		w.Write(content[:100_000])
		w.(http.Flusher).Flush()
		for deadline := time.Now().Add(time.Minute); quick().Kept(offer("http://"+r.Host), dir) < 100_000; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Error("the first part does not come")
				return
			}
		}
		fill(t, ballast)
		w.Write(content[100_000:])
	})
	err := get(t, s, dir)
	if !errors.Is(err, app.ErrDiskFull) || !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("got %v, want %v", err, app.ErrDiskFull)
	}
	sentence, hint := app.Explain(err)
	if !strings.Contains(sentence, "the disk is full") || !strings.Contains(hint, "goes on where it stopped") {
		t.Errorf("got %q, %q", sentence, hint)
	}
	kept := quick().Kept(offer(s.URL), dir)
	if kept < 100_000 || kept >= int64(len(content)) {
		t.Errorf("got %d bytes kept, want those that fitted", kept)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if err := get(t, s, dir); err != nil {
		t.Fatalf("with room again: %v", err)
	}
	wantComplete(t, dir)
	if got, want := s.asked(), fmt.Sprintf("- %d-", kept); got != want {
		t.Errorf("asked for: got %q, want %q", got, want)
	}
	if got := quick().Kept(offer(s.URL), dir); got != 0 {
		t.Errorf("got %d bytes kept of a complete download", got)
	}
}
