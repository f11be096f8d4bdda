//go:build cgo

package engine

// This is the only file that knows libparakeet. Its contexts hold the weights,
// its states the rest, as in libwhisper; native.go starts ggml for both.

/*
#include <parakeet.h>
#include "callbacks.h"

static bool shim_encoder_begin(struct parakeet_context * c, struct parakeet_state * s, void * h) { (void) c; (void) s; return !earshotAbort((uintptr_t) h); }

static void shim_parakeet_set_log(void) { parakeet_log_set(shim_log, NULL); }

static struct parakeet_context * shim_parakeet_load(uintptr_t h, bool gpu, int device) {
	struct parakeet_model_loader loader = { (void *) h, shim_read, shim_eof, shim_close };
	struct parakeet_context_params p = parakeet_context_default_params();
	p.use_gpu    = gpu;
	p.gpu_device = device;
	return parakeet_init_with_params_no_state(&loader, p);
}

static int shim_parakeet_full(struct parakeet_context * ctx, struct parakeet_state * state,
		const float * samples, int n, uintptr_t h) {
	struct parakeet_full_params p = parakeet_full_default_params(PARAKEET_SAMPLING_GREEDY);
	p.n_threads  = 1;
	p.no_context = true;
	p.abort_callback                   = shim_abort;
	p.abort_callback_user_data         = (void *) h;
	p.encoder_begin_callback           = shim_encoder_begin;
	p.encoder_begin_callback_user_data = (void *) h;
	return parakeet_full_with_state(ctx, state, p, samples, n);
}
*/
import "C"

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"runtime/cgo"
	"sync"
)

// startParakeet sends the library's log where libwhisper's goes.
var startParakeet = sync.OnceValue(func() error {
	if err := startNative(); err != nil {
		return err
	}
	C.shim_parakeet_set_log()
	return nil
})

// parakeetModel is a nativeModel of libparakeet's.
type parakeetModel struct{ ctx *C.struct_parakeet_context }

func loadParakeet(r io.Reader, gpu int) (nativeModel, error) {
	if err := startParakeet(); err != nil {
		return nil, err
	}
	var ctx *C.struct_parakeet_context
	err := load(r, func(h C.uintptr_t) { ctx = C.shim_parakeet_load(h, C.bool(gpu >= 0), C.int(max(gpu, 0))) })
	if err == nil && ctx == nil {
		err = errLoad
	}
	if err != nil {
		C.parakeet_free(ctx)
		return nil, err
	}
	return &parakeetModel{ctx}, nil
}

func (m *parakeetModel) free() { C.parakeet_free(m.ctx) }

// parakeetState is a nativeState of libparakeet's.
type parakeetState struct {
	model *parakeetModel
	state *C.struct_parakeet_state
}

func (m *parakeetModel) newState() (nativeState, error) {
	s := C.parakeet_init_state(m.ctx)
	if s == nil {
		return nil, errMemory
	}
	return &parakeetState{model: m, state: s}, nil
}

func (s *parakeetState) free() { C.parakeet_free_state(s.state) }

// detect leaves the language to decode: libparakeet does not say which it was.
func (s *parakeetState) detect([]float32, []string, int) (string, float64, error) { return "", 1, nil }

// decode reports all tokens at the end. A cancelled ctx is seen before the
// encoder, after it, and at each token.
func (s *parakeetState) decode(ctx context.Context, samples []float32, _ decodeOptions, report func(found)) error {
	h := cgo.NewHandle(&running{ctx: ctx})
	defer h.Delete()
	rc := C.shim_parakeet_full(s.model.ctx, s.state, (*C.float)(&samples[0]), C.int(len(samples)), C.uintptr_t(h))
	runtime.KeepAlive(samples)
	if err := ctx.Err(); err != nil {
		return err
	}
	if rc != 0 {
		return fmt.Errorf("decode a window: parakeet error %d", int(rc))
	}
	report(found{tokens: s.tokens(), fraction: 1})
	return nil
}

// tokens copies what was decoded out of the state.
func (s *parakeetState) tokens() []rawToken {
	var all []rawToken
	for i := range C.parakeet_full_n_segments_from_state(s.state) {
		for j := range C.parakeet_full_n_tokens_from_state(s.state, i) {
			d := C.parakeet_full_get_token_data_from_state(s.state, i, j)
			piece := C.GoString(C.parakeet_full_get_token_text_from_state(s.model.ctx, s.state, i, j))
			all = append(all, rawToken{
				text:  pieceText(piece),
				p:     probability(float64(d.p)),
				start: centiseconds(d.t0),
				end:   centiseconds(d.t1),
			})
		}
	}
	return all
}
