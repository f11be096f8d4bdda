package ui

import (
	"context"
	"fmt"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"

	"earshot/app"
	"earshot/ui/look"
	"earshot/ui/widget"
)

// deletedScreen is the trash: what was deleted, until it is restored, deleted for
// good, or 30 days old.
type deletedScreen struct {
	w       *Window
	content fyne.CanvasObject
	about   *widget.Text
	rows    *widget.Rows
	none    *widget.Text
	restore *widget.Button
	remove  *widget.Button
	actions *fyne.Container
	sure    *fyne.Container // asks before what cannot be undone
	asks    *widget.Text

	entries []app.Entry
}

func newDeletedScreen(w *Window) *deletedScreen {
	s := &deletedScreen{
		w: w, rows: widget.NewRows(),
		about: widget.NewText("", 12.5, look.Dim, fyne.TextStyle{}).Giving(),
		asks:  widget.NewText("", look.TextSize, look.Ink, fyne.TextStyle{}),
		none:  widget.NewText("", look.TextSize, look.Dim, fyne.TextStyle{}).Aligned(fyne.TextAlignCenter).Giving(),
	}
	s.rows.Column, s.rows.Inset, s.rows.Cards, s.rows.Several = look.TextColumn, 24, true, true
	s.rows.Length = func() int { return len(s.entries) }
	s.rows.Create = func() fyne.CanvasObject { return widget.NewEntryView() }
	s.rows.Update = s.fill
	s.rows.Height = func(int, float32) float32 { return widget.EntryHeight + widget.CardGap }
	s.rows.OnSelection = s.selected
	s.rows.OnMenu = func(i int, at fyne.Position) {
		if !slices.Contains(s.rows.Selection(), i) {
			s.rows.SetSelected(i)
			s.selected()
		}
		w.menuAt(s.menu(), at)
	}
	s.rows.OnKey = s.typedKey
	s.content = s.layout()
	return s
}

func (s *deletedScreen) layout() fyne.CanvasObject {
	s.restore = widget.NewButton(lang.L("Restore"), widget.Plain, s.bringBack)
	s.remove = widget.NewButton(lang.L("Delete for good"), widget.Plain, s.ask)
	s.actions = container.NewHBox(s.restore, s.remove, widget.NewButton(lang.L("Done"), widget.Primary, s.w.showHome))
	s.sure = container.NewHBox(centred(s.asks), widget.NewSpace(4, 0),
		widget.NewButton(lang.L("Delete for good"), widget.Red, s.removeForGood), widget.NewButton(lang.L("Keep"), widget.Plain, s.selected))
	s.sure.Hide()
	title := widget.NewText(lang.L("Deleted"), look.TitleSize, look.Ink, fyne.TextStyle{Bold: true})
	head := container.New(&column{look.TextColumn, 24}, container.New(layout.NewCustomPaddedVBoxLayout(4),
		widget.NewSpace(0, 12), container.NewBorder(nil, nil, title, container.NewStack(s.actions, s.sure)), s.about, widget.NewSpace(0, 8)))
	return container.NewBorder(head, widget.NewSpace(0, 8), nil, nil, container.NewStack(s.rows, centred(s.none)))
}

// showDeleted shows the trash as it is now.
func (w *Window) showDeleted() {
	w.deleted.look()
	w.show(w.deleted.content)
	w.win.Canvas().Focus(w.deleted.rows)
}

// refresh shows what has changed, if the trash is shown.
func (s *deletedScreen) refresh() {
	if s.w.shows(s.content) {
		s.look()
	}
}

// look reads what is in the trash.
func (s *deletedScreen) look() {
	s.w.pump.start(func(ctx context.Context) func() {
		all, err := s.w.app.Entries(ctx, app.Filter{Trashed: true}, app.Page{})
		return func() {
			if err != nil {
				s.w.complain(err)
				return
			}
			s.show(all.Entries)
		}
	})
}

