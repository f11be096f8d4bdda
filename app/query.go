package app

import (
	"slices"
	"strings"
	"time"
	"unicode"
)

// Query is a search as it was understood. A place is found if it meets one of
// Any and all Conditions; without Any, transcripts are found, not places. The
// zero value finds nothing.
type Query struct {
	Any        []Terms
	Conditions []Condition
}

// Terms are met by a place that has all of All and none of None. All is not
// empty.
type Terms struct{ All, None []Term }

// Term is a word, or words that follow each other.
type Term struct {
	Text   string // has a letter or digit
	Prefix bool   // more letters may follow
}

// Condition narrows a search. Of several about the same field, one has to be
// met, and all those that say Not.
type Condition struct {
	Field Field
	Value string    // not empty; "" for dates
	Day   time.Time // of Before and After: when it begins, local time
	Not   bool
}

// Field is what a condition is about.
type Field string

// The fields. Names are compared without case; of speakers, models and sources
// the beginning is enough.
const (
	FieldSpeaker  Field = "speaker"
	FieldLanguage Field = "lang"
	FieldTag      Field = "tag"
	FieldModel    Field = "model"
	FieldSource   Field = "source" // an Origin
	FieldBefore   Field = "before" // that day
	FieldAfter    Field = "after"  // that day, or on it
)

var fields = []Field{FieldSpeaker, FieldLanguage, FieldTag, FieldModel, FieldSource, FieldBefore, FieldAfter}

// A query has so many words and letters at most; what follows is left out.
const (
	maxTerms   = 32
	maxLetters = 2000
)

// Empty reports whether the query asks for nothing.
func (q Query) Empty() bool { return len(q.Any) == 0 && len(q.Conditions) == 0 }

// ParseQuery understands what a person has typed so far: words, all of which
// have to be there, "words in a row", beginnings* of words, OR, NOT and AND in
// capitals, of which OR binds least, and conditions such as speaker:Ann or
// before:2026-01-31. The last word may be incomplete. Nothing is an error: what
// is half typed is left out, and an operator with nothing to join is a word.
func ParseQuery(text string) Query {
	var p queryParser
	for p.rest = firstLetters(text); len(p.all) < maxTerms; {
		piece, ok := p.next()
		if !ok {
			break
		}
		p.all = append(p.all, piece)
	}
	return p.query()
}

func firstLetters(text string) string {
	text = strings.ToValidUTF8(text, " ")
	n := 0
	for i := range text {
		if n++; n > maxLetters {
			return text[:i]
		}
	}
	return text
}

// piece is a part of a query between blanks.
type piece struct {
	text   string
	quoted bool
	open   bool   // the quotation has no end yet
	field  string // before a colon; "" if there is none
	star   bool   // after it
}

type queryParser struct {
	rest string
	all  []piece
}

func blank(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }

// next cuts off a piece.
func (p *queryParser) next() (piece, bool) {
	p.rest = strings.TrimLeftFunc(p.rest, blank)
	if p.rest == "" {
		return piece{}, false
	}
	var is piece
	if !strings.HasPrefix(p.rest, `"`) {
		end := strings.IndexFunc(p.rest, func(r rune) bool { return blank(r) || r == '"' })
		if end < 0 {
			end = len(p.rest)
		}
		is.text, p.rest = p.rest[:end], p.rest[end:]
		name, value, found := strings.Cut(is.text, ":")
		if found && slices.Contains(fields, Field(strings.ToLower(name))) {
			is.field, is.text = strings.ToLower(name), value
		}
		if is.field == "" || is.text != "" || !strings.HasPrefix(p.rest, `"`) {
			is.star = strings.HasSuffix(is.text, "*")
			return is, true
		}
	}
	is.quoted = true
	text, rest, closed := strings.Cut(p.rest[1:], `"`)
	is.text, is.open = strings.Join(strings.FieldsFunc(text, blank), " "), !closed
	p.rest, is.star = strings.CutPrefix(rest, "*")
	return is, true
}

// query puts the pieces together.
func (p *queryParser) query() Query {
	var q Query
	var terms Terms
	not := false
	for i, is := range p.all {
		if p.operator(i) {
			switch {
			case is.text == "NOT":
				not = true
			case is.text == "OR":
				q.add(terms)
				terms = Terms{}
			}
			continue
		}
		if is.field != "" {
			q.Conditions = append(q.Conditions, is.condition(not)...)
		} else if strings.ContainsFunc(is.text, isToken) {
			t := Term{Text: is.text, Prefix: is.star}
			if not {
				terms.None = append(terms.None, t)
			} else {
				t.Prefix = t.Prefix || i == len(p.all)-1 && (!is.quoted || is.open)
				terms.All = append(terms.All, t)
			}
		}
		not = false
	}
	q.add(terms)
	return q
}

func (q *Query) add(t Terms) {
	if len(t.All) > 0 {
		q.Any = append(q.Any, t)
	}
}

// operator reports whether piece i joins others: it is none at the beginning,
// where there is nothing before it.
func (p *queryParser) operator(i int) bool {
	is := p.all[i]
	return i > 0 && !is.quoted && (is.text == "AND" || is.text == "OR" || is.text == "NOT") && is.field == ""
}

// condition is none as long as it is half typed.
func (is piece) condition(not bool) []Condition {
	c := Condition{Field: Field(is.field), Not: not}
	if c.Field != FieldBefore && c.Field != FieldAfter {
		c.Value = strings.TrimSpace(strings.TrimSuffix(is.text, "*"))
		if c.Value == "" {
			return nil
		}
		return []Condition{c}
	}
	for _, layout := range []string{time.DateOnly, "2006-01", "2006"} {
		if day, err := time.ParseInLocation(layout, is.text, time.Local); err == nil {
			c.Day = day
			return []Condition{c}
		}
	}
	return nil
}

// isToken reports whether search takes the rune for a part of a word.
func isToken(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.Is(unicode.Co, r)
}
