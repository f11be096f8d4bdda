package store

import (
	"strings"

	"earshot/app"
)

// clause is the WHERE of a statement, joined with AND.
type clause struct {
	sql  []string
	args []any
}

func (c *clause) add(text string, args ...any) {
	c.sql, c.args = append(c.sql, text), append(c.args, args...)
}

func (c *clause) text() string {
	if len(c.sql) == 0 {
		return "TRUE"
	}
	return strings.Join(c.sql, " AND ")
}

// anyOf adds the alternatives of what they say about one field.
func (c *clause) anyOf(of []clause) {
	var either clause
	for _, o := range of {
		either.add(o.text(), o.args...)
	}
	if len(of) > 0 {
		c.add("("+strings.Join(either.sql, " OR ")+")", either.args...)
	}
}

// conditions adds what a transcript has to meet.
func (c *clause) conditions(all []app.Condition) {
	c.fields(all, func(d app.Condition) clause {
		var one clause
		switch d.Field {
		case app.FieldSpeaker:
			one.add(`t.id IN (SELECT transcript FROM speakers WHERE `+startsWith("name")+`)`, starts(d.Value)...)
			if d.Not {
				return clause{} // others may speak there too
			}
		case app.FieldLanguage:
			one.add(`t.language = ?`, strings.ToLower(d.Value))
		case app.FieldTag:
			one.add(`t.id IN (SELECT transcript FROM tags WHERE tag = ?)`, d.Value)
		case app.FieldModel:
			one.add(startsWith("t.model"), starts(d.Value)...)
		case app.FieldSource:
			one.add(startsWith("t.origin"), starts(d.Value)...)
		case app.FieldBefore:
			one.add(`t.created < ?`, d.Day.UnixMilli())
		case app.FieldAfter:
			one.add(`t.created >= ?`, d.Day.UnixMilli())
		}
		return one
	})
}

// speakers adds what a segment has to meet.
func (c *clause) speakers(all []app.Condition) {
	c.fields(all, func(d app.Condition) clause {
		var one clause
		if d.Field == app.FieldSpeaker {
			one.add(startsWith("coalesce(p.name, '')"), starts(d.Value)...)
		}
		return one
	})
}

// fields adds conditions: one of each field, and all that are negated.
func (c *clause) fields(all []app.Condition, read func(app.Condition) clause) {
	either := map[app.Field][]clause{}
	var order []app.Field
	for _, d := range all {
		one := read(d)
		switch {
		case len(one.sql) == 0:
		case d.Not:
			c.add("NOT ("+one.text()+")", one.args...)
		default:
			if either[d.Field] == nil {
				order = append(order, d.Field)
			}
			either[d.Field] = append(either[d.Field], one)
		}
	}
	for _, field := range order {
		c.anyOf(either[field])
	}
}

// startsWith compares a column with the two values of starts, so that an index
// serves.
func startsWith(column string) string {
	return column + ` COLLATE NOCASE >= ? AND ` + column + ` COLLATE NOCASE < ?`
}

func starts(value string) []any { return []any{value, value + "\U0010ffff"} }
