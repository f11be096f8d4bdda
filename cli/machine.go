package cli

import (
	"fmt"
	"text/tabwriter"

	"earshot/app"
)

type devicesCmd struct {
	JSON bool `help:"Print JSON."`
}

func (c *devicesCmd) Run(s *session) error {
	a, closeApp, err := s.open(StoreUnused)
	if err != nil {
		return err
	}
	defer closeApp()
	devices, err := a.Devices(s.ctx)
	if err != nil {
		return err
	}
	inputs, err := a.Inputs(s.ctx)
	if err != nil {
		s.complain(err) // what computes is worth telling all the same
	}
	if c.JSON {
		return s.json(struct {
			Devices []app.Device `json:"devices"`
			Inputs  []app.Input  `json:"inputs"`
		}{devices, append([]app.Input{}, inputs...)})
	}
	w := tabwriter.NewWriter(s.Stdout, 0, 0, 2, ' ', 0)
	for _, d := range devices {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", d.ID, d.Name, d.Backend, app.Bytes(int64(d.MemoryTotal)), d.Trust())
	}
	fmt.Fprintln(w)
	for _, in := range inputs {
		kind := "microphone"
		if in.System {
			kind = "what the computer plays"
		}
		if in.Default {
			kind += " (default)"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", in.ID, in.Name, kind)
	}
	return w.Flush()
}
