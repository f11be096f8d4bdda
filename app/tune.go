package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// WeightType is a type that the weights of a Whisper model can have.
type WeightType struct {
	Name string // "bf16"
	Cost string // what is lost beside f16; a sentence
}

// WeightTypes lists the types that weights are converted to, the most exact
// first.
func WeightTypes() []WeightType {
	return []WeightType{
		{"f16", "f16 rounds weights to half precision: the text hardly ever changes."},
		{"bf16", "bf16 keeps f16's range and drops three of its ten mantissa bits: a word may change here and there."},
		{"q8_0", "q8_0 keeps 8 bits of each weight: a word may change here and there."},
		{"q5_0", "q5_0 keeps 5 bits of each weight: names and rare words suffer first."},
		{"q4_0", "q4_0 keeps 4 bits of each weight: more words are wrong, names and rare ones first."},
	}
}

// TuneRequest says what to tune, and with what. The zero value tunes the model
// that new jobs use.
type TuneRequest struct {
	Model   string // name or path; "" is the one in use, or the one that it was made from
	Weights string // to compare with the model's own; "" compares all
	Audio   string // file with speech; "" takes the newest recording that is still there
}

// Tuning is what Tune has found out. Nothing has changed by it.
type Tuning struct {
	Model      ModelInfo
	Device     string      // in words
	Candidates []Candidate // the weights that the model has come first
	// Heard is the file whose text was compared, from the second Start on; ""
	// if there was none, and Unheard is a sentence that says why.
	Heard   string
	Start   float64
	Unheard string
}

// Candidate is the model with weights of one type.
type Candidate struct {
	WeightType
	Model   string       // its name
	Size    int64        // bytes
	Rounds  []float64    // seconds that a window of 30 s took, each time
	Speed   float64      // of the model as it is; the median of the rounds
	Words   []string     // what it heard
	Changes []Difference // to what the model heard as it is
	Differ  int          // words that were replaced, left out or put in
}

// Proposal says in words what a candidate gains and costs.
func (c Candidate) Proposal() string {
	return fmt.Sprintf("%s is %s as fast. %s", c.Model, SpeedText(c.Speed), c.Cost)
}

// Compared says in words how a candidate's text differs from the model's own.
func (t Tuning) Compared(c Candidate) string {
	if t.Heard == "" {
		return "not compared"
	}
	return fmt.Sprintf("%d of %d words differ", c.Differ, len(t.Candidates[0].Words))
}

// What differs by less is the same speed on a noisy machine.
const clearly = 1.1

// Proposed is the fastest candidate: of those that are about as fast, the one that
// loses least. It is false if that is the model as it is.
func (t Tuning) Proposed() (Candidate, bool) {
	fastest := t.Fastest()
	i := slices.IndexFunc(t.Candidates, func(c Candidate) bool { return c.Speed*clearly >= fastest })
	return t.Candidates[i], i > 0
}

// Fastest is the speed of the fastest candidate.
func (t Tuning) Fastest() float64 {
	fastest := 0.0
	for _, c := range t.Candidates {
		fastest = max(fastest, c.Speed)
	}
	return fastest
}

// Tunable says why the model cannot have other weights; nil if it can. Weights
// in blocks have lost bits already, and what is lost twice is nobody's measure.
func (m ModelInfo) Tunable() error {
	switch {
	case m.Err != nil:
		return m.Err
	case m.Family != FamilyWhisper:
		return &TuneError{m.Path, errors.New("only Whisper models can have other weights")}
	case m.Weights != "f16" && m.Weights != "f32":
		return &TuneError{m.Path, fmt.Errorf("its weights are %s already, and converting them again would lose quality twice", m.Weights)}
	}
	return nil
}

// TuneProgress is one report of Tune.
type TuneProgress struct {
	Weights  string  // that are being tried
	Hearing  bool    // the recording is transcribed; else speed is measured
	Round    int     // of measuring, from 1
	Rounds   int     // that there will be; 0 until it is known
	Fraction float64 // of all, 0..1, about
}

// Text says in words what is being done.
func (p TuneProgress) Text() string {
	switch {
	case p.Hearing:
		return "transcribing with " + p.Weights
	case p.Rounds == 0:
		return "measuring " + p.Weights
	}
	return fmt.Sprintf("measuring %s, round %d of %d", p.Weights, p.Round, p.Rounds)
}

var (
	errNoTuner = errors.New("this Earshot cannot measure models")
	errAtWork  = errors.New("speed cannot be measured while a recording is being transcribed")
)

// Tune finds out which type of weights makes a model fastest on this machine and
// what its text is then like. It keeps nothing: models are converted as they are
// loaded. Jobs wait meanwhile, and it fails while one runs. on is called from
// the calling goroutine.
func (a *App) Tune(ctx context.Context, req TuneRequest, on func(TuneProgress)) (Tuning, error) {
	if a.tuner == nil {
		return Tuning{}, errNoTuner
	}
	model, err := a.tunable(req.Model)
	if err != nil {
		return Tuning{}, err
	}
	r := &tuningRun{app: a, on: on, options: a.Settings().Options, result: Tuning{Model: model}}
	if err := r.choose(req.Weights); err != nil {
		return Tuning{}, err
	}
	release, err := a.queue.hold(ctx)
	if err != nil {
		return Tuning{}, err
	}
	defer release()
	if err := r.hear(ctx, req.Audio); err != nil {
		return Tuning{}, err
	}
	if err := r.measure(ctx); err != nil {
		return Tuning{}, err
	}
	return r.result, nil
}

