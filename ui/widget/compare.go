package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"earshot/ui/look"
)

// Comparison is what a text says beside another one, in one place.
type Comparison struct {
	Row         int // given back with every signal
	Time        string
	Note        string // below the time; "" for none
	Here, There string // the present text, and the other one
}

// CompareView shows two texts side by side, what differs marked, and a button
// that takes the other one.
type CompareView struct {
	widget.BaseWidget
	// OnTake is called to take the other text.
	OnTake func(row int)
	// OnTime is called when the time is tapped.
	OnTime func(row int)

	shown Comparison
	take  *Button
	over  bool // the time is pointed at
	drawn *compareRenderer
}

var (
	_ fyne.Widget = (*CompareView)(nil)
	_ pointable   = (*CompareView)(nil)
)

// NewCompareView returns an empty comparison.
func NewCompareView() *CompareView {
	v := &CompareView{take: NewButton("", Plain, nil)}
	v.take.OnTapped = func() {
		if v.OnTake != nil {
			v.OnTake(v.shown.Row)
		}
	}
	v.ExtendBaseWidget(v)
	return v
}

// Set shows a comparison.
func (v *CompareView) Set(c Comparison) {
	if v.shown != c || v.take.Text == "" {
		v.shown = c
		v.Refresh()
	}
}

// The measures of a comparison.
const (
	compareGap  = 24
	compareTake = 124 // room for the button
)

// columns is where the two texts lie, and how wide each is.
func columns(width float32) (here, there, each float32) {
	each = max(40, (width-gutterWidth-barGap-compareTake-2*compareGap)/2)
	here = gutterWidth + barGap
	return here, here + each + compareGap, each
}

// CompareColumns lays two objects out above the two texts of comparisons.
type CompareColumns struct{}

// MinSize implements fyne.Layout.
func (CompareColumns) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(gutterWidth+compareTake+200, max(o[0].MinSize().Height, o[1].MinSize().Height))
}

// Layout implements fyne.Layout.
func (CompareColumns) Layout(o []fyne.CanvasObject, size fyne.Size) {
	here, there, each := columns(size.Width)
	for i, x := range []float32{here, there} {
		o[i].Move(fyne.NewPos(x, 0))
		o[i].Resize(fyne.NewSize(each, size.Height))
	}
}

// CompareHeight is the height of a comparison at a width.
func CompareHeight(c Comparison, width float32) float32 {
	_, _, each := columns(width)
	return compareFrame(max(len(flow(c.Here, each, measureWord)), len(flow(c.There, each, measureWord))), c)
}

// CompareEstimate guesses CompareHeight from the texts' lengths.
func CompareEstimate(c Comparison, width float32) float32 {
	_, _, each := columns(width)
	perLine := max(1, each/(look.Reading()*0.52))
	return compareFrame(1+int(float32(max(len(c.Here), len(c.There)))/perLine), c)
}

// compareFrame is the height of so many lines and what stands beside them.
func compareFrame(lines int, c Comparison) float32 {
	if c.Note != "" {
		lines = max(lines, 2)
	}
	return max(frame(lines, false), buttonHeight+8)
}

// tapped implements pointable. There is always something to tap: taking the other
// text is the button's, and not a second tap's.
func (v *CompareView) tapped(at fyne.Position, _ bool) bool {
	if v.OnTime != nil && inTime(at) {
		v.OnTime(v.shown.Row)
	}
	return true
}

func inTime(at fyne.Position) bool { return at.X < gutterWidth+barGap/2 && at.Y < segmentPad+leap() }

// pointed implements pointable.
func (v *CompareView) pointed(at fyne.Position, in bool) {
	if over := in && v.OnTime != nil && inTime(at); over != v.over {
		v.over = over
		if v.drawn != nil {
			v.drawn.label()
		}
	}
}

// pointer implements pointable.
func (v *CompareView) pointer() desktop.Cursor {
	if v.over {
		return desktop.PointerCursor
	}
	return desktop.DefaultCursor
}

// CreateRenderer implements fyne.Widget.
func (v *CompareView) CreateRenderer() fyne.WidgetRenderer {
	small := func() *canvas.Text {
		t := canvas.NewText("", nil)
		t.Alignment, t.TextSize = fyne.TextAlignTrailing, look.SmallSize
		return t
	}
	r := &compareRenderer{
		v: v, time: small(), note: small(), line: canvas.NewRectangle(nil), here: newParagraph(), there: newParagraph(),
	}
	r.there.ground = look.Difference
	v.drawn = r
	r.Refresh()
	return r
}

type compareRenderer struct {
	v           *CompareView
	time, note  *canvas.Text
	line        *canvas.Rectangle
	here, there *paragraph
	objects     []fyne.CanvasObject
}

