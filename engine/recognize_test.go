package engine

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"earshot/app"
)

// At whisper-cli's flags the shim must give whisper-cli's text, to the letter.
func TestSameTextAsWhisperCLI(t *testing.T) {
	e := testEngine(t)
	opt := fixtureOptions(t)
	m, _, why, err := e.prepare(app.RecognizeOptions{Model: opt.Model, Device: "cpu"})
	if err != nil || why != "" {
		t.Fatalf("got %q, %v", why, err)
	}
	defer m.release()
	s, err := m.borrow(false)
	if err != nil {
		t.Fatal(err)
	}
	defer m.giveBack(s, false)
	for _, r := range references(t) {
		var text strings.Builder
		err := s.decode(context.Background(), clip(t, r.file),
			decodeOptions{language: r.language, bestOf: 1, entropy: 2.4, logprob: -1, noSpeech: 0.6, temperatureStep: 0.2},
			func(f found) {
				for _, segment := range f.segments {
					for _, token := range segment.tokens {
						text.WriteString(token.text)
					}
				}
			})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.TrimSpace(text.String()); got != r.cli {
			t.Errorf("%s:\n got %q\nwant %q", r.file, got, r.cli)
		}
	}
}

// The whole path, with voice activity detection, must not make more mistakes
// than whisper-cli, and its times must be those of the speech.
func TestTextAndTimes(t *testing.T) {
	e := testEngine(t)
	q := measure(t, e)
	if q.errors > q.theirs {
		t.Errorf("got %d word errors in %d words, whisper-cli makes %d", q.errors, q.words, q.theirs)
	}
	if len(q.sentence) < 20 || mean(q.sentence) > 0.12 {
		t.Errorf("sentence times are off by %.3f s on average over %d, want at most 0.12 over 20 or more", mean(q.sentence), len(q.sentence))
	}
	if len(q.word) < 200 || mean(q.word) > 0.12 {
		t.Errorf("word times are off by %.3f s on average over %d, want at most 0.12 over 200 or more", mean(q.word), len(q.word))
	}
}

// quality is how good text and times of the clips with a reference are.
type quality struct {
	words, errors, theirs int       // theirs are whisper-cli's errors
	sentence, word        []float64 // how far off each time is, in seconds
	audio                 float64   // seconds
}

// measure recognizes all clips that have a reference.
func measure(t testing.TB, e *Engine) quality {
	t.Helper()
	opt := fixtureOptions(t)
	clips := map[string]said{}
	for _, c := range manifest(t) {
		clips[c.File] = c
	}
	var q quality
	for _, r := range references(t) {
		samples := clip(t, r.file)
		opt.Language = r.language
		result, segments := recognize(t, e, samples, opt)
		checkSegments(t, r.file, segments, result.Duration)
		if want := float64(len(samples)) / app.SampleRate; math.Abs(result.Duration-want) > 1e-6 {
			t.Errorf("%s: got duration %v, want %v", r.file, result.Duration, want)
		}
		q.audio += result.Duration
		q.errors += wordErrors(textOf(segments), r.text)
		q.theirs += wordErrors(r.cli, r.text)
		q.words += len(spoken(r.text))
		s, w := timeErrors(segments, clips[r.file])
		q.sentence, q.word = append(q.sentence, s...), append(q.word, w...)
	}
	return q
}

