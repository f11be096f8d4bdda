package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"earshot/app"
)

// The program downloads the real voice activity model from a mirror, in two
// goes with Ctrl+C in between, and finds it right.
func TestModelsGetFromMirror(t *testing.T) {
	content, err := os.ReadFile(fixture(t, "models/"+app.VADFile))
	if err != nil {
		t.Fatal(err)
	}
	var requests atomic.Int32
	var last atomic.Pointer[http.Request]
	mirror := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		last.Store(r)
		if requests.Add(1) > 1 {
			http.ServeContent(w, r, app.VADFile, time.Time{}, bytes.NewReader(content))
			return
		}
		w.Header().Set("Content-Length", "885098")
		w.Write(content[:400_000])
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}))
	defer mirror.Close()
	p := &program{t: t, data: t.TempDir()}
	models := filepath.Join(p.data, "models")
	get := func() *exec.Cmd {
		cmd := p.command("models", "get", "silero")
		cmd.Env = append(cmd.Env, "EARSHOT_MODELS=", "EARSHOT_MODEL_MIRROR="+mirror.URL+"/cache")
		return cmd
	}

	p.interrupt(get(), filepath.Join(models, "."+app.VADFile+".part"))
	out, err := get().Output()
	target := filepath.Join(models, app.VADFile)
	if err != nil || string(out) != target+"\n" {
		t.Fatalf("got %q, %v", out, err)
	}
	if got := last.Load(); !strings.HasPrefix(got.URL.Path, "/cache/ggml-org/whisper-vad/resolve/") || got.Header.Get("Range") == "" {
		t.Errorf("asked for: got %s with the range %q, want the rest from the mirror", got.URL, got.Header.Get("Range"))
	}
	if got, err := os.ReadFile(target); err != nil || !bytes.Equal(got, content) {
		t.Errorf("got %d bytes and error %v, want the model", len(got), err)
	}
	if entries, err := os.ReadDir(models); err != nil || len(entries) != 1 {
		t.Errorf("got %v and error %v, want the model alone", entries, err)
	}
}

// interrupt presses Ctrl+C once a download has put something into its part.
func (p *program) interrupt(cmd *exec.Cmd, part string) {
	p.t.Helper()
	var errs bytes.Buffer
	cmd.Stderr = &errs
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	for end := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		if st, err := os.Stat(part); err == nil && st.Size() > 0 {
			break
		}
		if time.Now().After(end) {
			cmd.Process.Kill()
			p.t.Fatal("nothing was downloaded")
		}
	}
	cmd.Process.Signal(syscall.SIGINT)
	cmd.Wait()
	if status := cmd.ProcessState.ExitCode(); status != 130 || !strings.Contains(errs.String(), "the same command goes on") {
		p.t.Errorf("interrupted: got exit status %d and %q", status, errs.String())
	}
}

// The program measures the real engine, hears a real clip, and then transcribes
// with what was chosen.
func TestModelsTune(t *testing.T) {
	p := newProgram(t)
	wav := fixture(t, "audio/synth/en-espeak00.wav")
	out, errs, status := p.run("models", "tune", "synth-tiny", "--type", "q5_0", "--audio", wav, "--json", "--yes")
	var tuning struct {
		Candidates []struct {
			Model   string
			Size    int64
			Seconds []float64
			Speed   float64
			Words   int
		}
	}
	if err := json.Unmarshal([]byte(out), &tuning); err != nil || status != 0 || len(tuning.Candidates) != 2 {
		t.Fatalf("got %q, %q and exit status %d: %v", out, errs, status, err)
	}
	for _, c := range tuning.Candidates {
		if len(c.Seconds) < 3 || c.Speed <= 0 || c.Words == 0 {
			t.Errorf("got %+v", c)
		}
	}
	st, err := os.Stat(filepath.Join(p.data, "models", "ggml-synth-tiny-q5_0.bin"))
	if err != nil || st.Size() != tuning.Candidates[1].Size {
		t.Errorf("got %v and error %v, want a file of the size that was announced", st, err)
	}
	out, errs, status = p.run("transcribe", "-f", "json", "--no-store", wav)
	if status != 0 || !strings.Contains(out, `"model": "synth-tiny-q5_0"`) {
		t.Errorf("got %q, %q and exit status %d, want the text of the model that was chosen", out, errs, status)
	}
}
