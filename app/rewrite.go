package app

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Replacement says what to write for what was heard.
type Replacement struct{ From, To string }

// ParseReplacements reads one replacement a line, "from = to"; "from =" leaves
// the words out. Empty lines and lines that begin with # count for nothing.
func ParseReplacements(text string) ([]Replacement, error) {
	var rules []Replacement
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		from, to, found := strings.Cut(line, "=")
		r := Replacement{strings.Join(strings.Fields(from), " "), strings.Join(strings.Fields(to), " ")}
		if !found || r.From == "" {
			return nil, &UsageError{What: "replacement", Value: line, Want: "what was heard = what to write"}
		}
		rules = append(rules, r)
	}
	return rules, nil
}

// rewriting is what a person wants done to the text after decoding.
type rewriting struct {
	plain, spoken, mask bool
	rules               []Replacement
}

func newRewriting(o Options) (rewriting, error) {
	rules, err := ParseReplacements(o.Replace)
	return rewriting{plain: o.Plain, spoken: o.Spoken, mask: o.Mask, rules: rules}, err
}

// segments rewrites text and words alike. A segment that nothing is left of is
// left out. before is the one that precedes them, as it was rewritten, and is
// returned as spoken commands leave it: perhaps empty.
func (r rewriting) segments(before Segment, all []Segment, language string) (Segment, []Segment) {
	if !r.plain && !r.spoken && !r.mask && len(r.rules) == 0 {
		return before, all
	}
	kept := append(make([]Segment, 0, 1+len(all)), before)
	for _, s := range all {
		last := len(kept) - 1
		kept[last], s = r.segment(kept[last], s, language)
		if last > 0 && kept[last].Text == "" {
			kept = kept[:last]
		}
		if s.Text != "" {
			kept = append(kept, s)
		}
	}
	return kept[0], kept[1:]
}

func (r rewriting) segment(before, s Segment, language string) (was, is Segment) {
	said := split(s)
	if r.plain {
		said = said.plain(language)
	}
	if r.spoken {
		earlier := split(before)
		var left spacedWords
		if left, said = said.obey(earlier, language); left.text() != earlier.text() {
			before = before.saying(left)
		}
	}
	for _, rule := range r.rules {
		said = said.replace(rule)
	}
	if r.mask {
		said = said.mask(language)
	}
	return before, s.saying(said)
}

// saying is the segment with other words.
func (s Segment) saying(said spacedWords) Segment {
	s.Text = said.text()
	s.Words = make([]Word, len(said))
	for i, w := range said {
		s.Words[i] = w.Word
	}
	return s
}

// spacedWord is a word and what separates it from its neighbours.
type spacedWord struct {
	Word
	blank bool   // before it
	lines string // line breaks after it
}

type spacedWords []spacedWord

// split finds in a segment's text what is between its words.
func split(s Segment) spacedWords {
	said := make(spacedWords, 0, len(s.Words))
	rest := s.Text
	for i, w := range s.Words {
		_, after, found := strings.Cut(rest, w.Text)
		word := spacedWord{Word: w, blank: i > 0 && (!found || strings.HasPrefix(rest, " "))}
		if found {
			rest = strings.TrimLeft(after, "\n")
			word.lines = after[:len(after)-len(rest)]
		}
		said = append(said, word)
	}
	return said
}

func (said spacedWords) text() string {
	var b strings.Builder
	for i, w := range said {
		if w.blank && i > 0 && said[i-1].lines == "" {
			b.WriteByte(' ')
		}
		b.WriteString(w.Text + w.lines)
	}
	return b.String()
}

// plain takes punctuation and capitals away.
func (said spacedWords) plain(language string) spacedWords {
	lower := strings.ToLower
	if language == "tr" || language == "az" {
		lower = func(s string) string { return strings.ToLowerSpecial(unicode.TurkishCase, s) }
	}
	kept := said[:0]
	for _, w := range said {
		if w.Text = lower(unpunctuated(w.Text)); w.Text != "" {
			kept = append(kept, w)
		}
	}
	return kept
}

