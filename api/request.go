package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"earshot/app"
)

// request is what is asked for, in the terms of all families. Orders keep it as
// JSON.
type request struct {
	ID      string      `json:"id"`
	Family  string      `json:"family"`         // see families
	User    int         `json:"user,omitempty"` // see keyring
	Name    string      `json:"name,omitempty"`
	Size    int64       `json:"size,omitempty"`
	URL     string      `json:"url,omitempty"`
	Options app.Options `json:"options"`
	Words   bool        `json:"words,omitempty"`
	Lower   bool        `json:"lower,omitempty"` // no capitals

	Callback string            `json:"callback,omitempty"` // where to tell the result
	Method   string            `json:"method,omitempty"`   // "GET", or "POST"
	Extra    map[string]string `json:"extra,omitempty"`    // to be told with it
}

// language reads a language parameter: "" for one that has to be found out.
func (s *Server) language(p params, other string) (string, error) {
	code := strings.ToLower(p.text("language"))
	if code == "" {
		code = other
	}
	code, _, _ = strings.Cut(strings.ReplaceAll(code, "_", "-"), "-")
	switch code {
	case "", "auto", "multi", "north": // multi-eu, north_indic, …
		return "", nil
	}
	known := s.app.Languages() // none without an engine, which has to say so itself
	if len(known) > 0 && !slices.ContainsFunc(known, func(l app.Language) bool { return l.Code == code }) {
		return "", invalid("The language %q is not known", code)
	}
	return code, nil
}

// Wishes that nobody here can fulfil. Other ones, such as guessing somebody's
// age, were never promised a result.
var (
	errDiarize = unsupported("Speakers cannot be told apart yet: leave diarize out")
	errRedact  = unsupported("Personal data cannot be redacted: leave redact_pii and redact_pci out")
)

// options are the parts of a request that all families but OpenAI's share.
func (s *Server) options(p params, otherLanguage string) (o app.Options, lower bool, err error) {
	o = s.base()
	if o.Language, err = s.language(p, otherLanguage); err != nil {
		return o, false, err
	}
	diarize, redactPII, redactPCI := false, false, false
	punctuate, capitalize, format := true, true, true
	err = p.flags(into(&diarize, "diarize"), into(&redactPII, "redact_pii"), into(&redactPCI, "redact_pci"),
		into(&punctuate, "punctuate"), into(&capitalize, "capitalize"), into(&format, "format"))
	if err != nil {
		return o, false, err
	}
	if _, err := p.number(0, 1, 100, "num_speakers"); err != nil {
		return o, false, err
	}
	switch {
	case diarize:
		return o, false, errDiarize
	case redactPII || redactPCI:
		return o, false, errRedact
	}
	o.Plain = !punctuate || !format
	if words := keywords(p["keywords"]); words != "" {
		o.Prompt = strings.TrimPrefix(o.Prompt+", "+words, ", ")
	}
	return o, !capitalize && !o.Plain, nil
}

// base are the options of the settings, without what an API promises itself.
func (s *Server) base() app.Options {
	o := s.app.Settings().Options
	o.Translate, o.Spoken, o.Plain, o.Stream = false, false, false, 0
	return o
}

// keywords reads words to expect: "Blackwell:1,Jensen Huang:2", or a JSON list of
// the same. How much each is to count cannot be told the engine.
func keywords(values []string) string {
	var words []string
	for _, v := range values {
		if listed, ok := plain([]byte(v)); ok && strings.HasPrefix(v, "[") {
			words = append(words, listed...)
			continue
		}
		words = append(words, strings.Split(v, ",")...)
	}
	const most = 100 // as many as there is room for before the text
	kept := words[:0]
	for _, w := range words {
		w, _, _ = strings.Cut(w, ":")
		if w = strings.TrimSpace(w); w != "" && len(kept) < most {
			kept = append(kept, w)
		}
	}
	return strings.Join(kept, ", ")
}

// checkURL refuses what can never be fetched, before anything is done.
func checkURL(name, address string, schemes ...string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || !contains(schemes, strings.ToLower(u.Scheme)) {
		return invalid("%s has to begin with %s://", name, strings.Join(schemes, ":// or "))
	}
	return nil
}

