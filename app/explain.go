package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"syscall"
	"unicode"
	"unicode/utf8"
)

// Explain turns an error into one sentence for a person and, where there is
// something to do, a hint that says what. It is the only place that does.
func Explain(err error) (sentence, hint string) {
	var media *MediaError
	var record *RecordError
	var play *PlayError
	var model *ModelError
	var tune *TuneError
	var library *LibraryError
	var download *DownloadError
	var backup *BackupError
	var usage *UsageError
	var address *AddressError
	var serve *ServeError
	switch {
	case err == nil:
		return "", ""
	case errors.Is(err, ErrClosing):
		return "Earshot was closed before it was done.", "Choose Resume to go on from there."
	case errors.Is(err, context.Canceled):
		return "Cancelled.", ""
	case errors.As(err, &media):
		return explainMedia(media)
	case errors.As(err, &record):
		return explainRecord(record)
	case errors.As(err, &play):
		return explainPlay(play)
	case errors.As(err, &model):
		return explainModel(model)
	case errors.As(err, &tune):
		return fmt.Sprintf("The model %s cannot be tuned: %s.", quoted(tune.Path), reason(tune.Err)), ""
	case errors.As(err, &library):
		return explainLibrary(library)
	case errors.As(err, &download):
		return explainDownload(download)
	case errors.As(err, &backup):
		return explainBackup(backup)
	case errors.As(err, &address):
		return explainAddress(address)
	case errors.As(err, &serve):
		return explainServe(serve)
	case errors.As(err, &usage):
		return fmt.Sprintf("“%s” is not a %s: it has to be %s.", usage.Value, usage.What, usage.Want), ""
	}
	return explainOther(err)
}

func explainOther(err error) (sentence, hint string) {
	switch {
	case errors.Is(err, ErrNoModel):
		return "No speech model is installed.",
			"Get one with “earshot models get small”, or name a model file with --model."
	case errors.Is(err, ErrNoEngine):
		return "This build of Earshot cannot transcribe: it was made without cgo.", "Build it with make build."
	case errors.Is(err, ErrNotOmitted):
		return "Nothing is left out of the transcript at that place.", ""
	case errors.Is(err, ErrNothingHeard):
		return "Nothing was heard there the second time.", "The text of the first time can still be put back."
	case errors.Is(err, ErrRecording):
		return "A recording is running already.", "Stop it first."
	case errors.Is(err, ErrOpen):
		return "The transcript is open already.", ""
	case errors.Is(err, ErrNoSegment):
		return "That line is not there any more.", ""
	case errors.Is(err, ErrNoSplit):
		return "Nothing can be split there.", "Put the caret between two words."
	case errors.Is(err, ErrLastSegment):
		return "No line follows that this one could be merged with.", ""
	case errors.Is(err, ErrNoMatch):
		return "The text there is another now.", "Search again."
	case errors.Is(err, ErrNoSpeaker):
		return "That speaker is not there any more.", ""
	case errors.Is(err, ErrNameTaken):
		return "Another speaker has this name already.", "Merge the two if they are the same."
	case errors.Is(err, ErrNotFound):
		return "There is no such transcript in the library.", ""
	}
	// With the path, if it has one: nothing else names it.
	return capital(strings.TrimSuffix(err.Error(), ".")) + ".", ""
}

func explainServe(e *ServeError) (sentence, hint string) {
	var host *net.DNSError
	switch {
	case errors.Is(e.Err, syscall.EADDRINUSE), errors.Is(e.Err, winAddrInUse):
		return fmt.Sprintf("The API cannot be served: another program uses %s.", e.Addr),
			"Choose another port, or end that program, which may be another Earshot."
	case errors.Is(e.Err, syscall.EACCES), errors.Is(e.Err, winAccess):
		return fmt.Sprintf("The API cannot be served: the system keeps %s for itself.", e.Addr), "Choose a port from 1024 on."
	case errors.Is(e.Err, syscall.EADDRNOTAVAIL), errors.Is(e.Err, winAddrNotAvail), errors.As(e.Err, &host):
		return fmt.Sprintf("The API cannot be served: %s is not an address of this computer.", e.Addr), "127.0.0.1 always is."
	}
	return fmt.Sprintf("The API cannot be served at %s: %s.", e.Addr, reason(e.Err)), ""
}

