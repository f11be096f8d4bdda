package app

import (
	"context"
	"path/filepath"
)

// hearing is the track of a recording that is being transcribed.
type hearing struct {
	track, tracks int    // of those that there are; one for most recordings
	speaker       string // on it, "" if that is not known
}

// last reports whether the other tracks have been heard.
func (h hearing) last() bool { return h.track+1 >= h.tracks }

// hear transcribes a recording, or of those that Earshot made itself each track
// by itself: it is known who speaks there. ready is called once there is sound.
func (r *transcription) hear(ctx context.Context, opt MediaOptions, ready func(context.Context) error) error {
	tracks := r.app.tracks(r.req.Path, opt.Info)
	for i := range tracks {
		r.mu.Lock()
		r.hearing = hearing{i, len(tracks), speakerOf(tracks, i)}
		r.mu.Unlock()
		if len(tracks) > 1 {
			opt.Channel = i + 1
		}
		if err := r.hearTrack(ctx, opt, ready); err != nil {
			return err
		}
		ready = func(context.Context) error { return nil }
	}
	return nil
}

func (r *transcription) hearTrack(ctx context.Context, opt MediaOptions, ready func(context.Context) error) error {
	audio, err := r.app.media.Open(ctx, r.req.Path, opt)
	if err != nil {
		return err
	}
	defer audio.Close()
	if err := ready(ctx); err != nil {
		return err
	}
	if r.req.Limit > 0 {
		audio = &limited{audio, r.req.Path, int(r.req.Limit * SampleRate)}
	}
	if r.passage != nil {
		audio = r.passage.of(audio)
	}
	return r.recognize(ctx, audio, opt.Start)
}

// limited is audio that may not last longer, whatever its container promises.
type limited struct {
	Audio
	path string
	left int // samples
}

// Read implements Audio.
func (l *limited) Read(buf []float32) (int, error) {
	n, err := l.Audio.Read(buf)
	if l.left -= n; l.left < 0 {
		return 0, &MediaError{Path: l.path, Err: ErrTooLong}
	}
	return n, err
}

// tracks are those of a file: one, but for recordings of the microphone and of
// what the computer plays, as Recorder makes them.
func (a *App) tracks(path string, info MediaInfo) []Input {
	if a.recorded(path) && len(info.Streams) == 1 && info.Streams[0].Channels == 2 {
		return []Input{{}, {System: true}}
	}
	return []Input{{}}
}

// recorded reports whether Earshot itself has recorded a file.
func (a *App) recorded(path string) bool {
	return a.recordings != "" && filepath.Dir(path) == filepath.Clean(a.recordings)
}

// within is a report's place in all tracks together: until the last one nothing
// is through, and each is a part of the work.
func (r *transcription) within(p Progress) Progress {
	for i := range p.Segments {
		p.Segments[i].Speaker = r.hearing.speaker
	}
	for i := range p.Omissions {
		p.Omissions[i].Segment.Speaker = r.hearing.speaker
	}
	if r.passage != nil {
		return r.passage.within(p, r.hearing)
	}
	if n := r.hearing.tracks; n > 1 {
		p.Reached = r.offset + (float64(r.hearing.track)*(r.t.Duration-r.offset)+max(p.Reached, p.Position)-r.offset)/float64(n)
		if !r.hearing.last() {
			p.Position = r.offset
		}
	}
	return p
}

// channelOf is the channel that a speaker of a recording of two tracks is on, as
// MediaOptions.Channel counts; 0 for others.
func channelOf(speaker string) int {
	switch speaker {
	case speakerMe:
		return 1
	case speakerOthers:
		return 2
	}
	return 0
}
