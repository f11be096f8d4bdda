package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"runtime"
	"sync"
	"time"
)

// Deps are the parts that an App works with. Media, Recognizer and Models
// must be set.
type Deps struct {
	Media        Media
	Recognizer   Recognizer
	Models       Models
	Library      Library          // nil stores nothing
	Fetcher      Fetcher          // nil downloads nothing
	SideBySide   int              // short recordings that are transcribed at once; 0 is one
	Recorder     Recorder         // nil, or no Streamer, cannot record
	Streamer     Streamer         //
	Recordings   string           // folder of recorded sound; "" is the one for temporary files
	Tuner        Tuner            // nil measures nothing
	Player       Player           // nil plays nothing
	Server       Server           // nil serves nothing
	Cache        string           // folder of what can be made again; "" keeps nothing of it
	SettingsPath string           // "" keeps settings in memory
	Settle       time.Duration    // after which it is looked for the first time for what is over; 0 is 20 s
	Log          *slog.Logger     // nil discards
	Now          func() time.Time // nil is time.Now
}

// App is Earshot without its face: it runs jobs, keeps the library and tells
// subscribers what happens. Its methods are safe for concurrent use.
type App struct {
	media      Media
	recognizer Recognizer
	models     Models
	library    Library
	fetcher    Fetcher
	recorder   Recorder
	streamer   Streamer
	recordings string
	tuner      Tuner
	deck       *Deck
	serving    *serving
	cache      string
	log        *slog.Logger
	now        func() time.Time
	broker     broker
	queue      *queue
	sideBySide int
	downloads  *downloads

	settingsPath string
	settingsMu   sync.Mutex
	settings     Settings

	recMu   sync.Mutex
	running *runningRecording // nil if there is none

	overviewMu sync.Mutex
	overview   *Overview // the newest; nil before the first

	docMu     sync.Mutex
	documents map[int64]*saver // that are open, by their transcripts
	unsaved   error            // what could not be stored of those that are not

	ctx     context.Context // done when the App is closing
	cancel  context.CancelFunc
	closing sync.Mutex // between what still starts and Close
	wg      sync.WaitGroup
}

// New starts an App, whose goroutines live until Close. Settings that cannot
// be read are reported and replaced by the defaults.
func New(ctx context.Context, d Deps) (*App, error) {
	a := &App{
		media: d.Media, recognizer: d.Recognizer, models: d.Models, library: d.Library, fetcher: d.Fetcher,
		recorder: d.Recorder, streamer: d.Streamer, recordings: d.Recordings, tuner: d.Tuner, cache: d.Cache,
		log: d.Log, now: d.Now, settingsPath: d.SettingsPath, sideBySide: max(1, d.SideBySide),
	}
	if a.log == nil {
		a.log = slog.New(slog.DiscardHandler)
	}
	if a.now == nil {
		a.now = time.Now
	}
	var err error
	if d.SettingsPath != "" {
		a.settings, err = LoadSettings(d.SettingsPath)
	}
	// Only Close ends it: a job whose owner has been interrupted must not take
	// that for the end of the program.
	a.ctx, a.cancel = context.WithCancel(context.WithoutCancel(ctx))
	a.queue = &queue{app: a, commands: make(chan func(*queue)), finished: make(chan *queuedJob)}
	a.downloads = &downloads{app: a, commands: make(chan func(*downloads)), ended: make(chan fetched)}
	a.deck = newDeck(a, d.Player)
	a.serving = newServing(a, d.Server)
	a.wg.Go(func() { a.queue.loop(a.ctx) })
	a.wg.Go(func() { a.downloads.loop(a.ctx) })
	a.wg.Go(func() { a.deck.loop(a.ctx) })
	a.wg.Go(func() { a.serving.loop(a.ctx) })
	a.wg.Go(func() { a.retain(a.ctx, cmp.Or(d.Settle, settled)) })
	return a, err
}

// Close ends the recording, what plays, the API, the running jobs and the downloads, which can
// be resumed next time, stores what was done to open documents, and waits for all goroutines. It fails
// if something could not be stored: Document.Flush says so in time.
func (a *App) Close() error {
	a.closing.Lock()
	a.cancel()
	a.closing.Unlock()
	a.wg.Wait()
	a.docMu.Lock()
	defer a.docMu.Unlock()
	return a.unsaved
}

// start runs work on a goroutine that Close waits for, or fails with ErrClosing.
// A goroutine that Close waits for may start others through wg itself.
func (a *App) start(work func()) error {
	a.closing.Lock()
	defer a.closing.Unlock()
	if a.ctx.Err() != nil {
		return ErrClosing
	}
	a.wg.Go(work)
	return nil
}

