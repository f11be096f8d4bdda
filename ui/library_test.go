package ui

import (
	"context"
	"fmt"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"earshot/app"
)

// shelf puts entries into the library, the newest last.
func shelf(n int) func(*harness) {
	return func(h *harness) {
		for i := range n {
			h.library.all = append(h.library.all, app.Transcript{Entry: app.Entry{
				ID: int64(i + 1), Title: fmt.Sprintf("Talk %d", i+1), State: app.StateDone, Duration: 60, Model: "tiny",
				Language: []string{"en", "de"}[i%2], Created: h.now.Add(time.Duration(i-n) * time.Hour),
				Origin: app.OriginFile, Favourite: i%10 == 0,
			}})
		}
	}
}

func TestLibraryIsReadByPages(t *testing.T) {
	h := newHarness(t, true, shelf(1000))
	l := h.Window.library
	if got := len(l.entries); got != pageSize || l.filters.says.Text() != "1000 recordings" {
		t.Fatalf("got %d entries and %q at the start", got, l.filters.says.Text())
	}
	l.rows.ScrollTo(len(l.lines) - 1)
	h.until("the next page is there", func() bool { return len(l.entries) == 2*pageSize })
	for i, e := range l.entries {
		if want := int64(1000 - i); e.ID != want {
			t.Fatalf("entry %d: got %d, want %d", i, e.ID, want)
		}
	}
	// What is older than all that was read waits until its page is.
	l.changed(app.Entry{ID: 5, Title: "Talk 5", Created: h.now.Add(-995 * time.Hour)})
	if got := len(l.entries); got != 2*pageSize {
		t.Errorf("got %d entries after one that is not in view has changed", got)
	}
}

func TestFilter(t *testing.T) {
	h := newHarness(t, true, light, shelf(30))
	l := h.Window.library
	menu := l.filters.menu(app.Facets{Languages: []app.Facet{{Value: "en", Count: 15}, {Value: "de", Count: 15}}, Favourites: 3})
	item := func(m *fyne.Menu, label string) *fyne.MenuItem {
		for _, i := range m.Items {
			if i.Label == label {
				return i
			}
		}
		t.Fatalf("there is no %q", label)
		return nil
	}
	if tags := item(menu, "Tag"); !tags.Disabled {
		t.Error("tags can be chosen where there are none")
	}
	item(menu, "Favourites (3)").Action()
	h.until("favourites are shown", func() bool { return l.total == 3 && !l.reading })
	item(item(menu, "Language").ChildMenu, "German (15)").Action()
	h.until("none is left", func() bool { return l.total == 0 && !l.reading })
	if got, want := l.filters.says.Text(), "0: favourites, German"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if l.empty.Text() == "" || !l.filters.all.Visible() {
		t.Error("it does not say that nothing is shown, or how to show all")
	}
	l.setFilter(app.Filter{Favourite: true})
	h.until("favourites are shown again", func() bool { return l.total == 3 && !l.reading })
	h.golden("filtered")
	// One that is no favourite any more leaves.
	h.background(func(ctx context.Context) error { return h.app.SetFavourite(ctx, false, 21) })
	h.until("it is gone", func() bool { return len(l.entries) == 2 })
	test.Tap(l.filters.all)
	h.until("all are shown", func() bool { return len(l.entries) == 30 && !l.filters.all.Visible() })
}
