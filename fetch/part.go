package fetch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"earshot/app"
)

// partPath is the hidden file that a download grows in.
func partPath(dir, file string) string { return filepath.Join(dir, "."+file+".part") }

// lockPath is the file that is locked while the part is written. The part
// itself could not be: on Windows a lock keeps its owner from writing, too.
func lockPath(dir, file string) string { return filepath.Join(dir, "."+file+".lock") }

// part is a file of which the beginning has come.
type part struct {
	*os.File
	size int64 // how much has come
}

// openPart opens the part at path, or begins one.
func openPart(path string) (*part, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		f.Close()
		return nil, err
	}
	return &part{f, size}, nil
}

// Write appends what has come.
func (p *part) Write(data []byte) (int, error) {
	n, err := p.WriteAt(data, p.size)
	p.size += int64(n)
	return n, err
}

// reset throws away what has come.
func (p *part) reset() error {
	p.size = 0
	return p.Truncate(0)
}

// publish gives the part its name.
func (p *part) publish(target string) error {
	if err := p.Sync(); err != nil {
		return err
	}
	if err := p.Close(); err != nil {
		return err
	}
	return os.Rename(p.Name(), target)
}

// verify reads a file of the given size and compares it with the offer.
func (d *download) verify(ctx context.Context, f *os.File, size int64) error {
	if d.offer.Size > 0 && size != d.offer.Size {
		return fmt.Errorf("%w: it has %d bytes instead of %d", app.ErrWrongFile, size, d.offer.Size)
	}
	sum := sha256.New()
	in := io.NewSectionReader(f, 0, size)
	buf := make([]byte, 1<<20)
	d.report.at(0, size, true)
	for done := int64(0); ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := in.Read(buf)
		sum.Write(buf[:n])
		done += int64(n)
		d.report.at(done, size, true)
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != d.offer.SHA256 {
		return fmt.Errorf("%w: its checksum is another", app.ErrWrongFile)
	}
	return nil
}

// errLocked says that another Earshot is at work.
var errLocked = errors.New("another Earshot is downloading it")

// lock waits until nobody else holds the lock. What it returns lets go of it.
func lock(ctx context.Context, path string) (unlock func(), err error) {
	for {
		unlock, err := tryLock(path)
		if !errors.Is(err, errLocked) {
			return unlock, err
		}
		if err := sleep(ctx, 100*time.Millisecond); err != nil {
			return nil, err
		}
	}
}

// tryLock takes the lock or fails with errLocked. The file is removed when it
// is let go of, so that it can be another one by the time it is locked.
func tryLock(path string) (unlock func(), err error) {
	l := flock.New(path)
	locked, err := l.TryLock()
	if err != nil {
		return nil, err
	}
	if !locked {
		return nil, errLocked
	}
	ours, err := l.Stat()
	there, gone := os.Stat(path)
	if err != nil || gone != nil || !os.SameFile(ours, there) {
		l.Close()
		return nil, errLocked
	}
	return func() {
		os.Remove(path)
		l.Close()
	}, nil
}
