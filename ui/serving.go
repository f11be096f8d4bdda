package ui

import (
	"context"
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	fynewidget "fyne.io/fyne/v2/widget"

	"earshot/app"
	"earshot/ui/look"
	"earshot/ui/widget"
)

// servingCard is where a person lets other programs use Earshot.
type servingCard struct {
	w       *Window
	content *fyne.Container
	on      *fynewidget.Check
	addr    *submitEntry
	wrong   *fynewidget.Label // about the address
	key     *widget.Text
	state   *fynewidget.Label
	told    fyne.CanvasObject // state, if there is anything to say
	rest    fyne.CanvasObject // while it is on
}

func newServingCard(w *Window) *servingCard {
	c := &servingCard{w: w, wrong: warning(), state: caption("")}
	c.on = fynewidget.NewCheck("", func(on bool) { c.change(func(s *app.APISettings) { s.On = on }) })
	c.addr = &submitEntry{}
	c.addr.ExtendBaseWidget(c.addr)
	c.addr.SetPlaceHolder(app.APIAddr)
	c.addr.OnSubmitted = func(addr string) { c.change(func(s *app.APISettings) { s.Addr = addr }) }
	c.key = widget.NewText("", look.TextSize, look.Ink, fyne.TextStyle{Monospace: true}).Giving()
	keys := container.NewBorder(nil, nil, nil, container.NewHBox(
		widget.NewButton(lang.L("Copy"), widget.Plain, c.copyKey),
		widget.NewButton(lang.L("Renew"), widget.Plain, func() { c.change(func(s *app.APISettings) { s.Key = "" }) })),
		c.key)
	c.rest = container.New(layout.NewCustomPaddedVBoxLayout(14),
		setting(lang.L("Address"), lang.L("127.0.0.1 is for this computer only, 0.0.0.0 also for others, unencrypted."), c.addr),
		c.wrong,
		widget.NewText(lang.L("Key"), look.TextSize, look.Ink, fyne.TextStyle{Bold: true}),
		container.New(layout.NewCustomPaddedLayout(-10, 0, 0, 0), widget.NewText(
			lang.L("Programs have to name it. A renewed one locks out those that have the old one."),
			look.SmallSize, look.Dim, fyne.TextStyle{}).Giving()),
		container.New(layout.NewCustomPaddedLayout(-8, 0, 0, 0), keys))
	c.told = container.New(layout.NewCustomPaddedLayout(-12, -8, -8, 0), c.state)
	c.content = container.NewStack(formCard(
		setting(lang.L("Serve other programs"), lang.L("They send recordings and get text, as from a hosted service."), c.on),
		c.told, c.rest))
	return c
}

// change puts other settings of the API in force, if they make sense.
func (c *servingCard) change(alter func(*app.APISettings)) {
	before := c.w.app.Settings().API
	how := before
	alter(&how)
	if how == before {
		warn(c.wrong, nil)
		return
	}
	err := c.w.app.SetAPI(how)
	warn(c.wrong, err)
	if err == nil {
		c.w.background(func(context.Context) error { return c.w.app.SaveSettings() })
		c.show()
	}
	c.content.Refresh()
}

func (c *servingCard) copyKey() {
	c.w.fyne.Clipboard().SetContent(c.key.Text())
	c.w.strip.passing(lang.L("Copied the key."))
}

// show shows the settings of the API, and how it stands with it.
func (c *servingCard) show() {
	how := c.w.app.Settings().API
	c.on.Checked = how.On
	c.on.Refresh()
	c.addr.SetText(how.Addr)
	c.key.SetText(how.Key)
	setVisible(c.rest, how.On)
	c.changed(c.w.app.Serving())
}

// changed shows how it stands with the API.
func (c *servingCard) changed(now app.Serving) {
	c.state.Importance = fynewidget.LowImportance
	switch {
	case now.Addr != "":
		c.state.SetText(fmt.Sprintf(lang.L("Serving at http://%s. What it can do is in docs/api.md."), now.Addr))
	case now.Err != nil:
		c.state.Importance = fynewidget.WarningImportance
		c.state.SetText(explain(now.Err))
	case c.w.app.Settings().API.On:
		c.state.SetText(lang.L("Starting …"))
	default:
		c.state.SetText("")
	}
	setVisible(c.told, c.state.Text != "")
	c.content.Refresh()
}

// submitEntry is a field that is submitted by Enter, and by leaving it.
type submitEntry struct{ fynewidget.Entry }

// FocusLost implements fyne.Focusable.
func (e *submitEntry) FocusLost() {
	e.Entry.FocusLost()
	e.OnSubmitted(e.Text)
}
