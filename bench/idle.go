package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"time"

	"earshot/app"
	"earshot/capture"
	"earshot/engine"
)

// An idle model leaves after this long here; what it used is back within the
// other.
const (
	idleKeep   = 200 * time.Millisecond
	idleSettle = 2 * time.Second
)

// resident is the memory of a process at moments of its life, in bytes.
type resident struct {
	Start int64 `json:"start"` // the library is loaded, no model is
	Peak  int64 `json:"peak"`
	After int64 `json:"after"` // the idle model has left
}

// idle is what stays in memory of a model that has left it.
func (b *bench) idle(ctx context.Context) ([]row, error) {
	rows := []row{{Case: "memory after an idle model has left above before it came, shape of base", Unit: "MB", Most: 30}}
	_, vad, err := b.voices()
	if err != nil {
		return rows, err
	}
	audio, err := b.recording(ctx, b.length.shape, 0)
	if err != nil {
		return rows, err
	}
	model, err := b.shapeModel("base")
	if err != nil {
		return rows, err
	}
	defer os.Remove(model)
	self, err := os.Executable()
	if err != nil {
		return rows, err
	}
	s := &series{Name: "one job of " + span(b.length.shape)}
	var left []float64
	var last resident
	for range b.rounds {
		start := time.Now()
		cmd := exec.CommandContext(ctx, self, "idle", audio, model, vad)
		out, err := cmd.Output()
		s.add(b.used(cmd, time.Since(start)))
		if err != nil {
			return rows, fmt.Errorf("a job and its idle model: %w", err)
		}
		if err := json.Unmarshal(out, &last); err != nil {
			return rows, err
		}
		left = append(left, float64(last.After-last.Start)/1e6)
	}
	rows[0].middle(left, s)
	rows[0].Note = fmt.Sprintf("%.0f, peak %.0f, then %.0f MB", float64(last.Start)/1e6, float64(last.Peak)/1e6, float64(last.After)/1e6)
	return rows, nil
}

// idleJob runs a job, waits until its model has left, and prints what was
// resident.
func idleJob(ctx context.Context, path, model, vad string) error {
	e := engine.New(engine.Options{})
	defer e.Close()
	if _, err := e.Devices(ctx); err != nil { // as the window does at its start
		return err
	}
	var r resident
	var err error
	if r.Start, err = statusBytes("VmRSS"); err != nil {
		return err
	}
	audio, err := capture.Media{FFmpeg: "-", FFprobe: "-"}.Open(ctx, path, app.MediaOptions{})
	if err != nil {
		return err
	}
	defer audio.Close()
	_, err = e.Recognize(ctx, audio, app.RecognizeOptions{Model: model, VAD: vad, Language: "en", Device: "cpu", Keep: idleKeep}, func(app.Progress) {})
	if err != nil {
		return err
	}
	select {
	case <-time.After(idleKeep + idleSettle):
	case <-ctx.Done():
		return ctx.Err()
	}
	if r.Peak, err = statusBytes("VmHWM"); err != nil {
		return err
	}
	if r.After, err = statusBytes("VmRSS"); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(r)
}

// residentNow is the memory that this process holds, in bytes; 0 where the
// system does not tell.
func residentNow() int64 {
	n, _ := statusBytes("VmRSS")
	return n
}

// statusBytes is a line of /proc/self/status, in bytes.
func statusBytes(name string) (int64, error) {
	kB, err := strconv.ParseInt(field("/proc/self/status", regexp.QuoteMeta(name)+`:\s*(\d+) kB`), 10, 64)
	if err != nil {
		return 0, errors.New("this system does not tell what is resident")
	}
	return kB << 10, nil
}
