package assignment_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

func read(t *testing.T, source string, c assignment.Context) *assignment.Spec {
	t.Helper()
	spec, err := assignment.Parse([]byte(source), c)
	if err != nil {
		t.Fatal(err)
	}
	return spec
}

func TestShortestAssignmentHasDefaults(t *testing.T) {
	t.Parallel()
	limits := assignment.Limits{CPU: 10 * time.Second, Memory: 256 << 20, Processes: 64, Output: 1 << 20, Disk: 64 << 20}
	want := &assignment.Spec{
		Title: "A1", Counts: assignment.CountsBest, MaxSize: 10 << 20, MaxFiles: 500, Limits: limits, JobLimit: 15 * time.Minute,
		Tests: []assignment.Test{{
			Name: "greets", Kind: assignment.KindExit, Run: assignment.Command{Shell: "./hello"}, Compare: assignment.Compare{Mode: assignment.CompareLines},
			Points: assignment.PointRule{Total: schema.NewPoints(1, 1)}, Score: assignment.ScoreSum, Visible: schema.VisibleAlways, Limits: limits, Compiler: limits,
		}},
	}
	for name, source := range map[string]string{
		"as it is": "title: A1\n" + one, "with a byte order mark": "\ufefftitle: A1\n" + one, "with line ends of Windows": strings.ReplaceAll("title: A1\n"+one, "\n", "\r\n"),
		"with a document's marker": "---\ntitle: A1\n" + one, "in flow style": `{title: A1, tests: [{name: greets, run: ./hello}]}`,
	} {
		if diff := cmp.Diff(want, read(t, source, assignment.Context{})); diff != "" {
			t.Errorf("%s reads as (-want +got):\n%s", name, diff)
		}
	}
}

func TestSmallFlavourLowersDefaults(t *testing.T) {
	t.Parallel()
	spec := read(t, "title: A1\nflavour: small\n"+one, context(t))
	want := assignment.Limits{CPU: 10 * time.Second, Memory: 128 << 20, Processes: 32, Output: 1 << 20, Disk: 32 << 20}
	if diff := cmp.Diff(want, spec.Tests[0].Limits); diff != "" {
		t.Errorf("limits (-want +got):\n%s", diff)
	}
}

func TestTestLimitDoesNotBoundCompiler(t *testing.T) {
	t.Parallel()
	spec := read(t, "title: A1\nlimits: {wall: 30s, disk: 16MiB}\ntests:\n- {name: a, run: b, compile: c, time: 1s, wall: 5s, memory: 512MiB, processes: 8}\n", context(t))
	run := assignment.Limits{CPU: time.Second, Wall: 5 * time.Second, Memory: 512 << 20, Processes: 8, Output: 1 << 20, Disk: 16 << 20}
	compile := assignment.Limits{CPU: 10 * time.Second, Wall: 30 * time.Second, Memory: 512 << 20, Processes: 64, Output: 1 << 20, Disk: 16 << 20}
	if diff := cmp.Diff([]assignment.Limits{run, compile}, []assignment.Limits{spec.Tests[0].Limits, spec.Tests[0].Compiler}); diff != "" {
		t.Errorf("limits (-want +got):\n%s", diff)
	}
}

func TestComparisonsAreParsed(t *testing.T) {
	t.Parallel()
	small, large := 1e-9, 0.5
	for source, want := range map[string]assignment.Compare{
		"lines":                                  {Mode: assignment.CompareLines},
		"exact":                                  {Mode: assignment.CompareExact},
		"tokens":                                 {Mode: assignment.CompareTokens},
		"{tokens: {case: ignore}}":               {Mode: assignment.CompareTokens, IgnoreCase: true},
		"{tokens: {case: ignore, space: exact}}": {Mode: assignment.CompareTokens, IgnoreCase: true, ExactSpace: true},
		"{float: 1e-9}":                          {Mode: assignment.CompareFloat, Abs: &small, Rel: &small},
		"{float: {rel: .5}}":                     {Mode: assignment.CompareFloat, Rel: &large},
		"{float: {rel: 0.5, case: ignore}}":      {Mode: assignment.CompareFloat, Rel: &large, IgnoreCase: true},
		"{float: {abs: 1e-9, space: exact}}":     {Mode: assignment.CompareFloat, Abs: &small, ExactSpace: true},
		"{float: {abs: 0.000000001, rel: 0.5}}":  {Mode: assignment.CompareFloat, Abs: &small, Rel: &large},
	} {
		spec := read(t, "title: A1\ntests: [{name: a, run: b, stdout: c, compare: "+source+"}]\n", assignment.Context{})
		if diff := cmp.Diff(want, spec.Tests[0].Compare); diff != "" {
			t.Errorf("%s (-want +got):\n%s", source, diff)
		}
	}
}

