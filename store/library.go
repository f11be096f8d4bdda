package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"earshot/app"
)

// List implements app.Library.
func (s *Store) List(ctx context.Context, f app.Filter, p app.Page) (l app.Listing, err error) {
	where := filtered(f)
	limit := -1
	if p.Limit > 0 {
		limit = p.Limit
	}
	err = s.look(ctx, func(tx *sql.Tx) error {
		from := ` FROM transcripts t WHERE ` + where.text()
		if err := tx.QueryRowContext(ctx, `SELECT count(*)`+from, where.args...).Scan(&l.Total); err != nil {
			return err
		}
		// Only the entries of the page are read, the others are only counted.
		rows, err := tx.QueryContext(ctx, selectEntries+`
			WHERE t.id IN (SELECT t.id`+from+` ORDER BY t.created DESC, t.id DESC LIMIT ? OFFSET ?)
			ORDER BY t.created DESC, t.id DESC`, append(where.args, limit, max(0, p.Offset))...)
		if err != nil {
			return err
		}
		l.Entries, err = collect(rows, scanEntry)
		return err
	})
	return l, err
}

// filtered is what a transcript t has to meet.
func filtered(f app.Filter) clause {
	var c clause
	if f.Trashed {
		c.add(`t.trashed IS NOT NULL`)
	} else {
		c.add(`t.trashed IS NULL`)
	}
	oneOf(&c, `t.origin IN`, f.Origins)
	oneOf(&c, `t.language IN`, f.Languages)
	oneOf(&c, `t.model COLLATE NOCASE IN`, f.Models)
	oneOf(&c, `t.id IN (SELECT transcript FROM speakers WHERE name COLLATE NOCASE IN`, f.Speakers)
	oneOf(&c, `t.id IN (SELECT transcript FROM tags WHERE tag IN`, f.Tags)
	if f.Title != "" {
		c.add(`instr(lower(t.title), lower(?)) > 0`, f.Title)
	}
	if f.Path != "" {
		c.add(`t.recording IN (SELECT id FROM recordings WHERE path = ?)`, f.Path)
	}
	if !f.After.IsZero() {
		c.add(`t.created >= ?`, f.After.UnixMilli())
	}
	if !f.Before.IsZero() {
		c.add(`t.created < ?`, f.Before.UnixMilli())
	}
	if f.Warned {
		c.add(`t.warnings <> '[]'`)
	}
	if f.Favourite {
		c.add(`t.favourite`)
	}
	return c
}

// oneOf adds that one of values has to be met, if there are any; a bracket that
// column opens is closed.
func oneOf[T ~string](c *clause, column string, values []T) {
	if len(values) == 0 {
		return
	}
	var args []any
	for _, v := range values {
		args = append(args, string(v))
	}
	text := column + ` (?` + strings.Repeat(`, ?`, len(values)-1) + `)`
	c.add(text+strings.Repeat(")", strings.Count(text, "(")-strings.Count(text, ")")), args...)
}

// Facets implements app.Library.
func (s *Store) Facets(ctx context.Context) (f app.Facets, err error) {
	err = s.look(ctx, func(tx *sql.Tx) error {
		for _, q := range []struct {
			into *[]app.Facet
			sql  string
		}{
			{&f.Origins, `SELECT origin, count(*) AS n FROM transcripts WHERE trashed IS NULL`},
			{&f.Languages, `SELECT language, count(*) AS n FROM transcripts WHERE trashed IS NULL AND language <> ''`},
			{&f.Models, `SELECT model COLLATE NOCASE, count(*) AS n FROM transcripts WHERE trashed IS NULL AND model <> ''`},
			{&f.Speakers, `SELECT name COLLATE NOCASE, count(DISTINCT transcript) AS n FROM speakers
				WHERE transcript NOT IN (SELECT id FROM transcripts WHERE trashed IS NOT NULL)`},
			{&f.Tags, `SELECT tag, count(*) AS n FROM tags WHERE transcript NOT IN (SELECT id FROM transcripts WHERE trashed IS NOT NULL)`},
		} {
			rows, err := tx.QueryContext(ctx, q.sql+` GROUP BY 1 ORDER BY n DESC, 1`)
			if err != nil {
				return err
			}
			if *q.into, err = collect(rows, scanFacet); err != nil {
				return err
			}
		}
		return tx.QueryRowContext(ctx, `SELECT
			(SELECT count(*) FROM transcripts WHERE favourite AND trashed IS NULL),
			(SELECT count(*) FROM transcripts WHERE warnings <> '[]' AND trashed IS NULL),
			(SELECT count(*) FROM transcripts WHERE trashed IS NOT NULL)`).Scan(&f.Favourites, &f.Warned, &f.Trashed)
	})
	return f, err
}

