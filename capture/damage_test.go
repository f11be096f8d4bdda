package capture

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"earshot/app"
)

// decodesOrSays holds for whatever is thrown at Media: there is sound, or an
// error that names the file.
func decodesOrSays(t *testing.T, m Media, path string) decoded {
	t.Helper()
	got, err := tryDecode(t.Context(), m, path, app.MediaOptions{})
	if err != nil {
		wantMediaError(t, err, path, nil)
		return decoded{}
	}
	if len(got.samples) == 0 {
		t.Error("got neither samples nor an error")
	}
	return got
}

func TestDamagedFiles(t *testing.T) {
	needFFmpeg(t)
	for _, path := range sharedFiles(t, nil, "damaged") {
		t.Run(filepath.ToSlash(path), func(t *testing.T) {
			t.Parallel()
			decodesOrSays(t, Media{}, path)
			decodesOrSays(t, withoutFFmpeg, path)
		})
	}
}

// These are healthy, if unusual; one has a picture that an old ffmpeg does not
// know.
func TestUnusualFilesAreNotDamaged(t *testing.T) {
	needFFmpeg(t)
	files := sharedFiles(t, []string{".flac"}, "damaged/flac-test-files/subset")
	for _, name := range []string{"M2L3_bitrate_16_all", "l3-he_44khz", "l3-test45", "l3-sin1k0db", "l2-test32"} {
		files = append(files, shared(t, "damaged/minimp3-vectors/"+name+".bit"))
	}
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			got := decode(t, Media{}, path, app.MediaOptions{})
			if len(got.warnings) > 0 && !strings.Contains(path, "AVIF") {
				t.Errorf("got warnings %q", got.warnings)
			}
		})
	}
}

// harm is something that happens to files. The seed is fixed: a file that
// breaks the decoder must do so again.
var harm = map[string]func(*rand.Rand, []byte) []byte{
	"cut at 5 %":   func(_ *rand.Rand, b []byte) []byte { return b[:len(b)/20] },
	"cut at 97 %":  func(_ *rand.Rand, b []byte) []byte { return b[:len(b)*97/100] },
	"flips":        func(r *rand.Rand, b []byte) []byte { return flip(r, b, len(b)/10000+1) },
	"many flips":   func(r *rand.Rand, b []byte) []byte { return flip(r, b, len(b)/100) },
	"zeroed third": func(_ *rand.Rand, b []byte) []byte { clear(b[len(b)/3 : 2*len(b)/3]); return b },
	"lost middle":  func(_ *rand.Rand, b []byte) []byte { return append(b[:len(b)/3], b[len(b)/2:]...) },
	"lost start":   func(_ *rand.Rand, b []byte) []byte { return b[len(b)/10:] },
	"flipped head": func(r *rand.Rand, b []byte) []byte { flip(r, b[:min(len(b), 200)], 10); return b },
}

func flip(r *rand.Rand, b []byte, n int) []byte {
	for range n {
		b[r.IntN(len(b))] ^= 1 << r.IntN(8)
	}
	return b
}

func TestHarmedFiles(t *testing.T) {
	clip := shared(t, "audio/en/jfk/jfk.wav")
	dir := t.TempDir()
	for _, name := range []string{"a.wav", "a.mp3", "a.m4a", "a.flac", "a.ogg", "a.mkv"} {
		whole := read(t, ffmpeg(t, "-i", clip, filepath.Join(dir, name)))
		for what, harm := range harm {
			t.Run(name+" "+what, func(t *testing.T) {
				t.Parallel()
				seed := rand.New(rand.NewPCG(7, uint64(len(what))))
				path := write(t, name, harm(seed, append([]byte(nil), whole...)))
				decodesOrSays(t, Media{}, path)
				if name == "a.wav" {
					decodesOrSays(t, withoutFFmpeg, path)
				}
			})
		}
	}
}

// A recording whose end is missing gives what is there, and a warning: without
// it nobody would know.
func TestCutShort(t *testing.T) {
	clip := shared(t, "audio/en/jfk/jfk.wav")
	dir := t.TempDir()
	for name, args := range map[string]string{
		"a.wav": "", "24.wav": "-c:a pcm_s24le", "mulaw.wav": "-c:a pcm_mulaw", "a.mp3": "-c:a libmp3lame", "a.flac": "", "a.aiff": "",
		"a.mkv": "-c:a libopus", "a.webm": "-c:a libopus", "front.m4a": "-c:a aac -movflags faststart", "a.wv": "",
	} {
		t.Run(name, func(t *testing.T) {
			whole := read(t, ffmpeg(t, append(append([]string{"-i", clip}, strings.Fields(args)...), filepath.Join(dir, name))...))
			path := write(t, name, whole[:len(whole)*6/10])
			got := decode(t, Media{}, path, app.MediaOptions{})
			if got.seconds() < 4 || got.seconds() > 9 {
				t.Errorf("got %.2f s of 11 s", got.seconds())
			}
			want := fmt.Sprintf("The file is damaged or cut short: of 0:11 only %s could be read.", app.Clock(got.seconds()))
			if len(got.warnings) != 1 || got.warnings[0] != want {
				t.Errorf("got warnings %q, want %q", got.warnings, want)
			}
		})
	}
}

func TestDamageInside(t *testing.T) {
	clip := shared(t, "audio/en/jfk/jfk.wav")
	whole := read(t, ffmpeg(t, "-i", clip, "-c:a", "flac", filepath.Join(t.TempDir(), "a.flac")))
	flip(rand.New(rand.NewPCG(1, 2)), whole[len(whole)/2:len(whole)/2+20000], 100)
	path := write(t, "a.flac", whole)
	got := decode(t, Media{}, path, app.MediaOptions{})
	if len(got.warnings) != 1 || !strings.Contains(got.warnings[0], "damaged") {
		t.Errorf("got warnings %q, want one that says parts are damaged", got.warnings)
	}
	if got.seconds() < 8 {
		t.Errorf("got %.2f s of 11 s", got.seconds())
	}
}
