package app_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"earshot/app"
)

// listener is an app.Streamer that says what the test does.
type listener struct {
	opt   app.RecognizeOptions
	heard []app.Heard
}

func (l *listener) Stream(_ context.Context, _ app.Audio, opt app.RecognizeOptions, on func(app.Heard)) (app.Recognized, error) {
	l.opt = opt
	for _, h := range l.heard {
		on(h)
	}
	return app.Recognized{Duration: 5}, nil
}

type silence struct{}

func (silence) Read([]float32) (int, error) { return 0, io.EOF }
func (silence) Warnings() []string          { return nil }
func (silence) Close() error                { return nil }

// What a person wants done to the text is done to what is open, too.
func TestListenRewrites(t *testing.T) {
	word := app.Word{Text: "Fish,", Start: 1, End: 2, Confidence: 1}
	l := &listener{heard: []app.Heard{
		{Confirmed: []app.Word{word}, Tentative: []app.Word{word, {Text: "–"}}, Language: "en"},
		{Segments: []app.Segment{{Start: 1, End: 2, Text: "Fish,", Words: []app.Word{word}}}, Language: "en"},
	}}
	g := newRig(t, func(d *app.Deps) { d.Streamer = l })
	var got []app.Heard
	opt := app.ListenOptions{Options: app.Options{Plain: true}, Offset: 3, Pause: time.Second}
	if r, err := g.Listen(t.Context(), silence{}, opt, func(h app.Heard) { got = append(got, h) }); err != nil || r.Duration != 5 {
		t.Fatalf("got %+v, %v", r, err)
	}
	if len(got) != 2 || len(got[0].Confirmed) != 1 || got[0].Confirmed[0].Text != "fish" || len(got[0].Tentative) != 1 ||
		len(got[1].Segments) != 1 || got[1].Segments[0].Text != "fish" {
		t.Errorf("got %+v, want it without punctuation and capitals", got)
	}
	if l.heard[0].Confirmed[0].Text != "Fish," {
		t.Error("the engine's own words were changed")
	}
	if l.opt.Offset != 3 || l.opt.Pause != time.Second {
		t.Errorf("got %+v, want the offset and the pause", l.opt)
	}
}

func TestListenWithoutAStreamer(t *testing.T) {
	_, err := newRig(t, nil).Listen(t.Context(), silence{}, app.ListenOptions{}, func(app.Heard) {})
	if !errors.Is(err, app.ErrNoEngine) {
		t.Errorf("got %v, want ErrNoEngine", err)
	}
}

// thorough is an app.Recognizer that reads all audio.
type thorough struct{ *recognizer }

func (thorough) Recognize(_ context.Context, audio app.Audio, _ app.RecognizeOptions, _ func(app.Progress)) (app.Recognized, error) {
	buf := make([]float32, app.SampleRate)
	for {
		if _, err := audio.Read(buf); err != nil {
			return app.Recognized{}, err
		}
	}
}

// A recording may not last longer, whatever its container promises.
func TestRecordingThatIsTooLong(t *testing.T) {
	for _, promised := range []float64{0, 10, length} {
		g := newRig(t, func(d *app.Deps) { d.Recognizer = thorough{&recognizer{}} })
		g.media.info.Duration, g.media.endless = promised, true
		if _, _, err := g.transcribe(app.Request{Limit: 30}); !errors.Is(err, app.ErrTooLong) {
			t.Errorf("%g s promised: got %v, want ErrTooLong", promised, err)
		}
		if heard := len(g.media.opened) > 0; heard != (promised < 30) {
			t.Errorf("%g s promised: opened %t", promised, heard)
		}
	}
}

func TestTitleOfARequest(t *testing.T) {
	g := newLibraryRig(t)
	done, _ := g.mustTranscribe(app.Request{Source: "-", Title: "talk.mp3"})
	if done.Title != "talk.mp3" || done.Source.Path != "-" {
		t.Errorf("got %q from %q, want the title that was asked for", done.Title, done.Source.Path)
	}
}

func TestProse(t *testing.T) {
	for _, c := range []struct {
		segments []string
		want     string
	}{
		{nil, ""},
		{[]string{"One,", "two.", "", "Three\nfour.\n"}, "One, two. Three four."},
		{[]string{"你好。", "再见。"}, "你好。再见。"},
	} {
		var tr app.Transcript
		for _, text := range c.segments {
			tr.Segments = append(tr.Segments, app.Segment{Text: text})
		}
		if got := tr.Prose(); got != c.want {
			t.Errorf("%q: got %q, want %q", c.segments, got, c.want)
		}
	}
}
