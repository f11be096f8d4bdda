package engine

import (
	"slices"
	"testing"

	"earshot/app"
)

// asking streams audio and asks for what is certain to be closed wherever wanted
// says so of a report. It returns what was heard, and what was certain then.
func asking(t *testing.T, e *Engine, audio app.Audio, opt app.RecognizeOptions, wanted func(app.Heard) bool) (segments []app.Segment, asked [][]app.Word) {
	t.Helper()
	ask := make(chan struct{}, 1)
	opt.Close = ask
	var last []app.Word // that was certain and asked for
	_, segments, _ = streamed(t, e, audio, opt, func(h app.Heard) {
		if got := wordsOf(h.Segments); last != nil && (!slices.Equal(got, last) || len(h.Confirmed) > 0) {
			t.Errorf("at %.2f: got %q closed and %q certain, want %q closed", h.Read, textOfWords(got), textOfWords(h.Confirmed), textOfWords(last))
		}
		last = nil
		if !wanted(h) {
			return
		}
		ask <- struct{}{}
		asked = append(asked, h.Confirmed)
		if h.Speech {
			last = slices.Clone(h.Confirmed)
		}
	})
	return segments, asked
}

func certain(h app.Heard) bool { return h.Speech && len(h.Confirmed) > 0 }

// What is certain is closed when that is asked for. The words are those that are
// heard without it, but for what an engine that is busier hears differently.
func TestStreamClosesWhenAsked(t *testing.T) {
	e := testEngine(t)
	opt := fixtureOptions(t)
	asked, words, changed := 0, 0, 0
	for i, r := range references(t) {
		if i%6 != 0 {
			continue
		}
		opt.Language = r.language
		samples := clip(t, r.file)
		_, left, _ := streamed(t, e, speaking(samples), opt)
		segments, closed := asking(t, e, speaking(samples), opt, certain)
		if len(closed) > 0 && len(segments) <= len(left) {
			t.Errorf("%s: asked %d times, got %d segments, without asking %d", r.file, len(closed), len(segments), len(left))
		}
		asked, words = asked+len(closed), words+len(spoken(textOf(left)))
		changed += wordErrors(textOf(segments), textOf(left))
	}
	t.Logf("asked %d times: %d of %d words changed", asked, changed, words)
	if asked < 10 || changed > words/50 {
		t.Errorf("asked %d times: %d of %d words changed", asked, changed, words)
	}
}

// No word is lost or doubled where the beginning of an utterance that was asked
// for is closed because there is no pause.
func TestStreamClosesMonologueWhenAsked(t *testing.T) {
	e := testEngine(t)
	opt := fixtureOptions(t)
	opt.Language = "en"
	samples, want := monologue(t)
	_, batch := recognize(t, e, samples, opt)
	segments, asked := asking(t, e, speaking(samples), opt, certain)
	got, words := textOf(segments), len(spoken(want))
	if n := wordErrors(got, want); len(asked) < 10 || n > wordErrors(textOf(batch), want)+words/30 {
		t.Errorf("asked %d times: got %d errors in %d words:\n got %q\nwant %q", len(asked), n, words, got, want)
	}
}

// Where nothing is certain nothing happens, and in a pause the end of the
// utterance is waited for.
func TestStreamClosesNothingBeforeItsTime(t *testing.T) {
	e := testEngine(t)
	opt := fixtureOptions(t)
	opt.Language = "en"
	samples := clip(t, "en-espeak00.wav")
	_, left, _ := streamed(t, e, speaking(samples), opt)
	for name, wanted := range map[string]func(app.Heard) bool{
		"nothing is certain": func(h app.Heard) bool { return len(h.Confirmed) == 0 && len(h.Segments) == 0 },
		"a pause":            func(h app.Heard) bool { return !h.Speech && len(h.Confirmed) > 0 },
	} {
		segments, asked := asking(t, e, speaking(samples), opt, wanted)
		if len(asked) == 0 || len(segments) != len(left) {
			t.Errorf("%s: asked %d times, got %q, want %q", name, len(asked), joined(segments), joined(left))
		}
	}
}
