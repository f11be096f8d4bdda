package ui

import (
	"fmt"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"earshot/app"
	"earshot/ui/widget"
)

// showLineMenu opens the menu of a row, at a place on the canvas. It is about all
// that is selected if the row is, or else about the row, which is selected then.
func (t *transcriptScreen) showLineMenu(row int, at fyne.Position) {
	if row >= t.length() {
		return
	}
	if !slices.Contains(t.rows.Selection(), row) {
		t.rows.SetSelected(row)
	}
	t.w.menuAt(t.lineMenu(row, at), at)
}

// lineMenu is what can be done with a row and those that are selected with it.
func (t *transcriptScreen) lineMenu(row int, at fyne.Position) *fyne.Menu {
	s, chosen := t.at(row), t.selection()
	merge := t.w.item(lang.L("Put together with the next line"), "merge", t.merge)
	merge.Disabled = row == t.length()-1
	remove := t.w.item(lang.L("Delete"), "delete", t.remove)
	if n := len(chosen); n > 1 {
		merge.Label, merge.Disabled = fmt.Sprintf(lang.L("Put %d lines together"), n), false
		remove.Label = fmt.Sprintf(lang.L("Delete %d lines"), n)
	}
	again := t.w.item(lang.L("Transcribe again beside the text…"), "", func() { t.hearAgain(t.selection()) })
	again.Disabled = !t.canHearAgain()
	speaker := t.w.item(lang.L("Speaker"), "", nil)
	speaker.ChildMenu = t.speakerMenu(s, segmentIDs(chosen), t.underSpeaker(row))
	return fyne.NewMenu("",
		t.w.item(lang.L("Edit"), "edit", func() { t.edit(t.index(s.ID)) }),
		t.w.item(lang.L("Play"), "", func() { t.playWord(row, -1, 0) }),
		fyne.NewMenuItemSeparator(),
		t.divideItem(row, s, at),
		merge,
		t.w.item(lang.L("Add a line below"), "insert", t.insertRow),
		remove,
		fyne.NewMenuItemSeparator(),
		speaker,
		fyne.NewMenuItemSeparator(),
		again,
		t.w.item(lang.L("Compare with the machine's text…"), "compare", t.w.compareMachine),
		t.w.item(lang.L("Restore the machine's text"), "", t.restoreMachine),
	)
}

// divideItem divides a segment before the word at a place on the canvas.
func (t *transcriptScreen) divideItem(row int, s app.Segment, at fyne.Position) *fyne.MenuItem {
	word, offset := -1, 0
	if v, there := t.rows.Item(row).(*widget.SegmentView); there {
		word, offset = v.WordAt(at.Subtract(placeOf(v)))
	}
	if word < 1 || word >= len(s.Words) {
		i := fyne.NewMenuItem(lang.L("Divide"), nil)
		i.Disabled = true
		return i
	}
	return fyne.NewMenuItem(fmt.Sprintf(lang.L("Divide before “%s”"), s.Words[word].Text), func() {
		t.doc.EndRun()
		_, c, err := t.doc.Split(s.ID, offset)
		t.did(c, err)
	})
}
