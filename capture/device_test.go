package capture

import (
	"errors"
	"io"
	"math"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"earshot/app"
)

// fakeSound is a sound library whose hardware the tests play. It is used in
// bubbles of synctest, where time passes only when all wait, and outside.
type fakeSound struct {
	mu      sync.Mutex
	devices []*fakeDevice
}

// fakeDevice gives the sound of the moment, in lumps, as long as it lives.
type fakeDevice struct {
	app.Input
	sound func(at float64) float64 // by seconds since epoch; nil is a tone
	epoch time.Time
	rate  float64       // of its clock, samples a second of ours; 0 is app.SampleRate
	lump  time.Duration // 0 is 20 ms

	stalled atomic.Bool // gives nothing
	gone    atomic.Bool // gives nothing, and cannot be opened
	hanging atomic.Bool // cannot be closed
	opened  atomic.Int64
	gave    atomic.Int64 // samples
}

var errUnplugged = errors.New("it is unplugged")

func (f *fakeSound) inputs() ([]app.Input, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []app.Input
	for _, d := range f.devices {
		all = append(all, d.Input)
	}
	if len(all) == 0 {
		return nil, app.ErrNoServer
	}
	return all, nil
}

func (f *fakeSound) open(id string, r *ring) (io.Closer, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, d := range f.devices {
		if d.ID == id || id == "" && d.Default && !d.System {
			return d.open(r)
		}
	}
	return nil, app.ErrNoInput
}

func (d *fakeDevice) open(r *ring) (io.Closer, error) {
	d.opened.Add(1)
	if d.gone.Load() {
		return nil, errUnplugged
	}
	s := &fakeStream{device: d, quit: make(chan struct{}), ended: make(chan struct{})}
	go s.run(r)
	return s, nil
}

type fakeStream struct {
	device      *fakeDevice
	quit, ended chan struct{}
}

func (s *fakeStream) Close() error {
	if s.device.hanging.Load() {
		select {} // the bubble, or the test, ends before it does
	}
	close(s.quit)
	<-s.ended
	return nil
}

func (s *fakeStream) run(r *ring) {
	defer close(s.ended)
	d := s.device
	lump, rate := d.lump, d.rate
	if lump == 0 {
		lump = 20 * time.Millisecond
	}
	if rate == 0 {
		rate = app.SampleRate
	}
	tick := time.NewTicker(lump)
	defer tick.Stop()
	given := math.Round(time.Since(d.epoch).Seconds() * rate)
	for {
		select {
		case <-s.quit:
			return
		case <-tick.C:
		}
		until := math.Round(time.Since(d.epoch).Seconds() * rate)
		if d.stalled.Load() || d.gone.Load() {
			given = until
			continue
		}
		var lump []int16
		for ; given < until; given++ {
			lump = append(lump, d.sample(given/rate))
		}
		r.write(lump)
		d.gave.Add(int64(len(lump)))
	}
}

func (d *fakeDevice) sample(at float64) int16 {
	if d.sound == nil {
		return int16(8000 * math.Sin(2*math.Pi*440*at))
	}
	return int16(math.Round(32767 * d.sound(at)))
}

// newFake has a microphone and what the computer plays.
func newFake() (r Recorder, microphone, system *fakeDevice) {
	epoch := time.Now()
	microphone = &fakeDevice{Input: app.Input{ID: "mic0", Name: "Microphone", Default: true}, epoch: epoch}
	system = &fakeDevice{Input: app.Input{ID: "out0", Name: "Loudspeaker", System: true, Default: true}, epoch: epoch}
	sound := &fakeSound{devices: []*fakeDevice{system, microphone}}
	return Recorder{microphone: sound, sound: sound}, microphone, system
}

// record begins a recording that ends with the test.
func record(t testing.TB, r Recorder, source, path string) app.Take {
	t.Helper()
	take, err := r.Record(t.Context(), source, path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { take.Stop() })
	return take
}

// recorded is the sound of a finished file, a slice for each track.
func recorded(t testing.TB, path string) [][]int16 {
	t.Helper()
	file := read(t, path)
	if len(file) < wavHeaderSize {
		t.Fatalf("%s has only %d bytes", path, len(file))
	}
	channels := int(file[22])
	tracks := make([][]int16, channels)
	for i := wavHeaderSize; i+2*channels <= len(file); i += 2 * channels {
		for c := range channels {
			tracks[c] = append(tracks[c], int16(uint16(file[i+2*c])|uint16(file[i+2*c+1])<<8))
		}
	}
	if want := wavHeader(channels, app.SampleRate, 16, uint32(len(file)-wavHeaderSize)); string(file[:wavHeaderSize]) != string(want) {
		t.Errorf("the header is\n%x, want\n%x", file[:wavHeaderSize], want)
	}
	return tracks
}
