package cli_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"earshot/app"
)

const (
	text      = "Fish & chips <are> ready.\nÜbermorgen.\n"
	firstText = "Fish & chips <are> ready.\n"
)

func TestTranscribeFormats(t *testing.T) {
	for _, format := range []string{"txt", "srt", "vtt", "json"} {
		t.Run(format, func(t *testing.T) {
			r := newRig(t)
			r.file("talk.wav", speech)
			got := r.run("transcribe", "--no-store", "-f", format, "talk.wav")
			r.want(got, 0, got.stdout)
			r.golden("talk."+format, got.stdout)
			words := r.run("transcribe", "--no-store", "--words", "--format", strings.ToUpper(format), "talk.wav")
			r.want(words, 0, words.stdout)
			if format == "json" { // always has them
				r.golden("talk.json", words.stdout)
			} else {
				r.golden("words."+format, words.stdout)
			}
		})
	}
}

// document is the JSON form as other programs know it.
type document struct {
	Schema     int
	Source     string
	State      string
	Duration   float64
	Language   string
	Model      string
	Device     string
	Speed      *float64
	Text       string
	Confidence float64
	Warnings   []string
	Segments   []struct {
		Start, End float64
		Text       string
		Speaker    *string
		Words      []struct {
			Word                   string
			Start, End, Confidence float64
		}
	}
}

func parse(t *testing.T, text string) document {
	t.Helper()
	var d document
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		t.Fatalf("%v in %q", err, text)
	}
	return d
}

// Programs rely on these keys; none may be missing, even where it has nothing
// to say.
func TestJSONKeys(t *testing.T) {
	r := newRig(t)
	r.file("talk.wav", speech)
	r.file("silence.wav", silence)
	keys := func(v any) []string {
		var names []string
		for name := range v.(map[string]any) {
			names = append(names, name)
		}
		return names
	}
	has := func(where string, v any, want string) {
		t.Helper()
		for _, key := range strings.Fields(want) {
			if !slices.Contains(keys(v), key) {
				t.Errorf("%s: %q is missing, there is %q", where, key, keys(v))
			}
		}
	}
	for _, file := range []string{"talk.wav", "silence.wav"} {
		var doc map[string]any
		if err := json.Unmarshal([]byte(r.run("transcribe", "--no-store", "-f", "json", file).stdout), &doc); err != nil {
			t.Fatal(err)
		}
		has(file, doc, "schema source duration language model device speed text confidence warnings segments")
		if _, ok := doc["warnings"].([]any); !ok {
			t.Errorf("%s: warnings are %v, want a list", file, doc["warnings"])
		}
		segments, ok := doc["segments"].([]any)
		if !ok || (len(segments) > 0) != (file == "talk.wav") {
			t.Fatalf("%s: got the segments %v", file, doc["segments"])
		}
		for _, s := range segments {
			has(file+", segment", s, "start end text confidence speaker words")
			for _, w := range s.(map[string]any)["words"].([]any) {
				has(file+", word", w, "word start end confidence")
			}
		}
	}
}

func TestSilence(t *testing.T) {
	for format, want := range map[string]string{"txt": "", "srt": "", "vtt": "WEBVTT\n\n"} {
		r := newRig(t)
		r.file("silence.wav", silence)
		r.want(r.run("transcribe", "--no-store", "-f", format, "silence.wav"), 0, want)
	}
}

func TestSeveralInputs(t *testing.T) {
	r := newRig(t)
	r.file("a.wav", speech)
	r.file("b.wav", damaged)
	r.want(r.run("transcribe", "--no-store", "-q", "a.wav", "b.wav"), 0, text+"\n"+text)
}

