package capture

import (
	"bytes"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"earshot/app"
)

func TestParseProbe(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       app.MediaInfo
	}{
		{"nothing", `{}`, app.MediaInfo{}},
		{"video only", `{"streams":[{"codec_type":"video","duration":"5"}],"format":{"duration":"5.0"}}`, app.MediaInfo{Duration: 5, Timed: true}},
		{
			"second audio stream is the default",
			`{"streams":[
				{"codec_type":"audio","codec_name":"aac","sample_rate":"48000","channels":6,"duration":"4","tags":{"language":"eng"}},
				{"codec_type":"subtitle"},
				{"codec_type":"audio","codec_name":"ac3","sample_rate":"44100","channels":2,"duration":"3","disposition":{"default":1},"tags":{"title":"T"}}
			],"format":{"duration":"9"}}`,
			app.MediaInfo{Duration: 4, Streams: []app.AudioStream{
				{Index: 0, Codec: "aac", Rate: 48000, Channels: 6, Language: "eng", Duration: 4},
				{Index: 1, Codec: "ac3", Rate: 44100, Channels: 2, Title: "T", Default: true, Duration: 3},
			}},
		},
		{
			"no length", `{"streams":[{"codec_type":"audio","duration":"N/A"}],"format":{}}`,
			app.MediaInfo{Streams: []app.AudioStream{{}}},
		},
		{
			"the container's length", `{"streams":[{"codec_type":"audio"}],"format":{"duration":"7.5"}}`,
			app.MediaInfo{Duration: 7.5, Streams: []app.AudioStream{{Duration: 7.5}}},
		},
		{
			"the picture's length", `{"streams":[{"codec_type":"video"},{"codec_type":"audio"}],"format":{"duration":"7.5"}}`,
			app.MediaInfo{Duration: 7.5, Streams: []app.AudioStream{{}}, Timed: true},
		},
		{
			"sound that begins late", `{"streams":[{"codec_type":"audio","start_time":"3.5","duration":"10"}],"format":{"duration":"9999","start_time":"1.0"}}`,
			app.MediaInfo{Duration: 12.5, Streams: []app.AudioStream{{Duration: 12.5}}, Timed: true},
		},
		{
			"a cover", `{"streams":[{"codec_type":"video","disposition":{"attached_pic":1}},{"codec_type":"audio","duration":"10"}],"format":{"duration":"10"}}`,
			app.MediaInfo{Duration: 10, Streams: []app.AudioStream{{Duration: 10}}},
		},
		{
			"Matroska", `{"streams":[{"codec_type":"video","start_time":"1.0"},
				{"codec_type":"audio","start_time":"3.5","tags":{"DURATION":"01:00:02.500000000"}}],"format":{"duration":"9999","start_time":"1.0"}}`,
			app.MediaInfo{Duration: 3602.5, Streams: []app.AudioStream{{Duration: 3602.5}}, Timed: true},
		},
		{
			"absurd figures", `{"streams":[{"codec_type":"audio","sample_rate":"x","duration":"-5"}],"format":{"duration":"1e300"}}`,
			app.MediaInfo{Streams: []app.AudioStream{{}}},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := parseProbe([]byte(c.text))
			if err != nil {
				t.Fatal(err)
			}
			if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", c.want) {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
	for _, text := range []string{"", "nonsense", "[]", `{"streams":{}}`, `{"streams":[{"channels":"2"}]}`} {
		if info, err := parseProbe([]byte(text)); err == nil {
			t.Errorf("%q: got %+v, want an error", text, info)
		}
	}
}

func FuzzParseProbe(f *testing.F) {
	f.Add([]byte(`{"streams":[{"codec_type":"audio","codec_name":"aac","sample_rate":"48000","channels":2,"duration":"4"}],"format":{"duration":"9"}}`))
	f.Add([]byte(`{"streams":[{"codec_type":"audio","disposition":{"default":1},"tags":{"language":"eng","title":"x"}}]}`))
	f.Add([]byte(`{"format":{"duration":"Inf"}}`))
	f.Add([]byte(`{"format":{"duration":"NaN"},"streams":[null]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		info, err := parseProbe(text)
		if err != nil {
			return
		}
		if d := info.Duration; !(d >= 0 && d < math.MaxInt32) {
			t.Errorf("got a length of %g s", d)
		}
		for i, s := range info.Streams {
			if s.Index != i {
				t.Errorf("stream %d has the index %d", i, s.Index)
			}
		}
		if i, err := choose(info.Streams, 0); err != nil || i < 0 || i > len(info.Streams) {
			t.Errorf("chose stream %d of %d, error %v", i, len(info.Streams), err)
		}
	})
}

// A damaged file can make ffmpeg complain about every packet of an hour.
func TestComplaintsAreBounded(t *testing.T) {
	c := &complaints{}
	line := []byte("[mp3 @ 0x55d0c0] Header missing\n")
	var writers sync.WaitGroup
	for range 4 {
		writers.Go(func() {
			for range 20000 {
				if n, err := c.Write(line); n != len(line) || err != nil {
					t.Errorf("Write: got %d, %v; a short write would end ffmpeg", n, err)
					return
				}
			}
		})
	}
	writers.Wait()
	if c.buf.Len() > maxComplaints || c.buf.Cap() > 4*maxComplaints {
		t.Errorf("kept %d bytes in %d, want at most %d", c.buf.Len(), c.buf.Cap(), maxComplaints)
	}
	if got, want := c.total(), 80000; got != want {
		t.Errorf("counted %d complaints, want %d", got, want)
	}
	if got := c.lines(); len(got) == 0 || got[0] != strings.TrimSpace(string(line)) {
		t.Errorf("got %d lines, want the first ones kept", len(got))
	}
	if got, want := c.first(), "Header missing"; got != want {
		t.Errorf("got the first line %q, want %q", got, want)
	}
	long := &complaints{}
	long.Write(bytes.Repeat([]byte("x"), 10*maxComplaints))
	if long.buf.Len() != maxComplaints {
		t.Errorf("kept %d bytes of a long line, want %d", long.buf.Len(), maxComplaints)
	}
}

func TestFirstComplaint(t *testing.T) {
	for text, want := range map[string]string{
		"":                         "ffprobe gave no reason",
		"\n\n":                     "ffprobe gave no reason",
		"a.wav: No such file\n":    "a.wav: No such file",
		"[mov @ 0x1] moov\nmore\n": "moov",
		"[mov":                     "[mov",
		"progress\rdone\n":         "progress",
	} {
		c := &complaints{}
		c.Write([]byte(text))
		if got := c.first(); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestChoose(t *testing.T) {
	three := []app.AudioStream{{}, {Default: true}, {Default: true}}
	for _, c := range []struct {
		streams []app.AudioStream
		want, i int
		err     error
	}{
		{three, 0, 1, nil},
		{three[:1], 0, 0, nil},
		{three, 1, 0, nil},
		{three, 3, 2, nil},
		{three, 4, 0, app.ErrNoTrack},
	} {
		if i, err := choose(c.streams, c.want); i != c.i || err != c.err {
			t.Errorf("track %d of %d: got %d, %v; want %d, %v", c.want, len(c.streams), i, err, c.i, c.err)
		}
	}
}

// beep makes a recording of a length whose sound is a beep at a second, and puts it
// into another file.
func beep(t *testing.T, name string, second, seconds float64, args ...string) string {
	t.Helper()
	sound := fmt.Sprintf(`aevalsrc=if(between(t\,%[1]g\,%[1]g+0.2)\,sin(2*PI*1000*t)\,0):d=%g:s=44100`, second, seconds)
	all := make([]string, len(args))
	for i, arg := range args {
		all[i] = strings.ReplaceAll(arg, "SOUND", sound)
	}
	return ffmpeg(t, append(all, filepath.Join(t.TempDir(), name))...)
}

// beepsAt is where a file is heard to beep, and what is said of it.
func beepsAt(t *testing.T, path string, opt app.MediaOptions) (second float64, warnings []string) {
	t.Helper()
	got := decode(t, Media{}, path, opt)
	for i, v := range got.samples {
		if v > 0.1 {
			return opt.Start + float64(i)/app.SampleRate, got.warnings
		}
	}
	t.Fatal("it does not beep")
	return 0, nil
}

// Sound that begins after the picture, or in which some is missing, has the times
// of the picture: of the whole as of a passage.
func TestSoundKeepsItsTimes(t *testing.T) {
	picture := []string{"-f", "lavfi", "-i", "color=black:s=64x64:r=10:d=30"}
	late := append(slices.Clone(picture), "-itsoffset", "5", "-f", "lavfi", "-i", "SOUND", "-c:v", "mpeg4", "-c:a", "aac")
	whole := append(slices.Clone(picture), "-f", "lavfi", "-i", "SOUND", "-c:v", "mpeg4", "-c:a", "aac")
	for _, c := range []struct {
		name, path string
		want       float64
	}{
		{"late.mkv", beep(t, "late.mkv", 10, 20, late...), 15},
		{"late.mp4", beep(t, "late.mp4", 10, 20, late...), 15},
		{"a hole", ffmpeg(t, "-i", beep(t, "whole.mkv", 10, 25, whole...), "-c", "copy", "-bsf:a", `noise=drop=between(pts*tb\,4\,7)`,
			filepath.Join(t.TempDir(), "hole.mkv")), 10},
		{"as it should be", beep(t, "whole.mp4", 10, 25, whole...), 10},
	} {
		for _, opt := range []app.MediaOptions{{}, {Start: c.want - 2}, {Start: c.want - 2, Seek: true}} {
			got, warnings := beepsAt(t, c.path, opt)
			if math.Abs(got-c.want) > 0.05 || len(warnings) > 0 {
				t.Errorf("%s, %+v: it beeps at %.2f, want %g; warnings %q", c.name, opt, got, c.want, warnings)
			}
		}
	}
}

// Sound that is shorter than the picture, or than other sound, is not damaged.
func TestShortTrackIsWhole(t *testing.T) {
	short := beep(t, "short.mkv", 1, 10, "-f", "lavfi", "-i", "color=black:s=64x64:r=10:d=30", "-f", "lavfi", "-i", "SOUND", "-c:v", "mpeg4", "-c:a", "aac")
	two := beep(t, "two.mp4", 1, 10, "-f", "lavfi", "-i", "sine=d=30", "-f", "lavfi", "-i", "SOUND", "-map", "0", "-map", "1", "-c:a", "aac")
	for path, opt := range map[string]app.MediaOptions{short: {}, two: {Stream: 2}} {
		if _, warnings := beepsAt(t, path, opt); len(warnings) > 0 {
			t.Errorf("%s: got %q", filepath.Base(path), warnings)
		}
	}
}
