package app_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"earshot/app"
)

// sounding is an app.Media of files that are as loud as the minute says: a tenth
// in the first, two in the second, and so on.
type sounding struct {
	app.Media
	minutes int
	gate    chan struct{} // each minute after the first waits for a token; nil has none
	opened  atomic.Int64
	open    atomic.Int64
}

func (s *sounding) Open(ctx context.Context, _ string, opt app.MediaOptions) (app.Audio, error) {
	s.opened.Add(1)
	if !opt.Background {
		return nil, errors.New("it is not in the background")
	}
	s.open.Add(1)
	return &soundingAudio{s: s, ctx: ctx}, nil
}

type soundingAudio struct {
	s    *sounding
	ctx  context.Context
	read int
}

func (a *soundingAudio) Read(buf []float32) (int, error) {
	const minute = 60 * app.SampleRate
	at := a.read / minute
	if at == a.s.minutes {
		return 0, io.EOF
	}
	if a.s.gate != nil && at > 0 && a.read%minute == 0 {
		select {
		case <-a.s.gate:
		case <-a.ctx.Done():
			return 0, a.ctx.Err()
		}
	}
	n := min(len(buf), minute-a.read%minute)
	for i := range buf[:n] {
		buf[i] = float32(at+1) / 10
	}
	a.read += n
	return n, a.ctx.Err()
}

func (*soundingAudio) Warnings() []string { return nil }

func (a *soundingAudio) Close() error {
	a.s.open.Add(-1)
	return nil
}

// files is a library of transcripts of real files.
type files struct {
	app.Library
	mu  sync.Mutex
	all map[int64]app.Source
}

func (f *files) Entry(_ context.Context, id int64) (app.Entry, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s, found := f.all[id]
	if !found {
		return app.Entry{}, app.ErrNotFound
	}
	return app.Entry{ID: id, Source: s, Duration: 180}, nil
}

func (f *files) Purge(context.Context) ([]string, error) { return nil, nil }

func (f *files) List(context.Context, app.Filter, app.Page) (app.Listing, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all app.Listing
	for id, s := range f.all {
		all.Entries = append(all.Entries, app.Entry{ID: id, Source: s})
	}
	return all, nil
}

// overviewTest is an App whose recordings 1 and 2 sound.
type overviewTest struct {
	*app.App
	t     *testing.T
	media *sounding
	cache string
	file  string // of recording 1
}

func newOverviewTest(t *testing.T, media *sounding) *overviewTest {
	t.Helper()
	o := &overviewTest{t: t, media: media, cache: t.TempDir()}
	o.file = write(t, filepath.Join(t.TempDir(), "a.wav"), "sound")
	source := app.Source{Path: o.file, Size: 5, Hash: strings.Repeat("ab", 32)}
	other := source
	other.Hash = strings.Repeat("cd", 32)
	gone := app.Source{Path: "-"}
	lib := &files{all: map[int64]app.Source{1: source, 2: other, 3: gone}}
	a, err := app.New(t.Context(), app.Deps{Library: lib, Media: media, Cache: o.cache})
	if err != nil {
		t.Fatal(err)
	}
	o.App = a
	t.Cleanup(func() {
		a.Close()
		if media.open.Load() != 0 {
			t.Errorf("%d recordings are left open", media.open.Load())
		}
	})
	return o
}

func (o *overviewTest) overview(id int64) *app.Overview {
	o.t.Helper()
	got, err := o.Overview(o.t.Context(), id)
	if err != nil {
		o.t.Fatal(err)
	}
	return got
}

func waitFor(t *testing.T, what string, is func() bool) {
	t.Helper()
	for begun := time.Now(); !is(); time.Sleep(time.Millisecond) {
		if time.Since(begun) > 20*time.Second {
			t.Fatalf("%s did not come", what)
		}
	}
}

// wantPeaks finds out whether the minutes are as loud as they should be.
func wantPeaks(t *testing.T, o *app.Overview, want ...float64) {
	t.Helper()
	got := make([]float32, len(want))
	o.Peaks(got, 0, 60*float64(len(want)))
	for i := range want {
		if math.Abs(float64(got[i])-want[i]) > 0.005 {
			t.Errorf("got %v, want %v", got, want)
			return
		}
	}
}

