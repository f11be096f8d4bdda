package app

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"
)

// Progress of a running job is published this often.
const tick = 100 * time.Millisecond

// Transcribe runs one request to its end and returns the transcript, as far as
// it came even when it fails. on receives what happens: JobChanged,
// EntryChanged and SegmentsAdded; it is never called twice at the same time.
//
// When ctx is cancelled the window in flight is given up, everything before
// it is kept, and the error is ctx's.
func (a *App) Transcribe(ctx context.Context, req Request, on func(Event)) (Transcript, error) {
	return a.transcribe(ctx, Job{Name: filepath.Base(req.Path), Path: req.Path}, req, on, func() {})
}

// transcribe is Transcribe for a job; narrow is called once it is known that
// the recording is short.
func (a *App) transcribe(ctx context.Context, job Job, req Request, on func(Event), narrow func()) (Transcript, error) {
	r := &transcription{app: a, req: req, on: on, narrow: narrow, job: job, began: a.now()}
	if req.stores() {
		r.library = a.library
	}
	r.job.Fraction, r.job.Remaining = -1, -1
	stop := every(tick, r.publishJob)
	err := r.guarded(ctx)
	stop()
	return r.finish(ctx, err)
}

// guarded turns a panic in a job into the job's failure: the others go on.
func (r *transcription) guarded(ctx context.Context) (err error) {
	defer func() {
		if p := recover(); p != nil {
			r.app.log.Error("job panicked", "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("this job hit a mistake in Earshot (%v)", p)
		}
	}()
	return r.run(ctx)
}

// transcription is one run of Transcribe.
type transcription struct {
	app     *App
	library Library // nil if nothing is to be stored on the way
	req     Request
	model   ModelInfo
	vad     string
	rewrite rewriting
	narrow  func() // see transcribe
	began   time.Time

	mu      sync.Mutex // guards what follows, and calls of on
	on      func(Event)
	job     Job
	t       Transcript
	created bool       // the library's entry is this job's
	worked  Transcript // what a person has worked on behind the position of a resumed job
	decode  time.Time  // when decoding began; zero before
	start   float64    // of the stretch that is asked for; 0 but for an omission
	offset  float64    // where decoding began, seconds
	reached float64
	hearing hearing
	passage *passage // that is heard again; nil where it is all of a recording
}

// run does the work up to the last segment.
func (r *transcription) run(ctx context.Context) error {
	r.stage(StageReading)
	switch {
	case r.req.Omission != 0:
		return r.recover(ctx)
	case r.req.Refine:
		return r.refine(ctx)
	case r.req.Again != nil:
		return r.hearAgain(ctx)
	}
	resumed, err := r.lookUp(ctx)
	if err != nil || r.job.Cached {
		return err
	}
	info, err := r.app.media.Probe(ctx, r.req.Path)
	if err != nil {
		return err
	}
	if limit := r.req.Limit; limit > 0 && info.Duration > limit {
		return &MediaError{Path: r.req.Path, Err: ErrTooLong}
	}
	r.mu.Lock()
	r.t.Duration, r.t.Source.Duration = info.Duration, info.Duration
	r.mu.Unlock()
	if info.Duration > 0 && info.Duration <= shortRecording {
		r.narrow()
	}
	opt := MediaOptions{Stream: r.req.Options.Stream, Start: r.t.Position, Info: info}
	return r.hear(ctx, opt, func(ctx context.Context) error { return r.enter(ctx, resumed) })
}

// enter makes the job's transcript, unless it is there.
func (r *transcription) enter(ctx context.Context, resumed bool) error {
	if r.library != nil && !resumed {
		id, err := r.library.Create(ctx, r.t.Entry)
		if err != nil {
			return err
		}
		r.mu.Lock()
		r.t.ID, r.created = id, true
		r.mu.Unlock()
	}
	r.announce(ctx)
	return nil
}

// lookUp identifies the file and the model, and finds out whether the library
// has the text, all of it (then the job is Cached) or the beginning.
func (r *transcription) lookUp(ctx context.Context) (resumed bool, err error) {
	if r.req.Resume != 0 {
		return true, r.lookUpResumed(ctx)
	}
	if err := r.identify(ctx); err != nil {
		return false, err
	}
	if r.library == nil || r.req.NoCache {
		return false, nil
	}
	found, err := r.library.Cached(ctx, r.t.Source.Hash, r.t.Key)
	switch {
	case errors.Is(err, ErrNotFound):
		return false, nil
	case err != nil:
		return false, err
	case found.State.Resumable():
		return true, r.restart(ctx, found.ID)
	}
	t, err := r.library.Transcript(ctx, found.ID)
	if err != nil {
		return false, err
	}
	r.mu.Lock()
	r.t, r.job.Cached = t, true
	r.mu.Unlock()
	r.announce(ctx)
	r.publishSegments(t.Segments)
	return false, nil
}

// lookUpResumed prepares to go on with the transcript that the request names.
func (r *transcription) lookUpResumed(ctx context.Context) error {
	if r.library == nil {
		return ErrNotFound
	}
	old, err := r.library.Transcript(ctx, r.req.Resume)
	if err != nil {
		return err
	}
	if err := r.reopen(ctx, old.Entry, old.Options); err != nil {
		return err
	}
	return r.restart(ctx, old.ID)
}

// reopen prepares to hear an entry's recording again, which must be the same.
func (r *transcription) reopen(ctx context.Context, old Entry, opt Options) error {
	r.req.Path, r.req.Options = old.Source.Path, opt
	r.mu.Lock()
	r.job.Path, r.job.Name = old.Source.Path, filepath.Base(old.Source.Path)
	r.mu.Unlock()
	if err := r.identify(ctx); err != nil {
		return err
	}
	if old.Source.Hash != "" && r.t.Source.Hash != old.Source.Hash {
		return &MediaError{Path: r.req.Path, Err: ErrChangedFile}
	}
	return nil
}

func (r *transcription) restart(ctx context.Context, id int64) error {
	key := r.t.Key
	t, err := r.library.Restart(ctx, id)
	if err != nil {
		return err
	}
	if strings.TrimSuffix(t.Key, liveKey) != key {
		t.Warnings = append(t.Warnings, "The part up to "+clock(t.Position, ".")+" was made with another model or other settings.")
	}
	r.mu.Lock()
	r.t, r.offset, r.reached = t, t.Position, t.Position
	r.worked = t.workedFrom(t.Position)
	r.job.Transcript = id
	r.mu.Unlock()
	r.publish(TextReplaced{Transcript: id}) // what lay behind the position is gone
	r.publishSegments(t.Segments)
	return nil
}

// identify finds the model and hashes the file.
func (r *transcription) identify(ctx context.Context) error {
	path, err := filepath.Abs(r.req.Path)
	if err != nil {
		return &MediaError{Path: r.req.Path, Err: err}
	}
	if err := r.req.Options.Check(); err != nil {
		return err
	}
	if r.rewrite, err = newRewriting(r.req.Options); err != nil {
		return err
	}
	if r.model, err = r.app.models.Find(r.req.Options.Model); err != nil {
		return err
	}
	r.vad = r.app.models.VAD()
	source := Source{Path: path}
	if source.Hash, source.Size, err = hashFile(ctx, path); err != nil {
		return err
	}
	title := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	if r.req.Source != "" {
		source.Path, title = r.req.Source, "Standard input"
	}
	title = cmp.Or(r.req.Title, title)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.t.Entry = Entry{
		Title: title, Source: source, Options: r.req.Options, Model: r.model.Name,
		Key:   CacheKey(r.model, r.vad != "", r.req.Options),
		State: StateRunning, Created: r.began, Origin: r.req.Origin,
	}
	if r.t.Origin == "" && !r.app.recorded(source.Path) {
		r.t.Origin = OriginFile
	}
	return nil
}

// hashFile returns the SHA-256 of a file's content, and its size.
func hashFile(ctx context.Context, path string) (hash string, size int64, err error) {
	st, err := os.Stat(path) // opening a named pipe would wait for its writer
	switch {
	case err != nil:
		return "", 0, &MediaError{Path: path, Err: err}
	case st.IsDir():
		return "", 0, &MediaError{Path: path, Err: errors.New("it is a folder")}
	case !st.Mode().IsRegular():
		return "", 0, &MediaError{Path: path, Err: errors.New("it is not a file")}
	case st.Size() == 0:
		return "", 0, &MediaError{Path: path, Err: ErrEmptyFile}
	}
	f, err := os.Open(path)
	if err != nil {
		return "", 0, &MediaError{Path: path, Err: err}
	}
	defer f.Close()
	sum := sha256.New()
	size, err = io.Copy(sum, &cancellable{ctx, f})
	if err != nil {
		if ctx.Err() != nil {
			return "", 0, ctx.Err()
		}
		return "", 0, &MediaError{Path: path, Err: err}
	}
	return hex.EncodeToString(sum.Sum(nil)), size, nil
}

// cancellable stops a long read when ctx is done.
type cancellable struct {
	ctx context.Context
	r   io.Reader
}

func (c *cancellable) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// recognize runs the engine over audio that begins at second start of the
// recording, and stores what it reports. A library that fails ends the job: text
// that is shown but not stored would be lost without a word.
func (r *transcription) recognize(ctx context.Context, audio Audio, start float64) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var storing error
	opt := r.req.Options
	heard := recognizeOptions(opt, r.model, r.vad, r.app.Settings().keep())
	heard.Offset, heard.Believe = start, r.req.Omission != 0 || r.req.Again != nil && r.req.Again.Believe
	result, err := r.app.recognizer.Recognize(ctx, audio, heard, func(p Progress) {
		// After a failure nothing more is stored: the position would move past
		// what is missing.
		if storing != nil {
			return
		}
		if storing = r.take(ctx, p); storing != nil {
			cancel(storing)
		}
	})
	switch {
	case storing != nil:
		err = storing // even if the engine was through already
	case err != nil && ctx.Err() != nil:
		err = context.Cause(ctx)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err == nil && r.hearing.last() && r.passage == nil {
		r.t.Duration = result.Duration
		r.t.Position = result.Duration
	}
	if result.Language != "" {
		r.t.Language = result.Language
	}
	r.t.Load = max(r.t.Load, result.Load)
	for _, w := range slices.Concat(audio.Warnings(), result.Warnings) {
		if !slices.Contains(r.t.Warnings, w) {
			r.t.Warnings = append(r.t.Warnings, w)
		}
	}
	return err
}

// recognizeOptions are the engine's for a person's.
func recognizeOptions(opt Options, model ModelInfo, vad string, keep time.Duration) RecognizeOptions {
	return RecognizeOptions{
		Model: model.Path, VAD: vad, Language: opt.Language, Device: opt.Device, Threads: opt.Threads,
		Translate: opt.Translate, Prompt: opt.Prompt, Beam: opt.Beam, Temperature: opt.Temperature, Keep: keep,
	}
}

// take stores and publishes one report of the engine.
func (r *transcription) take(ctx context.Context, p Progress) error {
	if p.Loading {
		r.load()
		return nil
	}
	r.mu.Lock()
	news := r.note(p)
	p = r.within(p)
	changed, err := r.reword(ctx, &p)
	p.Segments = slices.DeleteFunc(p.Segments, r.worked.Touched)
	moved := p.Position > r.t.Position
	r.t.Omissions = append(r.t.Omissions, p.Omissions...)
	r.t.Position = max(r.t.Position, p.Position)
	r.reached = max(r.reached, p.Reached, p.Position)
	id := r.t.ID
	r.mu.Unlock()
	if err != nil {
		return err
	}

	if r.library != nil && (len(p.Segments)+len(p.Omissions) > 0 || moved || news) {
		// What was heard is kept even if the job is being cancelled.
		if err := r.library.Append(context.WithoutCancel(ctx), id, p); err != nil {
			return err
		}
	}
	r.mu.Lock()
	r.t.Segments = append(r.t.Segments, p.Segments...) // which have their IDs now
	r.mu.Unlock()
	if news {
		r.announce(ctx)
	}
	if len(changed) > 0 && r.library != nil {
		r.publish(SegmentsChanged{Transcript: id, Segments: changed})
	}
	r.publishSegments(p.Segments)
	return nil
}

// load tells that the model is loaded: once, since for another stretch or track
// it is there.
func (r *transcription) load() {
	r.mu.Lock()
	first := r.decode.IsZero()
	r.mu.Unlock()
	if first {
		r.stage(StageLoading)
	}
}

// note takes down what a report says of the job, and reports whether that is
// news. r.mu is held.
func (r *transcription) note(p Progress) bool {
	if r.job.Stage != StageTranscribing {
		r.job.Stage, r.decode = StageTranscribing, r.app.now()
	}
	language, device := cmp.Or(p.Language, r.t.Language), cmp.Or(p.Device, r.t.Device)
	news := language != r.t.Language || device != r.t.Device
	r.t.Language, r.t.Device = language, device
	return news
}

// reword does to a report what the person wants done to the text. It returns the
// segment before it if that has changed. r.mu is held.
func (r *transcription) reword(ctx context.Context, p *Progress) (changed []Segment, err error) {
	language := writtenIn(r.req.Options, r.t.Language)
	for i, o := range p.Omissions {
		_, p.Omissions[i].Segment = r.rewrite.segment(Segment{}, o.Segment, language)
	}
	p.Segments, changed, err = r.rewrite.follow(context.WithoutCancel(ctx), r.library, &r.t, r.hearing.speaker, p.Segments, language)
	return changed, err
}

// writtenIn is the language that text comes in from speech in another.
func writtenIn(opt Options, spoken string) string {
	if opt.Translate {
		return "en"
	}
	return spoken
}

// finish records how the job ended and publishes it.
func (r *transcription) finish(ctx context.Context, err error) (Transcript, error) {
	r.mu.Lock()
	if err == nil {
		r.reached = max(r.reached, r.t.Duration) // silence at the end, or all from the library
	}
	r.measure()
	switch {
	case err == nil:
		r.job.Stage, r.t.State, r.job.Fraction, r.job.Remaining = StageDone, StateDone, 1, 0
	case errors.Is(context.Cause(ctx), ErrClosing):
		err = ErrClosing
		r.job.Stage, r.t.State = StageCancelled, StateInterrupted
	case ctx.Err() != nil:
		r.job.Stage, r.t.State = StageCancelled, StateCancelled
	default:
		r.job.Stage, r.t.State, r.job.Err = StageFailed, StateFailed, err
	}
	if r.job.Speed > 0 {
		r.t.Speed = r.job.Speed
	}
	t, cached := r.t, r.job.Cached
	r.mu.Unlock()
	if r.library != nil && t.ID != 0 && !cached {
		if storing := r.record(context.WithoutCancel(ctx), t); storing != nil && err == nil {
			err = storing
			r.mu.Lock()
			r.job.Stage, r.job.Err = StageFailed, err
			r.mu.Unlock()
		}
	}
	r.publishJob()
	return r.t, err
}

// record stores the end of a job. One that brought nothing leaves nothing of its
// own behind; what was there before it, a recording without text, stays.
func (r *transcription) record(ctx context.Context, t Transcript) error {
	if r.created && t.State != StateDone && len(t.Segments) == 0 && t.Position == 0 {
		if err := r.library.Delete(ctx, t.ID); err != nil {
			return err
		}
		r.publish(EntryRemoved{ID: t.ID})
		r.mu.Lock()
		r.t.ID, r.job.Transcript = 0, 0
		r.mu.Unlock()
		return nil
	}
	err := r.library.Finish(ctx, t.ID, Ending{State: t.State, Duration: t.Duration, Speed: t.Speed, Load: t.Load, Warnings: t.Warnings})
	if err != nil {
		return fmt.Errorf("finish transcript: %w", err)
	}
	r.announce(ctx)
	return nil
}

func (r *transcription) stage(s Stage) {
	r.mu.Lock()
	r.job.Stage = s
	r.mu.Unlock()
	r.publishJob()
}

// announce publishes the entry as it is now: as the library has it, since a
// person may have renamed it meanwhile, or thrown it away.
func (r *transcription) announce(ctx context.Context) {
	r.mu.Lock()
	r.job.Transcript = r.t.ID
	e := r.t.Entry
	r.mu.Unlock()
	var err error
	if r.library != nil && e.ID != 0 {
		e, err = r.library.Entry(context.WithoutCancel(ctx), e.ID)
	}
	if err == nil {
		r.publish(EntryChanged{Entry: e})
	}
	r.publishJob()
}

func (r *transcription) publishSegments(s []Segment) {
	if len(s) > 0 {
		r.publish(SegmentsAdded{Transcript: r.t.ID, Segments: s})
	}
}

// publish tells what is new in the library, if it may be told already.
func (r *transcription) publish(e Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.req.isQuiet() {
		r.on(e)
	}
}

func (r *transcription) publishJob() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.measure()
	r.on(JobChanged{Job: r.job})
}

// measure brings the job's figures up to date. r.mu is held.
func (r *transcription) measure() {
	now := r.app.now()
	r.job.Elapsed = now.Sub(r.began).Seconds()
	if d := r.t.Duration; d > r.start {
		r.job.Fraction = min(max(0, r.reached-r.start)/(d-r.start), 1)
	}
	if r.decode.IsZero() || r.reached <= r.offset {
		return
	}
	if spent := now.Sub(r.decode).Seconds(); spent > 0 {
		r.job.Speed = (r.reached - r.offset) / spent
		if r.t.Duration > 0 {
			r.job.Remaining = max(0, r.t.Duration-r.reached) / r.job.Speed
		}
	}
}

// every calls report again and again until the returned function is called,
// which waits for the last call.
func every(d time.Duration, report func()) (stop func()) {
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		t := time.NewTicker(d)
		defer t.Stop()
		for {
			select {
			case <-t.C:
				report()
			case <-quit:
				return
			}
		}
	}()
	return func() { close(quit); <-done }
}
