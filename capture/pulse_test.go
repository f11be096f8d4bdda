//go:build cgo && linux

package capture

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"earshot/app"
)

// A sound server of the tests' own, with loudspeakers and a microphone that are
// heard nowhere. Without norewinds the null sinks' sound comes seconds late.
const pulseScript = `
load-module module-native-protocol-unix
load-module module-null-sink sink_name=speakers norewinds=1 rate=48000 channels=2 sink_properties=device.description=Speakers
load-module module-null-sink sink_name=booth norewinds=1 rate=48000 channels=1 channel_map=mono sink_properties=device.description=Booth
load-module module-remap-source source_name=mic master=booth.monitor source_properties=device.description=Microphone
load-module module-null-sink sink_name=booth2 norewinds=1 rate=48000 channels=1 channel_map=mono sink_properties=device.description=Booth2
load-module module-remap-source source_name=mic2 master=booth2.monitor source_properties=device.description=Headset
set-default-sink speakers
set-default-source mic
`

// pulse is a running sound server.
type pulse struct {
	t      *testing.T
	script string
	cmd    *exec.Cmd
}

// startPulse starts one that this process's clients find, until the test ends.
func startPulse(t *testing.T) *pulse {
	t.Helper()
	for _, name := range []string{"pulseaudio", "pactl", "pacat"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("PulseAudio is not installed: %v", err)
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
	p := &pulse{t: t, script: filepath.Join(dir, "pulse.pa")}
	if err := os.WriteFile(p.script, []byte(pulseScript), 0o600); err != nil {
		t.Fatal(err)
	}
	p.start()
	t.Cleanup(p.kill)
	return p
}

func (p *pulse) start() {
	p.t.Helper()
	p.cmd = exec.Command("pulseaudio", "-n", "-F", p.script, "--daemonize=no", "--exit-idle-time=-1",
		"--use-pid-file=no", "--disallow-exit=yes")
	var said bytes.Buffer
	p.cmd.Stderr = &said
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	for begun := time.Now(); exec.Command("pactl", "info").Run() != nil; time.Sleep(50 * time.Millisecond) {
		if time.Since(begun) > 10*time.Second {
			p.kill()
			p.t.Skipf("PulseAudio does not start here: %s", said.String())
		}
	}
}

func (p *pulse) kill() {
	p.cmd.Process.Kill()
	p.cmd.Wait()
}

// play plays a tone into a sink until the test, or the server, ends.
func (p *pulse) play(sink string, hertz float64) {
	p.t.Helper()
	const seconds = 30
	cmd := exec.Command("pacat", "--playback", "--raw", "--rate=16000", "--channels=1", "--format=s16le", "--device="+sink)
	cmd.Stdin = bytes.NewReader(pcm(16, tone(hertz, 0.5, app.SampleRate, seconds*app.SampleRate)))
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
}

func waitFor(t *testing.T, what string, is func() bool) {
	t.Helper()
	for begun := time.Now(); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Since(begun) > 15*time.Second {
			t.Fatalf("%s did not come", what)
		}
	}
}

// heard is how much of a tone there is in the last second of a track.
func heard(t *testing.T, path string, track int, hertz float64) float64 {
	t.Helper()
	got := decode(t, withoutFFmpeg, path, app.MediaOptions{Channel: track + 1}).samples
	return level(got[max(0, len(got)-app.SampleRate):], hertz)
}

func TestPulseRecordsEachSource(t *testing.T) {
	p := startPulse(t)
	p.play("booth", 500)
	p.play("booth2", 700)
	p.play("speakers", 1100)
	for _, c := range []struct {
		source string
		tones  []float64 // one a track
	}{
		{app.SourceMicrophone, []float64{500}},
		{app.SourceSystem, []float64{1100}},
		{app.SourceBoth, []float64{500, 1100}},
		{"mic2", []float64{700}},
		{"Headset", []float64{700}},
	} {
		t.Run(c.source, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "a.wav")
			take := record(t, Recorder{}, c.source, path)
			waitFor(t, "sound", func() bool { return take.Status().Duration > 2 })
			s := take.Status()
			if s.Dropped != 0 || len(s.Gaps) != 0 || s.Trouble != "" {
				t.Errorf("got status %+v", s)
			}
			stop(t, take)
			for track, want := range c.tones {
				for _, hertz := range []float64{500, 700, 1100} {
					got := heard(t, path, track, hertz)
					if hertz == want && got < 0.4 || hertz != want && got > 0.02 {
						t.Errorf("track %d: got %.3f of %g Hz", track, got, hertz)
					}
				}
			}
		})
	}
}

