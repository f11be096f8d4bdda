package app_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"earshot/app"
	"earshot/store"
)

// Bulk changes are published one by one.
func TestTagsAndFavourites(t *testing.T) {
	g := newLibraryRig(t)
	var ids []int64
	for range 3 {
		done, _ := g.mustTranscribe(app.Request{NoCache: true})
		ids = append(ids, done.ID)
	}
	for _, step := range []struct {
		name string
		do   func() error
		want func(app.Entry) bool
	}{
		{"Tag", func() error { return g.Tag(t.Context(), " at  work ", append(ids, 99)...) }, func(e app.Entry) bool { return slices.Equal(e.Tags, []string{"at work"}) }},
		{"Untag", func() error { return g.Untag(t.Context(), "At Work", ids...) }, func(e app.Entry) bool { return e.Tags == nil }},
		{"SetFavourite", func() error { return g.SetFavourite(t.Context(), true, ids...) }, func(e app.Entry) bool { return e.Favourite }},
	} {
		events := g.Subscribe()
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		var changed []int64
		for _, e := range events.Next(t.Context()) {
			if e, ok := e.(app.EntryChanged); ok && step.want(e.Entry) {
				changed = append(changed, e.Entry.ID)
			}
		}
		if !slices.Equal(changed, ids) {
			t.Errorf("%s: got events of %v, want %v", step.name, changed, ids)
		}
		events.Close()
	}
	var usage *app.UsageError
	for _, tag := range []string{"", " ", "a,b", `a"b`, "–"} {
		if err := g.Tag(t.Context(), tag, ids[0]); !errors.As(err, &usage) {
			t.Errorf("Tag(%q): got %v, want a *UsageError", tag, err)
		}
	}
	if err := g.Tag(t.Context(), "x", 99); !errors.Is(err, app.ErrNotFound) {
		t.Errorf("of none: got %v, want ErrNotFound", err)
	}
}

func TestTrashMany(t *testing.T) {
	g := newLibraryRig(t)
	var ids []int64
	for range 3 {
		done, _ := g.mustTranscribe(app.Request{NoCache: true})
		ids = append(ids, done.ID)
	}
	for _, step := range []struct {
		do   func() error
		want int
	}{
		{func() error { return g.Trash(t.Context(), ids[0], ids[1]) }, 1},
		{func() error { return g.Restore(t.Context(), ids[0], ids[1]) }, 3},
		{func() error { return g.Delete(t.Context(), ids...) }, 0},
	} {
		if err := step.do(); err != nil {
			t.Fatal(err)
		}
		if l, err := g.Entries(t.Context(), app.Filter{}, app.Page{Limit: 1}); err != nil || l.Total != step.want {
			t.Errorf("got %d and error %v, want %d", l.Total, err, step.want)
		}
	}
}

func TestExportAll(t *testing.T) {
	g := newLibraryRig(t)
	first, _ := g.mustTranscribe(app.Request{})
	second, _ := g.mustTranscribe(app.Request{NoCache: true})
	dir := filepath.Join(t.TempDir(), "made")
	paths, err := g.ExportAll(t.Context(), dir, app.TXT, first.ID, second.ID)
	if want := []string{filepath.Join(dir, "talk.txt"), filepath.Join(dir, "talk 2.txt")}; err != nil || !slices.Equal(paths, want) {
		t.Fatalf("got %q and error %v, want %q", paths, err, want)
	}
	for _, path := range paths {
		if text, err := os.ReadFile(path); err != nil || strings.TrimSpace(string(text)) != first.Text() {
			t.Errorf("%s: got %q and error %v", path, text, err)
		}
	}
	if paths, err := g.ExportAll(t.Context(), dir, app.SRT, first.ID, 99); !errors.Is(err, app.ErrNotFound) || len(paths) != 1 {
		t.Errorf("with one that is not there: got %q and error %v", paths, err)
	}
}

// keepIn has a library of sound: what Earshot has recorded, done and not, and a
// file of the user's.
func keepIn(t *testing.T, g *rig) (recorded, unfinished, mine app.Entry) {
	t.Helper()
	dir := t.TempDir()
	g.deps.Recordings = dir
	add := func(path string, state app.State) app.Entry {
		write(t, path, "sound of "+path)
		e := app.Entry{Title: "x", Key: path, Model: "base", Created: g.clock.Now(), Source: app.Source{Path: path, Hash: path, Size: 7}}
		id, err := g.library.Create(t.Context(), e)
		if err == nil {
			err = g.library.Finish(t.Context(), id, app.Ending{State: state})
		}
		if err != nil {
			t.Fatal(err)
		}
		e.ID = id
		return e
	}
	return add(filepath.Join(dir, "a.wav"), app.StateDone), add(filepath.Join(dir, "b.wav"), app.StateInterrupted), add(g.file, app.StateDone)
}

