//go:build e2e

package main

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"earshot/app"
	"earshot/soundtest"
	"earshot/store"
	"earshot/ui/look"
)

// story is a window in which a person works on one of its transcripts.
type story struct {
	*window
	theme string // "light" or "dark"
	id    int64
}

// A person's afternoon: two recordings are dropped on the window, a sentence is
// searched for, heard and corrected, who speaks is said, words are replaced and
// accepted, and it is exported. The window is killed, and all is still there.
func TestWindowStory(t *testing.T) {
	interview, talk := fixture(t, "audio/synth/en-espeak05.wav"), fixture(t, "audio/synth/en-noisy00.wav")
	fixture(t, "models/ggml-synth-tiny.bin")
	fixture(t, "tools/rig/dnd.sh")
	needPrograms(t, "xclip")
	soundtest.Start(t, soundtest.PulseAudio)
	s := newScreen(t)
	p := program{t: t, data: t.TempDir()}
	dir := t.TempDir()

	w := &story{window: openWindowOn(s, p, "FYNE_THEME=light"), theme: "light", id: 2}
	w.drop(copied(t, talk, dir, "Talk at the office.wav"), copied(t, interview, dir, "Interview with Emma.wav"))
	w.await("two transcripts", states(app.StateDone, app.StateDone))
	w.told("I know that Emma lost our recording outside the mountain.",
		"She said that our friend quietly closed 26 customers tomorrow.",
		"They said that your building is in our hospital.")
	w.searches()
	w.corrects()
	w.namesSpeakers()
	w.replaces()
	w.acceptsDoubtfulWords()
	w.opensAnother()
	w.exports(dir)

	w.clickTwice("hospital")
	w.key("End")
	w.types(" Really.")
	time.Sleep(time.Second) // what is older than that is stored
	w.cmd.Process.Kill()
	w.cmd.Wait()
	want := []string{
		"Speaker 1: I know how Emma lost our recording outside the mountain.",
		"Paul: She said how our friend quietly closed 26 clients tomorrow.",
		"Paul: They said how your building is in our hospital. Really.",
	}
	w.told(want...)

	w.window = openWindowOn(s, p, "FYNE_THEME=dark")
	w.theme = "dark"
	w.searchFor("clients")
	w.key("Return")
	w.leaves(look.Mark)
	w.picture("story-8-all-still-there")
	w.copies("She said how our friend quietly closed 26 clients tomorrow.")
	w.quit()
	out, errs, status := p.run("history", "export", "--format", "srt", strconv.FormatInt(w.id, 10))
	if status != 0 || slices.ContainsFunc(want, func(line string) bool { return !strings.Contains(out, line+"\n") }) {
		t.Errorf("exported on the command line: got %q, %q, status %d, want %q", out, errs, status, want)
	}
}

// searches finds a sentence in the library, opens it and hears it.
func (w *story) searches() {
	w.t.Helper()
	w.searchFor("customers")
	w.picture("story-1-found")
	loud := listen(w.t)
	w.key("Return")
	select {
	case <-loud:
	case <-time.After(20 * time.Second):
		w.fail("what was found is not heard")
	}
	w.leaves(look.Mark)
}

// searchFor searches the library for a word, until it is found.
func (w *story) searchFor(word string) {
	w.t.Helper()
	w.key("ctrl+shift+f")
	w.types(word)
	w.find(look.Mark)
}

// corrects writes another word where it is clicked twice, divides the line and
// takes that back.
func (w *story) corrects() {
	w.t.Helper()
	first, third := "I know that Emma lost our recording outside the mountain.", "They said that your building is in our hospital."
	w.clickTwice("customers")
	w.key("ctrl+Left", "ctrl+Delete")
	w.types("clients")
	w.told(first, "She said that our friend quietly closed 26 clients tomorrow.", third)
	w.picture("story-2-corrected")
	w.key("ctrl+Return")
	w.told(first, "She said that our friend quietly closed 26 clients", "tomorrow.", third)
	w.picture("story-3-divided")
	w.key("ctrl+z")
	w.told(first, "She said that our friend quietly closed 26 clients tomorrow.", third)
}

// clickTwice opens the line with a word where that stands, found as a person
// finds it.
func (w *story) clickTwice(word string) {
	w.t.Helper()
	w.key("ctrl+f")
	w.types(word)
	w.click(w.find(look.Mark), "--repeat", "2", "--delay", "80", "1")
}

