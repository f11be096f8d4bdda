package api

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"earshot/app"
)

// An order is a request whose result is told to an address of the caller's
// instead of in the answer. One goroutine carries out each, from its sound to the
// last attempt at telling; what it has done is in the library at every step, so
// that the next server can go on.

const (
	mostAttempts = 10
	tellTime     = 10 * time.Second // for the one who is told to answer
)

// order takes an order.
func (s *Server) order(ctx context.Context, req request, k *sound) error {
	data, err := json.Marshal(req)
	if err != nil {
		return err
	}
	o := app.Order{ID: jobID(req.ID), Created: s.opt.Now(), State: app.OrderProcessing, Request: data}
	if k != nil {
		if o.Sound, err = s.spool.adopt(k, o.ID); err != nil {
			return err
		}
	}
	if err := s.opt.Orders.AddOrder(context.WithoutCancel(ctx), o); err != nil {
		os.Remove(o.Sound)
		return err
	}
	s.orders.Go(func() { s.carryOut(o) })
	return nil
}

// adopt goes on with the orders that an earlier server has left.
func (s *Server) adopt(ctx context.Context) error {
	if s.opt.Orders == nil {
		return nil
	}
	old := s.opt.Now().Add(-keepOrders)
	orders, err := s.opt.Orders.AdoptOrders(ctx, old)
	if err != nil {
		return fmt.Errorf("go on with orders: %w", err)
	}
	for _, o := range orders {
		s.orders.Go(func() { s.carryOut(o) })
	}
	return s.spool.forget(old)
}

// carryOut brings an order to its end, unless the server ends first.
func (s *Server) carryOut(o app.Order) {
	err := s.fulfil(&o)
	for err == nil && o.State == app.OrderDelivering {
		err = s.attempt(&o)
	}
	if err != nil && s.ctx.Err() == nil {
		s.log.Error("order was not carried out", "order", o.ID, "error", err)
	}
}

// fulfil makes an order's result, if there is none yet.
func (s *Server) fulfil(o *app.Order) error {
	if o.State != app.OrderProcessing {
		return nil
	}
	var req request
	var told any
	var f *failure
	if err := json.Unmarshal(o.Request, &req); err != nil || families[req.Family] == nil {
		return fmt.Errorf("understand an order: %w", cmp.Or(err, app.ErrNotFound))
	}
	result, err := s.ordered(&req, o.Sound)
	if err != nil {
		if s.ctx.Err() != nil || errors.Is(err, app.ErrClosing) {
			return err // the next server does it
		}
		f = s.failed(err)
		s.metrics.errors.Inc()
	}
	told = families[req.Family].told(req.ID, req, result, f)
	if o.Result, err = json.Marshal(told); err != nil {
		return err
	}
	gone := o.Sound
	o.State, o.Sound = app.OrderDelivering, ""
	if err := s.save(*o); err != nil {
		return err
	}
	if gone != "" {
		os.Remove(gone)
	}
	return nil
}

// ordered transcribes what was ordered.
func (s *Server) ordered(req *request, path string) (any, error) {
	var k *sound
	if path != "" {
		head, err := headOf(path)
		if err != nil {
			return nil, err
		}
		k = &sound{path: path, size: req.Size, head: head}
	}
	return s.transcribe(s.ctx, families[req.Family], req, k)
}

func headOf(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read the sound of an order: %w", err)
	}
	defer f.Close()
	head := make([]byte, len(sniffed{}))
	n, err := io.ReadFull(f, head)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return head[:n], err
}

func (s *Server) save(o app.Order) error {
	return s.opt.Orders.SaveOrder(context.WithoutCancel(s.ctx), o)
}

// attempt waits until it is time, and tells the result once.
func (s *Server) attempt(o *app.Order) error {
	var req request
	if err := json.Unmarshal(o.Request, &req); err != nil {
		return fmt.Errorf("understand an order: %w", err)
	}
	if o.Attempts > 0 {
		select {
		case <-time.After(backoff(s.opt.Backoff, o.Attempts)):
		case <-s.ctx.Done():
			return s.ctx.Err()
		}
	}
	status, err := s.tell(req, *o)
	if s.ctx.Err() != nil {
		return s.ctx.Err()
	}
	d := app.Delivery{At: s.opt.Now(), Status: status}
	if err != nil {
		d.Err = reasonOf(err)
	}
	o.Attempts++
	switch {
	case status >= 200 && status < 300:
		o.State = app.OrderDelivered
	case status >= 300 && status < 500 && status != http.StatusRequestTimeout && status != http.StatusTooManyRequests,
		errors.Is(err, app.ErrForbidden), o.Attempts >= mostAttempts:
		o.State = app.OrderGivenUp
	}
	if o.State != app.OrderDelivering && s.opt.NoStore {
		o.Result = nil
	}
	s.log.Info("order reported", "order", o.ID, "attempt", o.Attempts, "status", status, "state", o.State)
	return errors.Join(s.opt.Orders.LogDelivery(context.WithoutCancel(s.ctx), o.ID, d), s.save(*o))
}

