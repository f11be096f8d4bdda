package engine

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"earshot/app"
)

// scripted is a decoder that says what a test wants: broken hardware and a
// model that has lost the thread cannot be had at will.
type scripted struct {
	mu    sync.Mutex
	says  func(call int, opt decodeOptions) ([]string, error)
	calls []decodeOptions
}

func (s *scripted) newState() (nativeState, error) { return s, nil }
func (s *scripted) free()                          {}

func (s *scripted) detect(_ []float32, among []string, _ int) (string, float64, error) {
	if len(among) > 0 {
		return among[len(among)-1], 1, nil
	}
	return "en", 1, nil
}

func (s *scripted) decode(_ context.Context, _ []float32, opt decodeOptions, report func(found)) error {
	s.mu.Lock()
	call := len(s.calls)
	s.calls = append(s.calls, opt)
	s.mu.Unlock()
	texts, err := s.says(call, opt)
	for i, text := range texts {
		raw := rawSegment{start: float64(i), end: float64(i + 1)}
		for _, word := range strings.Fields(text) {
			raw.tokens = append(raw.tokens, rawToken{text: " " + word, p: 0.9})
		}
		report(found{segments: []rawSegment{raw}})
	}
	return err
}

// scriptedRun runs a recognition of two minutes of noise, cut into fixed
// windows, on a scripted decoder.
func scriptedRun(t *testing.T, e *Engine, gpu int, opt app.RecognizeOptions, says func(int, decodeOptions) ([]string, error)) (r *recognition, s *scripted, segments []app.Segment, omissions []app.Omission, err error) {
	t.Helper()
	s = &scripted{says: says}
	r = &recognition{
		engine: e, opt: opt, spoken: map[string]float64{}, among: app.ParseLanguages(opt.Language),
		model: &model{native: s, device: nativeDevice{backend: "Vulkan", name: "Radeon", index: gpu}},
	}
	r.on = func(p app.Progress) {
		segments, omissions = append(segments, p.Segments...), append(omissions, p.Omissions...)
	}
	r.result.Device = r.model.device.label()
	samples := make([]float32, 120*app.SampleRate)
	for i := range samples {
		samples[i] = float32(i%7) / 100
	}
	if _, err := r.cutter(&memory{samples: samples}); err != nil {
		t.Fatal(err)
	}
	err = r.run(t.Context())
	return r, s, segments, omissions, err
}

const thanks = "Thank you very much. Thank you very much. Thank you very much."

func TestLoopIsDecodedAgain(t *testing.T) {
	_, s, segments, omissions, err := scriptedRun(t, New(Options{}), 0, app.RecognizeOptions{Language: "en"}, func(_ int, opt decodeOptions) ([]string, error) {
		if opt.temperature < loopTemperature {
			return []string{thanks}, nil
		}
		return []string{"Thank you."}, nil
	})
	if err != nil || len(omissions) > 0 || len(segments) == 0 || len(s.calls) != 2*len(segments) {
		t.Fatalf("got %d segments of %d decodes, %d omissions, %v", len(segments), len(s.calls), len(omissions), err)
	}
	if segments[0].Text != "Thank you." {
		t.Errorf("got %q", segments[0].Text)
	}
}

func TestLoopIsCollapsed(t *testing.T) {
	_, _, segments, omissions, err := scriptedRun(t, New(Options{}), 0, app.RecognizeOptions{Language: "en", Offset: 100}, func(int, decodeOptions) ([]string, error) {
		return []string{thanks}, nil
	})
	if err != nil || len(segments) == 0 || len(omissions) != len(segments) {
		t.Fatalf("got %d segments and %d omissions, %v", len(segments), len(omissions), err)
	}
	if s, o := segments[0], omissions[0]; s.Text != "Thank you very much." || o.Reason != app.ReasonRepeated || o.Segment.Start < s.End || s.Start < 100 {
		t.Errorf("got %+v and left out %+v", s, o)
	}
}

func TestDoubtfulSpeechIsLeftOut(t *testing.T) {
	_, _, segments, omissions, err := scriptedRun(t, New(Options{}), 0, app.RecognizeOptions{Language: "en"}, func(_ int, opt decodeOptions) ([]string, error) {
		if opt.noSpeech < 1 {
			return nil, nil
		}
		return []string{"Subscribe to my channel."}, nil
	})
	if err != nil || len(segments) > 0 || len(omissions) == 0 || omissions[0].Reason != app.ReasonNoSpeech {
		t.Errorf("got %d segments, omissions %+v, %v", len(segments), omissions, err)
	}
}

// A person who says that somebody speaks is believed.
func TestBelievedSpeechIsKept(t *testing.T) {
	opt := app.RecognizeOptions{Language: "en", Believe: true, VAD: "no such file"}
	r, s, segments, omissions, err := scriptedRun(t, New(Options{}), 0, opt, func(_ int, opt decodeOptions) ([]string, error) {
		if opt.noSpeech < 1 {
			return nil, nil
		}
		return []string{"I am here."}, nil
	})
	if err != nil || len(segments) == 0 || len(omissions) > 0 || len(s.calls) != len(segments) {
		t.Errorf("got %d segments of %d decodes, %d omissions, %v", len(segments), len(s.calls), len(omissions), err)
	}
	if len(r.result.Warnings) > 0 {
		t.Errorf("got warnings %q", r.result.Warnings)
	}
}