func TestPulseListsInputs(t *testing.T) {
	startPulse(t)
	got, err := Recorder{}.Inputs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []app.Input{
		{ID: "mic", Name: "Microphone", Default: true},
		{ID: "mic2", Name: "Headset"},
		{ID: "speakers.monitor", Name: "Monitor of Speakers", System: true, Default: true},
		{ID: "booth.monitor", Name: "Monitor of Booth", System: true},
		{ID: "booth2.monitor", Name: "Monitor of Booth2", System: true},
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got\n%+v, want\n%+v", got, want)
	}
}

// The sound server is killed and started again, as on an update: one recording,
// and a gap in it that says so.
func TestPulseServerDies(t *testing.T) {
	for _, source := range []string{app.SourceMicrophone, app.SourceBoth, "mic2"} {
		t.Run(source, func(t *testing.T) {
			p := startPulse(t)
			path := filepath.Join(t.TempDir(), "a.wav")
			take := record(t, Recorder{}, source, path)
			waitFor(t, "sound", func() bool { return take.Status().Duration > 1 })
			begun := time.Now().Add(-time.Duration(take.Status().Duration * float64(time.Second)))
			p.kill()
			waitFor(t, "trouble", func() bool { return take.Status().Trouble == app.TroubleLost })
			time.Sleep(2 * time.Second)
			p.start()
			p.play("booth", 500)
			p.play("booth2", 500)
			waitFor(t, "its end", func() bool { return take.Status().Trouble == "" && take.Status().Levels[0] > 0.3 })
			time.Sleep(1500 * time.Millisecond)
			stop(t, take)
			s := take.Status()
			if tracks := len(take.Tracks()); len(s.Gaps) != tracks || s.Gaps[0].End-s.Gaps[0].Start < 2 {
				t.Errorf("got gaps %+v, want one on each of %d tracks", s.Gaps, tracks)
			}
			if took := time.Since(begun).Seconds(); s.Duration < took-0.5 || s.Duration > took+0.5 {
				t.Errorf("got %.2f s in %.2f s", s.Duration, took)
			}
			if got := heard(t, path, 0, 500); got < 0.4 {
				t.Errorf("after it: got %.3f of what was played", got)
			}
		})
	}
}

// A microphone is unplugged and plugged in again.
func TestPulseSourceIsUnloaded(t *testing.T) {
	startPulse(t)
	path := filepath.Join(t.TempDir(), "a.wav")
	take := record(t, Recorder{}, "mic2", path)
	waitFor(t, "sound", func() bool { return take.Status().Duration > 1 })
	modules, err := exec.Command("pactl", "list", "short", "modules").Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(modules)) {
		if strings.Contains(line, "source_name=mic2") {
			if err := exec.Command("pactl", "unload-module", strings.Fields(line)[0]).Run(); err != nil {
				t.Fatal(err)
			}
		}
	}
	waitFor(t, "trouble", func() bool { return take.Status().Trouble == app.TroubleLost })
	load := exec.Command("pactl", "load-module", "module-remap-source", "source_name=mic2", "master=booth2.monitor")
	if err := load.Run(); err != nil {
		t.Fatal(err)
	}
	// Nothing is played into it: silence may be the next trouble.
	waitFor(t, "its end", func() bool { return take.Status().Trouble != app.TroubleLost })
	stop(t, take)
	if s := take.Status(); len(s.Gaps) != 1 || s.Gaps[0].End-s.Gaps[0].Start < 1 {
		t.Errorf("got %+v, want one gap", s)
	}
	recorded(t, path)
}

// What PortAudio, ALSA and JACK have to say reaches nobody; what we say does.
func TestPulseLeavesStandardErrorAlone(t *testing.T) {
	p := startPulse(t)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), beTalker+"="+filepath.Join(t.TempDir(), "a.wav"))
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(1500 * time.Millisecond)
	p.kill()
	if err := cmd.Wait(); err != nil {
		t.Errorf("got %v", err)
	}
	if want := strings.Repeat("we\n", talks) + "done\n"; said.String() != want {
		t.Errorf("got %d bytes, want %d: %.500q", said.Len(), len(want), said.String())
	}
}
