package capture

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"

	"github.com/go-audio/audio"
	"github.com/go-audio/wav"

	"earshot/app"
)

// WAV without ffmpeg. go-audio/wav reads the samples; formats that it would
// read wrongly without an error (float, A-law, µ-law) are refused here.

// wavFile is an open PCM WAV file.
type wavFile struct {
	file     *os.File
	dec      *wav.Decoder
	channels int
	only     int // channel + 1; 0 mixes them
	scale    float32
	bias     int // subtracted from each sample: 8-bit WAV is unsigned
	buf      *audio.IntBuffer
}

const (
	wavPCM        = 1
	wavExtensible = 0xFFFE
)

// openWAVFile reads the header and goes to the second start. Anything but PCM
// needs ffmpeg.
func openWAVFile(path string, start float64) (w *wavFile, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() {
		// The decoder has been seen to panic on hostile headers.
		if p := recover(); p != nil {
			err = fmt.Errorf("%w (%v)", app.ErrNotMedia, p)
		}
		if err != nil {
			f.Close()
		}
	}()
	format, data, err := findChunks(f)
	if err != nil {
		return nil, err
	}
	channels, rate, depth, err := pcmFormat(format)
	if err != nil {
		return nil, err
	}
	plain, err := plainWAV(f, channels, rate, depth, data.from(start, rate, channels*depth/8))
	if err != nil {
		return nil, err
	}
	dec := wav.NewDecoder(plain)
	if err := dec.FwdToPCM(); err != nil {
		return nil, fmt.Errorf("%w (%v)", app.ErrNotMedia, err)
	}
	w = &wavFile{file: f, dec: dec, channels: channels, scale: 1 / float32(int64(1)<<(depth-1))}
	if depth == 8 {
		w.bias = 128
	}
	w.buf = &audio.IntBuffer{Data: make([]int, 4096*w.channels), Format: dec.Format()}
	return w, nil
}

// dataChunk is where the samples are.
type dataChunk struct {
	at   int64
	size uint32 // as promised, or what is left of the file if nothing is
}

// from is what is left of the samples from a second on; frame is the bytes of
// one sample of all channels.
func (d dataChunk) from(second float64, rate, frame int) dataChunk {
	left := int64(math.Round(max(0, second)*float64(rate))) * int64(frame)
	left = min(left, int64(d.size))
	return dataChunk{d.at + left, d.size - uint32(left)}
}

// Programs that write into a pipe promise this much or more, or nothing.
const endless = 0x7FFFF000

// findChunks finds the format, at most 40 bytes of it, and the samples.
func findChunks(f *os.File) (format []byte, data dataChunk, err error) {
	st, err := f.Stat()
	if err != nil {
		return nil, data, err
	}
	head := make([]byte, 12)
	if _, err := f.ReadAt(head, 0); err != nil || string(head[:4]) != "RIFF" || string(head[8:]) != "WAVE" {
		return nil, data, app.ErrNoDecoder
	}
	at := int64(len(head))
	for range 1000 { // chunks; no real file has as many
		if _, err := f.ReadAt(head[:8], at); err != nil {
			break
		}
		at += 8
		size := binary.LittleEndian.Uint32(head[4:])
		switch string(head[:4]) {
		case "fmt ":
			format = make([]byte, min(size, 40))
			if _, err := f.ReadAt(format, at); err != nil {
				return nil, data, app.ErrNoDecoder
			}
		case "data":
			left := st.Size() - at
			if size == 0 || size >= endless && int64(size) > left {
				size = uint32(min(left, math.MaxUint32-1))
			}
			return format, dataChunk{at, size}, nil
		}
		at += int64(size) + int64(size%2)
	}
	return nil, data, app.ErrNoDecoder
}

