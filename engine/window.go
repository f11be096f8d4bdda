package engine

import (
	"errors"
	"io"
	"math"
	"slices"

	"earshot/app"
)

// A window is what the model hears at once: at most maxWindow of speech, with
// long silences cut out.
const (
	maxWindow = 30 * app.SampleRate
	// A pause up to this long stays in: the model hears sentences by it.
	maxPause = 1 * app.SampleRate
	// A full window is cut at the longest pause past this point: earlier makes
	// more windows to encode, later leaves fewer pauses to choose from.
	minFill = 22 * app.SampleRate
)

// piece says that n samples of a window, from its sample at on, are those of
// the recording from sample from on.
type piece struct{ at, from, n int }

// window is a run of samples to decode, or, without samples, only news that
// the recording is silent up to next.
type window struct {
	samples []float32
	pieces  []piece
	next    int // all audio before this sample of the recording is in this window or an earlier one
	last    bool
}

// add appends samples that begin at sample from of the recording, joining
// them to the last piece where they follow on.
func (w *window) add(from int, samples []float32) {
	if n := len(w.pieces); n > 0 && w.pieces[n-1].from+w.pieces[n-1].n == from {
		w.pieces[n-1].n += len(samples)
	} else {
		w.pieces = append(w.pieces, piece{at: len(w.samples), from: from, n: len(samples)})
	}
	w.samples = append(w.samples, samples...)
}

// start maps a time in the window to the recording, for something that
// begins: at a cut it belongs to what follows. Seconds.
func (w *window) start(t float64) float64 {
	x := t * app.SampleRate
	for _, p := range w.pieces {
		if x < float64(p.at+p.n) {
			return (float64(p.from) + max(0, x-float64(p.at))) / app.SampleRate
		}
	}
	return w.limit()
}

// end maps a time in the window to the recording, for something that ends: at
// a cut it belongs to what came before. Seconds.
func (w *window) end(t float64) float64 {
	x := t * app.SampleRate
	for _, p := range w.pieces {
		if x <= float64(p.at+p.n) {
			return (float64(p.from) + max(0, x-float64(p.at))) / app.SampleRate
		}
	}
	return w.limit()
}

func (w *window) limit() float64 {
	last := w.pieces[len(w.pieces)-1]
	return float64(last.from+last.n) / app.SampleRate
}

// windower cuts a stream of audio into windows. Next returns io.EOF at the
// end; its memory is bounded by two windows, whatever the recording's length.
type windower interface {
	next() (window, error)
	// heard is the number of samples read so far.
	heard() int
}

// intake reads audio into a buffer that knows where it lies in the recording.
type intake struct {
	audio app.Audio
	buf   []float32
	base  int // sample of the recording that buf[0] is
	err   error
}

// fill reads about n more samples; false at the end of the audio.
func (in *intake) fill(n int) bool {
	got := 0
	for got < n && in.err == nil {
		got += in.read(n - got)
	}
	return got > 0
}

// read reads at most n more samples, what the audio has to give at once, and
// returns how many.
func (in *intake) read(n int) (got int) {
	old := len(in.buf)
	in.buf = slices.Grow(in.buf, n)[:old+n]
	got, in.err = in.audio.Read(in.buf[old:])
	in.buf = in.buf[:old+got]
	return got
}

// drop forgets samples before sample upto of the recording.
func (in *intake) drop(upto int) {
	if n := min(upto-in.base, len(in.buf)); n > 0 {
		in.buf = append(in.buf[:0], in.buf[n:]...)
		in.base += n
	}
}

func (in *intake) heard() int { return in.base + len(in.buf) }

// slice returns samples [from, to) of the recording, clipped to what is held.
func (in *intake) slice(from, to int) []float32 {
	from = max(from, in.base)
	to = min(max(to, from), in.heard())
	return in.buf[from-in.base : to-in.base]
}

// failed returns the error that ended the audio, nil at its proper end.
func (in *intake) failed() error {
	if errors.Is(in.err, io.EOF) {
		return nil
	}
	return in.err
}

// speechWindower packs the speech that a voice activity model finds.
type speechWindower struct {
	intake
	probabilities judge
	speech        speech
	judged        int // samples that speech has seen
	found         []utterance
	packed        int // samples in found
	ready         []window
	told          int // next of the last window that was made
	ended         bool
}

// utterance is speech that waits to be packed.
type utterance struct {
	span
	samples []float32 // of the span, padding included
	pause   []float32 // the audio between the utterance before and this one, nil if that was long
	gap     int       // its length in samples
}

func newSpeechWindower(audio app.Audio, probabilities judge) *speechWindower {
	return &speechWindower{intake: intake{audio: audio}, probabilities: probabilities}
}

func (s *speechWindower) next() (window, error) {
	for len(s.ready) == 0 {
		if s.ended {
			if err := s.failed(); err != nil {
				return window{}, err
			}
			return window{}, io.EOF
		}
		if err := s.listen(); err != nil {
			return window{}, err
		}
	}
	w := s.ready[0]
	s.ready = s.ready[1:]
	w.last = s.ended && len(s.ready) == 0
	return w, nil
}

