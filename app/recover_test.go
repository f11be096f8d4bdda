package app_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"earshot/app"
)

// leftOut is a rig with a finished transcript of which the third sentence was
// left out.
func leftOut(t *testing.T) (g *rig, id, omission int64) {
	t.Helper()
	g = newLibraryRig(t)
	g.recognizer.follow(func(context.Context, app.RecognizeOptions, func(app.Progress)) (app.Recognized, error) {
		return app.Recognized{Duration: length, Language: "en"}, nil
	})
	done, _ := g.mustTranscribe(app.Request{Options: app.Options{Stream: 2, Prompt: "names"}})
	invented := app.Segment{Start: 20, End: 29, Text: "Thanks.", Words: []app.Word{{Text: "Thanks.", Start: 20, End: 29}}}
	err := g.library.Append(t.Context(), done.ID, app.Progress{
		Segments: []app.Segment{sentence(0), sentence(1), sentence(3)}, Position: length, Language: "en", Device: "CPU",
		Omissions: []app.Omission{{Reason: app.ReasonNoSpeech, Segment: invented}},
	})
	if err != nil {
		t.Fatal(err)
	}
	g.recognizer.follow(hears("Three, really."))
	return g, done.ID, g.only().Omissions[0].ID
}

// hears is the script of a recognizer that reads all audio and hears one
// segment in it, or none.
func hears(text string) script {
	return func(_ context.Context, opt app.RecognizeOptions, on func(app.Progress)) (app.Recognized, error) {
		on(app.Progress{Language: "en", Device: "GPU", Position: opt.Offset})
		if text != "" {
			s := app.Segment{Start: opt.Offset + 1, End: opt.Offset + 2, Text: text, Words: []app.Word{{Text: text, Start: opt.Offset + 1, End: opt.Offset + 2}}}
			on(app.Progress{Segments: []app.Segment{s}, Position: s.End})
		}
		return app.Recognized{Duration: opt.Offset + 9, Language: "en", Device: "GPU"}, nil
	}
}

func TestRecover(t *testing.T) {
	g, id, omission := leftOut(t)
	before := g.only()
	got, r, err := g.transcribe(app.Request{Resume: id, Omission: omission})
	if err != nil || got.ID != id || got.Text() != "Three, really." {
		t.Fatalf("got transcript %d %q, %v", got.ID, got.Text(), err)
	}
	after := g.only()
	if want := "One.\nTwo.\nThree, really.\nFour."; after.Text() != want || len(after.Omissions) != 0 {
		t.Errorf("got %q and %d omissions, want %q", after.Text(), len(after.Omissions), want)
	}
	compareEntries(t, "entry", after.Entry, before.Entry)
	// What it hears is told when all of it is there.
	if r.others() != "done" {
		t.Errorf("events: got %q", r.others())
	}
	if job := r.last(t); job.Transcript != id || job.Stage != app.StageDone || job.Fraction != 1 {
		t.Errorf("job: got %+v", job)
	}
}

func TestRecoverAsksForItsStretch(t *testing.T) {
	g, id, omission := leftOut(t)
	g.mustTranscribe(app.Request{Resume: id, Omission: omission})
	// Its stretch, with a margin that no other word is in, of the same track.
	if opened := g.media.opened[1]; opened.Start != 19.7 || opened.Stream != 2 {
		t.Errorf("media: got %+v, want track 2 from 19.7 s", opened)
	}
	call := g.recognizer.calls[1]
	if call.Offset != 19.7 || !call.Believe || call.Language != "en" || call.Prompt != "names" || filepath.Base(call.Model) != "ggml-base.bin" {
		t.Errorf("recognizer: got %+v", call)
	}
}

// No more audio is read than the stretch has.
func TestRecoverReadsOnlyTheStretch(t *testing.T) {
	g, id, omission := leftOut(t)
	g.media.endless = true
	var read int
	g.recognizer.listen = func(audio app.Audio) {
		for buf := make([]float32, 4096); ; {
			n, err := audio.Read(buf)
			read += n
			if errors.Is(err, io.EOF) {
				return
			}
		}
	}
	g.transcribe(app.Request{Resume: id, Omission: omission})
	if seconds := float64(read) / app.SampleRate; seconds < 9.2 || seconds > 9.7 {
		t.Errorf("got %v s of audio, want those from 19.7 s to 29.3 s", seconds)
	}
}

