package engine

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"

	"earshot/app"
)

// vadFrame is the number of samples that Silero judges at a time: 32 ms.
const vadFrame = 512

// vadDigest is the SHA-256 of ggml-silero-v6.2.0.bin. The native loader
// trusts its file, so no other content reaches it.
const vadDigest = "2aa269b785eeb53a82983a20501ddf7c1d9c48e33ab63a41391ac6c9f7fb6987"

// openVAD loads the voice activity model at path.
func openVAD(path string) (*nativeVAD, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, &app.ModelError{Path: path, Err: err}
	}
	sum := sha256.Sum256(data)
	if hex.EncodeToString(sum[:]) != vadDigest {
		return nil, &app.ModelError{Path: path, Err: errors.New("it is not Silero VAD v6.2.0: its checksum is another")}
	}
	v, err := loadNativeVAD(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("load the voice activity model: %w", err)
	}
	return v, nil
}

// A frame quieter than -70 dBFS on average is silence, and no model is asked: it
// is less than the noise of any room with a microphone in it, and what muted
// microphones, gates and edited recordings give.
const silence = 0.0003

// askAboutSound is a judge of frames that asks another only about those that are
// not silence.
func askAboutSound(ask judge) judge {
	return func(dst, samples []float32) (_ []float32, err error) {
		for len(samples) > 0 && err == nil {
			n, quiet := 0, silent(samples[:vadFrame])
			for n < len(samples) && silent(samples[n:n+vadFrame]) == quiet {
				n += vadFrame
			}
			if quiet {
				dst = append(dst, make([]float32, n/vadFrame)...)
			} else {
				dst, err = ask(dst, samples[:n])
			}
			samples = samples[n:]
		}
		return dst, err
	}
}

// silent reports whether a frame, or less than one, is silence.
func silent(frame []float32) bool {
	var sum float32
	for _, v := range frame {
		sum += v * v
	}
	return sum < silence*silence*float32(len(frame))
}

// judge appends to dst the probability of speech in each frame of vadFrame
// samples; len(samples) is a multiple of vadFrame.
type judge func(dst, samples []float32) ([]float32, error)

// Speech begins in a frame above speechOn and lasts until the probability has
// stayed below speechOff for minPause; shorter than minSpeech it is a click.
// The thresholds and the hysteresis are those of Silero's own
// get_speech_timestamps.
const (
	speechOn  = 0.5
	speechOff = 0.35

	minSpeech = 250 * app.SampleRate / 1000
	minPause  = 250 * app.SampleRate / 1000
	// Silero hears a word late and lets go of it early.
	padBefore = 200 * app.SampleRate / 1000
	padAfter  = minPause // heard already when a span ends
)

// span is a stretch of samples [start, end), counted from the first sample of
// the audio.
type span struct{ start, end int }

func (s span) len() int { return s.end - s.start }

// speech finds spans of speech in a stream of frame probabilities, padded at
// both ends. It holds one span at a time, none longer than maxWindow.
type speech struct {
	frames int  // seen
	open   bool // a span has begun
	joined bool // the open span follows on the one before
	start  int  // its first frame
	last   int  // its last frame above speechOff
	probs  []float32
}

// push takes the next frame's probability and returns the span that ends with
// it, if one does.
func (s *speech) push(p float32) (span, bool) {
	at := s.frames
	s.frames++
	if !s.open {
		if p >= speechOn {
			s.open, s.joined, s.start, s.last = true, false, at, at
			s.probs = append(s.probs[:0], p)
		}
		return span{}, false
	}
	s.probs = append(s.probs, p)
	if p >= speechOff {
		s.last = at
	}
	if (at-s.last)*vadFrame >= minPause {
		return s.flush()
	}
	if (at+1-s.start)*vadFrame >= maxWindow-padBefore-padAfter-vadFrame {
		return s.cut()
	}
	return span{}, false
}

// flush ends the span that is open, if there is one.
func (s *speech) flush() (span, bool) {
	if !s.open {
		return span{}, false
	}
	s.open = false
	bare := span{s.start * vadFrame, (s.last + 1) * vadFrame}
	return span{s.from(), bare.end + padAfter}, s.joined || bare.len() >= minSpeech
}

// from is where the open span begins, padding included.
func (s *speech) from() int {
	if s.joined {
		return s.start * vadFrame
	}
	return max(0, s.start*vadFrame-padBefore)
}

// cut ends a span that has grown too long at its least likely frame of the
// second half, where a breath or a stop is; the rest stays open.
func (s *speech) cut() (span, bool) {
	n := len(s.probs)
	best := n / 2
	for i := n / 2; i < n-1; i++ {
		if s.probs[i] < s.probs[best] {
			best = i
		}
	}
	found := span{s.from(), (s.start + best) * vadFrame}
	s.start += best
	s.joined = true
	s.last = max(s.last, s.start)
	s.probs = append(s.probs[:0], s.probs[best:]...)
	return found, true
}