// listen judges about another second of audio.
func (s *speechWindower) listen() error {
	more := s.fill(32 * vadFrame)
	whole := (s.heard() - s.judged) / vadFrame * vadFrame
	frames := s.slice(s.judged, s.judged+whole)
	if !more {
		// The last frame is judged with silence after it.
		tail := s.slice(s.judged, s.heard())
		frames = append(slices.Clone(tail), make([]float32, (vadFrame-len(tail)%vadFrame)%vadFrame)...)
		s.ended = true
	}
	probs, err := s.probabilities(nil, frames)
	if err != nil {
		return err
	}
	s.judged += len(frames)
	for _, p := range probs {
		if found, ok := s.speech.push(p); ok {
			s.take(found)
		}
	}
	if s.ended {
		if found, ok := s.speech.flush(); ok {
			s.take(found)
		}
		s.pack(len(s.found), s.heard())
		return nil
	}
	s.forget()
	return nil
}

// forget drops audio that can no longer be needed, and tells of progress
// through a long silence.
func (s *speechWindower) forget() {
	from := s.judged - padBefore // where the next span can begin at the earliest
	if s.speech.open {
		from = s.speech.from()
	}
	s.drop(max(from-maxPause, s.covered()))
	if len(s.found) == 0 && !s.speech.open && from-s.told >= maxWindow {
		s.told = from
		s.ready = append(s.ready, window{next: from})
	}
}

// covered is the sample up to which speech has been taken.
func (s *speechWindower) covered() int {
	if n := len(s.found); n > 0 {
		return s.found[n-1].end
	}
	return s.told
}

// take queues a span of speech and packs a window once there is enough.
func (s *speechWindower) take(found span) {
	u := utterance{span: found}
	u.start = max(u.start, s.covered())
	u.end = min(u.end, s.heard())
	u.samples = slices.Clone(s.slice(u.start, u.end))
	u.gap = u.start - s.covered()
	if len(s.found) > 0 && u.gap <= maxPause {
		u.pause = slices.Clone(s.slice(s.covered(), u.start))
	}
	if s.packed+len(u.pause)+len(u.samples) > maxWindow {
		s.pack(s.bestCut(), s.covered())
		if s.packed+len(u.pause)+len(u.samples) > maxWindow {
			s.pack(len(s.found), s.covered())
		}
		if len(s.found) == 0 {
			u.pause = nil
		}
	}
	s.found = append(s.found, u)
	s.packed += len(u.pause) + len(u.samples)
}

// bestCut chooses how many of the waiting utterances the next window takes:
// those before the longest pause past minFill.
func (s *speechWindower) bestCut() int {
	best, longest, filled := len(s.found), -1, 0
	for i := 1; i < len(s.found); i++ {
		filled += len(s.found[i-1].pause) + len(s.found[i-1].samples)
		if filled >= minFill && s.found[i].gap >= longest {
			best, longest = i, s.found[i].gap
		}
	}
	return best
}

// pack makes a window of the first n waiting utterances. upto is how far the
// recording is covered when it takes all of them.
func (s *speechWindower) pack(n, upto int) {
	var w window
	for i, u := range s.found[:n] {
		if i > 0 && u.pause != nil {
			w.add(u.start-len(u.pause), u.pause)
		}
		w.add(u.start, u.samples)
	}
	w.next = upto
	if n < len(s.found) {
		w.next = s.found[n].start
		s.found[n].pause = nil
	}
	s.found = slices.Delete(s.found, 0, n)
	s.packed = 0
	for _, u := range s.found {
		s.packed += len(u.pause) + len(u.samples)
	}
	s.told = w.next
	if len(w.samples) > 0 || s.ended {
		s.ready = append(s.ready, w)
	}
}

// fixedWindower serves where there is no voice activity model: it cuts at the
// quietest point of each window past minFill and leaves out silent windows.
type fixedWindower struct{ intake }

func (f *fixedWindower) next() (window, error) {
	for len(f.buf) < maxWindow && f.fill(maxWindow-len(f.buf)) {
	}
	if len(f.buf) == 0 {
		if err := f.failed(); err != nil {
			return window{}, err
		}
		return window{}, io.EOF
	}
	n := len(f.buf)
	if n >= maxWindow {
		n = quietest(f.buf, minFill, maxWindow)
	}
	w := window{next: f.base + n}
	if !allSilent(f.buf[:n]) {
		w.add(f.base, f.buf[:n])
	}
	f.drop(w.next)
	w.last = f.err != nil && len(f.buf) == 0
	return w, nil
}

// quietest returns the middle of the 100 ms with the least energy between
// samples lo and hi.
func quietest(x []float32, lo, hi int) int {
	const n = app.SampleRate / 10
	best, least := hi, math.Inf(1)
	for at := lo; at+n <= hi; at += n / 4 {
		sum := 0.0
		for _, v := range x[at : at+n] {
			sum += float64(v) * float64(v)
		}
		if sum < least {
			best, least = at+n/2, sum
		}
	}
	return best
}

// allSilent reports whether every frame is silence.
func allSilent(x []float32) bool {
	for frame := range slices.Chunk(x, vadFrame) {
		if !silent(frame) {
			return false
		}
	}
	return true
}
