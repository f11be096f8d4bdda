package capture

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"earshot/app"
)

// wantMediaError also sees that a person is told in one sentence which file
// is at fault.
func wantMediaError(t *testing.T, err error, path string, want error) {
	t.Helper()
	var media *app.MediaError
	switch {
	case !errors.As(err, &media):
		t.Fatalf("got error %v, want a MediaError", err)
	case want != nil && !errors.Is(err, want):
		t.Errorf("got error %v, want %v", err, want)
	case media.Path != path:
		t.Errorf("the error is about %q, want %q", media.Path, path)
	}
	sentence, _ := app.Explain(err)
	if !strings.Contains(sentence, "“"+filepath.Base(path)+"”") || !strings.HasSuffix(sentence, ".") || strings.Contains(sentence, "\n") {
		t.Errorf("got %q, want one sentence that names %s", sentence, filepath.Base(path))
	}
}

func TestErrors(t *testing.T) {
	dir := t.TempDir()
	silent := filepath.Join(dir, "silent.mkv")
	clip := wavFile16(app.SampleRate, 1, tone(500, 0.5, app.SampleRate, 1600))
	for _, c := range []struct {
		name  string
		data  []byte // nil leaves the file as it is
		with  error  // what ffmpeg makes of it; nil is any MediaError
		sans  error  // without ffmpeg
		words string // of the sentence
	}{
		{"missing.wav", nil, fs.ErrNotExist, fs.ErrNotExist, "does not exist"},
		{"folder.wav", nil, nil, nil, "it is a folder"},
		{"empty.wav", []byte{}, app.ErrEmptyFile, app.ErrEmptyFile, "is empty"},
		{"text.wav", []byte("This is not a recording.\n"), app.ErrNotMedia, app.ErrNoDecoder, ""},
		{"text.mp3", []byte(strings.Repeat("Nor is this.\n", 1000)), app.ErrNotMedia, app.ErrNoDecoder, ""},
		{"zeros.wav", make([]byte, 1<<16), app.ErrNotMedia, app.ErrNoDecoder, ""},
		{"cut in header.wav", clip[:30], app.ErrNotMedia, app.ErrNoDecoder, ""},
		{"cut in magic.wav", clip[:3], app.ErrNotMedia, app.ErrNoDecoder, ""},
		{"no samples.wav", clip[:44], nil, nil, ""},
		{"silent.mkv", nil, app.ErrNoAudio, app.ErrNoDecoder, ""},
	} {
		path := filepath.Join(dir, c.name)
		if c.data != nil {
			if err := os.WriteFile(path, c.data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if c.name == "folder.wav" {
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
		}
		for way, m := range map[string]Media{"ffmpeg": {}, "no ffmpeg": withoutFFmpeg} {
			t.Run(c.name+" "+way, func(t *testing.T) {
				want := c.sans
				if path == silent {
					ffmpeg(t, "-f", "lavfi", "-i", "testsrc=size=64x48:rate=5:duration=1", "-c:v", "mpeg4", silent)
				}
				if way == "ffmpeg" {
					needFFmpeg(t)
					want = c.with
				}
				d, err := tryDecode(t.Context(), m, path, app.MediaOptions{})
				if err == nil {
					t.Fatalf("got %d samples, want an error", len(d.samples))
				}
				wantMediaError(t, err, path, want)
				if sentence, _ := app.Explain(err); !strings.Contains(sentence, c.words) {
					t.Errorf("got %q, want a sentence with %q", sentence, c.words)
				}
			})
		}
	}
}

func TestDeviceIsNoFile(t *testing.T) {
	_, err := Media{}.Probe(t.Context(), os.DevNull)
	wantMediaError(t, err, os.DevNull, nil)
	if sentence, _ := app.Explain(err); !strings.Contains(sentence, "it is not a file") {
		t.Errorf("got %q, want a sentence that says it is not a file", sentence)
	}
}

func TestUnreadable(t *testing.T) {
	path := write(t, "secret.wav", wavFile16(app.SampleRate, 1, tone(500, 0.5, app.SampleRate, 1600)))
	if err := os.Chmod(path, 0); err != nil {
		t.Fatal(err)
	}
	if f, err := os.Open(path); err == nil {
		f.Close()
		t.Skip("this user can read a file without permission")
	}
	_, err := Media{}.Probe(t.Context(), path)
	wantMediaError(t, err, path, fs.ErrPermission)
}

// A file must not be able to make ffmpeg fetch another, here or elsewhere.
func TestPlaylists(t *testing.T) {
	needFFmpeg(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Skipf("cannot listen: %v", err)
	}
	called := make(chan string, 100)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			head := make([]byte, 200)
			n, _ := conn.Read(head)
			called <- string(head[:n])
			conn.Close()
		}
	}()
	url := "http://" + listener.Addr().String() + "/x.wav"
	neighbour := write(t, "neighbour.wav", wavFile16(app.SampleRate, 1, tone(500, 0.5, app.SampleRate, 1600)))
	beside := filepath.Dir(neighbour)
	for name, text := range map[string]string{
		"hls":        "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n%s\n#EXT-X-ENDLIST\n",
		"ffconcat":   "ffconcat version 1.0\nfile '%s'\n",
		"dash":       `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period><AdaptationSet><Representation id="0"><BaseURL>%s</BaseURL></Representation></AdaptationSet></Period></MPD>`,
		"rtp":        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\na=control:%s\nm=audio 5004 RTP/AVP 0\n",
		"plain list": "%s\n",
	} {
		for _, target := range []string{url, neighbour} {
			t.Run(name, func(t *testing.T) {
				path := filepath.Join(beside, "list.mp3")
				if err := os.WriteFile(path, fmt.Appendf(nil, text, target), 0o600); err != nil {
					t.Fatal(err)
				}
				_, err := tryDecode(t.Context(), Media{}, path, app.MediaOptions{})
				wantMediaError(t, err, path, app.ErrNotMedia)
				// Open may be given what an earlier Probe found.
				info := app.MediaInfo{Duration: 1, Streams: []app.AudioStream{{Codec: "pcm_s16le"}}}
				_, err = tryDecode(t.Context(), Media{}, path, app.MediaOptions{Info: info})
				wantMediaError(t, err, path, app.ErrNotMedia)
			})
		}
	}
	listener.Close()
	<-done
	select {
	case request := <-called:
		t.Errorf("a playlist made ffmpeg reach the network:\n%s", request)
	default:
	}
}

