//go:build cgo && !race

package capture

import (
	"errors"
	"io"
	"sync"
	"time"

	"github.com/gordonklaus/portaudio"

	"earshot/app"
)

// portAudio records the default microphone, and plays through the default
// loudspeakers. It knows no others: under PulseAudio and PipeWire it sees one
// device, through ALSA.
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
	stream, err := startPortAudio(1, 0, app.SampleRate, callbackSamples, r.write)
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

// speak implements speaker.
func (portAudio) speak(v *voice) (io.Closer, error) {
	portAudioCalls.Lock()
	defer portAudioCalls.Unlock()
	hush()
	stream, err := startPortAudio(0, playChannels, playRate, playLump, func(out []int16, at portaudio.StreamCallbackTimeInfo) {
		v.fill(out, min(max(0, at.OutputBufferDacTime-at.CurrentTime), time.Second))
	})
	switch {
	case errors.Is(err, portaudio.NoDefaultOutputDevice):
		speak()
		return nil, app.ErrNoOutput
	case err != nil:
		speak()
		return nil, err
	}
	return portAudioStream{stream}, nil
}

func startPortAudio(in, out int, rate float64, lump int, callback any) (*portaudio.Stream, error) {
	if err := portaudio.Initialize(); err != nil {
		return nil, err
	}
	stream, err := portaudio.OpenDefaultStream(in, out, rate, lump, callback)
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
