package fetch_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"earshot/app"
	"earshot/fetch"
)

func TestFetch(t *testing.T) {
	half := len(content) / 2
	tests := []struct {
		name   string
		part   []byte // left by an earlier call
		there  []byte // under the model's name
		answer func(n int, w http.ResponseWriter, r *http.Request)
		asked  string
	}{
		{"from nothing", nil, nil, func(_ int, w http.ResponseWriter, r *http.Request) { whole(w, r) }, "-"},
		{"from a part", content[:half], nil, func(_ int, w http.ResponseWriter, r *http.Request) { whole(w, r) }, "150000-"},
		{"from a complete part", content, nil, func(_ int, w http.ResponseWriter, r *http.Request) { whole(w, r) }, ""},
		{"already there", nil, content, func(_ int, w http.ResponseWriter, r *http.Request) { whole(w, r) }, ""},
		{"damaged and there", nil, bytes.Repeat([]byte{7}, len(content)), func(_ int, w http.ResponseWriter, r *http.Request) { whole(w, r) }, "-"},
		{"cut short and there", nil, content[:half], func(_ int, w http.ResponseWriter, r *http.Request) { whole(w, r) }, "-"},
		{"from a wrong part", bytes.Repeat([]byte{7}, half), nil, func(_ int, w http.ResponseWriter, r *http.Request) { whole(w, r) }, "150000- -"},
		{"from a wrong complete part", bytes.Repeat([]byte{7}, len(content)), nil, func(_ int, w http.ResponseWriter, r *http.Request) { whole(w, r) }, "-"},
		{"from a part that is too long", append(bytes.Clone(content), 7), nil, func(_ int, w http.ResponseWriter, r *http.Request) { whole(w, r) }, "-"},
		{"the server ignores ranges", content[:half], nil, func(_ int, w http.ResponseWriter, _ *http.Request) { w.Write(content) }, "150000-"},
		{
			"connections break off", nil, nil,
			func(n int, w http.ResponseWriter, r *http.Request) {
				if n < 5 {
					some(w, from(r), from(r)+50_000)
				}
				whole(w, r)
			},
			"- 50000- 100000- 150000- 200000- 250000-",
		},
		{
			"the server refuses for a while", nil, nil,
			func(n int, w http.ResponseWriter, r *http.Request) {
				if n < 3 {
					http.Error(w, "busy", http.StatusServiceUnavailable)
					return
				}
				whole(w, r)
			},
			"- - - -",
		},
		{
			"another part comes", content[:half], nil,
			func(_ int, w http.ResponseWriter, r *http.Request) {
				if from(r) > 0 {
					w.Header().Set("Content-Range", fmt.Sprintf("bytes 0-%d/%d", len(content)-1, len(content)))
					w.WriteHeader(http.StatusPartialContent)
					w.Write(content)
					return
				}
				whole(w, r)
			},
			"150000- -",
		},
		{
			"there is nothing after the part", content[:half], nil,
			func(_ int, w http.ResponseWriter, r *http.Request) {
				if from(r) > 0 {
					w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
					return
				}
				whole(w, r)
			},
			"150000- -",
		},
		{
			"the file changes on the server", nil, nil,
			func(n int, w http.ResponseWriter, r *http.Request) {
				if n == 0 {
					w.Header().Set("Content-Length", strconv.Itoa(len(content)))
					w.Write(bytes.Repeat([]byte{7}, half))
					w.(http.Flusher).Flush()
					panic(http.ErrAbortHandler)
				}
				whole(w, r)
			},
			"- 150000- -",
		},
		{
			"it stalls", nil, nil,
			func(n int, w http.ResponseWriter, r *http.Request) {
				if n == 0 {
					w.Header().Set("Content-Length", strconv.Itoa(len(content)))
					w.Write(content[:half])
					w.(http.Flusher).Flush()
					hold(r)
				}
				whole(w, r)
			},
			"- 150000-",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, test.answer)
			dir := filepath.Join(t.TempDir(), "models")
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			if test.part != nil {
				write(t, filepath.Join(dir, partFile), test.part)
			}
			if test.there != nil {
				write(t, filepath.Join(dir, file), test.there)
			}
			if err := get(t, s, dir); err != nil {
				t.Fatalf("Fetch: %v", err)
			}
			wantComplete(t, dir)
			if got := s.asked(); got != test.asked {
				t.Errorf("asked for: got %q, want %q", got, test.asked)
			}
		})
	}
}