// UseWeights makes new jobs use a model with weights of another type. It writes
// the model with these weights into the first models folder, unless it is there,
// and returns its name, which the settings keep.
func (a *App) UseWeights(ctx context.Context, model, weights string) (name string, err error) {
	if a.tuner == nil {
		return "", errNoTuner
	}
	m, err := a.tunable(model)
	if err != nil {
		return "", err
	}
	name = tunedName(m, weights)
	if err := a.convert(ctx, m, weights, name); err != nil {
		return "", err
	}
	s := a.Settings()
	s.Model = name
	a.SetSettings(s)
	return name, a.SaveSettings()
}

// tunedName is what a model is called with weights of another type.
func tunedName(m ModelInfo, weights string) string { return m.Name + "-" + weights }

// convert writes a model with other weights, unless it is there.
func (a *App) convert(ctx context.Context, m ModelInfo, weights, name string) error {
	path := filepath.Join(a.models.Dirs[0], "ggml-"+name+".bin")
	if _, err := os.Stat(path); err == nil {
		there, err := a.models.Inspect(path)
		if err == nil && there.Weights != weights {
			err = &ModelError{Path: path, Err: errors.New("it has the name of the file to be written, and holds something else")}
		}
		return err
	}
	err := os.MkdirAll(filepath.Dir(path), 0o755)
	if err == nil {
		err = writeWhole(path, func(w io.Writer) error { return a.tuner.Convert(ctx, m.Path, weights, w) })
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// tunable finds a model by name, or by "" the one in use. One that was tuned
// leads back to what it was made from.
func (a *App) tunable(name string) (ModelInfo, error) {
	m, err := a.models.Find(cmp.Or(name, a.Settings().Model))
	if err != nil {
		return m, err
	}
	err = m.Tunable()
	if from, tuned := strings.CutSuffix(m.Name, "-"+m.Weights); err != nil && name == "" && tuned {
		if original, finding := a.models.Find(from); finding == nil && original.Tunable() == nil {
			return original, nil
		}
	}
	return m, err
}

// tuningRun is one run of Tune.
type tuningRun struct {
	app     *App
	on      func(TuneProgress)
	options Options // of new jobs
	result  Tuning
	done    int // steps: a candidate heard, or measured once
	rounds  int // of measuring; 0 until it is known
}

// choose lists the candidates.
func (r *tuningRun) choose(weights string) error {
	m := r.result.Model
	all := []Candidate{{WeightType: WeightType{Name: m.Weights}, Model: m.Name}}
	var others []string
	for _, t := range WeightTypes() {
		if t.Name == m.Weights {
			continue
		}
		others = append(others, t.Name)
		if weights == "" || weights == t.Name {
			all = append(all, Candidate{WeightType: t, Model: tunedName(m, t.Name)})
		}
	}
	if len(all) == 1 {
		return &UsageError{What: "type to convert the weights to", Value: weights, Want: "one of " + strings.Join(others, ", ")}
	}
	r.result.Candidates = all
	return nil
}

// report says what comes next.
func (r *tuningRun) report(p TuneProgress) {
	n := len(r.result.Candidates)
	p.Rounds = r.rounds
	p.Fraction = float64(r.done) / float64(n*(1+cmp.Or(r.rounds, mostRounds)))
	r.on(p)
	r.done++
}

// recognizeOptions are those of a job with a candidate's weights.
func (r *tuningRun) recognizeOptions(c Candidate) RecognizeOptions {
	opt := recognizeOptions(r.options, r.result.Model, r.app.models.VAD(), r.app.Settings().keep())
	opt.Translate = false
	if c.Name != r.result.Model.Weights {
		opt.Weights = c.Name
	}
	return opt
}

// Machines are noisy: candidates take turns, and the median counts. There are
// fewer rounds where one takes long.
const (
	leastRounds, mostRounds = 3, 5
	measuringTime           = 2 * time.Minute
)

// measure takes the candidates' times, and compares them.
func (r *tuningRun) measure(ctx context.Context) error {
	began := r.app.now()
	for round := 1; r.rounds == 0 || round <= r.rounds; round++ {
		for i := range r.result.Candidates {
			c := &r.result.Candidates[i]
			r.report(TuneProgress{Weights: c.Name, Round: round})
			m, err := r.app.tuner.Measure(ctx, r.recognizeOptions(*c))
			if err != nil {
				return err
			}
			c.Rounds = append(c.Rounds, m.Seconds)
			c.Size, r.result.Device = m.Size, m.Device
		}
		if r.rounds == 0 {
			fit := int(measuringTime / max(r.app.now().Sub(began), time.Second))
			r.rounds = min(max(fit, leastRounds), mostRounds)
		}
	}
	own := r.result.Candidates[0].Rounds
	for i := range r.result.Candidates {
		c := &r.result.Candidates[i]
		speeds := make([]float64, len(c.Rounds))
		for j, seconds := range c.Rounds {
			speeds[j] = own[j] / max(seconds, 1e-9)
		}
		c.Speed = median(speeds)
	}
	return nil
}

func median(x []float64) float64 {
	x = slices.Sorted(slices.Values(x))
	return (x[(len(x)-1)/2] + x[len(x)/2]) / 2
}