func TestPointsAreReadFromTheirText(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{"0.1": "1/10", "2": "2", "1/3": "1/3", "0": "0", "0.300000000000000000000000000001": "300000000000000000000000000001/1000000000000000000000000000000"} {
		spec := read(t, "title: A1\ntests: [{name: a, run: b, points: "+source+"}]\n", assignment.Context{})
		if got, _ := spec.Tests[0].Points.Total.MarshalText(); string(got) != want {
			t.Errorf("%s is %s", source, got)
		}
	}
}

func TestDueMinuteIsIncludedInEveryZone(t *testing.T) {
	t.Parallel()
	for zone, want := range map[string]string{
		"UTC": "2026-09-28T23:59:00Z", "America/Toronto": "2026-09-29T03:59:00Z", "Asia/Kathmandu": "2026-09-28T18:14:00Z", "Australia/Lord_Howe": "2026-09-28T13:29:00Z",
	} {
		location, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		spec := read(t, "title: A1\ndue: 2026-09-28 23:58\n"+one, assignment.Context{Zone: location})
		if got := spec.Due.UTC().Format(time.RFC3339); got != want {
			t.Errorf("%s: due ends %s", zone, got)
		}
	}
}

func TestTeamLocksAreRead(t *testing.T) {
	t.Parallel()
	spec := read(t, "title: A1\ndue: 2026-09-28 23:59\nteam: {max: 3, formed_by: staff, lock: 2026-09-20 23:59}\n"+one, context(t))
	if spec.Team.Max != 3 || spec.Team.FormedBy != assignment.FormedByStaff || spec.Team.LockText != "2026-09-20 23:59" {
		t.Errorf("team %+v", spec.Team)
	}
	if got := spec.LockedAt().UTC().Format(time.RFC3339); got != "2026-09-21T04:00:00Z" { // the named minute is included
		t.Errorf("locked at %s", got)
	}
	spec = read(t, "title: A1\ndue: 2026-09-28 23:59\nteam: {max: 2}\n"+one, context(t))
	if spec.Team.FormedBy != assignment.FormedByStudents || !spec.LockedAt().Equal(spec.Due) {
		t.Errorf("team %+v, locked at %s", spec.Team, spec.LockedAt())
	}
	if spec := read(t, "title: A1\n"+one, context(t)); spec.Team != nil || !spec.LockedAt().IsZero() {
		t.Errorf("team %+v, locked at %s", spec.Team, spec.LockedAt())
	}
}

