package web

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/grader/grader/web/sse"
)

// meters holds the site's metrics. Labels come from closed sets: the patterns of routes, HTTP
// statuses, and the words below. They are never names or paths.
type meters struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec   // route, status
	duration *prometheus.HistogramVec // route; not of live streams
	signIns  *prometheus.CounterVec   // outcome: done, refused, limited
	watching prometheus.Gauge
	dropped  prometheus.Counter
}

func newMeters() *meters {
	m := &meters{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "grader_web_requests_total", Help: "Requests answered.",
		}, []string{"route", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "grader_web_request_duration_seconds", Help: "Time to answer a request.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"route"}),
		signIns: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "grader_web_sign_ins_total", Help: "Sign-in links that were tried.",
		}, []string{"outcome"}),
		watching: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "grader_web_streams", Help: "Live streams that are open.",
		}),
		dropped: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "grader_web_streams_dropped_total", Help: "Live streams whose reader was too slow.",
		}),
	}
	m.registry.MustRegister(m.requests, m.duration, m.signIns, m.watching, m.dropped,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// handler serves the site's metrics and those of other, which may be nil.
func (m *meters) handler(other *prometheus.Registry) http.Handler {
	all := prometheus.Gatherers{m.registry}
	if other != nil {
		all = append(all, other)
	}
	return promhttp.HandlerFor(all, promhttp.HandlerOpts{})
}

// Monitoring returns a handler for /metrics, /healthz and /readyz. It answers every client that reaches its listener.
// Call Start first.
func (s *Server) Monitoring() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", s.meters.handler(s.Metrics))
	mux.HandleFunc("GET /healthz", serveHealth)
	mux.HandleFunc("GET /readyz", s.serveReady)
	return mux
}

func (m *meters) signIn(outcome string) { m.signIns.WithLabelValues(outcome).Inc() }

// measured counts and times the requests of a route.
func (m *meters) measured(route string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		recorder := &recorder{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(recorder, r)
		m.requests.WithLabelValues(route, strconv.Itoa(recorder.status)).Inc()
		if recorder.Header().Get("Content-Type") != sse.ContentType {
			m.duration.WithLabelValues(route).Observe(time.Since(began).Seconds())
		}
	})
}

// recorder records the status of a response.
type recorder struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements http.ResponseWriter.
func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

// Unwrap returns the original writer, which http.ResponseController needs.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
