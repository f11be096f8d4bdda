package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"earshot/app"
)

// talked puts a talk of two hours into the library: 2,500 segments of eight
// words, every fifth of them about topic3.
func talked(h *harness) {
	t := app.Transcript{Entry: app.Entry{
		ID: 1, Title: "Two hours", State: app.StateDone, Duration: 7500, Model: "tiny", Language: "en", Created: h.now,
	}}
	for i := range 2500 {
		s := seg(3*float64(i), 3*float64(i)+2.9, fmt.Sprintf("this is what they said about topic%d today.", i%5))
		s.ID, s.Speaker = int64(i+1), []string{"Rosa", "Jonas"}[i%2]
		t.Segments = append(t.Segments, s)
	}
	h.library.all = append(h.library.all, t)
}

// lookingInTalk has that talk open and looks for topic3 in it.
func lookingInTalk(t testing.TB) *harness {
	t.Helper()
	h := newHarness(t, true, light, talked)
	h.win.Resize(fyne.NewSize(1280, 800))
	h.transcript.openAt(1, 3600)
	h.until("the talk is open", func() bool { return h.transcript.doc != nil })
	h.quiet()
	h.press("replace")
	h.looking("topic3")
	return h
}

// From the button to the rows as they are drawn, 500 hits among 20,000 words;
// ms-own is without the drawing of the whole window in memory.
func BenchmarkReplaceAll(b *testing.B) {
	h := lookingInTalk(b)
	original := h.text()
	h.replacing("subject")
	own := time.Duration(0)
	for b.Loop() {
		start := time.Now()
		h.switches("Replace all")
		own += time.Since(start)
		h.win.Canvas().Capture()
		b.StopTimer()
		if n := strings.Count(h.text(), "subject"); n != 500 {
			b.Fatalf("%d were replaced", n)
		}
		h.undo()
		if h.text() != original {
			b.Fatal("it is not undone")
		}
		h.quiet()
		b.StartTimer()
	}
	b.ReportMetric(own.Seconds()*1000/float64(b.N), "ms-own")
}

// From a key in the find bar to the rows with their marks, before they are drawn.
func BenchmarkFind(b *testing.B) {
	h := lookingInTalk(b)
	for n := 0; b.Loop(); n++ {
		if n%2 == 0 {
			h.win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyBackspace})
		} else {
			h.looking("3")
		}
	}
}

// A character of the text while matches are shown.
func BenchmarkTypeWithMatches(b *testing.B) {
	h := lookingInTalk(b)
	h.transcript.editAt(1250, 0)
	for b.Loop() {
		h.writing("a")
	}
}
