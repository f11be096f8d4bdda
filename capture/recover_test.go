package capture

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"earshot/app"
)

func TestRecover(t *testing.T) {
	samples := pcm(16, tone(500, 0.5, app.SampleRate, app.SampleRate))
	unfinished := func(channels int, samples []byte) []byte {
		return append(wavHeader(channels, app.SampleRate, 16, 0), samples...)
	}
	finished := func(channels int, samples []byte) []byte {
		return append(wavHeader(channels, app.SampleRate, 16, uint32(len(samples))), samples...)
	}
	list := chunk("LIST", le("INFO", chunk("INAM", []byte("a title"))))
	format := fmtChunk(wavPCM, 16, 1, app.SampleRate)
	for name, c := range map[string]struct {
		file, want []byte
		seconds    float64
	}{
		"crashed":           {unfinished(1, samples), finished(1, samples), 1},
		"two tracks":        {unfinished(2, samples), finished(2, samples), 0.5},
		"odd byte":          {unfinished(1, samples[:3201]), append(finished(1, samples[:3200]), samples[3200]), 0.1},
		"half a frame":      {unfinished(2, samples[:3202]), append(finished(2, samples[:3200]), samples[3200:3202]...), 0.05},
		"no sound":          {unfinished(1, nil), unfinished(1, nil), 0},
		"whole":             {finished(1, samples), finished(1, samples), 1},
		"whole, more after": {riff(format, chunk("data", samples), list), riff(format, chunk("data", samples), list), 1},
		"cut short":         {finished(1, samples)[:44+3200], finished(1, samples[:3200]), 0.1},
		"written to a pipe": {
			le("RIFF", uint32(1<<32-1), "WAVE", format, "data", uint32(1<<32-1), samples), finished(1, samples), 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, "a.wav", c.file)
			for range 2 {
				seconds, err := Recorder{}.Recover(t.Context(), path)
				if err != nil || seconds != c.seconds {
					t.Errorf("got %g s and error %v, want %g s", seconds, err, c.seconds)
				}
				if got := read(t, path); !bytes.Equal(got, c.want) {
					t.Errorf("got a header\n%x, want\n%x", got[:min(len(got), 44)], c.want[:44])
				}
			}
		})
	}
}

func TestRecoverFails(t *testing.T) {
	for name, c := range map[string]struct {
		file []byte
		want error
	}{
		"empty":        {nil, app.ErrEmptyFile},
		"half header":  {wavHeader(1, app.SampleRate, 16, 0)[:30], app.ErrNotMedia},
		"another kind": {[]byte(strings.Repeat("fLaC", 100)), app.ErrNotMedia},
		"floats":       {riff(fmtChunk(3, 32, 1, 16000), chunk("data", make([]byte, 320))), app.ErrNotMedia},
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, "a.wav", c.file)
			_, err := Recorder{}.Recover(t.Context(), path)
			wantMediaError(t, err, path, c.want)
			if got := read(t, path); !bytes.Equal(got, c.file) {
				t.Error("the file has been changed")
			}
		})
	}
	gone := filepath.Join(t.TempDir(), "gone.wav")
	_, err := Recorder{}.Recover(t.Context(), gone)
	wantMediaError(t, err, gone, fs.ErrNotExist)
	if _, err := os.Stat(gone); err == nil {
		t.Error("the file that was missing has been made")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (Recorder{}).Recover(ctx, gone); !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v", err)
	}
}

// What another Earshot is writing is none of our business.
func TestRecoverLeavesARecordingAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.wav")
	w, err := createWAV(t.Context(), path, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.write(make([]int16, app.SampleRate)); err != nil {
		t.Fatal(err)
	}
	before := read(t, path)
	if seconds, err := (Recorder{}).Recover(t.Context(), path); err != nil || seconds != 1 {
		t.Errorf("got %g s and error %v", seconds, err)
	}
	if !bytes.Equal(read(t, path), before) {
		t.Error("the header has been changed")
	}
	if err := w.finish(); err != nil {
		t.Fatal(err)
	}
	recorded(t, path)
}

func FuzzRecover(f *testing.F) {
	for _, file := range hostile() {
		f.Add(file)
	}
	samples := pcm(16, tone(500, 0.5, 8000, 80))
	f.Add(append(wavHeader(1, app.SampleRate, 16, 0), samples...))
	f.Add(append(wavHeader(2, app.SampleRate, 16, 1<<31), samples...))
	f.Add(riff(chunk("data", samples), fmtChunk(wavPCM, 16, 1, 16000)))
	f.Fuzz(func(t *testing.T, file []byte) {
		if len(file) > 1<<20 {
			return
		}
		path := write(t, "a.wav", file)
		seconds, err := Recorder{}.Recover(t.Context(), path)
		got := read(t, path)
		if len(got) != len(file) {
			t.Fatalf("the file has %d bytes, had %d", len(got), len(file))
		}
		var media *app.MediaError
		if err != nil && !errors.As(err, &media) || err != nil && !bytes.Equal(got, file) {
			t.Fatalf("got error %v", err)
		}
		if err == nil && (seconds < 0 || seconds > float64(len(file))/1000) {
			t.Fatalf("got %g s from %d bytes", seconds, len(file))
		}
		if again, err2 := (Recorder{}).Recover(t.Context(), path); again != seconds || (err == nil) != (err2 == nil) || !bytes.Equal(read(t, path), got) {
			t.Fatalf("the second time: got %g s, error %v", again, err2)
		}
	})
}

