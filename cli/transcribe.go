package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"earshot/app"
)

type transcribeCmd struct {
	Files    []string `arg:"" name:"file" help:"Audio or video files; - reads a media stream from standard input."`
	Model    string   `short:"m" placeholder:"NAME|PATH" help:"Model to use (see “earshot models list”); else the one in the settings, else the best installed."`
	Language string   `short:"l" placeholder:"CODE" default:"auto" help:"Language spoken: auto, an ISO 639-1 code, or several with commas to choose among for every stretch of speech."`
	Format   string   `short:"f" placeholder:"FORMAT" default:"txt" help:"txt, srt, vtt or json."`
	Output   string   `short:"o" placeholder:"DIR" help:"Write one file for each input into this folder."`
	Force    bool     `help:"Overwrite files in the output folder."`
	Words    bool     `help:"A line or cue for every word."`
	Track    int      `placeholder:"N" help:"Audio track to use, counted from 1, where a file has several."`
	Device   string   `placeholder:"DEVICE" default:"auto" help:"auto, cpu, gpu or gpu:N."`
	Threads  int      `placeholder:"N" help:"Windows decoded side by side, one thread each."`
	NoStore  bool     `help:"Keep nothing in the library."`
	NoCache  bool     `help:"Transcribe again what the library has already."`
	Quiet    bool     `short:"q" help:"No progress and no warnings."`

	Translate   bool     `help:"Write English, whatever is spoken."`
	Prompt      string   `placeholder:"TEXT" help:"Names and words to expect."`
	Plain       bool     `help:"Without punctuation and capitals."`
	Spoken      bool     `help:"Obey spoken punctuation and commands (en, de, fr, es): comma, full stop, open quote, new line, new paragraph, scratch that. After an article they are words: the comma. What has been printed is not taken back."`
	Replace     []string `sep:"none" placeholder:"FROM=TO" help:"Write TO for FROM, whole words whatever their case; may be repeated, in order."`
	Mask        bool     `help:"Hide swear words: s***."`
	Beam        int      `placeholder:"N" help:"Search with N beams instead of greedily: slower, sometimes better."`
	Temperature float64  `placeholder:"T" help:"Where decoding begins, 0 to 1; 0 is the surest."`
}

// options are the options that the flags ask for.
func (c *transcribeCmd) options() app.Options {
	return app.Options{
		Model: c.Model, Language: c.Language, Device: c.Device, Threads: c.Threads, Stream: c.Track,
		Translate: c.Translate, Prompt: c.Prompt, Plain: c.Plain, Spoken: c.Spoken, Replace: strings.Join(c.Replace, "\n"),
		Mask: c.Mask, Beam: c.Beam, Temperature: c.Temperature,
	}
}

func (c *transcribeCmd) Run(s *session) error {
	format, err := c.check()
	if err != nil {
		return err
	}
	use := StoreWanted
	if c.NoStore {
		use = StoreUnused
	}
	a, closeApp, err := s.open(use)
	if err != nil {
		return err
	}
	defer closeApp()
	b := &batch{session: s, transcribeCmd: c, format: format, inputs: make([]*input, len(c.Files))}
	defer b.discard()
	return b.run(a)
}

// check finds mistakes in the flags before anything is done.
func (c *transcribeCmd) check() (app.Format, error) {
	if err := c.options().Check(); err != nil {
		return "", err
	}
	return app.ParseFormat(c.Format)
}

// warn prints the warnings of a job.
func (s *session) warn(quiet bool, name string, warnings []string) {
	if quiet {
		return
	}
	for _, w := range warnings {
		fmt.Fprintf(s.Stderr, "earshot: warning: %s: %s\n", name, w)
	}
}

// stem is the name of the output file for an input, without extension.
func stem(path string) string {
	if path == "-" {
		return "stdin"
	}
	return strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
}

// readable replaces the name of a spooled file by the one the user knows.
func readable(err error, path string) error {
	var media *app.MediaError
	if path == "-" && errors.As(err, &media) {
		return &app.MediaError{Path: "-", Err: media.Err}
	}
	return err
}

// spool copies a media stream into a private file: many containers can only
// be read by jumping about in them.
func spool(ctx context.Context, in io.Reader, terminal bool) (path string, err error) {
	if terminal {
		return "", &app.UsageError{What: "media stream", Value: "-", Want: "a file or pipe, not a terminal"}
	}
	f, err := os.CreateTemp("", "earshot-*")
	if err != nil {
		return "", fmt.Errorf("store standard input: %w", err)
	}
	// A read from a pipe cannot be interrupted, but closing its end can.
	stop := context.AfterFunc(ctx, func() {
		if c, ok := in.(io.Closer); ok {
			c.Close()
		}
	})
	defer stop()
	_, err = io.Copy(f, in)
	if err = errors.Join(err, f.Close(), ctx.Err()); err != nil {
		os.Remove(f.Name())
		return "", fmt.Errorf("store standard input: %w", err)
	}
	return f.Name(), nil
}
