package app

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"
)

// Format is a way to write a transcript.
type Format string

// The formats of export, in the order menus show them.
const (
	TXT  Format = "txt"
	SRT  Format = "srt"
	VTT  Format = "vtt"
	JSON Format = "json"
)

// Formats lists every Format.
var Formats = []Format{TXT, SRT, VTT, JSON}

// ParseFormat accepts a format's name in any case.
func ParseFormat(s string) (Format, error) {
	for _, f := range Formats {
		if strings.EqualFold(s, string(f)) {
			return f, nil
		}
	}
	return "", &UsageError{What: "format", Value: s, Want: "txt, srt, vtt or json"}
}

// Writer writes a transcript piece by piece, so that it can be read while it
// is being made. TXT, SRT and VTT write each segment as it comes, JSON all at
// Close.
type Writer struct {
	w     io.Writer
	f     Format
	words bool
	n     int
	err   error
}

// NewWriter writes format f to w. With words, every word gets a line (TXT) or
// a cue (SRT, VTT) of its own; JSON always has the words.
func NewWriter(w io.Writer, f Format, words bool) *Writer {
	return &Writer{w: w, f: f, words: words}
}

// Segment writes one segment.
func (w *Writer) Segment(s Segment) error {
	if w.f == JSON || s.Text == "" {
		return w.err
	}
	if !w.words {
		w.cue(s.Start, s.End, s.Speaker, s.line())
		return w.err
	}
	for _, word := range s.Words {
		w.cue(word.Start, word.End, s.Speaker, word.Text)
	}
	return w.err
}

func (w *Writer) cue(start, end float64, speaker, text string) {
	w.n++
	switch w.f {
	case TXT:
		if speaker != "" && !w.words {
			text = speaker + ": " + text
		}
		w.printf("%s\n", text)
	case SRT:
		if speaker != "" && !w.words {
			text = speaker + ": " + text
		}
		w.printf("%d\n%s --> %s\n%s\n\n", w.n, clock(start, ","), clock(end, ","), cueText(text))
	case VTT:
		if w.n == 1 {
			w.printf("WEBVTT\n\n")
		}
		text = vttEscape.Replace(cueText(text))
		if speaker != "" {
			text = "<v " + vttEscape.Replace(cueText(speaker)) + ">" + text
		}
		w.printf("%s --> %s\n%s\n\n", clock(start, "."), clock(end, "."), text)
	}
}

// Close ends the output. t is the whole transcript; only JSON looks at it.
func (w *Writer) Close(t Transcript) error {
	switch {
	case w.err != nil:
	case w.f == JSON:
		enc := json.NewEncoder(w.w)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		w.err = enc.Encode(newDocTranscript(t))
	case w.f == VTT && w.n == 0:
		w.printf("WEBVTT\n\n")
	}
	return w.err
}

func (w *Writer) printf(format string, args ...any) {
	if w.err == nil {
		_, w.err = fmt.Fprintf(w.w, format, args...)
	}
}

// Write writes the whole of t.
func Write(w io.Writer, t Transcript, f Format, words bool) error {
	out := NewWriter(w, f, words)
	for _, s := range t.Segments {
		if err := out.Segment(s); err != nil {
			return err
		}
	}
	return out.Close(t)
}

var vttEscape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// cueText keeps a cue one paragraph: a blank line would end it.
func cueText(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' }), " ")
}

// clock is 00:00:01,500: hours grow as needed.
func clock(seconds float64, point string) string {
	ms := int64(math.Round(max(0, seconds) * 1000))
	return fmt.Sprintf("%02d:%02d:%02d%s%03d", ms/3600000, ms/60000%60, ms/1000%60, point, ms%1000)
}

// docTranscript is the JSON form of a transcript, schema 1. Other programs rely on
// it: fields are added, never changed.
type docTranscript struct {
	Schema     int          `json:"schema"`
	Source     string       `json:"source"`
	Title      string       `json:"title"`
	Created    string       `json:"created,omitempty"`
	State      State        `json:"state,omitempty"`
	Duration   decimal      `json:"duration"`
	Language   string       `json:"language"`
	Model      string       `json:"model"`
	Device     string       `json:"device"`
	Speed      decimal      `json:"speed"`
	Text       string       `json:"text"`
	Confidence decimal      `json:"confidence"`
	Warnings   []string     `json:"warnings"`
	Segments   []docSegment `json:"segments"`
}

type docSegment struct {
	Start      decimal   `json:"start"`
	End        decimal   `json:"end"`
	Text       string    `json:"text"`
	Confidence decimal   `json:"confidence"`
	Speaker    *string   `json:"speaker"`
	Words      []docWord `json:"words"`
}

type docWord struct {
	Word       string  `json:"word"`
	Start      decimal `json:"start"`
	End        decimal `json:"end"`
	Confidence decimal `json:"confidence"`
}

// decimal is a number with three decimals at most.
type decimal float64

func (d decimal) MarshalJSON() ([]byte, error) {
	return json.Marshal(math.Round(float64(d)*1000) / 1000)
}

func newDocTranscript(t Transcript) docTranscript {
	d := docTranscript{
		Schema: 1, Source: t.Source.Path, Title: t.Title, State: t.State,
		Duration: decimal(t.Duration), Language: t.Language, Model: t.Model,
		Device: t.Device, Speed: decimal(t.Speed), Text: t.Text(),
		Confidence: decimal(t.Confidence()),
		Warnings:   append([]string{}, t.Warnings...),
		Segments:   make([]docSegment, 0, len(t.Segments)),
	}
	if !t.Created.IsZero() {
		d.Created = t.Created.UTC().Format("2006-01-02T15:04:05Z")
	}
	for _, s := range t.Segments {
		seg := docSegment{
			Start: decimal(s.Start), End: decimal(s.End), Text: s.Text,
			Confidence: decimal(s.Confidence), Words: make([]docWord, 0, len(s.Words)),
		}
		if s.Speaker != "" {
			seg.Speaker = &s.Speaker
		}
		for _, w := range s.Words {
			seg.Words = append(seg.Words, docWord{w.Text, decimal(w.Start), decimal(w.End), decimal(w.Confidence)})
		}
		d.Segments = append(d.Segments, seg)
	}
	return d
}
