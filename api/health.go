package api

import (
	"net/http"
	"strings"
	"sync"
	"time"

	"earshot/app"
)

// readiness is whether there is a model to transcribe with. Looking takes a
// while, so that it is not done for every probe.
type readiness struct {
	mu    sync.Mutex
	asked time.Time
	err   error
}

const readinessAge = 10 * time.Second

func (s *Server) asrReady() bool {
	s.ready.mu.Lock()
	defer s.ready.mu.Unlock()
	if now := time.Now(); s.ready.asked.IsZero() || now.Sub(s.ready.asked) > readinessAge {
		_, s.ready.err = s.app.Models().Find(s.app.Settings().Model)
		s.ready.asked = now
	}
	return s.ready.err == nil
}

// health tells how the server is. There is no licence server here and no Redis:
// what is not needed is not ill.
func (c *call) health() error {
	s := c.server
	state, status := "healthy", http.StatusOK
	if !s.asrReady() {
		state, status = "unhealthy", http.StatusServiceUnavailable
	}
	switch path := c.r.URL.Path; {
	case path == "/healthz":
		c.w.json(status, map[string]any{"ready": status == http.StatusOK, "status": state})
	case path == "/health/license":
		c.w.json(http.StatusOK, map[string]any{"status": "valid", "license_valid": true})
	case path == "/health/redis":
		c.w.json(http.StatusOK, map[string]any{"status": "healthy"})
	case path == "/health/asr":
		c.w.json(status, c.asrHealth(status))
	case path == "/health" && strings.EqualFold(c.r.URL.Query().Get("detailed"), "true"):
		c.w.json(status, map[string]any{
			"status":         state,
			"components":     map[string]string{"api_server": "healthy", "lightning_asr": state, "license_proxy": "healthy", "redis": "healthy"},
			"uptime_seconds": int(s.opt.Now().Sub(s.started).Seconds()), "version": app.Version,
		})
	default:
		body := map[string]any{"status": state}
		if status != http.StatusOK {
			body["reason"] = "No ASR workers available"
		}
		c.w.json(status, body)
	}
	return nil
}

// asrHealth names what transcribes.
func (c *call) asrHealth(status int) map[string]any {
	body := map[string]any{"status": "ready"}
	if status != http.StatusOK {
		body["status"] = "unavailable"
	}
	devices, err := c.server.app.Devices(c.r.Context())
	for _, d := range devices {
		if d.ID != "cpu" && err == nil {
			body["gpu"] = d.Name
			break
		}
	}
	return body
}

func (c *call) measures() error {
	c.w.status = http.StatusOK
	c.server.metrics.handler().ServeHTTP(c.w, c.r)
	return nil
}
