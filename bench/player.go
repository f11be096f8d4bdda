package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"earshot/app"
	"earshot/engine"
)

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
	h := hearing{spoken: source.Spoken, busy: cpuTime, spent: cpuTime()}
	if _, err := p.engine.Stream(ctx, source, p.opt, h.hear); err != nil {
		return err
	}
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
	all.Erased, all.Broken, all.CPU = all.Erased+h.erased, all.Broken+h.broken, append(all.CPU, h.cpu...)
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

// listenHour is the child process of hour.
func listenHour(ctx context.Context, shared, length string) error {
	seconds, err := strconv.Atoi(length)
	if err != nil {
		return err
	}
	p := newPlayer(shared)
	defer p.engine.Close()
	p.opt.Language = "en"
	speech, err := p.samples(ctx, "long-five-minutes.wav")
	if err != nil {
		return err
	}
	source := &replay{samples: speech, total: seconds * app.SampleRate}
	h := hearing{spoken: source.Spoken, busy: cpuTime}
	settled := int64(0) // memory, once all has been used
	began := time.Now()
	result, err := p.engine.Stream(ctx, source, p.opt, func(r app.Heard) {
		h.hear(r)
		if settled == 0 && r.Read > float64(seconds)/6 {
			settled = residentNow()
		}
	})
	if err != nil {
		return err
	}
	all := heardHour{
		Seconds: time.Since(began).Seconds(), Grown: residentNow() - settled, Words: len(h.shown),
		Dropped: source.total - int(math.Round(result.Duration*app.SampleRate)),
	}
	var early, late []float64
	for _, m := range h.finals {
		switch lag := m.at - m.upto; {
		case m.upto < float64(seconds)/6:
			early = append(early, lag)
		case m.upto > float64(seconds)*5/6:
			late = append(late, lag)
		}
	}
	all.Early, all.Late = median(early), median(late)
	return json.NewEncoder(os.Stdout).Encode(all)
}
