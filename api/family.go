package api

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"net/http"
	"strconv"
	"time"

	"earshot/app"
)

// The families of routes. See docs/api.md.
var (
	listen = &family{
		name: "listen", parts: []string{"audio", "file"}, id: func() string { return newID("req_") },
		ask: askListen, result: listenResult, refuse: listenRefuse, told: listenTold,
		accepted: func(id string) any { return listenAccepted{jobID(id), "processing"} },
	}
	lightning = getText("lightning", http.StatusRequestEntityTooLarge)
	pulse     = getText("pulse", http.StatusBadRequest)
	legacy    = getText("legacy", http.StatusRequestEntityTooLarge)
	unified   = &family{
		name: "stt", parts: []string{"file", "audio"}, id: newUUID,
		ask: askUnified, result: unifiedResult, refuse: unifiedRefuse, told: getTextTold(unifiedRefuse), accepted: getTextAccepted,
	}
	openAI = &family{
		name: "openai", parts: []string{"file"}, id: func() string { return newID("req_") }, refuse: openAIRefuse,
	}
)

// families are those that take orders.
var families = map[string]*family{}

func init() {
	for _, f := range []*family{listen, lightning, pulse, legacy, unified} {
		families[f.name] = f
	}
}

// decimal is a number with three decimals at most.
type decimal float64

// MarshalJSON implements json.Marshaler.
func (d decimal) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, math.Round(float64(d)*1000)/1000, 'f', -1, 64), nil
}

func seconds(d time.Duration) string { return strconv.Itoa(int(d.Seconds())) }

// word is a word as all families have it.
type word struct {
	Word       string  `json:"word"`
	Start      decimal `json:"start"`
	End        decimal `json:"end"`
	Confidence decimal `json:"confidence"`
}

// wordsOf are the words of segments.
func wordsOf(segments []app.Segment) []word {
	words := []word{}
	for _, s := range segments {
		words = append(words, wordsAs(s.Words)...)
	}
	return words
}

func wordsAs(said []app.Word) []word {
	words := make([]word, len(said))
	for i, w := range said {
		words[i] = word{w.Text, decimal(w.Start), decimal(w.End), decimal(w.Confidence)}
	}
	return words
}

// utterance is a stretch of speech.
type utterance struct {
	Text  string  `json:"text"`
	Start decimal `json:"start"`
	End   decimal `json:"end"`
}

func utterancesOf(segments []app.Segment) []utterance {
	all := []utterance{}
	for _, s := range segments {
		if text := (app.Transcript{Segments: []app.Segment{s}}).Prose(); text != "" {
			all = append(all, utterance{text, decimal(s.Start), decimal(s.End)})
		}
	}
	return all
}

// spoken is the language of a transcript: what was heard, or what was asked for.
func spoken(req request, t app.Transcript) string { return cmp.Or(t.Language, req.Options.Language) }

// The first family: POST /v1/listen.

func askListen(s *Server, p params) (req request, err error) {
	if req.Options, req.Lower, err = s.options(p, "en"); err != nil {
		return req, err
	}
	err = p.flags(into(&req.Words, "timestamps", "word_timestamps"))
	return req, err
}

type listenAnswer struct {
	RequestID  string  `json:"request_id"`
	Text       string  `json:"text"`
	Confidence decimal `json:"confidence"`
	Duration   decimal `json:"duration"`
	Language   string  `json:"language"`
	Words      []word  `json:"words,omitzero"`
}

func listenResult(req request, t app.Transcript, _ float64) any {
	a := listenAnswer{req.ID, t.Prose(), decimal(t.Confidence()), decimal(t.Duration), spoken(req, t), nil}
	if req.Words {
		a.Words = wordsOf(t.Segments)
	}
	return a
}

type listenAccepted struct {
	JobID  string `json:"job_id"`
	Status string `json:"status"`
}

// jobID is what an order is called where it has a name of its own.
func jobID(request string) string { return "job_" + trimmed(request) }

func listenTold(id string, _ request, result any, f *failure) any {
	told := map[string]any{"job_id": jobID(id), "status": "completed", "result": result}
	if f != nil {
		told = map[string]any{"job_id": jobID(id), "status": "failed", "error": f.message, "code": f.code}
	}
	return told
}

func listenRefuse(_ string, f *failure) (int, any) {
	body := map[string]any{"error": f.message, "code": f.code}
	maps.Copy(body, f.extra)
	delete(body, missingKey)
	if f.retry > 0 {
		body["retry_after"] = int(f.retry.Seconds())
	}
	return f.status, body
}

// The get_text routes, and the legacy one: what they refuse as too large is
// another status.

func getText(name string, tooLarge int) *family {
	refuse := func(id string, f *failure) (int, any) { return getTextRefuse(id, f, tooLarge) }
	return &family{
		name: name, parts: []string{"file", "audio"}, id: newUUID,
		ask: askGetText, result: getTextResult, refuse: refuse, told: getTextTold(refuse), accepted: getTextAccepted,
	}
}

func askGetText(s *Server, p params) (req request, err error) {
	if req.Options, req.Lower, err = s.options(p, "en"); err != nil {
		return req, err
	}
	err = p.flags(into(&req.Words, "word_timestamps", "timestamps"))
	return req, err
}

