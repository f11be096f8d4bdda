package engine

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"earshot/app"
)

var tinyParams = parakeetParams{
	Vocab: 10, AudioCtx: 400, AudioState: 8, AudioHead: 2, AudioLayer: 1, Mels: 16, FileType: 0, FFT: 64,
	Subsampling: 8, Channels: 4, Kernel: 3, PredWidth: 8, PredLayers: 1, Durations: 2, TokensAtOnce: 5,
}

// tinyParakeet is a small Parakeet file with random weights that agrees with
// its header.
func tinyParakeet(change func(*parakeetParams)) []byte {
	h := tinyParams
	if change != nil {
		change(&h)
	}
	random := rand.New(rand.NewPCG(1, 2))
	var b bytes.Buffer
	put(&b, uint32(ggmlMagic), h, h.Mels, h.FFT/2+1)
	for range h.Mels * (h.FFT/2 + 1) {
		put(&b, random.Float32())
	}
	put(&b, h.FFT, make([]float32, h.FFT))
	for i := range h.Durations {
		put(&b, uint32(i))
	}
	put(&b, h.Vocab)
	for i := range h.Vocab {
		text := fmt.Sprintf("▁w%d", i)
		put(&b, uint32(len(text)), []byte(text))
	}
	putWeights(&b, h.shapes(), func() float32 { return float32(random.NormFloat64()) })
	return b.Bytes()
}

// parakeetOptions are those for the shared tiny model: random weights, so that
// its text means nothing.
func parakeetOptions(t testing.TB) app.RecognizeOptions {
	opt := fixtureOptions(t)
	opt.Model = fixture(t, "models/for-tests-ggml-parakeet-tdt.bin")
	return opt
}

func writeModel(t testing.TB, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "parakeet-tiny.bin")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestParakeet(t *testing.T) {
	e := testEngine(t)
	opt := parakeetOptions(t)
	samples := clip(t, "long-five-minutes.wav")[:100*app.SampleRate]
	result, segments := recognize(t, e, samples, opt)
	checkSegments(t, "parakeet", segments, result.Duration)
	if result.Duration != 100 || result.Language != "" || len(result.Warnings) > 0 || !strings.HasSuffix(result.Device, "CPU") {
		t.Errorf("got %+v", result)
	}
	if len(segments) < 4 {
		t.Fatalf("got %d segments of four windows", len(segments))
	}
	for _, s := range segments {
		if s.End-s.Start > maxSegment {
			t.Errorf("segment %.2f–%.2f is too long", s.Start, s.End)
		}
	}
	opt.Threads = 2
	if _, again := recognize(t, e, samples, opt); !reflect.DeepEqual(again, segments) {
		t.Errorf("two decoders side by side give another result")
	}
}

func TestParakeetSilence(t *testing.T) {
	e := testEngine(t)
	files, _ := filepath.Glob(filepath.Join(shared, "audio/synth/nonspeech-*.wav"))
	if len(files) == 0 {
		t.Skip("the shared fixtures are not here")
	}
	for _, file := range files {
		name := filepath.Base(file)
		if result, segments := recognize(t, e, clip(t, name), parakeetOptions(t)); len(segments) > 0 || result.Duration == 0 {
			t.Errorf("%s: got %q of %v s", name, textOf(segments), result.Duration)
		}
	}
}

func TestParakeetShortAudio(t *testing.T) {
	e := testEngine(t)
	opt := parakeetOptions(t)
	opt.VAD = ""
	for _, n := range []int{0, 1, vadFrame, 5000, app.SampleRate} {
		result, segments := recognize(t, e, clip(t, "en-espeak00.wav")[8000:8000+n], opt)
		checkSegments(t, "short", segments, result.Duration)
	}
}

