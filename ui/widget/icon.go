package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Drawn here since not every font has them.
var (
	starFull = fyne.NewStaticResource("star-full.svg", []byte(
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path fill="#000" d="`+star+`"/></svg>`))
	starHollow = fyne.NewStaticResource("star-hollow.svg", []byte(
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path fill="#000" d="`+star+starInside+`"/></svg>`))
)

// The outline of a star with five points, and that of its hole, which runs the
// other way round.
const (
	star       = "M12 1.8 15.1 8.6 22.5 9.5 17 14.6 18.5 22 12 18.3 5.5 22 7 14.6 1.5 9.5 8.9 8.6Z"
	starInside = "M12 5.8 10.1 10.1 5.5 10.7 8.9 13.8 8 18.4 12 16.1 16 18.4 15.1 13.8 18.5 10.7 13.9 10.1Z"
)

// Icon is a picture in a colour of the theme.
type Icon struct {
	widget.BaseWidget
	picture fyne.Resource
	color   fyne.ThemeColorName
}

var _ fyne.Widget = (*Icon)(nil)

// NewIcon returns an icon.
func NewIcon(picture fyne.Resource, color fyne.ThemeColorName) *Icon {
	i := &Icon{picture: picture, color: color}
	i.ExtendBaseWidget(i)
	return i
}

// Set changes picture and colour.
func (i *Icon) Set(picture fyne.Resource, color fyne.ThemeColorName) {
	if i.picture != picture || i.color != color {
		i.picture, i.color = picture, color
		i.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (i *Icon) CreateRenderer() fyne.WidgetRenderer {
	image := canvas.NewImageFromResource(theme.NewColoredResource(i.picture, i.color))
	image.FillMode = canvas.ImageFillContain
	return &iconRenderer{i: i, image: image}
}

type iconRenderer struct {
	i     *Icon
	image *canvas.Image
}

func (r *iconRenderer) MinSize() fyne.Size           { return fyne.NewSquareSize(starSize) }
func (r *iconRenderer) Layout(size fyne.Size)        { r.image.Resize(size) }
func (r *iconRenderer) Destroy()                     {}
func (r *iconRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.image} }

func (r *iconRenderer) Refresh() {
	r.image.Resource = theme.NewColoredResource(r.i.picture, r.i.color)
	r.image.Refresh()
}
