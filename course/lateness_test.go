package course_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// vectors are the worked cases in testdata/lateness.
type vectors struct {
	Lateness []latenessCase `yaml:"lateness"`
	Ledgers  []ledgerCase   `yaml:"ledgers"`
}

// Terms holds the keys that both kinds of case share.
type Terms struct {
	Due        any             `yaml:"due"`
	Late       map[string]any  `yaml:"late"`
	Extensions []extensionText `yaml:"extensions"`
	Outages    []string        `yaml:"outages"`
}

type extensionText struct {
	Due   string `yaml:"due"`
	By    string `yaml:"by"`
	Until string `yaml:"until"`
}

type latenessCase struct {
	Name       string `yaml:"name"`
	Zone       string `yaml:"zone"`
	Terms      `yaml:",inline"`
	Received   string `yaml:"received"`
	Score      any    `yaml:"score"`
	Max        any    `yaml:"max"`
	TokensLeft int    `yaml:"tokens_left"`
	Want       struct {
		State    schema.Timeliness `yaml:"state"`
		Days     int               `yaml:"days"`
		Tokens   int               `yaml:"tokens"`
		Deducted any               `yaml:"deducted"`
		Final    any               `yaml:"final"`
	} `yaml:"want"`
}

type ledgerCase struct {
	Name        string `yaml:"name"`
	Zone        string `yaml:"zone"`
	LateTokens  int    `yaml:"late_tokens"`
	Assignments []struct {
		Name        string `yaml:"name"`
		Terms       `yaml:",inline"`
		Max         any    `yaml:"max"`
		Counts      string `yaml:"counts"`
		Submissions []struct {
			Number   int    `yaml:"number"`
			Received string `yaml:"received"`
			Score    any    `yaml:"score"`
			Marked   bool   `yaml:"marked"`
		} `yaml:"submissions"`
	} `yaml:"assignments"`
	Want struct {
		Assignments map[string]struct {
			Counts   *int `yaml:"counts"`
			Tokens   int  `yaml:"tokens"`
			Deducted any  `yaml:"deducted"`
			Final    any  `yaml:"final"`
		} `yaml:"assignments"`
		TokensLeft int `yaml:"tokens_left"`
	} `yaml:"want"`
}

func readVectors(t *testing.T) vectors {
	t.Helper()
	files, err := filepath.Glob("testdata/lateness/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no worked cases: %v, %v", files, err)
	}
	var all vectors
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var v vectors
		if err := yaml.UnmarshalWithOptions(text, &v, yaml.Strict()); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		all.Lateness, all.Ledgers = append(all.Lateness, v.Lateness...), append(all.Ledgers, v.Ledgers...)
	}
	return all
}

// spec parses the terms as an assignment.yaml.
func (c Terms) spec(t *testing.T, zone *time.Location) *assignment.Spec {
	t.Helper()
	source := "title: A1\n"
	if c.Due != nil {
		source += "due: " + c.Due.(string) + "\n"
	}
	if c.Late != nil {
		late, err := yaml.MarshalWithOptions(c.Late, yaml.Flow(true))
		if err != nil {
			t.Fatal(err)
		}
		source += "late: " + string(late) + "\n"
	}
	spec, err := assignment.Parse([]byte(source+"tests:\n  - {name: greets, run: ./hello}\n"), assignment.Context{Zone: zone})
	if err != nil {
		t.Fatalf("%v in:\n%s", err, source)
	}
	return spec
}

// schedule returns the schedule with the extensions and outages of the case applied.
func (c Terms) schedule(t *testing.T, zone *time.Location) course.Schedule {
	t.Helper()
	var extensions []schema.Extension
	for _, e := range c.Extensions {
		extensions = append(extensions, e.extension(t, zone))
	}
	var outages []time.Duration
	for _, length := range c.Outages {
		outages = append(outages, duration(t, length))
	}
	return course.ScheduleOf(c.spec(t, zone), zone, extensions, outages)
}

func (e extensionText) extension(t *testing.T, zone *time.Location) schema.Extension {
	t.Helper()
	var x schema.Extension
	if e.Due != "" {
		x.Due = localMinute(t, e.Due, zone)
	}
	if e.Until != "" {
		x.Until = localMinute(t, e.Until, zone)
	}
	if days, ok := strings.CutSuffix(e.By, "d"); ok {
		x.Days = int(duration(t, days+"h") / time.Hour)
	} else if e.By != "" {
		x.By = duration(t, e.By)
	}
	return x
}

