package store

import (
	"bytes"
	"context"
	"fmt"
	"math/rand"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"earshot/app"
)

// everything is what a library holds, without the numbers that it gives.
func everything(t testing.TB, s *Store) (all []app.Archived) {
	t.Helper()
	err := s.Archive(context.Background(), func(a app.Archived) error {
		a.ID = 0
		for i := range a.Segments {
			a.Segments[i].ID = 0
		}
		for i := range a.Originals {
			a.Originals[i].ID = 0
		}
		for i := range a.Omissions {
			a.Omissions[i].ID, a.Omissions[i].Segment.ID = 0, 0
		}
		all = append(all, a)
		return nil
	})
	must(t, err)
	return all
}

// randomStore has transcripts with everything that there can be in one.
func randomStore(t testing.TB, seed int64, n int) *Store {
	t.Helper()
	s := newStore(t)
	r := rand.New(rand.NewSource(seed))
	word := func() string {
		return []string{"the", "Größe", "大きさ", "a\nb", "<&>\"", "😀", "\u2028"}[r.Intn(7)]
	}
	ctx := context.Background()
	for i := range n {
		e := recording(r.Intn(3))
		e.Title, e.Language, e.Key = word()+word(), []string{"", "en"}[r.Intn(2)], fmt.Sprint("key", i)
		e.Options = app.Options{Prompt: word(), Beam: r.Intn(3), Temperature: r.Float64()}
		e.Origin = []app.Origin{app.OriginFile, app.OriginBoth}[r.Intn(2)]
		id := create(t, s, e)
		p := app.Progress{Position: r.Float64() * 9, Device: word()}
		for j := range r.Intn(4) {
			seg := said(float64(j)+r.Float64(), word(), word())
			seg.Speaker, seg.Confidence = []string{"", "Ann", "Bob"}[r.Intn(3)], r.Float64()
			p.Segments = append(p.Segments, seg)
		}
		for range r.Intn(2) {
			seg := said(r.Float64()*9, word())
			seg.Speaker = []string{"", "Ann"}[r.Intn(2)]
			p.Omissions = append(p.Omissions, app.Omission{Reason: app.ReasonNoSpeech, Segment: seg})
		}
		must(t, s.Append(ctx, id, p))
		end := app.Ending{State: []app.State{app.StateDone, app.StateFailed, app.StateCancelled}[r.Intn(3)], Speed: r.Float64(), Load: r.Float64(), Duration: r.Float64() * 99}
		if r.Intn(2) == 0 {
			end.Warnings = []string{word()}
		}
		must(t, s.Finish(ctx, id, end))
		if len(p.Segments) > 0 && r.Intn(2) == 0 {
			seg := p.Segments[0]
			seg.Text = word()
			seg.Edited = true
			must(t, s.Apply(ctx, id, &app.Edits{Put: []app.Segment{seg}}))
		}
		execute(t, s.write, `UPDATE speakers SET name = 'Zoë', colour = '#123456' WHERE transcript = ? AND label = 'Bob'`, id)
		if r.Intn(3) == 0 {
			must(t, s.Tag(ctx, fmt.Sprint("tag ", r.Intn(3)), id))
			must(t, s.SetFavourite(ctx, true, id))
		}
		if r.Intn(4) == 0 {
			must(t, s.Trash(ctx, id))
		}
	}
	return s
}

// newApp is an App on a library.
func newApp(t testing.TB, s *Store) *app.App {
	t.Helper()
	a, err := app.New(context.Background(), app.Deps{Library: s})
	must(t, err)
	t.Cleanup(func() { a.Close() })
	return a
}

func backup(t testing.TB, s *Store) string {
	t.Helper()
	var b bytes.Buffer
	if _, err := newApp(t, s).Backup(context.Background(), &b); err != nil {
		t.Fatalf("Backup: %v", err)
	}
	return b.String()
}

// What is restored is what was there; once more changes nothing.
func TestBackupRoundTrip(t *testing.T) {
	for seed := range int64(5) {
		s := randomStore(t, seed, 30)
		must(t, s.SoundRemoved(t.Context(), recording(1).Source.Path))
		want := everything(t, s)
		saved := backup(t, s)
		empty := newStore(t)
		for i, added := range []int{len(want), 0} {
			got, err := newApp(t, empty).RestoreBackup(t.Context(), "x", strings.NewReader(saved))
			if err != nil || got.Read != len(want) || got.Added != added {
				t.Fatalf("seed %d, time %d: got %+v and error %v, want %d of %d", seed, i, got, err, added, len(want))
			}
			if got := everything(t, empty); !reflect.DeepEqual(got, want) {
				for i := range got {
					if !reflect.DeepEqual(got[i], want[i]) {
						t.Fatalf("seed %d: got\n%+v\nwant\n%+v", seed, got[i], want[i])
					}
				}
			}
			checkIndex(t, empty)
		}
		// Of its own backup a library takes nothing.
		if got, err := newApp(t, s).RestoreBackup(t.Context(), "x", strings.NewReader(saved)); err != nil || got.Added != 0 {
			t.Errorf("seed %d: of its own: got %+v and error %v", seed, got, err)
		}
	}
}

