package engine

import (
	"context"
	"strings"

	"earshot/app"
)

// Somebody who speaks without a pause makes an utterance that does not end, and
// each decode of it takes longer than the one before. So the beginning of it is
// closed at the best place among the words that are certain: from comfortable
// on where a sentence ends or there is a pause, from longest on wherever a word
// ends.
const (
	comfortable = 5 * app.SampleRate
	longest     = 15 * app.SampleRate
)

// In seconds.
const (
	goodPause   = 0.25
	sentenceEnd = 1.0 // is as good as a pause this long
	leastCut    = 1.0 // is closed, and stays open
)

// gap is a place between two words: after the first n, from lo to hi, in seconds.
type gap struct {
	n      int
	lo, hi float64
}

// bestGap is the best place to cut words between two times, with the first that
// are certain before it; false if there is none.
func bestGap(segments []app.Segment, certain int, from, to float64) (best gap, quality float64) {
	ends := map[int]bool{} // the number of words up to the end of a sentence
	n := 0
	for _, s := range segments {
		n += len(s.Words)
		ends[n] = strings.ContainsAny(s.Text[len(s.Text)-1:], ".?!")
	}
	words := wordsOf(segments)
	for n := range certain + 1 {
		g := gap{n, from + leastCut, to}
		if n > 0 {
			g.lo = max(g.lo, words[n-1].End)
		}
		if n < len(words) {
			g.hi = min(words[n].Start, to-leastCut)
		}
		if g.hi < g.lo {
			continue
		}
		q := g.hi - g.lo
		if ends[n] {
			q += sentenceEnd
		}
		if q >= quality {
			best, quality = g, q
		}
	}
	return best, quality
}

// shorten closes the beginning of an utterance that has become too long.
func (s *stream) shorten(ctx context.Context) error {
	if err := s.decodeOpen(ctx, s.judged, true); err != nil {
		return err
	}
	segments := s.settled()
	from, to := s.seconds(s.live.from), s.seconds(s.judged)
	certain := len(s.live.agreed.confirmed)
	g, quality := bestGap(segments, certain, from, to)
	if quality == 0 {
		g, quality = bestGap(segments, len(wordsOf(segments)), from, to)
	}
	if quality == 0 {
		g = gap{lo: (from + to) / 2, hi: to}
	}
	s.cut(segments, g)
	return nil
}

// tidy closes the beginning of an utterance that is long, if there is a good
// place.
func (s *stream) tidy() {
	if s.judged-s.live.from < comfortable {
		return
	}
	segments := s.settled()
	g, quality := bestGap(segments, len(s.live.agreed.confirmed), s.seconds(s.live.from), s.seconds(s.judged))
	if quality >= goodPause {
		s.cut(segments, g)
	}
}

// cut closes what segments say before a gap. The utterance goes on from its
// quietest moment.
func (s *stream) cut(segments []app.Segment, g gap) {
	const least = 0.12 // seconds; more than quietest looks at
	middle := (g.lo + g.hi) / 2
	lo := s.sample(min(g.lo, middle-least/2))
	hi := s.sample(max(g.hi, middle+least/2))
	at := s.in.base + quietest(s.in.buf, lo-s.in.base, min(hi, s.in.heard())-s.in.base)
	s.close(firstWords(segments, g.n, s.unspaced()), at)
	s.live.from = at
	s.live.agreed.forget(g.n)
}

// firstWords are the segments that the first n words make.
func firstWords(segments []app.Segment, n int, unspaced bool) []app.Segment {
	var first []app.Segment
	for _, s := range segments {
		if n == 0 {
			break
		}
		if n < len(s.Words) {
			s = ofWords(s, s.Words[:n], unspaced)
		}
		first = append(first, s)
		n -= len(s.Words)
	}
	return first
}