func TestFetchFails(t *testing.T) {
	half := len(content) / 2
	page := "<!DOCTYPE html><html><body>Please sign in</body></html>"
	status := func(code int) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	length := func(n int) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", strconv.Itoa(n))
			w.Write(append(bytes.Clone(content), content...)[:n])
		}
	}
	tests := []struct {
		name   string
		answer func(w http.ResponseWriter, r *http.Request)
		want   error // nil wants a StatusError
		says   string
		asked  string
		kept   int // bytes of the part, which had half of the content before
	}{
		{"not found", status(404), nil, "is not there: HOST answered 404 Not Found", "150000-", half},
		{"forbidden", status(403), nil, "may not be downloaded here: HOST answered 403 Forbidden", "150000-", half},
		{"broken", status(500), nil, "HOST answered 500 Internal Server Error", "150000- 150000- 150000- 150000-", half},
		{"no range ever", status(416), nil, "HOST answered 416 Requested Range Not Satisfiable", "150000- -", half},
		{"no redirect", status(304), nil, "HOST answered 304 Not Modified", "150000-", half},
		{"a part without being asked", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Range", "bytes 5-9/10")
			w.WriteHeader(http.StatusPartialContent)
		}, nil, "HOST answered 206", "150000- -", half},
		{"a page by its type", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Write(content)
		}, app.ErrWebPage, "A web page came from HOST", "150000-", half},
		{"a page by its look", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/octet-stream")
			fmt.Fprint(w, page)
		}, app.ErrWebPage, "A web page came from HOST", "150000-", half},
		{"too short", length(len(content) - 1), app.ErrWrongFile, "it has 299999 bytes instead of 300000", "150000-", half},
		{"too long", length(len(content) + 1), app.ErrWrongFile, "it has 300001 bytes instead of 300000", "150000-", half},
		{"stalls for ever", func(_ http.ResponseWriter, r *http.Request) { hold(r) }, app.ErrStalled, "HOST sends nothing more", "150000- 150000- 150000- 150000-", half},
		{"wrong bytes", func(w http.ResponseWriter, _ *http.Request) {
			w.Write(bytes.Repeat([]byte{7}, len(content)))
		}, app.ErrWrongFile, "its checksum is another", "150000-", 0},
		{"wrong rest", func(w http.ResponseWriter, r *http.Request) {
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(bytes.Repeat([]byte{7}, len(content))))
		}, app.ErrWrongFile, "its checksum is another", "150000- -", 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, func(_ int, w http.ResponseWriter, r *http.Request) { test.answer(w, r) })
			dir := t.TempDir()
			write(t, filepath.Join(dir, partFile), content[:half])
			err := get(t, s, dir)
			host := strings.TrimPrefix(s.URL, "http://")
			var download *app.DownloadError
			if !errors.As(err, &download) || download.Name != "test" || download.Host != host {
				t.Fatalf("got %v, want a *DownloadError about “test” and %s", err, host)
			}
			var refused *app.StatusError
			if test.want == nil && !errors.As(err, &refused) || test.want != nil && !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
			if sentence, _ := app.Explain(err); !strings.Contains(sentence, strings.ReplaceAll(test.says, "HOST", host)) {
				t.Errorf("got %q, want %q in it", sentence, test.says)
			}
			if got := s.asked(); got != test.asked {
				t.Errorf("asked for: got %q, want %q", got, test.asked)
			}
			if test.kept == 0 {
				wantNames(t, dir)
				return
			}
			wantPart(t, dir, test.kept)
		})
	}
}

// A connection that lies about how much will come is gone on with, not
// believed.
func TestFetchFromLiars(t *testing.T) {
	t.Run("more without a length", func(t *testing.T) {
		s := serve(t, func(_ int, w http.ResponseWriter, _ *http.Request) {
			w.(http.Flusher).Flush() // chunked from here on
			w.Write(append(bytes.Clone(content), content...))
		})
		if err := get(t, s, t.TempDir()); !errors.Is(err, app.ErrWrongFile) {
			t.Errorf("got %v, want %v", err, app.ErrWrongFile)
		}
	})
	t.Run("less without a length", func(t *testing.T) {
		dir := t.TempDir()
		s := serve(t, func(n int, w http.ResponseWriter, r *http.Request) {
			if n == 0 {
				w.(http.Flusher).Flush()
				w.Write(content[:1000])
				return
			}
			whole(w, r)
		})
		if err := get(t, s, dir); err != nil {
			t.Fatalf("Fetch: %v", err)
		}
		wantComplete(t, dir)
		if got, want := s.asked(), "- 1000-"; got != want {
			t.Errorf("asked for: got %q, want %q", got, want)
		}
	})
	t.Run("less than promised, always", func(t *testing.T) {
		dir := t.TempDir()
		s := serve(t, func(_ int, w http.ResponseWriter, r *http.Request) { some(w, from(r), max(from(r), 1000)) })
		if err := get(t, s, dir); !errors.Is(err, app.ErrCutShort) {
			t.Errorf("got %v, want %v", err, app.ErrCutShort)
		}
		wantPart(t, dir, 1000)
	})
}