// What was changed since is kept, and the former text comes beside it; what is in
// the trash comes back.
func TestRestoreOverwritesNothing(t *testing.T) {
	s := newMixedStore(t)
	saved := backup(t, s)
	a := newApp(t, s)
	must(t, a.Trash(t.Context(), 2))
	must(t, a.Delete(t.Context(), 3))
	must(t, a.Rename(t.Context(), 4, "Renamed"))
	seg := read(t, s, 1).Segments[0]
	seg.Text = "corrected"
	seg.Edited = true
	must(t, s.Apply(t.Context(), 1, &app.Edits{Put: []app.Segment{seg}}))
	got, err := a.RestoreBackup(t.Context(), "x", strings.NewReader(saved))
	if err != nil || got != (app.Restored{Read: 4, Added: 3}) {
		t.Errorf("got %+v and error %v, want 3 of 4", got, err)
	}
	if got, want := ids(t, s), []int64{4, 6, 2, 5, 1}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := read(t, s, 1).Segments[0].Text; got != "corrected" {
		t.Errorf("the corrected text is %q", got)
	}
	if got := read(t, s, 4).Title; got != "Renamed" {
		t.Errorf("the title is %q", got)
	}
	if got, err := a.RestoreBackup(t.Context(), "x", strings.NewReader(saved)); err != nil || got.Added != 0 {
		t.Errorf("again: got %+v and error %v", got, err)
	}
}

// Whatever a file holds, restoring it ends with what it had, or with an error.
func FuzzRestore(f *testing.F) {
	saved := backup(f, randomStore(f, 1, 3))
	f.Add(saved)
	f.Add(saved[:len(saved)/2])
	for _, text := range []string{
		"", "{}", "null", "[]", "hello", `{"format":"earshot-backup","version":2}`, `{"format":"earshot-backup","version":1}{"end":0}`,
		`{"format":"earshot-backup","version":1}{"transcript":{}}`, `{"format":"earshot-backup","version":1}{"end":1}`,
		`{"format":"earshot-backup","version":1}{"transcript":{"created":"2026-01-01T00:00:00Z","state":"done","source":{"path":"a"},"segments":[{"start":-1}]}}`,
		`{"format":"earshot-backup","version":1}{"transcript":{"created":"2026-01-01T00:00:00Z","state":"done","source":{"path":"a"},"segments":[{"speaker":"x"}]}}`,
	} {
		f.Add(text)
	}
	s := newStore(f)
	a := newApp(f, s)
	f.Fuzz(func(t *testing.T, text string) {
		first, err := a.RestoreBackup(context.Background(), "x", strings.NewReader(text))
		again, err2 := a.RestoreBackup(context.Background(), "x", strings.NewReader(text))
		if (err == nil) != (err2 == nil) || again.Read != first.Read || again.Added != 0 {
			t.Errorf("got %+v, %v, and the second time %+v, %v", first, err, again, err2)
		}
		for _, a := range everything(t, s) {
			if a.Created.Before(time.Time{}) {
				t.Errorf("got a transcript of %v", a.Created)
			}
		}
		if _, err := s.List(t.Context(), app.Filter{}, app.Page{}); err != nil {
			t.Errorf("List: %v", err)
		}
	})
}

// Of two that begin to speak at the same moment each keeps what they said.
func TestArchiveSpeakersAtOneMoment(t *testing.T) {
	s := newStore(t)
	id := create(t, s, recording(1))
	long, short := said(0, "a", "long", "one"), said(0, "short")
	long.Speaker, short.Speaker = "Me", "Others"
	appendTo(t, s, id, 3, long, short)
	got := everything(t, s)[0].Segments
	if len(got) != 2 || got[0].Text != "short" || got[0].Speaker != "Others" || got[1].Speaker != "Me" {
		t.Errorf("got %+v, want “short” by Others, then the long one by Me", got)
	}
}
