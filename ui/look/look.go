// Package look is how Earshot looks: its colours, sizes and the Fyne theme
// made of them. It knows nothing of what is shown.
package look

import (
	"image/color"

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
	Level      fyne.ThemeColorName = "level"      // how loud it is
)

// speakers are told apart by colours, always beside their names.
var speakers = []fyne.ThemeColorName{"speaker1", "speaker2", "speaker3", "speaker4"}

// Speaker is the colour of the i-th speaker.
func Speaker(i int) fyne.ThemeColorName { return speakers[i%len(speakers)] }

// Sizes in Fyne's units, on a grid of 8.
const (
	TextSize    = 14.0
	SmallSize   = 12.0
	ReadingSize = 15.5 // of the transcript
	TitleSize   = 20.0
	HeroSize    = 24.0

	Radius     = 8.0
	BarHeight  = 52.0
	SideWidth  = 280.0
	TextColumn = 764.0 // widest that text gets
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
	hover      = shade{color.NRGBA{0x1F, 0x23, 0x28, 0x0C}, color.NRGBA{0xE8, 0xE9, 0xEB, 0x10}}
	shadow     = shade{color.NRGBA{0, 0, 0, 0x22}, color.NRGBA{0, 0, 0, 0x66}}
	clear      = shade{color.NRGBA{}, color.NRGBA{}}
)

var colours = map[fyne.ThemeColorName]shade{
	Panel: panel, Line: line, Ink: ink, Dim: dim, Faint: faint, Accent: accent, AccentSoft: accentSoft,
	OnAccent: onAccent, Selected: selected, Warning: warning, Recording: recording,
	Wave: accent, Level: green,
	"speaker1": accent, "speaker2": orange, "speaker3": green, "speaker4": violet,

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
	theme.ColorNameInputBorder:         line,
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
	Force string // "light" or "dark"; "" follows the desktop
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

// Colour is the named colour as it is now: for objects that are drawn by hand.
func Colour(name fyne.ThemeColorName) color.Color {
	settings := fyne.CurrentApp().Settings()
	return settings.Theme().Color(name, settings.ThemeVariant())
}
