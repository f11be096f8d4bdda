package app

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the golden files in testdata")

// interview is a transcript with everything that a format has to cope with.
func interview() Transcript {
	return Transcript{
		Entry: Entry{
			Title: "Interview <1>", Source: Source{Path: "/talks/Interview <1>.wav"}, Model: "large-v3-turbo",
			Language: "en", Device: "CPU", Speed: 3.21449, State: StateDone, Duration: 7262.5,
			Created:  time.Date(2026, 3, 4, 5, 6, 7, 0, time.FixedZone("", 3600)),
			Warnings: []string{"The file is cut short."},
		},
		Segments: []Segment{
			{
				Start: 0, End: 1.9996, Text: "Salt & pepper, 1 < 2 > 0.", Confidence: 0.87654,
				Words: []Word{
					{"Salt", 0, 0.25, 0.9},
					{"&", 0.25, 0.5, 0.8},
					{"pepper,", 0.5, 1, 0.7},
					{"1", 1, 1.2, 0.6},
					{"<", 1.2, 1.4, 0.5},
					{"2", 1.4, 1.6, 0.4},
					{">", 1.6, 1.8, 0.3},
					{"0.", 1.8, 1.9996, 0.2},
				},
			},
			{
				Start: 1.9996, End: 3599.9995, Text: "Größe\r\n\r\nund –\n大きさ \U0001f600 --> \"x\"", Confidence: 0.5,
				Words: []Word{{"Größe", 2, 2.5, 1}, {"大きさ", 3, 3599.9995, 0}},
			},
			{Start: 3600, End: 7262.4994, Text: "End.", Confidence: 1, Words: []Word{{"End.", 3600, 7262.4994, 1}}},
		},
	}
}

func withSpeakers(t Transcript) Transcript {
	t.Segments[0].Speaker = "Ann & <Bob>"
	t.Segments[1].Speaker = "Two\n\nlines"
	return t
}

func TestWriteGolden(t *testing.T) {
	tests := []struct {
		name  string
		t     Transcript
		words bool
	}{
		{"plain", interview(), false},
		{"words", interview(), true},
		{"speakers", withSpeakers(interview()), false},
		{"speakers-words", withSpeakers(interview()), true},
		{"empty", Transcript{}, false},
	}
	for _, test := range tests {
		for _, f := range Formats {
			if f == JSON && test.words {
				continue // the same with words as without
			}
			t.Run(test.name+"."+string(f), func(t *testing.T) {
				var got bytes.Buffer
				if err := Write(&got, test.t, f, test.words); err != nil {
					t.Fatalf("Write: %v", err)
				}
				golden(t, filepath.Join("testdata", test.name+"."+string(f)), got.Bytes())
			})
		}
	}
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s:\n got:\n%s\nwant:\n%s", path, got, want)
	}
}

func TestWriterStreams(t *testing.T) {
	for _, f := range Formats {
		for _, words := range []bool{false, true} {
			var whole, streamed bytes.Buffer
			in := withSpeakers(interview())
			if err := Write(&whole, in, f, words); err != nil {
				t.Fatalf("Write: %v", err)
			}
			w := NewWriter(&streamed, f, words)
			for i, s := range in.Segments {
				before := streamed.Len()
				if err := w.Segment(s); err != nil {
					t.Fatalf("Segment: %v", err)
				}
				if grew := streamed.Len() > before; grew == (f == JSON) {
					t.Errorf("%s, segment %d: got output at once: %v", f, i, grew)
				}
			}
			if err := w.Close(in); err != nil {
				t.Fatalf("Close: %v", err)
			}
			if streamed.String() != whole.String() {
				t.Errorf("%s, words %v:\nstreamed:\n%s\nwhole:\n%s", f, words, &streamed, &whole)
			}
		}
	}
}

func TestWriteJSONWithWords(t *testing.T) {
	var with, without bytes.Buffer
	if err := errors.Join(Write(&with, interview(), JSON, true), Write(&without, interview(), JSON, false)); err != nil {
		t.Fatalf("Write: %v", err)
	}
	if with.String() != without.String() {
		t.Error("JSON with words differs from JSON without: it always has them")
	}
}

// full is a file on a disk that has room for n more bytes.
type full struct{ n int }

var errFull = errors.New("no space left on device")

func (f *full) Write(p []byte) (int, error) {
	if len(p) > f.n {
		n := f.n
		f.n = 0
		return n, errFull
	}
	f.n -= len(p)
	return len(p), nil
}

