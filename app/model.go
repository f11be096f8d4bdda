package app

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Families of models, by who computes them.
const (
	FamilyWhisper  = "whisper"
	FamilyParakeet = "parakeet"
)

// ModelInfo is what a model file says about itself.
type ModelInfo struct {
	Path         string
	Name         string // see ModelName
	Size         int64  // bytes
	Family       string // FamilyWhisper or FamilyParakeet
	Multilingual bool
	CanTranslate bool     // into English
	Languages    []string // codes of those it knows; nil means all of Recognizer.Languages
	Weights      string   // "f16", "q5_0", …
	Fingerprint  string   // tells files apart, hex
	Err          error    // why it cannot be used; nil if it can
}

// ModelName is the short name of a model file: "ggml-large-v3-turbo.bin" is
// "large-v3-turbo".
func ModelName(file string) string {
	return strings.TrimPrefix(strings.TrimSuffix(filepath.Base(file), ".bin"), "ggml-")
}

// VADFile is the voice activity model's file, looked for beside the models.
const VADFile = "ggml-silero-v6.2.0.bin"

// Offer is a model that can be had.
type Offer struct {
	Name  string // see ModelName
	Size  int64  // bytes
	Words string // what it is good for, one clause
}

// File is the name that the model has in a models folder.
func (o Offer) File() string { return "ggml-" + o.Name + ".bin" }

// Offers lists the models that Earshot recommends, best text first. With
// nothing chosen, the first one that is installed is used.
var Offers = []Offer{
	{"large-v3-turbo", 1624555275, "best text, for a graphics card"},
	{"large-v3-turbo-q5_0", 574041195, "best text for its size"},
	{"small", 487601967, "good text on most machines"},
	{"small-q5_1", 190085487, "for slow machines and long batteries"},
	{"base", 147951465, "fast, rougher text"},
	{"tiny", 77691713, "fastest, for a first try"},
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
		slices.Sort(files)
		for _, path := range files {
			base := filepath.Base(path)
			if seen[base] || strings.HasPrefix(base, "ggml-silero") {
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

// Find resolves a name or path. With "" it chooses the best installed model
// by the order of Offers, else the first by name; ErrNoModel if there is none.
func (m Models) Find(name string) (ModelInfo, error) {
	if name == "" {
		return m.best()
	}
	if strings.ContainsRune(name, filepath.Separator) || strings.ContainsRune(name, '/') {
		return m.Inspect(name)
	}
	for _, dir := range m.Dirs {
		for _, file := range []string{"ggml-" + name + ".bin", name + ".bin", name} {
			path := filepath.Join(dir, file)
			if _, err := os.Stat(path); err == nil {
				return m.Inspect(path)
			}
		}
	}
	if _, err := os.Stat(name); err == nil {
		return m.Inspect(name)
	}
	return ModelInfo{}, &ModelError{Path: name, Err: fmt.Errorf("it is not in %s", strings.Join(m.Dirs, " or "))}
}

func (m Models) best() (ModelInfo, error) {
	list := slices.DeleteFunc(m.List(), func(i ModelInfo) bool { return i.Err != nil })
	if len(list) == 0 {
		return ModelInfo{}, ErrNoModel
	}
	for _, o := range Offers {
		for _, i := range list {
			if i.Name == o.Name {
				return i, nil
			}
		}
	}
	return list[0], nil
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

// writeWhole writes a file that is either complete under its name or absent.
// Its errors do not name the file: the caller knows a better name than that of
// the temporary one.
func writeWhole(path string, write func(io.Writer) error) (err error) {
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
	if err := f.Chmod(0o644); err != nil && !errors.Is(err, fs.ErrInvalid) {
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
