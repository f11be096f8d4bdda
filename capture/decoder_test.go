package capture

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"earshot/app"
)

// hum is a second of 440 Hz at a rate.
func hum(rate int) []float64 {
	wave := make([]float64, rate)
	for i := range wave {
		wave[i] = 0.5 * math.Sin(2*math.Pi*440*float64(i)/float64(rate))
	}
	return wave
}

// fed gives out pieces, then an end.
func fed(end error, pieces ...[]byte) nextFunc {
	return func(context.Context, bool) ([]byte, error) {
		if len(pieces) == 0 {
			return nil, end
		}
		piece := pieces[0]
		pieces = pieces[1:]
		return piece, nil
	}
}

// cut makes pieces of odd sizes.
func cut(b []byte, size int) (all [][]byte) {
	for len(b) > 0 {
		n := min(size, len(b))
		all = append(all, b[:n])
		b = b[n:]
	}
	return all
}

func linear16(wave []float64) (b []byte) {
	for _, v := range wave {
		b = binary.LittleEndian.AppendUint16(b, uint16(int16(v*32767)))
	}
	return b
}

func linear32(wave []float64) (b []byte) {
	for _, v := range wave {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(v)))
	}
	return b
}

// drained reads audio to its end.
func drained(t *testing.T, a app.Audio) []float32 {
	t.Helper()
	var all []float32
	buf := make([]float32, 1000)
	for {
		n, err := a.Read(buf)
		all = append(all, buf[:n]...)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// likeTone compares samples at app.SampleRate with the tone, but for the ends.
func likeTone(t *testing.T, what string, got []float32, tolerance float64) {
	t.Helper()
	want := hum(app.SampleRate)
	if d := len(got) - len(want); d < -20 || d > 20 {
		t.Errorf("%s: got %d samples, want %d", what, len(got), len(want))
		return
	}
	worst := 0.0
	for i := 200; i < len(want)-200; i++ {
		worst = max(worst, math.Abs(float64(got[i])-want[i]))
	}
	if worst > tolerance {
		t.Errorf("%s: off by %.3f, want %.3f at most", what, worst, tolerance)
	}
}

// ffmpeg encodes the tone at a rate.
func encoded(t *testing.T, rate int, args ...string) []byte {
	t.Helper()
	ffmpeg, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Skip("ffmpeg is not installed")
	}
	cmd := exec.Command(ffmpeg, append([]string{"-v", "error", "-f", "lavfi", "-i", "sine=frequency=440:duration=1:sample_rate=" + strconv.Itoa(rate), "-af", "volume=4"}, args...)...)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestDecodePlainSamples(t *testing.T) {
	for _, c := range []struct {
		name   string
		format app.SoundFormat
		sound  []byte
		off    float64
	}{
		{"linear16", app.SoundFormat{Encoding: app.Linear16, Rate: 16000}, linear16(hum(16000)), 0.001},
		{"linear16 at 8 kHz", app.SoundFormat{Encoding: app.Linear16, Rate: 8000}, linear16(hum(8000)), 0.01},
		{"linear16 at 22.05 kHz", app.SoundFormat{Encoding: app.Linear16, Rate: 22050}, linear16(hum(22050)), 0.01},
		{"linear16 at 44.1 kHz", app.SoundFormat{Encoding: app.Linear16, Rate: 44100}, linear16(hum(44100)), 0.01},
		{"linear32 at 48 kHz", app.SoundFormat{Encoding: app.Linear32, Rate: 48000}, linear32(hum(48000)), 0.01},
		{"linear32", app.SoundFormat{Encoding: app.Linear32, Rate: 16000}, linear32(hum(16000)), 0.001},
	} {
		for _, size := range []int{1 << 20, 4096, 777} {
			a, err := Decoder{}.Decode(t.Context(), c.format, fed(io.EOF, cut(c.sound, size)...))
			if err != nil {
				t.Fatal(err)
			}
			likeTone(t, c.name, drained(t, a), c.off)
		}
	}
}

// The telephone's encodings, and WAV files of every kind in the place of plain
// samples: ffmpeg makes them.
func TestDecodeWhatFFmpegWrites(t *testing.T) {
	for _, c := range []struct {
		name   string
		format app.SoundFormat
		rate   int
		args   []string
	}{
		{"mulaw", app.SoundFormat{Encoding: app.MuLaw, Rate: 8000}, 8000, []string{"-f", "mulaw", "-"}},
		{"alaw", app.SoundFormat{Encoding: app.ALaw, Rate: 8000}, 8000, []string{"-f", "alaw", "-"}},
		{"WAV", app.SoundFormat{Encoding: app.Linear16, Rate: 16000}, 16000, []string{"-f", "wav", "-"}},
		{"WAV of another rate and two channels", app.SoundFormat{Encoding: app.Linear16, Rate: 16000}, 44100, []string{"-af", "volume=4,pan=stereo|c0=c0|c1=c0", "-f", "wav", "-"}},
		{"WAV of 24 bits", app.SoundFormat{Encoding: app.Linear16, Rate: 16000}, 48000, []string{"-c:a", "pcm_s24le", "-f", "wav", "-"}},
		{"WAV of floats", app.SoundFormat{Encoding: app.Linear16, Rate: 16000}, 16000, []string{"-c:a", "pcm_f32le", "-f", "wav", "-"}},
		{"WAV of 8 bits", app.SoundFormat{Encoding: app.Linear16, Rate: 16000}, 16000, []string{"-c:a", "pcm_u8", "-f", "wav", "-"}},
		{"WAV in mu-law", app.SoundFormat{Encoding: app.Linear16, Rate: 16000}, 8000, []string{"-c:a", "pcm_mulaw", "-f", "wav", "-"}},
	} {
		a, err := Decoder{}.Decode(t.Context(), c.format, fed(io.EOF, cut(encoded(t, c.rate, c.args...), 999)...))
		if err != nil {
			t.Fatal(err)
		}
		likeTone(t, c.name, drained(t, a), 0.03)
	}
}

// What has come is given out at once, though it does not fill the buffer, and
// another error than io.EOF is a pause.
func TestDecodeDoesNotWait(t *testing.T) {
	flush := errors.New("flush")
	for _, rate := range []int{16000, 8000} {
		sound := linear16(hum(rate))
		came := [][]byte{sound[:rate/5], nil, sound[rate/5 : rate/2], nil}
		ends := []error{nil, flush, nil, io.EOF}
		next := func(_ context.Context, wait bool) ([]byte, error) {
			if !wait {
				return nil, nil
			}
			piece, err := came[0], ends[0]
			came, ends = came[1:], ends[1:]
			return piece, err
		}
		a, err := Decoder{}.Decode(t.Context(), app.SoundFormat{Encoding: app.Linear16, Rate: rate}, next)
		if err != nil {
			t.Fatal(err)
		}
		buf := make([]float32, app.SampleRate)
		first, err := a.Read(buf)
		if err != nil || first == 0 || first > app.SampleRate/10 {
			t.Errorf("%d Hz: got %d, %v, want what came", rate, first, err)
		}
		if n, err := a.Read(buf); n != 0 || !errors.Is(err, flush) {
			t.Errorf("%d Hz: got %d, %v, want the pause", rate, n, err)
		}
		if n := len(drained(t, a)); n == 0 {
			t.Errorf("%d Hz: nothing comes after the pause", rate)
		}
	}
}

func TestDecodeOpus(t *testing.T) {
	ogg := encoded(t, 48000, "-c:a", "libopus", "-f", "ogg", "-")
	webm := encoded(t, 48000, "-c:a", "libopus", "-f", "webm", "-")
	flush := errors.New("flush")
	for _, c := range []struct {
		name     string
		encoding app.Encoding
		pieces   [][]byte
	}{
		{"in Ogg", app.OggOpus, cut(ogg, 500)},
		{"in Ogg, said to be packets", app.Opus, cut(ogg, 500)},
		{"in WebM", app.Opus, cut(webm, 500)},
		{"packets", app.Opus, packetsOf(ogg)},
	} {
		pieces, paused := c.pieces, false
		a, err := Decoder{}.Decode(t.Context(), app.SoundFormat{Encoding: c.encoding}, func(context.Context, bool) ([]byte, error) {
			if len(pieces) == 0 {
				if paused {
					return nil, io.EOF
				}
				paused = true
				return nil, flush
			}
			piece := pieces[0]
			pieces = pieces[1:]
			return piece, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		buf := make([]float32, 500)
		heard, loud := 0, float32(0)
		for {
			n, err := a.Read(buf)
			heard += n
			for _, v := range buf[:n] {
				loud = max(loud, v)
			}
			if errors.Is(err, flush) {
				if heard < app.SampleRate*8/10 {
					t.Errorf("%s: got %d samples before the pause", c.name, heard)
				}
				continue
			}
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
		}
		if heard < app.SampleRate*95/100 || heard > app.SampleRate*105/100 || loud < 0.3 || loud > 0.7 {
			t.Errorf("%s: got %d samples up to %.2f", c.name, heard, loud)
		}
		a.Close()
	}
}

// packetsOf takes the Opus packets out of an Ogg stream, without its headers.
func packetsOf(ogg []byte) (packets [][]byte) {
	var packet []byte
	for len(ogg) > 27 {
		sizes := ogg[27 : 27+int(ogg[26])]
		body := ogg[27+len(sizes):]
		for _, n := range sizes {
			packet = append(packet, body[:n]...)
			body = body[n:]
			if n < 255 {
				packets = append(packets, packet)
				packet = nil
			}
		}
		ogg = body
	}
	return packets[2:]
}

// Sound that is none, and somebody who gives up.
func TestDecodeOpusFails(t *testing.T) {
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		t.Skip("ffmpeg is not installed")
	}
	junk := bytes.Repeat([]byte("OggS junk "), 5000)
	a, err := Decoder{}.Decode(t.Context(), app.SoundFormat{Encoding: app.OggOpus}, fed(io.EOF, junk))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Read(make([]float32, 10)); !errors.Is(err, app.ErrNotMedia) {
		t.Errorf("junk: got %v, want ErrNotMedia", err)
	}
	a.Close()

	ctx, cancel := context.WithCancel(t.Context())
	a, err = Decoder{}.Decode(ctx, app.SoundFormat{Encoding: app.OggOpus}, func(ctx context.Context, _ bool) ([]byte, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(20*time.Millisecond, cancel)
	if _, err := a.Read(make([]float32, 10)); !errors.Is(err, context.Canceled) {
		t.Errorf("given up: got %v, want context.Canceled", err)
	}
	a.Close()
}

func TestDecodeRefuses(t *testing.T) {
	var usage *app.UsageError
	for _, f := range []app.SoundFormat{{}, {Encoding: "mp3", Rate: 8000}, {Encoding: app.Linear16}, {Encoding: app.Linear16, Rate: 1e9}} {
		if _, err := (Decoder{}).Decode(t.Context(), f, fed(io.EOF)); !errors.As(err, &usage) {
			t.Errorf("%+v: got %v, want a UsageError", f, err)
		}
	}
	if _, err := (Decoder{FFmpeg: "-"}).Decode(t.Context(), app.SoundFormat{Encoding: app.Opus}, fed(io.EOF)); !errors.Is(err, app.ErrNoDecoder) {
		t.Errorf("without ffmpeg: got %v, want ErrNoDecoder", err)
	}
}

// Whatever is sent ends, with numbers that are samples.
func FuzzDecode(f *testing.F) {
	if wav, err := os.ReadFile("../../shared/audio/synth/en-espeak04.wav"); err == nil {
		f.Add(wav[:2000], 100)
	}
	f.Add([]byte("RIFF\xff\xff\xff\xffWAVEfmt \xff\xff\xff\xff"), 3)
	f.Add([]byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00data\x04\x00\x00\x00abcdef"), 5)
	f.Add(linear32([]float64{math.NaN(), math.Inf(1), -7}), 2)
	f.Fuzz(func(t *testing.T, sound []byte, size int) {
		for encoding := range plainFormats {
			a, err := Decoder{}.Decode(t.Context(), app.SoundFormat{Encoding: encoding, Rate: 24000}, fed(io.EOF, cut(sound, max(1, size))...))
			if err != nil {
				t.Fatal(err)
			}
			buf := make([]float32, 256)
			for {
				n, err := a.Read(buf)
				for _, v := range buf[:n] {
					if !(v >= -1 && v <= 1) {
						t.Fatalf("got the sample %g", v)
					}
				}
				if err != nil {
					break
				}
			}
		}
	})
}
