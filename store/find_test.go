package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"earshot/app"
)

// newMixedStore has four transcripts, 1 to 4, of different kinds.
func newMixedStore(t testing.TB) *Store {
	t.Helper()
	s := newStore(t)
	for i, kind := range []struct {
		language, model string
		origin          app.Origin
		texts           []string
	}{
		{"en", "small", app.OriginFile, []string{"Ann: the cat sat", "Bob: the dog ran"}},
		{"de", "base", app.OriginMicrophone, []string{"Ann: der Hund lief", "Ann: the end"}},
		{"ja", "small-q5", app.OriginSystem, []string{"Aki: 東京の猫です", "Bob: the 猫 sat"}},
		{"en", "large", app.OriginBoth, []string{"cat cat cat", "a cat, and much else that has nothing to do with it at all", "the cat sat on the mat"}},
	} {
		e := recording(i)
		e.Language, e.Model, e.Origin, e.Created = kind.language, kind.model, kind.origin, noon.AddDate(0, 0, i)
		e.Title = []string{"Cats and dogs", "Hunde", "猫の話", "More"}[i]
		id := create(t, s, e)
		for n, text := range kind.texts {
			who, said, spoken := strings.Cut(text, ": ")
			if !spoken {
				who, said = "", text
			}
			appendTo(t, s, id, 1, app.Segment{Start: float64(n), End: float64(n + 1), Text: said, Speaker: who})
		}
		finish(t, s, id, app.StateDone)
	}
	must(t, s.Tag(t.Context(), "Work", 1, 3))
	return s
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// groups is what a search finds: transcripts, with the places in each, and T
// where the title was found.
func groups(t testing.TB, s *Store, query string, opt app.FindOptions) (string, bool) {
	t.Helper()
	found, err := s.Find(context.Background(), app.ParseQuery(query), opt)
	if err != nil {
		t.Fatalf("Find(%q): %v", query, err)
	}
	var all []string
	for _, g := range found.Groups {
		text := fmt.Sprint(g.Entry.ID, ":")
		if g.Title != "" {
			text += "T"
		}
		for _, h := range g.Hits {
			text += fmt.Sprint(h.Segment.Start)
		}
		all = append(all, text)
	}
	return strings.Join(all, " "), found.More
}

func TestFind(t *testing.T) {
	s := newMixedStore(t)
	for _, test := range []struct{ query, want string }{
		{"cat", "4:012 1:T0"},
		{"cats", "1:T"},
		{"the", "4:2 3:1 2:1 1:01"},
		{"the OR hund", "4:2 3:1 2:T01 1:01"},
		{"sat NOT cat", "3:1"},
		{"sat NOT 猫", "4:2 1:0"},
		{"猫", "3:T01"},
		{"の猫", "3:0"},
		{"の話", "3:T"},
		{"猫 sat", "3:1"},
		{"東京 OR mat", "4:2 3:0"},
		{"speaker:Ann the", "2:1 1:0"},
		{"speaker:an the", "2:1 1:0"},
		{"speaker:Ann speaker:Bob the", "3:1 2:1 1:01"},
		{"the NOT speaker:Ann", "4:2 3:1 1:1"},
		{"speaker:Nobody the", ""},
		{"speaker:ann", "2: 1:"},
		{"lang:de", "2:"},
		{"LANG:EN the", "4:2 1:01"},
		{"lang:en lang:de the", "4:2 2:1 1:01"},
		{"the NOT lang:en", "3:1 2:1"},
		{"tag:work the", "3:1 1:01"},
		{"the NOT tag:WORK", "4:2 2:1"},
		{"tag:wor the", ""},
		{"model:small the", "3:1 1:01"},
		{"source:mic the", "2:1"},
		{"before:" + noon.AddDate(0, 0, 1).Format(time.DateOnly) + " the", "1:01"},
		{"after:" + noon.AddDate(0, 0, 2).Format(time.DateOnly) + " the", "4:2 3:1"},
		{"tag:work lang:ja 猫", "3:T01"},
		{"absent", ""},
		{"", ""},
	} {
		if got, more := groups(t, s, test.query, app.FindOptions{}); got != test.want || more {
			t.Errorf("Find(%q): got %q, more %t, want %q", test.query, got, more, test.want)
		}
	}
}

func TestFindOptions(t *testing.T) {
	s := newMixedStore(t)
	for _, test := range []struct {
		query string
		opt   app.FindOptions
		want  string
		more  bool
	}{
		{"cat", app.FindOptions{Limit: 2}, "4:12 1:T", true},
		{"cat", app.FindOptions{Each: 1}, "4:2 1:T0", true},
		{"the", app.FindOptions{Limit: 5}, "4:2 3:1 2:1 1:01", false},
		{"lang:en", app.FindOptions{Limit: 1}, "4:", true},
		{"mat OR 東京", app.FindOptions{Limit: 1}, "4:2", true},
		{"cat", app.FindOptions{Ranked: true}, "1:T0 4:012", false},
		{"sat", app.FindOptions{Ranked: true, Limit: 2}, "3:1 1:0", true},
		{"cat sat OR mat", app.FindOptions{Ranked: true, Limit: 2, Each: 1}, "4:2 1:0", false},
	} {
		if got, more := groups(t, s, test.query, test.opt); got != test.want || more != test.more {
			t.Errorf("Find(%q) with %+v: got %q, more %t, want %q, %t", test.query, test.opt, got, more, test.want, test.more)
		}
	}
}

func TestFindMarks(t *testing.T) {
	s := newMixedStore(t)
	marks := strings.NewReplacer(app.HitStart, "[", app.HitEnd, "]")
	for query, want := range map[string]string{"dog": "the [dog] ran", "京の": "東[京の]猫です", "猫 sat": "the [猫] [sat]"} {
		found, err := s.Find(t.Context(), app.ParseQuery(query), app.FindOptions{})
		if err != nil || len(found.Groups) == 0 || len(found.Groups[len(found.Groups)-1].Hits) != 1 {
			t.Fatalf("%s: got %+v and error %v", query, found, err)
		}
		if got := marks.Replace(found.Groups[len(found.Groups)-1].Hits[0].Snippet); got != want {
			t.Errorf("%s: got %q, want %q", query, got, want)
		}
	}
	if got := marks.Replace(mark("The other Theme", []string{"the"})); got != "[The] other [The]me" {
		t.Errorf("got %q", got)
	}
	long := excerpt(strings.Repeat("前", 500)+"猫"+strings.Repeat("後", 500), []string{"猫"})
	if got := marks.Replace(long); !strings.HasPrefix(got, "…前") || !strings.Contains(got, "[猫]") || !strings.HasSuffix(got, "後…") || len([]rune(got)) > 130 {
		t.Errorf("got %q", got)
	}
}

// A search that has to look at more than it may says so, and one that has time
// finds all.
func TestFindGoesByTranscripts(t *testing.T) {
	s := newStore(t)
	old := recording(0)
	old.Language = "fi"
	appendTo(t, s, create(t, s, old), 0, app.Segment{Text: "the needle"})
	var many []app.Segment
	for i := range mostCandidates + 10 {
		many = append(many, app.Segment{Start: float64(i), End: float64(i + 1), Text: "the hay"})
	}
	appendTo(t, s, create(t, s, recording(1)), 0, many...)
	if got, more := groups(t, s, "lang:fi the", app.FindOptions{}); got != "1:0" || more {
		t.Errorf("got %q, more %t, want the old one", got, more)
	}
	if got, more := groups(t, s, "lang:fi the", app.FindOptions{Within: time.Nanosecond}); got != "" || !more {
		t.Errorf("without time: got %q, more %t, want nothing and that there may be more", got, more)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Find(ctx, app.ParseQuery("the"), app.FindOptions{Within: time.Hour}); err == nil {
		t.Error("cancelled: got no error")
	}
}

// In a hurry, titles that were not looked at are said to be missing.
func TestFindTitlesInAHurry(t *testing.T) {
	s := newStore(t)
	old := recording(0)
	old.Language = "fi"
	create(t, s, old)
	for i := range mostCandidates + 1 {
		create(t, s, recording(i+1))
	}
	query := app.FindOptions{Within: time.Minute}
	if got, more := groups(t, s, "lang:fi talk", query); got != "" || !more {
		t.Errorf("got %q, more %t, want nothing and that there may be more", got, more)
	}
	query.Within = 0
	if got, more := groups(t, s, "lang:fi talk", query); got != "1:T" || more {
		t.Errorf("with time: got %q, more %t, want the old one", got, more)
	}
}

func TestPairs(t *testing.T) {
	for text, want := range map[string]string{
		"":          "",
		"plain":     "",
		"大":         "大",
		"大きさ":       "大き きさ さ",
		"a大きb":      "a 大き き b",
		"サーバー":      "サー ーバ バー ー",
		"ที่นี่":    "ที ี่ ่น นี ี่ ่",
		"學校、한국어 ok": "學校 校 、 한국 국어 어 ok",
	} {
		if got := strings.Join(strings.Fields(pairs(text)), " "); got != want {
			t.Errorf("pairs(%q): got %q, want %q", text, got, want)
		}
	}
}

// Scripts without blanks are found from anywhere in their text.
func TestFindUnspaced(t *testing.T) {
	s := newStore(t)
	id := create(t, s, recording(1))
	texts := []string{"今日は良い天気ですね。", "ที่นี่อากาศดีมาก", "한국어를 배웁니다", "ສະບາຍດີ", "GoProで撮影した", "हिन्दी में"}
	for i, text := range texts {
		appendTo(t, s, id, 0, app.Segment{Start: float64(i), Text: text})
	}
	for query, want := range map[string]int{
		"天気": 0, "良": 0, "い天気で": 0, "ね": 0, "อากาศ": 1, "ดีมาก": 1, "배웁": 2, "국어": 2, "ບາຍ": 3, "撮影": 4, "GoPro": 4, "gopro 撮": 4, "हिन्दी": 5, "में": 5,
	} {
		if got := find(t, s, query, 5); len(got) != 1 || got[0] != texts[want] {
			t.Errorf("%s: got %q, want %q", query, got, texts[want])
		}
	}
	execute(t, s.write, `UPDATE segments SET text = '昨日は雨でした' WHERE text = ?`, texts[0])
	if got := find(t, s, "天気", 5); len(got) != 0 {
		t.Errorf("after a change: got %q", got)
	}
	if got := find(t, s, "雨で", 5); len(got) != 1 {
		t.Errorf("after a change: got %q, want the new text", got)
	}
	must(t, s.Delete(t.Context(), id))
	if n := number(t, s.read, `SELECT count(*) FROM segments_pairs WHERE segments_pairs MATCH '"雨"*'`); n != 0 {
		t.Errorf("after deletion: got %d places", n)
	}
}

// A library of before is searched like any other.
func TestMigrateSearch(t *testing.T) {
	dir := t.TempDir()
	db := older(t, dir, 3)
	execute(t, db, `INSERT INTO recordings VALUES (1, 'a', '/data/recordings/2026-03-04 05.06.07.wav', 1, 1), (2, 'b', '/talk.wav', 1, 1)`)
	execute(t, db, `INSERT INTO transcripts (id, recording, title, options, key, model, state, created)
		VALUES (1, 1, '話', '{}', '', 'small', 'done', 1), (2, 2, 'Talk', '{}', '', 'small', 'done', 2)`)
	execute(t, db, `INSERT INTO segments (transcript, begin, finish, text, confidence) VALUES (1, 0, 1, '東京です', 1), (2, 0, 1, 'a word', 1)`)
	must(t, db.Close())
	s := openAt(t, dir, Options{})
	for query, want := range map[string]string{"京で": "1:0", "wor": "2:0", "話": "1:T", "talk": "2:T", "source:microphone": "1:", "source:file": "2:"} {
		if got, _ := groups(t, s, query, app.FindOptions{}); got != want {
			t.Errorf("%s: got %q, want %q", query, got, want)
		}
	}
	checkIndex(t, s)
}

// What a query finds is what reading everything finds.
func TestFindIsLikeReading(t *testing.T) {
	s := newMixedStore(t)
	words := []string{"the", "cat", "sat", "dog", "ran", "hund", "mat"}
	texts := map[string]string{}
	for id := range int64(4) {
		for _, seg := range read(t, s, id+1).Segments {
			texts[fmt.Sprint(id+1, ":", seg.Start)] = strings.ToLower(seg.Text)
		}
	}
	has := func(text, word string) bool {
		return slices.Contains(strings.FieldsFunc(text, func(r rune) bool { return !isWord(r) }), word)
	}
	for _, a := range words {
		for _, b := range words {
			for query, want := range map[string]func(string) bool{
				`"` + a + `" "` + b + `"`:    func(s string) bool { return has(s, a) && has(s, b) },
				`"` + a + `" OR "` + b + `"`: func(s string) bool { return has(s, a) || has(s, b) },
				`"` + a + `" NOT ` + b:       func(s string) bool { return has(s, a) && !has(s, b) },
			} {
				found, err := s.Find(t.Context(), app.ParseQuery(query), app.FindOptions{})
				must(t, err)
				got := map[string]bool{}
				for _, g := range found.Groups {
					for _, h := range g.Hits {
						got[fmt.Sprint(g.Entry.ID, ":", h.Segment.Start)] = true
					}
				}
				for place, text := range texts {
					if got[place] != want(text) {
						t.Errorf("%s: %q found: %t", query, text, got[place])
					}
				}
			}
		}
	}
}

// A line that was divided later lies behind all the others: the transcripts are
// gone through in stretches that overlap then, and no place comes twice.
func TestFindOncePerPlace(t *testing.T) {
	s := newStore(t)
	const transcripts, lines = 150, 30
	for i := range transcripts {
		var all []app.Segment
		for j := range lines {
			who := "Bob"
			if j == 7 {
				who = "Ann"
			}
			all = append(all, app.Segment{Start: float64(j), End: float64(j + 1), Text: "the filler", Speaker: who})
		}
		id, err := s.Create(t.Context(), app.Entry{Title: fmt.Sprint(i), Source: app.Source{Path: fmt.Sprint("/", i), Hash: fmt.Sprint(i)}, Created: time.Unix(int64(i), 0)})
		must(t, err)
		must(t, s.Append(t.Context(), id, app.Progress{Segments: all, Position: lines}))
	}
	oldest, err := s.Transcript(t.Context(), 1)
	must(t, err)
	first := oldest.Segments[0]
	second := first
	first.Text, first.Edited, second.ID, second.Text, second.Edited = "the", true, 0, "filler", true
	must(t, s.Apply(t.Context(), 1, &app.Edits{Put: []app.Segment{first, second}}))
	found, err := s.Find(t.Context(), app.ParseQuery("speaker:Ann the"), app.FindOptions{Limit: 200})
	must(t, err)
	hits := 0
	for _, g := range found.Groups {
		hits += len(g.Hits)
	}
	if hits != transcripts || len(found.Groups) != transcripts || found.More {
		t.Errorf("got %d places in %d transcripts, more %v; want %d", hits, len(found.Groups), found.More, transcripts)
	}
}

// Conditions alone are found when the best are asked for, too.
func TestFindRankedConditions(t *testing.T) {
	s := newMixedStore(t)
	for _, q := range []string{"tag:work", "lang:en", "speaker:Ann"} {
		plain, _ := groups(t, s, q, app.FindOptions{})
		ranked, _ := groups(t, s, q, app.FindOptions{Ranked: true})
		if plain == "" || plain != ranked {
			t.Errorf("%s: got %q, want %q", q, ranked, plain)
		}
	}
}
