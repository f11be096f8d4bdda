package cli_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"earshot/app"
	"earshot/cli"
	"earshot/store"
)

var update = flag.Bool("update", false, "write the golden files anew")

// recording is a file for these tests: what it holds says what comes of it.
const (
	speech  = "speech"
	damaged = "speech, damaged" // gives a warning
	silence = "silence"
	noMedia = "no media"
	endless = "endless" // is still speaking when its job is cancelled
	broken  = "broken"  // fails after its first words
	refused = "refused" // the flags are wrong for it
	hasty   = "hasty"   // short
	late    = "late"    // short, and ends only after a hasty one
	spoken  = "spoken"  // holds punctuation and commands
)

func said() []app.Segment {
	return []app.Segment{
		{
			Start: 0.5, End: 2.25, Text: "Fish & chips <are> ready.", Confidence: 0.75,
			Words: []app.Word{
				{Text: "Fish", Start: 0.5, End: 0.9, Confidence: 0.9},
				{Text: "& chips", Start: 0.9, End: 1.4, Confidence: 0.8},
				{Text: "<are>", Start: 1.4, End: 1.7, Confidence: 0.6},
				{Text: "ready.", Start: 1.7, End: 2.25, Confidence: 0.7},
			},
		},
		{
			Start: 3661.0015, End: 3662, Text: "Übermorgen.", Confidence: 1,
			Words: []app.Word{{Text: "Übermorgen.", Start: 3661.0015, End: 3662, Confidence: 1}},
		},
	}
}

// dictated is what is said with commands in it: the last ones come after a pause.
func dictated() []app.Segment {
	word := func(text string, start float64) app.Word {
		return app.Word{Text: text, Start: start, End: start + 1, Confidence: 1}
	}
	return []app.Segment{
		{
			Start: 1, End: 5, Text: "Fish comma chips are", Confidence: 1,
			Words: []app.Word{word("Fish", 1), word("comma", 2), word("chips", 3), word("are", 4)},
		},
		{
			Start: 8, End: 13, Text: "scratch that ready full stop", Confidence: 1,
			Words: []app.Word{word("scratch", 8), word("that", 9), word("ready", 10), word("full", 11), word("stop", 12)},
		},
	}
}

// fakeMedia stands in for ffmpeg.
type fakeMedia struct{}

func (fakeMedia) Probe(_ context.Context, path string) (app.MediaInfo, error) {
	content, err := os.ReadFile(path)
	if err == nil && string(content) == noMedia {
		err = app.ErrNotMedia
	}
	if err != nil {
		return app.MediaInfo{}, &app.MediaError{Path: path, Err: err}
	}
	if string(content) == hasty || string(content) == late {
		return app.MediaInfo{Duration: 3, Streams: []app.AudioStream{{Codec: "fake"}}}, nil
	}
	return app.MediaInfo{Duration: 3662, Streams: []app.AudioStream{{Codec: "fake"}}}, nil
}

func (fakeMedia) Open(_ context.Context, path string, opt app.MediaOptions) (app.Audio, error) {
	content, err := os.ReadFile(path)
	if err == nil && opt.Stream > len(opt.Info.Streams) {
		err = app.ErrNoTrack
	}
	if err != nil {
		return nil, &app.MediaError{Path: path, Err: err}
	}
	return &fakeAudio{content: string(content)}, nil
}

type fakeAudio struct{ content string }

func (*fakeAudio) Read([]float32) (int, error) { return 0, io.EOF }
func (*fakeAudio) Close() error                { return nil }

func (a *fakeAudio) Warnings() []string {
	if a.content == damaged {
		return []string{"Parts are missing."}
	}
	return nil
}

// fakeRecognizer stands in for a model and the hours it takes.
type fakeRecognizer struct {
	mu      sync.Mutex
	options []app.RecognizeOptions // that it was called with
	spoken  func()                 // called when an endless recording has begun
	hurried chan struct{}          // closed when a hasty recording has ended
	patient bool                   // waits until an endless recording has ended
}

func (f *fakeRecognizer) Recognize(ctx context.Context, audio app.Audio, opt app.RecognizeOptions, on func(app.Progress)) (app.Recognized, error) {
	f.mu.Lock()
	f.options = append(f.options, opt)
	f.mu.Unlock()
	if opt.Believe {
		on(app.Progress{Segments: []app.Segment{{Start: 5, End: 6, Text: "Who is there?"}}})
		return app.Recognized{Duration: 8, Language: "en", Device: "an abacus"}, nil
	}
	content := speech // in what is cut out of a recording
	if whole, ok := audio.(*fakeAudio); ok {
		content = whole.content
	}
	if content == refused {
		return app.Recognized{}, &app.UsageError{What: "device", Value: opt.Device, Want: "cpu"}
	}
	on(app.Progress{Loading: true})
	on(app.Progress{Device: "an abacus"})
	var segments []app.Segment
	if content != silence {
		segments = said()
		if content == spoken {
			segments = dictated()
		}
		if opt.Offset < 2.25 {
			on(app.Progress{Language: "en", Segments: segments[:1], Position: 2.25})
		}
	}
	switch content {
	case endless:
		if f.patient {
			break
		}
		f.spoken()
		<-ctx.Done()
		return app.Recognized{}, ctx.Err()
	case broken:
		return app.Recognized{}, errors.New("the abacus fell down")
	case hasty:
		defer close(f.hurried)
	case late:
		<-f.hurried
	case silence:
		return app.Recognized{Duration: 3662, Device: "an abacus"}, nil
	}
	if opt.Weights == "q4_0" {
		segments[1].Words[0].Text = "Übermut."
	}
	on(app.Progress{Segments: segments[1:], Position: 3662})
	return app.Recognized{Duration: 3662, Language: "en", Device: "an abacus"}, nil
}

