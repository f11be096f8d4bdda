package ui

import (
	"errors"
	"fmt"
	"image/color"
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	fynewidget "fyne.io/fyne/v2/widget"

	"earshot/app"
	"earshot/ui/look"
	"earshot/ui/widget"
)

// Who speaks in the open transcript: by keys, and in menus at a name.

// assign says who speaks in segments; "" is nobody.
func (t *transcriptScreen) assign(name string, lines ...int64) {
	t.doc.EndRun()
	t.did(t.doc.Assign(name, lines...), nil)
}

// assignFrom says who speaks in a segment and in what the same speaker says
// after it.
func (t *transcriptScreen) assignFrom(line int64, name string) {
	t.doc.EndRun()
	c, err := t.doc.AssignFrom(line, name)
	t.did(c, err)
}

// assignNumber gives the selected lines to the n-th speaker: 0 is nobody, and one
// more than there are somebody new.
func (t *transcriptScreen) assignNumber(n int) {
	lines := segmentIDs(t.selection())
	if len(lines) == 0 || !t.w.shows(t.content) {
		return
	}
	switch speakers := t.doc.Speakers(); {
	case n == 0:
		t.assign("", lines...)
	case n <= len(speakers):
		t.assign(speakers[n-1].Name, lines...)
	case n == len(speakers)+1:
		t.assign(t.freeName(), lines...)
	}
}

// assignDigit does what assignNumber does at a typed digit.
func (t *transcriptScreen) assignDigit(typed rune) {
	if typed >= '0' && typed <= '9' {
		t.assignNumber(int(typed - '0'))
	}
}

// freeName is what somebody new is called.
func (t *transcriptScreen) freeName() string {
	speakers := t.doc.Speakers()
	for n := len(speakers) + 1; ; n++ {
		name := fmt.Sprintf(lang.L("Speaker %d"), n)
		if !slices.ContainsFunc(speakers, func(p app.Speaker) bool { return p.Name == name }) {
			return name
		}
	}
}

func segmentIDs(segments []app.Segment) []int64 {
	ids := make([]int64, len(segments))
	for i, s := range segments {
		ids[i] = s.ID
	}
	return ids
}

// showSpeakerMenu opens the menu of who speaks in a row, at the name there.
func (t *transcriptScreen) showSpeakerMenu(row int) {
	if row < t.length() {
		at := t.underSpeaker(row)
		t.w.menuAt(t.speakerMenu(t.at(row), []int64{t.at(row).ID}, at), at)
	}
}

// underSpeaker is the place on the canvas below the speaker's name in a row that
// is in view.
func (t *transcriptScreen) underSpeaker(row int) fyne.Position {
	v, _ := t.rows.Item(row).(*widget.SegmentView)
	if v == nil {
		return placeOf(t.rows)
	}
	return placeOf(v).Add(v.UnderSpeaker())
}

// showChipMenu opens the menu of the i-th speaker, at their chip.
func (t *transcriptScreen) showChipMenu(i int, chip fyne.CanvasObject) {
	if t.doc == nil || i >= len(t.doc.Speakers()) {
		return
	}
	at := placeOf(chip).AddXY(0, chip.Size().Height+4)
	name := t.doc.Speakers()[i].Name
	lines := segmentIDs(t.selection())
	speaks := fyne.NewMenuItem(lang.L("Speaks in the selected lines"), func() { t.assign(name, lines...) })
	speaks.Disabled = len(lines) == 0
	t.w.menuAt(fyne.NewMenu("", append([]*fyne.MenuItem{speaks, fyne.NewMenuItemSeparator()}, t.aboutSpeaker(name, at)...)...), at)
}

// speakerMenu is who can speak in lines, the segment s among them, and what can be
// done with who speaks in s. What it asks for is asked at a place on the canvas.
func (t *transcriptScreen) speakerMenu(s app.Segment, lines []int64, at fyne.Position) *fyne.Menu {
	items := t.choices(s.Speaker, at, func(name string) { t.assign(name, lines...) })
	from := fyne.NewMenuItem(lang.L("From here on"), nil)
	from.ChildMenu = fyne.NewMenu("", t.choices(s.Speaker, at, func(name string) { t.assignFrom(s.ID, name) })...)
	items = append(items, fyne.NewMenuItemSeparator(), from)
	if s.Speaker != "" {
		items = append(items, t.aboutSpeaker(s.Speaker, at)...)
	}
	return fyne.NewMenu("", items...)
}

// choices are all speakers, nobody, and somebody new.
func (t *transcriptScreen) choices(now string, at fyne.Position, pick func(name string)) []*fyne.MenuItem {
	var items []*fyne.MenuItem
	for i, p := range t.doc.Speakers() {
		item := fyne.NewMenuItem(strings.TrimSpace(number(i)+" "+p.Name), func() { pick(p.Name) })
		item.Icon, item.Checked = swatch(t.bar(p.Name)), p.Name == now
		items = append(items, item)
	}
	nobody := fyne.NewMenuItem("0 "+lang.L("Nobody"), func() { pick("") })
	nobody.Icon, nobody.Checked = swatch(look.Line), now == ""
	somebody := fyne.NewMenuItem(lang.L("New speaker…"), func() {
		t.askName(lang.L("New speaker"), t.freeName(), at, func(name string) error {
			pick(name)
			return nil
		})
	})
	return append(items, nobody, somebody)
}

