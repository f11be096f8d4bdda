package app

// JobID tells jobs apart within one run of the program.
type JobID int64

// Stage is how far a job has come.
type Stage string

// The stages of a job, in order; the last three are ends.
const (
	StageQueued       Stage = "queued"
	StageReading      Stage = "reading"      // the file is read and looked up in the library
	StageLoading      Stage = "loading"      // the model is loaded
	StageTranscribing Stage = "transcribing" // text is coming
	StageDone         Stage = "done"
	StageFailed       Stage = "failed"
	StageCancelled    Stage = "cancelled"
)

// Job is the state of one file on its way to text.
type Job struct {
	ID         JobID
	Name       string // of the file
	Path       string
	Stage      Stage
	Transcript int64   // 0 until it is stored
	Omission   int64   // of the transcript, that is transcribed again; 0 if it is all of a recording
	Again      bool    // see App.HearAgain
	Cached     bool    // the text was in the library already
	Fraction   float64 // done, 0..1; negative if the length is unknown
	Elapsed    float64 // seconds of wall time
	Remaining  float64 // seconds of wall time; negative until known
	Speed      float64 // audio seconds a wall second; 0 until known
	Err        error   // why it failed
}

// Ended reports whether nothing more will happen to the job.
func (j Job) Ended() bool {
	return j.Stage == StageDone || j.Stage == StageFailed || j.Stage == StageCancelled
}

// Request asks for one file to be transcribed.
type Request struct {
	Path    string
	Source  string  // recorded instead of Path: "-" for what is not kept, as standard input
	Title   string  // in the library; "" makes one of the file's name
	Limit   float64 // seconds that the recording may last; 0 is for ever
	Options Options
	Origin  Origin // "" is OriginFile or, of a recording of ours, what it was recorded from
	NoStore bool   // leave the library alone
	NoCache bool   // transcribe even if the library has the text
	Resume  int64  // go on with this transcript; Path and Options are its own
	// Omission is one of the transcript Resume: instead of going on, only its
	// stretch of the recording is transcribed again, and what is found takes its
	// place.
	Omission int64
	// Refine transcribes the whole recording of the transcript Resume again, with
	// Options, and replaces what nobody has edited in it.
	Refine bool
	// Again, if it is not nil, is what of the recording of the transcript Resume is
	// transcribed again, with Options. Nothing is stored; see App.HearAgain. Transcribe
	// returns the segments that were heard.
	Again *Again
}

// stores reports whether what is heard goes into the library as it comes.
func (r Request) stores() bool { return !r.NoStore && !r.Refine && !r.isQuiet() }

// isQuiet reports whether nothing is told of what is heard before all of it is
// there.
func (r Request) isQuiet() bool { return r.Omission != 0 || r.Again != nil }
