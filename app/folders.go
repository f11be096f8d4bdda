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
	config, err := os.UserConfigDir()
	if err != nil {
		return Folders{}, fmt.Errorf("find settings folder: %w", err)
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return Folders{}, fmt.Errorf("find home folder: %w", err)
	}
	name := "Earshot"
	switch runtime.GOOS {
	case "darwin":
		data = config
	case "windows":
		if data = os.Getenv("LocalAppData"); data == "" {
			data = config
		}
	default:
		name = "earshot"
		// The specification says to ignore relative paths.
		if data = os.Getenv("XDG_DATA_HOME"); !filepath.IsAbs(data) {
			data = filepath.Join(home, ".local", "share")
		}
	}
	data = filepath.Join(data, name)
	return Folders{data, filepath.Join(data, "models"), filepath.Join(config, name, "settings.json")}, nil
}
