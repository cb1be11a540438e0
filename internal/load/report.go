package load

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/grader/grader/schema"
)

// Report is the result of a simulation.
type Report struct {
	Plan       Plan           `json:"plan"`
	Seconds    float64        `json:"seconds"` // real time
	Jobs       int            `json:"jobs"`
	Lost       int            `json:"lost"`       // jobs without a result
	Duplicated int            `json:"duplicated"` // jobs with more than one result
	Failed     int            `json:"failed"`     // jobs with three lost runners
	Vanished   int            `json:"vanished"`   // runners that vanished in the middle of their job
	Again      int            `json:"again"`      // claims of jobs that had been claimed before
	Waiting    waitingReport  `json:"waiting"`    // from the push to a runner
	Courses    []courseReport `json:"courses"`
	Students   spanReport     `json:"students"` // the median wait of each student
	Claims     claimReport    `json:"claims"`
	Plane      costReport     `json:"control_plane"`
	Scaling    []string       `json:"scaling"`
	Errors     []string       `json:"errors"`
}

// waitingReport holds the times that pushes waited for a runner.
type waitingReport struct {
	Pushes    spanReport `json:"pushes"`    // the latest pushes of owners
	Overtaken spanReport `json:"overtaken"` // pushes overtaken by a newer one of the same student
}

type courseReport struct {
	Course string `json:"course"`
	spanReport
}

// claimReport holds the durations of claims that found a job.
type claimReport struct {
	Server  spanReport `json:"server"`  // the queue's transaction, including the wait for its turn
	Runners spanReport `json:"runners"` // the runner's whole request
}

// costReport is the memory and processor time of the control plane.
type costReport struct {
	Memory int64     `json:"peak_memory_bytes"`
	CPU    float64   `json:"cpu_seconds"`
	Costs  []jobCost `json:"cpu_per_job"`
}

// jobCost is the processor time of a job while about Waiting jobs waited.
type jobCost struct {
	Waiting int     `json:"waiting"`
	Jobs    int     `json:"jobs"` // jobs finished meanwhile
	Micros  float64 `json:"micros"`
}

// OK reports whether no job was lost or done twice.
func (r Report) OK() bool { return r.Lost == 0 && r.Duplicated == 0 }

