package ui

import (
	"errors"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"earshot/app"
	"earshot/ui/look"
	"earshot/ui/widget"
)

// golden compares the whole window with a markup file, once what is still on its
// way to the window has come. With EARSHOT_PICTURES it leaves a picture in that
// folder, to be looked at.
func (h *harness) golden(name string) {
	h.t.Helper()
	h.win.Resize(fyne.NewSize(1280, 800))
	master, _ := os.ReadFile(filepath.Join("testdata", name+".xml")) // without one it fails below
	h.within(5*time.Second, func() bool { return test.RenderToMarkup(h.win.Canvas()) == string(master) })
	h.picture(name)
	test.AssertRendersToMarkup(h.t.(*testing.T), name+".xml", h.win.Canvas())
}

// picture writes what the window looks like where EARSHOT_PICTURES says.
func (h *harness) picture(name string) {
	dir := os.Getenv("EARSHOT_PICTURES")
	if dir == "" {
		return
	}
	file, err := os.Create(filepath.Join(dir, name+".png"))
	if err != nil {
		h.t.Fatal(err)
	}
	defer file.Close()
	if err := png.Encode(file, h.win.Canvas().Capture()); err != nil {
		h.t.Error(err)
	}
}

func light(h *harness) { h.file("settings.json", `{"theme":"light"}`) }
func dark(h *harness)  { h.file("settings.json", `{"theme":"dark"}`) }

func TestFirstRunNamesTheModels(t *testing.T) {
	h := newHarness(t, false, light)
	if !h.welcome.models.Visible() || !strings.Contains(h.welcome.folder.Text, h.dir) {
		t.Errorf("the page does not name the folder: %q", h.welcome.folder.Text)
	}
	h.until("models are recommended", func() bool { return len(h.welcome.row.Objects) == 3 })
	h.suit()
	h.welcome.folder.SetText(strings.ReplaceAll(h.welcome.folder.Text, h.dir, "/models"))
	h.golden("first-run")
	// A model that is dropped is installed; then only the other one is missing.
	elsewhere := filepath.Join(t.TempDir(), "ggml-tiny.bin")
	if err := os.WriteFile(elsewhere, []byte("model"), 0o600); err != nil {
		t.Fatal(err)
	}
	h.dropped([]fyne.URI{storage.NewFileURI(elsewhere)})
	h.until("the model is added", func() bool { return strings.Contains(h.welcome.about.Text(), "voice activity model is missing") })
	if _, err := os.Stat(filepath.Join(h.dir, "ggml-tiny.bin")); err != nil {
		t.Error(err)
	}
	h.file(app.VADFile, "ears")
	h.welcome.look()
	h.until("nothing is missing", func() bool { return !h.welcome.models.Visible() })
}

func TestTextStreamsIn(t *testing.T) {
	h := newHarness(t, true, light)
	h.golden("empty")
	h.dropped([]fyne.URI{
		storage.NewFileURI(h.file("talk.mp3", "talk")), storage.NewFileURI(h.file("lecture.mkv", "lecture")),
	})
	h.hear(12, seg(1, 4, "First."), seg(5, 11, "Second, which is long enough to be broken into two lines where the column ends, as it surely does here, does it not?"))
	h.until("the first text is shown", func() bool { return h.transcript.length() == 2 })
	h.hear(30, seg(13, 16, "Third."))
	h.until("more text is shown", func() bool { return h.transcript.length() == 3 })
	h.until("progress is shown", func() bool { return len(h.strip.jobs) == 2 && h.strip.jobs[0].job.Fraction == 30.0/600 })
	if e := h.Window.library.lines[1].entry; h.transcript.open != e.ID || e.Title != "talk" {
		t.Errorf("got transcript %d open, want %d, %q", h.transcript.open, e.ID, e.Title)
	}
	for i, want := range []string{"5 %", "waiting"} {
		if got := h.strip.jobs[i].text.Text(); !strings.Contains(got, want) {
			t.Errorf("job %d: got %q, want %q in it", i, got, want)
		}
	}
	h.sounding()
	h.strip.jobs[0].text.SetText("5 % · after 0:03 · 10× real time · 0:57 left") // what the clock decides
	h.toolbar.device.SetText("Test · CPU · 10×")
	h.win.Content().Refresh()
	h.golden("transcribing")
	h.finish(nil)
	h.until("the first job is done", func() bool { return h.transcript.entry.State == app.StateDone })
	// The second one does not take the first's place.
	h.hear(600, seg(1, 2, "Other."))
	h.finish(nil)
	h.until("both jobs are done", func() bool { return len(h.strip.jobs) == 0 })
	if got := h.text(); got != "First.|Second, which is long enough to be broken into two lines where the column ends, as it surely does here, does it not?|Third." {
		t.Errorf("got %q", got)
	}
	if n := len(h.Window.library.entries); n != 2 {
		t.Errorf("got %d entries", n)
	}
}

