package ui

import (
	"runtime"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"earshot/ui/look"
	"earshot/ui/widget"
)

// newShortcutsPage shows the table of keys.
func newShortcutsPage(w *Window) fyne.CanvasObject {
	cards := make([]fyne.CanvasObject, 0, len(w.keys)+1)
	for _, g := range w.keys {
		rows := container.New(layout.NewCustomPaddedVBoxLayout(6),
			widget.NewText(g.title, look.TextSize, look.Ink, fyne.TextStyle{Bold: true}), widget.NewSpace(0, 0))
		for _, b := range g.keys {
			rows.Add(container.NewBorder(nil, nil, nil, centred(keyCaps(b)),
				widget.NewText(b.what, look.TextSize, look.Ink, fyne.TextStyle{}).Giving()))
		}
		cards = append(cards, formCard(rows))
	}
	return page(lang.L("Keyboard shortcuts"), widget.NewButton(lang.L("Done"), widget.Primary, w.showHome),
		append(cards, widget.NewSpace(0, 8))...)
}

// showShortcuts shows every key.
func (w *Window) showShortcuts() { w.show(w.shortcuts) }

// keyCaps are the keys of a binding as they look on a keyboard.
func keyCaps(b binding) fyne.CanvasObject {
	row := container.New(layout.NewCustomPaddedHBoxLayout(4))
	for i, k := range b.shown() {
		switch {
		case i > 0 && b.span:
			row.Add(widget.NewText(rangeDash, look.SmallSize, look.Dim, fyne.TextStyle{}))
		case i > 0:
			row.Add(widget.NewSpace(4, 0))
		}
		for _, name := range keyNames(k) {
			row.Add(keyCap(name))
		}
	}
	return row
}

// rangeDash is between the first and the last of several keys.
const rangeDash = "–"

func keyCap(name string) fyne.CanvasObject {
	text := widget.NewText(name, look.SmallSize, look.Ink, fyne.TextStyle{}).Aligned(fyne.TextAlignCenter)
	return container.NewStack(widget.NewSpace(26, 0), widget.NewCard(theme.ColorNameBackground, look.Line, 6),
		container.New(layout.NewCustomPaddedLayout(3, 3, 8, 8), text))
}

// keyNames are the keys that are pressed together, as they are written on a
// keyboard.
func keyNames(k fyne.KeyboardShortcut) []string {
	modifiers := []struct {
		modifier    fyne.KeyModifier
		name, onMac string
	}{
		{fyne.KeyModifierControl, lang.L("Ctrl"), "⌃"},
		{fyne.KeyModifierAlt, lang.L("Alt"), "⌥"},
		{fyne.KeyModifierShift, lang.L("Shift"), "⇧"},
		{fyne.KeyModifierSuper, lang.L("Super"), "⌘"},
	}
	var names []string
	for _, m := range modifiers {
		switch {
		case k.Mod()&m.modifier == 0:
		case runtime.GOOS == "darwin":
			names = append(names, m.onMac)
		default:
			names = append(names, m.name)
		}
	}
	return append(names, keyName(k.Key()))
}

// keyName is what is written on a key.
func keyName(key fyne.KeyName) string {
	named := map[fyne.KeyName]string{
		fyne.KeyLeft: "←", fyne.KeyRight: "→", fyne.KeyUp: "↑", fyne.KeyDown: "↓", fyne.KeyMinus: "−",
		fyne.KeyReturn: lang.L("Enter"), fyne.KeyEscape: lang.L("Esc"), fyne.KeyDelete: lang.L("Del"), fyne.KeySpace: lang.L("Space"),
		fyne.KeyPageUp: lang.L("Page Up"), fyne.KeyPageDown: lang.L("Page Down"), fyne.KeyHome: lang.L("Home"), fyne.KeyEnd: lang.L("End"),
		fyne.KeyTab: lang.L("Tab"), fyne.KeyBackspace: lang.L("Backspace"),
	}
	if name, ok := named[key]; ok {
		return name
	}
	return string(key)
}
