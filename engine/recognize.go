package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"earshot/app"
)

// Recognize implements app.Recognizer.
func (e *Engine) Recognize(ctx context.Context, audio app.Audio, opt app.RecognizeOptions, on func(app.Progress)) (app.Recognized, error) {
	r, err := e.begin(opt, func() { on(app.Progress{Loading: true}) })
	if err != nil {
		return app.Recognized{}, err
	}
	defer r.end()
	r.on = on
	r.on(r.progress)
	closeVAD, err := r.cutter(audio)
	if err != nil {
		return r.result, err
	}
	defer closeVAD()
	err = r.run(ctx)
	r.learn(err)
	r.result.Duration = opt.Offset + float64(r.windows.heard())/app.SampleRate
	return r.result, err
}

// begin loads the model for what is asked and makes sure that it can do it.
// The caller ends the recognition.
func (e *Engine) begin(opt app.RecognizeOptions, loading func()) (*recognition, error) {
	among, err := languagesAsked(opt.Language)
	if err != nil {
		return nil, err
	}
	loading()
	began := time.Now()
	m, trial, why, err := e.prepare(opt)
	if err != nil {
		return nil, err
	}
	r := &recognition{engine: e, model: m, trial: trial, opt: opt, spoken: map[string]float64{}}
	if r.among, err = m.languagesFor(among); err == nil && opt.Translate && !m.info.CanTranslate {
		err = errors.New("it cannot translate")
	}
	if err != nil {
		r.end()
		return nil, &app.ModelError{Path: opt.Model, Err: err}
	}
	if m.loaded.After(began) {
		r.result.Load = m.took.Seconds()
	}
	r.result.Device = m.device.label()
	if why != "" {
		r.result.Warnings = append(r.result.Warnings, why)
	}
	r.progress = app.Progress{Device: r.result.Device, Position: opt.Offset}
	return r, nil
}

// learn notes how the device has done.
func (r *recognition) learn(err error) {
	r.engine.learn(r.model.device, r.trial, r.failure(), err == nil && r.computed)
	r.trial = nil
}

// end gives the model back.
func (r *recognition) end() {
	r.trial.giveUp()
	r.engine.used(r.model, r.opt.Keep)
	r.model.release()
	trim()
}

// languagesAsked reads RecognizeOptions.Language; nil stands for all.
func languagesAsked(list string) ([]string, error) {
	codes := app.ParseLanguages(list)
	for _, code := range codes {
		if languageID(code) < 0 {
			return nil, &app.UsageError{What: "language", Value: code, Want: "auto or an ISO 639-1 code such as en, de or fr"}
		}
	}
	return codes, nil
}

// recognition is one run of Recognize. Its goroutine reports; the decoders'
// touch what is marked as theirs.
type recognition struct {
	engine   *Engine
	model    *model
	trial    *attempt // the first use of its device; nil if it is not the first
	computed bool     // a window was decoded
	opt      app.RecognizeOptions
	on       func(app.Progress)
	windows  windower           // the feeder's
	among    []string           // languages that can be spoken; nil if it can be any
	short    bool               // all speech fits into a part of one window
	language string             // spoken in every window; "" if each is asked
	spoken   map[string]float64 // seconds of windows, by language
	progress app.Progress       // the last report, without segments
	result   app.Recognized
	told     float64 // the end of the last segment reported

	mu   sync.Mutex // guards what follows: the decoders'
	cpu  *model     // in place of a GPU that failed
	fell error      // why it did
	over bool       // nobody listens any more
}

const withoutVAD = "The voice activity model (ggml-silero-v6.2.0.bin) is missing: the recording was cut into fixed windows, and silence may have been given words."

// cutter chooses how the audio is cut into windows.
func (r *recognition) cutter(audio app.Audio) (closeVAD func(), err error) {
	if r.opt.Believe {
		r.windows = &fixedWindower{intake{audio: audio}}
		return func() {}, nil
	}
	if r.opt.VAD == "" {
		r.windows = &fixedWindower{intake{audio: audio}}
		r.result.Warnings = append(r.result.Warnings, withoutVAD)
		return func() {}, nil
	}
	vad, err := openVAD(r.opt.VAD)
	if err != nil {
		return nil, err
	}
	r.windows = newSpeechWindower(audio, askAboutSound(vad.probabilities))
	return vad.free, nil
}

