package widget

import (
	"fmt"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"earshot/ui/look"
)

// speeds are what a person can choose from, in hundredths.
var speeds = []int{50, 75, 100, 125, 150, 175, 200}

// Player is the bar that a recording is played with: its waveform, and below it
// play, time, speed, loop, zoom and how many words are in doubt.
type Player struct {
	widget.BaseWidget
	Wave *Waveform
	// OnPlay is called to play or to pause.
	OnPlay func()
	// OnSpeed is called with another speed, 0.5 to 2.
	OnSpeed func(speed float64)
	// OnLoop is called to repeat one segment, or no longer.
	OnLoop func(on bool)
	// OnDoubt is called to go to the next doubtful word.
	OnDoubt func()
	// Clock writes a time; nil writes minutes and seconds.
	Clock func(at float64) string

	play, speed, loop, out, in, all, next *Button
	time, doubts                          *Text
	playing                               bool
	percent                               int // of the speed
	at, length                            float64
}

var _ fyne.Widget = (*Player)(nil)

// NewPlayer returns the bar of a recording of no length.
func NewPlayer() *Player {
	p := &Player{
		Wave:   NewWaveform(),
		time:   NewText("", 12.5, look.Dim, fyne.TextStyle{}),
		doubts: NewText("", 12.5, look.Dim, fyne.TextStyle{}),
	}
	p.Wave.Clock = p.clock
	p.play = NewIconButton(nil, "", Round, func() { call(p.OnPlay) })
	p.speed = NewButton("", Ghost, p.chooseSpeed)
	p.speed.Tip = lang.L("Speed")
	p.loop = NewButton(lang.L("Loop line"), Ghost, func() {
		p.SetLoop(!p.loop.On)
		if p.OnLoop != nil {
			p.OnLoop(p.loop.On)
		}
	})
	p.loop.Tip = lang.L("Play this line again and again")
	p.out = NewIconButton(theme.ZoomOutIcon(), lang.L("Show more of the recording"), Ghost, p.Wave.ZoomOut)
	p.in = NewIconButton(theme.ZoomInIcon(), lang.L("Show less of the recording"), Ghost, p.Wave.ZoomIn)
	p.all = NewIconButton(theme.ZoomFitIcon(), lang.L("Show the whole recording"), Ghost, p.Wave.ZoomAll)
	p.next = NewButton(lang.L("Next doubtful word")+"  F8", Plain, func() { call(p.OnDoubt) })
	p.SetPlaying(false)
	p.SetSpeed(1)
	p.SetDoubts(-1)
	p.SetTime(0, 0)
	p.ExtendBaseWidget(p)
	return p
}

func call(f func()) {
	if f != nil {
		f()
	}
}

func (p *Player) clock(at float64) string {
	if p.Clock != nil {
		return p.Clock(at)
	}
	return clock(at)
}

// SetPlaying shows whether it plays.
func (p *Player) SetPlaying(on bool) {
	p.playing = on
	if on {
		p.play.SetIcon(theme.MediaPauseIcon(), lang.L("Pause")+"  Ctrl+Space")
	} else {
		p.play.SetIcon(theme.MediaPlayIcon(), lang.L("Play")+"  Ctrl+Space")
	}
}

// SetEnabled says whether there is something to play.
func (p *Player) SetEnabled(on bool) {
	for _, b := range []*Button{p.play, p.speed, p.loop, p.out, p.in, p.all} {
		b.SetEnabled(on)
	}
}

// SetTime shows where the playing is, here and in the waveform, and how long
// the recording is, in seconds.
func (p *Player) SetTime(at, length float64) {
	longer := p.length != length
	p.at, p.length = at, length
	p.Wave.SetPosition(at)
	p.time.SetText(p.clock(at) + " / " + p.clock(length))
	if longer {
		p.Refresh()
	}
}

// SetSpeed shows a speed, 0.5 to 2.
func (p *Player) SetSpeed(speed float64) {
	p.percent = int(speed*100 + 0.5)
	p.speed.SetText(speedText(p.percent))
}

func speedText(percent int) string {
	if percent%10 == 0 {
		return fmt.Sprintf("%.1f×", float64(percent)/100)
	}
	return fmt.Sprintf("%.2f×", float64(percent)/100)
}

// SetLoop shows whether one segment is repeated.
func (p *Player) SetLoop(on bool) { p.loop.SetOn(on) }

// SetDoubts shows how many doubtful words are left; with a negative number
// nothing is said about doubt.
func (p *Player) SetDoubts(n int) {
	text := ""
	switch {
	case n == 0:
		text = lang.L("No doubtful words left")
	case n > 0:
		text = lang.N("{{.N}} doubtful words left", n, map[string]any{"N": n})
	}
	p.next.SetEnabled(n > 0)
	show(p.next, n >= 0)
	if p.doubts.SetText(text) {
		p.Refresh()
	}
}

