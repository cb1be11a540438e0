package icpc

import (
	"io/fs"
	"math/big"
	"path"
	"slices"
	"strings"

	"github.com/grader/grader/imports"
	"github.com/grader/grader/schema"
)

// group is a directory of test data.
type group struct {
	path   string // "secret/small"
	config config
	cases  []testCase // in lexicographic order
	subs   []*group
}

// testCase is one input with its answer and the files next to them.
type testCase struct {
	group *group
	stem  string // "data/secret/small/01"
	files []imports.Entry
	args  []string
	hint  string
}

// config is the content of a group's YAML file, with inherited values in legacy packages.
type config struct {
	stop      bool
	modes     []string // grader_flags
	accept    *big.Rat
	most      *big.Rat // nil: no bound
	reject    *big.Rat
	flags     []string // flags of the output validator
	current   bool     // from test_group.yaml
	sums      string   // score_aggregation
	requires  []string
	args      []string
	continues bool // this group's own file has on_reject: continue
}

// readGroups reads data/sample and data/secret.
func (i *importer) readGroups() error {
	root := &group{config: config{stop: true, accept: big.NewRat(1, 1), reject: new(big.Rat)}}
	if err := i.readConfig(root, imports.Loose{}); err != nil {
		return err
	}
	i.legacyGrading(&root.config)
	i.root = root
	for _, name := range []string{"sample", "secret"} {
		if !i.exists("data/" + name) {
			continue
		}
		g := &group{path: name, config: root.config.inherited()}
		if err := i.readGroup(g); err != nil {
			return err
		}
		if len(g.all()) > 0 {
			root.subs = append(root.subs, g)
		}
	}
	if i.unanswered > 0 && (len(root.subs) == 0 || root.subs[len(root.subs)-1].path != "secret") {
		return schema.Errorf(schema.CodeInvalid, "data/secret holds inputs and no answers (.ans); generate the answers first")
	}
	if len(root.all()) == 0 {
		return schema.Errorf(schema.CodeInvalid, "data/sample and data/secret hold no case (.in beside .ans); generate the test data first")
	}
	for _, name := range []string{"data/invalid_input", "data/invalid_inputs", "data/invalid_output", "data/valid_output", "data/valid_outputs", "data/invalid_outputs", "data/invalid_answers"} {
		if i.exists(name) {
			i.bundle.Note(imports.Hint, name, "cases for validators are not cases for students; left out")
		}
	}
	return nil
}

// legacyGrading reads on_reject, accept_score and other keys for the whole problem, from before
// groups existed.
func (i *importer) legacyGrading(c *config) {
	m := i.problem.legacyTop
	if n, ok := m.Number("accept_score"); ok {
		c.accept = n
	}
	if n, ok := m.Number("reject_score"); ok {
		c.reject = n
	}
	if _, hi, ok := parseRange(m.Text("range")); ok {
		c.most = hi
	}
}

// inherited returns the values that a subgroup inherits.
func (c config) inherited() config {
	c.requires, c.continues, c.sums = nil, false, ""
	if c.current {
		c.most = nil
	}
	return c
}

func (i *importer) readGroup(g *group) error {
	if err := i.readConfig(g, nil); err != nil {
		return err
	}
	dir := path.Join("data", g.path)
	entries, err := fs.ReadDir(i.fsys, dir)
	if err != nil {
		return schema.Wrapf(schema.CodeInvalid, err, "%s: %s", dir, err)
	}
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		info, err := fs.Stat(i.fsys, name)
		if err != nil {
			i.bundle.Note(imports.Lost, name, "the link leads out of the package")
			continue
		}
		switch {
		case info.IsDir() && !strings.HasSuffix(name, ".files"):
			sub := &group{path: path.Join(g.path, e.Name()), config: g.config.inherited()}
			if err := i.readGroup(sub); err != nil {
				return err
			}
			if len(sub.all()) > 0 {
				g.subs = append(g.subs, sub)
			}
		case !info.IsDir() && path.Ext(name) == ".in":
			if err := i.readCase(g, strings.TrimSuffix(name, ".in")); err != nil {
				return err
			}
		}
	}
	slices.SortFunc(g.cases, func(a, b testCase) int { return strings.Compare(a.stem, b.stem) })
	return nil
}

// all returns the cases of the group and its subgroups in the order of a judge, which is by name.
func (g *group) all() []testCase {
	cases := slices.Clone(g.cases)
	for _, s := range g.subs {
		cases = append(cases, s.all()...)
	}
	slices.SortStableFunc(cases, func(a, b testCase) int { return strings.Compare(a.stem, b.stem) })
	return cases
}

// sub returns the group with that path below g, nil if it does not exist.
func (g *group) sub(name string) *group {
	for _, s := range g.subs {
		if s.path == name {
			return s
		}
		if found := s.sub(name); found != nil {
			return found
		}
	}
	return nil
}