// What Windows calls these; syscall has numbers of its own for them.
const (
	winAccess       = syscall.Errno(10013)
	winAddrInUse    = syscall.Errno(10048)
	winAddrNotAvail = syscall.Errno(10049)
)

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
	case errors.Is(e.Err, ErrRemoved):
		return "The sound of this recording was removed when its time was over.", "The settings say how long the sound of recordings is kept."
	case errors.Is(e.Err, ErrTooLong):
		return name + " lasts longer than is allowed here.", ""
	case errors.Is(e.Err, ErrChangedFile):
		return name + " has changed since it was transcribed.", "Transcribe it again from the start."
	case errors.Is(e.Err, fs.ErrNotExist):
		return name + " does not exist.", "It may have been moved or renamed."
	case errors.Is(e.Err, fs.ErrPermission):
		return name + " cannot be read: you do not have permission.", ""
	}
	return fmt.Sprintf("%s cannot be read: %s.", name, reason(e.Err)), ""
}

func explainRecord(e *RecordError) (sentence, hint string) {
	switch {
	case errors.Is(e.Err, ErrNoServer):
		return "No sound can be recorded: the sound server does not answer.", "Check that PulseAudio or PipeWire is running."
	case errors.Is(e.Err, ErrNoInput) && e.Source == SourceSystem:
		return "What the computer plays cannot be recorded on this machine.", ""
	case errors.Is(e.Err, ErrNoInput) && e.Source == SourceMicrophone:
		return "There is no microphone.", "Connect one and try again; “earshot devices” lists what is there."
	case errors.Is(e.Err, ErrNoInput):
		return fmt.Sprintf("There is no input “%s” to record from.", e.Source), "“earshot devices” lists what is there."
	case errors.Is(e.Err, ErrDiskFull):
		return "The disk is full: the recording has stopped.", "Everything up to here is kept. Make room before you record again."
	}
	return fmt.Sprintf("Recording does not work: %s.", reason(e.Err)), ""
}

func explainPlay(e *PlayError) (sentence, hint string) {
	switch {
	case errors.Is(e.Err, ErrNoServer):
		return "Nothing can be played: the sound server does not answer.", "Check that PulseAudio or PipeWire is running."
	case errors.Is(e.Err, ErrNoOutput):
		return "There are no loudspeakers or headphones to play with.", "Connect some and play it again."
	case errors.Is(e.Err, ErrStuck):
		return "The loudspeakers take no more sound.", "Play it again: Earshot then looks for them anew."
	case errors.Is(e.Err, ErrNoPlayer):
		return "This build of Earshot cannot play sound: it was made without cgo.", "Build it with make build."
	}
	return fmt.Sprintf("Playing does not work: %s.", reason(e.Err)), ""
}

func explainAddress(e *AddressError) (sentence, hint string) {
	var status *StatusError
	switch {
	case errors.As(e.Err, &status):
		return fmt.Sprintf("The recording could not be fetched: %s %s.", e.Host, status), ""
	case errors.Is(e.Err, ErrForbidden):
		return fmt.Sprintf("The recording is not fetched from %s: it is not a public address.", e.Host),
			"Addresses of this machine and its network have to be allowed first."
	case errors.Is(e.Err, ErrTooLarge):
		return fmt.Sprintf("The recording from %s is larger than is allowed.", e.Host), ""
	case errors.Is(e.Err, ErrUnreachable):
		return fmt.Sprintf("The recording could not be fetched: %s could not be reached.", e.Host), ""
	}
	return fmt.Sprintf("The recording could not be fetched from %s: %s.", e.Host, reason(e.Err)), ""
}

func explainModel(e *ModelError) (sentence, hint string) {
	if errors.Is(e.Err, ErrNoChecksum) {
		return fmt.Sprintf("The model %s cannot be verified: %s.", quoted(e.Path), ErrNoChecksum), ""
	}
	return fmt.Sprintf("The model %s cannot be used: %s.", quoted(e.Path), reason(e.Err)),
		"Choose another model, or get this one again."
}

