package widget

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"earshot/ui/look"
)

// WithTips returns content over which words appear that say what a button
// does. It has to be the whole content of a window.
func WithTips(content fyne.CanvasObject) *fyne.Container {
	t := &tips{}
	t.ExtendBaseWidget(t)
	return container.NewStack(content, t)
}

// tips is where words appear that say what something does. The pointer goes
// through it.
type tips struct {
	widget.BaseWidget
	text  string
	below fyne.CanvasObject // what the words are about
}

// tipsOf is where words about an object appear, nil if nowhere.
func tipsOf(o fyne.CanvasObject) *tips {
	c := fyne.CurrentApp().Driver().CanvasForObject(o)
	if c == nil {
		return nil
	}
	if content, ok := c.Content().(*fyne.Container); ok && len(content.Objects) > 0 {
		t, _ := content.Objects[len(content.Objects)-1].(*tips)
		return t
	}
	return nil
}

// tip is the words about one object. The zero value waits for nothing.
type tip struct {
	waiting *fyne.Animation
	shown   *tips
}

const tipDelay = 600 * time.Millisecond

// wait shows text near an object after a while, unless hide is called before.
// An animation is a clock that runs in Fyne's own goroutine.
func (t *tip) wait(o fyne.CanvasObject, text string) {
	t.hide()
	if text == "" || tipsOf(o) == nil {
		return
	}
	t.waiting = fyne.NewAnimation(tipDelay, func(done float32) {
		if done < 1 {
			return
		}
		if t.shown = tipsOf(o); t.shown != nil {
			t.shown.say(text, o)
		}
	})
	t.waiting.Start()
}

func (t *tip) hide() {
	if t.waiting != nil {
		t.waiting.Stop()
		t.waiting = nil
	}
	if t.shown != nil {
		t.shown.say("", nil)
		t.shown = nil
	}
}

func (t *tips) say(text string, below fyne.CanvasObject) {
	t.text, t.below = text, below
	t.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (t *tips) CreateRenderer() fyne.WidgetRenderer {
	r := &tipsRenderer{t: t, plate: canvas.NewRectangle(nil), text: canvas.NewText("", nil)}
	r.plate.CornerRadius = 6
	r.text.TextSize = look.SmallSize
	r.Refresh()
	return r
}

type tipsRenderer struct {
	t     *tips
	plate *canvas.Rectangle
	text  *canvas.Text
}

func (r *tipsRenderer) MinSize() fyne.Size           { return fyne.Size{} }
func (r *tipsRenderer) Destroy()                     {}
func (r *tipsRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.plate, r.text} }

func (r *tipsRenderer) Refresh() {
	paint(r.plate, colour(look.Ink), nil)
	write(r.text, r.t.text, colour(themeBackground))
	show(r.plate, r.t.text != "")
	show(r.text, r.t.text != "")
	r.Layout(r.t.Size())
	canvas.Refresh(r.t) // Fyne does not know yet where objects are that were hidden
}

// Layout puts the words above what they are about, or below where there is no
// room.
func (r *tipsRenderer) Layout(size fyne.Size) {
	if r.t.below == nil {
		return
	}
	driver := fyne.CurrentApp().Driver()
	pos := driver.AbsolutePositionForObject(r.t.below).Subtract(driver.AbsolutePositionForObject(r.t))
	about, text := r.t.below.Size(), r.text.MinSize()
	plate := fyne.NewSize(text.Width+16, text.Height+8)
	x := min(max(4, pos.X+(about.Width-plate.Width)/2), size.Width-plate.Width-4)
	y := pos.Y - plate.Height - 6
	if y < 4 {
		y = pos.Y + about.Height + 6
	}
	r.plate.Move(fyne.NewPos(x, y))
	r.plate.Resize(plate)
	r.text.Move(fyne.NewPos(x+8, y+4))
	r.text.Resize(text)
}
