package api

import (
	"slices"
	"strconv"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/classroom/tables"
	"github.com/grader/grader/schema"
)

// atTask is the path of an assignment.
const atTask = "/courses/{course}/assignments/{assignment}"

func (a *API) taskRoutes() []route {
	return []route{
		get(atTask+"/grid", "getClass", "The class: students × tests; for staff", showClass, classQuery()...),
		list(atTask+"/extensions", "listExtensions", "The extensions of an assignment; for staff", listExtensions, func(e tables.Extension) string { return strconv.FormatInt(e.ID, 10) }),
		list(atTask+"/adjustments", "listAdjustments", "Points that staff added or took off; for staff", listAdjustments, func(a tables.Adjustment) string { return strconv.FormatInt(a.ID, 10) }),
		get(atTask+"/publication", "getPublication", "For whom the assignment is published; for staff", showPublication),
		list(atTask+"/tests", "listTests", "The versions of the tests, newest first; for staff", listTests, func(v schema.TestsVersion) string { return number(v.Number) }),
		list(atTask+"/teams", "listTeams", "Teams: the person's own and those that invited them, or for staff all", listTeams, func(t schema.Team) string { return t.Name }),
		get(atTask+"/teams/{team}", "getTeam", "One team, for its members, those that it invited, and staff", showTeam),
		list(atTask+"/regrades", "listRegrades", "The regrade sets of an assignment, newest first; for instructors", listRegrades, func(s tables.RegradeSet) string { return strconv.FormatInt(s.ID, 10) }),
		get(atTask+"/regrades/{id}", "getRegrade", "How far a regrade set is, and what it does to whom; for instructors", showRegrade),
	}
}

func listExtensions(c *call) ([]tables.Extension, error) {
	all, err := c.Classroom.Grades.Extensions(c.ctx(), c.by, c.path("course"), c.path("assignment"))
	return tables.PublicExtensions(all), err
}

func listAdjustments(c *call) ([]tables.Adjustment, error) {
	all, err := c.Classroom.Grades.Adjustments(c.ctx(), c.by, c.path("course"), c.path("assignment"))
	return tables.PublicAdjustments(all), err
}

func showPublication(c *call) (classroom.Publication, error) {
	return c.Classroom.Publications.Show(c.ctx(), c.by, c.path("course"), c.path("assignment"))
}

func listTests(c *call) ([]schema.TestsVersion, error) {
	all, err := c.Classroom.Tests.List(c.ctx(), c.by, c.path("course"), c.path("assignment"))
	return orEmpty(all), err
}

func listTeams(c *call) ([]schema.Team, error) {
	all, err := c.Classroom.Teams.List(c.ctx(), c.by, classroom.TeamArgs{Course: c.path("course"), Assignment: c.path("assignment")})
	return orEmpty(all), err
}

func showTeam(c *call) (schema.Team, error) {
	all, err := listTeams(c)
	if err != nil {
		return schema.Team{}, err
	}
	i := slices.IndexFunc(all, func(t schema.Team) bool { return t.Name == c.path("team") })
	if i < 0 {
		return schema.Team{}, schema.Errorf(schema.CodeNotFound, "there is no team %s, or none that you may see", schema.Sanitize(c.path("team")))
	}
	return all[i], nil
}

func listRegrades(c *call) ([]tables.RegradeSet, error) {
	all, err := c.Classroom.Regrades.List(c.ctx(), c.by, c.path("course"), c.path("assignment"))
	sets := make([]tables.RegradeSet, 0, len(all))
	for _, s := range all {
		sets = append(sets, tables.NewRegradeSet(s))
	}
	return sets, err
}

func showRegrade(c *call) (tables.RegradeSet, error) {
	report, err := findRegrade(c)
	return tables.PublicRegrade(report), err
}

// findRegrade returns the regrade set in the path, if it belongs to the assignment.
func findRegrade(c *call) (classroom.RegradeReport, error) {
	id, err := c.id()
	if err != nil {
		return classroom.RegradeReport{}, err
	}
	// Check access to the list first, so that other people cannot tell which numbers exist.
	if _, err := c.Classroom.Regrades.List(c.ctx(), c.by, c.path("course"), c.path("assignment")); err != nil {
		return classroom.RegradeReport{}, err
	}
	report, err := c.Classroom.Regrades.Show(c.ctx(), c.by, id)
	if err == nil && report.Set.Path != c.path("course")+"/"+c.path("assignment") || schema.CodeOf(err) == schema.CodeForbidden {
		err = schema.Errorf(schema.CodeNotFound, "there is no regrade set %d", id)
	}
	return report, err
}

// orEmpty returns an empty list for nil, which JSON would encode as null.
func orEmpty[T any](all []T) []T {
	if all == nil {
		return []T{}
	}
	return all
}

func number(n int) string { return strconv.Itoa(n) }

// float returns points as a JSON number with at most six decimals.
func float(p schema.Points) float64 {
	f, _ := p.Number().Float64() // the number is always valid
	return f
}