func TestWriteReturnsError(t *testing.T) {
	for _, f := range Formats {
		for _, in := range []Transcript{interview(), {}} {
			var out bytes.Buffer
			if err := Write(&out, in, f, false); err != nil {
				t.Fatalf("Write: %v", err)
			}
			for room := range out.Len() {
				if err := Write(&full{room}, in, f, false); !errors.Is(err, errFull) {
					t.Errorf("%s with room for %d of %d bytes: got %v, want %v", f, room, out.Len(), err, errFull)
				}
			}
			if err := Write(&full{out.Len()}, in, f, false); err != nil {
				t.Errorf("%s with enough room: %v", f, err)
			}
		}
	}
}

// After a failure nothing more is written, and Close says so again.
func TestWriterStaysBroken(t *testing.T) {
	out := &full{30}
	w := NewWriter(out, SRT, false)
	for _, s := range interview().Segments {
		if err := w.Segment(s); !errors.Is(err, errFull) {
			t.Errorf("Segment: got %v, want %v", err, errFull)
		}
		out.n = 1000
	}
	if err := w.Close(Transcript{}); !errors.Is(err, errFull) {
		t.Errorf("Close: got %v, want %v", err, errFull)
	}
	if out.n != 1000 {
		t.Errorf("wrote %d bytes after the failure, want none", 1000-out.n)
	}
}

func TestWriteJSONRefusesNaN(t *testing.T) {
	in := interview()
	in.Duration = math.NaN()
	if err := Write(&bytes.Buffer{}, in, JSON, false); err == nil {
		t.Error("got no error: JSON has no NaN")
	}
}

func TestJSONIsSchema1(t *testing.T) {
	var out bytes.Buffer
	in := withSpeakers(interview())
	if err := Write(&out, in, JSON, false); err != nil {
		t.Fatalf("Write: %v", err)
	}
	var got struct {
		Schema                           int
		Source, Title, Created, Language string
		State, Model, Device, Text       string
		Duration, Speed, Confidence      float64
		Warnings                         []string
		Segments                         []struct {
			Start, End, Confidence float64
			Text                   string
			Speaker                *string
			Words                  []struct {
				Word                   string
				Start, End, Confidence float64
			}
		}
	}
	dec := json.NewDecoder(&out)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&got); err != nil {
		t.Fatalf("parse: %v", err)
	}
	if got.Schema != 1 {
		t.Errorf("schema: got %d, want 1", got.Schema)
	}
	texts := [][2]string{
		{got.Source, in.Source.Path},
		{got.Title, in.Title},
		{got.Created, "2026-03-04T04:06:07Z"},
		{got.State, "done"},
		{got.Text, in.Text()},
		{got.Segments[1].Text, in.Segments[1].Text},
		{*got.Segments[0].Speaker, in.Segments[0].Speaker},
		{got.Segments[1].Words[1].Word, "大きさ"},
	}
	for _, pair := range texts {
		if pair[0] != pair[1] {
			t.Errorf("text: got %q, want %q", pair[0], pair[1])
		}
	}
	numbers := [][2]float64{
		{got.Duration, 7262.5},
		{got.Speed, 3.214},
		{got.Segments[0].End, 2},
		{got.Segments[0].Confidence, 0.877},
		{got.Segments[1].End, 3600},
		{got.Segments[2].End, 7262.499},
	}
	for _, pair := range numbers {
		if pair[0] != pair[1] {
			t.Errorf("number: got %v, want %v", pair[0], pair[1])
		}
	}
	if got.Segments[2].Speaker != nil {
		t.Errorf("speaker of the last segment: got %q, want null", *got.Segments[2].Speaker)
	}
}

func TestClockOfCues(t *testing.T) {
	tests := []struct {
		seconds float64
		want    string
	}{
		{0, "00:00:00,000"},
		{-1, "00:00:00,000"},
		{0.0004, "00:00:00,000"},
		{0.0005, "00:00:00,001"},
		{1.9996, "00:00:02,000"},
		{59.9999, "00:01:00,000"},
		{3599.9996, "01:00:00,000"},
		{3661.5, "01:01:01,500"},
		{360000, "100:00:00,000"},
	}
	for _, test := range tests {
		if got := clock(test.seconds, ","); got != test.want {
			t.Errorf("clock(%v): got %q, want %q", test.seconds, got, test.want)
		}
	}
}

func TestParseFormat(t *testing.T) {
	for _, f := range Formats {
		for _, name := range []string{string(f), strings.ToUpper(string(f))} {
			if got, err := ParseFormat(name); got != f || err != nil {
				t.Errorf("ParseFormat(%q): got %q and %v, want %q", name, got, err, f)
			}
		}
	}
	var usage *UsageError
	if _, err := ParseFormat("doc"); !errors.As(err, &usage) || usage.Value != "doc" {
		t.Errorf("ParseFormat(doc): got %v, want a *UsageError about doc", err)
	}
}
