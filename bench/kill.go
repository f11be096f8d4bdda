package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"earshot/app"
)

// kill measures what kill -9 takes of a recording: recordings of a file that is
// spoken in real time are killed at random moments. What the next start finds of
// one is compared with how long it had been spoken.
func (b *bench) kill(ctx context.Context) ([]row, error) {
	rows := []row{{Case: fmt.Sprintf("a recording is killed: lost, the most of %d", b.length.kills), Unit: "s", Most: 1}}
	model, _, err := b.voices()
	if err != nil {
		return rows, err
	}
	audio, err := b.recording(ctx, b.length.profile, 0)
	if err != nil {
		return rows, err
	}
	for i := range b.length.kills {
		lost, err := b.killed(ctx, filepath.Join(b.dir, "killed", strconv.Itoa(i)), model, audio)
		if err != nil {
			return rows, err
		}
		rows[0].Values = append(rows[0].Values, lost)
	}
	rows[0].Measured, rows[0].Note = slices.Max(rows[0].Values), fmt.Sprintf("median %.2f s", median(rows[0].Values))
	return rows, nil
}

// killed records into a library in the folder data, kills that and returns the
// seconds that are lost.
func (b *bench) killed(ctx context.Context, data, model, audio string) (lost float64, err error) {
	cmd := b.command(ctx, data, "record", "--input", audio, "--realtime", "--language", "en", "--device", "cpu", "--model", model)
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	began := time.Now()
	begun, err := firstSample(ctx, filepath.Join(data, "recordings"))
	if err == nil {
		time.Sleep(time.Second + rand.N(3*time.Second))
	}
	cmd.Process.Kill()
	spoken := time.Since(begun).Seconds()
	cmd.Wait() // killed, as it should be
	b.used(cmd, time.Since(began))
	if err != nil {
		return 0, err
	}
	list := b.command(ctx, data, "history", "list", "--json")
	out, err := list.Output()
	b.used(list, 0)
	if err != nil {
		return 0, fmt.Errorf("list what was recorded: %w", err)
	}
	var entries []struct {
		State    app.State
		Duration float64
	}
	if err := json.Unmarshal(out, &entries); err != nil {
		return 0, err
	}
	if len(entries) != 1 || entries[0].State != app.StateInterrupted {
		return 0, fmt.Errorf("the library has %+v, not one recording that was interrupted", entries)
	}
	return max(0, spoken-entries[0].Duration), nil
}

// firstSample waits for the recording in a folder and returns when its first
// sample was spoken.
func firstSample(ctx context.Context, dir string) (time.Time, error) {
	const header = 44
	for begun := time.Now(); time.Since(begun) < 20*time.Second && ctx.Err() == nil; time.Sleep(5 * time.Millisecond) {
		found, err := filepath.Glob(filepath.Join(dir, "*.wav"))
		if err != nil || len(found) == 0 {
			continue
		}
		if info, err := os.Stat(found[0]); err == nil && info.Size() > header {
			return time.Now().Add(-time.Duration(info.Size()-header) * time.Second / (2 * app.SampleRate)), nil
		}
	}
	return time.Time{}, errors.Join(errors.New("nothing was recorded"), ctx.Err())
}
