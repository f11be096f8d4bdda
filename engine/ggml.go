//go:build cgo

package engine

// What is asked of libggml itself: whether a device can be opened, its
// self-test, and weights of another type.

/*
#cgo pkg-config: earshot-whisper
#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <ggml.h>
#include <ggml-alloc.h>
#include <ggml-backend.h>

#ifdef __GLIBC__
// By itself glibc gives threads up to eight heaps a core, and what a job leaves
// in each of them stays: in a soak that was up to 50 MB, and never twice the
// same. It has to be told before the first thread allocates.
__attribute__((constructor)) static void shim_one_heap(void) {
	mallopt(M_ARENA_MAX, 1);
}
#endif

// The C library keeps freed memory to itself otherwise.
static void shim_trim(void) {
#ifdef __GLIBC__
	malloc_trim(0);
#endif
}

static void shim_one_thread(ggml_backend_t backend) {
	ggml_backend_reg_t reg = ggml_backend_dev_backend_reg(ggml_backend_get_device(backend));
	ggml_backend_set_n_threads_t set = (ggml_backend_set_n_threads_t) ggml_backend_reg_get_proc_address(reg, "ggml_backend_set_n_threads");
	if (set) set(backend, 1);
}

// softmax(a·b) on a backend, rounds times: a is k×m in f16, b is k×n in f32, out
// is m×n. Returns 0 if all went well.
static int shim_compute(ggml_backend_t backend, int k, int m, int n, const float * a, const float * b, float * out, int rounds, double * seconds) {
	struct ggml_init_params params = { 8*ggml_tensor_overhead() + ggml_graph_overhead(), NULL, true };
	struct ggml_context * ctx = ggml_init(params);
	if (!ctx) return 1;
	struct ggml_tensor * ta = ggml_new_tensor_2d(ctx, GGML_TYPE_F16, k, m);
	struct ggml_tensor * tb = ggml_new_tensor_2d(ctx, GGML_TYPE_F32, k, n);
	struct ggml_tensor * to = ggml_soft_max(ctx, ggml_mul_mat(ctx, ta, tb));
	struct ggml_cgraph * graph = ggml_new_graph(ctx);
	ggml_build_forward_expand(graph, to);
	int rc = 2;
	ggml_fp16_t * half = malloc(sizeof(ggml_fp16_t)*k*m);
	ggml_backend_buffer_t buffer = ggml_backend_alloc_ctx_tensors(ctx, backend);
	if (half && buffer) {
		ggml_fp32_to_fp16_row(a, half, (int64_t) k*m);
		ggml_backend_tensor_set(ta, half, 0, sizeof(ggml_fp16_t)*k*m);
		ggml_backend_tensor_set(tb, b, 0, sizeof(float)*k*n);
		rc = ggml_backend_graph_compute(backend, graph) == GGML_STATUS_SUCCESS ? 0 : 3;
		ggml_backend_synchronize(backend);
		int64_t start = ggml_time_us();
		for (int i = 0; rc == 0 && i < rounds; i++) {
			rc = ggml_backend_graph_compute(backend, graph) == GGML_STATUS_SUCCESS ? 0 : 3;
		}
		ggml_backend_synchronize(backend);
		*seconds = (ggml_time_us() - start)/1e6;
		if (rc == 0) ggml_backend_tensor_get(to, out, 0, sizeof(float)*m*n);
	}
	if (buffer) ggml_backend_buffer_free(buffer);
	free(half);
	ggml_free(ctx);
	return rc;
}

static int shim_multiply(ggml_backend_dev_t dev, int k, int m, int n, const float * a, const float * b, float * out, int rounds, double * seconds) {
	ggml_backend_t backend = ggml_backend_dev_init(dev, NULL);
	if (!backend) return 4;
	shim_one_thread(backend);
	int rc = shim_compute(backend, k, m, n, a, b, out, rounds, seconds);
	ggml_backend_free(backend);
	return rc;
}

// Rows of numbers in f32 or f16 become rows of another type; middle has room for
// them in f32. Returns the bytes written to out.
static size_t shim_convert(int from, int to, const void * in, float * middle, void * out, int64_t rows, int64_t columns) {
	const float * numbers = in;
	if (from == GGML_TYPE_F16) {
		ggml_fp16_to_fp32_row(in, middle, rows*columns);
		numbers = middle;
	}
	return ggml_quantize_chunk(to, numbers, out, 0, rows, columns, NULL);
}
*/
import "C"

import (
	"errors"
	"runtime/debug"
	"unsafe"
)

// gpu is the GPU with this index, counted as whisper.cpp does; nil if there is
// none.
func gpu(index int) C.ggml_backend_dev_t {
	for i := range C.ggml_backend_dev_count() {
		dev := C.ggml_backend_dev_get(i)
		switch C.ggml_backend_dev_type(dev) {
		case C.GGML_BACKEND_DEVICE_TYPE_GPU, C.GGML_BACKEND_DEVICE_TYPE_IGPU:
			if index == 0 {
				return dev
			}
			index--
		}
	}
	return nil
}

// tryDevice reports whether the GPU with this index can be opened at all.
// whisper.cpp would fall back to the CPU without a word.
func tryDevice(index int) bool {
	dev := gpu(index)
	if dev == nil {
		return false
	}
	b := C.ggml_backend_dev_init(dev, nil)
	if b == nil {
		return false
	}
	C.ggml_backend_free(b)
	return true
}

// multiply computes softmax(a·b) on a device, rounds times, and returns the
// result with the seconds that it took. a has m rows of k numbers, b has n.
func multiply(d nativeDevice, k, m, n int, a, b []float32, rounds int) (out []float32, seconds float64, err error) {
	dev := C.ggml_backend_dev_by_type(C.GGML_BACKEND_DEVICE_TYPE_CPU)
	if d.index >= 0 {
		if dev = gpu(d.index); dev == nil {
			return nil, 0, errors.New("it is not there any more")
		}
	}
	out = make([]float32, m*n)
	var took C.double
	rc := C.shim_multiply(dev, C.int(k), C.int(m), C.int(n),
		(*C.float)(&a[0]), (*C.float)(&b[0]), (*C.float)(&out[0]), C.int(rounds), &took)
	switch rc {
	case 0:
		return out, float64(took), nil
	case 4:
		return nil, 0, errors.New("it could not be started")
	default:
		return nil, 0, errors.New("it could not compute")
	}
}

// convertRows turns rows of so many numbers, f32 or f16, into rows of another
// ggml_type, whose blocks divide them. middle has room for the numbers.
func convertRows(from, to int32, in []byte, middle []float32, out []byte, columns int64) error {
	rows := C.int64_t(int64(len(middle)) / columns)
	n := C.shim_convert(C.int(from), C.int(to), unsafe.Pointer(&in[0]), (*C.float)(&middle[0]), unsafe.Pointer(&out[0]), rows, C.int64_t(columns))
	if int(n) != len(out) {
		return errors.New("convert weights")
	}
	return nil
}

// nativeVersion is libggml's.
func nativeVersion() string { return C.GoString(C.ggml_version()) }

// trim returns what the C library keeps of a job's memory to the system.
func trim() { C.shim_trim() }

// giveMemoryBack returns what a model has left behind to the system.
func giveMemoryBack() {
	trim()
	debug.FreeOSMemory()
}
