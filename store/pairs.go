package store

import (
	"slices"
	"strings"
	"unicode"
)

// unspaced are the scripts whose words a tokenizer cannot tell apart, or, as in
// Korean, whose words carry what belongs to them.
var unspaced = []*unicode.RangeTable{
	unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo, unicode.Yi,
	unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar, unicode.Tibetan,
}

// isUnspaced reports whether a rune is a letter or mark of such a script.
func isUnspaced(r rune) bool {
	if r < 0x0e00 {
		return false
	}
	long := r == 'ー' || r == 'ｰ' // of two scripts, and so of none
	return long || unicode.In(r, unspaced...) && (unicode.IsLetter(r) || unicode.IsMark(r))
}

// pairs is text as it is indexed by pairs of letters: 大きさ becomes 大き きさ さ.
// Text in other scripts stays as it is. It is empty if there is no pair to be made.
func pairs(text string) string {
	if !strings.ContainsFunc(text, isUnspaced) {
		return ""
	}
	var b strings.Builder
	for _, run := range runs(text) {
		letters := []rune(run)
		if !isUnspaced(letters[0]) {
			b.WriteString(run)
			continue
		}
		for i := range letters {
			b.WriteByte(' ')
			b.WriteString(string(letters[i:min(i+2, len(letters))]))
		}
		b.WriteByte(' ')
	}
	return b.String()
}

// runs cuts text where scripts with and without blanks meet.
func runs(text string) []string {
	var all []string
	start, was := 0, false
	for i, r := range text {
		is := isUnspaced(r)
		if i > 0 && is != was {
			all = append(all, text[start:i])
			start = i
		}
		was = is
	}
	if start < len(text) {
		all = append(all, text[start:])
	}
	return slices.Clip(all)
}
