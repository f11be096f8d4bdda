package app

import (
	"context"
	"io"
	"time"
)

// Media turns files into audio. Implemented by package capture.
type Media interface {
	// Probe says what the file at path holds. It fails with a *MediaError
	// when nothing in it can be transcribed.
	Probe(ctx context.Context, path string) (MediaInfo, error)
	// Open starts decoding. The audio ends with io.EOF.
	Open(ctx context.Context, path string, opt MediaOptions) (Audio, error)
}

// MediaInfo is what a container says about itself.
type MediaInfo struct {
	Duration float64 // seconds; 0 if unknown
	Streams  []AudioStream
	Timed    bool // the sound goes with a picture, or begins late: what is missing of it is silence
}

// AudioStream is one audio track of a file.
type AudioStream struct {
	Index    int    // among the audio streams, from 0
	Codec    string // ffmpeg's name
	Rate     int    // Hz
	Channels int
	Language string  // tag, may be empty
	Title    string  // tag, may be empty
	Default  bool    // the track a player would choose
	Duration float64 // seconds from the file's beginning to its end; 0 if unknown
}

// MediaOptions of Open. The zero value decodes the default track from the
// start, for a recognizer.
type MediaOptions struct {
	Stream  int       // audio stream + 1; 0 means the default one
	Channel int       // channel + 1 of a recording of several tracks; 0 mixes them
	Start   float64   // seconds to leave out at the start
	Info    MediaInfo // from Probe; the zero value makes Open probe itself
	Rate    int       // of the samples, Hz; 0 is SampleRate

	// Seek goes to Start at once, instead of decoding all that is before it; in
	// some formats that is a few hundredths of a second beside it. Nothing from
	// Start on is then an end, not an error.
	Seek bool
	// Background leaves the processor to others that want it.
	Background bool
}

// Audio is a stream of mono samples, at SampleRate unless MediaOptions say
// otherwise. It is used by one goroutine at a time.
type Audio interface {
	// Read fills buf with samples in [-1, 1] and returns how many. At the
	// end it returns 0 and io.EOF, or an error that says why it ended early.
	Read(buf []float32) (int, error)
	// Warnings are sentences about what could not be decoded, complete once
	// Read has returned an error.
	Warnings() []string
	io.Closer
}

// Recognizer turns audio into text. Implemented by package engine. Its
// methods are safe for concurrent use.
type Recognizer interface {
	// Recognize reads audio to its end and reports what it hears through on,
	// in order, from one goroutine. A cancelled ctx ends it with ctx's error
	// after at most one window; what was reported stands.
	Recognize(ctx context.Context, audio Audio, opt RecognizeOptions, on func(Progress)) (Recognized, error)
	// Languages lists what RecognizeOptions.Language takes besides "auto".
	Languages() []Language
	// Devices lists what can compute here, the CPU last.
	Devices(ctx context.Context) ([]Device, error)
}

// RecognizeOptions of Recognize. Model must be set; the rest has useful zero
// values.
type RecognizeOptions struct {
	Model    string  // path of a model file
	VAD      string  // path of the voice activity model; "" cuts fixed windows
	Language string  // see Options
	Device   string  // "", "auto", "cpu", "gpu", "gpu:N"
	Weights  string  // that the model's are converted to as it is loaded; "" leaves them
	Threads  int     // windows decoded side by side; 0 lets the engine choose
	Offset   float64 // seconds that the first sample lies from the start of the recording

	// Keep is how long the model stays in memory afterwards; 0 lets the engine
	// choose, less than 0 is for ever.
	Keep time.Duration

	Translate   bool    // into English
	Prompt      string  // names and words to expect
	Beam        int     // beams of the search; 0 and 1 are greedy
	Temperature float64 // where decoding begins, 0..1

	// Pause is the silence that ends an utterance of Stream; 0 lets the engine choose.
	Pause time.Duration
	// A value from Close asks Stream to close what is certain of the utterance that
	// is open, so that it can be edited: all of it if it is about to end, else the
	// words that are Confirmed, and the utterance goes on. Where nothing is certain
	// nothing happens. nil never asks; Recognize does not look at it.
	Close <-chan struct{}

	// Believe says that somebody speaks throughout, whatever models make of it:
	// voice activity is not asked, and nothing is left out as silence.
	Believe bool
}

