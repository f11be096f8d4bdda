//go:build !cgo

package store

import (
	"database/sql"
	sqldriver "database/sql/driver"

	"earshot/app"
)

// Without cgo there is no SQLite: opening a library says so.
const driver = "none"

func init() { sql.Register(driver, none{}) }

type none struct{}

func (none) Open(string) (sqldriver.Conn, error) { return nil, app.ErrNoEngine }

func classify(err error) error { return meaningOfFile(err) }
