//go:build e2e

package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"earshot/app"
	"earshot/store"
)

// Speech into the microphone, Ctrl+R before and after: text, and a sound file.
func TestWindowRecords(t *testing.T) {
	clip := fixture(t, "audio/synth/en-espeak05.wav")
	startSound(t)
	p := program{t: t, data: t.TempDir()}
	w := openWindowOn(newScreen(t), p)
	w.run("xdotool", "key", "ctrl+r")
	wav, begun := p.sound()
	played := play(t, "booth", clip)
	time.Sleep(7 * time.Second)
	w.picture("8-recording")
	played()
	recorded := time.Since(begun).Seconds()
	w.run("xdotool", "key", "ctrl+r")
	w.await("a transcript", states(app.StateDone))
	e := p.entries()[0]
	checkWords(t, p.text(e.ID), spokenIn(t, clip))
	if e.Source.Path != wav || e.Source.Hash == "" || e.Duration < recorded-1 || len(e.Warnings) != 0 {
		t.Errorf("got %+v, want %s with %.1f s", e, wav, recorded)
	}
	checkWhole(t, wav, recorded-1)
	time.Sleep(time.Second)
	w.picture("9-recorded")
	w.quit()
}

// A window that is killed while it records loses a second at most; the next one
// has the rest, and transcribes what was not text yet.
func TestWindowIsKilledWhileRecording(t *testing.T) {
	clip := fixture(t, "audio/synth/en-espeak05.wav")
	startSound(t)
	s := newScreen(t)
	p := program{t: t, data: t.TempDir()}
	w := openWindowOn(s, p)
	w.run("xdotool", "key", "ctrl+r")
	wav, begun := p.sound()
	play(t, "booth", clip)()
	recorded := time.Since(begun).Seconds()
	w.cmd.Process.Kill()
	w.cmd.Wait()

	w = openWindowOn(s, p)
	w.await("a recovered recording", func(e []app.Entry) bool {
		return states(app.StateInterrupted)(e) && e[0].Source.Hash != ""
	})
	e := p.entries()[0]
	if e.Duration < recorded-1 || len(e.Warnings) != 1 || !strings.HasPrefix(e.Warnings[0], "Recovered: ") {
		t.Errorf("got %+v, want a warning and %.1f s", e, recorded)
	}
	t.Logf("%.2f of %.2f s, %.2f of them text", e.Duration, recorded, e.Position)
	checkWhole(t, wav, recorded-1)
	w.run("xdotool", "mousemove", "150", "150", "click", "1", "sleep", "1")
	w.picture("10-recovered")
	w.run("xdotool", "mousemove", "1125", "143", "click", "1") // Resume
	w.await("the whole transcript", states(app.StateDone))
	checkWords(t, p.text(e.ID), spokenIn(t, clip))
	time.Sleep(time.Second)
	w.picture("11-resumed")
	w.quit()
}

// take is `earshot record`, running.
type take struct {
	*program
	cmd         *exec.Cmd
	out, errors buffer
}

func (p *program) record(args ...string) *take {
	p.t.Helper()
	r := &take{program: p, cmd: p.command(append([]string{"record"}, args...)...)}
	r.cmd.Stdout, r.cmd.Stderr = &r.out, &r.errors
	startUntilEnd(p.t, r.cmd)
	p.sound()
	return r
}

// end waits for a good end that has nothing to complain of. ALSA and JACK would
// have.
func (r *take) end() {
	r.t.Helper()
	late := time.AfterFunc(time.Minute, func() { r.cmd.Process.Kill() })
	if err := r.cmd.Wait(); !late.Stop() || err != nil {
		r.t.Errorf("got %v", err)
	}
	if said := r.errors.Bytes(); len(said) > 0 {
		r.t.Errorf("standard error has %q", said)
	}
}

// line is a line of --json-lines.
type line struct {
	Type, Text, Speaker string
}

func (r *take) lines() []line {
	r.t.Helper()
	var all []line
	for text := range strings.Lines(string(r.out.Bytes())) {
		var l line
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			r.t.Fatalf("%v in %q", err, text)
		}
		all = append(all, l)
	}
	return all
}

// finals is the text of a speaker's final lines.
func finals(lines []line, speaker string) string {
	var b strings.Builder
	for _, l := range lines {
		if l.Type == "final" && l.Speaker == speaker {
			b.WriteString(l.Text + "\n")
		}
	}
	return b.String()
}

// Text comes while it is spoken, and the seconds end it.
func TestRecordSeconds(t *testing.T) {
	clip := fixture(t, "audio/synth/en-newvoice03.wav")
	startSound(t)
	r := newProgram(t).record("--seconds", "7", "--json-lines")
	play(t, "booth", clip)()
	early := len(r.lines())
	r.end()
	lines := r.lines()
	checkWords(t, finals(lines, ""), spokenIn(t, clip))
	if early < 3 || lines[0].Type != "partial" || lines[len(lines)-1].Type != "final" {
		t.Errorf("%d lines came while it was spoken: %+v", early, lines)
	}
	if e := r.entries(); !states(app.StateDone)(e) || e[0].Duration < 6.9 || e[0].Duration > 7.5 {
		t.Errorf("got %+v, want 7 seconds", e)
	}
}

// Ctrl+C is how a recording ends: the last words still come.
func TestRecordUntilInterrupted(t *testing.T) {
	clip := fixture(t, "audio/synth/en-newvoice03.wav")
	startSound(t)
	r := newProgram(t).record()
	play(t, "booth", clip)()
	r.cmd.Process.Signal(os.Interrupt)
	r.end()
	checkWords(t, string(r.out.Bytes()), spokenIn(t, clip))
	if e := r.entries(); !states(app.StateDone)(e) {
		t.Errorf("got %+v", e)
	}
}

// A conversation: two tracks, and who speaks is known.
func TestRecordBoth(t *testing.T) {
	mine, theirs := fixture(t, "audio/synth/en-newvoice03.wav"), fixture(t, "audio/synth/en-newvoice00.wav")
	startSound(t)
	r := newProgram(t).record("--source", "both", "--json-lines")
	wait := play(t, "booth", mine)
	play(t, "speakers", theirs)()
	wait()
	r.cmd.Process.Signal(syscall.SIGTERM)
	r.end()
	lines := r.lines()
	checkWords(t, finals(lines, "Me"), spokenIn(t, mine))
	checkWords(t, finals(lines, "Others"), spokenIn(t, theirs))
}

// text is a transcript's text in the library.
func (p *program) text(id int64) string {
	p.t.Helper()
	s, err := store.Open(p.t.Context(), p.data, store.Options{})
	if err != nil {
		p.t.Fatal(err)
	}
	defer s.Close()
	transcript, err := s.Transcript(p.t.Context(), id)
	if err != nil {
		p.t.Fatal(err)
	}
	return transcript.Text()
}
