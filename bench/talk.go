package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"earshot/app"
	"earshot/store"
)

// The long transcript: 20,000 words in 2,500 segments, two hours, two speakers.
const (
	talkTitle    = "A talk of two hours"
	talkSegments = 2500
	talkStep     = 3 // seconds from one segment to the next
)

// talk is that transcript; in every segment stands its number, in every fifth
// “topic3”.
func talk() app.Progress {
	p := app.Progress{Position: talkStep * talkSegments, Language: "en", Device: "CPU"}
	for i := range talkSegments {
		s := app.Segment{Start: float64(talkStep * i), Speaker: []string{"Rosa", "Jonas"}[i/4%2], Confidence: 0.9}
		for j, w := range strings.Fields(fmt.Sprintf("this is number%d what they said about topic%d.", i, i%5)) {
			at := s.Start + 0.3*float64(j)
			s.Words = append(s.Words, app.Word{Text: w, Start: at, End: at + 0.25, Confidence: 0.9})
			s.End = at + 0.25
			s.Text = strings.TrimSpace(s.Text + " " + w)
		}
		p.Segments = append(p.Segments, s)
	}
	return p
}

// addTalk puts the long transcript into the library in the folder data, as its
// newest entry, with a silent recording, unless it is there.
func addTalk(ctx context.Context, data string) error {
	library, err := store.Open(ctx, data, store.Options{})
	if err != nil {
		return err
	}
	defer library.Close()
	if there, err := library.List(ctx, app.Filter{Title: talkTitle}, app.Page{Limit: 1}); err != nil || len(there.Entries) > 0 {
		return err
	}
	path := filepath.Join(data, "talk.wav")
	size, err := silentWAV(path, talkStep*talkSegments)
	if err != nil {
		return err
	}
	heard := talk()
	id, err := library.Create(ctx, app.Entry{
		Title: talkTitle, Source: app.Source{Path: path, Hash: strings.Repeat("5", 64), Size: size, Duration: heard.Position},
		Key: "talk", Model: "small", Language: "en", Duration: heard.Position, Created: time.Now(),
	})
	if err != nil {
		return err
	}
	if err := library.Append(ctx, id, heard); err != nil {
		return err
	}
	return library.Finish(ctx, id, app.Ending{State: app.StateDone, Duration: heard.Position})
}

// countTalk counts the segments of the long transcript in the library in the
// folder data that contain a text.
func countTalk(ctx context.Context, data, text string) (n int, err error) {
	library, err := store.Open(ctx, data, store.Options{})
	if err != nil {
		return 0, err
	}
	defer library.Close()
	there, err := library.List(ctx, app.Filter{Title: talkTitle}, app.Page{Limit: 1})
	if err != nil || len(there.Entries) == 0 {
		return 0, err
	}
	t, err := library.Transcript(ctx, there.Entries[0].ID)
	for _, s := range t.Segments {
		if strings.Contains(s.Text, text) {
			n++
		}
	}
	return n, err
}

// silentWAV writes that many seconds of silence, which take no room on the disk
// where it knows holes, and returns the file's size.
func silentWAV(path string, seconds int) (size int64, err error) {
	const header = 44
	data := 2 * app.SampleRate * seconds
	h := le.AppendUint32([]byte("RIFF"), uint32(header-8+data))
	h = le.AppendUint32(append(h, "WAVEfmt "...), 16)
	for _, v := range []uint16{1, 1} { // PCM, mono
		h = le.AppendUint16(h, v)
	}
	h = le.AppendUint32(le.AppendUint32(h, app.SampleRate), 2*app.SampleRate)
	h = le.AppendUint16(le.AppendUint16(h, 2), 16)
	h = le.AppendUint32(append(h, "data"...), uint32(data))
	if err := os.WriteFile(path, h, 0o644); err != nil {
		return 0, err
	}
	return int64(header + data), os.Truncate(path, int64(header+data))
}
