package capture

import (
	"context"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"earshot/app"
)

// take implements app.Take. The writer, one goroutine, owns the file and the
// timeline; the others see what it publishes under mu. Between an input and the
// disk there is no more than a ring: recognition reads the file.
type take struct {
	source, path string
	tracks       []*track
	inputs       []app.Input

	paused   atomic.Bool   // as it should be
	wake     chan struct{} // something should be otherwise
	stop     sync.Once
	stopping chan struct{}
	done     chan struct{}
	keepers  sync.WaitGroup

	mu     sync.Mutex
	status app.TakeStatus
	frames int64         // that can be read from the file
	grown  chan struct{} // closed when there are more, or no more will be
	ended  bool
	err    error // why it ended by itself
}

const (
	turnEvery = 50 * time.Millisecond
	// With a turn, and the patience of one track with another, this is the most
	// that a loss of power takes: less than a second.
	syncEvery = 300 * time.Millisecond
	// A sound library that hangs must not keep the file from being completed.
	closeTimeout = 2 * time.Second
	// Below this much room on the disk a person is told: 26 minutes of two
	// tracks, for what else is written meanwhile.
	lowRoom = 100 << 20
)

// startTake opens all tracks and starts to write.
func startTake(ctx context.Context, source, path string, tracks []*track) (*take, error) {
	file, err := createWAV(ctx, path, len(tracks))
	if err != nil {
		return nil, err
	}
	t := newTake(source, path, tracks...)
	first := make(chan error, len(tracks))
	for _, tr := range tracks {
		t.keepers.Go(func() { tr.keep(t.stopping, first) })
	}
	for range tracks {
		select {
		case err = <-first:
		case <-ctx.Done():
			err = ctx.Err()
		}
		if err != nil {
			close(t.stopping)
			t.closeInputs()
			file.discard()
			return nil, err
		}
	}
	w := &writer{take: t, file: file, line: timeline{tracks: tracks}}
	w.line.begin(time.Now())
	w.publish(time.Now())
	go w.run()
	return t, nil
}

func newTake(source, path string, tracks ...*track) *take {
	t := &take{
		source: source, path: path, tracks: tracks,
		wake: make(chan struct{}, 1), stopping: make(chan struct{}), done: make(chan struct{}),
		grown: make(chan struct{}),
	}
	for _, tr := range tracks {
		t.inputs = append(t.inputs, tr.input)
	}
	return t
}

// closeInputs waits for the keepers to have closed their streams, but not for
// ever: a library that hangs keeps its goroutine.
func (t *take) closeInputs() {
	closed := make(chan struct{})
	go func() {
		t.keepers.Wait()
		close(closed)
	}()
	select {
	case <-closed:
	case <-time.After(closeTimeout):
	}
}

// Tracks implements app.Take.
func (t *take) Tracks() []app.Input { return slices.Clone(t.inputs) }

// Status implements app.Take.
func (t *take) Status() app.TakeStatus {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.status
	s.Levels, s.Gaps = slices.Clone(s.Levels), slices.Clone(s.Gaps)
	s.Paused = t.paused.Load()
	return s
}

// Pause implements app.Take.
func (t *take) Pause() { t.pause(true) }

// Resume implements app.Take.
func (t *take) Resume() { t.pause(false) }

