package assignment_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// courseContext returns a server with two flavours and a course on the first.
func courseContext() assignment.Context {
	return assignment.Context{Flavour: "standard", Flavours: map[string]schema.Flavour{
		"standard": {Memory: 512 << 20, Processes: 100}, "large": {Memory: 4 << 30, Processes: 500},
	}}
}

func TestCourseFileIsRead(t *testing.T) {
	t.Parallel()
	got, err := assignment.ParseCourse([]byte(`title: "COMP 2402: Data Structures"
timezone: America/Toronto
flavours: [standard, large]
default: large
late_tokens: 4
sections:
  L1: {}
  L2: {due: 2d}
  "Lab 3": {due: 90m}
  L4:
ta: {rerun: false, adjust: true, comment: false, extensions: true, sections: own}
outage: 30m
limits: {time: 5s, processes: 200, memory: 1GiB}
`), courseContext())
	if err != nil {
		t.Fatal(err)
	}
	want := &assignment.CourseFile{
		Title: "COMP 2402: Data Structures", Zone: "America/Toronto", Flavour: "large", Others: []string{"standard"}, LateTokens: 4,
		Settings: schema.CourseSettings{
			Keys:     []string{"title", "timezone", "flavours", "default", "late_tokens", "sections", "ta", "outage", "limits"},
			Sections: map[string]schema.DueOffset{"L1": {}, "L2": {Days: 2}, "Lab 3": {By: 90 * time.Minute}, "L4": {}},
			TA:       schema.TAPermissions{NoRerun: true, NoComment: true, Extensions: true, OwnSection: true},
			Outage:   30 * time.Minute,
			Limits:   schema.StepLimits{CPU: 5 * time.Second, Processes: 200, Memory: 1 << 30},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestCourseFileDefaults(t *testing.T) {
	t.Parallel()
	got, err := assignment.ParseCourse([]byte("flavours: [standard, large, standard]\n"), courseContext())
	if err != nil {
		t.Fatal(err)
	}
	want := &assignment.CourseFile{Flavour: "standard", Others: []string{"large"}, Settings: schema.CourseSettings{Keys: []string{"flavours"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestCourseFileMistakesAreNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]refusal{
		"an empty file":               {"", "course.yaml: is empty"},
		"a list":                      {"- a\n", "course.yaml:1:1: the course must be a mapping of title, timezone, flavours, default, late_tokens, sections, ta, outage, publish, limits, not a list"},
		"a misspelt key":              {"late_token: 4\n", `course.yaml:1:1: unknown key "late_token" in the course; did you mean "late_tokens"?`},
		"a key in another case":       {"Title: A\n", `course.yaml:1:1: unknown key "Title" in the course; did you mean "title"?`},
		"a no-break space":            {"title:\u00a0A\n", "course.yaml:1:7: a no-break space (U+00A0) stands here and looks like a space; write a space"},
		"an unknown zone":             {"timezone: Toronto\n", `course.yaml:1:11: time zone "Toronto" is unknown; use a name such as America/Toronto`},
		"the machine's own zone":      {"timezone: Local\n", `course.yaml:1:11: time zone "Local" is unknown; use a name such as America/Toronto`},
		"an unknown flavour":          {"flavours: [standard, larg]\n", `course.yaml:1:22: flavour "larg" is not in the server's configuration; did you mean "large"?`},
		"a default outside of them":   {"flavours: [standard]\ndefault: large\n", `course.yaml:2:10: default "large" is not one of flavours; use standard`},
		"late days below nothing":     {"late_tokens: -1\n", `course.yaml:1:14: late_tokens must be a whole number from 0 to 100, not a number ("-1")`},
		"late days in quotes":         {"late_tokens: '4'\n", `course.yaml:1:14: late_tokens must be a whole number from 0 to 100, not text ("4")`},
		"sections as a list":          {"sections: [L1]\n", "course.yaml:1:11: sections must be a mapping, as in {L1: {}, L2: {due: 2d}}, not a list"},
		"a section that is due first": {"sections: {L1: {due: -1d}}\n", `course.yaml:1:22: due must say how much later, such as 2d (calendar days), 36h or 90m, not text ("-1d"); in assignment.yaml write the time of the section that is due first`},
		"a section of weeks":          {"sections: {L1: {due: 2w}}\n", `course.yaml:1:22: due must say how much later, such as 2d (calendar days), 36h or 90m, not text ("2w"); in assignment.yaml write the time of the section that is due first`},
		"a section due in years":      {"sections: {L1: {due: 999d}}\n", "course.yaml:1:22: due 999d is too long; 366d is the most"},
		"a section with a comma":      {"sections: {'L1, L2': {}}\n", `course.yaml:1:12: section "L1, L2" holds a comma, which parts the sections of a TA; give it another name, here and in the roster`},
		"a slip in a section":         {"sections: {L1: {dew: 2d}}\n", `course.yaml:1:17: unknown key "dew" in section "L1"; did you mean "due"?`},
		"a section twice":             {"sections: {L1: {}, L1: {due: 2d}}\n", `course.yaml:1:20: the key "L1" stands here a second time (first in line 1); keep one`},
		"a permission in words":       {"ta: {extensions: sometimes}\n", `course.yaml:1:18: ta.extensions must be true or false, not text ("sometimes")`},
		"a permission of its own":     {"ta: {extend: true}\n", `course.yaml:1:6: unknown key "extend" in ta; use rerun, adjust, comment, extensions, sections`},
		"sections of TAs":             {"ta: {sections: mine}\n", `course.yaml:1:16: sections "mine" is unknown; use all, own`},
		"an outage without a unit":    {"outage: 30\n", `course.yaml:1:9: outage must be a duration such as 500ms, 2s, 1m or 1h, not a number ("30")`},
		"a way to publish":            {"publish: at once\n", `course.yaml:1:10: publish "at once" is unknown; use manual, after_due`},
		"limits above the flavour":    {"limits: {processes: 200}\n", "course.yaml:1:21: processes 200 is more than the flavour standard has; 100 is the most"},
		"a limit that has none":       {"limits: {job: 10m}\n", `course.yaml:1:10: unknown key "job" in limits; use time, wall, memory, processes, output, disk`},
	} {
		_, err := assignment.ParseCourse([]byte(c.source), courseContext())
		if err == nil || schema.MessageOf(err) != c.want {
			t.Errorf("%s:\n got %v\nwant %s", name, err, c.want)
		}
	}
}

func TestMisplacedCourseFileIsNamed(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"README.md":            "course.yaml: is missing; it must be at the root of this repository, as a regular file",
		"course.yml":           `course.yaml: is missing; it must be at the root of this repository, as a regular file; there is "course.yml": run git mv course.yml course.yaml, commit, and push again`,
		"Course.yaml":          `course.yaml: is missing; it must be at the root of this repository, as a regular file; there is "Course.yaml": run git mv Course.yaml course.yaml, commit, and push again`,
		"comp2402/course.yaml": "course.yaml: is missing; it must be at the root of this repository, as a regular file; there is \"comp2402/course.yaml\": move what is in \"comp2402\" to the root (git mv comp2402/* .), commit, and push again",
	} {
		_, err := assignment.LoadCourse(memory{name: "title: A\n"}, courseContext())
		if err == nil || schema.MessageOf(err) != want {
			t.Errorf("%s:\n got %v\nwant %s", name, err, want)
		}
	}
}

// TestCourseLimitsAreDefaults sets limits in the course. The assignment's own limits take
// precedence, and the flavour bounds all of them.
func TestCourseLimitsAreDefaults(t *testing.T) {
	t.Parallel()
	c := assignment.Context{Limits: schema.StepLimits{Processes: 200, CPU: 3 * time.Second}}
	spec, err := assignment.Parse([]byte("title: A\nlimits: {time: 2s}\ntests: [{name: a, run: ./a}]\n"), c)
	if err != nil {
		t.Fatal(err)
	}
	if l := spec.Limits; l.Processes != 200 || l.CPU != 2*time.Second || l.Memory != 256<<20 {
		t.Errorf("%+v", l)
	}
	if l := spec.Tests[0].Limits; l.Processes != 200 || l.CPU != 2*time.Second {
		t.Errorf("of a test: %+v", l)
	}
	c.Flavour, c.Flavours = "small", map[string]schema.Flavour{"small": {Processes: 50}}
	if spec, err = assignment.Parse([]byte("title: A\ntests: [{name: a, run: ./a}]\n"), c); err != nil || spec.Limits.Processes != 50 {
		t.Errorf("on a small flavour: %+v, %v", spec.Limits, err)
	}
}

// TestCacheKnowsTheTimeZone parses one version in two time zones, as after a change of course.yaml.
func TestCacheKnowsTheTimeZone(t *testing.T) {
	t.Parallel()
	source := []byte("title: A\ndue: 2026-09-28 23:59\ntests: [{name: a, run: ./a}]\n")
	toronto, err := time.LoadLocation("America/Toronto")
	if err != nil {
		t.Fatal(err)
	}
	var cache assignment.Cache
	for _, c := range []struct {
		zone *time.Location
		want string
	}{{time.UTC, "2026-09-29T00:00:00Z"}, {toronto, "2026-09-29T04:00:00Z"}, {time.UTC, "2026-09-29T00:00:00Z"}} {
		spec, err := cache.Parse(7, source, assignment.Context{Zone: c.zone})
		if err != nil || spec.Due.UTC().Format(time.RFC3339) != c.want {
			t.Errorf("%s: %v, %v, want %s", c.zone, spec.Due, err, c.want)
		}
	}
}

// TestReferenceOfCourseFile parses the example of the reference, and checks that it has every key.
func TestReferenceOfCourseFile(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/course-file.md")
	if err != nil {
		t.Fatal(err)
	}
	example := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindStringSubmatch(string(text))
	file, err := assignment.ParseCourse([]byte(example[1]), courseContext())
	if err != nil || len(file.Settings.Keys) != 10 {
		t.Fatalf("the example: %+v, %v", file, err)
	}
	_, err = assignment.ParseCourse([]byte("zzzzzzzz: 1\nta: {zzzzzzzz: 1}\nsections: {L1: {zzzzzzzz: 1}}\n"), courseContext())
	lists := regexp.MustCompile(`unknown key "zzzzzzzz" in .*; use (.*)`).FindAllStringSubmatch(err.Error(), -1)
	if len(lists) != 3 {
		t.Fatalf("%d lists of keys in:\n%v", len(lists), err)
	}
	for _, list := range lists {
		for key := range strings.SplitSeq(list[1], ", ") {
			if !strings.Contains(string(text), "`"+key+"`") && key != "due" {
				t.Errorf("the reference has no row for %s", key)
			}
		}
	}
}