func TestParakeetLanguages(t *testing.T) {
	e := testEngine(t)
	european := writeModel(t, tinyParakeet(nil))
	english := writeModel(t, tinyParakeet(func(h *parakeetParams) { h.Vocab = englishVocab }))
	for _, c := range []struct {
		model, asked string
		want, reason string
	}{
		{european, "", "", ""},
		{european, "auto", "", ""},
		{european, "mt", "mt", ""},
		{european, "DE", "de", ""},
		{european, "ja", "", `it does not know "ja", only bg, cs`},
		{english, "auto", "en", ""},
		{english, "en", "en", ""},
		{english, "de", "", `it knows English only, not "de"`},
	} {
		opt := parakeetOptions(t)
		opt.Model, opt.Language = c.model, c.asked
		result, err := try(t, e, opt)
		var model *app.ModelError
		switch {
		case c.reason != "":
			if !errors.As(err, &model) || model.Path != c.model || !strings.Contains(err.Error(), c.reason) {
				t.Errorf("%q: got %v, want a model error with %q", c.asked, err, c.reason)
			}
		case err != nil || result.Language != c.want:
			t.Errorf("%q: got language %q and %v, want %q", c.asked, result.Language, err, c.want)
		}
	}
	for _, code := range parakeetLanguages {
		if languageID(code) < 0 {
			t.Errorf("%s is not among the engine's languages", code)
		}
	}
}

func TestParakeetInspect(t *testing.T) {
	path := writeModel(t, tinyParakeet(nil))
	info, err := new(Engine).Inspect(path)
	if err != nil || info.Family != app.FamilyParakeet || !info.Multilingual || len(info.Languages) != 25 || info.Weights != "f32" || info.Name != "parakeet-tiny" {
		t.Errorf("got %+v, %v", info, err)
	}
	info, err = new(Engine).Inspect(writeModel(t, tinyParakeet(func(h *parakeetParams) { h.Vocab = englishVocab })))
	if err != nil || info.Multilingual || !reflect.DeepEqual(info.Languages, []string{"en"}) {
		t.Errorf("got %+v, %v", info, err)
	}
}

