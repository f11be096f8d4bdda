package ui

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	fynewidget "fyne.io/fyne/v2/widget"

	"earshot/app"
	"earshot/ui/widget"
)

// sizes gives what is on the shelf recordings of ten megabytes each.
func sizes(h *harness) {
	for i := range h.library.all {
		e := &h.library.all[i]
		e.Source = app.Source{Path: filepath.Join(h.dir, e.Title), Hash: e.Title, Size: 10e6}
		e.Created = h.now.Add(-time.Duration(len(h.library.all)-i) * 5 * time.Hour)
		e.Segments = []app.Segment{seg(1, 2, "Said in "+e.Title+".")}
	}
}

// pick selects entries of the library as a person does, by their numbers.
func (h *harness) pick(ids ...int64) {
	h.t.Helper()
	l := h.Window.library
	var rows []int
	for _, id := range ids {
		rows = append(rows, l.line(id))
	}
	l.rows.SetSelection(rows)
	l.rows.OnSelection()
	h.win.Canvas().Focus(l.rows)
}

// over is what lies over the window.
func (h *harness) over() fyne.CanvasObject {
	h.t.Helper()
	top, ok := h.win.Canvas().Overlays().Top().(fyne.Widget)
	if !ok {
		h.t.Fatal("nothing lies over the window")
	}
	return test.WidgetRenderer(top).Objects()[0].(*fynewidget.PopUp).Content
}

func (h *harness) picked() []int64 { return ids(h.Window.library.chosen()) }

// item finds an item of a menu that begins with a label.
func item(t *testing.T, m *fyne.Menu, label string) *fyne.MenuItem {
	t.Helper()
	for _, i := range m.Items {
		if strings.HasPrefix(i.Label, label) {
			return i
		}
	}
	t.Fatalf("there is no %q", label)
	return nil
}

// What is selected stays so when other transcripts come and go, and more are read.
func TestSelectionIsKept(t *testing.T) {
	h := newHarness(t, true, shelf(1000))
	l := h.Window.library
	h.pick(998, 990)
	check := func(what string, want ...int64) {
		t.Helper()
		if got := h.picked(); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", what, got, want)
		}
	}
	l.changed(app.Entry{ID: 2000, Title: "Newest", Created: h.now})
	check("another came", 998, 990)
	l.removed(995)
	check("one is gone", 998, 990)
	l.rows.ScrollTo(len(l.lines) - 1)
	h.until("the next page is there", func() bool { return len(l.entries) > pageSize+10 })
	check("more are read", 998, 990)
	l.removed(990)
	check("one of them is gone", 998)
	l.rows.TypedShortcut(&fyne.ShortcutSelectAll{})
	h.until("all are read and selected", func() bool { return len(l.rows.Selection()) == len(l.entries) && len(l.entries) >= 999 })
	if !l.several.content.Visible() {
		t.Error("it does not say so")
	}
	l.rows.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if len(h.picked()) != 0 || l.several.content.Visible() {
		t.Errorf("after Escape: got %d selected", len(h.picked()))
	}
}

// Opening one of several leaves them selected; opening another does not.
func TestOpeningAndSelection(t *testing.T) {
	h := newHarness(t, true, shelf(10), sizes)
	h.transcript.openAt(9, -1)
	h.until("it is open and selected", func() bool { return slices.Equal(h.picked(), []int64{9}) })
	h.pick(9, 7)
	h.transcript.openAt(7, -1)
	h.until("another is open", func() bool { return !h.transcript.loading })
	if got := h.picked(); !slices.Equal(got, []int64{9, 7}) {
		t.Errorf("got %v", got)
	}
	h.transcript.openAt(5, -1)
	h.until("only that is selected", func() bool { return slices.Equal(h.picked(), []int64{5}) })
	if h.Window.library.several.content.Visible() {
		t.Error("it says that several are selected")
	}
}

