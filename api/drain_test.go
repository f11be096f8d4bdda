package api_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	"earshot/api"
)

// However a server ends, a request that does not is given up: nobody is left in
// it, its connection is closed, and its sound is gone.
func TestServeGivesUp(t *testing.T) {
	for _, test := range []struct {
		name string
		end  func(stop func(), l net.Listener)
		good bool
	}{
		{"when it is told to", func(stop func(), _ net.Listener) { stop() }, true},
		{"when it cannot listen any more", func(_ func(), l net.Listener) { l.Close() }, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			g := start(t, api.Options{Drain: 200 * time.Millisecond})
			g.needEngine()
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			ended := make(chan error, 1)
			go func() { ended <- g.Serve(ctx, l, nil) }()
			conn := g.upload(l.Addr().String())
			test.end(stop, l)
			if err := <-ended; (err == nil) != test.good {
				t.Errorf("Serve: got %v", err)
			}
			if err := g.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
			if left := g.spooled(); len(left) != 0 {
				t.Errorf("%q are left", left)
			}
			conn.SetReadDeadline(time.Now().Add(10 * time.Second))
			if _, err := io.Copy(io.Discard, conn); err != nil && isTimeout(err) {
				t.Error("the connection is still open")
			}
		})
	}
}

func isTimeout(err error) bool {
	late, ok := err.(net.Error)
	return ok && late.Timeout()
}

// upload begins to send a recording that does not end, and returns once some of
// it has come.
func (g *rig) upload(addr string) net.Conn {
	g.t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		g.t.Fatal(err)
	}
	g.t.Cleanup(func() { conn.Close() })
	sound := clip(g.t, clipFile)
	if _, err := fmt.Fprintf(conn, "POST /v1/listen HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %d\r\n\r\n%s", 2*len(sound), sound); err != nil {
		g.t.Fatal(err)
	}
	eventually(g.t, "the upload's file", func() bool { return len(g.spooled()) > 0 })
	return conn
}
