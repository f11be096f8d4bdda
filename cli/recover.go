package cli

import (
	"fmt"

	"earshot/app"
)

type historyRecoverCmd struct {
	ID       int64 `arg:"" help:"Number of the transcript, see “earshot history list”."`
	Omission int   `placeholder:"N" help:"Only the Nth of what “earshot history show --omitted” prints."`
	PutBack  bool  `help:"Put the text of the first time back instead."`
	Quiet    bool  `short:"q" help:"No progress and no warnings."`
}

func (c *historyRecoverCmd) Run(s *session) error {
	a, closeApp, err := s.open(StoreNeeded)
	if err != nil {
		return err
	}
	defer closeApp()
	t, err := a.Transcript(s.ctx, c.ID)
	if err != nil {
		return numbered(err, c.ID)
	}
	wanted := t.Omissions
	if n := c.Omission; n != 0 {
		if len(wanted) == 0 {
			return app.ErrNotOmitted
		}
		if n < 1 || n > len(wanted) {
			return &app.UsageError{What: "number of what was left out", Value: fmt.Sprint(n), Want: fmt.Sprintf("1 to %d", len(wanted))}
		}
		wanted = wanted[n-1 : n]
	}
	ok := true
	for _, o := range wanted {
		err := c.recover(s, a, t, o)
		if s.ctx.Err() != nil {
			return s.ctx.Err()
		}
		if err != nil {
			s.complain(err)
			ok = false
		}
	}
	if !ok {
		return errFailed
	}
	return nil
}

// recover brings one omission back and prints it.
func (c *historyRecoverCmd) recover(s *session, a *app.App, t app.Transcript, o app.Omission) error {
	if c.PutBack {
		if err := a.Keep(s.ctx, t.ID, o.ID); err != nil {
			return err
		}
		_, err := fmt.Fprintln(s.Stdout, o.Segment.Text)
		return err
	}
	show := s.progress(c.Quiet)
	heard, err := a.Transcribe(s.ctx, app.Request{Resume: t.ID, Omission: o.ID}, func(e app.Event) {
		if e, ok := e.(app.JobChanged); ok {
			show.job(e.Job, t.Title)
		}
	})
	show.clear()
	s.warn(c.Quiet, t.Title, heard.Warnings)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(s.Stdout, heard.Text())
	return err
}
