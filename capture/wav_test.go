package capture

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"earshot/app"
)

// The parts of a WAV file, as a program that writes one would put them.

func le(values ...any) []byte {
	var out []byte
	for _, v := range values {
		switch v := v.(type) {
		case string:
			out = append(out, v...)
		case []byte:
			out = append(out, v...)
		default:
			out, _ = binary.Append(out, binary.LittleEndian, v)
		}
	}
	return out
}

func chunk(id string, body []byte) []byte {
	return le(id, uint32(len(body)), body, make([]byte, len(body)%2))
}

func riff(chunks ...[]byte) []byte {
	body := slices.Concat(chunks...)
	return le("RIFF", uint32(4+len(body)), "WAVE", body)
}

func fmtChunk(format, depth, channels, rate int) []byte {
	block := channels * depth / 8
	return chunk("fmt ", le(uint16(format), uint16(channels), uint32(rate), uint32(rate*block), uint16(block), uint16(depth)))
}

// extensible is the header that is prescribed for more than 16 bits or two
// channels.
func extensible(format, depth, channels, rate int) []byte {
	block := channels * depth / 8
	guid := le(uint16(format), "\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71")
	return chunk("fmt ", le(uint16(wavExtensible), uint16(channels), uint32(rate), uint32(rate*block), uint16(block), uint16(depth),
		uint16(22), uint16(depth), uint32(0), guid))
}

// pcm are samples in [-1, 1] as integers.
func pcm(depth int, samples []float64) []byte {
	var out []byte
	for _, v := range samples {
		scale := float64(int64(1) << (depth - 1))
		n := int64(min(max(math.Round(v*scale), -scale), scale-1))
		if depth == 8 {
			n += 128
		}
		out = append(out, binary.LittleEndian.AppendUint64(nil, uint64(n))[:depth/8]...)
	}
	return out
}

func wavFile16(rate, channels int, samples []float64) []byte {
	return riff(fmtChunk(wavPCM, 16, channels, rate), chunk("data", pcm(16, samples)))
}

// chord has nothing that the filters of two resamplers would treat
// differently.
func chord(rate, channels, frames int) []float64 {
	out := make([]float64, 0, channels*frames)
	for i := range frames {
		at := 2 * math.Pi * float64(i) / float64(rate)
		fade := math.Sin(math.Pi * float64(i) / float64(frames))
		for c := range channels {
			out = append(out, fade*(0.4*math.Sin(300*at)+0.2*math.Sin(1100*at)+0.1*math.Sin(float64(2000+300*c)*at)))
		}
	}
	return out
}

func TestWAVWithoutFFmpeg(t *testing.T) {
	const seconds = 1.5
	type header func(format, depth, channels, rate int) []byte
	test := func(name string, header header, depth, channels, rate int) {
		t.Run(fmt.Sprintf("%s %d bit %d channels %d Hz", name, depth, channels, rate), func(t *testing.T) {
			t.Parallel()
			samples := chord(rate, channels, int(seconds*float64(rate)))
			path := write(t, "a.wav", riff(header(wavPCM, depth, channels, rate), chunk("data", pcm(depth, samples))))
			info, err := withoutFFmpeg.Probe(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			want := app.AudioStream{Codec: fmt.Sprintf("pcm_s%dle", depth), Rate: rate, Channels: channels, Default: true, Duration: info.Duration}
			if depth == 8 {
				want.Codec = "pcm_u8"
			}
			if len(info.Streams) != 1 || info.Streams[0] != want || math.Abs(info.Duration-seconds) > 0.001 {
				t.Errorf("Probe: got %+v, want %g s and %+v", info, seconds, want)
			}
			got, ffmpegs := bothWays(t, path, info)
			if channels > 2 {
				return // ffmpeg weighs the loudspeakers
			}
			limit := 8.0 / 32768 // ffmpeg rounds to 16 bits at each step
			if depth == 8 {
				limit = 1.0 / 128
			}
			for i := range min(len(got), len(ffmpegs)) {
				if d := math.Abs(float64(got[i] - ffmpegs[i])); d > limit {
					t.Fatalf("sample %d: got %g, ffmpeg %g", i, got[i], ffmpegs[i])
				}
			}
		})
	}
	for _, depth := range []int{8, 16, 24, 32} {
		for _, rate := range []int{16000, 44100} {
			test("plain", fmtChunk, depth, 1, rate)
			test("plain", fmtChunk, depth, 2, rate)
		}
		test("extensible", extensible, depth, 6, 48000)
	}
	for _, rate := range []int{8000, 11025, 22050, 32000, 48000, 96000, 192000} {
		test("plain", fmtChunk, 16, 1, rate)
	}
}

// bothWays decodes a file without ffmpeg and with it, and sees that the
// results are alike.
func bothWays(t *testing.T, path string, info app.MediaInfo) (without, with []float32) {
	t.Helper()
	got := decode(t, withoutFFmpeg, path, app.MediaOptions{})
	if len(got.warnings) > 0 {
		t.Errorf("a healthy file gave warnings: %q", got.warnings)
	}
	needFFmpeg(t)
	want := decode(t, Media{}, path, app.MediaOptions{Info: info})
	if d := len(got.samples) - len(want.samples); d < -2 || d > 2 {
		t.Fatalf("got %d samples, ffmpeg %d", len(got.samples), len(want.samples))
	}
	if c := correlation(got.samples, want.samples); c < 0.998 {
		t.Errorf("got a correlation of %.5f with ffmpeg's samples", c)
	}
	return got.samples, want.samples
}

func TestRealWAVWithoutFFmpeg(t *testing.T) {
	for _, path := range sharedFiles(t, []string{".wav"}, "audio/formats", "audio/languages/de-DE", "conversation/pyannote-sample") {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			info, err := withoutFFmpeg.Probe(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			bothWays(t, path, info)
		})
	}
}

