package app

import (
	"context"
	"time"
)

// Recorder records sound into files. Implemented by package capture. Its
// methods are safe for concurrent use.
type Recorder interface {
	// Inputs lists what can be recorded now: microphones, the default one
	// first, then what the computer plays.
	Inputs(ctx context.Context) ([]Input, error)
	// Record begins to record into the file at path, which must not exist yet:
	// WAV, 16-bit PCM at SampleRate, one channel a track. It fails with a
	// *RecordError. A sound server that dies later is no failure: see
	// TakeStatus.Trouble.
	Record(ctx context.Context, source, path string) (Take, error)
	// Recover makes what a crash has left of a recording a whole WAV file
	// again, changing only its header, and returns its seconds. It leaves a
	// whole file, and one that another program is writing, alone.
	Recover(ctx context.Context, path string) (seconds float64, err error)
}

// Sources that Recorder.Record takes beside the ID of an Input.
const (
	SourceMicrophone = "mic"    // the default one
	SourceSystem     = "system" // what the computer plays
	SourceBoth       = "both"   // two tracks: the microphone, then what the computer plays
)

// Input is something that can be recorded.
type Input struct {
	ID      string `json:"id"` // what Recorder.Record takes
	Name    string `json:"name"`
	System  bool   `json:"system"`  // what the computer plays, not a microphone
	Default bool   `json:"default"` // of its kind
}

// Take is a recording in progress. Its methods are safe for concurrent use.
type Take interface {
	// Tracks are the inputs that are recorded, one a track.
	Tracks() []Input
	// Follow returns the sound of a track from its first sample on, as it comes:
	// Read waits for more, and ends with io.EOF after Stop, or with ctx's error.
	// It reads what is on disk, so that a reader who is slow loses nothing.
	Follow(ctx context.Context, track int) (Audio, error)
	// Status is how the recording stands now. It does not block.
	Status() TakeStatus
	// Pause stops taking in sound until Resume; the file has no gap there.
	Pause()
	Resume()
	// Stop ends the recording and completes the file. It returns what ended it
	// before, if anything did; a second call returns the same.
	Stop() error
	// Done is closed when the recording has ended, by Stop or by itself, as on a
	// full disk.
	Done() <-chan struct{}
}

// TakeStatus is how a recording stands.
type TakeStatus struct {
	Duration float64   // seconds on disk; 0 until the first samples have come
	Levels   []float64 // of each track: the peak of the newest 50 ms, 0..1
	Paused   bool
	Dropped  int64         // samples that came and could not be kept
	Gaps     []Gap         // stretches of silence in place of sound that did not come
	Trouble  Trouble       // what is wrong now; "" if all is well
	Room     time.Duration // that the disk still has room for; less than 0 if unknown
}

// Gap is a stretch of a recording in which no sound came.
type Gap struct {
	Track      int
	Start, End float64 // seconds
}

// Trouble is something wrong with a running recording, for a person to see.
type Trouble string

// Troubles. Earshot tries to get out of all of them by itself.
const (
	TroubleSilence Trouble = "silence" // nothing but digital silence for 3 s
	TroubleLost    Trouble = "lost"    // the input, or the sound server, is gone
	TroubleSpace   Trouble = "space"   // the disk is nearly full
)

// Streamer turns sound into text while it is still coming. Implemented by
// package engine. It is safe for concurrent use.
type Streamer interface {
	// Stream reads audio to its end and reports what it hears through on, from
	// the calling goroutine. A cancelled ctx ends it with ctx's error; what was
	// reported stands. A read that returns fewer samples than asked for has
	// caught up with the speaker.
	Stream(ctx context.Context, audio Audio, opt RecognizeOptions, on func(Heard)) (Recognized, error)
}

// Heard is one report of Stream: the whole state of what is open, and what has
// been closed since the report before.
type Heard struct {
	Loading bool // the model is being loaded; nothing else is set
	// Segments were closed now: an utterance has ended, or the beginning of one
	// that is long, or was asked for. Their words begin with what Confirmed was or,
	// if the utterance goes on, their words and those of Confirmed do.
	Segments  []Segment
	Omissions []Omission
	// Confirmed are the words of the open utterance that stay as they are: those
	// of the report before, and perhaps more, until the utterance is closed.
	Confirmed []Word
	// Tentative is what may follow them; each report replaces it.
	Tentative []Word
	Position  float64 // everything before this second is closed
	Read      float64 // seconds of audio taken in so far
	Speech    bool    // somebody is speaking at Read
	Language  string  // "" until known
	Device    string  // in words; "" until known
}
