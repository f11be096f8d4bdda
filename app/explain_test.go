package app_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"earshot/app"
)

func TestExplain(t *testing.T) {
	media := func(err error) error { return &app.MediaError{Path: "/talks/a.wav", Err: err} }
	model := func(err error) error { return &app.ModelError{Path: "/models/ggml-base.bin", Err: err} }
	library := func(err error) error { return &app.LibraryError{Path: "/data", Err: err} }
	download := func(err error) error { return &app.DownloadError{Name: "base", Host: "models.invalid", Err: err} }
	backup := func(at int, err error) error {
		return &app.BackupError{Name: "/saved/all.json", Transcript: at, Err: err}
	}
	status := func(code int) error { return download(&app.StatusError{Code: code}) }
	denied := &fs.PathError{Op: "open", Path: "/talks/a.wav", Err: fs.ErrPermission}
	missing := &fs.PathError{Op: "open", Path: "/talks/a.wav", Err: fs.ErrNotExist}
	tests := []struct {
		err   error
		names string // what the sentence names
		says  string
		hint  bool
	}{
		{app.ErrClosing, "Earshot", "closed", true},
		{context.Canceled, "", "Cancelled", false},
		{library(context.Canceled), "", "Cancelled", false},
		{app.ErrOpen, "", "open already", false},
		{app.ErrNoSegment, "", "not there any more", false},
		{app.ErrNoSplit, "", "split", true},
		{app.ErrLastSegment, "", "No line follows", false},
		{app.ErrNoMatch, "", "another now", true},
		{app.ErrNoSpeaker, "", "not there any more", false},
		{app.ErrNameTaken, "", "this name", true},

		{media(app.ErrNoAudio), "“a.wav”", "no sound", false},
		{media(app.ErrEmptyFile), "“a.wav”", "empty", false},
		{media(app.ErrNotMedia), "“a.wav”", "not an audio or video file", true},
		{media(fmt.Errorf("%w (moov atom not found)", app.ErrNotMedia)), "“a.wav”", "not an audio or video file", true},
		{media(app.ErrNoDecoder), "“a.wav”", "without ffmpeg", true},
		{media(app.ErrNoTrack), "“a.wav”", "no such audio track", false},
		{media(app.ErrRemoved), "recording", "removed when its time was over", true},
		{backup(0, app.ErrNotBackup), "“all.json”", "not an Earshot backup", true},
		{backup(0, app.ErrNewerBackup), "“all.json”", "newer Earshot", true},
		{backup(3, app.ErrCutShort), "“all.json”", "ends before it is complete, in its transcript 3", true},
		{backup(3, app.ErrDamaged), "“all.json”", "transcript 3 cannot be read", true},
		{backup(0, io.ErrNoProgress), "“all.json”", "cannot be read", false},
		{media(app.ErrChangedFile), "“a.wav”", "changed", true},
		{media(missing), "“a.wav”", "does not exist", true},
		{media(denied), "“a.wav”", "permission", false},
		{media(errors.New("it is a folder.")), "“a.wav”", "it is a folder", false},
		{&app.RecordError{Source: app.SourceMicrophone, Err: app.ErrNoInput}, "microphone", "no microphone", true},
		{&app.RecordError{Source: app.SourceSystem, Err: app.ErrNoInput}, "computer plays", "cannot be recorded", false},
		{&app.RecordError{Source: "yeti", Err: app.ErrNoInput}, "yeti", "no input", true},
		{&app.RecordError{Source: "yeti", Err: app.ErrNoServer}, "sound server", "does not answer", true},
		{&app.RecordError{Source: "yeti", Err: app.ErrDiskFull}, "disk", "full", true},
		{&app.PlayError{Err: app.ErrNoServer}, "sound server", "Nothing can be played", true},
		{&app.PlayError{Err: app.ErrNoOutput}, "loudspeakers", "There are no", true},
		{&app.PlayError{Err: app.ErrStuck}, "loudspeakers", "no more sound", true},
		{&app.PlayError{Err: app.ErrNoPlayer}, "build", "cannot play", true},
		{&app.PlayError{Err: errors.New("it hums.")}, "Playing", "it hums", false},
		{&app.MediaError{Path: "-", Err: app.ErrEmptyFile}, "Standard input", "empty", false},

		{model(errors.New("it is cut short")), "“ggml-base.bin”", "it is cut short", true},
		{model(missing), "“ggml-base.bin”", "file does not exist", true},

		{model(app.ErrNoChecksum), "“ggml-base.bin”", "cannot be verified: no checksum of it is known", false},

		{&app.TuneError{Path: "/models/ggml-base.bin", Err: errors.New("it is no Whisper model")}, "“ggml-base.bin”", "cannot be tuned: it is no", false},

		{library(app.ErrBusy), "library", "in use by another Earshot", true},
		{library(app.ErrDiskFull), "“/data”", "full", true},
		{library(app.ErrReadOnly), "“/data”", "cannot be written to", true},
		{library(app.ErrNewer), "“/data”", "newer version", true},
		{library(app.ErrNotLibrary), "“/data”", "not an Earshot library", true},
		{library(app.ErrNotFound), "transcript", "no such", false},
		{library(fmt.Errorf("%w (SQL error)", app.ErrDiskFull)), "“/data”", "full", true},
		{library(app.ErrNoEngine), "“/data”", "no speech engine", false},
		{library(denied), "“/data”", "permission denied", false},

		{download(&app.SpaceError{Dir: "/data/models", Missing: 5e8}), "“base”", "500 MB more room is needed in “/data/models”", true},
		{download(app.ErrDiskFull), "“base”", "full", true},
		{download(fmt.Errorf("%w: no such host", app.ErrUnreachable)), "“base”", "models.invalid could not be reached (no such host)", true},
		{download(app.ErrStalled), "“base”", "models.invalid sends nothing more", true},
		{download(app.ErrCutShort), "“base”", "models.invalid sends nothing more", true},
		{download(app.ErrWebPage), "“base”", "web page came from models.invalid", true},
		{download(fmt.Errorf("%w: it is green", app.ErrWrongFile)), "“base”", "(it is green)", true},
		{download(app.ErrRedirect), "“base”", "leads somewhere else", false},
		{download(denied), "“base”", "cannot be written to", true},
		{download(missing), "“base”", "cannot be stored in “/talks/a.wav”: file does not exist", false},
		{download(errors.New("the moon is full")), "“base”", "from models.invalid: the moon is full", false},
		{download(context.Canceled), "", "Cancelled", false},
		{status(404), "“base”", "is not there: models.invalid answered 404 Not Found", true},
		{status(403), "“base”", "may not be downloaded here: models.invalid answered 403 Forbidden", true},
		{status(407), "“base”", "answered 407 Proxy Authentication Required", true},
		{status(429), "“base”", "answered 429 Too Many Requests", true},
		{status(503), "“base”", "answered 503 Service Unavailable", true},
		{status(416), "“base”", "answered 416", false},
		{status(999), "“base”", "answered 999", true},

		{&app.UsageError{What: "format", Value: "doc", Want: "txt or srt"}, "“doc”", "has to be txt or srt", false},
		{app.ErrNoModel, "speech model", "No speech model", true},
		{app.ErrNoEngine, "build of Earshot", "without cgo", true},
		{app.ErrNotFound, "transcript", "no such", false},

		// These come wrapped; by themselves they are sentences as well.
		{app.ErrNoAudio, "audio stream", "no audio", false},
		{app.ErrEmptyFile, "file", "empty", false},
		{app.ErrNotMedia, "media file", "Not a", false},
		{app.ErrNoDecoder, "ffmpeg", "not installed", false},
		{app.ErrNoTrack, "audio track", "no such", false},
		{app.ErrChangedFile, "file", "changed", false},
		{app.ErrBusy, "library", "locked", false},
		{app.ErrDiskFull, "disk", "full", false},
		{app.ErrReadOnly, "folder", "cannot be written to", false},
		{app.ErrNewer, "library", "newer Earshot", false},
		{app.ErrNotLibrary, "file", "not an Earshot library", false},

		{errors.New("the moon is full"), "moon", "The moon is full", false},
		{errors.New("ärger."), "ärger", "", false},
		{fmt.Errorf("save settings: %w", denied), "/talks/a.wav", "Save settings", false},
	}
	for _, test := range tests {
		for _, err := range []error{test.err, fmt.Errorf("work: %w", test.err)} {
			sentence, hint := app.Explain(err)
			if !isSentence(sentence) {
				t.Errorf("Explain(%v): got %q, want one sentence", err, sentence)
			}
			for _, part := range []string{test.names, test.says} {
				if !strings.Contains(strings.ToLower(sentence), strings.ToLower(part)) {
					t.Errorf("Explain(%v): got %q, want it to say %q", err, sentence, part)
				}
			}
			if (hint != "") != test.hint || hint != "" && !strings.HasSuffix(hint, ".") {
				t.Errorf("Explain(%v): got hint %q, want one: %v", err, hint, test.hint)
			}
		}
	}
	if sentence, hint := app.Explain(nil); sentence != "" || hint != "" {
		t.Errorf("Explain(nil): got %q and %q, want nothing", sentence, hint)
	}
}

