package engine

import (
	"runtime"
	"syscall"
)

// yield lets every other thread of the machine go before this goroutine's, until
// it ends: its thread ends with it, since nobody but root may take that back.
func yield() {
	runtime.LockOSThread()
	_ = syscall.Setpriority(syscall.PRIO_PROCESS, 0, 10) // 0 is this thread; in vain, nothing is lost but that
}
