package app_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"earshot/app"
	"earshot/store"
)

// stored makes a transcript in the library of a rig: lines of a second a word,
// in front of each who speaks.
func (g *rig) stored(lines ...string) int64 {
	g.t.Helper()
	id, err := g.library.Create(g.t.Context(), app.Entry{Title: "Talk", Source: app.Source{Path: "/talk.wav", Hash: fmt.Sprint(len(lines))}, Created: g.clock.Now(), Duration: 100})
	if err != nil {
		g.t.Fatal(err)
	}
	g.hear(id, 0, lines...)
	if err := g.library.Finish(g.t.Context(), id, app.Ending{State: app.StateDone}); err != nil {
		g.t.Fatal(err)
	}
	return id
}

// hear adds lines to a transcript, as a job does, and returns them.
func (g *rig) hear(id int64, at float64, lines ...string) []app.Segment {
	g.t.Helper()
	var p app.Progress
	for _, line := range lines {
		who, text, _ := strings.Cut(line, ": ")
		s := app.Segment{Start: at, Text: text, Speaker: who, Confidence: 0.5}
		for _, w := range strings.Fields(text) {
			s.Words = append(s.Words, app.Word{Text: w, Start: at, End: at + 0.8, Confidence: 0.5})
			at++
		}
		s.End = at
		p.Segments = append(p.Segments, s)
	}
	if err := g.library.Append(g.t.Context(), id, p); err != nil {
		g.t.Fatal(err)
	}
	return p.Segments
}

func (g *rig) openDocument(id int64) *app.Document {
	g.t.Helper()
	d, err := g.OpenDocument(g.t.Context(), id)
	if err != nil {
		g.t.Fatalf("OpenDocument: %v", err)
	}
	return d
}

func (g *rig) flush(d *app.Document) {
	g.t.Helper()
	if err := d.Flush(g.t.Context()); err != nil {
		g.t.Fatalf("Flush: %v", err)
	}
}

// wantStored wants the library to hold what a document shows, by whatever IDs,
// and the same text of the machine.
func wantStored(t *testing.T, library app.Library, d *app.Document, machine []app.Segment) {
	t.Helper()
	got, err := library.Transcript(t.Context(), d.ID())
	if err != nil {
		t.Fatal(err)
	}
	want := d.Transcript()
	compareText(t, "text", got.Segments, want.Segments)
	byLabel := func(a, b app.Speaker) int { return cmp.Compare(a.Label, b.Label) }
	slices.SortFunc(got.Speakers, byLabel)
	slices.SortFunc(want.Speakers, byLabel)
	if !slices.Equal(got.Speakers, want.Speakers) {
		t.Errorf("speakers: got %+v, want %+v", got.Speakers, want.Speakers)
	}
	if machine != nil {
		kept := got.Machine()
		for i := range kept {
			kept[i].Speaker = "" // it may be called something else now
		}
		compareText(t, "machine's text", kept, machine)
	}
}

// compareText compares segments in all but their IDs.
func compareText(t *testing.T, what string, got, want []app.Segment) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: got %d segments, want %d", what, len(got), len(want))
	}
	for i := range got {
		a, b := got[i], want[i]
		a.ID, b.ID = 0, 0
		if len(a.Words)+len(b.Words) == 0 {
			a.Words, b.Words = nil, nil
		}
		if !reflect.DeepEqual(a, b) {
			t.Fatalf("%s: segment %d: got %+v, want %+v", what, i, a, b)
		}
	}
}

// Whatever is done to a document, and undone, is in the library, and there when
// it is opened again.
func TestLibraryIsLikeDocument(t *testing.T) {
	for seed := range uint64(12) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			g := newLibraryRig(t)
			r := rand.New(rand.NewPCG(seed, 7))
			id := g.stored("A: one two three", "B: four five", "A: six", "B: seven eight nine", "A: ten")
			machine := g.only().Machine()
			for i := range machine {
				machine[i].Speaker = ""
			}
			for range 3 {
				d := g.openDocument(id)
				for range 4 {
					for range 8 {
						work(r, d)
					}
					g.flush(d)
					wantStored(t, g.library, d, machine)
				}
				before := d.Transcript()
				d.Close()
				d = g.openDocument(id)
				compareText(t, "opened again", d.Transcript().Segments, before.Segments)
				d.Close()
			}
		})
	}
}

