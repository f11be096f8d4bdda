//go:build cgo

package engine

// This is the only file that knows libwhisper and ggml. The upstream Go binding
// serves for what it does soundly: languages and token text. The shim below adds
// what it lacks: a loader that reads from Go, choice of device and flash
// attention, one whisper_state per job on a shared context, callbacks through
// runtime/cgo.Handle, abort, token probabilities, voice activity and the log.

/*
#cgo pkg-config: earshot-whisper
#cgo CFLAGS: -D_GNU_SOURCE
#cgo linux LDFLAGS: -ldl
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>
#include <whisper.h>
#include <ggml-backend.h>
#include "callbacks.h"

extern void earshotSegments(uintptr_t h, int n);
extern void earshotProgress(uintptr_t h, int percent);
extern bool earshotEncode(uintptr_t h);

static bool shim_encoder_begin(struct whisper_context * c, struct whisper_state * s, void * h) { (void) c; (void) s; return earshotEncode((uintptr_t) h); }
static void shim_segments(struct whisper_context * c, struct whisper_state * s, int n, void * h) { (void) c; (void) s; earshotSegments((uintptr_t) h, n); }
static void shim_progress(struct whisper_context * c, struct whisper_state * s, int p, void * h) { (void) c; (void) s; earshotProgress((uintptr_t) h, p); }

static void shim_set_log(void) {
	whisper_log_set(shim_log, NULL); // sets ggml's too
	ggml_log_set(shim_log, NULL);
}

// The folder that libggml was loaded from; its backends lie beneath it.
static const char * shim_ggml_file(void) {
	Dl_info info;
	return dladdr((void *) ggml_backend_load_all_from_path, &info) ? info.dli_fname : NULL;
}

static struct whisper_context * shim_load(uintptr_t h, bool gpu, int device) {
	struct whisper_model_loader loader = { (void *) h, shim_read, shim_eof, shim_close };
	struct whisper_context_params p = whisper_context_default_params();
	p.use_gpu    = gpu;
	p.gpu_device = device;
	p.flash_attn = true;
	return whisper_init_with_params_no_state(&loader, p);
}

static struct whisper_vad_context * shim_load_vad(uintptr_t h) {
	struct whisper_model_loader loader = { (void *) h, shim_read, shim_eof, shim_close };
	struct whisper_vad_context_params p = whisper_vad_default_context_params();
	p.n_threads = 1;
	p.use_gpu   = false;
	return whisper_vad_init_with_params(&loader, p);
}

struct shim_options {
	const char * language;
	const char * prompt; // NULL for none
	bool  translate;
	bool  suppress_nst;
	bool  once;
	int   best_of;
	int   beam;
	int   audio_ctx;
	float entropy_thold;
	float logprob_thold;
	float no_speech_thold;
	float temperature;
	float temperature_inc;
};

static int shim_full(struct whisper_context * ctx, struct whisper_state * state, struct shim_options o,
		const float * samples, int n, uintptr_t h) {
	struct whisper_full_params p = whisper_full_default_params(o.beam > 1 ? WHISPER_SAMPLING_BEAM_SEARCH : WHISPER_SAMPLING_GREEDY);
	p.n_threads        = 1;
	p.no_context       = true;
	p.n_max_text_ctx   = o.prompt ? 224 : 0;
	p.initial_prompt   = o.prompt;
	p.print_progress   = false;
	p.print_realtime   = false;
	p.print_timestamps = false;
	p.print_special    = false;
	p.token_timestamps = false; // ours are better, see align.go
	p.translate        = o.translate;
	p.suppress_nst     = o.suppress_nst;
	p.single_segment   = o.once;
	p.greedy.best_of   = o.best_of;
	p.audio_ctx        = o.audio_ctx <= whisper_model_n_audio_ctx(ctx) ? o.audio_ctx : 0;
	p.entropy_thold    = o.entropy_thold;
	p.logprob_thold    = o.logprob_thold;
	p.no_speech_thold  = o.no_speech_thold;
	p.temperature      = o.temperature;
	p.temperature_inc  = o.temperature_inc;
	p.language         = o.language;
	if (o.beam > 1) p.beam_search.beam_size = o.beam;
	p.abort_callback                       = shim_abort;
	p.abort_callback_user_data             = (void *) h;
	p.encoder_begin_callback               = shim_encoder_begin;
	p.encoder_begin_callback_user_data     = (void *) h;
	p.new_segment_callback                 = shim_segments;
	p.new_segment_callback_user_data       = (void *) h;
	p.progress_callback                    = shim_progress;
	p.progress_callback_user_data          = (void *) h;
	return whisper_full_with_state(ctx, state, p, samples, n);
}

static bool shim_never(struct whisper_context * c, struct whisper_state * s, void * h) { (void) c; (void) s; (void) h; return false; }

// Language detection has no parameter for the length of the encoder's input: it
// takes that of the decode before. So one is begun, and stopped before it costs
// anything.
static int shim_detect(struct whisper_context * ctx, struct whisper_state * state, int audio_ctx, const float * samples, int n, float * probs) {
	struct whisper_full_params p = whisper_full_default_params(WHISPER_SAMPLING_GREEDY);
	p.n_threads              = 1;
	p.language               = "en";
	p.audio_ctx              = audio_ctx <= whisper_model_n_audio_ctx(ctx) ? audio_ctx : 0;
	p.print_progress         = false;
	p.encoder_begin_callback = shim_never;
	int rc = whisper_full_with_state(ctx, state, p, samples, n);
	return rc != 0 ? -1 : whisper_lang_auto_detect_with_state(ctx, state, 0, 1, probs);
}
*/
import "C"

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/cgo"
	"strings"
	"sync"
	"time"
	"unsafe"

	whisper "github.com/ggerganov/whisper.cpp/bindings/go"

	"earshot/app"
)

