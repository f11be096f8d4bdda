package cli_test

import (
	"encoding/json"
	"reflect"
	"testing"
)

func TestDevices(t *testing.T) {
	r := newRig(t)
	r.want(r.run("devices"), 0, "gpu:0  Fast <1>  Vulkan  8.0 GB   self-test passed, 950 GFLOP/s\ncpu    Slow      CPU     16.0 GB  not used by itself: it computes wrong results\n\n"+
		"yeti  Yeti <Nano>  microphone (default)\nout   Speakers     what the computer plays\n")
	var all struct{ Devices, Inputs []map[string]any }
	got := r.run("devices", "--json")
	if err := json.Unmarshal([]byte(got.stdout), &all); err != nil {
		t.Fatalf("%v in %s", err, got.stdout)
	}
	want := []map[string]any{
		{"id": "gpu:0", "backend": "Vulkan", "name": "Fast <1>", "type": "gpu", "memory_total": 8e9, "memory_free": 6e9, "self_test": "passed", "gflops": 950.0},
		{"id": "cpu", "backend": "CPU", "name": "Slow", "type": "cpu", "memory_total": 16e9, "memory_free": 0.0, "self_test": "failed", "why": "it computes wrong results"},
	}
	if !reflect.DeepEqual(all.Devices, want) {
		t.Errorf("got %v, want %v", all.Devices, want)
	}
	want = []map[string]any{
		{"id": "yeti", "name": "Yeti <Nano>", "system": false, "default": true},
		{"id": "out", "name": "Speakers", "system": true, "default": false},
	}
	if !reflect.DeepEqual(all.Inputs, want) {
		t.Errorf("got %v, want %v", all.Inputs, want)
	}
}
