package app

import "context"

// Player lets recordings be heard. Implemented by package capture. Its methods
// are safe for concurrent use.
type Player interface {
	// Open gets a recording ready; Stream, Channel and Info of opt count. It
	// fails with a *MediaError, or with ctx's error. ctx only bounds Open.
	Open(ctx context.Context, path string, opt MediaOptions) (Playback, error)
}

// Playback is one recording that can be heard, through the loudspeakers that
// are the default. It opens them when there is something to play and gives them
// back when it has been silent for a while. None of its methods waits, Close
// excepted; they are safe for concurrent use.
type Playback interface {
	// Info is what the recording's file says about itself.
	Info() MediaInfo
	// Play lets a passage be heard, in place of the one before. Its end, or why
	// it failed, is in Status.
	Play(p Passage)
	// Pause is silence at once; Resume goes on from there. A passage that begins
	// in a pause waits for Resume.
	Pause()
	Resume()
	// SetSpeed makes it faster or slower without changing its pitch, from a
	// third of a second later on; 1 is as it was recorded, MinSpeed to MaxSpeed
	// are possible.
	SetSpeed(speed float64)
	// SetVolume makes it quieter: 1 is as it was recorded, 0 is silence.
	SetVolume(volume float64)
	// Position is the second of the recording that is heard now: what the
	// loudspeakers have been given and not played yet does not count. From Play
	// on until its first sample is heard it is Passage.At.
	Position() float64
	Status() PlayStatus
	// Changed has a token whenever Status may be different.
	Changed() <-chan struct{}
	// Close ends everything and gives the loudspeakers back.
	Close() error
}

// Passage is a stretch of a recording to be heard, in seconds.
type Passage struct {
	At   float64 // where it begins
	To   float64 // where it ends; 0 is the end of the recording
	From float64 // with Loop, where it goes on from when it has come to To
	Loop bool
}

// PlayStatus is what has become of a passage.
type PlayStatus struct {
	Ended bool  // it was heard to its end
	Err   error // why it cannot be heard: a *MediaError or a *PlayError
}

// The speeds that a Playback has.
const (
	MinSpeed = 0.5
	MaxSpeed = 2
)
