package cli

import (
	"bufio"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"earshot/app"
)

type historyListCmd struct {
	Source     []string `placeholder:"SOURCE" help:"Only from there: file, microphone, system or both; may be repeated, as may the next four."`
	Lang       []string `placeholder:"CODE" help:"Only in this language."`
	Model      []string `placeholder:"NAME" help:"Only by this model."`
	Speaker    []string `placeholder:"NAME" help:"Only where this person speaks."`
	Tag        []string `placeholder:"TAG" help:"Only with this tag."`
	Title      string   `placeholder:"TEXT" help:"Only with this in the title."`
	After      string   `placeholder:"DATE" help:"Only from this day on, as in 2026-01-31."`
	Before     string   `placeholder:"DATE" help:"Only from before this day."`
	Warnings   bool     `help:"Only with warnings."`
	Favourites bool     `help:"Only favourites."`
	Trash      bool     `help:"Those in the trash."`
	Limit      int      `placeholder:"N" help:"Only the newest N."`
	JSON       bool     `help:"Print JSON."`
}

func (c *historyListCmd) Run(s *session) error {
	f, err := c.filter()
	if err != nil {
		return err
	}
	a, closeApp, err := s.open(StoreNeeded)
	if err != nil {
		return err
	}
	defer closeApp()
	found, err := a.Entries(s.ctx, f, app.Page{Limit: c.Limit})
	if err != nil {
		return err
	}
	if c.JSON {
		list := make([]jsonEntry, 0, len(found.Entries))
		for _, e := range found.Entries {
			list = append(list, newJSONEntry(e))
		}
		return s.json(list)
	}
	w := tabwriter.NewWriter(s.Stdout, 0, 0, 2, ' ', 0)
	for _, e := range found.Entries {
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\t%s\n", e.ID, e.Created.Format("2006-01-02 15:04"), app.Clock(e.Duration),
			orDash(e.Language), e.Model, e.State, e.Title)
	}
	return w.Flush()
}

func (c *historyListCmd) filter() (f app.Filter, err error) {
	if c.Limit < 0 {
		return f, &app.UsageError{What: "limit", Value: fmt.Sprint(c.Limit), Want: "1 or more"}
	}
	f = app.Filter{
		Languages: c.Lang, Models: c.Model, Speakers: c.Speaker, Tags: c.Tag, Title: c.Title,
		Warned: c.Warnings, Favourite: c.Favourites, Trashed: c.Trash,
	}
	for _, name := range c.Source {
		f.Origins = append(f.Origins, app.Origin(strings.ToLower(name)))
	}
	if f.After, err = day(c.After); err != nil {
		return f, err
	}
	f.Before, err = day(c.Before)
	return f, err
}

// day is when a day begins; zero if none is given.
func day(date string) (time.Time, error) {
	if date == "" {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, date, time.Local)
	if err != nil {
		return t, &app.UsageError{What: "date", Value: date, Want: "like 2026-01-31"}
	}
	return t, nil
}

type historySearchCmd struct {
	Query  []string `arg:"" help:"Words, or “words in a row”; OR, NOT, begin*, speaker:Ann, lang:de, tag:work, model:small, source:microphone, before:2026-01-31, after:2026-01-31. The last word may be incomplete."`
	Limit  int      `default:"50" help:"At most so many places."`
	Ranked bool     `help:"The best first, not the newest."`
	JSON   bool     `help:"Print JSON."`
}

// jsonGroup is what was found in a transcript as other programs see it.
type jsonGroup struct {
	Transcript int64     `json:"transcript"`
	Title      string    `json:"title"`
	Created    time.Time `json:"created"`
	Hits       []jsonHit `json:"hits"`
}

type jsonHit struct {
	Start   float64 `json:"start"`
	End     float64 `json:"end"`
	Speaker *string `json:"speaker"`
	Text    string  `json:"text"`
}

func (c *historySearchCmd) Run(s *session) error {
	if c.Limit < 1 {
		return &app.UsageError{What: "limit", Value: fmt.Sprint(c.Limit), Want: "1 or more"}
	}
	a, closeApp, err := s.open(StoreNeeded)
	if err != nil {
		return err
	}
	defer closeApp()
	found, err := a.Find(s.ctx, strings.Join(c.Query, " "), app.FindOptions{Limit: c.Limit, Ranked: c.Ranked})
	if err != nil {
		return err
	}
	if c.JSON {
		return s.json(newJSONGroups(found))
	}
	out := bufio.NewWriter(s.Stdout)
	for _, g := range found.Groups {
		fmt.Fprintf(out, "%d  %s\n", g.Entry.ID, g.Entry.Title)
		for _, h := range g.Hits {
			fmt.Fprintf(out, "    %s  %s\n", app.Clock(h.Segment.Start), strings.Join(strings.Fields(h.Segment.Text), " "))
		}
	}
	if found.More {
		fmt.Fprintln(s.Stderr, "earshot: There may be more; --limit shows more of it.")
	}
	return out.Flush()
}

func newJSONGroups(found app.Found) []jsonGroup {
	list := make([]jsonGroup, 0, len(found.Groups))
	for _, g := range found.Groups {
		group := jsonGroup{g.Entry.ID, g.Entry.Title, g.Entry.Created.UTC(), make([]jsonHit, 0, len(g.Hits))}
		for _, h := range g.Hits {
			hit := jsonHit{Start: h.Segment.Start, End: h.Segment.End, Text: h.Segment.Text}
			if h.Segment.Speaker != "" {
				hit.Speaker = &h.Segment.Speaker
			}
			group.Hits = append(group.Hits, hit)
		}
		list = append(list, group)
	}
	return list
}

type historyTagCmd struct {
	Tag string  `arg:"" help:"The tag: a word, or several in quotes."`
	IDs []int64 `arg:"" name:"id" help:"Numbers of transcripts, see “earshot history list”."`
}

func (c *historyTagCmd) Run(s *session) error {
	return s.each(c.IDs, func(a *app.App, id int64) error { return a.Tag(s.ctx, c.Tag, id) })
}

type historyUntagCmd struct {
	Tag string  `arg:"" help:"The tag."`
	IDs []int64 `arg:"" name:"id" help:"Numbers of transcripts, see “earshot history list”."`
}

func (c *historyUntagCmd) Run(s *session) error {
	return s.each(c.IDs, func(a *app.App, id int64) error { return a.Untag(s.ctx, c.Tag, id) })
}

type historyFavouriteCmd struct {
	IDs []int64 `arg:"" name:"id" help:"Numbers of transcripts, see “earshot history list”."`
	Off bool    `help:"They are none any more."`
}

func (c *historyFavouriteCmd) Run(s *session) error {
	return s.each(c.IDs, func(a *app.App, id int64) error { return a.SetFavourite(s.ctx, !c.Off, id) })
}

// each does something with every transcript, also after it failed with one.
func (s *session) each(ids []int64, do func(a *app.App, id int64) error) error {
	a, closeApp, err := s.open(StoreNeeded)
	if err != nil {
		return err
	}
	defer closeApp()
	failed := false
	for _, id := range ids {
		var usage *app.UsageError
		switch err := do(a, id); {
		case errors.As(err, &usage):
			return err
		case err != nil:
			s.complain(numbered(err, id))
			failed = true
		}
	}
	if failed {
		return errFailed
	}
	return nil
}
