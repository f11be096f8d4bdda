package ui

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/lang"
)

// binding is what a key does. The table of them is what the window obeys, and
// what its page of shortcuts shows.
type binding struct {
	name string // by which menus know it; "" if none does
	what string // it does, for people
	keys []fyne.KeyboardShortcut
	also []fyne.KeyboardShortcut // the same where keyboards differ; not shown
	do   func()                  // nil: the widget that has the focus does it
	nth  func(n int)             // in place of do: for the n-th of keys
	span bool                    // keys lie side by side: the first and the last are shown
}

// acts reports whether the window does it.
func (b binding) acts() bool { return b.do != nil || b.nth != nil }

// press does it, at the i-th of keys and also.
func (b binding) press(i int) {
	if b.nth != nil {
		b.nth(i)
	} else {
		b.do()
	}
}

// shown are the keys that the page of shortcuts shows.
func (b binding) shown() []fyne.KeyboardShortcut {
	if b.span {
		return []fyne.KeyboardShortcut{b.keys[0], b.keys[len(b.keys)-1]}
	}
	return b.keys
}

// keyGroup is what belongs together on the page of shortcuts.
type keyGroup struct {
	title string
	keys  []binding
}

// keyTable is every key that Earshot has a use for.
func (w *Window) keyTable() []keyGroup {
	return []keyGroup{
		{lang.L("Recordings"), []binding{
			{name: "record", what: lang.L("Record, stop"), keys: ctrl(fyne.KeyR), do: w.record},
			{name: "continue", what: lang.L("Dictate into the open transcript, stop"), keys: ctrlShift(fyne.KeyR), do: w.continueHere},
			{name: "open", what: lang.L("Open a file"), keys: ctrl(fyne.KeyO), do: w.openMedia},
			{name: "rename", what: lang.L("Rename the open transcript"), keys: bare(fyne.KeyF2), do: func() { w.transcript.rename() }},
			{name: "favourite", what: lang.L("Make it a favourite, or no longer"), keys: ctrl(fyne.KeyB), do: func() { w.favour(w.meant()) }},
			{name: "tags", what: lang.L("Tags"), keys: ctrl(fyne.KeyT), do: func() { w.editTags(w.meant(), w.place()) }},
			{name: "delete", what: lang.L("Delete what is selected: transcripts, or lines of the open one"), keys: bare(fyne.KeyDelete), do: w.remove},
		}},
		{lang.L("Listening"), []binding{
			{name: "play", what: lang.L("Play and pause, also while you type"), keys: keys(fyne.KeyModifierControl, fyne.KeySpace), do: w.player.toggle},
			{what: lang.L("Play and pause"), keys: bare(fyne.KeySpace), do: w.player.toggle},
			{name: "back", what: lang.L("Three seconds back"), keys: alt(fyne.KeyLeft), do: func() { w.player.skip(-skipSeconds) }},
			{name: "forward", what: lang.L("Three seconds forward"), keys: alt(fyne.KeyRight), do: func() { w.player.skip(skipSeconds) }},
			{name: "follow", what: lang.L("Follow what is said again"), keys: slices.Concat(bare(fyne.KeyF6), ctrl(fyne.KeyG)), do: w.player.follow},
			{name: "replay", what: lang.L("Play the line once"), keys: ctrlShift(fyne.KeyP), do: w.player.replay},
			{name: "around", what: lang.L("Play from just before the cursor, also while you type"), keys: keys(fyne.KeyModifierControl|fyne.KeyModifierShift, fyne.KeySpace), do: w.player.around},
			{name: "slower", what: lang.L("Slower"), keys: alt(fyne.KeyDown), do: w.player.player.Slower},
			{name: "faster", what: lang.L("Faster"), keys: alt(fyne.KeyUp), do: w.player.player.Faster},
		}},
		{lang.L("Text"), []binding{
			{name: "edit", what: lang.L("Correct the selected line; end that"), keys: bare(fyne.KeyReturn), also: bare(fyne.KeyEnter)},
			{what: lang.L("Correct the next line, the one before"), keys: slices.Concat(bare(fyne.KeyTab), keys(fyne.KeyModifierShift, fyne.KeyTab))},
			{name: "undo", what: lang.L("Undo, also deleting in the library"), keys: ctrl(fyne.KeyZ), do: w.undo},
			{name: "redo", what: lang.L("Redo"), keys: ctrlShift(fyne.KeyZ), also: ctrl(fyne.KeyY), do: w.redo},
			{name: "split", what: lang.L("Divide the line at the cursor"), keys: ctrl(fyne.KeyReturn), do: func() { w.transcript.split() }},
			{name: "merge", what: lang.L("Put the line and the next one together"), keys: ctrlShift(fyne.KeyM), do: func() { w.transcript.merge() }},
			{what: lang.L("The same at the start of a line with the one before"), keys: bare(fyne.KeyBackspace)},
			{name: "insert", what: lang.L("Add a line below"), keys: ctrlShift(fyne.KeyReturn), do: func() { w.transcript.insertRow() }},
			{what: lang.L("Who speaks in the selected lines, by number; 0 is nobody"), keys: bare(digits...), span: true},
			{what: lang.L("The same while you type"), keys: ctrl(digits[1:]...), span: true, nth: func(n int) { w.transcript.assignNumber(n + 1) }},
			{name: "start-earlier", what: lang.L("Start the line 0.1 s earlier; while you type"), keys: nudges(ctrl(fyne.KeyLeft), fyne.KeyLeft), do: func() { w.transcript.nudgeStart(-nudgeSeconds) }},
			{name: "start-later", what: lang.L("Start the line 0.1 s later; while you type"), keys: nudges(ctrl(fyne.KeyRight), fyne.KeyRight), do: func() { w.transcript.nudgeStart(nudgeSeconds) }},
			{name: "end-earlier", what: lang.L("End the line 0.1 s earlier; while you type"), keys: nudges(ctrlShift(fyne.KeyLeft), fyne.KeyDown), do: func() { w.transcript.nudgeEnd(-nudgeSeconds) }},
			{name: "end-later", what: lang.L("End the line 0.1 s later; while you type"), keys: nudges(ctrlShift(fyne.KeyRight), fyne.KeyUp), do: func() { w.transcript.nudgeEnd(nudgeSeconds) }},
			{name: "doubt", what: lang.L("Next doubtful word"), keys: bare(fyne.KeyF8), do: func() { w.transcript.doubts.forward() }},
			{name: "doubt-before", what: lang.L("Doubtful word before"), keys: keys(fyne.KeyModifierShift, fyne.KeyF8), do: func() { w.transcript.doubts.back() }},
			{name: "accept", what: lang.L("Accept the doubtful word, go to the next"), keys: bare(fyne.KeyF9), do: func() { w.transcript.doubts.accept() }},
			{name: "compare", what: lang.L("Compare with the machine's text"), keys: ctrlShift(fyne.KeyD), do: w.compareMachine},
			{what: lang.L("Take the other text of the line, while comparing"), keys: bare(fyne.KeyReturn)},
			{what: lang.L("Play the line, while comparing"), keys: bare(fyne.KeySpace)},
			{what: lang.L("Give up; back to the transcript"), keys: bare(fyne.KeyEscape), do: w.leave},
			{name: "copy", what: lang.L("Copy the transcript, or what is selected"), keys: ctrl(fyne.KeyC), do: w.copy},
		}},
		{lang.L("Search"), []binding{
			{name: "find", what: lang.L("Find in the open transcript; without one, everywhere"), keys: ctrl(fyne.KeyF), do: w.findHere},
			{name: "replace", what: lang.L("Find and replace in the open transcript"), keys: ctrl(fyne.KeyH), do: w.replaceHere},
			{name: "next-match", what: lang.L("Next place"), keys: bare(fyne.KeyF3), do: func() { w.transcript.find.next() }},
			{name: "previous-match", what: lang.L("Previous place"), keys: keys(fyne.KeyModifierShift, fyne.KeyF3), do: func() { w.transcript.find.previous() }},
			{name: "search", what: lang.L("Search everything ever said"), keys: ctrlShift(fyne.KeyF), do: w.searchEverything},
			{what: lang.L("Go through what was found"), keys: bare(fyne.KeyUp, fyne.KeyDown)},
			{what: lang.L("Open what was found and play it"), keys: bare(fyne.KeyReturn)},
		}},
		{lang.L("Lists and buttons"), []binding{
			{what: lang.L("Line by line"), keys: bare(fyne.KeyUp, fyne.KeyDown)},
			{what: lang.L("Page by page"), keys: bare(fyne.KeyPageUp, fyne.KeyPageDown)},
			{what: lang.L("First and last"), keys: bare(fyne.KeyHome, fyne.KeyEnd)},
			{what: lang.L("All lines on the way too"), keys: keys(fyne.KeyModifierShift, fyne.KeyUp, fyne.KeyDown)},
			{what: lang.L("Line by line without selecting"), keys: ctrl(fyne.KeyUp, fyne.KeyDown)},
			{what: lang.L("Select the line too, or no longer"), keys: bare(fyne.KeySpace)},
			{what: lang.L("Select all"), keys: ctrl(fyne.KeyA)},
			{what: lang.L("Menu of the line"), keys: keys(fyne.KeyModifierShift, fyne.KeyF10), also: bare(desktop.KeyMenu)},
			{what: lang.L("From one field or button to the next"), keys: bare(fyne.KeyTab)},
			{what: lang.L("Press the button"), keys: bare(fyne.KeySpace, fyne.KeyReturn)},
		}},
		{lang.L("Window"), []binding{
			{name: "tab", what: lang.L("The next open transcript"), keys: keys(fyne.KeyModifierControl, fyne.KeyPageDown), also: keys(fyne.KeyModifierControl, fyne.KeyTab), do: func() { w.turn(1) }},
			{what: lang.L("The open transcript before"), keys: keys(fyne.KeyModifierControl, fyne.KeyPageUp), also: keys(fyne.KeyModifierControl|fyne.KeyModifierShift, fyne.KeyTab), do: func() { w.turn(-1) }},
			{name: "close", what: lang.L("Close the open transcript"), keys: ctrl(fyne.KeyW), do: func() { w.shut(w.transcript) }},
			{name: "larger", what: lang.L("Larger text"), keys: ctrl(fyne.KeyPlus), also: slices.Concat(ctrl(fyne.KeyEqual), ctrlShift(fyne.KeyEqual, fyne.KeyPlus)), do: func() { w.enlarge(1) }},
			{name: "smaller", what: lang.L("Smaller text"), keys: ctrl(fyne.KeyMinus), do: func() { w.enlarge(-1) }},
			{name: "normal", what: lang.L("Text of normal size"), keys: ctrl(fyne.Key0), do: func() { w.setReading("") }},
			{name: "settings", what: lang.L("Settings"), keys: ctrl(fyne.KeyComma), do: w.showSettings},
			{name: "shortcuts", what: lang.L("Keyboard shortcuts"), keys: ctrl(fyne.KeySlash), also: bare(fyne.KeyF1), do: w.showShortcuts},
			{name: "quit", what: lang.L("Quit"), keys: ctrl(fyne.KeyQ), do: w.quit},
		}},
	}
}

