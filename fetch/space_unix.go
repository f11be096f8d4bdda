//go:build linux || darwin || freebsd

package fetch

import (
	"errors"
	"fmt"
	"math"
	"syscall"

	"earshot/app"
)

// freeSpace is how many bytes this user can still write into a folder.
func freeSpace(dir string) int64 {
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		return math.MaxInt64 // the write will tell
	}
	return int64(st.Bavail) * int64(st.Bsize)
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
