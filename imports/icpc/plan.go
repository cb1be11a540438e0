package icpc

import (
	"fmt"
	"math/big"
	"path"
	"slices"
	"strings"

	"github.com/grader/grader/imports"
)

// family is a planned test: a set of cases that are judged and scored together.
type family struct {
	name     string
	cases    []testCase
	points   *big.Rat
	score    string   // sum, all, min, max or accepted
	stop     bool     // after a failed case no more run
	scale    *big.Rat // the number in score.txt that means all points of a case; nil: no scores
	flags    []string // flags of the output validator
	requires []string
}

// plan makes the tests of the groups. The sample comes first and has no points unless it counts.
func (i *importer) plan() []family {
	sample, secret := i.root.sub("sample"), i.root.sub("secret")
	var families []family
	if sample != nil {
		f := i.merge(sample, "sample", new(big.Rat), "all")
		families = append(families, f...)
	}
	switch {
	case secret == nil:
		i.bundle.Note(imports.Changed, "data/secret", "it holds no case; the sample's cases are the test")
		families[len(families)-1].points = big.NewRat(1, 1)
		return families
	case !i.problem.scoring:
		return append(families, i.passFail(secret, families)...)
	case i.current(secret):
		return append(families, i.currentPlan(secret)...)
	}
	return append(families, i.legacyPlan(secret, families)...)
}

// current reports whether the groups have the format of 2025-09.
func (i *importer) current(g *group) bool {
	if g.config.current {
		return true
	}
	for _, s := range g.subs {
		if i.current(s) {
			return true
		}
	}
	return !i.problem.legacy && g.config.modes == nil && !g.config.continues && i.exists("data/secret/test_group.yaml")
}

// passFail makes one test of all secret cases. It requires that the sample passes.
func (i *importer) passFail(secret *group, before []family) []family {
	families := i.merge(secret, "secret", big.NewRat(1, 1), "all")
	families[0].requires = namesOf(before)
	return families
}

func namesOf(families []family) []string {
	var names []string
	for _, f := range families {
		names = append(names, f.name)
	}
	return names
}

// merge makes one family of all cases of a group that is all or nothing (or accepted). If their
// validators have different arguments, it makes a chain of families, and the last one has the
// points.
func (i *importer) merge(g *group, name string, points *big.Rat, score string) []family {
	var families []family
	for _, c := range g.all() {
		n := len(families)
		if n > 0 && slices.Equal(families[n-1].flags, c.group.config.flags) {
			families[n-1].cases = append(families[n-1].cases, c)
			continue
		}
		f := family{cases: []testCase{c}, score: score, stop: score != "accepted", points: new(big.Rat), flags: c.group.config.flags}
		if f.name = i.unique(name); n > 0 {
			f.name = i.unique(familyName(c.group.path))
			f.requires = []string{families[n-1].name}
		}
		families = append(families, f)
	}
	if len(families) > 1 && score == "accepted" {
		i.bundle.Note(imports.Lost, "data/"+g.path, "parts of points with different arguments of the output validator: only the last group's count")
	}
	families[len(families)-1].points = points
	return families
}

// unique returns a name that no other family has.
func (i *importer) unique(name string) string {
	free := name
	for n := 2; i.names[free]; n++ {
		free = fmt.Sprintf("%s-%d", name, n)
	}
	i.names[free] = true
	return free
}

// familyName names a family after its group: "small" of "secret/small".
func familyName(group string) string {
	name := strings.ReplaceAll(strings.TrimPrefix(group, "secret/"), "/", "-")
	if len(name) > 60 {
		name = name[:60]
	}
	return name
}

// modes holds the flags of the default grader.
type modes struct {
	score     string // sum, avg, min or max
	lenient   bool   // a rejected result does not remove the points of the others
	noSamples bool
}

func (c config) grader() modes {
	m := modes{score: "sum"}
	for _, flag := range c.modes {
		switch flag {
		case "sum", "avg", "min", "max":
			m.score = flag
		case "always_accept", "accept_if_any_accepted":
			m.lenient = true
		case "ignore_sample":
			m.noSamples = true
		}
	}
	return m
}

// legacyPlan makes the tests of a scoring problem's groups.
func (i *importer) legacyPlan(secret *group, before []family) []family {
	families := i.legacyGroup(secret)
	root := i.root.config.grader()
	if !root.noSamples && !root.lenient && !i.root.config.continues {
		for n := range families {
			families[n].requires = append(namesOf(before), families[n].requires...)
		}
	}
	if !root.noSamples && len(before) > 0 {
		if points := i.samplePoints(); points.Sign() > 0 {
			before[len(before)-1].points = points
		}
	}
	return families
}

// samplePoints returns the points of the sample, 0 if it does not count.
func (i *importer) samplePoints() *big.Rat {
	sample := i.root.sub("sample")
	if !i.exists("data/sample/testdata.yaml") {
		return new(big.Rat)
	}
	return i.leafPoints(sample, sample.config.grader().score)
}

// leafPoints returns the maximum points of a group's own cases.
func (i *importer) leafPoints(g *group, score string) *big.Rat {
	if i.scores() && g.config.most != nil && g.config.most.Sign() > 0 {
		return g.config.most
	}
	if score == "sum" {
		return new(big.Rat).Mul(g.config.accept, big.NewRat(int64(len(g.cases)), 1))
	}
	return g.config.accept
}

// scores reports whether the output validator may give its own scores.
func (i *importer) scores() bool { return i.problem.scoring && i.problem.custom }

