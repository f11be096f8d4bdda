package api_test

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"earshot/api"
)

func sorted(s []string) []string { return slices.Sorted(slices.Values(s)) }

// Every error of every family, in its own shape. A key of want that is nil must
// not be there.
func TestRefusals(t *testing.T) {
	g := start(t, api.Options{Keys: []string{"secret"}, Limits: api.Limits{PerMinute: 1000, Size: 200 << 10}})
	g.needEngine()
	junk := []byte("this is no audio at all")
	torn := append([]byte("RIFF\x00\x00\x00\x00WAVEjunk"), bytes.Repeat([]byte{7}, 1000)...)
	big := append([]byte("RIFF"), make([]byte, 300<<10)...)
	const url = `{"url":"https://example.com/a.wav"`
	formats := []any{"wav", "mp3", "flac", "ogg", "m4a"}
	for _, c := range []struct {
		name, path, kind string
		body             []byte
		status           int
		want             map[string]any
	}{
		{"nothing", "/v1/listen", "", nil, 400, map[string]any{"error": "Missing required parameter: url or audio file", "code": "MISSING_PARAMETER"}},
		{"nothing in JSON", "/v1/listen", "application/json", []byte(`{}`), 400, map[string]any{"code": "MISSING_PARAMETER"}},
		{"broken JSON", "/v1/listen", "application/json", []byte(`{`), 400, map[string]any{"code": "INVALID_PARAMETER"}},
		{"a JSON list", "/v1/listen", "application/json", []byte(`[1]`), 400, map[string]any{"code": "INVALID_PARAMETER"}},
		{"JSON null", "/v1/listen", "application/json", []byte(`null`), 400, map[string]any{"code": "INVALID_PARAMETER"}},
		{"a broken form", "/v1/listen", "multipart/form-data; boundary=x", []byte("--x\r\nnonsense"), 400, map[string]any{"code": "INVALID_PARAMETER"}},
		{"a broken query", "/v1/listen?a=%zz", "", nil, 400, map[string]any{"code": "INVALID_PARAMETER"}},
		{"an unknown language", "/v1/listen?language=xx", "", torn, 400, map[string]any{"code": "INVALID_PARAMETER", "error": `The language "xx" is not known`}},
		{"no truth value", "/v1/listen?punctuate=maybe", "", torn, 400, map[string]any{"code": "INVALID_PARAMETER"}},
		{"no number", "/v1/listen?num_speakers=many", "", torn, 400, map[string]any{"code": "INVALID_PARAMETER"}},
		{"both", "/v1/listen?url=https://example.com/a.wav", "", torn, 400, map[string]any{"code": "INVALID_PARAMETER"}},
		{"speakers", "/v1/listen?diarize=true", "", torn, 501, map[string]any{"code": "NOT_SUPPORTED", "speakers": nil}},
		{"redaction", "/v1/listen?redact_pii=true", "", torn, 501, map[string]any{"code": "NOT_SUPPORTED"}},
		{"no audio", "/v1/listen", "", junk, 415, map[string]any{"error": "Unsupported audio format", "code": "UNSUPPORTED_FORMAT", "supported_formats": formats}},
		{"damaged audio", "/v1/listen", "", torn, 422, map[string]any{"code": "CORRUPT_AUDIO"}},
		{"too large", "/v1/listen", "", big, 422, map[string]any{"error": "Audio file too large", "code": "FILE_TOO_LARGE", "max_size_mb": 0.195}},

		{"get_text, nothing", "/waves/v1/pulse/get_text", "application/json", []byte(`{}`), 400, map[string]any{"errors": "Invalid JSON data: missing or invalid 'url' field", "status": "error"}},
		{"get_text, no audio", "/waves/v1/pulse/get_text", "", junk, 400, map[string]any{"errors": "Invalid file format. Supported formats: audio/*", "status": "error", "code": "UNSUPPORTED_FORMAT"}},
		{"pulse, too large", "/waves/v1/pulse/get_text", "", big, 400, map[string]any{"errors": "Audio data too large", "status": "error", "message": "Error handling audio data"}},
		{"lightning, too large", "/api/v1/lightning/get_text", "", big, 413, map[string]any{"error": "File size exceeds maximum limit of 0.195MB"}},
		{"get_text, speakers", "/api/v1/lightning/get_text?diarize=true", "", torn, 501, map[string]any{"status": "error", "code": "NOT_SUPPORTED"}},
		{"legacy, nothing", "/api/v1/speech-to-text", "", nil, 400, map[string]any{"status": "error"}},

		{"stt, no model", "/waves/v1/stt/?language=en", "", torn, 400, map[string]any{"error": "Missing required query param: model. Supported values: pulse | pulse-pro."}},
		{"stt, another model", "/waves/v1/stt/?language=en&model=whisper", "", torn, 400, map[string]any{"code": "MISSING_PARAMETER"}},
		{"stt, no language", "/waves/v1/stt/?model=pulse", "", torn, 400, map[string]any{"code": "MISSING_PARAMETER"}},
		{"stt, too large", "/waves/v1/stt?model=pulse&language=en", "", big, 413, map[string]any{"error": "File size exceeds maximum limit of 0.195MB."}},
		{"stt, no audio", "/waves/v1/stt?model=pulse&language=en", "", junk, 400, map[string]any{"code": "UNSUPPORTED_FORMAT"}},
		{"stt, speakers", "/waves/v1/stt?model=pulse&language=en&diarize=1", "", torn, 501, map[string]any{"code": "NOT_SUPPORTED"}},

		{"no fetching", "/v1/listen", "application/json", []byte(url + "}"), 501, map[string]any{"code": "NOT_SUPPORTED"}},
	} {
		r := g.ask("POST", c.path, c.kind, c.body, "Authorization", "Token secret", "X-Request-ID", "r1")
		if r.status != c.status {
			t.Errorf("%s: got %d, %s, want %d", c.name, r.status, r.body, c.status)
			continue
		}
		got := r.object(t)
		for key, want := range c.want {
			if !reflect.DeepEqual(got[key], want) {
				t.Errorf("%s: got %s %v, want %v", c.name, key, got[key], want)
			}
		}
		if strings.HasPrefix(c.path, "/waves/v1/stt") && got["request_id"] != "r1" {
			t.Errorf("%s: got %s, want the request's ID in it", c.name, r.body)
		}
		if strings.Contains(string(r.body), g.spool) {
			t.Errorf("%s: a path of this machine gets out: %s", c.name, r.body)
		}
	}
	if left := g.spooled(); len(left) != 0 {
		t.Errorf("%q are left", left)
	}
}

