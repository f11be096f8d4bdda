package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"earshot/app"
)

// A graphics driver can crash the program, which nothing inside it can
// prevent. So what happens when a device is used for the first time is written
// down before it happens: a record that still says "trying", and that nobody
// holds locked, was left by a program that died there.
type trials struct{ dir string } // "" remembers nothing

// trial is what is known about a device.
type trial struct {
	State  trialState `json:"state"`
	Why    string     `json:"why,omitempty"`
	FLOPS  float64    `json:"flops,omitempty"` // floating point operations a second
	Used   bool       `json:"used"`            // by a job, to its end
	Device string     `json:"device"`
	When   time.Time  `json:"when"`
}

type trialState string

const (
	untried trialState = ""
	trying  trialState = "trying"
	passed  trialState = "passed"
	failed  trialState = "failed" // its self-test
	crashed trialState = "crashed"
	broken  trialState = "broken" // it failed in the middle of a job
)

// bad reports whether a device is not to be used by itself.
func (t trial) bad() bool { return t.State == failed || t.State == crashed || t.State == broken }

// path is the record of a device as it is now: another driver, or another
// version of the library, is another device.
func (t trials) path(d nativeDevice) string {
	sum := sha256.Sum256([]byte(fmt.Sprintf("%s|%s|%d|%s", d.backend, d.name, d.total, driverVersion())))
	return filepath.Join(t.dir, hex.EncodeToString(sum[:8])+".json")
}

// driverVersion changes when a graphics driver is installed or replaced.
func driverVersion() string {
	version := nativeVersion()
	for _, pattern := range []string{"/usr/share/vulkan/icd.d/*.json", "/etc/vulkan/icd.d/*.json", "/proc/driver/nvidia/version"} {
		files, _ := filepath.Glob(pattern)
		for _, file := range files {
			if st, err := os.Stat(file); err == nil && filepath.Ext(file) == ".json" {
				version += fmt.Sprintf("|%s %d", file, st.ModTime().Unix())
			} else if text, err := os.ReadFile(file); err == nil {
				version += "|" + string(text)
			}
		}
	}
	return version
}

// read returns what is known about a device.
func (t trials) read(d nativeDevice) trial {
	if t.dir == "" {
		return trial{}
	}
	path := t.path(d)
	var known trial
	data, err := os.ReadFile(path)
	if err != nil || json.Unmarshal(data, &known) != nil {
		return trial{}
	}
	if known.State == trying {
		lock := flock.New(path + ".lock")
		if free, err := lock.TryLock(); err == nil && free {
			lock.Unlock()
			known.State, known.Why = crashed, "Earshot crashed while using it"
		}
	}
	return known
}

// attempt is a use of a device that may crash the program.
type attempt struct {
	trials trials
	device nativeDevice
	lock   *flock.Flock
	known  trial // before
}

// begin notes that a device is about to be used. A folder that cannot be
// written does not keep anybody from working: then nothing is remembered.
func (t trials) begin(d nativeDevice) *attempt {
	a := &attempt{trials: t, device: d}
	if t.dir == "" || os.MkdirAll(t.dir, 0o700) != nil {
		return a
	}
	a.lock = flock.New(t.path(d) + ".lock")
	if held, err := a.lock.TryLock(); err != nil || !held {
		a.lock = nil // another Earshot is trying it
		return a
	}
	a.known = t.read(d)
	now := a.known
	now.State = trying
	t.write(d, now)
	return a
}

// end notes how it went.
func (a *attempt) end(outcome trial) {
	if a.lock == nil {
		return
	}
	a.trials.write(a.device, outcome)
	a.lock.Unlock()
}

func (t trials) write(d nativeDevice, known trial) {
	known.Device, known.When = d.label(), time.Now().UTC().Truncate(time.Second)
	data, err := json.MarshalIndent(known, "", "  ")
	if err != nil {
		return
	}
	path := t.path(d)
	if os.WriteFile(path+".new", data, 0o600) == nil {
		os.Rename(path+".new", path)
	}
}

// examine returns what is known about a device, testing it if that is nothing.
func (t trials) examine(d nativeDevice, test func(nativeDevice) (float64, error)) trial {
	known := t.read(d)
	if known.State != untried {
		return known
	}
	a := t.begin(d)
	flops, err := test(d)
	known = trial{State: passed, FLOPS: flops}
	if err != nil {
		known.State, known.Why = failed, "its self-test failed: "+err.Error()
	}
	a.end(known)
	return known
}

// distrust replaces a GPU that has failed or crashed by the CPU. One that a
// person named does the work all the same, with a warning.
func (e *Engine) distrust(c choice, devices []nativeDevice, asked string) (choice, error) {
	if c.index < 0 {
		return c, nil
	}
	known := e.trials.examine(c.nativeDevice, selfTest)
	switch {
	case !known.bad():
		return c, nil
	case strings.HasPrefix(asked, "gpu"):
		c.why = fmt.Sprintf("%s did the work since it was asked for, but the text may be wrong: %s.", c.label(), known.Why)
		return c, nil
	}
	return fallBack(devices, c.nativeDevice, known.Why)
}

// trust adds what is known about a device to what is shown of it.
func (e *Engine) trust(shown *app.Device, d nativeDevice) {
	known := e.trials.examine(d, selfTest)
	shown.Why, shown.GFLOPS = known.Why, known.FLOPS/1e9
	shown.SelfTest = map[trialState]app.SelfTest{
		passed: app.SelfTestPassed, failed: app.SelfTestFailed, broken: app.SelfTestFailed, crashed: app.SelfTestCrashed, trying: app.SelfTestRunning,
	}[known.State]
}

// giveUp ends an attempt that has shown nothing: what was known before holds.
func (a *attempt) giveUp() {
	if a != nil {
		a.end(a.known)
	}
}

// firstUse notes the first job on a GPU, or the first since it failed, from before
// the model is loaded there; nil if it is not the first.
func (e *Engine) firstUse(d nativeDevice) *attempt {
	if known := e.trials.read(d); d.index < 0 || known.Used && !known.bad() || known.State == trying {
		return nil
	}
	return e.trials.begin(d)
}

// learn notes how a job on a GPU went. first is what firstUse returned, failure
// what made the CPU take over, through whether the job came to its end and had
// something to compute: else it has shown nothing. Who gets through a job is
// trusted again, but not who computes wrong results.
func (e *Engine) learn(d nativeDevice, first *attempt, failure error, through bool) {
	if first == nil && failure != nil {
		first = e.trials.begin(d)
	}
	if first == nil {
		return
	}
	if failure == nil && !through {
		first.giveUp()
		return
	}
	known := first.known
	known.Used = true
	switch {
	case failure != nil:
		known.State, known.Why = broken, "it failed in the middle of a job: "+failure.Error()
	case known.State != failed:
		known.State, known.Why = passed, ""
	}
	first.end(known)
}