// namesSpeakers says by number who speaks, and gives one of them a name.
func (w *story) namesSpeakers() {
	w.t.Helper()
	first, second, third := "I know that Emma lost our recording outside the mountain.",
		"She said that our friend quietly closed 26 clients tomorrow.", "They said that your building is in our hospital."
	w.key("Home", "1", "Down", "2", "Down", "2")
	w.told("Speaker 1: "+first, "Speaker 2: "+second, "Speaker 2: "+third)
	w.click(w.find(look.Speaker(1)), "1") // the chip of the second
	w.key("Down", "Down", "Return")
	w.types("Paul")
	w.picture("story-4-renamed")
	w.key("Return")
	w.told("Speaker 1: "+first, "Paul: "+second, "Paul: "+third)
}

// replaces writes another word everywhere, takes that back and does it again.
func (w *story) replaces() {
	w.t.Helper()
	before := w.lines()
	after := make([]string, len(before))
	for i, line := range before {
		after[i] = strings.Replace(line, " that ", " how ", 1)
	}
	w.key("ctrl+h")
	w.types("that")
	w.key("Tab")
	w.types("how")
	w.picture("story-5-replaced")
	w.key(slices.Repeat([]string{"Tab"}, 8)...) // to “Replace all”
	w.key("Return")
	w.told(after...)
	w.key("ctrl+z")
	w.told(before...)
	w.key("ctrl+shift+z")
	w.told(after...)
	w.key("Escape")
}

// acceptsDoubtfulWords goes from one doubtful word to the next.
func (w *story) acceptsDoubtfulWords() {
	w.t.Helper()
	n := w.doubts()
	if n == 0 {
		w.fail("no word is doubtful")
	}
	w.key("F8")
	w.picture("story-6-doubtful")
	w.key(slices.Repeat([]string{"F9"}, n)...)
	w.until("certain words", func() bool { return w.doubts() == 0 })
	w.key("Escape")
}

// opensAnother opens the other transcript in a tab and comes back.
func (w *story) opensAnother() {
	w.t.Helper()
	w.click(image.Pt(150, 236), "3")
	w.key("Down", "Down", "Return")
	w.copies("Please record")
	w.picture("story-7-two-open")
	w.key("ctrl+Prior")
	w.copies("They said how your building")
}

// exports writes the transcript to files, with the desktop's own dialog.
func (w *story) exports(dir string) {
	w.t.Helper()
	srt, whole := filepath.Join(dir, "out.srt"), filepath.Join(dir, "out.json")
	for path, downs := range map[string]int{srt: 2, whole: 4} {
		w.click(image.Pt(338, 46), "1") // Export
		w.key(slices.Repeat([]string{"Down"}, downs)...)
		w.key("Return")
		w.run("xdotool", "search", "--sync", "--onlyvisible", "--name", "^Save File$", "windowfocus", "--sync")
		w.types(strings.TrimSuffix(path, filepath.Ext(path)))
		w.key("Return")
		w.until(path, func() bool {
			info, err := os.Stat(path)
			return err == nil && info.Size() > 0
		})
	}
	data, err := os.ReadFile(srt)
	if err != nil || !strings.Contains(string(data), "Paul: She said how our friend quietly closed 26 clients tomorrow.") {
		w.t.Errorf("the subtitles are %q, %v", data, err)
	}
	var got struct {
		Segments []struct{ Speaker, Text string }
	}
	data, err = os.ReadFile(whole)
	if err == nil {
		err = json.Unmarshal(data, &got)
	}
	if err != nil || len(got.Segments) != 3 || got.Segments[1].Speaker != "Paul" {
		w.t.Errorf("the JSON is %s, %v", data, err)
	}
}

// picture saves what is on the screen once the window has drawn itself.
func (w *story) picture(name string) {
	w.t.Helper()
	time.Sleep(300 * time.Millisecond)
	w.window.picture(name)
}

func (w *story) key(names ...string) {
	w.t.Helper()
	w.run("xdotool", append([]string{"key", "--delay", "30"}, names...)...)
}

func (w *story) types(text string) {
	w.t.Helper()
	w.run("xdotool", "type", "--delay", "20", text)
}

func (w *story) click(at image.Point, button ...string) {
	w.t.Helper()
	w.run("xdotool", append([]string{"mousemove", strconv.Itoa(at.X), strconv.Itoa(at.Y), "click"}, button...)...)
}

