package capture

import (
	"context"
	"math"
	"sync"
	"time"

	"earshot/app"
)

// Paced is audio that comes as if somebody were speaking it: Read gives what
// has been spoken and not been read yet, and waits when there is none. It is to
// live sound what a file is to a microphone, for measuring. Spoken and Position
// may be called from other goroutines than the one that reads.
type Paced struct {
	ctx     context.Context
	audio   app.Audio
	speedup float64

	mu     sync.Mutex
	begun  time.Time // when Read was called first
	jumped float64   // seconds by which the clock was put forward
	read   int64     // samples
	ended  bool      // nothing more is spoken
}

// Seconds between two lumps of sound, as a recording gives them, and the samples
// in one.
const (
	paceStep    = 0.05
	paceSamples = app.SampleRate / 20
)

// Pace paces audio from the first Read on. speedup is how much faster than life
// it is spoken. With 0, waiting takes no time: where Read would wait, the clock
// is put forward, so that only what the reader itself needs counts. Read ends
// with ctx's error. Close closes audio.
func Pace(ctx context.Context, audio app.Audio, speedup float64) *Paced {
	return &Paced{ctx: ctx, audio: audio, speedup: speedup}
}

// Spoken is how many seconds have been spoken by now.
func (p *Paced) Spoken() float64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.spoken()
}

// Position is how many seconds have been read. The reader lags behind the
// speaker by Spoken less Position.
func (p *Paced) Position() float64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.position()
}

func (p *Paced) position() float64 { return float64(p.read) / app.SampleRate }

func (p *Paced) spoken() float64 {
	if p.begun.IsZero() || p.ended {
		return p.position()
	}
	speed := p.speedup
	if speed == 0 {
		speed = 1
	}
	return p.jumped + speed*time.Since(p.begun).Seconds()
}

// Read implements app.Audio.
func (p *Paced) Read(buf []float32) (int, error) {
	ready, err := p.wait()
	if err != nil {
		return 0, err
	}
	buf = buf[:min(ready, len(buf))] // all of it: a reader takes less for having caught up
	n := 0
	for n < len(buf) && err == nil {
		var more int
		more, err = p.audio.Read(buf[n:])
		n += more
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.read += int64(n)
	p.ended = err != nil
	if n > 0 {
		return n, nil // audio says why it has ended once more
	}
	return 0, err
}

// wait waits for a lump and returns how many samples can be read.
func (p *Paced) wait() (int, error) {
	for {
		p.mu.Lock()
		if p.begun.IsZero() {
			p.begun = time.Now()
		}
		missing := p.position() + paceStep - p.spoken()
		if missing > 0 && p.speedup == 0 {
			p.jumped += missing
			missing = 0
		}
		ready := int(math.Round((p.spoken() - p.position()) * app.SampleRate))
		ended := p.ended
		p.mu.Unlock()
		if ended {
			return paceSamples, p.ctx.Err() // Read finds out again how it ended
		}
		if missing <= 0 && ready > 0 {
			return ready, p.ctx.Err()
		}
		timer := time.NewTimer(max(time.Duration(missing/max(p.speedup, 1)*float64(time.Second)), time.Millisecond))
		select {
		case <-timer.C:
		case <-p.ctx.Done():
			timer.Stop()
			return 0, p.ctx.Err()
		}
	}
}

// Warnings implements app.Audio.
func (p *Paced) Warnings() []string { return p.audio.Warnings() }

// Close implements app.Audio.
func (p *Paced) Close() error { return p.audio.Close() }
