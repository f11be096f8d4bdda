package engine

import (
	"context"
	"errors"
	"time"

	"earshot/app"
)

// Tokens that are decoded for a measurement: about what is said in a window.
const paceTokens = 100

// paced is a state that can be timed. Parakeet's cannot.
type paced interface {
	pace(tokens int) (time.Duration, error)
}

// Measure implements app.Tuner. Where ctx ends first, the pass of the network
// that is under way goes on for itself, as that of a cancelled job does.
func (e *Engine) Measure(ctx context.Context, opt app.RecognizeOptions) (app.Measurement, error) {
	m, trial, _, err := e.prepare(opt)
	if err != nil {
		return app.Measurement{}, err
	}
	defer trial.giveUp() // one pass is no job
	defer m.release()
	defer e.used(m, opt.Keep)
	d, err := newDecoder(m, false)
	if err != nil {
		return app.Measurement{}, &app.ModelError{Path: opt.Model, Err: err}
	}
	state, ok := d.state.(paced)
	if !ok {
		d.close()
		return app.Measurement{}, &app.TuneError{Path: opt.Model, Err: errors.New("only Whisper models can have other weights")}
	}
	var took time.Duration
	ended := make(chan error, 1)
	go func() { // ends after one pass
		defer d.close()
		var err error
		took, err = state.pace(paceTokens)
		ended <- err
	}()
	select {
	case err := <-ended:
		return app.Measurement{Seconds: took.Seconds(), Device: m.device.label(), Size: m.info.Size}, err
	case <-ctx.Done():
		return app.Measurement{}, ctx.Err()
	}
}
