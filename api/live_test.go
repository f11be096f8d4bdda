package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"earshot/api"
)

// live is a connection as a client has it.
type live struct {
	t    *testing.T
	conn *websocket.Conn
}

// event is any message of the server's.
type event struct {
	Type, Status, Transcript, Transcription, Language, Message string
	SessionID                                                  string `json:"session_id"`
	IsFinal                                                    bool   `json:"is_final"`
	IsLast                                                     bool   `json:"is_last"`
	FromFinalize                                               bool   `json:"from_finalize"`
	Languages                                                  []string
	Full                                                       *string `json:"full_transcript"`
	Timestamp                                                  float64
	Words                                                      []struct {
		Word       string
		Start, End float64
	}
	Utterances []struct {
		Text       string
		Start, End float64
	}
	raw string
}

func (g *rig) dial(path string, header ...string) (*live, *http.Response, error) {
	g.t.Helper()
	h := http.Header{}
	for i := 0; i < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	conn, resp, err := websocket.Dial(g.t.Context(), "ws"+strings.TrimPrefix(g.url, "http")+path, &websocket.DialOptions{HTTPHeader: h})
	if err != nil {
		return nil, resp, err
	}
	g.t.Cleanup(func() { conn.CloseNow() })
	conn.SetReadLimit(1 << 20) // as clients have it
	return &live{g.t, conn}, resp, nil
}

func (g *rig) connect(path string) *live {
	g.t.Helper()
	l, _, err := g.dial(path)
	if err != nil {
		g.t.Fatal(err)
	}
	return l
}

func (l *live) sound(b []byte, size int) {
	l.t.Helper()
	for len(b) > 0 {
		n := min(size, len(b))
		if err := l.conn.Write(l.t.Context(), websocket.MessageBinary, b[:n]); err != nil {
			l.t.Fatal(err)
		}
		b = b[n:]
	}
}

func (l *live) say(control string) {
	l.t.Helper()
	if err := l.conn.Write(l.t.Context(), websocket.MessageText, []byte(control)); err != nil {
		l.t.Fatal(err)
	}
}

// next is the next message; close is the status that the connection was closed
// with instead, -1 if it was not.
func (l *live) next() (e event, close websocket.StatusCode) {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(l.t.Context(), time.Minute)
	defer cancel()
	_, data, err := l.conn.Read(ctx)
	if err != nil {
		return e, websocket.CloseStatus(err)
	}
	if err := json.Unmarshal(data, &e); err != nil {
		l.t.Fatalf("%v: %s", err, data)
	}
	e.raw = string(data)
	return e, -1
}

// final is the next final message.
func (l *live) final() event {
	l.t.Helper()
	for {
		e, status := l.next()
		if status != -1 {
			l.t.Fatalf("closed with %d", status)
		}
		if e.IsFinal {
			return e
		}
	}
}

// rest are all messages up to the close, which has to be a normal one.
func (l *live) rest() (all []event) {
	l.t.Helper()
	for {
		e, status := l.next()
		if status == -1 && e.raw != "" {
			all = append(all, e)
			continue
		}
		if status != websocket.StatusNormalClosure {
			l.t.Errorf("got the close status %d, want 1000", status)
		}
		return all
	}
}

// finals is the text of the final messages.
func finals(all []event) string {
	var texts []string
	for _, e := range all {
		if e.IsFinal && e.Transcript != "" {
			texts = append(texts, e.Transcript)
		}
	}
	return strings.Join(texts, " ")
}

const fiveText = "I know that Emma lost our recording outside the mountain. " +
	"She said that our friend quietly closed 26 customers tomorrow. They said that your building is in our hospital."

func TestLiveEndsOnce(t *testing.T) {
	g := start(t, api.Options{Limits: plenty})
	g.needEngine()
	wav := clip(t, "audio/synth/en-espeak05.wav")
	for _, c := range []struct{ path, end string }{
		{"/v1/listen/stream?language=en", "end"},
		{"/transcribe?language=en&encoding=linear16&sample_rate=16000", "close_stream"},
		{"/api/v1/lightning/get_text?numerals=auto&word_timestamps=true", "end"},
		{"/waves/v1/stt/live?model=pulse&language=en&word_timestamps=true", "close_stream"},
	} {
		l := g.connect(c.path)
		l.sound(wav, 4096) // with its RIFF header
		l.say(`{"type":"` + c.end + `"}`)
		all := l.rest()
		if len(all) == 0 {
			t.Errorf("%s: nothing came", c.path)
			continue
		}
		for i, e := range all {
			if e.SessionID != all[0].SessionID || e.IsLast != (i == len(all)-1) || !e.plain() {
				t.Errorf("%s: message %d of %d: got %s", c.path, i+1, len(all), e.raw)
			}
		}
		if got := finals(all); got != fiveText {
			t.Errorf("%s: got %q, want %q", c.path, got, fiveText)
		}
	}
}

