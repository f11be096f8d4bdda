package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"earshot/ui/look"
)

// Search is what is looked for in a text.
type Search struct {
	Text   string
	Case   bool // capitals matter
	Word   bool // whole words only
	Regexp bool // Text is a regular expression
}

// FindBar looks for words and, on a line of its own, replaces them. In it Enter
// goes to the next place, Shift+Enter to the one before, Escape closes, and
// Enter among the replacement replaces.
type FindBar struct {
	widget.BaseWidget
	// OnSearch is called when what is looked for has changed.
	OnSearch func(Search)
	// OnNext and OnPrevious go from place to place.
	OnNext, OnPrevious func()
	// OnReplace replaces the place that is shown, OnReplaceAll all.
	OnReplace, OnReplaceAll func(with string)
	// OnUndo and OnRedo are called when these keys are pressed after something
	// was replaced. Once something has been typed in the bar they are about that.
	OnUndo, OnRedo func()
	OnClose        func()
	// OnShortcut and OnKey are asked first for shortcuts and keys that are typed
	// in the bar; nil leaves them all to the text.
	OnShortcut func(fyne.Shortcut) bool
	OnKey      func(*fyne.KeyEvent) bool
	// OnHeight is called when the bar has become higher or lower.
	OnHeight func()

	find, with             *keyEntry
	matchCase, word, regex *Button
	count                  *Text
	previous, next         *Button
	more                   *Button // shows the line with the replacement
	replace, replaceAll    *Button
	second                 *fyne.Container // its buttons
	wrong                  *widget.Label
	replaced               bool // something, since anything was typed
	content                *fyne.Container
}

var _ fyne.Widget = (*FindBar)(nil)

const (
	findGap   = 6
	findCount = 86 // width of what is counted
)

// NewFindBar returns an empty bar.
func NewFindBar() *FindBar {
	b := &FindBar{count: NewText("", look.SmallSize, look.Dim, fyne.TextStyle{}).Giving(), wrong: widget.NewLabel("")}
	b.find = newKeyEntry(b, lang.L("Find in this transcript"))
	b.with = newKeyEntry(b, lang.L("Replace with"))
	b.find.OnChanged = func(string) { b.changed() }
	b.with.OnChanged = func(string) { b.replaced = false }
	b.find.enter = func() { call(b.OnNext) }
	b.with.enter = func() { b.replacing(b.OnReplace) }
	b.matchCase = b.toggle("Aa", lang.L("Match case"))
	b.word = b.toggle("W", lang.L("Whole words"))
	b.regex = b.toggle(".*", lang.L("Regular expression"))
	b.previous = NewIconButton(theme.MoveUpIcon(), lang.L("Previous")+"  Shift+F3", Ghost, func() { call(b.OnPrevious) })
	b.next = NewIconButton(theme.MoveDownIcon(), lang.L("Next")+"  F3", Ghost, func() { call(b.OnNext) })
	b.more = NewIconButton(theme.MenuExpandIcon(), lang.L("Replace"), Ghost, func() { b.SetReplacing(!b.second.Visible()) })
	b.replace = NewButton(lang.L("Replace"), Plain, func() { b.replacing(b.OnReplace) })
	b.replaceAll = NewButton(lang.L("Replace all"), Plain, func() { b.replacing(b.OnReplaceAll) })
	b.wrong.Wrapping, b.wrong.Importance, b.wrong.SizeName = fyne.TextWrapWord, widget.WarningImportance, theme.SizeNameCaptionText
	b.wrong.Hide()
	b.content = b.lines()
	b.SetCount(0, 0)
	b.ExtendBaseWidget(b)
	return b
}

// lines are what is looked for, what takes its place, and what is wrong with it.
// The two fields come one after the other, for Tab.
func (b *FindBar) lines() *fyne.Container {
	shut := NewIconButton(theme.CancelIcon(), lang.L("Close")+"  Esc", Ghost, func() { call(b.OnClose) })
	height := max(b.find.MinSize().Height, shut.MinSize().Height)
	line := func(o ...fyne.CanvasObject) *fyne.Container {
		return container.NewStack(NewSpace(0, height), container.New(layout.NewCustomPaddedHBoxLayout(findGap), o...))
	}
	column := func(o ...fyne.CanvasObject) *fyne.Container {
		return container.New(layout.NewCustomPaddedVBoxLayout(findGap), o...)
	}
	b.second = line(b.replace, b.replaceAll)
	left, right := column(line(b.more)), column(
		line(b.matchCase, b.word, b.regex, container.New(&fixed{findCount}, b.count), b.previous, b.next, shut), b.second)
	b.with.Hide()
	b.second.Hide()
	fields := container.New(layout.NewCustomPaddedLayout(0, 0, findGap, findGap), column(b.find, b.with))
	inset := 2*findGap + left.MinSize().Width
	return container.New(layout.NewCustomPaddedVBoxLayout(0),
		container.New(layout.NewCustomPaddedLayout(findGap, findGap, findGap, 0),
			container.New(layout.NewBorderLayout(nil, nil, left, right), left, fields, right)),
		container.New(layout.NewCustomPaddedLayout(0, 0, inset, 0), b.wrong))
}

