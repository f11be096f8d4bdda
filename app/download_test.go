package app_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"earshot/app"
)

// fetcher is an app.Fetcher that fetches nothing: it tells the test of every
// call and ends it as the test says.
type fetcher struct {
	calls chan *fetchCall

	mu        sync.Mutex
	parts     map[string]bool // by name: what Discard and Kept find
	discarded []string
}

type fetchCall struct {
	name, dir string
	on        func(app.FetchProgress)
	end       chan error
}

func (f *fetcher) Fetch(ctx context.Context, o app.Offer, dir string, on func(app.FetchProgress)) error {
	c := &fetchCall{o.Name, dir, on, make(chan error)}
	f.calls <- c
	select {
	case err := <-c.end:
		return err
	case <-ctx.Done():
		return fmt.Errorf("fetch: %w", ctx.Err())
	}
}

func (f *fetcher) Kept(o app.Offer, _ string) int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.parts[o.Name] {
		return 1000
	}
	return 0
}

func (f *fetcher) Discard(o app.Offer, _ string) (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.discarded = append(f.discarded, o.Name)
	return f.parts[o.Name], nil
}

// downloadRig is a rig that downloads. Its models folder has the voice activity
// model unless a test takes it away.
type downloadRig struct {
	*rig
	fetcher *fetcher
	events  *app.Subscription
	seen    []string // names and states of downloads, in order
}

func newDownloadRig(t *testing.T, hearing bool) *downloadRig {
	t.Helper()
	f := &fetcher{calls: make(chan *fetchCall, 10), parts: map[string]bool{}}
	g := newRig(t, func(d *app.Deps) {
		d.Fetcher = f
		if hearing {
			install(t, d.Models.Dirs[0], "silero")
		}
	})
	return &downloadRig{rig: g, fetcher: f, events: g.Subscribe()}
}

// install makes a file of a model's size.
func install(t *testing.T, dir, name string) {
	t.Helper()
	o, err := app.FindOffer(name)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, o.File), strings.Repeat("x", int(max(o.Size, 1))))
}

func (g *downloadRig) download(names ...string) {
	g.t.Helper()
	for _, name := range names {
		if err := g.Download(name); err != nil {
			g.t.Fatalf("Download(%q): %v", name, err)
		}
	}
}

// call waits for a call of Fetch.
func (g *downloadRig) call() *fetchCall {
	g.t.Helper()
	return await(g.t, g.fetcher.calls, "a call of Fetch")
}

// until waits for a download to reach a state, and returns it.
func (g *downloadRig) until(name string, state app.DownloadState) app.Download {
	g.t.Helper()
	ctx, cancel := context.WithTimeout(g.t.Context(), time.Minute)
	defer cancel()
	for {
		events := g.events.Next(ctx)
		if events == nil {
			g.t.Fatalf("%s did not become %s; seen: %q", name, state, g.seen)
		}
		for i, e := range events {
			e, ok := e.(app.DownloadChanged)
			if !ok {
				continue
			}
			g.seen = append(g.seen, e.Download.Offer.Name+" "+string(e.Download.State))
			if e.Download.Offer.Name == name && e.Download.State == state {
				if i < len(events)-1 {
					g.t.Fatalf("%d events come after %s became %s: a test waits for the last", len(events)-1-i, name, state)
				}
				return e.Download
			}
		}
	}
}

// states are names and states of all downloads.
func (g *downloadRig) states() string {
	var all []string
	for _, d := range g.Downloads() {
		all = append(all, d.Offer.Name+" "+string(d.State))
	}
	return strings.Join(all, ", ")
}

func (g *downloadRig) wantStates(want string) {
	g.t.Helper()
	if got := g.states(); got != want {
		g.t.Errorf("downloads: got %q, want %q", got, want)
	}
}

func TestDownload(t *testing.T) {
	g := newDownloadRig(t, true)
	g.download("tiny")
	c := g.call()
	if c.name != "tiny" || c.dir != g.deps.Models.Dirs[0] {
		t.Errorf("Fetch: got %s into %s, want tiny into the first folder", c.name, c.dir)
	}
	g.wantStates("tiny running")
	c.end <- nil
	d := g.until("tiny", app.DownloadDone)
	if d.Done != d.Offer.Size || d.Size != d.Offer.Size || d.Speed != 0 || d.Remaining != -1 || d.Active() {
		t.Errorf("done: got %+v", d)
	}
}

func TestDownloadBringsVoiceActivity(t *testing.T) {
	g := newDownloadRig(t, false)
	g.download("tiny", "base.en")
	first, second := g.call(), g.call()
	if names := []string{first.name, second.name}; !slices.Contains(names, "silero") || !slices.Contains(names, "tiny") {
		t.Errorf("side by side: got %q, want the voice activity model and the first model", names)
	}
	g.wantStates("silero running, tiny running, base.en waiting")
	first.end <- nil
	if c := g.call(); c.name != "base.en" {
		t.Errorf("then: got %s, want base.en", c.name)
	}
}

