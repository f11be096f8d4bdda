package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"time"
)

// Each case returns its rows, with their bounds, also when it fails.

// voices are the fixture model and the voice activity model.
func (b *bench) voices() (model, vad string, err error) {
	if model, err = b.fixture("models/ggml-synth-tiny.bin"); err != nil {
		return "", "", err
	}
	vad, err = b.fixture("models/ggml-silero-v6.2.0.bin")
	return model, vad, err
}

// span is a length of audio in words.
func span(seconds int) string {
	switch {
	case seconds%3600 == 0:
		return fmt.Sprintf("%d h", seconds/3600)
	case seconds%60 == 0:
		return fmt.Sprintf("%d min", seconds/60)
	}
	return fmt.Sprintf("%d s", seconds)
}

// speech goes from a file to a stored transcript.
func (b *bench) speech(ctx context.Context) ([]row, error) {
	of := span(b.length.speech) + " of speech"
	rows := []row{
		{Case: of + ", whisper-cli as it comes", Unit: "×", Least: 2},
		{Case: of + ", whisper-cli at our settings", Unit: "×", Least: 1},
		{Case: of + ", Earshot on all cores, whisper-cli as it comes", Unit: "×"},
	}
	model, vad, err := b.voices()
	if err != nil {
		return rows, err
	}
	audio, err := b.recording(ctx, b.length.speech, 0)
	if err != nil {
		return rows, err
	}
	got, err := b.interleave(ctx,
		b.theirs("whisper-cli", model, nil, audio),
		b.theirs("whisper-cli", model, ourSettings(vad), audio),
		b.ours("earshot", model, audio),
		b.ours("earshot", model, "--threads", strconv.Itoa(runtime.NumCPU()), audio))
	if err != nil {
		return rows, err
	}
	rows[0].compare(got[2], got[0])
	rows[1].compare(got[2], got[1])
	rows[2].compare(got[3], got[0])
	return rows, nil
}

// silence is what voice activity detection saves.
func (b *bench) silence(ctx context.Context) ([]row, error) {
	rows := []row{{Case: span(b.length.silence) + ", 40 % of it silence, whisper-cli as it comes", Unit: "×", Least: 3}}
	model, _, err := b.voices()
	if err != nil {
		return rows, err
	}
	audio, err := b.recording(ctx, b.length.silence, 0.4)
	if err != nil {
		return rows, err
	}
	got, err := b.interleave(ctx, b.theirs("whisper-cli", model, nil, audio), b.ours("earshot", model, audio))
	if err != nil {
		return rows, err
	}
	rows[0].compare(got[1], got[0])
	return rows, nil
}

// short files cost what each begins with: starting, loading, a whole window
// for a few words.
func (b *bench) short(ctx context.Context) ([]row, error) {
	n := fmt.Sprintf("%d short files", b.length.files)
	rows := []row{
		{Case: n + ", whisper-cli for each", Unit: "×", Least: 3},
		{Case: n + ", one whisper-server", Unit: "×", Least: 1.5},
	}
	model, _, err := b.voices()
	if err != nil {
		return rows, err
	}
	files, err := b.clips(b.length.files)
	if err != nil {
		return rows, err
	}
	got, err := b.interleave(ctx,
		b.theirs("whisper-cli", model, nil, files...), b.server("whisper-server", model, files), b.ours("earshot", model, files...))
	if err != nil {
		return rows, err
	}
	rows[0].compare(got[2], got[0])
	rows[1].compare(got[2], got[1])
	return rows, nil
}

// memory is flat: it does not grow with the recording.
func (b *bench) memory(ctx context.Context) ([]row, error) {
	long, brief := span(b.length.long), span(b.length.speech)
	rows := []row{
		{Case: "peak memory above whisper-cli's, " + long, Unit: "MB", Most: 100},
		{Case: "peak memory, " + long + " above " + brief, Unit: "MB", Most: 20},
	}
	model, _, err := b.voices()
	if err != nil {
		return rows, err
	}
	short, err := b.recording(ctx, b.length.speech, 0)
	if err != nil {
		return rows, err
	}
	audio, err := b.recording(ctx, b.length.long, 0)
	if err != nil {
		return rows, err
	}
	cores := strconv.Itoa(runtime.NumCPU())
	got, err := b.interleave(ctx,
		b.firstText("whisper-cli until its first line", model, audio),
		b.ours("earshot, "+long, model, "--threads", cores, audio),
		b.ours("earshot, "+brief, model, "--threads", cores, short))
	if err != nil {
		return rows, err
	}
	var peak [3]float64
	for i, s := range got {
		all, err := s.peaks()
		if err != nil {
			return rows, err
		}
		peak[i] = median(all)
	}
	for i, than := range []int{0, 2} {
		rows[i].Measured, rows[i].Note = peak[1]-peak[than], fmt.Sprintf("%.0f, %.0f MB", peak[1], peak[than])
		rows[i].Ours, rows[i].Theirs = got[1], got[than]
	}
	return rows, nil
}

var errUnknownMemory = errors.New("this system does not tell a child's peak memory apart from ours")

// firstText is whisper-cli until its first line: by then it has read all audio,
// made the spectrogram and set up its decoders.
func (b *bench) firstText(name, model, audio string) contender {
	return contender{name, func(ctx context.Context) (usage, error) {
		cmd, err := b.tools.command(ctx, "whisper-cli", "-m", model, "-ng", "-f", audio)
		if err != nil {
			return usage{}, err
		}
		start := time.Now()
		if err := untilText(cmd); err != nil {
			return usage{}, err
		}
		wall := time.Since(start)
		cmd.Process.Kill()
		cmd.Wait() // killed, as it should be
		return b.used(cmd, wall), nil
	}}
}

