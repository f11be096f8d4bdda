package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"earshot/app"
)

// destination is where a command writes transcripts.
type destination struct {
	dir   string // "" is standard output
	force bool   // replace files that are there
}

// output is where one transcript goes.
type output struct {
	*app.Writer
	file  *os.File // nil for standard output
	final string   // the file's name when it is complete
}

// check finds out whether a transcript would replace a file.
func (d destination) check(stem string, format app.Format) error {
	if d.dir == "" || d.force {
		return nil
	}
	path := d.path(stem, format)
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("the file %s exists already; use --force to replace it", path)
	}
	return nil
}

func (d destination) path(stem string, format app.Format) string {
	return filepath.Join(d.dir, stem+"."+string(format))
}

// output opens the destination of one transcript. A file gets its name when it
// is complete; until then nothing that was there is touched.
func (s *session) output(d destination, stem string, format app.Format, words bool) (*output, error) {
	if d.dir == "" {
		return &output{Writer: app.NewWriter(s.Stdout, format, words)}, nil
	}
	if err := os.MkdirAll(d.dir, 0o755); err != nil {
		return nil, fmt.Errorf("make output folder: %w", err)
	}
	if err := d.check(stem, format); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(d.dir, ".earshot-*")
	if err != nil {
		return nil, fmt.Errorf("write into %s: %w", d.dir, err)
	}
	return &output{Writer: app.NewWriter(f, format, words), file: f, final: d.path(stem, format)}, nil
}

// close completes the output with t, the whole transcript.
func (o *output) close(t app.Transcript) error {
	err := o.Writer.Close(t)
	if o.file == nil {
		if err != nil {
			return fmt.Errorf("write the text: %w", err)
		}
		return nil
	}
	err = errors.Join(err, o.file.Chmod(0o644), o.file.Close())
	if err == nil {
		err = os.Rename(o.file.Name(), o.final)
	}
	if err != nil {
		os.Remove(o.file.Name())
		return fmt.Errorf("write %s: %w", o.final, err)
	}
	return nil
}

// partial says that not all of the text will come.
func (o *output) partial() {
	ending := filepath.Ext(o.final)
	o.final = strings.TrimSuffix(o.final, ending) + ".partial" + ending
}

// names are those of the files that one command writes.
type names map[string]bool

// unique is a name, or one like it where the command has used it for another text.
func (n names) unique(stem string) string {
	name := stem
	for i := 2; n[name]; i++ {
		name = fmt.Sprintf("%s (%d)", stem, i)
	}
	n[name] = true
	return name
}

// drop gives the output up, leaving nothing.
func (o *output) drop() {
	if o.file != nil {
		o.file.Close()
		os.Remove(o.file.Name())
	}
}
