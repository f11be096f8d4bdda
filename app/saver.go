package app

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"
)

// How soon a change is stored, so that those that follow at once go with it, and
// how soon it is tried again after a failure.
const (
	savingDelay = 300 * time.Millisecond
	retryDelay  = time.Second
)

// saver brings what is done to one document into the library, in order, each
// time all of it or nothing. Its goroutine, run, belongs to the App; the rest is
// safe for concurrent use.
type saver struct {
	app     *App
	id      int64         // of the transcript
	wake    chan struct{} // holds a token when there is something to store
	hurry   chan struct{} // holds a token when somebody waits for it
	closing chan struct{} // closed when nothing more will come
	ended   chan struct{} // closed when run has returned and all is tidied up
	storing sync.Mutex    // held while the library is written

	mu      sync.Mutex
	waiting unsaved
	count   uint64          // of steps handed over
	saved   uint64          // of those, stored
	library map[int64]int64 // the library's IDs of segments that the document has made
	own     map[int64]int64 // the other way round
	tried   chan struct{}   // closed and replaced after each attempt
	err     error           // of the last attempt
}

// unsaved is what the library lacks: the newest of each.
type unsaved struct {
	put       map[int64]Segment
	gone      map[int64]bool
	speakers  []Speaker
	dismissed []string
	renames   [][2]string // of speakers, in order: what was put earlier has the earlier names
}

func newSaver(a *App, id int64) *saver {
	return &saver{
		app: a, id: id, wake: make(chan struct{}, 1), hurry: make(chan struct{}, 1),
		closing: make(chan struct{}), ended: make(chan struct{}), tried: make(chan struct{}),
		library: map[int64]int64{}, own: map[int64]int64{},
	}
}

// take takes over what a step has done, and returns how many there were.
func (s *saver) take(st step) uint64 {
	s.mu.Lock()
	s.waiting.add(st)
	s.count++
	n, first := s.count, s.count == s.saved+1
	s.mu.Unlock()
	poke(s.wake)
	if first {
		s.app.broker.publish(SavingChanged{Transcript: s.id, Pending: true})
	}
	return n
}

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

func (u *unsaved) add(st step) {
	if u.put == nil {
		u.put, u.gone = map[int64]Segment{}, map[int64]bool{}
	}
	for _, e := range st.edits {
		for _, s := range e.before {
			delete(u.put, s.ID)
			u.gone[s.ID] = true
		}
		for _, s := range e.after {
			delete(u.gone, s.ID)
			u.put[s.ID] = s
		}
	}
	for _, r := range st.recasts {
		label := r.before.Label
		u.speakers = slices.DeleteFunc(u.speakers, func(p Speaker) bool { return p.Label == label })
		if r.after.Label == "" {
			u.dismissed = append(u.dismissed, label)
			continue
		}
		u.dismissed = slices.DeleteFunc(u.dismissed, func(l string) bool { return l == r.after.Label })
		u.speakers = append(u.speakers, r.after)
		if label != "" && r.before.Name != r.after.Name {
			u.rename(r.before.Name, r.after.Name)
		}
	}
}

func (u *unsaved) rename(from, to string) {
	u.renames = append(u.renames, [2]string{from, to})
	for id, s := range u.put {
		if s.Speaker == from {
			s.Speaker = to
			u.put[id] = s
		}
	}
}

// under is what is unsaved when newer things have come on top.
func (u unsaved) under(newer unsaved) unsaved {
	if u.put == nil {
		return newer
	}
	for _, names := range newer.renames {
		u.rename(names[0], names[1])
	}
	for id, s := range newer.put {
		u.put[id] = s
		delete(u.gone, id)
	}
	for id := range newer.gone {
		delete(u.put, id)
		u.gone[id] = true
	}
	for _, p := range newer.speakers {
		u.speakers = append(slices.DeleteFunc(u.speakers, func(o Speaker) bool { return o.Label == p.Label }), p)
		u.dismissed = slices.DeleteFunc(u.dismissed, func(l string) bool { return l == p.Label })
	}
	for _, label := range newer.dismissed {
		u.speakers = slices.DeleteFunc(u.speakers, func(o Speaker) bool { return o.Label == label })
		u.dismissed = append(u.dismissed, label)
	}
	return u
}

