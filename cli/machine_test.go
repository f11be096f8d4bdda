package cli_test

import (
	"encoding/json"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestModelsList(t *testing.T) {
	r := newRig(t)
	r.model("ggml-tiny.en.bin")
	r.model("ggml-bad.bin")
	r.want(r.run("models", "list"), 0, strings.Join([]string{
		"bad      488 kB  -        -    The model “ggml-bad.bin” cannot be used: it is cut short.",
		"small    488 kB  whisper  f16  99 languages",
		"tiny.en  488 kB  whisper  f16  English",
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

func TestNoModels(t *testing.T) {
	r := newRig(t)
	t.Setenv("EARSHOT_DATA", t.TempDir())
	missing := "the voice activity model ggml-silero-v6.2.0.bin is not installed"
	r.want(r.run("models", "list"), 0, "", "earshot: No speech model is installed.", missing)
	r.want(r.run("models", "list", "--json"), 0, "[]\n")
	r.file("a.wav", speech)
	r.want(r.run("transcribe", "--no-store", "a.wav"), 1, "", "earshot: No speech model is installed.\n         Put a")
}

func TestModelsPath(t *testing.T) {
	r := newRig(t)
	dir := filepath.Join(r.data, "models")
	r.want(r.run("--models", "more", "models", "path"), 0, dir+"\nmore\n")
	r.want(r.run("models", "path", "small"), 0, filepath.Join(dir, "ggml-small.bin")+"\n")
	r.want(r.run("models", "path", "huge"), 1, "", "earshot: The model “huge” cannot be used: it is not in "+dir+".")
}

func TestDevices(t *testing.T) {
	r := newRig(t)
	r.want(r.run("devices"), 0, "gpu:0  Fast <1>  Vulkan  8.0 GB   self-test passed, 950 GFLOP/s\ncpu    Slow      CPU     16.0 GB  not used by itself: it computes wrong results\n")
	var list []map[string]any
	got := r.run("devices", "--json")
	if err := json.Unmarshal([]byte(got.stdout), &list); err != nil {
		t.Fatalf("%v in %s", err, got.stdout)
	}
	want := []map[string]any{
		{"id": "gpu:0", "backend": "Vulkan", "name": "Fast <1>", "type": "gpu", "memory_total": 8e9, "memory_free": 6e9, "self_test": "passed", "gflops": 950.0},
		{"id": "cpu", "backend": "CPU", "name": "Slow", "type": "cpu", "memory_total": 16e9, "memory_free": 0.0, "self_test": "failed", "why": "it computes wrong results"},
	}
	if !reflect.DeepEqual(list, want) {
		t.Errorf("got %v, want %v", list, want)
	}
}
