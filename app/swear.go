package app

import (
	"slices"
	"strings"
)

// swearWords are what Options.Mask hides, whole words only, by language: what
// is foul in one can be harmless in another.
var swearWords = map[string]string{
	"en": "fuck fucks fucked fucker fuckers fucking fuckin motherfucker motherfuckers motherfucking shit shits shitty bullshit shitting cunt cunts bitch bitches bitching asshole assholes bastard bastards dick dickhead dickheads cock cocksucker pussy wanker wankers twat twats prick pricks slut sluts whore whores goddamn bollocks arsehole arseholes",
	"de": "scheiße scheisse scheiß scheiss beschissen beschissene arschloch arschlöcher arsch fotze fotzen wichser hurensohn hurensöhne hure huren schlampe schlampen fick ficken ficker gefickt verfickt verfickte verfickter verficktes miststück",
	"fr": "merde merdes putain putains connard connards connarde connasse connasses salope salopes enculé enculés enculer bordel couille couilles foutre niquer nique pute putes",
	"es": "mierda mierdas joder jodido jodida puta putas puto putos cabrón cabrones coño coños gilipollas hijoputa pendejo pendejos pendeja chingar chingada chingado verga carajo maricón",
	"it": "merda merde cazzo cazzi stronzo stronzi stronza stronze vaffanculo puttana puttane troia troie coglione coglioni minchia",
	"pt": "merda caralho porra puta putas foda foder fodido fodida cabrão buceta",
	"nl": "kut klootzak klootzakken godverdomme verdomme hoer hoeren kanker kankeren neuken",
	"pl": "kurwa kurwy kurwę kurwo jebać jebany jebana pierdolić pierdol chuj chuja huj spierdalaj",
	"ru": "блять блядь бля хуй хуя хуйня пизда пизды пиздец ебать ебаный ёбаный сука суки мудак мудаки",
}

// foul reports whether a word in lower case is to be hidden.
func foul(word, language string) bool {
	return slices.Contains(strings.Fields(swearWords[language]), word)
}
