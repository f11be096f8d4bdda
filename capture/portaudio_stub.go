//go:build !cgo || race

package capture

import (
	"io"

	"earshot/app"
)

// portAudio cannot be used here, and miniaudio takes its place: its binding
// needs cgo, and hands numbers to C as pointers, which a build with the race
// detector takes for an error and ends the program.
type portAudio struct{}

func (portAudio) open(string, *ring) (io.Closer, error) { return nil, app.ErrNoInput }

func (portAudio) speak(*voice) (io.Closer, error) { return nil, app.ErrNoOutput }
