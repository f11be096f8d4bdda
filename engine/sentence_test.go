package engine

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"earshot/app"
)

// timed makes tokens that follow on each other, each of a second but for
// punctuation, which takes no time; "+" lets a second pass, "-" half of one.
func timed(texts ...string) []rawToken {
	var all []rawToken
	at := 0.0
	for _, s := range texts {
		switch s {
		case "+":
			at++
		case "-":
			at += 0.5
		default:
			length := 0.0
			if speaks(s) {
				length = 1
			}
			all = append(all, rawToken{text: s, p: 0.5, start: at, end: at + length})
			at += length
		}
	}
	return all
}

// quiet is a hundred seconds of nothing: sentences are made of times alone.
var quiet = make([]float32, 100*app.SampleRate)

func TestSentences(t *testing.T) {
	long := strings.Split(strings.Repeat(" la|", 40), "|")
	for _, c := range []struct {
		name   string
		tokens []rawToken
		want   string
	}{
		{"one", timed(" Hello", " world", "."), "Hello world."},
		{"sentence ends", timed(" Yes", ".", " No", "?", " Oh", "!", " Well"), "Yes.|No?|Oh!|Well"},
		{"closing quotes", timed(" “", "Yes", ".", "”", " He", " said", " (", "no", "!)", " Well"), "“Yes.”|He said (no!)|Well"},
		{"a number", timed(" It", " is", " 3", ".", "5", "."), "It is 3.5."},
		{"an abbreviation", timed(" about", " approx", ".", " five"), "about approx. five"},
		{"other alphabets", timed(" Да", ".", " Нет", "."), "Да.|Нет."},
		{"a pause", timed(" one", "+", " two"), "one|two"},
		{"a short pause", timed(" one", "-", " two"), "one two"},
		{"a pause inside a word", timed(" one", "+", "two"), "one|two"},
		{"punctuation after a pause", timed(" one", "+", ",", " two"), "one,|two"},
		{"too long", timed(long...), strings.TrimSpace(strings.Repeat("la ", 30)) + "|" + strings.TrimSpace(strings.Repeat("la ", 10))},
		{"blanks alone", timed(" ", "  "), ""},
		{"nothing", nil, ""},
	} {
		w := window{samples: quiet, pieces: []piece{{n: len(quiet)}}}
		segments := w.sentences(c.tokens)
		checkSegments(t, c.name, segments, 100)
		var texts []string
		for _, s := range segments {
			texts = append(texts, s.Text)
		}
		if got := strings.Join(texts, "|"); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestSentenceTimes(t *testing.T) {
	var w window
	w.add(0, make([]float32, 2*app.SampleRate))
	w.add(60*app.SampleRate, make([]float32, 2*app.SampleRate)) // a minute of silence was cut out
	segments := w.sentences([]rawToken{
		{text: " On", p: 0.5, start: 0.16, end: 0.48},
		{text: "ly", p: 0.7, start: 0.48, end: 0.64},
		{text: ",", p: 0.9, start: 0.96, end: 1.28},
		{text: " here", p: 0.9, start: 1.84, end: 2.16}, // stands over the cut
		{text: " there", p: 0.9, start: 2.16, end: 2.16},
		{text: ".", p: 0.9, start: 2.16, end: 2.48},
	})
	if len(segments) != 3 {
		t.Fatalf("got %+v", segments)
	}
	for i, want := range []app.Word{
		{Text: "Only,", Start: 0.16, End: 0.64, Confidence: 0.7},
		{Text: "here", Start: 1.84, End: 2.16, Confidence: 0.9},
		{Text: "there.", Start: 60.16, End: 60.24, Confidence: 0.9},
	} {
		got := segments[i].Words[0]
		if got.Text != want.Text || math.Abs(got.Start-want.Start) > 1e-6 || math.Abs(got.End-want.End) > 1e-6 || math.Abs(got.Confidence-want.Confidence) > 1e-6 {
			t.Errorf("got %+v, want %+v", got, want)
		}
		if segments[i].Start != got.Start || segments[i].End != got.End {
			t.Errorf("segment %d is at %.2f–%.2f, its word at %.2f–%.2f", i, segments[i].Start, segments[i].End, got.Start, got.End)
		}
	}
}

// Whatever the decoder says, sentences keep their promises.
func TestSentencesKeepTheirPromises(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	pieces := []string{" a", " Word", "s", ",", ".", "!", " 17", "\xc3", "\xa9", " ", "", " –", "»", "я"}
	for range 1000 {
		var w window
		for from := range 1 + random.IntN(3) {
			w.add(from*1000000+random.IntN(500000), quiet[:1+random.IntN(200000)])
		}
		var tokens []rawToken
		at := 0.0
		for range random.IntN(60) {
			at += random.Float64() * random.Float64()
			token := rawToken{text: pieces[random.IntN(len(pieces))], p: probability(random.NormFloat64()), start: at, end: at + random.Float64()*0.4}
			if random.IntN(20) == 0 {
				token.start = random.Float64()*50 - 5
				token.end = token.start + random.Float64()*10 - 2
			}
			tokens = append(tokens, token)
		}
		segments := w.sentences(tokens)
		checkSegments(t, "random", segments, w.limit())
		for _, s := range segments {
			if length := s.End - s.Start; length > maxSegment+0.1 {
				t.Fatalf("a segment takes %.2f s", length)
			}
		}
		if t.Failed() {
			t.Fatalf("tokens %+v, pieces %+v", tokens, w.pieces)
		}
	}
}

func TestPieceText(t *testing.T) {
	for piece, want := range map[string]string{
		"▁Hello": " Hello", "lo": "lo", "▁": " ", "▁a▁b": " a b", "": "", "<": "<", "<>": "<>",
		"<unk>": "", "</s>": "", "<|en|>": "", "▁<unk>": " <unk>",
	} {
		if got := pieceText(piece); got != want {
			t.Errorf("%q: got %q, want %q", piece, got, want)
		}
	}
}

func TestProbability(t *testing.T) {
	for _, p := range []float64{0, 0.3, 1, 7, -1, math.NaN(), math.Inf(1), math.Inf(-1)} {
		if got := probability(p); !(got > 0 && got <= 1) || p == 0.3 && got != p {
			t.Errorf("%v: got %v", p, got)
		}
	}
}
