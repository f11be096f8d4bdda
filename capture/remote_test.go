package capture

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"earshot/app"
)

// page is what the test's servers hold.
func page(size int) []byte {
	r := rand.NewChaCha8([32]byte{1})
	data := make([]byte, size)
	r.Read(data)
	return data
}

// fetched fetches an address of a test's server, which is private.
func fetched(t *testing.T, r Remote, address string, opt app.RemoteOptions) ([]byte, error) {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "fetched"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n, err := r.Fetch(t.Context(), address, f, opt)
	data, reading := io.ReadAll(io.NewSectionReader(f, 0, n))
	if reading != nil {
		t.Fatal(reading)
	}
	return data, err
}

var private = app.RemoteOptions{Private: true}

func TestFetchOverHTTP(t *testing.T) {
	data := page(300 << 10)
	mux := http.NewServeMux()
	mux.HandleFunc("/whole", func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
	})
	mux.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/whole", http.StatusFound) })
	mux.HandleFunc("/round", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/round", http.StatusFound) })
	mux.HandleFunc("/file", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
	})
	mux.HandleFunc("/silent", func(w http.ResponseWriter, r *http.Request) {
		w.Write(data[:100])
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	mux.HandleFunc("/endless", func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			w.Write(data)
		}
	})
	srv := httptest.NewServer(mux)
	defer srv.Close()
	quick := Remote{Stall: 200 * time.Millisecond, Attempts: 2}
	for path, want := range map[string]error{
		"/whole": nil, "/moved": nil, "/round": app.ErrRedirect, "/file": app.ErrRedirect, "/silent": app.ErrStalled,
		"/none": &app.StatusError{Code: 404}, "/endless": app.ErrTooLarge,
	} {
		got, err := fetched(t, quick, srv.URL+path, app.RemoteOptions{Private: true, Limit: 1 << 20})
		var status, wanted *app.StatusError
		var address *app.AddressError
		switch {
		case want == nil && (err != nil || !bytes.Equal(got, data)):
			t.Errorf("%s: got %d bytes, %v", path, len(got), err)
		case errors.As(want, &wanted):
			if !errors.As(err, &status) || *status != *wanted {
				t.Errorf("%s: got %v, want %v", path, err, want)
			}
		case want != nil && (!errors.Is(err, want) || !errors.As(err, &address)):
			t.Errorf("%s: got %v, want %v", path, err, want)
		}
	}
	if _, err := fetched(t, quick, srv.URL+"/whole", app.RemoteOptions{Private: true, Limit: int64(len(data) - 1)}); !errors.Is(err, app.ErrTooLarge) {
		t.Errorf("a byte too large: got %v", err)
	}
	if _, err := fetched(t, quick, srv.URL+"/whole", app.RemoteOptions{Private: true, Limit: int64(len(data))}); err != nil {
		t.Errorf("as large as can be: got %v", err)
	}
}

// Where a connection broke off it is gone on, unless there is another version.
func TestFetchGoesOn(t *testing.T) {
	data := page(200 << 10)
	for _, c := range []struct {
		name    string
		ranges  bool
		changes bool
	}{{"with ranges", true, false}, {"without ranges", false, false}, {"another version", true, true}} {
		var requests atomic.Int32
		var asked []string
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			n, content, tag := requests.Add(1), data, `"one"`
			asked = append(asked, r.Header.Get("Range"))
			if c.changes && n > 1 {
				content, tag = data[:150<<10], `"two"`
			}
			if n == 1 {
				w.Header().Set("ETag", tag)
				w.Header().Set("Content-Length", strconv.Itoa(len(content)))
				w.Write(content[:100<<10])
				panic(http.ErrAbortHandler)
			}
			if !c.ranges {
				w.Write(content)
				return
			}
			w.Header().Set("ETag", tag)
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
		}))
		got, err := fetched(t, Remote{}, srv.URL, private)
		srv.Close()
		want := data
		if c.changes {
			want = data[:150<<10]
		}
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: got %d bytes, %v, want %d", c.name, len(got), err, len(want))
		}
		if len(asked) != 2 || asked[1] == "" {
			t.Errorf("%s: asked for %q, want a second time for the rest", c.name, asked)
		}
	}
}