// Short files are transcribed side by side, but written in order.
func TestOutputComesInOrder(t *testing.T) {
	r := newRig(t)
	r.file("a.wav", late)
	r.file("b.wav", hasty)
	r.file("c.wav", noMedia)
	r.width = 80
	got := r.run("transcribe", "--no-store", "-f", "json", "a.wav", "b.wav", "c.wav")
	r.want(got, 1, got.stdout, "“c.wav” is not an audio or video file")
	var sources []string
	for dec := json.NewDecoder(strings.NewReader(got.stdout)); dec.More(); {
		var d document
		if err := dec.Decode(&d); err != nil {
			t.Fatal(err)
		}
		sources = append(sources, filepath.Base(d.Source))
	}
	if want := []string{"a.wav", "b.wav"}; !slices.Equal(sources, want) {
		t.Errorf("got %q, want %q", sources, want)
	}
	// The line of progress is that of the one whose turn it is.
	if b := strings.LastIndex(got.stderr, "b.wav  "); b >= 0 && b < strings.LastIndex(got.stderr, "a.wav  ") {
		t.Errorf("standard error: got %q, want a.wav before b.wav", got.stderr)
	}
}

// What was said of the window before is taken back, but not what is printed.
func TestSpoken(t *testing.T) {
	r := newRig(t)
	r.needLibrary()
	r.file("a.wav", spoken)
	r.want(r.run("transcribe", "a.wav"), 0, "Fish comma chips are\nscratch that ready full stop\n")
	r.want(r.run("transcribe", "--spoken", "a.wav"), 0, "Fish, chips are\nReady.\n")
	r.want(r.run("history", "export", "2"), 0, "Ready.\n")
	got := r.run("transcribe", "--spoken", "--no-store", "-f", "json", "a.wav")
	if d := parse(t, got.stdout); d.Text != "Ready." || len(d.Segments) != 2 {
		t.Errorf("got %+v", d)
	}
}

func TestOptionsReachTheEngine(t *testing.T) {
	r := newRig(t)
	r.file("a.wav", speech)
	other := r.model("ggml-tiny.bin")
	r.want(r.run("transcribe", "--no-store", "-m", "tiny", "-l", "de", "--device", "gpu:1", "--threads", "3", "--track", "1", "a.wav"), 0, text)
	r.want(r.run("transcribe", "--no-store", "a.wav"), 0, text)
	vad := filepath.Join(r.data, "models", "ggml-silero-v6.2.0.bin")
	want := []app.RecognizeOptions{
		{Model: other, VAD: vad, Language: "de", Device: "gpu:1", Threads: 3},
		{Model: filepath.Join(r.data, "models", "ggml-small.bin"), VAD: vad, Language: "auto", Device: "auto"},
	}
	if !reflect.DeepEqual(r.recognizer.options, want) {
		t.Errorf("got %+v, want %+v", r.recognizer.options, want)
	}
	r.want(r.run("transcribe", "--no-store", "--track", "2", "a.wav"), 1, "", "earshot: “a.wav” has no such audio track.\n")
	r.want(r.run("transcribe", "--no-store", "-m", "none", "a.wav"), 1, "", "earshot: The model “none” cannot be used")
	r.want(r.run("transcribe", "--no-store", "-m", other, "a.wav"), 0, text)
}

// A flag that is wrong for one file is wrong for all: it is said once.
func TestRefusedByTheEngine(t *testing.T) {
	r := newRig(t)
	r.file("a.wav", refused)
	r.file("b.wav", speech)
	got := r.run("transcribe", "--no-store", "--device", "tpu", "a.wav", "b.wav")
	r.want(got, 2, "", "earshot: “tpu” is not a device: it has to be cpu.\n")
	if strings.Count(got.stderr, "\n") != 1 {
		t.Errorf("got %q, want one line", got.stderr)
	}
}

func TestOutputFolder(t *testing.T) {
	r := newRig(t)
	r.file("a.wav", speech)
	r.file("sub.dir/b.c.mp3", silence)
	out := filepath.Join("new", "out")
	r.want(r.run("transcribe", "--no-store", "-o", out, "a.wav", "sub.dir/b.c.mp3"), 0, "")
	if got, want := r.names(out), "a.txt b.c.txt"; got != want {
		t.Errorf("got the files %q, want %q", got, want)
	}
	if got := r.read(filepath.Join(out, "a.txt")); got != text {
		t.Errorf("got %q, want %q", got, text)
	}
	r.file("talk.wav", speech)
	r.want(r.run("transcribe", "--no-store", "-o", out, "-f", "json", "talk.wav"), 0, "")
	r.golden("talk.json", r.read(filepath.Join(out, "talk.json")))
}

