package app

import (
	"context"
	"fmt"
	"math"
	"slices"
)

// Around a stretch so much is heard as well, seconds: the words at its limits are
// not cut, and are understood as they are in the whole. A word counts where its
// middle is.
const againMargin = 2

// Again says what of a recording is to be transcribed again, beside the text
// that there is. The zero value is all of it.
type Again struct {
	Stretches []Span // in any order
	// Believe says that somebody speaks throughout, as RecognizeOptions.Believe: of
	// stretches that were left out, or taken for silence.
	Believe bool
}

// HearAgain transcribes stretches of a transcript's recording again, the same
// audio track of it, with other options. It is a job like others, but nothing is
// stored: HeardAgain carries what it has heard, for Document.CompareWithin, and
// comes before the JobChanged that says that the job is done. A job that is
// cancelled or fails brings none. Its first JobChanged can come before HearAgain
// returns.
//
// It fails with ErrNotFound, with a *MediaError if the recording was not kept, with
// a *UsageError for what makes no sense, and with ErrClosing.
func (a *App) HearAgain(ctx context.Context, transcript int64, what Again, opt Options) (JobID, error) {
	e, err := a.recording(ctx, transcript)
	if err != nil {
		return 0, err
	}
	if err := opt.Check(); err != nil {
		return 0, err
	}
	if _, err := what.stretches(math.Inf(1)); err != nil {
		return 0, err
	}
	what.Stretches = slices.Clone(what.Stretches)
	var id JobID
	if !a.queue.do(a.ctx, func(q *queue) {
		id = q.add(Request{Path: e.Source.Path, Options: opt, Resume: transcript, Again: &what})
	}) {
		return 0, ErrClosing
	}
	return id, nil
}

// stretches are those of a recording of so many seconds, in order and apart from
// each other.
func (g Again) stretches(duration float64) ([]Span, error) {
	if len(g.Stretches) == 0 {
		return []Span{{0, duration}}, nil
	}
	sorted := slices.Clone(g.Stretches)
	for i, s := range sorted {
		if !(s.From >= 0 && s.From < s.To && s.From < duration) {
			return nil, &UsageError{What: "stretch", Value: fmt.Sprintf("%g–%g", s.From, s.To), Want: "from a second of the recording to a later one"}
		}
		sorted[i].To = min(s.To, duration)
	}
	slices.SortFunc(sorted, Span.compare)
	apart := sorted[:1]
	for _, s := range sorted[1:] {
		if last := &apart[len(apart)-1]; s.From <= last.To {
			last.To = max(last.To, s.To)
		} else {
			apart = append(apart, s)
		}
	}
	return apart, nil
}

// hearAgain transcribes stretches of a transcript's recording again and tells
// what it has heard.
func (r *transcription) hearAgain(ctx context.Context) error {
	old, err := r.app.recording(ctx, r.req.Resume)
	if err != nil {
		return err
	}
	opt := r.req.Options
	opt.Stream = old.Options.Stream
	if err := r.reopen(ctx, old, opt); err != nil {
		return err
	}
	info, err := r.app.media.Probe(ctx, r.req.Path)
	if err != nil {
		return err
	}
	duration := max(old.Duration, info.Duration)
	if duration == 0 {
		duration = math.Inf(1)
	}
	stretches, err := r.req.Again.stretches(duration)
	if err != nil {
		return err
	}
	passages, total := passagesOf(stretches, duration)
	r.mu.Lock()
	r.t.ID, r.job.Transcript = old.ID, old.ID
	if !math.IsInf(total, 1) {
		r.t.Duration = total // of the work
	}
	r.mu.Unlock()
	if total <= shortRecording {
		r.narrow()
	}
	heard := HeardAgain{Job: r.job.ID, Transcript: old.ID, Stretches: stretches}
	for i := range passages {
		segments, err := r.hearPassage(ctx, &passages[i], info)
		if err != nil {
			return err
		}
		heard.Segments = append(heard.Segments, segments...)
	}
	return r.tellAgain(ctx, heard)
}

// hearPassage returns what is heard in a passage, of all tracks.
func (r *transcription) hearPassage(ctx context.Context, p *passage, info MediaInfo) ([]Segment, error) {
	r.mu.Lock()
	r.passage = p
	r.t.Segments = nil // a spoken command is not about another stretch
	r.mu.Unlock()
	opt := MediaOptions{Stream: r.req.Options.Stream, Info: info, Start: p.start, Seek: p.start > 0}
	err := r.hear(ctx, opt, func(context.Context) error { return nil })
	return r.t.Segments, err
}

// tellAgain tells what was heard, by those who speak there in the transcript now.
func (r *transcription) tellAgain(ctx context.Context, heard HeardAgain) error {
	if err := r.app.flushDocument(ctx, heard.Transcript); err != nil {
		return err
	}
	now, err := r.app.library.Transcript(ctx, heard.Transcript)
	if err != nil {
		return err
	}
	heard.Segments = slices.DeleteFunc(heard.Segments, func(s Segment) bool { return s.Text == "" })
	slices.SortStableFunc(heard.Segments, inOrder)
	for i, s := range heard.Segments {
		heard.Segments[i].Speaker = now.speakerOf(s)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.t.Segments = heard.Segments
	heard.Omissions, heard.Warnings = r.t.Omissions, r.t.Warnings
	heard.Model, heard.Language = r.t.Model, r.t.Language
	r.on(heard)
	return nil
}

// speakerOf is who says what was heard another time: who is on the track that it
// was heard on, or else who speaks most of that time; "" if nobody does.
func (t Transcript) speakerOf(s Segment) string {
	for _, p := range t.Speakers {
		if s.Speaker != "" && p.Label == s.Speaker {
			return p.Name
		}
	}
	speaker, most := s.Speaker, 0.0
	for _, own := range t.Segments {
		if shared := min(own.End, s.End) - max(own.Start, s.Start); shared > most {
			speaker, most = own.Speaker, shared
		}
	}
	return speaker
}

// passage is a stretch that is heard again, with the sound around it.
type passage struct {
	Span               // what is in it counts
	start, end float64 // of the sound, seconds
	before     float64 // seconds of sound that are heard before it
}

// passagesOf are those of stretches, and the seconds of sound that they take.
func passagesOf(stretches []Span, duration float64) (all []passage, total float64) {
	all = make([]passage, len(stretches))
	for i, s := range stretches {
		p := passage{s, max(0, s.From-againMargin), min(s.To+againMargin, duration), total}
		if s.To >= duration {
			p.To = math.Inf(1) // the file may last a little longer
		}
		total += p.end - p.start
		all[i] = p
	}
	return all, total
}

// of is its sound in audio that begins where it does.
func (p *passage) of(audio Audio) Audio {
	if math.IsInf(p.To, 1) {
		return audio
	}
	return &excerpt{audio, int((p.end - p.start) * SampleRate)}
}

// within is what of a report is in it; how far that is counts the seconds of
// sound that were heard, of all passages.
func (p *passage) within(report Progress, h hearing) Progress {
	report.Segments = p.cut(report.Segments)
	report.Omissions = slices.DeleteFunc(report.Omissions, func(o Omission) bool {
		return !p.Contains((o.Segment.Start + o.Segment.End) / 2)
	})
	done := max(0, max(report.Reached, report.Position)-p.start)
	if h.tracks > 1 {
		done = (float64(h.track)*(p.end-p.start) + done) / float64(h.tracks)
	}
	report.Reached, report.Position = p.before+done, 0
	return report
}
