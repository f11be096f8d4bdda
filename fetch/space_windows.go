package fetch

import (
	"errors"
	"fmt"
	"math"

	"golang.org/x/sys/windows"

	"earshot/app"
)

// freeSpace is how many bytes this user can still write into a folder.
func freeSpace(dir string) int64 {
	path, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return math.MaxInt64 // the write will tell
	}
	var free uint64
	if err := windows.GetDiskFreeSpaceEx(path, &free, nil, nil); err != nil {
		return math.MaxInt64
	}
	return int64(min(free, math.MaxInt64))
}

// diskError tells a full or read-only disk from other errors.
func diskError(err error) error {
	switch {
	case errors.Is(err, windows.ERROR_DISK_FULL), errors.Is(err, windows.ERROR_HANDLE_DISK_FULL):
		return fmt.Errorf("%w: %w", app.ErrDiskFull, err)
	case errors.Is(err, windows.ERROR_WRITE_PROTECT):
		return fmt.Errorf("%w: %w", app.ErrReadOnly, err)
	}
	return err
}
