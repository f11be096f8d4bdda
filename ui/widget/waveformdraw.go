package widget

import (
	"image"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"earshot/ui/look"
)

// CreateRenderer implements fyne.Widget.
func (w *Waveform) CreateRenderer() fyne.WidgetRenderer {
	rect := func() *canvas.Rectangle { return canvas.NewRectangle(nil) }
	r := &waveformRenderer{w: w, within: rect(), head: rect(), hover: rect(), plate: rect()}
	r.left, r.right = edge{rect(), rect()}, edge{rect(), rect()}
	r.sound = canvas.NewRaster(func(width, height int) image.Image { return w.draw(width, height, false) })
	r.played = newClip(canvas.NewRaster(func(width, height int) image.Image { return w.draw(width, height, true) }))
	r.text = canvas.NewText("", nil)
	r.text.TextSize = look.SmallSize
	r.within.CornerRadius, r.plate.CornerRadius = 3, 4
	r.head.CornerRadius = edgeWidth / 2.0
	r.plate.StrokeWidth = 1
	w.drawn = r
	r.Refresh()
	return r
}

// waveformRenderer draws the sound twice, once as it is ahead and once as it is
// played, each as one picture: how much of the second is seen says how far the
// playing is, so that no picture is made anew while it goes on.
type waveformRenderer struct {
	w           *Waveform
	sound       *canvas.Raster
	played      *clip
	within      *canvas.Rectangle // between the edges
	left, right edge
	head        *canvas.Rectangle // where the playing is
	hover       *canvas.Rectangle // where the pointer is
	plate       *canvas.Rectangle
	text        *canvas.Text
}

func (r *waveformRenderer) MinSize() fyne.Size {
	return fyne.NewSize(120, waveHeight+speakerGap+speakerBar)
}

func (r *waveformRenderer) Destroy() { r.w.drawn = nil }

func (r *waveformRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.within, r.sound, r.played, r.left.line, r.left.knob, r.right.line, r.right.knob, r.hover, r.head, r.plate, r.text}
}

func (r *waveformRenderer) Layout(size fyne.Size) {
	if r.sound.Size() != size {
		r.sound.Resize(size)
		r.played.content.Resize(size)
		r.w.viewed()
	}
	r.arrange()
}

func (r *waveformRenderer) Refresh() {
	paint(r.within, colour(look.AccentSoft), nil)
	for _, e := range []edge{r.left, r.right} {
		paint(e.line, colour(look.Accent), nil)
		paint(e.knob, colour(look.Accent), nil)
		e.knob.CornerRadius = knobWidth / 2.0
	}
	paint(r.head, colour(look.Recording), nil)
	paint(r.hover, colour(look.Faint), nil)
	paint(r.plate, colour(themeBackground), colour(look.Line))
	r.text.Color = colour(look.Ink)
	r.text.Refresh()
	r.sound.Refresh()
	r.played.content.Refresh()
	r.arrange()
}

// arrange puts everything but the pictures into its place.
func (r *waveformRenderer) arrange() {
	w, size := r.w, r.w.Size()
	height := size.Height - speakerGap - speakerBar
	head := min(max(w.x(w.position), 0), size.Width)
	r.played.Resize(fyne.NewSize(head, size.Height))
	put(r.head, w.x(w.position), size, edgeWidth, w.duration > 0)
	some := w.edges.To > 0
	left, right := w.x(w.edges.From), w.x(w.edges.To)
	r.left.put(left, size, some)
	r.right.put(right, size, some)
	left, right = min(max(left, 0), size.Width), min(max(right, 0), size.Width)
	r.within.Move(fyne.NewPos(left, 0))
	r.within.Resize(fyne.NewSize(right-left, height))
	show(r.within, some && right > left)
	r.point(size)
}

// point says what time it is where the pointer is.
func (r *waveformRenderer) point(size fyne.Size) {
	x := r.w.pointerX
	there := x >= 0 && r.w.duration > 0
	put(r.hover, x, size, 1, there)
	show(r.plate, there)
	show(r.text, there)
	if !there {
		return
	}
	if text := r.w.label(r.w.at(x)); r.text.Text != text {
		r.text.Text = text
		r.text.Refresh()
	}
	text := r.text.MinSize()
	left := x + 8
	if left+text.Width+12 > size.Width {
		left = max(0, x-8-text.Width-12)
	}
	r.plate.Move(fyne.NewPos(left, 2))
	r.plate.Resize(fyne.NewSize(text.Width+12, text.Height+4))
	r.text.Move(fyne.NewPos(left+6, 4))
	r.text.Resize(text)
}

// edge is where a stretch begins or ends, with a knob to take it by.
type edge struct{ line, knob *canvas.Rectangle }

func (e edge) put(x float32, size fyne.Size, visible bool) {
	put(e.line, x, size, edgeWidth, visible)
	put(e.knob, x, size, knobWidth, visible)
	height := e.line.Size().Height
	e.knob.Move(e.knob.Position().AddXY(0, height/3))
	e.knob.Resize(fyne.NewSize(knobWidth, height/3))
}

// put places an upright line whose middle is at x, if that can be seen.
func put(o *canvas.Rectangle, x float32, size fyne.Size, width float32, visible bool) {
	show(o, visible && x >= 0 && x <= size.Width)
	o.Move(fyne.NewPos(min(max(0, x-width/2), size.Width-width), 0))
	o.Resize(fyne.NewSize(width, size.Height-speakerGap-speakerBar))
}