// Subscribe returns a subscription to everything that happens from now on.
func (a *App) Subscribe() *Subscription { return a.broker.subscribe() }

// Enqueue adds files to the queue, with the options of the settings.
func (a *App) Enqueue(paths ...string) { a.EnqueueWith(a.Settings().Options, paths...) }

// EnqueueWith adds files to the queue.
func (a *App) EnqueueWith(opt Options, paths ...string) {
	a.queue.do(a.ctx, func(q *queue) {
		for _, path := range paths {
			q.add(Request{Path: path, Options: opt})
		}
	})
}

// TranscribeAll runs requests in order, short recordings side by side, and
// returns when all have ended. on receives what happens to request i, as that
// of Transcribe; ended gets what has become of it, once. Those of different
// requests are called at the same time. Subscribers are told too. A cancelled
// ctx ends all.
func (a *App) TranscribeAll(ctx context.Context, requests []Request, on func(i int, e Event), ended func(i int, t Transcript, err error)) {
	var wg sync.WaitGroup
	wg.Add(len(requests))
	submissions := make([]submission, len(requests))
	for i, req := range requests {
		submissions[i] = submission{
			request: req, ctx: ctx,
			on: func(e Event) {
				a.broker.publish(e)
				on(i, e)
			},
			ended: func(t Transcript, err error) {
				defer wg.Done()
				ended(i, t, err)
			},
		}
	}
	taken := a.queue.do(a.ctx, func(q *queue) {
		for _, s := range submissions {
			q.submit(s)
		}
	})
	for i := 0; !taken && i < len(submissions); i++ {
		submissions[i].end(Transcript{}, ErrClosing)
	}
	wg.Wait()
}

// Again transcribes a transcript's recording once more, with the options of
// the settings, into a new transcript.
func (a *App) Again(ctx context.Context, id int64) error {
	return a.AgainWith(ctx, id, a.Settings().Options)
}

// AgainWith transcribes a transcript's recording once more, the same audio
// track of it, into a new transcript.
func (a *App) AgainWith(ctx context.Context, id int64, opt Options) error {
	e, err := a.recording(ctx, id)
	if err != nil {
		return err
	}
	opt.Stream = e.Options.Stream
	a.queue.do(a.ctx, func(q *queue) { q.add(Request{Path: e.Source.Path, Options: opt, NoCache: true}) })
	return nil
}

// Resume goes on with a transcript that was cancelled, interrupted or failed.
func (a *App) Resume(ctx context.Context, id int64) error {
	e, err := a.recording(ctx, id)
	if err != nil {
		return err
	}
	a.queue.do(a.ctx, func(q *queue) { q.add(Request{Path: e.Source.Path, Options: e.Options, Resume: id}) })
	return nil
}

// recording returns the entry of a transcript whose recording can be read
// again: what came through standard input was not kept.
func (a *App) recording(ctx context.Context, id int64) (Entry, error) {
	if a.library == nil {
		return Entry{}, ErrNotFound
	}
	e, err := a.library.Entry(ctx, id)
	switch {
	case err != nil:
	case e.Source.Path == "-":
		err = &MediaError{Path: "-", Err: errors.New("what came through it was not kept")}
	case e.Source.Removed:
		err = &MediaError{Path: e.Source.Path, Err: ErrRemoved}
	}
	return e, err
}

// Cancel ends a job, waiting or running; what it has transcribed is kept.
func (a *App) Cancel(id JobID) {
	a.queue.do(a.ctx, func(q *queue) { q.remove(id) })
}

// Busy reports whether a job is running or waiting.
func (a *App) Busy() bool {
	busy := false
	a.queue.do(a.ctx, func(q *queue) { busy = len(q.running)+len(q.waiting) > 0 })
	return busy
}

// Settings returns the settings in force.
func (a *App) Settings() Settings {
	a.settingsMu.Lock()
	defer a.settingsMu.Unlock()
	return a.settings
}

// SetSettings puts settings in force. SaveSettings keeps them.
func (a *App) SetSettings(s Settings) {
	a.settingsMu.Lock()
	defer a.settingsMu.Unlock()
	a.settings = s
}

// SaveSettings writes the settings in force to the settings file.
func (a *App) SaveSettings() error {
	a.settingsMu.Lock()
	defer a.settingsMu.Unlock()
	if a.settingsPath == "" {
		return nil
	}
	return a.settings.Save(a.settingsPath)
}

// Models returns the models that are installed.
func (a *App) Models() Models { return a.models }

// Devices lists what can compute here.
func (a *App) Devices(ctx context.Context) ([]Device, error) { return a.recognizer.Devices(ctx) }

