package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"math/rand"
	"reflect"
	"slices"
	"strings"
	"testing"

	"earshot/app"
)

// sameWords compares words to the bit, so that NaN is NaN.
func sameWords(a, b []app.Word) bool {
	same := func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) }
	return slices.EqualFunc(a, b, func(a, b app.Word) bool {
		return a.Text == b.Text && same(a.Start, b.Start) && same(a.End, b.End) && same(a.Confidence, b.Confidence)
	})
}

func TestPackedWordsComeBack(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	odd := []float64{
		0, math.Copysign(0, -1), 0.1, -1, math.MaxFloat64, math.SmallestNonzeroFloat64,
		math.Inf(1), math.Inf(-1), math.NaN(), math.Float64frombits(0x7ff0000000000001),
	}
	number := func() float64 {
		if r.Intn(3) == 0 {
			return odd[r.Intn(len(odd))]
		}
		return math.Float64frombits(r.Uint64())
	}
	texts := []string{"", "word", "Größe", "大きさ", "two words", "line\nbreak", "\x00", "\xff\xfe", strings.Repeat("long ", 20_000)}
	for range 2000 {
		var words []app.Word
		for range r.Intn(12) {
			words = append(words, app.Word{Text: texts[r.Intn(len(texts))], Start: number(), End: number(), Confidence: number()})
		}
		b := packWords(words)
		if len(b) != cap(b) {
			t.Fatalf("got a blob of %d bytes with room for %d", len(b), cap(b))
		}
		got, err := unpackWords(b)
		if err != nil || !sameWords(got, words) || (got == nil) != (words == nil) {
			t.Fatalf("got %v, %v\nwant %v", got, err, words)
		}
	}
}

// What is stored stays readable: the layout of version 1.
func TestPackedWords(t *testing.T) {
	const blob = "\x01\x02\x00\x00\x00" +
		"\x00\x00\x00\x00\x00\x00\xf8\x3f" + "\x00\x00\x00\x00\x00\x00\x00\x40" + "\x00\x00\x00\x00\x00\x00\xe0\x3f" + "\x03\x00\x00\x00" +
		"\x00\x00\x00\x00\x00\x00\x00\x40" + "\x00\x00\x00\x00\x00\x00\x04\x40" + "\x00\x00\x00\x00\x00\x00\xf0\x3f" + "\x02\x00\x00\x00" +
		"大ha"
	words := []app.Word{{Text: "大", Start: 1.5, End: 2, Confidence: 0.5}, {Text: "ha", Start: 2, End: 2.5, Confidence: 1}}
	if got := string(packWords(words)); got != blob {
		t.Errorf("packed: got %q, want %q", got, blob)
	}
	if got, err := unpackWords([]byte(blob)); err != nil || !slices.Equal(got, words) {
		t.Errorf("unpacked: got %v, %v, want %v", got, err, words)
	}
}

func TestUnpackDamagedWords(t *testing.T) {
	whole := string(packWords(said(1, "two", "words").Words))
	for n := 1; n < len(whole); n++ {
		if got, err := unpackWords([]byte(whole[:n])); err == nil {
			t.Errorf("the first %d bytes: got %v, want an error", n, got)
		}
	}
	for name, blob := range map[string]string{
		"another version":     "\x02" + whole[1:],
		"more words":          "\x01\x03" + whole[2:],
		"fewer words":         "\x01\x01" + whole[2:],
		"four billion words":  "\x01\xff\xff\xff\xff" + whole[5:],
		"bytes after the end": whole + "x",
		"a longer text":       whole[:29] + "\xff\xff\xff\xff" + whole[33:],
	} {
		if got, err := unpackWords([]byte(blob)); err == nil {
			t.Errorf("%s: got %v, want an error", name, got)
		}
	}
}

func FuzzUnpackWords(f *testing.F) {
	for _, words := range [][]app.Word{nil, {{}}, said(1, "two", "words").Words, {{Text: "大", Start: math.NaN(), End: math.Inf(1), Confidence: -1}}} {
		f.Add(packWords(words))
	}
	f.Add([]byte("\x01\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		words, err := unpackWords(b)
		if err != nil {
			return
		}
		if len(words) > 0 && string(packWords(words)) != string(b) {
			t.Errorf("%q: got %v, which packs to something else", b, words)
		}
	})
}

// The words of a library of before stay, to the bit and in their order; those of a
// segment that was edited then too.
func TestMigrateWords(t *testing.T) {
	edited := said(3, "there", "is", "one")
	edited.Edited = true
	odd := app.Segment{Start: 6, End: 9, Text: "Größe", Words: []app.Word{
		{Text: "Grö", Start: 0.1 + 0.2, End: math.Inf(1), Confidence: math.SmallestNonzeroFloat64}, {}, {Text: "not in the text", Start: -1, End: 1e300},
	}}
	want := [][]app.Segment{
		{said(0, "their", "house"), edited, odd},
		{said(0, "before"), {Start: 2, End: 3, Text: "No words."}, said(4, "大きさ", "after", "it")},
		{{Start: 1, End: 2, Text: "None at all."}},
	}
	original := said(3, "their", "is", "one")
	s := storeOfRows(t, want, original)
	for range 2 {
		for i, segments := range want {
			if got := read(t, s, int64(i+1)).Segments; !reflect.DeepEqual(got, segments) {
				t.Errorf("transcript %d: got %+v\nwant %+v", i+1, got, segments)
			}
		}
		if got := read(t, s, 1).Originals; !reflect.DeepEqual(got, []app.Segment{original}) {
			t.Errorf("originals: got %+v, want %+v", got, original)
		}
		s = reopen(t, s, Options{})
	}
	if n := number(t, s.read, `SELECT count(*) FROM sqlite_schema WHERE name = 'words'`); n != 0 {
		t.Error("the table of before is still there")
	}
	wantPacked(t, s, 5)
	checkIndex(t, s)

	fewer, none := want[0][0], want[1][2]
	fewer.Words, fewer.Edited = fewer.Words[:1], true
	none.Words, none.Edited = nil, true
	apply(t, s, 1, app.Edits{Put: []app.Segment{fewer}})
	apply(t, s, 2, app.Edits{Put: []app.Segment{none}, Remove: []int64{want[1][0].ID}})
	if got := read(t, s, 1).Segments; !reflect.DeepEqual(got[0], fewer) {
		t.Errorf("edited: got %+v, want %+v", got[0], fewer)
	}
	if got, want := read(t, s, 2).Segments, []app.Segment{want[1][1], none}; !reflect.DeepEqual(got, want) {
		t.Errorf("edited: got %+v, want %+v", got, want)
	}
	wantPacked(t, s, 3)
}

