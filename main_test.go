package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"earshot/app"
	"earshot/store"
)

// The test binary can be the program: the tests run themselves with this
// variable set, so that signals, exit status and streams are the real ones.
const beEarshot = "EARSHOT_TEST_BE_EARSHOT"

func TestMain(m *testing.M) {
	if os.Getenv(beEarshot) != "" {
		main()
	}
	os.Exit(m.Run())
}

// program is the program with a data folder of its own and the fixture model.
type program struct {
	t    testing.TB
	data string
}

func newProgram(t *testing.T) *program {
	t.Helper()
	fixture(t, "models/ggml-synth-tiny.bin")
	p := &program{t: t, data: t.TempDir()}
	if out, _ := p.command("devices").CombinedOutput(); bytes.Contains(out, []byte("without cgo")) {
		t.Skip("built without cgo")
	}
	return p
}

// fixture is the path of a shared file; the test is skipped where it is
// absent.
func fixture(t testing.TB, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", "shared", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the shared fixture %s is not here", name)
	}
	return path
}

func (p *program) command(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	models, err := filepath.Abs("../shared/models")
	if err != nil {
		p.t.Fatal(err)
	}
	cmd.Env = append(os.Environ(), beEarshot+"=1", "EARSHOT_DATA="+p.data, "EARSHOT_MODELS="+models)
	return cmd
}

