//go:build !cgo

package engine

import (
	"context"
	"io"
	"log/slog"

	"earshot/app"
)

// Without cgo there is no libwhisper: everything that would need it says so,
// and the rest of the program still builds.

type (
	nativeModel struct{}
	nativeState struct{}
	nativeVAD   struct{}
)

func setNativeLog(*slog.Logger) {}

func nativeDevices() ([]nativeDevice, error) { return nil, app.ErrNoEngine }

func tryDevice(int) bool { return false }

func loadNative(io.Reader, int) (*nativeModel, error) { return nil, app.ErrNoEngine }

func (*nativeModel) free() {}

func (*nativeModel) multilingual() bool { return false }

func (*nativeModel) newState() (*nativeState, error) { return nil, app.ErrNoEngine }

func languageID(string) int { return 0 }

func languages() []app.Language { return nil }

func (*nativeState) free() {}

func (*nativeState) detect([]float32) (string, float64, error) { return "", 0, app.ErrNoEngine }

func (*nativeState) decode(context.Context, []float32, decodeOptions, func(found)) error {
	return app.ErrNoEngine
}

func loadNativeVAD(io.Reader) (*nativeVAD, error) { return nil, app.ErrNoEngine }

func (*nativeVAD) free() {}

func (*nativeVAD) probabilities(dst, _ []float32) ([]float32, error) { return dst, app.ErrNoEngine }