// Without a size in the catalogue the checksum alone decides.
func TestFetchOfUnknownSize(t *testing.T) {
	for _, length := range []int{0, 1000, len(content), len(content) + 1000} {
		t.Run(fmt.Sprintf("with %d bytes there", length), func(t *testing.T) {
			s := serve(t, func(_ int, w http.ResponseWriter, r *http.Request) { whole(w, r) })
			dir := t.TempDir()
			write(t, filepath.Join(dir, partFile), append(bytes.Clone(content), content...)[:length])
			o := offer(s.URL)
			o.Size = 0
			var last app.FetchProgress
			if err := quick().Fetch(t.Context(), o, dir, func(p app.FetchProgress) { last = p }); err != nil {
				t.Fatalf("Fetch: %v", err)
			}
			wantComplete(t, dir)
			if want := (app.FetchProgress{Done: int64(len(content)), Size: int64(len(content)), Verifying: true}); last != want {
				t.Errorf("last report: got %+v, want %+v", last, want)
			}
		})
	}
}

func TestFetchReports(t *testing.T) {
	s := serve(t, func(_ int, w http.ResponseWriter, r *http.Request) { whole(w, r) })
	dir := t.TempDir()
	write(t, filepath.Join(dir, partFile), content[:1000])
	var all []app.FetchProgress
	if err := quick().Fetch(t.Context(), offer(s.URL), dir, func(p app.FetchProgress) { all = append(all, p) }); err != nil {
		t.Fatalf("Fetch: %v", err)
	}
	size := int64(len(content))
	if want := (app.FetchProgress{Done: 1000, Size: size}); all[0] != want {
		t.Errorf("first: got %+v, want %+v", all[0], want)
	}
	if want := (app.FetchProgress{Done: size, Size: size, Verifying: true}); all[len(all)-1] != want {
		t.Errorf("last: got %+v, want %+v", all[len(all)-1], want)
	}
	for i := range all[1:] {
		if all[i].Verifying == all[i+1].Verifying && all[i].Done > all[i+1].Done || all[i].Verifying && !all[i+1].Verifying {
			t.Errorf("%+v comes before %+v", all[i], all[i+1])
		}
	}
}

func TestFetchIsCancelled(t *testing.T) {
	s := serve(t, func(_ int, w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", strconv.Itoa(len(content)))
		for _, half := range [][]byte{content[:50_000], content[50_000:100_000]} {
			w.Write(half)
			w.(http.Flusher).Flush()
			time.Sleep(150 * time.Millisecond) // so that there is more than one report
		}
		hold(r)
	})
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	patient := fetch.New(fetch.Options{})
	err := patient.Fetch(ctx, offer(s.URL), dir, func(p app.FetchProgress) {
		if p.Done > 0 {
			cancel()
		}
	})
	var download *app.DownloadError
	if !errors.Is(err, context.Canceled) || errors.As(err, &download) {
		t.Errorf("got %v, want %v alone", err, context.Canceled)
	}
	st, err := os.Stat(filepath.Join(dir, partFile))
	if err != nil || st.Size() == 0 {
		t.Fatalf("part: got %v and error %v, want something to be kept", st, err)
	}
	wantPart(t, dir, int(st.Size()))
}

func TestFetchFollowsRedirects(t *testing.T) {
	tests := []struct {
		hops int
		want error
	}{{1, nil}, {10, nil}, {11, app.ErrRedirect}}
	for _, test := range tests {
		t.Run(strconv.Itoa(test.hops), func(t *testing.T) {
			var ranges []string
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				n, _ := strconv.Atoi(r.URL.Query().Get("n"))
				if n < test.hops {
					http.Redirect(w, r, fmt.Sprintf("?n=%d", n+1), http.StatusFound)
					return
				}
				ranges = append(ranges, r.Header.Get("Range"))
				whole(w, r)
			}))
			defer s.Close()
			dir := t.TempDir()
			write(t, filepath.Join(dir, partFile), content[:1000])
			err := quick().Fetch(t.Context(), offer(s.URL), dir, ignore)
			if !errors.Is(err, test.want) {
				t.Fatalf("got %v, want %v", err, test.want)
			}
			if test.want != nil {
				wantPart(t, dir, 1000)
				return
			}
			wantComplete(t, dir)
			if len(ranges) != 1 || ranges[0] != "bytes=1000-" {
				t.Errorf("got the ranges %q, want bytes=1000- to go along", ranges)
			}
		})
	}
	t.Run("out of http", func(t *testing.T) {
		s := serve(t, func(_ int, w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
		})
		if err := get(t, s, t.TempDir()); !errors.Is(err, app.ErrRedirect) {
			t.Errorf("got %v, want %v", err, app.ErrRedirect)
		}
	})
}

