package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"sync"

	"earshot/app"
)

// batch is the inputs of one command. Short ones are transcribed side by side,
// but what is written comes in order: what an input brings before its turn
// waits.
type batch struct {
	*session
	*transcribeCmd
	format app.Format
	inputs []*input

	mu     sync.Mutex
	turn   int // the input that is being written
	failed bool
	usage  error // a mistake that is the same for every input
}

// input is one file on its way to text.
type input struct {
	path    string
	stem    string // of the file that is written
	spooled string // what standard input brought; "" for others
	err     error  // why there is nothing to do
	show    *progress
	out     *output
	held    []func() // to be done when its turn comes
	over    bool     // its last step has been taken, or is held
}

func (b *batch) run(a *app.App) error {
	ctx, cancel := context.WithCancel(b.ctx)
	defer cancel()
	var requests []app.Request
	var numbers []int // of the inputs that the requests are for
	names := names{}
	for i, path := range b.Files {
		b.inputs[i] = &input{path: path, stem: names.unique(stem(path)), show: b.progress(b.Quiet)}
		b.do(i, func() { b.begin(i) })
		req, err := b.prepare(i)
		req.Options.Model = cmp.Or(req.Options.Model, a.Settings().Model)
		if err != nil {
			b.end(i, app.Transcript{}, err)
			continue
		}
		requests, numbers = append(requests, req), append(numbers, i)
	}
	a.TranscribeAll(ctx, requests,
		func(k int, e app.Event) { b.event(numbers[k], e) },
		func(k int, t app.Transcript, err error) {
			b.end(numbers[k], t, err)
			if b.mistaken() != nil {
				cancel()
			}
		})
	switch {
	case b.ctx.Err() != nil:
		return b.ctx.Err()
	case b.mistaken() != nil:
		return b.mistaken()
	case b.failed:
		return errFailed
	}
	return nil
}

// prepare makes the request for an input.
func (b *batch) prepare(i int) (app.Request, error) {
	in := b.inputs[i]
	req := app.Request{Path: in.path, NoStore: b.NoStore, NoCache: b.NoCache, Options: b.options()}
	if in.path == "-" {
		spooled, err := spool(b.ctx, b.Stdin, b.Width(b.Stdin) > 0)
		if err != nil {
			return req, err
		}
		in.spooled, req.Path, req.Source = spooled, spooled, "-"
	}
	return req, b.destination().check(in.stem, b.format)
}

func (b *batch) destination() destination { return destination{dir: b.Output, force: b.Force} }

// discard removes what standard input brought.
func (b *batch) discard() {
	for _, in := range b.inputs {
		if in != nil && in.spooled != "" {
			os.Remove(in.spooled)
		}
	}
}

// do takes a step of input i now, or when its turn comes.
func (b *batch) do(i int, step func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if i > b.turn {
		b.inputs[i].held = append(b.inputs[i].held, step)
		return
	}
	step()
}

// last takes the last step of input i; then it is the next one's turn.
func (b *batch) last(i int, step func()) {
	b.do(i, step)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.inputs[i].over = true
	for b.turn < len(b.inputs) && b.inputs[b.turn] != nil && b.inputs[b.turn].over {
		if b.turn++; b.turn == len(b.inputs) || b.inputs[b.turn] == nil {
			return
		}
		for _, held := range b.inputs[b.turn].held {
			held()
		}
		b.inputs[b.turn].held = nil
	}
}

// begin is the first step of an input. b.mu is held.
func (b *batch) begin(i int) {
	in := b.inputs[i]
	if b.ctx.Err() != nil || b.usage != nil {
		return // nothing comes any more
	}
	if i > 0 && b.Output == "" && b.format == app.TXT {
		fmt.Fprintln(b.Stdout)
	}
	in.out, in.err = b.output(b.destination(), in.stem, b.format, b.Words)
}

func (b *batch) event(i int, e app.Event) {
	in := b.inputs[i]
	switch e := e.(type) {
	case app.JobChanged:
		b.mu.Lock()
		now := b.turn == i
		b.mu.Unlock()
		if now {
			in.show.job(e.Job, in.path)
		}
	case app.SegmentsAdded:
		b.do(i, func() { in.write(e.Segments) })
	}
}

func (in *input) write(segments []app.Segment) {
	in.show.clear()
	for _, seg := range segments {
		if in.out != nil {
			in.out.Segment(seg) // a failed write is reported by close
		}
	}
}

// end is the last step of an input: t is what there is of it.
func (b *batch) end(i int, t app.Transcript, err error) {
	b.last(i, func() {
		in := b.inputs[i]
		in.show.clear()
		b.warn(b.Quiet, in.path, t.Warnings)
		b.judge(in.finish(t, err))
	})
}

// finish completes the output. What the library has of a text that is not whole is
// in no file: the same command goes on with it. What it has not goes into one whose
// name says so.
func (in *input) finish(t app.Transcript, err error) error {
	err = readable(err, in.path)
	switch {
	case in.out == nil && err == nil:
		return in.err
	case in.out == nil:
		return err
	case err != nil && (len(t.Segments) == 0 || t.ID != 0 && in.out.file != nil):
		in.out.drop()
		return err
	case err != nil:
		in.out.partial()
	}
	return errors.Join(err, in.out.close(t))
}

// judge takes note of what has become of an input. b.mu is held.
func (b *batch) judge(err error) {
	if err == nil || b.ctx.Err() != nil || b.usage != nil {
		return
	}
	b.failed = true
	var usage *app.UsageError
	if errors.As(err, &usage) {
		b.usage = usage
		return
	}
	b.complain(err)
}

func (b *batch) mistaken() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.usage
}
