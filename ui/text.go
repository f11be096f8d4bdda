package ui

import (
	"strings"

	"fyne.io/fyne/v2/lang"
)

func joinPaths(paths []string) string { return strings.Join(paths, ", ") }

func compareText(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) }

// recordings counts recordings in words.
func recordings(n int) string { return lang.N("{{.N}} recordings", n, map[string]any{"N": n}) }
