//go:build e2e

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"earshot/app"
)

// The real window, as `make e2e` builds it.
const windowProgram = "bin/earshot-checked"

// screen is an X server of its own, with a window manager.
type screen struct {
	t       testing.TB
	display string
}

func newScreen(t testing.TB) *screen {
	t.Helper()
	needPrograms(t, "Xvfb", "openbox", "xdotool", "import")
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	x := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "1280x800x24", "-nolisten", "tcp")
	x.ExtraFiles = []*os.File{w}
	s := &screen{t: t}
	startUntilEnd(t, x)
	w.Close()
	number, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatalf("Xvfb did not start: %v", err)
	}
	s.display = ":" + strings.TrimSpace(number)
	manager := exec.Command("openbox")
	manager.Env = s.env()
	startUntilEnd(t, manager)
	return s
}

// needPrograms skips the test where one of its programs is absent.
func needPrograms(t testing.TB, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("%s is not installed; `make e2e` installs it", name)
		}
	}
}

// startUntilEnd runs a program until the test ends.
func startUntilEnd(t testing.TB, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
}

func (s *screen) env(more ...string) []string {
	unset := []string{"DISPLAY=", "WAYLAND_DISPLAY=", "XAUTHORITY=", "GDK_BACKEND="}
	env := slices.DeleteFunc(os.Environ(), func(v string) bool {
		return slices.ContainsFunc(unset, func(name string) bool { return strings.HasPrefix(v, name) })
	})
	return append(append(env, "DISPLAY="+s.display, "LIBGL_ALWAYS_SOFTWARE=1"), more...)
}

// run runs a program on the screen and returns what it prints.
func (s *screen) run(name string, args ...string) string {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = s.env()
	out, err := cmd.CombinedOutput()
	if err != nil {
		s.t.Fatalf("%s %q: %v: %s", name, args, err, out)
	}
	return string(out)
}

// picture saves what is on the screen under artifacts/.
func (s *screen) picture(name string) {
	s.t.Helper()
	if err := os.MkdirAll("artifacts", 0o755); err != nil {
		s.t.Fatal(err)
	}
	s.run("import", "-window", "root", filepath.Join("artifacts", name+".png"))
}

// window is the running program.
type window struct {
	*screen
	library program
	cmd     *exec.Cmd
	log     *buffer // its standard error
}

// buffer is what a child writes while others read.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) Bytes() []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	return bytes.Clone(b.b.Bytes())
}

func openWindowOn(s *screen, p program, env ...string) *window {
	s.t.Helper()
	w := &window{screen: s, library: p, log: new(buffer)}
	w.cmd = exec.Command(windowProgram, "--log-level", "debug")
	w.cmd.Env = append(s.env("EARSHOT_DATA="+p.data, "EARSHOT_MODELS=../shared/models", "XDG_RUNTIME_DIR="+s.t.TempDir()), env...)
	w.cmd.Stderr = w.log
	startUntilEnd(s.t, w.cmd)
	s.run("xdotool", "search", "--sync", "--onlyvisible", "--name", "^Earshot$")
	time.Sleep(time.Second) // until it has drawn itself
	return w
}

// drop drags files from another program onto the middle of the window.
func (w *window) drop(files ...string) {
	w.t.Helper()
	w.run("bash", append([]string{"../shared/tools/rig/dnd.sh", "^Earshot$"}, files...)...)
}

// await waits until the library is as wanted.
func (w *window) await(what string, wanted func([]app.Entry) bool) {
	w.t.Helper()
	for deadline := time.Now().Add(3 * time.Minute); !wanted(w.library.entries()); time.Sleep(200 * time.Millisecond) {
		if time.Now().After(deadline) {
			w.picture("failed")
			w.t.Fatalf("waited in vain for %s; the library holds %+v", what, w.library.entries())
		}
	}
}

