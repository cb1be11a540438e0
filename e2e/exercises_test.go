package e2e

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/grader/grader/internal/demo"
	"github.com/grader/grader/schema"
)

// setting is an exercise with the forms of its tests.
type setting struct {
	slug      string
	functions []string
	forms     []form
	compare   string // how the output of cases is compared, "" for lines
}

// settings returns exercises from Exercism's problem specifications. The tests are
// generated from their cases. The solutions in testdata/exercises were written for grader.
func settings() []setting {
	return []setting{
		{slug: "leap", functions: []string{"leapYear(year int) bool"}, forms: []form{cmocka(), pytest()}},
		{slug: "isogram", functions: []string{"isIsogram(phrase text) bool"}, forms: []form{cmocka(), unittest()}},
		{slug: "collatz-conjecture", functions: []string{"steps(number int) int"}, forms: []form{unity(), junit5Form()}},
		{slug: "luhn", functions: []string{"valid(value text) bool"}, forms: []form{tap(), asCases("java")}},
		{slug: "raindrops", functions: []string{"convert(number int) text"}, forms: []form{cmocka(), googleTest()}},
		{slug: "hamming", functions: []string{"distance(strand1 text, strand2 text) int"}, forms: []form{catch2(), pytest()}},
		{slug: "bob", functions: []string{"response(heyBob text) text"}, forms: []form{junit4Form(), asCases("c")}},
		{slug: "roman-numerals", functions: []string{"roman(number int) text"}, forms: []form{pytest(), asCases("c")}},
		{slug: "pangram", functions: []string{"isPangram(sentence text) bool"}, forms: []form{googleTest(), ctest()}},
		{slug: "binary-search", functions: []string{"find(array ints, value int) int"}, forms: []form{junit5Form(), googleTest()}},
		{slug: "anagram", functions: []string{"findAnagrams(subject text, candidates texts) texts"}, forms: []form{pytest(), unittest()}},
		{
			slug:      "run-length-encoding",
			functions: []string{"encode(string text) text", "decode(string text) text", "consistency(string text) text"},
			forms:     []form{pytest(), asCases("c")},
		},
		{
			slug: "clock",
			functions: []string{
				"create(hour int, minute int) text", "add(hour int, minute int, value int) text", "subtract(hour int, minute int, value int) text",
				"equal(clock1.hour int, clock1.minute int, clock2.hour int, clock2.minute int) bool",
			},
			forms: []form{junit5Form(), googleTest()},
		},
		{slug: "forth", functions: []string{"evaluate(instructions texts) ints"}, forms: []form{pytest(), asCases("cpp")}, compare: "tokens"},
		{slug: "word-count", functions: []string{"countWords(sentence text) counts"}, forms: []form{googleTest(), asCases("py")}},
		{slug: "scrabble-score", functions: []string{"score(word text) int"}, forms: []form{goTest(), pytest()}},
		{
			slug: "space-age", functions: []string{"age(planet text, seconds int) float"},
			forms: []form{asCases("c"), asCases("py")}, compare: "{float: {abs: 0.01}}",
		},
		{slug: "bank-account", forms: []form{bankJUnit(), bankPytest()}},
	}
}

// TestExercises sets every exercise in its forms. A student's push of the solution must
// score full marks. A push of the starter must score 0, or less than full marks if an empty
// answer is right for some case.
func TestExercises(t *testing.T) {
	t.Parallel()
	c := newSchool(t, 3)
	ada := c.enter(t, "ada", schema.RoleInstructor)
	alice, bob := c.enter(t, "alice", schema.RoleStudent), c.enter(t, "bob", schema.RoleStudent)
	for _, s := range settings() {
		e := exercise{slug: s.slug, cases: readCanonical(t, s.slug)}
		for _, text := range s.functions {
			e.functions = append(e.functions, signature(text))
		}
		if len(e.functions) > 0 { // leave out cases of other properties
			e.cases = slices.DeleteFunc(e.cases, func(c canonicalCase) bool {
				return !slices.ContainsFunc(e.functions, func(f function) bool { return f.name == c.Property })
			})
		}
		for _, f := range s.forms {
			t.Run(s.slug+"-"+f.name, func(t *testing.T) {
				t.Parallel()
				needPrograms(t, f.programs...)
				if f.costly && testing.Short() {
					t.Skip("SKIPPED: compiling the framework takes long")
				}
				l := &lesson{exercise: e, form: f, compare: s.compare}
				l.set(t, c, ada)
				l.solved(t, c, alice)
				l.unsolved(t, c, bob)
			})
		}
	}
}

