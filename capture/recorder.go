package capture

import (
	"cmp"
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"earshot/app"
)

// Recorder implements app.Recorder. The zero value records with PortAudio from
// the default microphone, and with miniaudio from everything else and where
// PortAudio fails. It is safe for concurrent use.
type Recorder struct {
	// The hardware; nil stands for the machine's.
	microphone opener
	sound      library
}

func (r Recorder) library() library {
	if r.sound == nil {
		return miniAudio{}
	}
	return r.sound
}

// Inputs implements app.Recorder. It fails with app.ErrNoServer or
// app.ErrNoInput inside of a *app.RecordError.
func (r Recorder) Inputs(ctx context.Context) ([]app.Input, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	all, err := r.library().inputs()
	if err != nil {
		return nil, &app.RecordError{Err: err}
	}
	rank := func(in app.Input) int {
		rank := 0
		if in.System {
			rank = 2
		}
		if !in.Default {
			rank++
		}
		return rank
	}
	slices.SortStableFunc(all, func(a, b app.Input) int { return cmp.Compare(rank(a), rank(b)) })
	return all, nil
}

// Record implements app.Recorder. When ctx ends before the recording has begun
// it fails with ctx's error; afterwards only Stop ends it. source may also be
// the name of an input.
func (r Recorder) Record(ctx context.Context, source, path string) (app.Take, error) {
	tracks, err := r.tracks(ctx, source)
	if err == nil {
		var t *take
		if t, err = startTake(ctx, source, path, tracks); err == nil {
			return t, nil
		}
	}
	var record *app.RecordError
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.As(err, &record):
		err = record.Err
	}
	return nil, &app.RecordError{Source: source, Err: err}
}

// tracks finds what a source stands for.
func (r Recorder) tracks(ctx context.Context, source string) ([]*track, error) {
	all, err := r.Inputs(ctx)
	if err != nil {
		return nil, err
	}
	find := func(wanted func(app.Input) bool) (app.Input, error) {
		if i := slices.IndexFunc(all, wanted); i >= 0 {
			return all[i], nil
		}
		return app.Input{}, app.ErrNoInput
	}
	microphone, noMicrophone := find(func(in app.Input) bool { return !in.System })
	system, noSystem := find(func(in app.Input) bool { return in.System })
	switch source {
	case app.SourceMicrophone:
		return []*track{newTrack(microphone, r.openMicrophone)}, noMicrophone
	case app.SourceSystem:
		return []*track{newTrack(system, r.openSystem)}, noSystem
	case app.SourceBoth:
		return []*track{newTrack(microphone, r.openMicrophone), newTrack(system, r.openSystem)}, errors.Join(noMicrophone, noSystem)
	}
	named, err := find(func(in app.Input) bool { return in.ID == source })
	if err != nil {
		named, err = find(func(in app.Input) bool { return strings.EqualFold(in.Name, source) })
	}
	return []*track{newTrack(named, func(to *ring) (io.Closer, error) { return r.library().open(named.ID, to) })}, err
}

func (r Recorder) openMicrophone(to *ring) (io.Closer, error) {
	if r.microphone != nil {
		return r.microphone.open("", to)
	}
	return firstOf{portAudio{}, r.library()}.open("", to)
}

// openSystem asks what is played where each time: the default may have changed.
func (r Recorder) openSystem(to *ring) (io.Closer, error) {
	all, err := r.Inputs(context.Background())
	if err != nil {
		return nil, err
	}
	for _, in := range all {
		if in.System {
			return r.library().open(in.ID, to)
		}
	}
	return nil, app.ErrNoInput
}
