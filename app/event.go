package app

import (
	"context"
	"slices"
	"sync"
)

// Event is something that has happened: one of the types below. Events of one
// job or download arrive in order.
type Event interface{ event() }

// JobChanged carries the newest state of a job.
type JobChanged struct{ Job Job }

// SegmentsAdded carries new segments of a transcript, in order.
type SegmentsAdded struct {
	Transcript int64 // 0 if it is not stored
	Segments   []Segment
}

// EntryChanged says that an entry of the library is new or different.
type EntryChanged struct{ Entry Entry }

// EntryRemoved says that an entry left the library or went into the trash.
type EntryRemoved struct{ ID int64 }

// DownloadChanged carries the newest state of a download.
type DownloadChanged struct{ Download Download }

func (JobChanged) event()      {}
func (SegmentsAdded) event()   {}
func (EntryChanged) event()    {}
func (EntryRemoved) event()    {}
func (DownloadChanged) event() {}

// Subscription receives every event published after it was made. A slow
// subscriber holds up nobody: events wait for it, and of the changes of a job
// or download only the newest.
type Subscription struct {
	events chan struct{} // holds a token while waiting is not empty
	leave  func()

	mu      sync.Mutex
	waiting []Event
}

// Next waits for events and returns all that have come, oldest first. It
// returns nil when ctx is done.
func (s *Subscription) Next(ctx context.Context) []Event {
	for {
		select {
		case <-s.events:
		case <-ctx.Done():
			return nil
		}
		// An event that came after the token was taken has left another one,
		// which finds nothing the next time.
		if all := s.take(); len(all) > 0 {
			return all
		}
	}
}

func (s *Subscription) take() []Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.waiting
	s.waiting = nil
	return all
}

// Close ends the subscription.
func (s *Subscription) Close() { s.leave() }

func (s *Subscription) add(e Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting = append(withoutOutdated(s.waiting, e), e)
	select {
	case s.events <- struct{}{}:
	default:
	}
}

// withoutOutdated drops the waiting change that a newer one replaces, if
// nothing came after it that it must not overtake: a download overtakes jobs
// and other downloads, a job only downloads.
func withoutOutdated(events []Event, newer Event) []Event {
	job, ofJob := newer.(JobChanged)
	download, ofDownload := newer.(DownloadChanged)
	for i := len(events) - 1; i >= 0 && (ofJob || ofDownload); i-- {
		same := false
		switch e := events[i].(type) {
		case DownloadChanged:
			same = ofDownload && e.Download.Offer.Name == download.Download.Offer.Name
		case JobChanged:
			if same = ofJob && e.Job.ID == job.Job.ID; ofJob && !same {
				return events
			}
		default:
			return events
		}
		if same {
			return slices.Delete(events, i, i+1)
		}
	}
	return events
}

// broker hands events to subscribers. It is safe for concurrent use.
type broker struct {
	mu   sync.Mutex
	subs map[*Subscription]struct{}
}

func (b *broker) subscribe() *Subscription {
	s := &Subscription{events: make(chan struct{}, 1)}
	s.leave = func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.subs, s)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.subs == nil {
		b.subs = map[*Subscription]struct{}{}
	}
	b.subs[s] = struct{}{}
	return s
}

func (b *broker) publish(e Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for s := range b.subs {
		s.add(e)
	}
}
