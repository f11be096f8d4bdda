package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// screen is a virtual screen with a window manager, OpenGL in software and one
// client that looks at it.
type screen struct {
	*display
	env []string // for programs on it
	end []func()
}

// newScreen starts one. Close it.
func (b *bench) newScreen(ctx context.Context) (s *screen, err error) {
	for _, name := range []string{"Xvfb", "openbox", "xdotool", "import"} {
		if _, err := exec.LookPath(name); err != nil {
			return nil, fmt.Errorf("%s is not here: packaging/setup.sh bench installs it", name)
		}
	}
	s = &screen{}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	x := exec.CommandContext(ctx, "Xvfb", "-displayfd", "3", "-screen", "0", "1300x850x24", "-nolisten", "tcp")
	x.ExtraFiles = []*os.File{w}
	err = s.start(x)
	w.Close()
	if err != nil {
		return nil, err
	}
	number, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("start Xvfb: %w", err)
	}
	name := ":" + strings.TrimSpace(number)
	s.env = slices.DeleteFunc(os.Environ(), func(v string) bool {
		return slices.ContainsFunc([]string{"DISPLAY=", "WAYLAND_DISPLAY=", "XAUTHORITY=", "GDK_BACKEND=", "LANG=", "LC_ALL="},
			func(name string) bool { return strings.HasPrefix(v, name) })
	})
	s.env = append(s.env, "DISPLAY="+name, "LIBGL_ALWAYS_SOFTWARE=1", "XDG_RUNTIME_DIR="+b.dir)
	manager := exec.CommandContext(ctx, "openbox")
	manager.Env = s.env
	if err := s.start(manager); err != nil {
		return nil, err
	}
	time.Sleep(500 * time.Millisecond) // until it manages windows
	s.display, err = dialDisplay(name)
	return s, err
}

// start runs a program until the screen is closed.
func (s *screen) start(cmd *exec.Cmd) error {
	if err := cmd.Start(); err != nil {
		return err
	}
	s.end = append(s.end, func() {
		cmd.Process.Kill()
		cmd.Wait() // killed, as it should be
	})
	return nil
}

func (s *screen) close() {
	if s.display != nil {
		s.display.close()
	}
	for _, end := range slices.Backward(s.end) {
		end()
	}
}

// xdotool does what takes as long as it likes.
func (s *screen) xdotool(ctx context.Context, args ...string) error {
	cmd := exec.CommandContext(ctx, "xdotool", args...)
	cmd.Env = s.env
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("xdotool %q: %w: %s", args, err, lastLine(out))
	}
	return nil
}

// picture saves what is on the screen beside the report.
func (b *bench) picture(ctx context.Context, s *screen, name string) error {
	if err := os.MkdirAll(b.out, 0o755); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "import", "-window", "root", filepath.Join(b.out, name+".png"))
	cmd.Env = s.env
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("take a picture of the screen: %w: %s", err, lastLine(out))
	}
	return nil
}

// window is Earshot on a screen.
type window struct {
	cmd   *exec.Cmd
	began time.Time
}

// openWindow starts Earshot with its library in the folder data and returns
// how long it took until the first page of that was on the screen, in ms.
func (b *bench) openWindow(ctx context.Context, s *screen, data string) (w *window, ms float64, err error) {
	w = &window{b.command(ctx, data), time.Now()}
	w.cmd.Env = s.env
	_, last, err := s.watch(ctx, libraryTexts, 2*time.Second, w.cmd.Start)
	if err != nil {
		if w.cmd.Process != nil {
			w.quit(b)
		}
		return nil, 0, fmt.Errorf("open the window: %w", err)
	}
	return w, 1e3 * last.Seconds(), nil
}

// quit ends it as a session that ends does.
func (w *window) quit(b *bench) (usage, error) {
	w.cmd.Process.Signal(syscall.SIGTERM)
	ended := time.AfterFunc(20*time.Second, func() { w.cmd.Process.Kill() })
	err := w.cmd.Wait()
	if !ended.Stop() {
		err = errors.New("it did not end")
	}
	if err != nil {
		err = fmt.Errorf("quit the window: %w", err)
	}
	return b.used(w.cmd, time.Since(w.began)), err
}

// worked is the CPU time of Fyne's goroutine, which has the process's first
// thread to itself: what it does at an event, the layout, and its share of
// drawing; the threads of the software renderer are not in it.
func (w *window) worked() (time.Duration, error) {
	pid := strconv.Itoa(w.cmd.Process.Pid)
	ns, err := strconv.ParseInt(field(filepath.Join("/proc", pid, "task", pid, "schedstat"), `^(\d+) `), 10, 64)
	if err != nil {
		return 0, errors.New("this system does not tell the CPU time of a thread")
	}
	return time.Duration(ns), nil
}

// resident is the memory that only this window needs, in bytes: what it shares
// with other programs counts by its share.
func (w *window) resident() (int64, error) {
	kB, err := strconv.ParseInt(field(fmt.Sprintf("/proc/%d/smaps_rollup", w.cmd.Process.Pid), `Pss:\s*(\d+) kB`), 10, 64)
	if err != nil {
		return 0, errors.New("this system does not tell what is resident")
	}
	return kB << 10, nil
}
