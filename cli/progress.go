package cli

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"sync"

	"earshot/app"
)

// progress is one line on a terminal, rewritten in place. It is safe for
// concurrent use.
type progress struct {
	w     io.Writer
	width int // columns; 0 shows nothing

	mu    sync.Mutex
	shown bool
}

func (p *progress) job(j app.Job, name string) {
	if p.width == 0 || j.Ended() {
		return
	}
	line := filepath.Base(name) + "  " + describe(j)
	if runes := []rune(line); len(runes) >= p.width {
		line = string(runes[:p.width-1])
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintf(p.w, "\r%s\x1b[K", line)
	p.shown = true
}

func (p *progress) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shown {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.shown = false
	}
}

// describe says in words how far a job is.
func describe(j app.Job) string {
	switch j.Stage {
	case app.StageReading:
		return "reading the file"
	case app.StageLoading:
		return "loading the model"
	}
	var parts []string
	if j.Fraction >= 0 {
		parts = append(parts, fmt.Sprintf("%.0f %%", 100*j.Fraction))
	}
	parts = append(parts, app.Clock(j.Elapsed))
	if j.Speed > 0 {
		parts = append(parts, app.SpeedText(j.Speed)+" real time")
	}
	if j.Remaining >= 0 {
		parts = append(parts, app.Clock(j.Remaining)+" left")
	}
	return strings.Join(parts, " · ")
}
