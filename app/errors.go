package app

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// What callers branch on. They arrive wrapped in the typed errors below,
// which name the file, model or folder at fault.
var (
	ErrNotFound = errors.New("not found")
	ErrNoModel  = errors.New("no model is installed")
	ErrNoEngine = errors.New("this build has no speech engine")

	ErrNoAudio     = errors.New("there is no audio stream")
	ErrEmptyFile   = errors.New("the file is empty")
	ErrNotMedia    = errors.New("not a media file")
	ErrNoDecoder   = errors.New("ffmpeg is not installed")
	ErrNoTrack     = errors.New("there is no such audio track")
	ErrChangedFile = errors.New("the file has changed since it was transcribed")

	ErrNothingHeard = errors.New("nothing was heard")
	ErrNotOmitted   = errors.New("it is not left out any more")

	ErrBusy       = errors.New("the library is locked by another program")
	ErrDiskFull   = errors.New("the disk is full")
	ErrReadOnly   = errors.New("the folder cannot be written to")
	ErrNewer      = errors.New("the library was made by a newer Earshot")
	ErrNotLibrary = errors.New("the file is not an Earshot library")

	ErrNoChecksum  = errors.New("no checksum of it is known")
	ErrUnreachable = errors.New("the server could not be reached")
	ErrStalled     = errors.New("nothing came any more")
	ErrCutShort    = errors.New("the connection broke off")
	ErrWebPage     = errors.New("a web page came instead of the file")
	ErrWrongFile   = errors.New("another file came")
	ErrRedirect    = errors.New("the server leads somewhere else")

	ErrNoInput   = errors.New("there is nothing to record from")
	ErrRecording = errors.New("a recording is running already")
	ErrNoServer  = errors.New("the sound server does not answer")

	// ErrClosing is the cause of a job's end when the program is closed.
	ErrClosing = errors.New("the program is closing")
)

// MediaError says why a file could not be turned into audio.
type MediaError struct {
	Path string
	Err  error
}

func (e *MediaError) Error() string { return fmt.Sprintf("decode %q: %v", e.Path, e.Err) }
func (e *MediaError) Unwrap() error { return e.Err }

// RecordError says why a recording could not begin, or had to end.
type RecordError struct {
	Source string // as it was asked for
	Err    error
}

func (e *RecordError) Error() string { return fmt.Sprintf("record from %q: %v", e.Source, e.Err) }
func (e *RecordError) Unwrap() error { return e.Err }

// ModelError says why a model file cannot be used. Err reads as the end of a
// sentence about the file: "it is cut short".
type ModelError struct {
	Path string
	Err  error
}

func (e *ModelError) Error() string { return fmt.Sprintf("use model %q: %v", e.Path, e.Err) }
func (e *ModelError) Unwrap() error { return e.Err }

// TuneError says why a model cannot have other weights. Err reads as the end of
// a sentence, as in a ModelError.
type TuneError struct {
	Path string
	Err  error
}

func (e *TuneError) Error() string { return fmt.Sprintf("tune model %q: %v", e.Path, e.Err) }
func (e *TuneError) Unwrap() error { return e.Err }

// LibraryError says why the library at Path failed to do its work.
type LibraryError struct {
	Path string
	Err  error
}

func (e *LibraryError) Error() string { return fmt.Sprintf("use library %q: %v", e.Path, e.Err) }
func (e *LibraryError) Unwrap() error { return e.Err }

// DownloadError says why a model could not be downloaded.
type DownloadError struct {
	Name string // of the model
	Host string // it was to come from
	Err  error
}

func (e *DownloadError) Error() string {
	return fmt.Sprintf("download model %q from %s: %v", e.Name, e.Host, e.Err)
}
func (e *DownloadError) Unwrap() error { return e.Err }

// StatusError is a server's refusal, by its HTTP status.
type StatusError struct{ Code int }

func (e *StatusError) Error() string {
	return strings.TrimSpace(fmt.Sprintf("answered %d %s", e.Code, http.StatusText(e.Code)))
}

// SpaceError says how much room a disk lacks. It is an ErrDiskFull.
type SpaceError struct {
	Dir     string
	Missing int64 // bytes
}

func (e *SpaceError) Error() string {
	return fmt.Sprintf("%s has %s too little room", e.Dir, Bytes(e.Missing))
}
func (e *SpaceError) Unwrap() error { return ErrDiskFull }

// UsageError is a value that a person gave and that makes no sense.
type UsageError struct {
	What, Value string
	Want        string // what would make sense
}

func (e *UsageError) Error() string {
	return fmt.Sprintf("understand %s %q: want %s", e.What, e.Value, e.Want)
}
