package engine

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"earshot/app"
)

// converted is a model file with other weights, read through.
func converted(t testing.TB, data []byte, weights string) ([]byte, error) {
	t.Helper()
	c, err := newConversion(bytes.NewReader(data), int64(len(data)), weights)
	if err != nil {
		return nil, err
	}
	out, err := io.ReadAll(c)
	if err == nil && int64(len(out)) != c.size {
		t.Errorf("%s: got %d bytes, announced %d", weights, len(out), c.size)
	}
	return out, err
}

// What whisper.cpp's own tool writes is written here too, to the byte.
func TestConvertAsWhisperQuantize(t *testing.T) {
	testEngine(t)
	data, err := os.ReadFile(fixture(t, "models/ggml-synth-tiny.bin"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(fixture(t, "models/ggml-synth-tiny-q8_0.bin"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := converted(t, data, "q8_0")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("got %d bytes, want the %d of the file that whisper-quantize made", len(got), len(want))
	}
}

// A model with any weights is a file that the engine accepts, and hears much the
// same with, loaded from the file or converted as it is loaded.
func TestConvertedModelsTranscribe(t *testing.T) {
	e := testEngine(t)
	opt := fixtureOptions(t)
	samples := clip(t, references(t)[0].file)
	_, segments := recognize(t, e, samples, opt)
	want := textOf(segments)
	for _, weights := range []string{"f16", "bf16", "q8_0", "q5_0", "q4_0"} {
		path := filepath.Join(t.TempDir(), "ggml-"+weights+".bin")
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		err = errors.Join(e.Convert(t.Context(), opt.Model, weights, f), f.Close())
		if err != nil {
			t.Fatalf("%s: %v", weights, err)
		}
		if info, err := e.Inspect(path); err != nil || info.Weights != weights {
			t.Errorf("%s: got %q and error %v", weights, info.Weights, err)
		}
		file, loaded := opt, opt
		file.Model, loaded.Weights = path, weights
		_, segments := recognize(t, e, samples, file)
		fromFile := textOf(segments)
		_, segments = recognize(t, e, samples, loaded)
		if asLoaded := textOf(segments); fromFile != asLoaded {
			t.Errorf("%s: got %q from the file and %q converted while loading", weights, fromFile, asLoaded)
		}
		if n := wordErrors(fromFile, want); n > len(spoken(want))/4 {
			t.Errorf("%s: got %q, want nearly %q", weights, fromFile, want)
		}
	}
}

func TestConvertRefuses(t *testing.T) {
	testEngine(t)
	model := func(fileType int32) []byte { return tinyModel(func(h *whisperParams) { h.FileType = fileType }) }
	for name, c := range map[string]struct {
		data          []byte
		weights, says string
	}{
		"weights in blocks": {model(2007), "q4_0", "its weights are q8_0 already, and converting them again would lose quality twice"},
		"bf16":              {model(24), "f16", "its weights are bf16 already"},
		"unknown weights":   {model(1), "q9", "there are no weights of the type"},
		"no weights":        {model(1), "", "there are no weights of the type"},
		"uneven rows":       {model(1), "q4_k", "cannot have the type"},
		"Parakeet":          {tinyParakeet(nil), "f16", "only Whisper models"},
		"damaged":           {model(1)[:70000], "bf16", "it is cut short"},
	} {
		if _, err := converted(t, c.data, c.weights); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: got %v, want %q", name, err, c.says)
		}
	}
}

// Only the matrices change, and f32 convolutions, for which the loader wants
// half precision beside weights of any other type.
func TestConvertKeepsTheRest(t *testing.T) {
	testEngine(t)
	same, err := converted(t, tinyModel(nil), "f16")
	if err != nil || !bytes.Equal(same, tinyModel(nil)) {
		t.Errorf("f16 to f16: got %d bytes and error %v, want the same file", len(same), err)
	}
	single := tinyModel(func(h *whisperParams) { h.FileType = 0 })
	for _, weights := range []string{"f16", "bf16", "q8_0", "q5_0", "q4_0"} {
		got, err := converted(t, single, weights)
		if err != nil {
			t.Fatal(err)
		}
		if err := check(got); err != nil {
			t.Errorf("f32 to %s: %v", weights, err)
		}
		const head, tables = 48, 48 + 8 + 4*80*201 + 4 + 4 + 1 + 4
		if !bytes.Equal(got[head:tables], single[head:tables]) {
			t.Errorf("f32 to %s: filters or vocabulary changed", weights)
		}
	}
}

func TestConvertIsInterrupted(t *testing.T) {
	e := testEngine(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := e.Convert(ctx, fixture(t, "models/ggml-synth-tiny.bin"), "bf16", io.Discard); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

func TestMeasure(t *testing.T) {
	e := testEngine(t)
	opt := app.RecognizeOptions{Model: fixture(t, "models/ggml-synth-tiny.bin"), Device: "cpu"}
	for weights, size := range map[string]int64{"": 29466279, "q8_0": 16812819} {
		opt.Weights = weights
		m, err := e.Measure(t.Context(), opt)
		if err != nil || m.Seconds <= 0 || m.Size != size || m.Device == "" {
			t.Errorf("%q: got %+v and error %v", weights, m, err)
		}
	}
	opt.Model, opt.Weights = fixture(t, "models/for-tests-ggml-parakeet-tdt.bin"), ""
	var tune *app.TuneError
	if _, err := e.Measure(t.Context(), opt); !errors.As(err, &tune) {
		t.Errorf("Parakeet: got %v, want a *TuneError", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	opt.Model = fixture(t, "models/ggml-synth-tiny.bin")
	if _, err := e.Measure(ctx, opt); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: got %v, want %v", err, context.Canceled)
	}
}

// Whatever a file holds, it is converted whole or refused, and what comes out is
// a sound model.
func FuzzConvert(f *testing.F) {
	testEngine(f)
	f.Add(tinyModel(nil), uint8(0))
	f.Add(tinyModel(func(h *whisperParams) { h.FileType = 0 }), uint8(2))
	f.Add(tinyModel(func(h *whisperParams) { h.FileType = 2007 }), uint8(3))
	f.Add(tinyModel(nil)[:100], uint8(4))
	f.Fuzz(func(t *testing.T, data []byte, n uint8) {
		weights := []string{"f16", "bf16", "q8_0", "q5_0", "q4_0"}[n%5]
		out, err := converted(t, data, weights)
		if err != nil {
			return
		}
		if err := check(out); err != nil {
			t.Errorf("%s: %v", weights, err)
		}
	})
}
