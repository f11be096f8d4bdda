//go:build e2e

package main

import (
	"bytes"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// A sound server of the test's own: loudspeakers that nobody hears, and a
// microphone that hears what is played into the booth. Without norewinds the
// sound comes seconds late.
const soundScript = `
load-module module-native-protocol-unix
load-module module-null-sink sink_name=speakers norewinds=1 rate=48000 channels=2 sink_properties=device.description=Speakers
load-module module-null-sink sink_name=booth norewinds=1 rate=48000 channels=1 channel_map=mono sink_properties=device.description=Booth
load-module module-remap-source source_name=mic master=booth.monitor source_properties=device.description=Microphone
set-default-sink speakers
set-default-source mic
`

// startSound starts a sound server that this process's children find, until the
// test ends.
func startSound(t *testing.T) {
	t.Helper()
	needPrograms(t, "pulseaudio", "pactl", "paplay")
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
	script := filepath.Join(dir, "sound.pa")
	if err := os.WriteFile(script, []byte(soundScript), 0o600); err != nil {
		t.Fatal(err)
	}
	var said buffer
	server := exec.Command("pulseaudio", "-n", "-F", script, "--daemonize=no", "--exit-idle-time=-1",
		"--use-pid-file=no", "--disallow-exit=yes")
	server.Stderr = &said
	startUntilEnd(t, server)
	for begun := time.Now(); exec.Command("pactl", "info").Run() != nil; time.Sleep(50 * time.Millisecond) {
		if time.Since(begun) > 10*time.Second {
			t.Skipf("PulseAudio does not start here: %s", said.Bytes())
		}
	}
}

// play plays a file on an output of the sound server and returns a function that
// waits for its end.
func play(t *testing.T, output, wav string) (wait func()) {
	t.Helper()
	cmd := exec.Command("paplay", "--device="+output, wav)
	startUntilEnd(t, cmd)
	return func() {
		t.Helper()
		late := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() })
		if err := cmd.Wait(); !late.Stop() || err != nil {
			t.Fatalf("paplay: %v", err)
		}
	}
}

// sound waits until the program records and returns the file, and when its
// first sample came.
func (p *program) sound() (wav string, begun time.Time) {
	p.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		found, err := filepath.Glob(filepath.Join(p.data, "recordings", "*.wav"))
		if err != nil || len(found) != 1 {
			continue
		}
		if info, err := os.Stat(found[0]); err == nil && info.Size() > wavHeader {
			return found[0], time.Now().Add(-time.Duration(wavSeconds(info.Size()) * float64(time.Second)))
		}
	}
	p.t.Fatal("no sound is recorded")
	return "", time.Time{}
}

const wavHeader = 44

// wavSeconds is how long a recording of one track is by its file's size.
func wavSeconds(size int64) float64 { return float64(size-wavHeader) / 2 / 16000 }

// checkWhole checks that a recording of one track is a whole WAV file, of so
// many seconds at least.
func checkWhole(t *testing.T, wav string, seconds float64) {
	t.Helper()
	data, err := os.ReadFile(wav)
	if err != nil {
		t.Fatal(err)
	}
	if got := wavSeconds(int64(len(data))); got < seconds {
		t.Fatalf("the recording has %.2f s, want %.2f at least", got, seconds)
	}
	whole, sound := binary.LittleEndian.Uint32(data[4:]), binary.LittleEndian.Uint32(data[wavHeader-4:])
	if !bytes.HasPrefix(data, []byte("RIFF")) || int(whole) != len(data)-8 || int(sound) != len(data)-wavHeader {
		t.Errorf("got a header of %d and %d bytes, the file has %d", whole, sound, len(data))
	}
}

// spokenIn is what is said in a clip of audio/synth.
func spokenIn(t *testing.T, wav string) string {
	t.Helper()
	data, err := os.ReadFile(fixture(t, "audio/synth/refs.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if columns := strings.Split(strings.TrimSpace(line), "\t"); columns[0] == filepath.Base(wav) {
			return columns[2]
		}
	}
	t.Fatalf("refs.tsv does not say what is spoken in %s", wav)
	return ""
}

// checkWords checks that at most a fifth of the words are wrong: the small
// fixture model reads a clip differently wherever it begins in a window.
func checkWords(t *testing.T, got, want string) {
	t.Helper()
	n := len(plainWords(want))
	errs := wordErrors(plainWords(got), plainWords(want))
	if errs > n/5 {
		t.Errorf("%d of %d words are wrong:\n got %q\nwant %q", errs, n, got, want)
	}
	t.Logf("%d of %d words are wrong: %q", errs, n, got)
}

// plainWords are a text's words without case and punctuation.
func plainWords(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return strings.ContainsRune(" \n.,?!", r) })
}

// wordErrors is how many words have to be replaced, left out or put in.
func wordErrors(got, want []string) int {
	if len(got) == 0 || len(want) == 0 {
		return len(got) + len(want)
	}
	row := make([]int, len(want)+1) // of the table of the distances of all beginnings
	for j := range row {
		row[j] = j
	}
	for i, word := range got {
		above := slices.Clone(row)
		row[0] = i + 1
		for j := range want {
			row[j+1] = min(above[j+1], row[j]) + 1
			if word == want[j] {
				row[j+1] = min(row[j+1], above[j])
			} else {
				row[j+1] = min(row[j+1], above[j]+1)
			}
		}
	}
	return row[len(want)]
}
