//go:build cgo && !ci

package main

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"fyne.io/fyne/v2"
	fyneapp "fyne.io/fyne/v2/app"

	"earshot/assets"
	"earshot/cli"
	"earshot/ui"
	"earshot/ui/native"
)

// errNoDisplay is what a person reads where no window can be opened.
var errNoDisplay = errors.New("there is no display to open a window on; “earshot transcribe FILE” works without one")

// openWindow serves the window until it is closed.
func openWindow(ctx context.Context, c cli.Config, files []string) error {
	if !displayReachable(os.Getenv) {
		return errNoDisplay
	}
	c.Store = cli.StoreWanted
	p, err := wire(ctx, c, true)
	if err != nil {
		return err
	}
	defer p.close()
	if p.store == nil {
		if err := p.borrowStore(ctx, c); err != nil {
			return err
		}
		defer os.RemoveAll(p.folders.Data)
	}
	if err := ui.Translate(p.app.Settings().Locale); err != nil {
		return err
	}
	f := fyneapp.NewWithID("org.earshot.Earshot")
	f.SetIcon(fyne.NewStaticResource("earshot.svg", assets.IconSVG))
	w := ui.New(ctx, f, p.app, ui.Options{Notices: p.troubles(), Files: files, Dialogs: native.Dialogs{}, Log: c.Log})
	stop := context.AfterFunc(ctx, w.Quit)
	w.ShowAndRun()
	stop()
	w.Close()
	return p.app.Close() // the person should know what could not be stored
}

// borrowStore replaces a library that cannot be opened by one that lasts as
// long as the window, so that the person can work and export.
func (p *parts) borrowStore(ctx context.Context, c cli.Config) error {
	dir, err := os.MkdirTemp("", "earshot-*")
	if err != nil {
		return err
	}
	storing, settings := p.storing, p.settings
	p.close()
	c.Models = append([]string{p.folders.Models}, c.Models...)
	c.Data = dir
	q, err := wire(ctx, c, true)
	if err != nil {
		return err
	}
	*p = *q
	p.storing, p.settings = storing, settings
	return nil
}

// displayReachable reports whether a window can be opened: OpenGL's own
// complaint would be no use to a person.
func displayReachable(getenv func(string) string) bool {
	if runtime.GOOS == "darwin" || runtime.GOOS == "windows" {
		return true
	}
	if name := getenv("WAYLAND_DISPLAY"); name != "" {
		if !filepath.IsAbs(name) {
			name = filepath.Join(getenv("XDG_RUNTIME_DIR"), name)
		}
		if answers("unix", name) {
			return true
		}
	}
	display := getenv("DISPLAY")
	host, number, found := strings.Cut(display, ":")
	if !found {
		return false
	}
	if host != "" && host != "unix" {
		return true // another machine's: let it be tried
	}
	number, _, _ = strings.Cut(number, ".")
	socket := "/tmp/.X11-unix/X" + number
	return answers("unix", socket) || answers("unix", "@"+socket)
}

func answers(network, address string) bool {
	conn, err := net.Dial(network, address)
	if err != nil {
		return false
	}
	conn.Close()
	return true
}