func scanFacet(scan scanner) (f app.Facet, err error) {
	err = scan(&f.Value, &f.Count)
	return f, err
}

// Tag implements app.Library.
func (s *Store) Tag(ctx context.Context, tag string, ids ...int64) error {
	return s.change(ctx, func(tx *sql.Tx) error {
		list, err := existing(ctx, tx, ids)
		if err != nil {
			return err
		}
		// One spelling of a tag for all.
		_, err = tx.ExecContext(ctx, `
			INSERT INTO tags (tag, transcript)
			SELECT coalesce((SELECT tag FROM tags WHERE tag = ?1), ?1), value FROM json_each(?2) WHERE TRUE
			ON CONFLICT DO NOTHING`, tag, list)
		return err
	})
}

// Untag implements app.Library.
func (s *Store) Untag(ctx context.Context, tag string, ids ...int64) error {
	return s.change(ctx, func(tx *sql.Tx) error {
		list, err := existing(ctx, tx, ids)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM tags WHERE tag = ? AND transcript IN (SELECT value FROM json_each(?))`, tag, list)
		return err
	})
}

// SetFavourite implements app.Library.
func (s *Store) SetFavourite(ctx context.Context, on bool, ids ...int64) error {
	return s.updateAll(ctx, `UPDATE transcripts SET favourite = ? WHERE id IN (SELECT value FROM json_each(?))`, ids, on)
}

// Trash implements app.Library.
func (s *Store) Trash(ctx context.Context, ids ...int64) error {
	return s.updateAll(ctx, `UPDATE transcripts SET trashed = ? WHERE id IN (SELECT value FROM json_each(?))`, ids, s.now().UnixMilli())
}

// Restore implements app.Library.
func (s *Store) Restore(ctx context.Context, ids ...int64) error {
	return s.updateAll(ctx, `UPDATE transcripts SET trashed = NULL WHERE id IN (SELECT value FROM json_each(?))`, ids)
}

// Delete implements app.Library.
func (s *Store) Delete(ctx context.Context, ids ...int64) error {
	return s.change(ctx, func(tx *sql.Tx) error {
		list, err := json.Marshal(ids)
		if err != nil {
			return err
		}
		if err := one(tx.ExecContext(ctx, `DELETE FROM transcripts WHERE id IN (SELECT value FROM json_each(?))`, string(list))); err != nil {
			return err
		}
		return dropOrphans(ctx, tx)
	})
}

// updateAll runs a statement whose last parameter is the list of ids.
func (s *Store) updateAll(ctx context.Context, query string, ids []int64, args ...any) error {
	list, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	return s.update(ctx, query, append(args, string(list))...)
}

// existing is the JSON list of those of ids that are there; none is an error.
func existing(ctx context.Context, tx *sql.Tx, ids []int64) (list string, err error) {
	given, err := json.Marshal(ids)
	if err != nil {
		return "", err
	}
	err = tx.QueryRowContext(ctx, `
		SELECT json_group_array(id) FROM transcripts WHERE id IN (SELECT value FROM json_each(?)) HAVING count(*) > 0`, string(given)).Scan(&list)
	return list, err
}

// Sounds implements app.Library.
func (s *Store) Sounds(ctx context.Context, dir string) (all []app.Sound, err error) {
	within := filepath.Clean(dir) + string(filepath.Separator)
	err = s.look(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `
			SELECT r.path, r.size, max(t.created), min(t.state = ?)
			FROM recordings r JOIN transcripts t ON t.recording = r.id
			WHERE r.removed IS NULL AND substr(r.path, 1, length(?)) = ? AND r.hash NOT LIKE ?
			GROUP BY r.path`, app.StateDone, within, within, growing+"%")
		if err != nil {
			return err
		}
		all, err = collect(rows, func(scan scanner) (s app.Sound, err error) {
			var newest int64
			err = scan(&s.Path, &s.Size, &newest, &s.Done)
			s.Newest = time.UnixMilli(newest)
			return s, err
		})
		return err
	})
	return slices.DeleteFunc(all, func(s app.Sound) bool { return filepath.Dir(s.Path) != filepath.Clean(dir) }), err
}

// HasSound implements app.Library.
func (s *Store) HasSound(ctx context.Context, hash string) (known bool, err error) {
	err = s.look(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `
			SELECT EXISTS (SELECT 1 FROM recordings r JOIN transcripts t ON t.recording = r.id WHERE r.hash = ? AND r.removed IS NULL)`,
			hash).Scan(&known)
	})
	return known, err
}

// SoundRemoved implements app.Library.
func (s *Store) SoundRemoved(ctx context.Context, path string) error {
	return s.update(ctx, `UPDATE recordings SET removed = ? WHERE path = ?`, s.now().UnixMilli(), path)
}