// run runs a command to its end.
func (p *program) run(args ...string) (stdout, stderr string, status int) {
	p.t.Helper()
	var out, errs bytes.Buffer
	cmd := p.command(args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		p.t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// entries is what the library holds, newest first.
func (p *program) entries() []app.Entry {
	p.t.Helper()
	s, err := store.Open(p.t.Context(), p.data, store.Options{})
	if err != nil {
		p.t.Fatal(err)
	}
	defer s.Close()
	list, err := s.List(p.t.Context(), app.Filter{}, app.Page{})
	if err != nil {
		p.t.Fatal(err)
	}
	return list.Entries
}

func TestTranscribeAndFindAgain(t *testing.T) {
	p := newProgram(t)
	wav := fixture(t, "audio/synth/en-espeak05.wav")
	const want = "I know that Emma lost our recording outside the mountain.\n" +
		"She said that our friend quietly closed 26 customers tomorrow.\n" +
		"They said that your building is in our hospital.\n"
	for _, args := range [][]string{{"transcribe", wav}, {"transcribe", wav}, {"history", "show", "1"}} {
		out, errs, status := p.run(args...)
		if out != want || errs != "" || status != 0 {
			t.Errorf("%v: got %q, %q, status %d", args, out, errs, status)
		}
	}
	if e := p.entries(); len(e) != 1 || e[0].State != app.StateDone || e[0].Language != "en" || e[0].Device == "" || e[0].Speed <= 0 {
		t.Errorf("got entries %+v, want one: the second time came from the library", e)
	}
	out, _, status := p.run("history", "search", "hospital")
	if status != 0 || !strings.Contains(out, "They said that your building is in our hospital.") {
		t.Errorf("search: got %q, status %d", out, status)
	}
}

// The stretch of what was left out is heard again, alone, and takes its place.
func TestRecoverWhatWasLeftOut(t *testing.T) {
	p := newProgram(t)
	if _, errs, status := p.run("transcribe", "-q", fixture(t, "audio/synth/en-espeak05.wav")); status != 0 {
		t.Fatal(errs)
	}
	s, err := store.Open(t.Context(), p.data, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	done, err := s.Transcript(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	second := done.Segments[1]
	invented := app.Segment{Start: second.Start, End: second.End, Text: "Thanks."}
	err = s.Append(t.Context(), 1, app.Progress{Omissions: []app.Omission{{Reason: app.ReasonNoSpeech, Segment: invented}}})
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	out, errs, status := p.run("history", "recover", "1")
	if status != 0 || errs != "" || strings.TrimSpace(out) != second.Text {
		t.Errorf("got %q, %q, status %d, want %q", out, errs, status, second.Text)
	}
	if out, _, _ := p.run("history", "show", "1"); strings.Count(out, second.Text) != 2 {
		t.Errorf("got %q, want the sentence twice", out)
	}
}

func TestTranscriptAsJSON(t *testing.T) {
	p := newProgram(t)
	out, _, status := p.run("transcribe", "-f", "json", fixture(t, "audio/synth/en-espeak05.wav"))
	var doc struct {
		Schema   int
		Language string
		Duration float64
		Segments []struct{ Words []struct{ Word string } }
	}
	if err := json.Unmarshal([]byte(out), &doc); err != nil || status != 0 {
		t.Fatalf("%v, status %d: %s", err, status, out)
	}
	if doc.Schema != 1 || doc.Language != "en" || doc.Duration < 11.9 || len(doc.Segments) != 3 || doc.Segments[2].Words[0].Word != "They" {
		t.Errorf("got %+v", doc)
	}
}

func TestStandardInput(t *testing.T) {
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		t.Skip("ffmpeg is not installed")
	}
	p := newProgram(t)
	m4a := filepath.Join(t.TempDir(), "x.m4a") // its index is at the end
	if out, err := exec.Command("ffmpeg", "-v", "error", "-i", fixture(t, "audio/synth/fr02.wav"), m4a).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	data, err := os.ReadFile(m4a)
	if err != nil {
		t.Fatal(err)
	}
	cmd := p.command("transcribe", "-", "-l", "fr")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		in.Write(data)
		in.Close()
	}()
	out, err := cmd.Output()
	if err != nil || !strings.HasPrefix(string(out), "La femme a acheté la lettre") {
		t.Errorf("got %q, %v", out, err)
	}
	if e := p.entries(); len(e) != 1 || e[0].Source.Path != "-" {
		t.Errorf("got entries %+v", e)
	}
}

// start runs a long job until its first line of text and returns it, running.
func (p *program) start(wav string) (cmd *exec.Cmd, lines *bufio.Reader) {
	p.t.Helper()
	cmd = p.command("transcribe", wav)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	lines = bufio.NewReader(stdout)
	if _, err := lines.ReadString('\n'); err != nil {
		p.t.Fatal(err)
	}
	return cmd, lines
}

// Ctrl+C finishes cleanly, kill -9 does not: either way what was decoded is
// kept, and the same command goes on from there.
func TestInterruptedJobsGoOn(t *testing.T) {
	wav := fixture(t, "audio/synth/long-five-minutes.wav")
	whole, _, status := newProgram(t).run("transcribe", "--no-store", wav)
	if status != 0 {
		t.Fatalf("got status %d", status)
	}
	for _, c := range []struct {
		signal syscall.Signal
		state  app.State
		status int
	}{
		{syscall.SIGINT, app.StateCancelled, 130},
		{syscall.SIGKILL, app.StateInterrupted, -1},
	} {
		p := newProgram(t)
		cmd, lines := p.start(wav)
		if err := cmd.Process.Signal(c.signal); err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, lines)
		cmd.Wait()
		if got := cmd.ProcessState.ExitCode(); got != c.status {
			t.Errorf("%v: got status %d, want %d", c.signal, got, c.status)
		}
		e := p.entries()
		if len(e) != 1 || e[0].State != c.state {
			t.Fatalf("%v: got entries %+v, want one that is %s", c.signal, e, c.state)
		}
		out, errs, status := p.run("transcribe", wav)
		if status != 0 {
			t.Errorf("%v: going on: %s", c.signal, errs)
		}
		if d := different(out, whole); d > 0.1 {
			t.Errorf("%v: %.0f %% of the words differ:\n got %q\nwant %q", c.signal, 100*d, out, whole)
		}
		if e := p.entries(); len(e) != 1 || e[0].State != app.StateDone {
			t.Errorf("%v: got entries %+v, want the same one, done", c.signal, e)
		}
	}
}

// different is the share of the words of two texts that only one of them has.
// After the place where a job went on, windows are cut elsewhere, and the small
// fixture model reads some of them differently.
func different(a, b string) float64 {
	balance := map[string]int{}
	for _, word := range strings.Fields(a) {
		balance[word]++
	}
	for _, word := range strings.Fields(b) {
		balance[word]--
	}
	odd := 0
	for _, n := range balance {
		odd += max(n, -n)
	}
	return float64(odd) / float64(len(strings.Fields(a))+len(strings.Fields(b)))
}

func TestSecondCtrlCLeavesAtOnce(t *testing.T) {
	p := newProgram(t)
	cmd, lines := p.start(fixture(t, "audio/synth/long-five-minutes.wav"))
	for range 2 {
		cmd.Process.Signal(os.Interrupt)
		time.Sleep(20 * time.Millisecond) // two signals at the same moment are one
	}
	io.Copy(io.Discard, lines)
	cmd.Wait()
	if got := cmd.ProcessState.ExitCode(); got != 130 {
		t.Errorf("got status %d, want 130", got)
	}
}

func TestOneBadFileAmongGoodOnes(t *testing.T) {
	p := newProgram(t)
	out, errs, status := p.run("transcribe", "-l", "en", fixture(t, "models/ggml-silero-v6.2.0.bin"),
		fixture(t, "audio/synth/en-espeak00.wav"), filepath.Join(p.data, "missing.mp3"))
	if status != 1 || !strings.Contains(out, "Michael, please clean another blue project.") {
		t.Errorf("got %q, status %d", out, status)
	}
	for _, want := range []string{"“ggml-silero-v6.2.0.bin” is not an audio or video file", "“missing.mp3” does not exist."} {
		if !strings.Contains(errs, want) {
			t.Errorf("got %q, want %q in it", errs, want)
		}
	}
	if n := len(p.entries()); n != 1 {
		t.Errorf("got %d entries, want 1: bad files leave nothing behind", n)
	}
}

// A library that cannot be opened costs the storing, not the text.
func TestUnusableLibrary(t *testing.T) {
	p := newProgram(t)
	for name, spoil := range map[string]func() error{
		"cannot be written": func() error {
			p.data = filepath.Join(p.data, "file")
			return os.WriteFile(p.data, nil, 0o600)
		},
		"newer version": func() error {
			p.data = t.TempDir()
			header := make([]byte, 4096)
			copy(header, "SQLite format 3\x00")
			copy(header[60:], []byte{0, 0, 3, 0xE7})
			copy(header[68:], "EarS")
			return os.WriteFile(filepath.Join(p.data, store.FileName), header, 0o600)
		},
	} {
		if err := spoil(); err != nil {
			t.Fatal(err)
		}
		out, errs, status := p.run("transcribe", "-l", "en", fixture(t, "audio/synth/en-espeak00.wav"))
		if status != 0 || !strings.HasPrefix(out, "Michael") || !strings.Contains(errs, "not stored") {
			t.Errorf("%s: got %q, %q, status %d", name, out, errs, status)
		}
		if _, errs, status := p.run("history", "list"); status != 1 || !strings.HasPrefix(errs, "earshot: The library in ") {
			t.Errorf("%s: history: got %q, status %d", name, errs, status)
		}
	}
}

// A crash leaves a report, and the next run names it once.
func TestCrashIsReported(t *testing.T) {
	p := newProgram(t)
	cmd, lines := p.start(fixture(t, "audio/synth/long-five-minutes.wav"))
	cmd.Process.Signal(syscall.SIGSEGV)
	io.Copy(io.Discard, lines)
	cmd.Wait()
	_, errs, _ := p.run("history", "list")
	_, report, found := strings.Cut(errs, "The report is in ")
	report = strings.TrimSuffix(strings.TrimSpace(report), ".")
	if !found {
		t.Fatalf("got %q", errs)
	}
	if data, err := os.ReadFile(report); err != nil || !bytes.Contains(data, []byte("SIGSEGV")) {
		t.Errorf("got %q, %v", data, err)
	}
	if _, errs, _ := p.run("history", "list"); strings.Contains(errs, "crashed") {
		t.Errorf("the report is named again: %q", errs)
	}
}
