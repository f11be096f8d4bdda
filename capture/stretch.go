package capture

import (
	"io"
	"math"
)

// stretcher makes sound faster or slower and leaves its pitch: WSOLA, of
// Verhelst and Roelands, "An overlap-add technique based on waveform similarity
// (WSOLA) for high quality time-scale modification of speech" (ICASSP 1993).
//
// Each hop of output fades from what would have followed the hop before into a
// stretch of input that is near the place where the speed says we are, and the
// one most like it of those. At speed 1 that is what would have followed itself,
// and nothing is changed.
type stretcher struct {
	in        samples
	hop       int       // output samples at a time
	tolerance int       // how far from its place a stretch may be taken
	rise      []float32 // fades a stretch in; 1 less it fades the other out

	buf     []float32 // input from sample base on
	base    int64
	natural int64   // what would follow the hop before
	target  float64 // the place of the next hop in the input, by the speed
	err     error   // of in

	out  []float32 // of the hop that is being read
	left []float32 // of out
	step float64   // input samples for each output sample of out
}

// Speech has its pitch at 60 Hz and up: both a hop and the places that are
// tried reach over a period of it.
const (
	stretchHop       = 0.016 // seconds
	stretchTolerance = 0.010
)

func newStretcher(in samples, rate int) *stretcher {
	s := &stretcher{
		in: in, hop: int(stretchHop * float64(rate)), tolerance: int(stretchTolerance * float64(rate)),
	}
	s.rise = make([]float32, s.hop)
	for i := range s.rise {
		s.rise[i] = float32(0.5 - 0.5*math.Cos(math.Pi*(float64(i)+0.5)/float64(s.hop)))
	}
	s.out = make([]float32, s.hop)
	return s
}

// place is that of the next sample that read gives, in samples of the input.
func (s *stretcher) place() float64 { return s.target - s.step*float64(len(s.left)) }

// read gives samples at a speed, of one hop at most; another speed is heard
// from the next hop on.
func (s *stretcher) read(buf []float32, speed float64) (int, error) {
	if len(s.left) == 0 {
		if err := s.next(speed); err != nil {
			return 0, err
		}
	}
	n := copy(buf, s.left)
	s.left = s.left[n:]
	return n, nil
}

// next makes the next hop.
func (s *stretcher) next(speed float64) error {
	from := max(0, int64(math.Round(s.target))-int64(s.tolerance))
	s.forget(min(s.natural, from))
	s.fill(max(s.natural+int64(s.hop), from+int64(2*s.tolerance+s.hop), int64(s.target+speed*float64(s.hop))+1))
	remain := float64(s.base+int64(len(s.buf))) - s.target
	if s.err != nil && remain < 1 {
		return s.err
	}
	at := s.natural
	if speed != 1 {
		at = s.similar(from)
	}
	before, after := s.stretch(s.natural), s.stretch(at)
	for i, up := range s.rise {
		s.out[i] = before[i] + up*(after[i]-before[i])
	}
	s.natural = at + int64(s.hop)
	n := s.hop
	if s.err != nil {
		n = min(n, int(math.Ceil(remain/speed)))
	}
	s.left, s.step = s.out[:n], speed
	s.target += speed * float64(n)
	return nil
}

// forget drops input before a sample.
func (s *stretcher) forget(before int64) {
	n := min(max(0, before-s.base), int64(len(s.buf)))
	s.buf = append(s.buf[:0], s.buf[n:]...)
	s.base += n
}

// fill reads input up to a sample, as far as there is any. What is missing at
// the end is not in buf.
func (s *stretcher) fill(to int64) {
	for s.err == nil && s.base+int64(len(s.buf)) < to {
		have := len(s.buf)
		s.buf = append(s.buf, make([]float32, to-s.base-int64(have))...)
		n, err := s.in.read(s.buf[have:])
		s.buf = s.buf[:have+n]
		if s.err = err; err == nil && n == 0 {
			s.err = io.ErrNoProgress
		}
	}
}

// stretch is one hop of input, with silence after its end.
func (s *stretcher) stretch(from int64) []float32 {
	at := int(min(from-s.base, int64(len(s.buf))))
	if at+s.hop <= len(s.buf) {
		return s.buf[at : at+s.hop]
	}
	padded := make([]float32, s.hop)
	copy(padded, s.buf[at:])
	return padded
}

// similar is where, from a sample on to twice the tolerance later, the input is
// most like what would follow naturally. It looks at every fourth place by
// every fourth sample first, and then around the best of them.
func (s *stretcher) similar(from int64) int64 {
	const coarse = 4
	model := s.stretch(s.natural)
	places := s.buf[min(from-s.base, int64(len(s.buf))):]
	last := min(2*s.tolerance, len(places)-s.hop)
	if last < 0 {
		return s.natural // the end: it fades out
	}
	best := mostLike(model, places, 0, last, coarse, coarse)
	best = mostLike(model, places, max(0, best-coarse), min(last, best+coarse), 1, 1)
	return from + int64(best)
}

// mostLike is the place, from first to last by step, at which places have the
// largest normalized correlation with the model, going by every stride-th
// sample. Between equal ones, as in silence, it is the middle that counts.
func mostLike(model, places []float32, first, last, step, stride int) int {
	best, most := (first+last)/2, float32(0)
	for at := first; at <= last; at += step {
		var product, energy float32
		there := places[at : at+len(model)]
		for i := 0; i < len(model); i += stride {
			product += model[i] * there[i]
			energy += there[i] * there[i]
		}
		if product <= 0 {
			continue
		}
		if likeness := product * product / energy; likeness > most {
			best, most = at, likeness
		}
	}
	return best
}