// Slower chooses the next lower speed.
func (p *Player) Slower() { p.step(-1) }

// Faster chooses the next higher speed.
func (p *Player) Faster() { p.step(1) }

func (p *Player) step(by int) {
	i, exact := slices.BinarySearch(speeds, p.percent)
	if !exact && by > 0 {
		i-- // between two: the upper one is the next
	}
	p.choose(speeds[min(max(i+by, 0), len(speeds)-1)])
}

func (p *Player) choose(percent int) {
	if percent != p.percent {
		p.SetSpeed(float64(percent) / 100)
		if p.OnSpeed != nil {
			p.OnSpeed(float64(percent) / 100)
		}
	}
}

// chooseSpeed offers the speeds above their button.
func (p *Player) chooseSpeed() {
	driver := fyne.CurrentApp().Driver()
	c := driver.CanvasForObject(p)
	if c == nil {
		return
	}
	menu := fyne.NewMenu("")
	for _, percent := range speeds {
		item := fyne.NewMenuItem(speedText(percent), func() { p.choose(percent) })
		item.Checked = percent == p.percent
		menu.Items = append(menu.Items, item)
	}
	pop := widget.NewPopUpMenu(menu, c)
	pop.ShowAtPosition(driver.AbsolutePositionForObject(p.speed).SubtractXY(0, pop.MinSize().Height+4))
}

// CreateRenderer implements fyne.Widget.
func (p *Player) CreateRenderer() fyne.WidgetRenderer { return &playerRenderer{p} }

type playerRenderer struct{ p *Player }

// The measures of the bar.
const (
	playerInset  = 16
	playerTop    = 10
	playerBottom = 12
	playerGap    = 12
)

func (r *playerRenderer) MinSize() fyne.Size {
	wave := r.p.Wave.MinSize()
	return fyne.NewSize(560, playerTop+wave.Height+playerTop+discSize+playerBottom)
}

func (r *playerRenderer) Layout(size fyne.Size) {
	p := r.p
	wave := p.Wave.MinSize()
	p.Wave.Move(fyne.NewPos(playerInset, playerTop))
	p.Wave.Resize(fyne.NewSize(size.Width-2*playerInset, wave.Height))
	middle := playerTop + wave.Height + playerTop + discSize/2
	// The time's room is that of the longest, so that nothing moves as it runs.
	length := p.clock(max(p.at, p.length))
	time := fyne.NewSize(fyne.MeasureText(length+" / "+length, 12.5, fyne.TextStyle{}).Width+4, p.time.MinSize().Height)
	x := float32(playerInset)
	for _, o := range []fyne.CanvasObject{p.play, p.time, p.speed, p.loop} {
		s := o.MinSize()
		if o == p.time {
			s = time
		}
		o.Resize(s)
		o.Move(fyne.NewPos(x, middle-s.Height/2))
		x += s.Width + playerGap
	}
	r.layoutRight(x, size.Width-playerInset, middle)
}

// layoutRight lays out what stands on the right, from x on. Where there is no
// room, first the words about doubt go, then the zoom.
func (r *playerRenderer) layoutRight(x, right, middle float32) {
	p := r.p
	zoom := []fyne.CanvasObject{p.out, p.in, p.all}
	next, doubts := float32(0), float32(0)
	if p.next.Visible() {
		next, doubts = p.next.MinSize().Width+playerGap, p.doubts.MinSize().Width+playerGap
	}
	zooms := 3*buttonHeight + float32(playerGap)
	show(p.doubts, next > 0 && x+zooms+doubts+next <= right+playerGap)
	for _, o := range zoom {
		show(o, x+zooms+next <= right+playerGap)
	}
	for i, o := range append(zoom, p.doubts, p.next) {
		s := o.MinSize()
		o.Resize(s)
		left := right - s.Width
		switch {
		case i < len(zoom) && p.doubts.Visible():
			left = right - next - doubts - float32(len(zoom)-i)*buttonHeight
		case i < len(zoom):
			left = right - next - float32(len(zoom)-i)*buttonHeight
		case o == p.doubts:
			left -= next
		}
		o.Move(fyne.NewPos(left, middle-s.Height/2))
	}
}

func (r *playerRenderer) Refresh() {
	r.Layout(r.p.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
}

func (r *playerRenderer) Objects() []fyne.CanvasObject {
	p := r.p
	return []fyne.CanvasObject{p.Wave, p.play, p.time, p.speed, p.loop, p.out, p.in, p.all, p.doubts, p.next}
}

func (r *playerRenderer) Destroy() {}