func TestFetchWithoutServer(t *testing.T) {
	s := serve(t, func(int, http.ResponseWriter, *http.Request) {})
	s.Close()
	err := get(t, s, t.TempDir())
	if !errors.Is(err, app.ErrUnreachable) {
		t.Errorf("got %v, want %v", err, app.ErrUnreachable)
	}
	if sentence, _ := app.Explain(err); !strings.Contains(sentence, "could not be reached (dial tcp ") {
		t.Errorf("got %q, want it to say why", sentence)
	}
}

func TestFetchChecksSpace(t *testing.T) {
	s := serve(t, func(_ int, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", strconv.FormatInt(1<<60, 10))
		w.Write(content)
	})
	for name, size := range map[string]int64{"before asking": 1 << 60, "once the server has said": 0} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			o := offer(s.URL)
			o.Size = size
			var space *app.SpaceError
			err := quick().Fetch(t.Context(), o, dir, ignore)
			if !errors.As(err, &space) || space.Dir != dir || space.Missing <= 0 || space.Missing >= 1<<60 || !errors.Is(err, app.ErrDiskFull) {
				t.Fatalf("got %v, want a *SpaceError that says how much is missing", err)
			}
			if sentence, _ := app.Explain(err); !strings.Contains(sentence, app.Bytes(space.Missing)+" more room is needed in “"+dir+"”") {
				t.Errorf("got %q", sentence)
			}
			wantNames(t, dir)
		})
	}
	if got := s.asked(); got != "-" {
		t.Errorf("asked for: got %q, want nothing before the disk was looked at", got)
	}
}

func TestFetchIntoForbiddenFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "file")
	write(t, dir, nil)
	s := serve(t, func(_ int, w http.ResponseWriter, r *http.Request) { whole(w, r) })
	var download *app.DownloadError
	var path *fs.PathError
	if err := get(t, s, dir); !errors.As(err, &download) || !errors.As(err, &path) {
		t.Errorf("a file in the folder's place: got %v, want a *DownloadError that names it", err)
	}
}

func TestMirror(t *testing.T) {
	var path string
	s := serve(t, func(_ int, w http.ResponseWriter, r *http.Request) {
		path = r.URL.Path
		whole(w, r)
	})
	for mirror, want := range map[string]string{"": "/models/" + file, "/": "/models/" + file, "/a/b c": "/a/b c/models/" + file, "/a/": "/a/models/" + file} {
		dir := t.TempDir()
		c := fetch.New(fetch.Options{Mirror: s.URL + mirror})
		if err := c.Fetch(t.Context(), offer("https://models.invalid"), dir, ignore); err != nil {
			t.Fatalf("%q: %v", mirror, err)
		}
		wantComplete(t, dir)
		if path != want {
			t.Errorf("%q: got the path %q, want %q", mirror, path, want)
		}
	}
	for _, mirror := range []string{"models.invalid", "ftp://models.invalid", "https://", "https:// /", "/models"} {
		var usage *app.UsageError
		if err := fetch.New(fetch.Options{Mirror: mirror}).Fetch(t.Context(), offer(s.URL), t.TempDir(), ignore); !errors.As(err, &usage) || usage.Value != mirror {
			t.Errorf("%q: got %v, want a *UsageError", mirror, err)
		}
	}
}

func TestDiscard(t *testing.T) {
	dir := t.TempDir()
	c := quick()
	o := offer("https://models.invalid")
	if was, err := c.Discard(o, dir); was || err != nil {
		t.Errorf("nothing there: got %v and %v", was, err)
	}
	write(t, filepath.Join(dir, partFile), content[:1000])
	write(t, filepath.Join(dir, file), content)
	if was, err := c.Discard(o, dir); !was || err != nil {
		t.Errorf("a part: got %v and %v", was, err)
	}
	wantComplete(t, dir)
}

// A server that cannot go on and never comes further than before is given up.
func TestFetchEndsWithoutProgress(t *testing.T) {
	s := serve(t, func(n int, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100000")
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Write(make([]byte, 1000*(1+n%2)))
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	})
	offer := app.Offer{Name: "x", File: "x.bin", URL: s.URL, Size: 100000, SHA256: strings.Repeat("0", 64)}
	if err := fetch.New(fetch.Options{Pause: time.Millisecond}).Fetch(t.Context(), offer, t.TempDir(), func(app.FetchProgress) {}); err == nil {
		t.Error("it has come to an end")
	}
}