// Programs that are not there are the same as none, and one alone is of no
// use.
func TestMissingPrograms(t *testing.T) {
	path := write(t, "a.mp3", []byte("ID3"))
	for _, m := range []Media{
		withoutFFmpeg,
		{FFmpeg: "-"},
		{FFprobe: "-"},
		{FFmpeg: filepath.Join(t.TempDir(), "none"), FFprobe: filepath.Join(t.TempDir(), "none")},
	} {
		_, err := m.Probe(t.Context(), path)
		wantMediaError(t, err, path, app.ErrNoDecoder)
	}
	t.Setenv("PATH", t.TempDir())
	_, err := Media{}.Open(t.Context(), path, app.MediaOptions{})
	wantMediaError(t, err, path, app.ErrNoDecoder)
}

// A program that is not ffmpeg must not be taken at its word.
func TestBrokenPrograms(t *testing.T) {
	needShell(t)
	dir := t.TempDir()
	script := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		return path
	}
	path := write(t, "a.mp3", []byte("the programs here do not look at it"))
	probed := script("probed", `echo '{"format":{"duration":"60"},"streams":[{"codec_type":"audio"}]}'`)
	for _, c := range []struct {
		name     string
		m        Media
		want     error
		warnings int
	}{
		{"ffprobe says nothing", Media{FFprobe: script("mute", "exit 0"), FFmpeg: probed}, nil, 0},
		{"ffprobe raves", Media{FFprobe: script("rave", "echo nonsense"), FFmpeg: probed}, nil, 0},
		{"ffprobe dies", Media{FFprobe: script("die", "kill -9 $$"), FFmpeg: probed}, app.ErrNotMedia, 0},
		{"ffmpeg says nothing", Media{FFprobe: probed, FFmpeg: script("mute2", "exit 0")}, app.ErrEmptyFile, 0},
		{"ffmpeg fails", Media{FFprobe: probed, FFmpeg: script("fail", "echo no >&2; exit 1")}, app.ErrNotMedia, 0},
		{"ffmpeg dies", Media{FFprobe: probed, FFmpeg: script("die2", "kill -9 $$")}, app.ErrNotMedia, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := tryDecode(t.Context(), c.m, path, app.MediaOptions{})
			wantMediaError(t, err, path, c.want)
		})
	}
	// One that dies half way leaves half a file, which must not look whole.
	half := script("half", "head -c 32000 /dev/zero; kill -9 $$")
	got := decode(t, Media{FFprobe: probed, FFmpeg: half}, path, app.MediaOptions{})
	if len(got.samples) != 16000 || len(got.warnings) != 1 || !strings.Contains(got.warnings[0], "cut short") {
		t.Errorf("got %d samples with warnings %q, want 16000 and one that says it is cut short", len(got.samples), got.warnings)
	}
}

func TestCancelledBefore(t *testing.T) {
	needFFmpeg(t)
	path := write(t, "a.wav", wavFile16(app.SampleRate, 1, tone(500, 0.5, app.SampleRate, 1600)))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (Media{}).Probe(ctx, path); !errors.Is(err, context.Canceled) {
		t.Errorf("Probe: got error %v, want %v", err, context.Canceled)
	}
	if _, err := (Media{}).Open(ctx, path, app.MediaOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Open: got error %v, want %v", err, context.Canceled)
	}
}
