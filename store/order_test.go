package store

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"
	"time"

	"earshot/app"
)

func TestOrderIsKeptAsItWas(t *testing.T) {
	s := newStore(t)
	o := app.Order{
		ID: "job_1", Created: time.UnixMilli(1_700_000_000_123), State: app.OrderProcessing,
		Request: json.RawMessage(`{"language":"en"}`), Sound: "/tmp/sound",
	}
	if err := s.AddOrder(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	check := func() {
		t.Helper()
		if got, err := s.Order(t.Context(), o.ID); err != nil || !reflect.DeepEqual(got, o) {
			t.Errorf("got %+v, %v, want %+v", got, err, o)
		}
	}
	check()
	o.State, o.Sound, o.Result, o.Attempts = app.OrderDelivering, "", json.RawMessage(`{"text":"Yes."}`), 2
	if err := s.SaveOrder(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	o.Log = []app.Delivery{
		{At: time.UnixMilli(1_700_000_001_000), Err: "nobody answered"},
		{At: time.UnixMilli(1_700_000_002_000), Status: 503},
	}
	for _, d := range o.Log {
		if err := s.LogDelivery(t.Context(), o.ID, d); err != nil {
			t.Fatal(err)
		}
	}
	check()
	if _, err := s.Order(t.Context(), "job_2"); !errors.Is(err, app.ErrNotFound) {
		t.Errorf("another one: got %v, want ErrNotFound", err)
	}
	if err := s.SaveOrder(t.Context(), app.Order{ID: "job_2"}); !errors.Is(err, app.ErrNotFound) {
		t.Errorf("saving another one: got %v, want ErrNotFound", err)
	}
}

// Only what a dead program has left is adopted, and once.
func TestOrdersOfTheDeadAreAdopted(t *testing.T) {
	s := newStore(t)
	begin := time.UnixMilli(1_700_000_000_000)
	for i, state := range []app.OrderState{app.OrderDelivering, app.OrderProcessing, app.OrderDelivered, app.OrderGivenUp} {
		o := app.Order{ID: string(rune('d' - i)), Created: begin.Add(-time.Duration(i) * time.Minute), State: state, Request: json.RawMessage(`{}`)}
		if err := s.AddOrder(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
	adopt := func(endedBefore time.Time) (ids string) {
		t.Helper()
		orders, err := s.AdoptOrders(t.Context(), endedBefore)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range orders {
			ids += o.ID
		}
		return ids
	}
	if got := adopt(time.Time{}); got != "" {
		t.Errorf("of the living: got %q, want none", got)
	}
	execute(t, s.write, `UPDATE orders SET owner = 'dead'`)
	if got := adopt(time.Time{}); got != "cd" {
		t.Errorf("of the dead: got %q, want cd: oldest first", got)
	}
	if got := adopt(time.Now().Add(time.Hour)); got != "" {
		t.Errorf("a second time: got %q, want none", got)
	}
	if n := number(t, s.read, `SELECT count(*) FROM orders`); n != 2 {
		t.Errorf("got %d orders, want 2: those that ended are old", n)
	}
}
