package app

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"os"
	"path/filepath"
)

// A file of peaks, all numbers little-endian:
//
//	8 bytes  "EARPEAKS"
//	uint32   version, 1
//	uint32   peaks a second, PeakRate
//	uint64   number of peaks
//	bytes    the peaks: see peakByte
//	uint32   CRC-32 (IEEE) of everything before
const (
	peaksMagic   = "EARPEAKS"
	peaksVersion = 1
	peaksHeader  = 24
	peaksSum     = 4
	mostPeaks    = 64 << 20 // a week
)

var errNotPeaks = errors.New("it is not a file of peaks")

// peakByte is an amplitude as a byte: its square root, so that what is quiet is
// told apart down to -96 dB.
func peakByte(amplitude float32) byte {
	return byte(math.Round(255 * math.Sqrt(float64(min(max(amplitude, 0), 1)))))
}

// amplitude is what a byte stands for, 0 to 1.
func amplitude(peak byte) float32 {
	root := float32(peak) / 255
	return root * root
}

// peakMeter makes peaks of samples at SampleRate.
type peakMeter struct {
	largest float32
	samples int // that are in it
	out     []byte
}

// add returns the peaks that are complete; they are valid until the next call.
func (m *peakMeter) add(samples []float32) []byte {
	m.out = m.out[:0]
	for len(samples) > 0 {
		n := min(len(samples), SampleRate/PeakRate-m.samples)
		for _, s := range samples[:n] {
			m.largest = max(m.largest, s, -s)
		}
		samples = samples[n:]
		if m.samples += n; m.samples == SampleRate/PeakRate {
			m.out = append(m.out, peakByte(m.largest))
			m.largest, m.samples = 0, 0
		}
	}
	return m.out
}

// rest is the last peak, of less sound than the others.
func (m *peakMeter) rest() []byte {
	if m.samples == 0 {
		return nil
	}
	return []byte{peakByte(m.largest)}
}

// parsePeaks returns the peaks that are in a file's content.
func parsePeaks(data []byte) ([]byte, error) {
	if len(data) < peaksHeader+peaksSum || string(data[:8]) != peaksMagic {
		return nil, errNotPeaks
	}
	end := len(data) - peaksSum
	le := binary.LittleEndian
	switch {
	case le.Uint32(data[8:]) != peaksVersion || le.Uint32(data[12:]) != PeakRate:
		return nil, fmt.Errorf("%w of this version", errNotPeaks)
	case le.Uint64(data[16:]) != uint64(end-peaksHeader):
		return nil, fmt.Errorf("%w: its length is wrong", errNotPeaks)
	case le.Uint32(data[end:]) != crc32.ChecksumIEEE(data[:end]):
		return nil, fmt.Errorf("%w: it is damaged", errNotPeaks)
	}
	return data[peaksHeader:end], nil
}

// formatPeaks is the content of a file of peaks.
func formatPeaks(peaks []byte) []byte {
	le := binary.LittleEndian
	data := le.AppendUint32([]byte(peaksMagic), peaksVersion)
	data = le.AppendUint32(data, PeakRate)
	data = le.AppendUint64(data, uint64(len(peaks)))
	data = append(data, peaks...)
	return le.AppendUint32(data, crc32.ChecksumIEEE(data))
}

func readPeaks(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, mostPeaks))
	if err != nil {
		return nil, err
	}
	return parsePeaks(data)
}

func keepPeaks(path string, peaks []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return writeWhole(path, func(w io.Writer) error {
		_, err := w.Write(formatPeaks(peaks))
		return err
	})
}
