package app

import (
	"context"
	"errors"
	"slices"
	"time"
)

// DownloadState is how far a download has come.
type DownloadState string

// The states of a download. A paused, failed or finished one can be asked for
// again; a cancelled one is gone, with all that had come.
const (
	DownloadWaiting   DownloadState = "waiting"
	DownloadRunning   DownloadState = "running"
	DownloadVerifying DownloadState = "verifying"
	DownloadPaused    DownloadState = "paused"
	DownloadDone      DownloadState = "done"
	DownloadFailed    DownloadState = "failed"
	DownloadCancelled DownloadState = "cancelled"
)

// Download is the state of one model on its way to this machine.
type Download struct {
	Offer     Offer
	State     DownloadState
	Done      int64   // bytes that have come, or have been verified
	Size      int64   // bytes; 0 until it is known
	Speed     float64 // bytes a second, lately; 0 until it is known
	Remaining float64 // seconds; negative until it is known
	Err       error   // why it failed
}

// Active reports whether something will happen to the download by itself.
func (d Download) Active() bool {
	return d.State == DownloadWaiting || d.State == DownloadRunning || d.State == DownloadVerifying
}

// errNoFetcher is the error of an App that was made without a Fetcher.
var errNoFetcher = errors.New("this Earshot cannot download models")

// Download gets a model of the catalogue by its name, going on with what has
// come before. The voice activity model comes first if it is missing. What
// happens is told by DownloadChanged events. Of a model that is in the first
// models folder already the checksum is verified, and only a wrong one makes it
// come anew; one in another folder is left alone. An unknown name is a
// *UsageError.
func (a *App) Download(name string) error {
	if a.fetcher == nil {
		return errNoFetcher
	}
	o, err := FindOffer(name)
	if err != nil {
		return err
	}
	a.downloads.do(func(d *downloads) {
		if o.Family != FamilyVAD && a.models.VAD() == "" {
			d.add(silero())
		}
		d.add(o)
	})
	return nil
}

// PauseDownload stops a download; Download goes on with it.
func (a *App) PauseDownload(name string) {
	a.downloads.do(func(d *downloads) { d.stop(name, DownloadPaused) })
}

// CancelDownload stops a download that is not complete and throws away what
// has come.
func (a *App) CancelDownload(name string) {
	a.downloads.do(func(d *downloads) { d.stop(name, DownloadCancelled) })
}

// Downloads lists what was asked for since the start, in that order.
func (a *App) Downloads() []Download {
	var list []Download
	a.downloads.do(func(d *downloads) {
		for _, f := range d.all {
			list = append(list, f.Download)
		}
	})
	return list
}

// Unfinished lists the downloads that earlier runs of Earshot have begun and not
// completed, as paused: Download goes on with them, CancelDownload throws away
// what has come. What was asked for since the start is not among them.
func (a *App) Unfinished() []Download {
	if a.fetcher == nil {
		return nil
	}
	asked := a.Downloads()
	var list []Download
	for _, o := range Offers() {
		kept := a.fetcher.Kept(o, a.models.Dirs[0])
		known := slices.ContainsFunc(asked, func(d Download) bool { return d.Offer.Name == o.Name })
		if kept > 0 && !known && a.models.Installed(o) == "" {
			list = append(list, Download{Offer: o, State: DownloadPaused, Done: kept, Size: o.Size, Remaining: -1})
		}
	}
	return list
}

// VerifyModel compares an installed model with the checksum in the catalogue:
// see Models.Verify.
func (a *App) VerifyModel(ctx context.Context, name string) error { return a.models.Verify(ctx, name) }

// RemoveModel deletes a model from the first models folder: see Models.Remove.
// Of one that has come in part only, it removes the part. Settings that name the
// model choose none any more.
func (a *App) RemoveModel(name string) error {
	err := a.models.Remove(name)
	o, known := offered(name)
	if err == nil {
		a.downloads.do(func(d *downloads) { d.forget(o.Name) })
		return a.unchoose(ModelName(name))
	}
	var missing *ModelError
	if !known || a.fetcher == nil || !errors.As(err, &missing) {
		return err
	}
	if begun, discarding := a.fetcher.Discard(o, a.models.Dirs[0]); begun || discarding != nil {
		return discarding
	}
	return err
}

// unchoose lets Earshot choose a model again if the settings name this one and it
// is gone.
func (a *App) unchoose(name string) error {
	s := a.Settings()
	if s.Model != name || a.models.inFolders(name) != "" {
		return nil
	}
	s.Model = ""
	a.SetSettings(s)
	return a.SaveSettings()
}

// sideBySide is how many downloads run at a time.
const sideBySide = 2

// downloads fetches models. One goroutine, loop, owns its fields; everybody
// else sends it commands.
type downloads struct {
	app      *App
	commands chan func(*downloads)
	ended    chan fetched

	all     []*download // in the order they were asked for
	running int
}

// download is one of the downloads.
type download struct {
	Download
	cancel context.CancelFunc // set while Fetch runs
	next   DownloadState      // what a Fetch that was cancelled is to become; "" if it was not
	meter  meter
}

// fetched is how a Fetch has ended.
type fetched struct {
	*download
	err error
}

// loop runs until ctx is done, then pauses what is running and waits for it.
func (d *downloads) loop(ctx context.Context) {
	for {
		d.start(ctx)
		select {
		case command := <-d.commands:
			command(d)
		case f := <-d.ended:
			d.settle(f)
		case <-ctx.Done():
			for d.running > 0 {
				d.settle(<-d.ended)
			}
			return
		}
	}
}

