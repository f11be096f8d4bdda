// Package app is Earshot in the words of its trade: recordings, transcripts,
// segments, words, speakers and the jobs that turn one into the other.
//
// It declares the interfaces that it consumes (Media, Recognizer, Library,
// Fetcher); packages capture, engine, store and fetch implement them and never
// know each other. Package app imports the standard library only, so that everything
// decided here can be tested without a sound card, a model or a database.
//
// Units: times and durations of audio are seconds as float64, counted from
// the start of the recording; audio is mono float32 in [-1, 1] at SampleRate.
//
// Ownership: App starts goroutines and ends them in Close: the queue, which
// alone decides what happens to jobs, one progress reporter for each running
// job, the downloads, which alone decide what happens to those, one for each
// running download, and one for each open document, which stores what is done to
// it. Methods of App are safe for concurrent use; a Document belongs to one
// goroutine, the window's.
package app

// Version is the release; FyneApp.toml says the same.
const Version = "0.1.0"

// SampleRate of all audio inside Earshot, in Hz.
const SampleRate = 16000