// Nobody makes this machine ask its own network: neither by name nor by
// number. Redirects are connected to in the same way.
func TestFetchFromPublicAddressesOnly(t *testing.T) {
	var reached atomic.Bool
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Store(true) }))
	defer srv.Close()
	u, err := url.Parse(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"127.0.0.1", "localhost", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]", "0x7f.1", "2130706433", "127.1"} {
		if _, err := fetched(t, Remote{Attempts: 1}, "http://"+host+":"+u.Port(), app.RemoteOptions{}); err == nil {
			t.Errorf("%s: got no error", host)
		}
	}
	for _, address := range []string{"s3://bucket/key"} {
		env := func(string) string { return "" }
		if _, err := fetched(t, Remote{Attempts: 1, Getenv: env, Stall: time.Second}, address, app.RemoteOptions{}); err == nil {
			t.Errorf("%s: got no error", address)
		}
	}
	if reached.Load() {
		t.Error("a server on this machine was asked")
	}
	if _, err := fetched(t, Remote{Attempts: 1}, srv.URL, app.RemoteOptions{}); !errors.Is(err, app.ErrForbidden) {
		t.Errorf("got %v, want ErrForbidden", err)
	}
}

func TestFetchRefusesOtherSchemes(t *testing.T) {
	for _, address := range []string{"file:///etc/passwd", "ftp://example.com/a", "/etc/passwd", "", "http://", "gopher://x/", "s3://bucket", "s3://bucket/", "http://a b/", "%"} {
		_, err := fetched(t, Remote{Attempts: 1}, address, private)
		var usage *app.UsageError
		if !errors.As(err, &usage) {
			t.Errorf("%q: got %v, want a UsageError", address, err)
		}
	}
}

func TestFetchStops(t *testing.T) {
	begun := make(chan struct{}, 1)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun <- struct{}{}
		<-r.Context().Done()
	}))
	defer srv.Close()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-begun
		cancel()
	}()
	if _, err := (Remote{}).Fetch(ctx, srv.URL, &os.File{}, private); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

