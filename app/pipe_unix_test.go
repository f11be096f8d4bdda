//go:build unix

package app_test

import (
	"errors"
	"path/filepath"
	"syscall"
	"testing"

	"earshot/app"
)

// Opening a pipe that nobody writes to would wait for ever.
func TestTranscribeRefusesPipe(t *testing.T) {
	g := newRig(t, nil)
	path := filepath.Join(t.TempDir(), "pipe.wav")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := g.Transcribe(t.Context(), app.Request{Path: path}, func(app.Event) {})
		done <- err
	}()
	err := await(t, done, "the end")
	var media *app.MediaError
	if !errors.As(err, &media) || media.Err.Error() != "it is not a file" {
		t.Errorf("error: got %v, want that it is not a file", err)
	}
}
