package app

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"strconv"
	"sync"
)

// APIAddr is where the API is served unless the settings name another address.
const APIAddr = "127.0.0.1:7100"

// APISettings say how the API is served beside the window.
type APISettings struct {
	On   bool   `json:"on,omitempty"`
	Addr string `json:"addr,omitempty"` // host and port; "" is APIAddr
	Key  string `json:"key,omitempty"`  // that programs have to name; made when it is missing
}

// Server serves the API to other programs. Implemented by package api.
type Server interface {
	// Serve answers programs that name the key with what a can do, until ctx is
	// done, and gives what it is at a moment to end. ready is called once, when
	// it answers, with its address. If it cannot, it fails with a *ServeError.
	Serve(ctx context.Context, a *App, addr, key string, ready func(addr string)) error
}

// ServeError says why the API is not served.
type ServeError struct {
	Addr string
	Err  error
}

func (e *ServeError) Error() string { return fmt.Sprintf("serve at %s: %v", e.Addr, e.Err) }
func (e *ServeError) Unwrap() error { return e.Err }

// Serving is how it stands with the API.
type Serving struct {
	Addr string // where it is served; "" if it is not
	Err  error  // why it is not, though it is to be
}

// ServingChanged carries how it stands with the API.
type ServingChanged struct{ Serving Serving }

func (ServingChanged) event() {}

// SetAPI changes how the API is served and puts that in force, as ServeAPI does;
// SaveSettings keeps it. It fails with a *UsageError if nothing can be served at
// the address.
func (a *App) SetAPI(how APISettings) error {
	if err := checkAPIAddr(how.Addr); err != nil {
		return err
	}
	a.settingsMu.Lock()
	a.settings.API = how
	a.settingsMu.Unlock()
	a.ServeAPI()
	return nil
}

// ServeAPI puts the settings of the API in force, which is not served before: it
// begins, ends or begins anew. It does not wait: ServingChanged tells what came
// of it. Close ends it.
func (a *App) ServeAPI() {
	a.settingsMu.Lock()
	if api := &a.settings.API; api.On && api.Key == "" {
		api.Key = rand.Text()
	}
	a.settingsMu.Unlock()
	select {
	case a.serving.look <- struct{}{}:
	default: // it is going to look
	}
}

func checkAPIAddr(addr string) error {
	if addr == "" {
		return nil
	}
	if host, port, err := net.SplitHostPort(addr); err == nil && host != "" {
		if n, err := strconv.Atoi(port); err == nil && n >= 0 && n < 1<<16 {
			return nil
		}
	}
	return &UsageError{What: "address", Value: addr, Want: "a host and a port, as in " + APIAddr}
}

// Serving is how it stands with the API now.
func (a *App) Serving() Serving { return a.serving.now() }

// serving serves the API as the settings say. Its goroutine owns the server that
// runs.
type serving struct {
	app    *App
	server Server        // nil serves nothing
	look   chan struct{} // holds a token when the settings may be others

	mu    sync.Mutex
	state Serving
}

func newServing(a *App, s Server) *serving {
	return &serving{app: a, server: s, look: make(chan struct{}, 1)}
}

func (s *serving) now() Serving {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state
}

func (s *serving) tell(state Serving) {
	s.mu.Lock()
	s.state = state
	s.mu.Unlock()
	s.app.broker.publish(ServingChanged{state})
}

// loop runs until ctx is done and the server has ended.
func (s *serving) loop(ctx context.Context) {
	var is APISettings
	stop, ended := func() {}, make(chan struct{})
	close(ended)
	for {
		select {
		case <-s.look:
		case <-ctx.Done():
			stop()
			<-ended
			return
		}
		want := s.app.Settings().API
		if want == is && s.now().Err == nil {
			continue
		}
		stop()
		<-ended
		is = want
		if want.On && s.server != nil {
			stop, ended = s.start(ctx, want)
		} else {
			s.tell(Serving{})
		}
	}
}

// start serves until stop is called; ended is closed when it is over.
func (s *serving) start(ctx context.Context, how APISettings) (stop func(), ended chan struct{}) {
	ctx, stop = context.WithCancel(ctx)
	ended = make(chan struct{})
	go func() {
		defer close(ended)
		err := s.server.Serve(ctx, s.app, cmp.Or(how.Addr, APIAddr), how.Key, func(addr string) { s.tell(Serving{Addr: addr}) })
		if ctx.Err() != nil {
			err = nil // it was to end
		}
		s.tell(Serving{Err: err})
	}()
	return stop, ended
}
