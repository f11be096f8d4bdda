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

// progress is a line for a command, unless nobody would see it.
func (s *session) progress(quiet bool) *progress {
	p := &progress{w: s.Stderr}
	if !quiet && s.Getenv("TERM") != "dumb" {
		p.width = s.Width(s.Stderr)
	}
	return p
}

func (p *progress) job(j app.Job, name string) {
	if !j.Ended() {
		p.line(filepath.Base(name) + "  " + j.Text(""))
	}
}

// downloads shows what is on its way.
func (p *progress) downloads(all []app.Download) {
	var parts []string
	for _, d := range all {
		if d.State == app.DownloadRunning || d.State == app.DownloadVerifying {
			parts = append(parts, d.Offer.Name+"  "+describeDownload(d))
		}
	}
	p.line(strings.Join(parts, "   "))
}

// line shows a line in place of the last one.
func (p *progress) line(line string) {
	if p.width == 0 {
		return
	}
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

// describeDownload says in words how far a download is.
func describeDownload(d app.Download) string {
	var parts []string
	if d.Size > 0 {
		parts = append(parts, fmt.Sprintf("%.0f %%", 100*float64(d.Done)/float64(d.Size)))
	}
	if d.State == app.DownloadVerifying {
		return strings.Join(append(parts, "verified"), " ")
	}
	parts = append(parts, app.Bytes(d.Done))
	if d.Speed > 0 {
		parts = append(parts, app.Bytes(int64(d.Speed))+"/s")
	}
	if d.Remaining >= 0 {
		parts = append(parts, app.Clock(d.Remaining)+" left")
	}
	return strings.Join(parts, " · ")
}
