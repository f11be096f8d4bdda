package ui

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// What sources say in string literals, for the test of the translations.

// source is a parsed file of ours.
type source struct {
	path   string
	set    *token.FileSet
	file   *ast.File
	consts map[string]string // strings by name, wherever they are declared
}

func parseSource(t *testing.T, path string) source {
	t.Helper()
	s := source{path: path, set: token.NewFileSet(), consts: map[string]string{}}
	file, err := parser.ParseFile(s.set, path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	s.file = file
	ast.Inspect(file, func(n ast.Node) bool {
		decl, ok := n.(*ast.GenDecl)
		if !ok || decl.Tok != token.CONST {
			return true
		}
		for _, spec := range decl.Specs {
			for i, value := range spec.(*ast.ValueSpec).Values {
				if text := s.form(value); !strings.Contains(text, hole) {
					s.consts[spec.(*ast.ValueSpec).Names[i].Name] = text
				}
			}
		}
		return true
	})
	return s
}

// sources parses the files of folders, without tests.
func sources(t *testing.T, dirs ...string) []source {
	t.Helper()
	var all []source
	for _, dir := range dirs {
		paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil || len(paths) == 0 {
			t.Fatalf("no sources in %s: %v", dir, err)
		}
		for _, path := range paths {
			if !strings.HasSuffix(path, "_test.go") {
				all = append(all, parseSource(t, path))
			}
		}
	}
	return all
}

func (s source) position(n ast.Node) string { return s.set.Position(n.Pos()).String() }

// hole stands in a form for what is known only while the program runs.
const hole = "%s"

// A verb of fmt, perhaps with the number of its argument.
var verb = regexp.MustCompile(`%(\[\d+\])?[-+# 0]*\d*(\.\d+)?[a-zA-Z]`)

// form is what an expression says, with holes.
func (s source) form(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		if text, err := strconv.Unquote(e.Value); err == nil && e.Kind == token.STRING {
			return text
		}
	case *ast.ParenExpr:
		return s.form(e.X)
	case *ast.BinaryExpr:
		return s.form(e.X) + s.form(e.Y)
	case *ast.Ident:
		if text, known := s.consts[e.Name]; known {
			return text
		}
	case *ast.CallExpr:
		if called(e) == "fmt.Sprintf" || called(e) == "fmt.Errorf" {
			return verb.ReplaceAllString(s.form(e.Args[0]), hole)
		}
	}
	return hole
}

// called is the name of what a call calls: "lang.L", "SetText".
func called(c *ast.CallExpr) string {
	switch f := c.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		if pkg, ok := f.X.(*ast.Ident); ok && slices.Contains([]string{"lang", "fmt", "errors", "app"}, pkg.Name) {
			return pkg.Name + "." + f.Sel.Name
		}
		return f.Sel.Name
	}
	return ""
}

// visit calls each for every string that is put together in a node, at its
// outermost: the sum, not what is summed. each says whether to go on inside.
func (s source) visit(root ast.Node, each func(e ast.Expr, form string) bool) {
	ast.Inspect(root, func(n ast.Node) bool {
		switch e := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.Field:
			s.visit(e.Type, each) // without the tag
			return false
		case *ast.BasicLit:
			if e.Kind == token.STRING {
				return each(e, s.form(e))
			}
		case *ast.Ident:
			if text, known := s.consts[e.Name]; known {
				return each(e, text)
			}
		case *ast.BinaryExpr:
			if e.Op == token.ADD && len(s.form(e)) > 2*len(hole) {
				return each(e, s.form(e))
			}
		case *ast.CallExpr:
			return each(e, s.form(e))
		}
		return true
	})
}

// says reports whether a text is for people: words, not a name or a key, and not
// a drawing.
func says(text string) bool {
	if strings.HasPrefix(text, "<") {
		return false
	}
	bare := verb.ReplaceAllString(text, "")
	letters := strings.ContainsFunc(bare, unicode.IsLetter)
	first, _, _ := strings.Cut(strings.TrimSpace(bare), " ")
	capital := first != "" && unicode.IsUpper([]rune(first)[0])
	return letters && (capital || strings.Contains(strings.TrimSpace(text), " ") || strings.HasSuffix(bare, "…"))
}
