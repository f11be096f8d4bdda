package capture

import (
	"math"
	"sync/atomic"
	"time"
)

// What is played goes to the loudspeakers at this rate, in two channels that
// are the same: every sound device takes that.
const (
	playRate     = 48000
	playChannels = 2
	playLump     = playRate / 100 // samples in one callback: 10 ms
	voiceSamples = 1 << 14        // that are ready before they are played: a third of a second
	fadeSamples  = playRate / 200 // 5 ms, so that nothing clicks
)

// voice is what a loudspeaker's thread plays, and the clock of what is heard.
// The thread calls fill; one goroutine puts samples into the ring; everybody may
// ask heard. Nobody waits for anybody.
type voice struct {
	ring   *ring
	epoch  time.Time
	paused atomic.Bool
	volume atomic.Uint32 // a float32's bits
	skip   atomic.Uint64 // samples before this one are not wanted any more
	calls  atomic.Int64  // of fill

	// The clock: sample 0 was, or would have been, heard so many nanoseconds after
	// epoch, and it has been running since sample floor.
	zero  atomic.Int64
	floor atomic.Uint64

	// Of the loudspeaker's thread.
	gain    float32
	running bool // the call before had sound to its end
}

func newVoice() *voice {
	v := &voice{ring: &ring{buf: make([]int16, voiceSamples)}, epoch: time.Now()}
	v.setVolume(1)
	return v
}

func (v *voice) setVolume(volume float64) {
	v.volume.Store(math.Float32bits(float32(min(max(volume, 0), 1))))
}

// reset is called before another thread plays.
func (v *voice) reset() { v.gain, v.running = 0, false }

// flush drops what waits, fading it out. Whoever puts samples calls it.
func (v *voice) flush() { v.skip.Store(v.ring.put.Load()) }

// fill is the callback of a loudspeaker: it fills out, and what it fills it with
// is heard latency from now on. Where there is nothing to play it is silent.
func (v *voice) fill(out []int16, latency time.Duration) {
	v.calls.Add(1)
	clear(out)
	at := v.ring.taken.Load()
	if skip := v.skip.Load(); skip > at {
		faded := v.play(out, at, skip, 0, true)
		if v.gain > 0 && at+uint64(faded) < skip {
			v.ring.taken.Store(at + uint64(faded))
			return
		}
		at, v.gain, v.running = skip, 0, false
		out, latency = out[playChannels*faded:], latency+playTime(uint64(faded))
	}
	goal, paused := math.Float32frombits(v.volume.Load()), v.paused.Load()
	if paused {
		goal = 0
	}
	n, put := 0, v.ring.put.Load()
	if put > at && (!paused || v.gain > 0) {
		v.tick(at, latency)
		n = v.play(out, at, put, goal, paused)
	}
	v.running = playChannels*n == len(out)
	if !v.running {
		v.gain = 0 // what comes next fades in
	}
	v.ring.taken.Store(at + uint64(n))
}

// play plays samples from at on, before to, and returns how many. If it is
// leaving, it ends when it has faded out.
func (v *voice) play(out []int16, at, to uint64, goal float32, leaving bool) int {
	const step = 1.0 / fadeSamples
	n := min(len(out)/playChannels, int(to-at))
	for i := range n {
		if leaving && v.gain == 0 {
			return i
		}
		v.gain += min(max(goal-v.gain, -step), step)
		s := int16(v.gain * float32(v.ring.buf[int(at+uint64(i))&(len(v.ring.buf)-1)]))
		out[playChannels*i], out[playChannels*i+1] = s, s
	}
	return n
}

// tick sets the clock: sample at is heard latency from now on. While it runs it
// is moved a little only, since libraries call in fits and starts.
func (v *voice) tick(at uint64, latency time.Duration) {
	zero := int64(time.Since(v.epoch) + latency - playTime(at))
	if before := v.zero.Load(); v.running && max(before-zero, zero-before) < int64(40*time.Millisecond) {
		zero = before + (zero-before)/16
	} else {
		v.floor.Store(at)
	}
	v.zero.Store(zero)
}

// heard is the sample that is heard now.
func (v *voice) heard() uint64 {
	taken := v.ring.taken.Load()
	since := int64(time.Since(v.epoch)) - v.zero.Load()
	at := uint64(max(0, since) * playRate / int64(time.Second))
	return min(max(at, v.floor.Load()), taken)
}

// playTime is how long samples take to play.
func playTime(samples uint64) time.Duration {
	return time.Duration(samples) * time.Second / playRate
}
