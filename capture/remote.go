package capture

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"earshot/app"
)

// Remote implements app.Remote. The zero value works.
type Remote struct {
	Stall    time.Duration       // a server that sends nothing for so long is given up; 0 is 30 s
	Attempts int                 // at going on after a connection broke; 0 is 3
	Getenv   func(string) string // nil is os.Getenv
}

const (
	dialTime     = 10 * time.Second
	maxRedirects = 5
)

// Fetch implements app.Remote.
func (r Remote) Fetch(ctx context.Context, address string, w io.WriterAt, opt app.RemoteOptions) (int64, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return 0, &app.UsageError{What: "address", Value: redacted(address), Want: "one that begins with http://, https:// or s3://"}
	}
	d := &remoteDownload{Remote: r, opt: opt, w: w, host: u.Host}
	if d.Stall == 0 {
		d.Stall = 30 * time.Second
	}
	if d.Attempts == 0 {
		d.Attempts = 3
	}
	if d.Getenv == nil {
		d.Getenv = os.Getenv
	}
	switch strings.ToLower(u.Scheme) {
	case "http", "https":
		d.open = d.overHTTP(u)
	case "s3":
		d.open, err = d.fromBucket(u)
	default:
		return 0, &app.UsageError{What: "address", Value: redacted(address), Want: "one that begins with http://, https:// or s3://"}
	}
	if err == nil {
		err = d.run(ctx)
	}
	switch {
	case err == nil:
		return d.at, nil
	case ctx.Err() != nil:
		return d.at, ctx.Err()
	}
	return d.at, &app.AddressError{Host: d.host, Err: err}
}

// redacted is an address without what may be secret in it.
func redacted(address string) string {
	address, _, _ = strings.Cut(address, "?")
	if u, err := url.Parse(address); err == nil {
		return u.Redacted()
	}
	return "…"
}

// remoteDownload is one run of Fetch.
type remoteDownload struct {
	Remote
	opt  app.RemoteOptions
	w    io.WriterAt
	host string
	at   int64  // bytes that are written
	size int64  // of the whole; 0 if the server does not say
	tag  string // of the version that is being fetched; "" if the server does not say
	open func(ctx context.Context) (content io.ReadCloser, err error)
}

