package cli_test

import (
	"encoding/json"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"earshot/app"
	"earshot/store"
)

// newLibrary has two transcripts: a of talk.wav and a cancelled one of
// film.mp4, whose numbers are 1 and 2.
func newLibrary(t *testing.T) *rig {
	t.Helper()
	r := newRig(t)
	r.needLibrary()
	r.file("talk.wav", damaged)
	r.file("film.mp4", endless)
	if got := r.run("transcribe", "-q", "talk.wav"); got.status != 0 {
		t.Fatalf("got %+v", got)
	}
	if got := r.runIn(r.cancelled(), "transcribe", "-q", "film.mp4"); got.status != 130 {
		t.Fatalf("got %+v", got)
	}
	return r
}

func TestHistoryList(t *testing.T) {
	r := newRig(t)
	r.needLibrary()
	r.want(r.run("history", "list"), 0, "")
	r.want(r.run("history", "list", "--json"), 0, "[]\n")

	r = newLibrary(t)
	when := now.Local().Format("2006-01-02 15:04")
	r.want(r.run("history", "list"), 0,
		"2  "+when+"  1:01:02  en  small  cancelled  film\n"+
			"1  "+when+"  1:01:02  en  small  done       talk\n")

	var list []map[string]any
	got := r.run("history", "list", "--json")
	if err := json.Unmarshal([]byte(got.stdout), &list); err != nil {
		t.Fatalf("%v in %s", err, got.stdout)
	}
	entry := func(id float64, title, file, state string, warnings ...any) map[string]any {
		return map[string]any{
			"id": id, "title": title, "source": filepath.Join(r.dir, file), "duration": 3662.0, "language": "en", "model": "small",
			"device": "an abacus", "speed": 0.0, "state": state, "created": now.Format(time.RFC3339), "warnings": append([]any{}, warnings...),
			"origin": "file", "favourite": false, "tags": []any{}, "speakers": []any{}, "edited": false,
			"audio_bytes": float64(len(r.read(file))), "audio_removed": false,
		}
	}
	want := []map[string]any{
		entry(2, "film", "film.mp4", "cancelled"),
		entry(1, "talk", "talk.wav", "done", "Parts are missing."),
	}
	if !reflect.DeepEqual(list, want) {
		t.Errorf("got\n%v\nwant\n%v", list, want)
	}
}

func TestHistoryShow(t *testing.T) {
	r := newLibrary(t)
	r.want(r.run("history", "show", "1"), 0, text)
	r.want(r.run("history", "show", "2"), 0, firstText)
	got := r.run("history", "show", "--json", "1")
	r.want(got, 0, got.stdout)
	r.golden("show.json", got.stdout)
	for _, args := range [][]string{{"99"}, {"--json", "99"}, {"0"}, {"--", "-1"}} {
		id := args[len(args)-1]
		r.want(r.run(append([]string{"history", "show"}, args...)...), 1, "", "earshot: There is no transcript "+id+" in the library.\n")
	}
}

