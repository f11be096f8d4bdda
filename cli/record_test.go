package cli_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"earshot/app"
)

// fakeRecorder stands in for a microphone, and for the computer's own sound.
type fakeRecorder struct {
	source string
	level  float64 // of the sound
}

func (*fakeRecorder) Inputs(context.Context) ([]app.Input, error) {
	return []app.Input{
		{ID: "yeti", Name: "Yeti <Nano>", Default: true},
		{ID: "out", Name: "Speakers", System: true},
	}, nil
}

func (f *fakeRecorder) Record(_ context.Context, source, path string) (app.Take, error) {
	f.source = source
	if source == "nothing" {
		return nil, &app.RecordError{Source: source, Err: app.ErrNoInput}
	}
	return &fakeTake{done: make(chan struct{}), level: f.level}, os.WriteFile(path, []byte("sound"), 0o600)
}

func (*fakeRecorder) Recover(context.Context, string) (float64, error) { return 0, nil }

type fakeTake struct {
	done  chan struct{}
	level float64
}

func (*fakeTake) Tracks() []app.Input { return []app.Input{{ID: "yeti", Name: "Yeti <Nano>"}} }
func (t *fakeTake) Follow(context.Context, int) (app.Audio, error) {
	return &fakeSound{t.done}, nil
}

func (t *fakeTake) Status() app.TakeStatus {
	return app.TakeStatus{Duration: 62, Trouble: app.TroubleSilence, Levels: []float64{t.level}}
}
func (*fakeTake) Pause()                  {}
func (*fakeTake) Resume()                 {}
func (t *fakeTake) Stop() error           { close(t.done); return nil }
func (t *fakeTake) Done() <-chan struct{} { return t.done }

// fakeSound ends with its take.
type fakeSound struct{ done chan struct{} }

func (s *fakeSound) Read([]float32) (int, error) { <-s.done; return 0, io.EOF }
func (*fakeSound) Warnings() []string            { return nil }
func (*fakeSound) Close() error                  { return nil }

// fakeStreamer hears the first sentence, then the second one word by word.
type fakeStreamer struct {
	err   error
	heard func() []app.Segment // nil is said
}

func (f *fakeStreamer) Stream(_ context.Context, audio app.Audio, _ app.RecognizeOptions, on func(app.Heard)) (app.Recognized, error) {
	if f.err != nil {
		return app.Recognized{}, f.err
	}
	segments := said()
	if f.heard != nil {
		segments = f.heard()
	}
	on(app.Heard{Loading: true})
	on(app.Heard{Segments: segments[:1], Position: 2.25, Read: 3, Language: "en", Device: "an abacus"})
	on(app.Heard{Tentative: segments[1].Words, Position: 2.25, Read: 3})
	on(app.Heard{Tentative: segments[1].Words, Position: 2.25, Read: 4}) // nothing new
	audio.Read(nil)
	on(app.Heard{Segments: segments[1:], Position: 3662, Read: 3662})
	return app.Recognized{Duration: 3662, Language: "en", Device: "an abacus", Warnings: []string{"The language is a guess."}}, nil
}

const silent = "earshot: warning: Nothing but silence comes from Yeti <Nano>: it may be muted.\n"

func TestRecord(t *testing.T) {
	r := newRig(t)
	const guess = "earshot: warning: The language is a guess.\n"
	r.want(r.run("record", "--no-store", "--seconds", "60"), 0, text, silent, guess)
	r.want(r.run("record", "--no-store", "--seconds", "60", "-q", "--source", "both"), 0, text)
	if r.recorder.source != app.SourceBoth {
		t.Errorf("source: got %q, want both", r.recorder.source)
	}
	// Silence after sound is a pause.
	r.recorder.level = 0.5
	r.want(r.run("record", "--no-store", "--seconds", "60"), 0, text, guess)
	// Ctrl+C is how a recording ends.
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r.want(r.runIn(ctx, "record", "--no-store", "-q"), 0, text)

	got := r.run("record", "--no-store", "--seconds", "1", "-q", "-f", "json")
	r.want(got, 0, got.stdout)
	if d := parse(t, got.stdout); d.State != "done" || len(d.Segments) != 2 || d.Duration != 62 {
		t.Errorf("got %+v", d)
	}
	r.noTemporary()
}

