package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"earshot/app"
)

// call is one request on its way.
type call struct {
	server *Server
	family *family
	w      *answer
	r      *http.Request
	user   int
	id     string // what the client calls it, or what we do
}

// family is a set of routes that take and answer the same.
type family struct {
	name  string
	parts []string // what the sound is called in a form
	id    func() string
	// ask reads what is asked for beside the source of the sound.
	ask func(*Server, params) (request, error)
	// result is the answer to a request that went well.
	result func(request, app.Transcript, float64) any
	// accepted is the answer to an order; told, what its owner is told at its end.
	accepted func(id string) any
	told     func(id string, req request, result any, f *failure) any
	// refuse is the answer to a request that did not.
	refuse func(id string, f *failure) (status int, body any)
}

// routes are all that is served.
func (s *Server) routes() *http.ServeMux {
	mux := http.NewServeMux()
	post := func(f *family, serve func(*call) error, paths ...string) {
		for _, path := range paths {
			mux.HandleFunc(path, s.route(f, serve, http.MethodPost))
		}
	}
	both := func(f *family, paths ...string) {
		for _, path := range paths {
			mux.HandleFunc(path, s.route(f, func(c *call) error {
				if upgrades(c.r) {
					return c.live()
				}
				return c.batch()
			}, http.MethodPost))
		}
	}
	live := func(f *family, paths ...string) {
		for _, path := range paths {
			mux.HandleFunc(path, s.route(f, (*call).live))
		}
	}
	get := func(serve func(*call) error, paths ...string) {
		for _, path := range paths {
			mux.HandleFunc(path, s.route(listen, serve, http.MethodGet, http.MethodHead))
		}
	}
	post(listen, (*call).batch, "/v1/listen")
	live(listen, "/v1/listen/stream", "/transcribe")
	both(lightning, "/api/v1/lightning/get_text", "/waves/v1/lightning/get_text")
	both(pulse, "/api/v1/pulse/get_text", "/waves/v1/pulse/get_text")
	post(unified, (*call).batch, "/waves/v1/stt", "/waves/v1/stt/{$}")
	live(unified, "/waves/v1/stt/live")
	post(legacy, (*call).batch, "/api/v1/speech-to-text")
	post(openAI, (*call).openAI, "/v1/audio/transcriptions", "/v1/audio/translations")
	get((*call).health, "/health", "/health/asr", "/health/license", "/health/redis", "/api/v1/health", "/healthz")
	get((*call).measures, "/metrics")
	get((*call).job, "/v1/jobs/{id}")
	mux.HandleFunc("/", s.route(listen, func(*call) error {
		return &failure{status: http.StatusNotFound, code: codeNotFound, message: "There is no such route"}
	}))
	return mux
}

// upgrades reports whether a request asks for a WebSocket.
func upgrades(r *http.Request) bool {
	return strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}

// route is the way of every request, around what a route does. Without methods
// any will do.
func (s *Server) route(f *family, serve func(*call) error, methods ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c := &call{server: s, family: f, w: &answer{ResponseWriter: w}, r: r, id: requestName(r)}
		w.Header().Set("X-Request-ID", c.id)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		// That of the answer before, on the same connection, says nothing any more.
		http.NewResponseController(w).SetWriteDeadline(time.Time{})
		began := time.Now()
		s.metrics.requests.Inc()
		s.metrics.active.Inc()
		defer s.metrics.active.Dec()
		err := c.guarded(func() error { return c.serve(serve, methods) })
		if err != nil {
			c.refuse(s.failed(err))
		}
		s.metrics.latency.Observe(time.Since(began).Seconds())
		s.log.Info("request", "method", r.Method, "route", r.Pattern, "status", c.w.status, "request_id", c.id, "took", time.Since(began))
	}
}

// serve does what a route does, for those who may ask.
func (c *call) serve(serve func(*call) error, methods []string) error {
	if f := c.server.ours(c.r); f != nil {
		return f
	}
	if len(methods) > 0 && !slices.Contains(methods, c.r.Method) && !upgrades(c.r) {
		c.w.Header().Set("Allow", strings.Join(methods, ", "))
		return &failure{status: http.StatusMethodNotAllowed, code: codeMethod, message: "This route wants " + methods[0]}
	}
	if !c.open() {
		user, f := c.server.admit(c.r)
		if f != nil {
			return f
		}
		c.user = user
	}
	return serve(c)
}

