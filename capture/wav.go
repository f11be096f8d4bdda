package capture

import (
	"errors"
	"fmt"
	"io"
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
	scale    float32
	bias     int // subtracted from each sample: 8-bit WAV is unsigned
	buf      *audio.IntBuffer
}

const (
	wavPCM        = 1
	wavExtensible = 0xFFFE
)

// openWAVFile reads the header. Anything but PCM needs ffmpeg.
func openWAVFile(path string) (w *wavFile, err error) {
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
	dec := wav.NewDecoder(f)
	if !dec.IsValidFile() {
		return nil, app.ErrNoDecoder
	}
	if err := pcmFormat(f, dec); err != nil {
		return nil, err
	}
	if err := dec.FwdToPCM(); err != nil {
		return nil, fmt.Errorf("%w (%v)", app.ErrNotMedia, err)
	}
	w = &wavFile{file: f, dec: dec, channels: int(dec.NumChans), scale: 1 / float32(int64(1)<<(dec.BitDepth-1))}
	if dec.BitDepth == 8 {
		w.bias = 128
	}
	w.buf = &audio.IntBuffer{Data: make([]int, 4096*w.channels), Format: dec.Format()}
	return w, nil
}

// pcmFormat refuses what is not plain integers.
func pcmFormat(f *os.File, dec *wav.Decoder) error {
	format := dec.WavAudioFormat
	if format == wavExtensible {
		sub, err := subFormat(f)
		if err != nil {
			return err
		}
		format = sub
	}
	switch dec.BitDepth {
	case 8, 16, 24, 32:
	default:
		return app.ErrNoDecoder
	}
	if format != wavPCM || dec.NumChans < 1 || dec.NumChans > 64 || dec.SampleRate < 1000 || dec.SampleRate > 768000 {
		return app.ErrNoDecoder
	}
	return nil
}

// subFormat finds the real format code of a WAVE_FORMAT_EXTENSIBLE header: the
// first two bytes of the GUID, 24 bytes into the fmt chunk.
func subFormat(f *os.File) (uint16, error) {
	head := make([]byte, 4096)
	n, err := f.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	head = head[:n]
	for at := 12; at+8 <= len(head); {
		size := int(head[at+4]) | int(head[at+5])<<8 | int(head[at+6])<<16 | int(head[at+7])<<24
		if string(head[at:at+4]) == "fmt " {
			if size < 26 || at+8+26 > len(head) {
				break
			}
			return uint16(head[at+8+24]) | uint16(head[at+8+25])<<8, nil
		}
		if size < 0 {
			break
		}
		at += 8 + size + size%2
	}
	return 0, app.ErrNoDecoder
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
		sum := 0
		for _, v := range w.buf.Data[i*w.channels : (i+1)*w.channels] {
			sum += v - w.bias
		}
		buf[i] = float32(sum) / float32(w.channels) * w.scale
	}
	if frames == 0 {
		return 0, io.EOF
	}
	return frames, nil
}

func probeWAV(path string) (app.MediaInfo, error) {
	w, err := openWAVFile(path)
	if err != nil {
		return app.MediaInfo{}, err
	}
	defer w.file.Close()
	info := app.MediaInfo{Streams: []app.AudioStream{{
		Codec: fmt.Sprintf("pcm_s%dle", w.dec.BitDepth), Rate: int(w.dec.SampleRate), Channels: w.channels, Default: true,
	}}}
	if rate := w.dec.AvgBytesPerSec; rate > 0 {
		info.Duration = float64(w.dec.PCMSize) / float64(rate)
	}
	return info, nil
}

func openWAV(path string) (*audioReader, error) {
	w, err := openWAVFile(path)
	if err != nil {
		return nil, err
	}
	var source samples = w
	if rate := int(w.dec.SampleRate); rate != app.SampleRate {
		source = newResampler(w, rate)
	}
	return &audioReader{source: source, end: func(bool) ([]string, error) {
		w.file.Close()
		return nil, nil
	}}, nil
}