// Machine describes this machine, for Recommend.
func (a *App) Machine(ctx context.Context) (Machine, error) {
	m := Machine{Cores: runtime.NumCPU()}
	devices, err := a.recognizer.Devices(ctx)
	if err != nil {
		return m, err
	}
	for _, d := range devices {
		if d.ID == "cpu" {
			m.Memory = d.MemoryTotal
			continue
		}
		m.GPU, m.GPUMemory = true, max(m.GPUMemory, d.MemoryTotal)
	}
	return m, nil
}

// Languages lists the languages that can be recognised.
func (a *App) Languages() []Language { return a.recognizer.Languages() }

// Transcript returns a transcript with its text.
func (a *App) Transcript(ctx context.Context, id int64) (Transcript, error) {
	if a.library == nil {
		return Transcript{}, ErrNotFound
	}
	return a.library.Transcript(ctx, id)
}

// Keep makes an omission a segment of its transcript after all.
func (a *App) Keep(ctx context.Context, transcript, omission int64) error {
	return a.change(ctx, transcript, func() error { return a.library.Keep(ctx, transcript, omission) })
}

// Recover transcribes the stretch of an omission again, from the recording, with
// the transcript's own model and options, and believing that somebody speaks
// there. What is found takes the omission's place; if that is nothing, or the
// recording is gone or another one, the job fails and all stays as it was.
func (a *App) Recover(ctx context.Context, transcript, omission int64) error {
	e, err := a.recording(ctx, transcript)
	if err != nil {
		return err
	}
	a.queue.do(a.ctx, func(q *queue) {
		q.add(Request{Path: e.Source.Path, Resume: transcript, Omission: omission})
	})
	return nil
}

// Rename gives a transcript a new title.
func (a *App) Rename(ctx context.Context, id int64, title string) error {
	return a.change(ctx, id, func() error { return a.library.Rename(ctx, id, title) })
}

// Delete removes transcripts for good, from the trash too, and with them sound
// that Earshot itself has recorded, if no other transcript is of it.
func (a *App) Delete(ctx context.Context, ids ...int64) error {
	if a.library == nil {
		return ErrNotFound
	}
	var gone []Entry
	for _, id := range ids {
		t, err := a.library.Transcript(ctx, id) // Entry leaves the trash out
		if err != nil && (len(ids) == 1 || !errors.Is(err, ErrNotFound)) {
			return err
		}
		if err == nil {
			gone = append(gone, t.Entry)
		}
	}
	for _, id := range ids {
		a.deck.release(id)
	}
	if err := a.library.Delete(ctx, ids...); err != nil {
		return err
	}
	var err error
	for _, e := range gone {
		a.broker.publish(EntryRemoved{ID: e.ID})
		err = errors.Join(err, a.deleteSound(ctx, e.Source.Path))
	}
	return err
}

// deleteSound removes sound that Earshot has recorded and that no transcript is
// of any more.
func (a *App) deleteSound(ctx context.Context, path string) error {
	if !a.recorded(path) {
		return nil
	}
	for _, trashed := range []bool{false, true} {
		left, err := a.library.List(ctx, Filter{Path: path, Trashed: trashed}, Page{Limit: 1})
		if err != nil || left.Total > 0 {
			return err
		}
	}
	return deleteSound(path)
}

func deleteSound(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("delete the sound: %w", err)
	}
	return nil
}

// EmptyTrash removes for good what has been in the trash for 30 days, as Delete
// does. An App does so by itself once an hour.
func (a *App) EmptyTrash(ctx context.Context) error {
	if a.library == nil {
		return nil
	}
	paths, err := a.library.Purge(ctx)
	for _, path := range paths {
		if a.recorded(path) {
			err = errors.Join(err, deleteSound(path))
		}
	}
	return err
}

// change alters an entry and publishes what it became.
func (a *App) change(ctx context.Context, id int64, alter func() error) error {
	if a.library == nil {
		return ErrNotFound
	}
	if err := alter(); err != nil {
		return err
	}
	e, err := a.library.Entry(ctx, id)
	if err != nil {
		return err
	}
	a.broker.publish(EntryChanged{Entry: e})
	return nil
}

// Export writes a transcript to the file at path, whole or not at all,
// replacing what was there.
func (a *App) Export(ctx context.Context, id int64, path string, f Format) error {
	if err := a.flushDocument(ctx, id); err != nil {
		return err
	}
	t, err := a.Transcript(ctx, id)
	if err != nil {
		return err
	}
	if err := writeWhole(path, func(w io.Writer) error { return Write(w, t, f, false) }); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