// toggle is a button that switches a part of the search.
func (b *FindBar) toggle(text, says string) *Button {
	t := NewButton(text, Ghost, nil)
	t.Tip = says
	t.OnTapped = func() {
		t.SetOn(!t.On)
		b.changed()
	}
	return t
}

// Search is what is looked for now.
func (b *FindBar) Search() Search {
	return Search{Text: b.find.Text, Case: b.matchCase.On, Word: b.word.On, Regexp: b.regex.On}
}

// Replacement is what takes its place.
func (b *FindBar) Replacement() string { return b.with.Text }

// Open begins to look for a text, in the canvas that the bar is in; if it is
// empty, for the one before.
func (b *FindBar) Open(c fyne.Canvas, text string) {
	b.replaced = false
	if text != "" {
		b.find.SetText(text)
	}
	c.Focus(b.find)
	b.find.TypedShortcut(&fyne.ShortcutSelectAll{})
}

// SetReplacing shows the line with the replacement, or takes it away.
func (b *FindBar) SetReplacing(on bool) {
	if on == b.second.Visible() {
		return
	}
	icon := theme.MenuExpandIcon()
	if on {
		icon = theme.MenuDropDownIcon()
	}
	b.with.Hidden, b.second.Hidden = !on, !on
	b.more.SetIcon(icon, b.more.Tip)
	b.resized()
}

// SetCount says which of how many places is shown; which is 0 for none.
func (b *FindBar) SetCount(which, of int) {
	text := ""
	switch {
	case b.find.Text == "":
	case of == 0:
		text = lang.L("not found")
	case which == 0:
		text = lang.N("{{.N}} places", of, map[string]any{"N": of})
	default:
		text = lang.L("{{.I}} of {{.N}}", map[string]any{"I": which, "N": of})
	}
	b.count.SetText(text)
	for _, button := range []*Button{b.previous, b.next, b.replace, b.replaceAll} {
		button.SetEnabled(of > 0)
	}
	b.complain("")
}

// SetError says in a sentence why nothing can be looked for.
func (b *FindBar) SetError(text string) {
	b.SetCount(0, 0)
	b.count.SetText("")
	b.complain(text)
}

// complain shows a sentence below; none takes it away.
func (b *FindBar) complain(text string) {
	if b.wrong.Text == text {
		return
	}
	b.wrong.SetText(text)
	b.wrong.Hidden = text == ""
	b.resized()
}

// resized lays the bar out for the lines that are shown.
func (b *FindBar) resized() {
	b.content.Refresh()
	call(b.OnHeight)
}

func (b *FindBar) changed() {
	b.replaced = false
	if b.OnSearch != nil {
		b.OnSearch(b.Search())
	}
}

func (b *FindBar) replacing(f func(string)) {
	if f != nil && !b.replace.Disabled() {
		b.replaced = true
		f(b.with.Text)
	}
}

// CreateRenderer implements fyne.Widget.
func (b *FindBar) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(b.content) }

// fixed gives its object a width, and its height, in the middle.
type fixed struct{ width float32 }

func (f *fixed) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(f.width, o[0].MinSize().Height)
}

func (f *fixed) Layout(o []fyne.CanvasObject, size fyne.Size) { o[0].Resize(size) }

// keyEntry is a line to write in, of a bar that has uses for some keys.
type keyEntry struct {
	widget.Entry
	bar   *FindBar
	enter func()
	shift bool
}

var _ desktop.Keyable = (*keyEntry)(nil)

func newKeyEntry(b *FindBar, placeHolder string) *keyEntry {
	e := &keyEntry{bar: b}
	e.PlaceHolder = placeHolder
	e.ExtendBaseWidget(e)
	return e
}

// KeyDown implements desktop.Keyable.
func (e *keyEntry) KeyDown(k *fyne.KeyEvent) {
	e.shift = e.shift || IsShift(k)
	e.Entry.KeyDown(k)
}

// KeyUp implements desktop.Keyable.
func (e *keyEntry) KeyUp(k *fyne.KeyEvent) {
	e.shift = e.shift && !IsShift(k)
	e.Entry.KeyUp(k)
}

// FocusLost implements fyne.Focusable.
func (e *keyEntry) FocusLost() {
	e.shift = false
	e.Entry.FocusLost()
}

// TypedKey implements fyne.Focusable.
func (e *keyEntry) TypedKey(k *fyne.KeyEvent) {
	switch enter := k.Name == fyne.KeyReturn || k.Name == fyne.KeyEnter; {
	case enter && e.shift:
		call(e.bar.OnPrevious)
	case enter:
		e.enter()
	case k.Name == fyne.KeyEscape:
		call(e.bar.OnClose)
	case e.bar.OnKey != nil && e.bar.OnKey(k):
	default:
		e.Entry.TypedKey(k)
	}
}

// TypedShortcut implements fyne.Shortcutable.
func (e *keyEntry) TypedShortcut(s fyne.Shortcut) {
	_, undo := s.(*fyne.ShortcutUndo)
	_, redo := s.(*fyne.ShortcutRedo)
	switch {
	case undo && e.bar.replaced:
		call(e.bar.OnUndo)
	case redo && e.bar.replaced:
		call(e.bar.OnRedo)
	case e.bar.OnShortcut != nil && e.bar.OnShortcut(s):
	default:
		e.Entry.TypedShortcut(s)
	}
}