func TestNothingIsOverwritten(t *testing.T) {
	r := newRig(t)
	r.file("a.wav", speech)
	r.file("b.wav", speech)
	r.file("out/a.txt", "mine")
	if err := os.Symlink("nowhere", "out/b.txt"); err != nil {
		t.Skipf("cannot make a link: %v", err)
	}
	r.file("c.wav", speech)
	got := r.run("transcribe", "--no-store", "-o", "out", "a.wav", "b.wav", "c.wav")
	r.want(got, 1, "", filepath.Join("out", "a.txt")+" exists already", filepath.Join("out", "b.txt")+" exists already", "--force")
	if strings.Contains(got.stderr, "Out") {
		t.Errorf("got %q, which changes the folder's name", got.stderr)
	}
	if got, want := r.names("out"), "a.txt b.txt c.txt"; got != want {
		t.Errorf("got the files %q, want %q", got, want)
	}
	if a, c := r.read("out/a.txt"), r.read("out/c.txt"); a != "mine" || c != text {
		t.Errorf("got %q, which was there, and %q, which is new", a, c)
	}
	if r.read("nowhere") != notThere {
		t.Error("wrote through a link")
	}
	if n := len(r.recognizer.options); n != 1 {
		t.Errorf("transcribed %d files, of which only one could be written", n)
	}

	r.want(r.run("transcribe", "--no-store", "-o", "out", "--force", "a.wav", "b.wav"), 0, "")
	if a, b := r.read("out/a.txt"), r.read("out/b.txt"); a != text || b != text {
		t.Errorf("with --force: got %q and %q", a, b)
	}
	if r.read("nowhere") != notThere {
		t.Error("--force wrote through a link")
	}
}

func TestInputsOfTheSameName(t *testing.T) {
	r := newRig(t)
	r.file("one/a.wav", speech)
	r.file("two/a.mp3", silence)
	r.want(r.run("transcribe", "--no-store", "-o", "out", "one/a.wav", "two/a.mp3"), 0, "")
	if got, want := r.names("out"), "a (2).txt a.txt"; got != want {
		t.Errorf("got the files %q, want %q", got, want)
	}
	if got := r.read("out/a.txt"); got != text {
		t.Errorf("got %q, want the first input's text", got)
	}
}

func TestOutputFolderIsAFile(t *testing.T) {
	r := newRig(t)
	r.file("a.wav", speech)
	r.file("out", "mine")
	r.want(r.run("transcribe", "--no-store", "-o", "out", "a.wav"), 1, "", "earshot: Make output folder")
	if got := r.read("out"); got != "mine" {
		t.Errorf("got %q in its place", got)
	}
}

func TestOneFails(t *testing.T) {
	for name, c := range map[string]struct{ content, want string }{
		"picture.wav": {noMedia, "earshot: “picture.wav” is not an audio or video file that can be read.\n         If it should be one"},
		"empty.wav":   {"", "earshot: “empty.wav” is empty.\n"},
		"missing.wav": {notThere, "earshot: “missing.wav” does not exist.\n"},
		"folder.wav":  {"folder", "earshot: “folder.wav” cannot be read: it is a folder.\n"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.file("a.wav", speech)
			r.file("z.wav", speech)
			switch c.content {
			case notThere:
			case "folder":
				if err := os.Mkdir(name, 0o700); err != nil {
					t.Fatal(err)
				}
			default:
				r.file(name, c.content)
			}
			r.want(r.run("transcribe", "--no-store", "--quiet", "-o", "out", "a.wav", name, "z.wav"), 1, "", c.want)
			if got, want := r.names("out"), "a.txt z.txt"; got != want {
				t.Errorf("got the files %q, want %q", got, want)
			}
			if got := r.run("transcribe", "--no-store", "a.wav", name, "z.wav"); strings.Count(got.stdout, text) != 2 {
				t.Errorf("got %q, want both texts", got.stdout)
			}
		})
	}
}

