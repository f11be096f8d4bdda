// Package api serves the transcription API on the user's own machine: over
// HTTP and WebSocket, in the forms that programs written for hosted services
// send and expect. docs/api.md describes it.
//
// Each route belongs to a family of routes, which has its own parameters,
// answers and errors. What they share is a way: the gate lets a request in or
// not, its sound goes into a private file, the App's queue transcribes it, the
// family answers. Sound that comes live goes to the App's listener instead.
//
// The queries of upgrades, which may hold keys, are never logged, nor is text.
package api

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"earshot/app"
)

// Options of New. But for Spool, the zero value serves whoever can reach
// it, and neither fetches recordings nor takes orders.
type Options struct {
	Keys    []string // one of which a request must name; none lets everybody in
	Hosts   []string // names of this server beside localhost, its addresses and those in numbers
	Limits  Limits
	Spool   string // folder for sound on its way to text; must be set
	NoStore bool   // keep nothing in the library
	Private bool   // fetch from, and report to, addresses that are not public

	Remote  app.Remote    // nil fetches nothing
	Decoder app.Decoder   // nil takes no live sound
	Orders  app.Orders    // nil takes no orders
	Secret  []byte        // signs what is reported; nil does not
	Backoff time.Duration // before the second attempt at a report; 0 is 1 s
	Drain   time.Duration // that requests have to end, once the server is to; 0 is half a minute

	Log *slog.Logger     // nil discards
	Now func() time.Time // nil is time.Now
}

// Limits of what is served, for each key. Zero values are the defaults.
type Limits struct {
	Duration   time.Duration // of a recording; 2 h
	Size       int64         // of a recording, bytes; 100 MiB
	PerMinute  int           // requests; 60
	Concurrent int           // requests; 10
	Daily      time.Duration // of recordings a day (UTC); 100 h
}

// defaults are the limits with what is missing filled in.
func (l Limits) defaults() Limits {
	return Limits{
		Duration: cmp.Or(l.Duration, 2*time.Hour), Size: cmp.Or(l.Size, 100<<20),
		PerMinute: cmp.Or(l.PerMinute, 60), Concurrent: cmp.Or(l.Concurrent, 10), Daily: cmp.Or(l.Daily, 100*time.Hour),
	}
}

// How long a server waits.
const (
	headerTime = 10 * time.Second   // for a request's header
	idleTime   = 2 * time.Minute    // for another request
	writeTime  = 30 * time.Second   // for an answer to be taken
	drainTime  = 30 * time.Second   // for requests to end, unless told otherwise
	keepOrders = 7 * 24 * time.Hour // an order that has ended can be asked about
)

const maxHeader = 64 << 10 // bytes

// Server serves the API for an App. It is safe for concurrent use.
type Server struct {
	app     *app.App
	opt     Options
	log     *slog.Logger
	mux     *http.ServeMux
	keys    keyring
	gate    *gate
	spool   *spool
	metrics *metrics
	ready   readiness
	started time.Time

	ctx      context.Context // done when what still runs is to be given up
	cancel   context.CancelFunc
	draining chan struct{} // closed when the server is to end
	drain    sync.Once
	orders   sync.WaitGroup

	mu       sync.Mutex // nothing is added to requests once ctx is done
	requests sync.WaitGroup
}

// New makes a server, and goes on with the orders that an earlier one has left.
// The caller closes it.
func New(ctx context.Context, a *app.App, opt Options) (*Server, error) {
	opt.Limits = opt.Limits.defaults()
	opt.Backoff = cmp.Or(opt.Backoff, time.Second)
	opt.Drain = cmp.Or(opt.Drain, drainTime)
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	sp, err := openSpool(opt.Spool)
	if err != nil {
		return nil, err
	}
	s := &Server{
		app: a, opt: opt, log: opt.Log, keys: newKeyring(opt.Keys), gate: newGate(opt.Limits, opt.Now),
		spool: sp, metrics: newMetrics(), started: opt.Now(), draining: make(chan struct{}),
	}
	s.ctx, s.cancel = context.WithCancel(context.WithoutCancel(ctx))
	s.mux = s.routes()
	if err := s.adopt(ctx); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// Handler is the API as one handler.
func (s *Server) Handler() http.Handler { return http.HandlerFunc(s.answer) }

// answer counts a request, so that Close can wait for it: http.Server does not
// wait for those whose connection it closes, nor for live ones.
func (s *Server) answer(w http.ResponseWriter, r *http.Request) {
	if !s.begin() {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	defer s.requests.Done()
	s.mux.ServeHTTP(w, r)
}

func (s *Server) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil {
		return false
	}
	s.requests.Add(1)
	return true
}

// giveUp ends what still runs; nothing more begins.
func (s *Server) giveUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cancel()
}

// Serve answers on l, with TLS if there is a certificate, until ctx is done.
// Then it takes no more requests, and gives those that run a while to end.
func (s *Server) Serve(ctx context.Context, l net.Listener, cert *tls.Certificate) error {
	srv := &http.Server{
		Handler: s.Handler(), ReadHeaderTimeout: headerTime, IdleTimeout: idleTime, MaxHeaderBytes: maxHeader,
		BaseContext: func(net.Listener) context.Context { return s.ctx },
		ErrorLog:    slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	if cert != nil {
		// HTTP/2 has no upgrade to WebSocket.
		l = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{*cert}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}})
	}
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(l) }()
	select {
	case err := <-ended:
		srv.Close()
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	s.beginDraining()
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.opt.Drain)
	defer cancel()
	stop := context.AfterFunc(grace, s.giveUp)
	err := srv.Shutdown(grace)
	if errors.Is(err, context.DeadlineExceeded) {
		err = srv.Close()
	}
	s.requests.Wait()
	stop()
	<-ended
	return err
}

func (s *Server) beginDraining() { s.drain.Do(func() { close(s.draining) }) }

// Close gives up what still runs and waits for it. Orders that have not ended
// are gone on with by the next server.
func (s *Server) Close() error {
	s.beginDraining()
	s.giveUp()
	s.requests.Wait()
	s.orders.Wait()
	return s.spool.close()
}