// unpunctuated removes punctuation, but for what holds a word or a number
// together: "don't", "well-known", "3.5".
func unpunctuated(word string) string {
	runes := []rune(word)
	joins := func(i int) bool {
		return i >= 0 && i < len(runes) && (unicode.IsLetter(runes[i]) || unicode.IsNumber(runes[i]))
	}
	var b strings.Builder
	for i, r := range runes {
		inside := joins(i-1) && joins(i+1) && strings.ContainsRune("'’-.,:·", r)
		if !unicode.IsPunct(r) || inside || strings.ContainsRune("%&@#*", r) {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// replace applies one rule everywhere: whole words, whatever their case.
func (said spacedWords) replace(rule Replacement) spacedWords {
	var out spacedWords
	for i := 0; i < len(said); {
		n, before, after := said[i:].match(rule.From)
		if n == 0 {
			out = append(out, said[i])
			i++
			continue
		}
		out = out.put(said[i:i+n], rule.To, before, after)
		i += n
	}
	return out
}

// match returns how many words from the first on say what from says, with the
// punctuation around them; 0 if they do not.
func (said spacedWords) match(from string) (n int, before, after string) {
	var heard strings.Builder
	for i, w := range said {
		if i > 0 && said[i-1].lines != "" {
			break
		}
		if w.blank && i > 0 {
			heard.WriteByte(' ')
		}
		heard.WriteString(w.Text)
		text := heard.String()
		if strings.EqualFold(text, from) {
			return i + 1, "", ""
		}
		core := strings.TrimLeftFunc(text, unicode.IsPunct)
		before = text[:len(text)-len(core)]
		core = strings.TrimRightFunc(core, unicode.IsPunct)
		if strings.EqualFold(core, from) {
			return i + 1, before, text[len(before)+len(core):]
		}
		if utf8.RuneCountInString(core) > utf8.RuneCountInString(from) {
			break
		}
	}
	return 0, "", ""
}

// put appends what is to be written for some words, sharing out their time.
func (said spacedWords) put(heard spacedWords, to, before, after string) spacedWords {
	first, last := heard[0], heard[len(heard)-1]
	confidence := 0.0
	for _, w := range heard {
		confidence += w.Confidence / float64(len(heard))
	}
	words := strings.Fields(to)
	if len(words) == 0 {
		return said.end(after, last.lines)
	}
	words[0] = before + words[0]
	words[len(words)-1] += after
	total, done := 0, 0
	for _, w := range words {
		total += utf8.RuneCountInString(w)
	}
	at := func(letters int) float64 {
		return first.Start + (last.End-first.Start)*float64(letters)/float64(total)
	}
	for i, w := range words {
		n := utf8.RuneCountInString(w)
		word := Word{Text: w, Start: at(done), End: at(done + n), Confidence: confidence}
		said = append(said, spacedWord{Word: word, blank: i > 0 || first.blank})
		done += n
	}
	said[len(said)-1].lines = last.lines
	return said
}

// end gives the last word the punctuation of one that is left out after it, if
// it ends the sentence, and its line breaks.
func (said spacedWords) end(punctuation, lines string) spacedWords {
	if len(said) == 0 {
		return said
	}
	last := &said[len(said)-1]
	if strings.ContainsAny(punctuation, sentenceMarks) {
		last.Text = strings.TrimRight(last.Text, ",;:、，") + punctuation
	}
	last.breakLine(lines)
	return said
}

// mask hides swear words but for their first letter.
func (said spacedWords) mask(language string) spacedWords {
	for i, w := range said {
		core := strings.TrimFunc(w.Text, unicode.IsPunct)
		if !foul(strings.ToLower(core), language) {
			continue
		}
		_, size := utf8.DecodeRuneInString(core)
		hidden := core[:size] + strings.Repeat("*", utf8.RuneCountInString(core)-1)
		said[i].Text = strings.Replace(w.Text, core, hidden, 1)
	}
	return said
}