// What lies in the first folder is for Fetch to verify, the rest is done.
func TestDownloadOfInstalled(t *testing.T) {
	g := newDownloadRig(t, true)
	install(t, g.deps.Models.Dirs[0], "tiny-q5_1")
	other := t.TempDir()
	install(t, other, "base-q5_1")
	g.deps.Models.Dirs = append(g.deps.Models.Dirs, other)
	g.start()
	g.events = g.Subscribe()
	g.download("base-q5_1", "tiny-q5_1")
	if c := g.call(); c.name != "tiny-q5_1" {
		t.Errorf("Fetch: got %s, want tiny-q5_1", c.name)
	}
	g.wantStates("base-q5_1 done, tiny-q5_1 running")
}

func TestDownloadRefuses(t *testing.T) {
	g := newDownloadRig(t, true)
	var usage *app.UsageError
	if err := g.Download("tinny"); !errors.As(err, &usage) {
		t.Errorf("an unknown model: got %v, want a *UsageError", err)
	}
	without := newRig(t, nil)
	if err := without.Download("tiny"); err == nil {
		t.Error("without a Fetcher: got no error")
	}
	without.CancelDownload("tiny")
	without.PauseDownload("tiny")
	if err := without.RemoveModel("tiny"); err == nil {
		t.Error("a model that is not there: got no error")
	}
}

func TestDownloadFails(t *testing.T) {
	g := newDownloadRig(t, true)
	g.download("tiny")
	g.call().end <- app.ErrStalled
	if d := g.until("tiny", app.DownloadFailed); !errors.Is(d.Err, app.ErrStalled) {
		t.Errorf("got the error %v, want %v", d.Err, app.ErrStalled)
	}
	g.download("tiny")
	g.call().end <- nil
	if d := g.until("tiny", app.DownloadDone); d.Err != nil {
		t.Errorf("the second time: got the error %v", d.Err)
	}
	if len(g.fetcher.discarded) != 0 {
		t.Errorf("discarded: got %q, want what came to be kept", g.fetcher.discarded)
	}
}

func TestPauseDownload(t *testing.T) {
	g := newDownloadRig(t, true)
	g.download("tiny", "base", "small")
	g.call()
	g.call()
	g.PauseDownload("small")
	g.wantStates("tiny running, base running, small paused")
	g.PauseDownload("tiny")
	g.until("tiny", app.DownloadPaused)
	g.wantStates("tiny paused, base running, small paused")
	g.PauseDownload("tiny")
	g.download("tiny")
	if c := g.call(); c.name != "tiny" {
		t.Errorf("Fetch: got %s, want tiny again", c.name)
	}
	g.wantStates("tiny running, base running, small paused")
	if len(g.fetcher.discarded) != 0 {
		t.Errorf("discarded: got %q, want nothing", g.fetcher.discarded)
	}
}

// Whoever changes their mind before Fetch has ended gets what they asked for
// last.
func TestPauseDownloadAndGoOn(t *testing.T) {
	g := newDownloadRig(t, true)
	g.download("tiny")
	g.call()
	g.PauseDownload("tiny")
	g.download("tiny")
	g.call()
	g.wantStates("tiny running")
}

func TestCancelDownload(t *testing.T) {
	g := newDownloadRig(t, true)
	g.download("tiny", "base", "small", "medium")
	g.call()
	g.call()
	g.PauseDownload("medium")
	for _, name := range []string{"medium", "small", "tiny"} {
		g.CancelDownload(name)
		g.until(name, app.DownloadCancelled)
	}
	g.CancelDownload("large-v3") // of an earlier run
	g.wantStates("base running")
	if got, want := strings.Join(g.fetcher.discarded, " "), "medium small tiny large-v3"; got != want {
		t.Errorf("discarded: got %q, want %q", got, want)
	}
	g.CancelDownload("nothing")
	g.download("tiny")
	if c := g.call(); c.name != "tiny" {
		t.Errorf("Fetch: got %s, want tiny again", c.name)
	}
}

