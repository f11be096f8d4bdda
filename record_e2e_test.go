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
	"earshot/soundtest"
	"earshot/store"
)

// dictated is a window that records what is played into its microphone.
type dictated struct {
	*window
	wav    string    // where its sound goes
	begun  time.Time // when the first of it came
	played func()    // waits until all is played
}

// dictate opens a window, presses Ctrl+R and begins to play a clip.
func dictate(t *testing.T, clip string) *dictated {
	t.Helper()
	sound := soundtest.Start(t, soundtest.PulseAudio)
	d := &dictated{window: openWindowOn(newScreen(t), program{t: t, data: t.TempDir()})}
	d.run("xdotool", "key", "ctrl+r")
	d.wav, d.begun = d.library.sound()
	d.played = sound.Play(t, "booth", clip)
	return d
}

// Speech into the microphone, Ctrl+R before and after: text, and a sound file.
func TestWindowRecords(t *testing.T) {
	clip := fixture(t, "audio/synth/en-espeak05.wav")
	w := dictate(t, clip)
	time.Sleep(7 * time.Second)
	w.picture("8-recording")
	w.played()
	recorded := time.Since(w.begun).Seconds()
	w.run("xdotool", "key", "ctrl+r")
	w.await("a transcript", states(app.StateDone))
	e := w.library.entries()[0]
	checkWords(t, w.library.text(e.ID), spokenIn(t, clip))
	if e.Source.Path != w.wav || e.Source.Hash == "" || e.Duration < recorded-1 || len(e.Warnings) != 0 {
		t.Errorf("got %+v, want %s with %.1f s", e, w.wav, recorded)
	}
	checkWhole(t, w.wav, recorded-1)
	time.Sleep(time.Second)
	w.picture("9-recorded")
	w.quit()
}

// A click into what is being said, and words typed there: they stay, and so does
// what is said meanwhile.
func TestWindowCorrectsWhatIsBeingSaid(t *testing.T) {
	clip := fixture(t, "audio/synth/en-espeak05.wav")
	w := dictate(t, clip)
	time.Sleep(4 * time.Second)
	w.run("xdotool", "mousemove", "560", "195", "click", "1")
	w.await("a line", func(all []app.Entry) bool { return w.library.text(all[0].ID) != "" })
	w.run("xdotool", "sleep", "0.5", "key", "Home", "type", "Listen: ") // type takes all that follows
	time.Sleep(time.Second)
	w.picture("15-corrected-while-said")
	w.run("xdotool", "key", "Return")
	w.played()
	w.run("xdotool", "key", "ctrl+r")
	w.await("a transcript", states(app.StateDone))
	time.Sleep(time.Second)
	w.picture("16-corrected")
	w.quit()
	text := w.library.text(w.library.entries()[0].ID)
	if !strings.HasPrefix(text, "Listen: ") {
		t.Errorf("got %q", text)
	}
	checkWords(t, strings.TrimPrefix(text, "Listen: "), spokenIn(t, clip))
}

// Ctrl+Shift+R: what is said goes into the open transcript, and is a recording
// of its own.
func TestWindowContinues(t *testing.T) {
	first, more := fixture(t, "audio/synth/en-newvoice03.wav"), fixture(t, "audio/synth/en-newvoice00.wav")
	sound := soundtest.Start(t, soundtest.PulseAudio)
	p := program{t: t, data: t.TempDir()}
	if out, err := p.command("transcribe", "-q", first).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	w := openWindowOn(newScreen(t), p)
	w.run("xdotool", "mousemove", "150", "180", "click", "1", "sleep", "1", "key", "ctrl+shift+r")
	p.sound()
	sound.Play(t, "booth", more)()
	w.picture("12-continued")
	w.run("xdotool", "key", "ctrl+shift+r")
	w.await("a recording", states(app.StateDone, app.StateDone))
	time.Sleep(time.Second)
	w.picture("13-continued")
	w.quit()
	all := p.entries()
	checkWords(t, p.text(all[0].ID), spokenIn(t, more))
	checkWords(t, p.text(all[1].ID), spokenIn(t, first)+" "+spokenIn(t, more))
}

// BenchmarkWindowWhileRecording measures what a person feels who dictates: how
// long Fyne's goroutine takes to answer.
func BenchmarkWindowWhileRecording(b *testing.B) {
	long := fixture(b, "audio/synth/long-five-minutes.wav")
	sound := soundtest.Start(b, soundtest.PulseAudio)
	s := newScreen(b)
	for b.Loop() {
		p := program{t: b, data: b.TempDir()}
		w := openWindowOn(s, p)
		w.run("xdotool", "key", "ctrl+r")
		p.sound()
		sound.Play(b, "booth", long)
		w.await("text", func(e []app.Entry) bool { return len(e) == 1 && e[0].Position > 5 })
		settled := len(w.log.Bytes())
		w.await("more of it", func(e []app.Entry) bool { return e[0].Position > 35 })
		l := lateness(b, w.log.Bytes()[settled:])
		w.run("xdotool", "key", "ctrl+q") // it asks
		w.quit()
		b.ReportMetric(l.at(0.5).Seconds()*1e3, "ms-median-still")
		b.ReportMetric(l.at(0.95).Seconds()*1e3, "ms-95%-still")
		b.ReportMetric(l.at(1).Seconds()*1e3, "ms-most-still")
	}
}

// A window that is killed while it records loses a second at most; the next one
// has the rest, and transcribes what was not text yet.
func TestWindowIsKilledWhileRecording(t *testing.T) {
	clip := fixture(t, "audio/synth/en-espeak05.wav")
	d := dictate(t, clip)
	d.played()
	recorded := time.Since(d.begun).Seconds()
	d.cmd.Process.Kill()
	d.cmd.Wait()

	w := openWindowOn(d.screen, d.library)
	w.await("a recovered recording", func(e []app.Entry) bool {
		return states(app.StateInterrupted)(e) && e[0].Source.Hash != ""
	})
	e := w.library.entries()[0]
	if e.Duration < recorded-1 || len(e.Warnings) != 1 || !strings.HasPrefix(e.Warnings[0], "Recovered: ") {
		t.Errorf("got %+v, want a warning and %.1f s", e, recorded)
	}
	t.Logf("%.2f of %.2f s, %.2f of them text", e.Duration, recorded, e.Position)
	checkWhole(t, d.wav, recorded-1)
	w.run("xdotool", "mousemove", "150", "180", "click", "1", "sleep", "1")
	w.picture("10-recovered")
	w.run("xdotool", "mousemove", "1125", "143", "click", "1") // Resume
	w.await("the whole transcript", states(app.StateDone))
	checkWords(t, w.library.text(e.ID), spokenIn(t, clip))
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
	sound := soundtest.Start(t, soundtest.PulseAudio)
	r := newProgram(t).record("--seconds", "7", "--json-lines")
	sound.Play(t, "booth", clip)()
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
	sound := soundtest.Start(t, soundtest.PulseAudio)
	r := newProgram(t).record()
	sound.Play(t, "booth", clip)()
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
	sound := soundtest.Start(t, soundtest.PulseAudio)
	r := newProgram(t).record("--source", "both", "--json-lines")
	wait := sound.Play(t, "booth", mine)
	sound.Play(t, "speakers", theirs)()
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
