package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/pprof"
	"strconv"
	"time"

	"earshot/app"
	"earshot/capture"
	"earshot/engine"
	"earshot/store"
)

// overhead is the share of the samples of a CPU profile that lie outside the
// engine's calls into the native libraries. A callback from there into Go
// counts as ours, and so does SQLite.
func (b *bench) overhead(ctx context.Context) ([]row, error) {
	rows := []row{{Case: "CPU time outside the recognition library, " + span(b.length.profile) + " of speech", Unit: "%", Most: 2}}
	model, _, err := b.voices()
	if err != nil {
		return rows, err
	}
	audio, err := b.recording(ctx, b.length.profile, 0)
	if err != nil {
		return rows, err
	}
	self, err := os.Executable()
	if err != nil {
		return rows, err
	}
	out := filepath.Join(b.dir, "cpu.prof")
	data := filepath.Join(b.dir, "profiled")
	s := &series{Name: "the profiled job"}
	var outside []float64
	for range b.rounds {
		u, err := b.measure(exec.CommandContext(ctx, self, "profile", audio, model, data, out))
		if err != nil {
			return rows, err
		}
		inside, err := profileShare(ctx, out)
		if err != nil {
			return rows, err
		}
		u.words = 0 // it prints none
		s.add(u)
		outside = append(outside, 100-inside)
	}
	rows[0].middle(outside, s)
	if kept := filepath.Join(b.out, "bench.prof"); os.MkdirAll(b.out, 0o755) == nil {
		return rows, copyFile(kept, out) // for whoever wants to know more
	}
	return rows, nil
}

func copyFile(to, from string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o644)
}

// profileShare is the per cent of a profile's samples inside the library.
func profileShare(ctx context.Context, path string) (float64, error) {
	cmd := exec.CommandContext(ctx, "go", "tool", "pprof", "-top", "-nodefraction=0", "-nodecount=1000000",
		`-focus=earshot/engine\._Cfunc_`, `-ignore=runtime\.cgocallbackg`, path)
	out, err := cmd.Output()
	if err != nil {
		return 0, fmt.Errorf("read the profile: %w", err)
	}
	return parseShare(out)
}

var accounted = regexp.MustCompile(`Showing nodes accounting for [^,]+, ([\d.]+)% of`)

func parseShare(out []byte) (float64, error) {
	found := accounted.FindSubmatch(out)
	if found == nil {
		return 0, errors.New("read the profile: pprof names no share")
	}
	return strconv.ParseFloat(string(found[1]), 64)
}

// profileJob is what `earshot transcribe` does, wired as main does it, with
// the CPU profile of the job written to out.
func profileJob(ctx context.Context, audio, model, data, out string) error {
	f, err := os.Create(out)
	if err != nil {
		return err
	}
	defer f.Close()
	library, err := store.Open(ctx, data, store.Options{})
	if err != nil {
		return err
	}
	defer library.Close()
	e := engine.New(engine.Options{})
	defer e.Close()
	a, err := app.New(ctx, app.Deps{
		Media: capture.Media{}, Recognizer: e, Library: library, SettingsPath: filepath.Join(data, "settings.json"),
		Models: app.Models{Dirs: []string{filepath.Dir(model)}, Inspect: e.Inspect},
	})
	if err != nil {
		return err
	}
	defer a.Close()
	if err := pprof.StartCPUProfile(f); err != nil {
		return err
	}
	start := time.Now()
	_, err = a.Transcribe(ctx, app.Request{
		Path: audio, NoCache: true, Options: app.Options{Model: model, Language: "en", Device: "cpu"},
	}, func(app.Event) {})
	pprof.StopCPUProfile()
	fmt.Println(time.Since(start))
	return err
}
