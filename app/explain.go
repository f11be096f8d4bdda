package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Explain turns an error into one sentence for a person and, where there is
// something to do, a hint that says what. It is the only place that does.
func Explain(err error) (sentence, hint string) {
	var media *MediaError
	var model *ModelError
	var library *LibraryError
	var usage *UsageError
	switch {
	case err == nil:
		return "", ""
	case errors.Is(err, ErrClosing):
		return "Earshot was closed before it was done.", "Choose Resume to go on from there."
	case errors.Is(err, context.Canceled):
		return "Cancelled.", ""
	case errors.As(err, &media):
		return explainMedia(media)
	case errors.As(err, &model):
		return fmt.Sprintf("The model %s cannot be used: %s.", quoted(model.Path), reason(model.Err)),
			"Choose another model, or get this one again."
	case errors.As(err, &library):
		return explainLibrary(library)
	case errors.As(err, &usage):
		return fmt.Sprintf("“%s” is not a %s: it has to be %s.", usage.Value, usage.What, usage.Want), ""
	case errors.Is(err, ErrNoModel):
		return "No speech model is installed.",
			"Put a whisper.cpp model, such as ggml-small.bin, into the models folder, or name one with --model."
	case errors.Is(err, ErrNoEngine):
		return "This build of Earshot cannot transcribe: it was made without cgo.", "Build it with make build."
	case errors.Is(err, ErrNotFound):
		return "There is no such transcript in the library.", ""
	}
	// With the path, if it has one: nothing else names it.
	return capital(strings.TrimSuffix(err.Error(), ".")) + ".", ""
}

func explainMedia(e *MediaError) (sentence, hint string) {
	name := quoted(e.Path)
	switch {
	case errors.Is(e.Err, ErrNoAudio):
		return name + " has no sound in it.", ""
	case errors.Is(e.Err, ErrEmptyFile):
		return name + " is empty.", ""
	case errors.Is(e.Err, ErrNotMedia):
		return name + " is not an audio or video file that can be read.", "If it should be one, try to play it elsewhere: it may be damaged."
	case errors.Is(e.Err, ErrNoDecoder):
		return name + " cannot be read without ffmpeg, which is not installed.", "Install ffmpeg (Debian, Ubuntu: apt install ffmpeg; Mac: brew install ffmpeg). WAV files work without it."
	case errors.Is(e.Err, ErrNoTrack):
		return name + " has no such audio track.", ""
	case errors.Is(e.Err, ErrChangedFile):
		return name + " has changed since it was transcribed.", "Transcribe it again from the start."
	case errors.Is(e.Err, fs.ErrNotExist):
		return name + " does not exist.", "It may have been moved or renamed."
	case errors.Is(e.Err, fs.ErrPermission):
		return name + " cannot be read: you do not have permission.", ""
	}
	return fmt.Sprintf("%s cannot be read: %s.", name, reason(e.Err)), ""
}

func explainLibrary(e *LibraryError) (sentence, hint string) {
	where := fmt.Sprintf("“%s”", e.Path)
	switch {
	case errors.Is(e.Err, ErrBusy):
		return "The library is in use by another Earshot and did not become free.", "Close the other one, or wait until it is done, and try again."
	case errors.Is(e.Err, ErrDiskFull):
		return "The disk is full: nothing more can be stored in " + where + ".", "Make room, then choose Resume; what was stored is safe."
	case errors.Is(e.Err, ErrReadOnly):
		return "The library in " + where + " cannot be written to.", "Check the folder's permissions, or choose another with --data."
	case errors.Is(e.Err, ErrNewer):
		return "The library in " + where + " was made by a newer version of Earshot, so this one leaves it alone.", "Install the newer version, or choose another folder with --data."
	case errors.Is(e.Err, ErrNotLibrary):
		return "The file " + where + " is not an Earshot library, or it is damaged.", "Move it away, or choose another folder with --data."
	case errors.Is(e.Err, ErrNotFound):
		return "There is no such transcript in the library.", ""
	}
	return fmt.Sprintf("The library in %s does not work: %s.", where, reason(e.Err)), ""
}

// reason strips what a path error says twice: the operation and the path.
func reason(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return strings.TrimSuffix(err.Error(), ".")
}

func quoted(path string) string {
	if path == "-" {
		return "Standard input"
	}
	return "“" + filepath.Base(path) + "”"
}

func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}
