package store

import (
	"cmp"
	"context"
	"database/sql"
	"math"
	"slices"

	"earshot/app"
)

// walk goes through the places in an index, newest first, until there are
// enough.
func (f *finding) walk(ctx context.Context, x index) error {
	var where clause
	where.add(x.table+` MATCH ?`, x.match)
	all, seen, err := f.look(ctx, x, where, mostCandidates)
	if err != nil || all || seen < mostCandidates {
		return err
	}
	f.begin()
	return f.walkTranscripts(ctx, x)
}

// walkTranscripts goes through the places in the transcripts that meet the
// conditions, more and more of these at a time.
func (f *finding) walkTranscripts(ctx context.Context, x index) error {
	oldest := place{math.MaxInt64, 0}
	for n := mostRanges; ; n *= 2 {
		spans, err := f.spans(ctx, &oldest, n)
		if err != nil || len(spans) == 0 {
			return err
		}
		for _, span := range spans {
			var where clause
			where.add(x.table+` MATCH ?`, x.match)
			where.add(x.table+`.rowid BETWEEN ? AND ?`, span.first, span.last)
			full, _, err := f.look(ctx, x, where, -1)
			if err != nil || full {
				return err
			}
		}
	}
}

// span is where the segments of some transcripts lie.
type span struct{ first, last int64 }

// place is a transcript's in the list, where the newest is first.
type place struct{ created, id int64 }

// spans are those of the next n transcripts after one that meet the conditions,
// the highest rowids first; after becomes the last of these.
func (f *finding) spans(ctx context.Context, after *place, n int) ([]span, error) {
	var where clause
	where.add(`(t.created, t.id) < (?, ?)`, after.created, after.id)
	where.add(`t.trashed IS NULL`)
	where.conditions(f.q.Conditions)
	rows, err := f.tx.QueryContext(ctx, `
		SELECT t.created, t.id, coalesce((SELECT min(id) FROM segments WHERE transcript = t.id), 0), coalesce((SELECT max(id) FROM segments WHERE transcript = t.id), 0)
		FROM (SELECT t.created, t.id FROM transcripts t WHERE `+where.text()+` ORDER BY t.created DESC, t.id DESC LIMIT ?) t
		ORDER BY t.created DESC, t.id DESC`, append(where.args, n)...)
	if err != nil {
		return nil, err
	}
	all, err := collect(rows, func(scan scanner) (s span, err error) {
		err = scan(&after.created, &after.id, &s.first, &s.last)
		return s, err
	})
	slices.SortFunc(all, func(a, b span) int { return cmp.Compare(b.last, a.last) })
	joined := all[:0]
	for _, s := range all {
		if n := len(joined); n > 0 && joined[n-1].first <= s.last+nearSpans {
			joined[n-1].first = min(joined[n-1].first, s.first)
			continue
		}
		joined = append(joined, s)
	}
	return joined, err
}

// look takes the places in an index that where leaves, until there are enough
// or it has seen so many; less than 0 is all.
func (f *finding) look(ctx context.Context, x index, where clause, most int) (full bool, seen int, err error) {
	var wanted clause
	wanted.add(`t.trashed IS NULL`)
	wanted.conditions(f.q.Conditions)
	wanted.speakers(f.q.Conditions)
	if x.exclude != "" {
		wanted.add(`NOT EXISTS (SELECT 1 FROM segments_pairs x WHERE x.rowid = s.id AND x.segments_pairs MATCH ?)`, x.exclude)
	}
	snippet, args := `''`, wanted.args
	if x.table == wordIndex {
		snippet, args = `snippet(segments_fts, 0, ?, ?, '…', 32)`, append(args, app.HitStart, app.HitEnd)
	}
	if most < 0 {
		// Only those that are wanted cross over into Go.
		where.add(wanted.text(), wanted.args...)
	}
	rows, err := f.tx.QueryContext(ctx, `
		SELECT s.id, s.begin, s.finish, s.text, s.confidence, coalesce(p.name, ''), s.edited, s.transcript,
			CASE WHEN `+wanted.text()+` THEN `+snippet+` END
		FROM `+x.table+` CROSS JOIN segments s ON s.id = `+x.table+`.rowid
			CROSS JOIN transcripts t ON t.id = s.transcript LEFT JOIN speakers p ON p.id = s.speaker
		WHERE `+where.text()+` ORDER BY `+x.table+`.rowid DESC LIMIT ?`, append(append(args, where.args...), most)...)
	if err != nil {
		return false, 0, err
	}
	defer rows.Close()
	for rows.Next() {
		seen++
		var snippet sql.NullString
		var h app.Hit
		g := &h.Segment
		err := rows.Scan(&g.ID, &g.Start, &g.End, &g.Text, &g.Confidence, &g.Speaker, &g.Edited, &h.Entry.ID, &snippet)
		if err != nil {
			return false, seen, err
		}
		if !snippet.Valid {
			continue
		}
		if h.Snippet = snippet.String; h.Snippet == "" {
			h.Snippet = excerpt(g.Text, needles(f.q.Any))
		}
		if f.take(h) {
			return true, seen, nil
		}
	}
	return false, seen, rows.Err()
}

// begin begins anew.
func (f *finding) begin() { f.hits, f.counts, f.taken = nil, map[int64]int{}, map[int64]bool{} }

// take takes a place and reports whether there are enough.
func (f *finding) take(h app.Hit) (full bool) {
	switch {
	case f.taken[h.Segment.ID]: // where transcripts lie can overlap
		return false
	case len(f.hits) == f.limit:
		f.more = true
		return true
	case f.counts[h.Entry.ID] == f.each:
		f.more = true
		return false
	}
	f.counts[h.Entry.ID]++
	f.taken[h.Segment.ID] = true
	f.hits = append(f.hits, h)
	return false
}
