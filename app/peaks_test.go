package app

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestPeakBytesTellQuietApart(t *testing.T) {
	for decibels := 0.0; decibels >= -60; decibels -= 3 {
		want := math.Pow(10, decibels/20)
		got := float64(amplitude(peakByte(float32(want))))
		if math.Abs(20*math.Log10(got/want)) > 1.5 {
			t.Errorf("%g dB: got %g, want %g", decibels, got, want)
		}
	}
	for _, c := range []struct{ in, want float32 }{{0, 0}, {-1, 0}, {1, 1}, {7, 1}} {
		if got := amplitude(peakByte(c.in)); got != c.want {
			t.Errorf("%g: got %g, want %g", c.in, got, c.want)
		}
	}
}

// However the samples come, the peaks are the same.
func TestPeakMeterTakesPieces(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	samples := make([]float32, 12345)
	for i := range samples {
		samples[i] = random.Float32()*2 - 1
	}
	const each = SampleRate / PeakRate
	var want []byte
	for part := range slices.Chunk(samples, each) {
		want = append(want, peakByte(max(slices.Max(part), -slices.Min(part))))
	}
	var m peakMeter
	var got []byte
	for left := samples; len(left) > 0; {
		n := min(len(left), random.IntN(3*each))
		got = append(got, m.add(left[:n])...)
		left = left[n:]
	}
	if got = append(got, m.rest()...); !bytes.Equal(got, want) {
		t.Errorf("got %d peaks, want %d", len(got), len(want))
	}
}

func TestOverviewPeaksAreTheLargest(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	all := make([]byte, 10_007)
	for i := range all {
		all[i] = byte(random.UintN(256))
	}
	var o Overview
	for left := all; len(left) > 0; {
		n := min(len(left), random.IntN(300))
		o.add(left[:n])
		left = left[n:]
	}
	for range 2000 {
		first := random.IntN(len(all))
		last := first + 1 + random.IntN(len(all)-first)
		if got, want := o.largest(first, last), slices.Max(all[first:last]); got != want {
			t.Fatalf("from %d to %d: got %d, want %d", first, last, got, want)
		}
	}
	dst := make([]float32, 5)
	for _, c := range []struct {
		from, to float64
		want     []byte // 0 is unknown
	}{
		{1, 1.05, all[100:105]},
		{1, 1.02, []byte{all[100], all[100], max(all[100], all[101]), all[101], all[101]}},
		{-0.03, 0.02, []byte{0, 0, 0, all[0], all[1]}},
		{100.05, 100.1, []byte{all[10005], all[10006], 0, 0, 0}},
		{math.NaN(), 1, make([]byte, 5)},
		{7, math.Inf(1), make([]byte, 5)},
	} {
		o.Peaks(dst, c.from, c.to)
		for i, p := range c.want {
			if dst[i] != amplitude(p) && !math.IsInf(c.to, 0) {
				t.Errorf("from %g to %g: got %v, want %v", c.from, c.to, dst, c.want)
				break
			}
		}
	}
}

func TestPeaksFiles(t *testing.T) {
	peaks := []byte{0, 1, 128, 255}
	good := formatPeaks(peaks)
	if got, err := parsePeaks(good); err != nil || !bytes.Equal(got, peaks) {
		t.Fatalf("got %v and error %v", got, err)
	}
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 0x10
		if got, err := parsePeaks(bad); err == nil {
			t.Errorf("byte %d is wrong: got %v", i, got)
		}
		if got, err := parsePeaks(good[:i]); err == nil {
			t.Errorf("cut after %d bytes: got %v", i, got)
		}
	}
	if _, err := parsePeaks(append(bytes.Clone(good), 0)); err == nil {
		t.Error("something is behind it: got no error")
	}
}

func FuzzParsePeaks(f *testing.F) {
	good := formatPeaks([]byte{0, 1, 128, 255})
	f.Add(good)
	f.Add(good[:20])
	f.Add(binary.LittleEndian.AppendUint64(bytes.Clone(good[:16]), math.MaxUint64))
	f.Fuzz(func(t *testing.T, data []byte) {
		peaks, err := parsePeaks(data)
		if err == nil && !bytes.Equal(formatPeaks(peaks), data) {
			t.Errorf("what was read is not what would be written")
		}
	})
}
