package api_test

import (
	"reflect"
	"regexp"
	"strings"
	"testing"

	"earshot/api"
	"earshot/app"
)

// plenty are limits that no test reaches by the way.
var plenty = api.Limits{PerMinute: 10000}

// The sound comes in any of three forms, wherever the parameters stand.
func TestListenForms(t *testing.T) {
	g := start(t, api.Options{Limits: plenty})
	g.needEngine()
	sound := clip(t, clipFile)
	part, partType := form(t, "audio", sound, "language", "en", "timestamps", "true")
	late, lateType := form(t, "audio", sound)
	const header = 44 // bytes, of the clip's WAV
	bare := "--x\r\nContent-Disposition: form-data; name=\"audio\"; filename=\"a\"\r\n\r\n" + string(sound[header:]) +
		"\r\n--x\r\nContent-Disposition: form-data; name=\"encoding\"\r\n\r\nlinear16\r\n--x--\r\n"
	for _, c := range []struct {
		name, path, kind string
		body             []byte
	}{
		{"form", "/v1/listen", partType, part},
		{"form, parameters in the query", "/v1/listen?timestamps=1&language=en", lateType, late},
		{"form, what the sound is after it", "/v1/listen?timestamps=1&language=en", "multipart/form-data; boundary=x", []byte(bare)},
		{"raw", "/v1/listen?timestamps=true", "application/octet-stream", sound},
		{"raw, as audio", "/v1/listen?timestamps=True", "audio/mpeg", sound},
		{"raw, without a type", "/v1/listen?timestamps=true", "", sound},
		{"raw, as curl says", "/v1/listen?timestamps=true", "application/x-www-form-urlencoded", sound},
	} {
		r := g.ask("POST", c.path, c.kind, c.body)
		if r.status != 200 {
			t.Errorf("%s: got %d, %s", c.name, r.status, r.body)
			continue
		}
		got := r.object(t)
		id, _ := got["request_id"].(string)
		if confidence, _ := got["confidence"].(float64); !regexp.MustCompile(`^req_[0-9a-f]{24}$`).MatchString(id) || confidence < 0.5 {
			t.Errorf("%s: got %s", c.name, r.body)
		}
		if got["text"] != clipText || got["duration"] != 2.688 || got["language"] != "en" {
			t.Errorf("%s: got %s", c.name, r.body)
		}
		words, _ := got["words"].([]any)
		if len(words) != 5 || !strings.Contains(string(r.body), `{"word":"machine.","start":`) || !strings.Contains(string(r.body), `"confidence":0.9`) {
			t.Errorf("%s: got the words %v", c.name, words)
		}
	}
	if left := g.spooled(); len(left) != 0 {
		t.Errorf("%q are left", left)
	}
}

// What comes through the API is in the library as that, and found by it.
func TestListenIsStored(t *testing.T) {
	g := start(t, api.Options{Limits: plenty})
	g.needEngine()
	if r := g.ask("POST", "/v1/listen", "", clip(t, clipFile)); r.status != 200 {
		t.Fatalf("got %d, %s", r.status, r.body)
	}
	for query, want := range map[string]int{"source:api paint": 1, "source:file paint": 0} {
		found, err := g.app.Find(t.Context(), query, app.FindOptions{})
		if err != nil || len(found.Groups) != want {
			t.Errorf("%s: got %+v and error %v, want %d", query, found, err, want)
		}
	}
}

// What is said about the text counts.
func TestListenParameters(t *testing.T) {
	g := start(t, api.Options{Limits: plenty})
	g.needEngine()
	for query, want := range map[string]string{
		"":                                 clipText,
		"?punctuate=false":                 "please paint the difficult machine",
		"?punctuate=true&unknown=1":        clipText,
		"?format=false":                    "please paint the difficult machine",
		"?capitalize=false":                "please paint the difficult machine.",
		"?language=EN-us":                  clipText,
		"?language=auto":                   clipText,
		"?language=multi-eu":               clipText,
		"?diarize=false&num_speakers=2":    clipText,
		"?keywords=paint:2,Jensen+Huang:1": clipText,
		"?keywords=%5B%22paint:5.0%22%5D":  clipText,
	} {
		got := g.ask("POST", "/v1/listen"+query, "", clip(t, clipFile)).object(t)
		if got["text"] != want {
			t.Errorf("%s: got %v, want %q", query, got, want)
		}
		if _, there := got["words"]; there {
			t.Errorf("%s: there are words, which nobody asked for", query)
		}
	}
}

