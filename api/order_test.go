package api_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"earshot/api"
	"earshot/capture"
)

// owner is who is told the results of orders.
type owner struct {
	*httptest.Server
	told chan told

	mu      sync.Mutex
	answers []int // to the next requests; 200 after them
}

type told struct {
	method, query string
	header        http.Header
	body          []byte
}

// unpack reads the body as JSON.
func (got told) unpack(t *testing.T, into any) {
	t.Helper()
	if err := json.Unmarshal(got.body, into); err != nil {
		t.Errorf("%v: %s", err, got.body)
	}
}

func newOwner(t *testing.T, answers ...int) *owner {
	o := &owner{told: make(chan told, 100), answers: answers}
	o.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		o.mu.Lock()
		status := http.StatusOK
		if len(o.answers) > 0 {
			status, o.answers = o.answers[0], o.answers[1:]
		}
		o.mu.Unlock()
		if status >= 300 && status < 400 {
			w.Header().Set("Location", o.URL)
		}
		w.WriteHeader(status)
		o.told <- told{r.Method, r.URL.RawQuery, r.Header, body}
	}))
	t.Cleanup(o.Close)
	return o
}

// next is what the owner is told next.
func (o *owner) next(t *testing.T) told {
	t.Helper()
	select {
	case got := <-o.told:
		return got
	case <-time.After(30 * time.Second):
		t.Fatal("nobody told anything")
		panic("unreachable")
	}
}

// orders starts a server that takes orders and tells private addresses.
func orders(t *testing.T, opt api.Options) *rig {
	t.Helper()
	opt.Private, opt.Limits, opt.Remote, opt.Backoff = true, plenty, capture.Remote{Attempts: 1}, time.Millisecond
	g := start(t, opt)
	g.needEngine()
	return g
}

func (g *rig) jobState(id string) (state, status string, attempts int) {
	g.t.Helper()
	var job struct {
		Status  string
		Webhook struct {
			State    string
			Attempts int
			Log      []struct{ Status int }
		}
	}
	r := g.ask("GET", "/v1/jobs/"+id, "", nil)
	if err := json.Unmarshal(r.body, &job); err != nil || r.status != 200 {
		g.t.Fatalf("got %d, %s", r.status, r.body)
	}
	if len(job.Webhook.Log) < job.Webhook.Attempts {
		g.t.Errorf("got %d attempts, %d in the log", job.Webhook.Attempts, len(job.Webhook.Log))
	}
	return job.Webhook.State, job.Status, job.Webhook.Attempts
}

// An order is answered at once; its result comes later, signed.
func TestOrder(t *testing.T) {
	g := orders(t, api.Options{Secret: []byte("shared")})
	o := newOwner(t)
	body, kind := form(t, "audio", clip(t, clipFile), "callback_url", o.URL+"/hook?a=1", "timestamps", "true")
	r := g.ask("POST", "/v1/listen", kind, body)
	id, _ := r.object(t)["job_id"].(string)
	if want := `{"job_id":"` + id + `","status":"processing"}`; r.status != 200 || !strings.HasPrefix(id, "job_") || strings.TrimSpace(string(r.body)) != want {
		t.Fatalf("got %d, %s", r.status, r.body)
	}
	got := o.next(t)
	var hook struct {
		JobID  string `json:"job_id"`
		Status string
		Result struct {
			Text       string
			Confidence float64
			Words      []any
		}
	}
	got.unpack(t, &hook)
	if hook.JobID != id || hook.Status != "completed" || hook.Result.Text != clipText || hook.Result.Confidence < 0.5 || len(hook.Result.Words) != 5 {
		t.Errorf("got %s", got.body)
	}
	mac := hmac.New(sha256.New, []byte("shared"))
	mac.Write(got.body)
	if want := "sha256=" + hex.EncodeToString(mac.Sum(nil)); got.header.Get("X-Earshot-Signature") != want || got.query != "a=1" || got.method != "POST" {
		t.Errorf("got %s ?%s, signature %q, want %q", got.method, got.query, got.header.Get("X-Earshot-Signature"), want)
	}
	eventually(t, "the end of the order", func() bool {
		state, status, attempts := g.jobState(id)
		return state == "delivered" && status == "completed" && attempts == 1
	})
	if left := g.spooled(); len(left) != 0 {
		t.Errorf("%q are left", left)
	}
}

