package store

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"testing"

	"earshot/app"
)

// search returns the places that a search finds, newest first.
func search(s *Store, query string, limit int) ([]app.Hit, error) {
	found, err := s.Find(context.Background(), app.ParseQuery(query), app.FindOptions{Limit: limit})
	var hits []app.Hit
	for _, g := range found.Groups {
		hits = append(hits, g.Hits...)
	}
	slices.SortFunc(hits, func(a, b app.Hit) int { return cmp.Compare(b.Segment.ID, a.Segment.ID) })
	return hits, err
}

// find returns the texts of what a search finds.
func find(t testing.TB, s *Store, query string, limit int) []string {
	t.Helper()
	hits, err := search(s, query, limit)
	if err != nil {
		t.Errorf("Search(%q): %v", query, err)
	}
	var texts []string
	for _, h := range hits {
		texts = append(texts, h.Segment.Text)
	}
	return texts
}

func TestSearch(t *testing.T) {
	s := newStore(t)
	id := create(t, s, recording(1))
	texts := []string{
		"The quick brown fox jumps.",
		"A lazy dog; the fox sleeps.",
		"Größe und Café in Łódź.",
		"It's 3.14 o'clock – don't!",
		"大きさ です",
		"AND OR NOT NEAR",
	}
	for i, text := range texts {
		appendTo(t, s, id, 0, app.Segment{Start: float64(i), End: float64(i + 1), Text: text})
	}
	tests := []struct {
		query string
		want  []int // newest first
	}{
		{"fox", []int{1, 0}},
		{"FOX", []int{1, 0}},
		{"the fox", []int{1, 0}},
		{"fox brown", []int{0}},
		{"fox nothing", nil},
		{"fo", []int{1, 0}},
		{"qui fox", nil}, // only the last word may be incomplete
		{"fox qui", []int{0}},
		{"fox qui ", []int{0}},
		{`"brown fox"`, []int{0}},
		{`"fox brown"`, nil},
		{`"brown fo"`, nil}, // a phrase that is closed is complete
		{`"brown fo`, []int{0}},
		{`"the fox" sleep`, []int{1}},
		{`sleep "the fox"`, nil},
		{"grosse", nil},     // ß is a letter of its own
		{"große", []int{2}}, // ö without its dots
		{"größe", []int{2}},
		{"groß cafe", nil},
		{"cafe", []int{2}},
		{"CAFÉ", []int{2}},
		{"cafe\u0301", []int{2}},
		{"lodz", nil}, // and so is ł
		{"łodz", []int{2}},
		{"don't", []int{3}},
		{"it's don", []int{3}},
		{"3.14", []int{3}},
		{"o'clock", []int{3}},
		{"大き", []int{4}},
		{"きさ", []int{4}},
		{"さ", []int{4}},
		{"き", []int{4}},
		{"大さ", nil},
		{"大きさ", []int{4}},
		{"大きさ です", []int{4}},
		{"jumps OR きさ", []int{4, 0}},
		{"fox NOT きさ", []int{1, 0}},
		{"です NOT 大", nil},
		{"AND", []int{5}},
		{"near", []int{5}},
		{"jumps OR dog", []int{1, 0}},
		{"fox NOT dog", []int{0}},
		{"dog AND fox", []int{1}},
		{"fox AND", []int{1, 0}},
		{"NOT", []int{5}},
		{"NOT fox", nil},
		{"fox -", []int{1, 0}},
		{"text:fox", nil},
		{"fox*", []int{1, 0}},
		{"^fox", []int{1, 0}},
		{"fox\x00jumps", []int{0}},
		{"fox\tsleeps\n", []int{1}},
		{"", nil},
		{" \n", nil},
		{`"`, nil},
		{`""`, nil},
		{`*`, nil},
		{"–", nil},
	}
	for _, test := range tests {
		var want []string
		for _, i := range test.want {
			want = append(want, texts[i])
		}
		if got := find(t, s, test.query, 10); !slices.Equal(got, want) {
			t.Errorf("Search(%q): got %q, want %q", test.query, got, want)
		}
	}
}

func TestSearchHit(t *testing.T) {
	s := newStore(t)
	first, second := create(t, s, recording(1)), create(t, s, recording(2))
	appendTo(t, s, first, 5, said(3, "One", "two", "three", "two."))
	appendTo(t, s, second, 5, said(0, "Two", "more."))
	execute(t, s.write, `INSERT INTO speakers (transcript, label, name) VALUES (?, 'A', 'Ann')`, first)
	execute(t, s.write, `UPDATE segments SET speaker = 1 WHERE transcript = ?`, first)

	hits, err := search(s, "two", 10)
	if err != nil || len(hits) != 2 {
		t.Fatalf("got %d hits and error %v, want 2", len(hits), err)
	}
	for i, id := range []int64{second, first} {
		want := read(t, s, id)
		compare(t, "entry", app.Transcript{Entry: hits[i].Entry}, app.Transcript{Entry: want.Entry})
		got, segment := hits[i].Segment, want.Segments[0]
		if got.ID != segment.ID || got.Start != segment.Start || got.End != segment.End ||
			got.Text != segment.Text || got.Confidence != segment.Confidence || got.Speaker != segment.Speaker {
			t.Errorf("segment: got %+v, want %+v", got, segment)
		}
	}
	mark := func(word string) string { return app.HitStart + word + app.HitEnd }
	if got, want := hits[0].Snippet, mark("Two")+" more."; got != want {
		t.Errorf("snippet: got %q, want %q", got, want)
	}
	if got, want := hits[1].Snippet, "One "+mark("two")+" three "+mark("two")+"."; got != want {
		t.Errorf("snippet: got %q, want %q", got, want)
	}
}