func TestOverviewGrowsAndIsKept(t *testing.T) {
	o := newOverviewTest(t, &sounding{minutes: 3, gate: make(chan struct{})})
	s := o.Subscribe()
	defer s.Close()
	wave := o.overview(1)
	waitFor(t, "the first minute", func() bool { return wave.State().Known >= 60 })
	wantPeaks(t, wave, 0.1, 0, 0)
	if s := wave.State(); s.Done || s.Duration != 180 || s.Known != 60 {
		t.Errorf("got %+v", s)
	}
	if again := o.overview(1); again != wave {
		t.Error("got another overview of the same recording")
	}
	o.media.gate <- struct{}{}
	o.media.gate <- struct{}{}
	waitFor(t, "the end", func() bool { return wave.State().Done })
	wantPeaks(t, wave, 0.1, 0.2, 0.3)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for done := false; !done; {
		events := s.Next(ctx)
		if events == nil {
			t.Fatal("the end was not reported")
		}
		done = events[len(events)-1].(app.OverviewChanged).State == wave.State()
	}

	// Another one in between; then it comes from the cache.
	close(o.media.gate)
	waitFor(t, "the other", func() bool { return o.overview(2).State().Done })
	opened := o.media.opened.Load()
	wave = o.overview(1)
	waitFor(t, "the cached one", func() bool { return wave.State().Done })
	wantPeaks(t, wave, 0.1, 0.2, 0.3)
	if got := o.media.opened.Load(); got != opened {
		t.Errorf("decoded %d times more, though it was kept", got-opened)
	}
}

// What is in the cache and is not right is made again.
func TestOverviewDistrustsItsCache(t *testing.T) {
	o := newOverviewTest(t, &sounding{minutes: 1})
	waitFor(t, "the end", func() bool { return o.overview(1).State().Done })
	var kept []string
	waitFor(t, "the file", func() bool {
		kept, _ = filepath.Glob(filepath.Join(o.cache, "waves", "*.peaks"))
		return len(kept) == 1
	})
	for i, spoil := range []func() error{
		func() error { return os.WriteFile(kept[0], []byte("rubbish"), 0o600) },
		func() error { return os.Truncate(kept[0], 100) },
		func() error { return os.WriteFile(o.file, []byte("another sound"), 0o600) },
	} {
		waitFor(t, "the other", func() bool { return o.overview(2).State().Done })
		if err := spoil(); err != nil {
			t.Fatal(err)
		}
		opened := o.media.opened.Load()
		wave := o.overview(1)
		waitFor(t, "the end", func() bool { return wave.State().Done })
		wantPeaks(t, wave, 0.1)
		if got := o.media.opened.Load(); got != opened+1 {
			t.Errorf("case %d: decoded %d times, want once", i, got-opened)
		}
	}
}

func TestOverviewEndsWithTheNext(t *testing.T) {
	o := newOverviewTest(t, &sounding{minutes: 3, gate: make(chan struct{})})
	first := o.overview(1)
	waitFor(t, "the first minute", func() bool { return first.State().Known == 60 })
	o.overview(2)
	waitFor(t, "its end", func() bool { return first.State().Done })
	if s := first.State(); !errors.Is(s.Err, context.Canceled) || s.Known != 60 {
		t.Errorf("got %+v", s)
	}
}

func TestOverviewFails(t *testing.T) {
	o := newOverviewTest(t, &sounding{})
	var media *app.MediaError
	for id, want := range map[int64]func(error) bool{
		3: func(err error) bool { return errors.As(err, &media) },
		9: func(err error) bool { return errors.Is(err, app.ErrNotFound) },
	} {
		if _, err := o.Overview(t.Context(), id); !want(err) {
			t.Errorf("%d: got %v", id, err)
		}
	}
}

func BenchmarkOverviewPeaks(b *testing.B) {
	lib := &files{all: map[int64]app.Source{1: {Path: "a"}}}
	media := &sounding{minutes: 180}
	a, err := app.New(b.Context(), app.Deps{Library: lib, Media: media})
	if err != nil {
		b.Fatal(err)
	}
	defer a.Close()
	o, err := a.Overview(b.Context(), 1)
	if err != nil {
		b.Fatal(err)
	}
	for !o.State().Done {
		time.Sleep(10 * time.Millisecond)
	}
	dst := make([]float32, 1500)
	for _, seconds := range []float64{10, 600, 3 * 3600} {
		b.Run(fmt.Sprintf("seconds=%g", seconds), func(b *testing.B) {
			for b.Loop() {
				o.Peaks(dst, 0, seconds)
			}
		})
	}
}
