package capture

import (
	"slices"
	"time"

	"earshot/app"
)

// timeline gives every sample of every track its place. The clock is the sound
// itself: while samples come, the newest of the track that is furthest ahead is
// the present. Where none come, the wall clock goes on from there, and silence
// takes their place. Nothing that came is ever left out: what comes too late
// stays late.
type timeline struct {
	tracks []*track
	frames int64     // in the file
	end    int64     // the frame that was the present at the time at
	at     time.Time // zero until the first sound
	gaps   []app.Gap
	drift  drift
	out    []int16
}

// frames is a length of time in frames.
func frames(d time.Duration) int64 { return int64(d.Seconds() * app.SampleRate) }

// present is the frame that is spoken now.
func (l *timeline) present(now time.Time) int64 { return l.end + frames(now.Sub(l.at)) }

// reach is the frame up to which a track has come.
func (l *timeline) reach(tr *track) int64 { return l.frames + int64(len(tr.pending)) }

// begin starts the patience with all tracks.
func (l *timeline) begin(now time.Time) {
	for _, tr := range l.tracks {
		tr.heard, tr.loud = now, now
	}
	if !l.at.IsZero() {
		l.end, l.at = l.frames, now
	}
}

// advance takes in what has come. A track that goes on moves the clock; one
// that begins, or comes back, is given its place by it.
func (l *timeline) advance(now time.Time) {
	came := make([]int, len(l.tracks))
	var end, longest int64
	for i, tr := range l.tracks {
		came[i] = l.take(i, now)
		longest = max(longest, int64(came[i]))
		if came[i] > 0 && tr.gap < 0 {
			end = max(end, l.reach(tr))
		}
	}
	if longest == 0 {
		return
	}
	present := end
	switch {
	case l.at.IsZero():
		present = longest
	case end == 0:
		present = l.present(now)
	}
	for i, tr := range l.tracks {
		if came[i] > 0 && tr.gap >= 0 {
			tr.pad(present-l.reach(tr), came[i])
			l.close(i, l.reach(tr)-int64(came[i]))
			end = max(end, l.reach(tr))
		}
	}
	l.end, l.at = end, now
}

// take takes in what has come of a track and returns how many samples that is.
// What there was no room for becomes silence, so that what follows is in time.
func (l *timeline) take(i int, now time.Time) int {
	tr := l.tracks[i]
	came, dropped := tr.take(now)
	if dropped > 0 {
		start := l.reach(tr)
		tr.pad(int64(dropped), 0)
		l.list(i, start, l.reach(tr))
	}
	return came + dropped
}

// fill puts in silence for tracks that have been waited for long enough.
func (l *timeline) fill(now time.Time) {
	wait := lostAfter
	if len(l.tracks) > 1 {
		wait = patience // the others' sound is kept from the disk for as long
	}
	for _, tr := range l.tracks {
		missing := l.present(now) - frames(margin) - l.reach(tr)
		if l.at.IsZero() || now.Sub(tr.heard) < wait || missing <= 0 {
			continue
		}
		if tr.gap < 0 {
			tr.gap = l.reach(tr)
		}
		tr.pad(missing, 0)
	}
}

// align keeps two tracks in step.
func (l *timeline) align() {
	if len(l.tracks) == 2 {
		if slow, lost := l.drift.correct(l.tracks[0], l.tracks[1]); lost > 0 {
			start := l.reach(slow)
			slow.pad(int64(lost), 0)
			l.list(slices.Index(l.tracks, slow), start, l.reach(slow))
		}
	}
}

// level ends all tracks at the same frame.
func (l *timeline) level() {
	end := int64(0)
	for _, tr := range l.tracks {
		end = max(end, l.reach(tr))
	}
	for i, tr := range l.tracks {
		tr.pad(end-l.reach(tr), 0)
		if tr.gap >= 0 {
			l.close(i, end)
			tr.gap = end // it may go on after a pause
		}
	}
}

// close ends a track's gap.
func (l *timeline) close(i int, end int64) {
	if start := l.tracks[i].gap; end-start >= frames(patience) {
		l.list(i, start, end)
	}
	l.tracks[i].gap = -1
}

func (l *timeline) list(i int, start, end int64) {
	l.gaps = append(l.gaps, app.Gap{
		Track: i, Start: float64(start) / app.SampleRate, End: float64(end) / app.SampleRate,
	})
}

// next removes the frames that are complete, interleaved. They are valid until
// the next call.
func (l *timeline) next() []int16 {
	n := len(l.tracks[0].pending)
	for _, tr := range l.tracks[1:] {
		n = min(n, len(tr.pending))
	}
	l.out = slices.Grow(l.out[:0], n*len(l.tracks))[:n*len(l.tracks)]
	for i, tr := range l.tracks {
		for at, v := range tr.pending[:n] {
			l.out[at*len(l.tracks)+i] = v
		}
		tr.pending = slices.Delete(tr.pending, 0, n)
	}
	l.frames += int64(n)
	return l.out
}

// drift keeps two inputs in step whose clocks are not: of the slower one a
// sample is repeated now and then, too seldom to be heard. No clock is as slow as
// one that has lost sound again and again, for moments: that is missing at once.
type drift struct {
	turns    int
	low, top int // of the samples that the first was ahead in these turns
	slow     *track
	owed     int // samples to repeat
}

const (
	driftTurns = 40                  // two seconds: longer than any input's sound comes in lumps
	driftSlack = app.SampleRate / 50 // samples that do not matter
	driftMost  = app.SampleRate / 4  // samples that no clock is slow by
)

// correct looks at how far two tracks have come. It returns the track that lacks
// samples, and how many, if that is no drift any more.
func (d *drift) correct(a, b *track) (slow *track, lost int) {
	if a.gap >= 0 || b.gap >= 0 {
		*d = drift{}
		return nil, 0
	}
	ahead := len(a.pending) - len(b.pending)
	if d.turns == 0 {
		d.low, d.top = ahead, ahead
	}
	d.low, d.top = min(d.low, ahead), max(d.top, ahead)
	if d.owed > 0 && len(d.slow.pending) > 0 {
		d.slow.pending = append(d.slow.pending, d.slow.pending[len(d.slow.pending)-1])
		d.owed--
	}
	if d.turns++; d.turns < driftTurns {
		return nil, 0
	}
	low, top := d.low, d.top
	*d = drift{}
	switch {
	case low > driftMost:
		return b, low
	case top < -driftMost:
		return a, -top
	case low > driftSlack:
		d.slow, d.owed = b, low
	case top < -driftSlack:
		d.slow, d.owed = a, -top
	}
	return nil, 0
}