// lesson is an exercise in one form of tests.
type lesson struct {
	exercise exercise
	form     form
	compare  string
}

func (l *lesson) name() string { return l.exercise.slug + "-" + l.form.name }

// set pushes the tests.
func (l *lesson) set(t *testing.T, c *school, teacher *demo.Person) {
	t.Helper()
	e := l.exercise
	files := map[string]string{"assignment.yaml": l.spec()}
	for name, text := range l.form.tests(e) {
		files[filepath.ToSlash(filepath.Join("units", name))] = text
	}
	if l.form.locked != "" {
		for name, text := range l.form.starter(e) {
			files["starter/"+name] = text
		}
	}
	for name, text := range l.solution(t) {
		files["solution/"+name] = text
	}
	dir := t.TempDir()
	if err := demo.WriteFiles(dir, files); err != nil {
		t.Fatal(err)
	}
	c.set(t, teacher, l.name(), dir)
}

func (l *lesson) spec() string {
	e := l.exercise
	text := "title: " + quoted(e.class()) + "\nsolution: solution/\n" +
		"limits: {time: 60s, wall: 240s, memory: 1GiB, processes: 256, disk: 256MiB}\n"
	if l.form.locked != "" { // without a locked file the gate need not grade the starter, because a student pushes it
		text += "starter: starter/\nfiles:\n  locked: [" + e.fill(l.form.locked) + "]\n"
	}
	compare := l.compare
	if compare == "" {
		compare = "lines"
	}
	return text + strings.ReplaceAll(e.fill(l.form.spec), "COMPARE", compare)
}

// starterIsWorthless reports whether printing nothing is wrong for every case.
func (l *lesson) starterIsWorthless() bool {
	for name, text := range l.form.tests(l.exercise) {
		if strings.HasSuffix(name, ".out") && strings.TrimSpace(text) == "" {
			return false
		}
	}
	return true
}

// solution returns the starter with the file that solves the exercise.
func (l *lesson) solution(t *testing.T) map[string]string {
	t.Helper()
	files := maps.Clone(l.form.starter(l.exercise))
	name := l.exercise.fill(l.form.solution)
	files[name] = readFile(t, "testdata", "exercises", l.exercise.slug, name)
	return files
}

// solved pushes the solution without the locked file, which grader adds.
func (l *lesson) solved(t *testing.T, c *school, student *demo.Person) {
	t.Helper()
	files := l.solution(t)
	delete(files, l.exercise.fill(l.form.locked))
	s, transcript := c.submit(t, student, l.name(), files)
	if s.Outcome != schema.OutcomeGraded || s.Score != "20" || s.MaxScore != "20" || len(s.Tests) != len(l.exercise.cases) {
		t.Errorf("solution: %d results for %d cases:\n%s", len(s.Tests), len(l.exercise.cases), story(s))
	}
	says(t, transcript, "20 / 20")
}

// unsolved pushes the starter.
func (l *lesson) unsolved(t *testing.T, c *school, student *demo.Person) {
	t.Helper()
	s, _ := c.submit(t, student, l.name(), l.form.starter(l.exercise))
	full := s.Score == s.MaxScore
	if s.Outcome != schema.OutcomeGraded || s.MaxScore != "20" || full || l.starterIsWorthless() && s.Score != "0" {
		t.Errorf("starter:\n%s", story(s))
	}
	if len(s.Tests) < len(l.exercise.cases) {
		t.Errorf("starter: %d results for %d cases: %s", len(s.Tests), len(l.exercise.cases), story(s))
	}
}
