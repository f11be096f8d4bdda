package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"path/filepath"

	"earshot/api"
	"earshot/capture"
	"earshot/cli"
)

// serve serves the API until ctx is done.
func serve(ctx context.Context, c cli.Config, how cli.ServeConfig) error {
	var cert *tls.Certificate
	scheme := "http"
	if how.Cert != "" {
		pair, err := tls.LoadX509KeyPair(how.Cert, how.Key)
		if err != nil {
			return fmt.Errorf("read the certificate: %w", err)
		}
		cert, scheme = &pair, "https"
	}
	p, err := wire(ctx, c, false)
	if err != nil {
		return err
	}
	defer p.close()
	for _, line := range p.troubles() {
		fmt.Fprintln(os.Stderr, "earshot:", line)
	}
	if how.Model != "" {
		s := p.app.Settings()
		s.Model = how.Model
		p.app.SetSettings(s)
	}
	opt := p.serving(c)
	opt.Keys, opt.Hosts, opt.NoStore, opt.Private, opt.Secret = how.Keys, how.Hosts, how.NoStore, how.Private, how.Secret
	opt.Limits = api.Limits{
		Duration: how.Duration, Size: how.Size, PerMinute: how.PerMinute, Concurrent: how.Concurrent, Daily: how.Daily,
	}
	l, err := net.Listen("tcp", how.Addr)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	server, err := api.New(ctx, p.app, opt)
	if err != nil {
		l.Close()
		return err
	}
	defer server.Close()
	fmt.Fprintf(os.Stderr, "earshot: serving on %s://%s\n", scheme, l.Addr())
	return server.Serve(ctx, l, cert)
}

// serving is what every server of the API works with.
func (p *parts) serving(c cli.Config) api.Options {
	opt := api.Options{
		Spool: filepath.Join(p.folders.Data, "spool"), Remote: capture.Remote{}, Decoder: capture.Decoder{}, Log: c.Log,
	}
	if p.store != nil {
		opt.Orders = p.store
	}
	return opt
}
