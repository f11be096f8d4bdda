package ui

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"

	"earshot/app"
	"earshot/ui/look"
	"earshot/ui/widget"
)

// filterBar says above the library what of it is shown, and changes that.
type filterBar struct {
	l       *library
	content fyne.CanvasObject
	says    *widget.Text
	choose  *widget.Button
	all     *widget.Button
}

func newFilterBar(l *library) *filterBar {
	b := &filterBar{l: l, says: widget.NewText("", look.SmallSize, look.Dim, fyne.TextStyle{}).Giving()}
	b.choose = widget.NewButton(lang.L("Filter"), widget.Ghost, b.ask)
	b.all = widget.NewButton(lang.L("Show all"), widget.Ghost, func() { l.setFilter(app.Filter{}) })
	b.all.Hide()
	buttons := container.New(layout.NewCustomPaddedHBoxLayout(0), b.all, b.choose)
	b.content = container.New(layout.NewCustomPaddedLayout(4, 0, 18, 8), container.NewBorder(nil, nil, nil, buttons, b.says))
	return b
}

// show says how much there is, and what of it is shown.
func (b *filterBar) show() {
	says := ""
	if b.l.filtered() {
		says = fmt.Sprintf("%d: %s", b.l.total, filterText(b.l.filter, b.l.w.language))
	} else if b.l.total > 0 {
		says = recordings(b.l.total)
	}
	b.says.SetText(says)
	setVisible(b.all, b.l.filtered())
	b.content.Refresh()
}

// ask offers what there is to filter by.
func (b *filterBar) ask() {
	w := b.l.w
	w.pump.start(func(ctx context.Context) func() {
		facets, err := w.app.Facets(ctx)
		return func() {
			if err != nil {
				w.complain(err)
				return
			}
			w.popUp(b.menu(facets), b.choose)
		}
	})
}

func (b *filterBar) menu(facets app.Facets) *fyne.Menu {
	f := b.l.filter
	var origins []string
	for _, o := range f.Origins {
		origins = append(origins, string(o))
	}
	set := func(alter func(*app.Filter)) {
		changed := b.l.filter
		alter(&changed)
		b.l.setFilter(changed)
	}
	favourites := fyne.NewMenuItem(numbered(lang.L("Favourites"), facets.Favourites), func() { set(func(f *app.Filter) { f.Favourite = !f.Favourite }) })
	warned := fyne.NewMenuItem(numbered(lang.L("With warnings"), facets.Warned), func() { set(func(f *app.Filter) { f.Warned = !f.Warned }) })
	favourites.Checked, warned.Checked = f.Favourite, f.Warned
	clear := fyne.NewMenuItem(lang.L("Show all"), func() { b.l.setFilter(app.Filter{}) })
	clear.Disabled = !b.l.filtered()
	return fyne.NewMenu(lang.L("Filter"), favourites, warned, fyne.NewMenuItemSeparator(),
		facetMenu(lang.L("Source"), facets.Origins, origins, originText, func(v []string) {
			set(func(f *app.Filter) {
				f.Origins = nil
				for _, o := range v {
					f.Origins = append(f.Origins, app.Origin(o))
				}
			})
		}),
		facetMenu(lang.L("Language"), facets.Languages, f.Languages, b.l.w.language, func(v []string) { set(func(f *app.Filter) { f.Languages = v }) }),
		facetMenu(lang.L("Model"), facets.Models, f.Models, asIs, func(v []string) { set(func(f *app.Filter) { f.Models = v }) }),
		facetMenu(lang.L("Speaker"), facets.Speakers, f.Speakers, asIs, func(v []string) { set(func(f *app.Filter) { f.Speakers = v }) }),
		facetMenu(lang.L("Tag"), facets.Tags, f.Tags, asIs, func(v []string) { set(func(f *app.Filter) { f.Tags = v }) }),
		fyne.NewMenuItemSeparator(), clear,
		fyne.NewMenuItem(numbered(lang.L("Deleted"), facets.Trashed), b.l.w.showDeleted))
}

// Most values of one kind that a menu offers; the search takes any.
const facetsShown = 20

// facetMenu offers values; one that is chosen already is taken back.
func facetMenu(name string, facets []app.Facet, chosen []string, says func(string) string, choose func([]string)) *fyne.MenuItem {
	item := fyne.NewMenuItem(name, nil)
	item.Disabled = len(facets) == 0
	item.ChildMenu = fyne.NewMenu(name)
	for _, f := range facets[:min(len(facets), facetsShown)] {
		has := slices.Contains(chosen, f.Value)
		value := fyne.NewMenuItem(numbered(says(f.Value), f.Count), func() {
			if has {
				choose(slices.DeleteFunc(slices.Clone(chosen), func(v string) bool { return v == f.Value }))
			} else {
				choose(append(slices.Clone(chosen), f.Value))
			}
		})
		value.Checked = has
		item.ChildMenu.Items = append(item.ChildMenu.Items, value)
	}
	return item
}

func numbered(what string, n int) string { return fmt.Sprintf("%s (%d)", what, n) }

func asIs(s string) string { return s }

// originText says where sound came from.
func originText(origin string) string {
	if text := map[app.Origin]string{
		app.OriginFile: lang.L("Files"), app.OriginMicrophone: lang.L("Microphone"), app.OriginSystem: lang.L("What the computer played"),
		app.OriginBoth: lang.L("Microphone and computer"), app.OriginURL: lang.L("Links"), app.OriginAPI: lang.L("Other programs"),
	}[app.Origin(origin)]; text != "" {
		return text
	}
	return origin
}

// filterText says in words what a filter chooses.
func filterText(f app.Filter, language func(string) string) string {
	var parts []string
	if f.Favourite {
		parts = append(parts, lang.L("favourites"))
	}
	if f.Warned {
		parts = append(parts, lang.L("with warnings"))
	}
	var origins, languages, tags []string
	for _, o := range f.Origins {
		origins = append(origins, originText(string(o)))
	}
	for _, l := range f.Languages {
		languages = append(languages, language(l))
	}
	for _, t := range f.Tags {
		tags = append(tags, "#"+t)
	}
	for _, values := range [][]string{origins, languages, f.Models, f.Speakers, tags} {
		if len(values) > 0 {
			parts = append(parts, strings.Join(values, " "+lang.L("or")+" "))
		}
	}
	return strings.Join(parts, ", ")
}

// filtered reports whether only a part of the library is shown.
func (l *library) filtered() bool { return !reflect.DeepEqual(l.filter, app.Filter{}) }

// setFilter shows what a filter chooses, from the newest on.
func (l *library) setFilter(f app.Filter) {
	for _, values := range []*[]string{&f.Languages, &f.Models, &f.Speakers, &f.Tags} {
		if len(*values) == 0 {
			*values = nil
		}
	}
	l.filter, l.entries, l.total, l.lines, l.all = f, nil, 0, nil, false
	l.rows.Reset()
	l.reload()
}
