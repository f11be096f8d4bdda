package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Add checks a model file (or the voice activity model) and copies it into
// the first folder, appearing there under its name only when complete.
func (m Models) Add(path string) (err error) {
	base := filepath.Base(path)
	if base != VADFile {
		if _, err := m.Inspect(path); err != nil {
			return err
		}
	}
	if !strings.HasSuffix(base, ".bin") || !strings.Contains(base, "ggml-") {
		base = "ggml-" + strings.TrimSuffix(base, filepath.Ext(base)) + ".bin"
	}
	target := filepath.Join(m.Dirs[0], base)
	if _, err := os.Stat(target); err == nil {
		return &ModelError{Path: path, Err: errors.New("a model of this name is installed already")}
	}
	if err := copyFile(path, target); err != nil {
		return fmt.Errorf("add model: %w", err)
	}
	return nil
}

func copyFile(from, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	return writeWhole(to, func(w io.Writer) error {
		_, err := io.Copy(w, in)
		return err
	})
}

// Verify compares a model file with the checksum in the catalogue. It reads
// the whole file. A *ModelError says what is wrong with it; ErrNoChecksum if it
// is none of Offers.
func (m Models) Verify(ctx context.Context, name string) error {
	path, err := m.Locate(name)
	if err != nil {
		return err
	}
	o, ok := offered(filepath.Base(path))
	if !ok {
		return &ModelError{Path: path, Err: ErrNoChecksum}
	}
	f, err := os.Open(path)
	if err != nil {
		return &ModelError{Path: path, Err: err}
	}
	defer f.Close()
	sum := sha256.New()
	n, err := io.Copy(sum, &cancellable{ctx, f})
	if err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("verify model: %w", ctx.Err())
		}
		return &ModelError{Path: path, Err: err}
	}
	if o.Size > 0 && n != o.Size {
		return &ModelError{Path: path, Err: fmt.Errorf("it has %d bytes instead of %d", n, o.Size)}
	}
	if hex.EncodeToString(sum.Sum(nil)) != o.SHA256 {
		return &ModelError{Path: path, Err: errors.New("it is damaged: its checksum is not the published one")}
	}
	return nil
}

// Remove deletes a model's file from the first folder, damaged or not. What
// lies in another one belongs to somebody else.
func (m Models) Remove(name string) error {
	path := Models{Dirs: m.Dirs[:1]}.inFolders(name)
	if path == "" {
		elsewhere, err := m.Locate(name)
		if err != nil {
			return err
		}
		return fmt.Errorf("the model %s is not Earshot's to remove: it lies in %s", ModelName(elsewhere), filepath.Dir(elsewhere))
	}
	if st, err := os.Stat(path); err == nil && !st.Mode().IsRegular() {
		return &ModelError{Path: path, Err: errors.New("it is not a file")}
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove model: %w", err)
	}
	return nil
}
