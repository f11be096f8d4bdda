package app

import (
	"context"
	"path/filepath"
	"slices"
)

// queue runs jobs one after the other. One goroutine, loop, owns its fields;
// everybody else sends it commands.
type queue struct {
	app      *App
	commands chan func(*queue)
	finished chan struct{}

	last    JobID
	waiting []*queuedJob
	running *queuedJob
	held    bool // no job starts
}

type queuedJob struct {
	Job
	request Request
	cancel  context.CancelCauseFunc // set while running
}

// loop runs until ctx is done, then ends the running job and waits for it.
func (q *queue) loop(ctx context.Context) {
	for {
		if q.running == nil && !q.held && len(q.waiting) > 0 {
			q.start(ctx)
		}
		select {
		case command := <-q.commands:
			command(q)
		case <-q.finished:
			q.running = nil
		case <-ctx.Done():
			if q.running != nil {
				q.running.cancel(ErrClosing)
				<-q.finished
			}
			return
		}
	}
}

func (q *queue) start(ctx context.Context) {
	job := q.waiting[0]
	q.waiting = q.waiting[1:]
	q.running = job
	// Only loop ends the job: ctx would without ErrClosing as the cause.
	ctx, job.cancel = context.WithCancelCause(context.WithoutCancel(ctx))
	go func() {
		defer func() { q.finished <- struct{}{} }()
		defer job.cancel(nil)
		if _, err := q.app.transcribe(ctx, job.Job, job.request, q.app.broker.publish); err != nil {
			q.app.log.Debug("job ended", "error", err)
		}
	}()
}

// do runs a command on the queue's goroutine, or not at all if the program is
// closing.
func (q *queue) do(ctx context.Context, command func(*queue)) {
	done := make(chan struct{})
	select {
	case q.commands <- func(q *queue) { defer close(done); command(q) }:
		<-done
	case <-ctx.Done():
	}
}

// hold keeps jobs from starting until release is called. It fails where one is
// running.
func (q *queue) hold(ctx context.Context) (release func(), err error) {
	q.do(ctx, func(q *queue) {
		if q.held || q.running != nil {
			err = errAtWork
			return
		}
		q.held = true
	})
	return func() { q.do(q.app.ctx, func(q *queue) { q.held = false }) }, err
}

func (q *queue) add(req Request) JobID {
	q.last++
	job := &queuedJob{
		Job: Job{
			ID: q.last, Path: req.Path, Name: filepath.Base(req.Path), Stage: StageQueued,
			Transcript: req.Resume, Fraction: -1, Remaining: -1,
		},
		request: req,
	}
	q.waiting = append(q.waiting, job)
	q.app.broker.publish(JobChanged{Job: job.Job})
	return job.ID
}

func (q *queue) remove(id JobID) {
	if q.running != nil && q.running.ID == id {
		q.running.cancel(context.Canceled)
		return
	}
	i := slices.IndexFunc(q.waiting, func(j *queuedJob) bool { return j.ID == id })
	if i < 0 {
		return
	}
	job := q.waiting[i].Job
	q.waiting = slices.Delete(q.waiting, i, i+1)
	job.Stage = StageCancelled
	q.app.broker.publish(JobChanged{Job: job})
}
