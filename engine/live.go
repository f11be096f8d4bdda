package engine

import (
	"context"
	"time"

	"earshot/app"
)

// live is the utterance that is open.
type live struct {
	from     int // its first sample, silence before it included
	upto     int // the last decode heard what is before this sample; 0 if there was none
	last     heard
	finalAt  int // the last frame of speech, if last was made as if no other came; else -1
	agreed   agreement
	ahead    int    // so many of the confirmed words are closed already: that was asked for
	language string // of the last decode
	p        float64
	sure     bool
}

// shown is what is shown of the tentative words: not the last one, which is
// cut off by the end of the sound and rarely right, unless nothing or a pause is
// before it.
func (l *live) shown() []app.Word {
	const pause = 0.4 // seconds
	all := l.agreed.words()
	n := len(all)
	if l.finalAt < 0 && n > len(l.agreed.confirmed) && n > 1 && all[n-1].Start-all[n-2].End < pause {
		n--
	}
	return all[len(l.agreed.confirmed):n]
}

// closeAsked closes what is certain, if that is asked for. The sound of it stays
// with the utterance, so that it is heard as it would have been. In a pause this
// waits: if that is the end, all is closed.
func (s *stream) closeAsked() {
	select {
	case <-s.opt.Close:
		s.asked = true
	default:
	}
	if !s.asked || s.turn.pausing() {
		return
	}
	s.asked = false
	if n := len(s.live.agreed.confirmed); s.turn.open && n > s.live.ahead {
		s.report.Segments = append(s.report.Segments, between(s.settled(), s.live.ahead, n, s.unspaced())...)
		s.live.ahead, s.changed = n, true
		s.send()
	}
}

// decodeFinal decodes the utterance as if no speech came any more.
func (s *stream) decodeFinal(ctx context.Context) error {
	err := s.decodeOpen(ctx, min(s.judged, (s.turn.last+1)*vadFrame+padAfter), true)
	s.live.finalAt = s.turn.last
	return err
}

// decodeOpen decodes the utterance up to a sample, with all care if it is to be
// the last time.
func (s *stream) decodeOpen(ctx context.Context, to int, final bool) error {
	t := &task{}
	t.window.add(s.live.from, s.in.slice(s.live.from, to))
	if len(t.window.samples) == 0 {
		s.live.last = heard{}
		return nil
	}
	began := time.Now()
	var h heard
	err := s.carry(ctx, t, &s.decoder, func(state nativeState) (err error) {
		h, err = s.hear(ctx, t, state, final)
		return err
	})
	if err != nil {
		return err
	}
	s.took = time.Since(began)
	s.progress.Position = s.seconds(s.closed)
	s.noteDevice(t)
	s.computed = true
	for i, found := range h.segments {
		h.segments[i] = moved(found, s.opt.Offset)
		inOrder(found.Words, s.told)
	}
	s.live.upto, s.live.last, s.live.finalAt = to, h, -1
	s.live.agreed.hear(wordsOf(h.segments))
	s.changed = true
	return nil
}

func (s *stream) hear(ctx context.Context, t *task, state nativeState, final bool) (heard, error) {
	samples := padded(t.window.samples)
	opt := s.decoding(len(samples))
	if err := s.askLanguage(state, samples, &opt); err != nil {
		return heard{}, err
	}
	if final {
		return t.hearSurely(ctx, state, samples, opt)
	}
	opt.temperatureStep = 0
	opt.audioContext = audioContextWith(len(samples), openMargin)
	opt.once = len(t.window.samples) < minDecode
	h, err := t.hear(ctx, state, samples, opt)
	if loops(h.segments) {
		var again []app.Omission
		h.segments, again = collapse(h.segments, unspaced[opt.language])
		h.omissions = append(h.omissions, again...)
	}
	return h, err
}

// askLanguage finds out in which language to decode. The first that is certain
// stays: for good, or for the utterance if there are several to choose among.
func (s *stream) askLanguage(state nativeState, samples []float32, opt *decodeOptions) error {
	l := &s.live
	if s.language == "" && !l.sure {
		code, p, err := state.detect(samples, s.among, opt.audioContext)
		if err != nil {
			return err
		}
		if code != l.language {
			l.agreed.tentative = nil // two languages do not agree
		}
		l.language, l.p, l.sure = code, p, p >= sureLanguage && len(samples) >= enoughForLanguage
		if l.sure && len(s.among) == 0 {
			s.language, s.result.Language = code, code
		}
	}
	if s.language == "" {
		opt.language = l.language
	} else {
		opt.language = s.language
	}
	return nil
}

// settled is what the utterance says so far.
func (s *stream) settled() []app.Segment {
	return s.live.agreed.settle(s.live.last.segments, s.unspaced())
}

func (s *stream) unspaced() bool {
	if s.language != "" {
		return unspaced[s.language]
	}
	return unspaced[s.live.language]
}