// pcmFormat refuses what is not plain integers.
func pcmFormat(format []byte) (channels, rate, depth int, err error) {
	if len(format) < 16 {
		return 0, 0, 0, app.ErrNoDecoder
	}
	code := binary.LittleEndian.Uint16(format)
	if code == wavExtensible && len(format) >= 26 {
		code = binary.LittleEndian.Uint16(format[24:]) // the first two bytes of a GUID
	}
	channels = int(binary.LittleEndian.Uint16(format[2:]))
	rate = int(binary.LittleEndian.Uint32(format[4:]))
	depth = int(binary.LittleEndian.Uint16(format[14:]))
	switch depth {
	case 8, 16, 24, 32:
	default:
		return 0, 0, 0, app.ErrNoDecoder
	}
	if code != wavPCM || channels < 1 || channels > 64 || rate < 1000 || rate > 192000 {
		return 0, 0, 0, app.ErrNoDecoder
	}
	return channels, rate, depth, nil
}

// plainWAV is the file as it would be with a minimal header. The decoder
// believes whatever a header says and allocates it, 4 GB for each of a
// thousand chunks; in this one everything is true.
func plainWAV(f *os.File, channels, rate, depth int, data dataChunk) (io.ReadSeeker, error) {
	head := wavHeader(channels, rate, depth, data.size)
	if _, err := f.Seek(data.at, io.SeekStart); err != nil {
		return nil, err
	}
	return struct {
		io.Reader
		io.Seeker // not used for a header in this order
	}{io.MultiReader(bytes.NewReader(head), io.LimitReader(f, int64(data.size))), f}, nil
}

// read returns mono samples at the file's own rate.
func (w *wavFile) read(buf []float32) (n int, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w (%v)", app.ErrNotMedia, p)
		}
	}()
	w.buf.Data = w.buf.Data[:min(len(buf)*w.channels, cap(w.buf.Data))]
	got, err := w.dec.PCMBuffer(w.buf)
	if err != nil {
		return 0, err
	}
	frames := got / w.channels
	for i := range frames {
		frame := w.buf.Data[i*w.channels : (i+1)*w.channels]
		if w.only > 0 {
			frame = frame[w.only-1 : w.only]
		}
		sum := 0
		for _, v := range frame {
			sum += v - w.bias
		}
		buf[i] = float32(sum) / float32(len(frame)) * w.scale
	}
	if frames == 0 {
		return 0, io.EOF
	}
	return frames, nil
}

func probeWAV(path string) (app.MediaInfo, error) {
	w, err := openWAVFile(path, 0)
	if err != nil {
		return app.MediaInfo{}, err
	}
	defer w.file.Close()
	codec := fmt.Sprintf("pcm_s%dle", w.dec.BitDepth)
	if w.bias != 0 {
		codec = "pcm_u8"
	}
	info := app.MediaInfo{Streams: []app.AudioStream{{
		Codec: codec, Rate: int(w.dec.SampleRate), Channels: w.channels, Default: true,
	}}}
	if rate := w.dec.AvgBytesPerSec; rate > 0 {
		info.Duration = float64(w.dec.PCMSize) / float64(rate)
		info.Streams[0].Duration = info.Duration
	}
	return info, nil
}

func openWAV(ctx context.Context, path string, opt app.MediaOptions) (*audioReader, error) {
	from := 0.0
	if opt.Seek {
		from = opt.Start
	}
	w, err := openWAVFile(path, from)
	if err == nil && opt.Channel > w.channels {
		w.file.Close()
		err = app.ErrNoTrack
	}
	if err != nil {
		return nil, err
	}
	w.only = opt.Channel
	var source samples = w
	if rate := int(w.dec.SampleRate); rate != opt.Rate {
		source = newResampler(w, rate, opt.Rate)
	}
	return &audioReader{rate: opt.Rate, from: from, source: stoppable{ctx, source}, end: func(bool) (int, error) {
		w.file.Close()
		return 0, ctx.Err()
	}}, nil
}

// stoppable ends when its context does.
type stoppable struct {
	ctx context.Context
	samples
}

func (s stoppable) read(buf []float32) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.samples.read(buf)
}