// plain reports whether a message is text as it is if nothing was asked for.
func (e event) plain() bool {
	for i, w := range e.Words {
		if w.Start > w.End || i > 0 && w.Start < e.Words[i-1].End {
			return false
		}
	}
	return e.Type == "transcription" && e.Status == "success" && e.Transcript == e.Transcription && !e.FromFinalize &&
		e.Full == nil && e.Utterances == nil && e.IsFinal == (e.Language == "en" && len(e.Languages) == 1) && (e.IsFinal || !e.IsLast)
}

// Text comes while sound does, and what it says about itself is what was asked
// for.
func TestLiveWhileSpeaking(t *testing.T) {
	g := start(t, api.Options{Limits: plenty})
	g.needEngine()
	wav := clip(t, "audio/synth/en-espeak05.wav")[44:]
	l := g.connect("/v1/listen/stream?vad_events=true&sentence_timestamps=true&full_transcript=true&eou_timeout_ms=300")
	done := make(chan []event)
	go func() { done <- l.rest() }()
	for chunk := range 12 * 20 {
		at := min(chunk*1600, len(wav))
		l.sound(wav[at:min(at+1600, len(wav))], 1600)
		time.Sleep(50 * time.Millisecond) // as fast as it was spoken: a slower machine shows less of what is open
	}
	l.say(`{"type":"keepalive"}`)
	l.say(`{"type":"close_stream"}`)
	all := <-done
	count := kinds(all)
	full := ""
	for _, e := range all {
		if e.IsFinal {
			full = strings.TrimSpace(full + " " + e.Transcript)
			if e.Full == nil || *e.Full != full {
				t.Errorf("got %s, want the full transcript %q", e.raw, full)
			}
			if e.Transcript != "" && (len(e.Utterances) == 0 || e.Utterances[0].Text == "") {
				t.Errorf("got %s, want utterances", e.raw)
			}
		}
		if speech := strings.HasPrefix(e.Type, "speech_"); speech != (e.Timestamp > 0 && e.Timestamp < 13) {
			t.Errorf("got %s", e.raw)
		}
	}
	for kind, least := range map[string]int{"final false": 1, "final true": 2, "pong": 1, "speech_started": 1, "speech_ended": 1} {
		if count[kind] < least {
			t.Errorf("got %v, want %s %d times at least", count, kind, least)
		}
	}
	if full != fiveText {
		t.Errorf("got %q, want %q", full, fiveText)
	}
}

// kinds counts messages.
func kinds(all []event) map[string]int {
	count := map[string]int{}
	for _, e := range all {
		kind := e.Type
		if e.Type == "transcription" {
			kind = fmt.Sprintf("final %t", e.IsFinal)
		}
		count[kind]++
	}
	return count
}

// What was said is told at once, and more can be said after it; times go on.
func TestLiveFinalize(t *testing.T) {
	g := start(t, api.Options{Limits: plenty})
	g.needEngine()
	sound := clip(t, clipFile)[44:]
	l := g.connect("/v1/listen/stream")
	for turn := range 2 {
		l.sound(sound, 3200)
		l.say(`{"type":"finalize"}`)
		e := l.final()
		if e.Transcript != clipText || !e.FromFinalize || e.IsLast || len(e.Words) != 5 {
			t.Fatalf("turn %d: got %s", turn, e.raw)
		}
		if least := float64(turn) * 2.688; e.Words[0].Start < least || e.Words[4].End > least+2.7 {
			t.Errorf("turn %d: got the times %+v", turn, e.Words)
		}
	}
	l.say(`{"type":"finalize"}`)
	if e, _ := l.next(); !e.IsFinal || !e.FromFinalize || e.Transcript != "" {
		t.Errorf("after nothing: got %s", e.raw)
	}
	l.say(`{"type":"end"}`)
	all := l.rest()
	if len(all) != 1 || !all[0].IsLast || all[0].Transcript != "" {
		t.Errorf("at the end: got %+v", all)
	}
}

