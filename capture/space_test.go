//go:build linux

package capture

import (
	"errors"
	"path/filepath"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"earshot/app"
)

// smallDisk is a folder on a disk of one megabyte: half a minute of one track.
func smallDisk(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("no small disk can be mounted, which needs root: %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir
}

func TestFullDiskEndsARecording(t *testing.T) {
	dir := smallDisk(t)
	for _, source := range []string{app.SourceMicrophone, app.SourceBoth} {
		t.Run(source, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, mic, _ := newFake()
				path := filepath.Join(dir, source+".wav")
				take, err := r.Record(t.Context(), source, path)
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(2 * time.Second)
				s := take.Status()
				if s.Trouble != app.TroubleSpace || s.Room <= 0 || s.Room > 32*time.Second {
					t.Errorf("with room for little: got %+v", s)
				}
				<-take.Done()
				err = take.Stop()
				var record *app.RecordError
				if !errors.Is(err, app.ErrDiskFull) || !errors.As(err, &record) || record.Source != source {
					t.Errorf("got error %v, want the disk to be full", err)
				}
				got := recorded(t, path)
				if seconds := float64(len(got[0])) / app.SampleRate; seconds < 14 || take.Status().Duration != seconds {
					t.Errorf("got %g s in the file, %g s in the status", seconds, take.Status().Duration)
				}
				for i, v := range got[0] {
					if v != mic.sample(float64(i)/app.SampleRate) {
						t.Fatalf("sample %d is %d", i, v)
					}
				}
				if d := decode(t, withoutFFmpeg, path, app.MediaOptions{}); len(d.samples) != len(got[0]) {
					t.Errorf("read back: got %d samples of %d", len(d.samples), len(got[0]))
				}
				if err := syscall.Unlink(path); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestRecordOnAFullDisk(t *testing.T) {
	dir := smallDisk(t)
	fill, err := createWAV(t.Context(), filepath.Join(dir, "fill.wav"), 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := fill.write(make([]int16, 1<<20)); !errors.Is(err, app.ErrDiskFull) {
		t.Fatalf("got error %v", err)
	}
	r, _, _ := newFake()
	if _, err := r.Record(t.Context(), app.SourceMicrophone, filepath.Join(dir, "a.wav")); !errors.Is(err, app.ErrDiskFull) {
		t.Errorf("got error %v, want the disk to be full", err)
	}
	if err := fill.finish(); err != nil {
		t.Error(err)
	}
	recorded(t, filepath.Join(dir, "fill.wav"))
}
