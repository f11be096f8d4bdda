package main

import (
	"io"
	"time"

	"earshot/app"
)

// replay is a recording that is spoken again, in real time but for the waiting:
// whoever reads what has not been said yet moves the clock on. So delays are
// those of real life, and an hour takes only what it takes to compute.
//
// It is an app.Audio. Its clock begins with the first Read.
type replay struct {
	samples []float32
	total   int // samples to speak, over and over; 0 for once
	next    int
	began   time.Time
	skipped time.Duration
}

// A sound server hands over so many samples at a time: 20 ms.
const replayChunk = app.SampleRate / 50

// Spoken is how much has been said, read or not, in seconds: more than there
// is to say once all has been said.
func (r *replay) Spoken() float64 {
	if r.began.IsZero() {
		return 0
	}
	return (time.Since(r.began) + r.skipped).Seconds()
}

// Read returns what has been said and not been read.
func (r *replay) Read(buf []float32) (int, error) {
	if r.began.IsZero() {
		r.began = time.Now()
	}
	total := r.total
	if total == 0 {
		total = len(r.samples)
	}
	if r.next == total || len(r.samples) == 0 {
		return 0, io.EOF
	}
	said := min(int(r.Spoken()*app.SampleRate), total)
	if soonest := min(r.next+replayChunk, total); said < soonest {
		said = soonest
		at := time.Duration(said) * time.Second / app.SampleRate
		r.skipped += max(0, at-time.Since(r.began)-r.skipped)
	}
	n := 0
	for n < min(len(buf), said-r.next) {
		n += copy(buf[n:min(len(buf), said-r.next)], r.samples[(r.next+n)%len(r.samples):])
	}
	r.next += n
	return n, nil
}

func (*replay) Warnings() []string { return nil }
func (*replay) Close() error       { return nil }
