package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"earshot/ui/widget"
)

// aside puts buttons to the right of a text, or below it where the two have no
// room beside each other. Its objects are what holds the text, and the buttons.
type aside struct {
	text  *widget.Text
	width float32 // that there is; 0 while that is not known
}

// beside reports whether the text is whole beside buttons of a width.
func (a *aside) beside(buttons float32) bool {
	return a.width == 0 || a.text.Width()+theme.Padding()+buttons <= a.width
}

// MinSize implements fyne.Layout.
func (a *aside) MinSize(o []fyne.CanvasObject) fyne.Size {
	text, buttons := o[0].MinSize(), o[1].MinSize()
	height := max(text.Height, buttons.Height)
	if !a.beside(buttons.Width) {
		height = text.Height + theme.Padding() + buttons.Height
	}
	return fyne.NewSize(buttons.Width, height)
}

// Layout implements fyne.Layout.
func (a *aside) Layout(o []fyne.CanvasObject, size fyne.Size) {
	buttons := o[1].MinSize()
	text := fyne.NewSize(max(0, size.Width-buttons.Width-theme.Padding()), size.Height)
	top := float32(0)
	if !a.beside(buttons.Width) {
		text = fyne.NewSize(size.Width, o[0].MinSize().Height)
		top = text.Height + theme.Padding()
	}
	o[0].Move(fyne.NewPos(0, 0))
	o[0].Resize(text)
	o[1].Move(fyne.NewPos(size.Width-buttons.Width, top))
	o[1].Resize(fyne.NewSize(buttons.Width, size.Height-top))
}