// nativeLog is where the libraries' log goes. The C library keeps one log
// callback for the whole process, so this is the package's one global.
var nativeLog struct {
	sync.Mutex
	log *slog.Logger
}

var startNative = sync.OnceValue(func() error {
	// libggml's abort handler would start a debugger. Spinning threads ruin
	// everybody's latency; libgomp reads its policy when it is loaded, which
	// the first CPU backend below does.
	os.Setenv("GGML_NO_BACKTRACE", "1")
	if os.Getenv("OMP_WAIT_POLICY") == "" {
		os.Setenv("OMP_WAIT_POLICY", "passive")
	}
	C.shim_set_log()
	loadBackends()
	if C.ggml_backend_dev_count() == 0 {
		return errors.New("find a compute backend: ggml has none installed beside it")
	}
	return nil
})

// loadBackends loads ggml's plug-ins from the folder beside libggml, where
// distributions and our private prefix keep them, else from ggml's own search
// path.
func loadBackends() {
	if f := C.shim_ggml_file(); f != nil {
		dirs, _ := filepath.Glob(filepath.Join(filepath.Dir(C.GoString(f)), "ggml", "backends*"))
		if len(dirs) > 0 {
			dir := C.CString(dirs[len(dirs)-1])
			defer C.free(unsafe.Pointer(dir))
			C.ggml_backend_load_all_from_path(dir)
			return
		}
	}
	if C.ggml_backend_dev_count() == 0 {
		C.ggml_backend_load_all()
	}
}

// setNativeLog sends what the libraries say to log.
func setNativeLog(log *slog.Logger) {
	nativeLog.Lock()
	defer nativeLog.Unlock()
	nativeLog.log = log
}

//export earshotLog
func earshotLog(level C.int, text *C.char) {
	nativeLog.Lock()
	log := nativeLog.log
	nativeLog.Unlock()
	if log == nil {
		return
	}
	// Everything is debug to us: what matters comes back as an error.
	log.Debug(strings.TrimSpace(C.GoString(text)), "level", int(level))
}

