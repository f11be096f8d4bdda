package capture

import (
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"earshot/app"
)

var recordings = []string{".wav", ".flac", ".mp3", ".m4a", ".mp4", ".aiff"}

// Containers round to packets, and some count the encoder's lead-in.
const packet = 0.15 // seconds

func TestRealFiles(t *testing.T) {
	needFFmpeg(t)
	numbered := regexp.MustCompile(`synth/.*(0[1-9])\.wav$`) // each like its number 00
	for _, path := range sharedFiles(t, recordings, "audio", "conversation") {
		if numbered.MatchString(filepath.ToSlash(path)) {
			continue
		}
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			info, err := Media{}.Probe(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			got := decode(t, Media{}, path, app.MediaOptions{Info: info})
			if math.Abs(got.seconds()-info.Duration) > packet {
				t.Errorf("decoded %.3f s, ffprobe says %.3f s", got.seconds(), info.Duration)
			}
			if len(got.warnings) > 0 {
				t.Errorf("a healthy file gave warnings: %q", got.warnings)
			}
		})
	}
}

// Everything that ffmpeg can write and people have, made from one clip.
func TestFormats(t *testing.T) {
	clip := shared(t, "audio/en/jfk/jfk.wav")
	needFFmpeg(t)
	want := decode(t, Media{}, clip, app.MediaOptions{})
	for name, args := range map[string]string{
		"a.aac":              "-c:a aac",
		"quality.aac":        "-c:a aac -q:a 1",
		"a.ac3":              "-c:a ac3",
		"a.aiff":             "-ar 44100 -af pan=stereo|c0=c0|c1=c0",
		"a.au":               "",
		"a.avi":              "-c:a libmp3lame",
		"a.caf":              "",
		"16.flac":            "",
		"24.flac":            "-sample_fmt s32 -ar 48000",
		"a.flv":              "-c:a aac -ar 44100",
		"alac.m4a":           "-c:a alac",
		"a.m4a":              "-c:a aac",
		"eight channels.m4a": "-c:a aac -ar 48000 -af pan=7.1|c0=c0|c1=c0|c2=c0|c3=c0|c4=c0|c5=c0|c6=c0|c7=c0",
		"a.mkv":              "-c:a libvorbis",
		"a.mov":              "-c:a aac",
		"fragments.mp4":      "-c:a aac -movflags frag_keyframe+empty_moov",
		"a.mp2":              "-c:a mp2",
		"a.mp3":              "-c:a libmp3lame",
		"bare.mp3":           "-c:a libmp3lame -b:a 64k -write_xing 0",
		"bare variable.mp3":  "-c:a libmp3lame -q:a 2 -write_xing 0",
		"a.mpg":              "-c:a mp2",
		"opus.ogg":           "-c:a libopus",
		"vorbis.ogg":         "-c:a libvorbis",
		"a.opus":             "-c:a libopus",
		"a.ts":               "-c:a aac",
		"a.tta":              "",
		"8.wav":              "-c:a pcm_u8",
		"24.wav":             "-c:a pcm_s24le -ar 96000 -af pan=stereo|c0=c0|c1=c0",
		"float.wav":          "-c:a pcm_f32le",
		"mulaw.wav":          "-c:a pcm_mulaw",
		"adpcm.wav":          "-c:a adpcm_ms",
		"a.w64":              "",
		"a.webm":             "-c:a libopus",
		"a.wma":              "-c:a wmav2",
		"a.wv":               "",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := ffmpeg(t, append(append([]string{"-i", clip}, strings.Fields(args)...), filepath.Join(t.TempDir(), name))...)
			got := decode(t, Media{}, path, app.MediaOptions{})
			if math.Abs(got.seconds()-want.seconds()) > packet {
				t.Errorf("got %.3f s, the clip has %.3f s", got.seconds(), want.seconds())
			}
			if g, w := rms(got.samples), rms(want.samples); math.Abs(g/w-1) > 0.1 {
				t.Errorf("got loudness %.4f, the clip has %.4f", g, w)
			}
			if len(got.warnings) > 0 {
				t.Errorf("a healthy file gave warnings: %q", got.warnings)
			}
		})
	}
}

