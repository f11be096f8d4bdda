//go:build !cgo

package capture

import (
	"io"

	"earshot/app"
)

// Without cgo there is neither PortAudio nor miniaudio: files are read, and
// nothing records.

type portAudio struct{}

func (portAudio) open(string, *ring) (io.Closer, error) { return nil, app.ErrNoInput }

type miniAudio struct{}

func (miniAudio) inputs() ([]app.Input, error) { return nil, app.ErrNoInput }

func (miniAudio) open(string, *ring) (io.Closer, error) { return nil, app.ErrNoInput }
