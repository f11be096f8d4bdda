//go:build !cgo

package store

import (
	"path/filepath"
	"testing"

	"earshot/app"
)

// The rest of the program works without the library: it has to be told.
func TestOpenWithoutSQLite(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	s, err := Open(t.Context(), dir, Options{})
	if s != nil {
		t.Error("got a store")
	}
	wantError(t, "Open", err, app.ErrNoEngine)
	if left := snapshot(t, filepath.Join(dir, instanceFolder)); len(left) != 0 {
		t.Errorf("instances: got %v, want none", left)
	}
}