// A bare stream of varying rate says nowhere how long it is. ffprobe guesses
// from its beginning, and here by far too much.
func TestGuessedLength(t *testing.T) {
	clip := shared(t, "audio/synth/conversation-two-voices.wav")
	path := ffmpeg(t, "-i", clip, "-c:a", "aac", "-q:a", "1", filepath.Join(t.TempDir(), "a.aac"))
	info, err := Media{}.Probe(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Duration < 90 {
		t.Skipf("this ffprobe guesses well: %.1f s", info.Duration)
	}
	got := decode(t, Media{}, path, app.MediaOptions{})
	if math.Abs(got.seconds()-86.23) > packet || len(got.warnings) > 0 {
		t.Errorf("got %.2f s with warnings %q, want 86.23 s and none", got.seconds(), got.warnings)
	}
}

// A program that writes into a pipe cannot go back and fill in the length.
func TestStreamedFiles(t *testing.T) {
	clip := shared(t, "audio/en/jfk/jfk.wav")
	for _, format := range []string{"wav", "flac", "matroska", "mp3", "ogg"} {
		t.Run(format, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "streamed")
			ffmpeg(t, "-i", clip, "-f", format, "-flush_packets", "0", "-seekable", "0", "file:"+path)
			got := decode(t, Media{}, path, app.MediaOptions{})
			if math.Abs(got.seconds()-11) > packet || len(got.warnings) > 0 {
				t.Errorf("got %.3f s with warnings %q, want 11 s and none", got.seconds(), got.warnings)
			}
		})
	}
}

func TestVideoWithTracks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "film.mkv")
	ffmpeg(t,
		"-f", "lavfi", "-i", "testsrc=size=64x48:rate=5:duration=3",
		"-f", "lavfi", "-i", "sine=frequency=440:duration=3",
		"-f", "lavfi", "-i", "sine=frequency=1000:duration=3",
		"-map", "0", "-map", "1", "-map", "2", "-c:v", "mpeg4", "-c:a", "flac",
		"-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=deu", "-metadata:s:a:1", "title=Kommentar",
		"-disposition:a:0", "0", "-disposition:a:1", "default", path)

	info, err := Media{}.Probe(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if len(info.Streams) != 2 {
		t.Fatalf("got %d audio streams, want 2: %+v", len(info.Streams), info.Streams)
	}
	for i, want := range []app.AudioStream{
		{Index: 0, Codec: "flac", Rate: 44100, Channels: 1, Language: "eng", Duration: 3},
		{Index: 1, Codec: "flac", Rate: 44100, Channels: 1, Language: "deu", Title: "Kommentar", Default: true, Duration: 3},
	} {
		if info.Streams[i] != want {
			t.Errorf("stream %d: got %+v, want %+v", i, info.Streams[i], want)
		}
	}
	for _, c := range []struct {
		name         string
		stream       int
		there, other float64
	}{
		{"default", 0, 1000, 440},
		{"first", 1, 440, 1000},
		{"second", 2, 1000, 440},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := decode(t, Media{}, path, app.MediaOptions{Stream: c.stream}).samples
			if there, other := level(got, c.there), level(got, c.other); there < 100*other {
				t.Errorf("%g Hz has the level %.5f, %g Hz has %.5f", c.there, there, c.other, other)
			}
		})
	}
	for _, stream := range []int{3, 1000000} {
		_, err := Media{}.Open(t.Context(), path, app.MediaOptions{Stream: stream})
		wantMediaError(t, err, path, app.ErrNoTrack)
	}
}

// What counts is how much there is of the sound, not of the picture.
func TestVideoLongerThanItsSound(t *testing.T) {
	path := ffmpeg(t,
		"-f", "lavfi", "-i", "testsrc=size=64x48:rate=5:duration=10", "-f", "lavfi", "-i", "sine=duration=3",
		"-c:v", "mpeg4", "-c:a", "aac", filepath.Join(t.TempDir(), "film.mp4"))
	got := decode(t, Media{}, path, app.MediaOptions{})
	if math.Abs(got.seconds()-3) > packet || len(got.warnings) > 0 {
		t.Errorf("got %.3f s with warnings %q, want 3 s and none", got.seconds(), got.warnings)
	}
}

func TestOddNames(t *testing.T) {
	t.Chdir(t.TempDir())
	wav := wavFile16(app.SampleRate, 1, tone(500, 0.5, app.SampleRate, 1600))
	for _, name := range []string{
		"plain.wav", "trñ音声 é.wav", "with  blanks .wav", "-i.wav", "--help", "a:b.wav", "http:x.wav", "file:x.wav",
		"pipe:0", "100%.wav", "%03d.wav", `quo"te's.wav`, "new\nline.wav", `back\slash.wav`, "$(echo x).wav", "*.wav",
		"a|b.wav", "concat:a|b.wav", "[1].wav", "#.wav", "no extension",
	} {
		if err := os.WriteFile(name, wav, 0o600); err != nil {
			t.Logf("this system cannot name a file %q: %v", name, err)
			continue
		}
		for way, m := range map[string]Media{"ffmpeg": {}, "no ffmpeg": withoutFFmpeg} {
			t.Run(way+" "+name, func(t *testing.T) {
				if way == "ffmpeg" {
					needFFmpeg(t)
				}
				if got := decode(t, m, name, app.MediaOptions{}); len(got.samples) != 1600 {
					t.Errorf("got %d samples, want 1600", len(got.samples))
				}
			})
		}
	}
}