// source finds out where the sound is to come from: the body, or an address.
func (req *request) source(s *Server, got received) error {
	req.URL = got.params.text("url")
	switch {
	case req.URL == "" && got.sound == nil:
		return missing("Missing required parameter: url or audio file")
	case req.URL != "" && got.sound != nil:
		return invalid("Give either a url or an audio file, not both")
	case got.sound != nil:
		req.Name, req.Size = path.Base(strings.ReplaceAll(got.sound.name, `\`, "/")), got.sound.size
		if got.sound.name == "" {
			req.Name = ""
		}
		if req.Size == 0 {
			return invalid("The audio is empty")
		}
		return nil
	case s.opt.Remote == nil:
		return unsupported("Recordings are not fetched from elsewhere here")
	}
	return checkURL("url", req.URL, "http", "https", "s3")
}

// callback reads where the result is to be told.
func (req *request) callback(s *Server, p params) error {
	req.Callback = p.text("callback_url", "webhook_url")
	if req.Callback == "" {
		return nil
	}
	if s.opt.Orders == nil {
		return unsupported("Results are not reported elsewhere here: there is no library to keep them")
	}
	switch req.Method = strings.ToUpper(p.text("webhook_method")); req.Method {
	case "":
		req.Method = http.MethodPost
	case http.MethodGet, http.MethodPost:
	default:
		return invalid("webhook_method has to be GET or POST")
	}
	for pair := range strings.SplitSeq(p.text("webhook_extra"), ",") {
		if key, value, found := strings.Cut(pair, ":"); found {
			if req.Extra == nil {
				req.Extra = map[string]string{}
			}
			req.Extra[strings.TrimSpace(key)] = strings.TrimSpace(value)
		}
	}
	return checkURL("callback_url", req.Callback, "http", "https")
}

// title is what the library calls the recording.
func (req request) title(now time.Time) string {
	if req.Name != "" {
		return app.FileName(req.Name)
	}
	if u, err := url.Parse(req.URL); err == nil && path.Base(u.Path) != "/" && path.Base(u.Path) != "." {
		return app.FileName(path.Base(u.Path))
	}
	return "API, " + now.Format("2 January 15:04")
}

// fetch brings the sound that a request names.
func (s *Server) fetch(ctx context.Context, req *request) (*sound, error) {
	f, err := s.spool.file()
	if err != nil {
		return nil, err
	}
	k := &sound{path: f.Name()}
	k.size, err = s.opt.Remote.Fetch(ctx, req.URL, f, app.RemoteOptions{Limit: s.opt.Limits.Size, Private: s.opt.Private})
	k.head = make([]byte, len(sniffed{}))
	n, _ := f.ReadAt(k.head, 0)
	k.head = k.head[:n]
	if err == nil {
		err = f.Truncate(k.size) // what a first attempt has left may be longer
	}
	if err = errors.Join(err, f.Close()); err == nil && k.size == 0 {
		err = &app.MediaError{Path: "-", Err: app.ErrEmptyFile}
	}
	if err != nil {
		k.remove()
		return nil, err
	}
	req.Size = k.size
	return k, nil
}

// hear transcribes sound in the App's queue. on gets segments as they come.
func (s *Server) hear(ctx context.Context, req request, k *sound, on func([]app.Segment)) (app.Transcript, error) {
	var result app.Transcript
	var failed error
	waiting := s.metrics.waiting()
	defer waiting.end()
	s.app.TranscribeAll(ctx, []app.Request{{
		Path: k.path, Source: "-", Title: req.title(s.opt.Now()), Options: req.Options, Origin: app.OriginAPI,
		NoStore: s.opt.NoStore, Limit: s.opt.Limits.Duration.Seconds(),
	}}, func(_ int, e app.Event) {
		switch e := e.(type) {
		case app.JobChanged:
			if e.Job.Stage != app.StageQueued {
				waiting.end()
			}
		case app.SegmentsAdded:
			if on != nil {
				on(e.Segments)
			}
		}
	}, func(_ int, t app.Transcript, err error) { result, failed = t, err })
	if failed != nil && errors.Is(failed, app.ErrNotMedia) && !container(k.head) {
		failed = fmt.Errorf("%w: %w", errFormat, failed)
	}
	if failed == nil && req.Lower {
		lower(result.Segments)
	}
	return result, failed
}

// lower takes capitals away.
func lower(segments []app.Segment) {
	for i := range segments {
		s := &segments[i]
		s.Text, s.Words = strings.ToLower(s.Text), slices.Clone(s.Words)
		for j := range s.Words {
			s.Words[j].Text = strings.ToLower(s.Words[j].Text)
		}
	}
}
