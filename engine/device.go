package engine

import (
	"fmt"
	"strconv"
	"strings"

	"earshot/app"
)

// nativeDevice is a ggml device as whisper.cpp counts them.
type nativeDevice struct {
	backend, name string
	kind          string // "cpu", "gpu", "igpu"
	index         int    // among the GPUs, what gpu_device takes; -1 for the CPU
	free, total   uint64 // bytes
}

// choice is the device for a job and, where it is not the one asked for, why.
type choice struct {
	nativeDevice
	why string
}

// label names the device in words: "Radeon 780M · Vulkan".
func (d nativeDevice) label() string { return d.name + " · " + d.backend }

// id is what Options.Device takes.
func (d nativeDevice) id() string {
	if d.index < 0 {
		return "cpu"
	}
	return "gpu:" + strconv.Itoa(d.index)
}

// choose picks a device: "", "auto", "cpu", "gpu" or "gpu:N".
func choose(devices []nativeDevice, want string) (choice, error) {
	var gpus []nativeDevice
	var cpu *nativeDevice
	for _, d := range devices {
		if d.index >= 0 {
			gpus = append(gpus, d)
		} else if cpu == nil {
			cpu = &d
		}
	}
	if cpu == nil {
		return choice{}, fmt.Errorf("choose a device: ggml found no CPU backend for this machine")
	}
	index := 0
	switch kind, number, numbered := strings.Cut(want, ":"); {
	case want == "cpu":
		return choice{nativeDevice: *cpu}, nil
	case want == "" || want == "auto":
		if len(gpus) == 0 {
			return choice{nativeDevice: *cpu}, nil
		}
	case kind != "gpu":
		return choice{}, &app.UsageError{What: "device", Value: want, Want: "auto, cpu, gpu or gpu:N"}
	case numbered:
		n, err := strconv.Atoi(number)
		if err != nil || n < 0 {
			return choice{}, &app.UsageError{What: "device", Value: want, Want: "auto, cpu, gpu or gpu:N"}
		}
		index = n
	}
	if index < len(gpus) {
		return choice{nativeDevice: gpus[index]}, nil
	}
	why := "no graphics card that ggml can use was found"
	if len(gpus) > 0 {
		why = fmt.Sprintf("there is no %s here, the last one is gpu:%d", want, len(gpus)-1)
	}
	return choice{*cpu, fmt.Sprintf("The CPU did the work instead of %s: %s.", want, why)}, nil
}

// fallBack is the CPU in place of a GPU that did not work.
func fallBack(devices []nativeDevice, failed nativeDevice, why string) (choice, error) {
	c, err := choose(devices, "cpu")
	c.why = fmt.Sprintf("The CPU did the work instead of %s: %s.", failed.label(), why)
	return c, err
}
