package cli_test

import (
	"context"
	"encoding/json"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"earshot/app"
)

const tuned = `small on an abacus
f16   1.0× as fast  5 MB  as it is
bf16  1.2× as fast  5 MB  0 of 5 words differ
q8_0  0.5× as fast  5 MB  0 of 5 words differ
q5_0  1.0× as fast  5 MB  0 of 5 words differ
q4_0  2.5× as fast  5 MB  1 of 5 words differ
Text of a minute of “a.wav” from 0:00 on.
small-q4_0 is 2.5× as fast. q4_0 keeps 4 bits of each weight: more words are wrong, names and rare ones first.
  “Übermorgen.” becomes “Übermut.”
`

// Without a person who says yes, nothing changes.
func TestModelsTuneOnlyTells(t *testing.T) {
	r := newRig(t)
	r.file("a.wav", speech)
	r.want(r.run("models", "tune", "--audio", "a.wav"), 0, tuned, "earshot: nothing was changed; --yes does it\n")
	for _, answer := range []string{"", "\n", "n\n", "yess\n"} {
		r.width, r.typed, r.stdin = 80, 80, strings.NewReader(answer)
		r.want(r.run("models", "tune", "--audio", "a.wav"), 0, tuned, "Use small-q4_0 from now on? [y/N] ")
	}
	if got, want := r.names(filepath.Join(r.data, "models")), app.VADFile+" ggml-small.bin"; got != want {
		t.Errorf("got the files %q, want %q", got, want)
	}
	if got := r.read(filepath.Join(r.data, "settings.json")); got != notThere {
		t.Errorf("got the settings %s, want none", got)
	}
}

// What was chosen is what is transcribed with, until it is removed.
func TestModelsTuneUsesWhatIsChosen(t *testing.T) {
	r := newRig(t)
	r.file("a.wav", speech)
	r.width, r.typed, r.stdin = 80, 80, strings.NewReader("Y\n")
	r.want(r.run("models", "tune", "small", "--audio", "a.wav"), 0, tuned, "earshot: small-q4_0 is used from now on")
	if got := r.run("models", "list").stdout; !strings.Contains(got, "small-q4_0  ") {
		t.Errorf("got the models\n%s\nwant small-q4_0 among them", got)
	}
	model := func(args ...string) string {
		r.run(append([]string{"transcribe", "--no-store", "-q", "a.wav"}, args...)...)
		return app.ModelName(r.recognizer.options[len(r.recognizer.options)-1].Model)
	}
	if got := model(); got != "small-q4_0" {
		t.Errorf("transcribed with %s, want small-q4_0", got)
	}
	if got := model("-m", "small"); got != "small" {
		t.Errorf("transcribed with %s, want small", got)
	}
	r.want(r.run("models", "rm", "small-q4_0"), 0, "")
	if got := model(); got != "small" {
		t.Errorf("transcribed with %s after it was removed, want small", got)
	}
}

func TestModelsTuneTakesType(t *testing.T) {
	r := newRig(t)
	got := r.run("models", "tune", "--type", "q8_0", "--yes")
	r.want(got, 0, `small on an abacus
f16   1.0× as fast  5 MB  as it is
q8_0  0.5× as fast  5 MB  not compared
The text was not compared. The library has no recording whose file is still there. Name a file with --audio.
small-q8_0 is 0.5× as fast. q8_0 keeps 8 bits of each weight: a word may change here and there.
`, "earshot: small-q8_0 is used from now on")
	if got := r.read(filepath.Join(r.data, "models", "ggml-small-q8_0.bin")); got != "q8_0" {
		t.Errorf("got the file %q", got)
	}
	r.want(r.run("models", "tune", "--type", "q9"), 2, "", "“q9” is not a type to convert the weights to: it has to be one of bf16, q8_0, q5_0, q4_0.")
	r.want(r.run("models", "tune", "--audio", "gone.wav"), 1, "", "“gone.wav” does not exist")
}

func TestModelsTuneAsJSON(t *testing.T) {
	r := newRig(t)
	r.file("a.wav", speech)
	got := r.run("models", "tune", "--type", "q4_0", "--audio", "a.wav", "--json")
	var tuning map[string]any
	if err := json.Unmarshal([]byte(got.stdout), &tuning); err != nil || got.stderr != "" || got.status != 0 {
		t.Fatalf("%v in %s, and %q", err, got.stdout, got.stderr)
	}
	rounds := func(seconds float64) []any { return []any{seconds, seconds, seconds, seconds, seconds} }
	want := map[string]any{
		"model": "small", "device": "an abacus", "audio": "a.wav", "start": 0.0, "proposed": "q4_0",
		"candidates": []any{
			map[string]any{
				"weights": "f16", "model": "small", "size": 5e6, "seconds": rounds(2), "speed": 1.0, "words": 5.0, "differ": 0.0, "changes": []any{},
			},
			map[string]any{
				"weights": "q4_0", "model": "small-q4_0", "size": 5e6, "seconds": rounds(0.8), "speed": 2.5, "words": 5.0, "differ": 1.0,
				"changes": []any{map[string]any{"before": "Übermorgen.", "after": "Übermut."}},
				"cost":    "q4_0 keeps 4 bits of each weight: more words are wrong, names and rare ones first.",
			},
		},
	}
	if !reflect.DeepEqual(tuning, want) {
		t.Errorf("got %v, want %v", tuning, want)
	}
}

func TestModelsTuneIsInterrupted(t *testing.T) {
	r := newRig(t)
	r.width = 80
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r.tuner.measuring = cancel
	got := r.runIn(ctx, "models", "tune", "--yes")
	r.want(got, 130, "", "17 % · measuring f16\x1b[K")
	if got, want := r.names(filepath.Join(r.data, "models")), app.VADFile+" ggml-small.bin"; got != want {
		t.Errorf("got the files %q, want %q", got, want)
	}
}
