package engine

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"earshot/app"
)

func TestSelfTest(t *testing.T) {
	testEngine(t)
	devices, err := nativeDevices()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range devices {
		flops, err := selfTest(d)
		if err != nil || flops < 1e6 || flops > 1e16 {
			t.Errorf("%s: got %.3g FLOP/s, %v", d.label(), flops, err)
		}
		t.Logf("%s: %.1f GFLOP/s", d.label(), flops/1e9)
	}
}

// A wrong result is told from one that is rounded.
func TestSelfTestKnowsWrongFromRounded(t *testing.T) {
	want := []float64{0.25, 0.5, 1e-5}
	for _, c := range []struct {
		got []float32
		ok  bool
	}{
		{[]float32{0.25, 0.5, 1e-5}, true},
		{[]float32{0.2502, 0.4995, 1.001e-5}, true},
		{[]float32{0.25, 0.5, 0}, false},
		{[]float32{0.26, 0.5, 1e-5}, false},
		{[]float32{0.25, float32(nan()), 1e-5}, false},
	} {
		if near(c.got, want) != c.ok {
			t.Errorf("%v: got %v, want %v", c.got, !c.ok, c.ok)
		}
	}
}

func nan() float64 { zero := 0.0; return zero / zero }

func TestTrials(t *testing.T) {
	device := nativeDevice{backend: "Vulkan", name: "Radeon", index: 0}
	good := func(nativeDevice) (float64, error) { return 5e9, nil }
	bad := func(nativeDevice) (float64, error) { return 0, errors.New("it computes wrong results") }
	never := func(nativeDevice) (float64, error) { t.Error("tested again"); return 0, nil }

	remembering := trials{t.TempDir()}
	if got := remembering.examine(device, good); got.State != passed || got.FLOPS != 5e9 {
		t.Errorf("got %+v, want it passed", got)
	}
	if got := remembering.examine(device, never); got.State != passed || got.FLOPS != 5e9 {
		t.Errorf("the second time: got %+v", got)
	}
	other := nativeDevice{backend: "Vulkan", name: "Radeon", total: 8 << 30}
	if got := remembering.examine(other, bad); got.State != failed || !strings.Contains(got.Why, "wrong results") {
		t.Errorf("got %+v, want it failed", got)
	}
	if got := (trials{}).examine(device, bad); got.State != failed {
		t.Errorf("without a folder: got %+v", got)
	}
	a := remembering.begin(device)
	if got := remembering.read(device); got.State != trying {
		t.Errorf("in use: got %+v", got)
	}
	a.end(trial{State: passed, Used: true})
	if got := remembering.read(device); got.State != passed || !got.Used {
		t.Errorf("after use: got %+v", got)
	}
}

// A device that a person names is tested too. If it fails it does the work all
// the same, and the result says so.
func TestNamedDeviceIsTested(t *testing.T) {
	testEngine(t)
	e := New(Options{StateDir: t.TempDir()})
	absent := nativeDevice{backend: "Vulkan", name: "Radeon", index: 99}
	devices := []nativeDevice{absent, {backend: "CPU", name: "Processor", kind: "cpu", index: -1}}
	for _, c := range []struct {
		asked  string
		device int
		why    string
	}{
		{"gpu:99", 99, "Radeon · Vulkan did the work since it was asked for"},
		{"gpu:99", 99, "self-test failed: it is not there"}, // remembered
		{"auto", -1, "The CPU did the work instead of Radeon"},
		{"", -1, "self-test failed"},
	} {
		got, err := e.distrust(choice{nativeDevice: absent}, devices, c.asked)
		if err != nil || got.index != c.device || !strings.Contains(got.why, c.why) {
			t.Errorf("%q: got %+v, %v, want %q", c.asked, got, err, c.why)
		}
	}
	if got := e.trials.read(absent); got.State != failed {
		t.Errorf("got %+v, want it remembered", got)
	}
}

// What a job teaches about a device: a failure in its middle is held against
// it until it gets through another.
func TestDevicesAreJudgedByJobs(t *testing.T) {
	testEngine(t)
	lost := errors.New("device lost")
	for _, c := range []struct {
		name    string
		before  trial
		failure error
		want    trialState
		why     string
	}{
		{"the first job", trial{State: passed}, nil, passed, ""},
		{"the first job fails", trial{State: passed}, lost, broken, "in the middle of a job: device lost"},
		{"a later job fails", trial{State: passed, Used: true}, lost, broken, "device lost"},
		{"it works again", trial{State: broken, Why: "device lost", Used: true}, nil, passed, ""},
		{"it fails again", trial{State: broken, Why: "something", Used: true}, lost, broken, "device lost"},
		{"it computes wrong results", trial{State: failed, Why: "wrong results"}, nil, failed, "wrong results"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := New(Options{StateDir: t.TempDir()})
			device := nativeDevice{backend: "Vulkan", name: "Radeon", index: 99}
			c.before.FLOPS = 5e9
			e.trials.begin(device).end(c.before)
			e.learn(device, e.firstUse(device), c.failure, c.failure == nil)
			got := e.trials.read(device)
			if got.State != c.want || !strings.HasSuffix(got.Why, c.why) || c.why == "" && got.Why != "" || !got.Used || got.FLOPS != 5e9 {
				t.Errorf("got %+v", got)
			}
			var shown app.Device
			if e.trust(&shown, device); shown.Why != got.Why || (shown.SelfTest == app.SelfTestPassed) != (c.want == passed) {
				t.Errorf("shown: got %+v", shown)
			}
		})
	}
}

