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
			INSERT INTO transcripts (recording, title, options, key, model, language, device, state, owner, duration, created, origin)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
				coalesce(nullif(?, ''), (SELECT origin FROM transcripts WHERE recording = ?), 'file'))`,
			recording, e.Title, string(options), e.Key, e.Model, e.Language, e.Device, app.StateRunning, s.instance.name,
			e.Duration, e.Created.UnixMilli(), e.Origin, recording)
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
	err = tx.QueryRowContext(ctx, `
		INSERT INTO recordings (hash, path, size, duration) VALUES (?, ?, ?, ?)
		ON CONFLICT (hash) DO UPDATE SET path = excluded.path, removed = NULL
		RETURNING id`, hashOf(r), r.Path, r.Size, r.Duration).Scan(&id)
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

// addSegment stores a new segment and gives it its number.
func addSegment(ctx context.Context, tx *sql.Tx, transcript int64, seg *app.Segment) error {
	speaker, err := saveSpeaker(ctx, tx, transcript, seg.Speaker)
	if err != nil {
		return err
	}
	seg.ID = 0
	return insertSegment(ctx, tx, transcript, seg, speaker)
}

// insertSegment adds a segment under its ID, or if that is 0 under one that no
// segment has ever had.
func insertSegment(ctx context.Context, tx *sql.Tx, transcript int64, seg *app.Segment, speaker sql.NullInt64) error {
	err := tx.QueryRowContext(ctx, `
		INSERT INTO segments (id, transcript, begin, finish, text, confidence, speaker, edited)
		VALUES (coalesce(nullif(?, 0), 1 + max((SELECT last FROM segment_numbers), (SELECT coalesce(max(id), 0) FROM segments))),
			?, ?, ?, ?, ?, ?, ?)
		RETURNING id`,
		seg.ID, transcript, seg.Start, seg.End, seg.Text, seg.Confidence, speaker, seg.Edited).Scan(&seg.ID)
	if err != nil {
		return err
	}
	return saveWords(ctx, tx, *seg)
}

// saveWords makes the words of a segment those that seg has.
func saveWords(ctx context.Context, tx *sql.Tx, seg app.Segment) error {
	if len(seg.Words) == 0 {
		_, err := tx.ExecContext(ctx, `DELETE FROM segment_words WHERE segment = ?`, seg.ID)
		return err
	}
	_, err := tx.ExecContext(ctx, `REPLACE INTO segment_words (segment, words) VALUES (?, ?)`, seg.ID, packWords(seg.Words))
	return err
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
		for _, of := range []string{"segments WHERE edited = 0 AND", "omissions WHERE"} {
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

// Unrecorded implements app.Library.
func (s *Store) Unrecorded(ctx context.Context) (all []app.Entry, err error) {
	err = s.look(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, selectEntries+`
			WHERE r.hash = ? || r.path AND t.state = ? AND t.trashed IS NULL ORDER BY t.created DESC, t.id DESC`,
			growing, app.StateInterrupted)
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

// Purge implements app.Library.
func (s *Store) Purge(ctx context.Context) (paths []string, err error) {
	err = s.change(ctx, func(tx *sql.Tx) error {
		old := s.now().AddDate(0, 0, -app.TrashDays).UnixMilli()
		if _, err := tx.ExecContext(ctx, `DELETE FROM transcripts WHERE trashed < ?`, old); err != nil {
			return err
		}
		// A path can stand for several recordings, if its file has changed.
		rows, err := tx.QueryContext(ctx, `
			SELECT path FROM recordings GROUP BY path HAVING max(id IN (SELECT recording FROM transcripts)) = 0`)
		if err != nil {
			return err
		}
		paths, err = collect(rows, func(scan scanner) (path string, err error) {
			err = scan(&path)
			return path, err
		})
		if err != nil {
			return err
		}
		return dropOrphans(ctx, tx)
	})
	return paths, err
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
		t.duration, t.warnings, t.created, r.path, r.hash, r.size, r.duration, r.removed IS NOT NULL, t.origin, t.favourite,
		(SELECT json_group_array(tag) FROM (SELECT tag FROM tags WHERE transcript = t.id ORDER BY tag)),
		(SELECT json_group_array(name) FROM (SELECT DISTINCT name FROM speakers WHERE transcript = t.id ORDER BY name)),
		EXISTS (SELECT 1 FROM segments WHERE transcript = t.id AND edited)
			OR EXISTS (SELECT 1 FROM originals WHERE transcript = t.id),
		t.trashed
	FROM transcripts t JOIN recordings r ON r.id = t.recording`

