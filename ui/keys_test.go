package ui

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"earshot/ui/widget"
)

// press does what a key does with nothing focused; the test driver has no
// keyboard for it.
func (h *harness) press(name string) {
	h.t.Helper()
	h.win.Canvas().Unfocus()
	if !h.pressed(h.key(name)) {
		h.t.Fatalf("the window does nothing at the key for %s", name)
	}
}

func TestEveryKeyIsShown(t *testing.T) {
	h := newHarness(t, true, light)
	h.press("shortcuts")
	if !h.shows(h.Window.shortcuts) {
		t.Fatal("the page is not there")
	}
	shown := strings.Join(texts(h.Window.shortcuts), "\n")
	names, does := map[string]bool{}, map[string]string{}
	for _, g := range h.keys {
		if !strings.Contains(shown, g.title) {
			t.Errorf("%q is not on the page", g.title)
		}
		for _, b := range g.keys {
			row := shownAs(b)
			if b.what == "" || len(b.keys) == 0 || !strings.Contains(shown, row) {
				t.Errorf("%q is not on the page", row)
			}
			if b.name != "" && names[b.name] {
				t.Errorf("two are called %s", b.name)
			}
			names[b.name] = true
			if !b.acts() {
				continue
			}
			for _, k := range slices.Concat(b.keys, b.also) {
				id := strings.Join(keyNames(k), "+")
				if other := does[id]; other != "" {
					t.Errorf("%s does two things: %s; %s", id, other, b.what)
				}
				does[id] = b.what
			}
		}
	}
	h.golden("shortcuts")
	h.typedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if h.shows(h.Window.shortcuts) {
		t.Error("Escape does not leave the page")
	}
	h.win.Canvas().Focus(h.toolbar.search)
	h.toolbar.search.TypedKey(&fyne.KeyEvent{Name: fyne.KeyF1})
	if !h.shows(h.Window.shortcuts) {
		t.Error("F1 does not show the page while a field has the focus")
	}
}

// shownAs is how a binding stands on the page, one text a line.
func shownAs(b binding) string {
	row := b.what
	for i, k := range b.shown() {
		if b.span && i > 0 {
			row += "\n" + rangeDash
		}
		row += "\n" + strings.Join(keyNames(k), "\n")
	}
	return row
}

// texts are the texts in an object, from first to last.
func texts(o fyne.CanvasObject) []string {
	if t, ok := o.(*widget.Text); ok {
		return []string{t.Text()}
	}
	var all []string
	for _, child := range children(o) {
		all = append(all, texts(child)...)
	}
	return all
}

func children(o fyne.CanvasObject) []fyne.CanvasObject {
	switch o := o.(type) {
	case *fyne.Container:
		return o.Objects
	case fyne.Widget:
		return test.WidgetRenderer(o).Objects()
	}
	return nil
}

// The keys that widgets have a use for are in the table too.
func TestKeysOfWidgetsAreShown(t *testing.T) {
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	widgets, err := filepath.Glob("widget/*.go")
	if err != nil {
		t.Fatal(err)
	}
	table := keysIn(t, "keys.go", "keyTable")
	for _, path := range append(paths, widgets...) {
		if path == "keys.go" || path == "shortcuts.go" || strings.HasSuffix(path, "_test.go") {
			continue
		}
		for name := range keysIn(t, path, "") {
			if !table[name] {
				t.Errorf("%s: fyne.%s is not in the table", path, name)
			}
		}
	}
}

// keysIn are Fyne's keys that a file names, or one function of it.
func keysIn(t *testing.T, path, function string) map[string]bool {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			return function == "" || n.Name.Name == function
		case *ast.CompositeLit: // a key that the program types itself
			s, ok := n.Type.(*ast.SelectorExpr)
			return !ok || s.Sel.Name != "KeyEvent"
		case *ast.SelectorExpr:
			if pkg, ok := n.X.(*ast.Ident); ok && pkg.Name == "fyne" && isKey(n.Sel.Name) {
				found[n.Sel.Name] = true
			}
		}
		return true
	})
	return found
}

func isKey(name string) bool {
	other := []string{"KeyEvent", "KeyName", "KeyboardShortcut"}
	return strings.HasPrefix(name, "Key") && !strings.HasPrefix(name, "KeyModifier") && !slices.Contains(other, name)
}

// A button that has the focus leaves to the window what it has no use for.
func TestKeysAtButtons(t *testing.T) {
	h := newHarness(t, true)
	h.done("talk.mp3", seg(1, 2, "That is it."))
	h.press("replace")
	h.win.Canvas().Focus(h.toolbar.file)
	h.toolbar.file.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if h.transcript.find.isOpen() {
		t.Error("Escape does not close the find bar")
	}
	h.toolbar.file.TypedKey(&fyne.KeyEvent{Name: fyne.KeyF1})
	if !h.shows(h.Window.shortcuts) {
		t.Error("F1 does not show the shortcuts")
	}
}