// What was heard before an engine fails is worth keeping.
func TestBreaksOff(t *testing.T) {
	r := newRig(t)
	r.file("a.wav", broken)
	r.want(r.run("transcribe", "--no-store", "a.wav"), 1, firstText, "earshot: The abacus fell down.\n")
	r.want(r.run("transcribe", "--no-store", "-f", "json", "-o", "out", "a.wav"), 1, "", "earshot: The abacus fell down.\n")
	if d := parse(t, r.read("out/a.partial.json")); d.State != "failed" || len(d.Segments) != 1 {
		t.Errorf("got %+v, want one segment of a failed transcript", d)
	}
}

func TestWarnings(t *testing.T) {
	r := newRig(t)
	r.file("a.wav", damaged)
	r.want(r.run("transcribe", "--no-store", "a.wav"), 0, text, "earshot: warning: a.wav: Parts are missing.\n")
	r.want(r.run("transcribe", "--no-store", "--quiet", "a.wav"), 0, text)
	d := parse(t, r.run("transcribe", "--no-store", "-q", "-f", "json", "a.wav").stdout)
	if !reflect.DeepEqual(d.Warnings, []string{"Parts are missing."}) {
		t.Errorf("JSON: got the warnings %q", d.Warnings)
	}
}

// noTemporary sees that nothing of standard input is left.
func (r *rig) noTemporary() {
	r.t.Helper()
	if names := r.names(os.TempDir()); names != "" {
		r.t.Errorf("the temporary files %q are left", names)
	}
}

func TestStandardInput(t *testing.T) {
	r := newRig(t)
	r.stdin = strings.NewReader(speech)
	got := r.run("transcribe", "--no-store", "-f", "json", "-")
	r.want(got, 0, got.stdout)
	if d := parse(t, got.stdout); d.Source != "-" || len(d.Segments) != 2 {
		t.Errorf("got %+v, want two segments from -", d)
	}
	r.noTemporary()

	r.stdin = strings.NewReader(speech)
	r.want(r.run("transcribe", "--no-store", "-o", "out", "-"), 0, "")
	if got := r.read("out/stdin.txt"); got != text {
		t.Errorf("got %q, want %q", got, text)
	}
	r.noTemporary()

	r.stdin = strings.NewReader(damaged)
	r.want(r.run("transcribe", "--no-store", "-"), 0, text, "earshot: warning: -: Parts are missing.\n")
}

func TestBadStandardInput(t *testing.T) {
	for name, c := range map[string]struct {
		stdin  io.Reader
		status int
		stdout string
		stderr string
	}{
		"empty":     {strings.NewReader(""), 1, "", "earshot: Standard input is empty.\n"},
		"no media":  {strings.NewReader(noMedia), 1, "", "earshot: Standard input is not an audio or video file that can be read.\n"},
		"broken":    {strings.NewReader(broken), 1, firstText, "earshot: The abacus fell down.\n"},
		"fails":     {io.MultiReader(strings.NewReader(speech), failing{}), 1, "", "earshot: Store standard input: the disk is on fire.\n"},
		"in excess": {strings.NewReader(refused), 2, "", "is not a device"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.stdin = c.stdin
			got := r.run("transcribe", "--no-store", "-")
			r.want(got, c.status, c.stdout, c.stderr)
			if strings.Contains(got.stderr, os.TempDir()) {
				t.Errorf("got %q, which names a file that the user does not know", got.stderr)
			}
			r.noTemporary()
		})
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error)  { return 0, errors.New("the disk is on fire") }
func (failing) Write([]byte) (int, error) { return 0, errors.New("the paper is used up") }

func TestStandardInputIsATerminal(t *testing.T) {
	r := newRig(t)
	r.typed = 80
	r.want(r.run("transcribe", "-"), 2, "", "earshot: “-” is not a media stream: it has to be a file or pipe, not a terminal.\n")
}