// show shows or hides something.
func show(o fyne.CanvasObject, on bool) {
	switch {
	case on && !o.Visible():
		o.Show()
	case !on && o.Visible():
		o.Hide()
	}
}

// arrange moves what lies over the pictures.
func (w *Waveform) arrange() {
	if w.drawn != nil {
		w.drawn.arrange()
	}
}

// redraw makes the pictures anew.
func (w *Waveform) redraw() {
	if w.drawn != nil {
		w.drawn.sound.Refresh()
		w.drawn.played.content.Refresh()
		w.drawn.arrange()
	}
}

// draw paints what is in view into so many pixels: all of it, or only the
// sound as it is played.
func (w *Waveform) draw(width, height int, played bool) image.Image {
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	size := w.Size()
	if size.Width <= 0 || w.to <= w.from {
		return img
	}
	scale := float32(width) / size.Width
	tall := height - int((speakerGap+speakerBar)*scale)
	if played {
		w.drawSound(img, tall, scale, nrgba(look.Wave))
		return img
	}
	for _, r := range w.regions {
		left, right := int(w.x(r.From)*scale), int(w.x(r.To)*scale)
		tinted(img, left, right, tall, nrgba(r.colour()))
		if !r.Plain {
			hatched(img, left, right, tall, max(1, int(scale)), nrgba(r.colour()))
		}
	}
	w.drawSound(img, tall, scale, nrgba(look.Ahead))
	for _, s := range w.speakers {
		left, right := int(w.x(s.From)*scale), int(w.x(s.To)*scale)
		fill(img, left, max(left+1, right-int(2*scale)), height-int(speakerBar*scale), height, nrgba(s.colour()))
	}
	return img
}

// drawSound paints a stroke for the loudest of every few pixels. Strokes stand
// at fixed times, so that they do not change when the view moves.
func (w *Waveform) drawSound(img *image.NRGBA, tall int, scale float32, ink color.NRGBA) {
	step := (w.to - w.from) / float64(w.Size().Width) * strokeStep
	for n := int(w.from / step); ; n++ {
		at := float64(n) * step
		left := int(w.x(at) * scale)
		if left >= img.Rect.Max.X || at >= w.duration {
			return
		}
		half := max(float32(tall)/2*w.level(at, at+step), scale*0.75)
		stroke(img, left, max(1, int((strokeWide-0.5)*scale)), float32(tall)/2, half, ink)
	}
}

// stroke paints an upright stroke with rounded ends.
func stroke(img *image.NRGBA, left, width int, middle, half float32, ink color.NRGBA) {
	top, bottom := int(middle-half+0.5), max(int(middle+half+0.5), int(middle-half+0.5)+1)
	fill(img, left, left+width, top, bottom, ink)
	if width < 3 || bottom-top < width {
		return
	}
	soft := ink
	soft.A /= 3
	for _, y := range []int{top, bottom - 1} {
		fill(img, left, left+1, y, y+1, soft)
		fill(img, left+width-1, left+width, y, y+1, soft)
	}
}

// fill paints a rectangle, as much of it as there is.
func fill(img *image.NRGBA, left, right, top, bottom int, ink color.NRGBA) {
	r := image.Rect(left, top, right, bottom).Intersect(img.Rect)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		row := img.Pix[img.PixOffset(r.Min.X, y):]
		for x := range r.Dx() {
			row[4*x], row[4*x+1], row[4*x+2], row[4*x+3] = ink.R, ink.G, ink.B, ink.A
		}
	}
}

// tinted paints a ground that the sound is seen on.
func tinted(img *image.NRGBA, left, right, tall int, ink color.NRGBA) {
	ink.A = 0x1C
	fill(img, left, right, 0, tall, ink)
}

// hatched paints slanting lines.
func hatched(img *image.NRGBA, left, right, tall, thick int, ink color.NRGBA) {
	ink.A = 0x90
	step := 7 * thick
	for y := range tall {
		for x := left - (left+y)%step; x < right; x += step {
			fill(img, max(x, left), min(x+thick, right), y, y+1, ink)
		}
	}
}

func nrgba(name fyne.ThemeColorName) color.NRGBA {
	return color.NRGBAModel.Convert(colour(name)).(color.NRGBA)
}

// clip shows as much of its content as it is large, and does not resize it.
type clip struct {
	widget.BaseWidget
	content fyne.CanvasObject
}

func newClip(content fyne.CanvasObject) *clip {
	c := &clip{content: content}
	c.ExtendBaseWidget(c)
	return c
}

// CreateRenderer implements fyne.Widget.
func (c *clip) CreateRenderer() fyne.WidgetRenderer { return &clipRenderer{c} }

type clipRenderer struct{ c *clip }

func (r *clipRenderer) MinSize() fyne.Size           { return fyne.Size{} }
func (r *clipRenderer) Layout(fyne.Size)             {}
func (r *clipRenderer) Refresh()                     {}
func (r *clipRenderer) Destroy()                     {}
func (r *clipRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.c.content} }

// IsClip tells Fyne's painters to draw nothing outside.
func (r *clipRenderer) IsClip() {}
