package capture

import (
	"bytes"
	"fmt"
	"math"
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
		{"video only", `{"streams":[{"codec_type":"video","duration":"5"}],"format":{"duration":"5.0"}}`, app.MediaInfo{Duration: 5}},
		{
			"second audio stream is the default",
			`{"streams":[
				{"codec_type":"audio","codec_name":"aac","sample_rate":"48000","channels":6,"duration":"4","tags":{"language":"eng"}},
				{"codec_type":"subtitle"},
				{"codec_type":"audio","codec_name":"ac3","sample_rate":"44100","channels":2,"duration":"3","disposition":{"default":1},"tags":{"title":"T"}}
			],"format":{"duration":"9"}}`,
			app.MediaInfo{Duration: 4, Streams: []app.AudioStream{
				{Index: 0, Codec: "aac", Rate: 48000, Channels: 6, Language: "eng"},
				{Index: 1, Codec: "ac3", Rate: 44100, Channels: 2, Title: "T", Default: true},
			}},
		},
		{
			"no length", `{"streams":[{"codec_type":"audio","duration":"N/A"}],"format":{}}`,
			app.MediaInfo{Streams: []app.AudioStream{{}}},
		},
		{
			"the container's length", `{"streams":[{"codec_type":"audio"}],"format":{"duration":"7.5"}}`,
			app.MediaInfo{Duration: 7.5, Streams: []app.AudioStream{{}}},
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
