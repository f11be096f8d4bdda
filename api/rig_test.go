package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"earshot/api"
	"earshot/app"
	"earshot/capture"
	"earshot/engine"
	"earshot/store"
)

// What is said in the clip that most tests send, as the fixture model hears it.
const (
	clipFile = "audio/synth/en-espeak04.wav"
	clipText = "Please paint the difficult machine."
)

// rig is a server with the real engine, the fixture model and a library.
type rig struct {
	*api.Server
	t       *testing.T
	app     *app.App
	store   *store.Store // nil without SQLite
	engine  *engine.Engine
	spool   string
	url     string
	log     *safeBuffer
	options api.Options
}

// start serves with options, of which those for the parts are filled in.
func start(t *testing.T, opt api.Options) *rig {
	t.Helper()
	return startIn(t, t.TempDir(), opt)
}

// startIn serves the library in a folder.
func startIn(t *testing.T, data string, opt api.Options) *rig {
	t.Helper()
	g := &rig{t: t, spool: filepath.Join(data, "spool"), log: &safeBuffer{}}
	g.engine = engine.New(engine.Options{})
	t.Cleanup(func() { g.engine.Close() })
	shared, err := filepath.Abs("../../shared/models")
	if err != nil {
		t.Fatal(err)
	}
	deps := app.Deps{
		Media: capture.Media{}, Recognizer: g.engine, Streamer: g.engine, SideBySide: g.engine.SideBySide(),
		Models: app.Models{Dirs: []string{t.TempDir(), shared}, Inspect: g.engine.Inspect},
	}
	if g.store, err = store.Open(t.Context(), data, store.Options{}); err == nil {
		deps.Library, opt.Orders = g.store, g.store
		t.Cleanup(func() { g.store.Close() })
	} else if !errors.Is(err, app.ErrNoEngine) {
		t.Fatal(err)
	}
	if g.app, err = app.New(t.Context(), deps); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.app.Close() })
	g.app.SetSettings(app.Settings{Options: app.Options{Model: "synth-tiny"}})
	opt.Spool, opt.Decoder = g.spool, capture.Decoder{}
	opt.Log = slog.New(slog.NewTextHandler(g.log, &slog.HandlerOptions{Level: slog.LevelInfo}))
	g.options = opt
	if g.Server, err = api.New(t.Context(), g.app, opt); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.Close() })
	srv := httptest.NewServer(g.Handler())
	t.Cleanup(srv.Close)
	g.url = srv.URL
	return g
}

// needEngine skips the test where there is nothing to transcribe with.
func (g *rig) needEngine() {
	g.t.Helper()
	if _, err := g.engine.Devices(context.Background()); err != nil {
		g.t.Skip("built without cgo")
	}
	clip(g.t, "models/ggml-synth-tiny.bin")
}

// fixture is the path of a shared file; the test is skipped where it is absent.
func fixture(t testing.TB, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", "..", "shared", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the shared fixture %s is not here", name)
	}
	return path
}

// clip is what a shared file holds.
func clip(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(fixture(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// form is a multipart body: text parts, and a file if there is a name for it.
func form(t testing.TB, file string, content []byte, text ...string) (body []byte, contentType string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i < len(text); i += 2 {
		w.WriteField(text[i], text[i+1])
	}
	if file != "" {
		part, err := w.CreateFormFile(file, "talk.bin")
		if err != nil {
			t.Fatal(err)
		}
		part.Write(content)
	}
	w.Close()
	return b.Bytes(), w.FormDataContentType()
}

// reply is an answer that has been read.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// object is the body as JSON.
func (r reply) object(t testing.TB) map[string]any {
	t.Helper()
	var o map[string]any
	if err := json.Unmarshal(r.body, &o); err != nil {
		t.Fatalf("%v: %s", err, r.body)
	}
	return o
}

// ask makes a request; header is names and values by turns.
func (g *rig) ask(method, path, contentType string, body []byte, header ...string) reply {
	g.t.Helper()
	r, err := g.try(method, path, contentType, body, header...)
	if err != nil {
		g.t.Fatal(err)
	}
	return r
}

func (g *rig) try(method, path, contentType string, body []byte, header ...string) (reply, error) {
	req, err := http.NewRequest(method, g.url+path, bytes.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	for i := 0; i < len(header); i += 2 {
		if req.Header.Set(header[i], header[i+1]); header[i] == "Host" {
			req.Host = header[i+1]
		}
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	return reply{resp.StatusCode, resp.Header, data}, err
}

// spooled are the files that are left of requests.
func (g *rig) spooled() (files []string) {
	g.t.Helper()
	err := filepath.WalkDir(g.spool, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && d.Name() != "lock" {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		g.t.Fatal(err)
	}
	return files
}

// safeBuffer is a log that can be read while it is written.
type safeBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// eventually waits until what is awaited is so. It guards against hanging for
// ever; it is no measure of speed.
func eventually(t testing.TB, what string, so func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !so(); {
		if time.Now().After(end) {
			t.Fatalf("%s did not happen", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}
