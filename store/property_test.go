package store

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand"
	"slices"
	"strings"
	"testing"
	"time"

	"earshot/app"
)

// modelled is what the library should hold: plain Go, nothing clever.
type modelled struct {
	now        time.Time
	recordings map[string]app.Source
	held       map[int64]*holding
	said       int // segments so far; each says its number, and newer ones higher
}

type holding struct {
	app.Transcript
	owner int // which of the stores made it, while it runs
}

// transcript is what reading one should give.
func (m *modelled) transcript(h *holding) app.Transcript {
	t := h.Transcript
	t.Source = m.recordings[t.Source.Hash]
	t.Segments = slices.Clone(t.Segments)
	slices.SortStableFunc(t.Segments, func(a, b app.Segment) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
	})
	return t
}

// shown are the transcripts outside the trash, newest first.
func (m *modelled) shown() []*holding {
	all := slices.DeleteFunc(slices.Collect(maps.Values(m.held)), func(h *holding) bool { return !h.Trashed.IsZero() })
	slices.SortFunc(all, func(a, b *holding) int {
		return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(b.ID, a.ID))
	})
	return all
}

// cached is the id that Cached should find, 0 for none.
func (m *modelled) cached(hash, key string) int64 {
	var resumable int64
	for _, h := range m.shown() {
		switch {
		case h.Source.Hash != hash || h.Key != key || h.State == app.StateRunning:
		case h.State == app.StateDone:
			return h.ID
		case resumable == 0:
			resumable = h.ID
		}
	}
	return resumable
}

// texts are the segments with a word that a search should find, newest first.
func (m *modelled) texts(word string) []string {
	var all []string
	for _, h := range m.shown() {
		for _, s := range h.Segments {
			if slices.Contains(strings.Fields(s.Text), word) {
				all = append(all, s.Text)
			}
		}
	}
	slices.Sort(all) // by number, which has a fixed width
	slices.Reverse(all)
	return all
}

func (m *modelled) dropOrphans() {
	maps.DeleteFunc(m.recordings, func(hash string, _ app.Source) bool {
		for _, h := range m.held {
			if h.Source.Hash == hash {
				return false
			}
		}
		return true
	})
}

// walk takes random steps in the library and in the model.
type walk struct {
	*testing.T
	*rand.Rand
	modelled
	dir    string
	stores [2]*Store // two programs on one library
}

func TestLibraryIsLikeModel(t *testing.T) {
	for seed := range int64(3) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			w := &walk{T: t, Rand: rand.New(rand.NewSource(seed)), dir: t.TempDir()}
			w.now, w.recordings, w.held = noon, map[string]app.Source{}, map[int64]*holding{}
			for i := range w.stores {
				w.stores[i] = openAt(t, w.dir, w.options())
			}
			steps := []struct {
				name   string
				weight int
				do     func(s int, id int64, h *holding) (got, want error)
			}{
				{"create", 6, w.create},
				{"append", 20, w.append},
				{"finish", 8, w.finish},
				{"restart", 6, w.restart},
				{"rename", 3, w.rename},
				{"trash", 4, w.trash},
				{"restore", 3, w.restore},
				{"delete", 2, w.delete},
				{"reopen", 2, w.reopen},
			}
			var deck []int
			for i, step := range steps {
				deck = append(deck, slices.Repeat([]int{i}, step.weight)...)
			}
			for n := range 100 {
				step := steps[deck[w.Intn(len(deck))]]
				id := w.pick()
				got, want := step.do(w.Intn(2), id, w.held[id])
				if (got == nil) != (want == nil) {
					t.Errorf("step %d, %s of %d: got %v, want %v", n, step.name, id, got, want)
				} else if want == app.ErrNotFound {
					wantError(t, step.name, got, want)
				}
				w.compare()
				if t.Failed() {
					t.Fatalf("after step %d, %s of %d", n, step.name, id)
				}
			}
		})
	}
}

func (w *walk) options() Options {
	return Options{Now: func() time.Time { return w.now }}
}

// pick chooses a transcript, now and then one that does not exist.
func (w *walk) pick() int64 {
	all := slices.Sorted(maps.Keys(w.held))
	if len(all) == 0 || w.Intn(20) == 0 {
		return 1000
	}
	return all[w.Intn(len(all))]
}

// known wants an error if there is no transcript.
func known(h *holding) error {
	if h == nil {
		return app.ErrNotFound
	}
	return nil
}

func (w *walk) create(s int, _ int64, _ *holding) (got, want error) {
	w.now = w.now.Add(time.Duration(w.Intn(3)) * time.Hour) // some are of the same moment
	e := recording(w.Intn(3))
	e.Key, e.Created, e.Source.Path = fmt.Sprint("key", w.Intn(2)), w.now, fmt.Sprintf("/%d.wav", w.Intn(5))
	id, err := w.stores[s].Create(w.Context(), e)
	if w.held[id] != nil {
		w.Errorf("create: got id %d, which is taken", id)
	}
	source, ok := w.recordings[e.Source.Hash]
	if !ok {
		source = e.Source
	}
	source.Path = e.Source.Path
	w.recordings[e.Source.Hash] = source
	e.ID, e.State = id, app.StateRunning
	w.held[id] = &holding{Transcript: app.Transcript{Entry: e}, owner: s}
	return err, nil
}

