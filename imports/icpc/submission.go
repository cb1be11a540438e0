package icpc

import (
	"fmt"
	"math/big"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/grader/grader/imports"
)

// submission is a program of submissions/ with its expected result.
type submission struct {
	name     string // "accepted/fast.cpp"
	dir      string // "accepted"
	files    []imports.Entry
	expected expectation
}

// expectation is the set of verdicts that a judge may give.
type expectation struct {
	verdicts []string // AC, WA, TLE, RTE; each may be the first that is not accepted; AC alone: all are accepted
	partial  bool     // accepted with some of the points
	lo, hi   *big.Rat // range of the score; nil: unknown
}

// accepted reports whether only full acceptance is expected.
func (e expectation) accepted() bool {
	return !e.partial && len(e.verdicts) == 1 && e.verdicts[0] == "AC"
}

// code returns the language of a file of build: auto by its extension, "" if it is not a source file.
func code(name string) string {
	switch path.Ext(name) {
	case ".c":
		return "c"
	case ".cc", ".cpp", ".cxx", ".c++", ".C":
		return "cpp"
	case ".java":
		return "java"
	case ".py", ".py3":
		return "py"
	case ".go":
		return "go"
	case ".js", ".mjs", ".cjs":
		return "js"
	}
	return ""
}

// otherCode are extensions of programs that build: auto does not build.
func otherCode(name string) bool {
	return slices.Contains([]string{".kt", ".hs", ".rs", ".rb", ".pl", ".php", ".cs", ".fs", ".ml", ".pas", ".pp", ".lua", ".sh", ".bash", ".swift", ".scala", ".d", ".f90", ".f95", ".adb", ".awk", ".py2", ".ts", ".lisp", ".cbl", ".m", ".r", ".R", ".jl", ".plg", ".sno", ".vb", ".apl", ".clj", ".nim", ".zig", ".erl", ".ex"}, path.Ext(name))
}

// official returns the directories whose name defines the expected result.
func official() map[string]expectation {
	return map[string]expectation{
		"accepted":            {verdicts: []string{"AC"}},
		"partially_accepted":  {verdicts: []string{"AC", "WA", "TLE", "RTE"}, partial: true},
		"wrong_answer":        {verdicts: []string{"WA"}},
		"time_limit_exceeded": {verdicts: []string{"TLE"}},
		"run_time_error":      {verdicts: []string{"RTE"}},
		"rejected":            {verdicts: []string{"WA", "TLE", "RTE"}},
		"brute_force":         {verdicts: []string{"TLE", "RTE"}},
	}
}

// readSubmissions lists the programs of submissions/ that can be graded.
func (i *importer) readSubmissions() ([]submission, error) {
	files, err := i.listed("submissions")
	if err != nil {
		return nil, err
	}
	var all []submission
	for _, f := range files {
		parts := strings.Split(f.Name, "/")
		if len(parts) < 3 {
			continue
		}
		name := path.Join(parts[1:3]...)
		n := slices.IndexFunc(all, func(s submission) bool { return s.name == name })
		if n < 0 {
			all = append(all, submission{name: name, dir: parts[1]})
			n = len(all) - 1
		}
		all[n].files = append(all[n].files, f)
	}
	rules, err := i.readRules()
	if err != nil {
		return nil, err
	}
	var usable []submission
	for _, s := range all {
		if i.usable(s) && i.expect(rules, &s) {
			usable = append(usable, s)
		}
	}
	return usable, nil
}

// usable reports whether build: auto builds the submission. If not, it adds a note with the reason.
func (i *importer) usable(s submission) bool {
	where := "submissions/" + s.name
	languages := map[string]bool{}
	other := ""
	for _, f := range s.files {
		switch {
		case code(f.Name) == "py" && i.isPython2(f.Name):
			i.bundle.Note(imports.Lost, where, "Python 2; it is not a sample")
			return false
		case code(f.Name) != "":
			languages[code(f.Name)] = true
		case otherCode(f.Name):
			other = path.Ext(f.Name)
		}
	}
	delete(languages, map[bool]string{true: "c"}[languages["cpp"]])
	switch {
	case len(languages) == 1:
		return true
	case len(languages) > 1:
		i.bundle.Note(imports.Lost, where, "more than one language; it is not a sample")
	case other != "":
		i.bundle.Note(imports.Lost, where, "build: auto knows no language of the ending %s; it is not a sample", other)
	}
	return false
}

// isPython2 checks the first line, which judges use to choose the version. Without one, it looks for what Python 3
// does not have: packages of the years before Kattis ran .py as Python 3 do not name the version.
func (i *importer) isPython2(name string) bool {
	text, err := imports.ReadText(i.fsys, name, 1<<20)
	if err != nil {
		return false
	}
	line, _, _ := strings.Cut(string(text), "\n")
	if strings.HasPrefix(line, "#!") && (strings.Contains(line, "python2") || strings.HasSuffix(strings.TrimSpace(line), "pypy")) {
		return true
	}
	code := pythonWords.ReplaceAllFunc(text, func(words []byte) []byte {
		if words[0] == '#' {
			return nil
		}
		return []byte(`""`)
	})
	return path.Ext(name) == ".py" && !strings.Contains(line, "python3") && (python2Print.Match(code) || python2Call.Match(code) && !python3Too.Match(code))
}

