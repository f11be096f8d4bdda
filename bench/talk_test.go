package main

import (
	"context"
	"errors"
	"image"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"earshot/app"
	"earshot/capture"
)

func TestAddTalk(t *testing.T) {
	dir := t.TempDir()
	for range 2 { // the second time it is there
		err := addTalk(t.Context(), dir)
		if errors.Is(err, app.ErrNoEngine) {
			t.Skip("built without cgo")
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for text, want := range map[string]int{"number1250 ": 1, "topic3": 500, "subject": 0} {
		if got, err := countTalk(t.Context(), dir, text); err != nil || got != want {
			t.Errorf("%s: got %d segments (%v), want %d", text, got, err, want)
		}
	}
	words := 0
	for _, s := range talk().Segments {
		words += len(strings.Fields(s.Text))
	}
	if words != 20_000 {
		t.Errorf("got %d words, want 20000", words)
	}
	info, err := capture.Media{FFmpeg: "-", FFprobe: "-"}.Probe(t.Context(), filepath.Join(dir, "talk.wav"))
	if err != nil || info.Duration != talkStep*talkSegments {
		t.Errorf("the sound: got %.1f s (%v), want %d", info.Duration, err, talkStep*talkSegments)
	}
}

func TestWatch(t *testing.T) {
	for _, name := range []string{"Xvfb", "openbox", "xdotool", "import"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("%s is not installed", name)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	b := &bench{dir: t.TempDir()}
	s, err := b.newScreen(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	all := image.Rect(0, 0, 1300, 850)
	for _, want := range []time.Duration{0, 300 * time.Millisecond} {
		first, last, err := s.watch(ctx, all, 200*time.Millisecond, func() error {
			time.Sleep(want)
			// openbox answers the right button with its menu.
			return s.click(3)
		})
		if err != nil || first < want || last < first {
			t.Fatalf("a menu after %v: got %v to %v, %v", want, first, last, err)
		}
		if err := s.xdotool(ctx, "key", "Escape", "sleep", "0.5"); err != nil {
			t.Fatal(err)
		}
	}
	if p, err := s.pixels(image.Rect(10, 10, 30, 15)); err != nil || len(p) != 4*20*5 {
		t.Errorf("20 × 5 pixels: got %d bytes, %v", len(p), err)
	}
}
