package api

import (
	"math"
	"net/http"
	"slices"
	"sync"
	"time"
)

// gate lets requests in as far as the limits allow. It is safe for concurrent
// use.
type gate struct {
	limits Limits
	now    func() time.Time

	mu    sync.Mutex
	users map[int]*usage // by key
}

// usage is what one key has used up.
type usage struct {
	begun   []time.Time // requests of the last minute, oldest first
	running int
	day     int64   // since 1970, UTC
	heard   float64 // seconds on that day
}

func newGate(l Limits, now func() time.Time) *gate {
	return &gate{limits: l, now: now, users: map[int]*usage{}}
}

// ticket is a request that was let in.
type ticket struct {
	gate *gate
	user *usage
	left sync.Once
}

// enter lets a request in, or says why not.
func (g *gate) enter(user int) (*ticket, *failure) {
	g.mu.Lock()
	defer g.mu.Unlock()
	u, now := g.usage(user), g.now()
	u.begun = slices.DeleteFunc(u.begun, func(at time.Time) bool { return now.Sub(at) >= time.Minute })
	g.turn(u, now)
	switch {
	case u.running >= g.limits.Concurrent:
		return nil, refused(time.Second)
	case len(u.begun) >= g.limits.PerMinute:
		return nil, refused(u.begun[0].Add(time.Minute).Sub(now))
	case u.heard >= g.limits.Daily.Seconds():
		return nil, refused(time.Unix((u.day+1)*86400, 0).Sub(now))
	}
	u.begun = append(u.begun, now)
	u.running++
	return &ticket{gate: g, user: u}, nil
}

// turn begins a new day. g.mu is held.
func (g *gate) turn(u *usage, now time.Time) {
	if day := now.Unix() / 86400; day != u.day {
		u.day, u.heard = day, 0
	}
}

// leave ends the request; a second call does nothing.
func (t *ticket) leave() {
	t.left.Do(func() {
		t.gate.mu.Lock()
		defer t.gate.mu.Unlock()
		t.user.running--
	})
}

// heard counts seconds of sound. What began below the day's limit may end above
// it.
func (g *gate) heard(user int, seconds float64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	u := g.usage(user)
	g.turn(u, g.now())
	u.heard += seconds
}

// usage is what a key has used up. g.mu is held.
func (g *gate) usage(user int) *usage {
	u := g.users[user]
	if u == nil {
		u = &usage{}
		g.users[user] = u
	}
	return u
}

// refused is the failure of one request too many.
func refused(retry time.Duration) *failure {
	retry = max(time.Second, time.Duration(math.Ceil(retry.Seconds()))*time.Second)
	return &failure{status: http.StatusTooManyRequests, code: codeRate, message: "Rate limit exceeded", retry: retry}
}
