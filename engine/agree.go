package engine

import (
	"math"
	"slices"

	"earshot/app"
)

// agreement decides which words of an utterance that is still being spoken are
// certain: those that two hypotheses in a row begin with (LocalAgreement-2,
// arXiv 2307.14743). What has been confirmed stays; a later hypothesis that
// says something else there only tells how the text goes on. The zero value is
// an utterance of which nothing has been heard.
type agreement struct {
	confirmed []app.Word
	tentative []app.Word // what the last hypothesis says after them
}

// hear takes the next hypothesis. Its last word is not confirmed yet: it may be
// half of a longer one, or the end of no sentence.
func (a *agreement) hear(words []app.Word) {
	rest := slices.Clone(words[a.reaches(words):])
	n := 0
	for n < min(len(rest)-1, len(a.tentative)) && essence(rest[n].Text) == essence(a.tentative[n].Text) {
		n++
	}
	inOrder(rest, a.end())
	// Clipped, so that what was handed out is not written over.
	a.confirmed = append(slices.Clip(a.confirmed), rest[:n]...)
	a.tentative = rest[n:]
}

// words are all there are, the certain ones first.
func (a *agreement) words() []app.Word { return slices.Concat(a.confirmed, a.tentative) }

// end is when the last confirmed word ends, 0 if there is none.
func (a *agreement) end() float64 {
	if n := len(a.confirmed); n > 0 {
		return a.confirmed[n-1].End
	}
	return 0
}

// covers reports whether a word is said where one is certain.
func (a *agreement) covers(w app.Word) bool {
	middle := (w.Start + w.End) / 2
	return slices.ContainsFunc(a.confirmed, func(c app.Word) bool { return c.Start <= middle && middle < c.End })
}

// forget leaves out the first n words, which have been closed.
func (a *agreement) forget(n int) {
	certain := min(n, len(a.confirmed))
	a.confirmed = a.confirmed[certain:]
	a.tentative = a.tentative[min(n-certain, len(a.tentative)):]
}

// settle gives a hypothesis, the last one, the words that were confirmed: they
// replace what it says in their place. No other word of it is lost or doubled.
func (a *agreement) settle(segments []app.Segment, unspaced bool) []app.Segment {
	if len(a.confirmed) == 0 {
		return segments
	}
	words := wordsOf(segments)
	from := a.reaches(words)
	belongs := a.places(segments, from)
	var settled []app.Segment
	at, taken := 0, 0 // in words, in confirmed
	for i, s := range segments {
		var own []app.Word
		for taken < len(belongs) && belongs[taken] == i {
			own = append(own, a.confirmed[taken])
			taken++
		}
		said := len(own)
		for range s.Words {
			if at >= from {
				own = append(own, words[at])
			}
			at++
		}
		switch {
		case len(own) == 0:
		case said == 0 && len(own) == len(s.Words):
			settled = append(settled, s)
		default:
			inOrder(own, own[0].Start)
			settled = append(settled, ofWords(s, own, unspaced))
		}
	}
	if taken < len(a.confirmed) {
		settled = append(settled, ofWords(app.Segment{}, slices.Clone(a.confirmed[taken:]), unspaced))
	}
	return settled
}

// places tells for each confirmed word which of the segments it belongs to. from
// is how many of their words it stands for.
func (a *agreement) places(segments []app.Segment, from int) []int {
	if len(segments) == 0 {
		return nil
	}
	places := make([]int, len(a.confirmed))
	at, words := 0, len(segments[0].Words) // the segment, and how many there are to its end
	for i, w := range a.confirmed {
		for at+1 < len(segments) && words <= from {
			if from == len(a.confirmed) && i < words || from != len(a.confirmed) && (w.Start+w.End)/2 < segments[at].End {
				break
			}
			at++
			words += len(segments[at].Words)
		}
		places[i] = at
	}
	return places
}

// reaches is how many of a hypothesis's words say what has been confirmed: so
// many that it takes the fewest changes to turn them into it. Of several such
// numbers it is one that ends in the same word, if there is one, and then the one
// that ends at the most similar time.
func (a *agreement) reaches(words []app.Word) int {
	if len(a.confirmed) == 0 {
		return 0
	}
	changes := make([]int, len(words)+1) // of the confirmed words so far into the first j
	for j := range changes {
		changes[j] = j
	}
	for i, c := range a.confirmed {
		diagonal := changes[0]
		changes[0] = i + 1
		for j, w := range words {
			cost := diagonal
			if essence(c.Text) != essence(w.Text) {
				cost++
			}
			diagonal = changes[j+1]
			changes[j+1] = min(cost, changes[j]+1, changes[j+1]+1)
		}
	}
	last := a.confirmed[len(a.confirmed)-1]
	best, least := 0, math.Inf(1)
	for j, n := range changes {
		const more, other = 1e6, 1e3 // than any number of seconds
		cost := more * float64(n)
		switch {
		case j == 0:
			cost += other + last.End - a.confirmed[0].Start
		case essence(words[j-1].Text) != essence(last.Text):
			cost += other
			fallthrough
		default:
			cost += min(math.Abs(words[j-1].End-last.End), other-1)
		}
		if cost < least {
			best, least = j, cost
		}
	}
	return best
}

// inOrder moves words that begin before a time, or before the one in front of
// them ends, behind it.
func inOrder(words []app.Word, from float64) {
	for i := range words {
		words[i].Start = max(words[i].Start, from)
		words[i].End = max(words[i].End, words[i].Start)
		from = words[i].End
	}
}

func wordsOf(segments []app.Segment) []app.Word {
	var all []app.Word
	for _, s := range segments {
		all = append(all, s.Words...)
	}
	return all
}
