package app

import (
	"context"
	"time"
)

// FindOptions of a search. The zero value finds the newest 50 places, however
// long it takes.
type FindOptions struct {
	Limit  int           // places at most; 0 is 50
	Each   int           // places of one transcript at most; 0 is Limit
	Within time.Duration // what is found by then is enough; 0 waits
	Ranked bool          // the best of the newest places, best first
}

// Found is the result of a search.
type Found struct {
	Groups []Group // newest transcript first, or best first
	More   bool    // there may be more than was asked for, or than there was time for
}

// Group is what a search has found in one transcript.
type Group struct {
	Entry Entry
	Title string // with marks as in Hit.Snippet; "" if nothing was found in it
	Hits  []Hit  // in order of time; none if it was found by its title or a condition
}

// Hit is one place where a search found its words.
type Hit struct {
	Entry   Entry
	Segment Segment // without its words
	Snippet string  // the text around the match, matches between HitStart and HitEnd
}

// Marks around a match in Hit.Snippet: two runes that no transcript contains.
const (
	HitStart = "\ue000"
	HitEnd   = "\ue001"
)

// Find searches the whole library, as ParseQuery understands the query.
func (a *App) Find(ctx context.Context, query string, opt FindOptions) (Found, error) {
	if a.library == nil {
		return Found{}, nil
	}
	return a.library.Find(ctx, ParseQuery(query), opt)
}

// Search is Find without groups: at most limit places, those of the newest
// transcript first.
func (a *App) Search(ctx context.Context, query string, limit int) ([]Hit, error) {
	found, err := a.Find(ctx, query, FindOptions{Limit: limit})
	var hits []Hit
	for _, g := range found.Groups {
		hits = append(hits, g.Hits...)
	}
	return hits, err
}
