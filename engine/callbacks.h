// What the native libraries call back: their loaders, which read from Go, their
// log and the question whether to go on. Each handle is a runtime/cgo.Handle.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <ggml.h>

extern size_t earshotRead(uintptr_t h, void * out, size_t n);
extern bool   earshotEOF(uintptr_t h);
extern bool   earshotAbort(uintptr_t h);
extern void   earshotLog(int level, char * text);

static inline size_t shim_read(void * h, void * out, size_t n) { return earshotRead((uintptr_t) h, out, n); }
static inline bool   shim_eof(void * h) { return earshotEOF((uintptr_t) h); }
static inline void   shim_close(void * h) { (void) h; }
static inline bool   shim_abort(void * h) { return earshotAbort((uintptr_t) h); }
static inline void   shim_log(enum ggml_log_level level, const char * text, void * u) { (void) u; earshotLog((int) level, (char *) text); }
