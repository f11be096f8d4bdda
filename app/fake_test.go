package app_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"earshot/app"
)

// media is an app.Media whose files hold no sound, only what the test says.
type media struct {
	mu        sync.Mutex
	info      app.MediaInfo
	warnings  []string
	probeErr  error
	openErr   error
	opened    []app.MediaOptions
	unclosed  int
	endless   bool // there is always more silence
	openPaths []string
}

func (m *media) Probe(_ context.Context, _ string) (app.MediaInfo, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.info, m.probeErr
}

func (m *media) Open(_ context.Context, path string, opt app.MediaOptions) (app.Audio, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.openErr != nil {
		return nil, m.openErr
	}
	m.opened = append(m.opened, opt)
	m.openPaths = append(m.openPaths, path)
	m.unclosed++
	return &audio{m}, nil
}

type audio struct{ m *media }

func (a *audio) Read(buf []float32) (int, error) {
	if a.m.endless {
		return len(buf), nil
	}
	return 0, io.EOF
}
func (a *audio) Warnings() []string { return a.m.warnings }

func (a *audio) Close() error {
	a.m.mu.Lock()
	defer a.m.mu.Unlock()
	a.m.unclosed--
	return nil
}

// script is what a recognizer does in one call.
type script func(ctx context.Context, opt app.RecognizeOptions, on func(app.Progress)) (app.Recognized, error)

// recognizer is an app.Recognizer that follows a script.
type recognizer struct {
	mu     sync.Mutex
	script script
	listen func(app.Audio) // before it follows the script; nil does not
	calls  []app.RecognizeOptions
}

func (r *recognizer) Recognize(ctx context.Context, audio app.Audio, opt app.RecognizeOptions, on func(app.Progress)) (app.Recognized, error) {
	r.mu.Lock()
	r.calls = append(r.calls, opt)
	run := r.script
	listen := r.listen
	r.mu.Unlock()
	if listen != nil {
		listen(audio)
	}
	return run(ctx, opt, on)
}

func (r *recognizer) follow(s script) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.script = s
}

func (r *recognizer) called() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.calls)
}

func (r *recognizer) Languages() []app.Language { return []app.Language{{Code: "en", Name: "English"}} }

func (r *recognizer) Devices(context.Context) ([]app.Device, error) {
	return []app.Device{{ID: "cpu", Backend: "CPU", Name: "Test", Type: "cpu"}}, nil
}

// clock is a time that moves only when it is told to.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// sentences is what is said in the test recording: one every 10 s.
var sentences = []string{"One.", "Two.", "Three.", "Four."}

const length = 40.0 // seconds of the test recording

// sentence is the i-th segment of the recording.
func sentence(i int) app.Segment {
	start := float64(i) * 10
	return app.Segment{
		Start: start, End: start + 10, Text: sentences[i], Confidence: 0.5,
		Words: []app.Word{{Text: sentences[i], Start: start, End: start + 9, Confidence: 0.5}},
	}
}

// tuner is an app.Tuner whose speeds are what the test says. What it converts
// ends in "as" and the type of the weights.
type tuner struct {
	seconds map[string]float64 // that a window takes, by weights
	calls   []string           // weights that were measured
	after   func()             // called after each measurement
	err     error
}

func (u *tuner) Measure(_ context.Context, opt app.RecognizeOptions) (app.Measurement, error) {
	u.calls = append(u.calls, opt.Weights)
	if u.after != nil {
		u.after()
	}
	return app.Measurement{Seconds: u.seconds[opt.Weights], Device: "Test · CPU", Size: 1000}, u.err
}

func (u *tuner) Convert(_ context.Context, path, weights string, w io.Writer) error {
	data, err := os.ReadFile(path)
	if err == nil {
		_, err = fmt.Fprintf(w, "%s as %s", data, weights)
	}
	return errors.Join(err, u.err)
}

// inspect takes files that begin with "good" as models; what they hold is
// their fingerprint. Their weights are f16 unless they are converted.
func inspect(path string) (app.ModelInfo, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return app.ModelInfo{}, &app.ModelError{Path: path, Err: err}
	}
	if !strings.HasPrefix(string(data), "good") {
		return app.ModelInfo{}, &app.ModelError{Path: path, Err: errors.New("it is not a Whisper model")}
	}
	info := app.ModelInfo{Path: path, Name: app.ModelName(path), Family: app.FamilyWhisper, Fingerprint: string(data), Weights: "f16"}
	if _, weights, converted := strings.Cut(string(data), " as "); converted {
		info.Weights = weights
	}
	return info, nil
}

func write(t *testing.T, path, content string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// await guards against hanging for ever; it is no measure of speed.
func await[T any](t *testing.T, from <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(time.Minute):
		t.Fatalf("%s did not happen", what)
		panic("unreachable")
	}
}
