package cli

import (
	"errors"
	"fmt"

	"earshot/app"
)

type historyResumeCmd struct {
	ID     int64  `arg:"" help:"Number of the transcript, see “earshot history list”."`
	Format string `short:"f" placeholder:"FORMAT" default:"txt" help:"txt, srt, vtt or json."`
	Quiet  bool   `short:"q" help:"No progress and no warnings."`
}

func (c *historyResumeCmd) Run(s *session) error {
	format, err := app.ParseFormat(c.Format)
	if err != nil {
		return err
	}
	a, closeApp, err := s.open(StoreNeeded)
	if err != nil {
		return err
	}
	defer closeApp()
	t, err := a.Transcript(s.ctx, c.ID)
	if err != nil {
		return numbered(err, c.ID)
	}
	if !t.State.Resumable() {
		return fmt.Errorf("nothing is left to transcribe of transcript %d: it is %s", c.ID, t.State)
	}
	out, show := app.NewWriter(s.Stdout, format, false), s.progress(c.Quiet)
	t, err = a.Transcribe(s.ctx, app.Request{Resume: c.ID}, func(e app.Event) {
		switch e := e.(type) {
		case app.JobChanged:
			show.job(e.Job, t.Title)
		case app.SegmentsAdded:
			show.clear()
			for _, seg := range e.Segments {
				out.Segment(seg) // a failed write is reported by Close
			}
		}
	})
	show.clear()
	s.warn(c.Quiet, t.Title, t.Warnings)
	if err == nil || len(t.Segments) > 0 {
		if failed := out.Close(t); failed != nil {
			err = errors.Join(err, fmt.Errorf("write the text: %w", failed))
		}
	}
	return err
}
