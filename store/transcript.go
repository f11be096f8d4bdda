package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"earshot/app"
)

// Create implements app.Library.
func (s *Store) Create(ctx context.Context, e app.Entry) (id int64, err error) {
	options, err := json.Marshal(e.Options)
	if err != nil {
		return 0, err
	}
	err = s.change(ctx, func(tx *sql.Tx) error {
		recording, err := saveRecording(ctx, tx, e.Source)
		if err != nil {
			return err
		}
		result, err := tx.ExecContext(ctx, `
			INSERT INTO transcripts (recording, title, options, key, model, language, device, state, owner, duration, created)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			recording, e.Title, string(options), e.Key, e.Model, e.Language, e.Device, app.StateRunning, s.instance.name,
			e.Duration, e.Created.UnixMilli())
		if err != nil {
			return err
		}
		id, err = result.LastInsertId()
		return err
	})
	return id, err
}

// growing stands before the path, in the place of a checksum, while a recording
// is still being made.
const growing = "growing:"

// saveRecording finds the recording with this content or adds it. Its path is
// where it was seen last.
func saveRecording(ctx context.Context, tx *sql.Tx, r app.Source) (id int64, err error) {
	if r.Hash == "" {
		r.Hash = growing + r.Path
	}
	err = tx.QueryRowContext(ctx, `
		INSERT INTO recordings (hash, path, size, duration) VALUES (?, ?, ?, ?)
		ON CONFLICT (hash) DO UPDATE SET path = excluded.path
		RETURNING id`, r.Hash, r.Path, r.Size, r.Duration).Scan(&id)
	return id, err
}

// Recorded implements app.Library.
func (s *Store) Recorded(ctx context.Context, id int64, r app.Source) error {
	return s.change(ctx, func(tx *sql.Tx) error {
		recording, err := saveRecording(ctx, tx, r)
		if err != nil {
			return err
		}
		if err := one(tx.ExecContext(ctx, `UPDATE transcripts SET recording = ?, duration = ? WHERE id = ?`, recording, r.Duration, id)); err != nil {
			return err
		}
		return dropOrphans(ctx, tx)
	})
}

// Append implements app.Library.
func (s *Store) Append(ctx context.Context, id int64, p app.Progress) error {
	return s.change(ctx, func(tx *sql.Tx) error {
		// First, as it tells whether the transcript is there.
		err := one(tx.ExecContext(ctx, `
			UPDATE transcripts SET position = max(position, ?),
				language = CASE WHEN ? <> '' THEN ? ELSE language END,
				device = CASE WHEN ? <> '' THEN ? ELSE device END
			WHERE id = ?`, p.Position, p.Language, p.Language, p.Device, p.Device, id))
		if err != nil {
			return err
		}
		return addHeard(ctx, tx, id, p)
	})
}

// addHeard adds the segments and omissions of p to a transcript.
func addHeard(ctx context.Context, tx *sql.Tx, transcript int64, p app.Progress) error {
	for i := range p.Segments {
		if err := addSegment(ctx, tx, transcript, &p.Segments[i]); err != nil {
			return err
		}
	}
	for _, o := range p.Omissions {
		if err := addOmission(ctx, tx, transcript, o); err != nil {
			return err
		}
	}
	return nil
}

// addSegment stores a segment and gives it its number.
func addSegment(ctx context.Context, tx *sql.Tx, transcript int64, seg *app.Segment) error {
	speaker, err := saveSpeaker(ctx, tx, transcript, seg.Speaker)
	if err != nil {
		return err
	}
	result, err := tx.ExecContext(ctx, `INSERT INTO segments (transcript, begin, finish, text, confidence, speaker) VALUES (?, ?, ?, ?, ?, ?)`,
		transcript, seg.Start, seg.End, seg.Text, seg.Confidence, speaker)
	if err != nil {
		return err
	}
	if seg.ID, err = result.LastInsertId(); err != nil {
		return err
	}
	return saveWords(ctx, tx, *seg)
}

// saveSpeaker finds the speaker of this name or adds them; NULL for nobody.
func saveSpeaker(ctx context.Context, tx *sql.Tx, transcript int64, name string) (id sql.NullInt64, err error) {
	if name == "" {
		return id, nil
	}
	err = tx.QueryRowContext(ctx, `
		INSERT INTO speakers (transcript, label, name) VALUES (?, ?, ?)
		ON CONFLICT (transcript, label) DO UPDATE SET label = excluded.label
		RETURNING id`, transcript, name, name).Scan(&id)
	return id, err
}

func saveWords(ctx context.Context, tx *sql.Tx, seg app.Segment) error {
	insert, err := tx.PrepareContext(ctx, `INSERT INTO words (segment, position, begin, finish, text, confidence) VALUES (?, ?, ?, ?, ?, ?)`)
	if err != nil {
		return err
	}
	defer insert.Close()
	for i, w := range seg.Words {
		if _, err := insert.ExecContext(ctx, seg.ID, i, w.Start, w.End, w.Text, w.Confidence); err != nil {
			return err
		}
	}
	return nil
}

// Finish implements app.Library.
func (s *Store) Finish(ctx context.Context, id int64, end app.Ending) error {
	warnings, err := json.Marshal(append([]string{}, end.Warnings...))
	if err != nil {
		return err
	}
	return s.change(ctx, func(tx *sql.Tx) error {
		return one(tx.ExecContext(ctx, `
			UPDATE transcripts SET state = ?, owner = '', warnings = ?,
				duration = CASE WHEN ? > 0 THEN ? ELSE duration END,
				speed = CASE WHEN ? > 0 THEN ? ELSE speed END,
				load = CASE WHEN ? > 0 THEN ? ELSE load END,
				position = CASE WHEN ? THEN max(position, ?) ELSE position END
			WHERE id = ?`,
			end.State, string(warnings), end.Duration, end.Duration, end.Speed, end.Speed, end.Load, end.Load,
			end.State == app.StateDone, end.Duration, id))
	})
}

// Restart implements app.Library.
func (s *Store) Restart(ctx context.Context, id int64) (t app.Transcript, err error) {
	err = s.change(ctx, func(tx *sql.Tx) error {
		var e app.Entry
		if e, err = entry(ctx, tx, id); err != nil {
			return err
		}
		if !e.State.Resumable() {
			return fmt.Errorf("resume a transcript that is %s", e.State)
		}
		// Segments of the window that was in flight begin at the position or after.
		for _, of := range []string{"segments WHERE original IS NULL AND", "omissions WHERE"} {
			if _, err := tx.ExecContext(ctx, `DELETE FROM `+of+` transcript = ? AND begin >= ?`, id, e.Position-0.0005); err != nil {
				return err
			}
		}
		if err := one(tx.ExecContext(ctx, `UPDATE transcripts SET state = ?, owner = ? WHERE id = ?`, app.StateRunning, s.instance.name, id)); err != nil {
			return err
		}
		t, err = transcript(ctx, tx, id)
		return err
	})
	return t, err
}

// Cached implements app.Library.
func (s *Store) Cached(ctx context.Context, hash, key string) (e app.Entry, err error) {
	err = s.look(ctx, func(tx *sql.Tx) error {
		e, err = scanEntry(tx.QueryRowContext(ctx, selectEntries+`
			WHERE r.hash = ? AND t.key = ? AND t.trashed IS NULL AND t.state <> ?
			ORDER BY t.state = ? DESC, t.created DESC, t.id DESC LIMIT 1`,
			hash, key, app.StateRunning, app.StateDone).Scan)
		return err
	})
	return e, err
}

// List implements app.Library.
func (s *Store) List(ctx context.Context) (all []app.Entry, err error) {
	err = s.look(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, selectEntries+` WHERE t.trashed IS NULL ORDER BY t.created DESC, t.id DESC`)
		if err != nil {
			return err
		}
		all, err = collect(rows, scanEntry)
		return err
	})
	return all, err
}

// Entry implements app.Library.
func (s *Store) Entry(ctx context.Context, id int64) (e app.Entry, err error) {
	err = s.look(ctx, func(tx *sql.Tx) error {
		e, err = scanEntry(tx.QueryRowContext(ctx, selectEntries+` WHERE t.id = ? AND t.trashed IS NULL`, id).Scan)
		return err
	})
	return e, err
}

// Transcript implements app.Library.
func (s *Store) Transcript(ctx context.Context, id int64) (t app.Transcript, err error) {
	err = s.look(ctx, func(tx *sql.Tx) error {
		t, err = transcript(ctx, tx, id)
		return err
	})
	return t, err
}

// Rename implements app.Library.
func (s *Store) Rename(ctx context.Context, id int64, title string) error {
	return s.update(ctx, `UPDATE transcripts SET title = ? WHERE id = ?`, title, id)
}

// Trash implements app.Library.
func (s *Store) Trash(ctx context.Context, id int64) error {
	return s.update(ctx, `UPDATE transcripts SET trashed = ? WHERE id = ?`, s.now().UnixMilli(), id)
}

// Restore implements app.Library.
func (s *Store) Restore(ctx context.Context, id int64) error {
	return s.update(ctx, `UPDATE transcripts SET trashed = NULL WHERE id = ?`, id)
}

// Delete implements app.Library.
func (s *Store) Delete(ctx context.Context, id int64) error {
	return s.change(ctx, func(tx *sql.Tx) error {
		if err := one(tx.ExecContext(ctx, `DELETE FROM transcripts WHERE id = ?`, id)); err != nil {
			return err
		}
		return dropOrphans(ctx, tx)
	})
}

func (s *Store) update(ctx context.Context, query string, args ...any) error {
	return s.change(ctx, func(tx *sql.Tx) error { return one(tx.ExecContext(ctx, query, args...)) })
}

// dropOrphans removes recordings that no transcript refers to.
func dropOrphans(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM recordings WHERE id NOT IN (SELECT recording FROM transcripts)`)
	return err
}

// one expects a statement to have changed one row: none means that the
// transcript is not there.
func one(result sql.Result, err error) error {
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, sql.ErrNoRows)
	}
	return nil
}

