package engine

import "earshot/app"

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
	frames int  // seen
	open   bool // somebody has begun to speak
	start  int  // the first frame of the utterance
	last   int  // its last frame above speechOff
}

// push takes the next frame's probability and reports whether it ends the
// utterance that was open.
func (t *turn) push(p float32) (ended bool) {
	at := t.frames
	t.frames++
	switch {
	case t.open && p >= speechOff:
		t.last = at
	case t.open:
		t.open = t.quiet() < pauseAtEnd
		return !t.open
	case p >= speechOn:
		t.open, t.start, t.last = true, at, at
	}
	return false
}

// quiet is for how many samples nobody has spoken.
func (t *turn) quiet() int { return (t.frames - 1 - t.last) * vadFrame }

// pausing reports whether the utterance may have ended.
func (t *turn) pausing() bool { return t.open && t.quiet() >= pauseBefore }

// spoken is how long the utterance is, in samples, without the silence after
// it.
func (t *turn) spoken() int { return (t.last + 1 - t.start) * vadFrame }
