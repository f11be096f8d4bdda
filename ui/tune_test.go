package ui

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"

	"earshot/app"
)

// fakeTuner measures what the test tells it to.
type fakeTuner struct {
	measured chan float64 // seconds
	err      error        // of Convert
}

func (f *fakeTuner) Measure(ctx context.Context, _ app.RecognizeOptions) (app.Measurement, error) {
	select {
	case seconds := <-f.measured:
		return app.Measurement{Seconds: seconds, Device: "Test · CPU", Size: 50e6}, nil
	case <-ctx.Done():
		return app.Measurement{}, ctx.Err()
	}
}

func (f *fakeTuner) Convert(_ context.Context, _, weights string, w io.Writer) error {
	_, err := io.WriteString(w, weights)
	return errors.Join(err, f.err)
}

// measure gives the tuner so many measurements, one after the other.
func (h *harness) measure(seconds ...float64) {
	h.t.Helper()
	for _, s := range seconds {
		for sent := false; !sent; {
			select {
			case h.tuner.measured <- s:
				sent = true
			case f := <-h.queue:
				f()
			}
		}
	}
}

// openTune opens the page from the model's card.
func (h *harness) openTune() {
	h.t.Helper()
	h.showModels()
	h.until("models are listed", func() bool { return h.has(h.models.installed, "Tune…") })
	test.Tap(h.find(h.models.installed, "Tune…"))
}

func TestModelIsTuned(t *testing.T) {
	h := newHarness(t, true, light)
	h.openTune()
	test.Tap(h.tune.start)
	if h.tune.back.Text != "Cancel" || h.tune.start.Visible() || !h.tune.choose.Disabled() {
		t.Error("the page does not show that something is under way")
	}
	for round := range 5 {
		h.measure(2, 1.5, 1.9, 2.5)
		if round == 1 {
			h.until("progress is shown", func() bool { return h.tune.news.Text() == "measuring q4_0, round 2 of 5" })
		}
		h.measure(0.5)
	}
	h.until("it is measured", func() bool { return h.has(h.tune.results, "Use") })
	if !h.tune.results.Visible() || h.tune.back.Text != "Keep as it is" {
		t.Errorf("the results are not shown: %q", h.tune.back.Text)
	}
	if entries, err := os.ReadDir(h.dir); err != nil || len(entries) != 3 { // model, voice activity, settings
		t.Errorf("got the files %v and error %v: something was written without a word", entries, err)
	}

	h.tuner.err = errors.New("no space left on device")
	h.useWeights(2)
	h.until("it failed", func() bool { return len(h.notices()) == 1 && strings.Contains(h.notices()[0], "no space left") })
	if !h.tune.results.Visible() {
		t.Error("the results are gone after a failure")
	}
	h.tuner.err = nil
	h.useWeights(2)
	h.until("it is in use", func() bool { return h.app.Settings().Model == "tiny-q8_0" && h.has(h.models.installed, "In use") })
	if got, err := os.ReadFile(filepath.Join(h.dir, "ggml-tiny-q8_0.bin")); err != nil || string(got) != "q8_0" {
		t.Errorf("got the file %q and error %v", got, err)
	}
}

// useWeights taps the button of the candidate.
func (h *harness) useWeights(candidate int) {
	h.t.Helper()
	buttons := buttonsIn(h.tune.results, "Use")
	if len(buttons) != 4 {
		h.t.Fatalf("got %d buttons, want one for each type but the model's own", len(buttons))
	}
	test.Tap(buttons[candidate-1])
}

func TestTuningIsCancelled(t *testing.T) {
	h := newHarness(t, true, light)
	h.openTune()
	test.Tap(h.tune.start)
	h.measure(2)
	h.showModels()
	h.openTune() // comes back to what is under way
	if h.tune.back.Text != "Cancel" {
		t.Fatalf("got the button %q, want Cancel", h.tune.back.Text)
	}
	test.Tap(h.tune.back)
	h.until("it has ended", func() bool { return h.tune.back.Text == "Back" })
	if n := h.notices(); len(n) > 0 || !h.tune.start.Visible() {
		t.Errorf("got %q, want to begin anew without complaint", n)
	}
}

// What is found out is shown, whatever it is.
func TestTunePage(t *testing.T) {
	h := newHarness(t, true, light)
	h.openTune()
	types := app.WeightTypes()
	h.tune.found(app.Tuning{
		Model: app.ModelInfo{Name: "tiny"}, Device: "Test · CPU", Heard: "/talks/talk.mp3", Start: 60,
		Candidates: []app.Candidate{
			{WeightType: types[0], Model: "tiny", Size: 78e6, Speed: 1, Words: make([]string, 131)},
			{WeightType: types[1], Model: "tiny-bf16", Size: 78e6, Speed: 1.87},
			{WeightType: types[2], Model: "tiny-q8_0", Size: 44e6, Speed: 1.4, Differ: 1, Changes: []app.Difference{{Before: "ship", After: "sheep"}}},
			{WeightType: types[4], Model: "tiny-q4_0", Size: 26e6, Speed: 2.4, Differ: 2, Changes: []app.Difference{{Before: "ship"}, {After: "at dawn"}}},
		},
	})
	h.tune.busy(nil)
	h.golden("tune")
}
