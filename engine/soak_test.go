//go:build soak

package engine

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

// TestSoak transcribes in a loop, half an hour or as long as SOAK says, and
// wants memory, goroutines and open files as they were after the first rounds.
func TestSoak(t *testing.T) {
	length := 30 * time.Minute
	if text := os.Getenv("SOAK"); text != "" {
		var err error
		if length, err = time.ParseDuration(text); err != nil {
			t.Fatal(err)
		}
	}
	e := testEngine(t)
	opt := fixtureOptions(t)
	files := []string{"en-espeak00.wav", "de02.wav", "fr02.wav", "long-gap35.wav", "en-espeak05.wav"}
	round := func() {
		for _, file := range files {
			recognize(t, e, clip(t, file), opt)
		}
	}
	for range 3 {
		round()
	}
	before := use(t)
	rounds := 0
	for end := time.Now().Add(length); time.Now().Before(end); rounds++ {
		round()
	}
	after := use(t)
	t.Logf("%d rounds in %v: %v, then %v", rounds, length, before, after)
	if growth := after.memory - before.memory; growth > 20<<10 {
		t.Errorf("memory grew by %d kB, want at most 20 MB", growth)
	}
	if after.goroutines > before.goroutines || after.files > before.files {
		t.Errorf("had %v, have %v", before, after)
	}
}

// usage is what the process holds.
type usage struct{ memory, goroutines, files int } // memory in kB

func (u usage) String() string {
	return fmt.Sprintf("%.1f MB, %d goroutines, %d files", float64(u.memory)/1024, u.goroutines, u.files)
}

func use(t *testing.T) usage {
	t.Helper()
	time.Sleep(200 * time.Millisecond) // until decoders have ended
	debug.FreeOSMemory()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skip(err)
	}
	u := usage{goroutines: runtime.NumGoroutine()}
	_, rest, _ := bytes.Cut(status, []byte("VmRSS:"))
	if _, err := fmt.Sscan(string(rest), &u.memory); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	u.files = len(files)
	return u
}
