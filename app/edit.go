package app

import (
	"cmp"
	"context"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Edit gives a segment of a transcript another text. Words that stay keep their
// times; the time of those that went is shared by those that came. What is
// unsaved of a document of it comes first.
func (a *App) Edit(ctx context.Context, transcript int64, s Segment, text string) error {
	if a.library == nil {
		return ErrNotFound
	}
	if err := a.flushDocument(ctx, transcript); err != nil {
		return err
	}
	s = s.retold(text)
	s.Edited = true
	if err := a.library.Apply(ctx, transcript, &Edits{Put: []Segment{s}}); err != nil {
		return err
	}
	a.broker.publish(SegmentsChanged{Transcript: transcript, Segments: []Segment{s}})
	return nil
}

// retold is the segment with another text. What a person has written is certain.
func (s Segment) retold(text string) Segment {
	text = strings.Trim(text, " \t")
	before := s.Words
	after := wordsOf(text, before)
	words := make([]Word, 0, len(after))
	said := make([]string, len(before))
	for i, w := range before {
		said[i] = w.Text
	}
	kept, _ := pairWords(bareWords(said), bareWords(after))
	i, j := 0, 0 // words of before and after that are dealt with
	for _, k := range append(kept, [2]int{len(before), len(after)}) {
		words = append(words, s.fill(words, before[i:k[0]], after[j:k[1]], k[0])...)
		if k[1] < len(after) {
			w := before[k[0]]
			if w.Text != after[k[1]] {
				w.Text, w.Confidence = after[k[1]], 1
			}
			words = append(words, w)
		}
		i, j = k[0]+1, k[1]+1
	}
	s.Text, s.Words = text, words
	return s.averaged()
}

// averaged is the segment with the confidence of its words, if it has any.
func (s Segment) averaged() Segment {
	if len(s.Words) == 0 {
		return s
	}
	sum := 0.0
	for _, w := range s.Words {
		sum += w.Confidence
	}
	s.Confidence = sum / float64(len(s.Words))
	return s
}

// wordsOf are the words of a text. Where a script has no blanks they are those
// that were there before, and of what is not among those each character.
func wordsOf(text string, before []Word) (words []string) {
	for _, field := range strings.Fields(text) {
		if !strings.ContainsFunc(field, unspaced) {
			words = append(words, field)
			continue
		}
		for field != "" {
			n := firstWord(field, before)
			words, field = append(words, field[:n]), field[n:]
		}
	}
	return words
}

// firstWord is how many bytes the first word of a text without blanks takes.
func firstWord(text string, before []Word) (n int) {
	for _, w := range before {
		if len(w.Text) <= n || !strings.HasPrefix(text, w.Text) {
			continue
		}
		last, _ := utf8.DecodeLastRuneInString(w.Text)
		next, _ := utf8.DecodeRuneInString(text[len(w.Text):])
		if unspaced(last) || unspaced(next) || len(w.Text) == len(text) {
			n = len(w.Text)
		}
	}
	if n > 0 {
		return n
	}
	first, n := utf8.DecodeRuneInString(text)
	for n < len(text) {
		r, size := utf8.DecodeRuneInString(text[n:])
		if !unicode.IsMark(r) && !unicode.IsPunct(r) && (unspaced(first) || unspaced(r)) {
			break
		}
		n += size
	}
	return n
}

// fill gives the words that came in place of gone the time of those, or the gap
// before word next of the segment as it was. done are the words before them.
func (s Segment) fill(done, gone []Word, came []string, next int) []Word {
	if len(came) == 0 {
		return nil
	}
	start, end := s.Start, s.End
	if len(done) > 0 {
		start = done[len(done)-1].End
	}
	if next < len(s.Words) {
		end = max(start, s.Words[next].Start)
	}
	if len(gone) > 0 {
		start, end = max(start, gone[0].Start), min(end, gone[len(gone)-1].End)
	}
	all := utf8.RuneCountInString(strings.Join(came, ""))
	words := make([]Word, len(came))
	at, said := start, 0
	for i, w := range came {
		said += utf8.RuneCountInString(w)
		until := min(end, start+max(0, end-start)*float64(said)/float64(all))
		words[i] = Word{Text: w, Start: at, End: max(at, until), Confidence: 1}
		at = words[i].End
	}
	return words
}

// bareWords are words as they are compared: without case and punctuation, unless
// a word is nothing else.
func bareWords(words []string) []string {
	bare := make([]string, len(words))
	for i, w := range words {
		bare[i] = cmp.Or(strings.ToLower(strings.TrimFunc(w, unicode.IsPunct)), w)
	}
	return bare
}