func TestPurgeSound(t *testing.T) {
	for _, test := range []struct {
		days, after int // days of the settings, and how many have passed
		gone        bool
	}{
		{app.SoundForEver, 9999, false},
		{app.SoundUntilText, 0, true},
		{30, 29, false},
		{30, 31, true},
	} {
		g := newLibraryRig(t)
		recorded, unfinished, mine := keepIn(t, g)
		g.start()
		g.Close() // nothing is removed but by the call below
		g.SetSettings(app.Settings{SoundDays: test.days})
		g.clock.advance(time.Duration(test.after) * 24 * time.Hour)
		events := g.Subscribe()
		freed, err := g.PurgeSound(t.Context())
		if want := int64(7); err != nil || (freed == want) != test.gone {
			t.Errorf("%+v: freed %d, error %v", test, freed, err)
		}
		for _, e := range []app.Entry{recorded, unfinished, mine} {
			want := test.gone && e.ID == recorded.ID
			_, err := os.Stat(e.Source.Path)
			if gone := errors.Is(err, os.ErrNotExist); gone != want {
				t.Errorf("%+v: %s is gone: %t, want %t", test, e.Source.Path, gone, want)
			}
			got, err := g.Transcript(t.Context(), e.ID)
			if err != nil || got.Source.Removed != want {
				t.Errorf("%+v: got %+v and error %v, want removed %t", test, got.Source, err, want)
			}
		}
		if !test.gone {
			continue
		}
		if e, ok := events.Next(t.Context())[0].(app.EntryChanged); !ok || !e.Entry.Source.Removed {
			t.Errorf("got no event that says it")
		}
		if err := g.Again(t.Context(), recorded.ID); !errors.Is(err, app.ErrRemoved) {
			t.Errorf("Again: got %v, want ErrRemoved", err)
		}
		if freed, err := g.PurgeSound(t.Context()); freed != 0 || err != nil {
			t.Errorf("again: freed %d, error %v", freed, err)
		}
	}
}

// At the start it happens by itself.
func TestPurgeSoundAtStart(t *testing.T) {
	g := newLibraryRig(t)
	g.deps.Settle = 1
	recorded, _, _ := keepIn(t, g)
	g.deps.SettingsPath = write(t, filepath.Join(t.TempDir(), "settings.json"), `{"sound_days": -1}`)
	g.start()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		e, err := g.library.Entry(t.Context(), recorded.ID)
		if err == nil && e.Source.Removed {
			return
		}
		if err != nil || time.Now().After(end) {
			t.Fatalf("got %+v and error %v, want one whose sound was removed", e, err)
		}
	}
}

// At the start the trash is emptied by itself, as it is once an hour.
func TestEmptyTrashAtStart(t *testing.T) {
	g := newLibraryRig(t)
	g.deps.Settle = 1
	library := openStoreWith(t, store.Options{Now: g.clock.Now})
	g.library, g.deps.Library = library, library
	old, young := g.stored("Old."), g.stored("Young.")
	for _, id := range []int64{old, young} {
		if err := library.Trash(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		g.clock.advance(20 * 24 * time.Hour)
	}
	g.start()
	waitFor(t, "the end of the old one", func() bool {
		_, err := library.Transcript(t.Context(), old)
		return errors.Is(err, app.ErrNotFound)
	})
	if _, err := library.Transcript(t.Context(), young); err != nil {
		t.Errorf("the young one: got %v, want it there", err)
	}
}

// Waves stay while there is a recording that they are of, and room.
func TestPurgeWaves(t *testing.T) {
	g := newLibraryRig(t)
	g.deps.Settle = 1
	g.deps.Cache = t.TempDir()
	ids, removed := map[string]int64{}, t.TempDir()
	for _, hash := range []string{"aa", "bb", "cc"} {
		path := filepath.Join(removed, hash)
		id, err := g.library.Create(t.Context(), app.Entry{Title: hash, Key: hash, Created: g.clock.Now(), Source: app.Source{Path: path, Hash: hash, Size: 7}})
		if err != nil {
			t.Fatal(err)
		}
		ids[hash] = id
	}
	if err := g.library.Trash(t.Context(), ids["bb"]); err != nil {
		t.Fatal(err)
	}
	if err := g.library.SoundRemoved(t.Context(), filepath.Join(removed, "cc")); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(g.deps.Cache, "waves")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for i, wave := range []struct {
		name string
		size int64
	}{
		{"aa-1.peaks", 100 << 20},
		{"aa-2.peaks", 100 << 20},
		{"bb-1.peaks", 100 << 20}, // too much; it was looked at longest ago
		{"aa-3.peaks", 100},
		{"cc-1.peaks", 100},
		{"dd-1.peaks", 100},
		{".aa-1.peaks.123", 100}, // a crash has left it
	} {
		path := write(t, filepath.Join(dir, wave.name), "")
		at := time.Now().Add(-time.Duration(i) * time.Hour)
		if err := errors.Join(os.Truncate(path, wave.size), os.Chtimes(path, at, at)); err != nil {
			t.Fatal(err)
		}
	}
	g.start()
	var left []string
	waitFor(t, "the end of the others", func() bool {
		left = nil
		files, err := os.ReadDir(dir)
		for _, f := range files {
			left = append(left, f.Name())
		}
		return err == nil && len(left) <= 2
	})
	if want := "aa-1.peaks aa-2.peaks"; strings.Join(left, " ") != want {
		t.Errorf("got %q, want %q", left, want)
	}
}
