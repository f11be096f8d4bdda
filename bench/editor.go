package main

import (
	"context"
	"errors"
	"fmt"
	"image"
	"path/filepath"
	"time"
)

// Where things are in the window, which has its usual size on a screen that is
// hardly larger. The report's picture shows it.
var (
	entryAt      = image.Pt(150, 180)             // the newest of the library
	libraryTexts = image.Rect(60, 150, 84, 650)   // a part of each title in it
	rowTexts     = image.Rect(600, 340, 640, 690) // a part of each row's text
	rowsAt       = image.Pt(700, 450)
	editorText   = image.Rect(640, 374, 860, 398) // the end of the text that is edited
	lastWords    = image.Rect(805, 340, 860, 690)
	replaceAllAt = image.Pt(970, 281)
)

// Keys and buttons, by their numbers on Xvfb's keyboard and mouse.
const (
	keyA, keyBackspace = 38, 22
	buttonLeft         = 1
	wheelDown, wheelUp = 5, 4
)

// Things are done this often, and so long after each other that all that
// follows from one, storing it too, is over.
const (
	editorTimes = 100
	editorPause = 150 * time.Millisecond
	// What was painted once is not painted again in the next frame.
	aFrame = 20 * time.Millisecond
	// Until the wave of the talk's sound has been made.
	waveMade = 8 * time.Second
)

// editor is what a person feels who works on a transcript of two hours: in the
// real program, on a virtual screen.
func (b *bench) editor(ctx context.Context) ([]row, error) {
	rows := []row{
		{Case: "open a transcript of two hours, from the click to its rows on the screen", Unit: "ms", Most: 100},
		{Case: "a key in its editor, work until it is painted, 95 %", Unit: "ms", Most: 16},
		{Case: "… from the key to the screen, 95 %", Unit: "ms"},
		{Case: "the wheel turns in it, work until it is painted, 95 %", Unit: "ms", Most: 16},
		{Case: "… from the wheel to the screen, 95 %", Unit: "ms"},
		{Case: "replace 500 places in it, from the click to the screen", Unit: "ms", Most: 200},
	}
	data := filepath.Join(b.dir, "editor")
	if err := addTalk(ctx, data); err != nil {
		return rows, err
	}
	s, err := b.newScreen(ctx)
	if err != nil {
		return rows, err
	}
	defer s.close()
	w, _, err := b.openWindow(ctx, s, data)
	if err != nil {
		return rows, err
	}
	_, err = s.openEntry(ctx) // its wave is made, and kept
	time.Sleep(waveMade)
	if _, late := w.quit(b); err != nil || late != nil {
		return rows, errors.Join(err, late)
	}
	all := make([][]float64, len(rows))
	of := &series{Name: "the window, from its start to its end"}
	for range b.rounds {
		got, u, err := b.edited(ctx, s, data)
		of.add(u)
		if err != nil {
			return rows, err
		}
		for i, v := range got {
			all[i] = append(all[i], v)
		}
	}
	for i := range rows {
		rows[i].middle(all[i], of)
	}
	return rows, nil
}

// edited opens the library in the folder data and returns what each row measures.
func (b *bench) edited(ctx context.Context, s *screen, data string) (all []float64, u usage, err error) {
	w, _, err := b.openWindow(ctx, s, data)
	if err != nil {
		return nil, u, err
	}
	defer func() {
		shot := b.picture(ctx, s, "editor")
		var late error
		u, late = w.quit(b)
		err = errors.Join(err, shot, late)
	}()
	opened, err := s.openEntry(ctx)
	if err != nil {
		return nil, u, err
	}
	if err := s.xdotool(ctx, "key", "ctrl+f", "sleep", "0.5", "type", "number1250"); err != nil {
		return nil, u, err
	}
	if err := s.xdotool(ctx, "sleep", "0.5", "key", "Return", "sleep", "0.5", "key", "Escape", "sleep", "0.5", "key", "Return", "sleep", "1"); err != nil {
		return nil, u, err
	}
	keys, keysShown, err := s.often(ctx, w, editorText, func(n int) error { return s.press([]byte{keyA, keyBackspace}[n%2]) })
	if err != nil {
		return nil, u, fmt.Errorf("write: %w", err)
	}
	if err := s.point(rowsAt.X, rowsAt.Y); err != nil {
		return nil, u, err
	}
	turns, turnsShown, err := s.often(ctx, w, rowTexts, func(n int) error { return s.click([]byte{wheelDown, wheelUp}[2*n/editorTimes]) })
	if err != nil {
		return nil, u, fmt.Errorf("scroll: %w", err)
	}
	replaced, err := s.replaceAll(ctx, data)
	if err != nil {
		return nil, u, fmt.Errorf("replace: %w", err)
	}
	return []float64{opened, percentile(keys, 0.95), percentile(keysShown, 0.95), percentile(turns, 0.95), percentile(turnsShown, 0.95), replaced}, u, nil
}

// often does something time after time and returns how long Fyne's goroutine
// worked at it each time, and how long it took until the screen showed it, in ms.
func (s *screen) often(ctx context.Context, w *window, shows image.Rectangle, do func(n int) error) (work, shown []float64, err error) {
	for n := range editorTimes {
		before, err := w.worked()
		if err != nil {
			return nil, nil, err
		}
		first, _, err := s.watch(ctx, shows, aFrame, func() error { return do(n) })
		if err != nil {
			return nil, nil, err
		}
		after, err := w.worked()
		if err != nil {
			return nil, nil, err
		}
		time.Sleep(editorPause)
		work, shown = append(work, 1e3*(after-before).Seconds()), append(shown, 1e3*first.Seconds())
	}
	return work, shown, nil
}

// openEntry opens the newest transcript of the library and returns how long it
// took until its rows were there, in ms.
func (s *screen) openEntry(ctx context.Context) (ms float64, err error) {
	if err := s.point(entryAt.X, entryAt.Y); err != nil {
		return 0, err
	}
	time.Sleep(editorPause)
	_, last, err := s.watch(ctx, rowTexts, time.Second, func() error { return s.click(buttonLeft) })
	if err != nil {
		return 0, fmt.Errorf("open the transcript: %w", err)
	}
	return 1e3 * last.Seconds(), nil
}

// replaceAll replaces a word of 500 segments, looks into the library in the
// folder data whether it has, takes it back, and returns how long it took until
// the rows were there, in ms.
func (s *screen) replaceAll(ctx context.Context, data string) (ms float64, err error) {
	err = s.xdotool(ctx, "key", "ctrl+h", "sleep", "0.5", "key", "ctrl+a", "type", "topic3")
	if err == nil {
		err = s.xdotool(ctx, "key", "Tab", "type", "subject")
	}
	if err = errors.Join(err, s.point(replaceAllAt.X, replaceAllAt.Y)); err != nil {
		return 0, err
	}
	time.Sleep(time.Second)
	_, last, err := s.watch(ctx, lastWords, time.Second, func() error { return s.click(buttonLeft) })
	if err != nil {
		return 0, err
	}
	time.Sleep(time.Second) // until it is stored
	n, err := countTalk(ctx, data, "subject")
	if err == nil && n != talkSegments/5 {
		err = fmt.Errorf("the library has %d of them", n)
	}
	if err != nil {
		return 0, err
	}
	return 1e3 * last.Seconds(), s.xdotool(ctx, "key", "ctrl+z", "sleep", "2")
}
