// Package assets holds the files that are built into the program.
package assets

import _ "embed"

// IconSVG is the program's icon.
//
//go:embed icon.svg
var IconSVG []byte