// work does something to a document.
func work(r *rand.Rand, d *app.Document) {
	id := int64(0)
	if d.Len() > 0 {
		id = d.At(r.IntN(d.Len())).ID
	}
	name := func() string { return []string{"A", "B", "C", "Dora", ""}[r.IntN(5)] }
	switch r.IntN(14) {
	case 0:
		d.SetText(id, []string{"one word", "six 你好", "", "seven\n\neight nine"}[r.IntN(4)])
	case 1, 2:
		d.Split(id, r.IntN(12))
	case 3:
		d.Merge(id)
	case 4:
		d.Delete(id)
	case 5:
		d.Insert(id)
	case 6:
		d.Nudge(id, r.NormFloat64(), r.NormFloat64())
	case 7:
		d.Assign(name(), id)
	case 8:
		d.RenameSpeaker(name(), name())
	case 9:
		d.MergeSpeakers(name(), name())
	case 10:
		d.ColourSpeaker(name(), "2")
	case 11:
		d.ReplaceAll(app.Pattern{Text: "e"}, "ee")
	case 12:
		d.Redo()
	default:
		d.Undo()
	}
}

// Two documents are stored at the same time, and without being told to.
func TestTwoDocuments(t *testing.T) {
	g := newLibraryRig(t)
	first, second := g.stored("A: one two"), g.stored("A: three four", "B: five")
	a, b := g.openDocument(first), g.openDocument(second)
	if _, err := g.OpenDocument(t.Context(), first); !errors.Is(err, app.ErrOpen) {
		t.Errorf("open twice: got %v, want %v", err, app.ErrOpen)
	}
	sub := g.Subscribe()
	defer sub.Close()
	for _, d := range []*app.Document{a, b} {
		if _, err := d.SetText(d.At(0).ID, "written"); err != nil {
			t.Fatal(err)
		}
	}
	saved := map[int64]bool{}
	waitForSaving(t, sub, func(e app.SavingChanged) bool {
		saved[e.Transcript] = !e.Pending && e.Err == nil
		return saved[first] && saved[second]
	})
	wantStored(t, g.library, a, nil)
	wantStored(t, g.library, b, nil)
	a.Delete(a.At(0).ID)
	a.Close()
	a.Close()
	if again := g.openDocument(first); again.Len() != 0 { // it waits for the first
		t.Errorf("opened again: got %d segments, want none", again.Len())
	}
	if _, err := g.OpenDocument(t.Context(), 99); !errors.Is(err, app.ErrNotFound) {
		t.Errorf("of no transcript: got %v, want %v", err, app.ErrNotFound)
	}
	if _, err := g.OpenDocument(t.Context(), 99); !errors.Is(err, app.ErrNotFound) {
		t.Errorf("a second time: got %v, want %v", err, app.ErrNotFound)
	}
}

