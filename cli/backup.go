package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"earshot/app"
)

type historyBackupCmd struct {
	File  string `arg:"" help:"File to write, - for standard output."`
	Force bool   `help:"Replace the file if it is there."`
}

func (c *historyBackupCmd) Run(s *session) error {
	if c.File != "-" && !c.Force {
		if _, err := os.Lstat(c.File); err == nil {
			return fmt.Errorf("the file %s exists already; use --force to replace it", c.File)
		}
	}
	a, closeApp, err := s.open(StoreNeeded)
	if err != nil {
		return err
	}
	defer closeApp()
	if c.File == "-" {
		_, err := a.Backup(s.ctx, s.Stdout)
		return err
	}
	return c.write(s, a)
}

// write makes the file, whole or not at all.
func (c *historyBackupCmd) write(s *session, a *app.App) error {
	f, err := os.CreateTemp(filepath.Dir(c.File), ".earshot-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", c.File, err)
	}
	n, err := a.Backup(s.ctx, f)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), c.File)
	}
	if err != nil {
		os.Remove(f.Name())
		return err
	}
	fmt.Fprintf(s.Stderr, "earshot: %s in %s.\n", transcripts(n), c.File)
	return nil
}

type historyRestoreCmd struct {
	File string `arg:"" help:"Backup to read, - for standard input."`
}

func (c *historyRestoreCmd) Run(s *session) error {
	var r io.Reader = s.Stdin
	name := "standard input"
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return err
		}
		defer f.Close()
		r, name = f, c.File
	}
	a, closeApp, err := s.open(StoreNeeded)
	if err != nil {
		return err
	}
	defer closeApp()
	done, err := a.RestoreBackup(s.ctx, name, r)
	if done.Read > 0 || err == nil {
		fmt.Fprintf(s.Stderr, "earshot: %s read, %d of them new here.\n", transcripts(done.Read), done.Added)
	}
	return err
}

func transcripts(n int) string {
	if n == 1 {
		return "1 transcript"
	}
	return fmt.Sprintf("%d transcripts", n)
}
