package widget

import (
	"fmt"
	"math"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"earshot/ui/look"
)

// Stretch is a part of a recording, in seconds.
type Stretch struct {
	From, To float64
	Name     string // of who speaks, or what this is; said where it is pointed at
	Color    fyne.ThemeColorName
	Plain    bool // a region that is not hatched: there is less to say of it
}

// Waveform is the sound of a recording: how loud it is, who speaks, what was
// left out, where the playing is, and the edges of one stretch, which can be
// moved. All times are seconds. It shows a part of the recording, which wheel,
// drag and methods change.
type Waveform struct {
	widget.BaseWidget
	// OnSeek is called when a place is tapped.
	OnSeek func(at float64)
	// OnRegion is called when region i of SetRegions is tapped.
	OnRegion func(i int)
	// OnEdges is called while an edge is dragged, and with done when it is let
	// go.
	OnEdges func(from, to float64, done bool)
	// OnView is called when another part is in view, which needs about this
	// many levels. Until they are set, the present ones are stretched.
	OnView func(from, to float64, levels int)
	// Clock writes a time; nil writes minutes and seconds.
	Clock func(at float64) string

	duration   float64
	from, to   float64 // in view
	levels     []float32
	levelsFrom float64
	levelsTo   float64
	speakers   []Stretch
	regions    []Stretch
	edges      Stretch // To is 0 for none
	position   float64

	pointerX float32 // -1 while the pointer is elsewhere
	grip     grip
	gripOff  float32 // from the pointer to the edge that it drags
	drawn    *waveformRenderer
}

var _ fyne.Widget = (*Waveform)(nil)

// The measures of a waveform, besides those of a wave.
const (
	speakerBar   = 3
	speakerGap   = 4
	edgeWidth    = 2
	knobWidth    = 6
	gripReach    = 6   // so near an edge it can be taken
	shortestView = 0.5 // seconds
	zoomStep     = 1.5
)

// NewWaveform returns a waveform of nothing.
func NewWaveform() *Waveform {
	w := &Waveform{pointerX: -1}
	w.ExtendBaseWidget(w)
	return w
}

// SetDuration begins anew with a recording of this length, all of it in view.
func (w *Waveform) SetDuration(seconds float64) {
	w.duration, w.position = max(0, seconds), 0
	w.levels, w.speakers, w.regions, w.edges = nil, nil, nil, Stretch{}
	w.from, w.to = 0, w.duration
	w.Refresh()
	w.viewed()
}

// SetLevels sets how loud it is between two times: how high the sound is drawn,
// 0 to 1, each for as long as the next.
func (w *Waveform) SetLevels(from, to float64, levels []float32) {
	w.levelsFrom, w.levelsTo, w.levels = from, to, levels
	w.redraw()
}

// SetSpeakers sets who speaks when.
func (w *Waveform) SetSpeakers(speakers []Stretch) {
	w.speakers = speakers
	w.redraw()
}

// SetRegions sets what is not in the transcript. It is hatched, unless it is
// plain, and can be tapped.
func (w *Waveform) SetRegions(regions []Stretch) {
	if !slices.Equal(w.regions, regions) {
		w.regions = regions
		w.redraw()
	}
}

// SetEdges shows the edges of a stretch, none if it is empty.
func (w *Waveform) SetEdges(from, to float64) {
	w.edges = Stretch{}
	if to > from {
		w.edges = Stretch{From: from, To: to}
	}
	w.arrange()
}

// Edges are those that SetEdges has shown or a person has dragged since; both
// are 0 if there are none.
func (w *Waveform) Edges() (from, to float64) { return w.edges.From, w.edges.To }

// SetPosition shows where the playing is, and draws nothing else anew.
func (w *Waveform) SetPosition(at float64) {
	if w.position != at {
		w.position = at
		w.arrange()
	}
}

// Follow moves the view on when the position has left it.
func (w *Waveform) Follow() {
	if span := w.to - w.from; w.position < w.from || w.position > w.to-span/20 {
		w.SetView(w.position-span/20, w.position+span*19/20)
	}
}

// View is the part that is in view.
func (w *Waveform) View() (from, to float64) { return w.from, w.to }

// SetView shows a part, as near as the recording allows.
func (w *Waveform) SetView(from, to float64) {
	span := min(max(to-from, shortestView), w.duration)
	from = min(max(0, from), w.duration-span)
	if from == w.from && from+span == w.to {
		return
	}
	w.from, w.to = from, from+span
	w.redraw()
	w.viewed()
}

// ZoomIn shows less, in more detail, round the position if that is in view.
func (w *Waveform) ZoomIn() { w.zoom(zoomStep, w.middle()) }

// ZoomOut shows more.
func (w *Waveform) ZoomOut() { w.zoom(1/zoomStep, w.middle()) }

// ZoomAll shows the whole recording.
func (w *Waveform) ZoomAll() { w.SetView(0, w.duration) }

func (w *Waveform) middle() float64 {
	if w.position > w.from && w.position < w.to {
		return w.position
	}
	return (w.from + w.to) / 2
}

// zoom shows factor times as much detail; what is at a time stays where it is.
func (w *Waveform) zoom(factor, at float64) {
	span := min(max((w.to-w.from)/factor, shortestView), w.duration)
	if w.to > w.from {
		from := at - (at-w.from)/(w.to-w.from)*span
		w.SetView(from, from+span)
	}
}

// viewed asks for the levels of what is in view.
func (w *Waveform) viewed() {
	if n := int(w.Size().Width / strokeStep); n > 0 && w.OnView != nil && w.to > w.from {
		w.OnView(w.from, w.to, n)
	}
}

// x is where a time lies.
func (w *Waveform) x(at float64) float32 {
	if w.to <= w.from {
		return 0
	}
	return float32((at - w.from) / (w.to - w.from) * float64(w.Size().Width))
}

// at is the time at a place, within the recording.
func (w *Waveform) at(x float32) float64 {
	if w.Size().Width <= 0 {
		return w.from
	}
	return min(max(0, w.from+float64(x/w.Size().Width)*(w.to-w.from)), w.duration)
}

// level is the loudest of the levels between two times.
func (w *Waveform) level(from, to float64) float32 {
	span := (w.levelsTo - w.levelsFrom) / float64(len(w.levels))
	if len(w.levels) == 0 || span <= 0 {
		return 0
	}
	first := int(math.Floor((from - w.levelsFrom) / span))
	last := max(first, int(math.Ceil((to-w.levelsFrom)/span))-1)
	loudest := float32(0)
	for i := max(first, 0); i <= min(last, len(w.levels)-1); i++ {
		loudest = max(loudest, w.levels[i])
	}
	return min(loudest, 1)
}

// clock writes minutes and seconds.
func clock(at float64) string {
	seconds := int(math.Round(at))
	return fmt.Sprintf("%d:%02d", seconds/60, seconds%60)
}

// label says what is at a time.
func (w *Waveform) label(at float64) string {
	text := clock(at)
	if w.Clock != nil {
		text = w.Clock(at)
	}
	for _, s := range append(w.regions[:len(w.regions):len(w.regions)], w.speakers...) {
		if s.Name != "" && at >= s.From && at < s.To {
			return text + " · " + s.Name
		}
	}
	return text
}

// region is the region at a time, -1 if there is none.
func (w *Waveform) region(at float64) int {
	for i, r := range w.regions {
		if at >= r.From && at < r.To {
			return i
		}
	}
	return -1
}

// colour is what a stretch is drawn in.
func (s Stretch) colour() fyne.ThemeColorName {
	if s.Color == "" {
		return look.Faint
	}
	return s.Color
}
