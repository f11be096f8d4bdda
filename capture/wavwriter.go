package capture

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"earshot/app"
)

const (
	wavHeaderSize = 44
	sampleSize    = 2 // bytes
)

// wavHeader begins a file of size bytes of samples. Both sizes are 0 while that
// is not known: readers then take what there is.
func wavHeader(channels, rate, depth int, size uint32) []byte {
	block := channels * depth / 8
	head := make([]byte, 0, wavHeaderSize)
	head = append(head, "RIFF"...)
	if size == 0 {
		head = append(head, 0, 0, 0, 0)
	} else {
		head = binary.LittleEndian.AppendUint32(head, riffSize(wavHeaderSize, int64(size)))
	}
	head = append(head, "WAVEfmt \x10\x00\x00\x00\x01\x00"...)
	head = binary.LittleEndian.AppendUint16(head, uint16(channels))
	head = binary.LittleEndian.AppendUint32(head, uint32(rate))
	head = binary.LittleEndian.AppendUint32(head, uint32(rate*block))
	head = binary.LittleEndian.AppendUint16(head, uint16(block))
	head = binary.LittleEndian.AppendUint16(head, uint16(depth))
	head = append(head, "data"...)
	return binary.LittleEndian.AppendUint32(head, size)
}

// riffSize is what the header says of a whole file whose samples, size bytes of
// them, begin at byte at.
func riffSize(at, size int64) uint32 { return uint32(min(at-8+size+size%2, math.MaxUint32)) }

// errFull says that more does not fit into a WAV file: 18 hours of one track.
var errFull = errors.New("a WAV file holds no more than 2 GB")

// wavWriter is a WAV file that grows. Until it is finished its header is that
// of an unfinished file, and it is locked: see Recover.
type wavWriter struct {
	file     *os.File
	lock     *flock.Flock
	channels int
	frames   int64
	raw      []byte
}

// createWAV begins a file that must not be there yet.
func createWAV(ctx context.Context, path string, channels int) (*wavWriter, error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, diskError(err)
	}
	w := &wavWriter{file: file, lock: flock.New(path), channels: channels}
	if err := w.begin(ctx, path); err != nil {
		w.discard()
		return nil, diskError(err)
	}
	return w, nil
}

// begin locks the file and makes its header and its name safe.
func (w *wavWriter) begin(ctx context.Context, path string) error {
	// Only somebody who recovers files can hold the lock, and not for long.
	if _, err := w.lock.TryLockContext(ctx, 10*time.Millisecond); err != nil {
		return fmt.Errorf("lock %s: %w", path, err)
	}
	if _, err := w.file.Write(wavHeader(w.channels, app.SampleRate, 8*sampleSize, 0)); err != nil {
		return err
	}
	return errors.Join(w.file.Sync(), syncFolder(filepath.Dir(path)))
}

// write adds whole frames. If not all of them fit, as many as do are kept.
func (w *wavWriter) write(samples []int16) error {
	if w.size()+int64(sampleSize*len(samples)) > endless {
		return errFull
	}
	w.raw = w.raw[:0]
	for _, v := range samples {
		w.raw = binary.LittleEndian.AppendUint16(w.raw, uint16(v))
	}
	n, err := w.file.Write(w.raw)
	w.frames += int64(n / (sampleSize * w.channels))
	return diskError(err)
}

// size is that of the samples in bytes.
func (w *wavWriter) size() int64 { return w.frames * int64(sampleSize*w.channels) }

// sync makes what has been written safe from a loss of power.
func (w *wavWriter) sync() error { return diskError(w.file.Sync()) }

// finish completes the file.
func (w *wavWriter) finish() error {
	size := w.size()
	err := w.file.Truncate(wavHeaderSize + size) // a full disk may have cut a frame in two
	if err == nil && size > 0 {
		_, err = w.file.WriteAt(wavHeader(w.channels, app.SampleRate, 8*sampleSize, uint32(size)), 0)
	}
	return diskError(errors.Join(err, w.file.Sync(), w.file.Close(), w.lock.Close()))
}

// discard removes the file.
func (w *wavWriter) discard() {
	w.file.Close()
	os.Remove(w.file.Name())
	w.lock.Close()
}
