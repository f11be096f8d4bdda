package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// method is printed under the table.
var method = []string{
	"Compared programs run by turns as whole processes, from start to end; medians of the rounds; CPU time is user and system, children included.",
	"Both sides get the same model file, the language (en) and the CPU only. Earshot decodes with as many threads as it chooses by itself, whisper-cli “as it comes” with its own defaults (beam 5, up to 4 threads, context on, no voice activity).",
	"“At our settings” is whisper-cli, greedy, with Earshot's thresholds, the same voice activity model and as many threads as Earshot uses on the CPU.",
	"The silence is noise at -72 dBFS in pauses of 1 to 20 s. The server's time begins with its start, as Earshot's does.",
	"Memory is the peak of the largest process, of an idle model what is resident before it is loaded and after it has left. whisper-cli is stopped at its first line of text, so that its true peak can only be higher.",
	"The model is a small one trained on synthetic speech. Those of a named shape have random weights, written so that every window says the same 80 words with certainty: no fall-back, the same tokens on both sides. They show speed only.",
	"Live text: the fixture's clips are spoken again on a clock that runs as time does but for waiting, one after the other, in their languages. The times of speech are the fixture's own; an utterance is a sentence with 0.8 s of silence before it, and after it for its end; of words those count that were heard rightly. Words taken back are normalised erasure (Arivazhagan 2020): words on the screen that the next text does not begin with, case and punctuation included, for each word of the final text.",
	"The compute of a partial text, one shown while somebody speaks, is all CPU time between the report before and it, voice activity included, on average; a whole window is 10 s of sound as whisper-stream decodes it at each step: spectrogram, 30 s encoded, tokens, by whisper-cli's own count on one thread, greedy, before and after the live text, times the share of the time that it had a CPU. The long replay repeats five minutes; lag is from the end of the last word, as Earshot says, to its text being closed, medians; up to a voice activity frame of 32 ms counts as none.",
	"What is lost of a recording is the time from its first sample to kill -9, at a random moment of its second to fourth second, less the length that the next start finds; the sound is a file that comes as fast as it was spoken. The window answers: how long Fyne's goroutine takes to do what it is asked to, untouched, on a virtual screen; while it records, half a minute of speech into a virtual microphone.",
	"The API is measured in one process with the engine, on the same model in memory, library off, by turns; beside whisper-server as two processes, from their start to their last answer, all clients asking at once. Live text: five recordings, sent as fast as they are spoken, to dictation and over a WebSocket.",
	"The editor and the start: the real program on a virtual screen, OpenGL in software, seen and touched from outside by an X client that reads a part of the screen every millisecond. Opening, replacing and starting last until the rows on the screen change no more; keys and the wheel until they change for the first time. Work is the CPU time of Fyne's goroutine from the key or the wheel until a frame after it was painted: Fyne's layout and its calls of OpenGL are in it, the renderer's own threads are not. Percentiles are of 100 times in a round, medians of the rounds. Memory is what /proc says the window holds, shared pages by their share, 15 s after the last that it did; each library by turns. The talk is 20,000 words in 2,500 segments, opened once before.",
	"“Others” is the share of all cores that other programs took meanwhile. Above a few per cent the figures are provisional: threads that spin, as whisper-cli's do, suffer out of proportion.",
}

// report is the whole result, and the layout of bench.json.
type report struct {
	Made    time.Time `json:"made"`
	Quick   bool      `json:"quick"` // short audio: not the figures of BENCHMARKS.md
	Rounds  int       `json:"rounds"`
	Machine machine   `json:"machine"`
	Method  []string  `json:"method"`
	Rows    []row     `json:"rows"`
}

// row is one line of the table. At most one of Least, Most and None is set: the
// bound, in the same unit as Measured; with None it is 0.
type row struct {
	Case     string    `json:"case"`
	Measured float64   `json:"measured"` // the median of the rounds, but where Case says otherwise
	Unit     string    `json:"unit"`
	Least    float64   `json:"least,omitempty"`
	Most     float64   `json:"most,omitempty"`
	None     bool      `json:"none,omitempty"`
	Missing  string    `json:"not_measured,omitempty"` // why; Measured is then nothing
	Note     string    `json:"note,omitempty"`
	Values   []float64 `json:"values,omitempty"` // of each round, where Ours and Theirs do not tell
	Ours     *series   `json:"ours,omitempty"`
	Theirs   *series   `json:"theirs,omitempty"`
	Others   float64   `json:"others"` // share of all cores that other programs took
}