// wantPacked wants so many segments to have words.
func wantPacked(t *testing.T, s *Store, want int) {
	t.Helper()
	if got := number(t, s.read, `SELECT count(*) FROM segment_words`); got != want {
		t.Errorf("got %d segments with words, want %d", got, want)
	}
}

// storeOfRows opens a library that had a row for each word, and what the machine
// wrote of the first of its transcripts. The segments get numbers.
func storeOfRows(t *testing.T, transcripts [][]app.Segment, original app.Segment) *Store {
	t.Helper()
	dir := t.TempDir()
	db := older(t, dir, 6)
	execute(t, db, `INSERT INTO recordings VALUES (1, 'hash', '/a.wav', 1, 1, NULL)`)
	for i, segments := range transcripts {
		execute(t, db, `INSERT INTO transcripts (id, recording, title, options, key, model, state, created) VALUES (?, 1, 'A', '{}', 'k', 'base', 'done', 0)`, i+1)
		for j := range segments {
			s := &segments[j]
			s.ID = int64(100 - 10*i + j) // transcripts need not lie in the order in which they were made
			execute(t, db, `INSERT INTO segments (id, transcript, begin, finish, text, confidence, edited) VALUES (?, ?, ?, ?, ?, ?, ?)`,
				s.ID, i+1, s.Start, s.End, s.Text, s.Confidence, s.Edited)
			for at, w := range slices.Backward(s.Words) {
				execute(t, db, `INSERT INTO words VALUES (?, ?, ?, ?, ?, ?)`, s.ID, at, w.Start, w.End, w.Text, w.Confidence)
			}
		}
	}
	words, err := json.Marshal(original.Words)
	must(t, err)
	execute(t, db, `INSERT INTO originals (transcript, begin, finish, text, confidence, label, words) VALUES (1, ?, ?, ?, ?, '', ?)`,
		original.Start, original.End, original.Text, original.Confidence, string(words))
	must(t, db.Close())
	return openAt(t, dir, Options{})
}

// fillRows adds a transcript with ten words a segment to a library that had a row
// for each.
func fillRows(t testing.TB, db *sql.DB, segments int) {
	t.Helper()
	execute(t, db, `INSERT INTO recordings VALUES (1, 'hash', '/a.wav', 1, 1, NULL)`)
	execute(t, db, `INSERT INTO transcripts (id, recording, title, options, key, model, state, created) VALUES (1, 1, 'A', '{}', 'k', 'base', 'done', 0)`)
	execute(t, db, `INSERT INTO segments (transcript, begin, finish, text, confidence)
		WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n LIMIT ?) SELECT 1, value, value, 'text', 0.5 FROM n`, segments)
	execute(t, db, `INSERT INTO words
		WITH RECURSIVE n (value) AS (SELECT 0 UNION ALL SELECT value + 1 FROM n LIMIT 10)
		SELECT s.id, n.value, s.begin + 0.1 * n.value, s.begin + 0.1 * n.value, 'word' || n.value, 0.5 FROM segments s, n`)
}

// A disk that fills up in the middle of it leaves the library as it was.
func TestMigrateWordsOnFullDisk(t *testing.T) {
	db := older(t, t.TempDir(), 6)
	fillRows(t, db, 2000)
	execute(t, db, fmt.Sprintf(`PRAGMA max_page_count = %d`, number(t, db, `PRAGMA page_count`)+50))
	if err := migrate(t.Context(), db); classify(err) != app.ErrDiskFull || !strings.Contains(err.Error(), "after") {
		t.Fatalf("got %v, want that the disk is full after the file", err)
	}
	for query, want := range map[string]int{
		`PRAGMA user_version`: 6, `SELECT count(*) FROM words`: 20_000, `SELECT count(*) FROM sqlite_schema WHERE name = 'segment_words'`: 0,
	} {
		if got := number(t, db, query); got != want {
			t.Errorf("%s: got %d, want %d", query, got, want)
		}
	}
	execute(t, db, `PRAGMA max_page_count = 100000`)
	must(t, migrate(t.Context(), db))
	if got := number(t, db, `SELECT count(*) FROM segment_words`); got != 2000 {
		t.Errorf("with room: got %d segments with words, want 2000", got)
	}
}

// Words that are damaged are an error that names the segment.
func TestReadDamagedWords(t *testing.T) {
	s := newStore(t)
	id := create(t, s, recording(1))
	appendTo(t, s, id, 2, said(0, "Hello", "world."))
	execute(t, s.write, `UPDATE segment_words SET words = x'0102'`)
	_, err := s.Transcript(t.Context(), id)
	wantError(t, "Transcript", err, errWordsDamaged)
	if said, _ := app.Explain(err); !strings.HasSuffix(said, "does not work: read segment 1: its words are damaged.") {
		t.Errorf("explained: got %q", said)
	}
}
