package engine

import (
	"cmp"
	"slices"

	"earshot/app"
)

// When somebody stops speaking. After pauseBefore the text is made as if that
// were the end, and once it proves to be, it is ready.
const (
	pauseBefore = 192 * app.SampleRate / 1000
	pauseAtEnd  = 608 * app.SampleRate / 1000
)

// turn follows, frame by frame, whether somebody speaks. The thresholds are
// those of speech, but it tells of an utterance while it lasts, and an utterance
// holds pauses.
type turn struct {
	frames int    // seen
	open   bool   // somebody has begun to speak
	start  int    // the first frame of the utterance
	last   int    // its last frame above speechOff
	pause  int    // samples of silence that end it; 0 is pauseAtEnd
	pauses []span // in the utterance, in samples; where no frame is above speechOff
}

// push takes the next frame's probability and reports whether it ends the
// utterance that was open.
func (t *turn) push(p float32) (ended bool) {
	at := t.frames
	t.frames++
	switch {
	case t.open && p >= speechOff:
		if t.last+1 < at {
			t.pauses = append(t.pauses, span{(t.last + 1) * vadFrame, at * vadFrame})
		}
		t.last = at
	case t.open:
		t.open = t.quiet() < cmp.Or(t.pause, pauseAtEnd)
		return !t.open
	case p >= speechOn:
		t.open, t.start, t.last, t.pauses = true, at, at, nil
	}
	return false
}

// quiet is for how many samples nobody has spoken.
func (t *turn) quiet() int { return (t.frames - 1 - t.last) * vadFrame }

// pausing reports whether the utterance may have ended.
func (t *turn) pausing() bool { return t.open && t.quiet() >= pauseBefore }

// silence is the longest part of a pause between two samples, in samples.
func (t *turn) silence(from, to int) int {
	longest := 0
	for _, p := range t.pauses {
		longest = max(longest, min(p.end, to)-max(p.start, from))
	}
	return longest
}

// forget leaves out the pauses before a sample.
func (t *turn) forget(before int) {
	t.pauses = slices.DeleteFunc(t.pauses, func(p span) bool { return p.end <= before })
}

// spoken is how long the utterance is, in samples, without the silence after
// it.
func (t *turn) spoken() int { return (t.last + 1 - t.start) * vadFrame }
