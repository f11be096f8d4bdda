package app_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"earshot/app"
)

// models makes folders of files; a path's first element is its folder.
func models(t *testing.T, folders int, files map[string]string) app.Models {
	t.Helper()
	m := app.Models{Inspect: inspect}
	root := t.TempDir()
	for i := range folders {
		dir := filepath.Join(root, string(rune('a'+i)))
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		m.Dirs = append(m.Dirs, dir)
	}
	for path, content := range files {
		write(t, filepath.Join(root, filepath.FromSlash(path)), content)
	}
	return m
}

func TestModelName(t *testing.T) {
	tests := map[string]string{
		"ggml-small.bin": "small",
		"/somewhere/ggml-large-v3-turbo-q5_0.bin": "large-v3-turbo-q5_0",
		"small.bin":           "small",
		"small":               "small",
		"mine-ggml-small.bin": "mine-ggml-small",
		app.VADFile:           "silero",

		"ggml-parakeet-tdt-0.6b-v3-q8_0.bin": "parakeet-v3-q8_0",
	}
	for file, want := range tests {
		if got := app.ModelName(file); got != want {
			t.Errorf("ModelName(%q): got %q, want %q", file, got, want)
		}
	}
	for _, o := range app.Offers() {
		if got := app.ModelName(o.File); got != o.Name {
			t.Errorf("ModelName(%q): got %q, want %q", o.File, got, o.Name)
		}
	}
}

func TestModelsList(t *testing.T) {
	m := models(t, 2, map[string]string{
		"a/ggml-tiny.bin":       "good tiny",
		"a/ggml-broken.bin":     "bad",
		"a/" + app.VADFile:      "vad",
		"a/notes.txt":           "good notes",
		"a/ggml-part.bin.part":  "good part",
		"b/ggml-base.bin":       "good base",
		"b/ggml-tiny.bin":       "good tiny of b",
		"b/my-ggml-special.bin": "good special",

		"b/ggml-parakeet-tdt-0.6b-v3-q8_0.bin": "good parakeet",
		"b/parakeet-tdt-0.6b-v2.bin":           "good parakeet",
	})
	m.Dirs = append(m.Dirs, filepath.Join(m.Dirs[0], "missing"))
	list := m.List()
	var names []string
	for _, i := range list {
		names = append(names, i.Name)
		if base := filepath.Base(i.Path); app.ModelName(base) != i.Name {
			t.Errorf("%s: got path %q", i.Name, i.Path)
		}
	}
	if want := []string{"base", "broken", "my-ggml-special", "parakeet-tdt-0.6b-v2", "parakeet-v3-q8_0", "tiny"}; !slices.Equal(names, want) {
		t.Fatalf("names: got %q, want %q", names, want)
	}
	if list[1].Err == nil || list[1].Size != 3 {
		t.Errorf("broken: got error %v and size %d, want an error and 3", list[1].Err, list[1].Size)
	}
	tiny := list[5]
	if tiny.Err != nil || filepath.Dir(tiny.Path) != m.Dirs[0] || tiny.Size != int64(len("good tiny")) || tiny.Fingerprint != "good tiny" {
		t.Errorf("tiny: got %+v, want the one of the first folder", tiny)
	}
}

func TestModelsListInOddFolders(t *testing.T) {
	for _, name := range []string{"[abc]", "a*b", "what?", "[", "{a,b}", "-", "Ordner ü"} {
		dir := filepath.Join(t.TempDir(), name)
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, "ggml-base.bin"), "good")
		m := app.Models{Dirs: []string{dir}, Inspect: inspect}
		if list := m.List(); len(list) != 1 || list[0].Path != filepath.Join(dir, "ggml-base.bin") {
			t.Errorf("in %q: got %+v, want one model", name, list)
		}
	}
}

