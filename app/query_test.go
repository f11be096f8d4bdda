package app_test

import (
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"earshot/app"
)

func TestParseQuery(t *testing.T) {
	all := func(words ...string) app.Terms {
		var terms app.Terms
		for _, w := range words {
			text, prefix := strings.CutSuffix(w, "…")
			terms.All = append(terms.All, app.Term{Text: text, Prefix: prefix})
		}
		return terms
	}
	without := func(t app.Terms, words ...string) app.Terms {
		t.None = all(words...).All
		return t
	}
	is := func(f app.Field, value string) app.Condition { return app.Condition{Field: f, Value: value} }
	day := func(f app.Field, y int, m time.Month, d int) app.Condition {
		return app.Condition{Field: f, Day: time.Date(y, m, d, 0, 0, 0, 0, time.Local)}
	}
	tests := []struct {
		query      string
		any        []app.Terms
		conditions []app.Condition
	}{
		{"", nil, nil},
		{" \t ", nil, nil},
		{"one", []app.Terms{all("one…")}, nil},
		{"one two", []app.Terms{all("one", "two…")}, nil},
		{"one* two", []app.Terms{all("one*…", "two…")}, nil},
		{`"one  two"`, []app.Terms{all("one two")}, nil},
		{`"one two"*`, []app.Terms{all("one two…")}, nil},
		{`one "two th`, []app.Terms{all("one", "two th…")}, nil},
		{`"one`, []app.Terms{all("one…")}, nil},
		{`one" two`, []app.Terms{all("one", "two…")}, nil},
		{`""`, nil, nil},
		{"- one –", []app.Terms{all("one")}, nil},
		{"one AND two", []app.Terms{all("one", "two…")}, nil},
		{"one OR two three", []app.Terms{all("one"), all("two", "three…")}, nil},
		{"one NOT two", []app.Terms{without(all("one"), "two")}, nil},
		{"one NOT two OR three", []app.Terms{without(all("one"), "two"), all("three…")}, nil},
		{"one and two", []app.Terms{all("one", "and", "two…")}, nil},
		// Half typed, or nothing to join.
		{"one OR", []app.Terms{all("one")}, nil},
		{"one NOT", []app.Terms{all("one")}, nil},
		{"one OR AND NOT", []app.Terms{all("one")}, nil},
		{"OR", []app.Terms{all("OR…")}, nil},
		{"NOT one", []app.Terms{all("NOT", "one…")}, nil},
		{`"OR" one`, []app.Terms{all("OR", "one…")}, nil},
		{"speaker:", nil, nil},
		{"one lang:", []app.Terms{all("one")}, nil},
		{"one before:2026-1", []app.Terms{all("one")}, nil},
		{"lang:de NOT one", nil, []app.Condition{is(app.FieldLanguage, "de")}},
		// Conditions.
		{"speaker:Ann", nil, []app.Condition{is(app.FieldSpeaker, "Ann")}},
		{`Speaker:"Ann Bee" one`, []app.Terms{all("one…")}, []app.Condition{is(app.FieldSpeaker, "Ann Bee")}},
		{`one speaker:"Ann B`, []app.Terms{all("one")}, []app.Condition{is(app.FieldSpeaker, "Ann B")}},
		{"one NOT tag:x two", []app.Terms{all("one", "two…")}, []app.Condition{{Field: app.FieldTag, Value: "x", Not: true}}},
		{"before:2026-01-31 after:2026-01 after:2025", nil, []app.Condition{
			day(app.FieldBefore, 2026, 1, 31), day(app.FieldAfter, 2026, 1, 1), day(app.FieldAfter, 2025, 1, 1),
		}},
		{"text:one", []app.Terms{all("text:one…")}, nil},
		{"model:small source:mic", nil, []app.Condition{is(app.FieldModel, "small"), is(app.FieldSource, "mic")}},
	}
	for _, test := range tests {
		want := app.Query{Any: test.any, Conditions: test.conditions}
		if got := app.ParseQuery(test.query); !reflect.DeepEqual(got, want) {
			t.Errorf("ParseQuery(%q): got %+v, want %+v", test.query, got, want)
		}
		if got := app.ParseQuery(test.query).Empty(); got != (test.any == nil && test.conditions == nil) {
			t.Errorf("ParseQuery(%q).Empty(): got %t", test.query, got)
		}
	}
}

// Whatever is typed becomes a query that can be asked, and not a large one.
func FuzzParseQuery(f *testing.F) {
	for _, query := range []string{
		`one "two three" four*`, "a OR b NOT c", `speaker:"A B" lang:de before:2026-01-31`, `"`, "OR OR NOT", "NOT NOT a", "tag:*", "\x00\xff", `a:"b":c"`,
	} {
		f.Add(query)
	}
	f.Fuzz(func(t *testing.T, query string) {
		q := app.ParseQuery(query)
		n := 0
		for _, terms := range q.Any {
			if len(terms.All) == 0 {
				t.Errorf("%q: an alternative asks for nothing", query)
			}
			for _, term := range append(terms.All, terms.None...) {
				n++
				if term.Text == "" || strings.ContainsAny(term.Text, "\"\x00") || !utf8.ValidString(term.Text) {
					t.Errorf("%q: got the term %q", query, term.Text)
				}
			}
		}
		for _, c := range q.Conditions {
			if (c.Value == "") == c.Day.IsZero() {
				t.Errorf("%q: got the condition %+v", query, c)
			}
		}
		if n+len(q.Conditions) > 32 {
			t.Errorf("%q: got %d terms", query, n)
		}
	})
}