func textOf(segments []app.Segment) string {
	var all []string
	for _, s := range segments {
		all = append(all, s.Text)
	}
	return strings.Join(all, "|")
}

func TestDarkTranscript(t *testing.T) {
	h := newHarness(t, true, dark)
	h.done("interview.wav", seg(1, 4, "In October, from a notice on the door."), seg(5, 8, "I have the letter here."))
	h.transcript.entry.Warnings = []string{"The file is damaged or cut short: of 10:00 only 8:00 could be read."}
	h.transcript.showEntry()
	h.transcript.rows.SetSelected(1)
	h.sounding()
	h.toolbar.device.SetText("Test · CPU · 10×")
	h.win.Content().Refresh()
	h.golden("transcript-dark")
}

func TestCancelAndResume(t *testing.T) {
	h := newHarness(t, true)
	h.transcribe([]string{h.file("talk.mp3", "talk")})
	h.hear(60, seg(1, 4, "Kept."))
	h.until("text is shown", func() bool { return h.transcript.length() == 1 })
	h.toolbar.update()
	if h.toolbar.cancel.Disabled() {
		t.Error("Cancel is not possible while a job runs")
	}
	test.Tap(h.toolbar.cancel)
	h.ended(app.StateCancelled)
	h.quiet()
	if n := h.notices(); len(n) != 1 || !strings.Contains(n[0], "cancelled") {
		t.Errorf("got notices %q", n)
	}
	if !h.transcript.resume.Visible() || !h.toolbar.cancel.Disabled() {
		t.Error("Resume is not offered, or Cancel still is")
	}
	test.Tap(h.transcript.resume)
	h.hear(600, seg(70, 74, "Added."))
	h.finish(nil)
	h.ended(app.StateDone)
	if got := h.text(); got != "Kept.|Added." {
		t.Errorf("got %q", got)
	}
	if h.transcript.resume.Visible() {
		t.Error("Resume is still offered")
	}
}

// What is asked for twice, before it is there, is opened once and where it was
// asked for last.
func TestOpenTwice(t *testing.T) {
	h := newHarness(t, true)
	id := h.done("talk.mp3", seg(1, 2, "One."), seg(3, 4, "Two."))
	h.done("other.mp3", seg(1, 2, "Other."))
	h.transcript.openAt(id, -1)
	h.transcript.openAt(id, 3)
	h.transcript.openAt(id, -1)
	h.until("it is open", func() bool { return !h.transcript.loading })
	h.quiet()
	if h.transcript.open != id || h.transcript.rows.Selected() != 1 || len(h.notices()) > 0 {
		t.Errorf("%d is open at row %d, notices %q", h.transcript.open, h.transcript.rows.Selected(), h.notices())
	}
}

