package store

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"earshot/app"
)

func listed(t testing.TB, s *Store, f app.Filter, p app.Page) (ids []int64, total int) {
	t.Helper()
	l, err := s.List(t.Context(), f, p)
	must(t, err)
	for _, e := range l.Entries {
		ids = append(ids, e.ID)
	}
	return ids, l.Total
}

func TestFilter(t *testing.T) {
	s := newMixedStore(t)
	must(t, s.Finish(t.Context(), 2, app.Ending{State: app.StateDone, Warnings: []string{"A warning."}}))
	must(t, s.SetFavourite(t.Context(), true, 1, 4))
	for _, test := range []struct {
		name   string
		filter app.Filter
		want   []int64
	}{
		{"all", app.Filter{}, []int64{4, 3, 2, 1}},
		{"origins", app.Filter{Origins: []app.Origin{app.OriginSystem, app.OriginBoth}}, []int64{4, 3}},
		{"language", app.Filter{Languages: []string{"en"}}, []int64{4, 1}},
		{"model", app.Filter{Models: []string{"SMALL"}}, []int64{1}},
		{"speaker", app.Filter{Speakers: []string{"ann"}}, []int64{2, 1}},
		{"speakers", app.Filter{Speakers: []string{"Ann", "Aki"}}, []int64{3, 2, 1}},
		{"tag", app.Filter{Tags: []string{"work"}}, []int64{3, 1}},
		{"title", app.Filter{Title: "hUnD"}, []int64{2}},
		{"after", app.Filter{After: noon.AddDate(0, 0, 2)}, []int64{4, 3}},
		{"before", app.Filter{Before: noon.AddDate(0, 0, 2)}, []int64{2, 1}},
		{"warned", app.Filter{Warned: true}, []int64{2}},
		{"favourite", app.Filter{Favourite: true}, []int64{4, 1}},
		{"path", app.Filter{Path: "/talks/2.wav"}, []int64{3}},
		{"several", app.Filter{Favourite: true, Languages: []string{"en"}, Tags: []string{"Work"}}, []int64{1}},
		{"trash", app.Filter{Trashed: true}, nil},
	} {
		if got, total := listed(t, s, test.filter, app.Page{}); !slices.Equal(got, test.want) || total != len(test.want) {
			t.Errorf("%s: got %v of %d, want %v", test.name, got, total, test.want)
		}
	}
	must(t, s.Trash(t.Context(), 3))
	if got, _ := listed(t, s, app.Filter{Trashed: true}, app.Page{}); !slices.Equal(got, []int64{3}) {
		t.Errorf("the trash: got %v, want 3", got)
	}
}

func TestPage(t *testing.T) {
	s := newMixedStore(t)
	for _, test := range []struct {
		page app.Page
		want []int64
	}{
		{app.Page{Limit: 2}, []int64{4, 3}},
		{app.Page{Offset: 2, Limit: 1}, []int64{2}},
		{app.Page{Offset: 3}, []int64{1}},
		{app.Page{Offset: 9, Limit: 2}, nil},
	} {
		if got, total := listed(t, s, app.Filter{}, test.page); !slices.Equal(got, test.want) || total != 4 {
			t.Errorf("%+v: got %v of %d, want %v of 4", test.page, got, total, test.want)
		}
	}
}

