package service

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/grader/grader/schema"
)

// collectTime is the longest time that one scrape may read the queue.
const collectTime = 5 * time.Second

// collector reads the state of queues and pools for Prometheus. Label values are configured flavours or come from fixed
// sets.
type collector struct {
	service *Service

	up, waiting, runners, wanted, most, stopped, failing, jobs, unresolved, wait, verdicts *prometheus.Desc
}

func newCollector(s *Service) *collector {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("grader_"+name, help, labels, nil)
	}
	return &collector{
		service:    s,
		up:         desc("up", "1 if queue and pools could be read."),
		waiting:    desc("queue_waiting", "Jobs that wait.", "flavour", "lane"),
		runners:    desc("runners", "Runners by phase.", "flavour", "phase"),
		wanted:     desc("runners_wanted", "Runners that the pool was asked for.", "flavour"),
		most:       desc("runners_max", "Runners that there may be at most.", "flavour"),
		stopped:    desc("pool_stopped", "1 if the staff has paused or drained the pool.", "flavour"),
		failing:    desc("pool_failing", "1 if the last runner could not be started.", "flavour"),
		jobs:       desc("jobs", "Jobs by state, since the beginning.", "state"),
		unresolved: desc("pushes_unresolved", "Pushes that are neither recorded nor void."),
		wait:       desc("push_wait_seconds", "How long pushes waited for a runner, of those that ended in the last measured minute.", "flavour", "quantile"),
		verdicts:   desc("verdicts_per_minute", "Jobs that ended with a result in the last measured minute.", "flavour"),
	}
}

// Describe implements prometheus.Collector.
func (c *collector) Describe(out chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{c.up, c.waiting, c.runners, c.wanted, c.most, c.stopped, c.failing, c.jobs, c.unresolved, c.wait, c.verdicts} {
		out <- desc
	}
}

// Collect implements prometheus.Collector.
func (c *collector) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), collectTime)
	defer cancel()
	up := 1.0
	for _, read := range []func(context.Context, chan<- prometheus.Metric) error{c.queue, c.pools, c.minute} {
		if err := read(ctx, out); err != nil {
			c.service.Logger.Error("read for metrics", "error", err)
			up = 0
		}
	}
	gauge(out, c.up, up)
}

func gauge(out chan<- prometheus.Metric, desc *prometheus.Desc, value float64, labels ...string) {
	out <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
}

// flag returns 1 for true and 0 for false.
func flag(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

func (c *collector) queue(ctx context.Context, out chan<- prometheus.Metric) error {
	health, err := c.service.store.Health(ctx)
	if err != nil {
		return err
	}
	waiting := make(map[string][schema.Lanes]int)
	for name := range c.service.scheduler.Flavours {
		waiting[name] = [schema.Lanes]int{}
	}
	for _, d := range health.Queue {
		lanes := waiting[d.Flavour]
		lanes[d.Lane] = d.Waiting
		waiting[d.Flavour] = lanes
	}
	for flavour, lanes := range waiting {
		for lane, n := range lanes {
			gauge(out, c.waiting, float64(n), flavour, schema.Lane(lane).String())
		}
	}
	for state, n := range health.Jobs {
		gauge(out, c.jobs, float64(n), string(state))
	}
	gauge(out, c.unresolved, float64(health.OpenIntents))
	return nil
}

func (c *collector) pools(ctx context.Context, out chan<- prometheus.Metric) error {
	states, err := c.service.scheduler.PoolStates(ctx)
	for _, p := range states {
		name := p.Flavour.Name
		for phase, n := range map[string]int{"starting": p.Starting, "ready": p.Ready, "busy": p.Busy} {
			gauge(out, c.runners, float64(n), name, phase)
		}
		gauge(out, c.wanted, float64(p.Wanted), name)
		gauge(out, c.most, float64(p.Flavour.Max), name)
		gauge(out, c.stopped, flag(p.Control.Stopped()), name)
		gauge(out, c.failing, flag(p.Failure != ""), name)
	}
	return err
}

// minute reads the last measurement of each flavour.
func (c *collector) minute(ctx context.Context, out chan<- prometheus.Metric) error {
	all, err := c.service.store.Measurements(ctx, c.service.now().Add(-3*time.Minute))
	last := make(map[string]schema.Measurement)
	for _, m := range all {
		last[m.Flavour] = m
	}
	for flavour, m := range last {
		gauge(out, c.verdicts, float64(m.Verdicts), flavour)
		gauge(out, c.wait, m.Wait50.Seconds(), flavour, "0.5")
		gauge(out, c.wait, m.Wait95.Seconds(), flavour, "0.95")
	}
	return err
}

// startMetrics serves /metrics, /healthz and /readyz on a separate address.
func (s *Service) startMetrics(ctx context.Context, _ *DataDir) error {
	if s.Metrics == "" {
		return nil
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", s.Metrics)
	if err != nil {
		return fmt.Errorf("metrics: %w", err)
	}
	s.metricsAt = listener.Addr()
	server := &http.Server{Handler: s.site.Load().Monitoring(), ReadHeaderTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute}
	s.serve("metrics", server, listener)
	return nil
}
