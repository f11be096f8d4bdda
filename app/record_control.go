package app

import (
	"context"
	"errors"
	"io/fs"
)

// runningRecording is the recording that everybody may watch.
type runningRecording struct {
	*dictation
	end context.CancelCauseFunc
}

// StartRecording begins a recording, or fails with ErrRecording if one runs and
// with ErrClosing if none may begin any more. What happens is published, and what
// plays is paused. When it has ended, the model of Settings.Refine goes over its
// text.
func (a *App) StartRecording(req RecordRequest) error {
	a.recMu.Lock()
	defer a.recMu.Unlock()
	if a.running != nil {
		return ErrRecording
	}
	// Only closing ends it here: a.ctx would without ErrClosing as the cause.
	ctx, end := context.WithCancelCause(context.WithoutCancel(a.ctx))
	d := a.newDictation(req, a.broker.publish)
	err := a.start(func() {
		defer end(nil)
		defer context.AfterFunc(a.ctx, func() { end(ErrClosing) })()
		t, err := d.record(ctx)
		if err != nil {
			a.log.Debug("recording ended", "error", err)
		}
		a.recMu.Lock()
		a.running = nil
		a.recMu.Unlock()
		if refine := a.Settings().Refine; refine != "" && t.State == StateDone && t.ID != 0 && len(t.Segments) > 0 {
			a.refine(t, refine)
		}
	})
	if err != nil {
		end(nil)
		return err
	}
	a.running = &runningRecording{d, end}
	a.deck.Pause()
	return nil
}

// PauseRecording stops taking in sound, or goes on.
func (a *App) PauseRecording(pause bool) {
	a.recMu.Lock()
	defer a.recMu.Unlock()
	if a.running != nil {
		a.running.pause(pause)
	}
}

// CloseUtterance makes what is certain of what is being said segments, which can
// be edited, without waiting for its end. They come as SegmentsAdded: soon if
// something is certain, else when the utterance ends. It does not wait, and
// without a recording it does nothing.
func (a *App) CloseUtterance() {
	a.recMu.Lock()
	defer a.recMu.Unlock()
	if a.running != nil {
		a.running.closeUtterance()
	}
}

// StopRecording ends the recording that runs; its last words still come.
func (a *App) StopRecording() {
	a.recMu.Lock()
	defer a.recMu.Unlock()
	if a.running != nil {
		a.running.end(context.Canceled)
	}
}

// Recording reports whether a recording runs.
func (a *App) Recording() bool {
	a.recMu.Lock()
	defer a.recMu.Unlock()
	return a.running != nil
}

// Inputs lists what can be recorded.
func (a *App) Inputs(ctx context.Context) ([]Input, error) {
	if a.recorder == nil {
		return nil, nil
	}
	return a.recorder.Inputs(ctx)
}

// refine has a better model go over a recording's text.
func (a *App) refine(t Transcript, model string) {
	opt := t.Options
	opt.Model = model
	a.queue.do(a.ctx, func(q *queue) {
		q.add(Request{Path: t.Source.Path, Options: opt, Resume: t.ID, Refine: true})
	})
}

// RecoverRecordings makes the recordings whole that a crash has cut off: they
// are in the library from their first second on, and can be resumed.
func (a *App) RecoverRecordings(ctx context.Context) error {
	if a.library == nil || a.recorder == nil {
		return nil
	}
	all, err := a.library.Unrecorded(ctx)
	for _, e := range all {
		err = errors.Join(err, a.recoverRecording(ctx, e))
	}
	return err
}

// recoverText keeps the text of a recording whose sound is not there, as on another
// computer. One that had neither yet goes.
func (a *App) recoverText(ctx context.Context, e Entry) error {
	t, err := a.library.Transcript(ctx, e.ID)
	switch {
	case err != nil:
		return err
	case len(t.Segments)+len(t.Omissions) == 0:
		return a.Delete(ctx, e.ID)
	case e.Source.Removed:
		return nil
	}
	return a.change(ctx, e.ID, func() error { return a.library.SoundRemoved(ctx, e.Source.Path) })
}

func (a *App) recoverRecording(ctx context.Context, e Entry) error {
	seconds, err := a.recorder.Recover(ctx, e.Source.Path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && seconds == 0 {
		return a.recoverText(ctx, e)
	}
	if err != nil {
		return err
	}
	e.Source.Duration = seconds
	if e.Source.Hash, e.Source.Size, err = hashFile(ctx, e.Source.Path); err != nil {
		return err
	}
	return a.change(ctx, e.ID, func() error {
		if err := a.library.Recorded(ctx, e.ID, e.Source); err != nil {
			return err
		}
		return a.library.Finish(ctx, e.ID, Ending{
			State: StateInterrupted, Duration: seconds,
			Warnings: append(e.Warnings, "Recovered: Earshot ended while this was being recorded."),
		})
	})
}
