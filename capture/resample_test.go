package capture

import (
	"errors"
	"fmt"
	"io"
	"math"
	"testing"

	"earshot/app"
)

// given are samples that come in pieces of uneven size.
type given struct {
	left []float32
	last error // after the samples
	n    int
}

func (g *given) read(buf []float32) (int, error) {
	if len(g.left) == 0 {
		return 0, g.last
	}
	g.n++
	n := copy(buf[:min(len(buf), 1+g.n*37%1000)], g.left)
	g.left = g.left[n:]
	return n, nil
}

func resample(t *testing.T, rate int, in []float64) []float32 {
	t.Helper()
	narrow := make([]float32, len(in))
	for i, v := range in {
		narrow[i] = float32(v)
	}
	r := newResampler(&given{left: narrow, last: io.EOF}, rate, app.SampleRate)
	var out []float32
	buf := make([]float32, 999)
	for {
		n, err := r.read(buf)
		out = append(out, buf[:n]...)
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil || n == 0 {
			t.Fatalf("read: got %d samples, error %v", n, err)
		}
	}
}

var rates = []int{8000, 11025, 22050, 32000, 44100, 48000, 96000, 192000}

// middle leaves out where the filter has half of its input.
func middle(samples []float32) []float32 { return samples[len(samples)/8 : len(samples)*7/8] }

func decibels(ratio float64) float64 { return 20 * math.Log10(ratio) }

func TestResamplerPassesSpeech(t *testing.T) {
	for _, rate := range []int{8000, 44100, 48000} {
		for hertz := 100.0; hertz <= min(7000, 0.4375*float64(rate)); hertz += 300 {
			got := decibels(level(middle(resample(t, rate, tone(hertz, 0.5, rate, rate/4))), hertz) / 0.5)
			if math.Abs(got) > 0.1 {
				t.Errorf("%d Hz: a tone of %g Hz changes by %.2f dB", rate, hertz, got)
			}
		}
	}
}

// What the new rate cannot carry must vanish instead of coming back as
// another tone below 7 kHz; and a lower rate must not be mirrored upwards.
func TestResamplerStopsAliases(t *testing.T) {
	const limit = -80 // dB
	for _, rate := range []int{44100, 48000, 96000} {
		for hertz := 9000.0; hertz < float64(rate)/2; hertz += 900 {
			if got := decibels(math.Sqrt2 * rms(middle(resample(t, rate, tone(hertz, 1, rate, rate/8))))); got > limit {
				t.Errorf("%d Hz: a tone of %g Hz leaves %.1f dB", rate, hertz, got)
			}
		}
	}
	for hertz := 100.0; hertz <= 3500; hertz += 340 {
		if got := decibels(level(middle(resample(t, 8000, tone(hertz, 1, 8000, 4000))), 8000-hertz)); got > limit {
			t.Errorf("8000 Hz: a tone of %g Hz comes with one of %g Hz, %.1f dB", hertz, 8000-hertz, got)
		}
	}
}

// The sound must also be where it was: a shifted one would shift the times
// of words.
func TestResamplerKeepsTime(t *testing.T) {
	for _, rate := range append(rates, 44101) { // the last needs all 16000 phases
		t.Run(fmt.Sprint(rate), func(t *testing.T) {
			got := resample(t, rate, chord(rate, 1, rate))
			want := chord(app.SampleRate, 1, app.SampleRate)
			if len(got) != len(want) {
				t.Fatalf("got %d samples, want %d", len(got), len(want))
			}
			for i := range want {
				if d := math.Abs(float64(got[i]) - want[i]); d > 0.001 {
					t.Fatalf("sample %d: got %g, want %g", i, got[i], want[i])
				}
			}
		})
	}
}

func TestResamplerLength(t *testing.T) {
	for _, rate := range rates {
		for _, n := range []int{0, 1, 2, 100, 4095, 4096, 4097, 12345} {
			got := len(resample(t, rate, make([]float64, n)))
			want := (n*app.SampleRate + rate - 1) / rate
			if got != want {
				t.Errorf("%d samples at %d Hz: got %d, want %d", n, rate, got, want)
			}
		}
	}
}

func TestResamplerKeepsDC(t *testing.T) {
	for _, rate := range rates {
		in := make([]float64, rate/8)
		for i := range in {
			in[i] = 1
		}
		for i, v := range middle(resample(t, rate, in)) {
			if math.Abs(float64(v)-1) > 1e-5 {
				t.Errorf("%d Hz: sample %d of a constant 1 is %g", rate, i, v)
				break
			}
		}
	}
}

// What was read before an error is not lost.
func TestResamplerPassesErrors(t *testing.T) {
	broken := errors.New("broken")
	r := newResampler(&given{left: make([]float32, 48000), last: broken}, 48000, app.SampleRate)
	n, err := 0, error(nil)
	for buf := make([]float32, 700); err == nil; {
		var more int
		more, err = r.read(buf)
		n += more
	}
	if !errors.Is(err, broken) || n < 15900 || n > 16000 {
		t.Errorf("got %d samples and error %v, want nearly 16000 and %v", n, err, broken)
	}
}

// A square wave at full scale overshoots when it is band-limited; Audio's
// samples do not go beyond 1.
func TestFullScaleStaysInRange(t *testing.T) {
	square := make([]float64, 44100)
	for i := range square {
		square[i] = 1
		if i/50%2 == 1 {
			square[i] = -1
		}
	}
	path := write(t, "a.wav", wavFile16(44100, 1, square))
	decode(t, withoutFFmpeg, path, app.MediaOptions{})
}