// series is what the rounds of one program took.
type series struct {
	Name   string    `json:"name"`
	Wall   []float64 `json:"wall_s"`
	CPU    []float64 `json:"cpu_s"`
	Memory []int64   `json:"peak_bytes,omitempty"`
	Words  int       `json:"words"` // that it printed in the last round
}

func (s *series) add(u usage) {
	s.Wall = append(s.Wall, u.wall.Seconds())
	s.CPU = append(s.CPU, u.cpu.Seconds())
	s.Memory = append(s.Memory, u.memory)
	s.Words = u.words
}

// compare fills in how many times as fast ours is.
func (r *row) compare(ours, theirs *series) {
	r.Unit, r.Ours, r.Theirs = "×", ours, theirs
	r.Measured = median(theirs.Wall) / median(ours.Wall)
}

// middle fills in the median of what the rounds of one program gave.
func (r *row) middle(values []float64, ours *series) {
	r.Measured, r.Values, r.Ours = median(values), values, ours
}

// peaks are the rounds' peak memory in MB.
func (s *series) peaks() ([]float64, error) {
	var all []float64
	for _, n := range s.Memory {
		if n == 0 {
			return nil, errUnknownMemory
		}
		all = append(all, float64(n)/1e6)
	}
	return all, nil
}

// median of x, which is left as it is; 0 of nothing.
func median(x []float64) float64 {
	if len(x) == 0 {
		return 0
	}
	x = slices.Sorted(slices.Values(x))
	n := len(x)
	return (x[(n-1)/2] + x[n/2]) / 2
}

func (r row) verdict() string {
	switch {
	case r.Missing != "":
		return "not measured: " + r.Missing
	case r.Least == 0 && r.Most == 0 && !r.None:
		return ""
	case r.None && r.Measured == 0, r.Least != 0 && r.Measured >= r.Least, r.Most != 0 && r.Measured <= r.Most:
		return "ok"
	}
	return "MISSED"
}

func (r row) bound() string {
	switch {
	case r.Least != 0:
		return "≥ " + quantity(r.Least, r.Unit)
	case r.Most != 0:
		return "≤ " + quantity(r.Most, r.Unit)
	case r.None:
		return "0"
	}
	return ""
}

// quantity is a number with its unit: two decimals where that says something.
func quantity(v float64, unit string) string {
	if unit == "MB" || unit == "ms" {
		return fmt.Sprintf("%.0f %s", math.Round(v)+0, unit) // no -0
	}
	return fmt.Sprintf("%.2f %s", v, unit)
}

// took is the medians of a series.
func (s *series) took() string {
	if s == nil {
		return ""
	}
	text := fmt.Sprintf("%s: %.1f s, CPU %.1f s", s.Name, median(s.Wall), median(s.CPU))
	if s.Words > 0 {
		text += fmt.Sprintf(", %d words", s.Words)
	}
	return text
}

// markdown is the table with what one must know to read it.
func (r report) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Measured on %s, rounds: %d", r.Made.Format("2 January 2006"), r.Rounds)
	if r.Quick {
		b.WriteString(", quick: audio too short for the bounds to mean much")
	}
	fmt.Fprintf(&b, ".\n%s.\n\n", r.Machine)
	b.WriteString("| case | measured | must | | Earshot | against | others |\n|---|---|---|---|---|---|---|\n")
	for _, row := range r.Rows {
		measured := ""
		if row.Missing == "" {
			measured = quantity(row.Measured, row.Unit)
		}
		if row.Note != "" {
			measured += " (" + row.Note + ")"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %.0f %% |\n", row.Case, measured, row.bound(),
			cell(row.verdict()), row.Ours.took(), row.Theirs.took(), 100*row.Others)
	}
	b.WriteByte('\n')
	for _, line := range r.Method {
		fmt.Fprintf(&b, "- %s\n", line)
	}
	return b.String()
}

// cell makes a text fit into a table.
func cell(s string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(s), " "), "|", `\|`)
}

// write prints the table and stores both forms of the report in dir.
func (r report) write(dir string) error {
	text := r.markdown()
	fmt.Print(text)
	data, err := json.MarshalIndent(r, "", "\t")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "bench.md"), []byte(text), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "bench.json"), append(data, '\n'), 0o644)
}