func TestEveryWindowIsAskedForItsLanguage(t *testing.T) {
	r, s, _, _, err := scriptedRun(t, New(Options{}), 0, app.RecognizeOptions{Language: "en,de"}, func(int, decodeOptions) ([]string, error) {
		return []string{"Ja."}, nil
	})
	if err != nil || r.result.Language != "de" {
		t.Errorf("got language %q, %v", r.result.Language, err)
	}
	for _, opt := range s.calls {
		if opt.language != "de" {
			t.Errorf("a window was decoded in %q", opt.language)
		}
	}
}

// A GPU that fails in mid-job is replaced by the CPU, from the window on that
// it failed at, and the result says so.
func TestCPUTakesOver(t *testing.T) {
	e := testEngine(t)
	opt := fixtureOptions(t)
	opt.Language, opt.VAD = "en", ""
	r, s, segments, _, err := scriptedRun(t, e, 0, opt, func(call int, _ decodeOptions) ([]string, error) {
		if call == 2 {
			return nil, errors.New("device lost")
		}
		return []string{"From the card."}, nil
	})
	if err != nil || len(s.calls) != 3 || len(segments) < 2 {
		t.Fatalf("got %d segments after %d decodes, %v", len(segments), len(s.calls), err)
	}
	if d := r.result.Device; !strings.HasPrefix(d, "Radeon · Vulkan, then ") || !strings.HasSuffix(d, "CPU") {
		t.Errorf("got device %q", d)
	}
	if w := r.result.Warnings; !slices.ContainsFunc(w, func(w string) bool { return strings.Contains(w, "device lost") && strings.Contains(w, "did the rest") }) {
		t.Errorf("got warnings %q", w)
	}
	if failure := r.failure(); failure == nil || failure.Error() != "device lost" {
		t.Errorf("got failure %v", failure)
	}
	if got, want := r.progress.Position, 120.0; got != want {
		t.Errorf("got as far as %v, want %v", got, want)
	}
}

func TestTranslationIsRefused(t *testing.T) {
	e := testEngine(t)
	opt := fixtureOptions(t)
	opt.Model, opt.Translate = fixture(t, "models/for-tests-ggml-parakeet-tdt.bin"), true
	_, err := e.Recognize(t.Context(), &memory{}, opt, func(app.Progress) {})
	var bad *app.ModelError
	if !errors.As(err, &bad) || !strings.Contains(err.Error(), "translate") {
		t.Errorf("got %v", err)
	}
}

// An idle model leaves the memory, and comes back.
func TestIdleModelLeaves(t *testing.T) {
	e := testEngine(t)
	opt := fixtureOptions(t)
	opt.Keep, opt.Language = 50*time.Millisecond, "en"
	for range 2 {
		if result, segments := recognize(t, e, clip(t, "en-espeak00.wav"), opt); result.Load <= 0 || len(segments) == 0 {
			t.Errorf("got %d segments, loaded in %v s", len(segments), result.Load)
		}
		for deadline := time.Now().Add(10 * time.Second); inMemory(e); time.Sleep(10 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("the model stays in memory")
			}
		}
	}
	opt.Keep = -1
	recognize(t, e, clip(t, "en-espeak00.wav"), opt)
	if result, _ := recognize(t, e, clip(t, "en-espeak00.wav"), opt); result.Load != 0 || !inMemory(e) {
		t.Errorf("got load time %v of a model that stays", result.Load)
	}
}

func inMemory(e *Engine) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.last != nil
}

// What is decoded once is encoded once: the library would go over less than a
// second of sound again from each of its timestamps on.
func TestBriefSoundIsHeardOnce(t *testing.T) {
	d := fixtureDecoder(t, true)
	r := &recognition{model: d.model, short: true}
	for _, c := range manifest(t) {
		if len(c.Segments) == 0 || c.Language == "-" {
			continue
		}
		at := int(c.Segments[0].Start * app.SampleRate)
		samples := padded(clip(t, c.File)[max(0, at-padBefore) : at+2*app.SampleRate/5])
		r.language = c.Language
		opt := r.decoding(len(samples))
		opt.once, opt.temperatureStep = true, 0
		begun, found := countPasses(t, d.state, samples, opt)
		if begun != 1 || found == 0 {
			t.Errorf("%s: %d segments in %d passes", c.File, found, begun)
		}
	}
}

// countPasses decodes and counts the passes over the sound and the segments.
func countPasses(t *testing.T, s nativeState, samples []float32, opt decodeOptions) (passes, segments int) {
	t.Helper()
	err := s.decode(t.Context(), samples, opt, func(f found) {
		segments += len(f.segments)
		if len(f.segments) == 0 {
			passes++ // where each begins; and the end
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return passes - 1, segments
}

// A model that took over on the CPU leaves the memory as any other does.
func TestTakenOverModelIsUnloaded(t *testing.T) {
	e := New(Options{})
	native := &scripted{}
	e.last = &model{native: native, device: nativeDevice{index: -1}, refs: 1}
	e.last.retain()
	r := &recognition{engine: e, cpu: e.last, opt: app.RecognizeOptions{Keep: time.Millisecond}}
	r.dropCPU()
	for range 1000 {
		e.mu.Lock()
		left := e.last == nil
		e.mu.Unlock()
		if left {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Error("it is still in memory")
}
