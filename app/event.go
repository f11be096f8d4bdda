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

// RecordingChanged carries the newest state of the recording that runs.
type RecordingChanged struct{ Recording Recording }

// SegmentsChanged carries segments of a transcript that are different now, by
// their IDs.
type SegmentsChanged struct {
	Transcript int64
	Segments   []Segment
}

// TextReplaced says that the text of a transcript is another.
type TextReplaced struct{ Transcript int64 }

// HeardAgain carries what a job of App.HearAgain has heard.
type HeardAgain struct {
	Job        JobID
	Transcript int64
	Stretches  []Span    // that were heard: in order, and apart from each other
	Segments   []Segment // in order; their IDs are 0
	Omissions  []Omission
	Model      string // its name
	Language   string // ISO 639-1; "" where the model does not tell
	Warnings   []string
}

// SavingChanged tells whether all that was done to an open document is stored.
type SavingChanged struct {
	Transcript int64
	Pending    bool  // not all of it
	Err        error // why the last attempt failed; it is tried again
}

func (JobChanged) event()      {}
func (SegmentsAdded) event()   {}
func (EntryChanged) event()    {}
func (EntryRemoved) event()    {}
func (DownloadChanged) event() {}

// PlayerChanged carries the newest state of the player; while it plays, its
// position 25 times a second.
type PlayerChanged struct{ Playing Playing }

// OverviewChanged carries how far the newest overview has come.
type OverviewChanged struct{ State OverviewState }

func (RecordingChanged) event() {}
func (SegmentsChanged) event()  {}
func (TextReplaced) event()     {}
func (HeardAgain) event()       {}
func (PlayerChanged) event()    {}
func (OverviewChanged) event()  {}
func (SavingChanged) event()    {}

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
// nothing came after it that it must not overtake: changes overtake only those
// of another kind, and downloads each other.
func withoutOutdated(events []Event, newer Event) []Event {
	kind, which := changeOf(newer)
	for i := len(events) - 1; i >= 0 && kind != 0; i-- {
		k, w := changeOf(events[i])
		switch {
		case k == 0:
			return events
		case k != kind:
		case w == which:
			return slices.Delete(events, i, i+1)
		case kind != ofDownload:
			return events
		}
	}
	return events
}

// changeKind says what an event tells the newest state of; 0 for those that
// tell something else.
type changeKind int

const (
	ofJob changeKind = iota + 1
	ofDownload
	ofRecording
	ofPlayer
	ofOverview
)

// changeOf is an event's kind of change, and which one of that kind it is about.
func changeOf(e Event) (kind changeKind, which any) {
	switch e := e.(type) {
	case JobChanged:
		return ofJob, e.Job.ID
	case DownloadChanged:
		return ofDownload, e.Download.Offer.Name
	case RecordingChanged:
		return ofRecording, nil
	case PlayerChanged:
		return ofPlayer, nil
	case OverviewChanged:
		return ofOverview, e.State.Transcript
	}
	return 0, nil
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