// nativeDevices lists GPUs in whisper.cpp's own order, then the CPU.
func nativeDevices() ([]nativeDevice, error) {
	if err := startNative(); err != nil {
		return nil, err
	}
	var gpus, cpus []nativeDevice
	for i := range C.ggml_backend_dev_count() {
		dev := C.ggml_backend_dev_get(i)
		var free, total C.size_t
		C.ggml_backend_dev_memory(dev, &free, &total)
		d := nativeDevice{
			backend: C.GoString(C.ggml_backend_reg_name(C.ggml_backend_dev_backend_reg(dev))),
			name:    C.GoString(C.ggml_backend_dev_description(dev)),
			index:   -1, free: uint64(free), total: uint64(total),
		}
		switch C.ggml_backend_dev_type(dev) {
		case C.GGML_BACKEND_DEVICE_TYPE_CPU:
			d.kind = "cpu"
			cpus = append(cpus, d)
		case C.GGML_BACKEND_DEVICE_TYPE_GPU:
			d.kind, d.index = "gpu", len(gpus)
			gpus = append(gpus, d)
		case C.GGML_BACKEND_DEVICE_TYPE_IGPU:
			d.kind, d.index = "igpu", len(gpus)
			gpus = append(gpus, d)
		}
	}
	return append(gpus, cpus...), nil
}

// source feeds a C loader from a Go reader.
type source struct {
	r   io.Reader
	err error
	eof bool
}

//export earshotRead
func earshotRead(h C.uintptr_t, out unsafe.Pointer, n C.size_t) C.size_t {
	s := cgo.Handle(h).Value().(*source)
	buf := unsafe.Slice((*byte)(out), int(n))
	got, err := io.ReadFull(s.r, buf)
	clear(buf[got:])
	if err != nil {
		s.eof = true
		if err != io.EOF && err != io.ErrUnexpectedEOF {
			s.err = err
		}
	}
	return C.size_t(got)
}

//export earshotEOF
func earshotEOF(h C.uintptr_t) C.bool {
	return C.bool(cgo.Handle(h).Value().(*source).eof)
}

// load hands r to a library's loader as the handle of a source, and returns what
// went wrong with reading.
func load(r io.Reader, loader func(h C.uintptr_t)) error {
	src := &source{r: r}
	h := cgo.NewHandle(src)
	defer h.Delete()
	loader(C.uintptr_t(h))
	if src.err != nil {
		return fmt.Errorf("read the model: %w", src.err)
	}
	return nil
}

// whisperModel is a nativeModel of libwhisper's.
type whisperModel struct {
	ctx *C.struct_whisper_context
	up  *whisper.Context // the same, as the upstream binding sees it
}

func loadWhisper(r io.Reader, gpu int) (nativeModel, error) {
	if err := startNative(); err != nil {
		return nil, err
	}
	var ctx *C.struct_whisper_context
	err := load(r, func(h C.uintptr_t) { ctx = C.shim_load(h, C.bool(gpu >= 0), C.int(max(gpu, 0))) })
	if err == nil && ctx == nil {
		err = errLoad
	}
	if err != nil {
		C.whisper_free(ctx)
		return nil, err
	}
	return &whisperModel{ctx: ctx, up: (*whisper.Context)(unsafe.Pointer(ctx))}, nil
}

func (m *whisperModel) free() { C.whisper_free(m.ctx) }

// firstSpecial is the first token that is not text: everything from
// end-of-text on.
func (m *whisperModel) firstSpecial() int { return int(m.up.Whisper_token_eot()) }

func (m *whisperModel) tokenText(id int) string {
	return m.up.Whisper_token_to_str(whisper.Token(id))
}

// languageID is -1 for a code that Whisper does not know.
func languageID(code string) int {
	var none *whisper.Context
	return none.Whisper_lang_id(code)
}

// languages lists every language that Whisper knows.
func languages() []app.Language {
	all := make([]app.Language, 0, whisper.Whisper_lang_max_id()+1)
	for i := range whisper.Whisper_lang_max_id() + 1 {
		name := C.GoString(C.whisper_lang_str_full(C.int(i)))
		all = append(all, app.Language{Code: whisper.Whisper_lang_str(i), Name: strings.ToUpper(name[:1]) + name[1:]})
	}
	return all
}

// whisperState is a nativeState of libwhisper's.
type whisperState struct {
	model *whisperModel
	state *C.struct_whisper_state // nil if there was no memory to renew it
}

