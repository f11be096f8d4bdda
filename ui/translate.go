package ui

import (
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
)

// The window's languages, one file each. The key of a text is the text in
// English; TestTranslations says what a file has to hold.
//
//go:embed translations
var translations embed.FS

// locales are the languages that the window can be read in, in their own words.
var locales = [][2]string{{"en", "English"}, {"de", "Deutsch"}, {"es", "Español"}, {"fr", "Français"}, {"zh", "简体中文"}}

// Translate makes the windows that are built after it speak a language, "de" for
// one; "" is the system's, and English where there is no file of that. It
// changes Fyne's table of texts, which the whole program has one of: call it
// once, before New.
func Translate(locale string) error {
	system := lang.SystemLocale()
	if locale == "" {
		locale, _, _ = strings.Cut(system.String(), "-")
	}
	if !translated(locale) {
		locale = "en"
	}
	messages, err := readTranslation(locale)
	if err != nil {
		return err
	}
	data, err := json.Marshal(inAllForms(messages))
	if err != nil {
		return fmt.Errorf("write the translation into %s: %w", locale, err)
	}
	// Fyne speaks the system's language and can be told no other: so the system's
	// language gets the words of the one that is wanted.
	for _, name := range names(system) {
		if err := lang.AddTranslationsForLocale(data, name); err != nil {
			return fmt.Errorf("translate into %s: %w", locale, err)
		}
	}
	return nil
}

func translated(locale string) bool {
	return slices.ContainsFunc(locales, func(l [2]string) bool { return l[0] == locale })
}

// names are those that Fyne may find a locale by: its language with its region,
// and with its script. Fyne writes zh-CN-Hans, which is none.
func names(l fyne.Locale) []fyne.Locale {
	parts := strings.Split(l.String(), "-")
	if len(parts) < 3 {
		return []fyne.Locale{l}
	}
	return []fyne.Locale{fyne.Locale(parts[0] + "-" + parts[1]), fyne.Locale(parts[0] + "-" + parts[2])}
}

// message is a text, or its forms by what they are counted by: "one", "other".
type message struct {
	Text  string
	Forms map[string]string
}

// UnmarshalJSON implements json.Unmarshaler.
func (m *message) UnmarshalJSON(data []byte) error {
	if json.Unmarshal(data, &m.Text) == nil {
		return nil
	}
	return json.Unmarshal(data, &m.Forms)
}

// MarshalJSON implements json.Marshaler.
func (m message) MarshalJSON() ([]byte, error) {
	if m.Forms == nil {
		return json.Marshal(m.Text)
	}
	return json.Marshal(m.Forms)
}

// readTranslation reads one of the files.
func readTranslation(locale string) (map[string]message, error) {
	data, err := translations.ReadFile("translations/" + locale + ".json")
	if err != nil {
		return nil, fmt.Errorf("read translation: %w", err)
	}
	var messages map[string]message
	if err := json.Unmarshal(data, &messages); err != nil {
		return nil, fmt.Errorf("read the translation into %s: %w", locale, err)
	}
	return messages, nil
}

// inAllForms gives what is counted every form that some language has: which are
// asked for depends on the system's language.
func inAllForms(messages map[string]message) map[string]message {
	for _, m := range messages {
		for _, form := range []string{"zero", "one", "two", "few", "many"} {
			if m.Forms != nil && m.Forms[form] == "" {
				m.Forms[form] = m.Forms["other"]
			}
		}
	}
	return messages
}