func TestCancelledWhileReadingStandardInput(t *testing.T) {
	r := newRig(t)
	in, out := io.Pipe() // that nobody closes
	r.stdin = in
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		out.Write([]byte(speech))
		cancel()
	}()
	r.want(r.runIn(ctx, "transcribe", "--no-store", "-"), 130, "")
	r.noTemporary()
}

func TestStandardOutputIsFull(t *testing.T) {
	for _, format := range []string{"txt", "json"} {
		r := newRig(t)
		r.file("a.wav", speech)
		r.stdout = failing{}
		r.want(r.run("transcribe", "--no-store", "-f", format, "a.wav"), 1, "", "earshot: Write the text: the paper is used up.\n")
	}
}

func TestProgress(t *testing.T) {
	const width = 30
	r := newRig(t)
	name := "recording of the long talk, übersetzt.wav"
	r.file(name, damaged)
	quiet := []string{"transcribe", "--no-store", "-q", name}
	r.want(r.run(quiet...), 0, text)

	r.width = width
	got := r.run("transcribe", "--no-store", name)
	lines, rest, ok := strings.Cut(got.stderr, "earshot: warning: ")
	if !ok || got.stdout != text || got.status != 0 {
		t.Fatalf("got exit status %d, %q and %q", got.status, got.stdout, got.stderr)
	}
	if strings.ContainsAny(rest, "\r\x1b") || strings.Contains(lines, "\n") {
		t.Errorf("got %q, want one line rewritten in place, gone before the warning", got.stderr)
	}
	if !strings.HasSuffix(lines, "\r\x1b[K") {
		t.Errorf("got %q, want it to end with an empty line", lines)
	}
	named := 0
	for _, line := range strings.Split(lines, "\r") {
		line = strings.TrimSuffix(line, "\x1b[K")
		if n := len([]rune(line)); n >= width {
			t.Errorf("%q has %d columns of %d: the terminal would wrap it", line, n, width)
		}
		if strings.HasPrefix(line, "recording of") {
			named++
		}
	}
	if named < 2 {
		t.Errorf("got %q, want the file's name in several lines", lines)
	}

	r.width = 200
	if got := r.run("transcribe", "--no-store", name).stderr; !strings.Contains(got, name+"  loading the model") {
		t.Errorf("got %q, want it to say that the model is loaded", got)
	}
	r.want(r.run(quiet...), 0, text)
	r.env["TERM"] = "dumb"
	if got := r.run("transcribe", "--no-store", name).stderr; strings.ContainsAny(got, "\r\x1b") {
		t.Errorf("got %q on a terminal that cannot do it", got)
	}
}

// shown is what a terminal shows after these bytes.
func shown(bytes string) string {
	var lines []string
	var line []rune
	column := 0
	for _, r := range strings.ReplaceAll(bytes, "\x1b[K", "\x1b") {
		switch r {
		case '\r':
			column = 0
		case '\x1b':
			line = line[:column]
		case '\n':
			lines = append(lines, string(line))
			line, column = nil, 0
		default:
			line = append(line[:column], append([]rune{r}, line[min(column+1, len(line)):]...)...)
			column++
		}
	}
	return strings.Join(append(lines, string(line)), "\n")
}

// On a terminal the text and the progress come to the same lines; in the end
// only the text is there.
func TestTextAndProgressTogether(t *testing.T) {
	r := newRig(t)
	r.width = 60
	r.screen = &buffer{}
	r.file("a.wav", damaged)
	r.file("silence.wav", silence)
	r.file("b.wav", broken)
	r.run("transcribe", "--no-store", "a.wav", "silence.wav", "b.wav")
	raw := r.screen.String()
	want := text + "earshot: warning: a.wav: Parts are missing.\n\n\n" + firstText + "earshot: The abacus fell down.\n"
	if got := shown(raw); got != want {
		t.Errorf("the terminal shows\n%s\nwant\n%s\nfrom %q", got, want, raw)
	}
	if strings.Count(raw, "\r") < 6 {
		t.Errorf("got %q, want progress in it", raw)
	}
}