func TestRecordOnATerminal(t *testing.T) {
	r := newRig(t)
	r.width = 40
	got := r.run("record", "--no-store", "--seconds", "1")
	for _, want := range []string{"waiting for sound", "\r● 1:02  silence  Übermorgen.\x1b[K", silent} {
		if !strings.Contains(got.stderr, want) {
			t.Errorf("standard error: got %q, want %q in it", got.stderr, want)
		}
	}
	if got.stdout != text {
		t.Errorf("standard output: got %q, want %q", got.stdout, text)
	}
}

func TestRecordEvents(t *testing.T) {
	r := newRig(t)
	got := r.run("record", "--no-store", "--seconds", "1", "-q", "--json-lines")
	r.want(got, 0, got.stdout)
	r.golden("record.jsonl", got.stdout)
	for line := range strings.Lines(got.stdout) {
		var e struct {
			Type, Text string
			Start, End float64
			Words      []struct{ Word string }
		}
		if err := json.Unmarshal([]byte(line), &e); err != nil || e.Type != "partial" && e.Type != "final" || len(e.Words) == 0 {
			t.Errorf("got %q, %v", line, err)
		}
	}
}

// What is printed cannot be taken back, but programs are told.
func TestRecordSpoken(t *testing.T) {
	r := newRig(t)
	r.streamer.heard = dictated
	r.want(r.run("record", "--no-store", "--seconds", "1", "-q"), 0, "Fish comma chips are\nscratch that ready full stop\n")
	r.want(r.run("record", "--no-store", "--seconds", "1", "-q", "--spoken"), 0, "Fish, chips are\nReady.\n")
	got := r.run("record", "--no-store", "--seconds", "1", "-q", "--spoken", "--json-lines")
	if want := `{"type":"changed","start":1,"end":5,"text":"","words":[]}` + "\n"; !strings.Contains(got.stdout, want) {
		t.Errorf("got %q, want %q in it", got.stdout, want)
	}
}

func TestRecordIsKept(t *testing.T) {
	r := newRig(t)
	r.needLibrary()
	r.want(r.run("record", "--seconds", "1", "-q"), 0, text)
	got := r.run("history", "list")
	if !strings.Contains(got.stdout, "Recording, 4 March 05:06") {
		t.Errorf("got %q, want the recording", got.stdout)
	}
}

func TestRecordFails(t *testing.T) {
	r := newRig(t)
	r.want(r.run("record", "--no-store", "--source", "nothing"), 1, "", "earshot: There is no input “nothing” to record from.")
	r.streamer.err = errors.New("the abacus fell down")
	r.want(r.run("record", "--no-store", "--seconds", "1"), 1, "", "earshot: The abacus fell down.\n")
	for _, args := range [][]string{
		{"-f", "srt"},
		{"--seconds=-1"},
		{"--realtime"},
		{"--speedup=-2", "--input", "a.wav"},
		{"--input", "a.wav", "--source", "mic"},
	} {
		if got := r.run(append([]string{"record"}, args...)...); got.status != 2 || got.stdout != "" || strings.Count(got.stderr, "\n") != 1 {
			t.Errorf("%q: got %+v, want one line and status 2", args, got)
		}
	}
}

func TestReplay(t *testing.T) {
	r := newRig(t)
	for _, test := range []struct {
		args  []string
		speed float64
	}{{nil, 0}, {[]string{"--realtime"}, 1}, {[]string{"--speedup", "8"}, 8}} {
		r.run(append([]string{"record", "--no-store", "-q", "--seconds", "1", "--input", "a.wav"}, test.args...)...)
		if got := r.config.Replay; got.Path != "a.wav" || got.Speed != test.speed {
			t.Errorf("%q: got %+v, want a.wav at %g", test.args, got, test.speed)
		}
	}
}
