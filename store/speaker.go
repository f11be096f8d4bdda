package store

import (
	"context"
	"database/sql"
	"errors"

	"earshot/app"
)

// saveSpeaker finds the speaker of this label or adds them; NULL for nobody.
func saveSpeaker(ctx context.Context, tx *sql.Tx, transcript int64, label string) (id sql.NullInt64, err error) {
	if label == "" {
		return id, nil
	}
	err = tx.QueryRowContext(ctx, `
		INSERT INTO speakers (transcript, label, name) VALUES (?, ?, ?)
		ON CONFLICT (transcript, label) DO UPDATE SET label = excluded.label
		RETURNING id`, transcript, label, label).Scan(&id)
	return id, err
}

// speakerNamed finds the speaker that a person knows by this name, or the one
// that the machine does, or adds them; NULL for nobody.
func speakerNamed(ctx context.Context, tx *sql.Tx, transcript int64, name string) (id sql.NullInt64, err error) {
	if name == "" {
		return id, nil
	}
	err = tx.QueryRowContext(ctx, `SELECT id FROM speakers WHERE transcript = ? AND name = ?`, transcript, name).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return saveSpeaker(ctx, tx, transcript, name)
	}
	return id, err
}

func putSpeaker(ctx context.Context, tx *sql.Tx, transcript int64, p app.Speaker) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO speakers (transcript, label, name, colour) VALUES (?, ?, ?, ?)
		ON CONFLICT (transcript, label) DO UPDATE SET name = excluded.name, colour = excluded.colour`,
		transcript, p.Label, p.Name, p.Colour)
	return err
}

// dismiss removes a speaker who says nothing; one who does is called by the
// label again.
func dismiss(ctx context.Context, tx *sql.Tx, transcript int64, label string) error {
	_, err := tx.ExecContext(ctx, `
		DELETE FROM speakers WHERE transcript = ? AND label = ? AND NOT EXISTS (SELECT 1 FROM segments s WHERE s.speaker = speakers.id)`,
		transcript, label)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE speakers SET name = label WHERE transcript = ? AND label = ? AND name = ''`, transcript, label)
	return err
}

func speakers(ctx context.Context, tx *sql.Tx, transcript int64) ([]app.Speaker, error) {
	rows, err := tx.QueryContext(ctx, `SELECT label, name, colour FROM speakers WHERE transcript = ? ORDER BY id`, transcript)
	if err != nil {
		return nil, err
	}
	return collect(rows, func(scan scanner) (p app.Speaker, err error) {
		err = scan(&p.Label, &p.Name, &p.Colour)
		return p, err
	})
}
