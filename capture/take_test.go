package capture

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"earshot/app"
)

func stop(t *testing.T, take app.Take) {
	t.Helper()
	for range 2 {
		if err := take.Stop(); err != nil {
			t.Errorf("Stop: %v", err)
		}
	}
	select {
	case <-take.Done():
	default:
		t.Error("it is stopped and not done")
	}
}

// near allows for the lumps in which sound comes.
func near(got, want float64) bool { return math.Abs(got-want) <= 0.06 }

func TestRecordKeepsEverySample(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, mic, _ := newFake()
		path := filepath.Join(t.TempDir(), "a.wav")
		take := record(t, r, app.SourceMicrophone, path)
		if got := take.Status().Duration; got != 0 {
			t.Errorf("before any sound: got %g s", got)
		}
		if got := take.Tracks(); len(got) != 1 || got[0] != mic.Input {
			t.Errorf("got tracks %+v, want %+v", got, mic.Input)
		}
		for range 100 {
			time.Sleep(100 * time.Millisecond)
			synctest.Wait()
			st, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			if behind := mic.gave.Load() - (st.Size()-wavHeaderSize)/2; behind > app.SampleRate/10 {
				t.Fatalf("%d samples are not in the file", behind)
			}
		}
		s := take.Status()
		if !near(s.Duration, 10) || s.Dropped != 0 || s.Trouble != "" || len(s.Gaps) != 0 || !near(s.Levels[0], 8000./32768) {
			t.Errorf("got status %+v", s)
		}
		stop(t, take)
		got := recorded(t, path)[0]
		if len(got) != int(mic.gave.Load()) {
			t.Errorf("got %d samples of %d", len(got), mic.gave.Load())
		}
		checkTone(t, got, 0)
		if d := decode(t, withoutFFmpeg, path, app.MediaOptions{}); len(d.samples) != len(got) || len(d.warnings) != 0 {
			t.Errorf("read back: got %d samples and warnings %q", len(d.samples), d.warnings)
		}
	})
}

// What a recording is worth after a sound server's death: one file, as long as
// the clock says, and nothing in it displaced.
func TestRecordSurvivesALostInput(t *testing.T) {
	for name, lose := range map[string]func(d *fakeDevice, lost bool){
		"stalled":   func(d *fakeDevice, lost bool) { d.stalled.Store(lost) },
		"unplugged": func(d *fakeDevice, lost bool) { d.gone.Store(lost) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, mic, _ := newFake()
				path := filepath.Join(t.TempDir(), "a.wav")
				take := record(t, r, app.SourceMicrophone, path)
				time.Sleep(5 * time.Second)
				lose(mic, true)
				time.Sleep(1100 * time.Millisecond)
				if got := take.Status(); got.Trouble != app.TroubleLost || got.Levels[0] != 0 {
					t.Errorf("after a second: got %+v, want it lost", got)
				}
				time.Sleep(8900 * time.Millisecond)
				if got := take.Status().Duration; got < 14 || got > 15 {
					t.Errorf("while it is lost: got %g s, want the clock's", got)
				}
				if got := mic.opened.Load(); got < 8 {
					t.Errorf("it was opened %d times, want one a second", got)
				}
				lose(mic, false)
				time.Sleep(5 * time.Second)
				s := take.Status()
				if s.Trouble != "" || len(s.Gaps) != 1 || !near(s.Gaps[0].Start, 5) || s.Gaps[0].End < 14.9 || s.Gaps[0].End > 16.2 {
					t.Errorf("got %+v, want no trouble and one gap from 5 to 15", s)
				}
				stop(t, take)
				got := recorded(t, path)[0]
				if !near(float64(len(got))/app.SampleRate, 20) {
					t.Errorf("got %d samples, want 20 s", len(got))
				}
				gap := take.Status().Gaps[0]
				checkTone(t, got[:int(gap.Start*app.SampleRate)], 0)
				checkTone(t, got[int(math.Round(gap.End*app.SampleRate)):], gap.End)
				for i, v := range got[int(math.Round(gap.Start*app.SampleRate)):int(math.Round(gap.End*app.SampleRate))] {
					if v != 0 {
						t.Fatalf("sample %d of the gap is %d", i, v)
					}
				}
			})
		})
	}
}