// OpenAI's errors are objects.
func TestOpenAIRefusals(t *testing.T) {
	g := start(t, api.Options{Keys: []string{"secret"}, Limits: api.Limits{PerMinute: 1000, Size: 200 << 10}})
	g.needEngine()
	torn := append([]byte("RIFF\x00\x00\x00\x00WAVEjunk"), bytes.Repeat([]byte{7}, 1000)...)
	for _, c := range []struct {
		name       string
		file       string
		content    []byte
		text       []string
		status     int
		kind, code string
	}{
		{"nothing", "", nil, nil, 400, "invalid_request_error", "missing_parameter"},
		{"an unknown format", "file", torn, []string{"response_format", "docx"}, 400, "invalid_request_error", "invalid_parameter"},
		{"an unknown time", "file", torn, []string{"timestamp_granularities[]", "phoneme"}, 400, "invalid_request_error", "invalid_parameter"},
		{"a temperature", "file", torn, []string{"temperature", "7"}, 400, "invalid_request_error", "invalid_parameter"},
		{"speakers", "file", torn, []string{"response_format", "diarized_json"}, 501, "invalid_request_error", "not_supported"},
		{"no audio", "file", []byte("no audio"), nil, 400, "invalid_request_error", "unsupported_format"},
		{"damaged audio", "file", torn, nil, 400, "invalid_request_error", "corrupt_audio"},
		{"too large", "file", make([]byte, 300<<10), nil, 413, "invalid_request_error", "file_too_large"},
	} {
		data, kind := form(t, c.file, c.content, c.text...)
		r := g.ask("POST", "/v1/audio/transcriptions", kind, data, "Authorization", "Bearer secret")
		problem, _ := r.object(t)["error"].(map[string]any)
		if r.status != c.status || problem["type"] != c.kind || problem["code"] != c.code || problem["message"] == "" {
			t.Errorf("%s: got %d, %s, want %d, %s, %s", c.name, r.status, r.body, c.status, c.kind, c.code)
		}
	}
	r := g.ask("POST", "/v1/audio/translations", "", nil)
	if problem, _ := r.object(t)["error"].(map[string]any); r.status != 401 || problem["code"] != "invalid_api_key" {
		t.Errorf("without a key: got %d, %s", r.status, r.body)
	}
}

