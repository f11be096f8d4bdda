package capture

import "sync/atomic"

// ring carries samples between a sound library's thread and a goroutine: from
// the microphone to the writer, or from a playback to the loudspeakers. One of
// them puts and the other takes; neither waits, locks or allocates, since the
// library's thread must not.
type ring struct {
	buf     []int16 // its length is a power of two
	put     atomic.Uint64
	taken   atomic.Uint64
	dropped atomic.Int64 // samples that came when there was no room
}

// Room for 16 s of a recording: longer than a disk that is busy takes.
const ringSamples = 1 << 18

func newRing() *ring { return &ring{buf: make([]int16, ringSamples)} }

// write is the callback of a recording. What does not fit is dropped.
func (r *ring) write(in []int16) {
	at := r.put.Load()
	n := min(len(in), r.room())
	start := int(at) & (len(r.buf) - 1)
	copied := copy(r.buf[start:], in[:n])
	copy(r.buf, in[copied:n])
	r.put.Store(at + uint64(n))
	if n < len(in) {
		r.dropped.Add(int64(len(in) - n))
	}
}

// room is how many samples can be put, asked by who puts them.
func (r *ring) room() int { return len(r.buf) - int(r.put.Load()-r.taken.Load()) }

// read appends everything that has come to dst.
func (r *ring) read(dst []int16) []int16 {
	from, to := r.taken.Load(), r.put.Load()
	start, n := int(from)&(len(r.buf)-1), int(to-from)
	first := min(n, len(r.buf)-start)
	dst = append(dst, r.buf[start:start+first]...)
	dst = append(dst, r.buf[:n-first]...)
	r.taken.Store(to)
	return dst
}

// came counts what has been put or dropped so far.
func (r *ring) came() int64 { return int64(r.put.Load()) + r.dropped.Load() }
