package cli_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"earshot/app"
)

func TestModelsList(t *testing.T) {
	r := newRig(t)
	r.model("ggml-tiny.en.bin")
	r.model("ggml-bad.bin")
	r.want(r.run("models", "list"), 0, strings.Join([]string{
		"bad      488 kB  -    The model “ggml-bad.bin” cannot be used: it is cut short.",
		"small    488 kB  f16  99 languages",
		"tiny.en  488 kB  f16  English",
		"",
	}, "\n"))

	var list []map[string]any
	got := r.run("models", "list", "--json")
	if err := json.Unmarshal([]byte(got.stdout), &list); err != nil {
		t.Fatalf("%v in %s", err, got.stdout)
	}
	want := []map[string]any{
		{
			"name": "bad", "path": filepath.Join(r.data, "models", "ggml-bad.bin"), "size": 487601.0, "family": "", "weights": "", "multilingual": false,
			"usable": false, "reason": "The model “ggml-bad.bin” cannot be used: it is cut short.",
		},
		{"name": "small", "path": filepath.Join(r.data, "models", "ggml-small.bin"), "size": 487601.0, "family": "whisper", "weights": "f16", "multilingual": true, "usable": true},
		{"name": "tiny.en", "path": filepath.Join(r.data, "models", "ggml-tiny.en.bin"), "size": 487601.0, "family": "whisper", "weights": "f16", "multilingual": false, "usable": true},
	}
	if !reflect.DeepEqual(list, want) {
		t.Errorf("got %v, want %v", list, want)
	}
}

// A download that is not complete is listed with how much of it is there.
func TestModelsListUnfinished(t *testing.T) {
	r := newRig(t)
	r.fetcher.kept = map[string]int64{"base": 50e6, "base-q8_0": 1e6}
	got := r.run("models", "list")
	r.want(got, 0, strings.Join([]string{
		"small      488 kB           f16     99 languages",
		"base       50 MB of 148 MB  paused  “earshot models get base” goes on",
		"base-q8_0  1 MB             paused  “earshot models get base-q8_0” goes on",
		"",
	}, "\n"))
	all := r.run("models", "list", "--all").stdout
	if want := "50 MB of 148 MB  paused "; !strings.Contains(all, want) {
		t.Errorf("got %s\nwant %q in it", all, want)
	}
	var list []struct {
		Name   string
		Kept   int64
		Usable bool
	}
	if err := json.Unmarshal([]byte(r.run("models", "list", "--json").stdout), &list); err != nil {
		t.Fatal(err)
	}
	if len(list) != 3 || list[0].Kept != 0 || list[1].Name != "base" || list[1].Kept != 50e6 || list[1].Usable {
		t.Errorf("got %+v", list)
	}
}

func TestNoModels(t *testing.T) {
	r := newRig(t)
	t.Setenv("EARSHOT_DATA", t.TempDir())
	missing := "the voice activity model ggml-silero-v6.2.0.bin is not installed"
	r.want(r.run("models", "list"), 0, "", "earshot: No speech model is installed.", missing)
	r.want(r.run("models", "list", "--json"), 0, "[]\n")
	r.file("a.wav", speech)
	r.want(r.run("transcribe", "--no-store", "a.wav"), 1, "", "earshot: No speech model is installed.\n         Get one with “earshot models get small”")
}

func TestModelsPath(t *testing.T) {
	r := newRig(t)
	dir := filepath.Join(r.data, "models")
	r.want(r.run("--models", "more", "models", "path"), 0, dir+"\nmore\n")
	r.want(r.run("models", "path", "small"), 0, filepath.Join(dir, "ggml-small.bin")+"\n")
	r.want(r.run("models", "path", "silero"), 0, filepath.Join(dir, "ggml-silero-v6.2.0.bin")+"\n")
	r.model("ggml-bad.bin")
	r.want(r.run("models", "path", "bad"), 0, filepath.Join(dir, "ggml-bad.bin")+"\n")
	r.want(r.run("models", "path", "huge"), 1, "", "earshot: The model “huge” cannot be used: it is not in "+dir+".")
}