func TestFacets(t *testing.T) {
	s := newMixedStore(t)
	must(t, s.Tag(t.Context(), "play", 1))
	must(t, s.Tag(t.Context(), "gone", 4))
	must(t, s.SetFavourite(t.Context(), true, 1))
	must(t, s.Trash(t.Context(), 4))
	got, err := s.Facets(t.Context())
	must(t, err)
	want := app.Facets{
		Origins:    []app.Facet{{Value: "file", Count: 1}, {Value: "microphone", Count: 1}, {Value: "system", Count: 1}},
		Languages:  []app.Facet{{Value: "de", Count: 1}, {Value: "en", Count: 1}, {Value: "ja", Count: 1}},
		Models:     []app.Facet{{Value: "base", Count: 1}, {Value: "small", Count: 1}, {Value: "small-q5", Count: 1}},
		Speakers:   []app.Facet{{Value: "Ann", Count: 2}, {Value: "Bob", Count: 2}, {Value: "Aki", Count: 1}},
		Tags:       []app.Facet{{Value: "Work", Count: 2}, {Value: "play", Count: 1}},
		Favourites: 1, Trashed: 1,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestTags(t *testing.T) {
	s := newMixedStore(t)
	must(t, s.Tag(t.Context(), "WORK", 1, 2, 99)) // the first spelling is that of all
	must(t, s.Tag(t.Context(), "a b", 1))
	must(t, s.Untag(t.Context(), "work", 3, 4))
	for id, want := range map[int64][]string{1: {"a b", "Work"}, 2: {"Work"}, 3: nil, 4: nil} {
		if got := read(t, s, id).Tags; !slices.Equal(got, want) {
			t.Errorf("%d: got %q, want %q", id, got, want)
		}
	}
	wantError(t, "Tag", s.Tag(t.Context(), "x", 98, 99), app.ErrNotFound)
	wantError(t, "Untag", s.Untag(t.Context(), "x", 99), app.ErrNotFound)
	wantError(t, "SetFavourite", s.SetFavourite(t.Context(), true), app.ErrNotFound)
	must(t, s.Delete(t.Context(), 1))
	if n := number(t, s.read, `SELECT count(*) FROM tags WHERE transcript = 1`); n != 0 {
		t.Errorf("got %d tags of a transcript that is gone", n)
	}
}

func TestMany(t *testing.T) {
	s := newMixedStore(t)
	shown := func(want ...int64) {
		t.Helper()
		if got := ids(t, s); !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	must(t, s.Trash(t.Context(), 1, 2, 4, 77))
	shown(3)
	must(t, s.Restore(t.Context(), 1, 4))
	shown(4, 3, 1)
	must(t, s.Delete(t.Context(), 1, 3, 77))
	shown(4)
	for name, err := range map[string]error{"Trash": s.Trash(t.Context(), 77), "Restore": s.Restore(t.Context(), 77), "Delete": s.Delete(t.Context())} {
		wantError(t, name, err, app.ErrNotFound)
	}
}

func TestOrigin(t *testing.T) {
	s := newStore(t)
	e := recording(1)
	e.Origin = app.OriginBoth
	create(t, s, e)
	e.Origin = "" // the same recording once more
	if got := read(t, s, create(t, s, e)).Origin; got != app.OriginBoth {
		t.Errorf("got %q, want that of the other transcript", got)
	}
	e = recording(2)
	e.Origin = ""
	if got := read(t, s, create(t, s, e)).Origin; got != app.OriginFile {
		t.Errorf("got %q, want %q", got, app.OriginFile)
	}
}

func TestSounds(t *testing.T) {
	s := newStore(t)
	dir := filepath.Join(t.TempDir(), "rec%_[a]")
	sep := string(os.PathSeparator)
	for i, path := range []string{dir + sep + "a.wav", dir + sep + "b.wav", dir + sep + "deep" + sep + "c.wav", dir + "2" + sep + "d.wav", "e.wav"} {
		e := recording(i)
		e.Source.Path = path
		id := create(t, s, e)
		if i > 0 {
			finish(t, s, id, app.StateDone)
		}
	}
	again := recording(1)
	again.Source.Path, again.Created = dir+sep+"b.wav", noon.AddDate(0, 0, 5)
	id := create(t, s, again)
	finish(t, s, id, app.StateDone)
	want := []app.Sound{
		{Path: dir + sep + "a.wav", Size: 1000, Newest: noon.Local()},
		{Path: dir + sep + "b.wav", Size: 1000, Newest: noon.AddDate(0, 0, 5).Local(), Done: true},
	}
	got, err := s.Sounds(t.Context(), dir+sep)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v and error %v, want %+v", got, err, want)
	}
	must(t, s.SoundRemoved(t.Context(), dir+sep+"b.wav"))
	if got, err := s.Sounds(t.Context(), dir); err != nil || len(got) != 1 {
		t.Errorf("after one was removed: got %+v and error %v", got, err)
	}
	if e := read(t, s, id); !e.Source.Removed || e.Source.OnDisk() != 0 || e.Source.Size != 1000 {
		t.Errorf("got %+v, want one whose sound was removed", e.Source)
	}
	create(t, s, again) // it is there again: somebody has transcribed it
	if e := read(t, s, id); e.Source.Removed {
		t.Error("the sound is there again, but said to be removed")
	}
	wantError(t, "SoundRemoved", s.SoundRemoved(t.Context(), "nowhere"), app.ErrNotFound)
}

func TestEntryTellsWhatAListNeeds(t *testing.T) {
	s := newStore(t)
	id := create(t, s, recording(1))
	for i, who := range []string{"Zoe", "", "Ann", "Zoe"} {
		seg := said(float64(i), fmt.Sprint("word", i))
		seg.Speaker = who
		appendTo(t, s, id, 0, seg)
	}
	got := read(t, s, id)
	if !slices.Equal(got.Heard, []string{"Ann", "Zoe"}) || got.Edited || got.Source.OnDisk() != 1000 {
		t.Errorf("got %+v", got.Entry)
	}
	seg := got.Segments[0]
	seg.Text = "other"
	seg.Edited = true
	must(t, s.Apply(t.Context(), id, &app.Edits{Put: []app.Segment{seg}}))
	if !read(t, s, id).Edited {
		t.Error("it is edited, and not said to be")
	}
}
