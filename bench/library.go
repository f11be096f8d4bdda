package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"time"
)

// What BenchmarkLargeLibrary prints.
var (
	searchLine = regexp.MustCompile(`LargeLibrary/search/(\S+?)(?:-\d+)?\s+.*?([\d.]+) ms-95%`)
	pageLine   = regexp.MustCompile(`LargeLibrary/(page|open)(?:-\d+)?\s+\d+\s+([\d.]+) ns/op`)
)

// library is a library of 100,000 transcripts of 300 words: what a keystroke in the
// search field takes, for the kind of query that takes longest, and what the list
// does. It is made once, which takes some minutes, and kept in the folder -work.
func (b *bench) library(ctx context.Context) ([]row, error) {
	rows := []row{
		{Case: "search 100,000 transcripts, keystroke to rows, 95 %, the slowest kind of query", Unit: "ms", Most: 30},
		{Case: "first page of 100,000 transcripts", Unit: "ms", Most: 100},
		{Case: "open the library of 100,000 transcripts, first page included", Unit: "ms", Most: 400},
	}
	if b.quick {
		return rows, errors.New("left out by -quick")
	}
	s := &series{Name: "the benchmark, making the library included unless it was there"}
	out, err := b.largeLibrary(ctx, s, "BenchmarkLargeLibrary", "200x")
	if err != nil {
		return rows, err
	}
	return rows, readLibrary(out, rows, s)
}

// large is the folder of the library of 100,000 transcripts.
func (b *bench) large() string { return filepath.Join(b.work, "library") }

// largeLibrary runs benchmarks of that library, which makes it if it is not
// there, and returns what they print.
func (b *bench) largeLibrary(ctx context.Context, s *series, name, times string) (string, error) {
	if err := os.MkdirAll(b.large(), 0o755); err != nil {
		return "", err
	}
	program := filepath.Join(b.dir, "store.test")
	build := exec.CommandContext(ctx, "go", "test", "-c", "-tags", "ci,sqlite_fts5", "-o", program, "./store")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the benchmark of the library: %w: %s", err, lastLine(out))
	}
	b.used(build, 0)
	cmd := exec.CommandContext(ctx, program, "-test.run", "XXX", "-test.bench", name, "-test.benchtime", times, "-test.timeout", "1h", "-large-in", b.large())
	start := time.Now()
	out, err := cmd.CombinedOutput()
	s.add(b.used(cmd, time.Since(start)))
	if err != nil {
		return "", fmt.Errorf("BenchmarkLargeLibrary: %w: %s", err, lastLine(out))
	}
	return string(out), nil
}

// readLibrary fills the rows in from what the benchmark has printed.
func readLibrary(out string, rows []row, s *series) error {
	searches := searchLine.FindAllStringSubmatch(out, -1)
	if len(searches) == 0 {
		return errors.New("BenchmarkLargeLibrary gave no figures of searches")
	}
	for _, found := range searches {
		ms, err := strconv.ParseFloat(found[2], 64)
		if err != nil {
			return err
		}
		rows[0].Values = append(rows[0].Values, ms)
		if ms >= rows[0].Measured {
			rows[0].Measured, rows[0].Note, rows[0].Ours = ms, found[1], s
		}
	}
	for i, name := range []string{"page", "open"} {
		for _, found := range pageLine.FindAllStringSubmatch(out, -1) {
			ns, err := strconv.ParseFloat(found[2], 64)
			if err != nil {
				return err
			}
			if found[1] == name {
				rows[1+i].middle([]float64{ns / 1e6}, s)
			}
		}
		if rows[1+i].Ours == nil {
			return fmt.Errorf("BenchmarkLargeLibrary gave no figure of %s", name)
		}
	}
	return nil
}