func TestUnusualClockChanges(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ zone, due, want string }{
		"half an hour is repeated":       {"Australia/Lord_Howe", "2026-04-05 01:45", "comes twice in Australia/Lord_Howe, at +11:00 and again at +10:30"},
		"half an hour is skipped":        {"Australia/Lord_Howe", "2026-10-04 02:15", "does not exist in Australia/Lord_Howe: the clocks go from +10:30 to +11:00"},
		"a whole day is skipped":         {"Pacific/Apia", "2011-12-30 12:00", "does not exist in Pacific/Apia: the clocks go from -10:00 to +14:00"},
		"the clocks go back at midnight": {"Asia/Beirut", "2026-10-24 23:30", "comes twice in Asia/Beirut, at +03:00 and again at +02:00"},
	} {
		location, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		_, err = assignment.Parse([]byte("title: A1\ndue: "+c.due+"\n"+one), assignment.Context{Zone: location})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestMinutesBesideClockChange(t *testing.T) {
	t.Parallel()
	for due, want := range map[string]string{
		"2026-03-08 01:59": "2026-03-08T03:00:00-04:00", "2026-03-08 03:00": "2026-03-08T03:01:00-04:00",
		"2026-11-01 00:59": "2026-11-01T01:00:00-04:00", "2026-11-01 02:00": "2026-11-01T02:01:00-05:00",
	} {
		if got := read(t, "title: A1\ndue: "+due+"\n"+one, context(t)).Due.Format(time.RFC3339); got != want {
			t.Errorf("%s: due ends %s", due, got)
		}
	}
}

func TestCasesAreInNaturalOrder(t *testing.T) {
	t.Parallel()
	files := memory{"assignment.yaml": "title: A1\ntests: [{name: a, run: b, cases: '**/*.in'}]\n"}
	order := []string{"0/x", "1", "1a", "2", "02", "10", "a1b2", "a1b10", "a2", "b/1", "b/9/1", "b/10/1"}
	for _, name := range order {
		files[name+".in"], files[name+".ans"] = "", ""
	}
	spec, err := assignment.Load(files, assignment.Context{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range spec.Tests[0].Cases {
		got = append(got, c.Name)
	}
	if diff := cmp.Diff([]string{"0/x", "1", "1a", "02", "2", "10", "a1b2", "a1b10", "a2", "b/1", "b/9/1", "b/10/1"}, got); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
}

func TestWhatCasesAreWorth(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		points   string
		sidecars map[string]string
		want     []string
	}{
		"equal shares":                 {"points: 10", nil, []string{"10/3", "10/3", "10/3"}},
		"each the same":                {"points: {each: 0.5}", nil, []string{"1/2", "1/2", "1/2"}},
		"nothing said":                 {"hint: h", nil, []string{"1/3", "1/3", "1/3"}},
		"one of its own, others share": {"points: 10", map[string]string{"2.yaml": "points: 4"}, []string{"3", "4", "3"}},
		"one of its own, others each":  {"points: {each: 1}", map[string]string{"3.yaml": "points: 4"}, []string{"1", "1", "4"}},
		"all of their own":             {"hint: h", map[string]string{"1.yaml": "points: 1", "2.yaml": "points: 2", "3.yaml": "points: 3"}, []string{"1", "2", "3"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := memory{"assignment.yaml": "title: A1\ntests:\n- name: a\n  run: b\n  cases: '*.in'\n  " + c.points + "\n"}
			for i := range 3 {
				files[fmt.Sprintf("%d.in", i+1)], files[fmt.Sprintf("%d.out", i+1)] = "", ""
			}
			maps.Copy(files, c.sidecars)
			spec, err := assignment.Load(files, assignment.Context{})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, p := range spec.Tests[0].CasePoints() {
				exact, _ := p.MarshalText()
				got = append(got, string(exact))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("points (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLongestPointsPatternWins(t *testing.T) {
	t.Parallel()
	spec := read(t, `title: A1
solution: s/
tests:
- name: a
  run: b
  report: junit
  points: {default: 1, "Ring*": 2, "Ring*.wraps": 3, "*?z": 4, "[x]": 5}
`, assignment.Context{})
	rule := spec.Tests[0].Points
	for name, want := range map[string]string{
		"List.adds": "1", "RingTest.adds": "2", "RingTest.wraps": "3", "Ring": "2", "ring": "1", "wraps.Ring": "1", "z": "1", "éz": "4", "a/b.z": "4", "[x]": "5", "x": "1", "": "1", "RingTest.wraps#2": "2",
	} {
		if got := rule.ForName(name); got.String() != want {
			t.Errorf("%q is worth %s", name, got)
		}
	}
	if got := (assignment.PointRule{ByPattern: map[string]schema.Points{"a": schema.NewPoints(1, 1)}}).ForName("b"); !got.IsZero() {
		t.Errorf("what no pattern names is worth %s", got)
	}
	hostile := assignment.PointRule{ByPattern: map[string]schema.Points{strings.Repeat("*a", 100) + "b": schema.NewPoints(1, 1)}}
	if got := hostile.ForName(strings.Repeat("a", 5000)); !got.IsZero() {
		t.Errorf("a hostile name is worth %s", got)
	}
}

func TestWhichFilesTheRulesMean(t *testing.T) {
	t.Parallel()
	rules := assignment.FileRules{Required: []string{"src/**/*.java", "README"}, Forbidden: []string{"*.class", "out/**"}, Locked: []string{"Makefile", "lib/*"}, Allow: []string{"conftest.py"}}
	if diff := cmp.Diff([]string{"README"}, rules.Missing([]string{"src/A.java", "doc/README"})); diff != "" {
		t.Errorf("missing (-want +got):\n%s", diff)
	}
	for path, want := range map[string]string{"A.class": "*.class", "a/b/A.class": "*.class", "out/a/b": "out/**", "src/out/a": "", "A.java": ""} {
		if got := rules.Forbids(path); got != want {
			t.Errorf("%s is forbidden by %q", path, got)
		}
	}
	if !rules.Locks("lib/a") || rules.Locks("src/Makefile") || rules.Locks("lib/a/b") {
		t.Error("locked files are others")
	}
	if !rules.Allows("tests/conftest.py") || rules.Allows("conftest.pyc") {
		t.Error("allowed files are others")
	}
}

func TestLongListOfMistakesIsCut(t *testing.T) {
	t.Parallel()
	var source strings.Builder
	for i := range 60 {
		fmt.Fprintf(&source, "unknown%d: x\n", i)
	}
	_, err := assignment.Parse([]byte("title: A1\n"+source.String()+one), assignment.Context{})
	if lines := strings.Split(fmt.Sprint(err), "\n"); len(lines) != 51 || lines[50] != "and 10 more" {
		t.Errorf("%d lines, the last %q", len(lines), lines[len(lines)-1])
	}
}
