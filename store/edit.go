package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"

	"earshot/app"
)

// Apply implements app.Library.
func (s *Store) Apply(ctx context.Context, transcript int64, e *app.Edits) error {
	return s.change(ctx, func(tx *sql.Tx) error {
		var found int
		if err := tx.QueryRowContext(ctx, `SELECT 1 FROM transcripts WHERE id = ?`, transcript).Scan(&found); err != nil {
			return err
		}
		for _, seg := range e.Still {
			if err := matches(ctx, tx, transcript, seg); err != nil {
				return err
			}
		}
		for _, label := range e.Dismiss { // the name may be somebody else's now
			if _, err := tx.ExecContext(ctx, `UPDATE speakers SET name = '' WHERE transcript = ? AND label = ?`, transcript, label); err != nil {
				return err
			}
		}
		for _, p := range e.Speakers {
			if err := putSpeaker(ctx, tx, transcript, p); err != nil {
				return err
			}
		}
		for _, id := range e.Remove {
			if err := removeSegment(ctx, tx, transcript, id); err != nil {
				return err
			}
		}
		for i := range e.Put {
			if err := putSegment(ctx, tx, transcript, &e.Put[i]); err != nil {
				return err
			}
		}
		for _, label := range e.Dismiss {
			if err := dismiss(ctx, tx, transcript, label); err != nil {
				return err
			}
		}
		return nil
	})
}

// matches fails with app.ErrNoMatch if a segment has another text, or has gone.
func matches(ctx context.Context, tx *sql.Tx, transcript int64, seg app.Segment) error {
	now, err := segment(ctx, tx, transcript, seg.ID)
	if errors.Is(err, sql.ErrNoRows) || err == nil && now.Text != seg.Text {
		return app.ErrNoMatch
	}
	return err
}

// putSegment makes a segment what seg is, or adds it.
func putSegment(ctx context.Context, tx *sql.Tx, transcript int64, seg *app.Segment) error {
	speaker, err := speakerNamed(ctx, tx, transcript, seg.Speaker)
	if err != nil {
		return err
	}
	before, err := segment(ctx, tx, transcript, seg.ID)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		if err := insertSegment(ctx, tx, transcript, seg, speaker); err != nil {
			return err
		}
		return dropOriginal(ctx, tx, transcript, *seg)
	case err != nil:
		return err
	}
	if err := addOriginal(ctx, tx, transcript, before); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE segments SET begin = ?, finish = ?, confidence = ?, speaker = ?, edited = ? WHERE id = ?`,
		seg.Start, seg.End, seg.Confidence, speaker, seg.Edited, seg.ID)
	if err == nil && seg.Text != before.Text { // else the index would be written anew
		_, err = tx.ExecContext(ctx, `UPDATE segments SET text = ? WHERE id = ?`, seg.Text, seg.ID)
	}
	if err == nil && !slices.Equal(seg.Words, before.Words) {
		err = saveWords(ctx, tx, *seg)
	}
	if err != nil {
		return err
	}
	return dropOriginal(ctx, tx, transcript, *seg)
}

func removeSegment(ctx context.Context, tx *sql.Tx, transcript, id int64) error {
	before, err := segment(ctx, tx, transcript, id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := addOriginal(ctx, tx, transcript, before); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM segments WHERE id = ?`, id)
	return err
}

// segment reads one segment of a transcript with its words.
func segment(ctx context.Context, tx *sql.Tx, transcript, id int64) (app.Segment, error) {
	rows, err := tx.QueryContext(ctx, selectSegments+` WHERE s.transcript = ? AND s.id = ?`, transcript, id)
	if err != nil {
		return app.Segment{}, err
	}
	found, err := collect(rows, scanSegment)
	if err != nil || len(found) == 0 {
		return app.Segment{}, cmp.Or(err, sql.ErrNoRows)
	}
	return found[0], nil
}

