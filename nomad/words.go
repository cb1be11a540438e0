package nomad

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/hashicorp/nomad/api"

	"github.com/grader/grader/schema"
)

// missing reports whether Nomad's response is "not found".
func missing(err error) bool {
	var answer api.UnexpectedResponseError
	return errors.As(err, &answer) && answer.HasStatusCode() && answer.StatusCode() == http.StatusNotFound
}

// inWords returns Nomad's message without its technical parts.
func inWords(err error) string {
	var told *schema.Error
	if errors.As(err, &told) {
		return strings.TrimPrefix(told.Error(), "Nomad: ")
	}
	var answer api.UnexpectedResponseError
	if errors.As(err, &answer) && answer.HasStatusCode() {
		body := strings.Join(strings.Fields(answer.Body()), " ") // Nomad spreads its errors over several lines
		return strings.TrimSpace(fmt.Sprintf("%d %s", answer.StatusCode(), body))
	}
	return err.Error()
}

// taskFailure returns why a task failed, from its last events: the driver's message, or the
// exit status.
func taskFailure(tasks map[string]*api.TaskState) string {
	task := tasks[taskName]
	if task == nil {
		return "it was never started"
	}
	for _, e := range slices.Backward(task.Events) {
		switch e.Type {
		case api.TaskDriverFailure, api.TaskSetupFailure, api.TaskFailedValidation, api.TaskTerminated:
			return orElse(e.DisplayMessage, e.Type)
		}
	}
	return "it failed without a reason"
}

// placementFailure returns why no node could place a runner.
func placementFailure(m *api.AllocationMetric) string {
	if m == nil {
		return "no node takes it"
	}
	if m.NodesEvaluated == 0 {
		return fmt.Sprintf("no node is ready in node pool %s and the flavour's datacenters", orElse(m.NodePool, "default"))
	}
	var why []string
	for _, what := range slices.Sorted(maps.Keys(m.DimensionExhausted)) {
		why = append(why, fmt.Sprintf("%d of no more %s", m.DimensionExhausted[what], what))
	}
	for _, what := range slices.Sorted(maps.Keys(m.ConstraintFiltered)) {
		why = append(why, fmt.Sprintf("%d by %s", m.ConstraintFiltered[what], what))
	}
	return fmt.Sprintf("no room: %d nodes were looked at, refused are %s", m.NodesEvaluated, orElse(strings.Join(why, ", "), "all"))
}

func orElse(text, otherwise string) string {
	if text != "" {
		return text
	}
	return otherwise
}