// find waits for a colour in the window's middle and returns a place in what is
// first drawn in it, line by line, once that stays where it is: the first letters
// of what is searched for are found elsewhere.
func (w *story) find(name fyne.ThemeColorName) image.Point {
	w.t.Helper()
	var at image.Point
	var since time.Time
	w.until(string(name), func() bool {
		now, there := w.seen(name)
		if !there || now != at {
			at, since = now, time.Now()
			return false
		}
		return time.Since(since) > 700*time.Millisecond
	})
	return at.Add(image.Pt(15, 8))
}

// leaves waits until a colour is not in the window's middle any more.
func (w *story) leaves(name fyne.ThemeColorName) {
	w.t.Helper()
	w.until("no "+string(name), func() bool {
		_, there := w.seen(name)
		return !there
	})
}

func (w *story) seen(name fyne.ThemeColorName) (at image.Point, there bool) {
	w.t.Helper()
	screen, err := png.Decode(strings.NewReader(w.run("import", "-window", "root", "png:-")))
	if err != nil {
		w.t.Fatal(err)
	}
	want := color.NRGBAModel.Convert(look.Theme{Force: w.theme}.Color(name, theme.VariantLight))
	middle := screen.Bounds()
	middle.Min = image.Pt(look.SideWidth, 80)
	for y := middle.Min.Y; y < middle.Max.Y; y++ {
		for x := middle.Min.X; x < middle.Max.X; x++ {
			if color.NRGBAModel.Convert(screen.At(x, y)) == want {
				return image.Pt(x, y), true
			}
		}
	}
	return at, false
}

// until waits for something on the screen or in the library.
func (w *story) until(what string, holds func() bool) {
	w.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !holds(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			w.fail("waited in vain for " + what)
		}
	}
}

func (w *story) fail(why string) {
	w.t.Helper()
	w.picture("failed")
	w.t.Fatalf("%s; the library holds %q", why, w.lines())
}

// copies copies what is open or selected until there is a text in it.
func (w *story) copies(want string) {
	w.t.Helper()
	w.until("“"+want+"” on the clipboard", func() bool {
		w.key("ctrl+c")
		cmd := exec.Command("xclip", "-selection", "clipboard", "-o")
		cmd.Env = w.env()
		got, err := cmd.Output()
		return err == nil && strings.Contains(string(got), want)
	})
}

// told waits until the transcript in the library has these lines.
func (w *story) told(want ...string) {
	w.t.Helper()
	w.until(fmt.Sprintf("%q", want), func() bool { return slices.Equal(w.lines(), want) })
}

// lines are the transcript's in the library, with who speaks.
func (w *story) lines() []string {
	w.t.Helper()
	var all []string
	for _, s := range w.stored().Segments {
		if s.Speaker != "" {
			s.Text = s.Speaker + ": " + s.Text
		}
		all = append(all, s.Text)
	}
	return all
}

// doubts is how many words of the transcript in the library are doubtful.
func (w *story) doubts() (n int) {
	w.t.Helper()
	for _, s := range w.stored().Segments {
		for _, word := range s.Words {
			if word.Doubt() > 0 {
				n++
			}
		}
	}
	return n
}

func (w *story) stored() app.Transcript {
	w.t.Helper()
	s, err := store.Open(w.t.Context(), w.library.data, store.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	defer s.Close()
	transcript, err := s.Transcript(w.t.Context(), w.id)
	if err != nil {
		w.t.Fatal(err)
	}
	return transcript
}

// copied is a copy of a file under a name that a person would give it.
func copied(t *testing.T, file, dir, name string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// ear hears 16-bit sound and says when it is loud.
type ear struct {
	once sync.Once
	loud chan struct{}
}

// listen listens at the loudspeakers until the test ends; the channel is closed
// at the first loud sound.
func listen(t testing.TB) (loud <-chan struct{}) {
	t.Helper()
	e := &ear{loud: make(chan struct{})}
	cmd := exec.Command("pacat", "--record", "--raw", "--rate=16000", "--channels=1", "--format=s16le", "--latency-msec=20", "--device=speakers.monitor")
	cmd.Stdout = e
	startUntilEnd(t, cmd)
	return e.loud
}

func (e *ear) Write(p []byte) (int, error) {
	for i := 0; i+1 < len(p); i += 2 {
		if s := int16(binary.LittleEndian.Uint16(p[i:])); s > 3000 || s < -3000 {
			e.once.Do(func() { close(e.loud) })
		}
	}
	return len(p), nil
}