// checkTone sees that samples are the fake microphone's from a second on, give
// or take a lump.
func checkTone(t *testing.T, samples []int16, from float64) {
	t.Helper()
	var mic fakeDevice
	first := int(math.Round(from * app.SampleRate))
	if first == 0 && len(samples) > 0 && samples[0] != 0 {
		t.Errorf("the first sample is %d", samples[0])
	}
	for shift := -app.SampleRate / 10; shift <= app.SampleRate/10; shift++ {
		same := 0
		for i, v := range samples {
			if v == mic.sample(float64(first+shift+i)/app.SampleRate) {
				same++
			} else {
				break
			}
		}
		if same == len(samples) {
			return
		}
	}
	t.Errorf("the sound from %.2f s on is not what was played then", from)
}

func TestRecordSeesSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, mic, _ := newFake()
		mic.sound = func(at float64) float64 {
			if at > 2 && at < 7 {
				return 0
			}
			return 0.5
		}
		take := record(t, r, app.SourceMicrophone, filepath.Join(t.TempDir(), "a.wav"))
		for _, want := range []struct {
			after   time.Duration
			trouble app.Trouble
		}{{2 * time.Second, ""}, {2500 * time.Millisecond, ""}, {1 * time.Second, app.TroubleSilence}, {2 * time.Second, ""}} {
			time.Sleep(want.after)
			if got := take.Status().Trouble; got != want.trouble {
				t.Errorf("got %q, want %q", got, want.trouble)
			}
		}
		stop(t, take)
	})
}

func TestRecordBoth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, mic, system := newFake()
		system.lump = 100 * time.Millisecond
		clap := func(at float64) float64 {
			if _, part := math.Modf(at); part < 0.01 {
				return 0.5
			}
			return 0.001
		}
		mic.sound = clap
		system.sound = func(at float64) float64 { return -clap(at) }
		system.rate = app.SampleRate * (1 - 300e-6) // of a cheap sound card
		path := filepath.Join(t.TempDir(), "a.wav")
		take := record(t, r, app.SourceBoth, path)
		time.Sleep(3*time.Minute + 500*time.Millisecond)
		if got := take.Status(); got.Trouble != "" || len(got.Levels) != 2 || got.Dropped != 0 || len(got.Gaps) != 0 {
			t.Errorf("got status %+v", got)
		}
		stop(t, take)
		got := recorded(t, path)
		if len(got) != 2 || len(got[0]) != len(got[1]) || !near(float64(len(got[0]))/app.SampleRate, 180.5) {
			t.Fatalf("got %d tracks of %d samples", len(got), len(got[0]))
		}
		left, right := onsets(got[0]), onsets(got[1])
		if len(left) < 179 || len(left)-len(right) > 1 {
			t.Fatalf("got %d claps on the left, %d on the right; want 180", len(left), len(right))
		}
		for i := range min(len(left), len(right)) {
			if d := left[i] - right[i]; math.Abs(d) > 0.15 {
				t.Fatalf("clap %d is at %.3f s on the left and %.3f s on the right", i, left[i], right[i])
			}
		}
		if got[0][app.SampleRate/2] <= 0 || got[1][app.SampleRate/2] >= 0 {
			t.Error("the tracks are the wrong way round")
		}
	})
}

// onsets are the seconds at which something loud begins.
func onsets(samples []int16) []float64 {
	var all []float64
	last := -app.SampleRate
	for i, v := range samples {
		if (v > 8000 || v < -8000) && i-last > app.SampleRate/2 {
			all = append(all, float64(i)/app.SampleRate)
			last = i
		}
	}
	return all
}