func TestNamesLikeFlags(t *testing.T) {
	r := newRig(t)
	r.file("-x.wav", speech)
	r.file("--help", speech)
	r.want(r.run("transcribe", "--no-store", "-o", "out", "--", "-x.wav", "--help"), 0, "")
	if got, want := r.names("out"), "--help.txt -x.txt"; got != want {
		t.Errorf("got the files %q, want %q", got, want)
	}
	r.want(r.run("transcribe", "--no-store", "./-x.wav"), 0, text)
}

// cancelled is a context that ends when an endless recording has begun.
func (r *rig) cancelled() context.Context {
	ctx, cancel := context.WithCancel(r.t.Context())
	r.recognizer.spoken = cancel
	r.t.Cleanup(cancel)
	return ctx
}

func TestInterrupted(t *testing.T) {
	r := newRig(t)
	r.file("a.wav", endless)
	r.file("b.wav", speech)
	r.want(r.runIn(r.cancelled(), "transcribe", "--no-store", "a.wav", "b.wav"), 130, firstText)

	r.want(r.runIn(r.cancelled(), "transcribe", "--no-store", "-o", "out", "a.wav", "b.wav"), 130, "")
	if got, want := r.names("out"), "a.partial.txt"; got != want {
		t.Errorf("got the files %q, want %q", got, want)
	}
	if got := r.read("out/a.partial.txt"); got != firstText {
		t.Errorf("got %q, want %q", got, firstText)
	}

	got := r.runIn(r.cancelled(), "transcribe", "--no-store", "-f", "json", "a.wav")
	r.want(got, 130, got.stdout)
	if d := parse(t, got.stdout); d.State != "cancelled" || len(d.Segments) != 1 || d.Text+"\n" != firstText {
		t.Errorf("got %+v, want one segment of a cancelled transcript", d)
	}

	r.stdin = strings.NewReader(endless)
	r.want(r.runIn(r.cancelled(), "transcribe", "--no-store", "-"), 130, firstText)
	r.noTemporary()
}

func TestInterruptedBefore(t *testing.T) {
	r := newRig(t)
	r.file("a.wav", speech)
	if err := os.Mkdir("out", 0o700); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, format := range []string{"txt", "json"} {
		r.want(r.runIn(ctx, "transcribe", "--no-store", "-f", format, "-o", "out", "a.wav"), 130, "")
		if got := r.names("out"); got != "" {
			t.Errorf("got the files %q, want none", got)
		}
	}
}

// A text that is not whole replaces none, and the same command goes on with it.
func TestInterruptedLeavesFiles(t *testing.T) {
	r := newRig(t)
	r.needLibrary()
	r.file("a.wav", endless)
	for range 2 {
		r.want(r.runIn(r.cancelled(), "transcribe", "-q", "-o", "out", "a.wav"), 130, "")
		if got := r.names("out"); got != "" {
			t.Errorf("got the files %q", got)
		}
	}
	r.file("out/a.txt", "corrected by hand")
	r.want(r.runIn(r.cancelled(), "transcribe", "-q", "--no-cache", "--force", "-o", "out", "a.wav"), 130, "")
	if got := r.read("out/a.txt"); got != "corrected by hand" {
		t.Errorf("got %q", got)
	}
}

// Texts of one command that have the same name do not replace each other.
func TestSameNames(t *testing.T) {
	r := newRig(t)
	r.needLibrary()
	r.file("a/talk.wav", speech)
	r.file("b/talk.wav", speech+" ")
	r.want(r.run("transcribe", "-q", "--force", "-o", "out", "a/talk.wav", "b/talk.wav"), 0, "")
	if got, want := r.names("out"), "talk (2).txt talk.txt"; got != want {
		t.Errorf("transcribe: got %q, want %q", got, want)
	}
	r.want(r.run("history", "export", "--force", "-o", "again", "1", "2"), 0, "")
	if got, want := r.names("again"), "talk (2).txt talk.txt"; got != want {
		t.Errorf("export: got %q, want %q", got, want)
	}
}
