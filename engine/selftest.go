package engine

import (
	"errors"
	"math"
	"math/rand/v2"
)

// The self-test asks a device a question whose answer is known: what most of a
// model's work is, a product of matrices and a softmax, computed here in
// float64. Its sizes make it a blink on a processor.
const (
	testInner, testRows, testColumns = 512, 512, 128
	testRounds                       = 4
	testTolerance                    = 0.02 // relative: half-precision weights err by a tenth of this
)

var errWrong = errors.New("it computes wrong results")

// selfTest returns the device's speed in floating point operations a second.
func selfTest(d nativeDevice) (flops float64, err error) {
	r := rand.New(rand.NewPCG(19, 92))
	a, b := random(r, testInner*testRows), random(r, testInner*testColumns)
	got, seconds, err := multiply(d, testInner, testRows, testColumns, a, b, testRounds)
	if err != nil {
		return 0, err
	}
	if !near(got, answer(a, b)) {
		return 0, errWrong
	}
	return 2 * testInner * testRows * testColumns * testRounds / max(seconds, 1e-6), nil
}

func random(r *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.IntN(65)-32) / 256 // exact in half precision
	}
	return x
}

// answer is softmax(a·b), column by column.
func answer(a, b []float32) []float64 {
	out := make([]float64, testRows*testColumns)
	for j := range testColumns {
		column, sum := out[j*testRows:(j+1)*testRows], 0.0
		for i := range column {
			dot := 0.0
			for k := range testInner {
				dot += float64(a[i*testInner+k]) * float64(b[j*testInner+k])
			}
			column[i] = math.Exp(dot)
			sum += column[i]
		}
		for i := range column {
			column[i] /= sum
		}
	}
	return out
}

func near(got []float32, want []float64) bool {
	for i, w := range want {
		if !(math.Abs(float64(got[i])-w) <= testTolerance*w) {
			return false
		}
	}
	return true
}