// Clients hang that are not told of the end.
func TestLiveWithoutSpeech(t *testing.T) {
	g := start(t, api.Options{Limits: plenty})
	g.needEngine()
	for name, sound := range map[string][]byte{"nothing": nil, "silence": make([]byte, 64000), "half a sample": {1}} {
		l := g.connect("/v1/listen/stream")
		l.sound(sound, 4096)
		l.say(`{"type":"end"}`)
		if all := l.rest(); len(all) != 1 || !all[0].IsLast || !all[0].IsFinal || all[0].Transcript != "" {
			t.Errorf("%s: got %+v, want one empty last message", name, all)
		}
	}
}

func TestLiveEncodings(t *testing.T) {
	g := start(t, api.Options{Limits: plenty})
	g.needEngine()
	ffmpeg, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Skip("ffmpeg is not installed")
	}
	for _, c := range []struct{ query, args string }{
		{"encoding=linear16&sample_rate=48000", "-ar 48000 -f s16le"},
		{"encoding=linear16&sample_rate=22050", "-ar 22050 -f s16le"},
		{"encoding=linear32&sample_rate=16000", "-ar 16000 -f f32le"},
		{"encoding=mulaw&sample_rate=16000", "-ar 16000 -f mulaw"},
		{"encoding=alaw&sample_rate=16000", "-ar 16000 -f alaw"},
		{"encoding=ogg_opus&sample_rate=48000", "-c:a libopus -f ogg"},
		{"encoding=opus&sample_rate=48000", "-c:a libopus -f webm"},
	} {
		args := append([]string{"-v", "error", "-i", fixture(t, clipFile)}, strings.Fields(c.args)...)
		sound, err := exec.Command(ffmpeg, append(args, "-")...).Output()
		if err != nil {
			t.Fatal(err)
		}
		l := g.connect("/v1/listen/stream?" + c.query)
		l.sound(sound, 4096)
		l.say(`{"type":"end"}`)
		if got := finals(l.rest()); got != clipText {
			t.Errorf("%s: got %q, want %q", c.query, got, clipText)
		}
	}
}

// What can be refused is refused before the upgrade.
func TestLiveRefusals(t *testing.T) {
	g := start(t, api.Options{Keys: []string{"secret"}, Limits: plenty})
	g.needEngine()
	for _, c := range []struct {
		path   string
		header []string
		status int
	}{
		{"/v1/listen/stream", nil, 401},
		{"/v1/listen/stream?token=wrong", nil, 401},
		{"/v1/listen/stream?token=secret", nil, 101},
		{"/v1/listen/stream?api_key=secret", nil, 101},
		{"/waves/v1/pulse/get_text", []string{"Authorization", "Bearer secret"}, 101},
		{"/waves/v1/stt/live?language=en&token=secret", nil, 400},
		{"/waves/v1/stt/live?model=pulse-pro&language=en&token=secret", nil, 400},
		{"/waves/v1/stt/live?model=pulse&token=secret", nil, 400},
		{"/waves/v1/stt/live?model=pulse&language=en&token=secret", nil, 101},
		{"/v1/listen/stream?token=secret&encoding=mp3", nil, 400},
		{"/v1/listen/stream?token=secret&sample_rate=12345", nil, 400},
		{"/v1/listen/stream?token=secret&eou_timeout_ms=5", nil, 400},
		{"/v1/listen/stream?token=secret&language=xx", nil, 400},
		{"/v1/listen/stream?token=secret&external_session_id=a%20b", nil, 400},
		{"/v1/listen/stream?token=secret&external_session_id=call-1.2_3", nil, 101},
		{"/v1/listen/stream?token=secret&diarize=true", nil, 501},
		{"/v1/listen/stream?token=secret", []string{"Origin", "https://evil.example"}, 403},
	} {
		l, resp, err := g.dial(c.path, c.header...)
		if l != nil {
			l.conn.CloseNow()
		}
		if resp == nil || resp.StatusCode != c.status {
			t.Errorf("%s: got %v, %v, want %d", c.path, resp, err, c.status)
		}
	}
	if r := g.ask("GET", "/v1/listen/stream", "", nil, "Authorization", "Token secret"); r.status != 426 {
		t.Errorf("without an upgrade: got %d, want 426", r.status)
	}
	if strings.Contains(g.log.String(), "secret") {
		t.Errorf("the log holds a key: %s", g.log)
	}
}

