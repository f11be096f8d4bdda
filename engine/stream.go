package engine

import (
	"context"
	"slices"
	"time"

	"earshot/app"
)

// How live text is made. An utterance that is open is decoded again and again
// as it grows; see agreement for what comes of it.
const (
	// Audio is taken in by so much; a source that has less has caught up.
	readAhead = 1 * app.SampleRate
	// So much must have come before an utterance is decoded, and before it is
	// again. Where a decode takes long, the second grows with it.
	firstStep = 160 * app.SampleRate / 1000
	nextStep  = 480 * app.SampleRate / 1000
	// Positions of the encoder's input beside those of the sound, while an
	// utterance is open: see audioContext.
	openMargin = 32
	// How many times as long as it takes to decode must have been spoken since.
	stepLoad = 1.5
	// A language detected in less speech may be another one.
	enoughForLanguage = 2 * app.SampleRate
)

// Stream implements app.Streamer.
func (e *Engine) Stream(ctx context.Context, audio app.Audio, opt app.RecognizeOptions, on func(app.Heard)) (app.Recognized, error) {
	r, err := e.begin(opt, func() { on(app.Heard{Loading: true}) })
	if err != nil {
		return app.Recognized{}, err
	}
	defer r.end()
	s := &stream{recognition: r, tell: on, in: intake{audio: audio}, probabilities: loud}
	s.turn.pause = int(opt.Pause.Seconds() * app.SampleRate)
	if opt.VAD == "" {
		r.result.Warnings = append(r.result.Warnings, withoutVAD)
	} else {
		vad, err := openVAD(opt.VAD)
		if err != nil {
			return r.result, err
		}
		defer vad.free()
		s.probabilities = askAboutSound(vad.probabilities)
	}
	err = s.run(ctx)
	r.learn(err)
	r.result.Duration = opt.Offset + float64(s.in.heard())/app.SampleRate
	return r.result, err
}

// loud takes everything that is not silent for speech.
func loud(dst, samples []float32) ([]float32, error) {
	for frame := range slices.Chunk(samples, vadFrame) {
		p := float32(0)
		if !silent(frame) {
			p = 1
		}
		dst = append(dst, p)
	}
	return dst, nil
}

// stream is one run of Stream. One goroutine does it all: it reads what has
// come, judges it, decodes, reports. What comes meanwhile waits in the source,
// so that a slow machine shows less of what is open, and loses nothing.
type stream struct {
	*recognition
	tell          func(app.Heard)
	in            intake
	probabilities judge
	decoder       decoder
	took          time.Duration // by the last decode

	turn   turn
	judged int // samples that turn has seen
	closed int // everything before this sample is closed
	live   live
	asked  bool // to close what is certain

	report  app.Heard // the next one
	sent    app.Heard // the last one
	changed bool      // live, since that
}

// run reads the audio to its end.
func (s *stream) run(ctx context.Context) (err error) {
	if len(s.among) == 1 {
		s.language = s.among[0]
		s.result.Language = s.language
	}
	s.short = true
	defer s.dropCPU()
	if s.decoder, err = newDecoder(s.model, s.short); err != nil {
		return err
	}
	defer func() { s.decoder.close() }()
	s.changed = true
	for s.in.err == nil {
		s.send()
		got := s.in.read(readAhead)
		s.closeAsked()
		if err := s.listen(ctx, s.in.slice(s.judged, s.judged+(s.in.heard()-s.judged)/vadFrame*vadFrame)); err != nil {
			return err
		}
		if got < readAhead && s.in.err == nil {
			if err := s.keepUp(ctx); err != nil {
				return err
			}
		}
	}
	return s.finish(ctx)
}

// listen judges frames, and closes what ends in them.
func (s *stream) listen(ctx context.Context, frames []float32) error {
	probs, err := s.probabilities(nil, frames)
	if err != nil {
		return err
	}
	for _, p := range probs {
		if err := s.hearFrame(ctx, p); err != nil {
			return err
		}
	}
	s.in.drop(s.closed)
	return ctx.Err()
}

func (s *stream) hearFrame(ctx context.Context, p float32) error {
	wasOpen := s.turn.open
	ended := s.turn.push(p)
	s.judged += vadFrame
	switch {
	case ended:
		return s.end(ctx)
	case !s.turn.open:
		s.closed = max(s.closed, s.judged-padBefore)
	case !wasOpen:
		s.live = live{from: max(s.closed, s.turn.start*vadFrame-padBefore), finalAt: -1, language: s.live.language}
	case s.judged-s.live.from >= longest:
		return s.shorten(ctx)
	}
	return nil
}

