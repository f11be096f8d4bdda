package main

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"earshot/app"
)

// spokenWord is a word of a fixture, with the time at which it has been said.
type spokenWord struct {
	text string
	end  float64
}

// script is what is said in a recording.
type script struct {
	text      string
	words     []spokenWord // nil if their times are not known
	sentences [][2]float64 // seconds
}

// hearing follows what a stream reports of one recording. Times are seconds of
// its clock.
type hearing struct {
	spoken func() float64
	busy   func() time.Duration // CPU time so far
	reports
	shown     []string // all words of the last report
	committed []spokenWord
	closed    int       // how many of them
	erased    int       // words shown that the next report took back
	broken    int       // certain words that a later report changed
	cpu       []float64 // seconds spent on each text of an open utterance
	spent     time.Duration
}

// reports are the times at which text has come.
type reports struct {
	partials []moment // text of an utterance that is open
	finals   []moment // text of one that is closed
}

// moment is when a report came, and the recording's second up to which it had
// text.
type moment struct{ at, upto float64 }

// hear takes a report.
func (h *hearing) hear(r app.Heard) {
	now := h.spoken()
	var said []app.Word
	for _, s := range r.Segments {
		said = append(said, s.Words...)
	}
	closed := h.closed + len(said)
	said = append(said, r.Confirmed...)
	for i, w := range said {
		at := h.closed + i
		switch {
		case at >= len(h.committed):
			h.committed = append(h.committed, spokenWord{w.Text, now})
		case h.committed[at].text != w.Text:
			h.broken++
		}
	}
	h.broken += max(0, len(h.committed)-h.closed-len(said))
	if n := len(r.Segments); n > 0 {
		h.finals = append(h.finals, moment{now, r.Segments[n-1].End})
	}
	spent := h.busy() - h.spent
	h.spent += spent
	open := append(slices.Clone(r.Confirmed), r.Tentative...)
	if n := len(open); n > 0 {
		h.partials = append(h.partials, moment{now, open[n-1].End})
	}
	// In silence the utterance is decoded for good.
	if h.show(append(said, r.Tentative...), closed) && r.Speech && len(r.Segments) == 0 {
		h.cpu = append(h.cpu, spent.Seconds())
	}
}

// show notes what a reader sees now, and reports whether it is something else.
func (h *hearing) show(words []app.Word, closed int) bool {
	shown := h.shown[:h.closed:h.closed]
	for _, w := range words {
		shown = append(shown, w.Text)
	}
	same := 0
	for same < min(len(shown), len(h.shown)) && shown[same] == h.shown[same] {
		same++
	}
	h.erased += len(h.shown) - same
	other := !slices.Equal(shown, h.shown)
	h.shown, h.closed = shown, closed
	return other
}

// commitLags are how long after its end each word that was heard rightly was
// certain.
func (h *hearing) commitLags(s script) []float64 {
	var lags []float64
	for _, pair := range matches(h.committed, s.words) {
		lags = append(lags, h.committed[pair[0]].end-s.words[pair[1]].end)
	}
	return lags
}

// Sentences this far apart are utterances of their own: the pause that ends one,
// and what voice activity detection may be late by.
const apart = 0.8

// endPause is the silence that ends an utterance, engine's pauseAtEnd.
const endPause = 0.608

// firstLags are how long after an utterance begins the first text of it is
// shown.
func (h *hearing) firstLags(s script) []float64 {
	var lags []float64
	for i, sentence := range s.sentences {
		if i > 0 && sentence[0]-s.sentences[i-1][1] < apart {
			continue
		}
		if at, ok := firstAfter(h.partials, sentence[0], sentence[0]); ok {
			lags = append(lags, at-sentence[0])
		}
	}
	return lags
}

// finalLags are how long after the silence that ends an utterance its text is
// closed.
func (h *hearing) finalLags(s script) []float64 {
	var lags []float64
	for i, sentence := range s.sentences {
		if i+1 == len(s.sentences) || s.sentences[i+1][0]-sentence[1] < apart {
			continue
		}
		if at, ok := firstAfter(h.finals, sentence[1], sentence[1]-0.5); ok {
			lags = append(lags, at-sentence[1]-endPause)
		}
	}
	return lags
}

// firstAfter is the first moment after a time with text up to another.
func firstAfter(all []moment, after, upto float64) (float64, bool) {
	for _, m := range all {
		if m.at > after && m.upto > upto {
			return m.at, true
		}
	}
	return 0, false
}

// plainWord is a word without case and punctuation.
func plainWord(s string) string { return strings.ToLower(strings.TrimFunc(s, unicode.IsPunct)) }

// matches pairs the words that two texts have in common when as few as possible
// are changed.
func matches(got, want []spokenWord) [][2]int {
	width := len(want) + 1
	changes := make([]int32, (len(got)+1)*width)
	same := func(i, j int) bool { return plainWord(got[i].text) == plainWord(want[j].text) }
	for i := range len(got) + 1 {
		for j := range width {
			switch {
			case i == 0:
				changes[j] = int32(j)
			case j == 0:
				changes[i*width] = int32(i)
			default:
				cost := changes[(i-1)*width+j-1]
				if !same(i-1, j-1) {
					cost++
				}
				changes[i*width+j] = min(cost, changes[(i-1)*width+j]+1, changes[i*width+j-1]+1)
			}
		}
	}
	var pairs [][2]int
	for i, j := len(got), len(want); i > 0 && j > 0; {
		here := changes[i*width+j]
		switch {
		case same(i-1, j-1) && here == changes[(i-1)*width+j-1]:
			i, j = i-1, j-1
			pairs = append(pairs, [2]int{i, j})
		case here == changes[(i-1)*width+j-1]+1:
			i, j = i-1, j-1
		case here == changes[(i-1)*width+j]+1:
			i--
		default:
			j--
		}
	}
	slices.Reverse(pairs)
	return pairs
}

// wordErrors is the edit distance between two texts, in words.
func wordErrors(got, want string) int {
	split := func(s string) (words []spokenWord) {
		for _, w := range strings.Fields(s) {
			words = append(words, spokenWord{text: w})
		}
		return words
	}
	a, b := split(got), split(want)
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j := range b {
			cost := diagonal
			if plainWord(a[i].text) != plainWord(b[j].text) {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
