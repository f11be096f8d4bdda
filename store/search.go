package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"earshot/app"
)

// Bounds of a search: what it takes must not grow with the library.
const (
	mostCandidates = 1000 // places looked at before it goes by transcripts
	mostRanked     = 1000 // of which the best are the best
	mostTitles     = 20
	mostRanges     = 64  // transcripts that it goes by first; then more at a time
	nearSpans      = 500 // segments between two transcripts that are looked at in one go
)

// Find implements app.Library.
//
// Places come by rowid, newest first: to rank a common word over a large library
// takes a thousand times as long. Conditions are looked up for each place; when
// they turn many down, the search goes through the transcripts that meet them.
func (s *Store) Find(ctx context.Context, q app.Query, opt app.FindOptions) (found app.Found, err error) {
	if q.Empty() {
		return found, nil
	}
	opt.Limit = cmp.Or(max(0, opt.Limit), 50)
	opt.Each = cmp.Or(max(0, opt.Each), opt.Limit)
	opt.Ranked = opt.Ranked && len(q.Any) > 0 // conditions are met or not
	err = s.look(ctx, func(tx *sql.Tx) error {
		f := &finding{tx: tx, q: q, opt: opt, limit: opt.Limit, each: opt.Each}
		f.begin()
		if opt.Ranked {
			f.limit, f.each = mostRanked, mostRanked
		}
		bounded, stop := ctx, func() {}
		if opt.Within > 0 {
			bounded, stop = context.WithTimeout(ctx, opt.Within)
		}
		defer stop()
		err := f.search(bounded)
		if err != nil && (ctx.Err() != nil || bounded.Err() == nil) {
			return err
		}
		f.more = f.more || err != nil // the time was up
		found, err = f.groups(ctx)
		return err
	})
	return found, err
}

// finding is one search.
type finding struct {
	tx     *sql.Tx
	q      app.Query
	opt    app.FindOptions
	limit  int // places
	each   int // places of one transcript
	hits   []app.Hit
	counts map[int64]int  // places by transcript
	taken  map[int64]bool // segments
	titles []titleHit
	more   bool
}

type titleHit struct {
	transcript int64
	title      string // with marks
}

// index is a table of words, and what to look for in it.
type index struct {
	table   string
	match   string // FTS5 expression
	exclude string // expression for the index of pairs whose places do not count; "" for none
}

func (f *finding) search(ctx context.Context) error {
	none, err := f.hopeless(ctx)
	if err != nil || none {
		return err
	}
	if len(f.q.Any) == 0 {
		return f.transcripts(ctx)
	}
	if err := f.searchTitles(ctx); err != nil {
		return err
	}
	all := indexes(f.q)
	var hits []app.Hit
	for _, x := range all {
		f.begin()
		err := f.walk(ctx, x)
		hits = append(hits, f.hits...)
		if err != nil {
			f.hits = hits
			return err
		}
	}
	if f.hits = hits; len(all) > 1 {
		f.merge()
	}
	return nil
}

// merge makes the places that several indexes have given one list.
func (f *finding) merge() {
	slices.SortStableFunc(f.hits, func(a, b app.Hit) int { return cmp.Compare(b.Segment.ID, a.Segment.ID) })
	f.hits = slices.CompactFunc(f.hits, func(a, b app.Hit) bool { return a.Segment.ID == b.Segment.ID })
	f.counts = map[int64]int{}
	f.hits = slices.DeleteFunc(f.hits, func(h app.Hit) bool {
		f.counts[h.Entry.ID]++
		return f.counts[h.Entry.ID] > f.each
	})
	if len(f.hits) > f.limit {
		f.hits, f.more = f.hits[:f.limit], true
	}
}

// hopeless reports whether a condition is met by no transcript at all.
func (f *finding) hopeless(ctx context.Context) (bool, error) {
	var where clause
	where.conditions(f.q.Conditions)
	if len(where.sql) == 0 {
		return false, nil
	}
	where.add(`t.trashed IS NULL`)
	var one int
	err := f.tx.QueryRowContext(ctx, `SELECT 1 FROM transcripts t WHERE `+where.text()+` LIMIT 1`, where.args...).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return true, nil
	}
	return false, err
}

// transcripts finds those that meet the conditions, where nothing else is asked
// for.
func (f *finding) transcripts(ctx context.Context) error {
	var where clause
	where.conditions(f.q.Conditions)
	where.add(`t.trashed IS NULL`)
	rows, err := f.tx.QueryContext(ctx, `SELECT t.id, '' FROM transcripts t WHERE `+where.text()+` ORDER BY t.created DESC, t.id DESC LIMIT ?`,
		append(where.args, f.limit+1)...)
	if err != nil {
		return err
	}
	f.titles, err = collect(rows, scanTitle)
	if len(f.titles) > f.limit {
		f.titles, f.more = f.titles[:f.limit], true
	}
	return err
}

