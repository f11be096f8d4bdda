package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"earshot/app"
)

// Decoding settings of Whisper; Parakeet has none. Entropy and log probability are the thresholds below
// which a window is decoded again at a higher temperature; 2.8 and -1.25 are
// the values that OpenWhispr measured over 4,814 dictations against invented
// text.
var decoding = decodeOptions{
	suppressNonSpeech: true,
	bestOf:            5,
	entropy:           2.8,
	logprob:           -1.25,
	temperatureStep:   0.2,
}

type decodeOptions struct {
	language          string
	suppressNonSpeech bool
	bestOf            int
	entropy, logprob  float64
	temperatureStep   float64
}

// The decoder's spectrogram wants at least a second.
const minDecode = app.SampleRate + app.SampleRate/10

// Recognize implements app.Recognizer.
func (e *Engine) Recognize(ctx context.Context, audio app.Audio, opt app.RecognizeOptions, on func(app.Progress)) (app.Recognized, error) {
	language := strings.ToLower(opt.Language)
	if language == "" {
		language = "auto"
	}
	if language != "auto" && languageID(language) < 0 {
		return app.Recognized{}, &app.UsageError{What: "language", Value: opt.Language, Want: "auto or an ISO 639-1 code such as en, de or fr"}
	}
	on(app.Progress{Loading: true})
	m, why, err := e.prepare(opt)
	if err != nil {
		return app.Recognized{}, err
	}
	defer m.release()
	if language, err = m.language(language); err != nil {
		return app.Recognized{}, &app.ModelError{Path: opt.Model, Err: err}
	}
	r := &recognition{model: m, opt: opt, on: on}
	r.result.Device = m.device.label()
	if why != "" {
		r.result.Warnings = append(r.result.Warnings, why)
	}
	r.progress = app.Progress{Device: r.result.Device, Position: opt.Offset}
	on(r.progress)
	closeVAD, err := r.cutter(audio)
	if err != nil {
		return r.result, err
	}
	defer closeVAD()
	err = r.run(ctx, language)
	r.result.Duration = opt.Offset + float64(r.windows.heard())/app.SampleRate
	return r.result, err
}

// recognition is one run of Recognize.
type recognition struct {
	model    *model
	opt      app.RecognizeOptions
	on       func(app.Progress)
	windows  windower
	language string
	progress app.Progress // the last report, without segments
	result   app.Recognized
	end      float64 // of the last segment reported
}

// cutter chooses how the audio is cut into windows.
func (r *recognition) cutter(audio app.Audio) (closeVAD func(), err error) {
	if r.opt.VAD == "" {
		r.windows = &fixedWindower{intake{audio: audio}}
		r.result.Warnings = append(r.result.Warnings,
			"The voice activity model (ggml-silero-v6.2.0.bin) is missing: the recording was cut into fixed windows, and silence may have been given words.")
		return func() {}, nil
	}
	vad, err := openVAD(r.opt.VAD)
	if err != nil {
		return nil, err
	}
	r.windows = newSpeechWindower(audio, vad.probabilities)
	return vad.free, nil
}

// run decodes all windows, several side by side, and reports them in order.
func (r *recognition) run(ctx context.Context, language string) error {
	first, err := r.firstSpeech(ctx)
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := r.settleLanguage(ctx, first, language); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()

	n := sideBySide(r.opt.Threads, r.model.device)
	todo := make(chan *task)
	inOrder := make(chan *task, n)
	for range n {
		s, err := r.model.borrow()
		if err != nil {
			close(todo)
			return err
		}
		wg.Go(func() {
			defer r.model.giveBack(s)
			for t := range todo {
				t.decode(ctx, s, r.language)
			}
		})
	}
	ended := make(chan error, 1)
	wg.Go(func() { ended <- r.hand(ctx, first, todo, inOrder) })
	for t := range inOrder {
		if err := r.report(t); err != nil {
			return err
		}
	}
	return <-ended
}

