package capture

import (
	"errors"
	"io"
	"path/filepath"
	"testing"
	"time"

	"earshot/app"
)

// longRecording makes one of three hours: a minute that is encoded once, again
// and again.
func longRecording(b *testing.B, name string, args ...string) string {
	dir := b.TempDir()
	source := write(b, "minute.wav", wavFile16(16000, 1, tone(440, 0.5, 16000, 60*16000)))
	minute := ffmpeg(b, append(append([]string{"-i", source}, args...), filepath.Join(dir, "minute-"+name))...)
	return ffmpeg(b, "-stream_loop", "179", "-i", minute, "-c", "copy", filepath.Join(dir, name))
}

// From Seek to the first sample that is given to loudspeakers.
func BenchmarkSeek(b *testing.B) {
	for _, c := range []struct {
		name string
		args []string
	}{
		{"long.wav", []string{"-c:a", "pcm_s16le"}},
		{"long.m4a", []string{"-c:a", "aac", "-b:a", "64k"}},
		{"long.mp3", []string{"-c:a", "libmp3lame", "-b:a", "64k"}},
		{"long.opus", []string{"-c:a", "libopus", "-b:a", "24k"}},
	} {
		path := longRecording(b, c.name, c.args...)
		f := &fakeSpeaker{}
		p := openPlayback(b, Player{speaker: f}, path, app.MediaOptions{})
		v, place := p.(*playback).voice, 0
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				place = (place + 4321) % 10700
				before := v.ring.put.Load()
				p.Play(app.Passage{At: float64(place)})
				for v.skip.Load() < before || v.ring.taken.Load() <= v.skip.Load() {
					time.Sleep(time.Millisecond)
				}
			}
		})
		p.Close()
	}
}

// Decoding three hours for an overview.
func BenchmarkDecodeForOverview(b *testing.B) {
	for _, c := range []struct {
		name string
		args []string
	}{
		{"long.wav", []string{"-c:a", "pcm_s16le"}},
		{"long.mp3", []string{"-c:a", "libmp3lame", "-b:a", "64k"}},
	} {
		path := longRecording(b, c.name, c.args...)
		b.Run(c.name, func(b *testing.B) {
			buf := make([]float32, app.SampleRate)
			for b.Loop() {
				audio, err := Media{}.Open(b.Context(), path, app.MediaOptions{Background: true})
				for err == nil {
					_, err = audio.Read(buf)
				}
				if !errors.Is(err, io.EOF) {
					b.Fatal(err)
				}
				audio.Close()
			}
			b.ReportMetric(3*3600*float64(b.N)/b.Elapsed().Seconds(), "x-life")
		})
	}
}