// scanner is the Scan method of a row.
type scanner = func(dest ...any) error

func scanEntry(scan scanner) (app.Entry, error) {
	var e app.Entry
	var options, warnings, tags, speakers string
	var created int64
	var trashed sql.NullInt64
	err := scan(&e.ID, &e.Title, &options, &e.Key, &e.Model, &e.Language, &e.Device, &e.Load, &e.Speed, &e.State, &e.Position,
		&e.Duration, &warnings, &created, &e.Source.Path, &e.Source.Hash, &e.Source.Size, &e.Source.Duration, &e.Source.Removed,
		&e.Origin, &e.Favourite, &tags, &speakers, &e.Edited, &trashed)
	if err != nil {
		return app.Entry{}, err
	}
	e.Created = time.UnixMilli(created)
	if trashed.Valid {
		e.Trashed = time.UnixMilli(trashed.Int64)
	}
	if strings.HasPrefix(e.Source.Hash, growing) {
		e.Source.Hash = ""
	}
	return e, errors.Join(json.Unmarshal([]byte(options), &e.Options), readList(warnings, &e.Warnings),
		readList(tags, &e.Tags), readList(speakers, &e.Heard))
}

// readList reads a JSON list; an empty one is nil.
func readList(list string, into *[]string) error {
	if list == "[]" {
		return nil
	}
	return json.Unmarshal([]byte(list), into)
}

func entry(ctx context.Context, tx *sql.Tx, id int64) (app.Entry, error) {
	return scanEntry(tx.QueryRowContext(ctx, selectEntries+` WHERE t.id = ?`, id).Scan)
}

func transcript(ctx context.Context, tx *sql.Tx, id int64) (t app.Transcript, err error) {
	if t.Entry, err = entry(ctx, tx, id); err != nil {
		return t, err
	}
	rows, err := tx.QueryContext(ctx, selectSegments+` WHERE s.transcript = ? `+inOrder, id)
	if err != nil {
		return t, err
	}
	t.Segments, err = collect(rows, scanSegment)
	if err != nil {
		return t, err
	}
	if t.Speakers, err = speakers(ctx, tx, id); err != nil {
		return t, err
	}
	if t.Originals, err = originals(ctx, tx, id, "coalesce(p.name, o.label)"); err != nil {
		return t, err
	}
	t.Omissions, err = omissions(ctx, tx, id)
	return t, err
}

// inOrder is the order of a transcript's segments.
const inOrder = `ORDER BY s.begin, s.finish, s.id`

const selectSegments = `
	SELECT s.id, s.begin, s.finish, s.text, s.confidence, coalesce(p.name, ''), s.edited, w.words
	FROM segments s LEFT JOIN speakers p ON p.id = s.speaker LEFT JOIN segment_words w ON w.segment = s.id`

func scanSegment(scan scanner) (s app.Segment, err error) {
	var words sql.RawBytes // is not copied, which QueryRow does not allow
	if err := scan(&s.ID, &s.Start, &s.End, &s.Text, &s.Confidence, &s.Speaker, &s.Edited, &words); err != nil {
		return s, err
	}
	if s.Words, err = unpackWords(words); err != nil {
		return s, fmt.Errorf("read segment %d: %w", s.ID, err)
	}
	return s, nil
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
