package ui

import (
	"context"
	"fmt"
	"maps"
	"slices"
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

// tagEditor is a popover that gives transcripts tags and takes them away.
type tagEditor struct {
	w     *Window
	over  *fynewidget.PopUp
	place fyne.Position
	has   *fyne.Container // the tags of the transcripts
	entry *lineEntry
	might *fyne.Container // tags that there are, as far as they begin with what is typed

	of      []app.Entry
	tags    map[string]int // how many of the transcripts have a tag
	known   []string       // tags that there are, most frequent first
	offered []string
	at      int // which of them Enter takes; -1 for none
}

// Most tags that are offered at once.
const tagsOffered = 6

// editTags shows what tags transcripts have, at a place on the canvas.
func (w *Window) editTags(entries []app.Entry, at fyne.Position) {
	if len(entries) == 0 {
		return
	}
	t := &tagEditor{w: w, of: entries, tags: map[string]int{}, at: -1, place: at, entry: newLineEntry()}
	for _, e := range entries {
		for _, tag := range e.Tags {
			t.tags[tag]++
		}
	}
	t.has = container.New(&flow{width: popOverWidth, gap: 6})
	t.might = container.New(&flow{width: popOverWidth, gap: 6})
	t.entry.SetPlaceHolder(lang.L("Add a tag"))
	t.entry.OnChanged = func(string) { t.offer(-1) }
	t.entry.OnSubmitted = func(text string) { t.submit(text) }
	t.entry.onStep = func(by int) { t.offer(max(-1, min(t.at+by, len(t.offered)-1))) }
	title := fmt.Sprintf(lang.L("Tags of “%s”"), entries[0].Title)
	if len(entries) > 1 {
		title = fmt.Sprintf(lang.L("Tags of %d transcripts"), len(entries))
	}
	t.over = w.popOver(container.New(layout.NewCustomPaddedVBoxLayout(8),
		widget.NewText(title, look.SmallSize, look.Dim, fyne.TextStyle{}).Giving(), t.has, t.entry, t.might), at)
	t.entry.onEscape = t.over.Hide
	t.show()
	w.win.Canvas().Focus(t.entry)
	w.pump.start(func(ctx context.Context) func() {
		facets, err := w.app.Facets(ctx)
		return func() {
			if err != nil {
				w.complain(err)
				return
			}
			for _, f := range facets.Tags {
				t.known = append(t.known, f.Value)
			}
			t.offer(-1)
		}
	})
}

// show shows the tags there are now; of several transcripts it says how many have
// one that not all have.
func (t *tagEditor) show() {
	t.has.RemoveAll()
	for _, tag := range slices.SortedFunc(maps.Keys(t.tags), compareText) {
		text, style := tag, widget.Plain
		if n := t.tags[tag]; n < len(t.of) {
			text, style = numbered(tag, n), widget.Ghost
		}
		t.has.Add(widget.NewButton(text+"  ×", style, func() { t.change(tag, 0) }))
	}
	setVisible(t.has, len(t.tags) > 0)
	t.offer(-1)
}

// offer shows the tags that what is typed may become, with one of them, or -1
// for none, as the one that Enter takes.
func (t *tagEditor) offer(at int) {
	typed := strings.ToLower(strings.TrimSpace(t.entry.Text))
	t.offered = nil
	for _, tag := range t.known {
		if t.tags[tag] < len(t.of) && strings.HasPrefix(strings.ToLower(tag), typed) && len(t.offered) < tagsOffered {
			t.offered = append(t.offered, tag)
		}
	}
	t.at = min(at, len(t.offered)-1)
	t.might.RemoveAll()
	for i, tag := range t.offered {
		b := widget.NewButton("+ "+tag, widget.Ghost, func() { t.change(tag, len(t.of)) })
		b.On = i == t.at
		t.might.Add(b)
	}
	setVisible(t.might, len(t.offered) > 0)
	t.w.fit(t.over, t.place)
}

// submit adds the tag that was chosen or typed; with nothing typed it is done.
func (t *tagEditor) submit(text string) {
	text = strings.Join(strings.Fields(text), " ")
	switch {
	case t.at >= 0:
		t.change(t.offered[t.at], len(t.of))
	case text == "":
		t.over.Hide()
	default:
		// A tag is spelled as it was the first time.
		if i := slices.IndexFunc(t.known, func(tag string) bool { return strings.EqualFold(tag, text) }); i >= 0 {
			text = t.known[i]
		}
		t.change(text, len(t.of))
	}
}

// change gives the tag to all transcripts, or with 0, to none.
func (t *tagEditor) change(tag string, to int) {
	t.w.pump.start(func(ctx context.Context) func() {
		act := t.w.app.Untag
		if to > 0 {
			act = t.w.app.Tag
		}
		err := act(ctx, tag, ids(t.of)...)
		return func() {
			if err != nil {
				t.w.complain(err)
				return
			}
			t.became(tag, to)
		}
	})
}

// became shows that so many of the transcripts have a tag now.
func (t *tagEditor) became(tag string, to int) {
	if delete(t.tags, tag); to > 0 {
		t.tags[tag] = to
	}
	if !slices.Contains(t.known, tag) {
		t.known = append(t.known, tag)
	}
	t.entry.SetText("")
	t.show()
	if t.over.Visible() {
		t.w.win.Canvas().Focus(t.entry)
	}
}

// hashed are tags as they are shown among other words.
func hashed(tags []string) []string {
	all := make([]string, len(tags))
	for i, tag := range tags {
		all[i] = "#" + tag
	}
	return all
}
