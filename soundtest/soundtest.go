// Package soundtest starts sound servers for tests, with loudspeakers and
// microphones that are heard nowhere.
package soundtest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Kind is a kind of sound server. Clients of PulseAudio find either.
type Kind string

// Kinds of sound servers.
const (
	PulseAudio Kind = "PulseAudio"
	PipeWire   Kind = "PipeWire"
)

// Kinds are all of them.
var Kinds = []Kind{PulseAudio, PipeWire}

// What a server has: the output “speakers”, and the default microphone “mic” and
// another one, “mic2”, that hear what is played into the outputs “booth” and
// “booth2”. Without norewinds PulseAudio's sound comes seconds late.
const modules = `
load-module module-null-sink sink_name=speakers norewinds=1 rate=48000 channels=2 sink_properties=device.description=Speakers
load-module module-null-sink sink_name=booth norewinds=1 rate=48000 channels=1 channel_map=mono sink_properties=device.description=Booth
load-module module-remap-source source_name=mic master=booth.monitor source_properties=device.description=Microphone
load-module module-null-sink sink_name=booth2 norewinds=1 rate=48000 channels=1 channel_map=mono sink_properties=device.description=Booth2
load-module module-remap-source source_name=mic2 master=booth2.monitor source_properties=device.description=Headset
set-default-sink speakers
set-default-source mic
`

// bus is the socket of D-Bus in a server's folder.
const bus = "bus"

// Server is a running sound server.
type Server struct {
	kind Kind
	dir  string
	all  []*program // in the order in which they were started
}

type program struct {
	*exec.Cmd
	said bytes.Buffer
}

// Start starts a server that the test's process and its children find, until the
// test ends. Where it is not installed, or does not run, the test is skipped.
func Start(t testing.TB, kind Kind) *Server {
	t.Helper()
	needed := map[Kind][]string{
		PulseAudio: {"pulseaudio", "pactl", "pacat", "paplay"},
		PipeWire:   {"dbus-daemon", "pipewire", "wireplumber", "pipewire-pulse", "pactl", "pacat", "paplay"},
	}
	for _, name := range needed[kind] {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("%s is not installed (%v); packaging/setup.sh e2e installs it", kind, err)
		}
	}
	dir, err := os.MkdirTemp("", "earshot") // a socket's path has to be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	for name, value := range map[string]string{
		"XDG_RUNTIME_DIR": dir, "HOME": dir, "XDG_CONFIG_HOME": dir, "PULSE_SERVER": "unix:" + filepath.Join(dir, "pulse", "native"),
	} {
		t.Setenv(name, value)
	}
	if kind == PipeWire {
		t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+filepath.Join(dir, bus))
	}
	s := &Server{kind: kind, dir: dir}
	t.Cleanup(s.Kill)
	s.Start(t)
	return s
}

// Start starts the server again after Kill.
func (s *Server) Start(t testing.TB) {
	t.Helper()
	if s.kind == PipeWire {
		s.run(t, "dbus-daemon", "--session", "--nofork", "--address="+os.Getenv("DBUS_SESSION_BUS_ADDRESS"))
		s.awaitSocket(bus)
		s.run(t, "pipewire")
		s.awaitSocket("pipewire-0")
		s.run(t, "wireplumber") // it needs both at once
		s.run(t, "pipewire-pulse")
		s.await(t, "info")
		for line := range strings.Lines(strings.TrimSpace(modules)) {
			s.await(t, strings.Fields(line)...)
		}
		return
	}
	script := filepath.Join(s.dir, "pulse.pa")
	if err := os.WriteFile(script, []byte("load-module module-native-protocol-unix"+modules), 0o600); err != nil {
		t.Fatal(err)
	}
	s.run(t, "pulseaudio", "-n", "-F", script, "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--disallow-exit=yes")
	s.await(t, "info")
}

// awaitSocket waits for a file in the server's folder, if it comes.
func (s *Server) awaitSocket(name string) {
	for begun := time.Now(); time.Since(begun) < 5*time.Second; time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(filepath.Join(s.dir, name)); err == nil {
			return
		}
	}
}

func (s *Server) run(t testing.TB, name string, args ...string) {
	t.Helper()
	p := &program{Cmd: exec.Command(name, args...)}
	p.Stdout, p.Stderr = &p.said, &p.said
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	s.all = append(s.all, p)
}

// await tells the server something, until it can do it.
func (s *Server) await(t testing.TB, command ...string) {
	t.Helper()
	for begun := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		out, err := exec.Command("pactl", command...).CombinedOutput()
		if err == nil {
			return
		}
		if time.Since(begun) > 10*time.Second {
			s.skip(t, fmt.Sprintf("%s: %s", command[0], out))
		}
	}
}

func (s *Server) skip(t testing.TB, why string) {
	t.Helper()
	all := s.all
	s.Kill()
	for _, p := range all {
		why += "\n" + p.said.String()
	}
	t.Skipf("%s does not run here: %s", s.kind, why)
}

// Kill ends the server as a crash does.
func (s *Server) Kill() {
	for _, p := range s.all {
		p.Process.Kill()
		p.Wait()
	}
	s.all = nil
	for _, socket := range []string{bus, "pipewire-0"} {
		os.Remove(filepath.Join(s.dir, socket)) // or nobody would wait for the next
	}
}

// Play plays a WAV file on an output, at most until the test ends, and returns a
// function that waits for its end.
func (s *Server) Play(t testing.TB, output, wav string) (wait func()) {
	t.Helper()
	return s.play(t, exec.Command("paplay", "--device="+output, wav))
}

// PlayRaw plays 16-bit mono sound of this many samples a second, as Play does.
func (s *Server) PlayRaw(t testing.TB, output string, rate int, sound []byte) (wait func()) {
	t.Helper()
	cmd := exec.Command("pacat", "--playback", "--raw", fmt.Sprintf("--rate=%d", rate), "--channels=1", "--format=s16le", "--device="+output)
	cmd.Stdin = bytes.NewReader(sound)
	return s.play(t, cmd)
}

func (s *Server) play(t testing.TB, cmd *exec.Cmd) (wait func()) {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	return func() {
		t.Helper()
		late := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() })
		if err := cmd.Wait(); !late.Stop() || err != nil {
			t.Fatalf("play: %v", err)
		}
	}
}
