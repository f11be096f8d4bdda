package capture

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"earshot/app"
)

// No single file here takes nearly as long; only one that hangs does.
const hangs = 60 * time.Second

// withoutFFmpeg behaves as on a machine that has no ffmpeg.
var withoutFFmpeg = Media{FFmpeg: "-", FFprobe: "-"}

func needFFmpeg(t testing.TB) {
	t.Helper()
	for _, name := range []string{"ffmpeg", "ffprobe"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("%s is not installed: %v", name, err)
		}
	}
}

// needShell skips where no script can stand in for ffmpeg.
func needShell(t testing.TB) {
	t.Helper()
	for _, name := range []string{"/bin/sh", "head", "sleep"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("a script cannot stand in for ffmpeg: %v", err)
		}
	}
}

// shared is the path of test material that is not in the repository.
func shared(t testing.TB, name string) string {
	t.Helper()
	path := filepath.Join("..", "..", "shared", filepath.FromSlash(name))
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the shared test material is not there: %v", err)
	}
	return path
}

// sharedFiles lists the files in shared folders, of some kinds or of all.
func sharedFiles(t testing.TB, kinds []string, dirs ...string) []string {
	t.Helper()
	var files []string
	for _, dir := range dirs {
		err := filepath.WalkDir(shared(t, dir), func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() && (kinds == nil || slices.Contains(kinds, filepath.Ext(path))) {
				files = append(files, path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(files) == 0 {
		t.Fatalf("no files of the kinds %q in %q", kinds, dirs)
	}
	return files
}

// ffmpeg makes a test file; the last argument is its path.
func ffmpeg(t testing.TB, args ...string) string {
	t.Helper()
	needFFmpeg(t)
	all := append([]string{"-nostdin", "-v", "error", "-y"}, args...)
	if out, err := exec.Command("ffmpeg", all...).CombinedOutput(); err != nil {
		t.Fatalf("ffmpeg %q: %v\n%s", all, err, out)
	}
	return args[len(args)-1]
}

// write makes a test file in a new folder.
func write(t testing.TB, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// decoded is all that came out of a file.
type decoded struct {
	samples  []float32
	warnings []string
}

func (d decoded) seconds() float64 { return float64(len(d.samples)) / app.SampleRate }

// tryDecode reads a file to its end.
func tryDecode(ctx context.Context, m Media, path string, opt app.MediaOptions) (decoded, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, hangs, errors.New("it hangs"))
	defer cancel()
	audio, err := m.Open(ctx, path, opt)
	if err == nil {
		defer audio.Close()
		var d decoded
		d.samples, err = readAll(audio)
		d.warnings = audio.Warnings()
		if err == nil {
			return d, nil
		}
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return decoded{}, err
}

// readAll also holds the source to its word: samples are in [-1, 1], and the
// end stays the end.
func readAll(audio app.Audio) ([]float32, error) {
	var all []float32
	buf := make([]float32, 5000)
	for {
		n, err := audio.Read(buf)
		for i, v := range buf[:n] {
			if !(v >= -1 && v <= 1) { // catches NaN too
				return all, fmt.Errorf("sample %d is %g", len(all)+i, v)
			}
		}
		all = append(all, buf[:n]...)
		if err == nil {
			continue
		}
		if n, again := audio.Read(buf); n != 0 || !errors.Is(again, err) {
			return all, fmt.Errorf("after %v came %d samples and %v", err, n, again)
		}
		if errors.Is(err, io.EOF) {
			err = nil
		}
		return all, err
	}
}

func decode(t testing.TB, m Media, path string, opt app.MediaOptions) decoded {
	t.Helper()
	d, err := tryDecode(t.Context(), m, path, opt)
	if err != nil {
		t.Fatalf("decode %q: %v", path, err)
	}
	return d
}

func rms(samples []float32) float64 {
	sum := 0.0
	for _, v := range samples {
		sum += float64(v) * float64(v)
	}
	return math.Sqrt(sum / float64(max(1, len(samples))))
}

// level is how much of a tone there is in the samples, as its amplitude.
func level(samples []float32, hertz float64) float64 {
	var re, im float64
	for i, v := range samples {
		s, c := math.Sincos(2 * math.Pi * hertz * float64(i) / app.SampleRate)
		re += c * float64(v)
		im += s * float64(v)
	}
	return 2 * math.Hypot(re, im) / float64(max(1, len(samples)))
}

// tone is a sine wave.
func tone(hertz, amplitude float64, rate, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = amplitude * math.Sin(2*math.Pi*hertz*float64(i)/float64(rate))
	}
	return out
}
