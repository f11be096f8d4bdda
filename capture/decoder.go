package capture

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"earshot/app"
)

// Decoder implements app.Decoder: plain samples are converted here, Opus by
// ffmpeg. The zero value works.
type Decoder struct {
	FFmpeg string // program; "" looks on PATH, "-" behaves as if there were none
}

// Next brings the next piece of sound: see app.Decoder.
type nextFunc = func(ctx context.Context, wait bool) ([]byte, error)

// usual reports whether sound has a rate like this, in Hz. Another one, which
// anybody can write into a header, could take a resampler of 50 MB.
func usual(rate int) bool {
	return rate >= 1000 && rate <= 192000 && app.SampleRate/gcd(rate, app.SampleRate) <= 640
}

// Decode implements app.Decoder.
func (d Decoder) Decode(ctx context.Context, f app.SoundFormat, next func(ctx context.Context, wait bool) ([]byte, error)) (app.Audio, error) {
	if f.Encoding == app.Opus || f.Encoding == app.OggOpus {
		return d.decodeOpus(ctx, f.Encoding == app.Opus, next)
	}
	how, known := plainFormats[f.Encoding]
	if !known || !usual(f.Rate) {
		return nil, &app.UsageError{What: "encoding", Value: fmt.Sprintf("%s at %d Hz", f.Encoding, f.Rate), Want: "one that is known"}
	}
	how.rate, how.channels = f.Rate, 1
	return &pieces{ctx: ctx, next: next, format: how}, nil
}

// plainFormat says how frames are written.
type plainFormat struct {
	size     int // bytes of a sample
	sample   func([]byte) float32
	rate     int
	channels int
}

var plainFormats = map[app.Encoding]plainFormat{
	app.Linear16: {size: 2, sample: int16Sample},
	app.Linear32: {size: 4, sample: floatSample},
	app.ALaw:     {size: 1, sample: func(b []byte) float32 { return float32(fromALaw(b[0])) / 32768 }},
	app.MuLaw:    {size: 1, sample: func(b []byte) float32 { return float32(fromMuLaw(b[0])) / 32768 }},
}

func int16Sample(b []byte) float32 {
	return float32(int16(binary.LittleEndian.Uint16(b))) / 32768
}

func int32Sample(b []byte) float32 {
	return float32(int32(binary.LittleEndian.Uint32(b))) / (1 << 31)
}

// floatSample is what a float means as a sample: NaN is silence.
func floatSample(b []byte) float32 {
	v := math.Float32frombits(binary.LittleEndian.Uint32(b))
	if v != v {
		return 0
	}
	return min(max(v, -1), 1)
}

// pieces implements app.Audio over plain samples that come piece by piece.
type pieces struct {
	ctx    context.Context
	next   nextFunc
	format plainFormat
	raw    []byte // came, and is not read yet
	left   int64  // bytes of samples that a RIFF header promises; less than 0 if there is none
	begun  bool
	source samples // at app.SampleRate
	rate   *resampler
}

// Read implements app.Audio.
func (p *pieces) Read(buf []float32) (int, error) {
	if !p.begun {
		if err := p.begin(); err != nil {
			return 0, err
		}
	}
	n, err := p.source.read(buf)
	if n > 0 {
		return n, nil
	}
	if p.rate != nil && !errors.Is(err, io.EOF) {
		p.rate.err = nil // there may be more
	}
	return 0, err
}

// begin waits for the first sound, and reads the header that it may have.
func (p *pieces) begin() error {
	p.left = -1
	for len(p.raw) < 4 {
		if err := p.more(true); err != nil {
			return err
		}
	}
	if string(p.raw[:4]) == "RIFF" {
		if err := p.header(); err != nil {
			return err
		}
	}
	p.begun, p.source = true, p
	if p.format.rate != app.SampleRate {
		p.rate = newResampler(p, p.format.rate, app.SampleRate)
		p.rate.idle = p.idle
		p.source = p.rate
	}
	return nil
}

// A header of more bytes is none.
const maxRIFFHeader = 1 << 20

var errHeader = errors.New("its RIFF header makes no sense")

