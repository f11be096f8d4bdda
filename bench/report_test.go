package main

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		x    []float64
		want float64
	}{{nil, 0}, {[]float64{3}, 3}, {[]float64{9, 1, 2}, 2}, {[]float64{4, 1, 3, 2}, 2.5}} {
		before := slices.Clone(c.x)
		if got := median(c.x); got != c.want || !slices.Equal(c.x, before) {
			t.Errorf("%v: got %v, want %v; then %v", before, got, c.want, c.x)
		}
	}
}

func TestVerdict(t *testing.T) {
	for _, c := range []struct {
		r           row
		want, bound string
	}{
		{row{Measured: 2, Unit: "×", Least: 2}, "ok", "≥ 2.00 ×"},
		{row{Measured: 1.99, Unit: "×", Least: 2}, "MISSED", "≥ 2.00 ×"},
		{row{Measured: 100, Unit: "MB", Most: 100}, "ok", "≤ 100 MB"},
		{row{Measured: 100.1, Unit: "MB", Most: 100}, "MISSED", "≤ 100 MB"},
		{row{Measured: -40, Unit: "MB", Most: 100}, "ok", "≤ 100 MB"},
		{row{Measured: -0.4, Unit: "MB", Most: 30}, "ok", "≤ 30 MB"},
		{row{Measured: 3, Unit: "×"}, "", ""},
		{row{None: true}, "ok", "0"},
		{row{Measured: 1, None: true}, "MISSED", "0"},
		{row{Unit: "ms", Most: 500, Missing: "no screen"}, "not measured: no screen", "≤ 500 ms"},
	} {
		if got := c.r.verdict(); got != c.want || c.r.bound() != c.bound {
			t.Errorf("%+v: got %q, %q, want %q, %q", c.r, got, c.r.bound(), c.want, c.bound)
		}
	}
}

func TestMarkdown(t *testing.T) {
	ours, theirs := &series{Name: "earshot"}, &series{Name: "whisper-cli"}
	for _, n := range []time.Duration{3, 1, 2} {
		ours.add(usage{wall: n * time.Second, cpu: n * time.Second, words: 7})
		theirs.add(usage{wall: 2 * n * time.Second, cpu: 5 * n * time.Second})
	}
	compared := row{Case: "speech", Least: 2, Others: 0.25}
	compared.compare(ours, theirs)
	r := report{Rounds: 3, Method: []string{"by turns"}, Rows: []row{
		compared, {Case: "cancel", Unit: "ms", Most: 500, Missing: "it\nsaid a|b"},
	}}
	for _, want := range []string{
		"| speech | 2.00 × | ≥ 2.00 × | ok | earshot: 2.0 s, CPU 2.0 s, 7 words | whisper-cli: 4.0 s, CPU 10.0 s | 25 % |\n",
		"| cancel |  | ≤ 500 ms | not measured: it said a\\|b |  |  | 0 % |\n",
		"\n- by turns\n", "rounds: 3.\n",
	} {
		if got := r.markdown(); !strings.Contains(got, want) {
			t.Errorf("got %s\nwant %q in it", got, want)
		}
	}
}

func TestQuantity(t *testing.T) {
	for _, c := range []struct {
		v          float64
		unit, want string
	}{{-0.4, "MB", "0 MB"}, {-1.6, "MB", "-2 MB"}, {16.4, "ms", "16 ms"}, {1.25, "%", "1.25 %"}} {
		if got := quantity(c.v, c.unit); got != c.want {
			t.Errorf("%v: got %q, want %q", c.v, got, c.want)
		}
	}
}

func TestMiddle(t *testing.T) {
	s := &series{Name: "earshot"}
	for _, n := range []time.Duration{3, 1, 2} {
		s.add(usage{wall: n * time.Second, cpu: 2 * n * time.Second, memory: int64(n) * 1e6})
	}
	r := row{Case: "idle", Unit: "MB", Most: 30}
	r.middle([]float64{20, 31, 25}, s)
	want := "| idle | 25 MB | ≤ 30 MB | ok | earshot: 2.0 s, CPU 4.0 s |  | 0 % |\n"
	if got := (report{Rows: []row{r}}).markdown(); !strings.Contains(got, want) || len(r.Values) != 3 {
		t.Errorf("got %s\nwant %q in it", got, want)
	}
	if got, err := s.peaks(); err != nil || !slices.Equal(got, []float64{3, 1, 2}) {
		t.Errorf("peaks: got %v, %v", got, err)
	}
	s.add(usage{})
	if _, err := s.peaks(); !errors.Is(err, errUnknownMemory) {
		t.Errorf("unknown memory: got %v", err)
	}
}

func TestPlain(t *testing.T) {
	const printed = "\n[00:00:00.000 --> 00:00:02.000]   Two words.\nno [time] here\n"
	if got, want := plain(printed), "\n   Two words.\nno [time] here\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestParseShare(t *testing.T) {
	got, err := parseShare([]byte("Type: cpu\nShowing nodes accounting for 9.50s, 98.96% of 9.60s total\n"))
	if err != nil || got != 98.96 {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := parseShare([]byte("Type: cpu\n")); err == nil {
		t.Error("nothing: got no error")
	}
}

func TestBusyTicks(t *testing.T) {
	if got := busyTicks("cpu  100 2 30 4000 50 6 7 8 90 9"); got != 100+2+30+6+7+8 {
		t.Errorf("got %d", got)
	}
	if got := busyTicks("cpu what"); got != 0 {
		t.Errorf("got %d", got)
	}
}
