package app_test

import (
	"path/filepath"
	"runtime"
	"testing"

	"earshot/app"
)

func TestFindFolders(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		t.Skip("this platform does not follow the XDG specification")
	}
	tests := []struct {
		name           string
		data, config   string // XDG_DATA_HOME and XDG_CONFIG_HOME
		cache          string // XDG_CACHE_HOME
		wantData, want string // folders of data and of settings
		wantCache      string
	}{
		{"neither", "", "", "", "/home/ann/.local/share/earshot", "/home/ann/.config/earshot", "/home/ann/.cache/earshot"},
		{"all", "/d", "/c", "/x", "/d/earshot", "/c/earshot", "/x/earshot"},
		{"data", "/d", "", "", "/d/earshot", "/home/ann/.config/earshot", "/home/ann/.cache/earshot"},
		{"config", "", "/c", "", "/home/ann/.local/share/earshot", "/c/earshot", "/home/ann/.cache/earshot"},
		{"relative ones, which do not count", "d", "./c", "x", "/home/ann/.local/share/earshot", "/home/ann/.config/earshot", "/home/ann/.cache/earshot"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("HOME", "/home/ann")
			t.Setenv("XDG_DATA_HOME", test.data)
			t.Setenv("XDG_CONFIG_HOME", test.config)
			t.Setenv("XDG_CACHE_HOME", test.cache)
			got, err := app.FindFolders("")
			want := app.Folders{
				Data: test.wantData, Models: filepath.Join(test.wantData, "models"), Settings: filepath.Join(test.want, "settings.json"),
				Cache: test.wantCache,
			}
			if err != nil || got != want {
				t.Errorf("got %+v and error %v, want %+v", got, err, want)
			}
		})
	}
}

func TestFindFoldersWithoutHome(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		t.Skip("this platform does not follow the XDG specification")
	}
	t.Setenv("HOME", "")
	t.Setenv("XDG_DATA_HOME", "")
	t.Setenv("XDG_CONFIG_HOME", "")
	if got, err := app.FindFolders(""); err == nil {
		t.Errorf("got %+v, want an error", got)
	}
}

func TestFindFoldersGiven(t *testing.T) {
	t.Setenv("HOME", "")
	dir := t.TempDir()
	t.Chdir(dir)
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, given := range []string{"data", filepath.Join(dir, "data")} {
		got, err := app.FindFolders(given)
		if err != nil {
			t.Fatalf("FindFolders(%q): %v", given, err)
		}
		root, err := filepath.EvalSymlinks(filepath.Dir(got.Data))
		if err != nil || root != dir || filepath.Base(got.Data) != "data" {
			t.Errorf("FindFolders(%q): got data in %q, want %q", given, got.Data, filepath.Join(dir, "data"))
		}
		if got.Models != filepath.Join(got.Data, "models") || got.Settings != filepath.Join(got.Data, "settings.json") {
			t.Errorf("FindFolders(%q): got %+v, want everything in one folder", given, got)
		}
	}
}