// digits are the keys of speakers.
var digits = []fyne.KeyName{
	fyne.Key0, fyne.Key1, fyne.Key2, fyne.Key3, fyne.Key4, fyne.Key5, fyne.Key6, fyne.Key7, fyne.Key8, fyne.Key9,
}

// keys are keys pressed together with a modifier, 0 for none. What Fyne has a
// name of its own for is given that.
func keys(modifier fyne.KeyModifier, names ...fyne.KeyName) []fyne.KeyboardShortcut {
	all := make([]fyne.KeyboardShortcut, len(names))
	for i, name := range names {
		all[i] = &desktop.CustomShortcut{KeyName: name, Modifier: modifier}
		if s := standard[name]; s != nil && modifier == fyne.KeyModifierShortcutDefault {
			all[i] = s
		}
	}
	return all
}

var standard = map[fyne.KeyName]fyne.KeyboardShortcut{
	fyne.KeyA: &fyne.ShortcutSelectAll{}, fyne.KeyC: &fyne.ShortcutCopy{}, fyne.KeyV: &fyne.ShortcutPaste{},
	fyne.KeyX: &fyne.ShortcutCut{}, fyne.KeyY: &fyne.ShortcutRedo{}, fyne.KeyZ: &fyne.ShortcutUndo{},
}