func (i *importer) legacyGroup(g *group) []family {
	m := g.config.grader()
	if len(g.subs) == 0 {
		return i.legacyLeaf(g, m)
	}
	var parts [][]family
	if len(g.cases) > 0 {
		own := &group{path: g.path, config: g.config, cases: g.cases}
		parts = append(parts, i.legacyLeaf(own, m))
	}
	for _, s := range g.subs {
		parts = append(parts, i.legacyGroup(s))
	}
	lenient := m.lenient || g.config.continues
	if lenient && !m.lenient {
		i.bundle.Note(imports.Changed, "data/"+g.path, "on_reject: continue without accept_if_any_accepted: a group that is rejected does not take the points of the others")
	}
	return i.combine(g, m, lenient, parts)
}

// combine combines the tests of a group's subgroups to the tests of the group.
func (i *importer) combine(g *group, m modes, lenient bool, parts [][]family) []family {
	all := slices.Concat(parts...)
	wholes := !slices.ContainsFunc(all, func(f family) bool { return f.score != "all" })
	switch {
	case wholes && (m.score == "min" || !lenient && m.score != "max"):
		points := pointsOf(all, m.score, len(parts))
		for _, f := range all {
			delete(i.names, f.name)
		}
		return i.merge(g, familyName(g.path), points, "all")
	case lenient && m.score == "avg":
		for n := range all {
			all[n].points = new(big.Rat).Quo(all[n].points, big.NewRat(int64(len(parts)), 1))
		}
	case lenient && m.score == "sum":
	default:
		i.bundle.Note(imports.Lost, "data/"+g.path, "%s of groups whose verdicts all count cannot be said; the groups are added up", m.score)
	}
	return all
}

// pointsOf returns the points of several all-or-nothing groups together.
func pointsOf(families []family, score string, parts int) *big.Rat {
	points := new(big.Rat)
	for _, f := range families {
		switch {
		case score == "min" && (points.Sign() == 0 || f.points.Sign() > 0 && f.points.Cmp(points) < 0):
			points.Set(f.points)
		case score != "min":
			points.Add(points, f.points)
		}
	}
	if score == "avg" && parts > 0 {
		points.Quo(points, big.NewRat(int64(parts), 1))
	}
	return points
}

// legacyLeaf makes the family of a group that has only cases.
func (i *importer) legacyLeaf(g *group, m modes) []family {
	f := family{name: i.unique(familyName(g.path)), cases: g.cases, flags: g.config.flags, stop: g.config.stop, points: i.leafPoints(g, m.score)}
	custom := i.scores()
	switch {
	case custom && g.config.most == nil:
		i.bundle.Note(imports.Lost, "data/"+g.path, "the output validator's scores have no range; an accepted case counts in full")
		custom = false
	case custom:
		f.scale = f.points
		if m.score == "sum" {
			f.scale = new(big.Rat).Quo(f.points, big.NewRat(int64(len(g.cases)), 1))
		}
	}
	switch {
	case m.score == "max":
		f.score, f.stop = "max", false
	case m.score == "min" && custom:
		f.score = "min"
	case m.lenient && m.score != "min":
		f.score = "sum"
	case custom:
		f.score = "accepted"
	default:
		f.score = "all"
	}
	if i.problem.minimise && custom {
		i.bundle.Note(imports.Lost, "problem.yaml: grading.objective", "min: here more points are better; the scores are taken as they are")
	}
	return []family{f}
}

// currentPlan makes the tests of the groups of 2025-09.
func (i *importer) currentPlan(secret *group) []family {
	most := secret.config.most
	if most == nil {
		most = big.NewRat(100, 1)
	}
	if len(secret.subs) == 0 {
		return []family{i.currentFamily(secret, secret.config.sums, "sum", most)}
	}
	if a := secret.config.sums; a == "pass-fail" || a == "min" {
		if a == "min" {
			i.bundle.Note(imports.Changed, "data/secret", "score_aggregation min over groups: all of them must pass")
		}
		return i.merge(secret, "secret", most, "all")
	}
	var families []family
	byPath := map[string]string{"sample": "sample"}
	for _, s := range i.groupsOf(secret) {
		points := s.config.most
		if points == nil {
			i.bundle.Note(imports.Lost, "data/"+s.path, "max_score is unbounded; the group is worth one point")
			points = big.NewRat(1, 1)
		}
		f := i.currentFamily(s, s.config.sums, "pass-fail", points)
		byPath[s.path], byPath[path.Base(s.path)] = f.name, f.name
		for _, required := range s.config.requires {
			name, known := byPath[strings.TrimPrefix(strings.Trim(required, "/"), "data/")]
			if !known || name == "sample" && !i.names["sample"] {
				i.bundle.Note(imports.Lost, "data/"+s.path, "require_pass: %s is not an earlier group", required)
				continue
			}
			f.requires = append(f.requires, name)
		}
		families = append(families, f)
	}
	return families
}

// groupsOf returns the subgroups of secret. Cases beside them make a group of their own.
func (i *importer) groupsOf(secret *group) []*group {
	groups := secret.subs
	if len(secret.cases) > 0 {
		i.bundle.Note(imports.Changed, "data/secret", "cases beside groups: they make a group of their own")
		groups = append([]*group{{path: "secret", cases: secret.cases, config: secret.config}}, groups...)
	}
	return groups
}

// currentFamily makes the family of one group.
func (i *importer) currentFamily(g *group, sums, otherwise string, points *big.Rat) family {
	cases := g.all()
	f := family{name: i.unique(familyName(g.path)), cases: cases, flags: g.config.flags, points: points}
	if sums == "" {
		sums = otherwise
	}
	switch sums {
	case "sum":
		f.score, f.scale = "sum", new(big.Rat).Quo(points, big.NewRat(int64(len(cases)), 1))
	case "min":
		f.score, f.scale = "min", points
	default:
		f.score, f.stop = "all", true
	}
	if !i.scores() {
		f.scale = nil
	}
	return f
}
