package fetch_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"earshot/app"
	"earshot/fetch"
)

// content is what the model file of these tests holds: nothing in it repeats.
var content = func() []byte {
	data := make([]byte, 300_000)
	rand.NewChaCha8([32]byte{1}).Read(data)
	return data
}()

const (
	file     = "ggml-test.bin"
	partFile = "." + file + ".part"
)

func sum(data []byte) string {
	digest := sha256.Sum256(data)
	return hex.EncodeToString(digest[:])
}

// server is a real HTTP server that writes down what it was asked for.
type server struct {
	*httptest.Server
	mu     sync.Mutex
	ranges []string // the Range of each request for the file
}

// serve starts a server whose n-th answer, from 0, is made by handle.
func serve(t *testing.T, handle func(n int, w http.ResponseWriter, r *http.Request)) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		n := len(s.ranges)
		s.ranges = append(s.ranges, r.Header.Get("Range"))
		s.mu.Unlock()
		handle(n, w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// asked is the ranges asked for, separated by blanks; "-" asks for everything.
func (s *server) asked() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]string, len(s.ranges))
	for i, r := range s.ranges {
		if all[i] = strings.TrimPrefix(r, "bytes="); r == "" {
			all[i] = "-"
		}
	}
	return strings.Join(all, " ")
}

// whole answers as a well-behaved server does, ranges included.
func whole(w http.ResponseWriter, r *http.Request) {
	http.ServeContent(w, r, file, time.Time{}, bytes.NewReader(content))
}

// some writes the content from a byte on up to another, and breaks off.
func some(w http.ResponseWriter, from, to int) {
	if from > 0 {
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(content)-1, len(content)))
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(content)-from))
	if from > 0 {
		w.WriteHeader(http.StatusPartialContent)
	}
	w.Write(content[from:to])
	w.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

// from is where the range of a request begins.
func from(r *http.Request) int {
	n, _ := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(r.Header.Get("Range"), "bytes="), "-"))
	return n
}

func offer(address string) app.Offer {
	return app.Offer{Name: "test", File: file, URL: address + "/models/" + file, Size: int64(len(content)), SHA256: sum(content)}
}

func quick() *fetch.Client {
	return fetch.New(fetch.Options{Stall: 300 * time.Millisecond, Pause: time.Millisecond})
}

func ignore(app.FetchProgress) {}

// get downloads the test's model from a server.
func get(t *testing.T, s *server, dir string) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	return quick().Fetch(ctx, offer(s.URL), dir, ignore)
}

// wantComplete wants the model in a folder, and nothing else.
func wantComplete(t *testing.T, dir string) {
	t.Helper()
	wantNames(t, dir, file)
	if got, err := os.ReadFile(filepath.Join(dir, file)); err != nil || !bytes.Equal(got, content) {
		t.Errorf("got %d bytes and error %v, want the content", len(got), err)
	}
}

// wantPart wants the first n bytes to be kept, and no model.
func wantPart(t *testing.T, dir string, n int) {
	t.Helper()
	wantNames(t, dir, partFile)
	if got, err := os.ReadFile(filepath.Join(dir, partFile)); err != nil || !bytes.Equal(got, content[:n]) {
		t.Errorf("part: got %d bytes and error %v, want the first %d of the content", len(got), err, n)
	}
}

func wantNames(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("folder: got %q, want %q", got, want)
	}
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// hold keeps a connection open and silent until the client leaves.
func hold(r *http.Request) {
	<-r.Context().Done()
	panic(http.ErrAbortHandler)
}
