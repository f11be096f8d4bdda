// Package engine turns speech into text with libwhisper and libparakeet. It
// owns the native libraries, the models in memory and the cutting of audio into
// windows.
//
// Only native.go, parakeet.go and ggml.go know C; nothing C-typed leaves the
// package. Paths chosen by a person never reach C either: models are opened in Go,
// checked from header to last tensor, and fed to the library's loader callbacks.
//
// The engine decodes with one thread per native state and several states side by
// side on one shared model; see ARCHITECTURE.md for who owns which
// goroutine.
package engine

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"earshot/app"
)

var (
	errLoad   = errors.New("it could not be loaded")
	errMemory = errors.New("there is not enough memory for it")
)

// Options of New; the zero value works.
type Options struct {
	Log *slog.Logger // nil discards
	// StateDir is where it is remembered which devices can be trusted; "" does
	// not remember.
	StateDir string
	// LeaveCore leaves one core to the window and the microphone, and lets them
	// go first on the others.
	LeaveCore bool
}

// Engine implements app.Recognizer and app.Streamer. It keeps the model that was used last in
// memory, to be shared by all jobs. It is safe for concurrent use.
type Engine struct {
	log    *slog.Logger
	opt    Options
	trials trials

	mu     sync.Mutex
	last   *model      // holds one reference; nil if no model is in memory
	idle   *time.Timer // ends that
	closed bool
}

// A model that nobody uses stays in memory for this long.
const keepModel = 5 * time.Minute

// New returns an engine. The native library is started by its first use.
func New(opt Options) *Engine {
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	setNativeLog(opt.Log.With("component", "native"))
	return &Engine{log: opt.Log, opt: opt, trials: trials{opt.StateDir}}
}

// Close frees the model, or leaves that to the decoder of a cancelled job that
// has not noticed yet. It must not be called while a job runs.
func (e *Engine) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed = true
	if e.idle != nil {
		e.idle.Stop()
	}
	if e.last != nil {
		e.last.release()
		e.last = nil
	}
	return nil
}

// Devices lists what can compute here, the CPU last.
func (e *Engine) Devices(context.Context) ([]app.Device, error) {
	natives, err := nativeDevices()
	if err != nil {
		return nil, err
	}
	devices := make([]app.Device, len(natives))
	for i, d := range natives {
		devices[i] = app.Device{
			ID: d.id(), Backend: d.backend, Name: d.name, Type: d.kind,
			MemoryTotal: d.total, MemoryFree: d.free,
		}
		e.trust(&devices[i], d)
	}
	return devices, nil
}

// Languages implements app.Recognizer.
func (e *Engine) Languages() []app.Language { return languages() }

// modelKey says when a model in memory can be used again.
type modelKey struct {
	path, fingerprint, weights string
	gpu                        int
}

// nativeModel is a model as its library holds it: weights that any number of
// states share. It is safe for concurrent use and freed after its states.
type nativeModel interface {
	newState() (nativeState, error)
	free()
}

// nativeState is one decoder: caches and buffers on top of a shared model. One
// goroutine uses it at a time.
type nativeState interface {
	// detect returns the code of the language that the first 30 s of samples
	// are most likely in, among some or, if that is nil, all, with its
	// probability; "" if decode finds the language by itself and does not tell.
	// audioContext is as in decodeOptions.
	detect(samples []float32, among []string, audioContext int) (code string, p float64, err error)
	// decode transcribes samples, at most 30 s of them, and reports what it
	// finds. report is called from the decoding thread and holds it up.
	decode(ctx context.Context, samples []float32, opt decodeOptions, report func(found)) error
	free()
}

// loadNative loads a model that checkModel has found sound. gpu is the device
// index, -1 for the CPU.
func loadNative(family app.Family, r io.Reader, gpu int) (nativeModel, error) {
	if family == app.FamilyParakeet {
		return loadParakeet(r, gpu)
	}
	return loadWhisper(r, gpu)
}

// model is a loaded model with its idle states, counted by users.
type model struct {
	modelKey
	info   app.ModelInfo
	native nativeModel
	device nativeDevice
	loaded time.Time // when
	took   time.Duration

	mu    sync.Mutex
	refs  int
	idle  []nativeState
	short bool // what the idle ones were used for
}

// languagesFor is what can be spoken: what a person asked for, if the model
// knows it, or the only language that the model knows; nil for all.
func (m *model) languagesFor(asked []string) ([]string, error) {
	known := m.info.Languages
	if len(asked) == 0 && len(known) == 1 {
		return known, nil
	}
	for _, code := range asked {
		switch {
		case known == nil || slices.Contains(known, code):
		case len(known) == 1:
			return nil, fmt.Errorf("it knows English only, not %q", code)
		case len(known) > manyLanguages:
			return nil, fmt.Errorf("it does not know %q, only %d other languages", code, len(known))
		default:
			return nil, fmt.Errorf("it does not know %q, only %s", code, strings.Join(known, ", "))
		}
	}
	return asked, nil
}

// More languages than this are too many for a sentence.
const manyLanguages = 30

func (m *model) retain() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.refs++
}

func (m *model) release() {
	m.mu.Lock()
	m.refs--
	last := m.refs == 0
	m.mu.Unlock()
	if last {
		for _, s := range m.idle {
			s.free()
		}
		m.native.free()
		giveMemoryBack()
	}
}

// borrow returns a decoder state, to be given back, for short recordings or for
// others: see audioContext.
func (m *model) borrow(short bool) (nativeState, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.keepIdle(short)
	if n := len(m.idle); n > 0 {
		s := m.idle[n-1]
		m.idle = m.idle[:n-1]
		return s, nil
	}
	return m.native.newState()
}