// quit closes the window as a person does and checks how it went.
func (w *window) quit() {
	t := w.t
	t.Helper()
	w.run("xdotool", "key", "ctrl+q")
	again := time.AfterFunc(3*time.Second, func() { // it asks, if a job was not quite over
		cmd := exec.Command("xdotool", "key", "ctrl+q")
		cmd.Env = w.env()
		_ = cmd.Run()
	})
	defer again.Stop()
	ended := time.AfterFunc(20*time.Second, func() { w.cmd.Process.Kill() })
	err := w.cmd.Wait()
	if !ended.Stop() || err != nil {
		t.Errorf("after ctrl+q: %v", err)
	}
	if bytes.Contains(w.log.Bytes(), []byte("Error in Fyne call thread")) {
		t.Errorf("Fyne was called from the wrong goroutine:\n%s", w.log.Bytes())
	}
}

func states(want ...app.State) func([]app.Entry) bool {
	return func(entries []app.Entry) bool {
		var got []app.State
		for _, e := range entries {
			got = append(got, e.State)
		}
		return slices.Equal(got, want)
	}
}

// The promise of the first release, on a real screen: files dropped on the
// window become text, and are found again after a restart.
func TestWindow(t *testing.T) {
	long, short := fixture(t, "audio/synth/long-five-minutes.wav"), fixture(t, "audio/synth/en-espeak05.wav")
	fixture(t, "tools/rig/dnd.sh")
	s := newScreen(t)
	p := program{t: t, data: t.TempDir()}

	w := openWindowOn(s, p)
	w.picture("1-empty")
	w.drop(long, short)
	w.await("two jobs", func(e []app.Entry) bool { return len(e) > 0 && e[len(e)-1].Position > 20 })
	w.picture("2-streaming")
	w.await("two transcripts", states(app.StateDone, app.StateDone))
	time.Sleep(time.Second)
	w.picture("3-done")
	w.quit()
	t.Logf("Fyne's goroutine answered after: %s", lateness(t, w.log.Bytes()))

	w = openWindowOn(s, p)
	w.picture("4-found-again")
	w.run("xdotool", "mousemove", "150", "180", "click", "1", "sleep", "1", "key", "ctrl+c", "sleep", "0.5")
	if got := w.run("xclip", "-selection", "clipboard", "-o"); !strings.HasPrefix(got, "I know that Emma lost our recording outside the mountain.") {
		t.Errorf("the clipboard holds %q", got)
	}
	w.picture("5-copied")
	w.drop(short)
	time.Sleep(2 * time.Second)
	if n := len(p.entries()); n != 2 {
		t.Errorf("the same file again: got %d transcripts, want 2", n)
	}
	w.picture("6-the-same-file")
	w.quit()
}

// What a killed window had decoded is there at the next start.
func TestWindowIsKilled(t *testing.T) {
	long := fixture(t, "audio/synth/long-five-minutes.wav")
	fixture(t, "tools/rig/dnd.sh")
	s := newScreen(t)
	p := program{t: t, data: t.TempDir()}
	w := openWindowOn(s, p)
	w.drop(long)
	w.await("text", func(e []app.Entry) bool { return len(e) == 1 && e[0].Position > 20 })
	w.cmd.Process.Kill()
	w.cmd.Wait()

	w = openWindowOn(s, p)
	w.await("an interrupted transcript", states(app.StateInterrupted))
	if e := p.entries()[0]; e.Position <= 20 {
		t.Errorf("only %.1f seconds are left", e.Position)
	}
	w.run("xdotool", "mousemove", "150", "180", "click", "1", "sleep", "1")
	w.picture("7-interrupted")
	w.quit()
}

// Closing the window in mid-job keeps what was decoded, too.
func TestWindowIsClosed(t *testing.T) {
	long := fixture(t, "audio/synth/long-five-minutes.wav")
	fixture(t, "tools/rig/dnd.sh")
	s := newScreen(t)
	p := program{t: t, data: t.TempDir()}
	w := openWindowOn(s, p)
	w.drop(long)
	w.await("text", func(e []app.Entry) bool { return len(e) == 1 && e[0].Position > 20 })
	// It asks, once; meanwhile the job goes on.
	w.run("xdotool", "key", "ctrl+q")
	asked := p.entries()[0].Position
	w.await("more text", func(e []app.Entry) bool { return len(e) == 1 && e[0].Position > asked })
	w.picture("14-quit")
	w.quit()
	if e := p.entries(); !states(app.StateInterrupted)(e) || e[0].Position <= 20 {
		t.Errorf("got %+v", e)
	}
}