func TestSameFileAgain(t *testing.T) {
	h := newHarness(t, true)
	first := h.done("talk.mp3", seg(1, 2, "Once."))
	h.done("other.mp3", seg(1, 2, "Other."))
	h.transcribe([]string{h.file("copy of talk.mp3", "talk.mp3")})
	h.until("the text of then is open", func() bool { return h.transcript.open == first && !h.transcript.loading })
	h.until("its notice is there", func() bool { return len(h.notices()) == 1 })
	if n := h.notices()[0]; !strings.Contains(n, "transcribed before") {
		t.Errorf("got %q", n)
	}
	test.Tap(h.button("Transcribe again"))
	h.hear(600, seg(1, 2, "Twice."))
	h.finish(nil)
	h.ended(app.StateDone)
	if got := h.text(); got != "Twice." {
		t.Errorf("got %q", got)
	}
	if h.transcript.open == first || len(h.Window.library.entries) != 3 {
		t.Errorf("got transcript %d open of %d", h.transcript.open, len(h.Window.library.entries))
	}
}

// button finds a button of the strip by its word.
func (h *harness) button(word string) *widget.Button {
	h.t.Helper()
	return h.find(h.strip.lines, word)
}

// find finds a button inside an object by its word.
func (h *harness) find(inside fyne.CanvasObject, word string) *widget.Button {
	h.t.Helper()
	found := buttonIn(inside, word)
	if found == nil {
		h.t.Fatalf("there is no button %q", word)
	}
	return found
}

func (h *harness) has(inside fyne.CanvasObject, word string) bool {
	return buttonIn(inside, word) != nil
}

func buttonIn(inside fyne.CanvasObject, word string) *widget.Button {
	if all := buttonsIn(inside, word); len(all) > 0 {
		return all[len(all)-1]
	}
	return nil
}

func buttonsIn(inside fyne.CanvasObject, word string) []*widget.Button {
	var found []*widget.Button
	var look func(o fyne.CanvasObject)
	look = func(o fyne.CanvasObject) {
		switch o := o.(type) {
		case *widget.Button:
			if o.Text == word {
				found = append(found, o)
			}
		case *container.Scroll:
			look(o.Content)
		case *fyne.Container:
			for _, c := range o.Objects {
				look(c)
			}
		case fyne.Widget:
			for _, c := range children(o) {
				look(c)
			}
		}
	}
	look(inside)
	return found
}

func TestFailureIsSaid(t *testing.T) {
	h := newHarness(t, true)
	h.transcribe([]string{h.file("notes.txt", "notes")})
	h.until("the failure is said", func() bool { return len(h.notices()) == 1 })
	if n := h.notices()[0]; !strings.Contains(n, "“notes.txt” is not an audio or video file") {
		t.Errorf("got %q", n)
	}
	h.transcribe([]string{h.file("talk.mp3", "talk")})
	h.hear(10, seg(1, 2, "Kept."))
	h.finish(&app.LibraryError{Path: "/data", Err: app.ErrDiskFull})
	h.until("the failure is said", func() bool { return len(h.notices()) == 2 })
	if n := h.notices()[1]; !strings.Contains(n, "disk is full") {
		t.Errorf("got %q", n)
	}
	h.ended(app.StateFailed)
	if h.text() != "Kept." || !h.transcript.resume.Visible() {
		t.Errorf("got %q, resume %v", h.text(), h.transcript.resume.Visible())
	}
	test.Tap(h.button("Dismiss"))
	if len(h.notices()) != 1 {
		t.Errorf("got %q after one was dismissed", h.notices())
	}
}

