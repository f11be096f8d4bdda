package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Origin says how sound came to Earshot.
type Origin string

// The origins.
const (
	OriginFile       Origin = "file"
	OriginMicrophone Origin = "microphone" // recorded
	OriginSystem     Origin = "system"     // what the computer played, recorded
	OriginBoth       Origin = "both"       // the two on tracks of their own
	OriginURL        Origin = "url"
	OriginAPI        Origin = "api"
)

// originOf is the origin of what is recorded from a source; see Recorder.Record.
func originOf(source string) Origin {
	switch source {
	case SourceBoth:
		return OriginBoth
	case SourceSystem:
		return OriginSystem
	}
	return OriginMicrophone
}

// Filter chooses entries. The zero value chooses all that are not in the
// trash; of a slice that has values one has to be met. Names are compared
// without the case of the letters a to z.
type Filter struct {
	Origins   []Origin
	Languages []string
	Models    []string
	Speakers  []string
	Tags      []string
	Title     string    // is part of the title
	After     time.Time // created then or later; zero: whenever
	Before    time.Time // created earlier; zero: whenever
	Warned    bool      // has warnings
	Favourite bool
	Trashed   bool   // is in the trash; what is not, is left out
	Path      string // of the recording
}

// Page is a part of a list. The zero value is all of it.
type Page struct {
	Offset int
	Limit  int // 0 is all the rest
}

// Listing is a part of the library.
type Listing struct {
	Entries []Entry // newest first
	Total   int     // entries that the filter chooses
}

// Facets are what the entries outside the trash have, for menus of filters;
// most frequent first.
type Facets struct {
	Origins, Languages, Models, Speakers, Tags []Facet
	Favourites, Warned, Trashed                int
}

// Facet is a value that entries have, and how many do.
type Facet struct {
	Value string
	Count int
}

// Entries returns a part of the library, newest first.
func (a *App) Entries(ctx context.Context, f Filter, p Page) (Listing, error) {
	if a.library == nil {
		return Listing{}, nil
	}
	return a.library.List(ctx, f, p)
}

// List returns the whole library, newest first. Of a large one Entries needs
// less.
func (a *App) List(ctx context.Context) ([]Entry, error) {
	l, err := a.Entries(ctx, Filter{}, Page{})
	return l.Entries, err
}

// Facets returns what filters can choose among.
func (a *App) Facets(ctx context.Context) (Facets, error) {
	if a.library == nil {
		return Facets{}, nil
	}
	return a.library.Facets(ctx)
}

// Tag gives transcripts a tag; those that have it keep it. It fails with a
// *UsageError for a tag that is no word or words.
func (a *App) Tag(ctx context.Context, tag string, ids ...int64) error {
	tag = strings.Join(strings.Fields(tag), " ")
	if !strings.ContainsFunc(tag, isToken) || strings.ContainsAny(tag, `",`) {
		return &UsageError{What: "tag", Value: tag, Want: "one or more words without quotes and commas"}
	}
	return a.changeAll(ctx, ids, func() error { return a.library.Tag(ctx, tag, ids...) })
}

// Untag takes a tag away.
func (a *App) Untag(ctx context.Context, tag string, ids ...int64) error {
	return a.changeAll(ctx, ids, func() error { return a.library.Untag(ctx, strings.Join(strings.Fields(tag), " "), ids...) })
}

// SetFavourite makes transcripts favourites, or no longer.
func (a *App) SetFavourite(ctx context.Context, on bool, ids ...int64) error {
	return a.changeAll(ctx, ids, func() error { return a.library.SetFavourite(ctx, on, ids...) })
}

// Trash hides transcripts until Restore brings them back. If one is being made,
// its job goes on.
func (a *App) Trash(ctx context.Context, ids ...int64) error {
	if a.library == nil {
		return ErrNotFound
	}
	if err := a.library.Trash(ctx, ids...); err != nil {
		return err
	}
	for _, id := range ids {
		a.deck.release(id)
		a.broker.publish(EntryRemoved{ID: id})
	}
	return nil
}

// Restore brings transcripts back from the trash.
func (a *App) Restore(ctx context.Context, ids ...int64) error {
	return a.changeAll(ctx, ids, func() error { return a.library.Restore(ctx, ids...) })
}

// changeAll alters entries and publishes what they became.
func (a *App) changeAll(ctx context.Context, ids []int64, alter func() error) error {
	if a.library == nil {
		return ErrNotFound
	}
	if err := alter(); err != nil {
		return err
	}
	for _, id := range ids {
		e, err := a.library.Entry(ctx, id)
		if errors.Is(err, ErrNotFound) {
			continue // one of several that is not there, or in the trash
		}
		if err != nil {
			return err
		}
		a.broker.publish(EntryChanged{Entry: e})
	}
	return nil
}

// ExportAll writes transcripts into the folder dir, each whole or not at all
// and under a name that is free, and returns the paths of those written.
func (a *App) ExportAll(ctx context.Context, dir string, f Format, ids ...int64) (paths []string, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make output folder: %w", err)
	}
	for _, id := range ids {
		if err := a.flushDocument(ctx, id); err != nil {
			return paths, err
		}
		t, err := a.Transcript(ctx, id)
		if err != nil {
			return paths, err
		}
		path := freePath(dir, FileName(t.Title), string(f))
		if err := writeWhole(path, func(w io.Writer) error { return Write(w, t, f, false) }); err != nil {
			return paths, fmt.Errorf("write %s: %w", path, err)
		}
		paths = append(paths, path)
	}
	return paths, nil
}

// freePath is the path of a file that is not there yet.
func freePath(dir, stem, extension string) string {
	path := filepath.Join(dir, stem+"."+extension)
	for n := 2; ; n++ {
		if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) {
			return path
		}
		path = filepath.Join(dir, fmt.Sprintf("%s %d.%s", stem, n, extension))
	}
}