func (*fakeRecognizer) Languages() []app.Language {
	return []app.Language{{Code: "en", Name: "English"}}
}

func (*fakeRecognizer) Devices(context.Context) ([]app.Device, error) {
	return []app.Device{
		{ID: "gpu:0", Backend: "Vulkan", Name: "Fast <1>", Type: "gpu", MemoryTotal: 8e9, MemoryFree: 6e9, SelfTest: app.SelfTestPassed, GFLOPS: 950},
		{ID: "cpu", Backend: "CPU", Name: "Slow", Type: "cpu", MemoryTotal: 16e9, SelfTest: app.SelfTestFailed, Why: "it computes wrong results"},
	}, nil
}

// fakeTuner stands in for a machine on which fewer bits are faster.
type fakeTuner struct {
	measuring func() // called by every measurement; may be nil
}

func (f *fakeTuner) Measure(ctx context.Context, opt app.RecognizeOptions) (app.Measurement, error) {
	if f.measuring != nil {
		f.measuring()
	}
	seconds := map[string]float64{"": 2, "bf16": 1.6, "q8_0": 4, "q5_0": 2, "q4_0": 0.8}[opt.Weights]
	return app.Measurement{Seconds: seconds, Device: "an abacus", Size: 5e6}, ctx.Err()
}

func (*fakeTuner) Convert(_ context.Context, _, weights string, w io.Writer) error {
	_, err := io.WriteString(w, weights)
	return err
}

// What becomes of these models' downloads; the others come at once.
const (
	missing = "medium"
	slow    = "large-v3"
)

// fakeFetcher stands in for a server and its gigabytes.
type fakeFetcher struct {
	begun func()           // called when a slow download has begun
	kept  map[string]int64 // of earlier runs, by name
}

func (f *fakeFetcher) Fetch(ctx context.Context, o app.Offer, dir string, on func(app.FetchProgress)) error {
	path := filepath.Join(dir, o.File)
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	switch o.Name {
	case missing:
		return &app.DownloadError{Name: o.Name, Host: "models.invalid", Err: &app.StatusError{Code: 404}}
	case slow:
		f.begun()
		<-ctx.Done()
		return ctx.Err()
	}
	on(app.FetchProgress{Done: o.Size / 2, Size: o.Size})
	time.Sleep(50 * time.Millisecond) // for the command to show it
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		return err
	}
	return os.Truncate(path, o.Size)
}

func (f *fakeFetcher) Kept(o app.Offer, _ string) int64 { return f.kept[o.Name] }

func (*fakeFetcher) Discard(app.Offer, string) (bool, error) { return false, nil }

// rig is a machine with a library, models and files. Its working folder is
// where the files are.
type rig struct {
	t          *testing.T
	dir        string // working folder
	data       string
	recognizer *fakeRecognizer
	recorder   *fakeRecorder
	streamer   *fakeStreamer
	fetcher    *fakeFetcher
	tuner      *fakeTuner
	stdin      io.Reader
	width      int // of the terminal, 0 if there is none
	typed      int // columns of standard input
	env        map[string]string
	nothing    bool // there is no library
	failure    error
	config     cli.Config        // of the last command
	windows    [][]string        // the files each window was opened with
	served     []cli.ServeConfig // what each server was started with
	stdout     io.Writer         // instead of the result's, if set
	screen     *buffer           // where both outputs go, if set
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{t: t, dir: t.TempDir(), data: t.TempDir(), recognizer: &fakeRecognizer{hurried: make(chan struct{})}, fetcher: &fakeFetcher{}, tuner: &fakeTuner{}, recorder: &fakeRecorder{}, streamer: &fakeStreamer{}, env: map[string]string{}, stdin: strings.NewReader("")}
	t.Chdir(r.dir)
	t.Setenv("EARSHOT_DATA", r.data)
	t.Setenv("TMPDIR", t.TempDir())
	r.model("ggml-small.bin")
	r.model("ggml-silero-v6.2.0.bin")
	return r
}

// needLibrary skips where there is no SQLite.
func (r *rig) needLibrary() {
	r.t.Helper()
	library, err := store.Open(r.t.Context(), r.data, store.Options{})
	if errors.Is(err, app.ErrNoEngine) {
		r.t.Skip("this build has no SQLite: it was made without cgo")
	}
	if err != nil {
		r.t.Fatal(err)
	}
	library.Close()
}