const selectEntries = `
	SELECT t.id, t.title, t.options, t.key, t.model, t.language, t.device, t.load, t.speed, t.state, t.position,
		t.duration, t.warnings, t.created, r.path, r.hash, r.size, r.duration
	FROM transcripts t JOIN recordings r ON r.id = t.recording`

// scanner is the Scan method of a row.
type scanner = func(dest ...any) error

func scanEntry(scan scanner) (app.Entry, error) {
	var e app.Entry
	var options, warnings string
	var created int64
	err := scan(&e.ID, &e.Title, &options, &e.Key, &e.Model, &e.Language, &e.Device, &e.Load, &e.Speed, &e.State, &e.Position,
		&e.Duration, &warnings, &created, &e.Source.Path, &e.Source.Hash, &e.Source.Size, &e.Source.Duration)
	if err != nil {
		return app.Entry{}, err
	}
	e.Created = time.UnixMilli(created)
	if strings.HasPrefix(e.Source.Hash, growing) {
		e.Source.Hash = ""
	}
	err = errors.Join(json.Unmarshal([]byte(options), &e.Options), json.Unmarshal([]byte(warnings), &e.Warnings))
	return e, err
}

func entry(ctx context.Context, tx *sql.Tx, id int64) (app.Entry, error) {
	return scanEntry(tx.QueryRowContext(ctx, selectEntries+` WHERE t.id = ?`, id).Scan)
}