// One input that stalls costs the other nothing.
func TestRecordBothWithOneLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, _, system := newFake()
		path := filepath.Join(t.TempDir(), "a.wav")
		take := record(t, r, app.SourceBoth, path)
		time.Sleep(4 * time.Second)
		system.gone.Store(true)
		for range 40 {
			time.Sleep(100 * time.Millisecond)
			said := take.Status().Duration
			st, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			if there := float64(st.Size()-wavHeaderSize) / 4 / app.SampleRate; said > there {
				t.Fatalf("%g s are said to be on disk, %g s are", said, there)
			}
		}
		if s := take.Status(); s.Trouble != app.TroubleLost || s.Duration < 7 {
			t.Errorf("got %+v, want one lost and the other recorded", s)
		}
		system.gone.Store(false)
		time.Sleep(4 * time.Second)
		s := take.Status()
		if s.Trouble != "" || len(s.Gaps) != 1 || s.Gaps[0].Track != 1 || !near(s.Gaps[0].Start, 4) || s.Gaps[0].End < 8 || s.Gaps[0].End > 9.2 {
			t.Errorf("got %+v, want one gap on the second track", s)
		}
		stop(t, take)
		got := recorded(t, path)
		checkTone(t, got[0], 0)
		checkTone(t, got[1][int(math.Round(s.Gaps[0].End*app.SampleRate)):], s.Gaps[0].End)
	})
}

func TestPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, mic, _ := newFake()
		mic.sound = func(at float64) float64 { return math.Floor(at) / 100 } // tells the second
		path := filepath.Join(t.TempDir(), "a.wav")
		take := record(t, r, app.SourceMicrophone, path)
		time.Sleep(3 * time.Second)
		take.Pause()
		if !take.Status().Paused {
			t.Error("it is not paused")
		}
		time.Sleep(5 * time.Second)
		if s := take.Status(); !near(s.Duration, 3) || s.Trouble != "" {
			t.Errorf("got %+v, want 3 s and no trouble", s)
		}
		take.Resume()
		time.Sleep(2*time.Second + 10*time.Millisecond)
		stop(t, take)
		s := take.Status()
		if !near(s.Duration, 5) || len(s.Gaps) != 0 || s.Paused {
			t.Errorf("got %+v, want 5 s without a gap", s)
		}
		got := recorded(t, path)[0]
		if before, after := got[app.SampleRate*29/10], got[app.SampleRate*31/10]; before != 655 || after != 2621 {
			t.Errorf("got %d before the pause and %d after it, want 655 and 2621", before, after)
		}
	})
}

// A reader who is slow, or comes late, loses nothing.
func TestFollow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, mic, _ := newFake()
		path := filepath.Join(t.TempDir(), "a.wav")
		take := record(t, r, app.SourceBoth, path)
		follow := func(pause time.Duration) <-chan []float32 {
			audio, err := take.Follow(t.Context(), 0)
			if err != nil {
				t.Fatal(err)
			}
			result := make(chan []float32)
			go func() {
				defer audio.Close()
				var all []float32
				buf := make([]float32, 2*app.SampleRate)
				for {
					n, err := audio.Read(buf)
					all = append(all, buf[:n]...)
					if err != nil {
						if !errors.Is(err, io.EOF) || n != 0 {
							t.Errorf("got %d samples and error %v", n, err)
						}
						result <- all
						return
					}
					if n == 0 {
						t.Error("Read returned nothing")
					}
					time.Sleep(pause)
				}
			}()
			return result
		}
		eager, slow := follow(0), follow(3*time.Second)
		time.Sleep(5 * time.Second)
		late := follow(0)
		time.Sleep(5 * time.Second)
		stop(t, take)
		for name, samples := range map[string][]float32{"eager": <-eager, "slow": <-slow, "late": <-late} {
			if len(samples) != int(mic.gave.Load()) {
				t.Errorf("%s: got %d samples, want %d", name, len(samples), mic.gave.Load())
			}
			for i, v := range samples {
				if want := float32(mic.sample(float64(i)/app.SampleRate)) / 32768; v != want {
					t.Fatalf("%s: sample %d: got %g, want %g", name, i, v, want)
				}
			}
		}
	})
}

func TestFollowEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, mic, _ := newFake()
		mic.stalled.Store(true)
		take := record(t, r, app.SourceMicrophone, filepath.Join(t.TempDir(), "a.wav"))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		audio, err := take.Follow(ctx, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer audio.Close()
		if n, err := audio.Read(make([]float32, 10)); n != 0 || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %d samples, error %v", n, err)
		}
		if _, err := take.Follow(t.Context(), 1); !errors.Is(err, app.ErrNoTrack) {
			t.Errorf("another track: got error %v", err)
		}
		stop(t, take)
	})
}

