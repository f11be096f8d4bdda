package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"

	"earshot/app"
	"earshot/capture"
)

// fixture is the path of a shared file.
func (b *bench) fixture(name string) (string, error) {
	path := filepath.Join(b.shared, filepath.FromSlash(name))
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("the shared fixture %s is not here", name)
	}
	return path, nil
}

// recording makes a WAV file of the fixture's speech, that many seconds long,
// of which a share is silence, and returns its path.
func (b *bench) recording(ctx context.Context, seconds int, silent float64) (string, error) {
	path := filepath.Join(b.dir, fmt.Sprintf("%ds-%.0f.wav", seconds, 100*silent))
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	source, err := b.fixture("audio/synth/long-five-minutes.wav")
	if err != nil {
		return "", err
	}
	speech, err := readPCM(ctx, source)
	if err != nil {
		return "", err
	}
	f, err := os.Create(path)
	if err != nil {
		return "", err
	}
	return path, errors.Join(writeWAV(f, speech, seconds*app.SampleRate, silent), f.Close())
}

// readPCM reads a WAV file as 16 kHz mono.
func readPCM(ctx context.Context, path string) ([]int16, error) {
	audio, err := capture.Media{FFmpeg: "-", FFprobe: "-"}.Open(ctx, path, app.MediaOptions{})
	if err != nil {
		return nil, err
	}
	defer audio.Close()
	var pcm []int16
	buf := make([]float32, app.SampleRate)
	for {
		n, err := audio.Read(buf)
		for _, v := range buf[:n] {
			pcm = append(pcm, int16(max(-32768, min(32767, v*32768))))
		}
		if errors.Is(err, io.EOF) {
			return pcm, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// pauses in seconds, taken in turn: from a breath to somebody who has left the
// room.
var pauses = []int{2, 5, 1, 10, 3, 20}

// writeWAV writes n samples: speech, repeated as often as it takes, and after
// each stretch of it a pause, so that the silent share of the whole is silence.
func writeWAV(w io.Writer, speech []int16, n int, silent float64) error {
	if len(speech) == 0 {
		return errors.New("make audio: there is no speech to make it of")
	}
	out := bufio.NewWriterSize(w, 1<<16)
	binary.Write(out, binary.LittleEndian, wavHeader(n)) // out keeps its first error for Flush
	noise := rand.New(rand.NewPCG(1, 1))
	var sample [2]byte
	put := func(v int16) {
		binary.LittleEndian.PutUint16(sample[:], uint16(v))
		out.Write(sample[:])
	}
	for at, i := 0, 0; n > 0; i++ {
		spoken, quiet := n, 0
		if silent > 0 {
			quiet = pauses[i%len(pauses)] * app.SampleRate
			spoken = min(n, int(float64(quiet)*(1-silent)/silent))
			quiet = min(quiet, n-spoken)
		}
		for range spoken {
			put(speech[at])
			at = (at + 1) % len(speech)
		}
		for range quiet {
			put(int16(noise.IntN(17) - 8)) // -72 dBFS at most
		}
		n -= spoken + quiet
	}
	return out.Flush()
}

type riff struct {
	RIFF               [4]byte
	Size               uint32
	WAVE, Format       [4]byte
	FormatSize         uint32
	PCM, Channels      uint16
	Rate, BytesASecond uint32
	Frame, Bits        uint16
	Data               [4]byte
	DataSize           uint32
}

func wavHeader(samples int) riff {
	size := uint32(2 * samples)
	return riff{
		[4]byte([]byte("RIFF")), size + 36, [4]byte([]byte("WAVE")), [4]byte([]byte("fmt ")), 16,
		1, 1, app.SampleRate, 2 * app.SampleRate, 2, 16, [4]byte([]byte("data")), size,
	}
}

// clips are n short English recordings.
func (b *bench) clips(n int) ([]string, error) {
	if _, err := b.fixture("audio/synth/manifest.json"); err != nil {
		return nil, err
	}
	all, err := filepath.Glob(filepath.Join(b.shared, "audio", "synth", "en-*.wav"))
	if err != nil {
		return nil, err
	}
	if len(all) < n {
		return nil, fmt.Errorf("there are only %d short clips among the shared fixtures, not %d", len(all), n)
	}
	return all[:n], nil
}
