package engine

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
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
