//go:build cgo

package capture

/*
#include <stdio.h>

// glibc and macOS let a program set stderr; other C libraries keep it constant.
#if defined(__GLIBC__) || defined(__APPLE__)
static FILE *loud, *null;

static void hush(void) {
	if (null == NULL) null = fopen("/dev/null", "w");
	if (null == NULL) return;
	loud = stderr;
	stderr = null;
}

static void speak(void) {
	if (loud != NULL) stderr = loud;
}
#else
static void hush(void) {}
static void speak(void) {}
#endif
*/
import "C"

import "sync"

// PortAudio, ALSA and JACK write to standard error whenever they look for
// devices, about 80 lines each time, and again from threads of their own when a
// sound server dies; not all of it can be turned off. So C's variable stderr is
// pointed at nothing while one of them is in use. The file descriptor stays as
// it is: what Go writes, a crash's stack among it, is not touched. Other
// C libraries are silenced for as long.
var hushed struct {
	sync.Mutex
	users int
}

// hush silences C's standard error until speak has been called as often.
func hush() {
	hushed.Lock()
	defer hushed.Unlock()
	if hushed.users++; hushed.users == 1 {
		C.hush()
	}
}

func speak() {
	hushed.Lock()
	defer hushed.Unlock()
	if hushed.users--; hushed.users == 0 {
		C.speak()
	}
}