func TestRecordFails(t *testing.T) {
	there := write(t, "there.wav", []byte("x"))
	for name, c := range map[string]struct {
		source, path string
		change       func(s *fakeSound, mic *fakeDevice)
		want         error
	}{
		"no server":     {source: app.SourceMicrophone, change: func(s *fakeSound, _ *fakeDevice) { s.devices = nil }, want: app.ErrNoServer},
		"no microphone": {source: app.SourceMicrophone, change: func(s *fakeSound, _ *fakeDevice) { s.devices = s.devices[:1] }, want: app.ErrNoInput},
		"one of both":   {source: app.SourceBoth, change: func(s *fakeSound, _ *fakeDevice) { s.devices = s.devices[:1] }, want: app.ErrNoInput},
		"no such input": {source: "mic7", want: app.ErrNoInput},
		"unplugged":     {source: "mic0", change: func(_ *fakeSound, mic *fakeDevice) { mic.gone.Store(true) }, want: errUnplugged},
		"file is there": {source: app.SourceMicrophone, path: there, want: fs.ErrExist},
		"no folder":     {source: app.SourceMicrophone, path: filepath.Join(t.TempDir(), "no", "a.wav"), want: fs.ErrNotExist},
	} {
		t.Run(name, func(t *testing.T) {
			r, mic, _ := newFake()
			if c.change != nil {
				c.change(r.sound.(*fakeSound), mic)
			}
			path := c.path
			if path == "" {
				path = filepath.Join(t.TempDir(), "a.wav")
			}
			take, err := r.Record(t.Context(), c.source, path)
			var record *app.RecordError
			if take != nil || !errors.Is(err, c.want) || !errors.As(err, &record) || record.Source != c.source {
				t.Errorf("got %v and error %v, want %v", take, err, c.want)
			}
			if _, err := os.Stat(path); path != there && !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("a file is left: %v", err)
			}
		})
	}
	if got := read(t, there); string(got) != "x" {
		t.Errorf("the file that was there is now %q", got)
	}
}

func TestRecordNamesAnInput(t *testing.T) {
	for _, source := range []string{"out0", "Loudspeaker"} {
		r, _, system := newFake()
		take := record(t, r, source, filepath.Join(t.TempDir(), "a.wav"))
		if got := take.Tracks(); len(got) != 1 || got[0] != system.Input {
			t.Errorf("%s: got %+v", source, got)
		}
		stop(t, take)
	}
}

// PortAudio may not work where miniaudio does.
func TestRecordFallsBack(t *testing.T) {
	r, _, _ := newFake()
	broken := &fakeSound{}
	if s, err := (firstOf{broken, r.sound}).open("", newRing()); err != nil {
		t.Errorf("got error %v", err)
	} else {
		s.Close()
	}
	if _, err := (firstOf{broken, broken}).open("", newRing()); !errors.Is(err, app.ErrNoInput) {
		t.Errorf("got error %v, want %v", err, app.ErrNoInput)
	}
}