// run decodes all windows, several side by side, and reports them in order.
func (r *recognition) run(ctx context.Context) error {
	first, err := r.firstSpeech(ctx)
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil {
		return err
	}
	r.short = first.last && audioContext(len(padded(first.samples))) > 0
	defer r.dropCPU()
	if err := r.settleLanguage(ctx, first); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	var feeder sync.WaitGroup
	defer feeder.Wait()
	defer cancel()

	n := r.engine.sideBySide(r.opt.Threads, r.model.device)
	if r.short {
		n = 1 // there is one window
	}
	todo := make(chan *task)
	inOrder := make(chan *task, 2*n) // one slow window does not stop the others
	for range n {
		d, err := newDecoder(r.model, r.short)
		if err != nil {
			close(todo)
			return err
		}
		go r.work(ctx, d, todo) // ends with todo or ctx, after at most one pass of the network
	}
	ended := make(chan error, 1)
	feeder.Go(func() { ended <- r.hand(ctx, first, todo, inOrder) })
	for t := range inOrder {
		if err := r.report(ctx, t); err != nil {
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

// settleLanguage takes the only language that can be spoken, or detects it in
// the first window of speech among all. It stays "" where each window is asked,
// or where the model keeps it to itself.
func (r *recognition) settleLanguage(ctx context.Context, first window) error {
	switch len(r.among) {
	case 0:
		code, p, err := r.detect(ctx, first)
		if err != nil {
			return err
		}
		if p < sureLanguage {
			r.guessed(code, p)
		}
		r.language = code
	case 1:
		r.language = r.among[0]
	}
	r.result.Language, r.progress.Language = r.language, r.language
	r.on(r.progress)
	return ctx.Err()
}

// detect asks the model for the language of a window, as a decoder does its work:
// the CPU takes over where a GPU fails, and nobody waits for it when the job is
// cancelled.
func (r *recognition) detect(ctx context.Context, w window) (code string, p float64, err error) {
	d, err := newDecoder(r.model, r.short)
	if err != nil {
		return "", 0, err
	}
	samples := padded(w.samples)
	input := r.decoding(len(samples)).audioContext
	t, ended := &task{window: w}, make(chan error, 1)
	var found string
	var sure float64
	go func() { // ends after one pass
		err := r.carry(ctx, t, &d, func(s nativeState) (err error) {
			found, sure, err = s.detect(samples, r.model.info.Languages, input)
			return err
		})
		d.close() // first: a decoder takes the state over
		ended <- err
	}()
	select {
	case err := <-ended:
		if err == nil {
			r.noteDevice(t)
		}
		return found, sure, err
	case <-ctx.Done():
		return "", 0, ctx.Err()
	}
}

// A language that is less probable is a guess.
const sureLanguage = 0.5

func (r *recognition) guessed(code string, p float64) {
	r.result.Warnings = append(r.result.Warnings,
		fmt.Sprintf("The language is a guess: %q, with a probability of %.0f %%.", code, 100*p))
}

// hand gives windows to the decoders until the audio ends.
func (r *recognition) hand(ctx context.Context, w window, todo, inOrder chan<- *task) error {
	defer close(todo)
	defer close(inOrder)
	for {
		t := &task{window: w, fraction: make(chan float64, 1)}
		select {
		case inOrder <- t:
		case <-ctx.Done():
			return ctx.Err()
		}
		select {
		case todo <- t:
		case <-ctx.Done():
			t.err = ctx.Err()
			close(t.fraction)
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

// report tells how far a window is, and when it is done what it holds.
func (r *recognition) report(ctx context.Context, t *task) error {
	for decoding := true; decoding; {
		var fraction float64
		select {
		case fraction, decoding = <-t.fraction:
			if decoding {
				r.reach(t.window, fraction)
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if t.err != nil {
		return t.err
	}
	r.pass(t.heard)
	r.noteLanguage(t.language, len(t.window.samples))
	r.noteDevice(t)
	r.computed = r.computed || len(t.window.samples) > 0
	r.advance(t.window)
	return nil
}

// reach reports that a fraction of a window is decoded.
func (r *recognition) reach(w window, fraction float64) {
	reached := r.opt.Offset + w.end(fraction*float64(len(w.samples))/app.SampleRate)
	r.progress.Reached = max(r.progress.Reached, reached)
	r.on(r.progress)
}

// pass reports what a window holds.
func (r *recognition) pass(h heard) {
	p := r.progress
	for _, s := range h.segments {
		p.Segments = append(p.Segments, r.follow(moved(s, r.opt.Offset)))
	}
	for _, o := range h.omissions {
		o.Segment = moved(o.Segment, r.opt.Offset)
		p.Omissions = append(p.Omissions, o)
	}
	r.progress.Reached = max(r.progress.Reached, r.told)
	p.Reached = r.progress.Reached
	r.on(p)
}

// noteLanguage keeps the language that most windows are in.
func (r *recognition) noteLanguage(code string, samples int) {
	if r.language != "" || code == "" {
		return
	}
	r.spoken[code] += float64(samples) / app.SampleRate
	if r.spoken[code] > r.spoken[r.result.Language] || r.result.Language == "" {
		r.result.Language, r.progress.Language = code, code
	}
}

// noteDevice says that another device has taken over.
func (r *recognition) noteDevice(t *task) {
	if t.instead == "" || strings.HasSuffix(r.result.Device, t.instead) {
		return
	}
	r.result.Warnings = append(r.result.Warnings, fmt.Sprintf("%s failed at %s (%v); %s did the rest.",
		r.result.Device, app.Clock(r.progress.Position), t.why, t.instead))
	r.result.Device += ", then " + t.instead
	r.progress.Device = r.result.Device
}

// follow keeps a segment behind the one before.
func (r *recognition) follow(s app.Segment) app.Segment {
	s.Start = max(s.Start, r.told)
	s.End = max(s.End, s.Start)
	r.told = s.End
	for i := range s.Words {
		w := &s.Words[i]
		w.Start = min(max(w.Start, s.Start), s.End)
		w.End = min(max(w.End, w.Start), s.End)
	}
	return s
}

// moved is a segment of the audio at its time in the recording.
func moved(s app.Segment, seconds float64) app.Segment {
	s.Start += seconds
	s.End += seconds
	for i := range s.Words {
		s.Words[i].Start += seconds
		s.Words[i].End += seconds
	}
	return s
}

func (r *recognition) advance(w window) {
	r.progress.Position = r.opt.Offset + float64(w.next)/app.SampleRate
	r.progress.Reached = r.progress.Position
	r.on(r.progress)
}
