package main

import (
	"encoding/json"
	"os"
	"testing"

	"earshot/engine"
)

// The window has the engine's languages in its own: their names are keys of the
// translations, which package ui cannot compare with the engine.
func TestLanguagesAreTranslated(t *testing.T) {
	data, err := os.ReadFile("ui/translations/en.json")
	if err != nil {
		t.Fatal(err)
	}
	var messages map[string]any
	if err := json.Unmarshal(data, &messages); err != nil {
		t.Fatal(err)
	}
	e := &engine.Engine{}
	for _, l := range e.Languages() {
		if _, there := messages[l.Name]; !there {
			t.Errorf("the language %q has no translation", l.Name)
		}
	}
}