func explainBackup(e *BackupError) (sentence, hint string) {
	name := quoted(e.Name)
	switch {
	case errors.Is(e.Err, ErrNotBackup):
		return name + " is not an Earshot backup.", "“earshot history backup FILE” makes one."
	case errors.Is(e.Err, ErrNewerBackup):
		return name + " was made by a newer Earshot.", "Install that version or a later one."
	case errors.Is(e.Err, ErrCutShort):
		return fmt.Sprintf("%s ends before it is complete, in its transcript %d.", name, e.Transcript), "What came before is in the library."
	case e.Transcript > 0:
		return fmt.Sprintf("%s is damaged: its transcript %d cannot be read.", name, e.Transcript), "What came before is in the library."
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

func explainDownload(e *DownloadError) (sentence, hint string) {
	const again = "Try again later: it goes on where it stopped."
	model := fmt.Sprintf("The model “%s”", e.Name)
	var status *StatusError
	var space *SpaceError
	var path *fs.PathError
	switch {
	case errors.As(e.Err, &space):
		return fmt.Sprintf("%s does not fit: %s more room is needed in “%s”.", model, Bytes(space.Missing), space.Dir),
			"Make room and try again."
	case errors.Is(e.Err, ErrDiskFull):
		return model + " does not fit: the disk is full.", "Make room, then try again: it goes on where it stopped."
	case errors.As(e.Err, &status):
		return explainStatus(model, e.Host, status, again)
	case errors.Is(e.Err, ErrUnreachable):
		return fmt.Sprintf("%s could not be downloaded: %s could not be reached (%s).", model, e.Host, cause(e.Err, ErrUnreachable)),
			"Check the connection; where there is a proxy, HTTPS_PROXY has to name it."
	case errors.Is(e.Err, ErrStalled), errors.Is(e.Err, ErrCutShort):
		return fmt.Sprintf("The download of the model “%s” stopped: %s sends nothing more.", e.Name, e.Host), again
	case errors.Is(e.Err, ErrWebPage):
		return fmt.Sprintf("A web page came from %s instead of the model “%s”.", e.Host, e.Name),
			"The network may want you to sign in first, or a proxy may be in the way."
	case errors.Is(e.Err, ErrWrongFile):
		return fmt.Sprintf("What came from %s is not the model “%s” (%s).", e.Host, e.Name, cause(e.Err, ErrWrongFile)),
			"Try again; if it stays so, the server or the mirror has another file."
	case errors.Is(e.Err, fs.ErrPermission), errors.Is(e.Err, ErrReadOnly):
		return model + " cannot be stored: the models folder cannot be written to.", "Check the folder's permissions, or choose another with --data."
	}
	if errors.As(e.Err, &path) {
		return fmt.Sprintf("%s cannot be stored in “%s”: %v.", model, path.Path, path.Err), ""
	}
	return fmt.Sprintf("%s could not be downloaded from %s: %s.", model, e.Host, reason(e.Err)), ""
}

func explainStatus(model, host string, status *StatusError, again string) (sentence, hint string) {
	switch code := status.Code; {
	case code == http.StatusNotFound || code == http.StatusGone:
		return fmt.Sprintf("%s is not there: %s %s.", model, host, status), "A newer version of Earshot may know where it is now."
	case code == http.StatusUnauthorized || code == http.StatusForbidden || code == http.StatusProxyAuthRequired:
		return fmt.Sprintf("%s may not be downloaded here: %s %s.", model, host, status), "A proxy or firewall may be in the way."
	case code >= 500 || code == http.StatusTooManyRequests:
		return fmt.Sprintf("%s could not be downloaded: %s %s.", model, host, status), again
	}
	return fmt.Sprintf("%s could not be downloaded: %s %s.", model, host, status), ""
}

// cause is what an error says beside the general error that it wraps.
func cause(err, general error) string {
	detail := strings.TrimPrefix(strings.TrimPrefix(err.Error(), general.Error()), ": ")
	if detail == "" {
		return "no more is known"
	}
	return detail
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
