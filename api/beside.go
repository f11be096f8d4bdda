package api

import (
	"context"
	"net"

	"earshot/app"
)

// Beside serves the API beside a window, which switches it on and off.
type Beside struct {
	// Options of the servers; Keys are those that Serve is told.
	Options Options
}

var _ app.Server = Beside{}

// Serve implements app.Server.
func (b Beside) Serve(ctx context.Context, a *app.App, addr, key string, ready func(addr string)) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return &app.ServeError{Addr: addr, Err: err}
	}
	opt := b.Options
	opt.Keys = []string{key}
	server, err := New(ctx, a, opt)
	if err != nil {
		l.Close()
		return &app.ServeError{Addr: addr, Err: err}
	}
	defer server.Close()
	ready(l.Addr().String())
	if err := server.Serve(ctx, l, nil); err != nil {
		return &app.ServeError{Addr: addr, Err: err}
	}
	return nil
}
