package engine

import (
	"context"

	"earshot/app"
)

// Decoding settings of Whisper; Parakeet has none. Entropy and log probability
// are the thresholds below which a window is decoded again at a higher
// temperature; 2.8 and -1.25 are the values that OpenWhispr measured over 4,814
// dictations against invented text. Above the no-speech probability, a window
// of low log probability is silence.
var decoding = decodeOptions{
	suppressNonSpeech: true,
	bestOf:            5,
	entropy:           2.8,
	logprob:           -1.25,
	noSpeech:          0.6,
	temperatureStep:   0.2,
}

// everything is a no-speech threshold that no probability reaches.
const everything = 2

// Where decoding begins when a window that repeats itself is decoded again.
const loopTemperature = 0.4

type decodeOptions struct {
	language          string
	prompt            string
	translate         bool
	suppressNonSpeech bool
	once              bool // in one pass: not again from a timestamp on, over what is left
	bestOf, beam      int
	audioContext      int // positions of the encoder's input; 0 is all 1500
	entropy, logprob  float64
	noSpeech          float64
	temperature       float64
	temperatureStep   float64
}

// The decoder's spectrogram wants at least a second.
const minDecode = app.SampleRate + app.SampleRate/10

func padded(samples []float32) []float32 {
	if len(samples) >= minDecode {
		return samples
	}
	return append(samples[:len(samples):len(samples)], make([]float32, minDecode-len(samples))...)
}

// audioContext is how much of the encoder's input samples need: 50 positions a
// second and a margin without which the text suffers (whisper.cpp issue 1855);
// 0 stands for all. What is saved is most of the work for a short recording.
//
// libwhisper pads the input to a multiple of 256, and the padding takes part in
// the attention: in a state that was used at another length it holds remains of
// other speech. So the length is such a multiple, and the states that decode
// whole windows, which are none, never decode anything else.
func audioContext(samples int) int { return audioContextWith(samples, 128) }

// audioContextWith is audioContext with another margin, for text that need not
// be the best.
func audioContextWith(samples, margin int) int {
	const whole, step = 1500, 256
	n := samples*whole/(30*app.SampleRate) + margin
	if n = (n + step - 1) / step * step; n < whole {
		return n
	}
	return 0
}

// task is a window on its way through a decoder. All but window and fraction are
// set before fraction is closed.
type task struct {
	window   window
	fraction chan float64 // of the window's samples that is done, 0..1; nil if nobody listens on the way
	heard    heard
	language string // of this window, if each was asked
	instead  string // device that did it in place of the one that failed
	why      error  // it failed
	err      error
}

// heard is what a window holds.
type heard struct {
	segments  []app.Segment
	omissions []app.Omission
}

// decoder is a state with the model that it belongs to, which it keeps in
// memory.
type decoder struct {
	model *model
	state nativeState
	short bool
}

func newDecoder(m *model, short bool) (decoder, error) {
	s, err := m.borrow(short)
	if err == nil {
		m.retain()
	}
	return decoder{m, s, short}, err
}

func (d decoder) close() {
	d.model.giveBack(d.state, d.short)
	d.model.release()
}

// work decodes windows until there are no more. When a GPU fails, the CPU
// takes over, beginning with the window in hand.
//
// Nobody waits for it when a job is cancelled: the libraries can be stopped
// only between two passes of the network, and that is too long for a person.
func (r *recognition) work(ctx context.Context, d decoder, todo <-chan *task) {
	defer func() { d.close() }()
	if r.engine.opt.LeaveCore {
		yield()
	}
	for t := range todo {
		t.err = r.carry(ctx, t, &d, func(s nativeState) (err error) {
			t.heard, err = r.decode(ctx, t, s)
			return err
		})
		close(t.fraction)
	}
}

// carry lets a decoder do something for t, and the CPU in its place when a GPU
// fails at it; d is then a decoder there.
func (r *recognition) carry(ctx context.Context, t *task, d *decoder, do func(nativeState) error) error {
	err := do(d.state)
	if err != nil && ctx.Err() == nil && d.model.device.index >= 0 {
		if cpu, ok := r.onCPU(err); ok {
			d.close()
			*d = cpu
			err = do(d.state)
		}
	}
	if d.model != r.model {
		r.mu.Lock()
		t.instead, t.why = d.model.device.label(), r.fell
		r.mu.Unlock()
	}
	return err
}

