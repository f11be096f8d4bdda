//go:build cgo && !race

package capture

import (
	"errors"
	"io"
	"sync"

	"github.com/gordonklaus/portaudio"

	"earshot/app"
)

// portAudio records the default microphone. It knows no other input: under
// PulseAudio and PipeWire it sees one device, through ALSA.
type portAudio struct{}

// The library's state is the process's, and its functions may not be called
// side by side.
var portAudioCalls sync.Mutex

// Samples in one callback: 20 ms.
const callbackSamples = app.SampleRate / 50

// open initializes the library anew, since it looks for devices only then.
func (portAudio) open(_ string, r *ring) (io.Closer, error) {
	portAudioCalls.Lock()
	defer portAudioCalls.Unlock()
	hush()
	stream, err := startPortAudio(r)
	switch {
	case errors.Is(err, portaudio.NoDefaultInputDevice):
		speak()
		return nil, app.ErrNoInput
	case err != nil:
		speak()
		return nil, err
	}
	return portAudioStream{stream}, nil
}

func startPortAudio(r *ring) (*portaudio.Stream, error) {
	if err := portaudio.Initialize(); err != nil {
		return nil, err
	}
	stream, err := portaudio.OpenDefaultStream(1, 0, app.SampleRate, callbackSamples, r.write)
	if err == nil {
		if err = stream.Start(); err == nil {
			return stream, nil
		}
		stream.Close()
	}
	portaudio.Terminate()
	return nil, err
}

type portAudioStream struct{ *portaudio.Stream }

// Close implements io.Closer.
func (s portAudioStream) Close() error {
	portAudioCalls.Lock()
	defer portAudioCalls.Unlock()
	defer speak()
	return errors.Join(s.Abort(), s.Stream.Close(), portaudio.Terminate())
}