// addOriginal keeps a segment that is about to change, if the machine wrote it.
func addOriginal(ctx context.Context, tx *sql.Tx, transcript int64, before app.Segment) error {
	if before.Edited {
		return nil
	}
	words, err := json.Marshal(before.Words)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `
		INSERT INTO originals (transcript, begin, finish, text, confidence, label, words)
		SELECT s.transcript, s.begin, s.finish, s.text, s.confidence, coalesce(p.label, ''), ?
		FROM segments s LEFT JOIN speakers p ON p.id = s.speaker WHERE s.id = ?`, string(words), before.ID)
	return err
}

// insertOriginal keeps a segment whose speaker is a label.
func insertOriginal(ctx context.Context, tx *sql.Tx, transcript int64, o app.Segment) error {
	words, err := json.Marshal(o.Words)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `
		INSERT INTO originals (transcript, begin, finish, text, confidence, label, words) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		transcript, o.Start, o.End, o.Text, o.Confidence, o.Speaker, string(words))
	return err
}

// dropOriginal forgets what is in the text again, as the machine wrote it.
func dropOriginal(ctx context.Context, tx *sql.Tx, transcript int64, seg app.Segment) error {
	if seg.Edited {
		return nil
	}
	_, err := tx.ExecContext(ctx, `
		DELETE FROM originals WHERE id = (
			SELECT o.id FROM originals o LEFT JOIN segments s ON s.id = ? LEFT JOIN speakers p ON p.id = s.speaker
			WHERE o.transcript = ? AND o.begin = ? AND o.finish = ? AND o.text = ? AND o.label = coalesce(p.label, '') LIMIT 1)`,
		seg.ID, transcript, seg.Start, seg.End, seg.Text)
	return err
}

// originals are the segments that the machine wrote and that are not in the text
// any more. Their speakers are a column or an expression of o and p.
func originals(ctx context.Context, tx *sql.Tx, transcript int64, speaker string) ([]app.Segment, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT o.begin, o.finish, o.text, o.confidence, `+speaker+`, o.words
		FROM originals o LEFT JOIN speakers p ON p.transcript = o.transcript AND p.label = o.label
		WHERE o.transcript = ? ORDER BY o.begin, o.finish, o.id`, transcript)
	if err != nil {
		return nil, err
	}
	return collect(rows, func(scan scanner) (seg app.Segment, err error) {
		var words string
		if err := scan(&seg.Start, &seg.End, &seg.Text, &seg.Confidence, &seg.Speaker, &words); err != nil {
			return seg, err
		}
		return seg, json.Unmarshal([]byte(words), &seg.Words)
	})
}

// Refine implements app.Library.
func (s *Store) Refine(ctx context.Context, id int64, model string, better []app.Segment) error {
	return s.change(ctx, func(tx *sql.Tx) error {
		if err := one(tx.ExecContext(ctx, `UPDATE transcripts SET model = ? WHERE id = ?`, model, id)); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM segments WHERE transcript = ? AND edited = 0`, id); err != nil {
			return err
		}
		mine, err := worked(ctx, tx, id)
		if err != nil {
			return err
		}
		for _, seg := range better {
			if mine.Touched(seg) {
				continue
			}
			if err := addSegment(ctx, tx, id, &seg); err != nil {
				return err
			}
		}
		return nil
	})
}

// worked is what a person has worked on in a transcript: the segments that they
// have edited, and the places of those that they have changed or removed. As in
// what the machine reports, the speakers have their labels.
func worked(ctx context.Context, tx *sql.Tx, transcript int64) (t app.Transcript, err error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT s.begin, s.finish, coalesce(p.label, '') FROM segments s LEFT JOIN speakers p ON p.id = s.speaker
		WHERE s.transcript = ? AND s.edited
		UNION ALL SELECT begin, finish, label FROM originals WHERE transcript = ?`, transcript, transcript)
	if err != nil {
		return t, err
	}
	t.Segments, err = collect(rows, func(scan scanner) (seg app.Segment, err error) {
		seg.Edited = true
		err = scan(&seg.Start, &seg.End, &seg.Speaker)
		return seg, err
	})
	return t, err
}