func (s *deletedScreen) show(entries []app.Entry) {
	was := ids(s.entries)
	s.entries = entries
	follow(s.rows, was, ids(entries))
	s.rows.Remeasure()
	s.about.SetText(lang.L("What is here goes for good after 30 days, and with it the sound that Earshot itself has recorded."))
	s.none.SetText("")
	if len(entries) == 0 {
		s.none.SetText(lang.L("Nothing is here. What you delete can be restored from here for 30 days."))
	}
	s.selected()
}

func (s *deletedScreen) fill(i int, o fyne.CanvasObject) {
	e := s.entries[i]
	about, color := s.w.about(e)
	if size := e.Source.OnDisk(); size > 0 {
		about += " · " + app.Bytes(size)
	}
	about += " · " + fmt.Sprintf(lang.L("goes for good on %s"), shortDayText(e.Trashed.AddDate(0, 0, app.TrashDays)))
	view := o.(*widget.EntryView)
	view.SetEntry(e.Title, about, color)
	view.SetFavourite(e.Favourite)
}

// chosen are the transcripts that are selected.
func (s *deletedScreen) chosen() []app.Entry {
	var all []app.Entry
	for _, i := range s.rows.Selection() {
		all = append(all, s.entries[i])
	}
	return all
}

// selected shows what can be done with what is selected.
func (s *deletedScreen) selected() {
	some := len(s.rows.Selection()) > 0
	s.restore.SetEnabled(some)
	s.remove.SetEnabled(some)
	s.sure.Hide()
	s.actions.Show()
}

func (s *deletedScreen) menu() *fyne.Menu {
	return fyne.NewMenu("", fyne.NewMenuItem(lang.L("Restore"), s.bringBack),
		fyne.NewMenuItemSeparator(), fyne.NewMenuItem(lang.L("Delete for good"), s.ask))
}

func (s *deletedScreen) typedKey(e *fyne.KeyEvent) {
	switch {
	case e.Name == fyne.KeyDelete:
		s.ask()
	case e.Name == fyne.KeyEscape && s.sure.Visible():
		s.selected()
	default:
		s.w.typedKey(e)
	}
}

// bringBack restores what is selected.
func (s *deletedScreen) bringBack() {
	chosen := s.chosen()
	s.act(func(ctx context.Context) error { return s.w.app.Restore(ctx, ids(chosen)...) }, func() {
		s.w.forget(ids(chosen))
		if len(chosen) == 1 {
			s.w.strip.passing(fmt.Sprintf(lang.L("“%s” is back."), chosen[0].Title))
		} else {
			s.w.strip.passing(fmt.Sprintf(lang.L("%d transcripts are back."), len(chosen)))
		}
	})
}

// ask asks whether what is selected is to be deleted for good.
func (s *deletedScreen) ask() {
	chosen := s.chosen()
	switch len(chosen) {
	case 0:
		return
	case 1:
		s.asks.SetText(lang.L("This cannot be undone."))
	default:
		s.asks.SetText(fmt.Sprintf(lang.L("%d transcripts. This cannot be undone."), len(chosen)))
	}
	s.actions.Hide()
	s.sure.Show()
	s.content.Refresh()
}

// removeForGood deletes what is selected.
func (s *deletedScreen) removeForGood() {
	chosen := s.chosen()
	s.act(func(ctx context.Context) error { return s.w.app.Delete(ctx, ids(chosen)...) }, func() {
		s.w.forget(ids(chosen))
	})
}

// act changes what is in the trash, and shows it then.
func (s *deletedScreen) act(change func(context.Context) error, done func()) {
	if len(s.rows.Selection()) == 0 {
		return
	}
	s.w.pump.start(func(ctx context.Context) func() {
		err := change(ctx)
		return func() {
			if err != nil {
				s.w.complain(err)
			} else {
				done()
			}
			s.look()
		}
	})
}
