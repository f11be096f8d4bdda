package cli

import (
	"bufio"
	"fmt"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"earshot/app"
)

type modelsTuneCmd struct {
	Name  string `arg:"" optional:"" help:"Name of a Whisper model; without it, the one in use."`
	Audio string `placeholder:"FILE" help:"Compare the text of the first minute of speech in it; without it, in the newest recording of the library."`
	Type  string `placeholder:"TYPE" help:"Compare with this type of weights only: f16, bf16, q8_0, q5_0 or q4_0."`
	Yes   bool   `help:"Use the fastest from now on, or the one of --type, without asking."`
	JSON  bool   `help:"Print JSON, and do not ask."`
}

func (c *modelsTuneCmd) Run(s *session) error {
	a, closeApp, err := s.open(StoreWanted)
	if err != nil {
		return err
	}
	defer closeApp()
	show := &progress{w: s.Stderr}
	if s.Getenv("TERM") != "dumb" {
		show.width = s.Width(s.Stderr)
	}
	t, err := a.Tune(s.ctx, app.TuneRequest{Model: c.Name, Weights: c.Type, Audio: c.Audio}, func(p app.TuneProgress) {
		show.line(fmt.Sprintf("%.0f %% · %s", 100*p.Fraction, p.Text()))
	})
	show.clear()
	if err != nil {
		return err
	}
	best, worthwhile := t.Proposed()
	if c.Type != "" {
		best, worthwhile = t.Candidates[1], true
	}
	if c.JSON {
		err = s.json(newJSONTuning(t))
	} else {
		err = s.printTuning(t, best, worthwhile)
	}
	if err != nil || !worthwhile {
		return err
	}
	if !c.Yes && (c.JSON || !s.confirm(fmt.Sprintf("Use %s from now on?", best.Model))) {
		return s.ctx.Err()
	}
	show.line("writing " + best.Model)
	name, err := a.UseWeights(s.ctx, t.Model.Path, best.Name)
	show.clear()
	if err != nil {
		return err
	}
	fmt.Fprintf(s.Stderr, "earshot: %s is used from now on; “earshot models rm %s” undoes it\n", name, name)
	return nil
}

// printTuning prints what was found out as a table and sentences.
func (s *session) printTuning(t app.Tuning, best app.Candidate, worthwhile bool) error {
	fmt.Fprintf(s.Stdout, "%s on %s\n", t.Model.Name, t.Device)
	w := tabwriter.NewWriter(s.Stdout, 0, 0, 2, ' ', 0)
	for i, c := range t.Candidates {
		words := "as it is"
		if i > 0 {
			words = t.Compared(c)
		}
		fmt.Fprintf(w, "%s\t%s as fast\t%s\t%s\n", c.Name, app.SpeedText(c.Speed), app.Bytes(c.Size), words)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if t.Heard == "" {
		fmt.Fprintf(s.Stdout, "The text was not compared. %s Name a file with --audio.\n", t.Unheard)
	} else {
		fmt.Fprintf(s.Stdout, "Text of a minute of “%s” from %s on.\n", filepath.Base(t.Heard), app.Clock(t.Start))
	}
	if !worthwhile {
		_, err := fmt.Fprintf(s.Stdout, "Nothing is clearly faster than %s.\n", t.Candidates[0].Name)
		return err
	}
	_, err := fmt.Fprintln(s.Stdout, best.Proposal())
	for _, change := range best.Changes {
		fmt.Fprintf(s.Stdout, "  %s\n", change.Text())
	}
	return err
}

// confirm asks on the terminal, if there is one. Anything but yes is no.
func (s *session) confirm(question string) bool {
	if s.Width(s.Stdin) == 0 || s.Width(s.Stderr) == 0 {
		fmt.Fprintln(s.Stderr, "earshot: nothing was changed; --yes does it")
		return false
	}
	fmt.Fprint(s.Stderr, question+" [y/N] ")
	// A read from a terminal cannot be interrupted: after Ctrl+C it is left behind.
	answer := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(s.Stdin).ReadString('\n')
		answer <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case word := <-answer:
		return word == "y" || word == "yes"
	case <-s.ctx.Done():
		return false
	}
}

// jsonTuning is what was found out as other programs see it.
type jsonTuning struct {
	Model      string          `json:"model"`
	Device     string          `json:"device"`
	Audio      string          `json:"audio"` // whose text was compared; "" if none was
	Start      float64         `json:"start"` // of the minute that was, in seconds
	Reason     string          `json:"reason,omitempty"`
	Proposed   string          `json:"proposed"` // type of weights; "" if none is clearly faster
	Candidates []jsonCandidate `json:"candidates"`
}

// jsonCandidate is a model with one type of weights.
type jsonCandidate struct {
	Weights string           `json:"weights"`
	Model   string           `json:"model"`
	Size    int64            `json:"size"`
	Seconds []float64        `json:"seconds"` // that a window of 30 s took, in every round
	Speed   float64          `json:"speed"`   // of the model as it is
	Words   int              `json:"words"`
	Differ  int              `json:"differ"`
	Changes []app.Difference `json:"changes"`
	Cost    string           `json:"cost,omitempty"`
}

func newJSONTuning(t app.Tuning) jsonTuning {
	j := jsonTuning{Model: t.Model.Name, Device: t.Device, Audio: t.Heard, Start: t.Start, Reason: t.Unheard}
	if best, ok := t.Proposed(); ok {
		j.Proposed = best.Name
	}
	for _, c := range t.Candidates {
		j.Candidates = append(j.Candidates, jsonCandidate{
			Weights: c.Name, Model: c.Model, Size: c.Size, Seconds: c.Rounds, Speed: c.Speed,
			Words: len(c.Words), Differ: c.Differ, Changes: append([]app.Difference{}, c.Changes...), Cost: c.Cost,
		})
	}
	return j
}
