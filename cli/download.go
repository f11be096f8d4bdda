package cli

import (
	"fmt"
	"os"

	"earshot/app"
)

type modelsGetCmd struct {
	Names []string `arg:"" name:"name" help:"Names of models, see “earshot models list --all”."`
	Quiet bool     `short:"q" help:"No progress."`
}

// getting is one run of “models get”.
type getting struct {
	*session
	app    *app.App
	show   *progress
	before map[string]os.FileInfo // files of the models that were asked for; nil if not there
	told   map[string]bool
	failed bool
}

func (c *modelsGetCmd) Run(s *session) error {
	for _, name := range c.Names {
		if _, err := app.FindOffer(name); err != nil {
			return err
		}
	}
	a, closeApp, err := s.open(StoreUnused)
	if err != nil {
		return err
	}
	defer closeApp()
	g := &getting{session: s, app: a, show: s.progress(c.Quiet), before: map[string]os.FileInfo{}, told: map[string]bool{}}
	return g.run(c.Names)
}

// run asks for the models and waits until nothing more happens to them.
func (g *getting) run(names []string) error {
	events := g.app.Subscribe()
	defer events.Close()
	for _, name := range names {
		o, err := app.FindOffer(name)
		if err != nil {
			return err
		}
		g.before[o.Name], _ = os.Stat(g.app.Models().Installed(o))
		if err := g.app.Download(o.Name); err != nil {
			return err
		}
	}
	for g.report(g.app.Downloads()) {
		events.Next(g.ctx)
	}
	g.show.clear()
	switch {
	case g.ctx.Err() != nil:
		fmt.Fprintln(g.Stderr, "earshot: interrupted; what has come is kept, and the same command goes on from there")
		return g.ctx.Err()
	case g.failed:
		return errFailed
	}
	return nil
}

// report tells what is new, and whether anything is to be waited for.
func (g *getting) report(all []app.Download) (active bool) {
	for _, d := range all {
		if d.Active() {
			active = true
		} else if !g.told[d.Offer.Name] && g.ctx.Err() == nil {
			g.told[d.Offer.Name] = true
			g.show.clear()
			g.ended(d)
		}
	}
	g.show.downloads(all)
	return active && g.ctx.Err() == nil
}

// ended tells how a download has ended. The path of a model that was asked for
// goes to standard output.
func (g *getting) ended(d app.Download) {
	if d.State != app.DownloadDone {
		g.failed = true
		g.complain(d.Err)
		return
	}
	before, asked := g.before[d.Offer.Name]
	if !asked {
		return // the voice activity model, which comes along
	}
	path := g.app.Models().Installed(d.Offer)
	if after, err := os.Stat(path); err == nil && before != nil && os.SameFile(before, after) {
		fmt.Fprintf(g.Stderr, "earshot: %s is installed already\n", d.Offer.Name)
	} else if d.Offer.Attribution != "" {
		fmt.Fprintf(g.Stderr, "earshot: %s\n", d.Offer.Attribution)
	}
	fmt.Fprintln(g.Stdout, path)
}
