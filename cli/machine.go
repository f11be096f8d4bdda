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
	if c.JSON {
		return s.json(devices)
	}
	w := tabwriter.NewWriter(s.Stdout, 0, 0, 2, ' ', 0)
	for _, d := range devices {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", d.ID, d.Name, d.Backend, app.Bytes(int64(d.MemoryTotal)), d.Trust())
	}
	return w.Flush()
}
