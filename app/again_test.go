package app_test

import (
	"context"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"earshot/app"
)

// stored is a rig with a finished transcript, and a second model.
func stored(t *testing.T) (g *rig, id int64) {
	t.Helper()
	g = newLibraryRig(t)
	write(t, filepath.Join(g.deps.Models.Dirs[0], "ggml-small.bin"), "good small")
	done, _ := g.mustTranscribe(app.Request{Options: app.Options{Model: "base", Stream: 2, Prompt: "names"}})
	return g, done.ID
}

// again hears a transcript's recording again and returns what it is told, nil if
// it is told nothing, and how the job ended.
func (g *rig) again(id int64, what app.Again, opt app.Options) (*app.HeardAgain, app.Job) {
	g.t.Helper()
	events := g.Subscribe()
	defer events.Close()
	job, err := g.HearAgain(g.t.Context(), id, what, opt)
	if err != nil {
		g.t.Fatalf("HearAgain: %v", err)
	}
	var heard *app.HeardAgain
	for {
		for _, e := range events.Next(g.t.Context()) {
			switch e := e.(type) {
			case app.HeardAgain:
				heard = &e
			case app.JobChanged:
				if e.Job.ID != job || !e.Job.Again || e.Job.Transcript != id || e.Job.Name != "talk.wav" {
					g.t.Errorf("got job %+v", e.Job)
				}
				if e.Job.Ended() {
					return heard, e.Job
				}
			case app.SavingChanged: // of a document that was just closed
			default:
				g.t.Errorf("got %#v, want nothing else to happen", e)
			}
		}
	}
}

func texts(segments []app.Segment) string {
	var all []string
	for _, s := range segments {
		all = append(all, strings.Trim(s.Speaker+": "+s.Text, ": "))
	}
	return strings.Join(all, " ")
}

// some are stretches of the test recording, and what they come to.
var (
	some     = app.Again{Stretches: []app.Span{{From: 30, To: 45}, {From: 12, To: 20}, {From: 10, To: 14}}}
	someSpan = []app.Span{{From: 10, To: 20}, {From: 30, To: length}}
)

func TestHearAgain(t *testing.T) {
	g, id := stored(t)
	before := g.only()
	heard, job := g.again(id, some, app.Options{Model: "small"})
	if job.Stage != app.StageDone || job.Fraction != 1 || heard == nil {
		t.Fatalf("got %+v and job %+v", heard, job)
	}
	if got := texts(heard.Segments); got != "Two. Four." || !slices.Equal(heard.Stretches, someSpan) {
		t.Errorf("got %q in %v, want what is in %v", got, heard.Stretches, someSpan)
	}
	if heard.Job != job.ID || heard.Transcript != id || heard.Model != "small" || heard.Language != "en" {
		t.Errorf("got %+v", heard)
	}
	after := g.only()
	compareEntries(t, "entry", after.Entry, before.Entry)
	compareSegments(t, "stored", after.Segments, 4)
}

// Some sound around the stretches is heard too, of the transcript's own track.
func TestHearAgainAsksForItsStretches(t *testing.T) {
	g, id := stored(t)
	g.again(id, some, app.Options{Model: "small", Language: "en,de", Prompt: "others", Beam: 3, Stream: 7})
	for i, start := range []float64{8, 28} {
		if m := g.media.opened[1+i]; m.Start != start || !m.Seek || m.Stream != 2 {
			t.Errorf("media: got %+v, want track 2 from %v s", m, start)
		}
		c := g.recognizer.calls[1+i]
		if c.Offset != start || c.Believe || c.Language != "en,de" || c.Prompt != "others" || c.Beam != 3 || filepath.Base(c.Model) != "ggml-small.bin" {
			t.Errorf("recognizer: got %+v", c)
		}
	}
	if g.media.unclosed != 0 {
		t.Errorf("%d audio streams were left open", g.media.unclosed)
	}
}

