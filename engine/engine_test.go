package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"earshot/app"
)

// try runs a short clip and returns the error.
func try(t *testing.T, e *Engine, opt app.RecognizeOptions) (app.Recognized, error) {
	t.Helper()
	return e.Recognize(context.Background(), &memory{samples: clip(t, "en-espeak00.wav")}, opt, func(app.Progress) {})
}

func TestUnusableModels(t *testing.T) {
	e := testEngine(t)
	good, err := os.ReadFile(fixtureOptions(t).Model)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, c := range []struct{ path, reason string }{
		{write("ggml-cut.bin", good[:len(good)-1000]), "cut short"},
		{write("ggml-head.bin", good[:30]), "cut short"},
		{write("ggml-empty.bin", nil), "empty"},
		{write("ggml-page.bin", []byte("<!DOCTYPE html><title>404 not found</title>")), "web page"},
		{write("ggml-song.bin", append([]byte("RIFF"), make([]byte, 400)...)), "audio file"},
		{write("ggml-gguf.bin", append([]byte("GGUF"), make([]byte, 400)...)), "GGUF"},
		{write("ggml-other.bin", bytes.Repeat([]byte("x"), 400)), "not a Whisper or Parakeet model"},
		{fixture(t, "models/for-tests-ggml-tiny.bin"), "no weights"},
		{fixture(t, "models/for-tests-ggml-parakeet-tdt-bad-nfft0.bin"), "no Parakeet model that exists: the FFT size is 0"},
		{fixture(t, "models/ggml-silero-v6.2.0.bin"), "voice activity"},
		{fixture(t, "models/silero_vad_16k_op15.onnx"), "not a Whisper or Parakeet model"},
		{dir, "not a file"},
	} {
		opt := fixtureOptions(t)
		opt.Model = c.path
		_, err := try(t, e, opt)
		var model *app.ModelError
		if !errors.As(err, &model) || model.Path != c.path || !strings.Contains(err.Error(), c.reason) {
			t.Errorf("%s: got %v, want a model error with %q", filepath.Base(c.path), err, c.reason)
		}
	}
	opt := fixtureOptions(t)
	opt.Model = filepath.Join(dir, "missing.bin")
	if _, err := try(t, e, opt); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing: got %v", err)
	}
	opt = fixtureOptions(t)
	opt.VAD = write(app.VADFile, good[:100])
	var model *app.ModelError
	if _, err := try(t, e, opt); !errors.As(err, &model) || model.Path != opt.VAD {
		t.Errorf("wrong voice activity model: got %v", err)
	}
}

func TestAnyPathOpens(t *testing.T) {
	e := testEngine(t)
	data, err := os.ReadFile(fixture(t, "models/ggml-synth-tiny-q8_0.bin"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "Größe 数 %41?#\n.bin")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Skipf("the file system refuses the name: %v", err)
	}
	opt := fixtureOptions(t)
	opt.Model = path
	if _, segments := recognize(t, e, clip(t, "en-espeak00.wav"), opt); len(segments) == 0 {
		t.Error("got no text")
	}
	info, err := e.Inspect(path)
	if err != nil || info.Weights != "q8_0" || !info.Multilingual || info.Size != int64(len(data)) || info.Fingerprint == "" {
		t.Errorf("got %+v, %v", info, err)
	}
}

func TestUsageErrors(t *testing.T) {
	e := testEngine(t)
	for _, change := range []func(*app.RecognizeOptions){
		func(o *app.RecognizeOptions) { o.Language = "klingon" },
		func(o *app.RecognizeOptions) { o.Language = "xx" },
		func(o *app.RecognizeOptions) { o.Device = "tpu" },
		func(o *app.RecognizeOptions) { o.Device = "gpu:" },
		func(o *app.RecognizeOptions) { o.Device = "gpu:-1" },
		func(o *app.RecognizeOptions) { o.Device = "cpu:0" },
	} {
		opt := fixtureOptions(t)
		change(&opt)
		var usage *app.UsageError
		if _, err := try(t, e, opt); !errors.As(err, &usage) {
			t.Errorf("%q on %q: got %v, want a usage error", opt.Language, opt.Device, err)
		}
	}
}

func TestHugeThreadCount(t *testing.T) {
	e := testEngine(t)
	opt := fixtureOptions(t)
	opt.Threads = 1 << 30
	if _, err := try(t, e, opt); err != nil {
		t.Error(err)
	}
}

