package api

import (
	"cmp"
	"net/http"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"earshot/app"
)

// metrics are what /metrics tells.
type metrics struct {
	registry *prometheus.Registry

	active, queued, streams, streamed prometheus.Gauge
	latency, speed                    prometheus.Histogram
	processing                        *prometheus.HistogramVec
	requests, errors                  prometheus.Counter
}

func newMetrics() *metrics {
	gauge := func(name, help string) prometheus.Gauge {
		return prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help})
	}
	histogram := func(name, help string, buckets []float64) prometheus.HistogramOpts {
		return prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets}
	}
	seconds := prometheus.ExponentialBuckets(0.05, 2, 16)
	m := &metrics{
		registry: prometheus.NewRegistry(),
		active:   gauge("asr_active_requests", "Requests that are being answered."),
		queued:   gauge("asr_batch_queue_depth", "Recordings that wait for their turn."),
		streams:  gauge("asr_active_streams", "Live connections."),
		streamed: gauge("asr_stream_queue_depth", "Messages of live connections that wait to be heard."),
		latency: prometheus.NewHistogram(histogram("asr_e2e_latency_seconds",
			"From a request to its answer.", seconds)),
		speed: prometheus.NewHistogram(histogram("asr_real_time_factor",
			"Seconds of work a second of sound.", prometheus.ExponentialBuckets(0.005, 2, 12))),
		processing: prometheus.NewHistogramVec(histogram("asr_processing_duration_seconds",
			"Time that recordings took to be transcribed, waiting included.", seconds), []string{"language"}),
		requests: prometheus.NewCounter(prometheus.CounterOpts{Name: "total_requests_total", Help: "Requests."}),
		errors:   prometheus.NewCounter(prometheus.CounterOpts{Name: "asr_errors_total", Help: "Requests that failed."}),
	}
	m.registry.MustRegister(m.active, m.queued, m.streams, m.streamed, m.latency, m.speed, m.processing, m.requests, m.errors)
	return m
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// transcribed counts a recording.
func (m *metrics) transcribed(t app.Transcript, seconds float64) {
	m.processing.WithLabelValues(cmp.Or(t.Language, "unknown")).Observe(seconds)
	if t.Duration > 0 {
		m.speed.Observe(seconds / t.Duration)
	}
}

// waiting counts a recording that waits until its end is called, once or more
// often.
func (m *metrics) waiting() *waiting {
	m.queued.Inc()
	return &waiting{depth: m.queued}
}

type waiting struct {
	depth prometheus.Gauge
	once  sync.Once
}

func (w *waiting) end() { w.once.Do(w.depth.Dec) }