func TestSearchSnippetIsShort(t *testing.T) {
	s := newStore(t)
	text := strings.Repeat("before ", 100) + "needle" + strings.Repeat(" after", 100)
	appendTo(t, s, create(t, s, recording(1)), 0, app.Segment{Text: text})
	hits, err := search(s, "needle", 1)
	if err != nil || len(hits) != 1 {
		t.Fatalf("got %d hits and error %v, want 1", len(hits), err)
	}
	got := hits[0].Snippet
	if !strings.HasPrefix(got, "…") || !strings.HasSuffix(got, "…") || !strings.Contains(got, app.HitStart+"needle"+app.HitEnd) {
		t.Errorf("got %q, want the match between dots", got)
	}
	if n := len(strings.Fields(got)); n > 32 {
		t.Errorf("got %d words, want 32 at most", n)
	}
}

func TestSearchLimit(t *testing.T) {
	s := newStore(t)
	id := create(t, s, recording(1))
	for _, word := range []string{"a1", "a2", "a3"} {
		appendTo(t, s, id, 0, said(0, word))
	}
	for limit, want := range map[int][]string{1: {"a3"}, 2: {"a3", "a2"}, 5: {"a3", "a2", "a1"}} {
		if got := find(t, s, "a", limit); !slices.Equal(got, want) {
			t.Errorf("limit %d: got %q, want %q", limit, got, want)
		}
	}
}

func TestIndexFollowsChanges(t *testing.T) {
	s := newStore(t)
	id := create(t, s, recording(1))
	appendTo(t, s, id, 1, said(0, "old"), said(1, "other"))
	execute(t, s.write, `UPDATE segments SET text = 'new' WHERE text = 'old'`)
	for query, want := range map[string]int{"old": 0, "new": 1, "other": 1} {
		if got := find(t, s, query, 10); len(got) != want {
			t.Errorf("after a change, %q: got %q, want %d", query, got, want)
		}
	}
	execute(t, s.write, `UPDATE segments SET confidence = 1`)
	checkIndex(t, s)
	finish(t, s, id, app.StateFailed)
	if _, err := s.Restart(t.Context(), id); err != nil { // drops what is past 1 s
		t.Fatalf("Restart: %v", err)
	}
	for query, want := range map[string]int{"new": 1, "other": 0} {
		if got := find(t, s, query, 10); len(got) != want {
			t.Errorf("after Restart, %q: got %q, want %d", query, got, want)
		}
	}
	checkIndex(t, s)
}

func TestExpression(t *testing.T) {
	tests := []struct{ query, want string }{
		{"one", `"one"*`},
		{"one two", `"one" "two"*`},
		{`one "two three" four`, `"one" "two three" "four"*`},
		{`one "two  three"`, `"one" "two three"`},
		{"one OR two NOT three", `("one") OR ("two" NOT (("three")))`},
		{"a:b (c) ^d", `"a:b" "(c)" "^d"*`},
		{"大きさ", `"大き きさ"`},
		{"大 x", `"大"* "x"*`},
		{"x大きy", `"x" "大き" "y"`},
	}
	for _, test := range tests {
		if got := expression(app.ParseQuery(test.query).Any); got != test.want {
			t.Errorf("expression of %q: got %q, want %q", test.query, got, test.want)
		}
	}
}

// Whatever a person types, the database understands it.
func FuzzFind(f *testing.F) {
	s := newStore(f)
	id := create(f, s, recording(1))
	appendTo(f, s, id, 0, said(0, "The", "quick", "brown", "fox"), said(4, "大きさ", "Größe", "\U0001f600"))
	for _, query := range []string{
		"", "fox", `"`, `""`, `"""`, `fox"`, `"fox`, "AND", "NEAR(a b)", "a OR", "*", "^", "text : fox", "{text}: fox", "-", "+", "fox + dog",
		"\x00", "\xff\xfe", "'; DROP TABLE segments; --", "\u0301", "\u200d", "\U0001f600", "a\u0300\u0300", "\ue000", "ǅ", "\ufeff", "৳ ১", "\U00031350",
		"fox NOT 大き", "speaker:", `speaker:"Ann`, "NOT speaker:a fox", "lang:en lang:de", "before:2026-01-31 a", "tag:x OR NOT", "ー", "ท ที่", "大き NOT fox OR a*",
	} {
		f.Add(query)
	}
	f.Fuzz(func(t *testing.T, query string) {
		q := app.ParseQuery(query)
		for _, ranked := range []bool{false, true} {
			if _, err := s.Find(context.Background(), q, app.FindOptions{Limit: 10, Ranked: ranked}); err != nil {
				t.Errorf("Find(%q): %v, as %q", query, err, expression(q.Any))
			}
		}
	})
}
