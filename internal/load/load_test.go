package load_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/grader/grader/internal/load"
	"github.com/grader/grader/schema"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// play runs a simulation with the control plane in this process.
func play(t *testing.T, plan load.Plan) load.Report {
	t.Helper()
	orders, say := io.Pipe()
	hear, notices := io.Pipe()
	ended := make(chan error, 1)
	plane := &load.Plane{Dir: t.TempDir(), In: orders, Out: notices}
	go func() {
		err := plane.Run(t.Context())
		ended <- err
		notices.CloseWithError(err)
	}()
	report, err := load.Play(t.Context(), plan, say, hear)
	if err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	return report
}

func TestLoadLosesNoJob(t *testing.T) {
	t.Parallel()
	r := play(t, load.Plan{Students: 20, Runners: 6, Jobs: 60, Waiting: 20, Flood: 10, Crowded: 10, Over: 10 * time.Minute, Speed: 400, Vanish: 0.15, Lease: 3 * time.Second, Seed: 7})
	if r.Jobs != 80 || r.Lost != 0 || r.Duplicated != 0 || !r.OK() {
		t.Errorf("%d jobs, %d lost, %d duplicated", r.Jobs, r.Lost, r.Duplicated)
	}
	// A job whose third runner vanishes fails and is not claimed again.
	if r.Vanished == 0 || r.Again+r.Failed < r.Vanished {
		t.Errorf("%d runners vanished, %d jobs were claimed again, %d failed", r.Vanished, r.Again, r.Failed)
	}
	if n := r.Waiting.Pushes.Count + r.Waiting.Overtaken.Count; n != 80 || r.Waiting.Overtaken.Count < 9 {
		t.Errorf("%d waits, %d of them overtaken", n, r.Waiting.Overtaken.Count)
	}
	if r.Claims.Server.Count != 80+r.Again || r.Claims.Runners.Count != 80 || len(r.Courses) != 5 {
		t.Errorf("claims %+v, %d courses", r.Claims, len(r.Courses))
	}
	if len(r.Errors) != 0 || len(r.Scaling) == 0 || r.Plane.Memory == 0 || r.Plane.CPU == 0 {
		t.Errorf("errors %q, scaling %q, plane %+v", r.Errors, r.Scaling, r.Plane)
	}
	var page bytes.Buffer
	r.Print(&page)
	for _, words := range []string{"80 pushes of 20 students", "0 lost, 0 duplicated", "runners vanished", "a push of course-5", "control plane:", "runners: "} {
		if !strings.Contains(page.String(), words) {
			t.Errorf("the page lacks %q:\n%s", words, page.String())
		}
	}
}

// TestRunnersAreStartedForDueDatesOfRosters uses two courses with different due dates, and
// students with an extension. Runners are started for both.
func TestRunnersAreStartedForDueDatesOfRosters(t *testing.T) {
	t.Parallel()
	class := func(prefix string, n int) []schema.RosterRow {
		rows := []schema.RosterRow{{Line: 2, Login: prefix + "-ta", Role: schema.RoleTA}, {Line: 3, Login: prefix + "-gone", Dropped: true}}
		for i := range n {
			rows = append(rows, schema.RosterRow{Line: i + 4, Login: fmt.Sprintf("%s%d", prefix, i), Name: "Student"})
		}
		return rows
	}
	r := play(t, load.Plan{Rosters: [][]schema.RosterRow{class("a", 40), class("b", 30)}, Dues: []time.Duration{20 * time.Minute, 40 * time.Minute},
		Extended: 10, Extension: 20 * time.Minute, Runners: 12, Jobs: 150, Speed: 600, Lease: 10 * time.Second, Seed: 3})
	if r.Jobs != 150 || !r.OK() || len(r.Errors) != 0 {
		t.Errorf("%d jobs, %d lost, %d duplicated, errors %q", r.Jobs, r.Lost, r.Duplicated, r.Errors)
	}
	if r.Plan.Students != 70 || r.Plan.Courses != 2 || r.Plan.Rosters != nil {
		t.Errorf("%d students of %d courses, rosters %v; want 70 of 2, and no names", r.Plan.Students, r.Plan.Courses, r.Plan.Rosters)
	}
	if len(r.Courses) != 2 || r.Courses[0].Count == 0 || r.Courses[1].Count == 0 {
		t.Errorf("courses %+v", r.Courses)
	}
	if scaling := strings.Join(r.Scaling, "\n"); !strings.Contains(scaling, "COURSE-1 A1 is due in") {
		t.Errorf("no runner was started for a due date:\n%s", scaling)
	}
}

func TestImpossiblePlanIsRefused(t *testing.T) {
	t.Parallel()
	for name, plan := range map[string]load.Plan{
		"nobody":              {Runners: 1, Jobs: 1},
		"nothing":             {Students: 1, Runners: 1},
		"no runners":          {Students: 1, Jobs: 1},
		"more courses":        {Students: 1, Courses: 2, Runners: 1, Jobs: 1},
		"more waiting":        {Students: 1, Runners: 1, Jobs: 1, Waiting: 2},
		"warmer than most":    {Students: 1, Runners: 1, Jobs: 1, Warm: 2},
		"a roster of nobody":  {Rosters: [][]schema.RosterRow{{{Login: "ida", Role: schema.RoleInstructor}}}, Runners: 1, Jobs: 1},
		"due at the start":    {Students: 1, Runners: 1, Jobs: 1, Dues: []time.Duration{0}},
		"extended by nothing": {Students: 1, Runners: 1, Jobs: 1, Extended: 1},
		"most vanish":         {Students: 1, Runners: 1, Jobs: 1, Vanish: 0.9},
		"backwards":           {Students: 1, Runners: 1, Jobs: 1, Speed: -1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in, out := io.Pipe()
			_, err := load.Play(t.Context(), plan, out, in)
			if schema.CodeOf(err) != schema.CodeInvalid {
				t.Errorf("error %v", err)
			}
		})
	}
}
