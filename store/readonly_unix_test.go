//go:build unix

package store

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"earshot/app"
)

const nobody = 65534

func TestReadOnlyFolder(t *testing.T) {
	for _, test := range []struct {
		name string
		make func(t *testing.T, dir string)
	}{
		{"empty", func(*testing.T, string) {}},
		{"with a library", func(t *testing.T, dir string) { closeOnce(openAt(t, dir, Options{})) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			needSQLite(t)
			dir := t.TempDir()
			test.make(t, dir)
			allow(t, dir, 0o555)
			if os.Getuid() != 0 {
				_, err := Open(t.Context(), dir, Options{})
				wantError(t, "Open", err, app.ErrReadOnly)
				return
			}
			if got, err := asNobody(t, dir); err == nil || !strings.Contains(got, "cannot be written to") {
				t.Errorf("got %q and error %v, want that it cannot be written to", got, err)
			}
		})
	}
}

// allow sets the mode of a folder and lets everybody pass through to it.
func allow(t *testing.T, dir string, mode os.FileMode) {
	t.Helper()
	for path, mode := range map[string]os.FileMode{dir: mode, filepath.Dir(dir): 0o755} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { os.Chmod(dir, 0o755) })
}

// asNobody opens the library in a child without root's rights, to which every
// folder can be written, and returns what it says.
func asNobody(t *testing.T, dir string) (string, error) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("root can write to every folder, and there is no /proc to start a child from")
	}
	// Through /proc, as the folder of the test program is root's own.
	c := exec.Command("/proc/self/exe")
	c.Dir = dir
	c.Env = append(os.Environ(), childRole+"=write", childDir+"="+dir)
	c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	out, err := c.CombinedOutput()
	return string(out), err
}

// The check above is worth nothing if the child fails whatever the folder.
func TestWritableFolderAsNobody(t *testing.T) {
	needSQLite(t)
	if os.Getuid() != 0 {
		t.Skip("only root needs a child")
	}
	dir := t.TempDir()
	allow(t, dir, 0o777)
	if out, err := asNobody(t, dir); err != nil {
		t.Errorf("got %q and error %v", out, err)
	}
}
