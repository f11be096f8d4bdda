//go:build linux || darwin || freebsd

package capture

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"earshot/app"
)

// freeSpace is how many bytes this user can still write into a folder, if that
// is known.
func freeSpace(dir string) (int64, bool) {
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		return 0, false
	}
	return int64(st.Bavail) * int64(st.Bsize), true
}

// diskError tells a full or read-only disk from other errors.
func diskError(err error) error {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fmt.Errorf("%w: %w", app.ErrDiskFull, err)
	case errors.Is(err, syscall.EROFS):
		return fmt.Errorf("%w: %w", app.ErrReadOnly, err)
	}
	return err
}

// syncFolder makes the names in a folder safe.
func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
