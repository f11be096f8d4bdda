package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Record records until ctx is done, or the request's seconds are over, and
// turns what is said into text meanwhile. It returns once the last words are
// decoded. on receives what happens: RecordingChanged, EntryChanged and
// SegmentsAdded; it is never called twice at the same time.
//
// Sound comes first: text that fails does not end the recording, and sound and
// text up to there are in the library whatever ends it. With the cause
// ErrClosing the last words are not waited for.
func (a *App) Record(ctx context.Context, req RecordRequest, on func(Event)) (Transcript, error) {
	return a.newDictation(req, on).record(ctx)
}

func (a *App) newDictation(req RecordRequest, on func(Event)) *dictation {
	d := &dictation{app: a, req: req, on: on, began: a.now(), state: Recording{Stage: RecordingOpening}}
	if !req.NoStore {
		d.library = a.library
	}
	return d
}

func (d *dictation) record(ctx context.Context) (Transcript, error) {
	d.publish()
	err := d.run(ctx)
	return d.finish(ctx, err)
}

// dictation is one run of Record.
type dictation struct {
	app     *App
	req     RecordRequest
	library Library // nil if nothing is stored
	model   ModelInfo
	vad     string
	rewrite rewriting
	path    string // of the sound
	began   time.Time

	controls atomic.Pointer[controls] // nil until the take is open

	mu     sync.Mutex // guards what follows, and calls of on; held while the library is written
	on     func(Event)
	take   Take // nil until it is open
	state  Recording
	t      Transcript
	tracks []heardTrack
	failed bool // to store what was heard
}

// controls are what a person's hand reaches, who does not wait for the library.
type controls struct {
	take Take
	asks []chan struct{} // to close what is certain, one a track
}

// heardTrack is how far a track has become text, in seconds.
type heardTrack struct{ position, read float64 }

// run records and listens until both have ended.
func (d *dictation) run(ctx context.Context) error {
	if err := d.prepare(); err != nil {
		return err
	}
	if err := d.create(ctx); err != nil {
		return err
	}
	take, err := d.app.recorder.Record(ctx, d.source(), d.path)
	if err != nil {
		return err
	}
	inputs := take.Tracks()
	d.mu.Lock()
	d.take, d.state.Inputs = take, inputs
	d.state.Open, d.tracks = make([]Utterance, len(inputs)), make([]heardTrack, len(inputs))
	asks := make([]chan struct{}, len(inputs))
	for i := range inputs {
		d.state.Open[i].Speaker, asks[i] = speakerOf(inputs, i), make(chan struct{}, 1)
	}
	d.mu.Unlock()
	d.controls.Store(&controls{take, asks})
	d.announce(ctx)

	listening, hush := context.WithCancelCause(context.WithoutCancel(ctx))
	defer hush(nil)
	// Somebody may close who has stopped the recording before.
	defer context.AfterFunc(d.app.ctx, func() { hush(ErrClosing) })()
	var listeners sync.WaitGroup
	for track := range inputs {
		listeners.Go(func() { d.listen(listening, hush, track) })
	}
	d.wait(ctx)
	if errors.Is(context.Cause(ctx), ErrClosing) {
		hush(ErrClosing)
	}
	err = take.Stop()
	d.stage(RecordingFinishing)
	stop := every(tick, d.publish)
	listeners.Wait()
	stop()
	return err
}

// source is what is recorded.
func (d *dictation) source() string {
	return cmp.Or(d.req.Source, d.app.Settings().Source, SourceMicrophone)
}

// prepare finds what the text needs. Where there is no model, sound is recorded
// alone.
func (d *dictation) prepare() (err error) {
	if d.app.recorder == nil || d.app.streamer == nil {
		return &RecordError{Source: d.req.Source, Err: ErrNoEngine}
	}
	if err := d.req.Options.Check(); err != nil {
		return err
	}
	if d.rewrite, err = newRewriting(d.req.Options); err != nil {
		return err
	}
	if d.model, err = d.app.models.Find(d.req.Options.Model); err != nil {
		d.state.TextErr = err
	}
	d.vad = d.app.models.VAD()
	d.path, err = d.app.takePath(d.began, d.req.NoStore)
	return err
}

// pause stops taking in sound, or goes on.
func (d *dictation) pause(on bool) {
	c := d.controls.Load()
	switch {
	case c == nil:
	case on:
		c.take.Pause()
	default:
		c.take.Resume()
	}
}

// closeUtterance asks all tracks to close what is certain of what is being said.
func (d *dictation) closeUtterance() {
	c := d.controls.Load()
	if c == nil {
		return
	}
	for _, ask := range c.asks {
		select {
		case ask <- struct{}{}:
		default: // it has been asked already
		}
	}
}