func TestParakeetCancel(t *testing.T) {
	e := testEngine(t)
	before := runtime.NumGoroutine()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var segments []app.Segment
	var cancelled time.Time
	_, err := e.Recognize(ctx, &memory{samples: clip(t, "long-five-minutes.wav")}, parakeetOptions(t), func(p app.Progress) {
		if segments = append(segments, p.Segments...); len(segments) > 0 && cancelled.IsZero() {
			cancelled = time.Now()
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || len(segments) == 0 {
		t.Errorf("got %v after %d segments, want context.Canceled after the first", err, len(segments))
	}
	if late := time.Since(cancelled); late > 5*time.Second {
		t.Errorf("ended %v after it was cancelled", late)
	}
	// The decoders notice after one pass of the network.
	for deadline := time.Now().Add(20 * time.Second); runtime.NumGoroutine() > before; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("got %d goroutines, had %d", runtime.NumGoroutine(), before)
		}
	}
	if _, again := recognize(t, e, clip(t, "fr02.wav"), parakeetOptions(t)); len(again) == 0 {
		t.Error("no text after a cancelled run")
	}
}

func TestCheckParakeetAccepts(t *testing.T) {
	for name, change := range parakeetShapes {
		if err := check(tinyParakeet(change)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// parakeetShapes are uncommon models that checkModel accepts.
var parakeetShapes = map[string]func(*parakeetParams){
	"as it is":          nil,
	"one frame":         func(h *parakeetParams) { h.AudioCtx = 1 },
	"seven frames":      func(h *parakeetParams) { h.AudioCtx = 7 },
	"all frames":        func(h *parakeetParams) { h.AudioCtx = maxParakeetCtx },
	"width 2":           func(h *parakeetParams) { h.AudioState = 2 },
	"one head":          func(h *parakeetParams) { h.AudioHead = 1 },
	"heads of 1":        func(h *parakeetParams) { h.AudioHead = 8 },
	"all layers":        func(h *parakeetParams) { h.AudioLayer = maxParakeetLayers },
	"8 mel bands":       func(h *parakeetParams) { h.Mels = 8 },
	"all mel bands":     func(h *parakeetParams) { h.Mels = maxParakeetMels },
	"FFT of 16":         func(h *parakeetParams) { h.FFT = 16 },
	"FFT of 512":        func(h *parakeetParams) { h.FFT = maxParakeetFFT },
	"one channel":       func(h *parakeetParams) { h.Channels = 1 },
	"odd channels":      func(h *parakeetParams) { h.Channels = 13 },
	"kernel of 5":       func(h *parakeetParams) { h.Kernel = 5 },
	"kernel of 9":       func(h *parakeetParams) { h.Kernel = 9 },
	"predictor of 1":    func(h *parakeetParams) { h.PredWidth = 1 },
	"two layers":        func(h *parakeetParams) { h.PredLayers = maxPredictorLayers },
	"one duration":      func(h *parakeetParams) { h.Durations = 1 },
	"five durations":    func(h *parakeetParams) { h.Durations = maxDurations },
	"one token a frame": func(h *parakeetParams) { h.TokensAtOnce = 1 },
	"one token":         func(h *parakeetParams) { h.Vocab = 1 },
	"all tokens":        func(h *parakeetParams) { h.Vocab = maxParakeetVocab },
	"f16":               func(h *parakeetParams) { h.FileType = 1 },
	"bf16":              func(h *parakeetParams) { h.FileType = 24 },
	"q8_0":              func(h *parakeetParams) { h.FileType, h.AudioState, h.Channels, h.PredWidth = 7, 32, 16, 32 },
	"q5_1":              func(h *parakeetParams) { h.FileType, h.AudioState, h.Channels, h.PredWidth = 9, 32, 16, 32 },
	"q4_0, f32 decoder": func(h *parakeetParams) { h.FileType, h.AudioState, h.Channels, h.PredWidth = 2002, 32, 16, 8 },
	"q4_k, f32 decoder": func(h *parakeetParams) { h.FileType, h.AudioState, h.Channels, h.PredWidth = 12, 256, 128, 32 },
}

// Every header that libparakeet or ggml would trust to its ruin is refused.
func TestCheckParakeetRefusesHeaders(t *testing.T) {
	for name, change := range map[string]func(*parakeetParams){
		"big vocabulary":      func(h *parakeetParams) { h.Vocab = 8193 },
		"no context":          func(h *parakeetParams) { h.AudioCtx = 0 },
		"huge context":        func(h *parakeetParams) { h.AudioCtx = 1 << 28 },
		"odd width":           func(h *parakeetParams) { h.AudioState, h.AudioHead = 7, 7 },
		"uneven heads":        func(h *parakeetParams) { h.AudioHead = 3 },
		"no heads":            func(h *parakeetParams) { h.AudioHead = 0 },
		"negative layers":     func(h *parakeetParams) { h.AudioLayer = -1 },
		"odd mels":            func(h *parakeetParams) { h.Mels = 12 },
		"negative FFT":        func(h *parakeetParams) { h.FFT = -1 },
		"FFT not power of 2":  func(h *parakeetParams) { h.FFT = 65 },
		"other subsampling":   func(h *parakeetParams) { h.Subsampling = 4 },
		"no channels":         func(h *parakeetParams) { h.Channels = 0 },
		"even kernel":         func(h *parakeetParams) { h.Kernel = 4 },
		"odd kernel":          func(h *parakeetParams) { h.Kernel = 7 },
		"huge predictor":      func(h *parakeetParams) { h.PredWidth = 1 << 30 },
		"three layers":        func(h *parakeetParams) { h.PredLayers = 3 },
		"no durations":        func(h *parakeetParams) { h.Durations = 0 },
		"no tokens a frame":   func(h *parakeetParams) { h.TokensAtOnce = 0 },
		"unknown type":        func(h *parakeetParams) { h.FileType = 5 },
		"negative type":       func(h *parakeetParams) { h.FileType = -1 },
		"q8_0 in rows of 8":   func(h *parakeetParams) { h.FileType = 7 },
		"more heads than 8":   func(h *parakeetParams) { h.AudioState, h.AudioHead = 16, 16 },
		"no vocabulary":       func(h *parakeetParams) { h.Vocab = 0 },
		"negative vocabulary": func(h *parakeetParams) { h.Vocab = -5 },
	} {
		h := tinyParams
		change(&h)
		data := tinyParakeet(nil)
		var head bytes.Buffer
		put(&head, h)
		copy(data[4:], head.Bytes())
		if err := check(data); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestCheckParakeetRefusesTables(t *testing.T) {
	const (
		filters   = 4 + 15*4
		window    = filters + 8 + 16*33*4
		durations = window + 4 + 64*4
		vocab     = durations + 2*4
	)
	for name, at := range map[string]int{"mel bands": filters, "bins": filters + 4, "window": window, "duration": durations, "vocabulary": vocab, "token": vocab + 4} {
		for _, v := range []uint32{1 << 12, 1 << 31, 0xFFFFFFFF} {
			data := tinyParakeet(nil)
			binary.LittleEndian.PutUint32(data[at:], v)
			if err := check(data); err == nil {
				t.Errorf("%s of %d: accepted", name, v)
			}
		}
	}
	good := tinyParakeet(nil)
	for n := 0; n < len(good); n += 1 + n/50 {
		if err := check(good[:n]); err == nil {
			t.Errorf("cut at %d: accepted", n)
		}
	}
}

// What checkModel accepts must not bring libparakeet down: uncommon models, and
// a good one with each byte before its weights changed. An abort would take the
// test's process along, so this one is run again.
func TestParakeetHoldsWhatIsAccepted(t *testing.T) {
	const flag = "EARSHOT_TEST_PARAKEET"
	if os.Getenv(flag) == "" {
		testEngine(t)
		cmd := exec.Command(os.Args[0], "-test.run=^TestParakeetHoldsWhatIsAccepted$", "-test.v")
		cmd.Env = append(os.Environ(), flag+"=1")
		out, err := cmd.CombinedOutput()
		if err != nil || !bytes.Contains(out, []byte("--- PASS")) {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	e := testEngine(t)
	samples := make([]float32, 2*app.SampleRate)
	for i := range samples {
		samples[i] = rand.Float32() - 0.5
	}
	run := func(name string, data []byte) {
		fmt.Println(name) // the last one is the culprit
		path := filepath.Join(t.TempDir(), "parakeet.bin")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		result, segments := recognize(t, e, samples, app.RecognizeOptions{Model: path, Device: "cpu", Threads: 1})
		checkSegments(t, name, segments, result.Duration)
	}
	for name, change := range parakeetShapes {
		run(name, tinyParakeet(change))
	}
	good := tinyParakeet(nil)
	broken := bytes.Clone(good)
	bias := []byte("joint.joint_net.2.bias")
	binary.LittleEndian.PutUint32(broken[bytes.Index(broken, bias)+len(bias):], math.Float32bits(float32(math.NaN())))
	run("logits that are no numbers", broken)
	weights := bytes.Index(good, []byte("decoder.prediction.dec_rnn.lstm.bias_h_l0")) // the first by name
	accepted := 0
	for at := range weights {
		for _, flip := range []byte{1, 0x80, 0xFF} {
			data := bytes.Clone(good)
			data[at] ^= flip
			if check(data) == nil && (at < 64 || at > 64+16*33*4 || at%97 == 0) {
				accepted++
				run(fmt.Sprintf("byte %d ^ %#x", at, flip), data)
			}
		}
	}
	if accepted < 100 {
		t.Errorf("only %d changed files were accepted and tried", accepted)
	}
}