// onCPU returns a decoder on the CPU in place of one that failed.
func (r *recognition) onCPU(failed error) (decoder, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.over {
		return decoder{}, false
	}
	if r.fell == nil {
		r.fell = failed
	}
	if r.cpu == nil {
		devices, err := nativeDevices()
		if err != nil {
			return decoder{}, false
		}
		c, err := choose(devices, "cpu")
		if err != nil {
			return decoder{}, false
		}
		if r.cpu, err = r.engine.acquire(r.opt.Model, r.opt.Weights, c.nativeDevice); err != nil {
			r.engine.log.Warn("fall back to the CPU", "error", err)
			r.cpu = nil
			return decoder{}, false
		}
	}
	d, err := newDecoder(r.cpu, r.short)
	return d, err == nil
}

// failure is what made the CPU take over, or would have; nil if nothing did.
func (r *recognition) failure() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.fell
}

// dropCPU gives the CPU's model back at the end of the job.
func (r *recognition) dropCPU() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.over = true
	if r.cpu != nil {
		r.engine.used(r.cpu, r.opt.Keep)
		r.cpu.release()
	}
}

// decode hears one window, in the language that it is in, and guards against
// invented text.
func (r *recognition) decode(ctx context.Context, t *task, s nativeState) (heard, error) {
	if err := ctx.Err(); err != nil || len(t.window.samples) == 0 {
		return heard{}, err
	}
	samples := padded(t.window.samples)
	opt := r.decoding(len(samples))
	if len(r.among) > 1 {
		code, _, err := s.detect(samples, r.among, opt.audioContext)
		if err != nil {
			return heard{}, err
		}
		opt.language, t.language = code, code
	}
	return t.hearSurely(ctx, s, samples, opt)
}

func (r *recognition) decoding(samples int) decodeOptions {
	opt := decoding
	opt.language, opt.prompt, opt.translate = r.language, r.opt.Prompt, r.opt.Translate
	opt.beam, opt.temperature = r.opt.Beam, r.opt.Temperature
	if r.opt.Believe {
		opt.noSpeech = everything
	}
	if r.short {
		opt.audioContext = audioContext(samples)
	}
	return opt
}

// hearSurely guards against invented text: what repeats itself is decoded once
// more, less surely, and collapsed if that does not help; what the decoder takes
// for silence is kept apart.
func (t *task) hearSurely(ctx context.Context, s nativeState, samples []float32, opt decodeOptions) (heard, error) {
	h, err := t.hear(ctx, s, samples, opt)
	switch {
	case err != nil:
		return heard{}, err
	case loops(h.segments):
		return t.hearAgain(ctx, s, samples, opt, h)
	case len(h.segments) == 0 && opt.noSpeech < everything:
		return t.hearDoubtful(ctx, s, samples, opt)
	}
	return h, nil
}

// hear decodes the window once. On the way it tells how far it is.
func (t *task) hear(ctx context.Context, s nativeState, samples []float32, opt decodeOptions) (all heard, err error) {
	err = s.decode(ctx, samples, opt, func(f found) {
		all.segments = append(all.segments, t.window.transcribe(f, opt.language)...)
		t.tell(f.fraction)
	})
	return all, err
}

// hearAgain decodes a window that repeats itself once more.
func (t *task) hearAgain(ctx context.Context, s nativeState, samples []float32, opt decodeOptions, h heard) (heard, error) {
	opt.temperature = max(opt.temperature, loopTemperature)
	again, err := t.hear(ctx, s, samples, opt)
	if err != nil {
		return heard{}, err
	}
	if len(again.segments) > 0 && !loops(again.segments) {
		return again, nil
	}
	h.segments, h.omissions = collapse(h.segments, unspaced[opt.language])
	return h, nil
}

// hearDoubtful keeps what the decoder would say where it hears no speech.
func (t *task) hearDoubtful(ctx context.Context, s nativeState, samples []float32, opt decodeOptions) (heard, error) {
	opt.noSpeech, opt.temperatureStep = everything, 0
	h, err := t.hear(ctx, s, samples, opt)
	segments, _ := collapse(h.segments, unspaced[opt.language])
	doubtful := heard{}
	for _, segment := range segments {
		doubtful.omissions = append(doubtful.omissions, app.Omission{Reason: app.ReasonNoSpeech, Segment: segment})
	}
	return doubtful, err
}

// tell passes on how far decoding is, unless what it told before waits to be
// read: a decoder waits for nobody.
func (t *task) tell(fraction float64) {
	select {
	case t.fraction <- fraction:
	default:
	}
}