// takePath is the name of a new recording's file.
func (a *App) takePath(at time.Time, temporary bool) (string, error) {
	dir := a.recordings
	if temporary || dir == "" {
		f, err := os.CreateTemp("", "earshot-*.wav")
		if err != nil {
			return "", fmt.Errorf("make room for the sound: %w", err)
		}
		f.Close()
		return f.Name(), os.Remove(f.Name())
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("make the folder of recordings: %w", err)
	}
	name := at.Format("2006-01-02 15.04.05")
	for n := 1; ; n++ {
		path := filepath.Join(dir, name+".wav")
		if n > 1 {
			path = filepath.Join(dir, fmt.Sprintf("%s (%d).wav", name, n))
		}
		if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) {
			return path, nil
		} else if err != nil {
			return "", fmt.Errorf("name a recording: %w", err)
		}
	}
}

// create enters the recording in the library before there is any sound, so that
// a crash leaves none that nobody knows of.
func (d *dictation) create(ctx context.Context) error {
	d.t.Entry = Entry{
		Title:  "Recording, " + d.began.Format("2 January 15:04"),
		Source: Source{Path: d.path}, Options: d.req.Options, Model: d.model.Name,
		Key: CacheKey(d.model, d.vad != "", d.req.Options) + liveKey, State: StateRunning, Created: d.began,
		Origin: originOf(d.source()),
	}
	if d.library == nil {
		return nil
	}
	id, err := d.library.Create(context.WithoutCancel(ctx), d.t.Entry)
	d.t.ID, d.state.Transcript = id, id
	return err
}

// liveKey marks the cache key of text that was made while it was spoken: the
// file transcribed as a whole can read differently.
const liveKey = " live"

// listen turns a track into text. What goes wrong does not end the recording.
func (d *dictation) listen(ctx context.Context, hush context.CancelCauseFunc, track int) {
	d.mu.Lock()
	silent := d.state.TextErr != nil
	d.mu.Unlock()
	if silent {
		return
	}
	err := d.stream(ctx, hush, track)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.state.Open[track].Confirmed, d.state.Open[track].Tentative = nil, nil
	if err != nil && d.state.TextErr == nil {
		d.state.TextErr = err
	}
}

func (d *dictation) stream(ctx context.Context, hush context.CancelCauseFunc, track int) error {
	audio, err := d.take.Follow(ctx, track)
	if err != nil {
		return err
	}
	defer audio.Close()
	opt := recognizeOptions(d.req.Options, d.model, d.vad, d.app.Settings().keep())
	opt.Close = d.controls.Load().asks[track]
	result, err := d.app.streamer.Stream(ctx, audio, opt, func(h Heard) {
		if err := d.hear(ctx, track, h); err != nil {
			hush(err)
		}
	})
	if err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.t.Load = max(d.t.Load, result.Load)
	for _, w := range result.Warnings {
		if !slices.Contains(d.t.Warnings, w) {
			d.t.Warnings = append(d.t.Warnings, w)
		}
	}
	d.tracks[track].position = result.Duration
	return nil
}

// hear takes one report of what a track says. After a failure it takes no more:
// the position would move past what is missing.
func (d *dictation) hear(ctx context.Context, track int, h Heard) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.failed {
		return nil
	}
	err := d.note(ctx, track, h)
	if d.failed = err != nil; d.failed && d.state.TextErr == nil {
		d.state.TextErr = err // the stream may have ended, and not tell
	}
	return err
}

// note stores and publishes a report. d.mu is held.
func (d *dictation) note(ctx context.Context, track int, h Heard) error {
	d.state.Loading = h.Loading
	if h.Loading {
		return nil
	}
	u := &d.state.Open[track]
	u.Confirmed, u.Tentative = h.Confirmed, h.Tentative
	d.tracks[track] = heardTrack{h.Position, h.Read}
	d.state.Language, d.state.Device = cmp.Or(h.Language, d.state.Language), cmp.Or(h.Device, d.state.Device)
	segments, changed, err := d.rewrite.follow(context.WithoutCancel(ctx), d.library, &d.t, u.Speaker, h.Segments, writtenIn(d.req.Options, d.state.Language))
	if err != nil {
		return err
	}
	if len(changed) > 0 {
		d.on(SegmentsChanged{Transcript: d.t.ID, Segments: changed})
	}
	for i := range segments {
		segments[i].Speaker = u.Speaker
	}
	for i := range h.Omissions {
		h.Omissions[i].Segment.Speaker = u.Speaker
	}
	if d.t.Language != d.state.Language || d.t.Device != d.state.Device || len(segments)+len(h.Omissions) > 0 {
		if err := d.store(ctx, segments, h.Omissions); err != nil {
			return err
		}
	}
	d.on(RecordingChanged{Recording: d.snapshot()})
	return nil
}