func transcript(ctx context.Context, tx *sql.Tx, id int64) (t app.Transcript, err error) {
	if t.Entry, err = entry(ctx, tx, id); err != nil {
		return t, err
	}
	rows, err := tx.QueryContext(ctx, selectSegments+` WHERE s.transcript = ? ORDER BY s.begin, s.id`, id)
	if err != nil {
		return t, err
	}
	t.Segments, err = collect(rows, scanSegment)
	if err != nil {
		return t, err
	}
	if err = addWords(ctx, tx, &t); err != nil {
		return t, err
	}
	t.Omissions, err = omissions(ctx, tx, id)
	return t, err
}

const selectSegments = `
	SELECT s.id, s.begin, s.finish, s.text, s.confidence, coalesce(p.name, ''), s.original IS NOT NULL
	FROM segments s LEFT JOIN speakers p ON p.id = s.speaker`

func scanSegment(scan scanner) (s app.Segment, err error) {
	err = scan(&s.ID, &s.Start, &s.End, &s.Text, &s.Confidence, &s.Speaker, &s.Edited)
	return s, err
}

// addWords gives the segments of t their words.
func addWords(ctx context.Context, tx *sql.Tx, t *app.Transcript) error {
	index := make(map[int64]*app.Segment, len(t.Segments))
	for i := range t.Segments {
		index[t.Segments[i].ID] = &t.Segments[i]
	}
	rows, err := tx.QueryContext(ctx, `
		SELECT w.segment, w.begin, w.finish, w.text, w.confidence
		FROM words w JOIN segments s ON s.id = w.segment
		WHERE s.transcript = ? ORDER BY w.segment, w.position`, t.ID)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var segment int64
		var w app.Word
		if err := rows.Scan(&segment, &w.Start, &w.End, &w.Text, &w.Confidence); err != nil {
			return err
		}
		if s := index[segment]; s != nil {
			s.Words = append(s.Words, w)
		}
	}
	return rows.Err()
}

// collect reads all rows.
func collect[T any](rows *sql.Rows, read func(scanner) (T, error)) ([]T, error) {
	defer rows.Close()
	var all []T
	for rows.Next() {
		v, err := read(rows.Scan)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}