// giveBack takes a state back. No more are kept than decode side by side: what
// many live connections took must not stay for good.
func (m *model) giveBack(s nativeState, short bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.keepIdle(short)
	if len(m.idle) == mostSideBySide {
		s.free()
		trim() // the job may have ended before its decoder
		return
	}
	m.idle = append(m.idle, s)
}

// keepIdle frees idle states of the other kind. m.mu is held.
func (m *model) keepIdle(short bool) {
	if m.short == short {
		return
	}
	for _, s := range m.idle {
		s.free()
	}
	m.idle, m.short = nil, short
}

// acquire returns the model at path on the device, loaded, its weights converted
// unless weights is "", with a reference for the caller to release.
func (e *Engine) acquire(path, weights string, device nativeDevice) (*model, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	f, err := os.Open(path)
	if err != nil {
		return nil, &app.ModelError{Path: path, Err: err}
	}
	defer f.Close()
	info, err := inspect(f)
	if err != nil {
		return nil, &app.ModelError{Path: path, Err: err}
	}
	if e.idle != nil {
		e.idle.Stop()
	}
	key := modelKey{path, info.Fingerprint, weights, device.index}
	if e.last == nil || e.last.modelKey != key {
		if e.last != nil {
			e.last.release()
			e.last = nil
		}
		began := time.Now()
		native, err := loadFile(f, &info, weights, device)
		if err != nil {
			return nil, &app.ModelError{Path: path, Err: err}
		}
		e.last = &model{modelKey: key, info: info, native: native, device: device, refs: 1, loaded: time.Now(), took: time.Since(began)}
	}
	e.last.retain()
	return e.last, nil
}

// loadFile loads a model file that was inspected, with other weights unless
// weights is "", and notes in info what these are.
func loadFile(f *os.File, info *app.ModelInfo, weights string, device nativeDevice) (nativeModel, error) {
	var r io.Reader = io.NewSectionReader(f, 0, info.Size)
	if weights != "" {
		c, err := newConversion(f, info.Size, weights)
		if err != nil {
			return nil, err
		}
		r, info.Weights, info.Size = c, weights, c.size
	}
	return loadNative(info.Family, bufio.NewReaderSize(r, 1<<20), device.index)
}

// prepare finds the device for a job and loads the model on it, falling back
// to the CPU where a GPU fails. trial is its first use, which the caller ends; nil
// if it is not the first. why warns of a fall-back, or of a GPU that is not to be
// trusted; "" if all is well.
func (e *Engine) prepare(opt app.RecognizeOptions) (m *model, trial *attempt, why string, err error) {
	devices, err := nativeDevices()
	if err != nil {
		return nil, nil, "", err
	}
	c, err := choose(devices, opt.Device)
	if err != nil {
		return nil, nil, "", err
	}
	if c, err = e.distrust(c, devices, opt.Device); err != nil {
		return nil, nil, "", err
	}
	if c.index >= 0 {
		trial := e.firstUse(c.nativeDevice)
		m, err := e.tryGPU(opt, c.nativeDevice)
		if err == nil {
			return m, trial, c.why, nil
		}
		trial.giveUp()
		var bad *app.ModelError
		if errors.As(err, &bad) && !errors.Is(err, errLoad) && !errors.Is(err, errMemory) {
			return nil, nil, "", err // the file is at fault, not the device
		}
		e.log.Warn("fall back to the CPU", "device", c.label(), "error", err)
		if c, err = fallBack(devices, c.nativeDevice, "it could not be started or has too little memory"); err != nil {
			return nil, nil, "", err
		}
	}
	m, err = e.acquire(opt.Model, opt.Weights, c.nativeDevice)
	return m, nil, c.why, err
}

// tryGPU loads the model on a GPU and makes sure that a decoder fits too.
func (e *Engine) tryGPU(opt app.RecognizeOptions, device nativeDevice) (*model, error) {
	if !tryDevice(device.index) {
		return nil, fmt.Errorf("open %s", device.label())
	}
	m, err := e.acquire(opt.Model, opt.Weights, device)
	if err != nil {
		return nil, err
	}
	s, err := m.borrow(false)
	if err != nil {
		m.release()
		return nil, err
	}
	m.giveBack(s, false)
	return m, nil
}

// SideBySide is how many windows are decoded at once on the CPU, of one
// recording or of several short ones: every core works, but one that audio and
// the window need.
func (e *Engine) SideBySide() int {
	cores := runtime.NumCPU()
	if e.opt.LeaveCore {
		cores = max(1, cores-1)
	}
	return min(cores, mostSideBySide)
}

// sideBySide is how many windows of one recording are decoded at once. A GPU is
// kept busy by one.
func (e *Engine) sideBySide(asked int, device nativeDevice) int {
	switch {
	case asked > 0:
		return min(asked, runtime.NumCPU())
	case device.index >= 0:
		return 1
	}
	return e.SideBySide()
}

// More states than this cost memory and gain nothing.
const mostSideBySide = 4

// used starts the time after which an idle model leaves the memory.
func (e *Engine) used(m *model, keep time.Duration) {
	if keep < 0 {
		return
	}
	if keep == 0 {
		keep = keepModel
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.last != m || e.closed {
		return
	}
	if e.idle != nil {
		e.idle.Stop()
	}
	e.idle = time.AfterFunc(keep, func() { e.unload(m, keep) })
}

// unload drops a model that is idle, or tries again later.
func (e *Engine) unload(m *model, keep time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.last != m || e.closed {
		return
	}
	m.mu.Lock()
	busy := m.refs > 1
	m.mu.Unlock()
	if busy {
		e.idle = time.AfterFunc(keep, func() { e.unload(m, keep) })
		return
	}
	m.release()
	e.last = nil
}