func TestDeleteSeveral(t *testing.T) {
	h := newHarness(t, true, light, shelf(10), sizes)
	l := h.Window.library
	h.transcript.openAt(8, -1)
	h.until("it is open", func() bool { return !h.transcript.loading })
	h.pick(8, 6, 5)
	if got, want := l.several.says.Text(), "3 selected · 30 MB"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	h.toolbar.device.SetText("")
	h.golden("several")
	test.Tap(h.find(l.several.content, "Delete"))
	h.until("they are gone", func() bool { return len(l.entries) == 7 && h.transcript.open == 0 && len(h.notices()) == 1 })
	if got, want := h.notices()[0], "3 transcripts were deleted. The recordings themselves were not touched."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	// A second deletion is another step.
	l.rows.SetSelected(l.line(2))
	l.rows.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDelete})
	h.until("another is gone", func() bool { return len(l.entries) == 6 && len(h.trashed) == 2 })
	h.undo()
	h.until("that is back", func() bool { return len(l.entries) == 7 && l.line(2) >= 0 })
	h.undo()
	h.until("all are back, and open what was", func() bool { return len(l.entries) == 10 && h.transcript.open == 8 })
	if len(h.notices()) != 0 || len(h.trashed) != 0 {
		t.Errorf("got notices %q and %d to undo", h.notices(), len(h.trashed))
	}
	h.undo() // nothing is left
}

func TestExportSeveral(t *testing.T) {
	h := newHarness(t, true, shelf(10), sizes)
	h.pick(3, 1)
	h.dialogs.answer = filepath.Join(h.dir, "exported")
	menu := h.entryMenu(h.Window.library.chosen(), fyne.Position{})
	item(t, item(t, menu, "Export").ChildMenu, "SubRip").Action()
	h.until("they are written", func() bool {
		return slices.Contains(h.notices(), "2 transcripts were exported into "+h.dialogs.answer+".")
	})
	if got, want := h.dialogs.asked, []string{"Export 2 transcripts into a folder"}; !slices.Equal(got, want) {
		t.Errorf("asked %q, want %q", got, want)
	}
	for _, title := range []string{"Talk 1", "Talk 3"} {
		data, err := os.ReadFile(filepath.Join(h.dialogs.answer, title+".srt"))
		if err != nil || !strings.Contains(string(data), "Said in "+title) {
			t.Errorf("%s: got %q, %v", title, data, err)
		}
	}
}

func TestMenuOfAnEntry(t *testing.T) {
	h := newHarness(t, true, shelf(4), sizes)
	l := h.Window.library
	labels := func(ids ...int64) string {
		var all []string
		h.pick(ids...)
		for _, i := range h.entryMenu(l.chosen(), fyne.Position{}).Items {
			if !i.IsSeparator && !i.Disabled {
				all = append(all, i.Label)
			}
		}
		return strings.Join(all, ", ")
	}
	h.library.all[1].State = app.StateInterrupted
	h.library.all[2].Source.Removed = true
	l.reload()
	h.until("it is read", func() bool { return !l.reading })
	for _, c := range []struct {
		ids  []int64
		want string
	}{
		{[]int64{4}, "Open, Open in a tab of its own, Rename…, Favourite, Tags…, Export, Transcribe again, Show in folder, Delete"},
		{[]int64{2}, "Open, Open in a tab of its own, Rename…, Favourite, Tags…, Export, Transcribe again, Resume, Show in folder, Delete"},
		{[]int64{3}, "Open, Open in a tab of its own, Rename…, Favourite, Tags…, Export, Delete"},
		{[]int64{4, 2}, "Favourite, Tags…, Export, Transcribe again, Delete 2 transcripts"},
	} {
		if got := labels(c.ids...); got != c.want {
			t.Errorf("%v: got %s, want %s", c.ids, got, c.want)
		}
	}
	// A menu of a row that is not selected is about that alone.
	if got := ids(l.picked(l.line(3))); !slices.Equal(got, []int64{3}) {
		t.Errorf("got %v", got)
	}
	l.rows.TypedKey(&fyne.KeyEvent{Name: desktop.KeyMenu})
	if h.win.Canvas().Overlays().Top() == nil {
		t.Error("the menu key shows no menu")
	}
}

func TestRenameFromTheList(t *testing.T) {
	h := newHarness(t, true, shelf(4), sizes)
	l := h.Window.library
	h.pick(2)
	l.rows.TypedKey(&fyne.KeyEvent{Name: fyne.KeyF2})
	entry, ok := h.win.Canvas().Focused().(*lineEntry)
	if !ok || entry.SelectedText() != "Talk 2" {
		t.Fatalf("nothing is asked, or the title is not selected: %v", ok)
	}
	test.Type(entry, "Other")
	entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	h.until("it is renamed", func() bool { return l.lines[l.line(2)].entry.Title == "Other" })
	if h.win.Canvas().Overlays().Top() != nil {
		t.Error("it still asks")
	}
}

