// Package fetch downloads model files. Nothing is downloaded unless somebody
// asks for it.
//
// What has come so far is kept in a hidden file beside the target, so that any
// end, kill -9 included, costs nothing: the next call asks the server for the
// rest. A file gets its name only after its size and its SHA-256 have been
// found right, by reading it back from the disk. A hidden lock file keeps two
// Earshots from writing the same part.
//
// Package fetch starts no goroutine that outlives a call.
package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"earshot/app"
)

// Options of New; the zero value works.
type Options struct {
	// Mirror is a base URL that replaces scheme and host of every offer's URL,
	// whose path is appended; "" uses the URLs as they are.
	Mirror string
	// Stall is how long nothing may come before a connection is given up; 0 is
	// 30 s.
	Stall time.Duration
	// Pause is the wait before the first retry, doubled before each further one
	// in a row; 0 is 1 s.
	Pause time.Duration
}

// retries in a row that bring not one byte before a download fails.
const retries = 3

// Client implements app.Fetcher. It is safe for concurrent use.
type Client struct {
	http         *http.Client
	mirror       string
	stall, pause time.Duration
}

// New returns a client. Proxies come from the environment (HTTPS_PROXY,
// NO_PROXY), additional certificates from SSL_CERT_FILE.
func New(opt Options) *Client {
	c := &Client{mirror: opt.Mirror, stall: opt.Stall, pause: opt.Pause}
	if c.stall == 0 {
		c.stall = 30 * time.Second
	}
	if c.pause == 0 {
		c.pause = time.Second
	}
	c.http = &http.Client{
		Transport:     http.DefaultTransport.(*http.Transport).Clone(),
		CheckRedirect: checkRedirect,
	}
	return c
}

// Fetch implements app.Fetcher.
func (c *Client) Fetch(ctx context.Context, o app.Offer, dir string, on func(app.FetchProgress)) error {
	address, err := c.address(o)
	if err != nil {
		return err
	}
	defer c.http.CloseIdleConnections()
	d := &download{client: c, offer: o, address: address, report: &reporter{on: on}}
	err = d.run(ctx, dir)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("download model %q: %w", o.Name, ctx.Err())
	}
	return &app.DownloadError{Name: o.Name, Host: address.Host, Err: diskError(err)}
}

// Kept implements app.Fetcher.
func (c *Client) Kept(o app.Offer, dir string) int64 {
	st, err := os.Lstat(partPath(dir, o.File))
	if err != nil || !st.Mode().IsRegular() {
		return 0
	}
	return st.Size()
}

// Discard implements app.Fetcher. It leaves alone what another Earshot is
// downloading.
func (c *Client) Discard(o app.Offer, dir string) (bool, error) {
	p := partPath(dir, o.File)
	if _, err := os.Lstat(p); errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	unlock, err := tryLock(lockPath(dir, o.File))
	if err != nil {
		return false, fmt.Errorf("discard download: %w", err)
	}
	defer unlock()
	if err := os.Remove(p); err != nil {
		return false, fmt.Errorf("discard download: %w", err)
	}
	return true, nil
}

// address is where an offer comes from.
func (c *Client) address(o app.Offer) (*url.URL, error) {
	u, err := url.Parse(o.URL)
	if err != nil {
		return nil, fmt.Errorf("download model %q: %w", o.Name, err)
	}
	if c.mirror == "" {
		return u, nil
	}
	base, err := url.Parse(c.mirror)
	if err != nil || base.Scheme != "http" && base.Scheme != "https" || base.Host == "" {
		return nil, &app.UsageError{What: "mirror of models", Value: c.mirror, Want: "an address that begins with https:// or http://"}
	}
	return base.JoinPath(u.Path), nil
}

// download is one call of Fetch.
type download struct {
	client  *Client
	offer   app.Offer
	address *url.URL
	report  *reporter
	whole   bool // the server cannot be trusted with the rest of a file
	pieced  bool // what has come is of several answers
}

func (d *download) run(ctx context.Context, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	unlock, err := lock(ctx, lockPath(dir, d.offer.File))
	if err != nil {
		return err
	}
	defer unlock()
	target := filepath.Join(dir, d.offer.File)
	if d.complete(ctx, target) {
		return nil // another Earshot was faster
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	part, err := openPart(partPath(dir, d.offer.File))
	if err != nil {
		return err
	}
	defer part.Close()
	if err := d.fill(ctx, part); err != nil {
		if part.size == 0 {
			os.Remove(part.Name())
		}
		return err
	}
	return part.publish(target)
}

// complete reports whether the file at path is the one that is wanted.
func (d *download) complete(ctx context.Context, path string) bool {
	st, err := os.Stat(path)
	if err != nil || !st.Mode().IsRegular() || d.offer.Size > 0 && st.Size() != d.offer.Size {
		return false
	}
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	return d.verify(ctx, f, st.Size()) == nil
}

// fill brings the part to its full and right content. One that was put together
// from several answers and turns out wrong is thrown away and fetched once more.
func (d *download) fill(ctx context.Context, p *part) (err error) {
	for range 2 {
		d.pieced = p.size > 0
		if err := d.receive(ctx, p); err != nil {
			return err
		}
		err = d.verify(ctx, p.File, p.size)
		if !errors.Is(err, app.ErrWrongFile) {
			return err
		}
		if err := p.reset(); err != nil {
			return err
		}
		if !d.pieced {
			break
		}
	}
	return err
}

// receive gets what the part lacks, through as many connections as it takes.
func (d *download) receive(ctx context.Context, p *part) error {
	if d.offer.Size > 0 && p.size > d.offer.Size {
		if err := p.reset(); err != nil {
			return err
		}
	}
	if err := d.room(p, d.offer.Size); err != nil {
		return err
	}
	best := p.size
	for failed := 0; ; failed++ {
		err := d.connect(ctx, p)
		var again *temporary
		if err == nil || ctx.Err() != nil || !errors.As(err, &again) {
			return err
		}
		if p.size > best {
			failed, best = 0, p.size
		}
		if failed >= retries {
			return again.error
		}
		if err := sleep(ctx, d.client.pause<<failed); err != nil {
			return err
		}
	}
}

// room makes sure that a file of this size will fit, beside what is there.
func (d *download) room(p *part, size int64) error {
	dir := filepath.Dir(p.Name())
	if needed, free := size-p.size, freeSpace(dir); needed > free {
		return &app.SpaceError{Dir: dir, Missing: needed - free}
	}
	return nil
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
