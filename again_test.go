package main

import (
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"earshot/app"
	"earshot/cli"
)

// listener is the App as main wires it, with the fixture models and what it
// tells.
type listener struct {
	*app.App
	t      *testing.T
	events *app.Subscription
}

func newListener(t *testing.T) *listener {
	t.Helper()
	models := filepath.Dir(fixture(t, "models/ggml-synth-tiny.bin"))
	p, err := wire(t.Context(), cli.Config{Data: t.TempDir(), Models: []string{models}, Log: slog.New(slog.DiscardHandler)}, false)
	if errors.Is(err, app.ErrNoEngine) {
		t.Skip("built without cgo")
	} else if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.close)
	events := p.app.Subscribe()
	t.Cleanup(events.Close)
	return &listener{p.app, t, events}
}

func (l *listener) transcribe(wav string) app.Transcript {
	l.t.Helper()
	whole, err := l.Transcribe(l.t.Context(), app.Request{Path: fixture(l.t, "audio/synth/"+wav), Options: app.Options{Model: "synth-tiny"}}, func(app.Event) {})
	if err != nil {
		l.t.Fatal(err)
	}
	return whole
}

// again hears a recording again; on gets what the job tells.
func (l *listener) again(id int64, what app.Again, opt app.Options, on func(app.Job)) (heard *app.HeardAgain, end app.Job) {
	l.t.Helper()
	job, err := l.HearAgain(l.t.Context(), id, what, opt)
	if err != nil {
		l.t.Fatal(err)
	}
	for {
		for _, e := range l.events.Next(l.t.Context()) {
			switch e := e.(type) {
			case app.HeardAgain:
				heard = &e
			case app.JobChanged:
				if on(e.Job); e.Job.ID == job && e.Job.Ended() {
					return heard, e.Job
				}
			}
		}
	}
}

// The middle one of three sentences, and part of the last, by another model:
// the words of just these, at their times, which take their places.
func TestHearStretchesAgain(t *testing.T) {
	l := newListener(t)
	whole := l.transcribe("en-espeak05.wav")
	second, third := whole.Segments[1], whole.Segments[2]
	end := third.Words[len(third.Words)-2].Start // of "our hospital."
	what := app.Again{Stretches: []app.Span{{From: second.Start, To: second.End}, {From: third.Words[1].Start, To: end}}}
	heard, job := l.again(whole.ID, what, app.Options{Model: "synth-tiny-q8_0", Language: "en"}, func(app.Job) {})
	if heard == nil || job.Stage != app.StageDone || heard.Model != "synth-tiny-q8_0" {
		t.Fatalf("got %+v and job %+v", heard, job)
	}
	for _, s := range heard.Segments {
		for _, w := range s.Words {
			if middle := (w.Start + w.End) / 2; !what.Stretches[0].Contains(middle) && !what.Stretches[1].Contains(middle) {
				t.Errorf("got %+v, which is in none of %v", w, what.Stretches)
			}
		}
	}
	d := app.NewDocument(whole)
	rows := d.CompareWithin(heard.Stretches, heard.Segments)
	if len(rows) != 2 || rows[0].Present[0].ID != second.ID || rows[1].Present[0].ID != third.ID {
		t.Fatalf("got rows %+v", rows)
	}
	d.Take(rows...)
	after := d.Transcript()
	if differ := changedWords(whole.Text(), after.Text()); differ > 4 {
		t.Errorf("%d words differ:\n got %q\nwant %q", differ, after.Text(), whole.Text())
	}
	if first, last := after.Segments[0].Text, strings.Fields(after.Text()); first != whole.Segments[0].Text || last[len(last)-1] != "hospital." || last[len(last)-2] != "our" {
		t.Errorf("got %q, want what is outside as it was", after.Text())
	}
}

// changedWords is how many words of two texts are not in both.
func changedWords(before, after string) (n int) {
	for _, d := range app.Passages(before, after) {
		if d.Before != d.After {
			n += max(len(strings.Fields(d.Before)), len(strings.Fields(d.After)))
		}
	}
	return n
}

// A long silence is known, and decoded when that is asked for; the speech around
// it does not come with it.
func TestHearSilenceAgain(t *testing.T) {
	l := newListener(t)
	whole := l.transcribe("long-gap35.wav")
	silences := whole.Silences(10)
	if len(silences) != 1 || silences[0].To-silences[0].From < 33 || silences[0].To-silences[0].From > 37 {
		t.Fatalf("got silences %v, want one of 35 s", silences)
	}
	decoded := false
	heard, job := l.again(whole.ID, app.Again{Stretches: silences, Believe: true}, app.Options{Model: "synth-tiny"}, func(j app.Job) {
		decoded = decoded || j.Stage == app.StageTranscribing
	})
	if heard == nil || job.Stage != app.StageDone || !decoded {
		t.Fatalf("got %+v and job %+v", heard, job)
	}
	for _, s := range heard.Segments {
		if middle := (s.Start + s.End) / 2; !silences[0].Contains(middle) {
			t.Errorf("got %+v, which is not in %v", s, silences[0])
		}
	}
	for _, row := range app.NewDocument(whole).CompareWithin(heard.Stretches, heard.Segments) {
		if len(row.Present) != 0 {
			t.Errorf("got a row with %+v, want none that says anything yet", row.Present)
		}
	}
}

// What is cancelled tells nothing, and the model serves the next one.
func TestHearAgainCancelled(t *testing.T) {
	l := newListener(t)
	whole := l.transcribe("en-espeak05.wav")
	cancelled := false
	heard, job := l.again(whole.ID, app.Again{}, app.Options{Model: "synth-tiny"}, func(j app.Job) {
		if !cancelled && j.Stage != app.StageQueued {
			cancelled = true
			l.Cancel(j.ID)
		}
	})
	if heard != nil || job.Stage != app.StageCancelled {
		t.Errorf("got %+v and job %+v", heard, job)
	}
	heard, job = l.again(whole.ID, app.Again{}, app.Options{Model: "synth-tiny"}, func(app.Job) {})
	if heard == nil || job.Stage != app.StageDone {
		t.Fatalf("got job %+v", job)
	}
	for _, row := range app.NewDocument(whole).CompareWithin(heard.Stretches, heard.Segments) {
		if !row.IsSame() {
			t.Errorf("got %+v, want the same as before", row)
		}
	}
	_, job = l.again(whole.ID, app.Again{}, app.Options{Model: "synth-tiny", Language: "klingon"}, func(app.Job) {})
	var usage *app.UsageError
	if job.Stage != app.StageFailed || !errors.As(job.Err, &usage) {
		t.Errorf("an unknown language: got job %+v", job)
	}
}
