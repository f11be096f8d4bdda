package store

import (
	"context"
	"database/sql"
	"encoding/json"

	"earshot/app"
)

// Edit implements app.Library.
func (s *Store) Edit(ctx context.Context, transcript int64, seg app.Segment) error {
	return s.change(ctx, func(tx *sql.Tx) error {
		before, err := segment(ctx, tx, transcript, seg.ID)
		if err != nil {
			return err
		}
		original, err := json.Marshal(before)
		if err != nil {
			return err
		}
		err = one(tx.ExecContext(ctx, `
			UPDATE segments SET begin = ?, finish = ?, text = ?, confidence = ?, original = coalesce(original, ?) WHERE id = ?`,
			seg.Start, seg.End, seg.Text, seg.Confidence, string(original), seg.ID))
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM words WHERE segment = ?`, seg.ID); err != nil {
			return err
		}
		return saveWords(ctx, tx, seg)
	})
}

// segment reads one segment of a transcript with its words.
func segment(ctx context.Context, tx *sql.Tx, transcript, id int64) (app.Segment, error) {
	seg, err := scanSegment(tx.QueryRowContext(ctx, selectSegments+` WHERE s.transcript = ? AND s.id = ?`, transcript, id).Scan)
	if err != nil {
		return app.Segment{}, err
	}
	t := app.Transcript{Entry: app.Entry{ID: transcript}, Segments: []app.Segment{seg}}
	err = addWords(ctx, tx, &t)
	return t.Segments[0], err
}

// Refine implements app.Library.
func (s *Store) Refine(ctx context.Context, id int64, model string, better []app.Segment) error {
	return s.change(ctx, func(tx *sql.Tx) error {
		if err := one(tx.ExecContext(ctx, `UPDATE transcripts SET model = ? WHERE id = ?`, model, id)); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM segments WHERE transcript = ? AND original IS NULL`, id); err != nil {
			return err
		}
		t, err := transcript(ctx, tx, id)
		if err != nil {
			return err
		}
		for _, seg := range better {
			if t.Touched(seg) {
				continue
			}
			if err := addSegment(ctx, tx, id, &seg); err != nil {
				return err
			}
		}
		return nil
	})
}
