// Earshot turns speech into text on the user's own machine.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"syscall"
	"time"

	"golang.org/x/term"

	"earshot/api"
	"earshot/app"
	"earshot/capture"
	"earshot/cli"
	"earshot/engine"
	"earshot/fetch"
	"earshot/store"
)

func main() {
	ctx, stop := interruptible()
	status := cli.Run(ctx, os.Args[1:], cli.Env{
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Getenv: os.Getenv, Width: width,
		Open: openApp, Window: openWindow, Serve: serve,
	})
	stop()
	os.Exit(status)
}

// interruptible returns a context that the first Ctrl+C, or SIGTERM, ends. The
// second leaves at once.
func interruptible() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		cancel()
		if width(os.Stderr) > 0 {
			fmt.Fprintln(os.Stderr, "\nearshot: finishing; press Ctrl+C again to leave at once")
		}
		<-signals
		os.Exit(130)
	}()
	return ctx, cancel
}

// width is the columns of the terminal that f is, 0 if it is none.
func width(f any) int {
	file, ok := f.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return 0
	}
	columns, _, err := term.GetSize(int(file.Fd()))
	if err != nil || columns == 0 {
		return 80
	}
	return columns
}

// parts is everything that main has wired together.
type parts struct {
	app     *app.App
	folders app.Folders
	store   *store.Store // nil if the command does without
	engine  *engine.Engine
	// storing says why nothing is stored though it should be; nil if all is well.
	storing  error
	settings error // why the settings could not be read
}

func (p *parts) close() {
	if p.app != nil {
		p.app.Close()
	}
	p.engine.Close()
	if p.store != nil {
		p.store.Close()
	}
}

// wire makes all parts and hands them to each other. A window needs a core to
// itself.
func wire(ctx context.Context, c cli.Config, window bool) (*parts, error) {
	folders, err := app.FindFolders(c.Data)
	if err != nil {
		return nil, err
	}
	p := &parts{folders: folders, engine: engine.New(engine.Options{
		Log: c.Log, StateDir: filepath.Join(folders.Data, "devices"), LeaveCore: window,
	})}
	deps := app.Deps{
		Media: capture.Media{}, Recognizer: p.engine, Log: c.Log, SettingsPath: folders.Settings,
		Fetcher: fetch.New(fetch.Options{Mirror: os.Getenv("EARSHOT_MODEL_MIRROR")}),
		Tuner:   p.engine,
		Player:  capture.Player{}, Cache: folders.Cache,
		Models: app.Models{Dirs: append([]string{folders.Models}, c.Models...), Inspect: p.engine.Inspect},

		SideBySide: p.engine.SideBySide(),
		Recorder:   recorder(c.Replay), Streamer: p.engine, Recordings: filepath.Join(folders.Data, "recordings"),
	}
	if c.Store != cli.StoreUnused {
		p.store, err = store.Open(ctx, folders.Data, store.Options{})
		switch {
		case err == nil:
			deps.Library = p.store
			debug.SetCrashOutput(p.store.CrashOutput(), debug.CrashOptions{})
		case c.Store == cli.StoreNeeded:
			p.close()
			return nil, err
		default:
			p.store, p.storing = nil, err
		}
	}
	if window {
		beside := p.serving(c)
		beside.Drain = 2 * time.Second // who switches it off, or closes the window, is waiting
		deps.Server = api.Beside{Options: beside}
	}
	p.app, p.settings = app.New(ctx, deps)
	return p, nil
}

// recorder is the machine's, or a file that is heard instead.
func recorder(r cli.Replay) app.Recorder {
	if r.Path != "" {
		return capture.Replay{Path: r.Path, Speed: r.Speed}
	}
	return capture.Recorder{}
}

// openApp serves the commands without a window.
func openApp(ctx context.Context, c cli.Config) (*app.App, func(), error) {
	p, err := wire(ctx, c, false)
	if err != nil {
		return nil, nil, err
	}
	if err := errors.Join(p.app.RecoverRecordings(ctx), p.app.EmptyTrash(ctx)); err != nil {
		c.Log.Warn("the library could not be tidied")
		c.Log.Debug("tidy the library", "error", err) // names files
	}
	for _, line := range p.troubles() {
		fmt.Fprintln(os.Stderr, "earshot:", line)
	}
	return p.app, p.close, nil
}

// troubles are sentences about what went wrong at the start without ending
// the program, and about the last run.
func (p *parts) troubles() []string {
	var lines []string
	if p.storing != nil {
		sentence, hint := app.Explain(p.storing)
		lines = append(lines, sentence+" "+hint+" What is transcribed now is not stored.")
	}
	if p.settings != nil {
		lines = append(lines, "The settings could not be read and are left out: "+p.settings.Error()+".")
	}
	if p.store != nil {
		for _, report := range p.store.Crashes() {
			lines = append(lines, "Earshot crashed the last time. The report is in "+report+".")
		}
	}
	return lines
}
