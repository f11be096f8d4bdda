package app

import (
	"context"
	"io"
	"slices"
	"time"
)

// Decoder turns sound that comes in pieces, as over a connection, into audio.
// Implemented by package capture. It is safe for concurrent use.
type Decoder interface {
	// Decode returns the sound of what next brings, until that ends with
	// io.EOF. Without wait, next returns nil where no sound has come yet;
	// beside an error it returns nothing. Another error of next is Read's once
	// everything before it has been read, and Read can be called again after it.
	// Read returns what there is, and waits only when there is nothing. next is
	// called from one goroutine at a time, not after Close.
	Decode(ctx context.Context, f SoundFormat, next func(ctx context.Context, wait bool) ([]byte, error)) (Audio, error)
}

// SoundFormat says what pieces of sound hold.
type SoundFormat struct {
	Encoding Encoding
	Rate     int // Hz; of opus it does not matter
}

// Encoding is how samples are written.
type Encoding string

// The encodings. A RIFF header, or an Ogg or Matroska container, in front of
// the sound counts more.
const (
	Linear16 Encoding = "linear16" // integers of 16 bits, little-endian
	Linear32 Encoding = "linear32" // floats of 32 bits, little-endian
	ALaw     Encoding = "alaw"
	MuLaw    Encoding = "mulaw"
	Opus     Encoding = "opus"     // a packet a piece
	OggOpus  Encoding = "ogg_opus" // in an Ogg container
)

// Encodings lists every Encoding.
var Encodings = []Encoding{Linear16, Linear32, ALaw, MuLaw, Opus, OggOpus}

// Remote fetches recordings by their address. Implemented by package capture.
// It is safe for concurrent use.
type Remote interface {
	// Fetch writes what lies at address (http, https or s3) into w. It fails
	// with an *AddressError, with a *UsageError for an address that makes no
	// sense, or with ctx's error.
	Fetch(ctx context.Context, address string, w io.WriterAt, opt RemoteOptions) (size int64, err error)
}

// RemoteOptions of Fetch. The zero value fetches anything that is public.
type RemoteOptions struct {
	Limit   int64 // bytes; 0 is any
	Private bool  // addresses of this machine and its network are allowed
}

// ListenOptions of Listen. The zero value works.
type ListenOptions struct {
	Options
	Offset float64       // seconds that the first sample lies from the beginning
	Pause  time.Duration // silence that ends an utterance; 0 lets the engine choose
}

// Listen turns sound into text while it comes, as a recording is, and keeps
// neither. It returns when the audio has ended; on is called from the calling
// goroutine.
func (a *App) Listen(ctx context.Context, audio Audio, opt ListenOptions, on func(Heard)) (Recognized, error) {
	if a.streamer == nil {
		return Recognized{}, ErrNoEngine
	}
	if err := opt.Check(); err != nil {
		return Recognized{}, err
	}
	rewrite, err := newRewriting(opt.Options)
	if err != nil {
		return Recognized{}, err
	}
	model, err := a.models.Find(opt.Model)
	if err != nil {
		return Recognized{}, err
	}
	how := recognizeOptions(opt.Options, model, a.models.VAD(), a.Settings().keep())
	how.Offset, how.Pause = opt.Offset, opt.Pause
	return a.streamer.Stream(ctx, audio, how, func(h Heard) {
		language := writtenIn(opt.Options, h.Language)
		_, h.Segments = rewrite.segments(Segment{}, h.Segments, language)
		h.Confirmed, h.Tentative = rewrite.words(h.Confirmed, language), rewrite.words(h.Tentative, language)
		on(h)
	})
}

// words rewrites words that are not a segment yet.
func (r rewriting) words(open []Word, language string) []Word {
	if len(open) == 0 {
		return nil
	}
	_, s := r.segments(Segment{}, []Segment{{Text: joinWords(open), Words: slices.Clone(open)}}, language)
	if len(s) == 0 {
		return nil
	}
	return s[0].Words
}