func TestDeleteAndUndo(t *testing.T) {
	h := newHarness(t, true)
	id := h.done("talk.mp3", seg(1, 2, "Once."))
	undos := map[string]func(){
		"button": func() { test.Tap(h.button("Undo")) },
		"key":    func() { h.press("undo") },
	}
	for _, name := range []string{"button", "key"} {
		h.win.Canvas().Unfocus()
		h.typedKey(&fyne.KeyEvent{Name: fyne.KeyDelete})
		h.until("it is gone", func() bool {
			return len(h.Window.library.entries) == 0 && h.transcript.open == 0 && len(h.notices()) == 1
		})
		if h.centre.Objects[0] != h.welcome.content || !h.toolbar.copy.Disabled() {
			t.Errorf("%s: the window still shows the deleted transcript", name)
		}
		undos[name]()
		h.until("it is back", func() bool {
			return h.transcript.open == id && !h.transcript.loading && len(h.Window.library.entries) == 1
		})
		if len(h.notices()) != 0 {
			t.Errorf("%s: got notices %q", name, h.notices())
		}
	}
}

func TestRename(t *testing.T) {
	h := newHarness(t, true)
	h.done("talk.mp3", seg(1, 2, "Once."))
	h.typedKey(&fyne.KeyEvent{Name: fyne.KeyF2})
	test.Type(h.transcript.naming, "Interview")
	h.transcript.naming.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	h.until("it is renamed", func() bool { return h.Window.library.entries[0].Title == "Interview" })
	if stored := h.kept(h.transcript.open).Title; h.transcript.title.Text() != "Interview" || stored != "Interview" {
		t.Errorf("got %q, stored %q", h.transcript.title.Text(), stored)
	}
	h.transcript.rename()
	test.Type(h.transcript.naming, "Nonsense")
	h.transcript.naming.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	h.quiet()
	if stored := h.kept(h.transcript.open).Title; stored != "Interview" {
		t.Errorf("Escape kept %q", stored)
	}
}

func TestCopy(t *testing.T) {
	h := newHarness(t, true)
	h.done("talk.mp3", seg(1, 2, "One."), seg(3, 4, "Two."))
	h.press("copy")
	if got := h.fyne.Clipboard().Content(); got != "One.\nTwo." {
		t.Errorf("got %q", got)
	}
	h.transcript.rows.SetSelected(1)
	test.Tap(h.toolbar.copy)
	if got := h.fyne.Clipboard().Content(); got != "Two." {
		t.Errorf("with a selected segment: got %q", got)
	}
	if n := h.notices(); len(n) != 1 || n[0] != "Copied 1 line." {
		t.Errorf("got notices %q", n)
	}
}

func TestExport(t *testing.T) {
	h := newHarness(t, true)
	h.done("talk.mp3", seg(1, 2, "One."))
	h.dialogs.answer = filepath.Join(h.dir, "out") // the extension is added
	menu := h.exportMenu()
	if len(menu.Items) != len(app.Formats) {
		t.Fatalf("got %d formats", len(menu.Items))
	}
	for i, f := range app.Formats {
		menu.Items[i].Action()
		path := h.dialogs.answer + "." + string(f)
		h.until("it is exported", func() bool { return slices.Contains(h.notices(), fmt.Sprintf("Exported to %s.", path)) })
		data, err := os.ReadFile(path)
		if err != nil || !strings.Contains(string(data), "One.") {
			t.Errorf("%s: got %q, %v", f, data, err)
		}
	}
	if want := "talk.txt"; h.dialogs.asked[0] != want {
		t.Errorf("proposed %q, want %q", h.dialogs.asked[0], want)
	}
	h.dialogs.answer = filepath.Join(h.dir, "missing", "out.txt")
	menu.Items[0].Action()
	h.until("the failure is said", func() bool {
		return slices.ContainsFunc(h.notices(), func(n string) bool { return strings.Contains(n, "out.txt: no such file") })
	})
}

func TestOpenAsksForAFile(t *testing.T) {
	h := newHarness(t, true)
	h.press("open")
	h.quiet() // the answer was "", a change of mind
	if len(h.dialogs.asked) != 1 || len(h.strip.jobs) != 0 {
		t.Errorf("asked %q, got %d jobs", h.dialogs.asked, len(h.strip.jobs))
	}
	h.dialogs.answer = h.file("talk.mp3", "talk")
	h.openMedia()
	h.until("a job is there", func() bool { return len(h.strip.jobs) == 1 })
	h.finish(nil)
	h.until("it is done", func() bool { return len(h.strip.jobs) == 0 })
	// Where the desktop's dialog fails, Fyne's own is shown.
	h.dialogs.err = errors.New("no portal")
	h.openMedia()
	h.until("another dialog is shown", func() bool { return h.win.Canvas().Overlays().Top() != nil })
}