func TestHearAgainWhole(t *testing.T) {
	g, id := stored(t)
	heard, _ := g.again(id, app.Again{}, app.Options{Model: "small", Replace: "two = zwei"})
	if heard == nil || texts(heard.Segments) != "One. zwei. Three. Four." || !slices.Equal(heard.Stretches, []app.Span{{From: 0, To: length}}) {
		t.Errorf("got %+v", heard)
	}
	if m := g.media.opened[1]; m.Start != 0 || m.Seek {
		t.Errorf("media: got %+v, want all of it", m)
	}
}

// Nothing is an answer too, and to believe is passed on.
func TestHearAgainNothing(t *testing.T) {
	g, id := stored(t)
	g.recognizer.follow(hears(""))
	heard, job := g.again(id, app.Again{Stretches: []app.Span{{From: 1, To: 9}}, Believe: true}, app.Options{})
	if job.Stage != app.StageDone || heard == nil || len(heard.Segments) != 0 {
		t.Errorf("got %+v and job %+v", heard, job)
	}
	if !g.recognizer.calls[1].Believe {
		t.Error("the recognizer was not told to believe")
	}
}

// A word counts once: where its middle is. The sound around it is only heard.
func TestHearAgainCutsAtLimits(t *testing.T) {
	g, id := stored(t)
	g.recognizer.follow(func(_ context.Context, opt app.RecognizeOptions, on func(app.Progress)) (app.Recognized, error) {
		words := []app.Word{
			{Text: "before", Start: 9.6, End: 10.1},
			{Text: "first", Start: 9.8, End: 10.4},
			{Text: "last", Start: 19.7, End: 20.2},
			{Text: "after", Start: 19.9, End: 20.3},
		}
		on(app.Progress{
			Segments:  []app.Segment{{Start: 9.6, End: 20.3, Text: "before first last after", Words: words}},
			Omissions: []app.Omission{{Segment: app.Segment{Start: 12, End: 13}}, {Segment: app.Segment{Start: 20, End: 20.4}}},
		})
		return app.Recognized{}, nil
	})
	heard, _ := g.again(id, app.Again{Stretches: []app.Span{{From: 10, To: 20}}}, app.Options{})
	if len(heard.Segments) != 1 || len(heard.Omissions) != 1 {
		t.Fatalf("got %+v", heard)
	}
	if s := heard.Segments[0]; s.Text != "first last" || s.Start != 9.8 || s.End != 20.2 || len(s.Words) != 2 {
		t.Errorf("got %+v", s)
	}
}

func TestHearAgainReadsOnlyTheStretch(t *testing.T) {
	g, id := stored(t)
	g.media.endless = true
	var read []int
	g.recognizer.listen = func(audio app.Audio) {
		n := 0
		for buf := make([]float32, 4096); ; {
			got, err := audio.Read(buf)
			n += got
			if errors.Is(err, io.EOF) {
				read = append(read, n)
				return
			}
		}
	}
	g.again(id, app.Again{Stretches: []app.Span{{From: 10, To: 12}, {From: 0.2, To: 2}}}, app.Options{})
	if want := []int{4 * app.SampleRate, 6 * app.SampleRate}; !slices.Equal(read, want) {
		t.Errorf("got %v samples, want %v", read, want)
	}
}

// Progress goes on through all stretches, and the model is loaded once.
func TestHearAgainProgress(t *testing.T) {
	g, id := stored(t)
	r := &record{}
	_, err := g.Transcribe(t.Context(), app.Request{Resume: id, Again: &app.Again{Stretches: []app.Span{{From: 0, To: 9}, {From: 20, To: 29}}}}, r.on)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := r.stages(), "reading loading transcribing done"; got != want {
		t.Errorf("stages: got %q, want %q", got, want)
	}
	last := -1.0
	for _, e := range r.events {
		if e, ok := e.(app.JobChanged); ok {
			if f := e.Job.Fraction; f < last || f > 1 {
				t.Errorf("fraction: got %v after %v", f, last)
			}
			last = e.Job.Fraction
		}
	}
}

