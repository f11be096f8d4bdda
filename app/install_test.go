package app_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"earshot/app"
)

func TestModelsAdd(t *testing.T) {
	tests := []struct{ file, content, want string }{
		{"ggml-base.bin", "good base", "ggml-base.bin"},
		{"base.bin", "good base", "ggml-base.bin"},
		{"download", "good base", "ggml-download.bin"},
		{"base.part", "good base", "ggml-base.bin"},
		{"ggml-base.gguf", "good base", "ggml-ggml-base.bin"},
		{app.VADFile, "vad", app.VADFile},
	}
	for _, test := range tests {
		t.Run(test.file, func(t *testing.T) {
			m := models(t, 2, nil)
			m.Dirs[0] = filepath.Join(m.Dirs[0], "not", "there", "yet")
			if err := m.Add(write(t, filepath.Join(t.TempDir(), test.file), test.content)); err != nil {
				t.Fatalf("Add: %v", err)
			}
			wantFiles(t, m.Dirs[0], test.want)
			wantFiles(t, m.Dirs[1])
			if got, err := os.ReadFile(filepath.Join(m.Dirs[0], test.want)); err != nil || string(got) != test.content {
				t.Errorf("copy: got %q and error %v, want %q", got, err, test.content)
			}
		})
	}
}

func TestModelsAddMakesModelUsable(t *testing.T) {
	m := models(t, 1, nil)
	if err := m.Add(write(t, filepath.Join(t.TempDir(), "base.bin"), "good base")); err != nil {
		t.Fatalf("Add: %v", err)
	}
	if got, err := m.Find("base"); err != nil || got.Fingerprint != "good base" {
		t.Errorf("Find: got %+v and error %v, want the model", got, err)
	}
}

func TestModelsAddRefuses(t *testing.T) {
	tests := []struct {
		name, file, content string
		there               map[string]string
	}{
		{"a bad file", "ggml-base.bin", "bad", nil},
		{"a name that is taken", "ggml-base.bin", "good base", map[string]string{"a/ggml-base.bin": "good, older"}},
		{"a name that becomes one that is taken", "base.bin", "good base", map[string]string{"a/ggml-base.bin": "good, older"}},
		{"a voice activity model that is there", app.VADFile, "vad", map[string]string{"a/" + app.VADFile: "older"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := models(t, 1, test.there)
			path := write(t, filepath.Join(t.TempDir(), test.file), test.content)
			var model *app.ModelError
			if err := m.Add(path); !errors.As(err, &model) || model.Path != path {
				t.Errorf("got %v, want a *ModelError about %s", err, path)
			}
			var names []string
			for path, content := range test.there {
				names = append(names, filepath.Base(path))
				if got, err := os.ReadFile(filepath.Join(m.Dirs[0], names[0])); err != nil || string(got) != content {
					t.Errorf("the file that was there: got %q and error %v, want %q", got, err, content)
				}
			}
			wantFiles(t, m.Dirs[0], names...)
		})
	}
}

// The source can be opened, but reading it fails.
func TestModelsAddLeavesNoPart(t *testing.T) {
	m := models(t, 1, nil)
	folder := filepath.Join(t.TempDir(), app.VADFile)
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := m.Add(folder); err == nil {
		t.Error("a folder: got no error")
	}
	if err := m.Add(filepath.Join(t.TempDir(), app.VADFile)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is missing: got %v, want %v", err, fs.ErrNotExist)
	}
	wantFiles(t, m.Dirs[0])
}

func TestModelsInstalled(t *testing.T) {
	silero, err := app.FindOffer("silero")
	if err != nil {
		t.Fatal(err)
	}
	m := models(t, 2, map[string]string{
		"a/" + app.VADFile:               "cut short",
		"b/" + app.VADFile:               strings.Repeat("x", int(silero.Size)),
		"a/ggml-small-q8_0.bin":          "of some size",
		"a/ggml-large-v3-turbo-q8_0.bin": "",
	})
	for name, want := range map[string]string{
		"silero": filepath.Join(m.Dirs[1], app.VADFile), "small-q8_0": filepath.Join(m.Dirs[0], "ggml-small-q8_0.bin"),
		"large-v3-turbo-q8_0": "", "base": "",
	} {
		o, err := app.FindOffer(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := m.Installed(o); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func TestModelsRemove(t *testing.T) {
	m := models(t, 2, map[string]string{
		"a/ggml-base.bin": "good", "b/ggml-base.bin": "good", "a/ggml-bad.bin": "bad", "b/ggml-tiny.bin": "good",
		"a/" + app.VADFile: "vad", "a/mine.bin": "good",
	})
	outside := write(t, filepath.Join(t.TempDir(), "ggml-outside.bin"), "good")
	for _, name := range []string{"base", "bad", "silero", "mine"} {
		if err := m.Remove(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	wantFiles(t, m.Dirs[0])
	for name, where := range map[string]string{"base": m.Dirs[1], "tiny": m.Dirs[1], outside: filepath.Dir(outside), "nothing": m.Dirs[0]} {
		if err := m.Remove(name); err == nil || !strings.Contains(err.Error(), where) {
			t.Errorf("%s: got %v, want an error that names %s", name, err, where)
		}
	}
	wantFiles(t, m.Dirs[1], "ggml-base.bin", "ggml-tiny.bin")
	if err := os.Mkdir(filepath.Join(m.Dirs[0], "ggml-folder.bin"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := m.Remove("folder"); err == nil {
		t.Error("a folder: got no error")
	}
}

func TestModelsVerify(t *testing.T) {
	path, err := filepath.Abs(filepath.Join("..", "..", "shared", "models", app.VADFile))
	if err != nil {
		t.Fatal(err)
	}
	real, err := os.ReadFile(path)
	if err != nil {
		t.Skip("the shared voice activity model is not here")
	}
	damaged := bytes.Clone(real)
	damaged[len(damaged)/2] ^= 1
	m := models(t, 1, nil)
	file := filepath.Join(m.Dirs[0], app.VADFile)
	tests := []struct {
		name    string
		content []byte
		says    string
	}{
		{"whole", real, ""},
		{"one bit wrong", damaged, "its checksum is not the published one"},
		{"cut short", real[:1000], "it has 1000 bytes instead of 885098"},
	}
	for _, test := range tests {
		write(t, file, string(test.content))
		err := m.Verify(t.Context(), "silero")
		var model *app.ModelError
		if test.says == "" && err != nil || test.says != "" && (!errors.As(err, &model) || !strings.Contains(err.Error(), test.says)) {
			t.Errorf("%s: got %v, want %q", test.name, err, test.says)
		}
	}
	write(t, filepath.Join(m.Dirs[0], "ggml-mine.bin"), "good")
	if err := m.Verify(t.Context(), "mine"); !errors.Is(err, app.ErrNoChecksum) {
		t.Errorf("another model: got %v, want %v", err, app.ErrNoChecksum)
	}
	if err := m.Verify(t.Context(), "nothing"); err == nil {
		t.Error("no model: got no error")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := m.Verify(ctx, "silero"); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: got %v, want %v", err, context.Canceled)
	}
}
