package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"
)

// A window that has nothing to do has given back by then what it needed to open.
const windowIdle = 15 * time.Second

// start is what a large library costs a person who opens the window: time until
// its first page is there, and memory, with a transcript of two hours open too.
func (b *bench) start(ctx context.Context) ([]row, error) {
	rows := []row{
		{Case: "start with 100,000 transcripts, from exec to their first page on the screen", Unit: "ms", Most: 800},
		{Case: "start with an empty library", Unit: "ms"},
		{Case: "memory with 100,000 transcripts, one of two hours open, above the empty window", Unit: "MB", Most: 60},
	}
	if b.quick {
		return rows, errors.New("left out by -quick")
	}
	if _, err := b.largeLibrary(ctx, &series{}, "BenchmarkLargeLibrary/page", "1x"); err != nil {
		return rows, err
	}
	if err := addTalk(ctx, b.large()); err != nil {
		return rows, err
	}
	s, err := b.newScreen(ctx)
	if err != nil {
		return rows, err
	}
	defer s.close()
	var ms, mb [2][]float64
	of := [2]*series{{Name: "the window with them"}, {Name: "the empty window"}}
	for range b.rounds {
		for i, data := range []string{b.large(), filepath.Join(b.dir, "empty")} {
			took, held, u, err := b.started(ctx, s, data, []string{"start", "start-empty"}[i])
			of[i].add(u)
			if err != nil {
				return rows, err
			}
			ms[i], mb[i] = append(ms[i], took), append(mb[i], held)
		}
	}
	rows[0].middle(ms[0], of[0])
	rows[1].middle(ms[1], of[1])
	full, empty := median(mb[0]), median(mb[1])
	rows[2].Measured, rows[2].Note = full-empty, fmt.Sprintf("%.0f, %.0f MB", full, empty)
	return rows, nil
}

// started opens the window, and of the large library the newest transcript, and
// returns how long the window took, in ms, and what it holds once it is idle, in
// MB. A picture of it gets a name.
func (b *bench) started(ctx context.Context, s *screen, data, name string) (ms, mb float64, u usage, err error) {
	w, ms, err := b.openWindow(ctx, s, data)
	if err != nil {
		return 0, 0, u, err
	}
	defer func() {
		shot := b.picture(ctx, s, name)
		var late error
		u, late = w.quit(b)
		err = errors.Join(err, shot, late)
	}()
	if data == b.large() {
		if _, err := s.openEntry(ctx); err != nil {
			return 0, 0, u, err
		}
	}
	select {
	case <-time.After(windowIdle):
	case <-ctx.Done():
		return 0, 0, u, ctx.Err()
	}
	held, err := w.resident()
	return ms, float64(held) / 1e6, u, err
}
