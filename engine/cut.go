package engine

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"earshot/app"
)

// Somebody who speaks without a pause makes an utterance that does not end, and
// each decode of it takes longer than the one before. So the beginning of it is
// closed at the best place among the words that are certain: from comfortable
// on where a sentence ends or there is a pause, from longest on wherever a word
// ends. What comes after is decoded without what came before, which costs words
// where it tears a phrase; so a pause is one that is heard, and not only one in
// the times of words, which are guesses while the utterance is open.
const (
	comfortable = 5 * app.SampleRate
	longest     = 15 * app.SampleRate
)

// In seconds.
const (
	goodPause   = 0.15
	sentenceEnd = 1.0 // is as good as a pause this long
	leastOfGap  = 0.1 // a pause that is none but in the times of words counts so much of itself
	looseTime   = 0.1 // by which the times of words may be wrong at a pause
	leastCut    = 1.0 // is closed, and stays open
)

// gap is a place between two words: after the first n, from lo to hi, in seconds.
type gap struct {
	n      int
	lo, hi float64
}

// bestGap is the best place to cut words between two times, with only such
// before it as are among the first that are certain, and how long the pause there
// is, or as good as; less than 0 if there is no such place. silence tells how long nobody
// speaks at a stretch between two times.
func bestGap(segments []app.Segment, certain int, from, to float64, silence func(from, to float64) float64) (best gap, quality float64) {
	quality = -1
	ends := map[int]bool{} // the number of words up to the end of a sentence
	n := 0
	for _, s := range segments {
		n += len(s.Words)
		last, _ := utf8.DecodeLastRuneInString(s.Text)
		ends[n] = strings.ContainsRune(".?!。？！।؟", last)
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
		q := silence(g.lo-looseTime, g.hi+looseTime) + leastOfGap*(g.hi-g.lo)
		if ends[n] {
			q += sentenceEnd
		}
		if q >= quality {
			best, quality = g, q
		}
	}
	return best, quality
}

// shorten closes the beginning of an utterance that has become too long. Where
// nobody has spoken since the last cut there is nothing to decode.
func (s *stream) shorten(ctx context.Context) error {
	if (s.turn.last+1)*vadFrame+padAfter <= s.live.from && len(s.live.agreed.confirmed) == 0 {
		s.live.from = s.judged - padBefore
		s.closed = s.live.from
		return nil
	}
	if err := s.decodeOpen(ctx, s.judged, true); err != nil {
		return err
	}
	segments := s.settled()
	from, to := s.seconds(s.live.from), s.seconds(s.judged)
	certain := len(s.live.agreed.confirmed)
	g, quality := bestGap(segments, certain, from, to, s.silence)
	if quality < 0 {
		g, quality = bestGap(segments, len(wordsOf(segments)), from, to, s.silence)
	}
	if quality < 0 {
		g = gap{n: len(wordsOf(segments)), lo: to, hi: to}
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
	g, quality := bestGap(segments, len(s.live.agreed.confirmed), s.seconds(s.live.from), s.seconds(s.judged), s.silence)
	if quality >= goodPause {
		s.cut(segments, g)
	}
}

// silence is how long nobody speaks at a stretch between two times, in seconds.
func (s *stream) silence(from, to float64) float64 {
	return float64(s.turn.silence(s.sample(from), s.sample(to))) / app.SampleRate
}

// cut closes what segments say before a gap. The utterance goes on from its
// quietest moment; what was left out after that is heard again.
func (s *stream) cut(segments []app.Segment, g gap) {
	const least = 0.12 // seconds; more than quietest looks at
	middle := (g.lo + g.hi) / 2
	lo := s.sample(min(g.lo, middle-least/2))
	hi := s.sample(max(g.hi, middle+least/2))
	at := s.in.base + quietest(s.in.buf, lo-s.in.base, min(hi, s.judged, s.in.heard())-s.in.base)
	s.live.last.omissions = omittedUpto(s.live.last.omissions, s.seconds(at)-s.opt.Offset, s.unspaced())
	s.close(between(segments, 0, g.n, s.unspaced()), at)
	s.live.from = at
	s.live.agreed.forget(g.n)
	s.turn.forget(at)
}

// omittedUpto is what was left out of words that begin before a time.
func omittedUpto(all []app.Omission, seconds float64, unspaced bool) []app.Omission {
	var before []app.Omission
	for _, o := range all {
		n := 0
		for n < len(o.Segment.Words) && o.Segment.Words[n].Start < seconds {
			n++
		}
		if n > 0 {
			o.Segment = ofWords(o.Segment, slices.Clone(o.Segment.Words[:n]), unspaced)
			before = append(before, o)
		}
	}
	return before
}

// between are the segments that words make, from the first number up to the
// second.
func between(segments []app.Segment, from, to int, unspaced bool) []app.Segment {
	var part []app.Segment
	for _, s := range segments {
		n := len(s.Words)
		switch lo, hi := max(from, 0), min(to, n); {
		case lo == 0 && hi == n:
			part = append(part, s)
		case lo < hi:
			part = append(part, ofWords(s, s.Words[lo:hi], unspaced))
		}
		from, to = from-n, to-n
	}
	return part
}
