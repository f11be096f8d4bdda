package store

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"earshot/app"
)

// The tables of words. That of pairs holds, whole, the segments that have a
// script without blanks in them.
const (
	wordIndex = "segments_fts"
	pairIndex = "segments_pairs"
)

// indexes are where to look for the alternatives of a query: those with a script
// without blanks among the pairs, all others, in one expression, among the words.
func indexes(q app.Query) []index {
	var words, paired []app.Terms
	var all []index
	for _, t := range q.Any {
		switch {
		case anyUnspaced(t.All):
			paired = append(paired, t)
		case anyUnspaced(t.None):
			all = append(all, withoutPairs(t))
		default:
			words = append(words, t)
		}
	}
	if len(words) > 0 {
		all = append(all, index{table: wordIndex, match: expression(words)})
	}
	if len(paired) > 0 {
		all = append(all, index{table: pairIndex, match: expression(paired)})
	}
	return all
}

// withoutPairs looks among the words for what has none of some pairs.
func withoutPairs(t app.Terms) index {
	words := app.Terms{All: t.All}
	var paired []app.Term
	for _, n := range t.None {
		if anyUnspaced([]app.Term{n}) {
			paired = append(paired, n)
		} else {
			words.None = append(words.None, n)
		}
	}
	return index{wordIndex, expression([]app.Terms{words}), alternatives(paired)}
}

func anyUnspaced(terms []app.Term) bool {
	for _, t := range terms {
		if strings.ContainsFunc(t.Text, isUnspaced) {
			return true
		}
	}
	return false
}

// expression makes an FTS5 expression that no text can break: all of it becomes
// quoted strings.
func expression(any []app.Terms) string {
	var all []string
	for _, t := range any {
		var b strings.Builder
		for i, term := range t.All {
			if i > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(phrases(term))
		}
		if len(t.None) > 0 {
			b.WriteString(" NOT (" + alternatives(t.None) + ")")
		}
		all = append(all, b.String())
	}
	if len(all) == 1 {
		return all[0]
	}
	return "(" + strings.Join(all, ") OR (") + ")"
}

func alternatives(terms []app.Term) string {
	var all []string
	for _, t := range terms {
		all = append(all, "("+phrases(t)+")")
	}
	return strings.Join(all, " OR ")
}

// phrases are those of a term: a run of a script without blanks is one of pairs,
// which finds it anywhere; of a single letter all pairs that begin with it are.
func phrases(t app.Term) string {
	var all []string
	for _, run := range runs(t.Text) {
		r, size := utf8.DecodeRuneInString(run)
		switch {
		case !isUnspaced(r):
			if strings.ContainsFunc(run, isWord) {
				all = append(all, quote(run))
			}
		case size == len(run):
			all = append(all, quote(run)+"*")
		default:
			p := strings.Fields(pairs(run))
			all = append(all, quote(strings.Join(p[:len(p)-1], " ")))
		}
	}
	if t.Prefix && len(all) > 0 && !strings.HasSuffix(all[len(all)-1], "*") && !anyUnspaced([]app.Term{t}) {
		all[len(all)-1] += "*"
	}
	return strings.Join(all, " ")
}

func quote(s string) string { return `"` + strings.ReplaceAll(s, `"`, " ") + `"` }

// isWord reports whether FTS5's tokenizer keeps the rune: a run without any would
// be an empty phrase.
func isWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.Is(unicode.Co, r)
}

// needles are the texts that a query looks for, for marking.
func needles(any []app.Terms) []string {
	var all []string
	for _, t := range any {
		for _, term := range t.All {
			for _, run := range runs(term.Text) {
				if run = strings.TrimFunc(run, func(r rune) bool { return !isWord(r) && !unicode.IsMark(r) }); run != "" {
					all = append(all, run)
				}
			}
		}
	}
	return all
}

// mark puts marks around what the needles find in text, in any case of letters:
// anywhere or, in scripts with blanks, where a word begins.
func mark(text string, needles []string) string {
	var b strings.Builder
	before := ' '
	for at := 0; at < len(text); {
		n := 0
		for _, needle := range needles {
			if first, _ := utf8.DecodeRuneInString(needle); isUnspaced(first) || !isWord(before) {
				n = max(n, foldPrefix(text[at:], needle))
			}
		}
		if n == 0 {
			_, n = utf8.DecodeRuneInString(text[at:])
			b.WriteString(text[at : at+n])
		} else {
			b.WriteString(app.HitStart + text[at:at+n] + app.HitEnd)
		}
		at += n
		before, _ = utf8.DecodeLastRuneInString(text[:at])
	}
	return b.String()
}

// foldPrefix is how many bytes of text a needle takes at its beginning, 0 if it
// is not there.
func foldPrefix(text, needle string) int {
	n := 0
	for _, want := range needle {
		r, size := utf8.DecodeRuneInString(text[n:])
		if size == 0 || unicode.ToLower(r) != unicode.ToLower(want) {
			return 0
		}
		n += size
	}
	return n
}

// Letters around the first mark in an excerpt.
const excerptLetters = 60

// excerpt is the text around the first needle, marked.
func excerpt(text string, needles []string) string {
	marked := []rune(mark(text, needles))
	start := strings.Index(string(marked), app.HitStart)
	first := 0
	if start > 0 {
		first = max(0, utf8.RuneCountInString(string(marked)[:start])-excerptLetters/2)
	}
	end := min(len(marked), first+2*excerptLetters)
	cut := string(marked[first:end])
	if strings.Count(cut, app.HitStart) > strings.Count(cut, app.HitEnd) {
		cut += app.HitEnd
	}
	if first > 0 {
		cut = "…" + cut
	}
	if end < len(marked) {
		cut += "…"
	}
	return cut
}
