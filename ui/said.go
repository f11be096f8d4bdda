package ui

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"fyne.io/fyne/v2/lang"

	"earshot/app"
)

// Sentences that come from below the window are English: the command line and
// the API say them too, and the library keeps some. The window knows the forms
// that they are made from, finds the one that a sentence has, and says it in the
// person's language. What has no form stays as it is.

// form is a text with places for what it is about.
type form struct {
	key     string
	pattern *regexp.Regexp
	names   []bool // which places hold a name in quotes
}

// known are the texts that are translated.
var known = sync.OnceValue(func() map[string]message {
	messages, err := readTranslation("en")
	if err != nil {
		return nil // Translate has said so
	}
	return messages
})

// forms are those of the known texts that have places, the most particular first.
var forms = sync.OnceValue(func() []form {
	var all []form
	for key := range known() {
		if strings.Contains(key, "%s") {
			all = append(all, newForm(key))
		}
	}
	slices.SortFunc(all, func(a, b form) int { return cmp.Or(b.letters()-a.letters(), strings.Compare(a.key, b.key)) })
	return all
})

// letters counts those that are not of a place.
func (f form) letters() int { return len(f.key) - len("%s")*len(f.names) }

// What stands in a place: anything in quotes, or what does not end a sentence. A
// form of few letters is found in many sentences: it takes figures only.
const (
	quotedPlace = "([^”]+)"
	anyPlace    = "(“[^”]+”|(?:[^.]|[.][^ ])+?)"
	figurePlace = "([0-9:.]+)"
	fewLetters  = 6
)

func newForm(key string) form {
	f := form{key: key}
	parts := strings.Split(key, "%s")
	few := len(strings.ReplaceAll(strings.Join(parts, ""), " ", "")) < fewLetters
	var pattern strings.Builder
	for i, part := range parts {
		pattern.WriteString(regexp.QuoteMeta(strings.ReplaceAll(part, "%%", "%")))
		quoted := strings.HasSuffix(part, "“")
		switch {
		case i == len(parts)-1:
			continue
		case quoted:
			pattern.WriteString(quotedPlace)
		case few:
			pattern.WriteString(figurePlace)
		default:
			pattern.WriteString(anyPlace)
		}
		f.names = append(f.names, quoted)
	}
	f.pattern = regexp.MustCompile("^(?s:" + pattern.String() + ")$")
	return f
}

// said is English, sentences or a part of one, in the person's language.
func said(english string) string {
	if _, there := known()[english]; there {
		return lang.L(english)
	}
	for _, f := range forms() {
		places := f.pattern.FindStringSubmatch(english)
		if places == nil {
			continue
		}
		values := make([]any, len(f.names))
		for i, place := range places[1:] {
			if values[i] = place; !f.names[i] {
				values[i] = saidOf(place)
			}
		}
		return fmt.Sprintf(lang.L(f.key), values...)
	}
	if first, rest, more := strings.Cut(english, ". "); more {
		return said(first+".") + " " + said(rest)
	}
	return english
}

// saidOf is what a sentence is about: another one, or a name in quotes.
func saidOf(place string) string {
	if name, ok := strings.CutPrefix(place, "“"); ok {
		if name, ok = strings.CutSuffix(name, "”"); ok && !strings.Contains(name, "”") {
			return fmt.Sprintf(lang.L("“%s”"), name)
		}
	}
	return said(place)
}

// saidEach does so with the parts of a line.
func saidEach(line string) string {
	parts := strings.Split(line, " · ")
	for i, part := range parts {
		parts[i] = said(part)
	}
	return strings.Join(parts, " · ")
}

// explain is what is said of an error: a sentence, and after it a hint.
func explain(err error) string {
	sentence, hint := app.Explain(err)
	return strings.TrimSpace(said(sentence) + " " + said(hint))
}
