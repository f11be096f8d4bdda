package app

import (
	"fmt"
	"strings"
)

// Options of a transcription, as a person chooses them. The zero value lets
// Earshot choose everything.
type Options struct {
	Model string `json:"model,omitempty"` // name or path; "" chooses among the installed ones
	// Language is an ISO 639-1 code; "" or "auto" detects it once; several with
	// commas between, as in "en,de", detect it for every window among these.
	Language string `json:"language,omitempty"`
	Device   string `json:"device,omitempty"`  // "", "auto", "cpu", "gpu", "gpu:N"
	Threads  int    `json:"threads,omitempty"` // windows decoded side by side; 0 chooses
	Stream   int    `json:"stream,omitempty"`  // audio track + 1; 0 is the default track

	Translate   bool    `json:"translate,omitempty"`   // into English
	Prompt      string  `json:"prompt,omitempty"`      // names and words to expect
	Plain       bool    `json:"plain,omitempty"`       // without punctuation and capitals
	Spoken      bool    `json:"spoken,omitempty"`      // "comma", "new line", "scratch that" are obeyed
	Replace     string  `json:"replace,omitempty"`     // see ParseReplacements
	Mask        bool    `json:"mask,omitempty"`        // swear words become s***
	Beam        int     `json:"beam,omitempty"`        // beams of the search; 0 and 1 are greedy
	Temperature float64 `json:"temperature,omitempty"` // where decoding begins, 0..1
}

// Most beams that the decoder takes.
const maxBeam = 8

// Check finds values that nothing could be done with.
func (o Options) Check() error {
	switch {
	case o.Threads < 0:
		return &UsageError{What: "number of threads", Value: fmt.Sprint(o.Threads), Want: "1 or more"}
	case o.Stream < 0:
		return &UsageError{What: "track number", Value: fmt.Sprint(o.Stream), Want: "1 or more"}
	case o.Beam < 0 || o.Beam > maxBeam:
		return &UsageError{What: "number of beams", Value: fmt.Sprint(o.Beam), Want: fmt.Sprintf("1 to %d", maxBeam)}
	case !(o.Temperature >= 0 && o.Temperature <= 1):
		return &UsageError{What: "temperature", Value: fmt.Sprint(o.Temperature), Want: "a number from 0 to 1"}
	}
	_, err := ParseReplacements(o.Replace)
	return err
}

// ParseLanguages returns the codes that Options.Language names; nil if the
// language is to be detected among all.
func ParseLanguages(list string) []string {
	var codes []string
	for _, code := range strings.FieldsFunc(strings.ToLower(list), func(r rune) bool { return r == ',' || r == ' ' }) {
		if code == "auto" {
			return nil
		}
		codes = append(codes, code)
	}
	return codes
}

// CacheKey names everything besides the recording that changes the text: the
// same content with the same key has been transcribed already. The number in
// front changes when the engine's text does.
func CacheKey(model ModelInfo, vad bool, o Options) string {
	language := strings.Join(ParseLanguages(o.Language), ",")
	if language == "" {
		language = "auto"
	}
	key := fmt.Sprintf("1 model=%s language=%s stream=%d vad=%t", model.Fingerprint, language, max(o.Stream, 1), vad)
	if o.Translate {
		key += " translate"
	}
	if p := strings.Join(strings.Fields(o.Prompt), " "); p != "" {
		key += fmt.Sprintf(" prompt=%q", p)
	}
	if o.Plain {
		key += " plain"
	}
	if o.Spoken {
		key += " spoken"
	}
	if rules, err := ParseReplacements(o.Replace); err == nil && len(rules) > 0 {
		key += fmt.Sprintf(" replace=%q", rules)
	}
	if o.Mask {
		key += " mask"
	}
	if o.Beam > 1 {
		key += fmt.Sprintf(" beam=%d", o.Beam)
	}
	if o.Temperature > 0 {
		key += fmt.Sprintf(" temperature=%g", o.Temperature)
	}
	return key
}
