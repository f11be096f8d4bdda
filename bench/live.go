package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"earshot/app"
	"earshot/engine"
)

// heardLive is what a child process measures of live text.
type heardLive struct {
	First, Commit, Final []float64 // seconds
	Words                int       // of the final texts
	Erased, Broken       int
	Decodes              int     // reports with another text
	CPU                  float64 // seconds
	Said                 int     // words of the references
	Errors, BatchErrors  int
}

// live measures live text: the fixture's speech, spoken again.
func (b *bench) live(ctx context.Context) ([]row, error) {
	rows := []row{
		{Case: "live: first text after the first sample of an utterance, median", Unit: "ms", Most: 500},
		{Case: "… 95 %", Unit: "ms", Most: 800},
		{Case: "live: a word's end to the word being certain, median", Unit: "ms", Most: 2000},
		{Case: "… 95 %", Unit: "ms", Most: 3500},
		{Case: "live: end of utterance (0.6 s after the last sample of speech) to its text closed, median", Unit: "ms", Most: 300},
		{Case: "… 95 %", Unit: "ms", Most: 600},
		{Case: "live: words taken back for each word that stays", Unit: "", Most: 0.6},
		{Case: "live: certain words changed", Unit: "words", None: true},
		{Case: "live: compute for each partial text, against a whole window", Unit: "×", Least: 5},
		{Case: "live: word error rate above that of whole files", Unit: "%", Most: 1},
	}
	var h heardLive
	if err := b.child(ctx, &h, "live"); err != nil {
		return rows, err
	}
	window, err := b.wholeWindow(ctx)
	if err != nil {
		rows[8].Missing = err.Error()
	}
	for i, lags := range [][]float64{h.First, h.Commit, h.Final} {
		rows[2*i].Measured, rows[2*i+1].Measured = 1000*median(lags), 1000*percentile(lags, 0.95)
		rows[2*i].Note = fmt.Sprintf("%d, the slowest %.0f ms", len(lags), 1000*percentile(lags, 1))
	}
	rows[6].Measured = float64(h.Erased) / float64(h.Words)
	rows[7].Measured = float64(h.Broken)
	partial := h.CPU / float64(h.Decodes)
	rows[8].Measured = window / partial
	rows[8].Note = fmt.Sprintf("%.0f of %.0f ms of CPU", 1000*partial, 1000*window)
	live, batch := 100*float64(h.Errors)/float64(h.Said), 100*float64(h.BatchErrors)/float64(h.Said)
	rows[9].Measured, rows[9].Note = live-batch, fmt.Sprintf("%.2f, %.2f %% of %d words", live, batch, h.Said)
	return rows, nil
}

// child runs this program in a process of its own and reads what it prints.
func (b *bench) child(ctx context.Context, result any, args ...string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if _, err := b.fixture("audio/synth/manifest.json"); err != nil {
		return err
	}
	if _, err := b.measure(exec.CommandContext(ctx, self, append(args, b.shared, strconv.Itoa(b.length.live))...)); err != nil {
		return err
	}
	out, err := os.ReadFile(filepath.Join(b.dir, "stdout"))
	if err != nil {
		return err
	}
	return json.Unmarshal(out, result)
}

var timing = regexp.MustCompile(`(?:mel|sample|encode|decode|batchd|prompt) time = +([\d.]+) ms`)

// wholeWindow is what whisper-stream spends on each step: ten seconds of sound,
// encoded as the thirty that they are padded to, and decoded.
func (b *bench) wholeWindow(ctx context.Context) (seconds float64, err error) {
	model, _, err := b.voices()
	if err != nil {
		return 0, err
	}
	audio, err := b.recording(ctx, 10, 0)
	if err != nil {
		return 0, err
	}
	var all []float64
	for range max(3, b.rounds) {
		if _, err := b.theirs("", model, []string{"-t", "1", "-bs", "1", "-bo", "1"}, audio).run(ctx); err != nil {
			return 0, err
		}
		said, err := os.ReadFile(filepath.Join(b.dir, "stderr"))
		if err != nil {
			return 0, err
		}
		sum := 0.0
		for _, found := range timing.FindAllSubmatch(said, -1) {
			ms, err := strconv.ParseFloat(string(found[1]), 64)
			if err != nil {
				return 0, err
			}
			sum += ms / 1000
		}
		if sum == 0 {
			return 0, errors.New("whisper-cli prints no times")
		}
		all = append(all, sum)
	}
	return median(all), nil
}

