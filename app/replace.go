package app

import (
	"errors"
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Pattern is what to look for in a document's text.
type Pattern struct {
	Text   string // "" is nowhere
	Case   bool   // capitals matter
	Word   bool   // only whole words
	Regexp bool   // Text is a regular expression, as package regexp has them
}

// Match is a place where a query was found.
type Match struct {
	Segment    int64
	Row        int
	Start, End int // in the segment's text, runes
}

// Find looks for a query, in each segment by itself. A regular expression that
// cannot be read is a *UsageError; where it matches nothing at all is no match.
func (d *Document) Find(q Pattern) ([]Match, error) {
	re, err := q.compile()
	if err != nil {
		return nil, err
	}
	var all []Match
	for row, s := range d.segments {
		for _, at := range q.places(re, s.Text) {
			start := utf8.RuneCountInString(s.Text[:at[0]])
			all = append(all, Match{s.ID, row, start, start + utf8.RuneCountInString(s.Text[at[0]:at[1]])})
		}
	}
	return all, nil
}

// Replace writes something else where a match of q is; with a regular expression
// $1 and ${name} are what its groups have matched. It fails with ErrNoMatch if
// the text there is another now.
func (d *Document) Replace(q Pattern, m Match, with string) (Change, error) {
	re, err := q.compile()
	if err != nil {
		return Change{}, err
	}
	_, s, err := d.find(m.Segment)
	if err != nil {
		return Change{}, err
	}
	start, end := byteOffset(s.Text, m.Start), byteOffset(s.Text, m.End)
	for _, at := range q.places(re, s.Text) {
		if at[0] == start && at[1] == end {
			return d.do(step{edits: []edit{{[]Segment{s}, []Segment{s.rewritten(q.replace(re, s.Text, with, at))}}}}), nil
		}
	}
	return Change{}, ErrNoMatch
}

// ReplaceAll does what Replace does at every match, in one step, and returns how
// many there were.
func (d *Document) ReplaceAll(q Pattern, with string) (c Change, n int, err error) {
	re, err := q.compile()
	if err != nil {
		return Change{}, 0, err
	}
	var st step
	for _, s := range d.segments {
		if places := q.places(re, s.Text); len(places) > 0 {
			n += len(places)
			st.edits = append(st.edits, edit{[]Segment{s}, []Segment{s.rewritten(q.replace(re, s.Text, with, places...))}})
		}
	}
	return d.do(st), n, nil
}

// rewritten is the segment with a text that a person has chosen.
func (s Segment) rewritten(text string) Segment {
	if text == s.Text {
		return s
	}
	s = s.retold(text)
	s.Edited = true
	return s
}

// compile makes a regular expression of the query; nil if there is nothing to
// look for.
func (q Pattern) compile() (*regexp.Regexp, error) {
	if q.Text == "" {
		return nil, nil
	}
	text := q.Text
	if !q.Regexp {
		text = regexp.QuoteMeta(text)
	}
	if !q.Case {
		text = "(?i)" + text
	}
	re, err := regexp.Compile(text)
	if err != nil {
		return nil, &UsageError{What: "regular expression", Value: q.Text, Want: readable(err)}
	}
	return re, nil
}

// readable says what an expression that cannot be read would have to be.
func readable(err error) string {
	var wrong *syntax.Error
	if !errors.As(err, &wrong) {
		return "one that can be read"
	}
	switch wrong.Code {
	case syntax.ErrMissingParen, syntax.ErrUnexpectedParen:
		return `one with a “)” for each “(”; \( and \) are the characters themselves`
	case syntax.ErrMissingBracket:
		return `one with a “]” for each “[”; \[ is the character itself`
	case syntax.ErrMissingRepeatArgument, syntax.ErrInvalidRepeatOp:
		return `one where “*”, “+” and “?” follow what they repeat; \*, \+ and \? are the characters themselves`
	case syntax.ErrTrailingBackslash:
		return `one that does not end in a “\”; \\ is the character itself`
	case syntax.ErrInvalidEscape, syntax.ErrInvalidPerlOp, syntax.ErrInvalidNamedCapture:
		return "one without “" + wrong.Expr + "”, which Earshot does not know"
	default:
		return "one that can be read (" + string(wrong.Code) + ")"
	}
}

// places are the matches in a text, as FindAllStringSubmatchIndex returns them.
func (q Pattern) places(re *regexp.Regexp, text string) [][]int {
	if re == nil {
		return nil
	}
	all := re.FindAllStringSubmatchIndex(text, -1)
	kept := all[:0]
	for _, at := range all {
		if at[0] < at[1] && (!q.Word || isWhole(text, at[0], at[1])) {
			kept = append(kept, at)
		}
	}
	return kept
}

// isWhole reports whether no word goes on beyond the ends of a stretch of text.
func isWhole(text string, start, end int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:start])
	first, _ := utf8.DecodeRuneInString(text[start:])
	last, _ := utf8.DecodeLastRuneInString(text[:end])
	after, _ := utf8.DecodeRuneInString(text[end:])
	return !(inWord(before) && inWord(first)) && !(inWord(last) && inWord(after))
}

// inWord reports whether a rune is part of words that blanks separate.
func inWord(r rune) bool {
	return !unspaced(r) && r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) || r == '_')
}

// group is $1 in what is to be written: what follows is no part of the name, as
// package regexp would have it.
var group = regexp.MustCompile(`\$(\$|[0-9]+)`)

// replace is a text with something else in the place of matches.
func (q Pattern) replace(re *regexp.Regexp, text, with string, places ...[]int) string {
	if q.Regexp {
		with = group.ReplaceAllStringFunc(with, func(s string) string {
			if s == "$$" {
				return s
			}
			return "${" + s[1:] + "}"
		})
	}
	var b strings.Builder
	done := 0
	for _, at := range places {
		b.WriteString(text[done:at[0]])
		if q.Regexp {
			b.Write(re.ExpandString(nil, with, text, at))
		} else {
			b.WriteString(with)
		}
		done = at[1]
	}
	return b.String() + text[done:]
}
