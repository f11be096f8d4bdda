package capture

import (
	"errors"
	"testing"

	"earshot/app"
)

// The tracks of a recording are transcribed one by one.
func TestOneChannel(t *testing.T) {
	for _, rate := range []int{app.SampleRate, 48000} {
		left, right := tone(500, 0.5, rate, rate), tone(1200, 0.3, rate, rate)
		var both []float64
		for i := range left {
			both = append(both, left[i], right[i])
		}
		path := write(t, "a.wav", wavFile16(rate, 2, both))
		for way, m := range map[string]Media{"ffmpeg": {}, "no ffmpeg": withoutFFmpeg} {
			if way == "ffmpeg" {
				needFFmpeg(t)
			}
			for channel, want := range [][2]float64{{0.25, 0.15}, {0.5, 0}, {0, 0.3}} {
				got := decode(t, m, path, app.MediaOptions{Channel: channel})
				if l, r := level(got.samples, 500), level(got.samples, 1200); !within(l, want[0]) || !within(r, want[1]) {
					t.Errorf("%s, %d Hz, channel %d: got %.3f and %.3f, want %v", way, rate, channel, l, r, want)
				}
			}
			for _, channel := range []int{-1, 3} {
				if _, err := m.Open(t.Context(), path, app.MediaOptions{Channel: channel}); !errors.Is(err, app.ErrNoTrack) {
					t.Errorf("%s, channel %d: got error %v", way, channel, err)
				}
			}
		}
	}
}

func within(got, want float64) bool { return got > want-0.02 && got < want+0.02 }
