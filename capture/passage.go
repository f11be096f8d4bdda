package capture

import (
	"context"
	"errors"
	"io"
	"math"

	"earshot/app"
)

// passage reads a passage at playRate, with Loop again and again. It is used by
// one goroutine.
type passage struct {
	app.Passage
	ctx  context.Context
	open func(ctx context.Context, start float64) (app.Audio, error)

	audio app.Audio // nil between two laps
	left  int       // samples until To
	given int       // samples so far
	laps  []lap     // the newest
}

// lap is where one way through a passage began.
type lap struct {
	sample int     // that was given first
	second float64 // of the recording that it is
}

// Laps that are remembered: a stretcher asks for the place of what it has read
// lately.
const mostLaps = 16

func (p *passage) read(buf []float32) (int, error) {
	for {
		if p.audio == nil {
			if err := p.begin(); err != nil {
				return 0, err
			}
		}
		n, err := 0, io.EOF
		if p.left > 0 {
			n, err = p.audio.Read(buf[:min(len(buf), p.left)])
		}
		if n > 0 {
			p.given += n
			p.left -= n
			return n, nil
		}
		last := p.laps[len(p.laps)-1]
		if !errors.Is(err, io.EOF) || !p.Loop || last.sample == p.given && last.second == p.From {
			return 0, err
		}
		p.close()
	}
}

// begin begins the first lap, or the next.
func (p *passage) begin() (err error) {
	from := p.At
	if len(p.laps) > 0 {
		from = p.From
	}
	p.left = math.MaxInt
	if p.To > 0 {
		p.left = int(math.Round((p.To - from) * playRate))
	}
	p.laps = append(p.laps[max(0, len(p.laps)+1-mostLaps):], lap{p.given, from})
	p.audio, err = p.open(p.ctx, from)
	return err
}

func (p *passage) close() {
	if p.audio != nil {
		p.audio.Close()
		p.audio = nil
	}
}

// second is where in the recording a sample is that read has given lately.
func (p *passage) second(sample float64) float64 {
	l := lap{0, p.At}
	for i, other := range p.laps {
		if i == 0 || float64(other.sample) <= sample {
			l = other
		}
	}
	return l.second + (sample-float64(l.sample))/playRate
}

// places say which second of a recording samples of a voice are. The marks
// come in order; places are never changed.
type places []mark

// mark is the second that a sample is, and by how much each one after it, up to
// the next mark, is later.
type mark struct {
	sample uint64
	second float64
	step   float64
}

// Marks that are remembered: more than there are hops in a voice's ring and in a
// sound device.
const mostMarks = 128

// second is the place of a sample; what is before all marks is where they begin.
func (t places) second(sample uint64) float64 {
	for i := len(t) - 1; i >= 0; i-- {
		if m := t[i]; m.sample <= sample {
			return m.second + float64(sample-m.sample)*m.step
		}
	}
	return t[0].second
}

// with are the places with a mark more, if it says anything new.
func (t places) with(m mark) places {
	last := t[len(t)-1]
	if last.step == m.step && math.Abs(t.second(m.sample)-m.second) < 1e-3 {
		return t
	}
	longer := make(places, 0, len(t)+1)
	return append(append(longer, t[max(0, len(t)+1-mostMarks):]...), m)
}
