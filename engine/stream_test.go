package engine

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"earshot/app"
)

// speaker is audio that comes step by step: each Read gives what came since the
// last one, as if decoding took no time.
type speaker struct {
	memory
	step int
}

func (s *speaker) Read(buf []float32) (int, error) { return s.memory.Read(buf[:min(s.step, len(buf))]) }

func speaking(samples []float32) *speaker {
	return &speaker{memory{samples: samples}, app.SampleRate / 5}
}

// streamed runs the engine over audio and checks what every report promises.
// Each goes to on too.
func streamed(t testing.TB, e *Engine, audio app.Audio, opt app.RecognizeOptions, on ...func(app.Heard)) (app.Recognized, []app.Segment, []app.Heard) {
	t.Helper()
	var segments []app.Segment
	var reports []app.Heard
	var last app.Heard
	var certain []app.Word // of the utterance that is open
	result, err := e.Stream(t.Context(), audio, opt, func(h app.Heard) {
		if h.Loading {
			return
		}
		words := slices.Concat(wordsOf(h.Segments), h.Confirmed)
		if len(words) < len(certain) || !slices.Equal(words[:len(certain)], certain) {
			t.Errorf("at %.2f: %q was certain, now it is %q", h.Read, textOfWords(certain), textOfWords(words))
		}
		if h.Position < last.Position || h.Read < last.Read || h.Position > h.Read {
			t.Errorf("at %.2f, position %.2f after %.2f, %.2f", h.Read, h.Position, last.Read, last.Position)
		}
		for _, s := range h.Segments {
			if s.Start < last.Position-0.5 || s.End > h.Position+0.5 {
				t.Errorf("%q at %.2f–%.2f was closed between %.2f and %.2f", s.Text, s.Start, s.End, last.Position, h.Position)
			}
		}
		certain = slices.Clone(h.Confirmed)
		segments = append(segments, h.Segments...)
		reports, last = append(reports, h), h
		for _, tell := range on {
			tell(h)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	checkSegments(t, "stream", segments, result.Duration)
	if len(certain) > 0 || last.Position != result.Duration || last.Read != result.Duration {
		t.Errorf("in the end %q is open, at position %v of %v", textOfWords(certain), last.Position, result.Duration)
	}
	return result, segments, reports
}

// What is streamed must be about as good as what is recognized as a whole, and
// be there while it is spoken.
func TestStreamHearsTheClips(t *testing.T) {
	e := testEngine(t)
	opt := fixtureOptions(t)
	errs, theirs, words, early := 0, 0, 0, 0
	for i, r := range references(t) {
		if i%4 != 0 { // a quarter of them says enough
			continue
		}
		opt.Language = r.language
		result, segments, reports := streamed(t, e, speaking(clip(t, r.file)), opt)
		if result.Language != r.language || result.Device == "" {
			t.Errorf("%s: got language %q, device %q", r.file, result.Language, result.Device)
		}
		errs += wordErrors(textOf(segments), r.text)
		theirs += wordErrors(r.cli, r.text)
		words += len(spoken(r.text))
		if slices.ContainsFunc(reports, func(h app.Heard) bool { return len(h.Confirmed) > 0 }) {
			early++
		}
	}
	t.Logf("%d word errors in %d words, whisper-cli %d", errs, words, theirs)
	if errs > theirs+words/50 {
		t.Errorf("got %d word errors in %d words, whisper-cli makes %d", errs, words, theirs)
	}
	if early < 6 {
		t.Errorf("only %d clips had certain words before their end", early)
	}
}

// monologue is speech whose pauses are too short to end it, and what is said.
func monologue(t *testing.T) (samples []float32, text string) {
	t.Helper()
	var said []string
	breath := make([]float32, 350*app.SampleRate/1000)
	for _, c := range manifest(t) {
		if c.Language != "en" || len(samples) > 36*app.SampleRate || !strings.HasPrefix(c.File, "en-espeak") {
			continue
		}
		all := clip(t, c.File)
		for _, s := range c.Segments {
			samples = append(samples, all[int(s.Start*app.SampleRate):int(s.End*app.SampleRate)]...)
			samples = append(samples, breath...)
			said = append(said, s.Text)
		}
	}
	if len(samples) < 35*app.SampleRate {
		t.Fatalf("only %d samples of speech", len(samples))
	}
	return samples, strings.Join(said, " ")
}

// Speech whose pauses are too short to end it is cut, and no word is lost or
// doubled at the cuts.
func TestStreamMonologue(t *testing.T) {
	e := testEngine(t)
	opt := fixtureOptions(t)
	opt.Language = "en"
	samples, want := monologue(t)
	_, batch := recognize(t, e, samples, opt)
	for name, audio := range map[string]app.Audio{"as it comes": speaking(samples), "all at once": &memory{samples: samples}} {
		_, segments, reports := streamed(t, e, audio, opt)
		got := textOf(segments)
		t.Logf("%s: %d errors, as a whole %d of %d\n%s", name, wordErrors(got, want), wordErrors(textOf(batch), want), len(spoken(want)), got)
		if n := wordErrors(got, want); n > wordErrors(textOf(batch), want)+len(spoken(want))/30 {
			t.Errorf("%s: got %d word errors:\n got %q\nwant %q", name, n, got, want)
		}
		for _, h := range reports {
			if h.Read-h.Position > float64(longest+readAhead)/app.SampleRate {
				t.Errorf("%s: at %.2f all from %.2f on is open", name, h.Read, h.Position)
			}
		}
	}
}

func TestStreamNoTextWithoutSpeech(t *testing.T) {
	e := testEngine(t)
	files, _ := filepath.Glob(filepath.Join(shared, "audio/synth/nonspeech-*.wav"))
	if len(files) == 0 {
		t.Skip("the shared fixtures are not here")
	}
	for _, file := range files {
		_, segments, reports := streamed(t, e, speaking(clip(t, filepath.Base(file))), fixtureOptions(t))
		if len(segments) > 0 {
			t.Errorf("%s: invented %q", filepath.Base(file), textOf(segments))
		}
		for _, h := range reports {
			if len(h.Confirmed) > 0 {
				t.Errorf("%s: was certain of %q", filepath.Base(file), textOfWords(h.Confirmed))
			}
		}
	}
}

// The first language that is certain stays.
func TestStreamLanguage(t *testing.T) {
	e := testEngine(t)
	opt := fixtureOptions(t)
	pause := make([]float32, app.SampleRate)
	samples := slices.Concat(clip(t, "de02.wav"), pause, clip(t, "en-espeak00.wav"))
	for _, c := range []struct{ asked, last, result string }{
		{"auto", "de", "de"}, {"en,de", "en", "de"}, {"de", "de", "de"},
	} {
		opt.Language = c.asked
		result, segments, reports := streamed(t, e, speaking(samples), opt)
		last := reports[len(reports)-1]
		if result.Language != c.result || last.Language != c.last || len(segments) == 0 {
			t.Errorf("%s: got language %q, in the end %q, %d segments", c.asked, result.Language, last.Language, len(segments))
		}
	}
}

func TestStreamOffset(t *testing.T) {
	e := testEngine(t)
	opt := fixtureOptions(t)
	opt.Language = "en"
	_, want, _ := streamed(t, e, &memory{samples: clip(t, "en-espeak05.wav")}, opt)
	opt.Offset = 100
	result, got, _ := streamed(t, e, &memory{samples: clip(t, "en-espeak05.wav")}, opt)
	if textOf(got) != textOf(want) || len(got) == 0 || got[0].Start < 100 || result.Duration < 100 {
		t.Errorf("got %+v", got)
	}
}

func TestStreamCancel(t *testing.T) {
	e := testEngine(t)
	ctx, cancel := context.WithCancel(t.Context())
	var when time.Time
	_, err := e.Stream(ctx, speaking(clip(t, "long-five-minutes.wav")), fixtureOptions(t), func(h app.Heard) {
		if len(h.Confirmed) > 1 && when.IsZero() {
			when = time.Now()
			time.AfterFunc(50*time.Millisecond, cancel) // in the middle of a decode
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	if took := time.Since(when); when.IsZero() || took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
}

func TestStreamThatBreaksOff(t *testing.T) {
	e := testEngine(t)
	broken := errors.New("the wire is cut")
	var segments []app.Segment
	_, err := e.Stream(t.Context(), &memory{samples: clip(t, "en-espeak05.wav"), err: broken}, fixtureOptions(t),
		func(h app.Heard) { segments = append(segments, h.Segments...) })
	if !errors.Is(err, broken) || len(segments) == 0 {
		t.Errorf("got %d segments, %v", len(segments), err)
	}
}

// scriptedStream streams samples, of which voice activity detection hears
// speech where it is told to, on a scripted decoder.
func scriptedStream(t *testing.T, samples []float32, vad *script, says func(int, decodeOptions) ([]string, error)) (*scripted, []app.Heard) {
	t.Helper()
	d := &scripted{says: says}
	var reports []app.Heard
	s := newScripted(d, speaking(samples), vad)
	s.tell = func(h app.Heard) { reports = append(reports, h) }
	if err := s.run(t.Context()); err != nil && !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	return d, reports
}

func newScripted(d *scripted, audio app.Audio, vad *script) *stream {
	return &stream{
		recognition: &recognition{
			engine: New(Options{}), opt: app.RecognizeOptions{Language: "en"}, spoken: map[string]float64{}, among: []string{"en"},
			model: &model{native: d, device: nativeDevice{index: -1}},
		},
		in:            intake{audio: audio},
		probabilities: vad.probabilities,
	}
}

// Without a voice activity model everything but silence is speech.
func TestStreamWithoutVAD(t *testing.T) {
	e := testEngine(t)
	opt := fixtureOptions(t)
	opt.VAD, opt.Language = "", "en"
	samples := slices.Concat(clip(t, "en-espeak00.wav"), make([]float32, 2*app.SampleRate), clip(t, "en-espeak04.wav"))
	result, segments, _ := streamed(t, e, speaking(samples), opt)
	if len(segments) != 2 || len(result.Warnings) != 1 || !strings.Contains(result.Warnings[0], app.VADFile) {
		t.Errorf("got %q, warnings %q", textOf(segments), result.Warnings)
	}
	if _, silent, _ := streamed(t, e, speaking(make([]float32, 3*app.SampleRate)), opt); len(silent) > 0 {
		t.Errorf("digital silence became %q", textOf(silent))
	}
}

// Parakeet, of random weights here, keeps the same promises.
func TestStreamParakeet(t *testing.T) {
	e := testEngine(t)
	opt := fixtureOptions(t)
	opt.Model = fixture(t, "models/for-tests-ggml-parakeet-tdt.bin")
	result, _, _ := streamed(t, e, speaking(clip(t, "en-espeak05.wav")), opt)
	if result.Language != "" {
		t.Errorf("got language %q of a model that does not tell", result.Language)
	}
}

func TestStreamOfNothing(t *testing.T) {
	e := testEngine(t)
	for _, n := range []int{0, 1, vadFrame, vadFrame + 1, 5000} {
		result, _, _ := streamed(t, e, &memory{samples: clip(t, "en-espeak00.wav")[8000 : 8000+n]}, fixtureOptions(t))
		if want := float64(n) / app.SampleRate; result.Duration != want {
			t.Errorf("%d samples: got duration %v, want %v", n, result.Duration, want)
		}
	}
}

// isFinal tells a decode that may be the last of an utterance from one that
// shows how it begins.
func isFinal(opt decodeOptions) bool { return opt.temperatureStep > 0 }

// What was decoded when silence began is the text as soon as the utterance has
// ended, without another decode.
func TestStreamDecodesInTheSilence(t *testing.T) {
	d, reports := scriptedStream(t, numbered(6), &script{speech: []span{seconds(1, 3)}}, func(int, decodeOptions) ([]string, error) {
		return []string{"We go home."}, nil
	})
	finals := 0
	for _, opt := range d.calls {
		if isFinal(opt) {
			finals++
		}
	}
	if finals != 1 || len(d.calls) < 4 {
		t.Errorf("got %d decodes, %d of them final", len(d.calls), finals)
	}
	i := slices.IndexFunc(reports, func(h app.Heard) bool { return len(h.Segments) > 0 })
	if i < 0 || reports[i].Read > 4 || joined(reports[i].Segments) != "We go home." {
		t.Errorf("got %+v", reports)
	}
}

// A decoder that says something else at last does not change what was certain,
// and one that has lost the thread is collapsed.
func TestStreamKeepsWhatWasCertain(t *testing.T) {
	for _, c := range []struct{ open, final, text, omitted string }{
		{"we all go home now", "They all go home now then.", "we all go home now then.", ""},
		{"we all go home now", "", "we all go home", "now"},
		{thanks, thanks, "Thank you very much.", thanks[21:]},
	} {
		_, reports := scriptedStream(t, numbered(8), &script{speech: []span{seconds(1, 5)}}, func(_ int, opt decodeOptions) ([]string, error) {
			if isFinal(opt) {
				return []string{c.final}, nil
			}
			return []string{c.open}, nil
		})
		var segments []app.Segment
		var omitted []string
		for _, h := range reports {
			segments = append(segments, h.Segments...)
			for _, o := range h.Omissions {
				omitted = append(omitted, o.Segment.Text)
			}
		}
		if got := textOf(segments); got != c.text || strings.Join(omitted, " ") != strings.TrimSpace(c.omitted) {
			t.Errorf("%q, then %q: got %q, left out %q", c.open, c.final, got, omitted)
		}
	}
}

// Where decoding takes long, what is open is decoded less often, and all that
// was said is heard.
func TestStreamOnASlowMachine(t *testing.T) {
	open, finals := 0, 0
	_, reports := scriptedStream(t, numbered(12), &script{speech: []span{seconds(1, 5), seconds(7, 11)}}, func(_ int, opt decodeOptions) ([]string, error) {
		time.Sleep(400 * time.Millisecond)
		if isFinal(opt) {
			finals++
		} else {
			open++
		}
		return []string{"We go home."}, nil
	})
	closed := 0
	for _, h := range reports {
		closed += len(h.Segments)
	}
	if open < 4 || open > 14 || finals != 2 || closed != 2 {
		t.Errorf("got %d texts of what was open, %d finals, %d segments", open, finals, closed)
	}
}