func correlation(a, b []float32) float64 {
	var ab, aa, bb float64
	for i := range min(len(a), len(b)) {
		x, y := float64(a[i]), float64(b[i])
		ab, aa, bb = ab+x*y, aa+x*x, bb+y*y
	}
	return ab / math.Sqrt(aa*bb)
}

// Programs put other chunks before and after the samples, and pad odd ones.
func TestWAVWithOtherChunks(t *testing.T) {
	samples := pcm(8, tone(500, 0.5, app.SampleRate, 1601)) // an odd number of bytes
	data := chunk("data", samples)
	info := chunk("LIST", le("INFO", chunk("ISFT", []byte("odd")), chunk("INAM", []byte("a title"))))
	format := fmtChunk(wavPCM, 8, 1, app.SampleRate)
	for name, file := range map[string][]byte{
		"list before":        riff(info, format, data),
		"list between":       riff(format, info, data),
		"list after":         riff(format, data, info),
		"odd chunk":          riff(chunk("junk", []byte("abc")), format, chunk("note", []byte("x")), data),
		"sampler":            riff(chunk("smpl", make([]byte, 60)), format, data),
		"long format":        riff(chunk("fmt ", append(format[8:], make([]byte, 24)...)), data),
		"another after":      riff(format, data, chunk("data", samples)),
		"no padding":         riff(format, data[:len(data)-1]),
		"wrong byte rate":    riff(slices.Concat(format[:16], le(uint32(1)), format[20:]), data),
		"wrong file length":  le("RIFF", uint32(7), riff(format, data)[8:]),
		"no file length":     le("RIFF", uint32(0), riff(format, data)[8:]),
		"no length (ffmpeg)": le("RIFF", uint32(math.MaxUint32), "WAVE", format, "data", uint32(math.MaxUint32), samples),
		"no length (zero)":   le("RIFF", uint32(0), "WAVE", format, "data", uint32(0), samples),
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, "a.wav", file)
			if got := decode(t, withoutFFmpeg, path, app.MediaOptions{}); len(got.samples) != 1601 || len(got.warnings) > 0 {
				t.Errorf("got %d samples with warnings %q, want 1601 and none", len(got.samples), got.warnings)
			}
			info, err := withoutFFmpeg.Probe(t.Context(), path)
			if want := 1601.0 / app.SampleRate; err != nil || math.Abs(info.Duration-want) > 0.0002 {
				t.Errorf("Probe: got %g s, error %v; want %g s", info.Duration, err, want)
			}
		})
	}
}

func TestWAVNeedsFFmpeg(t *testing.T) {
	data := chunk("data", make([]byte, 4800))
	for name, file := range map[string][]byte{
		"float 32":            riff(fmtChunk(3, 32, 1, 16000), data),
		"float 64":            riff(fmtChunk(3, 64, 1, 16000), data),
		"A-law":               riff(fmtChunk(6, 8, 1, 8000), data),
		"µ-law":               riff(fmtChunk(7, 8, 1, 8000), data),
		"ADPCM":               riff(fmtChunk(2, 4, 1, 8000), data),
		"MP3 inside":          riff(fmtChunk(0x55, 0, 1, 44100), data),
		"extensible float":    riff(extensible(3, 32, 1, 16000), data),
		"extensible, cut off": riff(chunk("fmt ", extensible(wavPCM, 16, 1, 16000)[8:8+18]), data),
		"12 bits":             riff(fmtChunk(wavPCM, 12, 1, 16000), data),
		"no channels":         riff(fmtChunk(wavPCM, 16, 0, 16000), data),
		"1000 channels":       riff(fmtChunk(wavPCM, 16, 1000, 16000), data),
		"no rate":             riff(fmtChunk(wavPCM, 16, 1, 0), data),
		"absurd rate":         riff(fmtChunk(wavPCM, 16, 1, math.MaxInt32), data),
		"no format":           riff(data),
		"short format":        riff(chunk("fmt ", make([]byte, 10)), data),
		"no samples":          riff(fmtChunk(wavPCM, 16, 1, 16000)),
		"big endian":          append([]byte("RIFX"), riff(fmtChunk(wavPCM, 16, 1, 16000), data)[4:]...),
		"not WAVE":            append([]byte("RIFF\x20\x00\x00\x00AVI "), riff(fmtChunk(wavPCM, 16, 1, 16000), data)[12:]...),
		"another kind":        []byte("fLaC\x00\x00\x00\x22 and so on, for quite a while"),
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, "a.wav", file)
			_, err := withoutFFmpeg.Probe(t.Context(), path)
			wantMediaError(t, err, path, app.ErrNoDecoder)
			_, err = withoutFFmpeg.Open(t.Context(), path, app.MediaOptions{})
			wantMediaError(t, err, path, app.ErrNoDecoder)
		})
	}
}