// A recording that a child process makes of a fake microphone is killed at a
// random moment: what it gave until half a second before is there. A machine with
// too much to do can stop the child for a while, hence not less than that.

// The test binary becomes one of these when it finds its variable set to the
// path of a recording.
const (
	beRecorder = "EARSHOT_TEST_BE_RECORDER"
	beTalker   = "EARSHOT_TEST_BE_TALKER"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(beRecorder); path != "" {
		recordUntilKilled(path)
	}
	if path := os.Getenv(beTalker); path != "" {
		recordAndTalk(path)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// counter is a library with one input, in whose sound every sample tells its
// place. It writes to standard output how many it has given.
type counter struct{ input app.Input }

func counted(i int64) int16 { return int16(i%32749 + 1) }

// The child's sound comes this many times as fast as in life, so that a short
// trial has seconds to lose.
const hurry = 4

func (c counter) inputs() ([]app.Input, error) { return []app.Input{c.input}, nil }

func (counter) open(_ string, r *ring) (io.Closer, error) {
	go func() {
		begun, given := time.Now(), int64(0)
		for range time.Tick(5 * time.Millisecond) {
			var lump []int16
			for until := int64(hurry * time.Since(begun).Seconds() * app.SampleRate); given < until; given++ {
				lump = append(lump, counted(given))
			}
			r.write(lump)
			fmt.Println(given)
		}
	}()
	return io.NopCloser(nil), nil
}

func recordUntilKilled(path string) {
	sound := counter{app.Input{ID: "counter", Default: true}}
	r := Recorder{sound: sound, microphone: sound}
	if _, err := r.Record(context.Background(), app.SourceMicrophone, path); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	select {}
}

// recordAndTalk records from the machine for four seconds, and writes to
// standard error all the while.
func recordAndTalk(path string) {
	take, err := Recorder{}.Record(context.Background(), app.SourceMicrophone, path)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	for range talks {
		fmt.Fprintln(os.Stderr, "we")
		time.Sleep(4 * time.Second / talks)
	}
	if err := take.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	fmt.Fprintln(os.Stderr, "done")
}

const talks = 400

func TestKilledRecordingIsThere(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes ten seconds")
	}
	const trials, atOnce = 50, 5
	dir := t.TempDir()
	next := make(chan int)
	var all sync.WaitGroup
	for range atOnce {
		all.Go(func() {
			for i := range next {
				if err := killAndRecover(filepath.Join(dir, fmt.Sprint(i, ".wav"))); err != nil {
					t.Errorf("trial %d: %v", i, err)
				}
			}
		})
	}
	for i := range trials {
		next <- i
	}
	close(next)
	all.Wait()
}

func killAndRecover(path string) error {
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), beRecorder+"="+path)
	var complaints bytes.Buffer
	child.Stderr = &complaints
	out, err := child.StdoutPipe()
	if err != nil {
		return err
	}
	if err := child.Start(); err != nil {
		return err
	}
	var gave int64
	lines := bufio.NewScanner(out)
	for begun := (time.Time{}); lines.Scan(); {
		if begun.IsZero() { // it records
			begun = time.Now()
			time.AfterFunc(time.Duration(rand.Int64N(int64(700*time.Millisecond))), func() { child.Process.Kill() })
		}
		if gave, err = strconv.ParseInt(lines.Text(), 10, 64); err != nil {
			return err
		}
	}
	child.Wait()
	if complaints.Len() > 0 {
		return errors.New(complaints.String())
	}
	seconds, err := Recorder{}.Recover(context.Background(), path)
	if err != nil {
		return err
	}
	const most = hurry / 2.0
	if lost := float64(gave)/app.SampleRate - seconds; lost > most {
		return fmt.Errorf("%.2f s of %.2f s are lost, which came %d times as fast as in life", lost, float64(gave)/app.SampleRate, hurry)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	for i := range int64(seconds * app.SampleRate) {
		if got := int16(binary.LittleEndian.Uint16(file[wavHeaderSize+2*i:])); got != counted(i) {
			return fmt.Errorf("sample %d is %d, want %d", i, got, counted(i))
		}
	}
	return nil
}