func TestSettings(t *testing.T) {
	h := newHarness(t, true, light)
	h.press("settings")
	h.until("the devices are listed", func() bool { return len(h.settings.form.device.Options) == 3 })
	h.settings.form.folder.SetText("Models are looked for in the models folder.")
	h.golden("settings")
	h.settings.form.language.SetSelected("German")
	h.settings.form.device.SetSelected("Radeon · Vulkan")
	h.settings.form.model.SetSelectedIndex(1)
	h.settings.theme.SetSelected("Dark")
	want := app.Settings{Options: app.Options{Model: "tiny", Language: "de", Device: "gpu:0"}, Theme: "dark"}
	h.until("they are saved", func() bool {
		s, err := app.LoadSettings(filepath.Join(h.dir, "settings.json"))
		return err == nil && s == want
	})
	if got := h.fyne.Settings().Theme(); got != (look.Theme{Force: "dark", Reading: look.ReadingSize}) {
		t.Errorf("got theme %+v", got)
	}
	h.typedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if h.centre.Objects[0] != h.welcome.content {
		t.Error("Escape does not leave the settings")
	}
}

// What was left out can be seen and put back.
func TestLeftOut(t *testing.T) {
	h := newHarness(t, true)
	id := h.done("talk.mp3", seg(1, 2, "Said."))
	h.library.change(id, func(tr *app.Transcript) {
		tr.Omissions = []app.Omission{{ID: 7, Reason: app.ReasonRepeated, Segment: seg(5, 9, "Thanks. Thanks. Thanks.")}}
	})
	h.transcript.replaced(id)
	h.until("it says so", func() bool { return !h.transcript.loading && h.transcript.omitted.Visible() })
	if h.transcript.omitted.Text != "1 left out" {
		t.Errorf("got %q", h.transcript.omitted.Text)
	}
	test.Tap(h.transcript.omitted)
	test.Tap(h.find(h.omitted.list, "Put back"))
	h.until("it is back", func() bool { return h.transcript.length() == 2 && !h.transcript.omitted.Visible() })
}

// What was left out is transcribed again on request; if that brings nothing, it
// can still be put back.
func TestLeftOutIsTranscribedAgain(t *testing.T) {
	h := newHarness(t, true)
	id := h.done("talk.mp3", seg(1, 2, "Said."))
	h.library.change(id, func(tr *app.Transcript) {
		tr.Omissions = []app.Omission{
			{ID: 7, Reason: app.ReasonNoSpeech, Segment: seg(15, 19, "Bye.")},
			{ID: 8, Reason: app.ReasonNoSpeech, Segment: seg(5, 9, "Thanks.")},
		}
	})
	h.transcript.replaced(id)
	h.until("it says so", func() bool { return !h.transcript.loading && h.transcript.omitted.Visible() })
	test.Tap(h.transcript.omitted)
	test.Tap(h.find(h.omitted.list, "Transcribe again"))
	h.hear(9, seg(6, 8, "Really said."))
	h.showSettings()
	h.finish(nil)
	h.until("it is there", func() bool { return h.transcript.length() == 2 })
	if got := h.text(); got != "Said.|Really said." || h.transcript.omitted.Text != "1 left out" {
		t.Errorf("got %q, %q", got, h.transcript.omitted.Text)
	}
	if !h.shows(h.settings.content) {
		t.Error("the settings are left")
	}
	h.showHome()
	test.Tap(h.transcript.omitted)
	test.Tap(h.find(h.omitted.list, "Transcribe again"))
	h.finish(nil)
	h.until("it says that there is nothing", func() bool {
		return len(h.strip.notices) > 0 && strings.HasPrefix(h.strip.notices[0].text, "Nothing was heard")
	})
	test.Tap(h.find(h.strip.content, "Put back"))
	h.until("it is back", func() bool { return h.transcript.length() == 3 && !h.transcript.omitted.Visible() })
}