// store keeps what was closed. d.mu is held.
func (d *dictation) store(ctx context.Context, segments []Segment, omissions []Omission) error {
	d.t.Language, d.t.Device = d.state.Language, d.state.Device
	d.t.Position = d.closed()
	if d.library != nil {
		err := d.library.Append(context.WithoutCancel(ctx), d.t.ID, Progress{
			Segments: segments, Omissions: omissions, Position: d.t.Position, Language: d.t.Language, Device: d.t.Device,
		})
		if err != nil {
			return err
		}
	}
	d.t.Segments, d.t.Omissions = append(d.t.Segments, segments...), append(d.t.Omissions, omissions...)
	if len(segments) > 0 {
		d.on(SegmentsAdded{Transcript: d.t.ID, Segments: segments})
	}
	return nil
}

// closed is the second up to which all tracks have become text. d.mu is held.
func (d *dictation) closed() float64 {
	position := d.tracks[0].position
	for _, t := range d.tracks {
		position = min(position, t.position)
	}
	return position
}

// wait returns when the recording is to end, or has ended by itself.
func (d *dictation) wait(ctx context.Context) {
	t := time.NewTicker(tick)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			d.publish()
			if limit := d.req.Seconds; limit > 0 && d.take.Status().Duration >= limit {
				return
			}
		case <-d.take.Done():
			return
		case <-ctx.Done():
			return
		}
	}
}

// finish records how it ended.
func (d *dictation) finish(ctx context.Context, err error) (Transcript, error) {
	ctx = context.WithoutCancel(ctx)
	d.mu.Lock()
	if d.take != nil {
		d.state.TakeStatus = d.take.Status()
		err = errors.Join(err, d.complete(ctx))
	} else {
		err = errors.Join(err, d.discard(ctx))
	}
	if d.state.Stage = RecordingDone; err != nil {
		d.state.Stage, d.state.Err = RecordingFailed, err
	}
	t, state := d.t, d.state
	d.mu.Unlock()
	d.announce(ctx)
	if err == nil {
		err = state.TextErr
	}
	return t, err
}

// discard removes a recording that has not begun. d.mu is held.
func (d *dictation) discard(ctx context.Context) error {
	if d.library == nil || d.t.ID == 0 {
		return nil
	}
	id := d.t.ID
	d.t.ID, d.state.Transcript = 0, 0
	return d.library.Delete(ctx, id)
}

// complete records the sound's checksum and the end of the text. d.mu is held.
func (d *dictation) complete(ctx context.Context) error {
	d.t.Duration, d.t.Source.Duration = d.state.Duration, d.state.Duration
	d.t.State = StateDone
	switch {
	case errors.Is(d.state.TextErr, ErrClosing):
		d.t.State, d.state.TextErr = StateInterrupted, nil
	case d.state.TextErr != nil:
		d.t.State = StateFailed
	}
	for _, g := range d.state.Gaps {
		d.t.Warnings = append(d.t.Warnings, fmt.Sprintf("No sound came from %s to %s.", Clock(g.Start), Clock(g.End)))
	}
	if d.req.NoStore {
		return os.Remove(d.path)
	}
	if d.library == nil {
		return nil
	}
	var err error
	if d.t.Source.Hash, d.t.Source.Size, err = hashFile(ctx, d.path); err != nil {
		return err
	}
	if err := d.library.Recorded(ctx, d.t.ID, d.t.Source); err != nil {
		return err
	}
	return d.library.Finish(ctx, d.t.ID, Ending{State: d.t.State, Duration: d.t.Duration, Load: d.t.Load, Warnings: d.t.Warnings})
}

func (d *dictation) stage(s RecordingStage) {
	d.mu.Lock()
	d.state.Stage = s
	d.mu.Unlock()
	d.publish()
}

// announce publishes the entry as the library has it, and the recording.
func (d *dictation) announce(ctx context.Context) {
	if d.library != nil && d.t.ID != 0 {
		if e, err := d.library.Entry(context.WithoutCancel(ctx), d.t.ID); err == nil {
			d.mu.Lock()
			d.on(EntryChanged{Entry: e})
			d.mu.Unlock()
		}
	}
	d.publish()
}

func (d *dictation) publish() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.on(RecordingChanged{Recording: d.snapshot()})
}

// snapshot is the state now, which nobody changes any more. d.mu is held.
func (d *dictation) snapshot() Recording {
	s := d.state
	s.Open = slices.Clone(s.Open)
	if d.take == nil {
		return s
	}
	s.TakeStatus = d.take.Status()
	for _, t := range d.tracks {
		s.Lag = max(s.Lag, s.Duration-t.read)
	}
	if s.Stage == RecordingOpening || s.Stage == RecordingRunning || s.Stage == RecordingPaused {
		switch {
		case s.Paused:
			s.Stage = RecordingPaused
		case s.Duration > 0:
			s.Stage = RecordingRunning
		default:
			s.Stage = RecordingOpening
		}
	}
	return s
}
