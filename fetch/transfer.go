package fetch

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"earshot/app"
)

// largest is the most that is taken of a file whose size nobody has told.
const largest = 4 << 30

// temporary is an error that another connection may not meet.
type temporary struct{ error }

func (t *temporary) Unwrap() error { return t.error }

// connect gets as much of what the part lacks as one connection brings.
func (d *download) connect(ctx context.Context, p *part) error {
	if d.offer.Size > 0 && p.size == d.offer.Size {
		return nil
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	w := &watchdog{ctx: ctx, patience: d.client.stall}
	w.timer = time.AfterFunc(w.patience, func() { cancel(app.ErrStalled) })
	defer w.timer.Stop()

	from := p.size
	if d.whole {
		from = 0
	}
	resp, err := d.request(ctx, from)
	if err != nil {
		return w.unreachable(err)
	}
	defer resp.Body.Close()
	w.body = resp.Body
	body := bufio.NewReaderSize(w, 1<<16)
	if resp.StatusCode == http.StatusRequestedRangeNotSatisfiable && from > 0 {
		return d.nothingLeft(p)
	}
	size, err := d.accept(resp, from, body)
	if err != nil {
		return err
	}
	d.pieced = resp.StatusCode == http.StatusPartialContent
	if !d.pieced && p.size > 0 {
		if err := p.reset(); err != nil {
			return err
		}
	}
	return d.copy(p, body, size)
}

// request asks for the file from a byte on.
func (d *download) request(ctx context.Context, from int64) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.address.String(), nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", "Earshot/"+app.Version)
	req.Header.Set("Accept-Encoding", "identity") // bytes are counted
	if from > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", from))
	}
	return d.client.http.Do(req)
}

// nothingLeft is what to do when the server has nothing after the part's end.
// Where the size is unknown this may be the end; the checksum tells.
func (d *download) nothingLeft(p *part) error {
	if d.offer.Size == 0 {
		return nil
	}
	d.whole = true
	return &temporary{&app.StatusError{Code: http.StatusRequestedRangeNotSatisfiable}}
}

// accept decides by the head of an answer, and by the first bytes of a whole
// file, whether it is what was asked for. It returns the size of the whole
// file, 0 if it is not known.
func (d *download) accept(resp *http.Response, from int64, body *bufio.Reader) (size int64, err error) {
	switch code := resp.StatusCode; {
	case code == http.StatusOK:
		size = max(0, resp.ContentLength)
	case code == http.StatusPartialContent && from > 0:
		var ok bool
		if size, ok = rest(resp.Header.Get("Content-Range"), from); !ok {
			d.whole = true
			return 0, &temporary{fmt.Errorf("%w: another part of it", app.ErrWrongFile)}
		}
	case code >= 500, code == http.StatusTooManyRequests, code == http.StatusRequestTimeout:
		return 0, &temporary{&app.StatusError{Code: code}}
	default:
		return 0, &app.StatusError{Code: code}
	}
	if isPage(resp, body) {
		return 0, app.ErrWebPage
	}
	if size > 0 && d.offer.Size > 0 && size != d.offer.Size {
		return 0, fmt.Errorf("%w: it has %d bytes instead of %d", app.ErrWrongFile, size, d.offer.Size)
	}
	return max(size, d.offer.Size), nil
}

// rest reads a Content-Range that has to go from a byte to the end of the
// file, and returns the size of the file, 0 if it does not say.
func rest(contentRange string, from int64) (size int64, ok bool) {
	var first, last int64
	if n, _ := fmt.Sscanf(contentRange, "bytes %d-%d/%d", &first, &last, &size); n == 3 {
		return size, first == from && first <= last && last == size-1
	}
	n, _ := fmt.Sscanf(contentRange, "bytes %d-%d/*", &first, &last)
	return 0, n == 2 && first == from && first <= last
}

// isPage reports whether an answer is a web page, as from a proxy or from a
// network that wants a sign-in.
func isPage(resp *http.Response, body *bufio.Reader) bool {
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if kind == "text/html" || kind == "application/xhtml+xml" {
		return true
	}
	if resp.StatusCode != http.StatusOK {
		return false
	}
	head, _ := body.Peek(512) // what it cannot read, copy reports
	return strings.HasPrefix(http.DetectContentType(head), "text/html")
}

// copy appends the body to the part. Size is that of the whole file, 0 if it
// is not known.
func (d *download) copy(p *part, body io.Reader, size int64) error {
	limit := size
	if size == 0 {
		limit = largest
	} else if err := d.room(p, size); err != nil {
		return err
	}
	d.report.at(p.size, size, false)
	out := writer(func(data []byte) (int, error) {
		n, err := p.Write(data)
		d.report.at(p.size, size, false)
		return n, err
	})
	if _, err := io.Copy(out, io.LimitReader(body, limit-p.size+1)); err != nil {
		return err
	}
	switch {
	case p.size > limit:
		return fmt.Errorf("%w: it has more than %d bytes", app.ErrWrongFile, limit)
	case p.size < size:
		return &temporary{app.ErrCutShort}
	}
	return nil
}

type writer func([]byte) (int, error)

func (w writer) Write(data []byte) (int, error) { return w(data) }

// watchdog reads a body and barks when nothing comes.
type watchdog struct {
	ctx      context.Context // cancelled by the timer
	body     io.Reader
	timer    *time.Timer
	patience time.Duration
}

func (w *watchdog) Read(data []byte) (int, error) {
	n, err := w.body.Read(data)
	if n > 0 {
		w.timer.Reset(w.patience)
	}
	if err != nil && err != io.EOF {
		err = &temporary{w.why(app.ErrCutShort, err)}
	}
	return n, err
}

// unreachable is the error of a request that got no answer.
func (w *watchdog) unreachable(err error) error {
	var outer *url.Error
	if errors.As(err, &outer) {
		err = outer.Err
	}
	var certificate *tls.CertificateVerificationError
	if errors.Is(err, app.ErrRedirect) {
		return err
	}
	if err = w.why(app.ErrUnreachable, err); errors.As(err, &certificate) {
		return err
	}
	return &temporary{err}
}

// why is the watchdog's reason for a failure, if it has one, or else what the
// network says.
func (w *watchdog) why(general, err error) error {
	if cause := context.Cause(w.ctx); errors.Is(cause, app.ErrStalled) {
		return cause
	}
	return fmt.Errorf("%w: %w", general, err)
}

// checkRedirect follows redirects that keep the download private.
func checkRedirect(req *http.Request, via []*http.Request) error {
	switch last := via[len(via)-1]; {
	case len(via) > 10:
		return fmt.Errorf("%w, more than 10 times", app.ErrRedirect)
	case req.URL.Scheme != "https" && (last.URL.Scheme == "https" || req.URL.Scheme != "http"):
		return fmt.Errorf("%w, over an unsafe connection (%s)", app.ErrRedirect, req.URL.Scheme)
	}
	return nil
}

// reporter passes progress on, ten times a second at most.
type reporter struct {
	on   func(app.FetchProgress)
	last app.FetchProgress
	time time.Time
}

func (r *reporter) at(done, size int64, verifying bool) {
	p := app.FetchProgress{Done: done, Size: size, Verifying: verifying}
	turn := verifying != r.last.Verifying || done == size
	if !turn && time.Since(r.time) < 100*time.Millisecond {
		return
	}
	r.last, r.time = p, time.Now()
	r.on(p)
}
