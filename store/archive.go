package store

import (
	"context"
	"database/sql"
	"encoding/json"

	"earshot/app"
)

// Archive implements app.Library.
func (s *Store) Archive(ctx context.Context, yield func(app.Archived) error) error {
	return s.look(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT id FROM transcripts ORDER BY id`)
		if err != nil {
			return err
		}
		ids, err := collect(rows, scanID)
		if err != nil {
			return err
		}
		for _, id := range ids {
			a, err := archived(ctx, tx, id)
			if err != nil {
				return err
			}
			if err := yield(a); err != nil {
				return err
			}
		}
		return nil
	})
}

func scanID(scan scanner) (id int64, err error) {
	err = scan(&id)
	return id, err
}

// archived reads a transcript with all that belongs to it.
func archived(ctx context.Context, tx *sql.Tx, id int64) (a app.Archived, err error) {
	t, err := transcript(ctx, tx, id)
	if err != nil {
		return a, err
	}
	a.Entry, a.Segments, a.Omissions = t.Entry, t.Segments, t.Omissions
	a.Speakers = t.Speakers
	if err := nameByLabel(ctx, tx, &a); err != nil {
		return a, err
	}
	a.Originals, err = originals(ctx, tx, id, "o.label")
	return a, err
}

// nameByLabel puts the labels of speakers in the place of their names.
func nameByLabel(ctx context.Context, tx *sql.Tx, a *app.Archived) error {
	rows, err := tx.QueryContext(ctx, `
		SELECT coalesce(p.label, '') FROM segments s LEFT JOIN speakers p ON p.id = s.speaker
		WHERE s.transcript = ? `+inOrder, a.ID)
	if err != nil {
		return err
	}
	defer rows.Close()
	for i := 0; rows.Next(); i++ {
		if err := rows.Scan(&a.Segments[i].Speaker); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Unarchive implements app.Library.
func (s *Store) Unarchive(ctx context.Context, all []app.Archived) (added []int64, err error) {
	err = s.change(ctx, func(tx *sql.Tx) error {
		for _, a := range all {
			id, err := held(ctx, tx, a)
			if err == nil && id != 0 {
				if id, err = s.bringBack(ctx, tx, id, a); err == nil && id != 0 {
					added = append(added, id)
				}
			} else if err == nil {
				if id, err = unarchive(ctx, tx, a); err == nil {
					added = append(added, id)
				}
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return added, nil
}

// held is the transcript in the library that is the same; 0 if there is none.
func held(ctx context.Context, tx *sql.Tx, a app.Archived) (int64, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT t.id FROM transcripts t JOIN recordings r ON r.id = t.recording
		WHERE r.hash = ? AND t.key = ? AND t.created = ?`, hashOf(a.Source), a.Key, a.Created.UnixMilli())
	if err != nil {
		return 0, err
	}
	ids, err := collect(rows, scanID)
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		mine, err := archived(ctx, tx, id)
		if err != nil {
			return 0, err
		}
		if mine.Same(a) {
			return id, nil
		}
	}
	return 0, nil
}

// bringBack takes a transcript out of the trash if it was not there when it was
// archived; the id is 0 if there was nothing to do.
func (s *Store) bringBack(ctx context.Context, tx *sql.Tx, id int64, a app.Archived) (int64, error) {
	if !a.Trashed.IsZero() {
		return 0, nil
	}
	result, err := tx.ExecContext(ctx, `UPDATE transcripts SET trashed = NULL WHERE id = ? AND trashed IS NOT NULL`, id)
	if err != nil {
		return 0, err
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return 0, err
	}
	return id, nil
}

// unarchive adds a transcript.
func unarchive(ctx context.Context, tx *sql.Tx, a app.Archived) (id int64, err error) {
	var recording int64
	// What the library knows about a recording is newer.
	err = tx.QueryRowContext(ctx, `
		INSERT INTO recordings (hash, path, size, duration, removed) VALUES (?, ?, ?, ?, CASE WHEN ? THEN 0 END)
		ON CONFLICT (hash) DO UPDATE SET hash = excluded.hash RETURNING id`,
		hashOf(a.Source), a.Source.Path, a.Source.Size, a.Source.Duration, a.Source.Removed).Scan(&recording)
	if err != nil {
		return 0, err
	}
	options, err := json.Marshal(a.Options)
	if err != nil {
		return 0, err
	}
	warnings, err := json.Marshal(append([]string{}, a.Warnings...))
	if err != nil {
		return 0, err
	}
	trashed := sql.NullInt64{Int64: a.Trashed.UnixMilli(), Valid: !a.Trashed.IsZero()}
	result, err := tx.ExecContext(ctx, `
		INSERT INTO transcripts (recording, title, options, key, model, language, device, load, speed, state, position,
			duration, warnings, created, trashed, origin, favourite)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, coalesce(nullif(?, ''), 'file'), ?)`,
		recording, a.Title, string(options), a.Key, a.Model, a.Language, a.Device, a.Load, a.Speed, a.State, a.Position,
		a.Duration, string(warnings), a.Created.UnixMilli(), trashed, a.Origin, a.Favourite)
	if err != nil {
		return 0, err
	}
	if id, err = result.LastInsertId(); err != nil {
		return 0, err
	}
	for _, tag := range a.Tags {
		if _, err := tx.ExecContext(ctx, `INSERT INTO tags (tag, transcript) VALUES (?, ?) ON CONFLICT DO NOTHING`, tag, id); err != nil {
			return 0, err
		}
	}
	return id, unarchiveText(ctx, tx, id, a)
}

// unarchiveText adds what was said.
func unarchiveText(ctx context.Context, tx *sql.Tx, id int64, a app.Archived) error {
	for _, p := range a.Speakers {
		if err := putSpeaker(ctx, tx, id, p); err != nil {
			return err
		}
	}
	for _, seg := range a.Segments {
		speaker, err := saveSpeaker(ctx, tx, id, seg.Speaker)
		if err != nil {
			return err
		}
		seg.ID = 0
		if err := insertSegment(ctx, tx, id, &seg, speaker); err != nil {
			return err
		}
	}
	for _, o := range a.Originals {
		if err := insertOriginal(ctx, tx, id, o); err != nil {
			return err
		}
	}
	for _, o := range a.Omissions {
		if err := addOmission(ctx, tx, id, o); err != nil {
			return err
		}
	}
	return nil
}

// hashOf is what a recording is known by.
func hashOf(r app.Source) string {
	if r.Hash == "" {
		return growing + r.Path
	}
	return r.Hash
}