func TestModelsFind(t *testing.T) {
	m := models(t, 2, map[string]string{
		"a/ggml-tiny.bin":  "good tiny",
		"b/ggml-tiny.bin":  "good tiny of b",
		"b/ggml-base.bin":  "good base",
		"b/other.bin":      "good other",
		"a/" + app.VADFile: "good, but no model to transcribe with",

		"b/ggml-parakeet-tdt-0.6b-v3-q4_0.bin": "good parakeet",
		"b/plain":                              "good plain",
		"b/ggml-broken.bin":                    "bad",
	})
	elsewhere := write(t, filepath.Join(t.TempDir(), "ggml-mine.bin"), "good mine")
	t.Chdir(filepath.Dir(elsewhere))
	tests := []struct{ name, want string }{
		{"tiny", "good tiny"},
		{"base", "good base"},
		{"ggml-base.bin", "good base"},
		{"ggml-base", "good base"},
		{"parakeet-v3-q4_0", "good parakeet"},
		{"other", "good other"},
		{"plain", "good plain"},
		{elsewhere, "good mine"},
		{"ggml-mine.bin", "good mine"},
		{"./ggml-mine.bin", "good mine"},
		{filepath.Join(m.Dirs[1], "ggml-tiny.bin"), "good tiny of b"},
	}
	for _, test := range tests {
		got, err := m.Find(test.name)
		if err != nil || got.Fingerprint != test.want {
			t.Errorf("Find(%q): got %q and error %v, want %q", test.name, got.Fingerprint, err, test.want)
		}
	}
	for _, name := range []string{"nothing", "broken", "silero", app.VADFile, "./tiny", filepath.Join(m.Dirs[0], "ggml-base.bin")} {
		var model *app.ModelError
		if got, err := m.Find(name); !errors.As(err, &model) {
			t.Errorf("Find(%q): got %+v and %v, want a *ModelError", name, got, err)
		}
	}
	if _, err := m.Find("nothing"); !strings.Contains(err.Error(), m.Dirs[0]) || !strings.Contains(err.Error(), m.Dirs[1]) {
		t.Errorf("Find(nothing): got %v, want it to name the folders", err)
	}
}

func TestModelsFindBest(t *testing.T) {
	tests := []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"the first of Offers", map[string]string{"a/ggml-tiny.bin": "good", "a/ggml-small.bin": "good", "b/ggml-large-v3-turbo-q5_0.bin": "good"}, "large-v3-turbo-q5_0"},
		{"one of Offers before others", map[string]string{"a/ggml-aaa.bin": "good", "b/ggml-tiny.bin": "good"}, "tiny"},
		{"the largest", map[string]string{"a/ggml-yyy.bin": "good", "b/ggml-xxx.bin": "good and large", "b/ggml-zzz.bin": "good"}, "xxx"},
		{"not one that is broken", map[string]string{"a/ggml-large-v3-turbo.bin": "bad", "a/ggml-base.bin": "good"}, "base"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := models(t, 2, test.files).Find("")
			if err != nil || got.Name != test.want {
				t.Errorf("got %q and error %v, want %q", got.Name, err, test.want)
			}
		})
	}
	for name, files := range map[string]map[string]string{
		"nothing":                    {},
		"only a broken one":          {"a/ggml-base.bin": "bad"},
		"only voice activity models": {"a/" + app.VADFile: "good", "a/ggml-silero-v5.1.2.bin": "good"},
	} {
		if got, err := models(t, 2, files).Find(""); !errors.Is(err, app.ErrNoModel) {
			t.Errorf("with %s: got %q and %v, want %v", name, got.Name, err, app.ErrNoModel)
		}
	}
}

func TestModelsVAD(t *testing.T) {
	m := models(t, 2, map[string]string{"b/" + app.VADFile: "vad"})
	if got, want := m.VAD(), filepath.Join(m.Dirs[1], app.VADFile); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if err := os.Mkdir(filepath.Join(m.Dirs[0], app.VADFile), 0o700); err != nil {
		t.Fatal(err)
	}
	if got, want := m.VAD(), filepath.Join(m.Dirs[1], app.VADFile); got != want {
		t.Errorf("with a folder of this name: got %q, want %q", got, want)
	}
	if got := models(t, 2, nil).VAD(); got != "" {
		t.Errorf("without it: got %q, want nothing", got)
	}
}

// wantFiles wants a folder to hold these names and nothing else.
func wantFiles(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %q, want %q", dir, got, want)
	}
}
