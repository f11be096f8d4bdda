package capture

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"earshot/app"
)

// samples is a source of mono samples; it ends with io.EOF.
type samples interface {
	read(buf []float32) (int, error)
}

// audioReader implements app.Audio over any source, and compares what came
// with what was promised.
type audioReader struct {
	source   samples
	end      func(kill bool) (complaints int, err error) // of the source; may be called again
	path     string
	rate     int         // Hz
	from     float64     // seconds that were left out by seeking
	promised float64     // seconds; 0 if unknown
	guessed  func() bool // whether that was a guess from the size; nil if it cannot be
	heard    int         // samples
	err      error
	warnings []string
}

// Read implements app.Audio.
func (a *audioReader) Read(buf []float32) (int, error) {
	if a.err != nil {
		return 0, a.err
	}
	n, err := a.source.read(buf)
	a.heard += n
	if err == nil {
		return n, nil
	}
	complaints, stopped := a.end(false)
	switch {
	case stopped != nil:
		a.err = stopped
	case !errors.Is(err, io.EOF):
		a.err = &app.MediaError{Path: a.path, Err: err}
	case a.heard == 0 && a.from > 0:
		a.err = io.EOF
	case a.heard == 0 && complaints > 0:
		a.err = &app.MediaError{Path: a.path, Err: app.ErrNotMedia}
	case a.heard == 0:
		a.err = &app.MediaError{Path: a.path, Err: app.ErrEmptyFile}
	default:
		a.err = io.EOF
		a.judge(complaints)
	}
	if n > 0 {
		return n, nil
	}
	return 0, a.err
}

// judge warns when audio is missing.
func (a *audioReader) judge(complaints int) {
	got := a.from + float64(a.heard)/float64(a.rate)
	missing := a.promised - got
	switch {
	case missing > max(1, a.promised/100) && (a.guessed == nil || !a.guessed()):
		a.warnings = append(a.warnings, fmt.Sprintf(
			"The file is damaged or cut short: of %s only %s could be read.", app.Clock(a.promised), app.Clock(got)))
	case complaints > 0:
		a.warnings = append(a.warnings, fmt.Sprintf(
			"Parts of the file are damaged: ffmpeg complained %d× and read %s of it.", complaints, app.Clock(got)))
	}
}

// skip leaves out the first seconds, to the sample. Decoding and dropping
// them is exact for every format, which seeking is not, and an hour takes
// only seconds.
func (a *audioReader) skip(seconds float64) error {
	left := int(math.Round(seconds * float64(a.rate)))
	buf := make([]float32, 1<<15)
	for left > 0 {
		n, err := a.Read(buf[:min(left, len(buf))])
		left -= n
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Warnings implements app.Audio.
func (a *audioReader) Warnings() []string { return a.warnings }

// Close implements app.Audio.
func (a *audioReader) Close() error {
	if a.err == nil {
		a.err = io.ErrClosedPipe
	}
	a.end(true)
	return nil
}

// pcmReader reads little-endian 16-bit samples.
type pcmReader struct {
	r   io.Reader
	in  *bufio.Reader
	raw []byte
}

func (p *pcmReader) read(buf []float32) (int, error) {
	if p.in == nil {
		p.in = bufio.NewReaderSize(p.r, 1<<16)
	}
	if need := 2 * len(buf); len(p.raw) < need {
		p.raw = make([]byte, need)
	}
	n, err := io.ReadFull(p.in, p.raw[:2*len(buf)])
	for i := range n / 2 {
		buf[i] = float32(int16(binary.LittleEndian.Uint16(p.raw[2*i:]))) / 32768
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil // the next read says io.EOF
	}
	return n / 2, err
}