// A device that takes the program with it is known by the next one.
func TestTrialsRememberCrashes(t *testing.T) {
	const flag = "EARSHOT_TEST_CRASH_DIR"
	device := nativeDevice{backend: "Vulkan", name: "Radeon", index: 0}
	if dir := os.Getenv(flag); dir != "" {
		trials{dir}.examine(device, func(nativeDevice) (float64, error) {
			p, _ := os.FindProcess(os.Getpid())
			p.Kill()
			select {}
		})
		return
	}
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0], "-test.run=^TestTrialsRememberCrashes$")
	cmd.Env = append(os.Environ(), flag+"="+dir)
	if err := cmd.Run(); err == nil {
		t.Fatal("the child lives")
	}
	never := func(nativeDevice) (float64, error) { t.Error("tested again"); return 0, nil }
	if got := (trials{dir}).examine(device, never); got.State != crashed || got.Why == "" {
		t.Errorf("got %+v, want it crashed", got)
	}
}

// blind fails in finding out the language, as a device does that has been lost.
type blind struct{ *scripted }

func (b blind) newState() (nativeState, error) { return b, nil }

func (b blind) detect([]float32, []string, int) (string, float64, error) {
	return "", 0, errors.New("detect the language")
}

// rumble is sound that is not silence, without voice activity detection.
func rumble(seconds int) app.Audio {
	samples := make([]float32, seconds*app.SampleRate)
	for i := range samples {
		samples[i] = float32(i%7) / 100
	}
	return &memory{samples: samples}
}

// The first thing that is asked of a device is often the language: the CPU takes
// over from there too, and the device has failed.
func TestCPUDetectsLanguage(t *testing.T) {
	e := testEngine(t)
	e.trials = trials{t.TempDir()}
	opt := fixtureOptions(t)
	opt.Language, opt.VAD = "", ""
	device := nativeDevice{backend: "Vulkan", name: "Radeon", index: 0}
	s := blind{&scripted{says: func(int, decodeOptions) ([]string, error) { return nil, errors.New("device lost") }}}
	r := &recognition{
		engine: e, opt: opt, spoken: map[string]float64{}, model: &model{native: s, device: device}, trial: e.firstUse(device), on: func(app.Progress) {},
	}
	r.result.Device = device.label()
	if _, err := r.cutter(rumble(40)); err != nil {
		t.Fatal(err)
	}
	if err := r.run(t.Context()); err != nil || r.result.Language == "" {
		t.Errorf("got %v in %q, want the CPU's text", err, r.result.Language)
	}
	r.learn(nil)
	if got := e.trials.read(device); got.State != broken || !strings.Contains(got.Why, "detect the language") {
		t.Errorf("known: got %+v", got)
	}
}

// A job that was cancelled, or had nothing to compute, has shown nothing.
func TestTrustIsEarned(t *testing.T) {
	e := testEngine(t)
	device := nativeDevice{backend: "Vulkan", name: "Radeon", index: 0}
	s := &scripted{says: func(int, decodeOptions) ([]string, error) { return nil, nil }}
	for _, before := range []trial{{State: broken, Why: "device lost", Used: true}, {State: passed}} {
		for _, cancelled := range []bool{false, true} {
			e.trials = trials{t.TempDir()}
			e.trials.begin(device).end(before)
			r := &recognition{
				engine: e, spoken: map[string]float64{}, among: []string{"en"}, model: &model{native: s, device: device}, trial: e.firstUse(device), on: func(app.Progress) {},
			}
			if got := e.trials.read(device).State; got != trying {
				t.Errorf("while it runs: got %v", got)
			}
			if _, err := r.cutter(&memory{samples: make([]float32, 40*app.SampleRate)}); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			if cancelled {
				cancel()
			}
			r.learn(r.run(ctx))
			cancel()
			if got := e.trials.read(device); got.State != before.State || got.Why != before.Why || got.Used != before.Used {
				t.Errorf("got %+v, want %+v", got, before)
			}
		}
	}
}

// slow takes its time to find out the language.
type slow struct {
	*scripted
	asked, answer chan struct{}
}

func (s slow) newState() (nativeState, error) { return s, nil }

func (s slow) detect([]float32, []string, int) (string, float64, error) {
	close(s.asked)
	<-s.answer
	return "en", 1, nil
}

// Who cancels a job while the model thinks about the language does not wait for it.
func TestCancelWhileDetecting(t *testing.T) {
	s := slow{&scripted{says: func(int, decodeOptions) ([]string, error) { return nil, nil }}, make(chan struct{}), make(chan struct{})}
	defer close(s.answer)
	r := &recognition{
		engine: testEngine(t), spoken: map[string]float64{}, model: &model{native: s, device: nativeDevice{index: -1}}, on: func(app.Progress) {},
	}
	if _, err := r.cutter(rumble(40)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-s.asked
		cancel()
	}()
	if err := r.run(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
