package engine

import (
	"io"
	"math"
	"testing"

	"earshot/app"
)

// sparse is audio of clips with three minutes of near silence between them. It
// is made as it is read.
type sparse struct {
	clips [][]float32
	quiet int // samples until the next clip
}

const pause = 180 // seconds

func (s *sparse) Read(buf []float32) (int, error) {
	if s.quiet > 0 {
		n := min(len(buf), s.quiet)
		for i := range n {
			buf[i] = float32(i%7-3) / 50000 // -84 dBFS
		}
		s.quiet -= n
		return n, nil
	}
	if len(s.clips) == 0 {
		return 0, io.EOF
	}
	n := copy(buf, s.clips[0])
	if s.clips[0] = s.clips[0][n:]; len(s.clips[0]) == 0 {
		if s.clips = s.clips[1:]; len(s.clips) > 0 {
			s.quiet = pause * app.SampleRate
		}
	}
	return n, nil
}

func (*sparse) Warnings() []string { return nil }
func (*sparse) Close() error       { return nil }

// Times do not drift over silence: after an hour with gaps of three minutes the
// words of a clip begin where they begin at the start.
func TestWordTimesAfterAnHourOfGaps(t *testing.T) {
	e := testEngine(t)
	const most, drift = 0.3, 0.05 // seconds
	// Different ones, all word-perfect: one alone would be a loop, and collapsed.
	files := []string{
		"en-espeak00.wav", "en-newvoice03.wav", "en-espeak01.wav", "en-newvoice00.wav",
		"en-espeak04.wav", "en-espeak06.wav", "en-flite03.wav",
	}
	told := map[string]said{}
	for _, c := range manifest(t) {
		told[c.File] = c
	}
	var clips []said
	var begins []float64 // of each clip, seconds
	audio, at := &sparse{}, 0
	for i := 0; i%len(files) != 1 || at < 3600*app.SampleRate; i++ { // ends with the first clip
		file := files[i%len(files)]
		samples := clip(t, file)
		audio.clips, clips = append(audio.clips, samples), append(clips, told[file])
		begins = append(begins, float64(at)/app.SampleRate)
		at += len(samples) + pause*app.SampleRate
	}

	opt := fixtureOptions(t)
	opt.Language = "en"
	var segments []app.Segment
	result, err := e.Recognize(t.Context(), audio, opt, func(p app.Progress) { segments = append(segments, p.Segments...) })
	if err != nil {
		t.Fatal(err)
	}
	last := len(clips) - 1
	if begins[last] < 3600 || result.Duration < begins[last] {
		t.Fatalf("heard %v s, the last clip begins at %v s", result.Duration, begins[last])
	}
	for i, c := range clips {
		if off := startError(t, segments, c, begins[i]); off > most {
			t.Errorf("%s at %.0f s: words begin %.3f s off on average", c.File, begins[i], off)
		}
	}
	first, final := startError(t, segments, clips[0], 0), startError(t, segments, clips[last], begins[last])
	if final > first+drift {
		t.Errorf("words begin %.3f s off on average at the start, %.3f s after %.0f s", first, final, begins[last])
	}
	t.Logf("words begin %.3f s off on average at the start, %.3f s after %.0f s", first, final, begins[last])
}

// startError is how far off the starts of a clip's words are on average, where
// the clip begins at a second. All its words must have been heard.
func startError(t *testing.T, segments []app.Segment, c said, at float64) float64 {
	t.Helper()
	var heard []app.Word
	for _, s := range segments {
		if s.Start >= at-1 && s.Start < at+c.Duration+1 {
			heard = append(heard, s.Words...)
		}
	}
	sum, n := 0.0, 0
	for _, s := range c.Segments {
		for _, w := range s.Words {
			if n < len(heard) {
				sum += math.Abs(heard[n].Start - w[1].(float64) - at)
			}
			n++
		}
	}
	if len(heard) != n {
		t.Fatalf("%s at %.0f s: got %d words %v, want %d", c.File, at, len(heard), heard, n)
	}
	return sum / float64(n)
}
