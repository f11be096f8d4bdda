package capture

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/gofrs/flock"

	"earshot/app"
)

// Recover implements app.Recorder. It fails with a *app.MediaError if the file
// cannot be read, or is no WAV file of integers.
func (Recorder) Recover(ctx context.Context, path string) (float64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	seconds, err := recoverWAV(path)
	if err != nil {
		return 0, &app.MediaError{Path: path, Err: err}
	}
	return seconds, nil
}

func recoverWAV(path string) (float64, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrPermission) {
		f, err = os.Open(path) // it may be whole
	}
	if err != nil {
		return 0, err
	}
	defer f.Close()
	// Who writes it holds the lock. Without a flag of its own, flock would
	// create a file that has just been removed.
	lock := flock.New(path, flock.SetFlag(os.O_RDONLY))
	free, err := lock.TryLock()
	if err != nil {
		return 0, fmt.Errorf("lock it: %w", err)
	}
	defer lock.Close()
	left, err := remains(f)
	if err != nil {
		return 0, err
	}
	if free && !left.whole {
		if err := left.repair(f); err != nil {
			return 0, err
		}
	}
	return float64(left.size/left.block) / float64(left.rate), nil
}

// remainder is what there is of a WAV file.
type remainder struct {
	at, size    int64 // of the samples, whole frames
	block, rate int64
	whole       bool // the header says so too
}

func remains(f *os.File) (r remainder, err error) {
	st, err := f.Stat()
	if err != nil {
		return r, err
	}
	if st.Size() == 0 {
		return r, app.ErrEmptyFile
	}
	format, data, err := findChunks(f)
	if err != nil {
		return r, app.ErrNotMedia
	}
	channels, rate, depth, err := pcmFormat(format)
	if err != nil {
		return r, app.ErrNotMedia
	}
	var promised [4]byte
	if _, err := f.ReadAt(promised[:], data.at-4); err != nil {
		return r, err
	}
	r = remainder{at: data.at, block: int64(channels * depth / 8), rate: int64(rate)}
	r.size = min(int64(data.size), st.Size()-data.at)
	r.size -= r.size % r.block
	r.whole = int64(binary.LittleEndian.Uint32(promised[:])) == int64(data.size) && int64(data.size) <= st.Size()-data.at
	return r, nil
}

// repair makes the header tell the truth.
func (r remainder) repair(f *os.File) error {
	var riff, data [4]byte
	binary.LittleEndian.PutUint32(riff[:], riffSize(r.at, r.size))
	binary.LittleEndian.PutUint32(data[:], uint32(r.size))
	_, err := f.WriteAt(riff[:], 4)
	if err == nil {
		_, err = f.WriteAt(data[:], r.at-4)
	}
	return diskError(errors.Join(err, f.Sync()))
}
