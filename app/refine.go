package app

import "context"

// refine transcribes the whole recording of a transcript again and replaces
// what nobody has edited in it. Nothing is stored before that.
func (r *transcription) refine(ctx context.Context) error {
	library := r.app.library
	if library == nil {
		return ErrNotFound
	}
	old, err := library.Entry(ctx, r.req.Resume)
	if err != nil {
		return err
	}
	if err := r.reopen(ctx, old, r.req.Options); err != nil {
		return err
	}
	r.mu.Lock()
	r.t.ID, r.t.Duration = old.ID, old.Duration
	r.mu.Unlock()
	info, err := r.app.media.Probe(ctx, r.req.Path)
	if err != nil {
		return err
	}
	if err := r.hear(ctx, MediaOptions{Stream: r.req.Options.Stream, Info: info}, func(context.Context) error { return nil }); err != nil || len(r.t.Segments) == 0 {
		return err
	}
	if err := library.Refine(ctx, old.ID, r.model.Name, r.t.Segments); err != nil {
		return err
	}
	r.publish(TextReplaced{Transcript: old.ID})
	e, err := library.Entry(ctx, old.ID)
	if err == nil {
		r.publish(EntryChanged{Entry: e})
	}
	return err
}
