//go:build !cgo || ci

package main

import (
	"context"
	"errors"

	"earshot/cli"
)

// openWindow says that this build cannot: Fyne's windows need cgo.
func openWindow(context.Context, cli.Config, []string) error {
	return errors.New("this build of Earshot has no window; “earshot transcribe FILE” works without one")
}