var (
	// pythonWords matches a string or a comment of Python. Its words are not code.
	pythonWords = regexp.MustCompile(`(?s)""".*?"""|'''.*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|#[^\n]*`)
	// python2Print matches a print statement that Python 3 cannot parse.
	python2Print = regexp.MustCompile(`(?m)^[ \t]*print[ \t]+["'\w]`)
	// python2Call matches a call of a function that Python 3 does not have.
	python2Call = regexp.MustCompile(`\b(?:raw_input|xrange)[ \t]*\(`)
	// python3Too matches what programs for both versions do where a function does not exist.
	python3Too = regexp.MustCompile(`\bNameError\b|\bsys\.version|(?m)^[ \t]*(?:def[ \t]+)?(?:raw_input|xrange)\b[ \t]*(?:=|\(.*\)[ \t]*:)`)
)

// expectedResults matches DOMjudge's comment about the expected verdicts.
var expectedResults = regexp.MustCompile(`@EXPECTED_RESULTS@:\s*([A-Z_,\- ]+)`)

// expect sets the expected result of a submission. It returns false if none is defined.
func (i *importer) expect(rules []rule, s *submission) bool {
	e, known := official()[s.dir]
	if !known {
		e, known = i.commented(*s)
	}
	for _, r := range rules {
		if r.matches(s.name) {
			e, known = r.apply(e), true
		}
	}
	if !known {
		i.bundle.Note(imports.Lost, "submissions/"+s.name, "nothing says what it must get; it is not a sample")
	}
	s.expected = e
	return known
}

// commented returns the expected result from DOMjudge's comment.
func (i *importer) commented(s submission) (expectation, bool) {
	if s.dir == "partial" { // DOMjudge uses this name
		return official()["partially_accepted"], true
	}
	for _, f := range s.files {
		text, err := imports.ReadText(i.fsys, f.Name, 1<<20)
		m := expectedResults.FindSubmatch(text)
		if err != nil || m == nil {
			continue
		}
		var e expectation
		for word := range strings.SplitSeq(string(m[1]), ",") {
			switch word = strings.TrimSpace(word); strings.ReplaceAll(word, "_", "-") {
			case "CORRECT", "ACCEPTED":
				e.verdicts = append(e.verdicts, "AC")
			case "WRONG-ANSWER", "NO-OUTPUT", "OUTPUT-LIMIT":
				e.verdicts = append(e.verdicts, "WA")
			case "TIMELIMIT", "TIME-LIMIT-EXCEEDED":
				e.verdicts = append(e.verdicts, "TLE")
			case "RUN-ERROR", "RUN-TIME-ERROR":
				e.verdicts = append(e.verdicts, "RTE")
			case "CHECK-MANUALLY":
				return expectation{}, false
			case "COMPILER-ERROR":
				e.verdicts = append(e.verdicts, "CE")
			}
		}
		if len(e.verdicts) > 0 {
			return e, true
		}
	}
	return expectation{}, false
}

// rule is one entry of submissions.yaml.
type rule struct {
	glob                string
	permitted, required []string
	lo, hi              *big.Rat
}

// readRules reads submissions/submissions.yaml.
func (i *importer) readRules() ([]rule, error) {
	const name = "submissions/submissions.yaml"
	if !i.exists(name) {
		return nil, nil
	}
	source, err := imports.ReadText(i.fsys, name, maxMeta)
	if err != nil {
		return nil, err
	}
	m, err := imports.ParseLoose(name, source)
	if err != nil {
		return nil, err
	}
	var rules []rule
	for _, glob := range m.Keys() {
		entry := m.Map(glob)
		r := rule{glob: strings.Trim(glob, "/"), permitted: entry.Words("permitted"), required: entry.Words("required")}
		if score, ok := entry.Number("score"); ok {
			r.lo, r.hi = score, score
		} else if bounds := entry.Words("score"); len(bounds) == 2 {
			b := imports.Loose{"lo": bounds[0], "hi": bounds[1]}
			r.lo, _ = b.Number("lo")
			r.hi, _ = b.Number("hi")
		}
		for _, key := range entry.Keys() {
			switch key {
			case "permitted", "required", "score", "authors", "model_solution", "language", "use_for_time_limit":
			case "entrypoint":
				i.bundle.Note(imports.Lost, name+": "+glob, "entrypoint: build: auto finds the entry point by the names of files")
			default:
				i.bundle.Note(imports.Lost, name+": "+glob, "%s: expectations of single groups, cases and messages are not checked", key)
			}
		}
		if r.permitted != nil || r.required != nil || r.lo != nil {
			rules = append(rules, r)
		}
	}
	return rules, nil
}

// matches reports whether the rule applies to a submission or to a directory above it.
func (r rule) matches(name string) bool {
	for p := name; p != "."; p = path.Dir(p) {
		if ok, err := doublestar.Match(r.glob, p); ok && err == nil {
			return true
		}
	}
	return false
}