func (m *whisperModel) newState() (nativeState, error) {
	s := &whisperState{model: m}
	if err := s.renew(); err != nil {
		return nil, err
	}
	return s, nil
}

// renew makes the state as it was when it was new.
func (s *whisperState) renew() error {
	s.free()
	if s.state = C.whisper_init_state(s.model.ctx); s.state == nil {
		return errMemory
	}
	return nil
}

// ready renews the state if there was no memory for that before.
func (s *whisperState) ready() error {
	if s.state != nil {
		return nil
	}
	return s.renew()
}

func (s *whisperState) free() { C.whisper_free_state(s.state) }

func (s *whisperState) detect(samples []float32, among []string, audioContext int) (string, float64, error) {
	if err := s.ready(); err != nil {
		return "", 0, err
	}
	probs := make([]C.float, whisper.Whisper_lang_max_id()+1)
	id := C.shim_detect(s.model.ctx, s.state, C.int(audioContext), (*C.float)(&samples[0]), C.int(len(samples)), &probs[0])
	if id < 0 {
		return "", 0, errors.New("detect the language")
	}
	if len(among) == 0 {
		return whisper.Whisper_lang_str(int(id)), float64(probs[id]), nil
	}
	best, highest, sum := "", -1.0, 0.0
	for _, code := range among {
		p := float64(probs[languageID(code)])
		if sum += p; p > highest {
			best, highest = code, p
		}
	}
	return best, highest / max(sum, 1e-9), nil
}

// running is what the callbacks of one decode reach through their handle.
type running struct {
	ctx    context.Context
	state  *whisperState // with report and done, for libwhisper's callbacks only
	report func(found)
	done   int     // segments already reported
	said   float64 // the end of the last of them
	passes int     // of the encoder
	window int     // samples, if it may be stopped before the encoder hears their rest; else 0
	left   int     // samples before which it was stopped
}

//export earshotAbort
func earshotAbort(h C.uintptr_t) C.bool {
	return C.bool(cgo.Handle(h).Value().(*running).ctx.Err() != nil)
}

// libwhisper asks it before each pass of the encoder.
//
//export earshotEncode
func earshotEncode(h C.uintptr_t) C.bool {
	r := cgo.Handle(h).Value().(*running)
	if r.passes++; r.passes > 1 {
		r.left = r.leaves()
	}
	return C.bool(r.left == 0 && r.ctx.Err() == nil)
}

//export earshotProgress
func earshotProgress(h C.uintptr_t, percent C.int) {
	cgo.Handle(h).Value().(*running).report(found{fraction: float64(percent) / 100})
}

//export earshotSegments
func earshotSegments(h C.uintptr_t, n C.int) {
	r := cgo.Handle(h).Value().(*running)
	total := int(C.whisper_full_n_segments_from_state(r.state.state))
	if fresh := r.state.segments(r.done, total); len(fresh) > 0 {
		r.report(found{segments: fresh})
		r.said = fresh[len(fresh)-1].end
	}
	r.done = total
}

// full runs libwhisper over samples, until there is nothing left for r.
func (s *whisperState) full(r *running, samples []float32, opt decodeOptions) error {
	if err := s.ready(); err != nil {
		return err
	}
	lang := C.CString(opt.language)
	defer C.free(unsafe.Pointer(lang))
	h := cgo.NewHandle(r)
	defer h.Delete()
	var prompt *C.char
	if opt.prompt != "" {
		prompt = C.CString(opt.prompt)
		defer C.free(unsafe.Pointer(prompt))
	}
	rc := C.shim_full(s.model.ctx, s.state, C.struct_shim_options{
		language:        lang,
		prompt:          prompt,
		translate:       C.bool(opt.translate),
		suppress_nst:    C.bool(opt.suppressNonSpeech),
		once:            C.bool(opt.once),
		best_of:         C.int(opt.bestOf),
		beam:            C.int(opt.beam),
		audio_ctx:       C.int(opt.audioContext),
		entropy_thold:   C.float(opt.entropy),
		logprob_thold:   C.float(opt.logprob),
		no_speech_thold: C.float(opt.noSpeech),
		temperature:     C.float(opt.temperature),
		temperature_inc: C.float(opt.temperatureStep),
	}, (*C.float)(&samples[0]), C.int(len(samples)), C.uintptr_t(h))
	runtime.KeepAlive(samples)
	if err := r.ctx.Err(); err != nil {
		return err
	}
	if rc != 0 {
		return fmt.Errorf("decode a window: whisper error %d", int(rc))
	}
	return nil
}