// Options chosen for one job do not become settings.
func TestOptionsForOnce(t *testing.T) {
	h := newHarness(t, true)
	h.done("talk.mp3", seg(1, 2, "Well, once."))
	h.againWithOptions()
	form := h.once.form
	form.punctuate.SetChecked(false)
	form.spoken.SetChecked(true)
	form.replace.SetText("well = now")
	form.replace.SetText("nonsense")
	if !form.replaceWrong.Visible() {
		t.Error("a broken replacement is not complained of")
	}
	form.several.SetText("en, de")
	test.Tap(h.find(h.once.content, "Transcribe"))
	h.hear(10, seg(1, 2, "Well, twice comma yes."))
	h.finish(nil)
	h.ended(app.StateDone)
	if got := h.text(); got != "now twice, yes" {
		t.Errorf("got %q", got)
	}
	if got := h.transcript.entry.Options; !got.Plain || !got.Spoken || got.Language != "en,de" || got.Replace != "well = now" {
		t.Errorf("got options %+v", got)
	}
	if got := h.app.Settings(); got != (app.Settings{}) {
		t.Errorf("got settings %+v", got)
	}
}

// What the library has stored and what is reported meanwhile overlap: nothing
// is shown twice, nothing is left out.
func TestOpeningWhileTextComes(t *testing.T) {
	h := newHarness(t, true)
	h.transcribe([]string{h.file("talk.mp3", "talk")})
	h.hear(10, seg(1, 2, "One."))
	h.hear(20, seg(11, 12, "Two."))
	h.until("both are shown", func() bool { return h.transcript.length() == 2 })
	id := h.transcript.open
	two, three := h.transcript.at(1), seg(21, 22, "Three.")
	three.ID = two.ID + 1
	h.transcript.close()
	h.transcript.openAt(id, -1)
	h.transcript.added(id, []app.Segment{two, three})
	h.until("it is open", func() bool { return !h.transcript.loading })
	if got := h.text(); got != "One.|Two.|Three." {
		t.Errorf("got %q", got)
	}
	h.finish(nil)
	h.until("it is done", func() bool { return len(h.strip.jobs) == 0 })
}

func TestManyJobsAreCounted(t *testing.T) {
	h := newHarness(t, true)
	var files []string
	for i := range 6 {
		files = append(files, h.file(fmt.Sprintf("talk%d.mp3", i), fmt.Sprint(i)))
	}
	h.transcribe(files)
	h.until("all are there", func() bool { return len(h.strip.jobs) == 6 })
	if n := len(h.strip.lines.Objects); n != jobsShown+1 {
		t.Errorf("got %d lines, want %d and one that counts the rest", n, jobsShown)
	}
	h.strip.cancel(h.strip.jobs[5].job.ID)
	h.until("the last is gone", func() bool { return len(h.strip.jobs) == 5 })
	for len(h.strip.jobs) > 0 {
		n := len(h.strip.jobs)
		h.finish(nil)
		h.until("one more is done", func() bool { return len(h.strip.jobs) < n })
	}
}

func TestThemeFollowsTheDesktop(t *testing.T) {
	for _, v := range []fyne.ThemeVariant{theme.VariantLight, theme.VariantDark} {
		free := look.Theme{}.Color(theme.ColorNameBackground, v)
		forced := look.Theme{Force: "dark"}.Color(theme.ColorNameBackground, v)
		if (free == forced) != (v == theme.VariantDark) {
			t.Errorf("variant %v: free %v, forced dark %v", v, free, forced)
		}
	}
}