func bare(names ...fyne.KeyName) []fyne.KeyboardShortcut { return keys(0, names...) }

func alt(names ...fyne.KeyName) []fyne.KeyboardShortcut { return keys(fyne.KeyModifierAlt, names...) }

// ctrl is Command on a Mac.
func ctrl(names ...fyne.KeyName) []fyne.KeyboardShortcut {
	return keys(fyne.KeyModifierShortcutDefault, names...)
}

func ctrlShift(names ...fyne.KeyName) []fyne.KeyboardShortcut {
	return keys(fyne.KeyModifierShortcutDefault|fyne.KeyModifierShift, names...)
}

// nudges are the keys that move an edge: with the focus in the rows, and while
// somebody types, where those move the cursor by words.
func nudges(rows []fyne.KeyboardShortcut, typing fyne.KeyName) []fyne.KeyboardShortcut {
	return append(rows, keys(fyne.KeyModifierAlt|fyne.KeyModifierShift, typing)...)
}

// bindings are those of the table that a condition holds for.
func (w *Window) bindings(holds func(binding) bool) []binding {
	var all []binding
	for _, g := range w.keys {
		for _, b := range g.keys {
			if holds(b) {
				all = append(all, b)
			}
		}
	}
	return all
}

// key is the first key of a binding, by its name.
func (w *Window) key(name string) fyne.KeyboardShortcut {
	return w.bindings(func(b binding) bool { return b.name == name })[0].keys[0]
}