// The siblings' orders, from an address, in their shapes.
func TestOrderOfSiblings(t *testing.T) {
	g := orders(t, api.Options{})
	o := newOwner(t)
	files := httptest.NewServer(http.FileServer(http.Dir(strings.TrimSuffix(fixture(t, clipFile), "/en-espeak04.wav"))))
	defer files.Close()
	ask := func(query, url string) string {
		t.Helper()
		r := g.ask("POST", "/waves/v1/stt/?model=pulse&language=en&webhook_url="+o.URL+query, "application/json", []byte(`{"url":"`+files.URL+url+`"}`))
		if r.status != 200 || r.object(t)["status"] != "processing" {
			t.Fatalf("got %d, %s", r.status, r.body)
		}
		return r.object(t)["request_id"].(string)
	}
	id := ask("&webhook_extra=call:7,who:me", "/en-espeak04.wav")
	var hook struct {
		RequestID     string `json:"request_id"`
		Status        string
		Transcription string
		Metadata      struct {
			Filename string
			FileSize int
		}
		Extra map[string]string `json:"webhook_extra"`
		Error string
	}
	got := o.next(t)
	got.unpack(t, &hook)
	if hook.RequestID != id || hook.Status != "success" || hook.Transcription != clipText {
		t.Errorf("got %s", got.body)
	}
	if hook.Metadata.Filename != "en-espeak04.wav" || hook.Metadata.FileSize != 86064 || hook.Extra["call"] != "7" || hook.Extra["who"] != "me" {
		t.Errorf("got %s", got.body)
	}
	id = ask("&webhook_method=GET", "/en-espeak04.wav")
	if got := o.next(t); got.method != "GET" || !strings.HasSuffix(got.query, "&request_id="+id+"&status=success") || len(got.body) > 0 {
		t.Errorf("by GET: got %s ?%s %s", got.method, got.query, got.body)
	}
	ask("", "/none.wav")
	got = o.next(t)
	if got.unpack(t, &hook); hook.Status != "failed" || !strings.Contains(hook.Error, "404") {
		t.Errorf("a file that is not there: got %s", got.body)
	}
}

// Who does not answer is told again, up to ten times; who refuses is not.
func TestOrderIsToldAgain(t *testing.T) {
	for _, c := range []struct {
		name     string
		answers  []int
		state    string
		attempts int
	}{
		{"at the third time", []int{500, 503, 204}, "delivered", 3},
		{"never", []int{500, 500, 500, 500, 500, 500, 500, 500, 500, 500, 500, 500}, "given up", 10},
		{"refused", []int{400}, "given up", 1},
		{"gone", []int{404}, "given up", 1},
		{"led elsewhere", []int{302}, "given up", 1},
	} {
		g := orders(t, api.Options{})
		o := newOwner(t, c.answers...)
		r := g.ask("POST", "/v1/listen?callback_url="+o.URL, "", []byte("no audio"))
		id, _ := r.object(t)["job_id"].(string)
		eventually(t, "the end of the order", func() bool {
			state, status, attempts := g.jobState(id)
			if state == "processing" || state == "delivering" {
				return false
			}
			if state != c.state || status != "failed" || attempts != c.attempts {
				t.Errorf("%s: got %s, %s after %d attempts, want %s after %d", c.name, state, status, attempts, c.state, c.attempts)
			}
			return true
		})
		if got := len(o.told); got != c.attempts {
			t.Errorf("%s: told %d times, want %d", c.name, got, c.attempts)
		}
	}
}

// An order outlives the server that took it: its sound, and its result.
func TestOrderSurvivesARestart(t *testing.T) {
	data := t.TempDir()
	opt := api.Options{Private: true, Limits: plenty, Backoff: time.Hour}
	first := startIn(t, data, opt)
	first.needEngine()
	busy := newOwner(t, 503)
	r := first.ask("POST", "/v1/listen?callback_url="+busy.URL, "", clip(t, clipFile))
	told, _ := r.object(t)["job_id"].(string)
	if got := busy.next(t); !strings.Contains(string(got.body), clipText) {
		t.Errorf("the first time: got %s", got.body)
	}
	eventually(t, "the attempt", func() bool { _, _, n := first.jobState(told); return n == 1 })

	// This one is given up in the middle of its sound.
	idle := newOwner(t)
	r = first.ask("POST", "/v1/listen?callback_url="+idle.URL, "", clip(t, "audio/synth/long-five-minutes.wav"))
	half, _ := r.object(t)["job_id"].(string)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if files := first.spooled(); len(files) != 1 || !strings.HasSuffix(files[0], half) {
		t.Errorf("got the files %q, want the sound of the order", files)
	}
	first.app.Close()
	first.store.Close()

	opt.Backoff = time.Millisecond
	second := startIn(t, data, opt)
	if got := busy.next(t); !strings.Contains(string(got.body), clipText) || got.header.Get("X-Earshot-Attempt") != "2" {
		t.Errorf("the second time: got %s", got.body)
	}
	second.Close() // the long one is not waited for
}

// Results are told to public addresses only.
func TestOrderToThisMachine(t *testing.T) {
	g := start(t, api.Options{Limits: plenty, Backoff: time.Millisecond, Remote: capture.Remote{Attempts: 1}})
	g.needEngine()
	o := newOwner(t)
	r := g.ask("POST", "/v1/listen?callback_url="+o.URL, "", []byte("no audio"))
	id, _ := r.object(t)["job_id"].(string)
	eventually(t, "the end of the order", func() bool { state, _, n := g.jobState(id); return state == "given up" && n == 1 })
	if len(o.told) != 0 {
		t.Error("it was told")
	}
	if r := g.ask("POST", "/v1/listen", "application/json", []byte(`{"url":"`+o.URL+`/a.wav"}`)); r.status != 422 || r.object(t)["code"] != "URL_NOT_FETCHED" {
		t.Errorf("an address of this machine: got %d, %s", r.status, r.body)
	}
	for _, bad := range []string{"file:///etc/passwd", "ftp://x/", "nonsense", "http://"} {
		for _, name := range []string{"url", "callback_url"} {
			if r := g.ask("POST", "/v1/listen", "application/json", []byte(`{"`+name+`":"`+bad+`"}`)); r.status != 400 {
				t.Errorf("%s %s: got %d, %s", name, bad, r.status, r.body)
			}
		}
	}
}
