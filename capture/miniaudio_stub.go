//go:build !cgo

package capture

import (
	"io"

	"earshot/app"
)

// Without cgo there is no miniaudio either: files are read, and nothing records
// or plays.

type miniAudio struct{}

func (miniAudio) inputs() ([]app.Input, error) { return nil, app.ErrNoInput }

func (miniAudio) open(string, *ring) (io.Closer, error) { return nil, app.ErrNoInput }

func (miniAudio) speak(*voice) (io.Closer, error) { return nil, app.ErrNoPlayer }
