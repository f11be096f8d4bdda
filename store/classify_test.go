//go:build cgo && unix

package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"testing"

	"github.com/mattn/go-sqlite3"

	"earshot/app"
)

func TestClassify(t *testing.T) {
	native := func(code sqlite3.ErrNo) error { return sqlite3.Error{Code: code} }
	file := func(errno syscall.Errno) error { return &fs.PathError{Op: "open", Path: "x", Err: errno} }
	tests := []struct {
		err  error
		want error
	}{
		{native(sqlite3.ErrBusy), app.ErrBusy},
		{native(sqlite3.ErrLocked), app.ErrBusy},
		{native(sqlite3.ErrFull), app.ErrDiskFull},
		{sqlite3.Error{Code: sqlite3.ErrIoErr, SystemErrno: syscall.ENOSPC}, app.ErrDiskFull},
		{native(sqlite3.ErrReadonly), app.ErrReadOnly},
		{native(sqlite3.ErrPerm), app.ErrReadOnly},
		{native(sqlite3.ErrCantOpen), app.ErrReadOnly},
		{native(sqlite3.ErrCorrupt), app.ErrNotLibrary},
		{native(sqlite3.ErrNotADB), app.ErrNotLibrary},
		{native(sqlite3.ErrIoErr), nil},
		{native(sqlite3.ErrConstraint), nil},
		{file(syscall.ENOSPC), app.ErrDiskFull},
		{file(syscall.EDQUOT), app.ErrDiskFull},
		{file(syscall.EROFS), app.ErrReadOnly},
		{file(syscall.EACCES), app.ErrReadOnly},
		{os.ErrNotExist, nil},
		{errors.New("the moon is full"), nil},
	}
	for _, test := range tests {
		for _, err := range []error{test.err, fmt.Errorf("work: %w", test.err)} {
			if got := classify(err); got != test.want {
				t.Errorf("classify(%#v): got %v, want %v", err, got, test.want)
			}
		}
	}
}
