package engine

import (
	"testing"
	"time"

	"earshot/soaktest"
)

// What a model and its decoders took is given back when it leaves, each time.
// `make bench` measures it more exactly.
func TestIdleModelGivesItsMemoryBack(t *testing.T) {
	e := testEngine(t)
	opt := fixtureOptions(t)
	opt.Keep, opt.Language = time.Millisecond, "en"
	samples := clip(t, "en-espeak00.wav")
	round := func() {
		recognize(t, e, samples, opt)
		for deadline := time.Now().Add(time.Minute); inMemory(e); time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("the model stays in memory")
			}
		}
	}
	round() // the libraries keep some for good, and so does the race detector
	const rounds, most = 4, 60
	before := soaktest.Now(t).Memory
	for range rounds {
		round()
	}
	// Decoders give up their states just after their last window.
	after := soaktest.Now(t).Memory
	for deadline := time.Now().Add(10 * time.Second); after > before+most && time.Now().Before(deadline); after = soaktest.Now(t).Memory {
		time.Sleep(50 * time.Millisecond)
	}
	if after > before+most {
		t.Errorf("%.0f MB are resident after %d more models, %.0f MB before", after, rounds, before)
	}
	t.Logf("%.0f MB before, %.0f MB after %d models", before, after, rounds)
}
