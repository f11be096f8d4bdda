module earshot

go 1.26

require (
	github.com/alecthomas/kong v1.16.1
	github.com/ggerganov/whisper.cpp/bindings/go v0.0.0-20260227185758-9453b4b9be9b
	github.com/go-audio/audio v1.0.0
	github.com/go-audio/wav v1.1.0
	github.com/gofrs/flock v0.13.0
	github.com/mattn/go-sqlite3 v1.14.53
	golang.org/x/term v0.36.0
)

require (
	github.com/go-audio/riff v1.0.0 // indirect
	golang.org/x/sys v0.37.0 // indirect
)
