package capture

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os/exec"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"earshot/app"
)

// opusAudio implements app.Audio over pieces of Opus. ffmpeg decodes: a
// feeder writes to it what next brings, a reader takes what it has decoded.
// Both are ended by Close.
type opusAudio struct {
	asked   context.Context // of who wants the sound
	ctx     context.Context // done when ffmpeg is not needed any more
	cancel  context.CancelFunc
	cmd     *exec.Cmd
	said    *complaints
	running sync.WaitGroup
	decoded chan []float32 // closed at ffmpeg's end
	pauses  chan error     // errors of next that are not its end
	given   atomic.Bool    // ffmpeg has been given something
	fed     error          // why the feeder ended; to be read once decoded is closed
	pause   error          // taken from pauses, and not returned yet
	rest    []float32      // of a block that was read in part
	heard   bool
}

// decodeOpus starts ffmpeg. With packets each piece is a packet, unless there
// is a container after all.
func (d Decoder) decodeOpus(ctx context.Context, packets bool, next nextFunc) (app.Audio, error) {
	_, ffmpeg, found := Media{FFmpeg: d.FFmpeg, FFprobe: d.FFmpeg}.programs()
	if d.FFmpeg == "" {
		_, ffmpeg, found = Media{}.programs()
	}
	if !found {
		return nil, &app.MediaError{Path: "-", Err: app.ErrNoDecoder}
	}
	running, cancel := context.WithCancel(ctx)
	cmd, said := child(running, ffmpeg, "-nostdin", "-v", "error",
		"-protocol_whitelist", "pipe", "-format_whitelist", "ogg,matroska",
		"-fflags", "nobuffer", "-probesize", "4096", "-analyzeduration", "0", "-i", "pipe:0",
		"-vn", "-sn", "-dn", "-ac", "1", "-ar", strconv.Itoa(app.SampleRate), "-flush_packets", "1", "-f", "s16le", "pipe:1")
	a := &opusAudio{
		asked: ctx, ctx: running, cancel: cancel, cmd: cmd, said: said,
		decoded: make(chan []float32, 16), pauses: make(chan error, 1),
	}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		cancel()
		return nil, err
	}
	stdout, err := startFFmpeg(cmd)
	if err != nil {
		cancel()
		return nil, err
	}
	a.running.Go(func() {
		var feeder sync.WaitGroup
		feeder.Go(func() { a.fed = a.feed(stdin, packets, next) })
		a.collect(stdout)
		cancel() // nobody needs more
		feeder.Wait()
		cmd.Wait() // what it thinks of the sound counts, not its status
		close(a.decoded)
	})
	return a, nil
}

// feed writes pieces to ffmpeg until they end.
func (a *opusAudio) feed(stdin io.WriteCloser, packets bool, next nextFunc) error {
	defer stdin.Close()
	var ogg oggWriter
	for first := true; ; {
		piece, err := next(a.ctx, true)
		if len(piece) > 0 {
			if first {
				packets = packets && !contained(piece)
				if packets {
					piece = append(ogg.head(1), ogg.packet(piece)...)
				}
			} else if packets {
				piece = ogg.packet(piece)
			}
			first = false
			if len(piece) > maxOpusPacket*2 && packets {
				return app.ErrNotMedia
			}
			a.given.Store(true)
			if _, err := stdin.Write(piece); err != nil {
				return err
			}
		}
		switch {
		case err == nil:
		case errors.Is(err, io.EOF), a.ctx.Err() != nil:
			return err
		default:
			select {
			case a.pauses <- err:
			case <-a.ctx.Done():
			}
		}
	}
}

// contained reports whether sound begins with a container's mark.
func contained(b []byte) bool {
	return bytes.HasPrefix(b, []byte("OggS")) || bytes.HasPrefix(b, []byte{0x1a, 0x45, 0xdf, 0xa3})
}

// collect reads samples as they come.
func (a *opusAudio) collect(stdout io.Reader) {
	raw := make([]byte, 1<<14)
	kept := 0
	for {
		n, err := stdout.Read(raw[kept:])
		n += kept
		block := make([]float32, n/2)
		for i := range block {
			block[i] = int16Sample(raw[2*i:])
		}
		kept = copy(raw, raw[n/2*2:n])
		if len(block) > 0 {
			select {
			case a.decoded <- block:
			case <-a.ctx.Done():
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// ffmpeg has nothing more to say of what it was given when it has been silent
// for so long, at its start and later.
const (
	opusStart = 3 * time.Second
	opusLag   = 200 * time.Millisecond
)

// Read implements app.Audio.
func (a *opusAudio) Read(buf []float32) (int, error) {
	if n := a.take(buf); n > 0 {
		return n, nil
	}
	for {
		pauses, lag := a.pauses, (<-chan time.Time)(nil)
		if a.pause != nil {
			pauses, lag = nil, time.After(a.lag())
		}
		select {
		case block, more := <-a.decoded:
			return a.got(buf, block, more)
		case a.pause = <-pauses:
		case <-lag:
			pause := a.pause
			a.pause = nil
			return 0, pause
		}
	}
}

func (a *opusAudio) lag() time.Duration {
	if a.given.Load() && !a.heard {
		return opusStart
	}
	return opusLag
}

// got is a read of a block.
func (a *opusAudio) got(buf, block []float32, more bool) (int, error) {
	if !more {
		return 0, a.end()
	}
	a.rest, a.heard = block, true
	return a.take(buf), nil
}

// take fills buf with what is there.
func (a *opusAudio) take(buf []float32) int {
	n := copy(buf, a.rest)
	a.rest = a.rest[n:]
	for n < len(buf) {
		select {
		case block, more := <-a.decoded:
			if !more {
				return n
			}
			a.heard = true
			m := copy(buf[n:], block)
			a.rest, n = block[m:], n+m
		default:
			return n
		}
	}
	return n
}

// end says why there is no more.
func (a *opusAudio) end() error {
	switch {
	case errors.Is(a.fed, io.EOF) && (a.heard || a.said.total() == 0):
		return io.EOF
	case a.asked.Err() != nil:
		return a.asked.Err()
	}
	return &app.MediaError{Path: "-", Err: app.ErrNotMedia}
}

// Warnings implements app.Audio.
func (a *opusAudio) Warnings() []string { return nil }

// Close implements app.Audio. It kills ffmpeg.
func (a *opusAudio) Close() error {
	a.cancel()
	a.running.Wait()
	return nil
}
