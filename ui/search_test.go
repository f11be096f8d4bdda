package ui

import (
	"reflect"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"earshot/app"
	"earshot/ui/widget"
)

func (h *harness) found(n int) {
	h.t.Helper()
	h.until("places are found", func() bool { return h.shows(h.search.content) && len(h.search.lines) == n })
}

// Enter opens what was found, and plays it.
func TestSearch(t *testing.T) {
	h := newHarness(t, true, light)
	h.done("boats.mp3", seg(1, 2, "We had been told that the harbour would stay open."), seg(8, 9, "The harbour master never signed it."))
	h.done("talk.mp3", seg(1, 2, "If the harbour closes, the lease is void."))
	h.win.Canvas().Focus(h.toolbar.search)
	test.Type(h.toolbar.search, "harbour")
	h.found(3)
	if got, want := h.search.counts.Text(), "3 places in 2 recordings · newest first"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	h.toolbar.device.SetText("")
	h.golden("search")
	key := func(name fyne.KeyName) { h.toolbar.search.TypedKey(&fyne.KeyEvent{Name: name}) }
	key(fyne.KeyDown)
	key(fyne.KeyDown)
	key(fyne.KeyDown) // there is none
	key(fyne.KeyReturn)
	h.until("it is open", func() bool { return h.transcript.entry.Title == "boats" && h.shows(h.transcript.content) })
	if got := h.transcript.rows.Selected(); got != 1 {
		t.Errorf("got segment %d, want the one that was found", got)
	}
	if h.win.Canvas().Focused() != h.transcript.rows {
		t.Error("the keys are not the transcript's")
	}
	h.until("it plays from there", func() bool {
		p := h.Window.player.playing
		return p.Transcript == h.transcript.open && p.Position >= 8
	})
	h.win.Canvas().Focus(h.toolbar.search)
	if !h.shows(h.search.content) {
		t.Error("what was found is not shown again")
	}
	h.toolbar.search.SetText("zebra")
	h.found(0)
	if got := h.search.counts.Text(); got != "Nothing found." {
		t.Errorf("got %q", got)
	}
	key(fyne.KeyEscape)
	if !h.shows(h.transcript.content) {
		t.Error("Escape does not lead back")
	}
}

func TestCountText(t *testing.T) {
	for _, c := range []struct {
		query              string
		places, recordings int
		more               bool
		want               string
	}{
		{"harbour", 4, 3, false, "4 places in 3 recordings · newest first"},
		{"harbour", 200, 1, true, "200 places in 1 recording · newest first · there may be more"},
		{"harbour", 0, 0, false, "Nothing found."},
		{"lang:", 0, 0, false, "Go on typing."},
	} {
		if got := countText(c.query, c.places, c.recordings, c.more); got != c.want {
			t.Errorf("%q: got %q, want %q", c.query, got, c.want)
		}
	}
}

func TestRuns(t *testing.T) {
	m := func(s string) string { return app.HitStart + s + app.HitEnd }
	for _, c := range []struct {
		text string
		want []widget.Run
	}{
		{"", nil},
		{"no match", []widget.Run{{Text: "no match"}}},
		{"the " + m("cat") + " and " + m("dog"), []widget.Run{{Text: "the "}, {Text: "cat", Marked: true}, {Text: " and "}, {Text: "dog", Marked: true}}},
		{app.HitStart + "cut off", []widget.Run{{Text: "cut off", Marked: true}}},
	} {
		if got := runs(c.text); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%q: got %v, want %v", c.text, got, c.want)
		}
	}
	if got, want := shortly("a b c d e f g h i "+m("j")), "…b c d e f g h i "+m("j"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
