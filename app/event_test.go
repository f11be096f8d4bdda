package app

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
)

func job(id JobID, stage Stage) Event { return JobChanged{Job: Job{ID: id, Stage: stage}} }
func entry(id int64) Event            { return EntryChanged{Entry: Entry{ID: id}} }
func load(name string, done int64) Event {
	return DownloadChanged{Download: Download{Offer: Offer{Name: name}, Done: done}}
}

func sound(seconds float64) Event {
	return RecordingChanged{Recording: Recording{TakeStatus: TakeStatus{Duration: seconds}}}
}
func text(id int64) Event { return SegmentsAdded{Transcript: id} }

// describe names events, for comparing.
func describe(events []Event) []string {
	var all []string
	for _, e := range events {
		switch e := e.(type) {
		case JobChanged:
			all = append(all, fmt.Sprintf("job %d %s", e.Job.ID, e.Job.Stage))
		case EntryChanged:
			all = append(all, fmt.Sprintf("entry %d", e.Entry.ID))
		case DownloadChanged:
			all = append(all, fmt.Sprintf("%s %d", e.Download.Offer.Name, e.Download.Done))
		case RecordingChanged:
			all = append(all, fmt.Sprintf("recording %g", e.Recording.Duration))
		case EntryRemoved:
			all = append(all, fmt.Sprintf("removed %d", e.ID))
		case SegmentsAdded:
			all = append(all, fmt.Sprintf("text %d", e.Transcript))
		}
	}
	return all
}

func TestSubscriptionKeepsOrder(t *testing.T) {
	tests := []struct {
		name   string
		events []Event
		want   []string
	}{
		{"one", []Event{entry(1)}, []string{"entry 1"}},
		{"a job's changes in a row", []Event{job(1, StageQueued), job(1, StageReading), job(1, StageLoading)}, []string{"job 1 loading"}},
		{"changes of two jobs", []Event{job(1, StageDone), job(2, StageReading), job(2, StageLoading)}, []string{"job 1 done", "job 2 loading"}},
		{
			"changes with something in between",
			[]Event{job(1, StageReading), entry(1), job(1, StageLoading), text(1), text(1), job(1, StageDone)},
			[]string{"job 1 reading", "entry 1", "job 1 loading", "text 1", "text 1", "job 1 done"},
		},
		{
			"changes that alternate",
			[]Event{load("a", 1), load("b", 1), job(1, StageReading), load("a", 2), load("b", 2), load("a", 3), job(1, StageLoading), load("a", 4)},
			[]string{"b 2", "job 1 loading", "a 4"},
		},
		{
			"changes of a recording beside a job and a download",
			[]Event{sound(1), job(1, StageReading), load("a", 1), sound(2), job(1, StageLoading), text(1), sound(3), sound(4)},
			[]string{"a 1", "recording 2", "job 1 loading", "text 1", "recording 4"},
		},
		{
			"changes of jobs around a download",
			[]Event{job(1, StageQueued), job(2, StageQueued), load("a", 1), job(1, StageReading), job(2, StageReading), job(2, StageDone)},
			[]string{"job 1 queued", "job 2 queued", "a 1", "job 1 reading", "job 2 done"},
		},
		{"changes of downloads around something", []Event{load("a", 1), entry(1), load("b", 1), load("a", 2)}, []string{"a 1", "entry 1", "b 1", "a 2"}},
		{"everything but jobs", []Event{entry(1), entry(1), EntryRemoved{1}, EntryRemoved{1}}, []string{"entry 1", "entry 1", "removed 1", "removed 1"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var b broker
			s := b.subscribe()
			for _, e := range test.events {
				b.publish(e)
			}
			if got := describe(s.Next(t.Context())); !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// A change that has been handed out is not replaced behind the receiver's back.
func TestSubscriptionHandsOut(t *testing.T) {
	var b broker
	s := b.subscribe()
	b.publish(job(1, StageQueued))
	first := s.Next(t.Context())
	b.publish(job(1, StageDone))
	second := s.Next(t.Context())
	if got, want := describe(slices.Concat(first, second)), []string{"job 1 queued", "job 1 done"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSubscriptionLosesNothing(t *testing.T) {
	const writers, each = 4, 2000
	var b broker
	s := b.subscribe()
	b.subscribe() // nobody takes from it: it holds up nobody
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				b.publish(EntryRemoved{ID: int64(w*each + i)})
			}
		})
	}
	next := make([]int64, writers)
	for got := 0; got < writers*each; {
		events := s.Next(t.Context())
		if len(events) == 0 {
			t.Fatal("Next returned nothing though its context is not done")
		}
		for _, e := range events {
			id := e.(EntryRemoved).ID
			w := id / each
			if want := w*each + next[w]; id != want {
				t.Fatalf("writer %d: got event %d, want %d", w, id, want)
			}
			next[w]++
			got++
		}
	}
	wg.Wait()
}

// The token of an event that was taken with the one before finds nothing.
func TestSubscriptionNextSkipsStaleToken(t *testing.T) {
	var b broker
	s := b.subscribe()
	b.publish(entry(1))
	s.take()
	done := make(chan []Event, 1)
	go func() { done <- s.Next(t.Context()) }()
	// Wait until Next has taken the token, so that the event below is a new one.
	for len(s.events) > 0 {
		runtime.Gosched()
	}
	b.publish(entry(2))
	if got, want := describe(<-done), []string{"entry 2"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSubscriptionClose(t *testing.T) {
	var b broker
	closed, open := b.subscribe(), b.subscribe()
	b.publish(entry(1))
	closed.Close()
	closed.Close()
	b.publish(entry(2))
	if got, want := describe(closed.Next(t.Context())), []string{"entry 1"}; !slices.Equal(got, want) {
		t.Errorf("closed: got %q, want %q", got, want)
	}
	if got, want := describe(open.Next(t.Context())), []string{"entry 1", "entry 2"}; !slices.Equal(got, want) {
		t.Errorf("open: got %q, want %q", got, want)
	}
	if n := len(b.subs); n != 1 {
		t.Errorf("subscriptions: got %d, want 1", n)
	}
}

func TestSubscriptionNextEndsWithContext(t *testing.T) {
	var b broker
	s := b.subscribe()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got := s.Next(ctx); got != nil {
		t.Errorf("got %v, want nil", got)
	}
	b.publish(entry(1))
	if got, want := describe(s.Next(t.Context())), []string{"entry 1"}; !slices.Equal(got, want) {
		t.Errorf("after that: got %q, want %q: nothing is lost", got, want)
	}
}

func TestSubscriptionGetsOnlyWhatComesLater(t *testing.T) {
	var b broker
	b.publish(entry(1))
	s := b.subscribe()
	b.publish(entry(2))
	if got, want := describe(s.Next(t.Context())), []string{"entry 2"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