// readConfig reads testdata.yaml (legacy and drafts) or test_group.yaml.
func (i *importer) readConfig(g *group, otherwise imports.Loose) error {
	c := &g.config
	for _, base := range []string{"test_group.yaml", "testdata.yaml"} {
		name := path.Join("data", g.path, base)
		if !i.exists(name) {
			continue
		}
		source, err := imports.ReadText(i.fsys, name, maxMeta)
		if err != nil {
			return err
		}
		m, err := imports.ParseLoose(name, source)
		if err != nil {
			return err
		}
		c.current = base == "test_group.yaml" || m.Has("score_aggregation") || m.Has("max_score") || m.Has("require_pass")
		if c.current {
			i.currentConfig(name, m, c)
		} else {
			i.legacyConfig(name, m, c)
		}
		return nil
	}
	return nil
}

func (i *importer) legacyConfig(name string, m imports.Loose, c *config) {
	if v := m.Text("on_reject"); v != "" {
		c.stop, c.continues = v == "break", v == "continue"
	}
	if m.Has("grader_flags") {
		c.modes = m.Words("grader_flags")
	}
	if n, ok := m.Number("accept_score"); ok {
		c.accept = n
	}
	if n, ok := m.Number("reject_score"); ok {
		c.reject = n
		if n.Sign() != 0 {
			i.bundle.Note(imports.Lost, name, "reject_score %s: a case that is not accepted gets no points here", m.Text("reject_score"))
		}
	}
	if _, hi, ok := parseRange(m.Text("range")); ok {
		c.most = hi
	}
	if m.Text("grading") == "custom" {
		i.bundle.Note(imports.Lost, name, "grading: custom: programs in graders/ are not run; the groups are added up")
	}
	c.flags = appendFlags(c.flags, m, "output_validator_flags", "output_validator_args")
	i.unknownKeys(name, m, "on_reject", "grader_flags", "accept_score", "reject_score", "range", "grading", "output_validator_flags", "output_validator_args", "input_validator_flags", "input_validator_args")
}

func (i *importer) currentConfig(name string, m imports.Loose, c *config) {
	c.sums = m.Text("score_aggregation")
	c.most = nil
	if n, ok := m.Number("max_score"); ok {
		c.most = n
	}
	c.requires = m.Words("require_pass")
	if m.Has("args") {
		c.args = m.Words("args")
	}
	c.flags = appendFlags(c.flags, m, "output_validator_args", "output_validator_flags")
	if m.Has("static_validation_score") {
		i.bundle.Note(imports.Lost, name, "static_validation_score: static validation is not done")
	}
	i.unknownKeys(name, m, "score_aggregation", "max_score", "require_pass", "args", "output_validator_args", "output_validator_flags", "input_validator_args", "input_validator_flags",
		"static_validation_score", "static_validation_args", "full_feedback", "output_visualizer_args", "hint", "description")
}

func (i *importer) unknownKeys(name string, m imports.Loose, known ...string) {
	for _, key := range m.Keys() {
		if !slices.Contains(known, key) {
			i.bundle.Note(imports.Lost, name+": "+key, "the key is not known")
		}
	}
}

func appendFlags(inherited []string, m imports.Loose, keys ...string) []string {
	for _, key := range keys {
		if m.Has(key) {
			return m.Words(key)
		}
	}
	return inherited
}

// parseRange parses "0 100". hi is nil for +inf.
func parseRange(text string) (lo, hi *big.Rat, ok bool) {
	words := strings.Fields(text)
	if len(words) != 2 {
		return nil, nil, false
	}
	m := imports.Loose{"lo": words[0], "hi": words[1]}
	lo, _ = m.Number("lo")
	hi, _ = m.Number("hi")
	return lo, hi, true
}

// readCase reads one case with the files next to its input.
func (i *importer) readCase(g *group, stem string) error {
	c := testCase{group: g, stem: stem, args: g.config.args}
	if text, err := imports.ReadText(i.fsys, stem+".args", maxMeta); err == nil {
		c.args = strings.Fields(string(text))
	}
	if text, err := imports.ReadText(i.fsys, stem+".hint", maxMeta); err == nil {
		c.hint = strings.TrimSpace(string(text))
	}
	if source, err := imports.ReadText(i.fsys, stem+".yaml", maxMeta); err == nil {
		m, err := imports.ParseLoose(stem+".yaml", source)
		if err != nil {
			return err
		}
		if m.Has("args") {
			c.args = m.Words("args")
		}
		if m.Has("hint") {
			c.hint = m.Text("hint")
		}
		if m.Has("output_validator_args") || m.Has("output_validator_flags") {
			i.bundle.Note(imports.Lost, stem+".yaml", "arguments of the output validator for one case; put the case into a group of its own")
		}
	}
	files, broken, err := imports.List(i.fsys, stem+".files")
	if err != nil {
		return err
	}
	for _, name := range broken {
		i.bundle.Note(imports.Lost, name, "the link leads out of the package")
	}
	c.files = files
	if !i.exists(stem+".ans") && !i.problem.custom {
		if strings.HasPrefix(stem, "data/secret/") {
			i.unanswered++
		}
		i.bundle.Note(imports.Lost, stem+".in", "it has no answer (.ans); the case is left out")
		return nil
	}
	g.cases = append(g.cases, c)
	return nil
}