// apply narrows the earlier expectation.
func (r rule) apply(e expectation) expectation {
	if r.permitted != nil {
		e.verdicts = slices.Clone(r.permitted)
	}
	switch {
	case len(r.required) > 0 && r.permitted == nil && len(e.verdicts) == 0:
		e.verdicts = slices.Clone(r.required)
	case len(r.required) > 0 && !slices.Contains(r.required, "AC"):
		e.verdicts = slices.DeleteFunc(e.verdicts, func(v string) bool { return v == "AC" })
	}
	if r.lo != nil || r.hi != nil {
		e.lo, e.hi = r.lo, r.hi
	}
	return e
}

// sampleOf returns the sample that makes the gate check a submission.
func (i *importer) sampleOf(dir string, e expectation, most *big.Rat) imports.Sample {
	s := imports.Sample{Dir: dir + "/"}
	whole := !i.problem.scoring
	switch {
	case e.lo != nil && e.hi != nil && e.lo.Cmp(e.hi) == 0:
		s.Score = imports.NumberOf(e.lo)
	case e.lo != nil && e.hi != nil:
		s.Score = imports.Range{Min: imports.NumberOf(e.lo), Max: imports.NumberOf(e.hi)}
	case e.accepted() && (whole || !i.scores()):
		s.Score = imports.NumberOf(most)
		return s
	case e.partial:
		s.Score = imports.Range{Min: "0.01", Max: imports.NumberOf(most)}
		return s
	case whole && !slices.Contains(e.verdicts, "AC"):
		s.Score = imports.Number("0")
	}
	s.Outcome = outcomes(e.verdicts, i.scores())
	return s
}

// outcomes translates a judge's verdicts into the outcomes of the assignment format.
func outcomes(verdicts []string, scores bool) []string {
	var words []string
	for _, v := range verdicts {
		switch v {
		case "AC":
			words = append(words, "passed")
			if scores {
				words = append(words, "partial")
			}
		case "WA":
			words = append(words, "failed", "output-limit")
		case "TLE":
			words = append(words, "time-limit")
		case "RTE":
			words = append(words, "crashed", "memory-limit", "disk-limit")
		case "CE":
			words = append(words, "compile-error")
		}
	}
	return words
}

// copySubmissions copies the solution and the samples, and returns the directories of the accepted ones.
func (i *importer) copySubmissions(all []submission, most *big.Rat) (accepted []string) {
	solution := i.chooseSolution(all)
	names := map[string]bool{}
	for n, s := range all {
		dir := "samples/" + sampleName(s.name)
		for k := 2; names[dir]; k++ {
			dir = fmt.Sprintf("samples/%s-%d", sampleName(s.name), k)
		}
		names[dir] = true
		if n == solution {
			dir = "solution"
			i.bundle.Assignment.Solution = "solution/"
		} else {
			i.bundle.Assignment.Samples = append(i.bundle.Assignment.Samples, i.sampleOf(dir, s.expected, most))
		}
		i.copySubmission(dir, s)
		if s.expected.accepted() {
			accepted = append(accepted, dir+"/")
		}
	}
	if solution < 0 {
		i.bundle.Note(imports.Changed, "submissions/accepted", "no program that build: auto makes; there is no solution, so the gate does not grade one")
	}
	return accepted
}

// chooseSolution returns the submission that must score full marks: C++ before C, Java, Go, Python and JavaScript,
// because compiled programs are furthest below the time limit. It returns -1 if there is none.
func (i *importer) chooseSolution(all []submission) int {
	best, rank := -1, 99
	for n, s := range all {
		if !s.expected.accepted() {
			continue
		}
		for _, f := range s.files {
			r := slices.Index([]string{"cpp", "c", "java", "go", "py", "js"}, code(f.Name))
			if s.dir != "accepted" && r >= 0 {
				r += 10
			}
			if r >= 0 && r < rank {
				best, rank = n, r
			}
		}
	}
	return best
}

// copySubmission copies a submission's files, and then the package's include/, which replaces files of the same name.
func (i *importer) copySubmission(dir string, s submission) {
	language := ""
	for _, f := range s.files {
		rel := strings.TrimPrefix(strings.TrimPrefix(f.Name, "submissions/"+s.name), "/")
		if rel == "" {
			rel = path.Base(f.Name)
		}
		if strings.HasPrefix(path.Base(rel), ".git") {
			continue
		}
		if strings.HasSuffix(rel, ".py3") {
			rel = strings.TrimSuffix(rel, "3")
		}
		if c := code(f.Name); c != "" && (c != "c" || language != "cpp") {
			language = c
		}
		i.copyCode(path.Join(dir, rel), f)
	}
	for _, f := range i.includes[language] {
		i.copyCode(path.Join(dir, f.rel), f.Entry)
	}
}

// sampleName returns a submission's directory name: "wrong_answer-greedy".
func sampleName(name string) string {
	name = strings.ReplaceAll(name, "/", "-")
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \t'\"\\:*?<>|$`", r) {
			return '_'
		}
		return r
	}, name)
}