func TestFetchFromBucket(t *testing.T) {
	data := page(300 << 10)
	var broken atomic.Bool
	var signed atomic.Bool
	backend := s3mem.New()
	fake := gofakes3.New(backend).Server()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		signed.Store(strings.Contains(r.Header.Get("Authorization"), "Credential=ME/"))
		if broken.CompareAndSwap(true, false) {
			w = &breaking{w, 100 << 10}
		}
		fake.ServeHTTP(w, r)
	}))
	defer srv.Close()
	if err := backend.CreateBucket("talks"); err != nil {
		t.Fatal(err)
	}
	if _, err := backend.PutObject("talks", "2026/a talk.wav", map[string]string{"Last-Modified": time.Now().UTC().Format(http.TimeFormat)}, bytes.NewReader(data), int64(len(data)), nil); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"AWS_ENDPOINT_URL_S3": srv.URL, "AWS_REGION": "us-east-1", "AWS_SHARED_CREDENTIALS_FILE": "/nowhere"}
	r := Remote{Getenv: func(name string) string { return env[name] }}
	check := func(name string, key bool) {
		t.Helper()
		got, err := fetched(t, r, "s3://talks/2026/a%20talk.wav", app.RemoteOptions{Limit: 1 << 20})
		if err != nil || sha256.Sum256(got) != sha256.Sum256(data) {
			t.Errorf("%s: got %d bytes, %v", name, len(got), err)
		}
		if signed.Load() != key {
			t.Errorf("%s: signed %t, want %t", name, signed.Load(), key)
		}
	}
	check("without credentials", false)
	broken.Store(true)
	check("broken off", false)
	env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"] = "ME", "secret"
	check("credentials of the environment", true)
	delete(env, "AWS_ACCESS_KEY_ID")
	profile := filepath.Join(t.TempDir(), "credentials")
	if err := os.WriteFile(profile, []byte("[mine]\naws_access_key_id = ME\naws_secret_access_key = secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env["AWS_SHARED_CREDENTIALS_FILE"], env["AWS_PROFILE"] = profile, "mine"
	check("credentials of a profile", true)

	_, err := fetched(t, r, "s3://talks/other", app.RemoteOptions{})
	var status *app.StatusError
	if !errors.As(err, &status) || status.Code != 404 {
		t.Errorf("another key: got %v, want 404", err)
	}
	if _, err := fetched(t, r, "s3://talks/2026/a%20talk.wav", app.RemoteOptions{Limit: 1000}); !errors.Is(err, app.ErrTooLarge) {
		t.Errorf("too large: got %v", err)
	}
}

// breaking is a connection that breaks off after some bytes.
type breaking struct {
	http.ResponseWriter
	left int
}

func (b *breaking) Write(p []byte) (int, error) {
	if len(p) > b.left {
		b.ResponseWriter.Write(p[:b.left])
		http.NewResponseController(b.ResponseWriter).Flush()
		panic(http.ErrAbortHandler)
	}
	b.left -= len(p)
	return b.ResponseWriter.Write(p)
}

// What is told of an address that makes no sense holds no secret.
func TestFetchErrorsHoldNoSecret(t *testing.T) {
	_, err := fetched(t, Remote{}, "ftp://me:secret@example.com/a?token=secret", private)
	if err == nil || strings.Contains(fmt.Sprint(err), "secret") {
		t.Errorf("got %v", err)
	}
}

// broken serves a part of what it has promised and breaks off.
func broken(w http.ResponseWriter, promised int, part []byte) {
	w.Header().Set("Content-Length", strconv.Itoa(promised))
	w.Write(part)
	w.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

// A server that goes on with less than it was asked for has not come to the end.
func TestFetchTakesShortAnswers(t *testing.T) {
	data := page(300 << 10)
	var asked atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"1"`)
		if asked.Add(1) == 1 {
			broken(w, len(data), data[:100<<10])
		}
		var from int
		fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &from)
		to := min(len(data), from+64<<10)
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to-1, len(data)))
		w.WriteHeader(http.StatusPartialContent)
		w.Write(data[from:to])
	}))
	defer srv.Close()
	if got, err := fetched(t, Remote{}, srv.URL, private); err != nil || !bytes.Equal(got, data) {
		t.Errorf("got %d of %d bytes, %v", len(got), len(data), err)
	}
}

// Where a server does not say which version it serves, parts are not put together.
func TestFetchKeepsVersionsApart(t *testing.T) {
	before, after := bytes.Repeat([]byte("a"), 200<<10), bytes.Repeat([]byte("b"), 200<<10)
	var asked atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) == 1 {
			broken(w, len(before), before[:100<<10])
		}
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(after))
	}))
	defer srv.Close()
	if got, err := fetched(t, Remote{}, srv.URL, private); err != nil || !bytes.Equal(got, after) {
		t.Errorf("got %d bytes, %d of them old, %v", len(got), bytes.Count(got, []byte("a")), err)
	}
}

// A server that cannot go on and never comes further than before is given up.
func TestFetchEndsWithoutProgress(t *testing.T) {
	var asked atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		broken(w, 1<<20, make([]byte, 100*(1+asked.Add(1)%2)))
	}))
	defer srv.Close()
	if _, err := fetched(t, Remote{Attempts: 3}, srv.URL, private); !errors.Is(err, app.ErrCutShort) {
		t.Errorf("got %v", err)
	}
	if n := asked.Load(); n > 8 {
		t.Errorf("it was asked %d times", n)
	}
}

// What is secret in an address stays with its server.
func TestFetchSendsNoReferer(t *testing.T) {
	var referer atomic.Value
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		referer.Store(r.Header.Get("Referer"))
		w.Write([]byte("x"))
	}))
	defer other.Close()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL, http.StatusFound) }))
	defer srv.Close()
	if _, err := fetched(t, Remote{}, srv.URL+"/a?token=secret", private); err != nil {
		t.Fatal(err)
	}
	if got := referer.Load(); got != "" {
		t.Errorf("got %q", got)
	}
}
