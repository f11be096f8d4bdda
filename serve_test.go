package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// serving is a running “earshot serve”.
type serving struct {
	*program
	cmd *exec.Cmd
	url string
	log *bufio.Reader // standard error, but for the first line
}

// serve starts the server on a free port.
func (p *program) serve(args ...string) *serving {
	p.t.Helper()
	s := &serving{program: p, cmd: p.command(append([]string{"serve", "--addr", "127.0.0.1:0", "-m", "synth-tiny"}, args...)...)}
	stderr, err := s.cmd.StderrPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() {
		s.cmd.Process.Kill()
		s.cmd.Wait()
	})
	s.log = bufio.NewReader(stderr)
	line, err := s.log.ReadString('\n')
	if err != nil {
		p.t.Fatal(err)
	}
	_, url, found := strings.Cut(strings.TrimSpace(line), "serving on ")
	if !found {
		rest, _ := io.ReadAll(s.log)
		p.t.Fatalf("got %s%s", line, rest)
	}
	s.url = url
	return s
}

// ask posts a recording and returns the answer.
func (s *serving) ask(path string, sound []byte, header ...string) (status int, body map[string]any) {
	s.t.Helper()
	req, err := http.NewRequest(http.MethodPost, s.url+path, bytes.NewReader(sound))
	if err != nil {
		s.t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&body); err != nil {
		s.t.Fatal(err)
	}
	return resp.StatusCode, body
}

const servedText = "Please paint the difficult machine."

// What was asked for is in the library; SIGTERM ends the server cleanly.
func TestServeProgram(t *testing.T) {
	p := newProgram(t)
	sound, err := os.ReadFile(fixture(t, "audio/synth/en-espeak04.wav"))
	if err != nil {
		t.Fatal(err)
	}
	keys := filepath.Join(t.TempDir(), "keys")
	if err := os.WriteFile(keys, []byte("secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := p.serve("--key-file", keys)
	if status, _ := s.ask("/v1/listen", sound); status != 401 {
		t.Errorf("without a key: got %d, want 401", status)
	}
	if status, body := s.ask("/v1/listen", sound, "Authorization", "Token secret"); status != 200 || body["text"] != servedText {
		t.Errorf("got %d, %v", status, body)
	}
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	rest, _ := io.ReadAll(s.log)
	if err := s.cmd.Wait(); err != nil || len(rest) > 0 {
		t.Errorf("got %v, %s, want a clean end", err, rest)
	}
	if e := p.entries(); len(e) != 1 || e[0].State != "done" || e[0].Source.Path != "-" {
		t.Errorf("got entries %+v, want one", e)
	}
	if files, _ := filepath.Glob(filepath.Join(p.data, "spool", "*")); len(files) != 0 {
		t.Errorf("%q are left", files)
	}
}

// With --no-store nothing is kept, and what a crash leaves of the sound the
// next server removes.
func TestServeAfterACrash(t *testing.T) {
	p := newProgram(t)
	sound, err := os.ReadFile(fixture(t, "audio/synth/long-five-minutes.wav"))
	if err != nil {
		t.Fatal(err)
	}
	s := p.serve("--no-store")
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		if resp, err := http.Post(s.url+"/v1/listen", "audio/wav", bytes.NewReader(sound)); err == nil {
			resp.Body.Close()
		}
	}()
	spooled := func() []string {
		files, _ := filepath.Glob(filepath.Join(p.data, "spool", "serve-*", "sound-*"))
		return files
	}
	await(t, "the sound", func() bool {
		files := spooled()
		if len(files) != 1 {
			return false
		}
		st, err := os.Stat(files[0])
		return err == nil && st.Size() == int64(len(sound))
	})
	if st, err := os.Stat(filepath.Dir(spooled()[0])); err != nil || st.Mode().Perm() != 0o700 {
		t.Errorf("got %v, %v, want a private folder", st.Mode(), err)
	}
	s.cmd.Process.Kill()
	s.cmd.Wait()
	<-answered
	// A folder this young could belong to a server that is about to lock it.
	time.Sleep(2 * time.Second)
	p.serve("--no-store")
	if left := spooled(); len(left) != 0 {
		t.Errorf("%q are left", left)
	}
	if e := p.entries(); len(e) != 0 {
		t.Errorf("got entries %+v, want none", e)
	}
}

// Nothing is served without the certificate that was asked for.
func TestServeRefusesABadCertificate(t *testing.T) {
	p := newProgram(t)
	_, errs, status := p.run("serve", "--cert", "none.pem", "--key", "none.pem")
	if status != 1 || !strings.Contains(errs, "none.pem") {
		t.Errorf("got %q, status %d", errs, status)
	}
}

// await waits until something is so. It guards against hanging for ever; it is
// no measure of speed.
func await(t *testing.T, what string, so func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !so(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s did not come", what)
		}
	}
}
