//go:build soak

package engine

import (
	"testing"
	"time"

	"earshot/soaktest"
)

// TestSoak transcribes in a loop, half an hour or as long as SOAK says, and
// wants memory, goroutines and open files as they were after the first rounds.
func TestSoak(t *testing.T) {
	length := soaktest.Length(t)
	e := testEngine(t)
	opt := fixtureOptions(t)
	files := []string{"en-espeak00.wav", "de02.wav", "fr02.wav", "long-gap35.wav", "en-espeak05.wav"}
	round := func() {
		for _, file := range files {
			recognize(t, e, clip(t, file), opt)
		}
	}
	during := func(length time.Duration) (rounds int) {
		for end := time.Now().Add(length); time.Now().Before(end); rounds++ {
			round()
		}
		return rounds
	}
	use := func() soaktest.Use {
		return soaktest.Least(t, func() {
			round()
			time.Sleep(200 * time.Millisecond) // until decoders have ended
		})
	}
	warm := use()
	rounds := during(length / 2)
	middle := use()
	rounds += during(length / 2)
	end := use()
	t.Logf("%d rounds in %v: warm: %v; in the middle: %v; in the end: %v", rounds, length, warm, middle, end)
	soaktest.Check(t, warm, middle, end)
}