func TestWAVCutShort(t *testing.T) {
	for name, m := range map[string]Media{"ffmpeg": {}, "no ffmpeg": withoutFFmpeg} {
		for _, rate := range []int{app.SampleRate, 44100} {
			t.Run(fmt.Sprintf("%s %d Hz", name, rate), func(t *testing.T) {
				if name == "ffmpeg" {
					needFFmpeg(t)
				}
				whole := wavFile16(rate, 1, tone(500, 0.5, rate, 10*rate))
				got := decode(t, m, write(t, "a.wav", whole[:44+2*6*rate+1]), app.MediaOptions{})
				if math.Abs(got.seconds()-6) > 0.01 {
					t.Errorf("got %.3f s, want 6 s", got.seconds())
				}
				want := "The file is damaged or cut short: of 0:10 only 0:06 could be read."
				if len(got.warnings) != 1 || got.warnings[0] != want {
					t.Errorf("got warnings %q, want %q", got.warnings, want)
				}
			})
		}
	}
}

// hostile are headers whose figures are lies.
func hostile() map[string][]byte {
	const huge = math.MaxUint32 - 15
	format := fmtChunk(wavPCM, 16, 1, 16000)
	data := chunk("data", make([]byte, 320))
	many := []byte{}
	for range 200 {
		many = append(many, chunk("LIST", le("INFO", "INAM", uint32(huge)))...)
	}
	return map[string][]byte{
		"huge format":    le(riff(), "fmt ", uint32(huge), format[8:], data),
		"huge list":      le(riff(), "LIST", uint32(huge), "INFO", format, data),
		"huge in list":   le(riff(), chunk("LIST", le("INFO", "INAM", uint32(huge))), format, data),
		"huge in lists":  le(riff(), many, format, data),
		"huge sampler":   le(riff(), "smpl", uint32(huge), make([]byte, 28), uint32(huge), uint32(huge), format, data),
		"many loops":     le(riff(), chunk("smpl", le(make([]byte, 28), uint32(huge), uint32(0))), format, data),
		"huge samples":   le(riff(), format, "data", uint32(huge), make([]byte, 320)),
		"huge block":     le(riff(fmtChunk(wavPCM, 32, 64, 192000)), data),
		"huge unknown":   le(riff(), "junk", uint32(huge), format, data),
		"huge, extended": le(riff(), "fmt ", uint32(huge), extensible(wavPCM, 16, 1, 16000)[8:], data),
		"odd rate":       le(riff(fmtChunk(wavPCM, 16, 1, 50021)), data),
	}
}

func TestHostileWAV(t *testing.T) {
	for name, file := range hostile() {
		t.Run(name, func(t *testing.T) { readHostileWAV(t, file) })
	}
}

// readHostileWAV sees that a file gives samples or an error, for no more
// memory than reading needs.
func readHostileWAV(t *testing.T, file []byte) {
	path := write(t, "a.wav", file)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	got, err := tryDecode(t.Context(), withoutFFmpeg, path, app.MediaOptions{})
	runtime.ReadMemStats(&after)
	var media *app.MediaError
	switch {
	case err != nil && !errors.As(err, &media):
		t.Errorf("got error %v, want a MediaError", err)
	case err == nil && len(got.samples) == 0:
		t.Error("got neither samples nor an error")
	case len(got.samples) > 16*len(file): // one byte a sample, 1000 Hz
		t.Errorf("got %d samples from %d bytes", len(got.samples), len(file))
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 64<<20+200*uint64(len(file)) {
		t.Errorf("took %d MB for a file of %d bytes", used>>20, len(file))
	}
}

func FuzzWAV(f *testing.F) {
	for _, file := range hostile() {
		f.Add(file)
	}
	samples := tone(500, 0.5, 8000, 80)
	for _, depth := range []int{8, 16, 24, 32} {
		f.Add(riff(fmtChunk(wavPCM, depth, 1, 8000), chunk("data", pcm(depth, samples))))
		f.Add(riff(extensible(wavPCM, depth, 2, 44100), chunk("LIST", []byte("INFO")), chunk("data", pcm(depth, samples))))
	}
	f.Add(wavFile16(16000, 1, samples)[:50])
	f.Add([]byte("RIFF"))
	f.Fuzz(func(t *testing.T, file []byte) {
		if len(file) == 0 || len(file) > 1<<20 {
			return
		}
		readHostileWAV(t, file)
	})
}