// run stores what comes until the document is closed and all of it is stored; or
// until ctx is done, and then what is left, once.
func (s *saver) run(ctx context.Context) {
	for s.wait(ctx) {
		s.save(context.WithoutCancel(ctx))
	}
	s.save(context.WithoutCancel(ctx))
	for s.left() != nil && ctx.Err() == nil {
		select {
		case <-time.After(retryDelay):
		case <-s.hurry:
		case <-ctx.Done():
		}
		s.save(context.WithoutCancel(ctx))
	}
}

// wait waits until it is time to store something; it returns false when there
// will be no more.
func (s *saver) wait(ctx context.Context) bool {
	delay := savingDelay
	s.mu.Lock()
	failed := s.err != nil
	s.mu.Unlock()
	if failed {
		delay = retryDelay
	} else {
		select {
		case <-s.wake:
		case <-s.hurry:
			return true
		case <-s.closing:
			return false
		case <-ctx.Done():
			return false
		}
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.hurry:
	case <-s.closing:
		return false
	case <-ctx.Done():
		return false
	}
	return true
}

// save makes one attempt to store what is unsaved.
func (s *saver) save(ctx context.Context) {
	s.storing.Lock()
	defer s.storing.Unlock()
	s.mu.Lock()
	what, upTo := s.waiting, s.count
	s.waiting = unsaved{}
	edits, ids := what.edits(s.library)
	s.mu.Unlock()
	var err error
	if upTo > s.stored() {
		err = s.app.library.Apply(ctx, s.id, edits)
	}
	s.mu.Lock()
	news := upTo > s.saved
	switch {
	case err == nil:
		s.saved, s.err = upTo, nil
		s.learn(ids, edits.Put)
	case errors.Is(err, ErrNotFound):
		s.saved, s.err = upTo, nil // the transcript is gone for good: there is nothing to store it in
	default:
		s.waiting, s.err = what.under(s.waiting), err
	}
	changed := SavingChanged{Transcript: s.id, Pending: s.saved < s.count, Err: err}
	close(s.tried)
	s.tried = make(chan struct{})
	s.mu.Unlock()
	if news {
		s.app.broker.publish(changed)
	}
}

// learn takes down the IDs that segments have got in the library. s.mu is held.
func (s *saver) learn(ids []int64, stored []Segment) {
	for i, id := range ids {
		if number := stored[i].ID; id != number {
			s.library[id], s.own[number] = number, id
		}
	}
}

// edits is what the library gets, which has IDs of its own, and the document's
// IDs of the segments that are put.
func (u unsaved) edits(library map[int64]int64) (e *Edits, ids []int64) {
	e = &Edits{Speakers: u.speakers, Dismiss: u.dismissed}
	ids = slices.Collect(maps.Keys(u.put))
	slices.SortFunc(ids, func(a, b int64) int { return int(age(a) - age(b)) })
	for _, id := range ids {
		s := u.put[id]
		if id < 0 {
			s.ID = library[id] // 0 if it is new
		}
		e.Put = append(e.Put, s)
	}
	for id := range u.gone {
		if id < 0 {
			id = library[id]
		}
		if id != 0 {
			e.Remove = append(e.Remove, id)
		}
	}
	return e, ids
}

// stored is how many steps are in the library.
func (s *saver) stored() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.saved
}

// number is the library's ID of a segment of the document.
func (s *saver) number(id int64) int64 { return s.translate(s.library, id) }

// name is the document's ID of a segment of the library.
func (s *saver) name(id int64) int64 { return s.translate(s.own, id) }

// translate is the other side's ID of a segment, which is mostly the same.
func (s *saver) translate(ids map[int64]int64, id int64) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if other, ok := ids[id]; ok {
		return other
	}
	return id
}

// flush waits until all that has been handed over is stored, or an attempt has
// failed.
func (s *saver) flush(ctx context.Context) error {
	s.mu.Lock()
	upTo := s.count
	s.mu.Unlock()
	for {
		s.mu.Lock()
		saved, tried := s.saved, s.tried
		s.mu.Unlock()
		if saved >= upTo {
			return nil
		}
		poke(s.hurry)
		select {
		case <-tried:
		case <-s.ended:
			return s.left()
		case <-ctx.Done():
			return ctx.Err()
		}
		s.mu.Lock()
		saved, err := s.saved, s.err
		s.mu.Unlock()
		if saved < upTo && err != nil {
			return err
		}
	}
}

// left is why something is not stored, now that nothing more comes.
func (s *saver) left() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.saved < s.count {
		return s.err
	}
	return nil
}