// header reads a RIFF header up to the first sample.
func (p *pieces) header() error {
	need := func(n int) error {
		for len(p.raw) < n {
			if n > maxRIFFHeader {
				return &app.MediaError{Path: "-", Err: errHeader}
			}
			if err := p.more(true); err != nil {
				return err
			}
		}
		return nil
	}
	for at := 12; ; {
		if err := need(at + 8); err != nil {
			return err
		}
		id, size := string(p.raw[at:at+4]), int(binary.LittleEndian.Uint32(p.raw[at+4:]))
		at += 8
		if id == "data" {
			if p.raw = p.raw[at:]; size > 0 && size < endless {
				p.left = int64(size)
			}
			return nil
		}
		if err := need(at + size + size%2); err != nil {
			return err
		}
		if id == "fmt " {
			var err error
			if p.format, err = formatOf(p.raw[at : at+size]); err != nil {
				return &app.MediaError{Path: "-", Err: err}
			}
		}
		at += size + size%2
	}
}

// formatOf reads the format chunk of a RIFF header.
func formatOf(chunk []byte) (plainFormat, error) {
	if len(chunk) < 16 {
		return plainFormat{}, errHeader
	}
	code := binary.LittleEndian.Uint16(chunk)
	if code == wavExtensible && len(chunk) >= 26 {
		code = binary.LittleEndian.Uint16(chunk[24:])
	}
	f := plainFormat{
		channels: int(binary.LittleEndian.Uint16(chunk[2:])), rate: int(binary.LittleEndian.Uint32(chunk[4:])),
		size: int(binary.LittleEndian.Uint16(chunk[14:])) / 8,
	}
	if f.sample = riffSamples[riffKind{code, f.size}]; f.sample == nil {
		return plainFormat{}, errHeader
	}
	if f.channels < 1 || f.channels > 64 || !usual(f.rate) {
		return plainFormat{}, errHeader
	}
	return f, nil
}

// riffKind is what a RIFF header calls a way to write samples.
type riffKind struct {
	code uint16
	size int // bytes
}

var riffSamples = map[riffKind]func([]byte) float32{
	{wavPCM, 1}:   func(b []byte) float32 { return float32(int(b[0])-128) / 128 },
	{wavPCM, 2}:   int16Sample,
	{wavPCM, 3}:   func(b []byte) float32 { return int32Sample([]byte{0, b[0], b[1], b[2]}) },
	{wavPCM, 4}:   int32Sample,
	{wavFloat, 4}: floatSample,
	{wavALaw, 1}:  plainFormats[app.ALaw].sample,
	{wavMuLaw, 1}: plainFormats[app.MuLaw].sample,
}

const wavFloat, wavALaw, wavMuLaw = 3, 6, 7

// more takes the next piece.
func (p *pieces) more(wait bool) error {
	piece, err := p.next(p.ctx, wait)
	p.raw = append(p.raw, piece...)
	return err
}

func (p *pieces) frame() int { return p.format.size * p.format.channels }

// idle reports whether reading would wait, or has come to an end.
func (p *pieces) idle() bool {
	for len(p.raw) < p.frame() || p.left == 0 {
		if p.left == 0 {
			p.raw = p.raw[:0]
		}
		before := len(p.raw)
		if p.more(false) != nil || len(p.raw) == before {
			return true
		}
	}
	return false
}

// read returns samples at the rate that they come at: all that have come, and
// one at least.
func (p *pieces) read(buf []float32) (n int, err error) {
	for n < len(buf) {
		if n > 0 && p.idle() {
			return n, nil
		}
		for len(p.raw) < p.frame() || p.left == 0 {
			if p.left == 0 {
				p.raw = p.raw[:0] // chunks behind the samples
			}
			if err := p.more(true); err != nil {
				return n, err
			}
		}
		n += p.convert(buf[n:])
	}
	return n, nil
}

// convert turns frames that are there into samples.
func (p *pieces) convert(buf []float32) int {
	frame := p.frame()
	n := min(len(buf), len(p.raw)/frame)
	if p.left > 0 {
		n = min(n, max(1, int(p.left/int64(frame))))
		p.left = max(0, p.left-int64(n*frame))
	}
	for i := range n {
		var sum float32
		for c := range p.format.channels {
			sum += p.format.sample(p.raw[i*frame+c*p.format.size:])
		}
		buf[i] = sum / float32(p.format.channels)
	}
	p.raw = p.raw[:copy(p.raw, p.raw[n*frame:])]
	return n
}

// Warnings implements app.Audio.
func (p *pieces) Warnings() []string { return nil }

// Close implements app.Audio.
func (p *pieces) Close() error { return nil }