// pace is the time that a whole window of noise takes: one pass of the encoder
// and then so many tokens, one by one. It cannot be interrupted.
func (s *whisperState) pace(tokens int) (time.Duration, error) {
	if err := s.ready(); err != nil {
		return 0, err
	}
	ctx := s.model.ctx
	mels, frames := int(C.whisper_model_n_mels(ctx)), 2*int(C.whisper_model_n_audio_ctx(ctx))
	noise := make([]float32, mels*frames)
	r := rand.New(rand.NewPCG(19, 92))
	for i := range noise {
		noise[i] = 2*r.Float32() - 1
	}
	if C.whisper_set_mel_with_state(ctx, s.state, (*C.float)(&noise[0]), C.int(frames), C.int(mels)) != 0 {
		return 0, errors.New("take in a spectrum")
	}
	began := time.Now()
	if C.whisper_encode_with_state(ctx, s.state, 0, 1) != 0 {
		return 0, errors.New("encode a window")
	}
	token := C.whisper_token_sot(ctx)
	for i := range min(tokens, int(C.whisper_model_n_text_ctx(ctx))/2) {
		if C.whisper_decode_with_state(ctx, s.state, &token, 1, C.int(i), 1) != 0 {
			return 0, errors.New("decode a token")
		}
		token = C.whisper_token(i) // what is said does not matter
	}
	return time.Since(began), nil
}

// segments copies segments [from, to) out of the state.
func (s *whisperState) segments(from, to int) []rawSegment {
	special := s.model.firstSpecial()
	var out []rawSegment
	for i := from; i < to; i++ {
		seg := rawSegment{
			start: centiseconds(C.whisper_full_get_segment_t0_from_state(s.state, C.int(i))),
			end:   centiseconds(C.whisper_full_get_segment_t1_from_state(s.state, C.int(i))),
		}
		for j := range int(C.whisper_full_n_tokens_from_state(s.state, C.int(i))) {
			d := C.whisper_full_get_token_data_from_state(s.state, C.int(i), C.int(j))
			if int(d.id) >= special {
				continue
			}
			seg.tokens = append(seg.tokens, rawToken{
				text: s.model.tokenText(int(d.id)),
				p:    float64(d.p),
			})
		}
		out = append(out, seg)
	}
	return out
}

func centiseconds(t C.int64_t) float64 { return float64(t) / 100 }

// nativeVAD is a Silero voice activity detector with its memory of what came
// before. One goroutine uses it at a time.
type nativeVAD struct{ vad *C.struct_whisper_vad_context }

func loadNativeVAD(r io.Reader) (*nativeVAD, error) {
	if err := startNative(); err != nil {
		return nil, err
	}
	var v *C.struct_whisper_vad_context
	err := load(r, func(h C.uintptr_t) { v = C.shim_load_vad(h) })
	if v == nil || err != nil {
		return nil, errLoad
	}
	// Its memory is not cleared when it is made.
	C.whisper_vad_reset_state(v)
	return &nativeVAD{v}, nil
}

func (v *nativeVAD) free() { C.whisper_vad_free(v.vad) }

// probabilities appends to dst the probability of speech in each frame of
// vadFrame samples; len(samples) is a multiple of vadFrame.
func (v *nativeVAD) probabilities(dst []float32, samples []float32) ([]float32, error) {
	if len(samples) == 0 {
		return dst, nil
	}
	if !C.whisper_vad_detect_speech_no_reset(v.vad, (*C.float)(&samples[0]), C.int(len(samples))) {
		return dst, errors.New("detect speech")
	}
	n := int(C.whisper_vad_n_probs(v.vad))
	probs := unsafe.Slice((*float32)(unsafe.Pointer(C.whisper_vad_probs(v.vad))), n)
	return append(dst, probs...), nil
}
