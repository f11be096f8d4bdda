package main

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"

	"earshot/app"
)

// pcmAudio is samples as the engine reads them.
type pcmAudio struct{ pcm []int16 }

func (a *pcmAudio) Read(buf []float32) (int, error) {
	n := min(len(buf), len(a.pcm))
	if n == 0 {
		return 0, io.EOF
	}
	for i, v := range a.pcm[:n] {
		buf[i] = float32(v) / 32768
	}
	a.pcm = a.pcm[n:]
	return n, nil
}
func (*pcmAudio) Warnings() []string { return nil }
func (*pcmAudio) Close() error       { return nil }

func TestWriteWAV(t *testing.T) {
	speech := []int16{1000, -1000, 2000}
	for _, c := range []struct {
		seconds int
		silent  float64
	}{{0, 0}, {1, 0}, {60, 0}, {205, 0.4}, {300, 0.4}} {
		var out bytes.Buffer
		n := c.seconds * app.SampleRate
		if err := writeWAV(&out, speech, n, c.silent); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "x.wav")
		if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			if out.Len() != binary.Size(riff{}) {
				t.Errorf("nothing: got %d bytes", out.Len())
			}
			continue
		}
		pcm, err := readPCM(t.Context(), path)
		if err != nil || len(pcm) != n {
			t.Fatalf("%+v: got %d samples, %v, want %d", c, len(pcm), err, n)
		}
		quiet := 0
		for i, v := range pcm {
			switch {
			case v >= -8 && v <= 8:
				quiet++
			case c.silent == 0 && v != speech[i%len(speech)]:
				t.Fatalf("%+v: sample %d is %d, want %d", c, i, v, speech[i%len(speech)])
			}
		}
		if got := float64(quiet) / float64(n); math.Abs(got-c.silent) > 0.02 {
			t.Errorf("%+v: got a silent share of %.3f", c, got)
		}
	}
	if err := writeWAV(io.Discard, nil, 1, 0); err == nil {
		t.Error("no speech: got no error")
	}
}

func TestToHalf(t *testing.T) {
	for v, want := range map[float32]uint16{
		0: 0, 1: 0x3c00, -2: 0xc000, 0.1: 0x2e66, 65504: 0x7bff, 1e6: 0x7c00, -1e6: 0xfc00,
		6.1035156e-05: 0x0400, 1e-7: 0, -1e-7: 0x8000, 0.99999: 0x3c00,
	} {
		if got := toHalf(v); got != want {
			t.Errorf("%g: got %#04x, want %#04x", v, got, want)
		}
	}
}