func TestDownloadReports(t *testing.T) {
	g := newDownloadRig(t, true)
	g.download("tiny")
	c := g.call()
	size := int64(77691713)
	g.until("tiny", app.DownloadRunning)
	steps := []struct {
		after     time.Duration
		progress  app.FetchProgress
		speed     float64
		remaining float64
	}{
		{0, app.FetchProgress{Done: 17_691_713}, 0, -1},
		{time.Second, app.FetchProgress{Done: 27_691_713, Size: size}, 10e6, 5},
		{4 * time.Second, app.FetchProgress{Done: 37_691_713, Size: size}, 4e6, 10},
		{time.Second, app.FetchProgress{Done: 47_691_713, Size: size}, 4e6, 7.5}, // the first second is forgotten
		{time.Second, app.FetchProgress{Done: 7_691_713, Size: size}, 0, -1},     // begun again
		{time.Second, app.FetchProgress{Done: 17_691_713, Size: size}, 10e6, 6},
	}
	for i, step := range steps {
		g.clock.advance(step.after)
		c.on(step.progress)
		d := g.until("tiny", app.DownloadRunning)
		if d.Done != step.progress.Done || d.Size != size || d.Speed != step.speed || d.Remaining != step.remaining {
			t.Errorf("step %d: got %d of %d bytes, %v a second, %v s left, want %v and %v", i, d.Done, d.Size, d.Speed, d.Remaining, step.speed, step.remaining)
		}
	}
	c.on(app.FetchProgress{Done: 1, Size: size, Verifying: true})
	if d := g.until("tiny", app.DownloadVerifying); !d.Active() || d.Done != 1 {
		t.Errorf("verifying: got %+v", d)
	}
}

func TestClosePausesDownloads(t *testing.T) {
	before := runtime.NumGoroutine()
	g := newDownloadRig(t, true)
	g.download("tiny", "base", "small")
	g.call()
	g.call()
	if err := g.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	last := map[string]app.DownloadState{}
	for len(last) < 3 || last["tiny"] == app.DownloadRunning || last["base"] == app.DownloadRunning {
		events := g.events.Next(ctx)
		if events == nil {
			t.Fatalf("got the states %v", last)
		}
		for _, e := range events {
			d := e.(app.DownloadChanged).Download
			last[d.Offer.Name] = d.State
		}
	}
	if last["tiny"] != app.DownloadPaused || last["base"] != app.DownloadPaused || last["small"] != app.DownloadWaiting {
		t.Errorf("got the states %v, want what ran to be paused", last)
	}
	if err := g.Download("medium"); err != nil {
		t.Errorf("Download after Close: %v", err)
	}
	if n := len(g.fetcher.calls); n != 0 {
		t.Errorf("got %d more calls of Fetch, want none", n)
	}
	for end := time.Now().Add(time.Minute); runtime.NumGoroutine() > before; runtime.Gosched() {
		if time.Now().After(end) {
			t.Fatalf("goroutines: got %d, want %d as before", runtime.NumGoroutine(), before)
		}
	}
}

func TestRemoveModel(t *testing.T) {
	g := newDownloadRig(t, true)
	dir := g.deps.Models.Dirs[0]
	g.download("silero")
	g.call().end <- nil
	g.until("silero", app.DownloadDone)
	for _, name := range []string{"base", "silero"} {
		if err := g.RemoveModel(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	wantFiles(t, dir)
	g.wantStates("")
	if err := g.RemoveModel("tiny"); err == nil {
		t.Error("what is not there: got no error")
	}
	g.fetcher.parts["tiny"] = true
	if err := g.RemoveModel("tiny"); err != nil {
		t.Errorf("what is there in part: %v", err)
	}
}

func TestMachine(t *testing.T) {
	g := newRig(t, nil)
	m, err := g.Machine(t.Context())
	if want := (app.Machine{Cores: runtime.NumCPU()}); err != nil || m != want {
		t.Errorf("got %+v and error %v, want %+v", m, err, want)
	}
}

// What earlier runs have begun is listed until this run takes it up.
func TestUnfinishedDownloads(t *testing.T) {
	g := newDownloadRig(t, true)
	for _, name := range []string{"base", "small", "tiny"} {
		g.fetcher.parts[name] = true
	}
	install(t, g.deps.Models.Dirs[0], "tiny")
	want := func(names string) {
		t.Helper()
		var got []string
		for _, d := range g.Unfinished() {
			got = append(got, d.Offer.Name)
			if d.State != app.DownloadPaused || d.Done != 1000 || d.Size != d.Offer.Size || d.Active() {
				t.Errorf("got %+v, want it paused", d)
			}
		}
		if strings.Join(got, " ") != names {
			t.Errorf("got %q, want %q", got, names)
		}
	}
	want("small base")
	g.download("small")
	g.call()
	want("base")
	g.PauseDownload("small")
	g.until("small", app.DownloadPaused)
	want("base")

	g.CancelDownload("large-v3")
	if d := g.until("large-v3", app.DownloadCancelled); d.Offer.Name != "large-v3" || !slices.Contains(g.fetcher.discarded, "large-v3") {
		t.Errorf("got %+v, want it cancelled and gone", d)
	}
}
