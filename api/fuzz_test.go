package api

import (
	"bytes"
	"io"
	"mime"
	"net/url"
	"os"
	"strings"
	"testing"

	"earshot/app"
)

// parser is a server that reads requests, and does nothing with them.
func parser(t testing.TB) *Server {
	t.Helper()
	sp, err := openSpool(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.New(t.Context(), app.Deps{Recognizer: polyglot{}, Models: app.Models{}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	return &Server{app: a, opt: Options{Limits: Limits{Size: 1 << 16}.defaults()}, spool: sp}
}

// polyglot is an app.Recognizer that knows languages, and hears nothing.
type polyglot struct{ app.Recognizer }

func (polyglot) Languages() []app.Language {
	return []app.Language{{Code: "en", Name: "English"}, {Code: "de", Name: "German"}}
}

// asked reads what is asked for in every family.
func asked(t *testing.T, s *Server, p params) {
	for _, f := range families {
		req, err := f.ask(s, p)
		if err != nil {
			if failed := s.failed(err); failed.status < 400 || failed.status > 501 || failed.message == "" {
				t.Errorf("%s: got %+v", f.name, failed)
			}
			continue
		}
		if l := req.Options.Language; l != "" && l != "en" && l != "de" {
			t.Errorf("%s: got the language %q", f.name, l)
		}
		req.callback(s, p)
	}
}

func FuzzQuery(f *testing.F) {
	f.Add("language=en&punctuate=false&timestamps=1")
	f.Add("model=pulse&language=multi-eu&keywords=%5B%22a:5%22,%22b%22%5D&num_speakers=3")
	f.Add("diarize=TRUE&webhook_extra=a:b,c&webhook_url=http://x&webhook_method=get")
	f.Add("sample_rate=-1&encoding=linear16&eou_timeout_ms=99999999999999999999")
	s := parser(f)
	f.Fuzz(func(t *testing.T, query string) {
		values, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		asked(t, s, params(values))
		headerFor(params(values), []byte("pcm"))
	})
}

func FuzzJSON(f *testing.F) {
	f.Add([]byte(`{"url":"https://x/a","language":"de","punctuate":false,"keywords":["a",["b"],{"c":1},2]}`))
	f.Add([]byte(`{"language":null,"num_speakers":"2","x":{"y":[]}}`))
	f.Add([]byte(`[]`))
	s := parser(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := parseJSON(bytes.NewReader(data))
		if err != nil {
			return
		}
		asked(t, s, p)
	})
}

// Whatever a form holds, one file at most comes of it, of no more than may be,
// and none where it is refused.
func FuzzMultipart(f *testing.F) {
	f.Add([]byte("--b\r\nContent-Disposition: form-data; name=\"audio\"; filename=\"a.wav\"\r\n\r\nRIFF\r\n--b\r\nContent-Disposition: form-data; name=\"language\"\r\n\r\nen\r\n--b--\r\n"))
	f.Add([]byte("--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n\r\n--b--\r\n"))
	f.Add([]byte("--b\r\nContent-Disposition: form-data; name=encoding\r\n\r\nlinear16\r\n--b\r\nContent-Disposition: form-data; name=audio; filename=../../x\r\n\r\nab\r\n--b--"))
	s := parser(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		got := received{params: params{}}
		err := s.read(&got, bytes.NewReader(body), mime.FormatMediaType("multipart/form-data", map[string]string{"boundary": "b"}), []string{"audio", "file"})
		if got.sound != nil {
			if st, missing := os.Stat(got.sound.path); missing != nil || got.sound.size > s.opt.Limits.Size || !strings.HasPrefix(got.sound.path, s.spool.dir) {
				t.Errorf("got %+v, %v, %v", got.sound, st, missing)
			}
			got.sound.remove()
		}
		files, reading := os.ReadDir(s.spool.dir)
		if reading != nil || len(files) != 1 { // the lock
			t.Errorf("%d files are left, %v, after %v", len(files)-1, reading, err)
		}
	})
}

func FuzzControl(f *testing.F) {
	for _, seed := range []string{`{"type":"finalize"}`, `{"type":"end"}`, `{"type":1}`, `{"type":null}`, `{}`, `[]`, `x`, `{"type":"keepalive","type":"end"}`} {
		f.Add([]byte(seed), true)
	}
	f.Fuzz(func(t *testing.T, data []byte, wait bool) {
		kind, err := controlOf(data)
		if err != nil {
			if f := (&Server{}).failed(err); f.code != codeInvalid {
				t.Errorf("got %+v", f)
			}
			return
		}
		in := newInbox(newMetrics().streamed)
		in.put(t.Context(), message{sound: data})
		in.put(t.Context(), message{end: kind == "end", flush: kind == "finalize"})
		in.put(t.Context(), message{end: true})
		if got, err := in.next(t.Context(), wait); !bytes.Equal(got, data) || err != nil {
			t.Errorf("got %q, %v, want the sound", got, err)
		}
		for range 3 {
			if _, err := in.next(t.Context(), true); err == io.EOF {
				return
			}
		}
		t.Error("the end does not come")
	})
}
