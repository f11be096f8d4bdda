package engine

import (
	"strings"
	"unicode"

	"earshot/app"
)

// Guards against invented text. A decoder that has lost the thread says the
// same thing again and again (whisper.cpp issues 1507 and 2446). People do
// too, but briefly: "no, no, no". So the longer the repeated part, the fewer
// times it may come.
const (
	loopTimes      = 3 // a phrase of loopPhrase letters or more
	loopPhrase     = 12
	loopTimesShort = 6 // anything shorter
	loopLongest    = 40
)

// loop is a stretch of words that says the same thing several times.
type loop struct{ start, size, times int }

// findLoop returns the first loop in words at or after from; times is 0 if
// there is none. words are compared as they are.
func findLoop(words []string, from int) loop {
	for start := from; start < len(words); start++ {
		for size := 1; size <= min(loopLongest, (len(words)-start)/loopTimes); size++ {
			times := 1
			for same(words, start, start+times*size, size) {
				times++
			}
			letters := 0
			for _, w := range words[start : start+size] {
				letters += len([]rune(w))
			}
			if times >= loopTimesShort || times >= loopTimes && letters >= loopPhrase {
				return loop{start, size, times}
			}
		}
	}
	return loop{}
}

func same(words []string, a, b, size int) bool {
	if b+size > len(words) {
		return false
	}
	for i := range size {
		if words[a+i] != words[b+i] {
			return false
		}
	}
	return true
}

// essence is a word without case and punctuation.
func essence(word string) string {
	return strings.ToLower(strings.TrimFunc(word, unicode.IsPunct))
}

func essences(segments []app.Segment) []string {
	var all []string
	for _, s := range segments {
		for _, w := range s.Words {
			all = append(all, essence(w.Text))
		}
	}
	return all
}

// loops reports whether segments repeat themselves as a lost decoder does.
func loops(segments []app.Segment) bool { return findLoop(essences(segments), 0).times > 0 }

// collapse keeps the first time that a loop says its words and leaves the
// others out.
func collapse(segments []app.Segment, unspaced bool) (kept []app.Segment, omitted []app.Omission) {
	words := essences(segments)
	drop := make([]bool, len(words))
	for l := findLoop(words, 0); l.times > 0; l = findLoop(words, l.start+l.times*l.size) {
		for i := l.start + l.size; i < l.start+l.times*l.size; i++ {
			drop[i] = true
		}
	}
	at := 0
	for _, s := range segments {
		var in, out []app.Word
		for _, w := range s.Words {
			if drop[at] {
				out = append(out, w)
			} else {
				in = append(in, w)
			}
			at++
		}
		switch {
		case len(out) == 0:
			kept = append(kept, s)
			continue
		case len(in) > 0:
			kept = append(kept, ofWords(s, in, unspaced))
		}
		omitted = append(omitted, app.Omission{Reason: app.ReasonRepeated, Segment: ofWords(s, out, unspaced)})
	}
	return kept, omitted
}

// ofWords is the part of a segment that some of its words make.
func ofWords(s app.Segment, words []app.Word, unspaced bool) app.Segment {
	texts := make([]string, len(words))
	s.Confidence = 0
	for i, w := range words {
		texts[i] = w.Text
		s.Confidence += w.Confidence / float64(len(words))
	}
	blank := " "
	if unspaced {
		blank = ""
	}
	s.Start, s.End = words[0].Start, words[len(words)-1].End
	s.Text, s.Words = strings.Join(texts, blank), words
	return s
}
