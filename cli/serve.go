package cli

import (
	"bufio"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"time"

	"earshot/app"
)

type serveCmd struct {
	Addr       string        `placeholder:"ADDRESS" default:"127.0.0.1:7100" help:"Where to listen. Other addresses than this machine's own need a key file."`
	KeyFile    string        `type:"path" placeholder:"FILE" help:"Keys that let programs in, one a line; without it everybody on this machine may ask."`
	Cert       string        `type:"path" placeholder:"FILE" help:"Certificate (PEM) to serve HTTPS with."`
	Key        string        `type:"path" placeholder:"FILE" help:"Private key (PEM) of the certificate."`
	Host       []string      `sep:"none" placeholder:"NAME" help:"A name by which programs reach this server; may be repeated."`
	Model      string        `short:"m" placeholder:"NAME|PATH" help:"Model to use (see “earshot models list”); else the one in the settings."`
	NoStore    bool          `help:"Keep no transcripts in the library."`
	Private    bool          `help:"Also fetch recordings from, and report results to, addresses of this machine and its network."`
	SecretFile string        `type:"path" placeholder:"FILE" help:"Secret to sign reports with; see docs/api.md."`
	Duration   time.Duration `name:"max-duration" placeholder:"TIME" help:"Longest recording (2h)."`
	Size       int64         `name:"max-size" placeholder:"MB" help:"Largest recording, in units of 1048576 bytes (100)."`
	PerMinute  int           `placeholder:"N" help:"Requests a minute, for each key (60)."`
	Concurrent int           `placeholder:"N" help:"Requests at once, for each key (10)."`
	Daily      time.Duration `placeholder:"TIME" help:"Recordings a day, for each key (100h)."`
}

// ServeConfig says what to serve, and to whom. Zero limits are the defaults.
type ServeConfig struct {
	Addr                  string
	Keys                  []string // none lets everybody in
	Cert, Key             string   // files; "" serves without TLS
	Hosts                 []string
	Model                 string
	NoStore, Private      bool
	Secret                []byte
	Duration, Daily       time.Duration
	Size                  int64 // bytes
	PerMinute, Concurrent int
}

func (c *serveCmd) Run(s *session) error {
	config, err := c.config()
	if err != nil {
		return err
	}
	s.config.Store = StoreWanted
	return s.Serve(s.ctx, s.config, config)
}

// config finds mistakes in the flags before anything is done.
func (c *serveCmd) config() (ServeConfig, error) {
	config := ServeConfig{
		Addr: c.Addr, Cert: c.Cert, Key: c.Key, Hosts: c.Host, Model: c.Model, NoStore: c.NoStore, Private: c.Private,
		Duration: c.Duration, Daily: c.Daily, Size: c.Size << 20, PerMinute: c.PerMinute, Concurrent: c.Concurrent,
	}
	host, _, err := net.SplitHostPort(c.Addr)
	switch {
	case err != nil:
		return config, &app.UsageError{What: "address", Value: c.Addr, Want: "a host and a port, as in 127.0.0.1:7100"}
	case (c.Cert == "") != (c.Key == ""):
		return config, &app.UsageError{What: "certificate", Value: c.Cert + c.Key, Want: "given with --cert and --key together"}
	case c.Duration < 0 || c.Daily < 0 || c.Size < 0 || c.PerMinute < 0 || c.Concurrent < 0:
		return config, &app.UsageError{What: "limit", Value: "less than nothing", Want: "more than 0"}
	}
	if c.KeyFile != "" {
		if config.Keys, err = lines(c.KeyFile); err != nil {
			return config, err
		}
	}
	if c.SecretFile != "" {
		secret, err := lines(c.SecretFile)
		if err != nil {
			return config, err
		}
		config.Secret = []byte(secret[0])
	}
	if len(config.Keys) == 0 && !loopback(host) {
		return config, &app.UsageError{What: "server address without --key-file", Value: c.Addr, Want: "this machine's own, as in 127.0.0.1:7100"}
	}
	return config, nil
}

// loopback reports whether only this machine can reach an address.
func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.Unmap().IsLoopback()
}

// lines are the lines of a file that say something: those that begin with # do
// not. There is at least one.
func lines(path string) ([]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read the keys: %w", err)
	}
	defer f.Close()
	var all []string
	in := bufio.NewScanner(f)
	for in.Scan() {
		if line := strings.TrimSpace(in.Text()); line != "" && !strings.HasPrefix(line, "#") {
			all = append(all, line)
		}
	}
	if err := in.Err(); err != nil {
		return nil, fmt.Errorf("read the keys: %w", err)
	}
	if len(all) == 0 {
		return nil, &app.UsageError{What: "file with a key", Value: path, Want: "a file with at least one line"}
	}
	return all, nil
}