func TestModelsListAll(t *testing.T) {
	r := newRig(t)
	r.model("ggml-bad.bin")
	r.model("ggml-mine.bin")
	got := r.run("models", "list", "--all")
	lines := strings.Split(got.stdout, "\n")
	if got.status != 0 || got.stderr != "" || len(lines) != 2+len(app.Offers())+1 {
		t.Fatalf("got %d lines, exit status %d and %q", len(lines), got.status, got.stderr)
	}
	for _, want := range []string{
		"bad                  488 kB  unusable     The model “ggml-bad.bin” cannot be used: it is cut short.",
		"mine                 488 kB  installed    99 languages",
		"small                488 kB  installed    99 languages, moderate: good text on most machines",
		"tiny.en              78 MB   -            English, fastest: fastest English text",
		"base-q8_0            -       -            99 languages, fast: fast, rougher text, half the memory",
		"parakeet-v3-q4_0     356 MB  -            25 languages, fast: good text in 25 European languages, fast",
		"large-v3-turbo       1.6 GB  recommended  99 languages, moderate: best text, for a graphics card",
		"silero               885 kB  -            hears where speech is; comes with every model",
	} {
		if !strings.Contains(got.stdout, want+"\n") {
			t.Errorf("got\n%s\nwant %q in it", got.stdout, want)
		}
	}
}

func TestModelsListAllAsJSON(t *testing.T) {
	r := newRig(t)
	var list []map[string]any
	got := r.run("models", "list", "--all", "--json")
	if err := json.Unmarshal([]byte(got.stdout), &list); err != nil || got.stderr != "" {
		t.Fatalf("%v in %s, and %q", err, got.stdout, got.stderr)
	}
	byName := map[string]map[string]any{}
	for _, m := range list {
		byName[m["name"].(string)] = m
	}
	if len(list) != len(app.Offers()) || byName["small"]["path"] != filepath.Join(r.data, "models", "ggml-small.bin") {
		t.Errorf("got %d models, and small at %v", len(list), byName["small"]["path"])
	}
	o, err := app.FindOffer("parakeet-v3-q4_0")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"name": o.Name, "path": "", "size": float64(o.Size), "family": "parakeet", "weights": "", "multilingual": true, "usable": false,
		"offer": map[string]any{
			"file": o.File, "url": o.URL, "size": float64(o.Size), "sha256": o.SHA256, "family": "parakeet", "languages": 25.0,
			"translates": false, "pace": "fast", "licence": "CC BY 4.0", "attribution": o.Attribution, "words": o.Words, "recommended": false,
		},
	}
	if !reflect.DeepEqual(byName[o.Name], want) {
		t.Errorf("got %v, want %v", byName[o.Name], want)
	}
}

func TestModelsGet(t *testing.T) {
	r := newRig(t)
	dir := filepath.Join(r.data, "models")
	tiny, parakeet := filepath.Join(dir, "ggml-tiny.bin"), filepath.Join(dir, "ggml-parakeet-tdt-0.6b-v3-q4_0.bin")
	r.want(r.run("models", "get", "tiny"), 0, tiny+"\n")
	r.want(r.run("models", "get", "tiny"), 0, tiny+"\n", "earshot: tiny is installed already\n")
	r.want(r.run("models", "get", "ggml-tiny.bin", "parakeet-v3-q4_0"), 0, tiny+"\n"+parakeet+"\n",
		"earshot: tiny is installed already\n", "earshot: Parakeet TDT 0.6B v3 by NVIDIA, CC BY 4.0\n")
	r.want(r.run("models", "path", "tiny"), 0, tiny+"\n")
}

// The voice activity model comes along, and is not what was asked for.
func TestModelsGetBringsVoiceActivity(t *testing.T) {
	r := newRig(t)
	if err := os.Remove(filepath.Join(r.data, "models", app.VADFile)); err != nil {
		t.Fatal(err)
	}
	r.want(r.run("models", "get", "tiny"), 0, filepath.Join(r.data, "models", "ggml-tiny.bin")+"\n")
	if got := r.names(filepath.Join(r.data, "models")); !strings.Contains(got, app.VADFile) {
		t.Errorf("got the files %q, want the voice activity model among them", got)
	}
}

