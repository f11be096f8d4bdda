package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"earshot/app"
)

type recordCmd struct {
	Source    string  `placeholder:"SOURCE" help:"What to record: mic, system (what the computer plays), both, or an input of “earshot devices”."`
	Seconds   float64 `placeholder:"N" help:"Stop after this many seconds; otherwise Ctrl+C stops."`
	Model     string  `short:"m" placeholder:"NAME|PATH" help:"Model to use (see “earshot models list”)."`
	Language  string  `short:"l" placeholder:"CODE" default:"auto" help:"Language spoken: auto, an ISO 639-1 code, or several with commas to choose among for every utterance."`
	Format    string  `short:"f" placeholder:"FORMAT" default:"txt" help:"txt or json."`
	JSONLines bool    `name:"json-lines" help:"Print every event as it comes, a JSON object a line."`
	Device    string  `placeholder:"DEVICE" default:"auto" help:"What computes: auto, cpu, gpu or gpu:N."`
	Spoken    bool    `help:"Obey spoken punctuation and commands, as “earshot transcribe --help” says."`
	NoStore   bool    `help:"Keep neither sound nor text."`
	Quiet     bool    `short:"q" help:"No progress and no warnings."`

	Input    string  `placeholder:"FILE" help:"Hear a file instead of a microphone."`
	Realtime bool    `help:"Hear the file as fast as it was spoken; without this, or --speedup, as fast as it can be read."`
	Speedup  float64 `placeholder:"N" help:"Hear the file N times as fast as it was spoken."`
}

func (c *recordCmd) Run(s *session) error {
	format, err := c.check()
	if err != nil {
		return err
	}
	use := StoreWanted
	if c.NoStore {
		use = StoreUnused
	}
	s.config.Replay = Replay{Path: c.Input, Speed: c.Speedup}
	if c.Realtime {
		s.config.Replay.Speed = 1
	}
	a, closeApp, err := s.open(use)
	if err != nil {
		return err
	}
	defer closeApp()
	out := &live{session: s, cmd: c, text: app.NewWriter(s.Stdout, format, false), show: s.progress(c.Quiet)}
	t, err := a.Record(s.ctx, app.RecordRequest{
		Source: c.Source, Seconds: c.Seconds, NoStore: c.NoStore,
		Options: app.Options{Model: cmp.Or(c.Model, a.Settings().Model), Language: c.Language, Device: c.Device, Spoken: c.Spoken},
	}, out.event)
	return out.end(t, err)
}

// check finds mistakes in the flags before anything is done.
func (c *recordCmd) check() (app.Format, error) {
	format, err := app.ParseFormat(c.Format)
	switch {
	case err != nil || format != app.TXT && format != app.JSON:
		return "", &app.UsageError{What: "format of a recording", Value: c.Format, Want: "txt or json"}
	case c.Seconds < 0:
		return "", &app.UsageError{What: "number of seconds", Value: fmt.Sprint(c.Seconds), Want: "more than 0"}
	case c.Speedup < 0:
		return "", &app.UsageError{What: "speed", Value: fmt.Sprint(c.Speedup), Want: "more than 0"}
	case c.Input == "" && (c.Realtime || c.Speedup > 0):
		return "", &app.UsageError{What: "speed", Value: "--realtime or --speedup", Want: "together with --input"}
	case c.Input != "" && c.Source != "":
		return "", &app.UsageError{What: "source", Value: c.Source, Want: "left out where --input names a file"}
	}
	return format, nil
}

// live shows a recording while it is made. Its methods are not called at the
// same time.
type live struct {
	*session
	cmd      *recordCmd
	text     *app.Writer
	show     *progress
	last     []app.Utterance // that was shown
	trouble  app.Trouble
	heard    bool // there was sound
	textless bool // it has been said why there is no text
}

func (l *live) event(e app.Event) {
	switch e := e.(type) {
	case app.SegmentsAdded:
		l.show.clear()
		for _, s := range e.Segments {
			if l.cmd.JSONLines {
				l.line("final", s.Start, s.End, s.Text, s.Speaker, s.Words)
				continue
			}
			l.text.Segment(s) // a failed write is reported by Close
		}
	case app.SegmentsChanged:
		for _, s := range e.Segments {
			if l.cmd.JSONLines { // printed text cannot be taken back
				l.line("changed", s.Start, s.End, s.Text, s.Speaker, s.Words)
			}
		}
	case app.RecordingChanged:
		l.recording(e.Recording)
	}
}

