// Package look is how Earshot looks: its colours, sizes and the Fyne theme
// made of them. It knows nothing of what is shown.
package look

import (
	"image/color"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Colours that Fyne has no names for. They mean something: red is recording,
// blue is the one main action and where the sound is, amber is doubt.
const (
	Panel      fyne.ThemeColorName = "panel"      // behind lists and bars
	Line       fyne.ThemeColorName = "line"       // between areas
	Ink        fyne.ThemeColorName = "ink"        // text
	Dim        fyne.ThemeColorName = "dim"        // text about text
	Faint      fyne.ThemeColorName = "faint"      // times, hints, headings
	Accent     fyne.ThemeColorName = "accent"     // the main action
	AccentSoft fyne.ThemeColorName = "accentSoft" // behind a label in accent
	OnAccent   fyne.ThemeColorName = "onAccent"   // text on accent
	Selected   fyne.ThemeColorName = "selected"   // behind the current row
	Warning    fyne.ThemeColorName = "warning"    // doubt, something to know
	Recording  fyne.ThemeColorName = "recording"  // and errors
	Wave       fyne.ThemeColorName = "wave"       // sound
	Ahead      fyne.ThemeColorName = "ahead"      // sound that was not played yet
	Level      fyne.ThemeColorName = "level"      // how loud it is
	Doubt      fyne.ThemeColorName = "doubt"      // under a word that may be wrong
	Mark       fyne.ThemeColorName = "mark"       // behind what was searched for
	Difference fyne.ThemeColorName = "difference" // behind what differs
)

// speakers are told apart by colours, always beside their names.
var speakers = []fyne.ThemeColorName{
	"speaker1", "speaker2", "speaker3", "speaker4", "speaker5", "speaker6", "speaker7", "speaker8",
}

// Speaker is the colour of the i-th speaker.
func Speaker(i int) fyne.ThemeColorName { return speakers[i%len(speakers)] }

// SpeakerColour is the colour of a speaker, as app.Speaker has it: "" is that of
// the place in the list, a number one of the palette, and #rrggbb itself.
func SpeakerColour(colour string, place int) fyne.ThemeColorName {
	if strings.HasPrefix(colour, "#") {
		return fyne.ThemeColorName(colour)
	}
	if n, err := strconv.Atoi(colour); err == nil && n > 0 {
		place = n - 1
	}
	return Speaker(place)
}

// hex is the colour that #rrggbb means.
func hex(name fyne.ThemeColorName) (color.Color, bool) {
	digits, found := strings.CutPrefix(string(name), "#")
	n, err := strconv.ParseUint(digits, 16, 24)
	if !found || err != nil || len(digits) != 6 {
		return nil, false
	}
	return color.NRGBA{R: uint8(n >> 16), G: uint8(n >> 8), B: uint8(n), A: 255}, true
}

// Sizes in Fyne's units, on a grid of 8.
const (
	TextSize  = 14.0
	SmallSize = 12.0
	TitleSize = 20.0
	HeroSize  = 24.0

	Radius     = 8.0
	BarHeight  = 52.0
	SideWidth  = 280.0
	TextColumn = 764.0 // widest that text gets
)

// The size of a transcript's text, which a person chooses.
const (
	ReadingSize  = 15.5 // unless chosen otherwise
	SmallestSize = 13.0
	LargestSize  = 22.0
)

type shade struct{ light, dark color.NRGBA }

func rgb(v uint32) color.NRGBA {
	return color.NRGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), 255}
}

var (
	background = shade{rgb(0xFAFAF8), rgb(0x1B1D21)}
	panel      = shade{rgb(0xF1F1EE), rgb(0x23262B)}
	line       = shade{rgb(0xE2E2DD), rgb(0x33373E)}
	ink        = shade{rgb(0x1F2328), rgb(0xE8E9EB)}
	dim        = shade{rgb(0x6B7078), rgb(0x9AA0A8)}
	// The design's faint grey is for drawing; for text it is a step stronger,
	// so that it can be read.
	faint      = shade{rgb(0x8A9097), rgb(0x7C838C)}
	accent     = shade{rgb(0x2F6FDE), rgb(0x6EA2FF)}
	accentSoft = shade{rgb(0xE3EDFC), rgb(0x26364F)}
	onAccent   = shade{rgb(0xFFFFFF), rgb(0x14161A)}
	selected   = shade{rgb(0xEAF1FD), rgb(0x283447)}
	warning    = shade{rgb(0x9A6414), rgb(0xE0A243)}
	recording  = shade{rgb(0xD6453D), rgb(0xF0645B)}
	orange     = shade{rgb(0xC2570C), rgb(0xF2994A)}
	green      = shade{rgb(0x2E8B57), rgb(0x5CC08B)}
	violet     = shade{rgb(0x8E4EC6), rgb(0xB98AE8)}
	teal       = shade{rgb(0x0E7C86), rgb(0x4DC4CF)}
	pink       = shade{rgb(0xB83280), rgb(0xF08BC0)}
	olive      = shade{rgb(0x7A6A00), rgb(0xC9B84A)}
	slate      = shade{rgb(0x5B6B8C), rgb(0xA3B1CC)}
	ahead      = shade{rgb(0xB9C4D6), rgb(0x465062)}
	doubt      = shade{rgb(0xB7791F), rgb(0xE0A243)}
	mark       = shade{rgb(0xFFE58A), rgb(0x665312)}
	difference = shade{rgb(0xD9F0E2), rgb(0x24483A)}
	hover      = shade{color.NRGBA{0x1F, 0x23, 0x28, 0x0C}, color.NRGBA{0xE8, 0xE9, 0xEB, 0x10}}
	shadow     = shade{color.NRGBA{0, 0, 0, 0x22}, color.NRGBA{0, 0, 0, 0x66}}
	clear      = shade{color.NRGBA{}, color.NRGBA{}}
)