// pressed does what the window does at a key, and reports whether it does
// something.
func (w *Window) pressed(typed fyne.KeyboardShortcut) bool {
	for _, b := range w.bindings(binding.acts) {
		i := slices.IndexFunc(slices.Concat(b.keys, b.also), func(k fyne.KeyboardShortcut) bool {
			return k.Key() == typed.Key() && k.Mod() == typed.Mod()
		})
		if i >= 0 {
			b.press(i)
			return true
		}
	}
	return false
}

func (w *Window) bindKeys() {
	w.keys = w.keyTable()
	c := w.win.Canvas()
	for _, b := range w.bindings(binding.acts) {
		for i, k := range slices.Concat(b.keys, b.also) {
			// Fyne makes shortcuts only of keys with one of these.
			if k.Mod()&^fyne.KeyModifierShift != 0 {
				c.AddShortcut(k, func(fyne.Shortcut) { b.press(i) })
			}
		}
	}
	c.SetOnTypedKey(func(e *fyne.KeyEvent) { w.typedKey(e) })
}

// shortcut does what one of the window's own shortcuts stands for: fields get
// them all while they have the focus. Copy and undo are the field's then, and so
// is going from word to word.
func (w *Window) shortcut(typed fyne.Shortcut) bool {
	s, own := typed.(*desktop.CustomShortcut)
	return own && !byWord(s) && w.pressed(s)
}

// byWord reports whether a key moves the cursor of a field by words, or selects
// them.
func byWord(s *desktop.CustomShortcut) bool {
	return s.Modifier&^fyne.KeyModifierShift == fyne.KeyModifierShortcutDefault &&
		(s.KeyName == fyne.KeyLeft || s.KeyName == fyne.KeyRight)
}

// typedKey serves keys that no widget has taken.
func (w *Window) typedKey(e *fyne.KeyEvent) { w.pressed(w.typed(e)) }

// fieldKey serves function keys while a field has the focus, which has no use
// for them, and reports whether the window has one.
func (w *Window) fieldKey(e *fyne.KeyEvent) bool {
	return len(e.Name) > 1 && e.Name[0] == 'F' && w.pressed(w.typed(e))
}

// typed is a key together with Shift, if that is held: Fyne makes no shortcut of
// the two.
func (w *Window) typed(e *fyne.KeyEvent) fyne.KeyboardShortcut {
	s := &desktop.CustomShortcut{KeyName: e.Name}
	if d, ok := w.fyne.Driver().(desktop.Driver); ok {
		s.Modifier = d.CurrentKeyModifiers() & fyne.KeyModifierShift
	}
	return s
}

// leave closes the find bar or ends the walk through doubtful words; where there
// is neither, it gives up what is selected and goes back to the transcript.
func (w *Window) leave() {
	t := w.transcript
	switch home := w.shows(t.content); {
	case home && t.find.isOpen():
		t.find.close()
		return
	case home && t.doubts.leave():
		return
	}
	w.transcript.rows.SetSelected(-1)
	w.showHome()
}