// Progress is one report of Recognize.
type Progress struct {
	Loading  bool      // the model is being loaded; nothing else is set
	Segments []Segment // new ones, in order
	// Omissions are new segments that were left out, in order.
	Omissions []Omission
	Position  float64 // everything before this second is done and reported
	Reached   float64 // about how far decoding is, for display; seconds
	Language  string  // "" until known, and where the model does not tell
	Device    string  // what does the work, in words; "" until known
}

// Recognized is the result of Recognize; the segments went through the
// callback.
type Recognized struct {
	Duration float64  // seconds of audio read, Offset included
	Language string   // used or detected; "" if there was no speech
	Device   string   // what did the work, in words
	Load     float64  // seconds that loading the model took; 0 if it was in memory
	Warnings []string // sentences, among them why another device was used
}

// Tuner computes with other weights than those of a model file. Implemented by
// package engine, for Whisper models in f32 and f16. Its methods are safe for
// concurrent use.
type Tuner interface {
	// Measure takes the time of a stretch of made-up work, with the model, weights
	// and device of opt; the rest of it does not matter.
	Measure(ctx context.Context, opt RecognizeOptions) (Measurement, error)
	// Convert writes the model file at path as it is with other weights. It fails
	// with a *TuneError for a file that cannot have them.
	Convert(ctx context.Context, path, weights string, w io.Writer) error
}

// Measurement is how fast a model was once.
type Measurement struct {
	Seconds float64 // that one window of 30 s took, without loading the model
	Device  string  // that did it, in words
	Size    int64   // bytes of a file with these weights
}

// Fetcher downloads model files. Implemented by package fetch. Its methods are
// safe for concurrent use, and several programs may do the same at once.
type Fetcher interface {
	// Fetch downloads an offer's file into dir, where it gets its name only
	// when it is complete and its checksum is right. However it ends, what came
	// so far is kept, and the next call goes on from there. Reports go through
	// on, from one goroutine. It fails with a *DownloadError, or with ctx's
	// error when ctx is done.
	Fetch(ctx context.Context, o Offer, dir string, on func(FetchProgress)) error
	// Kept is how many bytes a Fetch that did not end well has kept in dir.
	Kept(o Offer, dir string) int64
	// Discard removes what a Fetch that did not end well has kept in dir, and
	// reports whether there was anything.
	Discard(o Offer, dir string) (bool, error)
}

// FetchProgress is one report of Fetch.
type FetchProgress struct {
	Done, Size int64 // bytes; Size is 0 until it is known
	Verifying  bool  // everything is there and its checksum is computed
}

// Language is one that can be recognised.
type Language struct {
	Code string // ISO 639-1, or 639-3 where there is no shorter one
	Name string // in English
}

// Device is something that can compute.
type Device struct {
	ID          string `json:"id"`      // "cpu", "gpu:0", …: what Options.Device takes
	Backend     string `json:"backend"` // "CPU", "Vulkan", "CUDA", "Metal"
	Name        string `json:"name"`
	Type        string `json:"type"` // "cpu", "gpu", "igpu"
	MemoryTotal uint64 `json:"memory_total"`
	MemoryFree  uint64 `json:"memory_free"`
	// What its self-test said, and how fast it was: see the constants.
	SelfTest SelfTest `json:"self_test"`
	Why      string   `json:"why,omitempty"`    // it is not used by itself; a clause
	GFLOPS   float64  `json:"gflops,omitempty"` // billion floating point operations a second
}

// SelfTest is what is known of a device. One that has not passed is used only
// if a person names it.
type SelfTest string

// Results of a self-test.
const (
	SelfTestPassed  SelfTest = "passed"
	SelfTestFailed  SelfTest = "failed"
	SelfTestCrashed SelfTest = "crashed" // Earshot ended while it was in use
	SelfTestRunning SelfTest = "running" // another Earshot is using it for the first time
)