var colours = map[fyne.ThemeColorName]shade{
	Panel: panel, Line: line, Ink: ink, Dim: dim, Faint: faint, Accent: accent, AccentSoft: accentSoft,
	OnAccent: onAccent, Selected: selected, Warning: warning, Recording: recording,
	Wave: accent, Ahead: ahead, Level: green, Doubt: doubt, Mark: mark, Difference: difference,
	"speaker1": accent, "speaker2": orange, "speaker3": green, "speaker4": violet,
	"speaker5": teal, "speaker6": pink, "speaker7": olive, "speaker8": slate,

	theme.ColorNameBackground:          background,
	theme.ColorNameForeground:          ink,
	theme.ColorNameForegroundOnPrimary: onAccent,
	theme.ColorNamePrimary:             accent,
	theme.ColorNameHyperlink:           accent,
	theme.ColorNameFocus:               accentSoft,
	theme.ColorNameSelection:           accentSoft,
	theme.ColorNameHover:               hover,
	theme.ColorNamePressed:             hover,
	theme.ColorNameButton:              panel,
	theme.ColorNameDisabledButton:      panel,
	theme.ColorNameDisabled:            faint,
	theme.ColorNamePlaceHolder:         faint,
	theme.ColorNameInputBackground:     background,
	theme.ColorNameInputBorder:         faint,
	theme.ColorNameMenuBackground:      background,
	theme.ColorNameOverlayBackground:   background,
	theme.ColorNameHeaderBackground:    panel,
	theme.ColorNameSeparator:           line,
	theme.ColorNameScrollBar:           faint,
	theme.ColorNameScrollBarBackground: clear,
	theme.ColorNameShadow:              shadow,
	theme.ColorNameError:               recording,
}

var sizes = map[fyne.ThemeSizeName]float32{
	theme.SizeNameText:               TextSize,
	theme.SizeNameCaptionText:        SmallSize,
	theme.SizeNameSubHeadingText:     16,
	theme.SizeNameHeadingText:        TitleSize,
	theme.SizeNamePadding:            4,
	theme.SizeNameInnerPadding:       8,
	theme.SizeNameInputRadius:        Radius,
	theme.SizeNameButtonRadius:       Radius,
	theme.SizeNameMenuRadius:         Radius,
	theme.SizeNamePopupRadius:        Radius,
	theme.SizeNameDialogRadius:       12,
	theme.SizeNameInputBorder:        1,
	theme.SizeNameScrollBar:          10,
	theme.SizeNameScrollBarSmall:     4,
	theme.SizeNameSeparatorThickness: 1,
}

// Theme is Earshot's Fyne theme. The zero value follows the desktop's choice
// of light or dark.
type Theme struct {
	Force   string  // "light" or "dark"; "" follows the desktop
	Reading float32 // size of a transcript's text; 0 is ReadingSize
}

var _ fyne.Theme = Theme{}

// Color implements fyne.Theme.
func (t Theme) Color(name fyne.ThemeColorName, v fyne.ThemeVariant) color.Color {
	switch t.Force {
	case "light":
		v = theme.VariantLight
	case "dark":
		v = theme.VariantDark
	}
	if c, ok := hex(name); ok {
		return c
	}
	s, ok := colours[name]
	if !ok {
		return theme.DefaultTheme().Color(name, v)
	}
	if v == theme.VariantDark {
		return s.dark
	}
	return s.light
}

// Size implements fyne.Theme.
func (Theme) Size(name fyne.ThemeSizeName) float32 {
	if s, ok := sizes[name]; ok {
		return s
	}
	return theme.DefaultTheme().Size(name)
}

// Font implements fyne.Theme.
func (Theme) Font(style fyne.TextStyle) fyne.Resource { return theme.DefaultTheme().Font(style) }

// Icon implements fyne.Theme.
func (Theme) Icon(name fyne.ThemeIconName) fyne.Resource { return theme.DefaultTheme().Icon(name) }

// ReadingTheme is Earshot's theme for a field in which a transcript's text is
// edited: in the size that it is read in.
type ReadingTheme struct{}

var _ fyne.Theme = ReadingTheme{}

// Color implements fyne.Theme.
func (ReadingTheme) Color(name fyne.ThemeColorName, v fyne.ThemeVariant) color.Color {
	return fyne.CurrentApp().Settings().Theme().Color(name, v)
}

// Size implements fyne.Theme.
func (ReadingTheme) Size(name fyne.ThemeSizeName) float32 {
	if name == theme.SizeNameText {
		return Reading()
	}
	return fyne.CurrentApp().Settings().Theme().Size(name)
}

// Font implements fyne.Theme.
func (ReadingTheme) Font(style fyne.TextStyle) fyne.Resource {
	return fyne.CurrentApp().Settings().Theme().Font(style)
}

// Icon implements fyne.Theme.
func (ReadingTheme) Icon(name fyne.ThemeIconName) fyne.Resource {
	return fyne.CurrentApp().Settings().Theme().Icon(name)
}

// Colour is the named colour as it is now: for objects that are drawn by hand.
func Colour(name fyne.ThemeColorName) color.Color {
	settings := fyne.CurrentApp().Settings()
	return settings.Theme().Color(name, settings.ThemeVariant())
}

// Reading is the size of a transcript's text as it is now.
func Reading() float32 {
	t, _ := fyne.CurrentApp().Settings().Theme().(Theme)
	if t.Reading == 0 {
		return ReadingSize
	}
	return min(max(t.Reading, SmallestSize), LargestSize)
}
