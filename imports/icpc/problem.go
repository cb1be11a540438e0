package icpc

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/grader/grader/imports"
	"github.com/grader/grader/schema"
)

// maxMeta bounds a YAML file of a package, in bytes.
const maxMeta = 256 << 10

// problem is the content of problem.yaml and the files next to it.
type problem struct {
	title       string
	legacy      bool // legacy or legacy-icpc; otherwise 2023-07 or 2025-09
	scoring     bool
	interactive bool
	passes      int // 1; more for multi-pass
	custom      bool
	customScore bool // the validator gives scores
	flags       []string
	minimise    bool

	timeLimit  time.Duration // 0: not stored
	multiplier float64       // relative to the slowest accepted submission
	resolution time.Duration // 0: legacy rounding
	memory     int64         // bytes
	output     int64
	code       int64

	constants imports.Loose
	legacyTop imports.Loose // `grading` in old packages
}

// These are the defaults of the format.
const (
	defaultMemory     = 2048 << 20
	defaultOutput     = 8 << 20
	defaultCode       = 128 << 10
	legacyMultiplier  = 5
	currentMultiplier = 2
	currentPasses     = 2
)

func (i *importer) readProblem() error {
	source, err := imports.ReadText(i.fsys, "problem.yaml", maxMeta)
	if err != nil {
		return schema.Wrapf(schema.CodeInvalid, err, "this is not a problem package: %s", schema.MessageOf(err))
	}
	m, err := imports.ParseLoose("problem.yaml", source)
	if err != nil {
		return err
	}
	p := &i.problem
	p.legacy, err = isLegacy(m.Text("problem_format_version"))
	if err != nil {
		return err
	}
	i.readTypes(m)
	i.readLimits(m.Map("limits"))
	p.constants, p.legacyTop = m.Map("constants"), m.Map("grading")
	p.minimise = p.legacyTop.Text("objective") == "min"
	p.title = i.title(m)
	if p.timeLimit == 0 {
		p.timeLimit = i.storedTimeLimit()
	}
	i.unread(m)
	return nil
}

func isLegacy(version string) (bool, error) {
	switch version {
	case "", "legacy", "legacy-icpc":
		return true, nil
	case "2023-07", "2023-07-draft", "2025-09":
		return false, nil
	}
	return false, schema.Errorf(schema.CodeInvalid, "problem.yaml: problem_format_version %q is unknown; legacy, 2023-07-draft and 2025-09 are read", version)
}

// readTypes reads the kind of the problem: `type`, and `validation` of legacy packages.
func (i *importer) readTypes(m imports.Loose) {
	p := &i.problem
	words := append(m.Words("type"), m.Words("validation")...)
	p.scoring = slices.Contains(words, "scoring")
	p.interactive = slices.Contains(words, "interactive")
	p.custom = slices.Contains(words, "custom") || p.interactive
	p.customScore = slices.Contains(words, "score")
	p.flags = m.Words("validator_flags")
	p.passes = 1
	if slices.Contains(words, "multi-pass") {
		p.passes, p.custom = currentPasses, true
	}
	if i.options.DefaultValidator && p.custom && !p.interactive && p.passes == 1 {
		p.custom = false
		i.bundle.Note(imports.Changed, "problem.yaml", "the output is compared with the answers in place of the package's own validator")
	}
	if slices.Contains(words, "submit-answer") {
		i.bundle.Note(imports.Lost, "problem.yaml", "type submit-answer: students push programs here; the answers that were to be submitted are compared with their output")
	}
}

func (i *importer) readLimits(m imports.Loose) {
	p := &i.problem
	p.memory, p.output, p.code = i.mebibytes(m, "memory", defaultMemory), i.mebibytes(m, "output", defaultOutput), defaultCode
	if n, ok := m.Number("code"); ok {
		f, _ := n.Float64()
		p.code = int64(f * (1 << 10))
	}
	if n, err := strconv.Atoi(m.Text("validation_passes")); err == nil && p.passes > 1 {
		p.passes = n
	}
	if p.passes > maxPasses {
		i.bundle.Note(imports.Changed, "problem.yaml", "limits.validation_passes %d: %d is the most here", p.passes, maxPasses)
		p.passes = maxPasses
	}
	p.timeLimit = seconds(m.Text("time_limit"))
	p.multiplier, p.resolution = legacyMultiplier, 0
	if !p.legacy {
		p.multiplier, p.resolution = currentMultiplier, time.Second
		if r := seconds(m.Text("time_resolution")); r > 0 {
			p.resolution = r
		}
	}
	for _, factor := range []string{m.Text("time_multiplier"), m.Map("time_multipliers").Text("ac_to_time_limit")} {
		if f, err := strconv.ParseFloat(factor, 64); err == nil && f >= 1 && f < 1000 {
			p.multiplier = f
		}
	}
}