// backoff is how long to wait after some attempts: twice as long each time, and
// not all at the same moment.
func backoff(first time.Duration, attempts int) time.Duration {
	wait := first << (attempts - 1)
	return wait + time.Duration(rand.Int64N(int64(wait)/4+1))
}

// reasonOf is an error without the address that it names.
func reasonOf(err error) string {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	return err.Error()
}

// tell makes one request to the one who ordered.
func (s *Server) tell(req request, o app.Order) (status int, err error) {
	ctx, cancel := context.WithTimeout(s.ctx, tellTime)
	defer cancel()
	address, content := req.Callback, io.Reader(bytes.NewReader(o.Result))
	if req.Method == http.MethodGet {
		if address, err = withQuery(req.Callback, o.Result); err != nil {
			return 0, err
		}
		content = nil
	}
	r, err := http.NewRequestWithContext(ctx, req.Method, address, content)
	if err != nil {
		return 0, err
	}
	r.Header.Set("User-Agent", "earshot/"+app.Version)
	r.Header.Set("X-Earshot-Job", o.ID)
	r.Header.Set("X-Earshot-Attempt", strconv.Itoa(o.Attempts+1))
	if content != nil {
		r.Header.Set("Content-Type", "application/json")
		if s.opt.Secret != nil {
			r.Header.Set("X-Earshot-Signature", "sha256="+signature(s.opt.Secret, o.Result))
		}
	}
	resp, err := s.client().Do(r)
	if err != nil {
		return 0, err
	}
	resp.Body.Close()
	return resp.StatusCode, nil
}

// signature proves that what is told comes from who knows the secret: HMAC with
// SHA-256, hex.
func signature(secret, told []byte) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write(told)
	return hex.EncodeToString(mac.Sum(nil))
}

// withQuery is the address of a report by GET, which says no more than how it
// went.
func withQuery(address string, told []byte) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	var how map[string]any
	if err := json.Unmarshal(told, &how); err != nil {
		return "", err
	}
	q := u.Query()
	for _, name := range []string{"request_id", "job_id", "status"} {
		if v, ok := how[name].(string); ok {
			q.Set(name, v)
		}
	}
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// client tells results: to public addresses, unless others are allowed, and
// without following anybody elsewhere.
func (s *Server) client() *http.Client {
	dialer := &net.Dialer{Timeout: tellTime}
	if !s.opt.Private {
		dialer.Control = app.PublicOnly
	}
	return &http.Client{
		Transport:     &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true, TLSHandshakeTimeout: tellTime},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// job tells how an order stands.
func (c *call) job() error {
	if c.server.opt.Orders == nil {
		return &failure{status: http.StatusNotFound, code: codeNotFound, message: "There is no such job"}
	}
	o, err := c.server.opt.Orders.Order(c.r.Context(), c.r.PathValue("id"))
	if errors.Is(err, app.ErrNotFound) {
		return &failure{status: http.StatusNotFound, code: codeNotFound, message: "There is no such job"}
	}
	if err != nil {
		return err
	}
	status := "processing"
	if o.State != app.OrderProcessing {
		status = "completed"
		var told struct{ Status string }
		if json.Unmarshal(o.Result, &told) == nil && told.Status == "failed" {
			status = "failed"
		}
	}
	c.w.json(http.StatusOK, jobAnswer{o.ID, status, o.Created.UTC(), o.Result, report{string(o.State), o.Attempts, attemptsOf(o.Log)}})
	return nil
}

type jobAnswer struct {
	JobID   string          `json:"job_id"`
	Status  string          `json:"status"`
	Created time.Time       `json:"created"`
	Report  json.RawMessage `json:"report,omitempty"` // what the webhook is sent
	Webhook report          `json:"webhook"`
}

type report struct {
	State    string          `json:"state"`
	Attempts int             `json:"attempts"`
	Log      []attemptAnswer `json:"log"`
}

type attemptAnswer struct {
	At     time.Time `json:"at"`
	Status int       `json:"status"`
	Error  string    `json:"error,omitempty"`
}

func attemptsOf(log []app.Delivery) []attemptAnswer {
	all := make([]attemptAnswer, len(log))
	for i, d := range log {
		all[i] = attemptAnswer{d.At.UTC(), d.Status, d.Err}
	}
	return all
}

// forget removes the sound of orders that nobody knows of any more.
func (s *spool) forget(before time.Time) error {
	files, err := os.ReadDir(s.shared)
	if err != nil {
		return err
	}
	for _, f := range files {
		st, err := f.Info()
		if err != nil || !strings.HasPrefix(f.Name(), "job_") || st.ModTime().After(before) {
			continue
		}
		if err := os.Remove(filepath.Join(s.shared, f.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