// Who speaks is who speaks there in the transcript.
func TestHearAgainKnowsSpeakers(t *testing.T) {
	g, id := stored(t)
	d, err := g.OpenDocument(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for row, name := range []string{"Anna", "Ben"} {
		d.Assign(name, d.At(row).ID)
	}
	d.Close()
	g.recognizer.follow(func(_ context.Context, _ app.RecognizeOptions, on func(app.Progress)) (app.Recognized, error) {
		on(app.Progress{Segments: []app.Segment{{Start: 4, End: 9, Text: "a"}, {Start: 9, End: 13, Text: "b"}, {Start: 31, End: 32, Text: "c"}}})
		return app.Recognized{}, nil
	})
	if heard, _ := g.again(id, app.Again{}, app.Options{}); texts(heard.Segments) != "Anna: a Ben: b c" {
		t.Errorf("got %q", texts(heard.Segments))
	}
}

// Of a recording of two tracks both are heard; who is on one has perhaps another
// name by now.
func TestHearAgainTwoTracks(t *testing.T) {
	g := newLibraryRig(t)
	g.deps.Recordings = filepath.Dir(g.file)
	g.media.info.Streams = []app.AudioStream{{Channels: 2}}
	g.start()
	done, _ := g.mustTranscribe(app.Request{})
	d, err := g.OpenDocument(t.Context(), done.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.RenameSpeaker("Others", "Ben"); err != nil {
		t.Fatal(err)
	}
	d.Close()
	heard, _ := g.again(done.ID, app.Again{Stretches: []app.Span{{From: 10, To: 20}}}, app.Options{})
	if heard == nil || texts(heard.Segments) != "Me: Two. Ben: Two." {
		t.Errorf("got %+v", heard)
	}
	for i, m := range g.media.opened[2:] {
		if m.Channel != i+1 || m.Start != 8 {
			t.Errorf("media: got %+v, want channel %d", m, i+1)
		}
	}
}

func TestHearAgainRefuses(t *testing.T) {
	g, id := stored(t)
	stretch := func(from, to float64) app.Again { return app.Again{Stretches: []app.Span{{From: from, To: to}}} }
	var usage *app.UsageError
	for _, test := range []struct {
		name string
		id   int64
		what app.Again
		opt  app.Options
		want any
	}{
		{"no such transcript", id + 1000, app.Again{}, app.Options{}, app.ErrNotFound},
		{"backwards", id, stretch(5, 3), app.Options{}, &usage},
		{"of no length", id, stretch(5, 5), app.Options{}, &usage},
		{"before the start", id, stretch(-1, 3), app.Options{}, &usage},
		{"no number", id, stretch(math.NaN(), 3), app.Options{}, &usage},
		{"no number at the end", id, stretch(3, math.NaN()), app.Options{}, &usage},
		{"at no time", id, stretch(math.Inf(1), math.Inf(1)), app.Options{}, &usage},
		{"too many beams", id, app.Again{}, app.Options{Beam: 1000}, &usage},
		{"no temperature", id, app.Again{}, app.Options{Temperature: math.NaN()}, &usage},
		{"no replacement", id, app.Again{}, app.Options{Replace: "nonsense"}, &usage},
	} {
		_, err := g.HearAgain(t.Context(), test.id, test.what, test.opt)
		if target, ok := test.want.(error); ok && !errors.Is(err, target) || !ok && !errors.As(err, test.want) {
			t.Errorf("%s: got %v", test.name, err)
		}
	}
	if g.Busy() {
		t.Error("a job was made of what was refused")
	}
	g.Close()
	if _, err := g.HearAgain(t.Context(), id, app.Again{}, app.Options{}); !errors.Is(err, app.ErrClosing) {
		t.Errorf("closed: got %v", err)
	}
	without := newRig(t, nil)
	if _, err := without.HearAgain(t.Context(), id, app.Again{}, app.Options{}); !errors.Is(err, app.ErrNotFound) {
		t.Errorf("without a library: got %v", err)
	}
}

func TestHearAgainThatFails(t *testing.T) {
	var usage *app.UsageError
	var model *app.ModelError
	for _, test := range []struct {
		name   string
		change func(g *rig, id int64, what *app.Again, opt *app.Options)
		want   any
	}{
		{"the file has changed", func(g *rig, _ int64, _ *app.Again, _ *app.Options) { write(g.t, g.file, "other") }, app.ErrChangedFile},
		{"the file is gone", func(g *rig, _ int64, _ *app.Again, _ *app.Options) { os.Remove(g.file) }, os.ErrNotExist},
		{"after the end", func(_ *rig, _ int64, what *app.Again, _ *app.Options) {
			what.Stretches = []app.Span{{From: length, To: length + 1}}
		}, &usage},
		{"no such model", func(_ *rig, _ int64, _ *app.Again, opt *app.Options) { opt.Model = "huge" }, &model},
		{"thrown away meanwhile", func(g *rig, id int64, _ *app.Again, _ *app.Options) {
			g.recognizer.follow(func(ctx context.Context, opt app.RecognizeOptions, on func(app.Progress)) (app.Recognized, error) {
				if err := g.library.Delete(ctx, id); err != nil {
					return app.Recognized{}, err
				}
				return g.speak(ctx, opt, on)
			})
		}, app.ErrNotFound},
		{"a recognizer that panics", func(g *rig, _ int64, _ *app.Again, _ *app.Options) {
			g.recognizer.follow(func(context.Context, app.RecognizeOptions, func(app.Progress)) (app.Recognized, error) { panic("oh") })
		}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			g, id := stored(t)
			var what app.Again
			var opt app.Options
			test.change(g, id, &what, &opt)
			heard, job := g.again(id, what, opt)
			if heard != nil || job.Stage != app.StageFailed || job.Err == nil {
				t.Errorf("got %+v and job %+v", heard, job)
			}
			switch want := test.want.(type) {
			case nil:
			case error:
				if !errors.Is(job.Err, want) {
					t.Errorf("got %v, want %v", job.Err, want)
				}
			default:
				if !errors.As(job.Err, want) {
					t.Errorf("got %v", job.Err)
				}
			}
		})
	}
}

// It waits for the jobs before it, and can be cancelled.
func TestHearAgainInQueue(t *testing.T) {
	g, id := stored(t)
	started := g.hold()
	w := g.watch()
	first := g.recordings("first.wav")
	g.Enqueue(first...)
	await(t, started, "the first job's start")
	job, err := g.HearAgain(t.Context(), id, app.Again{}, app.Options{})
	if err != nil {
		t.Fatal(err)
	}
	w.until("its turn", func() bool { return w.jobs[job].Stage == app.StageQueued })
	g.Cancel(w.id("first.wav"))
	await(t, started, "its start")
	g.Cancel(job)
	w.ended(2)
	w.stages("first.wav cancelled", "talk.wav cancelled")
	got, err := g.Transcript(t.Context(), id)
	if err != nil || got.State != app.StateDone {
		t.Errorf("got %+v, %v", got.Entry, err)
	}
	compareSegments(t, "stored", got.Segments, 4)
}

func TestHearAgainWhileClosing(t *testing.T) {
	g, id := stored(t)
	started := g.hold()
	w := g.watch()
	if _, err := g.HearAgain(t.Context(), id, app.Again{}, app.Options{}); err != nil {
		t.Fatal(err)
	}
	await(t, started, "its start")
	if err := g.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	w.ended(1)
	w.stages("talk.wav cancelled")
	g.start()
	if got := g.only(); got.State != app.StateDone || len(got.Segments) != 4 {
		t.Errorf("got %+v", got)
	}
}
