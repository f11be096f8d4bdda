//go:build cgo

package capture

import (
	"bytes"
	"io"
	"runtime"
	"strings"
	"time"
	"unsafe"

	"github.com/gen2brain/malgo"

	"earshot/app"
)

// miniAudio records any input: microphones by name, and what the computer
// plays, which is a monitor source on PulseAudio and PipeWire and a loopback on
// Windows. It plays through the default output.
type miniAudio struct{}

// backends are tried in this order. miniaudio's own list ends with one that
// makes silence, and has JACK, which talks to standard error.
func backends() []malgo.Backend {
	switch runtime.GOOS {
	case "windows":
		return []malgo.Backend{malgo.BackendWasapi}
	case "darwin":
		return []malgo.Backend{malgo.BackendCoreaudio}
	}
	return []malgo.Backend{malgo.BackendPulseaudio, malgo.BackendAlsa}
}

// miniInput is an input with what opens it.
type miniInput struct {
	app.Input
	device malgo.DeviceID
	kind   malgo.DeviceType
}

// miniContext is a connection to a sound server.
type miniContext struct {
	*malgo.AllocatedContext
	backend malgo.Backend
	found   []miniInput
	ready   bool // a microphone is the default one
}

// connect finds the first backend that has inputs.
func (miniAudio) connect() (*miniContext, error) {
	return onBackend(app.ErrNoInput, func(c *miniContext) (taken bool) {
		var err error
		c.found, err = c.list()
		return err == nil && len(c.found) > 0
	})
}

// onBackend is a connection to the first backend that takes it; else it fails
// with missing, or with ErrNoServer.
func onBackend(missing error, takes func(*miniContext) bool) (*miniContext, error) {
	for _, backend := range backends() {
		allocated, err := malgo.InitContext([]malgo.Backend{backend}, malgo.ContextConfig{}, nil)
		if err != nil {
			if backend != malgo.BackendAlsa {
				missing = app.ErrNoServer
			}
			continue
		}
		c := &miniContext{AllocatedContext: allocated, backend: backend}
		if takes(c) {
			return c, nil
		}
		c.close()
	}
	return nil, missing
}

func (c *miniContext) close() {
	c.Uninit()
	c.Free()
}

func (c *miniContext) list() ([]miniInput, error) {
	captures, err := c.Devices(malgo.Capture)
	if err != nil {
		return nil, err
	}
	playbacks, err := c.Devices(malgo.Playback)
	if err != nil {
		return nil, err
	}
	var played string // the default of those
	var all []miniInput
	for _, d := range playbacks {
		if d.IsDefault != 0 {
			played = deviceID(d.ID)
		}
		if c.backend == malgo.BackendWasapi {
			all = append(all, miniInput{app.Input{
				ID: "loopback:" + deviceID(d.ID), Name: d.Name(), System: true, Default: d.IsDefault != 0,
			}, d.ID, malgo.Loopback})
		}
	}
	for _, d := range captures {
		c.ready = c.ready || d.IsDefault != 0
		if c.backend == malgo.BackendAlsa && !strings.Contains(deviceID(d.ID), ":") {
			continue // a plug-in, not a sound card
		}
		in := app.Input{ID: deviceID(d.ID), Name: d.Name(), Default: d.IsDefault != 0}
		if of, monitor := strings.CutSuffix(in.ID, ".monitor"); monitor && c.backend == malgo.BackendPulseaudio {
			in.System, in.Default = true, of == played
		}
		all = append(all, miniInput{in, d.ID, malgo.Capture})
	}
	return all, nil
}

// deviceID is the name that a sound server gives a device, or the bytes where
// it gives none.
func deviceID(id malgo.DeviceID) string {
	name, rest, _ := bytes.Cut(id[:], []byte{0})
	unprintable := func(c rune) bool { return c <= ' ' || c > '~' }
	if len(name) == 0 || len(bytes.Trim(rest, "\x00")) > 0 || bytes.ContainsFunc(name, unprintable) {
		return id.String()
	}
	return string(name)
}

