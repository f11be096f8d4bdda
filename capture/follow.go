package capture

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"

	"earshot/app"
)

// follower implements app.Audio over a track of a recording in progress.
type follower struct {
	ctx   context.Context
	take  *take
	file  *os.File
	track int
	at    int64 // frames read
	raw   []byte
}

// Follow implements app.Take.
func (t *take) Follow(ctx context.Context, track int) (app.Audio, error) {
	if track < 0 || track >= len(t.tracks) {
		return nil, &app.MediaError{Path: t.path, Err: app.ErrNoTrack}
	}
	file, err := os.Open(t.path)
	if err != nil {
		return nil, fmt.Errorf("follow the recording: %w", err)
	}
	return &follower{ctx: ctx, take: t, file: file, track: track}, nil
}

// Read implements app.Audio. It returns what there is without waiting for more,
// and waits only when there is nothing.
func (f *follower) Read(buf []float32) (int, error) {
	for len(buf) > 0 {
		if err := f.ctx.Err(); err != nil {
			return 0, err
		}
		frames, grown, ended := f.take.written()
		if n := min(frames-f.at, int64(len(buf))); n > 0 {
			return f.read(buf[:n])
		}
		if ended {
			return 0, io.EOF
		}
		select {
		case <-grown:
		case <-f.ctx.Done():
		}
	}
	return 0, nil
}

// read fills buf from the file.
func (f *follower) read(buf []float32) (int, error) {
	frame := sampleSize * len(f.take.tracks)
	if need := frame * len(buf); len(f.raw) < need {
		f.raw = make([]byte, need)
	}
	raw := f.raw[:frame*len(buf)]
	if _, err := f.file.ReadAt(raw, wavHeaderSize+f.at*int64(frame)); err != nil {
		return 0, fmt.Errorf("follow the recording: %w", err)
	}
	for i := range buf {
		buf[i] = float32(int16(binary.LittleEndian.Uint16(raw[i*frame+sampleSize*f.track:]))) / 32768
	}
	f.at += int64(len(buf))
	return len(buf), nil
}

// Warnings implements app.Audio: TakeStatus tells what is wrong.
func (f *follower) Warnings() []string { return nil }

// Close implements app.Audio.
func (f *follower) Close() error { return f.file.Close() }
