package app

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// ModelInfo is what a model file says about itself.
type ModelInfo struct {
	Path         string
	Name         string // see ModelName
	Size         int64  // bytes
	Family       Family // FamilyWhisper or FamilyParakeet
	Multilingual bool
	CanTranslate bool     // into English
	Languages    []string // codes of those it knows; nil means all of Recognizer.Languages
	Weights      string   // "f16", "q5_0", …
	Fingerprint  string   // tells files apart, hex
	Err          error    // why it cannot be used; nil if it can
}

// Models finds model files in a list of folders. It is safe for concurrent
// use.
type Models struct {
	// Dirs are searched in order; the first is where new models go.
	Dirs []string
	// Inspect checks one file: engine.Engine.Inspect.
	Inspect func(path string) (ModelInfo, error)
}

// List describes every model file in the folders, by name. Files that are no
// models are left out; damaged ones are listed with their Err.
func (m Models) List() []ModelInfo {
	var list []ModelInfo
	seen := map[string]bool{}
	for _, dir := range m.Dirs {
		files, _ := filepath.Glob(filepath.Join(escapeGlob(dir), "*ggml-*.bin"))
		others, _ := filepath.Glob(filepath.Join(escapeGlob(dir), "parakeet-*.bin"))
		files = append(files, others...)
		slices.Sort(files)
		for _, path := range files {
			base := filepath.Base(path)
			if seen[base] || isVAD(base) {
				continue
			}
			seen[base] = true
			info, err := m.Inspect(path)
			info.Path, info.Name, info.Err = path, ModelName(base), err
			if st, err := os.Stat(path); err == nil {
				info.Size = st.Size()
			}
			list = append(list, info)
		}
	}
	slices.SortStableFunc(list, func(a, b ModelInfo) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// isVAD reports whether a file is a voice activity model of any version, by
// its name: no model to transcribe with.
func isVAD(base string) bool { return strings.HasPrefix(base, "ggml-silero") }

// Find resolves a name or path. With "" it chooses the best installed model
// by the order of Offers, else the largest; ErrNoModel if there is none.
func (m Models) Find(name string) (ModelInfo, error) {
	if name == "" {
		return m.best()
	}
	if isPath(name) {
		return m.Inspect(name)
	}
	path, err := m.Locate(name)
	if err != nil {
		return ModelInfo{}, err
	}
	if isVAD(filepath.Base(path)) {
		return ModelInfo{}, &ModelError{Path: path, Err: errors.New("it hears where speech is, but not what is said")}
	}
	return m.Inspect(path)
}

// Locate is the path of a model file, whole or damaged, by its name, or by a
// path to it.
func (m Models) Locate(name string) (string, error) {
	if path := m.inFolders(name); path != "" {
		return path, nil
	}
	if _, err := os.Stat(name); err == nil {
		return name, nil
	}
	return "", &ModelError{Path: name, Err: fmt.Errorf("it is not in %s", strings.Join(m.Dirs, " or "))}
}

// inFolders is the path of the first file that a name stands for, "" if there
// is none.
func (m Models) inFolders(name string) string {
	if isPath(name) {
		return ""
	}
	files := []string{"ggml-" + name + ".bin", name + ".bin", name}
	if o, ok := offered(name); ok {
		files = append([]string{o.File}, files...)
	}
	for _, dir := range m.Dirs {
		for _, file := range files {
			path := filepath.Join(dir, file)
			if _, err := os.Stat(path); err == nil {
				return path
			}
		}
	}
	return ""
}

// isPath tells a path from a name.
func isPath(name string) bool {
	return strings.ContainsRune(name, filepath.Separator) || strings.ContainsRune(name, '/')
}

// Installed is the path of an offer's file, "" if none of the folders has it
// in its full size.
func (m Models) Installed(o Offer) string {
	for _, dir := range m.Dirs {
		path := filepath.Join(dir, o.File)
		st, err := os.Stat(path)
		if err == nil && st.Mode().IsRegular() && st.Size() > 0 && (o.Size == 0 || o.Size == st.Size()) {
			return path
		}
	}
	return ""
}

func (m Models) best() (ModelInfo, error) {
	list := slices.DeleteFunc(m.List(), func(i ModelInfo) bool { return i.Err != nil })
	if len(list) == 0 {
		return ModelInfo{}, ErrNoModel
	}
	for _, o := range Offers() {
		for _, i := range list {
			if i.Name == o.Name {
				return i, nil
			}
		}
	}
	return slices.MaxFunc(list, func(a, b ModelInfo) int { return cmp.Compare(a.Size, b.Size) }), nil
}

// VAD is the path of the voice activity model, "" if it is not installed.
func (m Models) VAD() string {
	for _, dir := range m.Dirs {
		path := filepath.Join(dir, VADFile)
		if st, err := os.Stat(path); err == nil && st.Mode().IsRegular() {
			return path
		}
	}
	return ""
}

// writeWhole writes a file that is either complete under its name or absent.
// Its errors do not name the file: the caller knows a better name than that of
// the temporary one.
func writeWhole(path string, write func(io.Writer) error) error {
	return writeFile(path, 0o644, write)
}

// writeFile does what writeWhole does, for a file with these permissions.
func writeFile(path string, perm fs.FileMode, write func(io.Writer) error) (err error) {
	defer func() {
		var named *fs.PathError
		if errors.As(err, &named) {
			err = named.Err
		}
	}()
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if err := write(f); err != nil {
		return err
	}
	if err := f.Chmod(perm); err != nil && !errors.Is(err, fs.ErrInvalid) {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// escapeGlob makes a folder's name literal in a glob pattern.
func escapeGlob(dir string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(dir)
}
