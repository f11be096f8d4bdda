package ui

import (
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"

	"earshot/app"
)

// asks is the status of the answer to a program that names a key; 0 if nobody
// answers.
func (h *harness) asks(addr, key string) int {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), http.MethodGet, "http://"+addr+"/v1/jobs/none", nil)
	if err != nil {
		h.t.Fatal(err)
	}
	req.Close = true
	req.Header.Set("Authorization", "Bearer "+key)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0
	}
	resp.Body.Close()
	return resp.StatusCode
}

// The API is switched on and off, its key copied and renewed in the settings.
func TestServingIsSwitched(t *testing.T) {
	h := newHarness(t, true, light)
	h.press("settings")
	h.until("the devices are listed", func() bool { return len(h.settings.form.device.Options) == 3 })
	card := h.settings.serving
	if card.rest.Visible() || card.told.Visible() {
		t.Error("details are shown of what is switched off")
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := free.Addr().String()
	settings := h.app.Settings()
	settings.API.Addr = addr
	h.app.SetSettings(settings)
	h.press("settings")

	// Another program has the port; then it is free.
	card.on.SetChecked(true)
	h.until("it says why not", func() bool { return strings.Contains(card.state.Text, "another program uses "+addr) })
	free.Close()
	card.on.SetChecked(false)
	h.until("it is off", func() bool { return !card.told.Visible() && !card.rest.Visible() })
	card.on.SetChecked(true)
	h.until("it is served", func() bool { return strings.Contains(card.state.Text, "Serving at http://"+addr) })
	key := card.key.Text()
	if len(key) < 20 {
		t.Errorf("got the key %q", key)
	}
	for presented, want := range map[string]int{"wrong": 401, key: 404} {
		if got := h.asks(addr, presented); got != want {
			t.Errorf("with the key %q: got %d, want %d", presented, got, want)
		}
	}
	test.Tap(h.find(card.content, "Renew"))
	h.until("the key is another", func() bool { return card.key.Text() != key && h.app.Serving().Addr == addr && h.asks(addr, key) == 401 })

	h.refusesAddress(addr)
	h.until("it is saved", func() bool {
		s, err := app.LoadSettings(filepath.Join(h.dir, "settings.json"))
		return err == nil && s.API == app.APISettings{On: true, Addr: addr, Key: card.key.Text()}
	})
	card.key.SetText("VVKXH5UOZ6TNQXWPQJ4G7ZSYQM")
	card.addr.SetText("127.0.0.1:7100")
	card.state.SetText("Serving at http://127.0.0.1:7100. What it can do is in docs/api.md.")
	h.settings.form.folder.SetText("Models are looked for in the models folder.")
	h.golden("serving")
	test.Tap(h.find(card.content, "Copy"))
	if got := h.fyne.Clipboard().Content(); got != card.key.Text() {
		t.Errorf("got %q on the clipboard", got)
	}
	card.on.SetChecked(false)
	h.until("it is off", func() bool { return h.app.Serving() == app.Serving{} && h.asks(addr, key) == 0 })
}

// refusesAddress submits an address that makes no sense, and again the one that
// is in force.
func (h *harness) refusesAddress(addr string) {
	h.t.Helper()
	card := h.settings.serving
	card.addr.OnSubmitted("everywhere")
	if !card.wrong.Visible() || !strings.Contains(card.wrong.Text, "a host and a port") || h.app.Settings().API.Addr != addr {
		h.t.Errorf("an address that makes no sense: got %q", card.wrong.Text)
	}
	card.addr.SetText(addr)
	card.addr.FocusLost()
	if card.wrong.Visible() {
		h.t.Error("it still complains about the address")
	}
}

// What is switched on is on at the next start, or it is said why not.
func TestServingAtTheStart(t *testing.T) {
	other, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	set := func(addr string) func(*harness) {
		return func(h *harness) { h.file("settings.json", `{"api":{"on":true,"addr":"`+addr+`","key":"kept"}}`) }
	}
	h := newHarness(t, true, set("127.0.0.1:0"))
	h.until("it is served", func() bool { return h.app.Serving().Addr != "" })
	if got := h.asks(h.app.Serving().Addr, "kept"); got != 404 {
		t.Errorf("got %d, want 404", got)
	}
	h = newHarness(t, true, set(other.Addr().String()))
	h.until("it says why not", func() bool {
		return len(h.notices()) == 1 && strings.Contains(h.notices()[0], "another program uses "+other.Addr().String())
	})
}