func TestDevices(t *testing.T) {
	e := testEngine(t)
	devices, err := e.Devices(context.Background())
	if err != nil || len(devices) == 0 {
		t.Fatalf("got %v, %v", devices, err)
	}
	cpu := devices[len(devices)-1]
	if cpu.ID != "cpu" || cpu.Type != "cpu" || cpu.Backend == "" || cpu.Name == "" || cpu.MemoryTotal == 0 {
		t.Errorf("got %+v", cpu)
	}
	for _, l := range e.Languages() {
		if l.Code == "de" && l.Name == "German" {
			return
		}
	}
	t.Error("German is not among the languages")
}

// Asking for a device that is not here must be answered with the CPU and the
// reason, never in silence.
func TestMissingGPUIsSaid(t *testing.T) {
	e := testEngine(t)
	opt := fixtureOptions(t)
	opt.Device = "gpu:63"
	result, err := try(t, e, opt)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(result.Device, "CPU") || len(result.Warnings) != 1 || !strings.Contains(result.Warnings[0], "CPU") {
		t.Errorf("got device %q and warnings %q", result.Device, result.Warnings)
	}
}

// A change of model in mid-life, and jobs that share one.
func TestModelsComeAndGo(t *testing.T) {
	e := testEngine(t)
	small := fixtureOptions(t)
	small.Model = fixture(t, "models/ggml-synth-tiny-q8_0.bin")
	samples := clip(t, "en-espeak04.wav")
	done := make(chan error, 3)
	for _, opt := range []app.RecognizeOptions{fixtureOptions(t), small, fixtureOptions(t)} {
		go func() {
			text := ""
			_, err := e.Recognize(context.Background(), &memory{samples: samples}, opt, func(p app.Progress) { text += textOf(p.Segments) })
			if err == nil && text == "" {
				err = fmt.Errorf("%s gave no text", filepath.Base(opt.Model))
			}
			done <- err
		}()
	}
	for range 3 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// The same text on the CPU and on Vulkan, here by Mesa's software driver.
// ggml looks for devices once in a process, so this one is run again.
func TestVulkanGivesTheSameText(t *testing.T) {
	const flag = "EARSHOT_TEST_VULKAN"
	if os.Getenv(flag) == "" {
		testEngine(t)
		if drivers, _ := filepath.Glob("/usr/share/vulkan/icd.d/lvp_icd*.json"); len(drivers) == 0 {
			t.Skip("mesa-vulkan-drivers (lavapipe) is not installed")
		}
		cmd := exec.Command(os.Args[0], "-test.run=^TestVulkanGivesTheSameText$", "-test.v")
		cmd.Env = append(os.Environ(), flag+"=1", "GGML_VK_VISIBLE_DEVICES=0")
		out, err := cmd.CombinedOutput()
		if err != nil || !bytes.Contains(out, []byte("--- PASS")) {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	// One device after the other: Mesa 22.3's lavapipe now and then corrupts its
	// heap when a device is opened again.
	e := testEngine(t)
	opt := fixtureOptions(t)
	files := map[string]string{"en-espeak00.wav": "en", "de02.wav": "de"}
	want := map[string]string{}
	for file, language := range files {
		opt.Device, opt.Language = "cpu", language
		_, segments := recognize(t, e, clip(t, file), opt)
		want[file] = textOf(segments)
	}
	for file, language := range files {
		opt.Device, opt.Language = "gpu", language
		result, segments := recognize(t, e, clip(t, file), opt)
		if !strings.HasSuffix(result.Device, "Vulkan") || len(result.Warnings) > 0 {
			t.Errorf("got device %q and warnings %q", result.Device, result.Warnings)
		}
		if got := textOf(segments); got != want[file] || got == "" {
			t.Errorf("%s:\nVulkan %q\n   CPU %q", file, got, want[file])
		}
	}
}

// What many live connections took does not stay when they have gone.
func TestIdleDecodersAreFew(t *testing.T) {
	e := testEngine(t)
	m := fixtureModel(t, e)
	var states []nativeState
	for range mostSideBySide + 2 {
		s, err := m.borrow(true)
		if err != nil {
			t.Fatal(err)
		}
		states = append(states, s)
	}
	for _, s := range states {
		m.giveBack(s, true)
	}
	if got := len(m.idle); got != mostSideBySide {
		t.Errorf("got %d idle decoders of %d, want %d", got, len(states), mostSideBySide)
	}
}