// Headerless sound is taken for what the parameters say, unless it has a header
// after all.
func TestHeaderlessSound(t *testing.T) {
	g := start(t, api.Options{Limits: plenty})
	g.needEngine()
	wav := clip(t, clipFile)
	for name, sound := range map[string][]byte{"without a header": wav[44:], "with one": wav} {
		r := g.ask("POST", "/waves/v1/pulse/get_text?language=en&encoding=linear16&sample_rate=16000", "application/octet-stream", sound)
		got := r.object(t)
		if got["transcription"] != clipText || got["metadata"].(map[string]any)["fileSize"] != float64(len(sound)) {
			t.Errorf("%s: got %s", name, r.body)
		}
	}
}

// The other families answer in their own shapes.
func TestSiblings(t *testing.T) {
	g := start(t, api.Options{Limits: plenty})
	g.needEngine()
	sound := clip(t, clipFile)
	part, kind := form(t, "file", sound, "model", "lightning", "language", "en", "word_timestamps", "true", "age_detection", "false")
	for _, c := range []struct {
		path, kind string
		body       []byte
		words      int
		keys       string
	}{
		{"/api/v1/lightning/get_text?model=lightning&language=en&word_timestamps=true&age_detection=true", "audio/wav", sound, 5, "audio_length language metadata request_id status transcription utterances words"},
		{"/waves/v1/lightning/get_text", "audio/wav", sound, 0, "audio_length language metadata request_id status transcription utterances words"},
		{"/api/v1/pulse/get_text?language=multi", "", sound, 0, "audio_length language metadata request_id status transcription utterances words"},
		{"/waves/v1/pulse/get_text?word_timestamps=true&emotion_detection=true", "application/octet-stream", sound, 5, "audio_length language metadata request_id status transcription utterances words"},
		{"/waves/v1/stt/?model=pulse&language=en&word_timestamps=true", "audio/wav", sound, 5, "audio_length language metadata request_id status totalBytes transcription utterances words"},
		{"/waves/v1/stt?model=pulse-pro&language=en", "audio/wav", sound, 0, "audio_length language metadata request_id status totalBytes transcription utterances words"},
		{"/api/v1/speech-to-text", kind, part, 5, "audio_length language metadata request_id status transcription utterances words"},
	} {
		r := g.ask("POST", c.path, c.kind, c.body)
		got := r.object(t)
		if r.status != 200 || got["status"] != "success" || got["transcription"] != clipText || got["language"] != "en" {
			t.Errorf("%s: got %d, %s", c.path, r.status, r.body)
			continue
		}
		if keys := strings.Join(sortedKeys(got), " "); keys != c.keys {
			t.Errorf("%s: got the keys %s, want %s", c.path, keys, c.keys)
		}
		words, _ := got["words"].([]any)
		utterances, _ := got["utterances"].([]any)
		if words == nil || utterances == nil || len(words) != c.words || len(utterances) != min(c.words, 1) {
			t.Errorf("%s: got %d words and %d utterances, want %d words: %s", c.path, len(words), len(utterances), c.words, r.body)
		}
		meta := got["metadata"].(map[string]any)
		if meta["duration"] != 2.688 || meta["fileSize"] != float64(len(sound)) {
			t.Errorf("%s: got the metadata %v", c.path, meta)
		}
	}
}

