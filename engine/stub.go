//go:build !cgo

package engine

import (
	"io"
	"log/slog"

	"earshot/app"
)

// Without cgo there is neither libwhisper nor libparakeet: everything that would
// need them says so, and the rest of the program still builds.

type nativeVAD struct{}

func setNativeLog(*slog.Logger) {}

func nativeDevices() ([]nativeDevice, error) { return nil, app.ErrNoEngine }

func tryDevice(int) bool { return false }

func loadWhisper(io.Reader, int) (nativeModel, error) { return nil, app.ErrNoEngine }

func loadParakeet(io.Reader, int) (nativeModel, error) { return nil, app.ErrNoEngine }

func languageID(string) int { return 0 }

func languages() []app.Language { return nil }

func loadNativeVAD(io.Reader) (*nativeVAD, error) { return nil, app.ErrNoEngine }

func (*nativeVAD) free() {}

func (*nativeVAD) probabilities(dst, _ []float32) ([]float32, error) { return dst, app.ErrNoEngine }