func localMinute(t *testing.T, s string, zone *time.Location) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", s, zone)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func duration(t *testing.T, s string) time.Duration {
	t.Helper()
	d, err := time.ParseDuration(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func instant(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func zoneNamed(t *testing.T, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// pointsIn parses an integer, a decimal or a fraction; nil is 0.
func pointsIn(t *testing.T, v any) schema.Points {
	t.Helper()
	if v == nil {
		return schema.Points{}
	}
	text, err := yaml.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	p, err := schema.ParsePoints(strings.Trim(strings.TrimSpace(string(text)), `"'`))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// near compares points and allows decimals an error of 0.000001.
func near(a, b schema.Points) bool {
	tolerance := schema.NewPoints(1, 1_000_000)
	return a.Sub(b).Cmp(tolerance) <= 0 && b.Sub(a).Cmp(tolerance) <= 0
}

func TestLatenessOfWorkedCases(t *testing.T) {
	t.Parallel()
	for _, c := range readVectors(t).Lateness {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			schedule := c.schedule(t, zoneNamed(t, c.Zone))
			got := schedule.Judge(instant(t, c.Received), pointsIn(t, c.Score), pointsIn(t, c.Max), c.TokensLeft)
			if got.State != c.Want.State || got.Days != c.Want.Days || got.Tokens != c.Want.Tokens ||
				!near(got.Deducted, pointsIn(t, c.Want.Deducted)) || !near(got.Final, pointsIn(t, c.Want.Final)) {
				t.Errorf("got %s, %d days, %d late days, %s off, %s; want %+v", got.State, got.Days, got.Tokens, got.Deducted, got.Final, c.Want)
			}
		})
	}
}

func TestLedgersOfWorkedCases(t *testing.T) {
	t.Parallel()
	for _, c := range readVectors(t).Ledgers {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			works := c.works(t)
			for range 20 {
				rand.Shuffle(len(works), func(i, j int) { works[i], works[j] = works[j], works[i] })
				c.check(t, works)
			}
		})
	}
}

func (c ledgerCase) works(t *testing.T) []course.Work {
	t.Helper()
	zone := zoneNamed(t, c.Zone)
	var works []course.Work
	for _, a := range c.Assignments {
		w := course.Work{
			Assignment: a.Name, Owner: "alice", Members: []string{"alice"}, MaxScore: pointsIn(t, a.Max),
			Schedule: a.schedule(t, zone), Counts: assignment.Counts(a.Counts),
		}
		if w.Counts == "" {
			w.Counts = assignment.CountsBest
		}
		for _, s := range a.Submissions {
			w.Candidates = append(w.Candidates, course.Candidate{
				Number: s.Number, Received: instant(t, s.Received), Score: pointsIn(t, s.Score), MaxScore: w.MaxScore, Marked: s.Marked,
			})
		}
		works = append(works, w)
	}
	return works
}

func (c ledgerCase) check(t *testing.T, works []course.Work) {
	t.Helper()
	for _, w := range works {
		rand.Shuffle(len(w.Candidates), func(i, j int) { w.Candidates[i], w.Candidates[j] = w.Candidates[j], w.Candidates[i] })
	}
	standings, left := course.Ledger(works, map[string]int{"alice": c.LateTokens})
	if left["alice"] != c.Want.TokensLeft {
		t.Errorf("%d late days left, want %d", left["alice"], c.Want.TokensLeft)
	}
	if len(standings) != len(c.Want.Assignments) {
		t.Errorf("%d grades, want %d", len(standings), len(c.Want.Assignments))
	}
	for _, s := range standings {
		want := c.Want.Assignments[s.Assignment]
		counts := 0
		if want.Counts != nil {
			counts = *want.Counts
		}
		if s.Number != counts || s.Lateness.Tokens != want.Tokens || !near(s.Lateness.Deducted, pointsIn(t, want.Deducted)) || !near(s.Final, pointsIn(t, want.Final)) {
			t.Errorf("%s: number %d, %d late days, %s off, final %s; want %+v", s.Assignment, s.Number, s.Lateness.Tokens, s.Lateness.Deducted, s.Final, want)
		}
	}
}
