package widget

import (
	"sort"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"earshot/ui/look"
)

// Mark is a part of a text that is marked.
type Mark struct {
	Start, End int  // bytes of the text
	Current    bool // the one of all marks that is meant now
}

// paragraph is text that flows, and what is marked in it. It is drawn with one
// object for each line and colour: one for each word would cost too much. The
// word that is being said is drawn above its line, so that another one can be
// without touching anything else.
type paragraph struct {
	text   string
	sure   int // bytes that stay; the others are drawn grey
	words  []Span
	marks  []Mark
	ground fyne.ThemeColorName // behind marks

	pos      fyne.Position
	lines    []line
	width    float32
	size     float32 // of the text that lines are for
	flowed   string
	pieces   stock[*canvas.Text]
	grounds  stock[*canvas.Rectangle] // behind the text
	under    stock[*canvas.Rectangle] // lines under it
	said     *canvas.Rectangle
	saidText *canvas.Text
	playing  int // word, -1 for none
}

// stock keeps objects that are not needed now.
type stock[T any] struct {
	all  []T
	used int
}

func (s *stock[T]) next(create func() T) T {
	if s.used == len(s.all) {
		s.all = append(s.all, create())
	}
	s.used++
	return s.all[s.used-1]
}

func newParagraph() *paragraph {
	p := &paragraph{ground: look.Mark, playing: -1, said: canvas.NewRectangle(nil), saidText: canvas.NewText("", nil)}
	p.said.CornerRadius = 3
	p.said.Hide()
	p.saidText.Hide()
	return p
}

// leap is the height of a line.
func leap() float32 { return look.Reading() * readingLeap }

const readingLeap = 1.55 // in text sizes

// place lays the text out from pos on.
func (p *paragraph) place(pos fyne.Position, width float32) {
	p.pos = pos
	if size := look.Reading(); p.flowed != p.text || p.width != width || p.size != size || p.lines == nil {
		p.lines = flow(p.text, width, measureWord)
		p.flowed, p.width, p.size = p.text, width, size
	}
	p.pieces.used, p.grounds.used, p.under.used = 0, 0, 0
	for _, m := range p.marks {
		p.mark(m)
	}
	for i, l := range p.lines {
		p.write(i, l)
	}
	for _, w := range p.words {
		if w.Doubt > 0 {
			p.underline(w)
		}
	}
	p.say()
}

// objects adds what is to be drawn, from the ground up.
func (p *paragraph) objects(to []fyne.CanvasObject) []fyne.CanvasObject {
	for _, o := range p.grounds.all[:p.grounds.used] {
		to = append(to, o)
	}
	for _, o := range p.pieces.all[:p.pieces.used] {
		to = append(to, o)
	}
	for _, o := range p.under.all[:p.under.used] {
		to = append(to, o)
	}
	return append(to, p.said, p.saidText)
}

// write draws line i: what stays in ink, what may not grey.
func (p *paragraph) write(i int, l line) {
	split := min(max(p.sure, l.start), l.end)
	x := p.pos.X
	if split > l.start {
		x += p.piece(p.text[l.start:split], look.Ink, x, i)
	}
	if split < l.end {
		p.piece(p.text[split:l.end], look.Faint, x, i)
	}
}

// piece draws a piece of text at x in line i and returns its width.
func (p *paragraph) piece(text string, color fyne.ThemeColorName, x float32, i int) float32 {
	t := p.pieces.next(func() *canvas.Text { return canvas.NewText("", nil) })
	if c := colour(color); t.Text != text || t.Color != c || t.TextSize != p.size {
		t.Text, t.Color, t.TextSize = text, c, p.size
		t.Refresh()
	}
	size := t.MinSize()
	t.Resize(size)
	t.Move(fyne.NewPos(x, p.top(i)+(leap()-size.Height)/2))
	return size.Width
}

// top is where line i begins.
func (p *paragraph) top(i int) float32 { return p.pos.Y + float32(i)*leap() }

// each calls f for every line that bytes [start, end) have a part of, with
// where that part lies.
func (p *paragraph) each(start, end int, f func(i int, left, right float32)) {
	first := sort.Search(len(p.lines), func(i int) bool { return p.lines[i].end > start })
	for i := first; i < len(p.lines) && p.lines[i].start < end; i++ {
		l := p.lines[i]
		f(i, p.x(l, max(start, l.start)), p.x(l, min(end, l.end)))
	}
}

// x is where the byte at lies in its line.
func (p *paragraph) x(l line, at int) float32 {
	if at <= l.start {
		return p.pos.X
	}
	return p.pos.X + measureText(p.text[l.start:min(at, l.end)])
}

