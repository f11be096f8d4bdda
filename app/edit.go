package app

import (
	"cmp"
	"context"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Edit gives a segment of a transcript another text. Words that stay keep their
// times; the time of those that went is shared by those that came.
func (a *App) Edit(ctx context.Context, transcript int64, s Segment, text string) error {
	if a.library == nil {
		return ErrNotFound
	}
	s = s.retold(text)
	if err := a.library.Edit(ctx, transcript, s); err != nil {
		return err
	}
	s.Edited = true
	a.broker.publish(SegmentsChanged{Transcript: transcript, Segments: []Segment{s}})
	return nil
}

// retold is the segment with another text.
func (s Segment) retold(text string) Segment {
	text = strings.TrimSpace(text)
	before := s.Words
	after := strings.Fields(text)
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
			w.Text = after[k[1]]
			words = append(words, w)
		}
		i, j = k[0]+1, k[1]+1
	}
	s.Text, s.Words = text, words
	return s
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
