package api

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"os"
	"time"

	"earshot/app"
)

// failure is why a request is refused. Each family has its own way to say so.
type failure struct {
	status  int // HTTP's, as the first family has it
	code    string
	message string // for the one who wrote the client
	extra   map[string]any
	retry   time.Duration // after which it is worth trying again; 0 says nothing
	cause   error         // for the log, may be nil
}

func (f *failure) Error() string { return f.code + ": " + f.message }
func (f *failure) Unwrap() error { return f.cause }

// The codes of failures.
const (
	codeMissing     = "MISSING_PARAMETER"
	codeInvalid     = "INVALID_PARAMETER"
	codeKey         = "INVALID_LICENSE"
	codeOrigin      = "FORBIDDEN_ORIGIN"
	codeNotFound    = "NOT_FOUND"
	codeMethod      = "METHOD_NOT_ALLOWED"
	codeTimeout     = "REQUEST_TIMEOUT"
	codeFormat      = "UNSUPPORTED_FORMAT"
	codeSize        = "FILE_TOO_LARGE"
	codeDuration    = "AUDIO_TOO_LONG"
	codeCorrupt     = "CORRUPT_AUDIO"
	codeURL         = "URL_NOT_FETCHED"
	codeRate        = "RATE_LIMIT_EXCEEDED"
	codeInternal    = "INTERNAL_ERROR"
	codeUnsupported = "NOT_SUPPORTED"
	codeUnavailable = "SERVICE_UNAVAILABLE"
)

func missing(message string) *failure {
	return &failure{status: http.StatusBadRequest, code: codeMissing, message: message}
}

func invalid(format string, args ...any) *failure {
	return &failure{status: http.StatusBadRequest, code: codeInvalid, message: fmt.Sprintf(format, args...)}
}

// unsupported is a wish that nobody here can fulfil: better no answer than a
// made-up one.
func unsupported(message string) *failure {
	return &failure{status: http.StatusNotImplemented, code: codeUnsupported, message: message}
}

func unavailable(message string, cause error) *failure {
	return &failure{status: http.StatusServiceUnavailable, code: codeUnavailable, message: message, retry: 30 * time.Second, cause: cause}
}

var (
	errTooSlow = &failure{status: http.StatusRequestTimeout, code: codeTimeout, message: "The body came too slowly"}
	errCut     = &failure{status: http.StatusBadRequest, code: codeInvalid, message: "The body is cut short"}
	errFormat  = &failure{
		status: http.StatusUnsupportedMediaType, code: codeFormat, message: "Unsupported audio format",
		extra: map[string]any{"supported_formats": []string{"wav", "mp3", "flac", "ogg", "m4a"}},
	}
	errCorrupt = &failure{status: http.StatusUnprocessableEntity, code: codeCorrupt, message: "The audio is damaged: nothing of it could be decoded"}
)

func (l Limits) tooLarge() *failure {
	return &failure{
		status: http.StatusUnprocessableEntity, code: codeSize, message: "Audio file too large",
		extra: map[string]any{"max_size_mb": l.megabytes()},
	}
}

func (l Limits) megabytes() float64 { return math.Round(float64(l.Size)/(1<<20)*1000) / 1000 }

func (l Limits) tooLong() *failure {
	return &failure{
		status: http.StatusUnprocessableEntity, code: codeDuration, message: "Audio too long",
		extra: map[string]any{"max_duration_seconds": l.Duration.Seconds()},
	}
}

// failed is the failure that an error means. Nothing of a path gets out.
func (s *Server) failed(err error) *failure {
	var f *failure
	var usage *app.UsageError
	var media *app.MediaError
	var model *app.ModelError
	var address *app.AddressError
	switch {
	case errors.As(err, &f):
		return f
	case errors.Is(err, app.ErrTooLong):
		return s.opt.Limits.tooLong()
	case errors.Is(err, app.ErrTooLarge):
		return s.opt.Limits.tooLarge()
	case errors.As(err, &address):
		sentence, _ := app.Explain(err)
		return &failure{status: http.StatusUnprocessableEntity, code: codeURL, message: sentence, cause: err}
	case errors.Is(err, os.ErrDeadlineExceeded):
		return errTooSlow
	case errors.Is(err, app.ErrDiskFull):
		return unavailable("The disk is full", err)
	case errors.As(err, &media):
		return ofMedia(media)
	case errors.As(err, &usage):
		return &failure{status: http.StatusBadRequest, code: codeInvalid, message: fmt.Sprintf("%q is no %s: it has to be %s", usage.Value, usage.What, usage.Want), cause: err}
	case errors.Is(err, app.ErrNoModel), errors.Is(err, app.ErrNoEngine), errors.As(err, &model):
		return unavailable("No ASR workers available", err)
	case errors.Is(err, app.ErrClosing), errors.Is(err, context.Canceled):
		return unavailable("The server is shutting down", err)
	}
	return &failure{status: http.StatusInternalServerError, code: codeInternal, message: "Internal server error", cause: err}
}

// ofMedia is what sound that cannot be decoded means.
func ofMedia(e *app.MediaError) *failure {
	f := *errCorrupt
	switch {
	case errors.Is(e, app.ErrNoDecoder):
		f = *errFormat
	case errors.Is(e, app.ErrNoAudio):
		f.message = "There is no audio in the file"
	case errors.Is(e, app.ErrEmptyFile):
		f.message = "The audio is empty"
	}
	f.cause = e
	return &f
}