// One connection too many is told so, and nonsense ends one.
func TestLiveCloses(t *testing.T) {
	g := start(t, api.Options{Limits: api.Limits{Concurrent: 1}})
	g.needEngine()
	first := g.connect("/v1/listen/stream")
	expect := func(l *live, what string, status websocket.StatusCode) {
		t.Helper()
		if e, _ := l.next(); e.Type != "error" || e.Status != "error" || e.Message == "" {
			t.Errorf("%s: got %s, want an error", what, e.raw)
		}
		if _, got := l.next(); got != status {
			t.Errorf("%s: got the close status %d, want %d", what, got, status)
		}
	}
	expect(g.connect("/v1/listen/stream"), "one too many", websocket.StatusPolicyViolation)
	first.say("nonsense")
	expect(first, "nonsense", websocket.StatusInvalidFramePayloadData)
	var l *live
	eventually(t, "room", func() bool {
		l = g.connect("/v1/listen/stream")
		l.say(`{"type":"keepalive"}`)
		e, _ := l.next()
		return e.Type == "pong"
	})
	l.say(`{"type":"something new"}`)
	l.conn.Write(t.Context(), websocket.MessageBinary, make([]byte, 1<<20+1))
	if _, got := l.next(); got != websocket.StatusMessageTooBig {
		t.Errorf("too big: got the close status %d, want 1009", got)
	}
}

// A client that goes away leaves nothing behind.
func TestLiveCutOff(t *testing.T) {
	g := start(t, api.Options{Limits: plenty})
	g.needEngine()
	for range 3 {
		l := g.connect("/v1/listen/stream?encoding=ogg_opus")
		l.sound([]byte("OggS"), 4)
		l.conn.CloseNow()
	}
	idle := regexp.MustCompile(`asr_active_streams 0\n(.*\n)*asr_stream_queue_depth 0\n`)
	eventually(t, "the end of the connections", func() bool { return idle.Match(g.ask("GET", "/metrics", "", nil).body) })
}

// A server that is to end tells what it has heard, and answers what runs.
func TestDraining(t *testing.T) {
	g := start(t, api.Options{Limits: plenty})
	g.needEngine()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- g.Serve(ctx, l, nil) }()
	g.url = "http://" + l.Addr().String()
	stream := g.connect("/v1/listen/stream")
	stream.sound(clip(t, clipFile), 4096)
	answers := make(chan reply, 1)
	go func() {
		r, err := g.try("POST", "/v1/listen", "", clip(t, "audio/synth/en-espeak05.wav"))
		if err != nil {
			t.Error(err)
		}
		answers <- r
	}()
	eventually(t, "both", func() bool {
		return regexp.MustCompile(`asr_active_requests 3\n(.*\n)*asr_stream_queue_depth 0\n`).Match(g.ask("GET", "/metrics", "", nil).body)
	})
	stop()
	var all []event
	for {
		e, status := stream.next()
		if status != -1 || e.raw == "" {
			if status != websocket.StatusGoingAway {
				t.Errorf("got the close status %d, want 1001", status)
			}
			break
		}
		all = append(all, e)
	}
	if finals(all) != clipText || !all[len(all)-1].IsLast {
		t.Errorf("got %+v", all)
	}
	if r := <-answers; r.status != 200 {
		t.Errorf("the recording: got %d, %s", r.status, r.body)
	}
	if err := <-ended; err != nil {
		t.Errorf("Serve: %v", err)
	}
	if _, err := net.Dial("tcp", l.Addr().String()); err == nil {
		t.Error("it still listens")
	}
}

// With a certificate all of it is encrypted, live connections too.
func TestTLS(t *testing.T) {
	g := start(t, api.Options{Limits: plenty})
	g.needEngine()
	other := httptest.NewTLSServer(nil) // has a certificate, and a client that knows it
	defer other.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- g.Serve(ctx, l, &other.TLS.Certificates[0]) }()
	resp, err := other.Client().Get("https://" + l.Addr().String() + "/health")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 200 {
		t.Errorf("got %d", resp.StatusCode)
	}
	conn, _, err := websocket.Dial(ctx, "wss://"+l.Addr().String()+"/v1/listen/stream", &websocket.DialOptions{HTTPClient: other.Client()})
	if err != nil {
		t.Fatal(err)
	}
	stream := &live{t, conn}
	stream.say(`{"type":"end"}`)
	if all := stream.rest(); len(all) != 1 || !all[0].IsLast {
		t.Errorf("got %+v", all)
	}
	stop()
	other.Client().CloseIdleConnections()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
