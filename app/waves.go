package app

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Bytes that the waves of recordings may take; three hours take 1 MB.
const mostWaves = 256 << 20

// waves is the folder of them, if there is a cache.
func (a *App) waves() string { return filepath.Join(a.cache, "waves") }

// purgeWaves removes the waves of recordings that no transcript is of any more
// and, where the others take too much, of those that were looked at longest ago.
// A recording whose file is not there now may be on a disk that comes back.
func (a *App) purgeWaves(ctx context.Context) error {
	if a.library == nil || a.cache == "" {
		return nil
	}
	files, err := os.ReadDir(a.waves())
	if len(files) == 0 {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	}
	var kept []fs.FileInfo
	for _, f := range files {
		hash, _, _ := strings.Cut(f.Name(), "-")
		known, unsure := a.library.HasSound(ctx, hash)
		info, gone := f.Info()
		switch {
		case unsure != nil:
			return errors.Join(err, unsure)
		case gone != nil: // by another Earshot
		case known:
			kept = append(kept, info)
		default:
			err = errors.Join(err, a.removeWave(f.Name()))
		}
	}
	slices.SortFunc(kept, func(a, b fs.FileInfo) int { return b.ModTime().Compare(a.ModTime()) })
	left := int64(mostWaves)
	for _, f := range kept {
		if left -= f.Size(); left < 0 {
			err = errors.Join(err, a.removeWave(f.Name()))
		}
	}
	return err
}

func (a *App) removeWave(name string) error {
	err := os.Remove(filepath.Join(a.waves(), name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