// maxPasses is the maximum that the assignment format allows.
const maxPasses = 100

// mebibytes reads a size in MiB.
func (i *importer) mebibytes(m imports.Loose, key string, otherwise int64) int64 {
	n, ok := m.Number(key)
	if !ok {
		return otherwise
	}
	f, _ := n.Float64()
	if f <= 0 || f > 1<<20 {
		i.bundle.Note(imports.Changed, "problem.yaml", "limits.%s %s is not a size; the default is used", key, m.Text(key))
		return otherwise
	}
	return int64(f * (1 << 20))
}

// seconds parses a number of seconds and rounds it to milliseconds. It returns 0 for none.
func seconds(text string) time.Duration {
	f, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || f <= 0 || f > 3600 {
		return 0
	}
	return time.Duration(f * float64(time.Second)).Round(time.Millisecond)
}

// domjudgeTime matches the time limit in a domjudge-problem.ini.
var domjudgeTime = regexp.MustCompile(`(?m)^\s*timelimit\s*=\s*['"]?([0-9.]+)`)

// storedTimeLimit reads the time limit that tools store next to problem.yaml, 0 if there is none.
func (i *importer) storedTimeLimit() time.Duration {
	if ini, err := imports.ReadText(i.fsys, "domjudge-problem.ini", maxMeta); err == nil {
		if m := domjudgeTime.FindSubmatch(ini); m != nil {
			return seconds(string(m[1]))
		}
	}
	text, err := imports.ReadText(i.fsys, ".timelimit", maxMeta)
	if err != nil {
		return 0
	}
	return seconds(string(text))
}

// problemName matches the title in a statement in TeX.
var problemName = regexp.MustCompile(`\\problemname\{([^{}]+)\}`)

// title returns the problem's name from problem.yaml, preferably in English, or else from the
// statement.
func (i *importer) title(m imports.Loose) string {
	if names := m.Map("name"); len(names) > 0 {
		if s := names.Text("en"); s != "" {
			return clean(s)
		}
		return clean(names.Text(names.Keys()[0]))
	}
	if s := clean(m.Text("name")); s != "" {
		return s
	}
	for _, dir := range statementDirs() {
		for _, base := range []string{"problem.en.tex", "problem.tex"} {
			text, err := imports.ReadText(i.fsys, path.Join(dir, base), 1<<20)
			if name := problemName.FindSubmatch(text); err == nil && name != nil {
				return clean(string(name[1]))
			}
		}
	}
	return i.name
}

// maxTitle is the maximum length of an assignment's title.
const maxTitle = 200

// clean returns a name as one printable line.
func clean(s string) string {
	s = strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s))
	if r := []rune(s); len(r) > maxTitle {
		s = string(r[:maxTitle])
	}
	return s
}

func statementDirs() []string { return []string{"statement", "problem_statement"} }

// unread adds notes for keys that are not imported.
func (i *importer) unread(m imports.Loose) {
	for key, what := range map[string]string{
		"languages":            "every language of build: auto is accepted",
		"libraries":            "libraries are those of the runner image",
		"allow_file_writing":   "a program may write into its working directory",
		"embargo_until":        "set release in assignment.yaml",
		"static_validation":    "static validation is not done",
		"special_compare":      "the program is part of DOMjudge, not of this package",
		"special_run":          "the program is part of DOMjudge, not of this package",
		"combined_run_compare": "the program is part of DOMjudge, not of this package",
	} {
		if v := m.Text(key); m.Has(key) && (key != "languages" || v != "all") {
			i.bundle.Note(imports.Lost, "problem.yaml: "+key, "%s", what)
		}
	}
	known := []string{"problem_format_version", "type", "name", "uuid", "version", "credits", "author", "source", "source_url", "license", "rights_owner", "keywords", "limits", "validation", "validator_flags",
		"grading", "constants", "languages", "libraries", "allow_file_writing", "embargo_until", "static_validation", "special_compare", "special_run", "combined_run_compare",
		"short-name", "color", "timelimit", "uuid_prefix", "publicity", "verified", "difficulty", "tags", "allowed_languages", "kattis"}
	for _, key := range m.Keys() {
		if !slices.Contains(known, key) {
			i.bundle.Note(imports.Lost, "problem.yaml: "+key, "the key is not known")
		}
	}
}

// exists reports whether the package has a file or directory of that name.
func (i *importer) exists(name string) bool {
	_, err := fs.Stat(i.fsys, name)
	return err == nil
}
