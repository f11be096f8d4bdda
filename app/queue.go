package app

import (
	"context"
	"path/filepath"
	"slices"
)

// A recording of up to this many seconds occupies one decoder, so that others
// can be transcribed beside it.
const shortRecording = 30

// queue runs jobs in order, one at a time, but short ones side by side. One
// goroutine, loop, owns its fields; everybody else sends it commands.
type queue struct {
	app      *App
	commands chan func(*queue)
	finished chan *queuedJob

	last    JobID
	waiting []*queuedJob
	running []*queuedJob
	held    bool // no job starts
}

type queuedJob struct {
	Job
	submission
	cancel context.CancelCauseFunc // set while running
	short  bool                    // known to be
	stay   func() bool             // its owner's end does not take it out any more
}

// submission is a request with who asked for it.
type submission struct {
	request Request
	ctx     context.Context         // ends the job; nil leaves that to Cancel and Close
	on      func(Event)             // what happens, in order
	ended   func(Transcript, error) // called once, at the end; may be nil
}

// loop runs until ctx is done, then ends the running jobs and waits for them.
func (q *queue) loop(ctx context.Context) {
	for {
		for q.room() {
			q.start(ctx)
		}
		select {
		case command := <-q.commands:
			command(q)
		case job := <-q.finished:
			q.running = slices.DeleteFunc(q.running, func(j *queuedJob) bool { return j == job })
		case <-ctx.Done():
			q.close()
			return
		}
	}
}

// room reports whether the next job can start.
func (q *queue) room() bool {
	if q.held || len(q.waiting) == 0 || len(q.running) == 0 {
		return !q.held && len(q.waiting) > 0
	}
	most := q.app.sideBySide
	if asked := q.waiting[0].request.Options.Threads; asked > 0 {
		most = min(most, asked)
	}
	return len(q.running) < most && !slices.ContainsFunc(q.running, func(j *queuedJob) bool { return !j.short })
}

func (q *queue) start(ctx context.Context) {
	job := q.waiting[0]
	q.waiting = q.waiting[1:]
	q.running = append(q.running, job)
	job.stay()
	parent := job.ctx
	if parent == nil {
		// Only close ends the job: ctx would without ErrClosing as the cause.
		parent = context.WithoutCancel(ctx)
	}
	jobCtx, cancel := context.WithCancelCause(parent)
	job.cancel = cancel
	go func() {
		defer func() { q.finished <- job }()
		defer cancel(nil)
		narrow := func() { q.do(ctx, func(*queue) { job.short = true }) }
		t, err := q.app.transcribe(jobCtx, job.Job, job.request, job.on, narrow)
		if err != nil {
			q.app.log.Debug("job ended", "error", err)
		}
		job.end(t, err)
	}()
}

// close ends all jobs and waits for them. One that its owner has cancelled
// already is left to that.
func (q *queue) close() {
	for _, job := range q.running {
		if job.ctx == nil || job.ctx.Err() == nil {
			job.cancel(ErrClosing)
		}
	}
	for range q.running {
		<-q.finished
	}
	for _, job := range q.waiting {
		job.end(Transcript{}, ErrClosing)
	}
}

func (s submission) end(t Transcript, err error) {
	if s.ended != nil {
		s.ended(t, err)
	}
}

// do runs a command on the queue's goroutine, or not at all if the program is
// closing.
func (q *queue) do(ctx context.Context, command func(*queue)) bool {
	done := make(chan struct{})
	select {
	case q.commands <- func(q *queue) { defer close(done); command(q) }:
		<-done
		return true
	case <-ctx.Done():
		return false
	}
}

// hold keeps jobs from starting until release is called. It fails where one is
// running.
func (q *queue) hold(ctx context.Context) (release func(), err error) {
	if !q.do(ctx, func(q *queue) {
		if q.held || len(q.running) > 0 {
			err = errAtWork
			return
		}
		q.held = true
	}) {
		err = context.Cause(ctx)
	}
	return func() { q.do(q.app.ctx, func(q *queue) { q.held = false }) }, err
}

// add takes a request that everybody may watch.
func (q *queue) add(req Request) JobID {
	return q.submit(submission{request: req, on: q.app.broker.publish})
}

func (q *queue) submit(s submission) JobID {
	q.last++
	job := &queuedJob{
		Job: Job{
			ID: q.last, Path: s.request.Path, Name: filepath.Base(s.request.Path), Stage: StageQueued,
			Transcript: s.request.Resume, Omission: s.request.Omission, Again: s.request.Again != nil,
			Fraction: -1, Remaining: -1,
		},
		submission: s,
	}
	q.waiting = append(q.waiting, job)
	job.stay = func() bool { return true }
	if id := job.ID; s.ctx != nil {
		job.stay = context.AfterFunc(s.ctx, func() {
			q.do(q.app.ctx, func(q *queue) { q.remove(id) })
		})
	}
	job.on(JobChanged{Job: job.Job})
	return job.ID
}

func (q *queue) remove(id JobID) {
	same := func(j *queuedJob) bool { return j.ID == id }
	if i := slices.IndexFunc(q.running, same); i >= 0 {
		q.running[i].cancel(context.Canceled)
		return
	}
	i := slices.IndexFunc(q.waiting, same)
	if i < 0 {
		return
	}
	job := q.waiting[i]
	job.stay()
	q.waiting = slices.Delete(q.waiting, i, i+1)
	job.Stage = StageCancelled
	job.on(JobChanged{Job: job.Job})
	job.end(Transcript{Entry: Entry{State: StateCancelled}}, context.Canceled)
}
