package app

import (
	"fmt"
	"slices"
	"testing"
)

// longTalk is a talk of two hours: 2,500 segments of eight words.
func longTalk() Transcript {
	t := Transcript{Entry: Entry{ID: 1, Duration: 7500}, Speakers: []Speaker{{Label: "A", Name: "A"}, {Label: "B", Name: "B"}}}
	for i := range 2500 {
		s := Segment{ID: int64(i + 1), Start: 3 * float64(i), End: 3*float64(i) + 2.9, Speaker: t.Speakers[i%2].Name, Confidence: 0.8}
		for j, w := range []string{"this", "is", "what", "they", "said", "about", fmt.Sprint("topic", i%5), "today."} {
			at := s.Start + 0.3*float64(j)
			s.Words = append(s.Words, Word{Text: w, Start: at, End: at + 0.25, Confidence: 0.8})
			if j > 0 {
				s.Text += " "
			}
			s.Text += w
		}
		t.Segments = append(t.Segments, s)
	}
	return t
}

func BenchmarkDocument(b *testing.B) {
	t := longTalk()
	const middle = 1250
	bench := func(name string, do func(d *Document, n int) Change) {
		b.Run(name, func(b *testing.B) {
			d := NewDocument(t)
			n := 0
			for b.Loop() {
				if do(d, n).IsEmpty() {
					b.Fatal("nothing has changed")
				}
				n++
			}
		})
	}
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			NewDocument(t)
		}
	})
	bench("type", func(d *Document, n int) Change {
		c, _ := d.SetText(middle, t.Segments[middle-1].Text+" "+"however!"[:n%8+1])
		return c
	})
	bench("split and undo", func(d *Document, _ int) Change {
		_, c, _ := d.Split(middle, 12)
		d.Undo()
		return c
	})
	bench("replace 500 hits", func(d *Document, n int) Change {
		from, to := "topic3", "subject"
		if n%2 > 0 {
			from, to = to, from
		}
		c, hits, _ := d.ReplaceAll(Pattern{Text: from}, to)
		if hits != 500 {
			b.Fatalf("got %d hits", hits)
		}
		return c
	})
	bench("undo and redo 500", func(d *Document, n int) Change {
		if n == 0 {
			d.ReplaceAll(Pattern{Text: "topic3"}, "subject")
		}
		d.Undo()
		return d.Redo()
	})
	bench("rename speaker", func(d *Document, n int) Change {
		c, _ := d.RenameSpeaker([]string{"A", "Anna"}[n%2], []string{"Anna", "A"}[n%2])
		return c
	})
	bench("nudge", func(d *Document, n int) Change {
		c, _ := d.Nudge(middle, 0.01*float64(1-2*(n%2)), 0)
		return c
	})
	b.Run("find", func(b *testing.B) {
		d := NewDocument(t)
		for b.Loop() {
			if all, _ := d.Find(Pattern{Text: "they"}); len(all) != 2500 {
				b.Fatalf("got %d", len(all))
			}
		}
	})
	b.Run("compare", func(b *testing.B) {
		d := NewDocument(t)
		for b.Loop() {
			if rows := d.Compare(slices.Clone(t.Segments)); len(rows) != 2500 {
				b.Fatalf("got %d", len(rows))
			}
		}
	})
	b.Run("doubts", func(b *testing.B) {
		d := NewDocument(t)
		for b.Loop() {
			d.Doubts(1)
		}
	})
}
