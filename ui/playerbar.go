package ui

import (
	"context"
	"sort"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"earshot/app"
	"earshot/ui/look"
	"earshot/ui/widget"
)

// playerBar lets the recording of the open transcript be heard and seen. Where
// there is no sound it says why, in one sentence; the text does without.
type playerBar struct {
	w        *Window
	content  *fyne.Container
	commands sequence // of the player
	player   *widget.Player
	why      *widget.Text
	whyBox   *fyne.Container
	doubts   *widget.Button // counts doubtful words where there is no player to do so

	transcript int64 // that is open; 0 for none
	playing    app.Playing
	overview   *app.Overview // nil until it is there
	levels     []float32
	length     float64          // of the waveform
	row, word  int              // that are being said; -1 for none
	speakers   []widget.Stretch // in the waveform
	marked     int              // rows of the document that they are of
	silences   []app.Span       // in the waveform, behind what was left out
	dragged    int64            // the segment whose edge is being dragged; 0 for none
	away       bool             // the person has scrolled: the text does not follow
}

func newPlayerBar(w *Window) *playerBar {
	b := &playerBar{
		w: w, commands: sequence{pump: w.pump}, player: widget.NewPlayer(), row: -1, word: -1,
		why: widget.NewText("", look.SmallSize, look.Warning, fyne.TextStyle{}).Giving(),
	}
	p := b.player
	p.Clock = app.Clock
	p.OnPlay = b.toggle
	p.OnSpeed = func(speed float64) { w.app.Deck().SetSpeed(speed) }
	p.OnLoop = b.loop
	p.OnDoubt = func() { w.transcript.doubts.forward() }
	b.doubts = widget.NewButton("", widget.Plain, p.OnDoubt)
	p.Wave.OnSeek = func(at float64) { w.app.Deck().Seek(at) }
	p.Wave.OnView = b.look
	p.Wave.OnEdges = b.drag
	p.Wave.OnRegion = b.hearRegion
	b.whyBox = container.New(layout.NewCustomPaddedLayout(8, 8, 16, 16),
		container.NewBorder(nil, nil, nil, b.doubts, centred(b.why)))
	b.whyBox.Hide()
	rows := container.New(layout.NewCustomPaddedVBoxLayout(0), b.whyBox, b.player)
	b.content = container.New(layout.NewCustomPaddedVBoxLayout(0),
		widget.NewLine(false), container.NewStack(widget.NewBox(look.Panel), rows))
	b.content.Hide()
	return b
}

// open gets the recording of a transcript ready to be heard and draws it.
func (b *playerBar) open(id int64) {
	if w := b.w; w.transcript.isLive() {
		b.close()
		return
	}
	b.clear(id)
	b.complain(nil)
	b.lengthen()
	b.arrange()
	b.command(func(ctx context.Context) error { return b.w.app.Deck().Open(ctx, id) })
	b.w.pump.start(func(ctx context.Context) func() {
		overview, unseen := b.w.app.Overview(ctx, id)
		return func() {
			if b.transcript != id {
				return
			}
			if b.overview = overview; unseen != nil {
				b.player.Hide()
				b.complain(unseen)
				return
			}
			b.surveyed(overview.State())
		}
	})
}

// close lets go of the recording and takes the bar away. While another
// transcript is being opened it stays, empty.
func (b *playerBar) close() {
	b.clear(0)
	b.player.Wave.SetDuration(0)
	b.player.SetTime(0, 0)
	b.player.SetPlaying(false)
	b.w.app.Deck().Stop()
	b.arrange()
}

// clear forgets what is known of a recording, for that of another transcript.
func (b *playerBar) clear(transcript int64) {
	b.transcript, b.overview, b.playing, b.length = transcript, nil, app.Playing{}, 0
	b.speakers, b.marked, b.dragged = nil, 0, 0
	b.say(-1, -1)
	b.setAway(false)
}

// arrange shows the bar below an open transcript, and below what a search has
// found meanwhile.
func (b *playerBar) arrange() {
	open := b.transcript != 0 || b.w.transcript.loading && b.content.Visible()
	show := open && (b.w.shows(b.w.transcript.content) || b.w.shows(b.w.search.content) || b.w.shows(b.w.compare.content))
	if show != b.content.Visible() {
		setVisible(b.content, show)
		b.w.arrangeBottom()
	}
}

