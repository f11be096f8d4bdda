package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"

	"earshot/app"
)

// How live connections are kept.
const (
	quietTime   = time.Minute // without a message of the client's
	mostMessage = 1 << 20     // bytes, of the client's and of ours
)

// liveSettings are what the query of an upgrade fixes for a connection.
type liveSettings struct {
	listen    app.ListenOptions
	format    app.SoundFormat
	words     bool // with the text
	sentences bool
	full      bool // all text so far with every final one
	events    bool // when somebody begins to speak and stops
	lower     bool
}

var (
	sampleRates = []int{8000, 16000, 22050, 24000, 44100, 48000}
	sessionName = regexp.MustCompile(`^[a-zA-Z0-9_.-]{1,128}$`)
)

// errUpgrade answers a request that should have been one for a WebSocket.
var errUpgrade = &failure{status: http.StatusUpgradeRequired, code: codeMethod, message: "This route is for WebSocket connections"}

// liveSettings reads the query.
func (c *call) liveSettings() (how liveSettings, err error) {
	p := params(c.r.URL.Query())
	if c.family == unified {
		if p.text("model") != "pulse" {
			return how, missing("Missing or invalid query param: model. Supported values: pulse.")
		}
		if p.text("language") == "" {
			return how, missing("Missing required query param: language.")
		}
	}
	if how.listen.Options, how.lower, err = c.server.options(p, "en"); err != nil {
		return how, err
	}
	how.words = c.family != unified
	ends := true
	err = p.flags(into(&how.words, "word_timestamps", "timestamps"), into(&how.sentences, "sentence_timestamps"),
		into(&how.full, "full_transcript"), into(&how.events, "vad_events", "vad"), into(&ends, "endpointing"))
	if err != nil {
		return how, err
	}
	how.format.Encoding = app.Encoding(p.text("encoding"))
	if how.format.Encoding == "" {
		how.format.Encoding = app.Linear16
	}
	if !slices.Contains(app.Encodings, how.format.Encoding) {
		return how, invalid("encoding has to be one of %v, not %q", app.Encodings, how.format.Encoding)
	}
	if how.format.Rate, err = p.number(16000, 0, 1<<30, "sample_rate"); err == nil && !slices.Contains(sampleRates, how.format.Rate) {
		err = invalid("sample_rate has to be one of %v", sampleRates)
	}
	if err != nil {
		return how, err
	}
	if id := p.text("external_session_id"); id != "" && !sessionName.MatchString(id) {
		return how, invalid("external_session_id has to be up to 128 letters, digits, dots, hyphens and underscores")
	}
	pause, err := p.pause()
	if how.listen.Pause = pause; !ends {
		how.listen.Pause = time.Hour // more than anybody waits
	}
	return how, err
}

// pause is the silence that ends an utterance.
func (p params) pause() (time.Duration, error) {
	const least, most = 100, 10000
	other, err := p.number(800, least, most, "endpointing_timeout")
	if err != nil {
		return 0, err
	}
	ms, err := p.number(other, least, most, "eou_timeout_ms")
	return time.Duration(ms) * time.Millisecond, err
}

// live serves a WebSocket connection: sound comes in, text goes out.
func (c *call) live() error {
	s := c.server
	if !upgrades(c.r) {
		c.w.Header().Set("Upgrade", "websocket")
		return errUpgrade
	}
	how, err := c.liveSettings()
	if err != nil {
		return err
	}
	if s.opt.Decoder == nil || !s.asrReady() {
		return unavailable("No ASR workers available", nil)
	}
	t, refused := s.gate.enter(c.user)
	if refused == nil {
		defer t.leave()
	}
	ctx, cancel := context.WithCancelCause(s.ctx)
	defer cancel(nil)
	l := &liveSession{call: c, how: how, id: newUUID(), in: newInbox(s.metrics.streamed), ctx: ctx, end: cancel}
	l.quiet = time.AfterFunc(quietTime, func() { cancel(errQuiet) })
	defer l.quiet.Stop()
	l.conn, err = websocket.Accept(c.w, c.r, &websocket.AcceptOptions{
		InsecureSkipVerify: true, // ours has looked at the origin
		OnPingReceived: func(context.Context, []byte) bool {
			l.stir()
			return true
		},
	})
	if err != nil {
		return &failure{status: http.StatusBadRequest, code: codeInvalid, message: "The upgrade to WebSocket failed", cause: err}
	}
	defer l.conn.CloseNow()
	l.conn.SetReadLimit(mostMessage)
	if refused != nil {
		l.refuse(refused)
		return refused
	}
	s.metrics.streams.Inc()
	defer s.metrics.streams.Dec()
	return l.serve()
}

