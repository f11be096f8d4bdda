package app

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// Folders are the places where Earshot keeps things.
type Folders struct {
	Data     string // the library, the models and crash reports
	Models   string // where new models go
	Settings string // the settings file
	Cache    string // what can be made again
}

// FindFolders returns the platform's folders, by the XDG Base Directory
// Specification on Linux and BSD. A data folder that is given holds everything.
func FindFolders(data string) (Folders, error) {
	if data != "" {
		data, err := filepath.Abs(data)
		if err != nil {
			return Folders{}, fmt.Errorf("find data folder: %w", err)
		}
		return Folders{
			data, filepath.Join(data, "models"), filepath.Join(data, "settings.json"), filepath.Join(data, "cache"),
		}, nil
	}
	if runtime.GOOS != "darwin" && runtime.GOOS != "windows" {
		home, err := os.UserHomeDir()
		if err != nil {
			return Folders{}, fmt.Errorf("find home folder: %w", err)
		}
		return folders(
			xdg("XDG_DATA_HOME", home, ".local", "share"), xdg("XDG_CONFIG_HOME", home, ".config"),
			xdg("XDG_CACHE_HOME", home, ".cache"), "earshot",
		), nil
	}
	config, err := os.UserConfigDir()
	if err != nil {
		return Folders{}, fmt.Errorf("find settings folder: %w", err)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return Folders{}, fmt.Errorf("find cache folder: %w", err)
	}
	if data = os.Getenv("LocalAppData"); runtime.GOOS == "darwin" || data == "" {
		data = config
	}
	return folders(data, config, cache, "Earshot"), nil
}

func folders(data, config, cache, name string) Folders {
	data, cache = filepath.Join(data, name), filepath.Join(cache, name)
	if cache == data { // as on Windows
		cache = filepath.Join(data, "cache")
	}
	return Folders{data, filepath.Join(data, "models"), filepath.Join(config, name, "settings.json"), cache}
}

// xdg is the folder in a variable, by default the one that the path leads to.
// The specification says to ignore relative paths.
func xdg(variable string, otherwise ...string) string {
	if dir := os.Getenv(variable); filepath.IsAbs(dir) {
		return dir
	}
	return filepath.Join(otherwise...)
}
