package ui

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	fynewidget "fyne.io/fyne/v2/widget"

	"earshot/app"
	"earshot/ui/look"
	"earshot/ui/widget"
)

// strip is what is going on, at the bottom: jobs with their progress, and
// notices. It takes no room when nothing is.
type strip struct {
	w       *Window
	content *fyne.Container
	lines   *fyne.Container

	jobs    []*jobLine
	notices []*noticeLine
	fading  int // counts passing notices, so that an old timer spares a new one
}

// Jobs that wait beyond this many are only counted, and older notices go.
const (
	jobsShown    = 3
	noticesShown = 3
	passingTime  = 5 * time.Second
)

func newStrip(w *Window) *strip {
	s := &strip{w: w, lines: container.New(layout.NewCustomPaddedVBoxLayout(6))}
	s.content = container.NewVBox(widget.NewLine(false),
		container.NewStack(widget.NewBox(look.Panel), container.New(layout.NewCustomPaddedLayout(10, 10, 16, 16), s.lines)))
	s.content.Layout = layout.NewCustomPaddedVBoxLayout(0)
	s.content.Hide()
	return s
}

// jobLine is one job: name, bar, how far, cancel.
type jobLine struct {
	job  app.Job
	row  *fyne.Container
	name *widget.Text
	bar  *widget.Bar
	text *widget.Text
}

// job shows the newest state of a job. One that has ended well leaves; its
// text speaks for it.
func (s *strip) job(j app.Job) {
	i := slices.IndexFunc(s.jobs, func(l *jobLine) bool { return l.job.ID == j.ID })
	switch {
	case j.Ended():
		if i >= 0 {
			s.jobs = slices.Delete(s.jobs, i, i+1)
		}
		s.ended(j)
		s.arrange()
	case i < 0:
		// Of a job's news only the newest comes: a later job's may come first.
		s.jobs = append(s.jobs, s.newJobLine(j))
		slices.SortFunc(s.jobs, func(a, b *jobLine) int { return cmp.Compare(a.job.ID, b.job.ID) })
		s.arrange()
	default:
		s.jobs[i].show(j)
	}
}

func (s *strip) newJobLine(j app.Job) *jobLine {
	l := &jobLine{
		name: widget.NewText(j.Name, 12.5, look.Ink, fyne.TextStyle{Bold: true}).Giving(),
		bar:  widget.NewBar(),
		text: widget.NewText("", 12.5, look.Dim, fyne.TextStyle{}),
	}
	cancel := widget.NewButton(lang.L("Cancel"), widget.Ghost, func() { s.cancel(j.ID) })
	l.row = container.NewBorder(nil, nil, container.New(&fixedWidth{200}, l.name), container.NewHBox(l.text, cancel),
		container.New(layout.NewCustomPaddedLayout(0, 0, 12, 12), l.bar))
	l.show(j)
	return l
}

func (l *jobLine) show(j app.Job) {
	l.job = j
	l.bar.SetFraction(j.Fraction)
	if text := saidEach(j.Text(lang.L("after") + " ")); l.text.SetText(text) {
		l.row.Refresh()
	}
}

// ended says what a person has to know of a job that is over.
func (s *strip) ended(j app.Job) {
	switch {
	case j.Omission != 0:
		s.w.recovered(j)
	case j.Again && j.Stage != app.StageFailed: // what was heard has been shown, or was not wanted
	case j.Stage == app.StageFailed:
		s.w.complain(j.Err)
	case j.Stage == app.StageCancelled && j.Transcript != 0:
		s.notice(fmt.Sprintf(lang.L("“%s” was cancelled. What was transcribed is kept; Resume goes on from there."), j.Name), "", nil)
	case j.Cached:
		s.w.transcript.openAt(j.Transcript, -1)
		s.notice(fmt.Sprintf(lang.L("“%s” was transcribed before; this is the text from then."), j.Name), lang.L("Transcribe again"),
			func() { s.w.transcribeAgain(j.Transcript) }).about = j.Transcript
	}
}

// running is the job that is being worked on, nil if there is none.
func (s *strip) running() *app.Job {
	if len(s.jobs) == 0 {
		return nil
	}
	return &s.jobs[0].job
}

func (s *strip) cancel(id app.JobID) {
	if i := slices.IndexFunc(s.jobs, func(l *jobLine) bool { return l.job.ID == id }); i >= 0 {
		s.jobs[i].text.SetText(lang.L("stopping…"))
		s.jobs[i].row.Refresh()
	}
	s.w.background(func(context.Context) error {
		s.w.app.Cancel(id)
		return nil
	})
}

// noticeLine is a sentence, with something that can be done about it.
type noticeLine struct {
	text    string
	row     fyne.CanvasObject
	passing int   // of which generation; 0 stays until it is dismissed
	about   int64 // the transcript that it is about; 0 for none
}

// notice shows a sentence until it is dismissed or acted on.
func (s *strip) notice(text, action string, act func()) *noticeLine {
	return s.add(text, action, act, 0)
}

// passing shows a sentence for a few seconds.
func (s *strip) passing(text string) {
	s.fading++
	mine := s.fading
	s.add(text, "", nil, mine)
	s.w.pump.start(func(ctx context.Context) func() {
		select {
		case <-time.After(passingTime):
			return func() { s.drop(func(n *noticeLine) bool { return n.passing == mine }) }
		case <-ctx.Done():
			return nil
		}
	})
}

// opened drops notices that are about a transcript other than the one that is
// open now.
func (s *strip) opened(id int64) {
	s.drop(func(n *noticeLine) bool { return n.about != 0 && n.about != id })
}

func (s *strip) add(text, action string, act func(), passing int) *noticeLine {
	n := &noticeLine{text: text, passing: passing}
	label := fynewidget.NewLabel(text)
	label.Wrapping = fyne.TextWrapWord
	var buttons []fyne.CanvasObject
	dismiss := func() { s.drop(func(o *noticeLine) bool { return o == n }) }
	if action != "" {
		buttons = append(buttons, widget.NewButton(action, widget.Plain, func() {
			dismiss()
			act()
		}))
	}
	buttons = append(buttons, widget.NewButton(lang.L("Dismiss"), widget.Ghost, dismiss))
	n.row = container.NewBorder(nil, nil, nil, centred(container.NewHBox(buttons...)), label)
	s.drop(func(o *noticeLine) bool { return o.passing > 0 })
	s.notices = append(s.notices, n)
	if extra := len(s.notices) - noticesShown; extra > 0 {
		s.notices = slices.Delete(s.notices, 0, extra)
	}
	s.arrange()
	return n
}

func (s *strip) drop(which func(*noticeLine) bool) {
	before := len(s.notices)
	if s.notices = slices.DeleteFunc(s.notices, which); len(s.notices) < before {
		s.arrange()
	}
}

// arrange puts the lines into the strip.
func (s *strip) arrange() {
	s.lines.RemoveAll()
	for _, n := range s.notices {
		s.lines.Add(n.row)
	}
	for i, l := range s.jobs {
		if i == jobsShown {
			more := fmt.Sprintf(lang.L("and %d more waiting"), len(s.jobs)-jobsShown)
			s.lines.Add(widget.NewText(more, 12.5, look.Dim, fyne.TextStyle{}))
			break
		}
		s.lines.Add(l.row)
	}
	setVisible(s.content, len(s.lines.Objects) > 0)
	s.w.arrangeBottom()
}
