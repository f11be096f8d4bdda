//go:build cgo && linux

package capture

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"earshot/app"
	"earshot/soundtest"
)

// onEachServer runs a test with each kind of sound server.
func onEachServer(t *testing.T, test func(*testing.T, *soundtest.Server)) {
	for _, kind := range soundtest.Kinds {
		t.Run(string(kind), func(t *testing.T) { test(t, soundtest.Start(t, kind)) })
	}
}

// play plays a tone into an output until the test, or the server, ends.
func play(t *testing.T, s *soundtest.Server, output string, hertz float64) {
	t.Helper()
	const seconds = 120
	s.PlayRaw(t, output, app.SampleRate, pcm(16, tone(hertz, 0.5, app.SampleRate, seconds*app.SampleRate)))
}

func waitFor(t *testing.T, what string, is func() bool) {
	t.Helper()
	for begun := time.Now(); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Since(begun) > time.Minute {
			t.Fatalf("%s did not come", what)
		}
	}
}

// heard is how much of each tone there is in a track from a second on: the medians
// of its loud parts, since a sound server with too much to do leaves holes.
func heard(t *testing.T, path string, track int, from float64, tones ...float64) []float64 {
	t.Helper()
	got := decode(t, withoutFFmpeg, path, app.MediaOptions{Channel: track + 1}).samples
	levels := make([][]float64, len(tones))
	for part := range slices.Chunk(got[min(len(got), int(from*app.SampleRate)):], app.SampleRate/20) {
		if rms(part) < 0.35 { // of a tone of amplitude 0.5 it is 0.3535
			continue
		}
		for i, hertz := range tones {
			levels[i] = append(levels[i], level(part, hertz))
		}
	}
	medians := make([]float64, len(tones))
	for i, all := range levels {
		if len(all) > 0 {
			slices.Sort(all)
			medians[i] = all[len(all)/2]
		}
	}
	return medians
}

func TestPulseRecordsEachSource(t *testing.T) { onEachServer(t, recordsEachSource) }

func recordsEachSource(t *testing.T, s *soundtest.Server) {
	play(t, s, "booth", 500)
	play(t, s, "booth2", 700)
	play(t, s, "speakers", 1100)
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
			now := take.Status()
			if now.Dropped != 0 || len(now.Gaps) != 0 || now.Trouble != "" {
				t.Errorf("got status %+v", now)
			}
			stop(t, take)
			for track, want := range c.tones {
				all := []float64{500, 700, 1100}
				for i, got := range heard(t, path, track, 1, all...) {
					if all[i] == want && got < 0.4 || all[i] != want && got > 0.02 {
						t.Errorf("track %d: got %.3f of %g Hz", track, got, all[i])
					}
				}
			}
		})
	}
}

func TestPulseListsInputs(t *testing.T) { onEachServer(t, listsInputs) }

func listsInputs(t *testing.T, _ *soundtest.Server) {
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
func TestPulseServerDies(t *testing.T) { onEachServer(t, serverDies) }

func serverDies(t *testing.T, s *soundtest.Server) {
	for _, source := range []string{app.SourceMicrophone, app.SourceBoth, "mic2"} {
		t.Run(source, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "a.wav")
			take := record(t, Recorder{}, source, path)
			waitFor(t, "sound", func() bool { return take.Status().Duration > 1 })
			before, killed := take.Status().Duration, time.Now()
			s.Kill()
			waitFor(t, "trouble", func() bool { return take.Status().Trouble == app.TroubleLost })
			time.Sleep(2 * time.Second)
			s.Start(t)
			play(t, s, "booth", 500)
			play(t, s, "booth2", 500)
			waitFor(t, "its end", func() bool { return take.Status().Trouble == "" && take.Status().Levels[0] > 0.3 })
			took := time.Since(killed).Seconds()
			time.Sleep(1500 * time.Millisecond)
			stop(t, take)
			now := take.Status()
			if tracks := len(take.Tracks()); len(now.Gaps) != tracks {
				t.Fatalf("got gaps %+v, want one on each of %d tracks", now.Gaps, tracks)
			}
			// How long it is to a hundredth is tested with a clock that waits for us.
			gap := now.Gaps[0]
			if gap.Start < before-0.5 || gap.End-gap.Start < 2 || gap.End-gap.Start > took+0.5 || now.Duration < gap.End+0.5 {
				t.Errorf("got a gap %+v, want one after %.2f s of 2 to %.2f s, and more than %.2f s in all", gap, before, took, now.Duration)
			}
			if got := heard(t, path, 0, gap.End, 500); got[0] < 0.4 {
				t.Errorf("after it: got %.3f of what was played", got[0])
			}
		})
	}
}

// A microphone is unplugged and plugged in again.
func TestPulseSourceIsUnloaded(t *testing.T) { onEachServer(t, sourceIsUnloaded) }

func sourceIsUnloaded(t *testing.T, _ *soundtest.Server) {
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
func TestPulseLeavesStandardErrorAlone(t *testing.T) { onEachServer(t, leavesStandardErrorAlone) }

func leavesStandardErrorAlone(t *testing.T, s *soundtest.Server) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), beTalker+"="+filepath.Join(t.TempDir(), "a.wav"))
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(1500 * time.Millisecond)
	s.Kill()
	if err := cmd.Wait(); err != nil {
		t.Errorf("got %v", err)
	}
	if want := strings.Repeat("we\n", talks) + "done\n"; said.String() != want {
		t.Errorf("got %d bytes, want %d: %.500q", said.Len(), len(want), said.String())
	}
}
