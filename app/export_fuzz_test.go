package app

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"
)

// Whatever is said, by whomever: a cue is its number (SRT), its times, one
// line of text and a blank line.
func FuzzWrite(f *testing.F) {
	for _, text := range []string{
		"", "Hello.", "a\n\nb", "\r\r\n \n", "1 < 2 & 3 > 2", "-->", "00:00:00,000 --> 00:00:01,000", "WEBVTT\n\nNOTE x",
		"\ufeff\u2028\u2029\u0085\v\f", "\x00\xff\xfe", "大きさ \U0001f600", `"quoted\"`, "</v><v Eve>",
	} {
		f.Add(text, "", false)
		f.Add("Hello.", text, false)
		f.Add(text, text, true)
	}
	f.Fuzz(func(t *testing.T, text, speaker string, words bool) {
		seg := Segment{Start: 1, End: 2.5, Text: text, Speaker: speaker, Words: []Word{{text, 1, 2, 0.5}, {text, 2, 2.5, 0.5}}}
		in := Transcript{Segments: []Segment{seg, seg}}
		cues := 2
		switch {
		case text == "":
			cues = 0 // all of it was taken back
		case words:
			cues = 4
		}
		checkSRT(t, written(t, in, SRT, words), cues)
		checkVTT(t, written(t, in, VTT, words), cues, speaker != "" && text != "")
		checkJSON(t, written(t, in, JSON, words), text, speaker)
	})
}

func written(t *testing.T, in Transcript, f Format, words bool) string {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, in, f, words); err != nil {
		t.Fatalf("Write %s: %v", f, err)
	}
	return out.String()
}

var (
	srtCue = regexp.MustCompile(`\A[0-9]+\n\d\d:\d\d:\d\d,\d{3} --> \d\d:\d\d:\d\d,\d{3}\n([^\n\r]*)\n\n`)
	vttCue = regexp.MustCompile(`\A\d\d:\d\d:\d\d\.\d{3} --> \d\d:\d\d:\d\d\.\d{3}\n([^\n\r]*)\n\n`)
)

// takeCues wants s to be n cues and nothing else, and returns their texts.
func takeCues(t *testing.T, s string, cue *regexp.Regexp, n int) []string {
	t.Helper()
	var texts []string
	rest := s
	for rest != "" {
		m := cue.FindStringSubmatch(rest)
		if m == nil {
			t.Fatalf("no cue at %q in %q", rest, s)
		}
		texts = append(texts, m[1])
		rest = rest[len(m[0]):]
	}
	if len(texts) != n {
		t.Fatalf("got %d cues in %q, want %d", len(texts), s, n)
	}
	return texts
}

func checkSRT(t *testing.T, s string, cues int) {
	t.Helper()
	takeCues(t, s, srtCue, cues)
}

func checkVTT(t *testing.T, s string, cues int, voiced bool) {
	t.Helper()
	body, ok := strings.CutPrefix(s, "WEBVTT\n\n")
	if !ok {
		t.Fatalf("got %q, want it to begin with WEBVTT and a blank line", s)
	}
	for _, text := range takeCues(t, body, vttCue, cues) {
		if voiced {
			voice, after, closed := strings.Cut(text, ">")
			if !closed || !strings.HasPrefix(voice, "<v ") || strings.Contains(voice[1:], "<") {
				t.Fatalf("got %q, want a voice tag in front", text)
			}
			text = after
		}
		if strings.ContainsAny(text, "<>") {
			t.Fatalf("got %q, want < and > escaped", text)
		}
	}
}

func checkJSON(t *testing.T, s, text, speaker string) {
	t.Helper()
	var got docTranscript
	if err := json.Unmarshal([]byte(s), &got); err != nil {
		t.Fatalf("parse %q: %v", s, err)
	}
	// What is no UTF-8 becomes U+FFFD.
	text, speaker = string([]rune(text)), string([]rune(speaker))
	seg := got.Segments[1]
	if seg.Text != text || seg.Words[1].Word != text {
		t.Fatalf("text: got %q and word %q, want %q", seg.Text, seg.Words[1].Word, text)
	}
	if (seg.Speaker != nil) != (speaker != "") || seg.Speaker != nil && *seg.Speaker != speaker {
		t.Fatalf("speaker: got %v, want %q", seg.Speaker, speaker)
	}
}
