package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// usage is what one run of a program took.
type usage struct {
	wall, cpu time.Duration
	memory    int64 // peak of the largest process, bytes; 0 if it cannot be told
	words     int   // printed
}

func (u usage) plus(v usage) usage {
	return usage{u.wall + v.wall, u.cpu + v.cpu, max(u.memory, v.memory), u.words + v.words}
}

// contender is a program with its work.
type contender struct {
	name string
	run  func(context.Context) (usage, error)
}

// interleave runs all contenders by turns, round after round.
func (b *bench) interleave(ctx context.Context, all ...contender) ([]*series, error) {
	results := make([]*series, len(all))
	for round := range b.rounds {
		for i, c := range all {
			if round == 0 {
				results[i] = &series{Name: c.name}
			}
			u, err := c.run(ctx)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", c.name, err)
			}
			results[i].add(u)
		}
	}
	return results, nil
}

// measure runs a command to its end. Its output goes to files, as a person
// would send it: a slow reader must not hold it up.
func (b *bench) measure(cmd *exec.Cmd) (usage, error) {
	out, err := os.Create(filepath.Join(b.dir, "stdout"))
	if err != nil {
		return usage{}, err
	}
	defer out.Close()
	errs, err := os.Create(filepath.Join(b.dir, "stderr"))
	if err != nil {
		return usage{}, err
	}
	defer errs.Close()
	cmd.Stdout, cmd.Stderr = out, errs
	start := time.Now()
	err = cmd.Run()
	u := b.used(cmd, time.Since(start))
	if err != nil {
		said, _ := os.ReadFile(errs.Name())
		return u, fmt.Errorf("%w: %s", err, lastLine(said))
	}
	text, err := os.ReadFile(out.Name())
	u.words = len(strings.Fields(plain(string(text))))
	return u, err
}

// used is what a command that has ended took.
func (b *bench) used(cmd *exec.Cmd, wall time.Duration) usage {
	if cmd.ProcessState == nil {
		return usage{}
	}
	u := usage{wall: wall, cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), memory: peakMemory(cmd.ProcessState)}
	b.spent += u.cpu
	return u
}

func lastLine(text []byte) string {
	text = bytes.TrimSpace(text)
	return string(text[bytes.LastIndexByte(text, '\n')+1:])
}

// plain removes the times that whisper-cli prints before each line.
func plain(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "[") {
			_, line, _ = strings.Cut(line, "]")
		}
		b.WriteString(line)
	}
	return b.String()
}

// earshotCommand is `earshot transcribe` into a library of its own.
func (b *bench) earshotCommand(ctx context.Context, model string, args ...string) *exec.Cmd {
	args = append([]string{"transcribe", "--no-cache", "--language", "en", "--device", "cpu", "--model", model}, args...)
	return b.command(ctx, filepath.Join(b.dir, "data"), args...)
}

// command is earshot with its library in the folder data.
func (b *bench) command(ctx context.Context, data string, args ...string) *exec.Cmd {
	args = append([]string{"--data", data, "--models", filepath.Join(b.shared, "models")}, args...)
	return exec.CommandContext(ctx, b.earshot, args...)
}

func (b *bench) ours(name, model string, args ...string) contender {
	return contender{name, func(ctx context.Context) (usage, error) {
		return b.measure(b.earshotCommand(ctx, model, args...))
	}}
}

// theirs is whisper-cli, once for each file.
func (b *bench) theirs(name, model string, flags []string, files ...string) contender {
	return contender{name, func(ctx context.Context) (usage, error) {
		var sum usage
		for _, file := range files {
			cmd, err := b.tools.command(ctx, "whisper-cli", append([]string{"-m", model, "-ng", "-l", "en", "-f", file}, flags...)...)
			if err != nil {
				return sum, err
			}
			u, err := b.measure(cmd)
			if err != nil {
				return sum, err
			}
			sum = sum.plus(u)
		}
		return sum, nil
	}}
}

// ourThreads is how many Earshot uses for decoding on the CPU when it is not
// told (engine.sideBySide).
func ourThreads() int { return max(1, min(runtime.NumCPU()-1, 4)) }

// ourSettings are engine's decoding settings as whisper-cli's flags.
func ourSettings(vad string) []string {
	return []string{
		"-t", strconv.Itoa(ourThreads()), "-bs", "1", "-bo", "5", "-mc", "0", "-sns", "-et", "2.8", "-lpt", "-1.25",
		"--vad", "-vm", vad,
	}
}

// tools are whisper.cpp's own programs: those on PATH, else those that
// packaging/setup.sh unpacked, which need their own C library and are told
// which CPU variant of ggml Earshot has chosen.
type tools struct {
	lib     string // of the private prefix; "" for PATH
	bin     string
	variant string // file name of ggml's CPU backend; "" where the library finds it
	err     error  // why there are none
}

func findTools(ctx context.Context, deps string) tools {
	if _, err := exec.LookPath("whisper-cli"); err == nil {
		return tools{}
	}
	loaders, _ := filepath.Glob(filepath.Join(deps, "tools", "usr", "lib", "*", "ld-linux-*.so.*"))
	if len(loaders) != 1 {
		return tools{err: errors.New("whisper-cli is not here: packaging/setup.sh bench installs it")}
	}
	self, err := os.Executable()
	if err != nil {
		return tools{err: err}
	}
	name, err := exec.CommandContext(ctx, self, "variant").Output()
	if err != nil {
		return tools{err: fmt.Errorf("find out which CPU variant of ggml is used here: %w", err)}
	}
	return tools{lib: filepath.Dir(loaders[0]), bin: filepath.Join(deps, "tools", "usr", "bin"), variant: strings.TrimSpace(string(name))}
}

func (t tools) command(ctx context.Context, name string, args ...string) (*exec.Cmd, error) {
	if t.err != nil {
		return nil, t.err
	}
	if t.lib == "" {
		return exec.CommandContext(ctx, name, args...), nil
	}
	loaders, _ := filepath.Glob(filepath.Join(t.lib, "ld-linux-*.so.*"))
	backends, _ := filepath.Glob(filepath.Join(t.lib, "ggml", "backends*", t.variant))
	if len(loaders) != 1 || len(backends) != 1 {
		return nil, fmt.Errorf("%s lacks its loader or ggml's %s", t.lib, t.variant)
	}
	cmd := exec.CommandContext(ctx, loaders[0], append([]string{"--library-path", t.lib, filepath.Join(t.bin, name)}, args...)...)
	cmd.Env = append(os.Environ(), "GGML_BACKEND_PATH="+backends[0])
	return cmd, nil
}

// untilText starts a command, reads its first bytes of output and hands it
// over, running; the caller ends it and waits.
func untilText(cmd *exec.Cmd) error {
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	if _, err := io.ReadAtLeast(out, make([]byte, 64), 8); err != nil {
		cmd.Process.Kill()
		cmd.Wait()
		return fmt.Errorf("it ended before its first text: %w", err)
	}
	return nil
}
