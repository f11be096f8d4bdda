package cli

import (
	"errors"
	"fmt"
	"slices"
	"text/tabwriter"

	"earshot/app"
)

type modelsCmd struct {
	List   modelsListCmd   `cmd:"" help:"List the models that are installed, or all there are."`
	Get    modelsGetCmd    `cmd:"" help:"Download models, going on where the last time stopped."`
	Rm     modelsRmCmd     `cmd:"" help:"Remove models, and what has come of them in part."`
	Verify modelsVerifyCmd `cmd:"" help:"Compare models with their published checksums."`
	Add    modelsAddCmd    `cmd:"" help:"Copy model files into the models folder."`
	Tune   modelsTuneCmd   `cmd:"" help:"Find out which type of weights makes a model fastest on this machine."`
	Path   modelsPathCmd   `cmd:"" help:"Print the folders searched for models, or where a model is."`
}

type modelsListCmd struct {
	All  bool `help:"Also those that can be downloaded."`
	JSON bool `help:"Print JSON."`
}

// jsonModel is a model as other programs see it. Path is empty if it is not
// installed.
type jsonModel struct {
	Name         string     `json:"name"`
	Path         string     `json:"path"`
	Size         int64      `json:"size"`
	Kept         int64      `json:"kept,omitempty"` // bytes of a download that is not complete
	Family       app.Family `json:"family"`
	Weights      string     `json:"weights"`
	Multilingual bool       `json:"multilingual"`
	Usable       bool       `json:"usable"`
	Reason       string     `json:"reason,omitempty"` // why it is not usable
	Offer        *jsonOffer `json:"offer,omitempty"`
}

// jsonOffer is what the catalogue says about a model.
type jsonOffer struct {
	File        string     `json:"file"`
	URL         string     `json:"url"`
	Size        int64      `json:"size"` // 0 if it is not known
	SHA256      string     `json:"sha256"`
	Family      app.Family `json:"family"`
	Languages   int        `json:"languages"`
	Translates  bool       `json:"translates"`
	Pace        app.Pace   `json:"pace"`
	Licence     string     `json:"licence"`
	Attribution string     `json:"attribution,omitempty"`
	Words       string     `json:"words"`
	Recommended bool       `json:"recommended"` // for this machine
}

