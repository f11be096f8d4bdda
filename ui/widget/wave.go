package widget

import (
	"image"
	"image/color"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"earshot/ui/look"
)

// Wave is the sound of the last while, the newest on the right.
type Wave struct {
	widget.BaseWidget
	peaks []float32 // 0 to 1, oldest first
}

var _ fyne.Widget = (*Wave)(nil)

// The measures of a wave: one stroke for each peak.
const (
	waveHeight = 46
	strokeWide = 3
	strokeStep = 5
	mostPeaks  = 1024 // remembered: more than any window shows
)

// NewWave returns a wave of silence.
func NewWave() *Wave {
	w := &Wave{}
	w.ExtendBaseWidget(w)
	return w
}

// Add moves the wave on by one peak, 0 to 1.
func (w *Wave) Add(peak float64) {
	if len(w.peaks) >= mostPeaks {
		w.peaks = append(w.peaks[:0], w.peaks[len(w.peaks)-mostPeaks/2:]...)
	}
	w.peaks = append(w.peaks, float32(min(max(peak, 0), 1)))
	w.Refresh()
}

// Clear forgets everything.
func (w *Wave) Clear() {
	w.peaks = w.peaks[:0]
	w.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (w *Wave) CreateRenderer() fyne.WidgetRenderer {
	r := &waveRenderer{w: w}
	r.raster = canvas.NewRaster(r.draw)
	return r
}

type waveRenderer struct {
	w      *Wave
	raster *canvas.Raster
}

func (r *waveRenderer) MinSize() fyne.Size           { return fyne.NewSize(120, waveHeight) }
func (r *waveRenderer) Layout(size fyne.Size)        { r.raster.Resize(size) }
func (r *waveRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.raster} }
func (r *waveRenderer) Destroy()                     {}
func (r *waveRenderer) Refresh()                     { r.raster.Refresh() }

// draw paints the wave into so many pixels: as one picture, since hundreds of
// objects would cost more than the sound itself.
func (r *waveRenderer) draw(width, height int) image.Image {
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	size := r.w.Size()
	if size.Width <= 0 {
		return img
	}
	scale := float32(width) / size.Width
	ink := color.NRGBAModel.Convert(colour(look.Wave)).(color.NRGBA)
	for i := range r.w.peaks {
		peak := r.w.peaks[len(r.w.peaks)-1-i]
		right := width - int(float32(i*strokeStep)*scale)
		left := right - int(strokeWide*scale)
		if left < 0 {
			break
		}
		half := max(1, int(loudness(peak)*float32(height)/2))
		for y := height/2 - half; y < height/2+half; y++ {
			for x := left; x < right; x++ {
				img.SetNRGBA(x, y, ink)
			}
		}
	}
	return img
}

// loudness is a peak as an ear judges it: 0 at -54 dB, 1 at full scale.
func loudness(peak float32) float32 {
	const floor = -54
	if peak <= 0 {
		return 0
	}
	return max(0, 1-float32(20*math.Log10(float64(peak)))/floor)
}

// Loudness is a peak, 0 to 1, as a fraction of a meter's length.
func Loudness(peak float64) float64 { return float64(loudness(float32(peak))) }