func TestFavourites(t *testing.T) {
	h := newHarness(t, true, shelf(4), sizes)
	l := h.Window.library
	favourites := func() string {
		var all []string
		for _, e := range l.entries {
			if e.Favourite {
				all = append(all, e.Title)
			}
		}
		return strings.Join(all, ", ")
	}
	h.pick(4, 1) // of which one is already
	h.Window.pressed(h.key("favourite"))
	h.until("both are", func() bool { return favourites() == "Talk 4, Talk 1" })
	h.Window.pressed(h.key("favourite"))
	h.until("none is", func() bool { return favourites() == "" })
	h.transcript.openAt(3, -1)
	h.until("it is open", func() bool { return !h.transcript.loading })
	h.win.Canvas().Unfocus()
	h.Window.pressed(h.key("favourite"))
	h.until("the open one is", func() bool { return favourites() == "Talk 3" })
	l.rows.Item(l.line(2)).(*widget.EntryView).OnStar()
	h.until("the one with the star is", func() bool { return favourites() == "Talk 3, Talk 2" })
	if h.transcript.open != 3 {
		t.Error("its star has opened it")
	}
}

func TestTags(t *testing.T) {
	h := newHarness(t, true, light, shelf(6), sizes)
	l := h.Window.library
	h.library.all[0].Tags, h.library.all[1].Tags = []string{"work"}, []string{"Harbour", "work"}
	l.reload()
	h.until("it is read", func() bool { return !l.reading })
	h.pick(2, 3)
	h.Window.pressed(h.key("tags"))
	h.quiet()
	h.toolbar.device.SetText("")
	h.golden("tags")
	entry := h.win.Canvas().Focused().(*lineEntry)
	over := h.over()
	if !h.has(over, "Harbour (1)  ×") || !h.has(over, "+ work") {
		t.Error("the tags that some have, or that there are, are not shown")
	}
	tags := func(id int64) string { return strings.Join(l.lines[l.line(id)].entry.Tags, ", ") }
	test.Type(entry, "wo")
	entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	h.until("the one that was offered is added", func() bool { return tags(3) == "work" && entry.Text == "" })
	test.Type(entry, "winter  talks")
	entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	h.until("a typed one is added", func() bool { return tags(3) == "work, winter talks" && h.has(over, "winter talks  ×") })
	test.Tap(h.find(over, "work  ×"))
	h.until("one is taken away", func() bool { return tags(3) == "winter talks" })
	test.Type(entry, `no"t`)
	entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	h.until("what is no tag is complained of", func() bool { return len(h.notices()) == 1 })
	entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if h.win.Canvas().Overlays().Top() != nil {
		t.Error("Escape does not close it")
	}
	if text, _ := h.about(l.lines[l.line(3)].entry); !strings.Contains(text, "#winter talks") {
		t.Errorf("got %q", text)
	}
}

func TestTrash(t *testing.T) {
	h := newHarness(t, true, light, shelf(5), sizes)
	l := h.Window.library
	h.showDeleted()
	h.until("it says that nothing is here", func() bool { return h.deleted.none.Text() != "" })
	h.pick(5, 4, 2)
	h.trashAll(l.chosen())
	s := h.deleted
	h.until("they are in the trash", func() bool { return len(s.entries) == 3 && len(l.entries) == 2 && len(h.trashed) == 1 })
	if !s.restore.Disabled() {
		t.Error("nothing can be restored while nothing is selected")
	}
	s.rows.SetSelection([]int{0, 1})
	s.rows.OnSelection()
	h.win.Canvas().Focus(s.rows)
	h.strip.drop(func(*noticeLine) bool { return true })
	h.toolbar.device.SetText("")
	h.golden("trash")
	test.Tap(s.restore)
	h.until("they are back", func() bool { return len(s.entries) == 1 && len(l.entries) == 4 && l.line(5) >= 0 })
	s.rows.SetSelection([]int{0})
	s.rows.OnSelection()
	s.rows.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDelete})
	if !s.sure.Visible() {
		t.Fatal("it does not ask")
	}
	s.rows.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if s.sure.Visible() || !s.actions.Visible() {
		t.Error("it still asks")
	}
	test.Tap(s.remove)
	test.Tap(h.find(s.sure, "Delete for good"))
	h.until("it is gone for good", func() bool { return len(s.entries) == 0 })
	if len(h.trashed) != 0 {
		t.Error("undo would bring it back")
	}
	s.rows.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if h.shows(s.content) {
		t.Error("Escape does not lead back")
	}
}
