//go:build unix

package capture

import (
	"os/exec"
	"syscall"
)

// detach keeps Ctrl+C in a terminal from reaching the child process: it would
// end the audio early, as if the file were cut short.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
