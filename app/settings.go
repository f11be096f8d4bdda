package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Settings are the choices that a person makes once. The zero value lets
// Earshot choose.
type Settings struct {
	Options        // of new jobs; Stream is not among the settings
	Keep    int    `json:"keep,omitempty"`   // minutes that an idle model stays in memory; 0 is 5, -1 for ever
	Source  string `json:"source,omitempty"` // what is recorded, see Recorder.Record; "" is the default microphone
	Refine  string `json:"refine,omitempty"` // model that goes over a recording's text afterwards; "" is none
	// SoundDays is for how many days the sound of recordings is kept; 0 is for
	// ever, -1 until it is text.
	SoundDays  int    `json:"sound_days,omitempty"`
	Theme      string `json:"theme,omitempty"`       // "light" or "dark"; "" follows the desktop
	Text       string `json:"text,omitempty"`        // size of transcripts: "small", "large" or "larger"; "" is in between
	HideDoubts bool   `json:"hide_doubts,omitempty"` // doubtful words look like the others

	API APISettings `json:"api,omitzero"`
	// Locale is the language that the window is read in, "de" for one; "" follows
	// the system. It is in force from the next start on.
	Locale string `json:"locale,omitempty"`
}

func (s Settings) keep() time.Duration { return time.Duration(s.Keep) * time.Minute }

// LoadSettings reads the settings file at path. A file that does not exist
// holds the zero value; one that cannot be understood is an error, and is left
// as it is until the next save.
func LoadSettings(path string) (Settings, error) {
	var s Settings
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &s)
	}
	if err != nil {
		return Settings{}, fmt.Errorf("read settings: %w", err)
	}
	return s, nil
}

// Save writes the settings file at path, whole or not at all. Nobody else can
// read it: it holds the key of the API.
func (s Settings) Save(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("save settings: %w", err)
	}
	err := writeFile(path, 0o600, func(w io.Writer) error {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(s)
	})
	if err != nil {
		return fmt.Errorf("save settings: %w", err)
	}
	return nil
}
