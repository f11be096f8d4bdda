package capture

import (
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

const stretchRate = 48000

// stretched is what a stretcher makes of samples at a speed.
func stretched(t testing.TB, in []float32, speed float64) []float32 {
	t.Helper()
	s := newStretcher(&given{left: slices.Clone(in), last: io.EOF}, stretchRate)
	var out []float32
	buf := make([]float32, 500)
	for {
		n, err := s.read(buf, speed)
		out = append(out, buf[:n]...)
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil || n == 0 {
			t.Fatalf("read: got %d samples and error %v", n, err)
		}
	}
}

func floats(in []float64) []float32 {
	out := make([]float32, len(in))
	for i, v := range in {
		out[i] = float32(v)
	}
	return out
}

// frequency is that of a tone, by where it first and last crosses zero upwards.
func frequency(samples []float32, rate float64) float64 {
	first, last, crossings := 0.0, 0.0, -1
	for i := 1; i < len(samples); i++ {
		if a, b := samples[i-1], samples[i]; a < 0 && b >= 0 {
			last = float64(i-1) + float64(-a/(b-a))
			if crossings++; crossings == 0 {
				first = last
			}
		}
	}
	return float64(crossings) * rate / (last - first)
}

// steepest is the largest step between two samples.
func steepest(samples []float32) float64 {
	most := 0.0
	for i := 1; i < len(samples); i++ {
		most = max(most, math.Abs(float64(samples[i]-samples[i-1])))
	}
	return most
}

var speeds = []float64{0.5, 0.75, 0.9, 1.1, 1.25, 1.5, 2}

func TestStretchKeepsPitchAndLevel(t *testing.T) {
	for _, hertz := range []float64{80, 211, 440, 1000, 3100} {
		in := floats(tone(hertz, 0.5, stretchRate, stretchRate))
		for _, speed := range speeds {
			t.Run(fmt.Sprintf("%g Hz at %g", hertz, speed), func(t *testing.T) {
				out := stretched(t, in, speed)
				middle := out[len(out)/10 : len(out)*9/10] // the last hop fades out
				if got := frequency(middle, stretchRate); math.Abs(got/hertz-1) > 0.01 {
					t.Errorf("got %g Hz", got)
				}
				if got, want := rms(middle), rms(in); math.Abs(got/want-1) > 0.05 {
					t.Errorf("got RMS %.3f, want %.3f", got, want)
				}
				if got, want := steepest(middle), steepest(in); got > 1.1*want {
					t.Errorf("a click: got a step of %.4f, the tone has %.4f", got, want)
				}
			})
		}
	}
}

// syllables is noise and hum with an envelope, of a length that is no multiple
// of anything.
func syllables(seconds float64) []float32 {
	random := rand.New(rand.NewPCG(1, 2))
	out := make([]float32, int(seconds*stretchRate)+317)
	hum := 0.0
	for i := range out {
		at := float64(i) / stretchRate
		hum += 2 * math.Pi * (120 + 40*math.Sin(2*math.Pi*0.7*at)) / stretchRate
		envelope := math.Pow(math.Sin(2*math.Pi*2*at), 2)
		sound := math.Sin(hum) + 0.5*math.Sin(3*hum) + 0.05*random.NormFloat64()
		out[i] = float32(0.3 * envelope * sound)
	}
	return out
}

func TestStretchScalesDuration(t *testing.T) {
	for _, seconds := range []float64{0, 0.01, 0.1, 1, 2.3} {
		in := syllables(seconds)
		for _, speed := range append([]float64{1}, speeds...) {
			got, want := float64(len(stretched(t, in, speed))), float64(len(in))/speed
			if math.Abs(got-want) > 2 {
				t.Errorf("%g s at %g: got %g samples, want %g", seconds, speed, got, want)
			}
		}
	}
}

// What was at a place is at that place's share of the output: the envelope of
// the syllables keeps its shape.
func TestStretchKeepsPlaces(t *testing.T) {
	in := syllables(2)
	const window = stretchRate / 50
	for _, speed := range speeds {
		out := stretched(t, in, speed)
		for at := 0; at+window < len(in); at += window {
			to := int(float64(at) / speed)
			if to+window > len(out)-window {
				break
			}
			centre := int(float64(at+window/2)/speed) - window/2
			got, want := rms(out[max(0, centre):centre+window]), rms(in[at:at+window])
			if math.Abs(got-want) > 0.1 {
				t.Fatalf("speed %g, %.2f s: got RMS %.3f, want %.3f", speed, float64(at)/stretchRate, got, want)
			}
		}
	}
}

func TestStretchAtSpeedOneChangesNothing(t *testing.T) {
	in := syllables(1)
	if out := stretched(t, in, 1); !slices.Equal(out, in) {
		t.Errorf("got %d samples that are not the %d that went in", len(out), len(in))
	}
}

// The speed may change at every hop: no clicks, and places stay right.
func TestStretchChangesSpeed(t *testing.T) {
	in := floats(tone(300, 0.5, stretchRate, 6*stretchRate))
	s := newStretcher(&given{left: slices.Clone(in), last: io.EOF}, stretchRate)
	var out []float32
	buf := make([]float32, 700)
	place := 0.0
	for i := 0; len(out) < 3*stretchRate; i++ {
		if got := s.place(); math.Abs(got-place) > 1 {
			t.Fatalf("after %d samples: got place %g, want %g", len(out), got, place)
		}
		n, err := s.read(buf, []float64{1, 2, 0.5, 1, 1.3}[i/3%5])
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, buf[:n]...)
		place += s.step * float64(n)
	}
	if got := frequency(out, stretchRate); math.Abs(got/300-1) > 0.01 {
		t.Errorf("got %g Hz, want 300", got)
	}
	if got, want := steepest(out), steepest(in); got > 1.1*want {
		t.Errorf("a click: got a step of %.4f, the tone has %.4f", got, want)
	}
}

func TestStretchPassesErrorsOn(t *testing.T) {
	broken := errors.New("broken")
	s := newStretcher(&given{left: make([]float32, 10000), last: broken}, stretchRate)
	buf := make([]float32, 1000)
	var err error
	for i := 0; err == nil && i < 1000; i++ {
		_, err = s.read(buf, 2)
	}
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

// One second of sound is what an operation gives.
func BenchmarkStretch(b *testing.B) {
	in := syllables(5)
	for _, speed := range []float64{0.5, 1, 1.5, 2} {
		b.Run(fmt.Sprintf("speed=%g", speed), func(b *testing.B) {
			buf := make([]float32, 1000)
			for b.Loop() {
				s := newStretcher(&given{left: in, last: io.EOF, n: 999}, stretchRate)
				for n := 0; n < stretchRate; {
					m, err := s.read(buf, speed)
					if err != nil {
						b.Fatal(err)
					}
					n += m
				}
			}
		})
	}
}
