package app_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"earshot/app"
)

// say is the script of a recognizer that hears a text, by the weights; "" is the
// model as it is.
func say(texts map[string]string) script {
	return func(_ context.Context, opt app.RecognizeOptions, on func(app.Progress)) (app.Recognized, error) {
		var s app.Segment
		for _, word := range strings.Fields(texts[opt.Weights]) {
			s.Words = append(s.Words, app.Word{Text: word})
		}
		on(app.Progress{Segments: []app.Segment{s}})
		return app.Recognized{Duration: length}, nil
	}
}

var heardBy = map[string]string{
	"": "the ship sails at dawn", "bf16": "the ship sails at dawn", "q8_0": "the ship sails dawn",
	"q5_0": "the ship sails away at dawn", "q4_0": "a sheep sails at dawn",
}

// table is a tuning's candidates in words.
func table(t app.Tuning) []string {
	var lines []string
	for _, c := range t.Candidates {
		var changes []string
		for _, change := range c.Changes {
			changes = append(changes, change.Text())
		}
		lines = append(lines, fmt.Sprintf("%s %s %.2f %d/%d %s", c.Name, c.Model, c.Speed, c.Differ, len(c.Words), strings.Join(changes, ", ")))
	}
	return lines
}

func TestTune(t *testing.T) {
	g := newRig(t, nil)
	g.recognizer.follow(say(heardBy))
	var steps []string
	last := -1.0
	got, err := g.Tune(t.Context(), app.TuneRequest{Audio: g.file}, func(p app.TuneProgress) {
		steps = append(steps, p.Text())
		if p.Fraction <= last || p.Fraction >= 1 {
			t.Errorf("%s: got fraction %v after %v", p.Text(), p.Fraction, last)
		}
		last = p.Fraction
	})
	if err != nil {
		t.Fatal(err)
	}
	if got.Model.Name != "base" || got.Device != "Test · CPU" || got.Heard != g.file || got.Unheard != "" {
		t.Errorf("got %+v", got)
	}
	want := []string{
		"f16 base 1.00 0/5 ",
		"bf16 base-bf16 2.00 0/5 ",
		"q8_0 base-q8_0 1.25 1/4 “at” left out",
		"q5_0 base-q5_0 0.80 1/6 “away” put in",
		"q4_0 base-q4_0 2.50 2/5 “the ship” becomes “a sheep”",
	}
	if table := table(got); !slices.Equal(table, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(table, "\n"), strings.Join(want, "\n"))
	}
	if best, ok := got.Proposed(); !ok || best.Name != "q4_0" {
		t.Errorf("proposed: got %s and %t, want q4_0", best.Name, ok)
	}
	wantSteps(t, steps, g.tuner.calls)
	wantFiles(t, g.deps.Models.Dirs[0], "ggml-base.bin")
	if got := g.Settings().Model; got != "" {
		t.Errorf("the settings name %q: nobody said so", got)
	}
}

// wantSteps wants each candidate heard once, and then all to take turns.
func wantSteps(t *testing.T, steps, measured []string) {
	t.Helper()
	if n := 5 + 5*5; len(steps) != n || steps[1] != "transcribing with bf16" || steps[5] != "measuring f16" || steps[n-1] != "measuring q4_0, round 5 of 5" {
		t.Errorf("got %d steps: %q", len(steps), steps)
	}
	if want := []string{"", "bf16", "q8_0", "q5_0", "q4_0", "", "bf16"}; !slices.Equal(measured[:7], want) {
		t.Errorf("measured %q, want the candidates to take turns", measured)
	}
}

// A noisy machine spoils one round; where a round takes long there are fewer.
func TestTuneTakesTheMedian(t *testing.T) {
	g := newRig(t, nil)
	n := 0
	g.tuner.after = func() {
		n++
		g.clock.advance(20 * time.Second)
		g.tuner.seconds["bf16"] = 1
		if n > 2 && n <= 4 {
			g.tuner.seconds["bf16"] = 60
		}
	}
	got, err := g.Tune(t.Context(), app.TuneRequest{Weights: "bf16"}, func(app.TuneProgress) {})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Candidates) != 2 || len(got.Candidates[1].Rounds) != 3 || got.Candidates[1].Speed != 2 {
		t.Errorf("got %+v, want the median of three rounds", got.Candidates)
	}
}

