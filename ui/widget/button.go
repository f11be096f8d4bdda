package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Style is how much a button asks for attention.
type Style int

// The styles of a button. A screen has at most one Primary.
const (
	Plain Style = iota
	Primary
	Ghost // no border: an action that is there if it is wanted
	Red   // ends a recording
	Round // the main action of a bar: a disc with an icon
)

// Button is a word that can be tapped, or an icon.
type Button struct {
	widget.DisableableWidget
	Text  string
	Style Style
	// Icon is shown in place of the text, Tip when the pointer rests on the
	// button: an icon needs one.
	Icon fyne.Resource
	Tip  string
	// On says that what the button switches is switched on.
	On bool
	// OnTapped is called when the button is tapped, or on Enter or Space.
	OnTapped func()

	hovered, focused bool
	tip              tip
}

var (
	_ fyne.Widget       = (*Button)(nil)
	_ fyne.Tappable     = (*Button)(nil)
	_ fyne.Focusable    = (*Button)(nil)
	_ fyne.Disableable  = (*Button)(nil)
	_ desktop.Hoverable = (*Button)(nil)
)

const (
	buttonHeight  = 32
	buttonPadding = 12
	discSize      = 36
	iconSize      = 18
)

// NewButton returns a button.
func NewButton(text string, style Style, tapped func()) *Button {
	b := &Button{Text: text, Style: style, OnTapped: tapped}
	b.ExtendBaseWidget(b)
	return b
}

// NewIconButton returns a button with an icon and words that say what it does.
func NewIconButton(icon fyne.Resource, says string, style Style, tapped func()) *Button {
	b := &Button{Icon: icon, Tip: says, Style: style, OnTapped: tapped}
	b.ExtendBaseWidget(b)
	return b
}

// SetIcon changes the icon and the words that say what it does.
func (b *Button) SetIcon(icon fyne.Resource, says string) {
	if b.Icon != icon || b.Tip != says {
		b.Icon, b.Tip = icon, says
		b.Refresh()
	}
}

// SetOn shows whether what the button switches is switched on.
func (b *Button) SetOn(on bool) {
	if b.On != on {
		b.On = on
		b.Refresh()
	}
}

// SetText changes the word on the button.
func (b *Button) SetText(text string) {
	if b.Text != text {
		b.Text = text
		b.Refresh()
	}
}

// SetStyle changes how much the button asks for attention.
func (b *Button) SetStyle(s Style) {
	if b.Style != s {
		b.Style = s
		b.Refresh()
	}
}

// SetEnabled enables or disables the button.
func (b *Button) SetEnabled(on bool) {
	switch {
	case on && b.Disabled():
		b.Enable()
	case !on && !b.Disabled():
		b.Disable()
	}
}

// Tapped implements fyne.Tappable.
func (b *Button) Tapped(*fyne.PointEvent) {
	b.tip.hide()
	if !b.Disabled() && b.OnTapped != nil {
		b.OnTapped()
	}
}

// MouseIn implements desktop.Hoverable.
func (b *Button) MouseIn(*desktop.MouseEvent) {
	b.hovered = true
	b.Refresh()
	b.tip.wait(b, b.Tip)
}

// MouseMoved implements desktop.Hoverable.
func (b *Button) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (b *Button) MouseOut() {
	b.hovered = false
	b.Refresh()
	b.tip.hide()
}

// FocusGained implements fyne.Focusable.
func (b *Button) FocusGained() { b.focused = true; b.Refresh() }

// FocusLost implements fyne.Focusable.
func (b *Button) FocusLost() { b.focused = false; b.Refresh() }

// TypedRune implements fyne.Focusable.
func (b *Button) TypedRune(rune) {}

// TypedKey implements fyne.Focusable: what the button has no use for is the
// window's.
func (b *Button) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		b.Tapped(nil)
	default:
		passOn(b, e)
	}
}

// passOn gives a key that a widget has no use for to its window.
func passOn(o fyne.CanvasObject, e *fyne.KeyEvent) {
	c := fyne.CurrentApp().Driver().CanvasForObject(o)
	if c != nil && c.OnTypedKey() != nil {
		c.OnTypedKey()(e)
	}
}