// complain says why nothing can be heard; nil that it can.
func (b *playerBar) complain(err error) {
	text := ""
	if err != nil {
		sentence, _ := app.Explain(err)
		text = said(sentence)
	} else {
		b.player.Show()
	}
	b.why.SetText(text)
	setVisible(b.whyBox, text != "")
	b.w.transcript.doubts.count()
	b.content.Refresh()
	b.w.arrangeBottom()
}

// lengthen shows as much of a recording as is known to be there.
func (b *playerBar) lengthen() {
	length := max(b.w.transcript.entry.Duration, b.playing.Duration)
	if b.overview != nil {
		length = max(length, b.overview.State().Known)
	}
	if length != b.length {
		b.length = length
		b.player.Wave.SetDuration(length)
		b.mark()
	}
	b.player.SetTime(b.playing.Position, length)
}

// look draws the levels of a part of the recording.
func (b *playerBar) look(from, to float64, n int) {
	if b.overview == nil {
		return
	}
	if cap(b.levels) < n {
		b.levels = make([]float32, n)
	}
	levels := b.levels[:n]
	b.overview.Peaks(levels, from, to)
	for i, peak := range levels {
		levels[i] = float32(widget.Loudness(float64(peak)))
	}
	b.player.Wave.SetLevels(from, to, levels)
}

// surveyed shows how far the waveform has come.
func (b *playerBar) surveyed(s app.OverviewState) {
	if s.Transcript != b.transcript || b.overview == nil {
		return
	}
	if s.Err != nil && s.Known == 0 {
		b.player.Hide()
		b.complain(s.Err)
		return
	}
	b.lengthen()
	from, to := b.player.Wave.View()
	if n := int(b.player.Wave.Size().Width / 3); n > 0 {
		b.look(from, to, n)
	}
}

// changed shows what the player is doing, and the word that is being said.
func (b *playerBar) changed(p app.Playing) {
	if p.Transcript != b.transcript || b.transcript == 0 {
		return
	}
	if p.Err != b.playing.Err && b.player.Visible() {
		b.complain(p.Err)
	}
	longer := p.Duration != b.playing.Duration
	b.playing = p
	on := p.State == app.PlayPlaying
	b.player.SetPlaying(on)
	b.player.SetSpeed(p.Speed)
	b.player.SetLoop(p.Loop)
	if longer {
		b.lengthen()
	}
	b.player.SetTime(p.Position, b.length)
	if on && !b.away {
		b.player.Wave.Follow()
	}
	setVisible(b.w.transcript.follow, on && b.away)
	if on || p.State == app.PlayPaused && p.Position > 0 {
		b.say(b.at(p.Position))
	} else {
		b.say(-1, -1)
	}
}

// at is the row and the word that are said at a second.
func (b *playerBar) at(second float64) (row, word int) {
	t := b.w.transcript
	if t.doc == nil {
		return -1, -1
	}
	if row = t.doc.RowAt(second); row < 0 {
		return -1, -1
	}
	words := t.at(row).Words
	return row, sort.Search(len(words), func(i int) bool { return words[i].Start > second }) - 1
}

// say shows which word is being said, and keeps it in view.
func (b *playerBar) say(row, word int) {
	if row == b.row && word == b.word {
		return
	}
	rows, moved := b.w.transcript.rows, row != b.row
	if moved {
		setPlaying(rows.Item(b.row), -1)
	}
	b.row, b.word = row, word
	if moved && row >= 0 && !b.away && b.playing.State == app.PlayPlaying {
		rows.Reveal(row)
	}
	setPlaying(rows.Item(row), word)
}

func setPlaying(o fyne.CanvasObject, word int) {
	if v, ok := o.(*widget.SegmentView); ok {
		v.SetPlaying(word)
	}
}

// scrolled stops following: the person wants to see something else.
func (b *playerBar) scrolled() {
	if b.playing.State == app.PlayPlaying {
		b.setAway(true)
	}
}

// follow goes back to what is being said and stays with it.
func (b *playerBar) follow() {
	b.setAway(false)
	if b.row >= 0 {
		b.w.transcript.rows.ScrollNear(b.row)
	}
}

func (b *playerBar) setAway(away bool) {
	b.away = away
	setVisible(b.w.transcript.follow, away)
}

// command tells the player something in the background, after what it was told
// before; a failure is said in the bar.
func (b *playerBar) command(do func(context.Context) error) {
	id := b.transcript
	b.commands.start(func(ctx context.Context) func() {
		err := do(ctx)
		if ctx.Err() != nil {
			return nil
		}
		return func() {
			if b.transcript != id {
				return
			}
			if err != nil {
				b.complain(err)
			}
			b.changed(b.w.app.Deck().Playing())
		}
	})
}