func TestTuneProposesNothing(t *testing.T) {
	g := newRig(t, nil)
	g.tuner.seconds = map[string]float64{"": 1, "bf16": 0.95, "q8_0": 1, "q5_0": 2, "q4_0": 3}
	got, err := g.Tune(t.Context(), app.TuneRequest{}, func(app.TuneProgress) {})
	if err != nil {
		t.Fatal(err)
	}
	if best, ok := got.Proposed(); ok {
		t.Errorf("got %s, which is hardly faster", best.Name)
	}
	g.tuner.seconds["q8_0"], g.tuner.seconds["q4_0"] = 0.52, 0.5
	same, err := g.Tune(t.Context(), app.TuneRequest{}, func(app.TuneProgress) {})
	if best, ok := same.Proposed(); err != nil || !ok || best.Name != "q8_0" {
		t.Errorf("got %s and error %v, want q8_0, which is about as fast as q4_0 and loses less", best.Name, err)
	}
	if got.Unheard == "" || got.Heard != "" {
		t.Errorf("without a recording: got %q and %q", got.Heard, got.Unheard)
	}
}

// Without a file the newest recording is heard whose file is still there, one
// of a minute if there is one.
func TestTuneHearsTheLibrary(t *testing.T) {
	g := newLibraryRig(t)
	g.recognizer.follow(func(context.Context, app.RecognizeOptions, func(app.Progress)) (app.Recognized, error) {
		return app.Recognized{Duration: 70}, nil
	})
	g.mustTranscribe(app.Request{Options: app.Options{Stream: 2}})
	gone := write(t, filepath.Join(t.TempDir(), "gone.wav"), "other sound")
	g.clock.advance(time.Hour)
	g.mustTranscribe(app.Request{Path: gone})
	if err := os.Remove(gone); err != nil {
		t.Fatal(err)
	}
	g.recognizer.follow(func(context.Context, app.RecognizeOptions, func(app.Progress)) (app.Recognized, error) {
		return app.Recognized{Duration: 3}, nil
	})
	g.clock.advance(time.Hour)
	g.mustTranscribe(app.Request{Path: write(t, filepath.Join(t.TempDir(), "short.wav"), "short sound")})
	g.recognizer.follow(say(heardBy))
	got, err := g.Tune(t.Context(), app.TuneRequest{}, func(app.TuneProgress) {})
	if err != nil || got.Heard != g.file {
		t.Errorf("got %q and error %v, want %q", got.Heard, err, g.file)
	}
	if last := g.media.opened[len(g.media.opened)-1]; last.Stream != 2 {
		t.Errorf("got the track %d, want that of the transcript", last.Stream)
	}
	if g.media.unclosed != 0 {
		t.Errorf("%d audio streams were left open", g.media.unclosed)
	}
}

// The minute that is compared is the first in which something is said.
func TestTuneSkipsSilence(t *testing.T) {
	for speechAt, want := range map[float64]struct {
		start float64
		heard bool
	}{0: {0, true}, 120: {120, true}, 1e9: {0, false}} {
		g := newRig(t, nil)
		g.media.info.Duration = 3600
		g.recognizer.follow(func(ctx context.Context, opt app.RecognizeOptions, on func(app.Progress)) (app.Recognized, error) {
			if g.media.opened[len(g.media.opened)-1].Start < speechAt {
				return app.Recognized{}, nil
			}
			return say(heardBy)(ctx, opt, on)
		})
		got, err := g.Tune(t.Context(), app.TuneRequest{Audio: g.file}, func(app.TuneProgress) {})
		if err != nil || got.Start != want.start || (got.Heard != "") != want.heard || (got.Unheard == "") != want.heard {
			t.Errorf("speech at %v: got %q from %v, %q and error %v", speechAt, got.Heard, got.Start, got.Unheard, err)
		}
	}
}