// Why a connection ends before its time.
var (
	errQuiet = &failure{status: http.StatusRequestTimeout, code: codeTimeout, message: "Nothing came for a minute"}
	errGone  = errors.New("the client is gone")
)

// liveSession is one connection. Its reader puts what comes into the inbox; the
// goroutine of the request, which waits for it, hears that and answers. The
// fields below inbox are the latter's.
type liveSession struct {
	*call
	how   liveSettings
	id    string
	conn  *websocket.Conn
	ctx   context.Context
	end   context.CancelCauseFunc
	quiet *time.Timer // ends a connection on which nothing comes
	over  bool        // all has come; the reader's
	in    *inbox

	heard    float64       // seconds of sound
	flush    error         // why the sound has ended for now: errFlush, io.EOF; nil before
	flushed  []app.Segment // closed since
	said     string        // what was sent last of what is open
	all      []app.Segment // that were closed, without their words
	speaking bool
	language string
}

// serve serves the connection to its end.
func (l *liveSession) serve() error {
	var others sync.WaitGroup
	defer others.Wait()
	defer l.conn.CloseNow()
	defer l.end(nil)
	others.Go(l.read)
	others.Go(func() {
		select {
		case <-l.server.draining:
			l.in.put(l.ctx, message{end: true})
		case <-l.ctx.Done():
		}
	})
	err := l.hear()
	l.server.gate.heard(l.user, l.heard)
	l.in.drop()
	if cause := context.Cause(l.ctx); err != nil && cause != nil {
		err = cause
	}
	switch {
	case err == nil:
		code := websocket.StatusNormalClosure
		select {
		case <-l.server.draining:
			code = websocket.StatusGoingAway
		default:
		}
		l.conn.Close(code, "") // the client may not wait for it
		return nil
	case errors.Is(err, errGone):
		return nil
	}
	f := l.server.failed(err)
	l.refuse(f)
	return f
}

// refuse tells why, and closes.
func (l *liveSession) refuse(f *failure) {
	code := websocket.StatusInternalError
	switch f.code {
	case codeRate, codeTimeout, codeDuration:
		code = websocket.StatusPolicyViolation
	case codeFormat, codeCorrupt:
		code = websocket.StatusUnsupportedData
	case codeInvalid:
		code = websocket.StatusInvalidFramePayloadData
	case codeUnavailable:
		code = websocket.StatusTryAgainLater
	}
	l.send(liveError{"error", "error", f.message, f.message, f.code})
	const room = 123 // bytes, in a control frame
	l.conn.Close(code, strings.ToValidUTF8(f.message[:min(len(f.message), room)], ""))
}

type liveError struct {
	Type    string `json:"type"`
	Status  string `json:"status"`
	Message string `json:"message"`
	Error   string `json:"error"`
	Code    string `json:"code"`
}

// read takes in messages until the connection ends.
func (l *liveSession) read() {
	for {
		// A read that is cancelled would close the connection before it is told why.
		kind, data, err := l.conn.Read(context.WithoutCancel(l.ctx))
		if err != nil {
			l.end(errGone)
			return
		}
		l.quiet.Stop() // it may be we who let the client wait
		if kind == websocket.MessageBinary {
			l.in.put(l.ctx, message{sound: data})
		} else if err := l.control(data); err != nil {
			l.end(err)
			return
		}
		l.stir()
	}
}

// stir notes that something has come. Once all has, nothing more has to.
func (l *liveSession) stir() {
	if !l.over {
		l.quiet.Reset(quietTime)
	}
}

// control does what a text message says. Kinds that are not known count for
// nothing.
func (l *liveSession) control(data []byte) error {
	kind, err := controlOf(data)
	if err != nil {
		return err
	}
	switch kind {
	case "end", "close_stream":
		l.over = true
		l.in.put(l.ctx, message{end: true})
	case "finalize":
		l.in.put(l.ctx, message{flush: true})
	case "keepalive":
		l.send(struct {
			Type string `json:"type"`
		}{"pong"})
	}
	return nil
}

// controlOf is the kind of a control message.
func controlOf(data []byte) (string, error) {
	var control struct {
		Type *string `json:"type"`
	}
	if err := json.Unmarshal(data, &control); err != nil || control.Type == nil {
		return "", invalid(`A text message has to be a JSON object with a "type"`)
	}
	return *control.Type, nil
}

// send sends a message; a client that does not take it is left.
func (l *liveSession) send(v any) {
	data, err := marshal(v)
	if err == nil {
		// A write that is cancelled would close the connection, as a read would.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(l.ctx), writeTime)
		defer cancel()
		err = l.conn.Write(ctx, websocket.MessageText, data[:len(data)-1])
	}
	if err != nil {
		l.end(errGone)
	}
}