func (p *paragraph) mark(m Mark) {
	p.each(m.Start, m.End, func(i int, left, right float32) {
		r := p.grounds.next(func() *canvas.Rectangle { return canvas.NewRectangle(nil) })
		edge := transparent
		if m.Current {
			edge = look.Doubt
		}
		r.CornerRadius, r.StrokeWidth = 3, 2
		paint(r, colour(p.ground), colour(edge))
		p.cover(r, i, left, right, m.End)
	})
}

// cover puts a rectangle round what lies from left to right in line i and ends
// at a byte. It does not touch punctuation behind that.
func (p *paragraph) cover(r *canvas.Rectangle, i int, left, right float32, end int) {
	height := p.size * 1.28
	if end >= p.lines[i].end || p.text[end] == ' ' {
		right += 2
	}
	r.Move(fyne.NewPos(left-2, p.top(i)+(leap()-height)/2))
	r.Resize(fyne.NewSize(right-left+2, height))
}

// underline draws the line under a doubtful word: the more doubt, the less
// broken and the thicker it is.
func (p *paragraph) underline(w Span) {
	start, end := w.Core(p.text)
	thick, dash, gap := float32(2), float32(0), float32(0)
	switch w.Doubt {
	case 1:
		dash, gap = 2, 3
	case 2:
		dash, gap = 7, 3
	default:
		thick = 2.5
	}
	p.each(start, end, func(i int, left, right float32) {
		y := p.top(i) + leap()/2 + p.size*0.62
		for x := left; x < right; x += dash + gap {
			length := right - x
			if dash > 0 {
				length = min(length, dash)
			}
			r := p.under.next(func() *canvas.Rectangle { return canvas.NewRectangle(nil) })
			paint(r, colour(look.Doubt), nil)
			r.Move(fyne.NewPos(x, y))
			r.Resize(fyne.NewSize(length, thick))
			if dash == 0 {
				break
			}
		}
	})
}

// setPlaying shows which word is being said, -1 for none. Nothing else is
// drawn anew.
func (p *paragraph) setPlaying(word int) {
	if p.playing != word {
		p.playing = word
		p.say()
	}
}

// say draws the word that is being said.
func (p *paragraph) say() {
	if p.playing < 0 || p.playing >= len(p.words) || p.words[p.playing].Start == p.words[p.playing].End || len(p.lines) == 0 {
		p.said.Hide()
		p.saidText.Hide()
		return
	}
	start, end := p.words[p.playing].Core(p.text)
	begun := false
	p.each(start, end, func(i int, left, right float32) {
		if begun {
			return // a word that is wider than a line: its beginning will do
		}
		begun = true
		l := p.lines[i]
		p.cover(p.said, i, left, right, end)
		paint(p.said, colour(look.Accent), nil)
		t := p.saidText
		t.Text, t.TextSize, t.Color = p.text[max(start, l.start):min(end, l.end)], p.size, colour(look.OnAccent)
		size := t.MinSize()
		t.Resize(size)
		t.Move(fyne.NewPos(left, p.top(i)+(leap()-size.Height)/2))
		t.Refresh()
	})
	p.said.Show()
	p.saidText.Show()
}

// within reports whether a point is on the text's lines.
func (p *paragraph) within(at fyne.Position) bool {
	y := at.Y - p.pos.Y
	return at.X >= p.pos.X && at.X <= p.pos.X+p.width && y >= 0 && y < float32(len(p.lines))*leap()
}

// hit is the word under a point, -1 for none, and where in the text a caret
// there is, in bytes.
func (p *paragraph) hit(at fyne.Position) (word, caret int) {
	if len(p.lines) == 0 {
		return -1, 0
	}
	l := p.lines[min(max(int((at.Y-p.pos.Y)/leap()), 0), len(p.lines)-1)]
	caret = p.caret(l, at.X)
	if at.X < p.pos.X || at.X > p.x(l, l.end)+4 {
		return -1, caret
	}
	under := caret
	if under > l.start && p.x(l, under) > at.X {
		under-- // the character before the caret
	}
	word = sort.Search(len(p.words), func(i int) bool { return p.words[i].End > under })
	if word == len(p.words) || strings.TrimSpace(p.text[under:max(under, p.words[word].Start)]) != "" {
		return -1, caret
	}
	return word, caret
}

// caret is the byte whose left edge is nearest to x.
func (p *paragraph) caret(l line, x float32) int {
	var edges []int
	for at := range p.text[l.start:l.end] {
		edges = append(edges, l.start+at)
	}
	edges = append(edges, l.end)
	i := sort.Search(len(edges), func(i int) bool { return p.x(l, edges[i]) >= x })
	if i == len(edges) {
		return l.end
	}
	if i > 0 && x-p.x(l, edges[i-1]) < p.x(l, edges[i])-x {
		i--
	}
	return edges[i]
}
