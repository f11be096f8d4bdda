package app_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"earshot/app"
)

func TestSettingsRoundTrip(t *testing.T) {
	tests := []app.Settings{
		{},
		{Options: app.Options{Model: "small", Language: "de", Device: "gpu:1", Replace: "a = b\nc ="}, Theme: "dark", Locale: "fr"},
		{Text: "large", API: app.APISettings{On: true, Addr: "127.0.0.1:7200", Key: "k"}},
		{Options: app.Options{Model: "/models/\"odd\" & <name>.bin"}},
	}
	for _, want := range tests {
		path := filepath.Join(t.TempDir(), "not", "there", "settings.json")
		if err := want.Save(path); err != nil {
			t.Fatalf("Save(%+v): %v", want, err)
		}
		if got, err := app.LoadSettings(path); err != nil || got != want {
			t.Errorf("got %+v and error %v, want %+v", got, err, want)
		}
		wantFiles(t, filepath.Dir(path), "settings.json")
	}
}

func TestLoadSettings(t *testing.T) {
	tests := []struct {
		name, content string
		want          app.Settings
		fails         bool
	}{
		{"of a newer version", `{"model":"small","future":{"x":1}}`, app.Settings{Options: app.Options{Model: "small"}}, false},
		{"without anything", `{}`, app.Settings{}, false},
		{"broken", `{"model":"small",`, app.Settings{}, true},
		{"of another kind", `["model"]`, app.Settings{}, true},
		{"partly of another kind", `{"model":"small","theme":7}`, app.Settings{}, true},
		{"empty", ``, app.Settings{}, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			path := write(t, filepath.Join(t.TempDir(), "settings.json"), test.content)
			got, err := app.LoadSettings(path)
			if got != test.want || (err != nil) != test.fails {
				t.Errorf("got %+v and error %v, want %+v", got, err, test.want)
			}
			if after, err := os.ReadFile(path); err != nil || string(after) != test.content {
				t.Errorf("the file: got %q and error %v, want it as it was", after, err)
			}
		})
	}
	if got, err := app.LoadSettings(filepath.Join(t.TempDir(), "settings.json")); err != nil || got != (app.Settings{}) {
		t.Errorf("no file: got %+v and error %v, want the zero value", got, err)
	}
}

// A save that fails leaves what was there.
func TestSettingsSaveIsWhole(t *testing.T) {
	dir := t.TempDir()
	target := filepath.Join(dir, "settings.json")
	if err := os.MkdirAll(filepath.Join(target, "full"), 0o700); err != nil { // a folder is in the way
		t.Fatal(err)
	}
	if err := (app.Settings{Options: app.Options{Model: "small"}}).Save(target); err == nil || !strings.Contains(err.Error(), "save settings") {
		t.Errorf("onto a folder: got %v, want an error about saving settings", err)
	}
	wantFiles(t, dir, "settings.json")
	wantFiles(t, target, "full")

	file := write(t, filepath.Join(dir, "file"), "x")
	if err := (app.Settings{}).Save(filepath.Join(file, "settings.json")); err == nil {
		t.Error("into a file: got no error")
	}
}

func TestSettingsSaveReplaces(t *testing.T) {
	path := filepath.Join(t.TempDir(), "settings.json")
	for _, s := range []app.Settings{{Options: app.Options{Model: strings.Repeat("long", 100)}}, {Options: app.Options{Model: "short"}}} {
		if err := s.Save(path); err != nil {
			t.Fatalf("Save: %v", err)
		}
		if got, err := app.LoadSettings(path); err != nil || got != s {
			t.Errorf("got %+v and error %v, want %+v", got, err, s)
		}
	}
	wantFiles(t, filepath.Dir(path), "settings.json")
}

func TestAppSettings(t *testing.T) {
	path := filepath.Join(t.TempDir(), "settings.json")
	g := newRig(t, func(d *app.Deps) { d.SettingsPath = path })
	if got := g.Settings(); got != (app.Settings{}) {
		t.Errorf("at first: got %+v, want the zero value", got)
	}
	want := app.Settings{Options: app.Options{Language: "fr"}}
	g.SetSettings(want)
	if err := g.SaveSettings(); err != nil {
		t.Fatalf("SaveSettings: %v", err)
	}
	g.start()
	if got := g.Settings(); got != want {
		t.Errorf("the next time: got %+v, want %+v", got, want)
	}
}

// The program works without its settings, and keeps the file for whoever
// wants to mend it.
func TestAppWithBrokenSettings(t *testing.T) {
	path := write(t, filepath.Join(t.TempDir(), "settings.json"), "{broken")
	g := newRig(t, nil)
	g.deps.SettingsPath = path
	a, err := app.New(context.Background(), g.deps)
	if err == nil || a == nil {
		t.Fatalf("New: got App %v and error %v, want both", a, err)
	}
	defer a.Close()
	g.App = a
	if got := g.Settings(); got != (app.Settings{}) {
		t.Errorf("settings: got %+v, want the zero value", got)
	}
	g.mustTranscribe(app.Request{})
	if got, err := os.ReadFile(path); err != nil || string(got) != "{broken" {
		t.Errorf("the file: got %q and error %v, want it as it was", got, err)
	}
}
