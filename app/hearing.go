package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// What is heard of a recording to compare weights: a minute, the first one in
// which something is said.
const (
	heardSeconds = 60
	heardMinutes = 10 // that are tried
)

// speech is a recording with somebody's voice.
type speech struct {
	path  string
	opt   MediaOptions
	found bool
}

// hear compares what the candidates hear in a recording.
func (r *tuningRun) hear(ctx context.Context, path string) error {
	s, err := r.app.speech(ctx, path)
	if err != nil {
		return err
	}
	if !s.found {
		r.result.Unheard = "The library has no recording whose file is still there."
		r.done += len(r.result.Candidates)
		return nil
	}
	for i := range r.result.Candidates {
		c := &r.result.Candidates[i]
		r.report(TuneProgress{Weights: c.Name, Hearing: true})
		if i == 0 {
			c.Words, err = r.firstWords(ctx, &s)
		} else {
			c.Words, err = r.words(ctx, s, *c)
		}
		if err != nil {
			return err
		}
		if i == 0 && len(c.Words) == 0 {
			r.result.Unheard = fmt.Sprintf("In the first %d minutes of “%s” nobody says anything.", heardMinutes, filepath.Base(s.path))
			r.done += len(r.result.Candidates) - 1
			return nil
		}
		c.Changes, c.Differ = compareWords(r.result.Candidates[0].Words, c.Words)
	}
	r.result.Heard, r.result.Start = s.path, s.opt.Start
	return nil
}

// speech finds the file at path, or if that is "" the newest recording of the
// library that can be read, one of a minute if there is one.
func (a *App) speech(ctx context.Context, path string) (speech, error) {
	if path != "" {
		info, err := a.media.Probe(ctx, path)
		return speech{path, MediaOptions{Info: info}, true}, err
	}
	entries, err := a.List(ctx)
	if err != nil {
		return speech{}, err
	}
	short := func(e Entry) bool { return e.Duration < heardSeconds }
	for _, e := range slices.Concat(slices.DeleteFunc(slices.Clone(entries), short), entries) {
		if _, err := os.Stat(e.Source.Path); err != nil {
			continue // it is gone, or came through standard input
		}
		if info, err := a.media.Probe(ctx, e.Source.Path); err == nil {
			return speech{e.Source.Path, MediaOptions{Info: info, Stream: e.Options.Stream}, true}, nil
		}
	}
	return speech{}, ctx.Err()
}

// firstWords goes on through a recording until something is said in it.
func (r *tuningRun) firstWords(ctx context.Context, s *speech) ([]string, error) {
	for {
		words, err := r.words(ctx, *s, r.result.Candidates[0])
		next := s.opt.Start + heardSeconds
		if err != nil || len(words) > 0 || next >= min(s.opt.Info.Duration, heardMinutes*heardSeconds) {
			return words, err
		}
		s.opt.Start = next
	}
}

// words is what a candidate hears in the recording's minute.
func (r *tuningRun) words(ctx context.Context, s speech, c Candidate) ([]string, error) {
	audio, err := r.app.media.Open(ctx, s.path, s.opt)
	if err != nil {
		return nil, err
	}
	defer audio.Close()
	var words []string
	_, err = r.app.recognizer.Recognize(ctx, &excerpt{audio, heardSeconds * SampleRate}, r.recognizeOptions(c), func(p Progress) {
		for _, segment := range p.Segments {
			for _, w := range segment.Words {
				words = append(words, w.Text)
			}
		}
	})
	return words, err
}
