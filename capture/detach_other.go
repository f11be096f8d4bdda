//go:build !unix

package capture

import (
	"os"
	"os/exec"
)

func detach(*exec.Cmd) {}

func yield(*os.Process) {}