func (w *walk) append(s int, id int64, h *holding) (got, want error) {
	p := app.Progress{Position: float64(w.Intn(60))}
	for range w.Intn(3) {
		w.said++
		words := []string{fmt.Sprintf("n%04d", w.said), []string{"red", "green", "blue"}[w.Intn(3)]}
		p.Segments = append(p.Segments, said(float64(w.Intn(600))/10, words...))
	}
	if w.Intn(4) == 0 {
		p.Language, p.Device = []string{"en", "de"}[w.Intn(2)], "CPU"
	}
	if h != nil {
		h.Segments = append(h.Segments, p.Segments...)
		h.Position = max(h.Position, p.Position)
		h.Language, h.Device = cmp.Or(p.Language, h.Language), cmp.Or(p.Device, h.Device)
	}
	return w.stores[s].Append(w.Context(), id, p), known(h)
}

func (w *walk) finish(s int, id int64, h *holding) (got, want error) {
	end := app.Ending{State: []app.State{app.StateDone, app.StateCancelled, app.StateFailed, app.StateInterrupted}[w.Intn(4)]}
	if w.Intn(2) == 0 {
		end.Duration, end.Speed, end.Warnings = float64(w.Intn(100)), float64(w.Intn(3)), []string{"A warning."}
	}
	if h != nil {
		h.State, h.Warnings = end.State, end.Warnings
		h.Duration, h.Speed = cmp.Or(end.Duration, h.Duration), cmp.Or(end.Speed, h.Speed)
		if end.State == app.StateDone {
			h.Position = max(h.Position, end.Duration)
		}
	}
	return w.stores[s].Finish(w.Context(), id, end), known(h)
}

func (w *walk) restart(s int, id int64, h *holding) (got, want error) {
	t, err := w.stores[s].Restart(w.Context(), id)
	switch {
	case h == nil:
		return err, app.ErrNotFound
	case !h.State.Resumable():
		return err, fmt.Errorf("it is %s", h.State)
	}
	h.State, h.owner = app.StateRunning, s
	h.Segments = slices.DeleteFunc(h.Segments, func(seg app.Segment) bool { return seg.Start >= h.Position })
	compare(w.T, "restarted", t, w.transcript(h))
	return err, nil
}

func (w *walk) rename(s int, id int64, h *holding) (got, want error) {
	title := fmt.Sprint("Title ", w.Intn(1000))
	if h != nil {
		h.Title = title
	}
	return w.stores[s].Rename(w.Context(), id, title), known(h)
}

func (w *walk) trash(s int, id int64, h *holding) (got, want error) {
	if h != nil {
		h.Trashed = w.now
	}
	return w.stores[s].Trash(w.Context(), id), known(h)
}

func (w *walk) restore(s int, id int64, h *holding) (got, want error) {
	if h != nil {
		h.Trashed = time.Time{}
	}
	return w.stores[s].Restore(w.Context(), id), known(h)
}

func (w *walk) delete(s int, id int64, h *holding) (got, want error) {
	delete(w.held, id)
	w.dropOrphans()
	return w.stores[s].Delete(w.Context(), id), known(h)
}

// reopen ends one of the programs and starts it again, days later.
func (w *walk) reopen(s int, _ int64, _ *holding) (got, want error) {
	w.now = w.now.AddDate(0, 0, w.Intn(20))
	w.stores[s] = reopen(w, w.stores[s], w.options())
	maps.DeleteFunc(w.held, func(_ int64, h *holding) bool {
		return !h.Trashed.IsZero() && h.Trashed.Before(w.now.AddDate(0, 0, -app.TrashDays))
	})
	w.dropOrphans()
	for _, h := range w.held {
		if h.State == app.StateRunning && h.owner == s {
			h.State = app.StateInterrupted
		}
	}
	return nil, nil
}

// compare reads everything through both stores.
func (w *walk) compare() {
	w.Helper()
	for _, s := range w.stores {
		l, err := s.List(w.Context(), app.Filter{}, app.Page{})
		entries := l.Entries
		shown := w.shown()
		if err != nil || len(entries) != len(shown) {
			w.Fatalf("List: got %d entries and error %v, want %d", len(entries), err, len(shown))
		}
		for i, h := range shown {
			compare(w.T, "List", app.Transcript{Entry: entries[i]}, app.Transcript{Entry: w.transcript(h).Entry})
		}
		for id, h := range w.held {
			compare(w.T, "Transcript", read(w, s, id), w.transcript(h))
		}
	}
	s := w.stores[w.Intn(2)]
	for i := range 3 {
		for _, key := range []string{"key0", "key1"} {
			hash := recording(i).Source.Hash
			got, err := s.Cached(w.Context(), hash, key)
			if want := w.cached(hash, key); got.ID != want || (err == nil) != (want != 0) {
				w.Errorf("Cached(%s, %s): got %d and error %v, want %d", hash, key, got.ID, err, want)
			}
		}
	}
	for _, word := range []string{"red", "green", "n0003"} {
		if got, want := find(w, s, word, 1000), w.texts(word); !slices.Equal(got, want) {
			w.Errorf("Search(%q): got %q, want %q", word, got, want)
		}
	}
	if n := number(w, s.read, `SELECT count(*) FROM recordings`); n != len(w.recordings) {
		w.Errorf("recordings: got %d, want %d", n, len(w.recordings))
	}
	checkIndex(w, s)
}
