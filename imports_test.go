package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"earshot/app"
)

// allowed says which of our packages, and which others, a folder may import
// beside the standard library. "*" allows every other module. Only main, in
// the root, knows everybody; bench wires parts as main does, to measure them.
var allowed = map[string][]string{
	"api":       {"earshot/app", "github.com/coder/websocket", "github.com/gofrs/flock", "github.com/prometheus/client_golang"},
	"app":       nil,
	"assets":    nil,
	"capture":   {"earshot/app", "*"},
	"engine":    {"earshot/app", "*"},
	"fetch":     {"earshot/app", "github.com/gofrs/flock", "golang.org/x/sys"},
	"store":     {"earshot/app", "*"},
	"soundtest": nil,
	"soaktest":  nil,
	"cli":       {"earshot/app", "github.com/alecthomas/kong"},
	"ui":        {"earshot/app", "earshot/assets", "earshot/ui/look", "earshot/ui/widget", "fyne.io/fyne/v2"},
	"ui/look":   {"fyne.io/fyne/v2"},
	"ui/widget": {"earshot/ui/look", "fyne.io/fyne/v2"},
	"ui/native": {"fyne.io/fyne/v2/lang", "github.com/sqweek/dialog"},
	"bench":     {"earshot/api", "github.com/coder/websocket", "earshot/app", "earshot/capture", "earshot/engine", "earshot/store"},
}

// nobody may import these: fyne's app package brings OpenGL, so that only main
// may.
const fyneApp = "fyne.io/fyne/v2/app"

func TestImportDirection(t *testing.T) {
	seen := map[string]bool{}
	eachFile(t, func(path string) {
		dir := filepath.ToSlash(filepath.Dir(path))
		if dir == "." || strings.HasSuffix(path, "_test.go") {
			return
		}
		rules, known := allowed[dir]
		if !known {
			t.Errorf("%s: the folder %s has no place in the layers", path, dir)
			return
		}
		seen[dir] = true
		for _, imported := range imports(t, path) {
			if !permitted(rules, imported) {
				t.Errorf("%s may not import %s", path, imported)
			}
		}
	})
	for dir := range allowed {
		if !seen[dir] {
			t.Errorf("there is no folder %s any more", dir)
		}
	}
}

func permitted(rules []string, imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	ours := first == "earshot"
	if !ours && !strings.Contains(first, ".") || imported == "C" {
		return true // the standard library, and C, which has a test of its own
	}
	if imported == fyneApp {
		return false
	}
	return slices.ContainsFunc(rules, func(rule string) bool {
		return rule == "*" && !ours || imported == rule || !ours && strings.HasPrefix(imported, rule+"/")
	})
}

// One file holds each native library's import "C", or that of its binding; one
// file calls fyne.Do.
func TestOnlyOneFileEach(t *testing.T) {
	var cgo, do []string
	bindings := map[string][]string{"github.com/gordonklaus/portaudio": nil, "github.com/gen2brain/malgo": nil}
	eachFile(t, func(path string) {
		if strings.HasSuffix(path, "_test.go") {
			return
		}
		for _, imported := range imports(t, path) {
			if imported == "C" {
				cgo = append(cgo, filepath.ToSlash(path))
			}
			if _, binding := bindings[imported]; binding {
				bindings[imported] = append(bindings[imported], filepath.ToSlash(path))
			}
		}
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(source)) {
			if code, _, _ := strings.Cut(line, "//"); strings.Contains(code, "fyne.Do") {
				do = append(do, filepath.ToSlash(path))
				break
			}
		}
	})
	if want := []string{"capture/hush.go", "engine/ggml.go", "engine/native.go", "engine/parakeet.go"}; !slices.Equal(cgo, want) {
		t.Errorf(`import "C" is in %v, want %v`, cgo, want)
	}
	for binding, files := range bindings {
		if len(files) != 1 {
			t.Errorf("%s is in %v, want one file", binding, files)
		}
	}
	if want := []string{"ui/pump.go"}; !slices.Equal(do, want) {
		t.Errorf("fyne.Do is in %v, want %v", do, want)
	}
}

func eachFile(t *testing.T, visit func(path string)) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != "." && strings.HasPrefix(d.Name(), ".") {
			return filepath.SkipDir
		}
		if !d.IsDir() && strings.HasSuffix(path, ".go") {
			visit(path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func imports(t *testing.T, path string) []string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, i := range f.Imports {
		name, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, name)
	}
	return all
}

// The release is named in three places.
func TestVersionIsTheSame(t *testing.T) {
	for file, want := range map[string]string{
		"FyneApp.toml": "Version = \"", "app/doc.go": "const Version = \"", "CHANGELOG.md": "## ",
	} {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, rest, found := strings.Cut(string(data), want)
		if !found || !strings.HasPrefix(rest, app.Version) {
			t.Errorf("%s does not say %s", file, app.Version)
		}
	}
}