// What was left out is printed, transcribed again, or put back as it was.
func TestHistoryRecover(t *testing.T) {
	r := newLibrary(t)
	library, err := store.Open(t.Context(), r.data, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	err = library.Append(t.Context(), 1, app.Progress{Position: 3662, Omissions: []app.Omission{
		{Reason: app.ReasonNoSpeech, Segment: app.Segment{Start: 5, End: 6, Text: "Thanks."}},
		{Reason: app.ReasonNoSpeech, Segment: app.Segment{Start: 7, End: 8, Text: "Bye."}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	library.Close()
	r.want(r.run("history", "show", "--omitted", "1"), 0,
		"0:05–0:06\tprobably nobody speaks here\tThanks.\n0:07–0:08\tprobably nobody speaks here\tBye.\n")
	r.want(r.run("history", "recover", "1", "--omission", "3"), 2, "", "has to be 1 to 2")
	r.want(r.run("history", "recover", "9"), 1, "", "There is no transcript 9")
	r.want(r.run("history", "recover", "-q", "1", "--omission", "1"), 0, "Who is there?\n")
	r.file("talk.wav", speech)
	r.want(r.run("history", "recover", "1"), 1, "", "has changed since it was transcribed")
	r.want(r.run("history", "recover", "1", "--put-back"), 0, "Bye.\n")
	r.want(r.run("history", "show", "--omitted", "1"), 0, "")
	r.want(r.run("history", "recover", "1"), 0, "")
	r.want(r.run("history", "recover", "1", "--omission", "1"), 1, "", "Nothing is left out of the transcript")
	said := strings.Split(strings.TrimSpace(text), "\n")
	r.want(r.run("history", "show", "1"), 0, said[0]+"\nWho is there?\nBye.\n"+said[1]+"\n")
}

// What was transcribed before is printed too.
func TestHistoryResume(t *testing.T) {
	r := newLibrary(t)
	r.want(r.run("history", "resume", "9"), 1, "", "There is no transcript 9")
	r.want(r.run("history", "resume", "1"), 1, "", "Nothing is left to transcribe of transcript 1: it is done.")
	r.want(r.run("history", "resume", "-f", "doc", "2"), 2, "", "doc")
	r.want(r.runIn(r.cancelled(), "history", "resume", "-q", "2"), 130, firstText)
	r.file("film.mp4", speech)
	r.want(r.run("history", "resume", "2"), 1, "", "has changed since it was transcribed")
	r.file("film.mp4", endless)
	r.recognizer.patient = true
	r.want(r.run("history", "resume", "2"), 0, text)
	r.want(r.run("history", "show", "2"), 0, text)
}

func TestHistorySearch(t *testing.T) {
	r := newLibrary(t)
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"fish"}, "2  film\n    0:01  Fish & chips <are> ready.\n1  talk\n    0:01  Fish & chips <are> ready.\n"},
		{[]string{"ubermorgen"}, "1  talk\n    1:01:01  Übermorgen.\n"},
		{[]string{"fish", "NOT", "chips"}, ""},
		{[]string{"nothing", "OR", "fish", "lang:en"}, "2  film\n    0:01  Fish & chips <are> ready.\n1  talk\n    0:01  Fish & chips <are> ready.\n"},
		{[]string{"fish", "lang:de"}, ""},
		{[]string{"film"}, "2  film\n"},
		{[]string{"chips", "rea"}, "2  film\n    0:01  Fish & chips <are> ready.\n1  talk\n    0:01  Fish & chips <are> ready.\n"},
		{[]string{`"are ready"`, "fish"}, "2  film\n    0:01  Fish & chips <are> ready.\n1  talk\n    0:01  Fish & chips <are> ready.\n"},
		{[]string{`"ready are"`}, ""},
		{[]string{"nothing"}, ""},
		{[]string{"--", "-"}, ""},
	} {
		r.want(r.run(append([]string{"history", "search"}, c.args...)...), 0, c.want)
	}
	got := r.run("history", "search", "--json", "übermorgen")
	want := []map[string]any{{"transcript": 1.0, "title": "talk", "created": now.Format(time.RFC3339), "hits": []any{
		map[string]any{"start": 3661.0015, "end": 3662.0, "speaker": nil, "text": "Übermorgen."},
	}}}
	var list []map[string]any
	if err := json.Unmarshal([]byte(got.stdout), &list); err != nil || !reflect.DeepEqual(list, want) {
		t.Errorf("got %v, error %v; want %v", list, err, want)
	}
	r.want(r.run("history", "search", "--json", "nothing"), 0, "[]\n")
	r.want(r.run("history", "search", "--limit", "1", "fish"), 0, "2  film\n    0:01  Fish & chips <are> ready.\n", "There may be more")
	r.want(r.run("history", "search", "--limit", "0", "fish"), 2, "", "has to be 1 or more")
	r.want(r.run("history", "search", "--ranked", "ready"), 0, "2  film\n    0:01  Fish & chips <are> ready.\n1  talk\n    0:01  Fish & chips <are> ready.\n")
}

func TestHistoryTags(t *testing.T) {
	r := newLibrary(t)
	titles := func(want string, args ...string) {
		t.Helper()
		var got []string
		for line := range strings.Lines(r.run(append([]string{"history", "list"}, args...)...).stdout) {
			got = append(got, strings.Fields(line)[len(strings.Fields(line))-1])
		}
		if strings.Join(got, " ") != want {
			t.Errorf("list %v: got %v, want %s", args, got, want)
		}
	}
	r.want(r.run("history", "tag", "at work", "1", "77"), 1, "", "There is no transcript 77")
	r.want(r.run("history", "tag", "home", "1", "2"), 0, "")
	r.want(r.run("history", "untag", "HOME", "1"), 0, "")
	r.want(r.run("history", "favourite", "2"), 0, "")
	titles("talk", "--tag", "At Work")
	titles("film", "--tag", "home")
	titles("film talk", "--tag", "home", "--tag", "at work")
	titles("film", "--favourites")
	titles("talk", "--warnings")
	titles("film", "--title", "IL")
	titles("film", "--limit", "1")
	titles("film talk", "--lang", "en", "--model", "small", "--source", "file", "--after", "2026-03-01")
	titles("", "--before", "2026-03-01")
	titles("", "--source", "microphone")
	titles("", "--trash")
	r.want(r.run("history", "search", "fish", "tag:home"), 0, "2  film\n    0:01  Fish & chips <are> ready.\n")
	r.want(r.run("history", "favourite", "--off", "2"), 0, "")
	titles("", "--favourites")
	r.want(r.run("history", "tag", "a,b", "1"), 2, "", "one or more words")
	r.want(r.run("history", "tag", " ", "1"), 2, "", "one or more words")
	r.want(r.run("history", "list", "--after", "tomorrow"), 2, "", "like 2026-01-31")
}

func TestHistoryBackup(t *testing.T) {
	r := newLibrary(t)
	r.want(r.run("history", "backup", "all.json"), 0, "", "2 transcripts in all.json.")
	r.want(r.run("history", "backup", "all.json"), 1, "", "all.json exists already")
	r.want(r.run("history", "backup", "--force", "all.json"), 0, "", "2 transcripts")
	saved := r.read("all.json")
	r.want(r.run("history", "backup", "-"), 0, saved)
	r.want(r.run("history", "backup", "nowhere/all.json"), 1, "", "nowhere/all.json")
	if got := r.names("."); strings.Contains(got, ".earshot") {
		t.Errorf("got the files %s", got)
	}

	r.want(r.run("history", "delete", "1", "2"), 0, "")
	r.want(r.run("history", "restore", "all.json"), 0, "", "2 transcripts read, 2 of them new here.")
	r.want(r.run("history", "show", "3"), 0, text)
	r.want(r.run("history", "show", "4"), 0, firstText)
	r.stdin = strings.NewReader(saved)
	r.want(r.run("history", "restore", "-"), 0, "", "2 transcripts read, 0 of them new here.")

	head, rest, _ := strings.Cut(saved, "\n")
	first, _, _ := strings.Cut(rest, "\n")
	for content, want := range map[string]string{
		"":                "is not an Earshot backup.",
		"1\n00:00:01,000": "is not an Earshot backup.",
		`{"schema": 1}`:   "is not an Earshot backup.",
		strings.Replace(head, `"version":1`, `"version":2`, 1): "was made by a newer Earshot.",
		head + first:          "ends before it is complete, in its transcript 2.",
		head + first[:99]:     "ends before it is complete, in its transcript 1.",
		head + "{}":           "is damaged: its transcript 1 cannot be read.",
		head + first + "nope": "is damaged: its transcript 2 cannot be read.",
	} {
		r.file("bad.json", content)
		r.want(r.run("history", "restore", "bad.json"), 1, "", "“bad.json” "+want)
	}
	r.want(r.run("history", "restore", "missing.json"), 1, "", "missing.json")
	if got := strings.Count(r.run("history", "list").stdout, "\n"); got != 2 {
		t.Errorf("got %d transcripts, want the 2 that there were", got)
	}
}

func TestHistoryExport(t *testing.T) {
	r := newLibrary(t)
	r.want(r.run("history", "export", "1", "2"), 0, text+firstText)
	for _, format := range []string{"txt", "srt", "vtt"} {
		got := r.run("history", "export", "-f", format, "1")
		r.golden("talk."+format, got.stdout)
		got = r.run("history", "export", "--words", "-f", format, "1")
		r.golden("words."+format, got.stdout)
	}
	for _, args := range [][]string{{"--json"}, {"-f", "json"}, {"--json", "-f", "srt"}} {
		got := r.run(append([]string{"history", "export", "1"}, args...)...)
		r.golden("show.json", got.stdout)
	}

	r.want(r.run("history", "export", "-o", "out", "-f", "srt", "1", "2"), 0, "")
	if got, want := r.names("out"), "film.srt talk.srt"; got != want {
		t.Errorf("got the files %q, want %q", got, want)
	}
	r.golden("talk.srt", r.read("out/talk.srt"))

	r.file("out/talk.txt", "mine")
	r.want(r.run("history", "export", "-o", "out", "1", "77", "2"), 1, "",
		filepath.Join("out", "talk.txt")+" exists already", "earshot: There is no transcript 77 in the library.\n")
	if talk, film := r.read("out/talk.txt"), r.read("out/film.txt"); talk != "mine" || film != firstText {
		t.Errorf("got %q, which was there, and %q, which is new", talk, film)
	}
	r.want(r.run("history", "export", "-o", "out", "--force", "1"), 0, "")
	if got := r.read("out/talk.txt"); got != text {
		t.Errorf("with --force: got %q", got)
	}
}

func TestHistoryDelete(t *testing.T) {
	r := newLibrary(t)
	r.want(r.run("history", "delete", "55", "1"), 1, "", "earshot: There is no transcript 55 in the library.\n")
	r.want(r.run("history", "show", "1"), 1, "", "There is no transcript 1")
	r.want(r.run("history", "show", "2"), 0, firstText)
	if r.read("talk.wav") != damaged {
		t.Error("the recording is gone too")
	}
	r.want(r.run("history", "delete", "--json", "1"), 1, "{\n  \"deleted\": []\n}\n", "There is no transcript 1")
	r.want(r.run("history", "delete", "--json", "2"), 0, "{\n  \"deleted\": [\n    2\n  ]\n}\n")
	r.want(r.run("history", "list"), 0, "")
}

func TestKeptInTheLibrary(t *testing.T) {
	r := newRig(t)
	r.needLibrary()
	r.file("a.wav", speech)
	r.want(r.run("transcribe", "--no-store", "a.wav"), 0, text)
	r.want(r.run("history", "list"), 0, "")

	times := func(want int) {
		t.Helper()
		if got := len(r.recognizer.options); got != want {
			t.Errorf("transcribed %d times, want %d", got, want)
		}
	}
	r.want(r.run("transcribe", "a.wav"), 0, text)
	times(2)
	r.want(r.run("transcribe", "a.wav"), 0, text) // the library has it
	times(2)
	r.want(r.run("transcribe", "--no-cache", "a.wav"), 0, text)
	times(3)
	if got := strings.Count(r.run("history", "list").stdout, "\n"); got != 2 {
		t.Errorf("got %d transcripts, want 2", got)
	}

	r.stdin = strings.NewReader(damaged)
	r.want(r.run("transcribe", "-q", "-"), 0, text)
	if d := parse(t, r.run("history", "show", "--json", "3").stdout); d.Source != "-" {
		t.Errorf("got the source %q, want -", d.Source)
	}
}

// A job that was interrupted goes on where it stopped, and prints all of it.
func TestInterruptedGoesOn(t *testing.T) {
	r := newRig(t)
	r.needLibrary()
	r.file("a.wav", broken)
	r.want(r.run("transcribe", "a.wav"), 1, firstText, "The abacus fell down")
	got := r.run("transcribe", "-f", "srt", "a.wav")
	if got.status != 1 || !strings.HasPrefix(got.stdout, "1\n00:00:00,500 --> 00:00:02,250\nFish") {
		t.Errorf("got %+v, want the first part again", got)
	}
	if n := len(r.recognizer.options); n != 2 || r.recognizer.options[1].Offset != 2.25 {
		t.Errorf("got %+v, want the second to begin at 2.25 s", r.recognizer.options)
	}
}

func TestNoLibrary(t *testing.T) {
	r := newRig(t)
	r.nothing = true
	r.file("a.wav", speech)
	r.want(r.run("transcribe", "a.wav"), 0, text)
	r.want(r.run("history", "list", "--json"), 0, "[]\n")
	r.want(r.run("history", "search", "--json", "fish"), 0, "[]\n")
	r.want(r.run("history", "show", "1"), 1, "", "There is no transcript 1")
	r.want(r.run("history", "delete", "1"), 1, "", "There is no transcript 1")
}
