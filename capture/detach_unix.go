//go:build unix

package capture

import (
	"os"
	"os/exec"
	"syscall"
)

// detach keeps Ctrl+C in a terminal from reaching the child process: it would
// end the audio early, as if the file were cut short.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// yield lets a child process run when nobody else wants to.
func yield(child *os.Process) { _ = syscall.Setpriority(syscall.PRIO_PROCESS, child.Pid, 19) }