// isSentence reports whether s is one sentence, which may begin with a name in
// quotes.
func isSentence(s string) bool {
	body, ended := strings.CutSuffix(s, ".")
	first, _ := utf8.DecodeRuneInString(body)
	return ended && (first == '“' || unicode.IsUpper(first)) && !strings.HasSuffix(body, ".") &&
		!strings.Contains(body, ". ") && !strings.Contains(body, "\n")
}

// The path and the operation are said once, by the sentence.
func TestExplainDoesNotRepeat(t *testing.T) {
	err := &app.LibraryError{Path: "/data", Err: &fs.PathError{Op: "mkdir", Path: "/data/run", Err: errors.New("not a directory")}}
	if got, _ := app.Explain(err); got != "The library in “/data” does not work: not a directory." {
		t.Errorf("got %q", got)
	}
}

func TestErrorsName(t *testing.T) {
	tests := []struct {
		err  error
		want string
	}{
		{&app.MediaError{Path: "a b.wav", Err: app.ErrNoAudio}, `decode "a b.wav": there is no audio stream`},
		{&app.ModelError{Path: "m.bin", Err: errors.New("it is empty")}, `use model "m.bin": it is empty`},
		{&app.DownloadError{Name: "base", Host: "models.invalid", Err: app.ErrStalled}, `download model "base" from models.invalid: nothing came any more`},
		{&app.SpaceError{Dir: "data", Missing: 2e9}, `data has 2.0 GB too little room`},
		{&app.StatusError{Code: 404}, `answered 404 Not Found`},
		{&app.LibraryError{Path: "data", Err: app.ErrBusy}, `use library "data": the library is locked by another program`},
		{&app.UsageError{What: "format", Value: "doc", Want: "txt"}, `understand format "doc": want txt`},
	}
	for _, test := range tests {
		if got := test.err.Error(); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}
