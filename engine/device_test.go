package engine

import (
	"errors"
	"strings"
	"testing"

	"earshot/app"
)

func TestChooseDevice(t *testing.T) {
	cpu := nativeDevice{backend: "CPU", name: "Ryzen", kind: "cpu", index: -1}
	first := nativeDevice{backend: "Vulkan", name: "Radeon", kind: "igpu", index: 0}
	second := nativeDevice{backend: "CUDA", name: "H200", kind: "gpu", index: 1}
	for _, c := range []struct {
		devices   []nativeDevice
		want, got string
		why       string // part of it; "" is none at all
	}{
		{[]nativeDevice{cpu}, "", "Ryzen · CPU", ""},
		{[]nativeDevice{cpu}, "auto", "Ryzen · CPU", ""},
		{[]nativeDevice{cpu}, "cpu", "Ryzen · CPU", ""},
		{[]nativeDevice{cpu}, "gpu", "Ryzen · CPU", "no graphics card"},
		{[]nativeDevice{cpu}, "gpu:0", "Ryzen · CPU", "no graphics card"},
		{[]nativeDevice{first, second, cpu}, "", "Radeon · Vulkan", ""},
		{[]nativeDevice{first, second, cpu}, "gpu", "Radeon · Vulkan", ""},
		{[]nativeDevice{first, second, cpu}, "gpu:1", "H200 · CUDA", ""},
		{[]nativeDevice{first, second, cpu}, "gpu:2", "Ryzen · CPU", "no gpu:2 here, the last one is gpu:1"},
		{[]nativeDevice{first, second, cpu}, "cpu", "Ryzen · CPU", ""},
	} {
		got, err := choose(c.devices, c.want)
		if err != nil || got.label() != c.got {
			t.Errorf("%q of %d: got %q, %v, want %q", c.want, len(c.devices), got.label(), err, c.got)
		}
		if (got.why == "") != (c.why == "") || !strings.Contains(got.why, c.why) {
			t.Errorf("%q of %d: got reason %q, want %q", c.want, len(c.devices), got.why, c.why)
		}
	}
	var usage *app.UsageError
	if _, err := choose([]nativeDevice{cpu}, "npu"); !errors.As(err, &usage) {
		t.Errorf("npu: got %v", err)
	}
	if _, err := choose(nil, "cpu"); err == nil {
		t.Error("no devices at all: no error")
	}
	c, err := fallBack([]nativeDevice{first, cpu}, first, "it failed")
	if err != nil || c.label() != "Ryzen · CPU" || !strings.Contains(c.why, "Radeon · Vulkan") || !strings.Contains(c.why, "it failed") {
		t.Errorf("got %+v, %v", c, err)
	}
}
