package engine

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"earshot/app"
)

// Parakeet says when each token was said, but makes no segments. Ours end with
// a sentence or at a pause, so that they can be read and clicked on.
const (
	sentencePause = 0.8  // seconds of silence that end a segment
	maxSegment    = 30.0 // seconds that none is longer than
)

// sentences makes segments of timed tokens. They are in order, as are their
// words, and lie inside what w holds of the recording.
func (w *window) sentences(tokens []rawToken) []app.Segment {
	var segments []app.Segment
	parts := cutTokens(w.locate(tokens))
	for i, part := range parts {
		words := joinTokens(part, false)
		if len(words) == 0 {
			continue
		}
		next := w.limit()
		if i+1 < len(parts) {
			next = parts[i+1][0].start
		}
		lengthen(words, next)
		segments = append(segments, compose(part, words, words[0].Start, words[len(words)-1].End))
	}
	return segments
}

// lengthen gives words whose tokens take no time a frame, as far as the word
// after them, or what begins at next, leaves it.
func lengthen(words []app.Word, next float64) {
	const frame = 0.08
	for i := len(words) - 1; i >= 0; i-- {
		word := &words[i]
		word.End = max(word.End, min(word.Start+frame, next))
		next = word.Start
	}
}

// locate returns tokens with times in the recording, rising. A token that
// stands over a cut ends as long after its beginning as it takes to say.
func (w *window) locate(tokens []rawToken) []rawToken {
	located := make([]rawToken, len(tokens))
	at := 0.0
	for i, t := range tokens {
		start := max(at, w.start(t.start))
		length := max(0, t.end-t.start)
		t.start, t.end = start, max(start, min(w.end(t.end), start+length))
		located[i], at = t, t.end
	}
	return located
}

// cutTokens cuts tokens before the first word of a sentence, after a pause, and
// where a segment becomes too long. Punctuation stays with what it ends.
func cutTokens(tokens []rawToken) [][]rawToken {
	var parts [][]rawToken
	first := 0 // token of the part
	end := 0.0 // of the last token that was spoken
	for i, t := range tokens {
		begins := strings.HasPrefix(t.text, " ")
		if i > first && (begins || speaks(t.text)) {
			if t.start-end >= sentencePause || t.end-tokens[first].start > maxSegment ||
				begins && endsSentence(tokens[first:i]) && !lower(t.text) {
				parts = append(parts, tokens[first:i])
				first = i
			}
		}
		if i == first || speaks(t.text) {
			end = t.end
		}
	}
	if first < len(tokens) {
		parts = append(parts, tokens[first:])
	}
	return parts
}

// endsSentence reports whether the last words of tokens are the end of a
// sentence, closing quotes and brackets aside.
func endsSentence(tokens []rawToken) bool {
	for i := len(tokens) - 1; i >= 0; i-- {
		text := strings.TrimRightFunc(tokens[i].text, func(r rune) bool {
			return unicode.IsSpace(r) || unicode.In(r, unicode.Pe, unicode.Pf, unicode.Pi) || r == '"' || r == '\''
		})
		if text != "" {
			return strings.HasSuffix(text, ".") || strings.HasSuffix(text, "?") || strings.HasSuffix(text, "!")
		}
	}
	return false
}

// lower reports whether text begins with a small letter, as no sentence does.
func lower(text string) bool {
	r, _ := utf8.DecodeRuneInString(strings.TrimLeft(text, " "))
	return unicode.IsLower(r)
}

// pieceText is the text of a SentencePiece token: "▁" stands for a blank, and
// what is in angle brackets is for the model alone.
func pieceText(piece string) string {
	if len(piece) > 2 && strings.HasPrefix(piece, "<") && strings.HasSuffix(piece, ">") {
		return ""
	}
	return strings.ReplaceAll(piece, "▁", " ")
}

// probability makes a probability of what the library computes in 32 bits and
// without care: the quotient is no number where the logits are large.
func probability(p float64) float64 {
	const least = 1e-6
	if math.IsNaN(p) {
		return least
	}
	return min(max(p, least), 1)
}
