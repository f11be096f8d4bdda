//go:build cgo

package store

import (
	"database/sql"
	"errors"
	"syscall"

	"github.com/mattn/go-sqlite3"

	"earshot/app"
)

// driver is SQLite with the function that the index of pairs is made with.
const driver = "earshot"

func init() {
	sql.Register(driver, &sqlite3.SQLiteDriver{ConnectHook: func(c *sqlite3.SQLiteConn) error {
		return c.RegisterFunc("pairs", func(text string) any {
			if p := pairs(text); p != "" {
				return p
			}
			return nil
		}, true)
	}})
}

// classify finds out what an error means to a person; nil if nothing that app
// has a name for.
func classify(err error) error {
	var native sqlite3.Error
	if !errors.As(err, &native) {
		return meaningOfFile(err)
	}
	switch native.Code {
	case sqlite3.ErrBusy, sqlite3.ErrLocked:
		return app.ErrBusy
	case sqlite3.ErrFull:
		return app.ErrDiskFull
	case sqlite3.ErrReadonly, sqlite3.ErrPerm, sqlite3.ErrCantOpen:
		return app.ErrReadOnly
	case sqlite3.ErrCorrupt, sqlite3.ErrNotADB:
		return app.ErrNotLibrary
	}
	if native.SystemErrno == syscall.ENOSPC {
		return app.ErrDiskFull
	}
	return nil
}
