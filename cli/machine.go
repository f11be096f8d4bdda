package cli

import (
	"fmt"
	"text/tabwriter"

	"earshot/app"
)

type modelsCmd struct {
	List modelsListCmd `cmd:"" help:"List the models that are installed."`
	Path modelsPathCmd `cmd:"" help:"Print the folders searched for models, or where a model is."`
}

type modelsListCmd struct {
	JSON bool `help:"Print JSON."`
}

func (c *modelsListCmd) Run(s *session) error {
	a, closeApp, err := s.open(StoreUnused)
	if err != nil {
		return err
	}
	defer closeApp()
	type jsonModel struct {
		Name         string `json:"name"`
		Path         string `json:"path"`
		Size         int64  `json:"size"`
		Family       string `json:"family"`
		Weights      string `json:"weights"`
		Multilingual bool   `json:"multilingual"`
		Usable       bool   `json:"usable"`
		Reason       string `json:"reason,omitempty"` // why it is not usable
	}
	list := []jsonModel{}
	for _, m := range a.Models().List() {
		reason := ""
		if m.Err != nil {
			reason, _ = app.Explain(m.Err)
		}
		list = append(list, jsonModel{m.Name, m.Path, m.Size, string(m.Family), m.Weights, m.Multilingual, m.Err == nil, reason})
	}
	if c.JSON {
		return s.json(list)
	}
	w := tabwriter.NewWriter(s.Stdout, 0, 0, 2, ' ', 0)
	for _, m := range list {
		about := "99 languages"
		if m.Family == app.FamilyParakeet {
			about = "25 languages"
		}
		if !m.Multilingual {
			about = "English"
		}
		if !m.Usable {
			about = m.Reason
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", m.Name, app.Bytes(m.Size), orDash(string(m.Family)), orDash(m.Weights), about)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if len(list) == 0 {
		s.complain(app.ErrNoModel)
	}
	if a.Models().VAD() == "" {
		fmt.Fprintf(s.Stderr, "earshot: the voice activity model %s is not installed: silence may be given words\n", app.VADFile)
	}
	return nil
}

type modelsPathCmd struct {
	Name string `arg:"" optional:"" help:"Name of a model."`
}

func (c *modelsPathCmd) Run(s *session) error {
	a, closeApp, err := s.open(StoreUnused)
	if err != nil {
		return err
	}
	defer closeApp()
	if c.Name == "" {
		for _, dir := range a.Models().Dirs {
			fmt.Fprintln(s.Stdout, dir)
		}
		return nil
	}
	m, err := a.Models().Find(c.Name)
	if err != nil {
		return err
	}
	fmt.Fprintln(s.Stdout, m.Path)
	return nil
}

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
