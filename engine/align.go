package engine

import (
	"math"
	"unicode"

	"earshot/app"
)

// Word times. Whisper says when a segment begins and ends, within a few
// hundredths of a second, but not when its words do. They are given the
// segment's time in proportion to how long they take to say, counted in
// letters, leaving out pauses. On the fixtures this is off by 0.09 s on average
// where whisper.cpp's token times are off by 0.21 s; see BENCHMARKS.md.

// How long things take to say, in letters.
const (
	letterCost = 1.0
	digitCost  = 4.0 // "7" is said "seven"
	stopCost   = 1.5 // the breath at a comma or full stop
	wordCost   = 0.5 // between words
)

// A pause is a stretch this much quieter than the segment's loudest moment,
// and at least this long; it gets a tenth of the time that speech gets.
const (
	pauseDepth  = 30.0 // dB
	pauseFrames = 10
	pauseWeight = 0.1
	alignFrame  = app.SampleRate / 100 // 10 ms
)

// align gives words the times between start and end, seconds in the window,
// as times in the recording.
func (w *window) align(words []app.Word, start, end float64) {
	limit := float64(len(w.samples)) / app.SampleRate
	start = min(max(start, 0), limit)
	end = min(max(end, start), limit)
	said := timeline(w.samples, start, end)
	total := 0.0
	for _, word := range words {
		total += cost(word.Text)
	}
	spent, at := 0.0, w.start(start)
	for i := range words {
		words[i].Start = max(at, w.start(said(spent/total)))
		spent += cost(words[i].Text)
		words[i].End = max(words[i].Start, w.end(said(spent/total)))
		at = words[i].End
	}
}

func cost(word string) float64 {
	sum := wordCost
	for _, r := range word {
		switch {
		case unicode.IsDigit(r):
			sum += digitCost
		case unicode.IsPunct(r):
			sum += stopCost
		default:
			sum += letterCost
		}
	}
	return sum
}

// timeline returns the function from the fraction of what is said between
// start and end to the time when it is, in seconds.
func timeline(samples []float32, start, end float64) func(fraction float64) float64 {
	first := int(start * app.SampleRate / alignFrame)
	n := int(math.Ceil(end*app.SampleRate/alignFrame)) - first
	if n < 1 {
		return func(float64) float64 { return start }
	}
	weight := voiced(loudness(samples, first, n))
	sum := make([]float64, n+1)
	for i, w := range weight {
		sum[i+1] = sum[i] + w
	}
	frame := 0
	return func(fraction float64) float64 {
		target := fraction * sum[n]
		for frame < n-1 && sum[frame+1] < target {
			frame++
		}
		for frame > 0 && sum[frame] > target {
			frame--
		}
		part := (target - sum[frame]) / weight[frame]
		return min(max((float64(first+frame)+part)*alignFrame/app.SampleRate, start), end)
	}
}

// loudness is the level of n frames from frame first on, in dB.
func loudness(samples []float32, first, n int) []float64 {
	db := make([]float64, n)
	for i := range db {
		from := min((first+i)*alignFrame, len(samples))
		to := min(from+alignFrame, len(samples))
		energy := 1e-10
		for _, x := range samples[from:to] {
			energy += float64(x) * float64(x)
		}
		db[i] = 10 * math.Log10(energy/alignFrame)
	}
	return db
}

// voiced weighs frames: 1 for speech, less for pauses.
func voiced(db []float64) []float64 {
	loudest := math.Inf(-1)
	for _, v := range db {
		loudest = max(loudest, v)
	}
	weight := make([]float64, len(db))
	quiet := 0
	for i, v := range db {
		weight[i] = 1
		if v >= loudest-pauseDepth {
			quiet = 0
			continue
		}
		quiet++
		switch {
		case quiet == pauseFrames:
			for j := i - quiet + 1; j <= i; j++ {
				weight[j] = pauseWeight
			}
		case quiet > pauseFrames:
			weight[i] = pauseWeight
		}
	}
	return weight
}
