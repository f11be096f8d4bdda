package app

import (
	"cmp"
	"context"
	"errors"
	"io"
	"slices"
)

// Around an omission so much is heard as well, seconds, as far as no word of
// the text is in it: where a word begins and ends is known to a tenth or so.
const recoverMargin = 0.3

// recover transcribes the stretch of an omission again and puts what it finds
// in its place. Nothing is stored before that.
func (r *transcription) recover(ctx context.Context) error {
	if _, err := r.app.recording(ctx, r.req.Resume); err != nil {
		return err
	}
	old, err := r.app.library.Transcript(ctx, r.req.Resume)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(old.Omissions, func(o Omission) bool { return o.ID == r.req.Omission })
	if i < 0 {
		return ErrNotOmitted
	}
	if err := r.reopen(ctx, old.Entry, old.OwnOptions()); err != nil {
		return err
	}
	left := old.Omissions[i].Segment
	start, end := old.around(left)
	r.mu.Lock()
	r.t.ID, r.t.Duration = old.ID, end
	r.start, r.offset, r.reached = start, start, start
	r.hearing.speaker = left.Speaker
	r.mu.Unlock()
	audio, err := r.app.media.Open(ctx, r.req.Path, MediaOptions{
		Stream: r.req.Options.Stream, Channel: channelOf(left.Speaker), Start: start,
	})
	if err != nil {
		return err
	}
	defer audio.Close()
	if err := r.recognize(ctx, &excerpt{audio, int((end - start) * SampleRate)}, start); err != nil {
		return err
	}
	return r.replace(ctx)
}

// replace stores what was heard in place of the omission.
func (r *transcription) replace(ctx context.Context) error {
	if len(r.t.Segments) == 0 {
		return ErrNothingHeard
	}
	heard := Progress{Segments: r.t.Segments, Omissions: r.t.Omissions}
	err := r.app.library.Replace(ctx, r.req.Resume, r.req.Omission, heard)
	if errors.Is(err, ErrNotFound) {
		return ErrNotOmitted // somebody was faster
	}
	if err != nil {
		return err
	}
	if e, err := r.app.library.Entry(ctx, r.req.Resume); err == nil { // not thrown away meanwhile
		r.mu.Lock()
		defer r.mu.Unlock()
		r.on(EntryChanged{Entry: e})
	}
	return nil
}

// OwnOptions are those that an entry was made with, where Earshot chose too.
func (e Entry) OwnOptions() Options {
	opt := e.Options
	opt.Model = cmp.Or(opt.Model, e.Model)
	if ParseLanguages(opt.Language) == nil {
		opt.Language = e.Language
	}
	return opt
}

// around is the stretch of a segment that was left out, with a margin free of
// words that were not.
func (t Transcript) around(s Segment) (start, end float64) {
	start, end = max(0, s.Start-recoverMargin), s.End+recoverMargin
	for _, kept := range t.Segments {
		for _, w := range kept.Words {
			if w.End <= s.Start {
				start = max(start, w.End)
			}
			if w.Start >= s.End {
				end = min(end, w.Start)
			}
		}
	}
	return start, end
}

// excerpt is the beginning of an audio stream.
type excerpt struct {
	Audio
	left int // samples
}

func (e *excerpt) Read(buf []float32) (int, error) {
	if e.left <= 0 {
		return 0, io.EOF
	}
	n, err := e.Audio.Read(buf[:min(len(buf), e.left)])
	e.left -= n
	return n, err
}