// percentile of x, 0..1; 0 of nothing.
func percentile(x []float64, p float64) float64 {
	if len(x) == 0 {
		return 0
	}
	x = slices.Sorted(slices.Values(x))
	return x[min(int(p*float64(len(x))), len(x)-1)]
}

// player streams the shared fixtures, in a process of its own.
type player struct {
	engine *engine.Engine
	shared string
	opt    app.RecognizeOptions
}

func newPlayer(shared string) *player {
	return &player{engine.New(engine.Options{LeaveCore: true}), shared, app.RecognizeOptions{
		Model: filepath.Join(shared, "models", "ggml-synth-tiny.bin"), VAD: filepath.Join(shared, "models", "ggml-silero-v6.2.0.bin"),
		Device: "cpu", Keep: -1,
	}}
}

// listenLive is the child process of live.
func listenLive(ctx context.Context, shared, longest string) error {
	seconds, err := strconv.Atoi(longest)
	if err != nil {
		return err
	}
	clips, err := readManifest(shared)
	if err != nil {
		return err
	}
	p := newPlayer(shared)
	defer p.engine.Close()
	var all heardLive
	for _, c := range clips {
		if c.Language == "-" {
			continue
		}
		samples, err := p.samples(ctx, c.File)
		if err != nil {
			return err
		}
		if len(samples) > seconds*app.SampleRate {
			continue
		}
		if err := p.hear(ctx, c, samples, &all); err != nil {
			return fmt.Errorf("%s: %w", c.File, err)
		}
	}
	return json.NewEncoder(os.Stdout).Encode(all)
}

// hear streams a clip, then recognizes it as a whole.
func (p *player) hear(ctx context.Context, c clip, samples []float32, all *heardLive) error {
	p.opt.Language = c.Language
	said := c.script()
	source := &replay{samples: samples}
	h := hearing{spoken: source.Spoken}
	before := cpuTime()
	if _, err := p.engine.Stream(ctx, source, p.opt, h.hear); err != nil {
		return err
	}
	all.CPU += (cpuTime() - before).Seconds()
	var batch []string
	_, err := p.engine.Recognize(ctx, &replay{samples: samples}, p.opt, func(r app.Progress) {
		for _, s := range r.Segments {
			batch = append(batch, s.Text)
		}
	})
	all.First = append(all.First, h.firstLags(said)...)
	all.Commit = append(all.Commit, h.commitLags(said)...)
	all.Final = append(all.Final, h.finalLags(said)...)
	all.Words += len(h.shown)
	all.Erased, all.Broken, all.Decodes = all.Erased+h.erased, all.Broken+h.broken, all.Decodes+h.decodes
	all.Said += len(strings.Fields(said.text))
	all.Errors += wordErrors(strings.Join(h.shown, " "), said.text)
	all.BatchErrors += wordErrors(strings.Join(batch, " "), said.text)
	return err
}

func (p *player) samples(ctx context.Context, file string) ([]float32, error) {
	pcm, err := readPCM(ctx, filepath.Join(p.shared, "audio", "synth", file))
	samples := make([]float32, len(pcm))
	for i, v := range pcm {
		samples[i] = float32(v) / 32768
	}
	return samples, err
}

// clip is an entry of the fixtures' manifest.
type clip struct {
	File     string `json:"file"`
	Language string `json:"lang"`
	Segments []struct {
		Start, End float64
		Text       string
		Words      [][3]any // word, start, end
	} `json:"segments"`
}

func readManifest(shared string) ([]clip, error) {
	data, err := os.ReadFile(filepath.Join(shared, "audio", "synth", "manifest.json"))
	if err != nil {
		return nil, err
	}
	var all []clip
	return all, json.Unmarshal(data, &all)
}

func (c clip) script() script {
	var s script
	var lines []string
	for _, segment := range c.Segments {
		lines = append(lines, segment.Text)
		s.sentences = append(s.sentences, [2]float64{segment.Start, segment.End})
		for _, w := range segment.Words {
			text, _ := w[0].(string)
			end, _ := w[2].(float64)
			s.words = append(s.words, spokenWord{text, end})
		}
	}
	s.text = strings.Join(lines, " ")
	return s
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
