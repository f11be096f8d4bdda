package api_test

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"earshot/api"
	"earshot/app"
	"earshot/capture"
	"earshot/engine"
)

// beside is an App that a window could belong to.
type beside struct {
	*app.App
	t    *testing.T
	subs *app.Subscription
}

// besideIn starts an App whose settings are in a folder.
func besideIn(t *testing.T, dir string) *beside {
	t.Helper()
	e := engine.New(engine.Options{})
	t.Cleanup(func() { e.Close() })
	shared, err := filepath.Abs("../../shared/models")
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.New(t.Context(), app.Deps{
		Media: capture.Media{}, Recognizer: e, SettingsPath: filepath.Join(dir, "settings.json"),
		Models: app.Models{Dirs: []string{t.TempDir(), shared}, Inspect: e.Inspect},
		Server: api.Beside{Options: api.Options{Spool: filepath.Join(dir, "spool"), Drain: time.Second}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	return &beside{App: a, t: t, subs: a.Subscribe()}
}

// set changes how the API is served.
func (b *beside) set(alter func(*app.APISettings)) {
	b.t.Helper()
	how := b.Settings().API
	alter(&how)
	if err := b.SetAPI(how); err != nil {
		b.t.Fatal(err)
	}
}

// told waits until it is told that the API is served, is not, or cannot be.
func (b *beside) told(what string, so func(app.Serving) bool) app.Serving {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), 20*time.Second)
	defer cancel()
	for {
		events := b.subs.Next(ctx)
		if events == nil {
			b.t.Fatalf("it was not told that %s", what)
		}
		for _, e := range events {
			if c, ok := e.(app.ServingChanged); ok && so(c.Serving) {
				return c.Serving
			}
		}
	}
}

func (b *beside) served() string {
	b.t.Helper()
	return b.told("it is served", func(s app.Serving) bool { return s.Addr != "" }).Addr
}

// ask is the status of the answer to a recording; 0 if nobody answers.
func (b *beside) ask(addr, key string, sound []byte) int {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, "http://"+addr+"/v1/listen", bytes.NewReader(sound))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Close = true
	req.Header.Set("Authorization", "Token "+key)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0
	}
	resp.Body.Close()
	return resp.StatusCode
}

// The switch in the settings: on, another key, off; on again at the next start,
// and over with the program.
func TestBesideAWindow(t *testing.T) {
	dir := t.TempDir()
	b := besideIn(t, dir)
	b.ServeAPI() // it is off
	b.set(func(s *app.APISettings) { s.On, s.Addr = true, "127.0.0.1:0" })
	addr, key := b.served(), b.Settings().API.Key
	// What is no sound is refused only after the key has been accepted.
	for presented, want := range map[string]int{"": 401, "wrong": 401, key: 400} {
		if got := b.ask(addr, presented, nil); got != want {
			t.Errorf("with the key %q: got %d, want %d", presented, got, want)
		}
	}

	b.set(func(s *app.APISettings) { s.Addr, s.Key = addr, "" })
	if got := b.served(); got != addr {
		t.Errorf("with another key it is served at %s, want %s", got, addr)
	}
	renewed := b.Settings().API.Key
	if got := b.ask(addr, key, nil); got != 401 || renewed == key {
		t.Errorf("with the key of before: got %d, want 401", got)
	}
	if got := b.ask(addr, renewed, nil); got != 400 {
		t.Errorf("with the renewed key: got %d, want 400", got)
	}
	if err := b.SaveSettings(); err != nil {
		t.Fatal(err)
	}
	if st, err := os.Stat(filepath.Join(dir, "settings.json")); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("the file with the key: got %v, %v, want it to be private", st.Mode(), err)
	}

	b.set(func(s *app.APISettings) { s.On = false })
	b.told("it is off", func(s app.Serving) bool { return s == app.Serving{} })
	if got := b.ask(addr, renewed, nil); got != 0 {
		t.Errorf("switched off it answers %d", got)
	}
	b.Close()

	b = besideIn(t, dir)
	b.ServeAPI()
	if got := b.served(); got != addr {
		t.Errorf("at the next start it is served at %s, want %s", got, addr)
	}
	if got := b.ask(addr, renewed, nil); got != 400 {
		t.Errorf("at the next start: got %d, want 400", got)
	}
	b.Close()
	if got := b.ask(addr, renewed, nil); got != 0 {
		t.Errorf("when the program has ended it answers %d", got)
	}
	if files, _ := filepath.Glob(filepath.Join(dir, "spool", "*")); len(files) != 0 {
		t.Errorf("%q are left", files)
	}
}

// What cannot be served at is said in words; it is tried again when somebody
// asks for it.
func TestBesideAnotherServer(t *testing.T) {
	other, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	addr := other.Addr().String()
	b := besideIn(t, t.TempDir())
	for _, c := range []struct{ addr, want string }{
		{addr, "The API cannot be served: another program uses " + addr + "."},
		{"192.0.2.1:7100", "The API cannot be served: 192.0.2.1:7100 is not an address of this computer."},
		{"nowhere.invalid:7100", "The API cannot be served: nowhere.invalid:7100 is not an address of this computer."},
	} {
		b.set(func(s *app.APISettings) { s.On, s.Addr = true, c.addr })
		got := b.told("it cannot be served", func(s app.Serving) bool { return s.Err != nil })
		if sentence, hint := app.Explain(got.Err); sentence != c.want || hint == "" {
			t.Errorf("%s: got %q, %q, want %q", c.addr, sentence, hint, c.want)
		}
	}
	b.set(func(s *app.APISettings) { s.Addr = addr })
	b.told("it cannot be served", func(s app.Serving) bool { return s.Err != nil })
	other.Close()
	b.ServeAPI()
	if got := b.served(); got != addr {
		t.Errorf("got %s, want %s", got, addr)
	}
	for _, addr := range []string{"7100", "127.0.0.1", ":7100", "127.0.0.1:http", "127.0.0.1:65536"} {
		err := b.SetAPI(app.APISettings{On: true, Addr: addr})
		if sentence, _ := app.Explain(err); !strings.Contains(sentence, "a host and a port") {
			t.Errorf("%s: got %q", addr, sentence)
		}
	}
	if got := b.Settings().API.Addr; got != addr {
		t.Errorf("what makes no sense was taken: %s", got)
	}
}
