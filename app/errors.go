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
	ErrRemoved     = errors.New("its sound was removed when its time was over")
	ErrChangedFile = errors.New("the file has changed since it was transcribed")
	ErrTooLong     = errors.New("the recording is too long")
	ErrTooLarge    = errors.New("the file is too large")

	ErrNothingHeard = errors.New("nothing was heard")
	ErrNotOmitted   = errors.New("it is not left out any more")

	ErrOpen        = errors.New("the transcript is open already")
	ErrNoSegment   = errors.New("there is no such segment any more")
	ErrNoSplit     = errors.New("there is no text on both sides")
	ErrLastSegment = errors.New("no segment follows")
	ErrNoMatch     = errors.New("the text is another now")
	ErrNoSpeaker   = errors.New("there is no such speaker any more")
	ErrNameTaken   = errors.New("another speaker has this name")

	ErrBusy       = errors.New("the library is locked by another program")
	ErrDiskFull   = errors.New("the disk is full")
	ErrReadOnly   = errors.New("the folder cannot be written to")
	ErrNewer      = errors.New("the library was made by a newer Earshot")
	ErrNotLibrary = errors.New("the file is not an Earshot library")

	ErrNotBackup   = errors.New("it is not an Earshot backup")
	ErrNewerBackup = errors.New("it was made by a newer Earshot")
	ErrDamaged     = errors.New("it is damaged")

	ErrNoChecksum  = errors.New("no checksum of it is known")
	ErrUnreachable = errors.New("the server could not be reached")
	ErrStalled     = errors.New("nothing came any more")
	ErrCutShort    = errors.New("the connection broke off")
	ErrWebPage     = errors.New("a web page came instead of the file")
	ErrWrongFile   = errors.New("another file came")
	ErrRedirect    = errors.New("the server leads somewhere else")
	ErrForbidden   = errors.New("the address is not a public one")

	ErrNoInput   = errors.New("there is nothing to record from")
	ErrRecording = errors.New("a recording is running already")
	ErrNoServer  = errors.New("the sound server does not answer")
	ErrNoOutput  = errors.New("there is nothing to play sound with")
	ErrStuck     = errors.New("the sound device takes no more sound")
	ErrNoPlayer  = errors.New("this build plays no sound")

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

// PlayError says why nothing can be heard, though the recording is in order.
type PlayError struct{ Err error }

func (e *PlayError) Error() string { return fmt.Sprintf("play: %v", e.Err) }
func (e *PlayError) Unwrap() error { return e.Err }

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

// BackupError says why a backup cannot be restored.
type BackupError struct {
	Name       string // of the file
	Transcript int    // in it, from 1; 0 if it is none of them
	Err        error
}

func (e *BackupError) Error() string {
	if e.Transcript == 0 {
		return fmt.Sprintf("restore %q: %v", e.Name, e.Err)
	}
	return fmt.Sprintf("restore transcript %d of %q: %v", e.Transcript, e.Name, e.Err)
}
func (e *BackupError) Unwrap() error { return e.Err }

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

// AddressError says why a recording could not be fetched from where it lies.
type AddressError struct {
	Host string
	Err  error
}

func (e *AddressError) Error() string { return fmt.Sprintf("fetch from %s: %v", e.Host, e.Err) }
func (e *AddressError) Unwrap() error { return e.Err }

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