type getTextAnswer struct {
	Status        string      `json:"status"`
	RequestID     string      `json:"request_id"`
	Transcription string      `json:"transcription"`
	Words         []word      `json:"words"`
	Utterances    []utterance `json:"utterances"`
	Language      string      `json:"language"`
	AudioLength   decimal     `json:"audio_length"`
	Metadata      metadata    `json:"metadata"`
}

type metadata struct {
	Duration decimal `json:"duration"`
	FileSize int64   `json:"fileSize"`
	Filename string  `json:"filename,omitempty"`
}

func getTextResult(req request, t app.Transcript, _ float64) any {
	a := getTextAnswer{
		Status: "success", RequestID: req.ID, Transcription: t.Prose(), Words: []word{}, Utterances: []utterance{},
		Language: spoken(req, t), AudioLength: decimal(t.Duration),
		Metadata: metadata{Duration: decimal(t.Duration), FileSize: req.Size},
	}
	if req.URL != "" {
		a.Metadata.Filename = req.title(time.Time{})
	}
	if req.Words {
		a.Words, a.Utterances = wordsOf(t.Segments), utterancesOf(t.Segments)
	}
	return a
}

func getTextAccepted(id string) any {
	return struct {
		Status    string `json:"status"`
		RequestID string `json:"request_id"`
		JobID     string `json:"job_id"`
	}{"processing", id, jobID(id)}
}

// getTextTold is the synchronous answer, with what the owner has given it to
// carry.
func getTextTold(refuse func(string, *failure) (int, any)) func(string, request, any, *failure) any {
	return func(id string, req request, result any, f *failure) any {
		if f != nil {
			_, result = refuse(id, f)
		}
		told := object(result)
		told["request_id"], told["job_id"] = id, jobID(id)
		if f != nil {
			told["status"] = "failed"
		}
		if req.Extra != nil {
			told["webhook_extra"] = req.Extra
		}
		return told
	}
}

func getTextRefuse(_ string, f *failure, tooLarge int) (int, any) {
	status, body := f.status, map[string]any{"status": "error", "error": f.message, "errors": f.message, "message": f.message, "code": f.code}
	switch f.code {
	case codeKey:
		body["error"] = "unauthorized"
		if f.extra[missingKey] != nil {
			body["message"] = "Unauthorized: No tokens provided"
		}
	case codeSize:
		status = tooLarge
		body["errors"], body["message"] = "Audio data too large", "Error handling audio data"
		body["error"] = fmt.Sprintf("File size exceeds maximum limit of %gMB", f.extra["max_size_mb"])
	case codeFormat:
		status = http.StatusBadRequest
		body["errors"] = "Invalid file format. Supported formats: audio/*"
	case codeMissing:
		body["errors"] = "Invalid JSON data: missing or invalid 'url' field"
	case codeRate:
		body["error"] = "Rate limit exceeded. Please try again later."
	}
	if f.retry > 0 {
		body["retry_after"] = int(f.retry.Seconds())
	}
	return status, body
}

// The unified routes: /waves/v1/stt/.

func askUnified(s *Server, p params) (req request, err error) {
	if err := unifiedModel(p); err != nil {
		return req, err
	}
	if p.text("language") == "" {
		return req, missing("Missing required query param: language.")
	}
	return askGetText(s, p)
}

// unifiedModel checks what names a hosted model. Which one works here is chosen
// in the settings.
func unifiedModel(p params) error {
	switch p.text("model") {
	case "pulse", "pulse-pro":
		return nil
	}
	return missing("Missing required query param: model. Supported values: pulse | pulse-pro.")
}

type unifiedAnswer struct {
	getTextAnswer
	Metadata   unifiedMetadata `json:"metadata"`
	TotalBytes int64           `json:"totalBytes"`
}

type unifiedMetadata struct {
	metadata
	ProcessingTime int     `json:"processing_time_ms"`
	RTFx           decimal `json:"rtfx"` // seconds of sound a second of work
	NumChunks      int     `json:"num_chunks"`
}

func unifiedResult(req request, t app.Transcript, took float64) any {
	a := unifiedAnswer{getTextAnswer: getTextResult(req, t, took).(getTextAnswer), TotalBytes: req.Size}
	a.Metadata = unifiedMetadata{a.getTextAnswer.Metadata, int(1000 * took), decimal(t.Duration / max(took, 1e-3)), len(t.Segments)}
	return a
}

func unifiedRefuse(id string, f *failure) (int, any) {
	status, body := f.status, map[string]any{"error": f.message, "request_id": id, "code": f.code}
	switch f.code {
	case codeSize:
		status = http.StatusRequestEntityTooLarge
		body["error"] = fmt.Sprintf("File size exceeds maximum limit of %gMB.", f.extra["max_size_mb"])
	case codeFormat, codeCorrupt, codeDuration, codeURL:
		status = http.StatusBadRequest
	}
	if details := maps.Clone(f.extra); len(details) > 0 {
		delete(details, missingKey)
		body["details"] = details
	}
	if f.retry > 0 {
		body["retry_after"] = int(f.retry.Seconds())
	}
	return status, body
}
