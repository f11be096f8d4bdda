package store

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"math"
	"math/rand"
	"slices"
	"strings"
	"testing"
	"time"

	"earshot/app"
)

var (
	large     = flag.Int("large", 100_000, "transcripts in the library of BenchmarkLargeLibrary")
	largeHere = flag.String("large-in", "", "folder where that library is kept; empty makes it anew each time")
)

// What the large library is made of: 300 words a transcript, as frequent as words
// are in a language.
const (
	largeSegments = 30
	largeWords    = 10
	vocabulary    = 50_000
)

// vocabularyOf has words in order of frequency; the most frequent ones are short,
// as they are in a language.
func vocabularyOf(r *rand.Rand) []string {
	words := strings.Fields("the of and to a in is you that it he was for on are as with his they I at be this have from or one had by")
	known := map[string]bool{}
	for _, w := range words {
		known[w] = true
	}
	for len(words) < vocabulary {
		n := 3 + r.Intn(3) + len(words)/15_000
		letters := make([]byte, n)
		for i := range letters {
			letters[i] = "etaoinshrdlucmfwypvbgkjqxz"[min(25, int(math.Abs(r.NormFloat64())*9))]
		}
		if w := string(letters); !known[w] {
			known[w] = true
			words = append(words, w)
		}
	}
	return words
}

// fillLarge makes a library as large as a lifetime's. It indexes the segments at
// the end, which takes a fifth of the time, but for the newest, which come as they
// always do. Words have no times: no search and no list looks at these.
func fillLarge(b *testing.B, s *Store, transcripts int) {
	b.Helper()
	execute(b, s.write, `PRAGMA synchronous = OFF`)
	execute(b, s.write, `PRAGMA cache_size = -262144`)
	triggers := map[string]string{}
	for _, name := range []string{"segments_added", "segments_pairs_added"} {
		var text string
		if err := s.write.QueryRow(`SELECT sql FROM sqlite_schema WHERE name = ?`, name).Scan(&text); err != nil {
			b.Fatal(err)
		}
		triggers[name] = text
		execute(b, s.write, `DROP TRIGGER `+name)
	}
	l := newLargeText()
	add := func(first, last int) {
		if err := s.change(context.Background(), func(tx *sql.Tx) error { return l.add(tx, first, last) }); err != nil {
			b.Fatal(err)
		}
	}
	newest := max(0, transcripts-200)
	for first := 1; first <= newest; first += 5000 {
		add(first, min(first+4999, newest))
	}
	execute(b, s.write, `INSERT INTO segments_fts (segments_fts) VALUES ('rebuild')`)
	execute(b, s.write, `INSERT INTO segments_pairs (rowid, text) SELECT id, pairs(text) FROM segments WHERE pairs(text) IS NOT NULL`)
	for _, text := range triggers {
		execute(b, s.write, text)
	}
	add(newest+1, transcripts)
}

// largeText makes up what is said.
type largeText struct {
	words      []string
	often, han *rand.Zipf
}

func newLargeText() *largeText {
	r := rand.New(rand.NewSource(1))
	return &largeText{vocabularyOf(r), rand.NewZipf(r, 1.07, 2, vocabulary-1), rand.NewZipf(r, 1.1, 20, 2999)}
}

func (l *largeText) segment(language string) string {
	var text strings.Builder
	for i := range largeWords {
		if language == "zh" {
			text.WriteRune(rune(0x4e00 + l.han.Uint64()))
			continue
		}
		if i > 0 {
			text.WriteByte(' ')
		}
		text.WriteString(l.words[l.often.Uint64()])
	}
	return text.String()
}

// add adds the transcripts of these numbers: a twentieth in Chinese, a tenth in
// German, a quarter with two speakers.
func (l *largeText) add(tx *sql.Tx, first, last int) error {
	segment, err := tx.Prepare(`INSERT INTO segments (transcript, begin, finish, text, confidence, speaker) VALUES (?, ?, ?, ?, 0.9, ?)`)
	if err != nil {
		return err
	}
	for id := first; id <= last; id++ {
		language, origin, warnings := "en", "file", "[]"
		switch {
		case id%20 == 0:
			language = "zh"
		case id%10 == 1:
			language = "de"
		}
		if id%7 == 0 {
			origin = "microphone"
		}
		if id%50 == 0 {
			warnings = `["Parts are missing."]`
		}
		_, err := tx.Exec(`INSERT INTO recordings (id, hash, path, size, duration) VALUES (?, ?, ?, 1000000, 120)`,
			id, fmt.Sprint("hash", id), fmt.Sprintf("/talks/%d.wav", id))
		if err != nil {
			return err
		}
		_, err = tx.Exec(`
			INSERT INTO transcripts (id, recording, title, options, key, model, language, device, state, duration, created, origin, warnings)
			VALUES (?1, ?1, ?, '{"model":"small"}', '1 model=small', ?, ?, 'CPU', 'done', 120, ?, ?, ?)`,
			id, fmt.Sprintf("Talk %d about %s", id, l.words[l.often.Uint64()]), []string{"small", "base", "large-v3-turbo"}[id%3],
			language, noon.Add(time.Duration(id)*time.Minute).UnixMilli(), origin, warnings)
		if err != nil {
			return err
		}
		if id%4 == 3 {
			_, err := tx.Exec(`INSERT INTO speakers (id, transcript, label, name) VALUES (?1, ?3, 'A', ?4), (?2, ?3, 'B', ?5)`,
				2*id, 2*id+1, id, fmt.Sprint("Speaker", id%200), fmt.Sprint("Speaker", (id+1)%200))
			if err != nil {
				return err
			}
		}
		for n := range largeSegments {
			var who any
			if id%4 == 3 {
				who = 2*id + n%2
			}
			if _, err := segment.Exec(id, float64(n)*4, float64(n)*4+4, l.segment(language), who); err != nil {
				return err
			}
		}
	}
	return nil
}

