package store

import (
	"context"
	"database/sql"
	"strings"
	"unicode"

	"earshot/app"
)

// Search implements app.Library. The query is words, all of which must occur
// in a segment, and "phrases in quotes"; the last word may be incomplete.
// Results are newest first.
func (s *Store) Search(ctx context.Context, query string, limit int) (hits []app.Hit, err error) {
	match := matchExpression(query)
	if match == "" {
		return nil, nil
	}
	err = s.look(ctx, func(tx *sql.Tx) error {
		// By rowid, not by rank: ranking a common word over a large library
		// takes a thousand times longer than walking back from the newest.
		rows, err := tx.QueryContext(ctx, `
			SELECT s.id, s.begin, s.finish, s.text, s.confidence, coalesce(p.name, ''),
				s.transcript, snippet(segments_fts, 0, ?, ?, '…', 32)
			FROM segments_fts f JOIN segments s ON s.id = f.rowid
				JOIN transcripts t ON t.id = s.transcript LEFT JOIN speakers p ON p.id = s.speaker
			WHERE segments_fts MATCH ? AND t.trashed IS NULL
			ORDER BY f.rowid DESC LIMIT ?`, app.HitStart, app.HitEnd, match, limit)
		if err != nil {
			return err
		}
		hits, err = collect(rows, scanHit)
		if err != nil {
			return err
		}
		return nameHits(ctx, tx, hits)
	})
	return hits, err
}

func scanHit(scan scanner) (h app.Hit, err error) {
	s := &h.Segment
	err = scan(&s.ID, &s.Start, &s.End, &s.Text, &s.Confidence, &s.Speaker, &h.Entry.ID, &h.Snippet)
	return h, err
}

// nameHits fills in the entries of hits.
func nameHits(ctx context.Context, tx *sql.Tx, hits []app.Hit) error {
	known := map[int64]app.Entry{}
	for i := range hits {
		id := hits[i].Entry.ID
		e, ok := known[id]
		if !ok {
			var err error
			if e, err = entry(ctx, tx, id); err != nil {
				return err
			}
			known[id] = e
		}
		hits[i].Entry = e
	}
	return nil
}

// matchExpression makes an FTS5 expression that no input can break: every
// word becomes a quoted string.
func matchExpression(query string) string {
	var terms []string
	for i, part := range strings.Split(query, `"`) {
		inQuotes := i%2 == 1
		words := strings.FieldsFunc(part, func(r rune) bool {
			return unicode.IsSpace(r) || unicode.IsControl(r)
		})
		if inQuotes {
			words = []string{strings.Join(words, " ")}
		}
		for _, w := range words {
			if strings.ContainsFunc(w, isToken) {
				terms = append(terms, `"`+w+`"`)
			}
		}
	}
	if n := len(terms); n > 0 && !strings.HasSuffix(strings.TrimSpace(query), `"`) {
		terms[n-1] += "*"
	}
	return strings.Join(terms, " ")
}

// isToken reports whether FTS5's tokenizer keeps the rune: one without any
// would be an empty phrase.
func isToken(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.Is(unicode.Co, r)
}
