package ui

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"

	"earshot/app"
)

// fakeFetcher downloads what a test tells it to: nothing here has a network.
type fakeFetcher struct {
	steps chan app.FetchProgress
	end   chan error
	kept  map[string]int64 // of earlier runs, by name
}

func (f *fakeFetcher) Fetch(ctx context.Context, o app.Offer, dir string, on func(app.FetchProgress)) error {
	path := filepath.Join(dir, o.File)
	if o.Family == app.FamilyVAD {
		return os.WriteFile(path, make([]byte, o.Size), 0o600)
	}
	for {
		select {
		case p := <-f.steps:
			on(p)
		case err := <-f.end:
			if err == nil {
				err = os.WriteFile(path, nil, 0o600)
			}
			if err == nil {
				err = os.Truncate(path, o.Size)
			}
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (f *fakeFetcher) Kept(o app.Offer, _ string) int64 { return f.kept[o.Name] }

func (*fakeFetcher) Discard(app.Offer, string) (bool, error) { return true, nil }

// card is the card of a model that is offered.
func (h *harness) card(name string) *modelCard {
	for _, c := range h.models.cards {
		if c.offer.Name == name {
			return c
		}
	}
	return nil
}

// suit shows what suits a certain machine, whatever this one is.
func (h *harness) suit() {
	h.models.arrange(nil, app.Recommend(app.Machine{Cores: 4, Memory: 8e9}))
}

func TestModelIsDownloaded(t *testing.T) {
	h := newHarness(t, false, light)
	h.until("models are recommended", func() bool { return len(h.welcome.row.Objects) == 3 })
	h.showModels()
	h.quiet()
	h.suit()
	h.models.about.SetText("Models come from somewhere.")
	h.golden("models")

	test.Tap(h.card("base").get)
	h.fetcher.steps <- app.FetchProgress{Done: 50e6, Size: 147951465}
	h.until("it comes", func() bool { return strings.HasPrefix(h.card("base").news.Text(), "50 MB of 148 MB") })
	if c := h.card("base"); c.get.Visible() || !c.pause.Visible() || !c.cancel.Visible() || !c.going.Visible() {
		t.Error("it cannot be paused or cancelled")
	}
	test.Tap(h.card("base").pause)
	h.until("it is paused", func() bool { return h.card("base").get.Text == "Continue" })
	test.Tap(h.card("base").get)
	h.fetcher.end <- &app.DownloadError{Name: "base", Err: app.ErrStalled}
	h.until("it has failed", func() bool { return h.card("base").get.Text == "Try again" })
	if got := h.card("base").news.Text(); !strings.Contains(got, "base") {
		t.Errorf("got %q", got)
	}
	test.Tap(h.card("base").get)
	h.fetcher.end <- nil
	h.until("it is installed", func() bool { return h.has(h.models.installed, "Use") })
	h.until("nothing is missing", func() bool { return !h.welcome.models.Visible() })

	test.Tap(h.find(h.models.installed, "Use"))
	h.until("it is in use", func() bool { return h.app.Settings().Model == "base" })
	test.Tap(h.find(h.models.installed, "Delete"))
	h.until("it is gone", func() bool { return !h.has(h.models.installed, "Delete") })
	if _, err := os.Stat(filepath.Join(h.dir, "ggml-base.bin")); err == nil {
		t.Error("its file is still there")
	}
}

// A download that an earlier run has begun is shown as paused, and goes on or
// goes away.
func TestUnfinishedDownloadIsShown(t *testing.T) {
	h := newHarness(t, true, func(h *harness) { h.fetcher.kept = map[string]int64{"base": 50e6, "small": 1e6} })
	h.showModels()
	h.until("it is shown", func() bool { return h.card("base") != nil && h.card("base").get.Text == "Continue" })
	h.suit()
	c := h.card("base")
	if got, want := c.news.Text(), "50 MB of 148 MB · paused"; got != want || !c.going.Visible() || !c.cancel.Visible() || c.pause.Visible() {
		t.Errorf("got %q, want %q", got, want)
	}
	test.Tap(h.card("small").cancel)
	h.until("it is gone", func() bool { return h.card("small").get.Text == "Download" && !h.card("small").going.Visible() })
	test.Tap(h.card("base").get)
	h.fetcher.steps <- app.FetchProgress{Done: 60e6, Size: 147951465}
	h.until("it comes", func() bool { return strings.HasPrefix(h.card("base").news.Text(), "60 MB of 148 MB") })
}