// largeLibrary opens the library, and makes it first if it has to.
func largeLibrary(b *testing.B) *Store {
	b.Helper()
	dir := *largeHere
	if dir == "" {
		dir = b.TempDir()
	}
	s := openAt(b, dir, Options{})
	if number(b, s.read, `SELECT count(*) FROM transcripts`) >= *large { // more: others have added their own
		return s
	}
	start := time.Now()
	fillLarge(b, s, *large)
	b.Logf("made in %.0f s", time.Since(start).Seconds())
	return reopen(b, s, Options{})
}

// queryKind is a kind of query, and how to make one up.
type queryKind struct {
	name  string
	query func() string
}

func queryKinds() []queryKind {
	r := rand.New(rand.NewSource(1))
	words := vocabularyOf(r)
	word := func(from, to int) string { return words[from+r.Intn(to-from)] }
	han := func(most, n int) string {
		var text []rune
		for range n {
			text = append(text, rune(0x4e00+r.Intn(most)))
		}
		return string(text)
	}
	return []queryKind{
		{"rare", func() string { return word(20_000, 50_000) + " " }},
		{"middle", func() string { return word(500, 5_000) + " " }},
		{"common", func() string { return word(0, 10) + " " }},
		{"two", func() string { return word(0, 50) + " " + word(500, 20_000) }},
		{"two-common", func() string { return word(0, 20) + " " + word(0, 20) }},
		{"phrase", func() string { return `"` + word(0, 300) + " " + word(0, 300) + `"` }},
		{"phrase-rare", func() string { return `"` + word(0, 20) + " " + word(5000, 20_000) + `"` }},
		{"phrase-none", func() string { return `"the the the the"` }},
		{"letter", func() string { return string(rune('a' + r.Intn(26))) }},
		{"two-letters", func() string { return word(0, 3_000)[:1] + string(rune('a'+r.Intn(26))) }},
		{"prefix", func() string { w := word(30, 5_000); return w[:3] }},
		{"prefix-long", func() string { w := word(1000, 20_000); return w[:len(w)-1] }},
		{"or", func() string { return word(0, 50) + " OR " + word(5_000, 50_000) }},
		{"not", func() string { return word(100, 1_000) + " NOT " + word(0, 5) }},
		{"han1", func() string { return han(3000, 1) }},
		{"han2", func() string { return han(300, 2) }},
		{"han3", func() string { return han(30, 3) }},
		{"speaker", func() string { return fmt.Sprintf("speaker:Speaker%d %s", 4*r.Intn(50)+3, word(0, 50)) }},
		{"speaker-rare", func() string { return fmt.Sprintf("speaker:Speaker%d %s", 4*r.Intn(50)+3, word(5000, 50_000)) }},
		{"speaker-none", func() string { return "speaker:nobody the" }},
		{"lang", func() string { return "lang:de " + word(0, 1000) }},
		{"lang-none", func() string { return "lang:zh the" }},
		{"before", func() string { return "before:2026-03-06 " + word(0, 1000) }},
		{"tag-none", func() string { return "tag:nothing the" }},
		{"none", func() string { return "zzzzzzzzzz" }},
	}
}

// searchFor reports how long searches of a kind take.
func searchFor(b *testing.B, s *Store, query func() string) {
	var took []float64
	more, found := 0, 0
	for b.Loop() {
		text := query()
		start := time.Now()
		got, err := s.Find(b.Context(), app.ParseQuery(text), app.FindOptions{Each: 5, Within: 20 * time.Millisecond})
		took = append(took, time.Since(start).Seconds()*1000)
		if err != nil {
			b.Fatalf("%s: %v", text, err)
		}
		if got.More {
			more++
		}
		if len(got.Groups) > 0 {
			found++
		}
	}
	slices.Sort(took)
	b.ReportMetric(took[len(took)*95/100], "ms-95%")
	b.ReportMetric(took[len(took)-1], "ms-max")
	b.ReportMetric(100*float64(more)/float64(len(took)), "%more")
	b.ReportMetric(100*float64(found)/float64(len(took)), "%found")
}

// listFor reports how long a part of the list takes.
func listFor(b *testing.B, s *Store, f app.Filter, p app.Page) {
	for b.Loop() {
		if _, err := s.List(b.Context(), f, p); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLargeLibrary looks at a library of 100,000 transcripts of 300 words. Of
// searches it reports the time from a keystroke to the rows that 95 % of them stay
// below, in ms.
func BenchmarkLargeLibrary(b *testing.B) {
	s := largeLibrary(b)
	for _, kind := range queryKinds() {
		b.Run("search/"+kind.name, func(b *testing.B) { searchFor(b, s, kind.query) })
	}
	b.Run("ranked", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.Find(b.Context(), app.ParseQuery("the"), app.FindOptions{Ranked: true}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("page", func(b *testing.B) { listFor(b, s, app.Filter{}, app.Page{Limit: 100}) })
	b.Run("last-page", func(b *testing.B) { listFor(b, s, app.Filter{}, app.Page{Offset: *large - 100, Limit: 100}) })
	b.Run("filter", func(b *testing.B) {
		listFor(b, s, app.Filter{Languages: []string{"de"}, Speakers: []string{"speaker7"}, Title: "the"}, app.Page{Limit: 100})
	})
	b.Run("facets", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.Facets(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			s = reopen(b, s, Options{})
			if _, err := s.List(b.Context(), app.Filter{}, app.Page{Limit: 100}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