func (m miniAudio) inputs() ([]app.Input, error) {
	hush()
	defer speak()
	c, err := m.connect()
	if err != nil {
		return nil, err
	}
	defer c.close()
	var all []app.Input
	for _, in := range c.found {
		all = append(all, in.Input)
	}
	return all, nil
}

func (m miniAudio) open(id string, r *ring) (io.Closer, error) {
	hush()
	c, err := m.connect()
	if err != nil {
		speak()
		return nil, err
	}
	device, err := c.start(id, r)
	if err != nil {
		c.close()
		speak()
		return nil, err
	}
	return &miniStream{c, device}, nil
}

func (c *miniContext) start(id string, r *ring) (*malgo.Device, error) {
	config := malgo.DefaultDeviceConfig(malgo.Capture)
	config.SampleRate = app.SampleRate
	config.PeriodSizeInMilliseconds = 20
	config.NoFixedSizedCallback = 1
	config.Capture.Format, config.Capture.Channels = malgo.FormatS16, 1
	config.Pulse.StreamNameCapture = "Earshot"
	if id == "" && c.backend == malgo.BackendPulseaudio && !c.ready {
		return nil, app.ErrNoInput // miniaudio crashes where the default one is not there yet
	}
	if id != "" {
		in, found := c.input(id)
		if !found {
			return nil, app.ErrNoInput
		}
		device := in.device
		var pinned runtime.Pinner // malgo hands it to C inside of a struct
		defer pinned.Unpin()
		pinned.Pin(&device)
		config.DeviceType, config.Capture.DeviceID = in.kind, unsafe.Pointer(&device)
	}
	return started(malgo.InitDevice(c.Context, config, malgo.DeviceCallbacks{
		Data: func(_, in []byte, frames uint32) {
			if frames > 0 {
				r.write(unsafe.Slice((*int16)(unsafe.Pointer(unsafe.SliceData(in))), frames))
			}
		},
	}))
}

// started starts a device that has been made.
func started(device *malgo.Device, err error) (*malgo.Device, error) {
	if err != nil {
		return nil, err
	}
	if err := device.Start(); err != nil {
		device.Uninit()
		return nil, err
	}
	return device, nil
}

func (c *miniContext) input(id string) (miniInput, bool) {
	for _, in := range c.found {
		if in.ID == id {
			return in, true
		}
	}
	return miniInput{}, false
}

type miniStream struct {
	context *miniContext
	device  *malgo.Device
}

// Close implements io.Closer. Stop comes first: without it Uninit waits for
// ever for a sound server that has died.
func (s *miniStream) Close() error {
	defer speak()
	s.device.Stop()
	s.device.Uninit()
	s.context.close()
	return nil
}

// What miniaudio keeps ready. It does not say when a sample is heard: that is
// taken to be when all before it has been played.
const (
	miniPeriods    = 3
	miniPeriodTime = 10 // ms
	miniLatency    = miniPeriods * miniPeriodTime * time.Millisecond
)

// speak implements speaker.
func (m miniAudio) speak(v *voice) (io.Closer, error) {
	hush()
	var device *malgo.Device
	c, err := onBackend(app.ErrNoOutput, func(c *miniContext) (taken bool) {
		var err error
		device, err = c.play(v)
		return err == nil
	})
	if err != nil {
		speak()
		return nil, err
	}
	return &miniStream{c, device}, nil
}

// play begins to play through the backend's default device.
func (c *miniContext) play(v *voice) (*malgo.Device, error) {
	config := malgo.DefaultDeviceConfig(malgo.Playback)
	config.SampleRate = playRate
	config.PeriodSizeInMilliseconds, config.Periods = miniPeriodTime, miniPeriods
	config.NoFixedSizedCallback = 1
	config.Playback.Format, config.Playback.Channels = malgo.FormatS16, playChannels
	config.Pulse.StreamNamePlayback = "Earshot"
	return started(malgo.InitDevice(c.Context, config, malgo.DeviceCallbacks{
		Data: func(out, _ []byte, frames uint32) {
			if frames > 0 {
				v.fill(unsafe.Slice((*int16)(unsafe.Pointer(unsafe.SliceData(out))), playChannels*int(frames)), miniLatency)
			}
		},
	}))
}
