package api

import (
	"cmp"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"earshot/app"
)

// The routes that OpenAI defines: /v1/audio/transcriptions and translations.

// openAIRequest is what can be asked for there.
type openAIRequest struct {
	request
	format     string // json, text, srt, verbose_json, vtt
	words      bool   // in verbose_json
	segments   bool   //
	stream     bool
	translates bool
}

var openAIFormats = []string{"json", "text", "srt", "verbose_json", "vtt"}

// openAI answers a request for a transcription or a translation.
func (c *call) openAI() error { return c.take(c.takeOpenAI) }

func (c *call) takeOpenAI(got received) error {
	s := c.server
	req := openAIRequest{translates: strings.HasSuffix(c.r.URL.Path, "/translations")}
	if err := req.read(s, got); err != nil {
		return err
	}
	req.ID, req.Name, req.Size = c.family.id(), got.sound.name, got.sound.size
	var on func([]app.Segment)
	events := &events{call: c}
	if req.stream {
		on = events.segments
	}
	began := time.Now()
	heard, err := s.hear(c.r.Context(), req.request, got.sound, on)
	if err != nil {
		if req.stream && c.w.status != 0 {
			_, body := openAIRefuse("", s.failed(err))
			events.send(body)
		}
		return err
	}
	s.gate.heard(c.user, heard.Duration)
	s.metrics.transcribed(heard, time.Since(began).Seconds())
	if req.stream {
		events.done(heard)
		return nil
	}
	return c.answerOpenAI(req, heard)
}

// read reads the parts of the form. Which model a program names that was written
// for other models does not matter, unless it is one that is here.
func (req *openAIRequest) read(s *Server, got received) error {
	p := got.params
	req.Options = s.base()
	req.Options.Translate = req.translates
	if name := p.text("model"); name != "" && slices.ContainsFunc(s.app.Models().List(), func(m app.ModelInfo) bool { return m.Name == name && m.Err == nil }) {
		req.Options.Model = name
	}
	if prompt := p.text("prompt"); prompt != "" {
		req.Options.Prompt = prompt
	}
	var err error
	if req.Options.Language, err = s.language(p, ""); err != nil {
		return err
	}
	if err := req.temperature(p.text("temperature")); err != nil {
		return err
	}
	if err := p.flags(into(&req.stream, "stream")); err != nil {
		return err
	}
	req.format = cmp.Or(p.text("response_format"), "json")
	switch {
	case req.format == "diarized_json":
		return errDiarize
	case !slices.Contains(openAIFormats, req.format):
		return invalid("response_format has to be one of %s, not %q", strings.Join(openAIFormats, ", "), req.format)
	case got.sound == nil:
		return missing("Missing required parameter: file")
	case got.sound.size == 0:
		return invalid("The audio is empty")
	}
	return req.granularities(slices.Concat(p["timestamp_granularities[]"], p["timestamp_granularities"]))
}

func (req *openAIRequest) temperature(v string) error {
	if v == "" {
		return nil
	}
	t, err := strconv.ParseFloat(v, 64)
	if err != nil || !(t >= 0 && t <= 1) {
		return invalid("temperature has to be a number from 0 to 1, not %q", v)
	}
	req.Options.Temperature = t
	return nil
}

// granularities reads which times verbose_json is to have: segments', if it is
// not said.
func (req *openAIRequest) granularities(wanted []string) error {
	req.segments = len(wanted) == 0
	for _, g := range wanted {
		switch g {
		case "word":
			req.words = true
		case "segment":
			req.segments = true
		default:
			return invalid("timestamp_granularities has to be word or segment, not %q", g)
		}
	}
	return nil
}

func (c *call) answerOpenAI(req openAIRequest, t app.Transcript) error {
	usage := openAIUsage{"duration", int(math.Ceil(t.Duration))}
	switch req.format {
	case "json":
		c.w.json(http.StatusOK, openAIText{t.Prose(), usage})
	case "verbose_json":
		c.w.json(http.StatusOK, c.verbose(req, t, usage))
	case "text":
		c.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		fmt.Fprintln(c.w, t.Prose())
	default:
		kind := map[string]string{"srt": "application/x-subrip", "vtt": "text/vtt"}[req.format]
		c.w.Header().Set("Content-Type", kind+"; charset=utf-8")
		app.Write(c.w, t, app.Format(req.format), false) // a client that is gone needs no answer
	}
	return nil
}

type openAIText struct {
	Text  string      `json:"text"`
	Usage openAIUsage `json:"usage"`
}

