package engine

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"earshot/app"
)

// The fixtures lie beside the repository: a small model of real Whisper
// architecture and the synthetic speech that it understands.
const shared = "../../shared"

// fixture is the path of a shared file; the test is skipped where it is
// absent.
func fixture(t testing.TB, name string) string {
	t.Helper()
	path := filepath.Join(shared, filepath.FromSlash(name))
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the shared fixture %s is not here", name)
	}
	return path
}

// options for the fixture model, with voice activity detection.
func fixtureOptions(t testing.TB) app.RecognizeOptions {
	return app.RecognizeOptions{
		Model: fixture(t, "models/ggml-synth-tiny.bin"),
		VAD:   fixture(t, "models/ggml-silero-v6.2.0.bin"),
	}
}

// testEngine is a new engine; the test is skipped where there is no native
// library.
func testEngine(t testing.TB) *Engine {
	t.Helper()
	e := New(Options{})
	if _, err := e.Devices(context.Background()); errors.Is(err, app.ErrNoEngine) {
		t.Skip("built without cgo")
	} else if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// clip reads one of the synthetic WAV files: 16 kHz, mono, 16 bits.
func clip(t testing.TB, name string) []float32 {
	t.Helper()
	data, err := os.ReadFile(fixture(t, "audio/synth/"+name))
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(data, []byte("data"))
	if at < 0 || binary.LittleEndian.Uint32(data[24:]) != app.SampleRate || binary.LittleEndian.Uint16(data[22:]) != 1 {
		t.Fatalf("%s is not a 16 kHz mono WAV file", name)
	}
	data = data[at+8:]
	samples := make([]float32, len(data)/2)
	for i := range samples {
		samples[i] = float32(int16(binary.LittleEndian.Uint16(data[2*i:]))) / 32768
	}
	return samples
}

// memory is audio that is there already.
type memory struct {
	samples []float32
	err     error // instead of io.EOF
}

func (m *memory) Read(buf []float32) (int, error) {
	if len(m.samples) == 0 {
		if m.err != nil {
			return 0, m.err
		}
		return 0, io.EOF
	}
	n := copy(buf, m.samples)
	m.samples = m.samples[n:]
	return n, nil
}
func (*memory) Warnings() []string { return nil }
func (*memory) Close() error       { return nil }

// recognize runs the engine over samples and returns everything it reports.
func recognize(t testing.TB, e *Engine, samples []float32, opt app.RecognizeOptions) (app.Recognized, []app.Segment) {
	t.Helper()
	var segments []app.Segment
	result, err := e.Recognize(context.Background(), &memory{samples: samples}, opt, func(p app.Progress) {
		segments = append(segments, p.Segments...)
	})
	if err != nil {
		t.Fatal(err)
	}
	return result, segments
}

func textOf(segments []app.Segment) string {
	return strings.ReplaceAll(app.Transcript{Segments: segments}.Text(), "\n", " ")
}

// said is what the manifest tells of a clip.
type said struct {
	File     string  `json:"file"`
	Language string  `json:"lang"`
	Duration float64 `json:"dur"`
	Segments []struct {
		Start, End float64
		Text       string
		Words      [][3]any // word, start, end
	}
}

func manifest(t testing.TB) []said {
	t.Helper()
	data, err := os.ReadFile(fixture(t, "audio/synth/manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var all []said
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// reference is a clip with what was said in it and what whisper-cli heard.
type reference struct{ file, language, text, cli string }

func references(t testing.TB) []reference {
	t.Helper()
	read := func(name string) [][]string {
		data, err := os.ReadFile(fixture(t, "audio/synth/"+name))
		if err != nil {
			t.Fatal(err)
		}
		var rows [][]string
		for _, line := range strings.Split(strings.TrimSpace(string(data)), "\n") {
			rows = append(rows, strings.Split(line, "\t"))
		}
		return rows
	}
	heard := map[string]string{}
	for _, row := range read("whisper-cli-greedy.tsv") {
		heard[row[0]] = row[3]
	}
	var all []reference
	for _, row := range read("refs.tsv") {
		if cli, ok := heard[row[0]]; ok {
			all = append(all, reference{row[0], row[1], row[2], cli})
		}
	}
	if len(all) == 0 {
		t.Fatal("refs.tsv and whisper-cli-greedy.tsv have no clip in common")
	}
	return all
}

// spoken is a text as words without case and punctuation.
func spoken(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return strings.ContainsRune(" \n.,?!", r) })
}

// wordErrors is the edit distance between two texts, in words.
func wordErrors(got, want string) int {
	a, b := spoken(got), spoken(want)
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j := range b {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// fixtureModel is the fixture's model on the CPU, until the test ends.
func fixtureModel(t *testing.T, e *Engine) *model {
	t.Helper()
	m, err := e.acquire(fixtureOptions(t).Model, "", nativeDevice{index: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.release)
	return m
}

// fixtureDecoder is a decoder of it, until the test ends.
func fixtureDecoder(t *testing.T, short bool) decoder {
	t.Helper()
	d, err := newDecoder(fixtureModel(t, testEngine(t)), short)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.close)
	return d
}
