package ui

import (
	"strings"
	"time"

	"fyne.io/fyne/v2/lang"
)

// Dates as they are written in the person's language: the translation of a
// layout is another layout. Where that has the month's name in full, it is
// translated too.

// dayText is a day of any year.
func dayText(t time.Time) string { return dateText(t, lang.L("2 Jan 2006")) }

// shortDayText is a day of a year that is known.
func shortDayText(t time.Time) string { return dateText(t, lang.L("2 Jan")) }

// monthText is a month of any year.
func monthText(t time.Time) string { return dateText(t, lang.L("January 2006")) }

func dateText(t time.Time, layout string) string {
	t = t.Local()
	return strings.Replace(t.Format(layout), t.Month().String(), monthName(t.Month()), 1)
}

// monthName is the name of a month in full.
func monthName(m time.Month) string {
	return [...]string{
		lang.L("January"), lang.L("February"), lang.L("March"), lang.L("April"), lang.L("May"), lang.L("June"),
		lang.L("July"), lang.L("August"), lang.L("September"), lang.L("October"), lang.L("November"), lang.L("December"),
	}[m-1]
}
