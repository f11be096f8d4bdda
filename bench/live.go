package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
)

// heardLive is what a child process measures of live text.
type heardLive struct {
	First, Commit, Final []float64 // seconds
	Words                int       // of the final texts
	Erased, Broken       int
	CPU                  []float64 // seconds, of each text of an open utterance
	Said                 int       // words of the references
	Errors, BatchErrors  int
}

// live measures live text: the fixture's speech, spoken again.
func (b *bench) live(ctx context.Context) ([]row, error) {
	rows := []row{
		{Case: "live: first text after the first sample of an utterance, median", Unit: "ms", Most: 500},
		{Case: "… 95 %", Unit: "ms", Most: 800},
		{Case: "live: a word's end to the word being certain, median", Unit: "ms", Most: 2000},
		{Case: "… 95 %", Unit: "ms", Most: 3500},
		{Case: "live: end of utterance (0.6 s after the last sample of speech) to its text closed, median", Unit: "ms", Most: 300},
		{Case: "… 95 %", Unit: "ms", Most: 600},
		{Case: "live: words taken back for each word that stays", Unit: "", Most: 0.6},
		{Case: "live: certain words changed", Unit: "words", None: true},
		{Case: "live: compute for each partial text, against a whole window", Unit: "×", Least: 5},
		{Case: "live: word error rate above that of whole files", Unit: "%", Most: 1},
	}
	var h heardLive
	before, early := b.wholeWindows(ctx)
	if err := b.child(ctx, &h, "live", b.shared, strconv.Itoa(b.length.live)); err != nil {
		return rows, err
	}
	after, late := b.wholeWindows(ctx)
	if err := cmp.Or(early, late); err != nil {
		rows[8].Missing = err.Error()
	}
	for i, lags := range [][]float64{h.First, h.Commit, h.Final} {
		rows[2*i].Measured, rows[2*i+1].Measured = 1000*median(lags), 1000*percentile(lags, 0.95)
		rows[2*i].Note = fmt.Sprintf("%d, the slowest %.0f ms", len(lags), 1000*percentile(lags, 1))
	}
	rows[6].Measured = float64(h.Erased) / float64(h.Words)
	rows[7].Measured = float64(h.Broken)
	partial, window := mean(h.CPU), median(slices.Concat(before, after))
	rows[8].Measured = window / partial
	rows[8].Note = fmt.Sprintf("%.0f of %.0f ms of CPU", 1000*partial, 1000*window)
	live, batch := 100*float64(h.Errors)/float64(h.Said), 100*float64(h.BatchErrors)/float64(h.Said)
	rows[9].Measured, rows[9].Note = live-batch, fmt.Sprintf("%.2f, %.2f %% of %d words", live, batch, h.Said)
	return rows, nil
}

// heardHour is what a child process measures of a long recording.
type heardHour struct {
	Seconds     float64 // that it took
	Early, Late float64 // lag of the texts of its first and its last sixth, median, seconds
	Grown       int64   // bytes of memory, from the end of its first sixth to its end
	Dropped     int     // samples
	Words       int
}

// hour streams a long recording: nothing may pile up.
func (b *bench) hour(ctx context.Context) ([]row, error) {
	of := "live, " + span(b.length.hour) + ": "
	rows := []row{
		{Case: of + "a text comes later in the last sixth than in the first by", Unit: "ms", Most: 32},
		{Case: of + "memory grows by", Unit: "MB", Most: 20},
		{Case: of + "samples dropped", None: true},
	}
	var h heardHour
	if err := b.child(ctx, &h, "hour", b.shared, strconv.Itoa(b.length.hour)); err != nil {
		return rows, err
	}
	rows[0].Measured, rows[0].Note = 1000*(h.Late-h.Early), fmt.Sprintf("%.0f, %.0f ms; it took %.0f s", 1000*h.Early, 1000*h.Late, h.Seconds)
	rows[1].Measured, rows[1].Note = float64(h.Grown)/1e6, fmt.Sprintf("%d words", h.Words)
	rows[2].Measured = float64(h.Dropped)
	return rows, nil
}

// child runs this program in a process of its own and reads what it prints.
func (b *bench) child(ctx context.Context, result any, args ...string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if _, err := b.fixture("audio/synth/manifest.json"); err != nil {
		return err
	}
	if _, err := b.measure(exec.CommandContext(ctx, self, args...)); err != nil {
		return err
	}
	out, err := os.ReadFile(filepath.Join(b.dir, "stdout"))
	if err != nil {
		return err
	}
	return json.Unmarshal(out, result)
}

var timing = regexp.MustCompile(`(?:mel|sample|encode|decode|batchd|prompt) time = +([\d.]+) ms`)

// wholeWindows are what whisper-stream spends on each step, in seconds: ten
// seconds of sound, encoded as the thirty that they are padded to, and decoded.
// Its step is measured before and after ours, since machines are not as fast at
// all times.
func (b *bench) wholeWindows(ctx context.Context) (all []float64, err error) {
	model, _, err := b.voices()
	if err != nil {
		return nil, err
	}
	audio, err := b.recording(ctx, 10, 0)
	if err != nil {
		return nil, err
	}
	for range max(3, b.rounds) {
		u, err := b.theirs("", model, []string{"-t", "1", "-bs", "1", "-bo", "1"}, audio).run(ctx)
		if err != nil {
			return nil, err
		}
		said, err := os.ReadFile(filepath.Join(b.dir, "stderr"))
		if err != nil {
			return nil, err
		}
		sum := 0.0
		for _, found := range timing.FindAllSubmatch(said, -1) {
			ms, err := strconv.ParseFloat(string(found[1]), 64)
			if err != nil {
				return nil, err
			}
			sum += ms / 1000
		}
		if sum == 0 {
			return nil, errors.New("whisper-cli prints no times")
		}
		// It counts time, of which it had a CPU for a part.
		all = append(all, sum*min(1, u.cpu.Seconds()/u.wall.Seconds()))
	}
	return all, nil
}

// mean of x; 0 of nothing.
func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v / float64(len(x))
	}
	return sum
}

// percentile of x, 0..1; 0 of nothing.
func percentile(x []float64, p float64) float64 {
	if len(x) == 0 {
		return 0
	}
	x = slices.Sorted(slices.Values(x))
	return x[min(int(p*float64(len(x))), len(x)-1)]
}
