package fetch_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"earshot/app"
)

// Environment of a child: the test program itself, as another Earshot that
// downloads the test's model.
const (
	childURL = "EARSHOT_TEST_URL"
	childDir = "EARSHOT_TEST_DIR"
)

func TestMain(m *testing.M) {
	if os.Getenv(childURL) == "" {
		os.Exit(m.Run())
	}
	err := quick().Fetch(context.Background(), offer(os.Getenv(childURL)), os.Getenv(childDir), func(p app.FetchProgress) {
		fmt.Println("reached", p.Done)
	})
	fmt.Println("ended:", err)
}

// child runs the test program as another Earshot.
func child(t *testing.T, url, dir string, env ...string) *exec.Cmd {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program)
	// The race detector would have every child sleep for a second at its end.
	cmd.Env = append(append(os.Environ(), "GORACE=atexit_sleep_ms=0", childURL+"="+url, childDir+"="+dir), env...)
	return cmd
}

// outcome is how a child's download ended.
func outcome(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	_, end, _ := bytes.Cut(out, []byte("ended: "))
	return strings.TrimSpace(string(end))
}

func TestFetchAfterKill(t *testing.T) {
	const sent = 150_000
	s := serve(t, func(n int, w http.ResponseWriter, r *http.Request) {
		if n > 0 {
			whole(w, r)
			return
		}
		w.Header().Set("Content-Length", fmt.Sprint(len(content)))
		for at := 0; at < sent; at += 10_000 {
			w.Write(content[at : at+10_000])
			w.(http.Flusher).Flush()
			time.Sleep(20 * time.Millisecond)
		}
		hold(r)
	})
	dir := t.TempDir()
	cmd := child(t, s.URL, dir)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stdout)
	for reports := 0; reports < 2 && lines.Scan(); reports++ {
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
	st, err := os.Stat(filepath.Join(dir, partFile))
	if err != nil || st.Size() == 0 {
		t.Fatalf("the killed child left %v, %v, want a part", st, err)
	}
	if err := get(t, s, dir); err != nil {
		t.Fatalf("Fetch: %v", err)
	}
	wantComplete(t, dir)
	if got, want := s.asked(), fmt.Sprintf("- %d-", st.Size()); got != want {
		t.Errorf("asked for: got %q, want %q", got, want)
	}
}

func TestFetchTwiceAtOnce(t *testing.T) {
	release := make(chan struct{})
	s := serve(t, func(_ int, w http.ResponseWriter, r *http.Request) {
		<-release
		whole(w, r)
	})
	dir := t.TempDir()
	ends := make(chan string, 2)
	for range 2 {
		cmd := child(t, s.URL, dir)
		go func() {
			out, err := cmd.CombinedOutput()
			_, end, _ := strings.Cut(string(out), "ended: ")
			ends <- fmt.Sprint(strings.TrimSpace(end), " ", err)
		}()
	}
	time.Sleep(150 * time.Millisecond) // both are there by now, or soon; either is right
	close(release)
	for range 2 {
		if got, want := <-ends, "<nil> <nil>"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	wantComplete(t, dir)
	if got := s.asked(); got != "-" {
		t.Errorf("asked for: got %q, want one of them to download", got)
	}
}

// The second takes over when the first gives up.
func TestFetchTakesOver(t *testing.T) {
	s := serve(t, func(n int, w http.ResponseWriter, r *http.Request) {
		if n > 0 {
			whole(w, r)
			return
		}
		w.Header().Set("Content-Length", fmt.Sprint(len(content)))
		w.Write(content[:1000])
		w.(http.Flusher).Flush()
		hold(r)
	})
	dir := t.TempDir()
	first, leave := context.WithCancel(t.Context())
	defer leave()
	started, gone := make(chan struct{}), make(chan error, 1)
	var once atomic.Bool
	go func() {
		gone <- quick().Fetch(first, offer(s.URL), dir, func(app.FetchProgress) {
			if once.CompareAndSwap(false, true) {
				close(started)
			}
		})
	}()
	<-started

	// One that does not want to wait any more leaves everything alone.
	impatient, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := quick().Fetch(impatient, offer(s.URL), dir, ignore); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("waiting: got %v, want %v", err, context.DeadlineExceeded)
	}
	if was, err := quick().Discard(offer(s.URL), dir); was || err == nil {
		t.Errorf("Discard of another's part: got %v and no error", was)
	}
	leave()
	if err := get(t, s, dir); err != nil {
		t.Fatalf("Fetch: %v", err)
	}
	<-gone
	wantComplete(t, dir)
}

// Certificates and proxies are read from the environment once in a program's
// life, so that these need a child.
func TestFetchInEnvironment(t *testing.T) {
	secure := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/plain") {
			http.Redirect(w, r, "http://models.invalid/", http.StatusFound)
			return
		}
		whole(w, r)
	}))
	defer secure.Close()
	certificate := filepath.Join(t.TempDir(), "ca.pem")
	write(t, certificate, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw}))
	proxy := serve(t, func(_ int, w http.ResponseWriter, r *http.Request) {
		if r.URL.Host == "models.invalid" {
			whole(w, r)
		}
	})
	tests := []struct {
		name, url, env, want string
	}{
		{"a certificate of one's own", secure.URL, "SSL_CERT_FILE=" + certificate, "<nil>"},
		{"an unknown certificate", secure.URL, "SSL_CERT_FILE=" + os.DevNull, "certificate"},
		{"from https to http", secure.URL + "/plain", "SSL_CERT_FILE=" + certificate, app.ErrRedirect.Error()},
		{"a proxy", "http://models.invalid", "HTTP_PROXY=" + proxy.URL, "<nil>"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			got := outcome(t, child(t, test.url, dir, test.env))
			if !strings.Contains(got, test.want) {
				t.Errorf("got %q, want %q in it", got, test.want)
			}
			if test.want == "<nil>" {
				wantComplete(t, dir)
			}
		})
	}
}
