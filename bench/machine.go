package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"

	"earshot/engine"
)

// machine is what the figures belong to. What is not known is "".
type machine struct {
	CPU     string `json:"cpu"`
	Cores   int    `json:"cores"`
	OS      string `json:"os"`
	Commit  string `json:"commit"`
	Earshot string `json:"earshot"`
	Go      string `json:"go"`
	Library string `json:"libwhisper"`
	CLI     string `json:"whisper_cli"`
	Variant string `json:"ggml_variant"`
	FFmpeg  string `json:"ffmpeg"`
}

func (m machine) String() string {
	text := fmt.Sprintf("%d cores of %s, %s; %s (%s), %s, libwhisper %s", m.Cores, m.CPU, m.OS, m.Earshot, m.Commit, m.Go, m.Library)
	for _, more := range []string{m.CLI, m.Variant, m.FFmpeg} {
		if more != "" {
			text += ", " + more
		}
	}
	return text
}

func thisMachine(ctx context.Context, b *bench) machine {
	m := machine{
		CPU: field("/proc/cpuinfo", `model name\s*: (.*)`), Cores: runtime.NumCPU(),
		OS: field("/etc/os-release", `PRETTY_NAME="(.*)"`), Go: runtime.Version(), Variant: b.tools.variant,
		Commit:  firstLine(exec.CommandContext(ctx, "git", "describe", "--always", "--dirty")),
		Earshot: firstLine(exec.CommandContext(ctx, b.earshot, "--version")),
		Library: firstLine(exec.CommandContext(ctx, "pkg-config", "--modversion", "earshot-whisper")),
		FFmpeg:  firstLine(exec.CommandContext(ctx, "ffmpeg", "-version")),
	}
	m.FFmpeg, _, _ = strings.Cut(m.FFmpeg, " Copyright")
	if m.OS == "" {
		m.OS = runtime.GOOS
	}
	if cmd, err := b.tools.command(ctx, "whisper-cli", "--version"); err == nil {
		m.CLI = firstLine(cmd)
	}
	return m
}

func firstLine(cmd *exec.Cmd) string {
	out, _ := cmd.Output()
	line, _, _ := strings.Cut(string(out), "\n")
	return strings.TrimSpace(line)
}

// field is what a pattern's group matches in a file, "" if nothing.
func field(path, pattern string) string {
	data, _ := os.ReadFile(path)
	if found := regexp.MustCompile(pattern).FindSubmatch(data); found != nil {
		return strings.TrimSpace(string(found[1]))
	}
	return ""
}

// busyTime is how long all cores together have been busy since the machine
// started; 0 where the system does not tell.
func busyTime() time.Duration {
	data, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0
	}
	line, _, _ := strings.Cut(string(data), "\n")
	return busyTicks(line) * 10 * time.Millisecond
}

// busyTicks adds up the first line of /proc/stat without the times of idling
// and waiting, which are the fourth and fifth.
func busyTicks(line string) time.Duration {
	var sum time.Duration
	for i, f := range strings.Fields(line) {
		if i == 0 || i == 4 || i == 5 || i > 8 { // the last are in user time already
			continue
		}
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			return 0
		}
		sum += time.Duration(n)
	}
	return sum
}

// printVariant prints the file name of the CPU backend that libggml chooses on
// this machine. The library does not tell; the memory map does.
func printVariant(ctx context.Context) error {
	e := engine.New(engine.Options{})
	defer e.Close()
	if _, err := e.Devices(ctx); err != nil {
		return err
	}
	name := field("/proc/self/maps", `(libggml-cpu-[^/\s]*\.so)`)
	if name == "" {
		return errors.New("find ggml's CPU backend: none is loaded as a plug-in")
	}
	fmt.Println(name)
	return nil
}