func TestRecoverThatFailsChangesNothing(t *testing.T) {
	tests := []struct {
		name   string
		change func(g *rig, req *app.Request)
		want   error // nil is any *app.ModelError
	}{
		{"the file has changed", func(g *rig, _ *app.Request) { write(g.t, g.file, "other") }, app.ErrChangedFile},
		{"the file is gone", func(g *rig, _ *app.Request) { os.Remove(g.file) }, os.ErrNotExist},
		{"nothing is heard", func(g *rig, _ *app.Request) { g.recognizer.follow(hears("")) }, app.ErrNothingHeard},
		{"no such transcript", func(_ *rig, req *app.Request) { req.Resume += 1000 }, app.ErrNotFound},
		{"no such omission", func(_ *rig, req *app.Request) { req.Omission += 1000 }, app.ErrNotOmitted},
		{"the model is gone", func(g *rig, _ *app.Request) {
			os.Remove(filepath.Join(g.deps.Models.Dirs[0], "ggml-base.bin"))
			write(g.t, filepath.Join(g.deps.Models.Dirs[0], "ggml-small.bin"), "good small")
		}, nil},
		{"put back meanwhile", func(g *rig, req *app.Request) {
			id, omission := req.Resume, req.Omission
			g.recognizer.follow(func(ctx context.Context, opt app.RecognizeOptions, on func(app.Progress)) (app.Recognized, error) {
				if err := g.Keep(ctx, id, omission); err != nil {
					return app.Recognized{}, err
				}
				return hears("Three, really.")(ctx, opt, on)
			})
		}, app.ErrNotOmitted},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			g, id, omission := leftOut(t)
			req := app.Request{Resume: id, Omission: omission}
			test.change(g, &req)
			_, r, err := g.transcribe(req)
			var model *app.ModelError
			if test.want == nil && !errors.As(err, &model) || test.want != nil && !errors.Is(err, test.want) {
				t.Errorf("error: got %v, want %v", err, test.want)
			}
			if job := r.last(t); job.Stage != app.StageFailed || r.others() != "" {
				t.Errorf("got job %+v and events %q, want it failed", job, r.others())
			}
			after := g.only()
			if strings.Contains(after.Text(), "really") || after.State != app.StateDone || len(after.Segments)+len(after.Omissions) != 4 {
				t.Errorf("got %+v", after)
			}
		})
	}
}

// It runs in the queue, where it can be cancelled.
func TestRecoverInQueue(t *testing.T) {
	g, id, omission := leftOut(t)
	events := g.Subscribe()
	defer events.Close()
	g.recognizer.follow(func(ctx context.Context, _ app.RecognizeOptions, _ func(app.Progress)) (app.Recognized, error) {
		<-ctx.Done()
		return app.Recognized{}, ctx.Err()
	})
	if err := g.Recover(t.Context(), id, omission); err != nil {
		t.Fatal(err)
	}
	cancelled := false
	for job := (app.Job{}); !job.Ended(); {
		for _, e := range events.Next(t.Context()) {
			if e, ok := e.(app.JobChanged); ok {
				job = e.Job
			}
		}
		if job.Transcript != id || job.Omission != omission || job.Name != "talk.wav" {
			t.Fatalf("got %+v", job)
		}
		if !cancelled && g.recognizer.called() == 2 {
			cancelled = true
			g.Cancel(job.ID)
		}
	}
	if after := g.only(); len(after.Omissions) != 1 || after.State != app.StateDone {
		t.Errorf("got %+v", after)
	}
	if err := g.Recover(t.Context(), id+1000, omission); !errors.Is(err, app.ErrNotFound) {
		t.Errorf("no such transcript: got %v", err)
	}
}
