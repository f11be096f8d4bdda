package api_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"earshot/api"
	"earshot/capture"
)

// The examples of docs/api.md, as they stand there but for the address.
func TestDocumentedExamples(t *testing.T) {
	doc, err := os.ReadFile("../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	g := start(t, api.Options{Limits: plenty, Private: true, Remote: capture.Remote{}})
	g.needEngine()
	files := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write(clip(t, clipFile)) }))
	defer files.Close()
	here := strings.NewReplacer("localhost:7100", strings.TrimPrefix(g.url, "http://"), "https://example.com", files.URL)
	ran := map[string]bool{}
	for _, block := range regexp.MustCompile("(?s)```(sh|js|python|go)\n(.*?)```").FindAllStringSubmatch(string(doc), -1) {
		language, source := block[1], block[2]
		if strings.Contains(source, "earshot serve") {
			continue // it is running
		}
		ran[language] = true
		t.Run(language, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "talk.wav"), clip(t, clipFile), 0o600); err != nil {
				t.Fatal(err)
			}
			name := map[string]string{"sh": "x.sh", "js": "x.mjs", "python": "x.py", "go": "x.go"}[language]
			if err := os.WriteFile(filepath.Join(dir, name), []byte(here.Replace(source)), 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(example(t, language, source), name)
			if language == "go" {
				cmd.Args = []string{"go", "run", name}
			}
			cmd.Dir = dir
			out, err := cmd.CombinedOutput()
			said := strings.ToLower(string(out))
			texts := strings.Count(said, "please paint the difficult machine")
			if want := max(1, strings.Count(source, "curl ")); err != nil || texts != want {
				t.Errorf("got %v, the text %d times, want %d: %s", err, texts, want, out)
			}
		})
	}
	if len(ran) != 4 {
		t.Errorf("got examples in %v, want four languages", ran)
	}
}

// example is the program that runs an example.
func example(t *testing.T, language, source string) string {
	t.Helper()
	switch {
	case language == "sh":
		tool(t, "curl")
	case language == "python" && strings.Contains(source, "websocket"):
		return debianPython(t, "websocket")
	case language == "python":
		return debianPython(t, "urllib")
	}
	return tool(t, map[string]string{"sh": "sh", "js": "node", "go": "go"}[language])
}
