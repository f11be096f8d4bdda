//go:build !cgo

package engine

import "earshot/app"

func multiply(nativeDevice, int, int, int, []float32, []float32, int) ([]float32, float64, error) {
	return nil, 0, app.ErrNoEngine
}

func convertRows(int32, int32, []byte, []float32, []byte, int64) error { return app.ErrNoEngine }

func nativeVersion() string { return "" }

func trim() {}

func giveMemoryBack() {}