// Without a display there is one sentence, whatever OpenGL would have said.
func TestWindowWithoutDisplay(t *testing.T) {
	for _, display := range []string{"", ":987", "nonsense"} {
		cmd := exec.Command(windowProgram)
		cmd.Env = (&screen{display: display}).env("EARSHOT_DATA=" + t.TempDir())
		out, err := cmd.CombinedOutput()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != 1 {
			t.Errorf("DISPLAY=%q: got %v, want status 1", display, err)
		}
		if lines := strings.Split(strings.TrimSpace(string(out)), "\n"); len(lines) > 2 || !strings.Contains(lines[0], "earshot transcribe") {
			t.Errorf("DISPLAY=%q: got %q", display, out)
		}
	}
}

// SIGTERM, as a session that ends sends it, is a clean end.
func TestWindowIsTerminated(t *testing.T) {
	s := newScreen(t)
	w := openWindowOn(s, program{t: t, data: t.TempDir()})
	w.cmd.Process.Signal(syscall.SIGTERM)
	ended := time.AfterFunc(20*time.Second, func() { w.cmd.Process.Kill() })
	if err := w.cmd.Wait(); !ended.Stop() || err != nil {
		t.Errorf("got %v\n%s", err, w.log.Bytes())
	}
}

// latency is how long Fyne's goroutine took to answer while the window ran.
type latency []time.Duration

func lateness(t testing.TB, log []byte) latency {
	t.Helper()
	var all latency
	for line := range strings.Lines(string(log)) {
		_, after, found := strings.Cut(line, `msg="window answered" after=`)
		if !found {
			continue
		}
		d, err := time.ParseDuration(strings.TrimSpace(after))
		if err != nil {
			t.Fatalf("%v in %q", err, line)
		}
		all = append(all, d)
	}
	if len(all) < 20 {
		t.Fatalf("the log has only %d times", len(all))
	}
	slices.Sort(all)
	return all
}

// at is a quantile.
func (l latency) at(q float64) time.Duration { return l[int(q*float64(len(l)-1))] }

func (l latency) String() string {
	return fmt.Sprintf("median %v, 95 %% %v, at most %v, of %d times", l.at(0.5), l.at(0.95), l.at(1), len(l))
}

// BenchmarkWindowWhileDecoding measures what a person feels while a job runs:
// how long Fyne's goroutine takes to answer, first untouched, then while the
// mouse wheel turns without end. A frame is 16.7 ms.
func BenchmarkWindowWhileDecoding(b *testing.B) {
	long := fixture(b, "audio/synth/long-five-minutes.wav")
	s := newScreen(b)
	for b.Loop() {
		for unit, wheel := range map[string]bool{"still": false, "scrolling": true} {
			l := latencyWhileDecoding(b, s, long, wheel)
			b.ReportMetric(l.at(0.5).Seconds()*1e3, "ms-median-"+unit)
			b.ReportMetric(l.at(0.95).Seconds()*1e3, "ms-95%-"+unit)
			b.ReportMetric(l.at(1).Seconds()*1e3, "ms-most-"+unit)
		}
	}
}

func latencyWhileDecoding(b *testing.B, s *screen, file string, wheel bool) latency {
	w := openWindowOn(s, program{t: b, data: b.TempDir()})
	w.drop(file)
	w.await("text", func(e []app.Entry) bool { return len(e) == 1 && e[0].Position > 50 })
	settled := len(w.log.Bytes())
	if wheel {
		turn := "while xdotool click --repeat 20 --delay 15 5 click --repeat 20 --delay 15 4; do :; done"
		cmd := exec.Command("bash", "-c", "xdotool mousemove 700 450; "+turn)
		cmd.Env = s.env()
		startUntilEnd(b, cmd)
		defer cmd.Process.Kill()
	}
	w.await("the transcript", states(app.StateDone))
	w.quit()
	return lateness(b, w.log.Bytes()[settled:])
}
