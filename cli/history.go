package cli

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"earshot/app"
)

type historyCmd struct {
	List    historyListCmd    `cmd:"" help:"List transcripts, newest first."`
	Show    historyShowCmd    `cmd:"" help:"Print a transcript."`
	Resume  historyResumeCmd  `cmd:"" help:"Go on with a transcript that was interrupted, cancelled or failed: also that of a recording."`
	Recover historyRecoverCmd `cmd:"" help:"Transcribe again what was left out of a transcript, from the recording."`
	Search  historySearchCmd  `cmd:"" help:"Find words in everything ever said."`
	Export  historyExportCmd  `cmd:"" help:"Write transcripts to files or to standard output."`
	Delete  historyDeleteCmd  `cmd:"" help:"Delete transcripts for good, and the sound if Earshot has recorded it; files of yours are not touched."`

	Tag       historyTagCmd       `cmd:"" help:"Give transcripts a tag."`
	Untag     historyUntagCmd     `cmd:"" help:"Take a tag away."`
	Favourite historyFavouriteCmd `cmd:"" help:"Make transcripts favourites."`
	Backup    historyBackupCmd    `cmd:"" help:"Write the whole library to one file."`
	Restore   historyRestoreCmd   `cmd:"" help:"Add what a backup holds and the library does not."`
}

// jsonEntry is an entry of the library as other programs see it.
type jsonEntry struct {
	ID       int64     `json:"id"`
	Title    string    `json:"title"`
	Source   string    `json:"source"`
	Duration float64   `json:"duration"`
	Language string    `json:"language"`
	Model    string    `json:"model"`
	Device   string    `json:"device"`
	Speed    float64   `json:"speed"`
	State    app.State `json:"state"`
	Created  time.Time `json:"created"`
	Warnings []string  `json:"warnings"`

	Origin       app.Origin `json:"origin"`
	Favourite    bool       `json:"favourite"`
	Tags         []string   `json:"tags"`
	Speakers     []string   `json:"speakers"`
	Edited       bool       `json:"edited"`
	AudioBytes   int64      `json:"audio_bytes"`
	AudioRemoved bool       `json:"audio_removed"`
}

func newJSONEntry(e app.Entry) jsonEntry {
	return jsonEntry{
		ID: e.ID, Title: e.Title, Source: e.Source.Path, Duration: e.Duration, Language: e.Language, Model: e.Model,
		Device: e.Device, Speed: e.Speed, State: e.State, Created: e.Created.UTC(), Warnings: append([]string{}, e.Warnings...),
		Origin: e.Origin, Favourite: e.Favourite, Tags: append([]string{}, e.Tags...), Speakers: append([]string{}, e.Heard...),
		Edited: e.Edited, AudioBytes: e.Source.OnDisk(), AudioRemoved: e.Source.Removed,
	}
}

func (s *session) json(v any) error {
	enc := json.NewEncoder(s.Stdout)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

type historyShowCmd struct {
	ID   int64 `arg:"" help:"Number of the transcript, see “earshot history list”."`
	JSON bool  `help:"Print JSON."`
	// Omitted is apart from the text: that is what was said.
	Omitted bool `help:"Print what was left out as invented text, with its times and the reason."`
}

func (c *historyShowCmd) Run(s *session) error {
	if c.Omitted {
		return c.omitted(s)
	}
	format := app.TXT
	if c.JSON {
		format = app.JSON
	}
	return (&historyExportCmd{IDs: []int64{c.ID}, Format: string(format)}).Run(s)
}

func (c *historyShowCmd) omitted(s *session) error {
	a, closeApp, err := s.open(StoreNeeded)
	if err != nil {
		return err
	}
	defer closeApp()
	t, err := a.Transcript(s.ctx, c.ID)
	if err != nil {
		return numbered(err, c.ID)
	}
	type jsonOmission struct {
		Start  float64    `json:"start"`
		End    float64    `json:"end"`
		Reason app.Reason `json:"reason"`
		Text   string     `json:"text"`
	}
	list := make([]jsonOmission, 0, len(t.Omissions))
	for _, o := range t.Omissions {
		list = append(list, jsonOmission{o.Segment.Start, o.Segment.End, o.Reason, o.Segment.Text})
	}
	if c.JSON {
		return s.json(list)
	}
	out := bufio.NewWriter(s.Stdout)
	for _, o := range list {
		fmt.Fprintf(out, "%s–%s\t%s\t%s\n", app.Clock(o.Start), app.Clock(o.End), o.Reason.Words(), o.Text)
	}
	return out.Flush()
}

type historyExportCmd struct {
	IDs    []int64 `arg:"" name:"id" help:"Numbers of transcripts, see “earshot history list”."`
	Format string  `short:"f" placeholder:"FORMAT" default:"txt" help:"txt, srt, vtt or json."`
	Output string  `short:"o" placeholder:"DIR" help:"Write one file for each transcript into this folder."`
	Force  bool    `help:"Overwrite files in the output folder."`
	Words  bool    `help:"A line or cue for every word."`
	JSON   bool    `help:"The same as --format json."`
}

func (c *historyExportCmd) Run(s *session) error {
	format, err := app.ParseFormat(c.Format)
	if err != nil {
		return err
	}
	if c.JSON {
		format = app.JSON
	}
	a, closeApp, err := s.open(StoreNeeded)
	if err != nil {
		return err
	}
	defer closeApp()
	ok, names := true, names{}
	for _, id := range c.IDs {
		t, err := a.Transcript(s.ctx, id)
		if err == nil {
			err = c.write(s, t, names.unique(app.FileName(t.Title)), format)
		}
		if err != nil {
			s.complain(numbered(err, id))
			ok = false
		}
	}
	if !ok {
		return errFailed
	}
	return nil
}

// numbered says which transcript is not there.
func numbered(err error, id int64) error {
	if errors.Is(err, app.ErrNotFound) {
		return fmt.Errorf("there is no transcript %d in the library", id)
	}
	return err
}

func (c *historyExportCmd) write(s *session, t app.Transcript, name string, format app.Format) error {
	out, err := s.output(destination{dir: c.Output, force: c.Force}, name, format, c.Words)
	if err != nil {
		return err
	}
	for _, seg := range t.Segments {
		if err := out.Segment(seg); err != nil {
			out.drop()
			return fmt.Errorf("write the text: %w", err)
		}
	}
	return out.close(t)
}

type historyDeleteCmd struct {
	IDs  []int64 `arg:"" name:"id" help:"Numbers of transcripts, see “earshot history list”."`
	JSON bool    `help:"Print JSON."`
}

func (c *historyDeleteCmd) Run(s *session) error {
	a, closeApp, err := s.open(StoreNeeded)
	if err != nil {
		return err
	}
	defer closeApp()
	deleted := []int64{}
	for _, id := range c.IDs {
		if err := a.Delete(s.ctx, id); err != nil {
			s.complain(numbered(err, id))
			continue
		}
		deleted = append(deleted, id)
	}
	if c.JSON {
		if err := s.json(map[string][]int64{"deleted": deleted}); err != nil {
			return err
		}
	}
	if len(deleted) < len(c.IDs) {
		return errFailed
	}
	return nil
}