// keepUp decodes what is open, where enough is new.
func (s *stream) keepUp(ctx context.Context) error {
	switch {
	case !s.turn.open:
		return nil
	case s.turn.pausing():
		if s.live.finalAt == s.turn.last || s.turn.spoken() < minSpeech {
			return nil
		}
		return s.decodeFinal(ctx)
	case s.turn.quiet() > vadFrame || s.turn.spoken() < firstStep || s.in.heard()-s.live.upto < s.step():
		return nil
	}
	if err := s.decodeOpen(ctx, s.in.heard(), false); err != nil {
		return err
	}
	s.tidy()
	return nil
}

// step is how many samples must be new for what is open to be decoded again: few
// where nothing has been heard yet, or nothing after a pause.
func (s *stream) step() int {
	took := s.took.Seconds() * app.SampleRate
	if s.live.finalAt >= 0 || len(s.live.last.segments) == 0 && len(s.live.agreed.confirmed) == 0 {
		return max(firstStep, int(took))
	}
	return max(nextStep, int(stepLoad*took))
}

// end closes the utterance that has ended.
func (s *stream) end(ctx context.Context) error {
	upto := max(s.judged-padBefore, (s.turn.last+1)*vadFrame, s.live.from)
	if s.turn.spoken() < minSpeech && len(s.live.agreed.confirmed) == 0 {
		s.closed, s.changed = upto, true
		return nil
	}
	if s.live.finalAt != s.turn.last {
		if err := s.decodeFinal(ctx); err != nil {
			return err
		}
	}
	s.close(s.settled(), upto)
	return nil
}

// finish closes what is open when the audio has ended.
func (s *stream) finish(ctx context.Context) error {
	// The last frame is judged with silence after it.
	tail := slices.Clone(s.in.slice(s.judged, s.in.heard()))
	if n := len(tail); n > 0 {
		tail = append(tail, make([]float32, vadFrame-n)...)
	}
	if err := s.listen(ctx, tail); err != nil {
		return err
	}
	if s.turn.open {
		if err := s.end(ctx); err != nil {
			return err
		}
	}
	s.turn.open = false
	if l := s.live; len(s.among) == 0 && s.language == "" && l.language != "" && l.p < sureLanguage {
		s.guessed(s.result.Language, l.p)
	}
	s.closed, s.changed = s.in.heard(), true
	s.send()
	return s.in.failed()
}

// close reports segments, which are all there is before a sample, but for words
// that are closed already.
func (s *stream) close(segments []app.Segment, upto int) {
	for i, segment := range segments {
		segments[i] = s.follow(segment)
	}
	n := len(wordsOf(segments))
	s.report.Segments = append(s.report.Segments, between(segments, s.live.ahead, n, s.unspaced())...)
	s.live.ahead -= min(s.live.ahead, n)
	for _, o := range s.live.last.omissions {
		o.Segment = moved(o.Segment, s.opt.Offset)
		// What is certain is not left out.
		words := slices.DeleteFunc(o.Segment.Words, s.live.agreed.covers)
		if len(words) > 0 {
			o.Segment = ofWords(o.Segment, words, s.unspaced())
			s.report.Omissions = append(s.report.Omissions, o)
		}
	}
	s.live.last = heard{}
	s.noteLanguage(s.live.language, upto-s.live.from)
	s.closed, s.changed = upto, true
}

// seconds is the time of a sample in the recording.
func (s *stream) seconds(sample int) float64 {
	return s.opt.Offset + float64(sample)/app.SampleRate
}

// sample is the one at a time of the recording.
func (s *stream) sample(seconds float64) int {
	return int((seconds - s.opt.Offset) * app.SampleRate)
}

// position is the second that everything before is closed. It does not go back.
func (s *stream) position() float64 {
	at := s.seconds(min(s.closed, s.in.heard()))
	if n := s.live.ahead; s.turn.open && n > 0 {
		at = max(at, s.live.agreed.confirmed[n-1].End)
	}
	return max(at, s.sent.Position)
}

// send reports how things stand, if that has changed or a second has gone by.
func (s *stream) send() {
	h := s.report
	h.Position, h.Read = s.position(), s.seconds(s.in.heard())
	h.Speech = s.turn.open && !s.turn.pausing()
	h.Language, h.Device = s.result.Language, s.result.Device
	if s.language == "" && s.live.language != "" {
		h.Language = s.live.language
	}
	if s.turn.open {
		h.Confirmed, h.Tentative = slices.Clip(s.live.agreed.confirmed[s.live.ahead:]), s.live.shown()
	}
	if !s.changed && h.Speech == s.sent.Speech && h.Read < s.sent.Read+1 {
		return
	}
	s.report, s.sent, s.changed = app.Heard{}, h, false
	s.tell(h)
}