func TestModelsGetGoesOnAfterFailure(t *testing.T) {
	r := newRig(t)
	r.want(r.run("models", "get", missing, "tiny"), 1, filepath.Join(r.data, "models", "ggml-tiny.bin")+"\n",
		"earshot: The model “medium” is not there: models.invalid answered 404 Not Found.\n         A newer version")
}

func TestModelsGetIsInterrupted(t *testing.T) {
	r := newRig(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r.fetcher.begun = cancel
	r.want(r.runIn(ctx, "models", "get", slow), 130, "", "earshot: interrupted; what has come is kept, and the same command goes on from there\n")
}

func TestModelsGetShowsProgress(t *testing.T) {
	for _, c := range []struct {
		width int
		args  []string
		want  string
	}{
		{80, nil, "\rtiny  50 % · 39 MB\x1b[K"},
		{10, nil, "\rtiny  50 \x1b[K"},
		{80, []string{"--quiet"}, ""},
		{0, nil, ""},
	} {
		r := newRig(t)
		r.width = c.width
		got := r.run(append([]string{"models", "get", "tiny"}, c.args...)...)
		if got.status != 0 || !strings.Contains(got.stderr, c.want) || c.want == "" && got.stderr != "" {
			t.Errorf("%d columns, %q: got %q, want %q in it", c.width, c.args, got.stderr, c.want)
		}
		if c.want != "" && !strings.HasSuffix(got.stderr, "\r\x1b[K") {
			t.Errorf("got %q, want the line to be cleared in the end", got.stderr)
		}
	}
}

func TestModelsRm(t *testing.T) {
	r := newRig(t)
	r.model("ggml-bad.bin")
	dir := filepath.Join(r.data, "models")
	other := t.TempDir()
	r.file(filepath.Join(other, "ggml-base.bin"), "model")
	r.want(r.run("models", "rm", "small", "bad"), 0, "")
	if got := r.names(dir); got != app.VADFile {
		t.Errorf("got the files %q, want the voice activity model alone", got)
	}
	r.want(r.run("--models", other, "models", "rm", "base", "silero", "tiny"), 1, "",
		"earshot: The model base is not Earshot's to remove: it lies in "+other+".", "The model “tiny” cannot be used: it is not in "+dir)
	if got := r.names(dir); got != "" {
		t.Errorf("got the files %q, want none: one that cannot be removed does not hold up the others", got)
	}
}

func TestModelsAdd(t *testing.T) {
	r := newRig(t)
	r.file("ggml-one.bin", "model")
	r.file("ggml-bad.bin", "model")
	r.file("ggml-two.bin", "model")
	r.want(r.run("models", "add", "ggml-one.bin", "ggml-bad.bin", "ggml-two.bin"), 1, "", "earshot: The model “ggml-bad.bin” cannot be used: it is cut short.")
	if got, want := r.names(filepath.Join(r.data, "models")), "ggml-one.bin "+app.VADFile+" ggml-small.bin ggml-two.bin"; got != want {
		t.Errorf("got the files %q, want %q", got, want)
	}
}

func TestModelsVerify(t *testing.T) {
	r := newRig(t)
	silero, err := os.ReadFile(filepath.Join(testdata, "..", "..", "..", "shared", "models", app.VADFile))
	if err != nil {
		t.Skip("the shared voice activity model is not here")
	}
	path := filepath.Join(r.data, "models", app.VADFile)
	if err := os.WriteFile(path, silero, 0o600); err != nil {
		t.Fatal(err)
	}
	r.model("ggml-mine.bin")
	r.want(r.run("models", "verify", "silero"), 0, "silero  intact\n")
	r.want(r.run("models", "verify"), 1, "mine  no checksum of it is known\nsilero  intact\n",
		"earshot: The model “ggml-small.bin” cannot be used: it has 487601 bytes instead of 487601967.")
	r.want(r.run("models", "verify", "mine", "nothing"), 1, "", "The model “ggml-mine.bin” cannot be verified", "The model “nothing” cannot be used")
	silero[1000] ^= 1
	if err := os.WriteFile(path, silero, 0o600); err != nil {
		t.Fatal(err)
	}
	r.want(r.run("models", "verify", "silero"), 1, "", "earshot: The model “"+app.VADFile+"” cannot be used: it is damaged")
}
