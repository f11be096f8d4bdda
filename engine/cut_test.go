package engine

import (
	"slices"
	"strings"
	"testing"

	"earshot/app"
)

// An utterance is cut where nobody speaks or a sentence ends, not where the times
// of words only say so.
func TestBestGap(t *testing.T) {
	words := hypothesis(0, "one two three four five six seven eight nine ten") // to 3.45 s
	for i := 4; i < len(words); i++ {                                          // a hole of 0.35 s
		words[i].Start, words[i].End = words[i].Start+0.3, words[i].End+0.3
	}
	of := func(from, to int, end string) app.Segment {
		s := ofWords(app.Segment{}, words[from:to], false)
		s.Text += end
		return s
	}
	plain := []app.Segment{of(0, 10, "")}
	chinese := []app.Segment{of(0, 6, "。"), of(6, 10, "")}
	sentences := []app.Segment{of(0, 6, "."), of(6, 10, "")}
	tests := []struct {
		name     string
		segments []app.Segment
		certain  int
		pauses   []span
		n        int
		good     bool
	}{
		{"a hole in the times of words", plain, 8, nil, 4, false},
		{"a pause", plain, 8, []span{{pauseAt(2.32), pauseAt(2.5)}}, 6, true},
		{"a pause among words that are not certain", plain, 5, []span{{pauseAt(2.32), pauseAt(2.5)}}, 4, false},
		{"a breath", plain, 8, []span{{pauseAt(2.36), pauseAt(2.46)}}, 6, false},
		{"the end of a sentence", sentences, 8, nil, 6, true},
		{"the end of a Chinese sentence", chinese, 8, nil, 6, true},
		{"a sentence and a short pause", sentences, 8, []span{{pauseAt(1.3), pauseAt(1.7)}}, 6, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := stream{recognition: &recognition{}, turn: turn{pauses: test.pauses}}
			g, quality := bestGap(test.segments, test.certain, 0, 5, s.silence)
			if g.n != test.n || quality >= goodPause != test.good {
				t.Errorf("got %+v of %.2f, want it after %d words, good: %v", g, quality, test.n, test.good)
			}
		})
	}
}

func pauseAt(seconds float64) int { return int(seconds * app.SampleRate) }

func TestTurnNotesPauses(t *testing.T) {
	turn := turn{}
	for _, p := range []float32{0, .9, .9, .1, .1, .1, .6, .1, .9, .9, .1} {
		turn.push(p)
	}
	for _, test := range []struct{ from, to, want int }{
		{0, 20, 3}, // in frames
		{4, 20, 2},
		{7, 20, 1},
		{8, 20, 0},
	} {
		if got := turn.silence(test.from*vadFrame, test.to*vadFrame); got != test.want*vadFrame {
			t.Errorf("from frame %d to %d: got %.1f frames of silence, want %d", test.from, test.to, float64(got)/vadFrame, test.want)
		}
	}
	turn.forget(6 * vadFrame)
	if got := turn.silence(0, 20*vadFrame); got != vadFrame {
		t.Errorf("after forgetting: got %d samples of silence, want %d", got, vadFrame)
	}
}

// Where words follow each other without a pause, the place is the last end of a
// word that is certain; where none is certain or the words leave no place, there
// is none, which is not the same.
func TestBestGapWithoutAPause(t *testing.T) {
	words := hypothesis(0, "one two three four five six seven eight nine ten")
	for i := range words {
		words[i].End = words[i].Start + 0.35
	}
	silence := func(float64, float64) float64 { return 0 }
	segments := []app.Segment{ofWords(app.Segment{}, words, false)}
	if g, quality := bestGap(segments, 6, 0, 5, silence); g.n != 6 || quality < 0 {
		t.Errorf("got %+v of %g, want it after 6 words", g, quality)
	}
	if g, quality := bestGap(segments, 0, 0, 5, silence); quality >= 0 {
		t.Errorf("got %+v of %g, want none", g, quality)
	}
}

// However the frames of speech and the pieces of sound lie to each other, an
// utterance that leaves no good place to cut it is cut inside what was judged.
func TestStreamCutsWhatWasJudged(t *testing.T) {
	samples := numbered(36)
	for shift := range 32 {
		at := 1 + float64(shift)*vadFrame/app.SampleRate
		d := &scripted{says: func(int, decodeOptions) ([]string, error) {
			return strings.Split("a b,c d,e f,g h,i j,k l,m n,o p,q r,s t,u v,w x,y z,aa bb,cc.", ","), nil // a second each
		}}
		s := newScripted(d, &memory{samples: samples}, &script{speech: []span{seconds(at, 35)}})
		s.probabilities = askAboutSound(s.probabilities)
		words := 0
		s.tell = func(h app.Heard) { words += len(wordsOf(h.Segments)) }
		if err := s.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if want := 2*29 + 2*int(35-at-30); words < want || words > 3*29 {
			t.Errorf("speech from %.3f s on: got %d words, want about %d", at, words, want)
		}
	}
}

// Silence within an utterance that does not end, as where a live connection is
// told to wait, is not decoded over and over.
func TestStreamInALongPause(t *testing.T) {
	d := &scripted{says: func(int, decodeOptions) ([]string, error) { return []string{"We go home."}, nil }}
	s := newScripted(d, speaking(numbered(120)), &script{speech: []span{seconds(1, 3), seconds(110, 112)}})
	s.turn.pause = 1000 * app.SampleRate
	var segments []app.Segment
	s.tell = func(h app.Heard) { segments = append(segments, h.Segments...) }
	if err := s.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(d.calls) > 20 {
		t.Errorf("got %d decodes of four seconds of speech", len(d.calls))
	}
	if n := len(segments); n < 2 || segments[0].Start > 3.5 || segments[n-1].End < 107 {
		t.Errorf("got %d: %+v, %+v", n, segments[0], segments[n-1])
	}
}

// What was left out is reported once: at a cut, what is before it, for the rest is
// heard again; and not where a word is certain.
func TestCutReportsOmissionsOnce(t *testing.T) {
	said := hypothesis(0, "no no no no no no no that is wrong and I will not do it") // a third of a second each
	omission := func(from, to int) app.Omission {
		return app.Omission{Reason: app.ReasonRepeated, Segment: ofWords(app.Segment{}, slices.Clone(said[from:to]), false)}
	}
	s := stream{recognition: &recognition{}, judged: 6 * app.SampleRate, in: intake{buf: make([]float32, 6*app.SampleRate)}}
	s.live.agreed.confirmed = append(slices.Clone(said[:1]), said[7:12]...)
	s.live.last = heard{
		segments:  []app.Segment{ofWords(app.Segment{}, append(slices.Clone(said[:1]), said[7:]...), false)},
		omissions: []app.Omission{omission(1, 7), omission(7, 8), omission(13, 15)},
	}
	s.cut(s.settled(), gap{n: 3, lo: said[8].End, hi: said[9].Start})
	if got := textOf(s.report.Segments); got != "no that is" {
		t.Errorf("got %q", got)
	}
	if got := s.report.Omissions; len(got) != 1 || got[0].Segment.Text != "no no no no no no" {
		t.Errorf("left out: got %+v, want what was collapsed", got)
	}
}