func (r *rig) model(name string) string {
	r.t.Helper()
	path := filepath.Join(r.data, "models", name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(path, make([]byte, 487601), 0o600); err != nil {
		r.t.Fatal(err)
	}
	return path
}

func (r *rig) file(name, content string) {
	r.t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		r.t.Fatal(err)
	}
}

// read is the content of a file, with notThere if it does not exist.
func (r *rig) read(name string) string {
	r.t.Helper()
	data, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		return notThere
	}
	if err != nil {
		r.t.Fatal(err)
	}
	return string(data)
}

const notThere = "(not there)"

// names lists a folder.
func (r *rig) names(dir string) string {
	r.t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		r.t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}

// The clock stands still: no time, and so no speed, is measured.
var now = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

func (r *rig) open(ctx context.Context, c cli.Config) (*app.App, func(), error) {
	r.config = c
	if r.failure != nil {
		return nil, nil, r.failure
	}
	deps := app.Deps{
		SideBySide: 2, Recorder: r.recorder, Streamer: r.streamer, Recordings: filepath.Join(c.Data, "recordings"),
		Media: fakeMedia{}, Recognizer: r.recognizer, Fetcher: r.fetcher, Tuner: r.tuner, Log: c.Log, Now: func() time.Time { return now },
		SettingsPath: filepath.Join(c.Data, "settings.json"),
		Models: app.Models{
			Dirs: append([]string{filepath.Join(c.Data, "models")}, c.Models...),
			Inspect: func(path string) (app.ModelInfo, error) {
				if strings.Contains(path, "bad") {
					return app.ModelInfo{}, &app.ModelError{Path: path, Err: errors.New("it is cut short")}
				}
				return app.ModelInfo{
					Path: path, Name: app.ModelName(path), Fingerprint: filepath.Base(path), Weights: "f16",
					Family: app.FamilyWhisper, Multilingual: !strings.Contains(path, ".en"),
				}, nil
			},
		},
	}
	closeLibrary := func() error { return nil }
	if c.Store != cli.StoreUnused && !r.nothing {
		library, err := store.Open(ctx, c.Data, store.Options{Now: deps.Now})
		switch {
		case err == nil:
			deps.Library, closeLibrary = library, library.Close
		case c.Store == cli.StoreNeeded || !errors.Is(err, app.ErrNoEngine):
			return nil, nil, err
		}
	}
	a, err := app.New(ctx, deps)
	return a, func() { a.Close(); closeLibrary() }, err
}

// buffer is written to by the command and read by the test at once.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

type result struct {
	status         int
	stdout, stderr string
}

// run runs a command line.
func (r *rig) run(args ...string) result {
	r.t.Helper()
	return r.runIn(r.t.Context(), args...)
}

func (r *rig) runIn(ctx context.Context, args ...string) result {
	r.t.Helper()
	stdout, stderr := &buffer{}, &buffer{}
	if r.screen != nil {
		stdout, stderr = r.screen, r.screen
	}
	env := cli.Env{
		Stdin: r.stdin, Stdout: stdout, Stderr: stderr,
		Getenv: func(name string) string { return r.env[name] },
		Width: func(w any) int {
			switch w {
			case stderr:
				return r.width
			case r.stdin:
				return r.typed
			}
			return 0
		},
		Open: r.open,
		Serve: func(_ context.Context, c cli.Config, how cli.ServeConfig) error {
			r.config, r.served = c, append(r.served, how)
			return r.failure
		},
		Window: func(_ context.Context, c cli.Config, files []string) error {
			r.config, r.windows = c, append(r.windows, files)
			return r.failure
		},
	}
	if r.stdout != nil {
		env.Stdout = r.stdout
	}
	status := cli.Run(ctx, args, env)
	return result{status, stdout.String(), stderr.String()}
}

// want compares all that a command gave. Lines of standard error need not be
// complete.
func (r *rig) want(got result, status int, stdout string, stderr ...string) {
	r.t.Helper()
	if got.status != status {
		r.t.Errorf("got exit status %d, want %d", got.status, status)
	}
	if got.stdout != stdout {
		r.t.Errorf("standard output: got %q, want %q", got.stdout, stdout)
	}
	for _, part := range stderr {
		if !strings.Contains(got.stderr, part) {
			r.t.Errorf("standard error: got %q, want %q in it", got.stderr, part)
		}
	}
	if len(stderr) == 0 && got.stderr != "" {
		r.t.Errorf("standard error: got %q, want nothing", got.stderr)
	}
}

// golden compares with a file in testdata, in which DIR is the working folder.
func (r *rig) golden(name, got string) {
	r.t.Helper()
	got = strings.ReplaceAll(got, r.dir, "DIR")
	path := filepath.Join(testdata, name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			r.t.Fatal(err)
		}
	}
	if want := r.read(path); got != want {
		r.t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
	}
}

var testdata, _ = filepath.Abs("testdata")
