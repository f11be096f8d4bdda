package app

import (
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
	kept := commonWords(before, after)
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

// commonWords are the pairs of indexes of a longest common subsequence, words
// compared without case and punctuation (Wagner and Fischer 1974).
func commonWords(before []Word, after []string) [][2]int {
	n, m := len(before), len(after)
	length := make([][]int, n+1)
	for i := range length {
		length[i] = make([]int, m+1)
	}
	same := func(i, j int) bool { return bareWord(before[i].Text) == bareWord(after[j]) }
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			if same(i, j) {
				length[i][j] = length[i+1][j+1] + 1
			} else {
				length[i][j] = max(length[i+1][j], length[i][j+1])
			}
		}
	}
	var pairs [][2]int
	for i, j := 0, 0; i < n && j < m; {
		switch {
		case same(i, j):
			pairs = append(pairs, [2]int{i, j})
			i, j = i+1, j+1
		case length[i+1][j] >= length[i][j+1]:
			i++
		default:
			j++
		}
	}
	return pairs
}

// bareWord is a word as it is compared: without case and punctuation, unless it
// is nothing else.
func bareWord(w string) string {
	bare := strings.ToLower(strings.TrimFunc(w, func(r rune) bool { return unicode.IsPunct(r) }))
	if bare == "" {
		return w
	}
	return bare
}
