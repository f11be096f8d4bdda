//go:build soak

package api_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"earshot/api"
	"earshot/soaktest"
)

// TestSoak asks for good and bad things, and breaks off in the middle, half an
// hour or as long as SOAK says. Memory, goroutines, files and handles have to be as
// they were after the first rounds, and every answer right.
func TestSoak(t *testing.T) {
	length := soaktest.Length(t)
	// What was broken off counts until that is noticed.
	g := start(t, api.Options{Limits: api.Limits{PerMinute: 1 << 20, Concurrent: 30}, NoStore: true})
	g.needEngine()
	s := &soaked{rig: g, good: clip(t, clipFile), long: clip(t, "audio/synth/en-espeak05.wav")}
	cold := soaktest.Now(t)
	// With more at once than later, so that as many decoders are idle as ever will
	// be, and each has had its first work; then until the C library's memory, too,
	// is cut into the pieces that are needed.
	for range 8 {
		s.round(6)
	}
	s.during(length / 12)
	warm := s.use()
	rounds := s.during(length / 2)
	middle := s.use()
	rounds += s.during(length / 2)
	end := s.use()
	t.Logf("%d rounds in %v, %d answers, %d broken off", rounds, length, s.answers.Load(), s.broken.Load())
	t.Logf("cold: %v; warm: %v; in the middle: %v; in the end: %v", cold, warm, middle, end)
	soaktest.Check(t, warm, middle, end)
	if left := g.spooled(); len(left) != 0 {
		t.Errorf("%q are left", left)
	}
}

type soaked struct {
	*rig
	good, long      []byte
	answers, broken atomic.Int64
}

// during makes rounds for so long, and returns how many.
func (s *soaked) during(length time.Duration) (rounds int) {
	for end := time.Now().Add(length); time.Now().Before(end); rounds++ {
		s.round(3)
		if rounds%25 == 24 {
			s.settle()
			s.t.Log(soaktest.Now(s.t))
		}
	}
	return rounds
}

// round has clients do everything once, at the same time.
func (s *soaked) round(clients int) {
	var all sync.WaitGroup
	for range clients {
		all.Go(func() { s.recordings() })
		all.Go(func() { s.live() })
		all.Go(func() { s.breakOff() })
	}
	all.Wait()
	http.DefaultClient.CloseIdleConnections()
	s.log.reset() // it is not the server's memory
}

// recordings are good and bad ones.
func (s *soaked) recordings() {
	junk := bytes.Repeat([]byte("junk"), 20000)
	for _, c := range []struct {
		path   string
		body   []byte
		status int
		text   string
	}{
		{"/v1/listen?timestamps=true", s.good, 200, clipText},
		{"/waves/v1/pulse/get_text", s.good, 200, clipText},
		{"/v1/listen", junk, 415, ""},
		{"/v1/listen", append([]byte("RIFF"), junk...), 422, ""},
		{"/v1/listen?language=xx", s.good, 400, ""},
		{"/v1/listen", s.good[:3000], 200, ""},
		{"/v1/listen", nil, 400, ""},
	} {
		r, err := s.try("POST", c.path, "", c.body)
		if err != nil || r.status != c.status || !bytes.Contains(r.body, []byte(c.text)) {
			s.t.Errorf("%s: got %d, %s, %v, want %d, %s", c.path, r.status, r.body, err, c.status, c.text)
		}
		s.answers.Add(1)
	}
}

// live is a whole connection.
func (s *soaked) live() {
	l := s.connect("/v1/listen/stream")
	l.sound(s.good, 4096)
	l.say(`{"type":"close_stream"}`)
	if got := finals(l.rest()); got != clipText {
		s.t.Errorf("live: got %q", got)
	}
	s.answers.Add(1)
}

// connect is rig's, but for a test that would keep each connection to its end.
func (s *soaked) connect(path string) *live {
	conn, _, err := websocket.Dial(s.t.Context(), "ws"+strings.TrimPrefix(s.url, "http")+path, nil)
	if err != nil {
		s.t.Error(err)
		runtime.Goexit()
	}
	return &live{s.t, conn}
}

// breakOff leaves in the middle: of an upload, of an answer, of live sound.
func (s *soaked) breakOff() {
	r, w := io.Pipe()
	go func() {
		w.Write(s.long[:50000])
		w.CloseWithError(io.ErrClosedPipe)
	}()
	if resp, err := http.Post(s.url+"/v1/listen", "audio/wav", r); err == nil {
		resp.Body.Close()
	}
	ctx, cancel := context.WithTimeout(s.t.Context(), 300*time.Millisecond)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, "POST", s.url+"/v1/listen", bytes.NewReader(s.long))
	if err != nil {
		s.t.Error(err)
		return
	}
	if resp, err := http.DefaultClient.Do(req); err == nil {
		resp.Body.Close()
	}
	for _, query := range []string{"", "?encoding=ogg_opus"} {
		l := s.connect("/v1/listen/stream" + query)
		l.conn.Write(ctx, websocket.MessageBinary, s.long[:60000])
		l.conn.CloseNow()
	}
	s.broken.Add(4)
}

// use is what the process holds between rounds.
func (s *soaked) use() soaktest.Use {
	s.t.Helper()
	return soaktest.Least(s.t, func() {
		s.round(3)
		s.settle()
	})
}

// settle waits until what was broken off has ended.
func (s *soaked) settle() { time.Sleep(3 * time.Second) }

// reset forgets what was written.
func (s *safeBuffer) reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.b.Reset()
}