func (r *compareRenderer) MinSize() fyne.Size {
	return fyne.NewSize(gutterWidth+compareTake+200, frame(1, false))
}

func (r *compareRenderer) Destroy() { r.v.drawn = nil }

func (r *compareRenderer) Objects() []fyne.CanvasObject { return r.objects }

func (r *compareRenderer) Layout(size fyne.Size) {
	for i, t := range []*canvas.Text{r.time, r.note} {
		height := t.MinSize().Height
		t.Resize(fyne.NewSize(gutterWidth, height))
		t.Move(fyne.NewPos(0, segmentPad+float32(i)*leap()+(leap()-height)/2))
	}
	here, there, each := columns(size.Width)
	r.here.place(fyne.NewPos(here, segmentPad), each)
	r.there.place(fyne.NewPos(there, segmentPad), each)
	r.line.Move(fyne.NewPos(there-compareGap/2, segmentPad))
	r.line.Resize(fyne.NewSize(1, size.Height-2*segmentPad))
	button := r.v.take.MinSize()
	r.v.take.Resize(button)
	r.v.take.Move(fyne.NewPos(size.Width-button.Width-textRightPad, segmentPad+(leap()-button.Height)/2))
	r.objects = r.there.objects(r.here.objects(append(r.objects[:0], r.time, r.note, r.line)))
	r.objects = append(r.objects, r.v.take)
}

func (r *compareRenderer) Refresh() {
	c := r.v.shown
	r.here.text, r.here.sure = c.Here, len(c.Here)
	r.there.text, r.there.sure = c.There, len(c.There)
	r.here.marks, r.there.marks = Differences(c.Here, c.There)
	if r.v.take.Text = lang.L("Take"); c.There == "" {
		r.v.take.Text = lang.L("Remove")
	}
	r.v.take.Refresh()
	show(r.v.take, c.Here != c.There)
	paint(r.line, colour(look.Line), nil)
	r.label()
	r.Layout(r.v.Size())
}

// label draws what stands beside the texts.
func (r *compareRenderer) label() {
	ink := look.Faint
	if r.v.over {
		ink = look.Accent
	}
	write(r.time, r.v.shown.Time, colour(ink))
	write(r.note, r.v.shown.Note, colour(look.Faint))
}

// Differences marks the words of each text that the other one does not have in
// that place.
func Differences(a, b string) (inA, inB []Mark) {
	wordsA, wordsB := fields(a), fields(b)
	same := func(i, j int) bool { return a[wordsA[i].start:wordsA[i].end] == b[wordsB[j].start:wordsB[j].end] }
	head := 0
	for head < min(len(wordsA), len(wordsB)) && same(head, head) {
		head++
	}
	endA, endB := len(wordsA), len(wordsB)
	for endA > head && endB > head && same(endA-1, endB-1) {
		endA, endB = endA-1, endB-1
	}
	keptA, keptB := common(endA-head, endB-head, func(i, j int) bool { return same(head+i, head+j) })
	return unkept(wordsA[head:endA], keptA), unkept(wordsB[head:endB], keptB)
}

// fields is where the words of a text are; of a script without blanks, where
// its characters are.
func fields(text string) []line {
	var words []line
	for at := 0; ; {
		blanks, length := atom(text[at:])
		if length == 0 {
			return words
		}
		words = append(words, line{at + blanks, at + blanks + length})
		at += blanks + length
	}
}

// common tells which elements of two sequences are in their longest common
// part.
func common(n, m int, same func(i, j int) bool) (a, b []bool) {
	const most = 1 << 20 // compared: longer texts differ as a whole
	a, b = make([]bool, n), make([]bool, m)
	if n*m > most {
		return a, b
	}
	longest := make([]uint16, (n+1)*(m+1)) // from i and j on
	at := func(i, j int) *uint16 { return &longest[i*(m+1)+j] }
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			if same(i, j) {
				*at(i, j) = *at(i+1, j+1) + 1
			} else {
				*at(i, j) = max(*at(i+1, j), *at(i, j+1))
			}
		}
	}
	for i, j := 0, 0; i < n && j < m; {
		switch {
		case same(i, j):
			a[i], b[j] = true, true
			i, j = i+1, j+1
		case *at(i+1, j) >= *at(i, j+1):
			i++
		default:
			j++
		}
	}
	return a, b
}

// unkept marks the words that are not kept, neighbours together.
func unkept(words []line, kept []bool) []Mark {
	var marks []Mark
	for i, w := range words {
		switch {
		case kept[i]:
		case i > 0 && !kept[i-1]:
			marks[len(marks)-1].End = w.end
		default:
			marks = append(marks, Mark{Start: w.start, End: w.end})
		}
	}
	return marks
}
