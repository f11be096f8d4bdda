package engine

import (
	"math"
	"sort"
	"unicode"

	"earshot/app"
)

// Word times. Whisper says when a segment begins and ends, within a few
// hundredths of a second, but not when its words do. They are given the
// segment's time in proportion to how long they take to say, counted in
// letters, leaving out pauses. On the fixtures this is off by 0.07 s on average
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
	_, begin := said(0)
	for i := range words {
		spent += cost(words[i].Text)
		stop, next := said(spent / total)
		words[i].Start = max(at, w.start(begin))
		words[i].End = max(words[i].Start, w.end(stop))
		at, begin = words[i].End, next
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
// start and end to the times when that much has been said and when the rest
// begins, in seconds. They differ where a pause lies between.
func timeline(samples []float32, start, end float64) func(fraction float64) (stop, next float64) {
	first := int(start * app.SampleRate / alignFrame)
	n := int(math.Ceil(end*app.SampleRate/alignFrame)) - first
	if n < 1 {
		return func(float64) (float64, float64) { return start, start }
	}
	weight := voiced(loudness(samples, first, n))
	sum := make([]float64, n+1)
	for i, w := range weight {
		sum[i+1] = sum[i] + w
	}
	at := func(frame float64) float64 {
		return min(max((float64(first)+frame)*alignFrame/app.SampleRate, start), end)
	}
	return func(fraction float64) (stop, next float64) {
		target := fraction * sum[n]
		frame := min(sort.Search(n, func(i int) bool { return sum[i+1] >= target }), n-1)
		if weight[frame] == 1 {
			stop = at(float64(frame) + target - sum[frame])
			return stop, stop
		}
		from, to := frame, frame
		for from > 0 && weight[from-1] < 1 {
			from--
		}
		for to < n && weight[to] < 1 {
			to++
		}
		return at(float64(from)), at(float64(to))
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