func TestTuneRefuses(t *testing.T) {
	g := newRig(t, nil)
	dir := g.deps.Models.Dirs[0]
	write(t, filepath.Join(dir, "ggml-mine.bin"), "good mine as q8_0")
	write(t, filepath.Join(dir, "ggml-base-bf16.bin"), "good base as bf16")
	tune := func(req app.TuneRequest) error {
		_, err := g.Tune(t.Context(), req, func(app.TuneProgress) {})
		return err
	}
	var wrong *app.TuneError
	if err := tune(app.TuneRequest{Model: "mine"}); !errors.As(err, &wrong) || !strings.Contains(err.Error(), "lose quality twice") {
		t.Errorf("weights in blocks: got %v", err)
	}
	if err := tune(app.TuneRequest{Model: "nothing"}); err == nil {
		t.Error("no model: got no error")
	}
	var usage *app.UsageError
	for _, weights := range []string{"q9", "f16"} {
		if err := tune(app.TuneRequest{Weights: weights}); !errors.As(err, &usage) {
			t.Errorf("%s: got %v, want a *UsageError", weights, err)
		}
	}
	g.media.probeErr = &app.MediaError{Path: g.file, Err: app.ErrNotMedia}
	if err := tune(app.TuneRequest{Audio: g.file}); !errors.Is(err, app.ErrNotMedia) {
		t.Errorf("no media: got %v", err)
	}
	if len(g.tuner.calls) > 0 {
		t.Errorf("measured %q before finding that out", g.tuner.calls)
	}
	// One that was tuned leads back to what it was made from.
	g.SetSettings(app.Settings{Options: app.Options{Model: "base-bf16"}})
	if got, err := g.Tune(t.Context(), app.TuneRequest{}, func(app.TuneProgress) {}); err != nil || got.Model.Name != "base" {
		t.Errorf("a tuned model: got %q and error %v, want base", got.Model.Name, err)
	}
}

// A job that runs would spoil the measurement, and the other way round.
func TestTuneAndJobsTakeTurns(t *testing.T) {
	g := newRig(t, nil)
	running, end := make(chan struct{}), make(chan struct{})
	g.recognizer.follow(func(context.Context, app.RecognizeOptions, func(app.Progress)) (app.Recognized, error) {
		close(running)
		<-end
		return app.Recognized{}, nil
	})
	g.Enqueue(g.file)
	await(t, running, "the job's start")
	if _, err := g.Tune(t.Context(), app.TuneRequest{}, func(app.TuneProgress) {}); err == nil {
		t.Error("while a job runs: got no error")
	}
	close(end)
	g.idle()
	g.recognizer.follow(g.speak)
	g.tuner.after = func() {
		if len(g.tuner.calls) == 1 {
			g.Enqueue(g.file)
		}
	}
	calls := g.recognizer.called()
	if _, err := g.Tune(t.Context(), app.TuneRequest{}, func(app.TuneProgress) {
		if g.recognizer.called() != calls {
			t.Error("a job has started while speed is measured")
		}
	}); err != nil {
		t.Fatal(err)
	}
	g.idle()
	if g.recognizer.called() != calls+1 {
		t.Error("the job that waited has not run")
	}
}

func TestUseWeights(t *testing.T) {
	path := filepath.Join(t.TempDir(), "settings.json")
	g := newRig(t, func(d *app.Deps) { d.SettingsPath = path })
	dir := g.deps.Models.Dirs[0]
	for range 2 { // the second time it is there
		name, err := g.UseWeights(t.Context(), "base", "bf16")
		if err != nil || name != "base-bf16" {
			t.Fatalf("got %q and error %v", name, err)
		}
	}
	wantFiles(t, dir, "ggml-base-bf16.bin", "ggml-base.bin")
	if s, err := app.LoadSettings(path); err != nil || s.Model != "base-bf16" {
		t.Errorf("settings: got %q and error %v", s.Model, err)
	}
	found, err := g.Models().Find(g.Settings().Model)
	if err != nil || found.Weights != "bf16" {
		t.Errorf("Find: got %+v and error %v", found, err)
	}
	if best, err := g.Models().Find(""); err != nil || best.Name != "base" {
		t.Errorf("with nothing chosen: got %q and error %v, want the original", best.Name, err)
	}
	if err := g.RemoveModel("base-bf16"); err != nil {
		t.Fatal(err)
	}
	if s, err := app.LoadSettings(path); err != nil || s.Model != "" {
		t.Errorf("after removing it, the settings name %q (%v)", s.Model, err)
	}
}

func TestUseWeightsLeavesNoPart(t *testing.T) {
	g := newRig(t, nil)
	dir := g.deps.Models.Dirs[0]
	g.tuner.err = errors.New("no space left on device")
	if _, err := g.UseWeights(t.Context(), "base", "q8_0"); !errors.Is(err, g.tuner.err) {
		t.Errorf("got %v, want %v", err, g.tuner.err)
	}
	g.tuner.err = nil
	other := write(t, filepath.Join(dir, "ggml-base-q4_0.bin"), "good other")
	if _, err := g.UseWeights(t.Context(), "base", "q4_0"); err == nil {
		t.Error("a name that is taken: got no error")
	}
	wantFiles(t, dir, "ggml-base.bin", filepath.Base(other))
	if got := g.Settings(); !reflect.DeepEqual(got, app.Settings{}) {
		t.Errorf("the settings have changed: %+v", got)
	}
}
