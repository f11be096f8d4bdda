package ui

import "strings"

func joinPaths(paths []string) string { return strings.Join(paths, ", ") }

func compareText(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) }