// aboutSpeaker is what can be done with a speaker, wherever they speak.
func (t *transcriptScreen) aboutSpeaker(name string, at fyne.Position) []*fyne.MenuItem {
	rename := fyne.NewMenuItem(lang.L("Rename everywhere…"), func() { t.renameSpeaker(name, at) })
	colour := fyne.NewMenuItem(lang.L("Colour"), nil)
	colour.ChildMenu = fyne.NewMenu("", t.palette(name)...)
	merge := fyne.NewMenuItem(lang.L("Merge into"), nil)
	merge.ChildMenu = fyne.NewMenu("")
	for i, p := range t.doc.Speakers() {
		if p.Name != name {
			into := fyne.NewMenuItem(strings.TrimSpace(number(i)+" "+p.Name), func() { t.mergeSpeakers(name, p.Name) })
			into.Icon = swatch(t.bar(p.Name))
			merge.ChildMenu.Items = append(merge.ChildMenu.Items, into)
		}
	}
	items := []*fyne.MenuItem{rename, colour}
	if len(merge.ChildMenu.Items) > 0 {
		items = append(items, merge)
	}
	return items
}

// palette are the colours that a speaker can have.
func (t *transcriptScreen) palette(name string) []*fyne.MenuItem {
	names := []string{
		lang.L("Blue"), lang.L("Orange"), lang.L("Green"), lang.L("Violet"),
		lang.L("Teal"), lang.L("Pink"), lang.L("Olive"), lang.L("Slate"),
	}
	items := make([]*fyne.MenuItem, len(names))
	for i, colour := range names {
		items[i] = fyne.NewMenuItem(colour, func() {
			c, err := t.doc.ColourSpeaker(name, strconv.Itoa(i+1))
			t.did(c, err)
		})
		items[i].Icon, items[i].Checked = swatch(look.Speaker(i)), t.bar(name) == look.Speaker(i)
	}
	return items
}

// swatch is a dot in a colour.
func swatch(name fyne.ThemeColorName) fyne.Resource {
	c := color.NRGBAModel.Convert(look.Colour(name)).(color.NRGBA)
	hex := fmt.Sprintf("%02x%02x%02x", c.R, c.G, c.B)
	return fyne.NewStaticResource("dot-"+hex+".svg", []byte(
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20"><circle cx="10" cy="10" r="5" fill="#`+hex+`"/></svg>`))
}

func (t *transcriptScreen) mergeSpeakers(name, into string) {
	c, err := t.doc.MergeSpeakers(name, into)
	t.did(c, err)
}

// renameSpeaker asks what a speaker is to be called, everywhere; one who is
// called so already can become the same.
func (t *transcriptScreen) renameSpeaker(name string, at fyne.Position) {
	t.askName(lang.L("Name"), name, at, func(to string) error {
		c, err := t.doc.RenameSpeaker(name, to)
		if !errors.Is(err, app.ErrNameTaken) {
			t.did(c, err)
			err = nil
		}
		return err
	}).merge = func(into string) { t.mergeSpeakers(name, into) }
}

// nameBox asks for a name. Enter keeps it, Escape does not.
type nameBox struct {
	*lineEntry
	over  *fynewidget.PopUp
	offer *fyne.Container // to make two speakers one
	keep  func(name string) error
	merge func(into string)
}

// askName asks for a name at a place on the canvas. keep may fail with
// app.ErrNameTaken: then the box offers to merge.
func (t *transcriptScreen) askName(what, name string, at fyne.Position, keep func(name string) error) *nameBox {
	b := &nameBox{keep: keep}
	b.offer = container.New(layout.NewCustomPaddedVBoxLayout(8),
		widget.NewText(lang.L("Somebody is called that already."), look.SmallSize, look.Warning, fyne.TextStyle{}),
		widget.NewButton(lang.L("Make the two one"), widget.Primary, func() { b.submit(b.Text) }))
	b.offer.Hide()
	b.lineEntry, b.over = t.w.lineOver(what, name, at, b.offer)
	b.OnSubmitted, b.OnChanged = b.submit, func(string) { b.offering(false) }
	return b
}

// submit keeps the name, or takes the offer that was made for it.
func (b *nameBox) submit(name string) {
	name = strings.TrimSpace(name)
	switch {
	case name == "":
		b.over.Hide()
	case b.offer.Visible():
		b.over.Hide()
		b.merge(name)
	case b.keep(name) != nil:
		b.offering(true)
	default:
		b.over.Hide()
	}
}

// offering makes the offer, or takes it back.
func (b *nameBox) offering(on bool) {
	if b.offer.Visible() != on {
		setVisible(b.offer, on)
		b.over.Resize(b.over.MinSize())
	}
}
