//go:build cgo

package engine

import (
	"context"
	"errors"

	"earshot/app"
)

// decode reports segments as they are found.
//
// Where the text of a window ends early, libwhisper encodes the window a second
// time from there on, which costs as much as the first: most of it is silence
// then. What is left is decoded as a short recording is, with the encoder's input
// cut. A state that was used so may not decode whole windows any more (see
// audioContext); a new one costs a small part of what is saved.
func (s *whisperState) decode(ctx context.Context, samples []float32, opt decodeOptions, report func(found)) error {
	r := &running{ctx: ctx, state: s, report: report}
	if opt.audioContext == 0 {
		r.window = len(samples)
	}
	if err := s.full(r, samples, opt); err != nil || r.left == 0 {
		return err
	}
	first := len(samples) - r.left
	left := padded(samples[first:])
	opt.audioContext = audioContext(len(left))
	rest := &running{ctx: ctx, state: s, report: func(f found) { report(f.after(first, len(samples))) }}
	return errors.Join(s.full(rest, left, opt), s.renew())
}

// leaves is how many samples there are after what was said, if that is little
// enough to cut the encoder's input for it.
func (r *running) leaves() int {
	left := r.window - int(r.said*app.SampleRate)
	if r.window == 0 || r.done == 0 || left <= 0 || audioContext(left) == 0 {
		return 0
	}
	return left
}