func (t *take) pause(paused bool) {
	t.paused.Store(paused)
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

// Stop implements app.Take.
func (t *take) Stop() error {
	t.stop.Do(func() { close(t.stopping) })
	<-t.done
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.err
}

// Done implements app.Take.
func (t *take) Done() <-chan struct{} { return t.done }

// written is how many frames can be read from the file. grown is closed when
// there are more, or when it has ended.
func (t *take) written() (frames int64, grown <-chan struct{}, ended bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.frames, t.grown, t.ended
}

// writer is the goroutine that owns a take's file and its timeline.
type writer struct {
	*take
	file    *wavWriter
	line    timeline
	resting bool      // paused, and all from before is in the file
	synced  time.Time // when the file was, and how much of it
	safe    int64     // frames
	looked  time.Time // at the room on the disk
	room    time.Duration
	low     bool
}

func (w *writer) run() {
	defer close(w.done)
	tick := time.NewTicker(turnEvery)
	defer tick.Stop()
	var err error
	for running := true; running && err == nil; {
		select {
		case <-tick.C:
			err = w.turn(time.Now())
		case <-w.wake:
			err = w.turn(time.Now())
		case <-w.stopping:
			running = false
		}
	}
	w.stop.Do(func() { close(w.stopping) })
	w.closeInputs()
	w.complete(err)
}

// complete writes what is left and finishes the file.
func (w *writer) complete(err error) {
	if err == nil {
		if !w.resting {
			w.line.advance(time.Now())
		}
		w.line.level()
		err = w.flush()
	}
	if finished := w.file.finish(); err == nil {
		err = finished
	}
	w.publish(time.Now())
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended = true
	if err != nil {
		w.err = &app.RecordError{Source: w.source, Err: err}
	}
	close(w.grown)
}

// turn moves what has come to the disk.
func (w *writer) turn(now time.Time) error {
	switch paused := w.paused.Load(); {
	case w.resting && paused:
		w.drop(now)
	case w.resting: // resumed
		w.drop(now)
		w.line.begin(now)
		w.resting = false
	default:
		w.line.advance(now)
		w.line.fill(now)
		w.line.align()
		if paused {
			w.line.level()
			w.resting = true
		}
		if err := w.flush(); err != nil {
			return err
		}
	}
	if now.Sub(w.synced) >= syncEvery && w.safe < w.file.frames {
		if err := w.file.sync(); err != nil {
			return err
		}
		w.synced, w.safe = now, w.file.frames
	}
	w.publish(now)
	return nil
}

// drop forgets what comes in a pause.
func (w *writer) drop(now time.Time) {
	for _, tr := range w.tracks {
		tr.drop(now)
	}
}

// flush writes the frames that are complete.
func (w *writer) flush() error {
	samples := w.line.next()
	if len(samples) == 0 {
		return nil
	}
	return w.file.write(samples)
}

// publish shows the others how things stand.
func (w *writer) publish(now time.Time) {
	if now.Sub(w.looked) >= time.Second {
		w.looked = now
		w.look()
	}
	status := app.TakeStatus{
		Duration: float64(w.file.frames) / app.SampleRate,
		Gaps:     slices.Clone(w.line.gaps), Trouble: w.trouble(now), Room: w.room,
	}
	for _, tr := range w.tracks {
		level := tr.level()
		if now.Sub(tr.heard) >= lostAfter {
			level = 0
		}
		status.Levels = append(status.Levels, level)
		status.Dropped += tr.ring.dropped.Load()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.status = status
	if w.frames < w.file.frames {
		w.frames = w.file.frames
		close(w.grown)
		w.grown = make(chan struct{})
	}
}

// look finds out how much room there is.
func (w *writer) look() {
	free, known := freeSpace(filepath.Dir(w.path))
	if !known {
		w.room, w.low = -1, false
		return
	}
	second := int64(app.SampleRate * sampleSize * len(w.tracks))
	w.room, w.low = time.Duration(free/second)*time.Second, free < lowRoom
}

// trouble is the worst of what is wrong. Silence from what the computer plays
// is not: it plays nothing.
func (w *writer) trouble(now time.Time) app.Trouble {
	silent := false
	for _, tr := range w.tracks {
		if now.Sub(tr.heard) >= lostAfter {
			return app.TroubleLost
		}
		silent = silent || !tr.input.System && now.Sub(tr.loud) >= silentAfter
	}
	switch {
	case w.low:
		return app.TroubleSpace
	case silent:
		return app.TroubleSilence
	}
	return ""
}