// cancel measures from Ctrl+C to the end of the process, when nothing computes
// any more, at different moments of a job: with the fixture model and one of
// the size of OpenAI's tiny.
func (b *bench) cancel(ctx context.Context) ([]row, error) {
	rows := []row{
		{Case: "Ctrl+C to the end of the process, the slowest", Unit: "ms", Most: 500},
		{Case: "Ctrl+C to the end of the process, the slowest, shape of tiny", Unit: "ms", Most: 500},
	}
	model, _, err := b.voices()
	if err != nil {
		return rows, err
	}
	tiny, err := b.shapeModel("tiny")
	if err != nil {
		return rows, err
	}
	defer os.Remove(tiny)
	for i, m := range []string{model, tiny} {
		if err := b.interrupt(ctx, m, &rows[i]); err != nil {
			return rows, err
		}
	}
	return rows, nil
}

func (b *bench) interrupt(ctx context.Context, model string, r *row) error {
	audio, err := b.recording(ctx, b.length.profile, 0)
	if err != nil {
		return err
	}
	r.Ours = &series{Name: "earshot, from its start"}
	for i := range max(2, b.rounds) {
		cmd := b.earshotCommand(ctx, model, audio)
		begun := time.Now()
		if err := untilText(cmd); err != nil {
			return fmt.Errorf("earshot: %w", err)
		}
		time.Sleep(time.Duration(i) * 170 * time.Millisecond)
		start := time.Now()
		cmd.Process.Signal(os.Interrupt)
		cmd.Wait()
		r.Values = append(r.Values, float64(time.Since(start).Milliseconds()))
		r.Ours.add(b.used(cmd, time.Since(begun)))
		if status := cmd.ProcessState.ExitCode(); status != 130 {
			return fmt.Errorf("earshot ended with status %d, not as one that was interrupted", status)
		}
	}
	r.Measured, r.Note = slices.Max(r.Values), fmt.Sprintf("median %.0f ms", median(r.Values))
	return nil
}

// window runs the end-to-end benchmarks of the real window, built once.
func (b *bench) window(ctx context.Context) ([]row, error) {
	rows := []row{
		{Case: "the window answers while it decodes, 95 %", Unit: "ms", Most: 16},
		{Case: "the window answers while it records, 95 %", Unit: "ms", Most: 16},
	}
	if b.quick {
		return rows, errors.New("left out by -quick")
	}
	program := filepath.Join(b.dir, "window.test")
	build := exec.CommandContext(ctx, "go", "test", "-c", "-tags", "e2e,ci,sqlite_fts5", "-o", program, ".")
	if out, err := build.CombinedOutput(); err != nil {
		return rows, fmt.Errorf("build the benchmarks of the window: %w: %s", err, lastLine(out))
	}
	b.used(build, 0)
	for i, name := range []string{"BenchmarkWindowWhileDecoding", "BenchmarkWindowWhileRecording"} {
		if err := b.still(ctx, program, name, &rows[i]); err != nil {
			rows[i].Missing = err.Error()
		}
	}
	return rows, nil
}

// still takes the figure of a benchmark that nobody touches the window in.
func (b *bench) still(ctx context.Context, program, name string, r *row) error {
	s := &series{Name: "the benchmark, earshot and the screen included"}
	var late []float64
	for range b.rounds {
		cmd := exec.CommandContext(ctx, program, "-test.run", "XXX", "-test.bench", name+"$", "-test.benchtime", "1x", "-test.v")
		start := time.Now()
		out, err := cmd.CombinedOutput()
		s.add(b.used(cmd, time.Since(start)))
		found := regexp.MustCompile(`([\d.]+) ms-95%-still`).FindSubmatch(out)
		if found == nil {
			return fmt.Errorf("%s gave no figure (%v)", name, err)
		}
		ms, err := strconv.ParseFloat(string(found[1]), 64)
		if err != nil {
			return err
		}
		late = append(late, ms)
	}
	r.middle(late, s)
	return nil
}

// shaped compares encoders of the sizes that people use.
func (b *bench) shaped(ctx context.Context) ([]row, error) {
	var rows []row
	for _, name := range b.shapes {
		r := row{Case: fmt.Sprintf("%s of speech, shape of %s, whisper-cli at our settings", span(b.length.shape), name), Unit: "×", Least: 1}
		if err := b.shape(ctx, name, &r); err != nil {
			r.Missing = err.Error()
		}
		rows = append(rows, r)
	}
	return rows, nil
}

func (b *bench) shape(ctx context.Context, name string, r *row) error {
	_, vad, err := b.voices()
	if err != nil {
		return err
	}
	audio, err := b.recording(ctx, b.length.shape, 0)
	if err != nil {
		return err
	}
	model, err := b.shapeModel(name)
	if err != nil {
		return err
	}
	defer os.Remove(model)
	got, err := b.interleave(ctx, b.theirs("whisper-cli", model, ourSettings(vad), audio), b.ours("earshot", model, audio))
	if err != nil {
		return err
	}
	r.compare(got[1], got[0])
	return nil
}

// shapeModel makes a model of this shape and returns its path.
func (b *bench) shapeModel(name string) (path string, err error) {
	like, _, err := b.voices()
	if err != nil {
		return "", err
	}
	path = filepath.Join(b.dir, "ggml-"+name+".bin")
	return path, writeModel(path, like, shapeOf[name])
}