// do runs a command on the downloads' goroutine, or not at all if the program
// is closing.
func (d *downloads) do(command func(*downloads)) {
	done := make(chan struct{})
	select {
	case d.commands <- func(d *downloads) { defer close(done); command(d) }:
		<-done
	case <-d.app.ctx.Done():
	}
}

// start fetches what waits, as far as there is room.
func (d *downloads) start(ctx context.Context) {
	for _, f := range d.all {
		if d.running < sideBySide && f.State == DownloadWaiting && ctx.Err() == nil {
			d.run(ctx, f)
		}
	}
}

func (d *downloads) run(ctx context.Context, f *download) {
	ctx, f.cancel = context.WithCancel(ctx)
	f.next, f.meter = "", meter{}
	d.running++
	d.change(f, DownloadRunning)
	offer, dir := f.Offer, d.app.models.Dirs[0]
	go func() {
		err := d.app.fetcher.Fetch(ctx, offer, dir, func(p FetchProgress) {
			select {
			case d.commands <- func(d *downloads) { d.progress(f, p) }:
			case <-ctx.Done():
			}
		})
		d.ended <- fetched{f, err}
	}()
}

// settle gives a download the state that follows from how Fetch has ended.
func (d *downloads) settle(f fetched) {
	f.cancel()
	f.cancel = nil
	d.running--
	next := f.next
	switch {
	case f.err == nil:
		next = DownloadDone
	case next == "" && errors.Is(f.err, context.Canceled):
		next = DownloadPaused // the program is closing
	case next == "":
		next, f.Err = DownloadFailed, f.err
	}
	d.change(f.download, next)
}

// progress takes in a report of Fetch.
func (d *downloads) progress(f *download, p FetchProgress) {
	state := DownloadRunning
	if p.Verifying {
		state = DownloadVerifying
	}
	if state != f.State {
		f.meter = meter{}
	}
	f.Done, f.Size = p.Done, max(p.Size, f.Offer.Size)
	f.Speed = f.meter.add(d.app.now(), p.Done)
	f.Remaining = -1
	if f.Speed > 0 && f.Size > 0 {
		f.Remaining = float64(f.Size-f.Done) / f.Speed
	}
	f.State = state
	d.publish(f)
}

// change puts a download into another state, which it publishes.
func (d *downloads) change(f *download, state DownloadState) {
	f.State, f.Speed, f.Remaining = state, 0, -1
	switch state {
	case DownloadDone:
		f.Done = f.Size
	case DownloadCancelled:
		d.discard(f.Offer)
		d.all = slices.DeleteFunc(d.all, func(g *download) bool { return f == g })
	}
	d.publish(f)
}

func (d *downloads) publish(f *download) {
	d.app.broker.publish(DownloadChanged{Download: f.Download})
}

func (d *downloads) discard(o Offer) {
	if d.app.fetcher == nil {
		return
	}
	if _, err := d.app.fetcher.Discard(o, d.app.models.Dirs[0]); err != nil {
		d.app.log.Debug("part of a download is left", "model", o.Name, "error", err)
	}
}

func (d *downloads) find(name string) *download {
	for _, f := range d.all {
		if f.Offer.Name == name || f.Offer.File == name {
			return f
		}
	}
	return nil
}

// add makes a download wait for its turn, unless it has had it.
func (d *downloads) add(o Offer) {
	f := d.find(o.Name)
	if f == nil {
		f = &download{Download: Download{Offer: o, Size: o.Size, Remaining: -1}}
		d.all = append(d.all, f)
	}
	switch {
	case f.cancel != nil && f.next != "":
		f.next = DownloadWaiting // it is ending, and to begin again
	case f.cancel != nil, f.State == DownloadWaiting:
	case Models{Dirs: d.app.models.Dirs[1:]}.Installed(o) != "":
		f.Err = nil
		d.change(f, DownloadDone)
	default:
		f.Err, f.Done = nil, 0
		d.change(f, DownloadWaiting)
	}
}

// stop pauses or cancels a download, once Fetch has ended if it is running.
func (d *downloads) stop(name string, next DownloadState) {
	f := d.find(name)
	switch {
	case f == nil:
		if o, ok := offered(name); ok && next == DownloadCancelled { // of an earlier run of the program
			d.change(&download{Download: Download{Offer: o, Size: o.Size}}, next)
		}
	case f.cancel != nil:
		f.next = next
		f.cancel()
	case f.State == DownloadWaiting, next == DownloadCancelled && f.State != DownloadDone:
		d.change(f, next)
	}
}

// forget drops a finished download whose file is gone.
func (d *downloads) forget(name string) {
	d.all = slices.DeleteFunc(d.all, func(f *download) bool { return f.Offer.Name == name && f.State == DownloadDone })
}

// meter measures how fast something grows, over the last few seconds.
type meter struct{ samples []sample }

type sample struct {
	time time.Time
	done int64
}

// add takes in how much there is now and returns its growth per second.
func (m *meter) add(now time.Time, done int64) float64 {
	const window = 5 * time.Second
	if n := len(m.samples); n > 0 && done < m.samples[n-1].done {
		m.samples = nil // it has begun again
	}
	m.samples = append(m.samples, sample{now, done})
	for len(m.samples) > 2 && now.Sub(m.samples[1].time) >= window {
		m.samples = m.samples[1:]
	}
	first := m.samples[0]
	seconds := now.Sub(first.time).Seconds()
	if seconds <= 0 {
		return 0
	}
	return float64(done-first.done) / seconds
}