type openAIUsage struct {
	Type    string `json:"type"`
	Seconds int    `json:"seconds"`
}

type openAIVerbose struct {
	Task     string          `json:"task"`
	Language string          `json:"language"` // in English
	Duration decimal         `json:"duration"`
	Text     string          `json:"text"`
	Words    []openAIWord    `json:"words,omitempty"`
	Segments []openAISegment `json:"segments,omitempty"`
	Usage    openAIUsage     `json:"usage"`
}

type openAIWord struct {
	Word  string  `json:"word"`
	Start decimal `json:"start"`
	End   decimal `json:"end"`
}

// openAISegment is a segment with what a decoder of OpenAI's knows of it. What
// this one does not know is left neutral.
type openAISegment struct {
	ID               int     `json:"id"`
	Seek             int     `json:"seek"` // hundredths of a second
	Start            decimal `json:"start"`
	End              decimal `json:"end"`
	Text             string  `json:"text"`
	Tokens           []int   `json:"tokens"`
	Temperature      float64 `json:"temperature"`
	AvgLogprob       decimal `json:"avg_logprob"`
	CompressionRatio float64 `json:"compression_ratio"`
	NoSpeechProb     float64 `json:"no_speech_prob"`
}

func (c *call) verbose(req openAIRequest, t app.Transcript, usage openAIUsage) openAIVerbose {
	v := openAIVerbose{
		Task: "transcribe", Language: c.languageName(spoken(req.request, t)), Duration: decimal(t.Duration), Text: t.Prose(), Usage: usage,
	}
	if req.translates {
		v.Task = "translate"
	}
	if req.words {
		v.Words = []openAIWord{}
		for _, w := range wordsOf(t.Segments) {
			v.Words = append(v.Words, openAIWord{w.Word, w.Start, w.End})
		}
	}
	if req.segments {
		for i, s := range t.Segments {
			v.Segments = append(v.Segments, openAISegment{
				ID: i, Seek: int(100 * s.Start), Start: decimal(s.Start), End: decimal(s.End), Text: s.Text, Tokens: []int{},
				Temperature: req.Options.Temperature, AvgLogprob: decimal(math.Log(max(s.Confidence, 1e-6))), CompressionRatio: 1,
			})
		}
	}
	return v
}

// languageName is the name of a language as OpenAI has it: "english".
func (c *call) languageName(code string) string {
	for _, l := range c.server.app.Languages() {
		if l.Code == code {
			return strings.ToLower(l.Name)
		}
	}
	return code
}

// events are an answer that comes as it is made: server-sent events.
type events struct {
	*call
	any bool // text has been sent
}

type delta struct {
	Type  string `json:"type"`
	Delta string `json:"delta"`
}

// segments sends what is new.
func (e *events) segments(heard []app.Segment) {
	text := app.Transcript{Segments: heard}.Prose()
	if text == "" {
		return
	}
	if e.any {
		text = " " + text
	}
	e.any = true
	e.send(delta{"transcript.text.delta", text})
}

func (e *events) done(t app.Transcript) {
	e.send(struct {
		Type string `json:"type"`
		openAIText
	}{"transcript.text.done", openAIText{t.Prose(), openAIUsage{"duration", int(math.Ceil(t.Duration))}}})
}

// send sends one event at once. A client that is gone ends the request by its
// context.
func (e *events) send(v any) {
	data, err := marshal(v)
	if err != nil {
		return
	}
	if e.w.status == 0 {
		e.w.Header().Set("Content-Type", "text/event-stream")
		e.w.Header().Set("Cache-Control", "no-cache")
	}
	fmt.Fprintf(e.w, "data: %s\n", data) // data ends its line itself
	http.NewResponseController(e.w).Flush()
}

func openAIRefuse(_ string, f *failure) (int, any) {
	type problem struct {
		Message string  `json:"message"`
		Type    string  `json:"type"`
		Param   *string `json:"param"`
		Code    string  `json:"code"`
	}
	status, p := f.status, problem{f.message, "invalid_request_error", nil, strings.ToLower(f.code)}
	switch f.code {
	case codeSize:
		status = http.StatusRequestEntityTooLarge
	case codeFormat, codeCorrupt, codeDuration:
		status = http.StatusBadRequest
	case codeKey:
		p.Code = "invalid_api_key"
	case codeRate:
		p.Type, p.Code = "requests", "rate_limit_exceeded"
	case codeInternal, codeUnavailable:
		p.Type = "server_error"
	}
	return status, map[string]any{"error": p}
}
