package cli_test

import (
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"

	"earshot/app"
	"earshot/cli"
)

func TestUsageErrors(t *testing.T) {
	for _, c := range []struct {
		args   string
		stderr string
	}{
		{"transcribe", "<file>"},
		{"transcribe --no-such-flag a.wav", "--no-such-flag"},
		{"transcribe -f mp3 a.wav", "“mp3” is not a format: it has to be txt, srt, vtt or json."},
		{"transcribe --format= a.wav", "is not a format"},
		{"transcribe --threads x a.wav", "--threads"},
		{"transcribe --threads=-1 a.wav", "“-1” is not a number of threads: it has to be 1 or more."},
		{"transcribe --track=-1 a.wav", "“-1” is not a track number: it has to be 1 or more."},
		{"transcribe --track 1.5 a.wav", "--track"},
		{"transcribe -x.wav", "-x"},
		{"frobnicate", "frobnicate"},
		{"a.wav", "a.wav"},
		{"--log-level loud", "--log-level"},
		{"open", "<file>"},
		{"history", "expected one of"},
		{"history show", "<id>"},
		{"history show x", "<id>"},
		{"history show 1 2", "2"},
		{"history search", "<query>"},
		{"history search --limit 0 x", "“0” is not a limit: it has to be 1 or more."},
		{"history export", "<id>"},
		{"history export -f doc 1", "“doc” is not a format"},
		{"history delete", "<id>"},
		{"models", "expected one of"},
		{"models list x", "x"},
		{"models get", "<name>"},
		{"models get tiny smal", "“smal” is not a model to download: it has to be small, small.en or small-q8_0."},
		{"models rm", "<name>"},
		{"models add", "<file>"},
		{"models tune a b", "b"},
	} {
		t.Run(c.args, func(t *testing.T) {
			r := newRig(t)
			r.failure = errors.New("opened though the command line makes no sense")
			r.file("a.wav", speech)
			r.want(r.run(strings.Fields(c.args)...), 2, "", c.stderr)
			if len(r.windows) > 0 {
				t.Errorf("a window was opened with %q", r.windows)
			}
		})
	}
}

func TestHelpAndVersion(t *testing.T) {
	r := newRig(t)
	r.failure = errors.New("opened for nothing")
	r.want(r.run("--version"), 0, "earshot "+app.Version+"\n")
	for _, args := range [][]string{
		{"--help"},
		{"transcribe", "--help"},
		{"history", "--help"},
		{"history", "export", "-h"},
		{"models", "path", "--help"},
	} {
		got := r.run(args...)
		if got.status != 0 || got.stderr != "" {
			t.Errorf("%q: got exit status %d and %q on standard error, want 0 and nothing", args, got.status, got.stderr)
		}
		if usage := "Usage: earshot " + strings.Join(args[:len(args)-1], " "); !strings.HasPrefix(got.stdout, strings.TrimSpace(usage)) {
			t.Errorf("%q: got %q, want it to begin with %q", args, got.stdout, usage)
		}
	}
	help := r.run("--help").stdout
	for _, command := range []string{"open", "transcribe", "history list", "history show", "history search", "history export", "history delete", "models list", "models get", "models rm", "models verify", "models add", "models path", "devices"} {
		if !strings.Contains(help, "\n  "+command) {
			t.Errorf("the help does not have %q", command)
		}
	}
}

func TestWindow(t *testing.T) {
	for _, c := range []struct {
		args []string
		want []string
	}{
		{nil, nil},
		{[]string{"window"}, nil},
		{[]string{"open", "a.wav", "b c.mp3"}, []string{"a.wav", "b c.mp3"}},
		{[]string{"open", "--", "-a.wav", "--help"}, []string{"-a.wav", "--help"}},
	} {
		r := newRig(t)
		r.want(r.run(c.args...), 0, "")
		if len(r.windows) != 1 || !reflect.DeepEqual(r.windows[0], c.want) {
			t.Errorf("%q: got windows with %q, want one with %q", c.args, r.windows, c.want)
		}
	}
	r := newRig(t)
	r.failure = errors.New("there is no display")
	r.want(r.run(), 1, "", "earshot: There is no display.")
}

func TestConfig(t *testing.T) {
	r := newRig(t)
	r.run("devices")
	if r.config.Data != r.data {
		t.Errorf("EARSHOT_DATA: got the folder %q, want %q", r.config.Data, r.data)
	}
	other := t.TempDir()
	r.env["EARSHOT_MODELS"] = "three" + string(os.PathListSeparator) + "four"
	r.run("--data", other, "--models", "one", "--models", "t,wo", "devices")
	if r.config.Data != other {
		t.Errorf("--data: got the folder %q, want %q", r.config.Data, other)
	}
	if want := []string{"one", "t,wo", "three", "four"}; !reflect.DeepEqual(r.config.Models, want) {
		t.Errorf("got the model folders %q, want %q", r.config.Models, want)
	}
	for args, want := range map[string]cli.StoreUse{
		"devices":                        cli.StoreUnused,
		"models list":                    cli.StoreUnused,
		"models path":                    cli.StoreUnused,
		"models get tiny":                cli.StoreUnused,
		"models rm small":                cli.StoreUnused,
		"models verify":                  cli.StoreUnused,
		"models add x.bin":               cli.StoreUnused,
		"transcribe a.wav":               cli.StoreWanted,
		"transcribe --no-store a.wav":    cli.StoreUnused,
		"history list":                   cli.StoreNeeded,
		"history show 1":                 cli.StoreNeeded,
		"history search x":               cli.StoreNeeded,
		"history export 1":               cli.StoreNeeded,
		"history delete 1":               cli.StoreNeeded,
		"--log-level debug history list": cli.StoreNeeded,
	} {
		r.config.Store = -1
		r.run(strings.Fields(args)...)
		if r.config.Store != want {
			t.Errorf("%s: got the use %d of the library, want %d", args, r.config.Store, want)
		}
	}
}

func TestLogLevel(t *testing.T) {
	for level, want := range map[string]string{"debug": "level=DEBUG", "error": ""} {
		r := newRig(t)
		r.failure = errors.New("out of order")
		got := r.run("--log-level", level, "devices")
		r.want(got, 1, "", "earshot: Out of order.", want)
		if want == "" && strings.Contains(got.stderr, "level=") {
			t.Errorf("%s: got the log %q", level, got.stderr)
		}
	}
}

// A library that does not open is explained like any other error.
func TestOpenFails(t *testing.T) {
	for _, args := range []string{"history list", "history show 1", "history search x", "history export 1", "history delete 1", "models list", "models get tiny", "models rm tiny", "models verify", "models add x.bin", "models path", "devices", "transcribe a.wav"} {
		t.Run(args, func(t *testing.T) {
			r := newRig(t)
			r.failure = &app.LibraryError{Path: "/somewhere", Err: app.ErrBusy}
			r.want(r.run(strings.Fields(args)...), 1, "", "earshot: The library is in use by another Earshot", "\n         Close the other one")
		})
	}
}
