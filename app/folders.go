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
}

// FindFolders returns the platform's folders, by the XDG Base Directory
// Specification on Linux and BSD. A data folder that is given holds everything.
func FindFolders(data string) (Folders, error) {
	if data != "" {
		data, err := filepath.Abs(data)
		if err != nil {
			return Folders{}, fmt.Errorf("find data folder: %w", err)
		}
		return Folders{data, filepath.Join(data, "models"), filepath.Join(data, "settings.json")}, nil
	}
	if runtime.GOOS != "darwin" && runtime.GOOS != "windows" {
		home, err := os.UserHomeDir()
		if err != nil {
			return Folders{}, fmt.Errorf("find home folder: %w", err)
		}
		return folders(xdg("XDG_DATA_HOME", home, ".local", "share"), xdg("XDG_CONFIG_HOME", home, ".config"), "earshot"), nil
	}
	config, err := os.UserConfigDir()
	if err != nil {
		return Folders{}, fmt.Errorf("find settings folder: %w", err)
	}
	if data = os.Getenv("LocalAppData"); runtime.GOOS == "darwin" || data == "" {
		data = config
	}
	return folders(data, config, "Earshot"), nil
}

func folders(data, config, name string) Folders {
	data = filepath.Join(data, name)
	return Folders{data, filepath.Join(data, "models"), filepath.Join(config, name, "settings.json")}
}

// xdg is the folder in a variable, by default the one that the path leads to.
// The specification says to ignore relative paths.
func xdg(variable string, otherwise ...string) string {
	if dir := os.Getenv(variable); filepath.IsAbs(dir) {
		return dir
	}
	return filepath.Join(otherwise...)
}
