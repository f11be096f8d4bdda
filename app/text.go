package app

import (
	"fmt"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clock is a duration for people: 0:07, 12:34, 1:02:03.
func Clock(seconds float64) string {
	s := int(math.Round(max(0, seconds)))
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// SpeedText is a speed for people: 0.4×, 3.2×, 14×.
func SpeedText(speed float64) string {
	if speed < 9.95 {
		return fmt.Sprintf("%.1f×", speed)
	}
	return fmt.Sprintf("%.0f×", speed)
}

// Bytes is a size for people, in powers of ten: 574 MB.
func Bytes(n int64) string {
	switch {
	case n >= 1e9:
		return fmt.Sprintf("%.1f GB", float64(n)/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%.0f MB", float64(n)/1e6)
	default:
		return fmt.Sprintf("%.0f kB", float64(n)/1e3)
	}
}

// FileName makes a title safe as a file's name on every platform.
func FileName(title string) string {
	name := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) || unicode.IsControl(r) {
			return '-'
		}
		return r
	}, title)
	name = strings.Trim(name, " .")
	for len(name) > 200 {
		_, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
	}
	name = strings.TrimRight(name, " .")
	if name == "" {
		return "transcript"
	}
	return name
}

// Trust says in words whether a device can be relied on.
func (d Device) Trust() string {
	switch {
	case d.SelfTest == SelfTestPassed:
		return fmt.Sprintf("self-test passed, %.3g GFLOP/s", d.GFLOPS)
	case d.Why != "":
		return "not used by itself: " + d.Why
	case d.SelfTest == SelfTestRunning:
		return "being tried by another Earshot"
	}
	return "not tested"
}

// Text says in words how far a job is, with a word before the time that it has
// taken.
func (j Job) Text(elapsed string) string {
	switch j.Stage {
	case StageQueued:
		return "waiting"
	case StageReading:
		return "reading the file"
	case StageLoading:
		return "loading the model"
	}
	var parts []string
	if j.Fraction >= 0 {
		parts = append(parts, fmt.Sprintf("%.0f %%", 100*j.Fraction))
	}
	parts = append(parts, elapsed+Clock(j.Elapsed))
	if j.Speed > 0 {
		parts = append(parts, SpeedText(j.Speed)+" real time")
	}
	if j.Remaining >= 0 {
		parts = append(parts, Clock(j.Remaining)+" left")
	}
	return strings.Join(parts, " · ")
}

// Text says what is wrong with a recording, and what Earshot does about it.
func (t Trouble) Text(inputs []Input) string {
	name := "the input"
	for _, in := range inputs {
		if len(inputs) == 1 || t == TroubleSilence && !in.System { // the computer may be silent
			name = in.Name
		}
	}
	switch t {
	case TroubleSilence:
		return "Nothing but silence comes from " + name + ": it may be muted."
	case TroubleLost:
		return "No sound comes from " + name + " any more. Earshot keeps trying; what was recorded is safe."
	case TroubleSpace:
		return "The disk is nearly full: the recording will stop soon."
	}
	return ""
}
