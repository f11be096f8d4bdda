//go:build e2e

package main

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// sound waits until the program records and returns the file, and when its
// first sample came.
func (p *program) sound() (wav string, begun time.Time) {
	p.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		found, err := filepath.Glob(filepath.Join(p.data, "recordings", "*.wav"))
		if err != nil || len(found) != 1 {
			continue
		}
		if info, err := os.Stat(found[0]); err == nil && info.Size() > wavHeader {
			return found[0], time.Now().Add(-time.Duration(wavSeconds(info.Size()) * float64(time.Second)))
		}
	}
	p.t.Fatal("no sound is recorded")
	return "", time.Time{}
}

const wavHeader = 44

// wavSeconds is how long a recording of one track is by its file's size.
func wavSeconds(size int64) float64 { return float64(size-wavHeader) / 2 / 16000 }

// checkWhole checks that a recording of one track is a whole WAV file, of so
// many seconds at least.
func checkWhole(t *testing.T, wav string, seconds float64) {
	t.Helper()
	data, err := os.ReadFile(wav)
	if err != nil {
		t.Fatal(err)
	}
	if got := wavSeconds(int64(len(data))); got < seconds {
		t.Fatalf("the recording has %.2f s, want %.2f at least", got, seconds)
	}
	whole, sound := binary.LittleEndian.Uint32(data[4:]), binary.LittleEndian.Uint32(data[wavHeader-4:])
	if !bytes.HasPrefix(data, []byte("RIFF")) || int(whole) != len(data)-8 || int(sound) != len(data)-wavHeader {
		t.Errorf("got a header of %d and %d bytes, the file has %d", whole, sound, len(data))
	}
}

// spokenIn is what is said in a clip of audio/synth.
func spokenIn(t *testing.T, wav string) string {
	t.Helper()
	data, err := os.ReadFile(fixture(t, "audio/synth/refs.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if columns := strings.Split(strings.TrimSpace(line), "\t"); columns[0] == filepath.Base(wav) {
			return columns[2]
		}
	}
	t.Fatalf("refs.tsv does not say what is spoken in %s", wav)
	return ""
}

// checkWords checks that at most a fifth of the words are wrong: the small
// fixture model reads a clip differently wherever it begins in a window.
func checkWords(t *testing.T, got, want string) {
	t.Helper()
	n := len(plainWords(want))
	errs := wordErrors(plainWords(got), plainWords(want))
	if errs > n/5 {
		t.Errorf("%d of %d words are wrong:\n got %q\nwant %q", errs, n, got, want)
	}
	t.Logf("%d of %d words are wrong: %q", errs, n, got)
}

// plainWords are a text's words without case and punctuation.
func plainWords(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return strings.ContainsRune(" \n.,?!", r) })
}

// wordErrors is how many words have to be replaced, left out or put in.
func wordErrors(got, want []string) int {
	if len(got) == 0 || len(want) == 0 {
		return len(got) + len(want)
	}
	row := make([]int, len(want)+1) // of the table of the distances of all beginnings
	for j := range row {
		row[j] = j
	}
	for i, word := range got {
		above := slices.Clone(row)
		row[0] = i + 1
		for j := range want {
			row[j+1] = min(above[j+1], row[j]) + 1
			if word == want[j] {
				row[j+1] = min(row[j+1], above[j])
			} else {
				row[j+1] = min(row[j+1], above[j]+1)
			}
		}
	}
	return row[len(want)]
}