// Requests are told apart by what the client calls them, or by us.
func TestRequestID(t *testing.T) {
	g := start(t, api.Options{})
	if got := g.ask("GET", "/v1/nothing", "", nil, "X-Request-ID", "debug-123").header.Get("X-Request-ID"); got != "debug-123" {
		t.Errorf("got %q, want it back", got)
	}
	if !strings.Contains(g.log.String(), "request_id=debug-123") {
		t.Errorf("it is not in the log: %s", g.log)
	}
	for _, bad := range []string{"", "a b", strings.Repeat("x", 129), `"\`} {
		if got := g.ask("GET", "/health", "", nil, "X-Request-ID", bad).header.Get("X-Request-ID"); got == bad || !strings.HasPrefix(got, "req_") {
			t.Errorf("%q: got %q, want one of our own", bad, got)
		}
	}
}

func TestHealth(t *testing.T) {
	g := start(t, api.Options{Keys: []string{"secret"}})
	g.needEngine()
	for path, want := range map[string]map[string]any{
		"/health":         {"status": "healthy"},
		"/api/v1/health":  {"status": "healthy"},
		"/healthz":        {"status": "healthy", "ready": true},
		"/health/asr":     {"status": "ready"},
		"/health/license": {"status": "valid", "license_valid": true},
		"/health/redis":   {"status": "healthy"},
	} {
		r := g.ask("GET", path, "", nil)
		got := r.object(t)
		delete(got, "gpu")
		if r.status != 200 || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %d, %v, want %v", path, r.status, got, want)
		}
	}
	detailed := g.ask("GET", "/health?detailed=true", "", nil).object(t)
	if got := strings.Join(sortedKeys(detailed), " "); got != "components status uptime_seconds version" {
		t.Errorf("detailed: got %v", detailed)
	}
	metrics := string(g.ask("GET", "/metrics", "", nil, "Authorization", "Bearer secret").body)
	for _, name := range []string{"asr_active_requests 1", "asr_batch_queue_depth 0", "asr_active_streams 0", "asr_stream_queue_depth 0", "asr_errors_total 0", "total_requests_total "} {
		if !strings.Contains(metrics, "\n"+name) {
			t.Errorf("the metrics lack %q", name)
		}
	}
}

// Without a model the server is there, and says that it is of no use.
func TestUnhealthy(t *testing.T) {
	g := start(t, api.Options{})
	s := g.app.Settings()
	s.Model = "no-such-model"
	g.app.SetSettings(s)
	r := g.ask("GET", "/health", "", nil)
	if r.status != 503 || r.object(t)["reason"] != "No ASR workers available" {
		t.Errorf("got %d, %s", r.status, r.body)
	}
	if r := g.ask("GET", "/healthz", "", nil); r.status != 503 || strings.Contains(string(r.body), "true") {
		t.Errorf("got %d, %s, want no “true” in it", r.status, r.body)
	}
	r = g.ask("POST", "/v1/listen", "", []byte("RIFF...."))
	if got := r.object(t); r.status != 503 || got["code"] != "SERVICE_UNAVAILABLE" || got["error"] != "No ASR workers available" || got["retry_after"] != 30.0 || r.header.Get("Retry-After") != "30" {
		t.Errorf("got %d, %s", r.status, r.body)
	}
}

// Nobody is answered on every method, and nothing else is there.
func TestMethodsAndRoutes(t *testing.T) {
	g := start(t, api.Options{})
	for _, c := range []struct {
		method, path string
		status       int
		allow        string
	}{
		{"GET", "/v1/listen", 405, "POST"},
		{"PUT", "/v1/listen", 405, "POST"},
		{"DELETE", "/waves/v1/pulse/get_text", 405, "POST"},
		{"GET", "/v1/audio/transcriptions", 405, "POST"},
		{"POST", "/health", 405, "GET, HEAD"},
		{"POST", "/v1/jobs/x", 405, "GET, HEAD"},
		{"GET", "/v1/jobs/x", 404, ""},
		{"GET", "/", 404, ""},
		{"POST", "/v1/speak", 404, ""},
		{"POST", "/waves/v1/stt/other", 404, ""},
		{"HEAD", "/health/redis", 200, ""},
	} {
		r := g.ask(c.method, c.path, "", nil)
		if r.status != c.status || r.header.Get("Allow") != c.allow {
			t.Errorf("%s %s: got %d, Allow %q, want %d, %q", c.method, c.path, r.status, r.header.Get("Allow"), c.status, c.allow)
		}
	}
}

func sortedKeys(o map[string]any) (keys []string) {
	for k := range o {
		keys = append(keys, k)
	}
	return sorted(keys)
}
