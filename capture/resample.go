package capture

import (
	"errors"
	"io"
	"math"
)

// resampler converts a stream to another rate with a windowed-sinc filter
// in polyphase form: one set of coefficients for each of the positions that
// an output sample can have between two input samples. See Julius O. Smith,
// "Digital Audio Resampling" (CCRMA), with a Blackman-Harris window.
type resampler struct {
	in     samples
	up     int         // output samples for every down input samples
	down   int         //
	phases [][]float32 // coefficients by phase, taps each
	taps   int

	buf  []float32 // input not yet left behind; the first taps/2 are silence
	pos  int       // of the next output sample's window in buf
	frac int       // its phase
	err  error

	idle func() bool // whether the input has nothing now; nil if it always has
}

// Zero crossings of the sinc on each side, at the lower of the two rates.
const crossings = 32

func newResampler(in samples, rate, wanted int) *resampler {
	g := gcd(rate, wanted)
	r := &resampler{in: in, up: wanted / g, down: rate / g}
	cutoff := 0.95 * min(1, float64(wanted)/float64(rate)) // of the input's Nyquist frequency
	half := int(math.Ceil(crossings / cutoff))
	r.taps = 2 * half
	r.phases = make([][]float32, r.up)
	for p := range r.phases {
		c := make([]float32, r.taps)
		shift := float64(p) / float64(r.up)
		sum := 0.0
		for i := range c {
			x := float64(i-half+1) - shift
			v := cutoff * sinc(cutoff*x) * blackmanHarris(x/float64(half))
			c[i] = float32(v)
			sum += v
		}
		for i := range c {
			c[i] /= float32(sum) // unity gain at 0 Hz in every phase
		}
		r.phases[p] = c
	}
	r.buf = make([]float32, half-1)
	return r
}

func (r *resampler) read(out []float32) (int, error) {
	n := 0
	for n < len(out) {
		if r.pos+r.taps > len(r.buf) && (n > 0 && r.idle != nil && r.idle() || !r.refill()) {
			break
		}
		var sum float32
		window := r.buf[r.pos : r.pos+r.taps]
		for i, c := range r.phases[r.frac] {
			sum += c * window[i]
		}
		out[n] = min(max(sum, -1), 1) // steep edges at full scale overshoot
		n++
		r.frac += r.down
		r.pos += r.frac / r.up
		r.frac %= r.up
	}
	if n == 0 {
		return 0, r.err
	}
	return n, nil
}

// refill reads more input; false at the end, when even the tail of silence
// that lets the filter run out has been used.
func (r *resampler) refill() bool {
	drop := min(r.pos, len(r.buf))
	r.buf = append(r.buf[:0], r.buf[drop:]...)
	r.pos -= drop
	for r.err == nil && r.pos+r.taps > len(r.buf) {
		block := make([]float32, 4096)
		n, err := r.in.read(block)
		r.buf = append(r.buf, block[:n]...)
		if r.err = err; errors.Is(err, io.EOF) {
			r.buf = append(r.buf, make([]float32, r.taps/2)...)
		}
	}
	return r.pos+r.taps <= len(r.buf)
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

// blackmanHarris is the four-term window, x in [-1, 1].
func blackmanHarris(x float64) float64 {
	if x < -1 || x > 1 {
		return 0
	}
	a := math.Pi * (x + 1)
	return 0.35875 - 0.48829*math.Cos(a) + 0.14128*math.Cos(2*a) - 0.01168*math.Cos(3*a)
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
