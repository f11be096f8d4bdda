package store

import (
	"context"
	"database/sql"
	"encoding/json"

	"earshot/app"
)

func addOmission(ctx context.Context, tx *sql.Tx, transcript int64, o app.Omission) error {
	segment, err := json.Marshal(o.Segment)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO omissions (transcript, begin, reason, segment) VALUES (?, ?, ?, ?)`,
		transcript, o.Segment.Start, o.Reason, string(segment))
	return err
}

func omissions(ctx context.Context, tx *sql.Tx, transcript int64) ([]app.Omission, error) {
	rows, err := tx.QueryContext(ctx, `SELECT id, reason, segment FROM omissions WHERE transcript = ? ORDER BY begin, id`, transcript)
	if err != nil {
		return nil, err
	}
	return collect(rows, scanOmission)
}

func scanOmission(scan scanner) (o app.Omission, err error) {
	var segment string
	if err := scan(&o.ID, &o.Reason, &segment); err != nil {
		return o, err
	}
	return o, json.Unmarshal([]byte(segment), &o.Segment)
}

// Keep implements app.Library.
func (s *Store) Keep(ctx context.Context, transcript, omission int64) error {
	return s.change(ctx, func(tx *sql.Tx) error {
		o, err := scanOmission(tx.QueryRowContext(ctx, `
			DELETE FROM omissions WHERE id = ? AND transcript = ? RETURNING id, reason, segment`, omission, transcript).Scan)
		if err != nil {
			return err
		}
		return addSegment(ctx, tx, transcript, &o.Segment)
	})
}

// Replace implements app.Library.
func (s *Store) Replace(ctx context.Context, transcript, omission int64, heard app.Progress) error {
	return s.change(ctx, func(tx *sql.Tx) error {
		// First, so that a new omission does not get the id of the one that goes.
		if err := addHeard(ctx, tx, transcript, heard); err != nil {
			return err
		}
		return one(tx.ExecContext(ctx, `DELETE FROM omissions WHERE id = ? AND transcript = ?`, omission, transcript))
	})
}