func TestKeys(t *testing.T) {
	g := start(t, api.Options{Keys: []string{"first", "second"}, Limits: plenty})
	for header, status := range map[string]int{
		"Token first": 400, "Bearer second": 400, "token first": 400, "BEARER  second": 400,
		"": 401, "Token third": 401, "Bearer ": 401, "Basic first": 401, "first": 401, "Token first second": 401, "Key first": 401,
	} {
		if r := g.ask("POST", "/v1/listen", "", nil, "Authorization", header); r.status != status {
			t.Errorf("%q: got %d, want %d", header, r.status, status)
		}
	}
	for _, path := range []string{"/v1/listen?token=first", "/v1/listen?api_key=first"} {
		if r := g.ask("POST", path, "", nil); r.status != 401 {
			t.Errorf("%s: got %d, want 401: the query counts for upgrades alone", path, r.status)
		}
	}
	for _, c := range []struct {
		path, header string
		want         map[string]any
	}{
		{"/v1/listen", "", map[string]any{"error": "Invalid license key", "code": "INVALID_LICENSE"}},
		{"/waves/v1/pulse/get_text", "", map[string]any{"message": "Unauthorized: No tokens provided"}},
		{"/waves/v1/pulse/get_text", "Bearer wrong", map[string]any{"error": "unauthorized"}},
	} {
		got := g.ask("POST", c.path, "", nil, "Authorization", c.header).object(t)
		for key, want := range c.want {
			if got[key] != want {
				t.Errorf("%s, %q: got %v, want %v", c.path, c.header, got, c.want)
			}
		}
	}
	for path, status := range map[string]int{"/health/redis": 200, "/metrics": 401, "/v1/jobs/x": 401, "/nothing": 401} {
		if r := g.ask("GET", path, "", nil); r.status != status {
			t.Errorf("%s: got %d, want %d", path, r.status, status)
		}
	}
	for _, secret := range []string{"first", "second", "third"} {
		if strings.Contains(g.log.String(), secret) {
			t.Errorf("the log holds a key: %s", g.log)
		}
	}
}

// Web pages of others cannot use what listens on this machine.
func TestBrowsers(t *testing.T) {
	g := start(t, api.Options{Hosts: []string{"Transcriber.lan"}, Limits: plenty})
	own := strings.TrimPrefix(g.url, "http://")
	for _, c := range []struct {
		name   string
		header []string
		status int
	}{
		{"a program", nil, 400},
		{"a page of our own", []string{"Origin", g.url, "Sec-Fetch-Site", "same-origin"}, 400},
		{"another page", []string{"Origin", "https://evil.example"}, 403},
		{"no page", []string{"Origin", "null"}, 403},
		{"another page of this machine", []string{"Origin", "http://localhost:1"}, 403},
		{"a form of another page", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"a name that leads here", []string{"Host", "evil.example"}, 403},
		{"a name that leads here, with a port", []string{"Host", "evil.example:7100"}, 403},
		{"a name that looks like an address", []string{"Host", "127.0.0.1.evil.example"}, 403},
		{"localhost", []string{"Host", "localhost:7100"}, 400},
		{"an address", []string{"Host", "[::1]:7100"}, 400},
		{"a name that was given", []string{"Host", "transcriber.LAN:7100"}, 400},
		{"ourselves", []string{"Host", own}, 400},
	} {
		r := g.ask("POST", "/v1/listen", "", nil, c.header...)
		if r.status != c.status {
			t.Errorf("%s: got %d, want %d", c.name, r.status, c.status)
		}
		if cors := r.header.Get("Access-Control-Allow-Origin"); cors != "" {
			t.Errorf("%s: got Access-Control-Allow-Origin %q", c.name, cors)
		}
	}
}

// One request too many is refused at once, however much it would bring.
func TestLimits(t *testing.T) {
	now := time.Date(2026, 3, 4, 23, 0, 0, 0, time.UTC)
	g := start(t, api.Options{Limits: api.Limits{PerMinute: 3}, Now: func() time.Time { return now }})
	for i := range 3 {
		if r := g.ask("POST", "/v1/listen", "", nil); r.status != 400 {
			t.Fatalf("request %d: got %d", i+1, r.status)
		}
		now = now.Add(10 * time.Second)
	}
	for path, key := range map[string]string{"/v1/listen": "error", "/waves/v1/pulse/get_text": "message", "/waves/v1/stt?model=pulse": "error"} {
		began := time.Now()
		r := g.ask("POST", path, "", make([]byte, 1<<20))
		if took := time.Since(began); took > 100*time.Millisecond {
			t.Errorf("%s: it took %v", path, took)
		}
		got := r.object(t)
		if r.status != 429 || got["code"] != "RATE_LIMIT_EXCEEDED" || got[key] != "Rate limit exceeded" || got["retry_after"] != 30.0 || r.header.Get("Retry-After") != "30" {
			t.Errorf("%s: got %d, %s, Retry-After %s", path, r.status, r.body, r.header.Get("Retry-After"))
		}
	}
	now = now.Add(30 * time.Second)
	if r := g.ask("POST", "/v1/listen", "", nil); r.status != 400 {
		t.Errorf("after a minute: got %d, want to be let in", r.status)
	}
}