func TestExactSamples(t *testing.T) {
	all := make([]float64, 1<<16)
	for i := range all {
		all[i] = float64(i-1<<15) / 32768
	}
	path := write(t, "all.wav", wavFile16(app.SampleRate, 1, all))
	for way, m := range map[string]Media{"ffmpeg": {}, "no ffmpeg": withoutFFmpeg} {
		t.Run(way, func(t *testing.T) {
			if way == "ffmpeg" {
				needFFmpeg(t)
			}
			got := decode(t, m, path, app.MediaOptions{}).samples
			if len(got) != len(all) {
				t.Fatalf("got %d samples, want %d", len(got), len(all))
			}
			for i, v := range got {
				if want := float32(all[i]); v != want {
					t.Fatalf("sample %d: got %g, want %g", i, v, want)
				}
			}
		})
	}
}

// Two channels at full scale must not add up to more than that, nor both be
// heard at a different level than one.
func TestDownmix(t *testing.T) {
	one := tone(1000, 1, app.SampleRate, app.SampleRate)
	both := make([]float64, 0, 2*len(one))
	left := make([]float64, 0, 2*len(one))
	for _, v := range one {
		both = append(both, v, v)
		left = append(left, v, 0)
	}
	for _, c := range []struct {
		name    string
		samples []float64
		want    float64
	}{{"both", both, 1}, {"left", left, 0.5}} {
		path := write(t, c.name+".wav", wavFile16(app.SampleRate, 2, c.samples))
		ways := map[string]func(*testing.T) []float32{
			"ffmpeg": func(t *testing.T) []float32 {
				needFFmpeg(t)
				return decode(t, Media{}, path, app.MediaOptions{}).samples
			},
			"no ffmpeg": func(t *testing.T) []float32 { return decode(t, withoutFFmpeg, path, app.MediaOptions{}).samples },
			// A codec that decodes to floats takes another way through ffmpeg.
			"floats": func(t *testing.T) []float32 {
				float := ffmpeg(t, "-i", path, "-c:a", "pcm_f32le", filepath.Join(t.TempDir(), "float.wav"))
				return decode(t, Media{}, float, app.MediaOptions{}).samples
			},
		}
		for way, get := range ways {
			t.Run(c.name+" "+way, func(t *testing.T) {
				if got := level(get(t), 1000); math.Abs(got-c.want) > 0.001 {
					t.Errorf("got level %.4f, want %.4f", got, c.want)
				}
			})
		}
	}
}

func TestStart(t *testing.T) {
	clip := shared(t, "audio/en/jfk/jfk.wav")
	files := map[string]string{"a.wav": "", "a.mp3": "-c:a libmp3lame", "a.m4a": "-c:a aac -ar 44100", "a.flac": "", "a.ogg": "-c:a libopus"}
	for name, args := range files {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := ffmpeg(t, append(append([]string{"-i", clip}, strings.Fields(args)...), filepath.Join(t.TempDir(), name))...)
			testStart(t, Media{}, path)
		})
	}
	t.Run("no ffmpeg", func(t *testing.T) { testStart(t, withoutFFmpeg, clip) })
}

// testStart also sees that leaving out the beginning is no damage.
func testStart(t *testing.T, m Media, path string) {
	t.Helper()
	whole := decode(t, m, path, app.MediaOptions{}).samples
	for _, start := range []float64{0.00001, 2.34567, 9.99999} {
		got := decode(t, m, path, app.MediaOptions{Start: start})
		want := whole[int(math.Round(start*app.SampleRate)):]
		if len(got.samples) != len(want) {
			t.Errorf("from %g s: got %d samples, want %d", start, len(got.samples), len(want))
			continue
		}
		for i := range want {
			if got.samples[i] != want[i] {
				t.Errorf("from %g s: sample %d is %g, want %g", start, i, got.samples[i], want[i])
				break
			}
		}
		if len(got.warnings) > 0 {
			t.Errorf("from %g s: warnings %q", start, got.warnings)
		}
	}
	if got := decode(t, m, path, app.MediaOptions{Start: 1000}); len(got.samples) > 0 {
		t.Errorf("past the end: got %d samples, want none", len(got.samples))
	}
}