// conclude requests the control plane's final report and computes the result.
func (c *crowd) conclude(last <-chan planeReport, ended <-chan struct{}) (Report, error) {
	var end planeReport
	if err := c.plane.send(order{Report: true, Last: true}); err != nil {
		return Report{Plan: c.plan.public()}, err
	}
	select {
	case end = <-last:
	case <-ended:
		return Report{Plan: c.plan.public()}, schema.Errorf(schema.CodeUnavailable, "the control plane ended before it reported")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	r := Report{Plan: c.plan.public(), Vanished: c.gone, Scaling: c.scaled, Errors: c.errors}
	r.Jobs, r.Lost, r.Duplicated, r.Again = c.ledger.counts()
	r.Failed = end.Jobs[schema.StateFailed]
	r.Lost = max(r.Lost, c.plan.all()-end.Jobs[schema.StateDone]-r.Failed) // also compare with the store
	w := c.ledger.waits()
	r.Waiting = waitingReport{reportOf(w.pushes), reportOf(w.overtaken)}
	for _, n := range slices.Sorted(maps.Keys(w.courses)) {
		r.Courses = append(r.Courses, courseReport{courseName(n), reportOf(w.courses[n])})
	}
	var medians []time.Duration
	for _, n := range slices.Sorted(maps.Keys(w.students)) {
		slices.Sort(w.students[n])
		medians = append(medians, w.students[n][len(w.students[n])/2])
	}
	r.Students = reportOf(medians)
	r.Claims = claimReport{Server: end.Claims, Runners: reportOf(w.claims)}
	r.Plane = costReport{Memory: end.Memory, CPU: end.CPU.Seconds(), Costs: costs(c.samples, c.plan.Runners)}
	return r, nil
}

// costs compares the cost of a job in a long queue with the cost in a queue of a tenth of the
// length. It uses samples in which every runner works: those after as many jobs have ended as
// there are runners.
func costs(samples []sample, runners int) []jobCost {
	steady := slices.IndexFunc(samples, func(s sample) bool { return s.report.Jobs[schema.StateDone] >= runners })
	if steady < 0 {
		return nil
	}
	deep := samples[steady].report.Jobs[schema.StateQueued]
	if deep < 100 {
		return nil // the queue is too short to measure
	}
	var all []jobCost
	for _, at := range []struct{ from, to float64 }{{1, 0.8}, {0.15, 0.05}} {
		if c, ok := cost(samples[steady:], int(at.from*float64(deep)), int(at.to*float64(deep))); ok {
			all = append(all, c)
		}
	}
	return all
}

// cost returns the cost of a job while at most from and at least to jobs waited.
func cost(samples []sample, from, to int) (jobCost, bool) {
	var within []planeReport
	for _, s := range samples {
		if n := s.report.Jobs[schema.StateQueued]; n <= from && n >= to {
			within = append(within, s.report)
		}
	}
	if len(within) < 2 {
		return jobCost{}, false
	}
	first, last := within[0], within[len(within)-1]
	jobs := last.Jobs[schema.StateDone] - first.Jobs[schema.StateDone]
	if jobs <= 0 {
		return jobCost{}, false
	}
	waiting := (first.Jobs[schema.StateQueued] + last.Jobs[schema.StateQueued]) / 2
	return jobCost{waiting, jobs, float64((last.CPU - first.CPU).Microseconds()) / float64(jobs)}, true
}

// Print writes the report for people.
func (r Report) Print(w io.Writer) {
	fmt.Fprintf(w, "%d pushes of %d students in %.0f s, at most %d runners: %d lost, %d duplicated\n",
		r.Jobs, r.Plan.Students, r.Seconds, r.Plan.Runners, r.Lost, r.Duplicated)
	if r.Vanished > 0 {
		fmt.Fprintf(w, "%d runners vanished; %d jobs were claimed again, %d failed after three lost runners\n", r.Vanished, r.Again, r.Failed)
	}
	fmt.Fprintf(w, "\n%-24s %8s %10s %10s %10s %10s\n", "", "count", "p50", "p90", "p99", "max")
	r.Waiting.Pushes.print(w, "a push waits")
	r.Waiting.Overtaken.print(w, "overtaken, it waits")
	for _, c := range r.Courses {
		c.print(w, "  a push of "+c.Course)
	}
	r.Students.print(w, "  each student's median")
	r.Claims.Server.print(w, "a claim, in the server")
	r.Claims.Runners.print(w, "a claim, for its runner")
	fmt.Fprintf(w, "\ncontrol plane: %d MiB at most, %.1f s of processor time\n", r.Plane.Memory>>20, r.Plane.CPU)
	for _, c := range r.Plane.Costs {
		fmt.Fprintf(w, "  %.0f µs a job while %d wait (%d jobs)\n", c.Micros, c.Waiting, c.Jobs)
	}
	printed(w, "runners", r.Scaling)
	printed(w, "errors", r.Errors)
}

// shown is the number of lines printed of each list.
const shown = 12

func printed(w io.Writer, title string, all []string) {
	if len(all) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%s:\n", title)
	for _, text := range all[:min(shown, len(all))] {
		fmt.Fprintf(w, "  %s\n", schema.Sanitize(text))
	}
	if len(all) > shown {
		fmt.Fprintf(w, "  and %d more\n", len(all)-shown)
	}
}

func (s spanReport) print(w io.Writer, name string) {
	if s.Count == 0 {
		return
	}
	fmt.Fprintf(w, "%-24s %8d", name, s.Count)
	for _, ms := range []float64{s.P50, s.P90, s.P99, s.Max} {
		fmt.Fprintf(w, " %10s", brief(ms))
	}
	fmt.Fprintln(w)
}

// brief formats a duration in milliseconds with the digits that are useful.
func brief(ms float64) string {
	switch {
	case ms < 100:
		return fmt.Sprintf("%.1f ms", ms)
	case ms < 10_000:
		return fmt.Sprintf("%.0f ms", ms)
	}
	return fmt.Sprintf("%.1f s", ms/1000)
}
