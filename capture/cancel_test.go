package capture

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"

	"earshot/app"
)

// longFile has far more audio than the pipe from ffmpeg holds, so that ffmpeg
// is still at work after the first read.
func longFile(t *testing.T) string {
	t.Helper()
	needFFmpeg(t)
	return write(t, "long.wav", wavFile16(8000, 1, make([]float64, 8000*300)))
}

// children lists the processes that work on a file, where the system tells.
func children(t *testing.T, path string) []int {
	t.Helper()
	lines, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	var pids []int
	for _, line := range lines {
		args, err := os.ReadFile(line)
		if err == nil && bytes.Contains(args, []byte("file:"+path)) {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(line)))
			pids = append(pids, pid)
		}
	}
	return pids
}

// begin opens a file and reads a little.
func begin(ctx context.Context, t *testing.T, path string) app.Audio {
	t.Helper()
	audio, err := Media{}.Open(ctx, path, app.MediaOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := audio.Read(make([]float32, 1000)); n == 0 || err != nil {
		t.Fatalf("Read: got %d samples, error %v", n, err)
	}
	if runtime.GOOS == "linux" && len(children(t, path)) != 1 {
		t.Fatalf("got the ffmpeg processes %v, want one", children(t, path))
	}
	return audio
}

// nothingLeft waits for goroutines to end: they may after the call that told
// them to has returned. A process may not.
func nothingLeft(t *testing.T, path string, goroutines int) {
	t.Helper()
	if pids := children(t, path); len(pids) > 0 {
		t.Errorf("the processes %v are left", pids)
	}
	for begun := time.Now(); runtime.NumGoroutine() > goroutines; time.Sleep(time.Millisecond) {
		if time.Since(begun) > hangs {
			stacks := make([]byte, 1<<16)
			t.Fatalf("goroutines are left:\n%s", stacks[:runtime.Stack(stacks, true)])
		}
	}
}

func TestCancelWhileReading(t *testing.T) {
	path := longFile(t)
	goroutines := runtime.NumGoroutine()
	ctx, cancel := context.WithCancel(t.Context())
	audio := begin(ctx, t, path)
	cancel()
	samples, err := readAll(audio)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v, want %v", err, context.Canceled)
	}
	if len(samples) > 100*app.SampleRate {
		t.Errorf("got %d more samples: it was not cancelled but read to its end", len(samples))
	}
	nothingLeft(t, path, goroutines)
	if err := audio.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}

// A reader that is stuck because ffmpeg gives nothing is freed as well.
func TestCancelWhileWaiting(t *testing.T) {
	needShell(t)
	stuck := write(t, "stuck", []byte("#!/bin/sh\nhead -c 2000 /dev/zero; exec sleep 1000\n"))
	if err := os.Chmod(stuck, 0o700); err != nil {
		t.Fatal(err)
	}
	path := write(t, "a.wav", wavFile16(22050, 1, make([]float64, 1600)))
	info, err := withoutFFmpeg.Probe(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	goroutines := runtime.NumGoroutine()
	ctx, cancel := context.WithCancel(t.Context())
	audio, err := Media{FFprobe: stuck, FFmpeg: stuck}.Open(ctx, path, app.MediaOptions{Info: info})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := audio.Read(make([]float32, 1000)); n != 1000 || err != nil {
		t.Fatalf("Read: got %d samples, error %v", n, err)
	}
	defer time.AfterFunc(50*time.Millisecond, cancel).Stop()
	if n, err := audio.Read(make([]float32, 1000)); n != 0 || !errors.Is(err, context.Canceled) {
		t.Errorf("got %d samples, error %v; want none and %v", n, err, context.Canceled)
	}
	audio.Close()
	nothingLeft(t, path, goroutines)
}

func TestCancelWhileSkipping(t *testing.T) {
	path := longFile(t)
	goroutines := runtime.NumGoroutine()
	ctx, cancel := context.WithCancel(t.Context())
	info, err := Media{}.Probe(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if audio, err := (Media{}).Open(ctx, path, app.MediaOptions{Start: 290, Info: info}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v and error %v, want %v", audio, err, context.Canceled)
	}
	nothingLeft(t, path, goroutines)
}

func TestCloseEarly(t *testing.T) {
	path := longFile(t)
	goroutines := runtime.NumGoroutine()
	audio := begin(t.Context(), t, path)
	for i := range 2 {
		if err := audio.Close(); err != nil {
			t.Errorf("Close number %d: %v", i+1, err)
		}
		nothingLeft(t, path, goroutines)
	}
	if n, err := audio.Read(make([]float32, 10)); n != 0 || err == nil {
		t.Errorf("Read after Close: got %d samples, error %v", n, err)
	}
	if len(audio.Warnings()) > 0 {
		t.Errorf("got warnings %q for a file that was not read to its end", audio.Warnings())
	}
}

func TestCloseAtTheEnd(t *testing.T) {
	for way, m := range map[string]Media{"ffmpeg": {}, "no ffmpeg": withoutFFmpeg} {
		t.Run(way, func(t *testing.T) {
			if way == "ffmpeg" {
				needFFmpeg(t)
			}
			path := write(t, "a.wav", wavFile16(44100, 1, make([]float64, 44100)))
			goroutines := runtime.NumGoroutine()
			audio, err := m.Open(t.Context(), path, app.MediaOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if samples, err := readAll(audio); len(samples) != app.SampleRate || err != nil {
				t.Errorf("got %d samples, error %v", len(samples), err)
			}
			nothingLeft(t, path, goroutines) // even before Close
			for range 2 {
				if err := audio.Close(); err != nil {
					t.Errorf("Close: %v", err)
				}
			}
			if len(audio.Warnings()) > 0 {
				t.Errorf("got warnings %q", audio.Warnings())
			}
		})
	}
}

// A file that failed to open leaves nothing behind either.
func TestFailedOpenLeavesNothing(t *testing.T) {
	path := longFile(t)
	goroutines := runtime.NumGoroutine()
	for range 3 {
		if _, err := (Media{}).Open(t.Context(), path, app.MediaOptions{Stream: 2}); !errors.Is(err, app.ErrNoTrack) {
			t.Errorf("got error %v, want %v", err, app.ErrNoTrack)
		}
	}
	nothingLeft(t, path, goroutines)
}