func scanTitle(scan scanner) (t titleHit, err error) {
	err = scan(&t.transcript, &t.title)
	return t, err
}

// searchTitles finds the newest transcripts by their titles. In a hurry it looks at
// so many only as it does at places.
func (f *finding) searchTitles(ctx context.Context) error {
	most := -1
	if f.opt.Within > 0 {
		most = mostCandidates
	}
	var wanted clause
	wanted.add(`t.trashed IS NULL`)
	wanted.conditions(f.q.Conditions)
	rows, err := f.tx.QueryContext(ctx, `
		SELECT t.id, t.title
		FROM (SELECT rowid AS id FROM titles WHERE titles MATCH ? ORDER BY rowid DESC LIMIT ?) found CROSS JOIN transcripts t ON t.id = found.id
		WHERE `+wanted.text()+` ORDER BY t.id DESC LIMIT ?`, append(append([]any{expression(f.q.Any), most}, wanted.args...), mostTitles)...)
	if err != nil {
		return err
	}
	if f.titles, err = collect(rows, scanTitle); err != nil {
		return err
	}
	for i, t := range f.titles {
		f.titles[i].title = mark(t.title, needles(f.q.Any))
	}
	if len(f.titles) == mostTitles {
		f.more = true
	}
	if f.more || most < 0 || len(f.q.Conditions) == 0 {
		return nil
	}
	return f.tx.QueryRowContext(ctx, `SELECT count(*) = ?1 FROM (SELECT 1 FROM titles WHERE titles MATCH ?2 LIMIT ?1)`,
		most, expression(f.q.Any)).Scan(&f.more)
}

// groups puts what was found together by transcript.
func (f *finding) groups(ctx context.Context) (app.Found, error) {
	byID := map[int64]*app.Group{}
	var order []int64
	group := func(id int64) *app.Group {
		if byID[id] == nil {
			byID[id] = &app.Group{}
			order = append(order, id)
		}
		return byID[id]
	}
	for _, h := range f.hits {
		g := group(h.Entry.ID)
		g.Hits = append(g.Hits, h)
	}
	for _, t := range f.titles {
		group(t.transcript).Title = t.title
	}
	entries, err := entriesOf(ctx, f.tx, order)
	if err != nil {
		return app.Found{}, err
	}
	found := app.Found{More: f.more}
	for _, e := range entries {
		g := byID[e.ID]
		g.Entry = e
		for i := range g.Hits {
			g.Hits[i].Entry = e
		}
		found.Groups = append(found.Groups, *g)
	}
	if f.opt.Ranked {
		f.rank(&found)
	}
	for _, g := range found.Groups {
		slices.SortStableFunc(g.Hits, func(a, b app.Hit) int { return cmp.Compare(a.Segment.Start, b.Segment.Start) })
	}
	return found, nil
}

// rank puts the best first and leaves what is asked for. A place is the better
// the more of it was looked for; that it says it again counts less each time.
func (f *finding) rank(found *app.Found) {
	value := func(h app.Hit) float64 {
		marks, words := float64(strings.Count(h.Snippet, app.HitStart)), float64(len(strings.Fields(h.Snippet)))
		return marks / (marks + 0.3 + words/20)
	}
	total := func(g app.Group) (sum float64) {
		if g.Title != "" {
			sum = 2
		}
		for i, h := range g.Hits[:min(len(g.Hits), 10)] {
			sum += value(h) / float64(i+1)
		}
		return sum
	}
	for _, g := range found.Groups {
		slices.SortStableFunc(g.Hits, func(a, b app.Hit) int { return cmp.Compare(value(b), value(a)) })
	}
	slices.SortStableFunc(found.Groups, func(a, b app.Group) int { return cmp.Compare(total(b), total(a)) })
	left := f.opt.Limit
	for i := range found.Groups {
		g := &found.Groups[i]
		n := min(len(g.Hits), f.opt.Each, left)
		found.More = found.More || n < len(g.Hits)
		g.Hits = g.Hits[:n]
		left -= n
	}
	found.Groups = slices.DeleteFunc(found.Groups, func(g app.Group) bool { return len(g.Hits) == 0 && g.Title == "" })
}

// entriesOf reads entries by their ids, newest first.
func entriesOf(ctx context.Context, tx *sql.Tx, ids []int64) ([]app.Entry, error) {
	list, err := json.Marshal(append([]int64{}, ids...))
	if err != nil {
		return nil, err
	}
	rows, err := tx.QueryContext(ctx, selectEntries+` WHERE t.id IN (SELECT value FROM json_each(?)) ORDER BY t.created DESC, t.id DESC`, string(list))
	if err != nil {
		return nil, err
	}
	return collect(rows, scanEntry)
}
