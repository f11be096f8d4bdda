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
	plain, mask bool
	rules       []Replacement
}

func newRewriting(o Options) (rewriting, error) {
	rules, err := ParseReplacements(o.Replace)
	return rewriting{plain: o.Plain, mask: o.Mask, rules: rules}, err
}

// segments rewrites text and words alike. A segment that nothing is left of is
// left out.
func (r rewriting) segments(all []Segment, language string) []Segment {
	if !r.plain && !r.mask && len(r.rules) == 0 {
		return all
	}
	kept := make([]Segment, 0, len(all))
	for _, s := range all {
		if s = r.segment(s, language); s.Text != "" {
			kept = append(kept, s)
		}
	}
	return kept
}

func (r rewriting) segment(s Segment, language string) Segment {
	said := split(s)
	if r.plain {
		said = said.plain(language)
	}
	for _, rule := range r.rules {
		said = said.replace(rule)
	}
	if r.mask {
		said = said.mask(language)
	}
	s.Text = said.text()
	s.Words = make([]Word, len(said))
	for i, w := range said {
		s.Words[i] = w.Word
	}
	return s
}

// spacedWord is a word and whether a blank comes before it.
type spacedWord struct {
	Word
	blank bool
}

type spacedWords []spacedWord

// split finds the blanks between a segment's words in its text.
func split(s Segment) spacedWords {
	said := make(spacedWords, 0, len(s.Words))
	rest := s.Text
	for i, w := range s.Words {
		_, after, found := strings.Cut(rest, w.Text)
		blank := i > 0 && (!found || strings.HasPrefix(rest, " "))
		if found {
			rest = after
		}
		said = append(said, spacedWord{w, blank})
	}
	return said
}

func (said spacedWords) text() string {
	var b strings.Builder
	for i, w := range said {
		if w.blank && i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w.Text)
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
		return said.end(after)
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
		said = append(said, spacedWord{word, i > 0 || first.blank})
		done += n
	}
	return said
}

// end gives the last word the punctuation of one that is left out after it, if
// it ends the sentence.
func (said spacedWords) end(punctuation string) spacedWords {
	if n := len(said); n > 0 && strings.ContainsAny(punctuation, ".?!。？！") {
		said[n-1].Text = strings.TrimRight(said[n-1].Text, ",;:、，") + punctuation
	}
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