// open reports whether the route is everybody's: those that say how the server
// is.
func (c *call) open() bool {
	path := c.r.URL.Path
	return path == "/healthz" || path == "/api/v1/health" || path == "/health" || strings.HasPrefix(path, "/health/")
}

// guarded turns a panic into a failure of the one request.
func (c *call) guarded(serve func() error) (err error) {
	defer func() {
		p := recover()
		if p == http.ErrAbortHandler {
			panic(p)
		}
		if p != nil {
			c.server.log.Error("request panicked", "request_id", c.id, "panic", p, "stack", string(debug.Stack()))
			err = errors.New("a mistake in Earshot")
		}
	}()
	return serve()
}

// refuse answers with a failure, unless the answer has begun.
func (c *call) refuse(f *failure) {
	c.server.metrics.errors.Inc()
	c.server.log.Info("request refused", "request_id", c.id, "code", f.code)
	c.server.log.Debug("request refused", "request_id", c.id, "error", f, "cause", f.cause)
	if c.w.status != 0 {
		return
	}
	if f.retry > 0 {
		c.w.Header().Set("Retry-After", seconds(f.retry))
	}
	status, body := c.family.refuse(c.id, f)
	c.w.json(status, body)
}

// take lets answer deal with what is sent, once there is room for it, and removes
// its sound afterwards.
func (c *call) take(answer func(received) error) error {
	t, f := c.server.gate.enter(c.user)
	if f != nil {
		return f
	}
	defer t.leave()
	got, err := c.server.receive(c.w, c.r, c.family.parts)
	defer func() { got.sound.remove() }()
	if err != nil {
		return err
	}
	return answer(got)
}

// batch answers a request for a recording.
func (c *call) batch() error { return c.take(c.takeBatch) }

func (c *call) takeBatch(got received) error {
	s := c.server
	req, err := c.family.ask(s, got.params)
	if err == nil {
		err = errors.Join(req.source(s, got), req.callback(s, got.params))
	}
	if err != nil {
		return err
	}
	req.ID, req.Family, req.User = c.family.id(), c.family.name, c.user
	if req.Callback != "" {
		if err := s.order(c.r.Context(), req, got.sound); err != nil {
			return err
		}
		c.w.json(http.StatusOK, c.family.accepted(req.ID))
		return nil
	}
	result, err := s.transcribe(c.r.Context(), c.family, &req, got.sound)
	if err != nil {
		return err
	}
	c.w.json(http.StatusOK, result)
	return nil
}

// transcribe does what is asked, and returns the family's answer.
func (s *Server) transcribe(ctx context.Context, f *family, req *request, k *sound) (any, error) {
	if k == nil {
		fetched, err := s.fetch(ctx, req)
		if err != nil {
			return nil, err
		}
		defer fetched.remove()
		k = fetched
	}
	began := time.Now()
	heard, err := s.hear(ctx, *req, k, nil)
	if err != nil {
		return nil, err
	}
	took := time.Since(began).Seconds()
	s.gate.heard(req.User, heard.Duration)
	s.metrics.transcribed(heard, took)
	return f.result(*req, heard, took), nil
}

// answer is a response that knows whether it has begun.
type answer struct {
	http.ResponseWriter
	status int
}

// Unwrap is for http.ResponseController.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// WriteHeader implements http.ResponseWriter.
func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter. Whoever does not take what is written is
// left after a while.
func (a *answer) Write(p []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	http.NewResponseController(a.ResponseWriter).SetWriteDeadline(time.Now().Add(writeTime)) // where there is a connection
	return a.ResponseWriter.Write(p)
}

// json answers with a JSON document.
func (a *answer) json(status int, body any) {
	data, err := marshal(body)
	if err != nil {
		status, data = http.StatusInternalServerError, []byte(`{"error":"Internal server error"}`)
	}
	a.Header().Set("Content-Type", "application/json")
	a.WriteHeader(status)
	a.Write(data) // a client that is gone needs no answer
}

// marshal writes JSON as people would.
func marshal(v any) ([]byte, error) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return []byte(b.String()), err
}
