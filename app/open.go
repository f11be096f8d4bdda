package app

import (
	"context"
	"errors"
)

// OpenDocument opens a transcript of the library to work on it, until
// Document.Close. What is done to it is stored within a second, of which
// SavingChanged tells; a failure is tried again every second. A transcript is
// open once at a time: else it fails with ErrOpen. One that was closed is waited for
// until what was done to it is stored, or fails with what prevents that.
func (a *App) OpenDocument(ctx context.Context, id int64) (*Document, error) {
	if a.library == nil {
		return nil, ErrNotFound
	}
	s, err := a.reserve(ctx, id)
	if err != nil {
		return nil, err
	}
	t, err := a.library.Transcript(ctx, id)
	if err != nil {
		a.release(s)
		close(s.ended)
		return nil, err
	}
	d := NewDocument(t)
	d.saver = s
	err = a.start(func() {
		defer close(s.ended)
		s.run(a.ctx)
		a.release(s)
	})
	if err != nil {
		a.release(s)
		close(s.ended)
		return nil, err
	}
	return d, nil
}

// reserve makes a transcript one that is open.
func (a *App) reserve(ctx context.Context, id int64) (*saver, error) {
	for {
		a.docMu.Lock()
		open := a.documents[id]
		if open == nil {
			s := newSaver(a, id)
			if a.documents == nil {
				a.documents = map[int64]*saver{}
			}
			a.documents[id] = s
			a.docMu.Unlock()
			return s, nil
		}
		a.docMu.Unlock()
		select {
		case <-open.closing:
		default:
			return nil, ErrOpen
		}
		if err := open.flush(ctx); err != nil {
			return nil, err
		}
		select {
		case <-open.ended:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// release makes a transcript one that is not open, and keeps what could not be
// stored of it for Close to report.
func (a *App) release(s *saver) {
	a.docMu.Lock()
	defer a.docMu.Unlock()
	if a.documents[s.id] == s {
		delete(a.documents, s.id)
	}
	a.unsaved = errors.Join(a.unsaved, s.left())
}

// flushDocument waits until what was done to a transcript that is open, or was a
// moment ago, is stored.
func (a *App) flushDocument(ctx context.Context, id int64) error {
	a.docMu.Lock()
	s := a.documents[id]
	a.docMu.Unlock()
	if s == nil {
		return nil
	}
	return s.flush(ctx)
}

// Flush waits until all that was done is stored. It fails if that fails: then
// nothing is lost, and it will be tried again. Safe for concurrent use.
func (d *Document) Flush(ctx context.Context) error {
	if d.saver == nil {
		return nil
	}
	return d.saver.flush(ctx)
}

// Stored is what the library calls a segment, once what was done is stored there:
// another document of the transcript calls it so too. Safe for concurrent use.
func (d *Document) Stored(id int64) int64 {
	if d.saver == nil {
		return id
	}
	return d.saver.number(id)
}

// Close says that nothing more will be done. What is not stored yet is, by the
// App, which goes on trying and tells of it with SavingChanged. It may be called
// twice.
func (d *Document) Close() {
	if d.saver == nil {
		return
	}
	select {
	case <-d.saver.closing:
	default:
		close(d.saver.closing)
	}
}