// timeErrors compares times where the text is right.
func timeErrors(got []app.Segment, want said) (sentences, words []float64) {
	for _, w := range want.Segments {
		i := slices.IndexFunc(got, func(s app.Segment) bool { return wordErrors(s.Text, w.Text) == 0 && math.Abs(s.Start-w.Start) < 2 })
		if i < 0 {
			continue
		}
		sentences = append(sentences, math.Abs(got[i].Start-w.Start), math.Abs(got[i].End-w.End))
		if len(got[i].Words) != len(w.Words) {
			continue
		}
		for j, word := range got[i].Words {
			words = append(words, math.Abs(word.Start-w.Words[j][1].(float64)), math.Abs(word.End-w.Words[j][2].(float64)))
		}
	}
	return sentences, words
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

// sameSegments names the first segment that differs.
func sameSegments(t *testing.T, got, want []app.Segment) {
	t.Helper()
	for i := range min(len(got), len(want)) {
		if !reflect.DeepEqual(got[i], want[i]) {
			t.Fatalf("segment %d:\n got %+v\nwant %+v", i, got[i], want[i])
		}
	}
	if len(got) != len(want) {
		t.Fatalf("got %d segments, want %d", len(got), len(want))
	}
}

// checkSegments checks what every result promises.
func checkSegments(t testing.TB, name string, segments []app.Segment, duration float64) {
	t.Helper()
	end := 0.0
	for _, s := range segments {
		if s.Start < end || s.End < s.Start || s.End > duration+1e-9 {
			t.Errorf("%s: segment %.3f–%.3f begins before %.3f or ends after %.3f", name, s.Start, s.End, end, duration)
		}
		end = s.End
		if s.Text == "" || s.Text != strings.TrimSpace(s.Text) || len(s.Words) == 0 {
			t.Errorf("%s: segment at %.3f has text %q and %d words", name, s.Start, s.Text, len(s.Words))
		}
		if !(s.Confidence > 0 && s.Confidence <= 1) {
			t.Errorf("%s: segment at %.3f has confidence %v", name, s.Start, s.Confidence)
		}
		if joined := checkWords(t, name, s); joined != strings.ReplaceAll(s.Text, " ", "") {
			t.Errorf("%s: words make %q, text is %q", name, joined, s.Text)
		}
	}
}

// checkWords returns the words' text.
func checkWords(t testing.TB, name string, s app.Segment) (joined string) {
	t.Helper()
	at := s.Start
	for _, w := range s.Words {
		if w.Start < at || w.End < w.Start || w.End > s.End {
			t.Errorf("%s: word %q at %.3f–%.3f, after %.3f, in a segment until %.3f", name, w.Text, w.Start, w.End, at, s.End)
		}
		if !(w.Confidence > 0 && w.Confidence <= 1) {
			t.Errorf("%s: word %q has confidence %v", name, w.Text, w.Confidence)
		}
		at = w.End
		joined += w.Text
	}
	return joined
}

func TestLanguageIsDetected(t *testing.T) {
	e := testEngine(t)
	for file, want := range map[string]string{"en-espeak00.wav": "en", "de02.wav": "de", "es03.wav": "es", "fr02.wav": "fr"} {
		opt := fixtureOptions(t)
		opt.Language = "auto"
		if result, _ := recognize(t, e, clip(t, file), opt); result.Language != want {
			t.Errorf("%s: got language %q, want %q", file, result.Language, want)
		}
	}
}

func TestNoTextWithoutSpeech(t *testing.T) {
	e := testEngine(t)
	files, _ := filepath.Glob(filepath.Join(shared, "audio/synth/nonspeech-*.wav"))
	if len(files) == 0 {
		t.Skip("the shared fixtures are not here")
	}
	for _, file := range files {
		result, segments := recognize(t, e, clip(t, filepath.Base(file)), fixtureOptions(t))
		if len(segments) > 0 {
			t.Errorf("%s: invented %q", filepath.Base(file), textOf(segments))
		}
		if result.Duration == 0 || result.Language != "" {
			t.Errorf("%s: got duration %v and language %q", filepath.Base(file), result.Duration, result.Language)
		}
	}
}

func TestLongSilenceInside(t *testing.T) {
	e := testEngine(t)
	_, segments := recognize(t, e, clip(t, "long-gap35.wav"), fixtureOptions(t))
	if len(segments) < 3 {
		t.Fatalf("got %d segments", len(segments))
	}
	for _, s := range segments {
		if s.End > 7 && s.Start < 39 {
			t.Errorf("got %q at %.2f–%.2f, in the silence", s.Text, s.Start, s.End)
		}
	}
}

// Five minutes make a dozen windows: whether they are decoded one after the
// other or side by side, now or again, the result is the same, and a run that
// is taken up at a reported position goes on with the same text.
func TestManyWindows(t *testing.T) {
	e := testEngine(t)
	opt := fixtureOptions(t)
	samples := clip(t, "long-five-minutes.wav")
	var positions []float64
	var segments []app.Segment
	reached := 0.0
	result, err := e.Recognize(context.Background(), &memory{samples: samples}, opt, func(p app.Progress) {
		if p.Loading {
			return
		}
		segments = append(segments, p.Segments...)
		if p.Reached < reached || p.Reached < p.Position {
			t.Errorf("reached %v after %v, at position %v", p.Reached, reached, p.Position)
		}
		reached = p.Reached
		if n := len(positions); n == 0 || positions[n-1] != p.Position {
			positions = append(positions, p.Position)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	checkSegments(t, "five minutes", segments, result.Duration)
	if len(positions) < 8 || !slices.IsSorted(positions) || positions[len(positions)-1] != result.Duration {
		t.Errorf("got positions %v, want many, rising, the last %v", positions, result.Duration)
	}

	opt.Threads = 2
	_, again := recognize(t, e, samples, opt)
	sameSegments(t, again, segments)

	half := positions[len(positions)/2]
	opt.Offset = half
	rest, tail := recognize(t, e, samples[int(math.Round(half*app.SampleRate)):], opt)
	var want []app.Segment
	for _, s := range segments {
		if s.Start >= half {
			want = append(want, s)
		}
	}
	if math.Abs(rest.Duration-result.Duration) > 1e-6 {
		t.Errorf("resumed: got duration %v, want %v", rest.Duration, result.Duration)
	}
	checkSegments(t, "resumed", tail, rest.Duration)
	if wordErrors(textOf(tail), textOf(want)) > len(spoken(textOf(want)))/10 {
		t.Errorf("resumed at %.2f:\n got %q\nwant %q", half, textOf(tail), textOf(want))
	}
}

func TestCancel(t *testing.T) {
	e := testEngine(t)
	before := runtime.NumGoroutine()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var segments []app.Segment
	after := 0
	_, err := e.Recognize(ctx, &memory{samples: clip(t, "long-five-minutes.wav")}, fixtureOptions(t), func(p app.Progress) {
		if ctx.Err() != nil {
			after += len(p.Segments)
		}
		segments = append(segments, p.Segments...)
		if len(segments) > 0 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	if len(segments) == 0 || len(segments) > 30 {
		t.Errorf("got %d segments, want those of the first windows", len(segments))
	}
	// The decoder notices after one pass of the network.
	for deadline := time.Now().Add(20 * time.Second); runtime.NumGoroutine() > before; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("got %d goroutines, had %d", runtime.NumGoroutine(), before)
		}
	}
	// The engine goes on working.
	if _, again := recognize(t, e, clip(t, "fr02.wav"), fixtureOptions(t)); len(again) == 0 {
		t.Error("no text after a cancelled run")
	}
}

func TestAudioThatBreaksOff(t *testing.T) {
	e := testEngine(t)
	broken := errors.New("the wire is cut")
	var segments []app.Segment
	_, err := e.Recognize(context.Background(), &memory{samples: clip(t, "long-five-minutes.wav")[:60*app.SampleRate], err: broken},
		fixtureOptions(t), func(p app.Progress) { segments = append(segments, p.Segments...) })
	if !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
	if len(segments) == 0 {
		t.Error("nothing of what came before was reported")
	}
}

func TestWithoutVAD(t *testing.T) {
	e := testEngine(t)
	opt := fixtureOptions(t)
	opt.VAD = ""
	result, segments := recognize(t, e, clip(t, "long-five-minutes.wav")[:80*app.SampleRate], opt)
	checkSegments(t, "without VAD", segments, result.Duration)
	if len(result.Warnings) != 1 || !strings.Contains(result.Warnings[0], app.VADFile) {
		t.Errorf("got warnings %q, want one that names %s", result.Warnings, app.VADFile)
	}
	if len(segments) < 10 {
		t.Errorf("got %d segments: %q", len(segments), textOf(segments))
	}
	if _, silent := recognize(t, e, clip(t, "nonspeech-silence45.wav"), opt); len(silent) > 0 {
		t.Errorf("digital silence became %q", textOf(silent))
	}
}

func TestShortAndEmptyAudio(t *testing.T) {
	e := testEngine(t)
	for _, n := range []int{0, 1, 100, vadFrame, vadFrame + 1, 5000} {
		for _, vad := range []string{fixtureOptions(t).VAD, ""} {
			opt := fixtureOptions(t)
			opt.VAD = vad
			result, segments := recognize(t, e, clip(t, "en-espeak00.wav")[8000:8000+n], opt)
			checkSegments(t, "short", segments, result.Duration)
			if want := float64(n) / app.SampleRate; result.Duration != want {
				t.Errorf("%d samples: got duration %v, want %v", n, result.Duration, want)
			}
		}
	}
}

// A first window that is not full is no short recording when others follow.
func TestFirstWindowOfSeveralIsNotShort(t *testing.T) {
	e := testEngine(t)
	opt := fixtureOptions(t)
	opt.Language = "en"
	speech := clip(t, "long-five-minutes.wav")
	first, then := speech[:22*app.SampleRate+app.SampleRate/2], speech[60*app.SampleRate:75*app.SampleRate]
	quiet := make([]float32, 3*app.SampleRate)
	for _, c := range []struct {
		name    string
		samples []float32
		short   bool
	}{
		{"alone", first, true},
		{"of two", slices.Concat(first, quiet, then), false},
	} {
		vad, err := openVAD(opt.VAD)
		if err != nil {
			t.Fatal(err)
		}
		all := windowsOf(t, newSpeechWindower(&memory{samples: c.samples}, vad.probabilities))
		vad.free()
		if n := len(all[0].samples); audioContext(n) == 0 {
			t.Fatalf("%s: the first window of %d holds %d samples, too many for this test", c.name, len(all), n)
		}
		recognize(t, e, c.samples, opt)
		e.last.mu.Lock()
		if e.last.short != c.short {
			t.Errorf("%s: decoded in states for short recordings: %v", c.name, e.last.short)
		}
		e.last.mu.Unlock()
	}
}
