package app

// PlayState is what the player is doing.
type PlayState string

// The states of the player.
const (
	PlayStopped PlayState = "stopped" // nothing is open
	PlayLoading PlayState = "loading" // the recording is being opened
	PlayPlaying PlayState = "playing"
	PlayPaused  PlayState = "paused"
	PlayEnded   PlayState = "ended" // the recording was heard to its end; playing begins at its start
	PlayFailed  PlayState = "failed"
)

// Playing is the state of the player.
type Playing struct {
	State      PlayState
	Transcript int64   // whose recording is open; 0 if none is
	Position   float64 // the second that is heard, or will be next
	Duration   float64 // seconds; 0 if unknown
	Speed      float64 // 1 is as it was recorded
	Volume     float64 // 0..1
	Stretch    Span    // that is played or looped; the zero value is all of it
	Loop       bool    // Stretch is played again and again
	Err        error   // why it failed
}

// passage is what is to be heard from a second on.
func (p Playing) passage(at float64) Passage {
	return Passage{At: at, From: p.Stretch.From, To: p.Stretch.To, Loop: p.Loop}
}