// Library keeps transcripts. Implemented by package store. Its methods are
// safe for concurrent use; each is one transaction.
type Library interface {
	// Create stores a new running transcript and returns its id. If the entry has no
	// Origin, it gets that of another transcript of the recording.
	Create(ctx context.Context, e Entry) (int64, error)
	// Recorded says that the recording of a transcript is complete: until then
	// its Source had no Hash.
	Recorded(ctx context.Context, id int64, s Source) error
	// Append adds segments, which get their IDs, and moves the position in one
	// step. Language and device are kept when they are not empty.
	Append(ctx context.Context, id int64, p Progress) error
	// Finish records how a job ended.
	Finish(ctx context.Context, id int64, end Ending) error
	// Restart makes a resumable transcript run again from its position,
	// dropping segments past it, and returns it as it then is.
	Restart(ctx context.Context, id int64) (Transcript, error)
	// Cached finds the newest transcript of this content with these
	// settings, a finished one if there is one, else one that can be resumed;
	// ErrNotFound if there is neither.
	Cached(ctx context.Context, hash, key string) (Entry, error)
	// Unrecorded returns the entries whose recording was never completed: an
	// Earshot that is gone was making it.
	Unrecorded(ctx context.Context) ([]Entry, error)
	// List returns the entries that a filter chooses, newest first.
	List(ctx context.Context, f Filter, p Page) (Listing, error)
	// Facets tells what entries outside the trash have.
	Facets(ctx context.Context) (Facets, error)
	// Find finds places in transcripts outside the trash, and transcripts by
	// their titles.
	Find(ctx context.Context, q Query, opt FindOptions) (Found, error)
	// Entry returns one that is not in the trash.
	Entry(ctx context.Context, id int64) (Entry, error)
	Transcript(ctx context.Context, id int64) (Transcript, error)
	// Keep makes an omission a segment of its transcript.
	Keep(ctx context.Context, transcript, omission int64) error
	// Replace puts the segments and omissions of heard in the place of an
	// omission; ErrNotFound if it is not there any more.
	Replace(ctx context.Context, transcript, omission int64, heard Progress) error
	// Apply stores what a person has made of a transcript's segments and
	// speakers. The library keeps what the machine had written.
	Apply(ctx context.Context, transcript int64, e *Edits) error
	// Refine replaces the segments that nobody has edited with better ones, by
	// another model. Of those, the ones are left out whose place a person has
	// edited, as Transcript.Touched says, or emptied.
	Refine(ctx context.Context, id int64, model string, better []Segment) error
	Rename(ctx context.Context, id int64, title string) error

	// What follows is done to all of ids or, if it fails, to none; those that are
	// not there are left out, and it is ErrNotFound if none is.

	Tag(ctx context.Context, tag string, ids ...int64) error
	Untag(ctx context.Context, tag string, ids ...int64) error
	SetFavourite(ctx context.Context, on bool, ids ...int64) error
	// Trash hides transcripts; Restore brings them back; Delete removes them
	// for good.
	Trash(ctx context.Context, ids ...int64) error
	Restore(ctx context.Context, ids ...int64) error
	Delete(ctx context.Context, ids ...int64) error

	// Purge removes for good what has been in the trash for 30 days, and returns
	// the paths of recordings that no transcript is of any more.
	Purge(ctx context.Context) (paths []string, err error)

	// Sounds lists the recordings directly in the folder dir whose sound is there,
	// as far as the library knows.
	Sounds(ctx context.Context, dir string) ([]Sound, error)
	// HasSound reports whether a transcript, of the trash too, is of a recording
	// with this hash whose sound was not removed.
	HasSound(ctx context.Context, hash string) (bool, error)
	// SoundRemoved records that the sound at path is not there any more.
	SoundRemoved(ctx context.Context, path string) error

	// Archive yields everything that the library holds, the trash included, one
	// transcript after the other, as it is at one moment.
	Archive(ctx context.Context, yield func(Archived) error) error
	// Unarchive adds the transcripts that the library does not hold yet, see
	// Archived.Same, and returns their ids. One that it holds in the trash comes
	// back, unless it was there when it was archived.
	Unarchive(ctx context.Context, all []Archived) (added []int64, err error)
}

// Ending is what Library.Finish records.
type Ending struct {
	State    State
	Duration float64 // seconds of audio heard; 0 leaves it as it was
	Speed    float64 // audio seconds a wall second; 0 leaves it
	Load     float64 // seconds; 0 leaves it
	Warnings []string
}

// Edits is what Library.Apply stores.
type Edits struct {
	// Put are segments in their present form, by their IDs. New ones, whose ID
	// is 0, get one; what has been removed meanwhile is there again, under its ID.
	Put    []Segment
	Remove []int64 // segments, by their IDs; that one is not there is no error
	// Still are segments that must have their text: else nothing is stored, and it
	// is ErrNoMatch.
	Still []Segment
	// Speakers are those who are new or different, by their labels. The speakers
	// of segments are found by name.
	Speakers []Speaker
	// Dismiss are the labels of speakers who are none any more. One who says
	// something, since the machine has heard them again, stays.
	Dismiss []string
}
