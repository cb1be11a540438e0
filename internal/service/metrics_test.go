package service

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/grader/grader/schema"
)

// scrape reads a path of the service's metrics server.
func (m *term) scrape(path string) string {
	m.t.Helper()
	res := got(http.Get("http://" + m.metricsAt.String() + path))(m.t)
	defer res.Body.Close()
	body := got(io.ReadAll(res.Body))(m.t)
	if res.StatusCode != http.StatusOK {
		m.t.Fatalf("%s: status %d: %s", path, res.StatusCode, body)
	}
	return string(body)
}

// metricName matches a metric in an expression of PromQL.
var metricName = regexp.MustCompile(`\b(?:grader|process|go)_[a-z0-9_]+`)

// TestDashboardAndAlertsNameExistingMetrics checks that a running service has every metric in configs/grafana-dashboard.json
// and configs/alerts.yaml.
func TestDashboardAndAlertsNameExistingMetrics(t *testing.T) {
	t.Parallel()
	m := newTerm(t)
	must(t, m.measure(t.Context()))
	got(http.Get(m.WebURL() + "/-/login"))(t).Body.Close()
	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	must(t, json.Unmarshal(got(os.ReadFile("../../configs/grafana-dashboard.json"))(t), &dashboard))
	var alerts struct {
		Groups []struct {
			Name  string
			Rules []struct {
				Alert, Expr, For    string
				Labels, Annotations map[string]string
			}
		}
	}
	must(t, yaml.UnmarshalWithOptions(got(os.ReadFile("../../configs/alerts.yaml"))(t), &alerts, yaml.Strict()))
	uses := map[string]string{} // expression → place of use
	for _, p := range dashboard.Panels {
		for _, target := range p.Targets {
			uses[target.Expr] = "panel " + p.Title
		}
	}
	for _, r := range alerts.Groups[0].Rules {
		uses[r.Expr] = "alert " + r.Alert
		if r.For == "" || r.Labels["severity"] == "" || r.Annotations["summary"] == "" {
			t.Errorf("alert %s lacks for, severity or summary", r.Alert)
		}
	}
	shown := metricName.FindAllString(m.scrape("/metrics"), -1)
	used := map[string]bool{}
	for expr, where := range uses {
		names := metricName.FindAllString(expr, -1)
		if len(names) == 0 {
			t.Errorf("%s: %q names no metric", where, expr)
		}
		for _, name := range names {
			if used[name] = true; !slices.Contains(shown, name) {
				t.Errorf("%s: there is no metric %s", where, name)
			}
		}
	}
	for _, name := range shown {
		if strings.HasPrefix(name, "grader_queue") || strings.HasPrefix(name, "grader_pool") || strings.HasPrefix(name, "grader_runners") {
			if !used[name] {
				t.Errorf("neither the dashboard nor an alert uses %s", name)
			}
		}
	}
}

// TestMetricsFollowTheService checks the metrics of a paused pool and of a failing store.
func TestMetricsFollowTheService(t *testing.T) {
	t.Parallel()
	m := newTerm(t)
	has := func(lines ...string) {
		t.Helper()
		text := m.scrape("/metrics")
		for _, line := range lines {
			if !strings.Contains(text, line+"\n") {
				t.Errorf("no %q in the metrics", line)
			}
		}
	}
	has("grader_up 1", `grader_pool_stopped{flavour="standard"} 0`, `grader_queue_waiting{flavour="standard",lane="push"} 0`)
	root := schema.Operator()
	got(m.classroom.Pools.SetMode(t.Context(), root, "standard", schema.PoolPaused, ""))(t)
	has(`grader_pool_stopped{flavour="standard"} 1`)
	for _, path := range []string{"/healthz", "/readyz"} {
		if text := m.scrape(path); text == "" {
			t.Errorf("%s says nothing", path)
		}
	}
	for _, name := range []string{"alice", "comp1"} {
		if strings.Contains(m.scrape("/metrics"), name) {
			t.Errorf("%q is in the metrics", name)
		}
	}
}