// A program that is killed after Flush has lost nothing.
func TestKilledAfterFlush(t *testing.T) {
	dir, copied := t.TempDir(), t.TempDir()
	openStore(t) // or skip
	library, err := store.Open(t.Context(), dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer library.Close()
	g := newRig(t, func(d *app.Deps) { d.Library = library })
	g.library = library
	d := g.openDocument(g.stored("A: one two", "A: three"))
	defer d.Close()
	if _, _, err := d.Split(d.At(0).ID, 3); err != nil {
		t.Fatal(err)
	}
	g.flush(d)
	for _, suffix := range []string{"", "-wal"} { // as they are found then
		data, err := os.ReadFile(filepath.Join(dir, store.FileName+suffix))
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(copied, store.FileName+suffix), string(data))
	}
	found, err := store.Open(t.Context(), copied, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer found.Close()
	wantStored(t, found, d, nil)
}

// A program that is closed stores what is left first.
func TestCloseStores(t *testing.T) {
	g := newLibraryRig(t)
	d := g.openDocument(g.stored("A: one two", "A: three"))
	if _, _, err := d.Split(d.At(0).ID, 3); err != nil {
		t.Fatal(err)
	}
	if err := g.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
	wantStored(t, g.library, d, nil)
	if _, err := g.OpenDocument(t.Context(), d.ID()); !errors.Is(err, app.ErrClosing) {
		t.Errorf("when it is closed: got %v, want %v", err, app.ErrClosing)
	}
}

// fullDisk is a library that cannot be written while it is full.
type fullDisk struct {
	*store.Store
	full  atomic.Bool
	tries atomic.Int32
}

func (f *fullDisk) Apply(ctx context.Context, id int64, e *app.Edits) error {
	f.tries.Add(1)
	if f.full.Load() {
		return &app.LibraryError{Path: "/library", Err: app.ErrDiskFull}
	}
	return f.Store.Apply(ctx, id, e)
}

// What cannot be stored is reported, kept, tried again, and stored in the end
// together with what has come since.
func TestSavingFails(t *testing.T) {
	library := &fullDisk{Store: openStore(t)}
	g := newRig(t, func(d *app.Deps) { d.Library = library })
	g.library = library.Store
	d := g.openDocument(g.stored("A: one two", "B: three", "A: four"))
	sub := g.Subscribe()
	defer sub.Close()
	library.full.Store(true)
	if _, _, err := d.Split(d.At(0).ID, 3); err != nil {
		t.Fatal(err)
	}
	if _, err := d.RenameSpeaker("A", "Anna"); err != nil {
		t.Fatal(err)
	}
	if err := d.Flush(t.Context()); !errors.Is(err, app.ErrDiskFull) {
		t.Errorf("Flush: got %v, want %v", err, app.ErrDiskFull)
	}
	told := waitForSaving(t, sub, func(e app.SavingChanged) bool { return e.Err != nil })
	if !told.Pending || told.Transcript != d.ID() || !errors.Is(told.Err, app.ErrDiskFull) {
		t.Errorf("event: got %+v", told)
	}
	if _, err := d.Merge(d.At(0).ID); err != nil { // the second part never reached the library
		t.Fatal(err)
	}
	d.Delete(d.At(1).ID)
	if _, err := d.MergeSpeakers("B", "Anna"); err != nil {
		t.Fatal(err)
	}
	d.Undo()
	library.full.Store(false)
	told = waitForSaving(t, sub, func(e app.SavingChanged) bool { return !e.Pending }) // by itself
	if told.Err != nil || library.tries.Load() < 2 {
		t.Errorf("got %+v after %d attempts", told, library.tries.Load())
	}
	wantStored(t, g.library, d, nil)

	library.full.Store(true)
	d.Delete(d.At(0).ID)
	if err := g.Close(); !errors.Is(err, app.ErrDiskFull) {
		t.Errorf("Close: got %v, want %v", err, app.ErrDiskFull)
	}
}

// waitForSaving returns the first news of saving that is as it should be.
func waitForSaving(t *testing.T, sub *app.Subscription, is func(app.SavingChanged) bool) app.SavingChanged {
	t.Helper()
	for {
		all := sub.Next(t.Context())
		if all == nil {
			t.Fatal("nothing more is told")
		}
		for _, e := range all {
			if e, ok := e.(app.SavingChanged); ok && is(e) {
				return e
			}
		}
	}
}

// The transcript itself can go while it is open.
func TestDocumentOfDeletedTranscript(t *testing.T) {
	g := newLibraryRig(t)
	d := g.openDocument(g.stored("A: one two"))
	if err := g.Delete(t.Context(), d.ID()); err != nil {
		t.Fatal(err)
	}
	d.Delete(d.At(0).ID)
	if err := d.Flush(t.Context()); err != nil {
		t.Errorf("Flush: got %v, want nothing to wait for", err)
	}
	if err := g.Close(); err != nil {
		t.Errorf("Close: got %v", err)
	}
}

// An export has what was written a moment ago, and the speakers' names.
func TestExportOfDocument(t *testing.T) {
	g := newLibraryRig(t)
	d := g.openDocument(g.stored("A: one two", "B: three"))
	if _, err := d.RenameSpeaker("A", "Anna"); err != nil {
		t.Fatal(err)
	}
	if _, err := d.SetText(d.At(1).ID, "written"); err != nil {
		t.Fatal(err)
	}
	for format, want := range map[app.Format]string{
		app.TXT: "Anna: one two\nB: written\n", app.SRT: "Anna: one two", app.VTT: "<v Anna>one two", app.JSON: `"speaker": "Anna"`,
	} {
		path := filepath.Join(t.TempDir(), "talk")
		if err := g.Export(t.Context(), d.ID(), path, format); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || !strings.Contains(string(got), want) {
			t.Errorf("%s: got %q, %v, want %q", format, got, err, want)
		}
	}
	if _, err := d.SetText(d.At(1).ID, "at last"); err != nil {
		t.Fatal(err)
	}
	paths, err := g.ExportAll(t.Context(), t.TempDir(), app.TXT, d.ID())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(paths[0]); err != nil || !strings.Contains(string(got), "at last") {
		t.Errorf("of several: got %q, %v", got, err)
	}
}

// slowDisk is a library whose first Apply takes until it is told to go on.
type slowDisk struct {
	*store.Store
	busy         atomic.Bool
	begun, going chan struct{}
}

func (s *slowDisk) Apply(ctx context.Context, id int64, e *app.Edits) error {
	if s.busy.CompareAndSwap(false, true) {
		close(s.begun)
		<-s.going
	}
	return s.Store.Apply(ctx, id, e)
}

// Text from elsewhere is not written over by what is still being stored, nor
// does it write over that.
func TestEditWhileDocumentIsStored(t *testing.T) {
	const mine = "one two, I say"
	edit := func(g *rig, id int64, s app.Segment) error { return g.Edit(t.Context(), id, s, "three") }
	insert := func(g *rig, id int64, s app.Segment) error {
		return g.Insert(t.Context(), id, s.ID, app.Insertion{Text: "three"})
	}
	for _, test := range []struct {
		name   string
		closed bool
		do     func(g *rig, id int64, s app.Segment) error
		want   string
	}{
		{"edit", false, edit, "three"},
		{"edit when it is closed", true, edit, "three"},
		{"insert", false, insert, mine + " three"},
		{"insert when it is closed", true, insert, mine + " three"},
	} {
		t.Run(test.name, func(t *testing.T) {
			library := &slowDisk{Store: openStore(t), begun: make(chan struct{}), going: make(chan struct{})}
			g := newRig(t, func(d *app.Deps) { d.Library = library })
			g.library = library.Store
			d := g.openDocument(g.stored("A: one two"))
			s := d.At(0)
			if _, err := d.SetText(s.ID, mine); err != nil {
				t.Fatal(err)
			}
			if test.closed {
				d.Close()
			}
			await(t, library.begun, "storing")
			done := make(chan error, 1)
			go func() { done <- test.do(g, d.ID(), s) }()
			var err error
			select {
			case err = <-done:
				t.Error("it did not wait")
				close(library.going)
			case <-time.After(100 * time.Millisecond): // long enough for one that does not wait
				close(library.going)
				err = await(t, done, "the edit")
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := g.only().Text(); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// What a job reports comes into the document; it is no step, and disturbs none.
func TestAddedAndChanged(t *testing.T) {
	g := newLibraryRig(t)
	id := g.stored("A: one two", "A: three")
	d := g.openDocument(id)
	if _, err := d.RenameSpeaker("A", "Anna"); err != nil {
		t.Fatal(err)
	}
	second, _, err := d.Split(d.At(0).ID, 3)
	if err != nil {
		t.Fatal(err)
	}
	g.flush(d)
	deleted := d.At(2)
	d.Delete(deleted.ID)
	heard := g.hear(id, 50, "A: later", "C: new")
	if c := d.Added(append([]app.Segment{deleted}, heard...)); len(c.Rows) != 1 || !c.Speakers {
		t.Errorf("added: got %+v", c)
	}
	if c := d.Added(heard); !c.IsEmpty() {
		t.Errorf("added again: got %+v, want nothing", c)
	}
	if got := said(d); got != "Anna: one / Anna: two / Anna: later / C: new" {
		t.Errorf("got %q", got)
	}
	// A command changes the last one, by the library's ID; and one that the person
	// has changed a moment ago, which stays.
	heard[1].Text, heard[1].Words, heard[1].Edited = "newer", nil, true
	if _, err := d.SetText(heard[0].ID, "mine"); err != nil {
		t.Fatal(err)
	}
	heard[0].Text = "theirs"
	if c := d.Changed(append(heard, app.Segment{ID: 99})); len(c.Rows) != 1 || c.Rows[0].Before[0].Text != "new" {
		t.Errorf("changed: got %+v", c)
	}
	if got := said(d); got != "Anna: one / Anna: two / Anna: mine / C: newer" {
		t.Errorf("got %q", got)
	}
	for d.CanUndo() {
		d.Undo()
	}
	if got := said(d); got != "A: one two / A: three / A: later / C: newer" || d.Row(second) >= 0 {
		t.Errorf("all undone: got %q", got)
	}
	if err := g.library.Apply(t.Context(), id, &app.Edits{Put: heard[1:]}); err != nil { // as whoever reported it has done
		t.Fatal(err)
	}
	g.flush(d)
	wantStored(t, g.library, d, nil)
}

// said is what a document says.
func said(d *app.Document) string {
	var all []string
	for _, s := range d.Transcript().Segments {
		all = append(all, s.Speaker+": "+s.Text)
	}
	return strings.Join(all, " / ")
}

// A better model replaces the text while it is being edited: edits stay, stored
// or not, and so does what can still be undone of them.
func TestRefresh(t *testing.T) {
	g := newLibraryRig(t)
	id := g.stored("A: one two", "A: three four", "A: five six", "A: seven")
	d := g.openDocument(id)
	first, second, third := d.At(0), d.At(1), d.At(2)
	if _, err := d.SetText(first.ID, "one too"); err != nil {
		t.Fatal(err)
	}
	if _, err := d.SetText(second.ID, "soon undone"); err != nil {
		t.Fatal(err)
	}
	if _, err := d.RenameSpeaker("A", "Anna"); err != nil {
		t.Fatal(err)
	}
	d.Undo()
	d.Undo()
	d.Redo()
	d.Undo()
	g.flush(d)
	better := func(s app.Segment, text string) app.Segment {
		s.ID, s.Text, s.Speaker = 0, text, "A"
		s.Words = nil
		return s
	}
	// Not stored when the better text is:
	if _, err := d.SetText(third.ID, "mine"); err != nil {
		t.Fatal(err)
	}
	refined := []app.Segment{better(first, "ONE TWO"), better(second, "THREE FOUR"), better(third, "FIVE SIX"), {Start: 7, End: 8, Text: "SEVEN", Speaker: "A"}}
	if err := g.library.Refine(t.Context(), id, "large", refined); err != nil {
		t.Fatal(err)
	}
	fresh, err := g.ReadAgain(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	d.Refresh(fresh)
	if want := "A: one too / A: THREE FOUR / A: mine / A: SEVEN"; said(d) != want {
		t.Fatalf("got %q, want %q", said(d), want)
	}
	g.flush(d)
	wantStored(t, g.library, d, nil)
	d.Undo() // "mine": what it replaced is text of this document, and comes back
	d.Undo() // "one too"
	if want := "A: one two / A: THREE FOUR / A: five six / A: SEVEN"; said(d) != want || d.CanUndo() {
		t.Errorf("undone: got %q, want %q", said(d), want)
	}
	g.flush(d)
	wantStored(t, g.library, d, nil)
}

// What the resumed job drops goes from an open document too, and what comes while
// the library is read again stays.
func TestResumeWhileOpen(t *testing.T) {
	g := newLibraryRig(t)
	tr := g.interrupted(1)
	stray := g.hear(tr.ID, 20, "A: It was heard, and is behind the position.")
	d := g.openDocument(tr.ID)
	defer d.Close()
	if d.Row(stray[0].ID) < 0 {
		t.Fatal("it is not there to begin with")
	}
	_, err := g.Transcribe(t.Context(), app.Request{Resume: tr.ID, Path: g.file}, func(e app.Event) {
		switch e := e.(type) {
		case app.TextReplaced:
			f, err := g.ReadAgain(t.Context(), d)
			if err != nil {
				t.Error(err)
			}
			d.Added([]app.Segment{{ID: 1 << 40, Start: 25, End: 26, Text: "It has come since."}})
			d.Refresh(f)
			if d.Row(stray[0].ID) >= 0 || d.Row(1<<40) < 0 {
				t.Errorf("got %q", d.Transcript().Text())
			}
		case app.SegmentsAdded:
			d.Added(e.Segments)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	f, err := g.ReadAgain(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	d.Refresh(f)
	wantStored(t, g.library, d, nil)
}

// A document that was closed cannot be opened again before what was done to it is
// stored, which is tried until it is.
func TestSavingGoesOnAfterClose(t *testing.T) {
	library := &fullDisk{Store: openStore(t)}
	g := newRig(t, func(d *app.Deps) { d.Library = library })
	g.library = library.Store
	id := g.stored("A: one two")
	d := g.openDocument(id)
	library.full.Store(true)
	if _, err := d.SetText(d.At(0).ID, "one three"); err != nil {
		t.Fatal(err)
	}
	d.Close()
	if _, err := g.OpenDocument(t.Context(), id); !errors.Is(err, app.ErrDiskFull) {
		t.Errorf("opened again: got %v, want %v", err, app.ErrDiskFull)
	}
	sub := g.Subscribe()
	defer sub.Close()
	library.full.Store(false)
	waitForSaving(t, sub, func(e app.SavingChanged) bool { return !e.Pending })
	wantStored(t, g.library, d, nil)
	if d = g.openDocument(id); d.At(0).Text != "one three" {
		t.Errorf("got %q", d.At(0).Text)
	}
	d.Close()
}
