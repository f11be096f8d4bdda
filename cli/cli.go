// Package cli is Earshot without a window: the command line. Other programs
// rely on its flags, output and exit status; they are described in README.md
// and stay as they are.
//
// Text goes to standard output as it comes; everything else goes to standard
// error, progress only where that is a terminal. Exit status: 0 all done, 1 at
// least one input failed, 2 usage, 130 interrupted.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"

	"github.com/alecthomas/kong"

	"earshot/app"
)

// Exit statuses.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitInterrupted = 130
)

// Env is what a command line runs in.
type Env struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Getenv         func(string) string
	// Width is the columns of the terminal that w is, 0 if it is none.
	Width func(w any) int
	// Open makes the App for a command; close ends it.
	Open func(ctx context.Context, c Config) (a *app.App, close func(), err error)
	// Serve serves the API until ctx is done.
	Serve func(ctx context.Context, c Config, how ServeConfig) error
	// Window runs the window until it is closed, and transcribes files in it.
	Window func(ctx context.Context, c Config, files []string) error
}

// Config says where things are and how much to tell.
type Config struct {
	Data   string   // folder of the library; "" is the platform's
	Models []string // folders searched for models beside <data>/models
	Store  StoreUse
	Replay Replay // what is heard in place of a microphone
	Log    *slog.Logger
}

// Replay is a file that is heard as if it were spoken; the zero value is none.
type Replay struct {
	Path  string
	Speed float64 // as many times as fast as it was spoken; 0 is as fast as it can be read
}

// StoreUse says what a command needs of the library.
type StoreUse int

// The library must open, or may fail to with a warning, or is not touched.
const (
	StoreNeeded StoreUse = iota
	StoreWanted
	StoreUnused
)

// commands is the grammar.
type commands struct {
	Data      string           `placeholder:"DIR" env:"EARSHOT_DATA" help:"Folder of the library and the models."`
	ModelDirs []string         `name:"models" placeholder:"DIR" sep:"none" help:"Folder to search for models as well; may be repeated. Also EARSHOT_MODELS, a path list."`
	LogLevel  string           `placeholder:"LEVEL" enum:"debug,info,warn,error" default:"warn" help:"How much to log on standard error: debug, info, warn, error."`
	Version   kong.VersionFlag `help:"Print the version."`

	Window     windowCmd     `cmd:"" default:"1" help:"Open the window (the default)."`
	Open       openCmd       `cmd:"" help:"Open the window and transcribe files in it."`
	Transcribe transcribeCmd `cmd:"" help:"Transcribe files: text to standard output as it comes."`
	Record     recordCmd     `cmd:"" help:"Record and transcribe what is said, as it is said; Ctrl+C stops."`
	Serve      serveCmd      `cmd:"" help:"Serve the transcription API to other programs; Ctrl+C stops."`
	History    historyCmd    `cmd:"" help:"List, show, search, export and delete transcripts."`
	Models     modelsCmd     `cmd:"" help:"List, download, remove, verify and add models."`
	Devices    devicesCmd    `cmd:"" help:"List what can compute, and what can be recorded."`
}

// session is one run of a command.
type session struct {
	Env
	ctx    context.Context
	config Config
}

// exited carries the status that kong wants to exit with through a panic.
type exited int

// Run runs the command line args and returns the exit status. When ctx is
// cancelled it finishes cleanly.
func Run(ctx context.Context, args []string, env Env) (status int) {
	defer func() {
		if p := recover(); p != nil {
			code, ok := p.(exited)
			if !ok {
				panic(p)
			}
			status = int(code)
		}
	}()
	var grammar commands
	parser, err := kong.New(&grammar,
		kong.Name("earshot"),
		kong.Description("Turns speech into text on this machine. Nothing leaves it."),
		kong.Writers(env.Stdout, env.Stderr),
		kong.Exit(func(code int) { panic(exited(code)) }),
		kong.Vars{"version": "earshot " + app.Version},
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	if err != nil {
		panic(err) // the grammar is a constant
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(env.Stderr, "earshot: %v\nTry “earshot --help”.\n", err)
		return exitUsage
	}
	s := &session{Env: env, ctx: ctx}
	s.config = Config{
		Data:   grammar.Data,
		Models: append(grammar.ModelDirs, filepath.SplitList(env.Getenv("EARSHOT_MODELS"))...),
		Log:    newLog(env.Stderr, grammar.LogLevel),
	}
	return s.status(parsed.Run(s))
}

func newLog(w io.Writer, level string) *slog.Logger {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		l = slog.LevelWarn
	}
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: l}))
}

// errFailed is the error of a command that has said what is wrong already.
var errFailed = errors.New("failed")

// status says what is wrong, if anything is, and turns it into a status.
func (s *session) status(err error) int {
	var usage *app.UsageError
	switch {
	case err == nil:
		return exitOK
	case s.ctx.Err() != nil:
		return exitInterrupted
	case errors.Is(err, errFailed):
		return exitFailed
	case errors.As(err, &usage):
		s.complain(err)
		return exitUsage
	}
	s.complain(err)
	return exitFailed
}

// complain prints an error as a sentence and a hint.
func (s *session) complain(err error) {
	sentence, hint := app.Explain(err)
	fmt.Fprintf(s.Stderr, "earshot: %s\n", sentence)
	if hint != "" {
		fmt.Fprintf(s.Stderr, "         %s\n", hint)
	}
	s.config.Log.Debug("command failed", "error", err)
}

// open makes the App for a command.
func (s *session) open(use StoreUse) (*app.App, func(), error) {
	c := s.config
	c.Store = use
	return s.Open(s.ctx, c)
}

type windowCmd struct{}

func (c *windowCmd) Run(s *session) error { return s.Window(s.ctx, s.config, nil) }

type openCmd struct {
	Files []string `arg:"" name:"file" help:"Audio or video files."`
}

func (c *openCmd) Run(s *session) error { return s.Window(s.ctx, s.config, c.Files) }