// recording shows what is being said: on a terminal in a line that is
// rewritten, or as events.
func (l *live) recording(r app.Recording) {
	l.worry(r)
	if l.cmd.JSONLines {
		l.partials(r)
		return
	}
	l.show.line(recordingLine(r, l.show.width))
}

// worry says what goes wrong, once. Silence after there has been sound is a
// pause: some microphones give nothing at all then.
func (l *live) worry(r app.Recording) {
	for _, level := range r.Levels {
		l.heard = l.heard || level > 0
	}
	if r.Trouble != l.trouble && r.Trouble != "" && !l.cmd.Quiet && !(r.Trouble == app.TroubleSilence && l.heard) {
		l.show.clear()
		fmt.Fprintf(l.Stderr, "earshot: warning: %s\n", r.Trouble.Text(r.Inputs))
	}
	l.trouble = r.Trouble
	if r.TextErr != nil && !l.textless && !r.Ended() {
		l.textless = true
		l.show.clear()
		l.complain(r.TextErr)
		fmt.Fprintln(l.Stderr, "         The sound is recorded all the same.")
	}
}

// partials prints the utterances that have changed.
func (l *live) partials(r app.Recording) {
	for i, u := range r.Open {
		words := slices.Concat(u.Confirmed, u.Tentative)
		if i < len(l.last) && slices.Equal(words, slices.Concat(l.last[i].Confirmed, l.last[i].Tentative)) || len(words) == 0 {
			continue
		}
		confirmed, tentative := u.Text()
		l.line("partial", words[0].Start, words[len(words)-1].End, strings.TrimSpace(confirmed+" "+tentative), u.Speaker, words)
	}
	l.last = r.Open
}

// event is a line of --json-lines, as programs know it. Times are seconds.
type event struct {
	Type    string      `json:"type"` // "partial", "final", "changed": a final one of the same start and speaker
	Start   float64     `json:"start"`
	End     float64     `json:"end"`
	Text    string      `json:"text"`
	Speaker string      `json:"speaker,omitempty"`
	Words   []eventWord `json:"words"`
}

type eventWord struct {
	Word       string  `json:"word"`
	Start      float64 `json:"start"`
	End        float64 `json:"end"`
	Confidence float64 `json:"confidence"`
}

func (l *live) line(kind string, start, end float64, text, speaker string, words []app.Word) {
	e := event{kind, milli(start), milli(end), text, speaker, make([]eventWord, len(words))}
	for i, w := range words {
		e.Words[i] = eventWord{w.Text, milli(w.Start), milli(w.End), milli(w.Confidence)}
	}
	enc := json.NewEncoder(l.Stdout)
	enc.SetEscapeHTML(false)
	enc.Encode(e) // a failed write is that of the next line, too
}

func milli(x float64) float64 { return math.Round(1000*x) / 1000 }

// end completes the output with the whole transcript.
func (l *live) end(t app.Transcript, err error) error {
	l.show.clear()
	if !l.cmd.Quiet {
		for _, w := range t.Warnings {
			fmt.Fprintf(l.Stderr, "earshot: warning: %s\n", w)
		}
	}
	if !l.cmd.JSONLines && (err == nil || len(t.Segments) > 0) {
		if failed := l.text.Close(t); failed != nil && err == nil {
			err = fmt.Errorf("write the text: %w", failed)
		}
	}
	switch {
	case err == nil:
		return nil
	case l.textless:
		return errFailed // it has been said
	}
	// Ctrl+C is how a recording ends: it is no interruption.
	l.ctx = context.WithoutCancel(l.ctx)
	return err
}

// recordingLine is a recording in one line: how long, and the end of what is
// being said.
func recordingLine(r app.Recording, width int) string {
	state := map[app.RecordingStage]string{
		app.RecordingOpening: "waiting for sound", app.RecordingFinishing: "finishing",
	}[r.Stage]
	if state == "" {
		state = "● " + app.Clock(r.Duration)
	}
	if r.Loading {
		state += "  loading the model"
	}
	if r.Trouble == app.TroubleSilence {
		state += "  silence"
	}
	var said []string
	for _, u := range r.Open {
		confirmed, tentative := u.Text()
		if text := strings.TrimSpace(confirmed + " " + tentative); text != "" {
			said = append(said, text)
		}
	}
	text := []rune(strings.Join(said, " / "))
	if room := width - len([]rune(state)) - 4; len(text) > room && room > 0 {
		text = append([]rune("…"), text[len(text)-room+1:]...)
	}
	return state + "  " + string(text)
}