func TestInputs(t *testing.T) {
	r, mic, system := newFake()
	other := &fakeDevice{Input: app.Input{ID: "mic1", Name: "Another"}}
	sound := r.sound.(*fakeSound)
	sound.devices = append([]*fakeDevice{other}, sound.devices...)
	got, err := r.Inputs(t.Context())
	if err != nil || len(got) != 3 || got[0] != mic.Input || got[1] != other.Input || got[2] != system.Input {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestRingDropsWhatDoesNotFit(t *testing.T) {
	r := newRing()
	r.write(make([]int16, ringSamples-2))
	r.write([]int16{1, 2, 3, 4, 5})
	got := r.read(nil)
	if len(got) != ringSamples || got[ringSamples-1] != 2 || r.dropped.Load() != 3 || r.came() != ringSamples+3 {
		t.Errorf("got %d samples, %d dropped, %d in all", len(got), r.dropped.Load(), r.came())
	}
	r.write([]int16{6, 7, 8})
	if got := r.read(nil); len(got) != 3 || got[0] != 6 || got[2] != 8 {
		t.Errorf("got %v across the end", got)
	}
}

func TestRingAllocatesNothing(t *testing.T) {
	r, lump := newRing(), make([]int16, levelSamples)
	buf := make([]int16, 0, ringSamples)
	if got := testing.AllocsPerRun(1000, func() { r.write(lump); buf = r.read(buf[:0]) }); got != 0 {
		t.Errorf("got %g allocations", got)
	}
}

func TestRingSideBySide(t *testing.T) {
	r := newRing()
	const lumps, size = 2000, 333
	go func() {
		lump := make([]int16, size)
		for i := range lumps {
			for j := range lump {
				lump[j] = int16(i*size + j)
			}
			r.write(lump)
			if i%50 == 0 {
				time.Sleep(time.Millisecond) // as hardware does
			}
		}
	}()
	var got []int16
	for begun := time.Now(); len(got)+int(r.dropped.Load()) < lumps*size; {
		if got = r.read(got); time.Since(begun) > hangs {
			t.Fatalf("got %d samples", len(got))
		}
	}
	if r.dropped.Load() != 0 {
		t.Fatalf("%d were dropped", r.dropped.Load())
	}
	for i, v := range got {
		if v != int16(i) {
			t.Fatalf("sample %d: got %d", i, v)
		}
	}
}

// Samples that the ring had no room for are counted, and leave a gap of their
// length behind.
func TestDroppedSamplesLeaveAGap(t *testing.T) {
	tr := newTrack(app.Input{}, nil)
	l := timeline{tracks: []*track{tr}}
	now := time.Now()
	l.begin(now)
	tr.ring.write(make([]int16, ringSamples+app.SampleRate))
	l.advance(now)
	if got := len(l.next()); got != ringSamples+app.SampleRate {
		t.Errorf("got %d frames", got)
	}
	if len(l.gaps) != 1 || l.gaps[0].End-l.gaps[0].Start != 1 {
		t.Errorf("got gaps %+v, want one of a second", l.gaps)
	}
}

// A library that cannot be closed does not keep the file from being completed.
func TestStopDespiteAHangingLibrary(t *testing.T) {
	r, mic, _ := newFake()
	path := filepath.Join(t.TempDir(), "a.wav")
	take := record(t, r, app.SourceMicrophone, path)
	for begun := time.Now(); take.Status().Duration == 0; time.Sleep(time.Millisecond) {
		if time.Since(begun) > hangs {
			t.Fatal("nothing is recorded")
		}
	}
	mic.hanging.Store(true)
	stop(t, take)
	if got := recorded(t, path)[0]; len(got) == 0 {
		t.Error("nothing is in the file")
	}
}

// An input that loses sound for moments, again and again, does not fall behind the
// other one: what it has lost is silence, and is said.
func TestRecordBothWithDropouts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, mic, system := newFake()
		clap := func(at float64) float64 {
			if _, part := math.Modf(at); part < 0.01 {
				return 0.5
			}
			return 0.001
		}
		mic.sound, system.sound = clap, clap
		path := filepath.Join(t.TempDir(), "a.wav")
		take := record(t, r, app.SourceBoth, path)
		for range 60 {
			time.Sleep(1700 * time.Millisecond)
			mic.stalled.Store(true)
			time.Sleep(300 * time.Millisecond)
			mic.stalled.Store(false)
		}
		synctest.Wait()
		st, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if stored := float64(st.Size()) / (4 * app.SampleRate); stored < 117 {
			t.Errorf("%.1f of 120 s are on the disk", stored)
		}
		stop(t, take)
		if gaps := take.Status().Gaps; len(gaps) == 0 {
			t.Error("nobody is told")
		}
		got := recorded(t, path)
		last := func(track []int16) float64 {
			all := onsets(track)
			return all[len(all)-1]
		}
		if mine, theirs := last(got[0]), last(got[1]); math.Abs(mine-theirs) > 1.5 {
			t.Errorf("the last claps are at %.2f and %.2f s", mine, theirs)
		}
	})
}
