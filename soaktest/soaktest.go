// Package soaktest finds out whether a process that works for long holds more
// and more.
package soaktest

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

// Length is how long a soak lasts: half an hour, or what SOAK says.
func Length(t testing.TB) time.Duration {
	t.Helper()
	text := os.Getenv("SOAK")
	if text == "" {
		return 30 * time.Minute
	}
	length, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	return length
}

// Use is what the process holds.
type Use struct {
	Memory     float64 // that is resident, MB
	Heap       float64 // Go's part of it
	Goroutines int
	Files      int // that are open
}

func (u Use) String() string {
	return fmt.Sprintf("%.1f MB (Go %.1f), %d goroutines, %d files", u.Memory, u.Heap, u.Goroutines, u.Files)
}

// Now is what the process holds when it has given back what it can. The test is
// skipped where the system does not tell.
func Now(t testing.TB) Use {
	t.Helper()
	debug.FreeOSMemory()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skip("this system does not tell what is resident")
	}
	_, rest, _ := bytes.Cut(status, []byte("VmRSS:"))
	var kB float64
	if _, err := fmt.Sscan(string(rest), &kB); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	return Use{Memory: kB / 1024, Heap: float64(mem.HeapAlloc) / (1 << 20), Goroutines: runtime.NumGoroutine(), Files: len(files)}
}

// Least is the least of several readings, with work before each. What is kept
// from piece to piece of work differs: a decoder that had to try again has larger
// caches. What is lost is there at every reading.
func Least(t testing.TB, work func()) Use {
	t.Helper()
	least := Use{math.Inf(1), math.Inf(1), math.MaxInt, math.MaxInt}
	for range 5 {
		work()
		u := Now(t)
		least = Use{
			min(least.Memory, u.Memory), min(least.Heap, u.Heap),
			min(least.Goroutines, u.Goroutines), min(least.Files, u.Files),
		}
	}
	return least
}

// Check fails the test if a soak has left more than there was when it was warm.
// The C library's memory still grows a little as it is cut into pieces; that has
// to come to an end, so that in the second half it is half as much at most.
func Check(t testing.TB, warm, middle, end Use) {
	t.Helper()
	const most = 20 // MB
	if growth := end.Memory - warm.Memory; growth > most {
		t.Errorf("memory grew by %.1f MB, want at most %d", growth, most)
	}
	if growth := end.Memory - middle.Memory; growth > most/2 {
		t.Errorf("memory grew by %.1f MB in the second half, want at most %d", growth, most/2)
	}
	if end.Goroutines > warm.Goroutines || end.Files > warm.Files {
		t.Errorf("had %v, have %v", warm, end)
	}
}
