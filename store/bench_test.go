package store

import (
	"context"
	"fmt"
	"testing"

	"earshot/app"
)

// sentenceOf is a segment of ten words, the n-th of a recording.
func sentenceOf(n int) app.Segment {
	return said(float64(n)*3, "this", "is", "what", "they", "said", "about", "the", fmt.Sprint("topic", n%100), fmt.Sprint("number", n), "today.")
}

// fill makes a library of transcripts with n segments each.
func fill(b *testing.B, s *Store, transcripts, n int) int64 {
	b.Helper()
	var id int64
	for i := range transcripts {
		id = create(b, s, recording(i))
		p := app.Progress{}
		for j := range n {
			p.Segments = append(p.Segments, sentenceOf(j))
		}
		if err := s.Append(context.Background(), id, p); err != nil {
			b.Fatalf("Append: %v", err)
		}
		finish(b, s, id, app.StateDone)
	}
	return id
}

// One segment of ten words.
func BenchmarkAppend(b *testing.B) {
	s := newStore(b)
	id := create(b, s, recording(1))
	n := 0
	for b.Loop() {
		appendTo(b, s, id, float64(n)*3, sentenceOf(n))
		n++
	}
}

// A talk of two hours: 2,500 segments of eight words.
func BenchmarkTranscript2h(b *testing.B) {
	s := newStore(b)
	id := create(b, s, recording(1))
	p := app.Progress{}
	for i := range 2500 {
		seg := sentenceOf(i)
		seg.Words = seg.Words[:8]
		p.Segments = append(p.Segments, seg)
	}
	if err := s.Append(context.Background(), id, p); err != nil {
		b.Fatalf("Append: %v", err)
	}
	for b.Loop() {
		if got := read(b, s, id); len(got.Segments) != 2500 || len(got.Segments[2499].Words) != 8 {
			b.Fatalf("got %d segments", len(got.Segments))
		}
	}
}

// 20,000 segments in 20 transcripts; 50 results.
func BenchmarkSearch(b *testing.B) {
	s := newStore(b)
	fill(b, s, 20, 1000)
	for _, query := range []struct {
		name, query string
		want        int
	}{
		{"common", "what they said", 50},
		{"prefix", "t", 50},
		{"rare", "number777", 20},
		{"phrase", `"topic42 number142"`, 20},
		{"nothing", "nothing", 0},
	} {
		b.Run(query.name, func(b *testing.B) {
			for b.Loop() {
				if got := find(b, s, query.query, 50); len(got) != query.want {
					b.Fatalf("got %d, want %d", len(got), query.want)
				}
			}
		})
	}
}

func BenchmarkList(b *testing.B) {
	s := newStore(b)
	fill(b, s, 500, 1)
	for b.Loop() {
		if got := ids(b, s); len(got) != 500 {
			b.Fatalf("got %d", len(got))
		}
	}
}

// 300,000 words of before become blobs.
func BenchmarkMigrateWords(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		dir := b.TempDir()
		db := older(b, dir, 6)
		fillRows(b, db, 30_000)
		must(b, db.Close())
		b.StartTimer()
		s := openAt(b, dir, Options{})
		b.StopTimer()
		must(b, closeOnce(s))
		b.StartTimer()
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)/0.3, "s/Mword")
}

func BenchmarkOpen(b *testing.B) {
	s := newStore(b)
	fill(b, s, 20, 100)
	for b.Loop() {
		s = reopen(b, s, Options{})
	}
}

// What an editor stores of a talk of two hours: one segment that is being typed
// in, and 500 in which a word was replaced.
func BenchmarkApply(b *testing.B) {
	s := newStore(b)
	fill(b, s, 1, 2500)
	t := read(b, s, 1)
	for _, n := range []int{1, 500} {
		b.Run(fmt.Sprint(n, " segments"), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				var e app.Edits
				for _, seg := range t.Segments[1000 : 1000+n] {
					seg.Words = append([]app.Word{}, seg.Words...)
					seg.Words[3].Text, seg.Edited = fmt.Sprint("word", i), true
					seg.Text = fmt.Sprint(seg.Text, " ", seg.Words[3].Text)
					e.Put = append(e.Put, seg)
				}
				apply(b, s, 1, e)
			}
		})
	}
}
