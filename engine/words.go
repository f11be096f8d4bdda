package engine

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"earshot/app"
)

// Raw results of the native decoders, times in seconds from the window's start.
type rawToken struct {
	text       string // bytes; may end in the middle of a character
	p          float64
	start, end float64 // only where the decoder reports tokens
}

type rawSegment struct {
	start, end float64
	tokens     []rawToken
}

// found is one report of a running decode: what is new, and how far it is. A
// decoder that knows when each token was said reports tokens, one that knows it
// of segments only reports those.
type found struct {
	segments []rawSegment
	tokens   []rawToken
	fraction float64 // of the window's samples, 0..1
}

// after is what was found in the rest of n samples, the first of which were
// heard before.
func (f found) after(first, n int) found {
	begin := float64(first) / app.SampleRate
	for i := range f.segments {
		f.segments[i].start += begin
		f.segments[i].end += begin
	}
	f.fraction = (float64(first) + f.fraction*float64(n-first)) / float64(n)
	return f
}

// transcribe turns what the decoder found in w into segments of the recording.
func (w *window) transcribe(f found, language string) []app.Segment {
	segments := w.sentences(f.tokens)
	for _, raw := range f.segments {
		if s, ok := w.segment(raw, language); ok {
			segments = append(segments, s)
		}
	}
	return segments
}

// Languages written without blanks between words: there each token that ends
// a character ends a word.
var unspaced = map[string]bool{"zh": true, "ja": true, "yue": true, "th": true, "lo": true, "my": true, "km": true, "bo": true}

// segment times the words of a segment. It returns false for a segment without
// text.
func (w *window) segment(raw rawSegment, language string) (app.Segment, bool) {
	words := joinTokens(raw.tokens, unspaced[language])
	if len(words) == 0 {
		return app.Segment{}, false
	}
	w.align(words, raw.start, raw.end)
	start := w.start(raw.start)
	return compose(raw.tokens, words, start, max(w.end(raw.end), start)), true
}

// compose makes a segment of tokens and their words.
func compose(tokens []rawToken, words []app.Word, start, end float64) app.Segment {
	var text strings.Builder
	for _, t := range tokens {
		text.WriteString(t.text)
	}
	s := app.Segment{
		Start: start, End: end, Words: words,
		Text: strings.Join(strings.Fields(strings.ToValidUTF8(text.String(), "\uFFFD")), " "),
	}
	for _, word := range words {
		s.Confidence += word.Confidence / float64(len(words))
	}
	return s
}

// joinTokens makes words of tokens. A word's confidence is the mean of its
// tokens' probabilities, its times are those of its first and last one.
// Punctuation belongs to the word before it and takes no time.
func joinTokens(tokens []rawToken, unspaced bool) []app.Word {
	var words []app.Word
	var text []byte
	var n int
	var cur app.Word
	flush := func() {
		trimmed := strings.TrimSpace(strings.ToValidUTF8(string(text), "\uFFFD"))
		text = text[:0]
		if trimmed == "" {
			n = 0
			return
		}
		if last := len(words) - 1; last >= 0 && !speaks(trimmed) {
			words[last].Text += trimmed
			n = 0
			return
		}
		cur.Text = trimmed
		cur.Confidence /= float64(n)
		words = append(words, cur)
		n = 0
	}
	for _, t := range tokens {
		if n > 0 && (strings.HasPrefix(t.text, " ") || unspaced && utf8.Valid(text)) {
			flush()
		}
		if n == 0 {
			cur = app.Word{Start: t.start, End: t.end}
		}
		if speaks(t.text) {
			cur.End = t.end
		}
		text = append(text, t.text...)
		cur.Confidence += t.p
		n++
	}
	flush()
	return words
}

// speaks reports whether s holds something that is pronounced.
func speaks(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsNumber(r) || r == utf8.RuneError || unicode.IsSymbol(r)
	}) >= 0
}