// firstSpeech returns the first window that holds speech; io.EOF if there is
// none.
func (r *recognition) firstSpeech(ctx context.Context) (window, error) {
	for {
		if err := ctx.Err(); err != nil {
			return window{}, err
		}
		w, err := r.windows.next()
		if err != nil || len(w.samples) > 0 {
			return w, err
		}
		r.advance(w)
	}
}

// settleLanguage detects the language in the first window of speech unless
// it is given. It stays "" where the model keeps it to itself.
func (r *recognition) settleLanguage(ctx context.Context, first window, language string) error {
	if language == "auto" {
		s, err := r.model.borrow()
		if err != nil {
			return err
		}
		defer r.model.giveBack(s)
		code, p, err := s.detect(padded(first.samples))
		if err != nil {
			return err
		}
		if p < 0.5 {
			r.result.Warnings = append(r.result.Warnings,
				fmt.Sprintf("The language is a guess: %q, with a probability of %.0f %%.", code, 100*p))
		}
		language = code
	}
	r.language, r.result.Language, r.progress.Language = language, language, language
	r.on(r.progress)
	return ctx.Err()
}

// hand gives windows to the decoders until the audio ends.
func (r *recognition) hand(ctx context.Context, w window, todo, inOrder chan<- *task) error {
	defer close(todo)
	defer close(inOrder)
	for {
		t := &task{window: w, found: make(chan found, 8)}
		select {
		case inOrder <- t:
		case <-ctx.Done():
			return ctx.Err()
		}
		select {
		case todo <- t:
		case <-ctx.Done():
			t.err = ctx.Err()
			close(t.found)
			return ctx.Err()
		}
		var err error
		if w, err = r.windows.next(); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
	}
}

// task is a window on its way through a decoder. err is set before found is
// closed.
type task struct {
	window window
	found  chan found
	err    error
}

func (t *task) decode(ctx context.Context, s nativeState, language string) {
	defer close(t.found)
	if t.err = ctx.Err(); t.err != nil || len(t.window.samples) == 0 {
		return
	}
	opt := decoding
	opt.language = language
	t.err = s.decode(ctx, padded(t.window.samples), opt, func(f found) {
		select {
		case t.found <- f:
		case <-ctx.Done():
		}
	})
}

func padded(samples []float32) []float32 {
	if len(samples) >= minDecode {
		return samples
	}
	return append(samples[:len(samples):len(samples)], make([]float32, minDecode-len(samples))...)
}

// report passes on what a window holds as it is found, then its end.
func (r *recognition) report(t *task) error {
	for f := range t.found {
		p := r.progress
		for _, s := range t.window.transcribe(f, r.language) {
			p.Segments = append(p.Segments, r.place(s))
		}
		reached := r.opt.Offset + t.window.end(f.fraction*float64(len(t.window.samples))/app.SampleRate)
		r.progress.Reached = max(r.progress.Reached, reached, r.end)
		p.Reached = r.progress.Reached
		r.on(p)
	}
	if t.err != nil {
		return t.err
	}
	r.advance(t.window)
	return nil
}

// place moves a segment from the audio's time to the recording's and keeps it
// behind the one before.
func (r *recognition) place(s app.Segment) app.Segment {
	s.Start = max(s.Start+r.opt.Offset, r.end)
	s.End = max(s.End+r.opt.Offset, s.Start)
	r.end = s.End
	for i := range s.Words {
		w := &s.Words[i]
		w.Start = min(max(w.Start+r.opt.Offset, s.Start), s.End)
		w.End = min(max(w.End+r.opt.Offset, w.Start), s.End)
	}
	return s
}

func (r *recognition) advance(w window) {
	r.progress.Position = r.opt.Offset + float64(w.next)/app.SampleRate
	r.progress.Reached = r.progress.Position
	r.on(r.progress)
}