// The eleventh at once is refused, and let in once there is room.
func TestConcurrency(t *testing.T) {
	g := start(t, api.Options{Limits: plenty})
	var open []*io.PipeWriter
	ended := make(chan int, 10)
	for range 10 {
		r, w := io.Pipe()
		open = append(open, w)
		go func() {
			resp, err := http.Post(g.url+"/v1/listen", "audio/wav", r)
			if err != nil {
				ended <- 0
				return
			}
			resp.Body.Close()
			ended <- resp.StatusCode
		}()
		w.Write([]byte("RIFF"))
	}
	eventually(t, "the tenth request", func() bool {
		return strings.Contains(string(g.ask("GET", "/metrics", "", nil).body), "asr_active_requests 11")
	})
	if r := g.ask("POST", "/v1/listen", "", nil); r.status != 429 || r.header.Get("Retry-After") != "1" {
		t.Errorf("the eleventh: got %d, %s", r.status, r.body)
	}
	for _, w := range open {
		w.CloseWithError(io.ErrUnexpectedEOF) // cut off
	}
	for range open {
		<-ended
	}
	eventually(t, "room", func() bool { return g.ask("POST", "/v1/listen", "", nil).status == 400 })
	eventually(t, "removing what was cut off", func() bool { return len(g.spooled()) == 0 })
}

// So much sound a day, and no recording that is too long.
func TestAudioLimits(t *testing.T) {
	now := time.Date(2026, 3, 4, 23, 59, 0, 0, time.UTC)
	g := start(t, api.Options{Limits: api.Limits{Duration: 3 * time.Second, Daily: 4 * time.Second, PerMinute: 1000}, Now: func() time.Time { return now }})
	g.needEngine()
	r := g.ask("POST", "/v1/listen", "", clip(t, "audio/synth/en-espeak05.wav"))
	if got := r.object(t); r.status != 422 || got["code"] != "AUDIO_TOO_LONG" || got["max_duration_seconds"] != 3.0 {
		t.Errorf("12 s: got %d, %s", r.status, r.body)
	}
	for i, status := range []int{200, 200, 429} {
		r := g.ask("POST", "/v1/listen", "", clip(t, clipFile))
		if r.status != status {
			t.Errorf("request %d: got %d, %s, want %d", i+1, r.status, r.body, status)
		}
		if status == 429 && r.header.Get("Retry-After") != "60" {
			t.Errorf("got Retry-After %s, want midnight", r.header.Get("Retry-After"))
		}
	}
	now = now.Add(time.Minute)
	if r := g.ask("POST", "/v1/listen", "", clip(t, clipFile)); r.status != 200 {
		t.Errorf("the next day: got %d, want 200", r.status)
	}
}

// A form can hold no more than so many parts, so much text, and one recording.
func TestFormBombs(t *testing.T) {
	g := start(t, api.Options{Limits: plenty})
	many := make([]string, 500)
	for i := range many {
		many[i] = "x"
	}
	long := []string{"x", strings.Repeat("y", 2<<20)}
	two := bytes.NewBuffer(nil)
	two.WriteString("--b\r\nContent-Disposition: form-data; name=\"audio\"; filename=\"a\"\r\n\r\nRIFF\r\n")
	two.WriteString("--b\r\nContent-Disposition: form-data; name=\"audio\"; filename=\"b\"\r\n\r\nRIFF\r\n--b--\r\n")
	manyBody, manyType := form(t, "", nil, many...)
	longBody, longType := form(t, "", nil, long...)
	for name, c := range map[string]struct {
		body []byte
		kind string
	}{
		"many parts": {manyBody, manyType}, "much text": {longBody, longType}, "two recordings": {two.Bytes(), "multipart/form-data; boundary=b"},
		"no boundary": {two.Bytes(), "multipart/form-data"},
		"long JSON":   {[]byte(`{"x":"` + strings.Repeat("y", 2<<20) + `"}`), "application/json"},
	} {
		if r := g.ask("POST", "/v1/listen", c.kind, c.body); r.status != 400 || r.object(t)["code"] != "INVALID_PARAMETER" {
			t.Errorf("%s: got %d, %s", name, r.status, r.body)
		}
	}
	if left := g.spooled(); len(left) != 0 {
		t.Errorf("%q are left", left)
	}
}

// Nobody holds a connection by sending its header slowly.
func TestSlowHeader(t *testing.T) {
	if testing.Short() {
		t.Skip("takes ten seconds")
	}
	t.Parallel()
	g := start(t, api.Options{})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go g.Serve(t.Context(), l, nil)
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.Write([]byte("POST /v1/listen HTTP/1.1\r\nHost: localhost\r\n"))
	conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	if _, err := io.ReadAll(conn); err != nil {
		t.Errorf("got %v, want the connection closed", err)
	}
}
