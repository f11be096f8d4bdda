package app

import (
	"bytes"
	"maps"
	"strings"
	"testing"
)

// Whoever was renamed has that name in every export, and who was merged is in
// none.
func TestSpeakersOfExports(t *testing.T) {
	d := NewDocument(talk("A: one two", "B: three four", "C: five six"))
	must(t)(d.RenameSpeaker("A", "Änne & <Co>"))
	must(t)(d.MergeSpeakers("B", "C"))
	must(t)(d.RenameSpeaker("C", "Cora"))
	want := map[Format][]string{
		TXT:  {"Änne & <Co>: one two\n", "Cora: three four\n", "Cora: five six\n"},
		SRT:  {"\nÄnne & <Co>: one two\n", "\nCora: three four\n", "\nCora: five six\n"},
		VTT:  {"<v Änne &amp; &lt;Co&gt;>one two\n", "<v Cora>three four\n", "<v Cora>five six\n"},
		JSON: {`"speaker": "Änne & <Co>"`, `"speaker": "Cora"`},
	}
	for _, f := range Formats {
		var out bytes.Buffer
		if err := Write(&out, d.Transcript(), f, false); err != nil {
			t.Fatal(err)
		}
		if len(want[f]) == 0 {
			t.Errorf("%s: nobody looks at it", f)
		}
		for _, w := range want[f] {
			if !strings.Contains(out.String(), w) {
				t.Errorf("%s: %q is not in it:\n%s", f, w, &out)
			}
		}
		for _, gone := range []string{"A:", "B:", `"A"`, `"B"`, "<v B>", "C:", `"C"`} {
			if strings.Contains(out.String(), gone) {
				t.Errorf("%s: %q is still in it:\n%s", f, gone, &out)
			}
		}
	}
}

func TestTalkTime(t *testing.T) {
	d := NewDocument(Transcript{Segments: []Segment{
		{Start: 0, End: 2, Text: "a", Speaker: "A"},
		{Start: 2, End: 3, Text: "b"},
		{Start: 2, End: 6.5, Text: "c", Speaker: "A"},
		{Start: 8, End: 7, Text: "d", Speaker: "B"}, // as a broken file may have it
	}})
	if got, want := d.TalkTime(), map[string]float64{"A": 6.5, "": 1, "B": 0}; !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
