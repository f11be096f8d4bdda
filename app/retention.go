package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Values of Settings.SoundDays besides a number of days.
const (
	SoundForEver   = 0
	SoundUntilText = -1
)

// How often it is looked for what is over, and how long after the start for the
// first time: until then a person waits for the window.
const (
	purgeEvery = time.Hour
	settled    = 20 * time.Second
)

// Sound is a recording that transcripts are of.
type Sound struct {
	Path   string
	Size   int64     // bytes
	Newest time.Time // when the newest transcript of it was made
	Done   bool      // all transcripts of it are
}

// retain removes what is over, soon after the start and from then on, since a
// window and a server stay open for weeks: sound, what is in the trash, waves.
func (a *App) retain(ctx context.Context, settle time.Duration) {
	timer := time.NewTimer(settle)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case <-ctx.Done():
			return
		}
		_, err := a.PurgeSound(ctx)
		err = errors.Join(err, a.EmptyTrash(ctx), a.purgeWaves(ctx))
		if err != nil && ctx.Err() == nil {
			a.log.Warn("not all that is over could be removed")
			a.log.Debug("remove what is over", "error", err) // names files
		}
		timer.Reset(purgeEvery)
	}
}

// PurgeSound removes the sound of recordings whose time by Settings.SoundDays
// is over, and returns how many bytes that has freed. Text stays, and so does
// every file that Earshot has not recorded itself, and sound that is not
// transcribed yet. While a job or recording runs nothing is removed.
func (a *App) PurgeSound(ctx context.Context) (freed int64, err error) {
	days := a.Settings().SoundDays
	if days == SoundForEver || a.library == nil || a.recordings == "" || a.Recording() || a.Busy() {
		return 0, nil
	}
	sounds, err := a.library.Sounds(ctx, filepath.Clean(a.recordings))
	if err != nil {
		return 0, err
	}
	limit := a.now().AddDate(0, 0, -max(0, days))
	for _, s := range sounds {
		if !s.Done || s.Newest.After(limit) || !a.recorded(s.Path) {
			continue
		}
		if err := a.removeSound(ctx, s.Path); err != nil {
			return freed, err
		}
		freed += s.Size
	}
	return freed, nil
}

func (a *App) removeSound(ctx context.Context, path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove old sound: %w", err)
	}
	if err := a.library.SoundRemoved(ctx, path); err != nil {
		return err
	}
	of, err := a.library.List(ctx, Filter{Path: path}, Page{})
	for _, e := range of.Entries {
		a.broker.publish(EntryChanged{Entry: e})
	}
	return err
}
