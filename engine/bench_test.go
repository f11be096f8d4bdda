package engine

import (
	"context"
	"runtime"
	"testing"
	"time"

	"earshot/app"
)

// BenchmarkClips measures what TestTextAndTimes checks: short clips, one after
// the other, with the fixture model. Its word errors say how faithful the path
// around the model is; they say nothing about a trained model's.
func BenchmarkClips(b *testing.B) {
	e := testEngine(b)
	for b.Loop() {
		start := time.Now()
		q := measure(b, e)
		b.ReportMetric(q.audio/time.Since(start).Seconds(), "x-real-time")
		b.ReportMetric(100*float64(q.errors)/float64(q.words), "%-word-errors")
		b.ReportMetric(100*float64(q.theirs)/float64(q.words), "%-word-errors-whisper-cli")
		b.ReportMetric(1e3*mean(q.sentence), "ms-sentence-times-off")
		b.ReportMetric(1e3*mean(q.word), "ms-word-times-off")
	}
}

// BenchmarkLong measures five minutes of speech: speed, how soon the first
// text is there, and how much memory Go needed at most.
func BenchmarkLong(b *testing.B) {
	e := testEngine(b)
	opt := fixtureOptions(b)
	opt.Language = "en"
	samples := clip(b, "long-five-minutes.wav")
	recognize(b, e, samples[:app.SampleRate*5], opt) // loads the model
	for b.Loop() {
		start, first, heap := time.Now(), time.Duration(0), uint64(0)
		_, err := e.Recognize(context.Background(), &memory{samples: samples}, opt, func(p app.Progress) {
			if first == 0 && len(p.Segments) > 0 {
				first = time.Since(start)
			}
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			heap = max(heap, m.HeapInuse)
		})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(samples))/app.SampleRate/time.Since(start).Seconds(), "x-real-time")
		b.ReportMetric(first.Seconds()*1e3, "ms-to-first-text")
		b.ReportMetric(float64(heap)/1e6, "MB-Go-heap")
	}
}