func (c *modelsListCmd) Run(s *session) error {
	a, closeApp, err := s.open(StoreUnused)
	if err != nil {
		return err
	}
	defer closeApp()
	list := installed(a)
	none := len(list) == 0
	if c.All {
		list = withOffers(s, a, list)
	} else {
		list = withUnfinished(a, list)
	}
	if c.JSON {
		return s.json(list)
	}
	w := tabwriter.NewWriter(s.Stdout, 0, 0, 2, ' ', 0)
	for _, m := range list {
		third := orDash(m.Weights)
		if c.All || m.Kept > 0 {
			third = m.status()
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", m.Name, m.size(), third, m.about())
	}
	if err := w.Flush(); err != nil || c.All {
		return err
	}
	if none {
		s.complain(app.ErrNoModel)
	}
	if a.Models().VAD() == "" {
		fmt.Fprintf(s.Stderr, "earshot: the voice activity model %s is not installed: silence may be given words\n", app.VADFile)
	}
	return nil
}

// installed lists the models that are there, by name.
func installed(a *app.App) []jsonModel {
	list := []jsonModel{}
	for _, m := range a.Models().List() {
		reason := ""
		if m.Err != nil {
			reason, _ = app.Explain(m.Err)
		}
		list = append(list, jsonModel{
			Name: m.Name, Path: m.Path, Size: m.Size, Family: m.Family, Weights: m.Weights, Multilingual: m.Multilingual,
			Usable: m.Err == nil, Reason: reason,
		})
	}
	return list
}

// withUnfinished puts the downloads that earlier runs have begun after the models.
func withUnfinished(a *app.App, list []jsonModel) []jsonModel {
	for _, d := range a.Unfinished() {
		list = append(list, jsonModel{
			Name: d.Offer.Name, Size: d.Size, Kept: d.Done, Family: d.Offer.Family, Multilingual: d.Offer.Languages > 1,
			Reason: unfinished(d.Offer.Name),
		})
	}
	return list
}

func unfinished(name string) string {
	return fmt.Sprintf("“earshot models get %s” goes on", name)
}

// withOffers puts the catalogue after the models that it does not have.
func withOffers(s *session, a *app.App, list []jsonModel) []jsonModel {
	machine, err := a.Machine(s.ctx)
	if err != nil {
		s.config.Log.Debug("recommend without knowing the devices", "error", err)
	}
	recommended := app.Recommend(machine)
	begun := a.Unfinished()
	var all []jsonModel
	for _, o := range app.Offers() {
		m := jsonModel{Name: o.Name, Path: a.Models().Installed(o), Size: o.Size, Family: o.Family, Multilingual: o.Languages > 1}
		m.Usable = m.Path != ""
		if i := slices.IndexFunc(begun, func(d app.Download) bool { return d.Offer.Name == o.Name }); i >= 0 {
			m.Kept, m.Reason = begun[i].Done, unfinished(o.Name)
		}
		if i := slices.IndexFunc(list, func(m jsonModel) bool { return m.Name == o.Name }); i >= 0 {
			m = list[i]
			list = slices.Delete(list, i, i+1)
		}
		m.Offer = &jsonOffer{
			File: o.File, URL: o.URL, Size: o.Size, SHA256: o.SHA256, Family: o.Family, Languages: o.Languages,
			Translates: o.CanTranslate, Pace: o.Pace, Licence: o.Licence, Attribution: o.Attribution, Words: o.Words,
			Recommended: slices.ContainsFunc(recommended, func(r app.Offer) bool { return r.Name == o.Name }),
		}
		all = append(all, m)
	}
	return append(list, all...)
}

// size is that of the file, and how much of it is there.
func (m jsonModel) size() string {
	switch {
	case m.Size == 0 && m.Kept == 0:
		return "-"
	case m.Kept == 0:
		return app.Bytes(m.Size)
	case m.Size == 0:
		return app.Bytes(m.Kept)
	}
	return app.Bytes(m.Kept) + " of " + app.Bytes(m.Size)
}

// status is one word for a table.
func (m jsonModel) status() string {
	switch {
	case m.Kept > 0:
		return "paused"
	case m.Reason != "":
		return "unusable"
	case m.Path != "":
		return "installed"
	case m.Offer.Recommended:
		return "recommended"
	}
	return "-"
}

func (m jsonModel) about() string {
	switch {
	case m.Reason != "":
		return m.Reason
	case m.Offer != nil && m.Offer.Languages == 0:
		return m.Offer.Words
	}
	about := "99 languages"
	switch {
	case m.Offer != nil && m.Offer.Languages != 1:
		about = fmt.Sprintf("%d languages", m.Offer.Languages)
	case !m.Multilingual:
		about = "English"
	case m.Family == app.FamilyParakeet:
		about = "25 languages"
	}
	if m.Offer != nil {
		about += ", " + string(m.Offer.Pace) + ": " + m.Offer.Words
	}
	return about
}

type modelsRmCmd struct {
	Names []string `arg:"" name:"name" help:"Names of models."`
}

func (c *modelsRmCmd) Run(s *session) error {
	return s.eachModel(c.Names, func(a *app.App, name string) error { return a.RemoveModel(name) })
}

type modelsAddCmd struct {
	Files []string `arg:"" name:"file" help:"Model files."`
}

func (c *modelsAddCmd) Run(s *session) error {
	return s.eachModel(c.Files, func(a *app.App, path string) error { return a.Models().Add(path) })
}

type modelsVerifyCmd struct {
	Names []string `arg:"" optional:"" name:"name" help:"Names of models; without any, all that are installed."`
}

func (c *modelsVerifyCmd) Run(s *session) error {
	return s.eachModel(c.Names, func(a *app.App, name string) error {
		err := a.VerifyModel(s.ctx, name)
		switch {
		case err == nil:
			fmt.Fprintf(s.Stdout, "%s  intact\n", name)
		case errors.Is(err, app.ErrNoChecksum) && len(c.Names) == 0:
			fmt.Fprintf(s.Stdout, "%s  %v\n", name, app.ErrNoChecksum)
			return nil
		}
		return err
	})
}

// eachModel does something with every model, all that are installed if none is
// named, and goes on after errors.
func (s *session) eachModel(names []string, do func(a *app.App, name string) error) error {
	a, closeApp, err := s.open(StoreUnused)
	if err != nil {
		return err
	}
	defer closeApp()
	if len(names) == 0 {
		for _, m := range a.Models().List() {
			names = append(names, m.Name)
		}
		if a.Models().VAD() != "" {
			names = append(names, app.ModelName(app.VADFile))
		}
	}
	ok := true
	for _, name := range names {
		err := do(a, name)
		if s.ctx.Err() != nil {
			return s.ctx.Err()
		}
		if err != nil {
			s.complain(err)
			ok = false
		}
	}
	if !ok {
		return errFailed
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
	path, err := a.Models().Locate(c.Name)
	if err != nil {
		return err
	}
	fmt.Fprintln(s.Stdout, path)
	return nil
}