// run fetches all, going on where a connection broke off.
func (d *remoteDownload) run(ctx context.Context) error {
	best := int64(0)
	for attempt := 1; ; attempt++ {
		err := d.once(ctx)
		if err == nil || final(err) || ctx.Err() != nil {
			return err
		}
		if d.at > best {
			attempt, best = 1, d.at
		}
		if attempt >= d.Attempts {
			return err
		}
		select {
		case <-time.After(time.Duration(attempt) * 200 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// final reports whether trying again would be no use.
func final(err error) bool {
	var status *app.StatusError
	if errors.As(err, &status) {
		return status.Code < 500 && status.Code != http.StatusTooManyRequests
	}
	return errors.Is(err, app.ErrForbidden) || errors.Is(err, app.ErrTooLarge) || errors.Is(err, app.ErrRedirect) ||
		errors.Is(err, app.ErrWrongFile) || errors.Is(err, errWrite)
}

var errWrite = errors.New("it could not be stored")

// once opens the content where it broke off, and copies it.
func (d *remoteDownload) once(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watch := time.AfterFunc(d.Stall, func() { cancel(app.ErrStalled) })
	defer watch.Stop()
	content, err := d.open(ctx)
	if err == nil {
		defer content.Close()
		err = d.copy(content, watch)
	}
	if err != nil && errors.Is(context.Cause(ctx), app.ErrStalled) {
		return app.ErrStalled
	}
	return err
}

func (d *remoteDownload) copy(content io.Reader, watch *time.Timer) error {
	buf := make([]byte, 64<<10)
	for {
		n, err := content.Read(buf)
		watch.Reset(d.Stall)
		if d.opt.Limit > 0 && d.at+int64(n) > d.opt.Limit {
			return app.ErrTooLarge
		}
		if _, failed := d.w.WriteAt(buf[:n], d.at); failed != nil {
			return fmt.Errorf("%w: %w", errWrite, failed)
		}
		d.at += int64(n)
		if errors.Is(err, io.EOF) {
			if d.at < d.size {
				return app.ErrCutShort // an answer can be a part of what was asked for
			}
			return nil
		}
		if err != nil {
			return fmt.Errorf("%w (%w)", app.ErrCutShort, err)
		}
	}
}

// transport connects to public addresses only, unless others are allowed. A
// proxy would connect for us to wherever it likes: there is none.
func (d *remoteDownload) transport() http.RoundTripper {
	dialer := &net.Dialer{Timeout: dialTime}
	if !d.opt.Private {
		dialer.Control = app.PublicOnly
	}
	return &http.Transport{
		DialContext: dialer.DialContext, TLSHandshakeTimeout: dialTime, ResponseHeaderTimeout: d.Stall,
		DisableKeepAlives: true, DisableCompression: true, MaxResponseHeaderBytes: 64 << 10,
	}
}

// overHTTP opens an address of the web.
func (d *remoteDownload) overHTTP(u *url.URL) func(context.Context) (io.ReadCloser, error) {
	client := &http.Client{Transport: d.transport(), CheckRedirect: func(next *http.Request, via []*http.Request) error {
		next.Header.Del("Referer") // what is secret in an address is not for the next server
		if s := next.URL.Scheme; len(via) > maxRedirects || s != "http" && s != "https" || s == "http" && via[len(via)-1].URL.Scheme == "https" {
			return app.ErrRedirect
		}
		return nil
	}}
	return func(ctx context.Context) (io.ReadCloser, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
		if err != nil {
			return nil, err
		}
		req.Header.Set("User-Agent", "earshot/"+app.Version)
		if d.at > 0 && d.tag != "" { // else it could be another version
			req.Header.Set("Range", "bytes="+strconv.FormatInt(d.at, 10)+"-")
			req.Header.Set("If-Range", d.tag)
		}
		resp, err := client.Do(req)
		if err != nil {
			return nil, reached(err)
		}
		if err := d.judge(resp); err != nil {
			resp.Body.Close()
			return nil, err
		}
		return resp.Body, nil
	}
}

// reached says why there is no answer, without the address.
func reached(err error) error {
	for _, known := range []error{app.ErrForbidden, app.ErrRedirect, app.ErrStalled} {
		if errors.Is(err, known) {
			return known
		}
	}
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	return fmt.Errorf("%w: %w", app.ErrUnreachable, err)
}

// judge finds out whether an answer goes on where the last one broke off, or
// begins anew.
func (d *remoteDownload) judge(resp *http.Response) error {
	switch resp.StatusCode {
	case http.StatusOK:
		d.at, d.size = 0, max(0, resp.ContentLength) // from the start: another version, or a server that cannot go on
	case http.StatusPartialContent:
		rest, ok := strings.CutPrefix(resp.Header.Get("Content-Range"), "bytes "+strconv.FormatInt(d.at, 10)+"-")
		if !ok {
			return app.ErrWrongFile
		}
		_, size, _ := strings.Cut(rest, "/")
		if n, err := strconv.ParseInt(size, 10, 64); err == nil {
			d.size = n
		}
	default:
		return &app.StatusError{Code: resp.StatusCode}
	}
	d.tag = resp.Header.Get("ETag")
	if strings.HasPrefix(d.tag, "W/") {
		d.tag = ""
	}
	if d.tag == "" {
		d.tag = resp.Header.Get("Last-Modified")
	}
	if d.opt.Limit > 0 && max(d.size, d.at+resp.ContentLength) > d.opt.Limit {
		return app.ErrTooLarge
	}
	return nil
}

// fromBucket opens an object of S3, or of a server that speaks it, with the
// credentials that the environment or the AWS profile has, else with none.
func (d *remoteDownload) fromBucket(u *url.URL) (func(context.Context) (io.ReadCloser, error), error) {
	key := strings.TrimPrefix(u.Path, "/")
	if key == "" {
		return nil, &app.UsageError{What: "address", Value: redacted(u.String()), Want: "a bucket and a key, as in s3://bucket/key"}
	}
	endpoint, secure, own := "s3.amazonaws.com", true, false
	for _, name := range []string{"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"} {
		if e, err := url.Parse(d.Getenv(name)); err == nil && e.Host != "" {
			endpoint, secure, own = e.Host, e.Scheme != "http", true
			break
		}
	}
	via := *d
	via.opt.Private = via.opt.Private || own // who has set the endpoint may reach it
	client, err := minio.New(endpoint, &minio.Options{
		Creds: d.credentials(), Secure: secure, Transport: via.transport(), MaxRetries: 1,
		Region: cmp.Or(d.Getenv("AWS_REGION"), d.Getenv("AWS_DEFAULT_REGION")),
	})
	if err != nil {
		return nil, err
	}
	d.host = endpoint
	return func(ctx context.Context) (io.ReadCloser, error) {
		var opt minio.GetObjectOptions
		if d.at > 0 && d.tag != "" {
			if err := opt.SetRange(d.at, 0); err != nil {
				return nil, err
			}
			if err := opt.SetMatchETag(d.tag); err != nil {
				return nil, err
			}
		}
		if d.tag == "" {
			d.at = 0
		}
		content, info, _, err := minio.Core{Client: client}.GetObject(ctx, u.Host, key, opt)
		if err != nil {
			return nil, ofBucket(err)
		}
		d.tag, d.size = info.ETag, d.at+info.Size
		if d.opt.Limit > 0 && d.size > d.opt.Limit {
			content.Close()
			return nil, app.ErrTooLarge
		}
		return content, nil
	}, nil
}

// ofBucket is a refusal by its status.
func ofBucket(err error) error {
	if r := minio.ToErrorResponse(err); r.StatusCode >= 300 {
		if r.StatusCode == http.StatusPreconditionFailed {
			return app.ErrWrongFile // it was replaced meanwhile
		}
		return &app.StatusError{Code: r.StatusCode}
	}
	return reached(err)
}

// credentials are those of the environment, or of the profile, or none. Those
// that a cloud's machines ask a private address for are left out.
func (d *remoteDownload) credentials() *credentials.Credentials {
	if id := d.Getenv("AWS_ACCESS_KEY_ID"); id != "" {
		return credentials.NewStaticV4(id, d.Getenv("AWS_SECRET_ACCESS_KEY"), d.Getenv("AWS_SESSION_TOKEN"))
	}
	file := credentials.NewFileAWSCredentials(d.Getenv("AWS_SHARED_CREDENTIALS_FILE"), d.Getenv("AWS_PROFILE"))
	if _, err := file.GetWithContext(nil); err != nil {
		return credentials.NewStatic("", "", "", credentials.SignatureAnonymous)
	}
	return file
}
