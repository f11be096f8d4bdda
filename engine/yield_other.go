//go:build !linux

package engine

// yield does nothing: a thread's priority is not its own here.
func yield() {}
