// Package capture brings audio in: it turns files of every kind into mono
// samples at 16 kHz, and records sound into files.
//
// Files are decoded by ffmpeg and ffprobe as child processes, with argument
// lists only, a whitelist of formats and protocols, and killed when their
// context is. Where ffmpeg is not installed PCM WAV files still work. A
// damaged file can at worst make a child process fail.
//
// A recording is on the disk before anything else happens to it: an input's
// callback fills a ring, a goroutine moves what it holds to the file twenty
// times a second, and who wants the sound reads the file.
package capture

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"time"

	"earshot/app"
)

// Media implements app.Media. The zero value finds ffmpeg and ffprobe on
// PATH, each time anew, so that they can be installed while Earshot runs. It
// is safe for concurrent use.
type Media struct {
	FFmpeg, FFprobe string // programs; "" looks on PATH, "-" behaves as if there were none
}

// A file that keeps ffprobe busy for longer than this is given up.
const probeTimeout = 30 * time.Second

// The protocols and containers that ffmpeg may open. Playlists, which would
// let a file fetch others or reach the network, are not among them.
const (
	protocols = "file,pipe"
	formats   = "mov,mp3,wav,flac,ogg,matroska,aac,aiff,w64,caf,amr,asf,avi,flv,mpegts,ape,wv," +
		"mpeg,ac3,eac3,au,mxf,rm,tta,mpc,mpc8,voc,dts,nut"
)

// Probe implements app.Media.
func (m Media) Probe(ctx context.Context, path string) (app.MediaInfo, error) {
	if err := readable(path); err != nil {
		return app.MediaInfo{}, &app.MediaError{Path: path, Err: err}
	}
	info, err := m.probe(ctx, path)
	if err != nil {
		if ctx.Err() != nil {
			return app.MediaInfo{}, ctx.Err()
		}
		return app.MediaInfo{}, &app.MediaError{Path: path, Err: err}
	}
	if len(info.Streams) == 0 {
		return app.MediaInfo{}, &app.MediaError{Path: path, Err: app.ErrNoAudio}
	}
	return info, nil
}

func (m Media) probe(ctx context.Context, path string) (app.MediaInfo, error) {
	if err := ctx.Err(); err != nil {
		return app.MediaInfo{}, err
	}
	header, failed := probeWAV(path)
	ffprobe, _, found := m.programs()
	if !found || ready(header) {
		return header, failed
	}
	info, err := probeFFmpeg(ctx, ffprobe, path)
	if err == nil && failed == nil {
		// Of a PCM file that is cut short, ffprobe tells only what is left.
		info.Duration = header.Duration
		for i := range info.Streams {
			info.Streams[i].Duration = header.Duration
		}
	}
	return info, err
}

// ready reports whether this is the header of a plain WAV file that needs no
// resampling. Such a one is read here: starting ffprobe and ffmpeg takes longer
// than a short recording does.
func ready(header app.MediaInfo) bool {
	return len(header.Streams) > 0 && header.Streams[0].Rate == app.SampleRate
}

// Open implements app.Media.
func (m Media) Open(ctx context.Context, path string, opt app.MediaOptions) (app.Audio, error) {
	info := opt.Info
	if len(info.Streams) == 0 {
		var err error
		if info, err = m.Probe(ctx, path); err != nil {
			return nil, err
		}
	}
	stream, err := choose(info.Streams, opt.Stream)
	if err == nil && (opt.Channel < 0 || opt.Channel > info.Streams[stream].Channels) {
		err = app.ErrNoTrack
	}
	if err != nil {
		return nil, &app.MediaError{Path: path, Err: err}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if opt.Rate == 0 {
		opt.Rate = app.SampleRate
	}
	opt.Info = info
	audio, err := m.open(ctx, path, stream, opt)
	if err != nil {
		return nil, &app.MediaError{Path: path, Err: err}
	}
	audio.path, audio.promised = path, info.Streams[stream].Duration
	if opt.Seek {
		return audio, nil
	}
	if err := audio.skip(opt.Start); err != nil {
		audio.Close()
		return nil, err
	}
	return audio, nil
}

// open starts decoding an audio stream by its index. A WAV file is read here
// where that is quicker.
func (m Media) open(ctx context.Context, path string, stream int, opt app.MediaOptions) (*audioReader, error) {
	header, _ := probeWAV(path)
	ffprobe, ffmpeg, found := m.programs()
	if !found || ready(header) || opt.Seek && len(header.Streams) > 0 {
		return openWAV(ctx, path, opt)
	}
	audio, err := openFFmpeg(ctx, ffmpeg, path, stream, opt)
	if err == nil {
		audio.guessed = func() bool { return guessed(ctx, ffprobe, path) }
	}
	return audio, err
}

// programs finds ffprobe and ffmpeg; only both together are of use.
func (m Media) programs() (ffprobe, ffmpeg string, found bool) {
	look := func(set, name string) string {
		switch set {
		case "-":
			return ""
		case "":
			set = name
		}
		path, err := exec.LookPath(set)
		if err != nil {
			return ""
		}
		return path
	}
	ffprobe, ffmpeg = look(m.FFprobe, "ffprobe"), look(m.FFmpeg, "ffmpeg")
	return ffprobe, ffmpeg, ffprobe != "" && ffmpeg != ""
}

// readable finds out what ffmpeg would only say in its own words.
func readable(path string) error {
	st, err := os.Stat(path)
	if err != nil {
		return err
	}
	if st.IsDir() {
		return errors.New("it is a folder")
	}
	if !st.Mode().IsRegular() {
		return errors.New("it is not a file")
	}
	if st.Size() == 0 {
		return app.ErrEmptyFile
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return f.Close()
}

// choose resolves MediaOptions.Stream to an index among the audio streams.
func choose(streams []app.AudioStream, want int) (int, error) {
	if want > 0 {
		if want > len(streams) {
			return 0, app.ErrNoTrack
		}
		return want - 1, nil
	}
	for i, s := range streams {
		if s.Default {
			return i, nil
		}
	}
	return 0, nil
}
