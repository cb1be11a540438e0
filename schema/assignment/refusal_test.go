package assignment_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// one is the shortest assignment; cases insert their lines before its tests.
const one = "tests:\n  - {name: greets, run: ./hello}\n"

func TestSourceMustBeOneYAMLMapping(t *testing.T) {
	t.Parallel()
	refuse(t, map[string]refusal{
		"an empty file":                     {"", "assignment.yaml: is empty"},
		"only a comment":                    {"# later\n", "assignment.yaml: is empty"},
		"a list":                            {"- a\n", `assignment.yaml:1:1: the assignment must be a mapping of title, handout, flavour, release, due, late, submissions, files, team, starter, solution, samples, limits, prepare, build, tests, not a list`},
		"a word":                            {"hello\n", `assignment.yaml:1:1: the assignment must be a mapping of title, handout, flavour, release, due, late, submissions, files, team, starter, solution, samples, limits, prepare, build, tests, not text ("hello")`},
		"bytes that are not UTF-8":          {"title: A1\nhandout: h\xe9.md\n", "assignment.yaml:2:11: is not UTF-8 text here; save the file as UTF-8"},
		"an open bracket":                   {"title: A1\nfiles: {required: [a, b}\n" + one, "assignment.yaml:2:24: is not YAML: ',' or ']' must be specified"},
		"an open quote":                     {"title: \"A1\n", "assignment.yaml:1:8: is not YAML: could not find end character of double-quoted text"},
		"a tab for indentation":             {"title: A1\nfiles:\n\trequired: [a]\n", "assignment.yaml:3:1: is not YAML: a tab stands where only spaces may; indent with spaces"},
		"a no-break space for indentation":  {"title: A1\nfiles:\n\u00a0\u00a0required: [a]\n" + one, "assignment.yaml:3:1: a no-break space (U+00A0) stands here and looks like a space; write a space"},
		"a no-break space in a text":        {"title: A1\nhandout: \"a\u00a0b\"\nfiles: {required: 7}\n" + one, `assignment.yaml:3:19: files.required must be a list, as in ["src/*.java"], not a number ("7")`},
		"a no-break space after a colon":    {"title:\u00a0A1\n" + one, "assignment.yaml:1:7: a no-break space (U+00A0) stands here and looks like a space; write a space"},
		"a wide space after a dash":         {"title: A1\ntests:\n  -\u3000{name: a, run: b}\n", "assignment.yaml:3:4: a space of another width (U+3000) stands here and looks like a space; write a space"},
		"two documents":                     {"title: A1\n" + one + "---\ntitle: A2\n" + one, "assignment.yaml: holds 2 documents; write one, without --- between"},
		"an anchor and an alias":            {"title: &t A1\nhandout: *t\n", "assignment.yaml:1:8: anchors (&name) are not read here; write the value out, or put it in quotes\nassignment.yaml:2:10: aliases (*name) are not read here; a value that begins with * goes in quotes, as in \"*.class\""},
		"a tag":                             {"title: !!str 1\n", "assignment.yaml:1:8: tags (!name) are not read here; leave it out, or put the value in quotes"},
		"a merge key":                       {"title: A1\n<<: {handout: a}\n" + one, "assignment.yaml:2:1: << is not read here; write the keys out"},
		"a directive":                       {"%YAML 1.2\n---\ntitle: A1\n" + one, "assignment.yaml:1:1: directives (%NAME) are not read here; leave the line out"},
		"a complex key":                     {"title: A1\n? a\n: b\n" + one, "assignment.yaml:2:1: is not a valid key; write a plain word and a colon"},
		"brackets nested without end":       {"title: " + strings.Repeat("[", 5000), "assignment.yaml:1:28: nests too deeply"},
		"dashes nested without end":         {"title:\n" + strings.Repeat("- ", 5000), "assignment.yaml:2:21: nests too deeply"},
		"more keys than a mapping has":      {strings.Repeat("k: v\n", 501), "assignment.yaml:501:2: is one key too many for a mapping"},
		"a key that stands twice":           {"title: A1\ntitle: A2\n" + one, `assignment.yaml:2:1: the key "title" stands here a second time (first in line 1); keep one`},
		"a key that stands twice in a test": {"title: A1\ntests:\n  - name: a\n    run: ./a\n    name: b\n", `assignment.yaml:5:5: the key "name" stands here a second time (first in line 3); keep one`},
		"more text than an assignment has":  {"title: A1\n" + one + strings.Repeat("# padding\n", 30000), "assignment.yaml: is 300050 bytes long; 128 KiB is the most: move long texts into files (stdin_file, stdout_file, cases)"},
	})
}

func TestKeysAndTheirTypesAreChecked(t *testing.T) {
	t.Parallel()
	refuse(t, map[string]refusal{
		"nothing but a title":              {"title: A1\n", "assignment.yaml:1:1: tests is missing; write at least one, as in [{name: greets, run: ./hello, stdout: hello}]"},
		"nothing but tests":                {one, `assignment.yaml:1:1: title is missing; write title: "A1: Linked lists"`},
		"no test in the list":              {"title: A1\ntests: []\n", "assignment.yaml:2:8: tests is empty; write at least one, as in [{name: greets, run: ./hello, stdout: hello}], or leave the key out"},
		"tests that are a mapping":         {"title: A1\ntests: {a: b}\n", "assignment.yaml:2:8: tests must be a list, as in [{name: greets, run: ./hello, stdout: hello}], not a mapping"},
		"a misspelt key at the top":        {"title: A1\nstarer: a/\n" + one, `assignment.yaml:2:1: unknown key "starer" in the assignment; did you mean "starter"?`},
		"a misspelt key of a test":         {"title: A1\ntests:\n  - name: a\n    run: ./a\n    pionts: 2\n", `assignment.yaml:5:5: unknown key "pionts" in a test; did you mean "points"?`},
		"a key like no other":              {"title: A1\nfiles: {zzzzzz: 1}\n" + one, `assignment.yaml:2:9: unknown key "zzzzzz" in files; use required, forbidden, locked, allow`},
		"a key without a value":            {"title: A1\nhandout:\n" + one, "assignment.yaml:2:1: handout has no value; write one, or leave the key out"},
		"a number for a title":             {"title: 12\n" + one, `assignment.yaml:1:8: title must be text; put it in quotes: "12"`},
		"a list for a title":               {"title: [a]\n" + one, "assignment.yaml:1:8: title must be text, not a list"},
		"an empty title":                   {"title: ' '\n" + one, "assignment.yaml:1:8: title is empty"},
		"a title of two lines":             {"title: \"a\\nb\"\n" + one, `assignment.yaml:1:8: title "a\nb" holds a character that cannot be printed; leave it out`},
		"a title that turns text around":   {"title: \"a\\u202eb\"\n" + one, `assignment.yaml:1:8: title "a\u202eb" holds a character that cannot be printed; leave it out`},
		"true for a list":                  {"title: A1\nfiles: {required: true}\n" + one, `assignment.yaml:2:19: files.required must be a list, as in ["src/*.java"], not true or false ("true")`},
		"a number in a command":            {"title: A1\ntests:\n  - {name: a, run: [./a, 7]}\n", `assignment.yaml:3:26: run must be text; put it in quotes: "7"`},
		"a command that is a mapping":      {"title: A1\ntests:\n  - {name: a, run: {sh: ./a}}\n", `assignment.yaml:3:20: run must be a shell line or a list of words such as [./prog, "7"], not a mapping`},
		"an empty command":                 {"title: A1\ntests:\n  - {name: a, run: ''}\n", "assignment.yaml:3:20: run is empty; write the command"},
		"a command without a program":      {"title: A1\ntests:\n  - {name: a, run: ['', b]}\n", "assignment.yaml:3:20: run begins with an empty word; write the program first"},
		"a test without name and run":      {"title: A1\ntests:\n  - {points: 1}\n", "assignment.yaml:3:5: a test needs a name; write name: greets\nassignment.yaml:3:5: a test needs run; write the command, as in run: ./hello"},
		"a test that is a word":            {"title: A1\ntests: [greets]\n", `assignment.yaml:2:9: a test must be a mapping of name, run, compile, needs, stdin, stdin_file, stdout, stdout_file, cases, compare, checker, driver, flags, passes, scale, report, gradescope, setup, exit, points, score, stop, penalty, requires, visible, hint, time, wall, memory, processes, output, disk, not text ("greets")`},
		"several mistakes, in their order": {"titel: A1\nmystery: 1\ntests:\n  - {name: a, run: 7}\n", "assignment.yaml:1:1: unknown key \"titel\" in the assignment; did you mean \"title\"?\nassignment.yaml:1:1: title is missing; write title: \"A1: Linked lists\"\nassignment.yaml:2:1: unknown key \"mystery\" in the assignment; use title, handout, flavour, release, due, late, submissions, files, team, starter, solution, samples, limits, prepare, build, tests\nassignment.yaml:4:20: run must be a shell line or a list of words such as [./prog, \"7\"], not a number (\"7\")"},
	})
}

func TestLatePolicyMistakesAreNamed(t *testing.T) {
	t.Parallel()
	const due = "title: A1\ndue: 2026-09-28 23:59\nlate: "
	refuse(t, map[string]refusal{
		"without due":            {"title: A1\nlate: {grace: 10m}\n" + one, "assignment.yaml:2:1: late needs due; write due: 2026-09-28 23:59, or leave late out"},
		"no mapping":             {due + "2d\n" + one, `assignment.yaml:3:7: late must be a mapping of until, grace, penalty, tokens, consent, after_end, not text ("2d")`},
		"until before due":       {due + "{until: 2026-09-27 23:59}\n" + one, "assignment.yaml:3:15: until 2026-09-27 23:59 is before due 2026-09-28 23:59; write a later time"},
		"until that is a day":    {due + "{until: 2026-10-05}\n" + one, `assignment.yaml:3:15: until must be a local time such as 2026-09-28 23:59, not text ("2026-10-05")`},
		"a penalty without end":  {due + "{penalty: {percent: 10, per: day}}\n" + one, "assignment.yaml:3:8: late.penalty needs late.until, the end of the late period; write until: 2026-10-05 23:59"},
		"late days without end":  {due + "{tokens: true}\n" + one, "assignment.yaml:3:8: late.tokens needs late.until, the end of the late period; write until: 2026-10-05 23:59"},
		"consent without end":    {due + "{consent: true}\n" + one, "assignment.yaml:3:8: late.consent needs late.until, the end of the late period; write until: 2026-10-05 23:59"},
		"a penalty of nothing":   {due + "{until: 2026-10-05 23:59, penalty: {per: day}}\n" + one, "assignment.yaml:3:42: late.penalty needs either percent or points; write {percent: 10, per: day} or {points: 5, per: day}"},
		"per cent and points":    {due + "{until: 2026-10-05 23:59, penalty: {percent: 1, points: 1}}\n" + one, "assignment.yaml:3:42: late.penalty needs either percent or points; write {percent: 10, per: day} or {points: 5, per: day}"},
		"more than everything":   {due + "{until: 2026-10-05 23:59, penalty: {percent: 101}}\n" + one, `assignment.yaml:3:52: percent must be at most 100, not a number ("101")`},
		"a penalty of 0":         {due + "{until: 2026-10-05 23:59, penalty: {points: 0}}\n" + one, "assignment.yaml:3:51: points must be more than 0"},
		"an unknown unit":        {due + "{until: 2026-10-05 23:59, penalty: {points: 1, per: week}}\n" + one, `assignment.yaml:3:59: per "week" is unknown; use day, hour, once`},
		"points of the maximum":  {due + "{until: 2026-10-05 23:59, penalty: {points: 1, of: max}}\n" + one, "assignment.yaml:3:54: late.penalty.of goes with percent; leave it out, or write percent instead of points"},
		"late days in words":     {due + "{until: 2026-10-05 23:59, tokens: two}\n" + one, `assignment.yaml:3:41: tokens must be true, or at most how many late days this assignment may take, such as 2, not text ("two")`},
		"consent in words":       {due + "{until: 2026-10-05 23:59, consent: yes}\n" + one, `assignment.yaml:3:42: consent must be true or false, not text ("yes")`},
		"an unknown after_end":   {due + "{after_end: drop}\n" + one, `assignment.yaml:3:19: after_end "drop" is unknown; use keep, refuse`},
		"a limit without count":  {"title: A1\nsubmissions: {limit: {per: day}}\n" + one, "assignment.yaml:2:22: submissions.limit needs count; write {count: 20, per: day}"},
		"a limit without per":    {"title: A1\nsubmissions: {limit: {count: 20}}\n" + one, "assignment.yaml:2:22: submissions.limit needs per; write {count: 20, per: day}"},
		"a limit per week":       {"title: A1\nsubmissions: {limit: {count: 20, per: week}}\n" + one, `assignment.yaml:2:39: per "week" is unknown; use day, hour, assignment`},
		"a limit that is 0":      {"title: A1\nsubmissions: {limit: {count: 0, per: day}}\n" + one, `assignment.yaml:2:30: count must be a whole number from 1 to 10000, not a number ("0")`},
		"unknown compile_errors": {"title: A1\nsubmissions: {limit: {count: 1, per: day, compile_errors: no}}\n" + one, `assignment.yaml:2:59: compile_errors "no" is unknown; use free, counted`},
	})
}

func TestTeamsAreRefused(t *testing.T) {
	t.Parallel()
	refuse(t, map[string]refusal{
		"a team that is a number":     {"title: A1\nteam: 3\n" + one, `assignment.yaml:2:7: team must be a mapping of max, formed_by, lock, not a number ("3")`},
		"a team without max":          {"title: A1\nteam: {formed_by: staff}\n" + one, "assignment.yaml:2:7: team needs max, the most members that a team has; write {max: 3}"},
		"a team of nobody":            {"title: A1\nteam: {max: 0}\n" + one, `assignment.yaml:2:13: max must be a whole number from 1 to 100, not a number ("0")`},
		"a team of half a person":     {"title: A1\nteam: {max: 1.5}\n" + one, `assignment.yaml:2:13: max must be a whole number from 1 to 100, not a number ("1.5")`},
		"a team formed by the lab":    {"title: A1\nteam: {max: 2, formed_by: lab}\n" + one, `assignment.yaml:2:27: formed_by "lab" is unknown; use students, staff`},
		"a team with size":            {"title: A1\nteam: {max: 2, size: 3}\n" + one, `assignment.yaml:2:16: unknown key "size" in team; use max, formed_by, lock`},
		"a lock that is a day":        {"title: A1\nteam: {max: 2, lock: 2026-09-20}\n" + one, `assignment.yaml:2:22: lock must be a local time such as 2026-09-28 23:59, not text ("2026-09-20")`},
		"a lock that the clocks skip": {"title: A1\nteam: {max: 2, lock: 2026-03-08 02:30}\n" + one, "assignment.yaml:2:22: lock 2026-03-08 02:30 does not exist in America/Toronto: the clocks go from -05:00 to -04:00; write another minute"},
		"a lock before the release":   {"title: A1\nrelease: 2026-09-20 09:00\nteam: {max: 2, lock: 2026-09-19 23:59}\n" + one, "assignment.yaml:3:22: lock 2026-09-19 23:59 is before release 2026-09-20 09:00; students could never form a team"},
	})
}

func TestImpossibleVisibilities(t *testing.T) {
	t.Parallel()
	due := "title: A1\ndue: 2026-09-28 23:59\ntests:\n  - {name: first, run: ./a, visible: %s}\n  - {name: second, run: ./a, requires: [first], visible: %s}\n"
	refuse(t, map[string]refusal{
		"an unknown one":           {"title: A1\ntests:\n  - {name: a, run: ./a, visible: sometimes}\n", `assignment.yaml:3:34: visible "sometimes" is unknown; use always, after_due, after_publish, never`},
		"a near miss":              {"title: A1\ndue: 2026-09-28 23:59\ntests:\n  - {name: a, run: ./a, visible: after-due}\n", `assignment.yaml:4:34: visible "after-due" is unknown; did you mean "after_due"?`},
		"after_due without due":    {"title: A1\ntests:\n  - {name: a, run: ./a, visible: after_due}\n", "assignment.yaml:3:34: visible: after_due needs a due date, and this assignment has none; write due, or visible: after_publish"},
		"always requires later":    {fmt.Sprintf(due, "after_due", "always"), `assignment.yaml:5:41: requires names "first", which is visible: after_due: that this test was not run would tell students of it before; write visible: after_due here too, or leave it out`},
		"due requires published":   {fmt.Sprintf(due, "after_publish", "after_due"), `assignment.yaml:5:41: requires names "first", which is visible: after_publish: that this test was not run would tell students of it before; write visible: after_publish here too, or leave it out`},
		"published requires due":   {fmt.Sprintf(due, "after_due", "after_publish"), `assignment.yaml:5:41: requires names "first", which is visible: after_due: that this test was not run would tell students of it before; write visible: after_due here too, or leave it out`},
		"published requires never": {fmt.Sprintf(due, "never", "after_publish"), `assignment.yaml:5:41: requires names "first", which is visible: never and so decides nothing that counts; leave it out`},
	})
}

func TestVisibilitiesThatHold(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]string{{"always", "after_due"}, {"after_due", "after_due"}, {"after_publish", "never"}, {"after_publish", "after_publish"}, {"never", "never"}} {
		source := fmt.Sprintf("title: A1\ndue: 2026-09-28 23:59\ntests:\n  - {name: first, run: ./a, visible: %s}\n  - {name: second, run: ./a, requires: [first], visible: %s}\n", pair[0], pair[1])
		spec, err := assignment.Parse([]byte(source), assignment.Context{})
		if err != nil {
			t.Errorf("%v: %v", pair, err)
		} else if spec.Tests[1].Visible != schema.Visibility(pair[1]) {
			t.Errorf("%v: parsed as %s", pair, spec.Tests[1].Visible)
		}
	}
}

func TestSkippedAndRepeatedTimesAreRefused(t *testing.T) {
	t.Parallel()
	refuse(t, map[string]refusal{
		"a time that the clocks skip":     {"title: A1\ndue: 2026-03-08 02:30\n" + one, "assignment.yaml:2:6: due 2026-03-08 02:30 does not exist in America/Toronto: the clocks go from -05:00 to -04:00; write another minute"},
		"a time that the clocks repeat":   {"title: A1\nrelease: 2026-11-01 01:30\n" + one, "assignment.yaml:2:10: release 2026-11-01 01:30 comes twice in America/Toronto, at -04:00 and again at -05:00; write another minute"},
		"a day without a minute":          {"title: A1\ndue: 2026-09-28\n" + one, `assignment.yaml:2:6: due must be a local time such as 2026-09-28 23:59, not text ("2026-09-28")`},
		"a time with its zone":            {"title: A1\ndue: 2026-09-28T23:59:00Z\n" + one, `assignment.yaml:2:6: due must be a local time such as 2026-09-28 23:59, not text ("2026-09-28T23:59:00Z")`},
		"the thirtieth of February":       {"title: A1\ndue: 2026-02-30 23:59\n" + one, `assignment.yaml:2:6: due must be a local time such as 2026-09-28 23:59, not text ("2026-02-30 23:59")`},
		"the hour 24":                     {"title: A1\ndue: 2026-02-20 24:00\n" + one, `assignment.yaml:2:6: due must be a local time such as 2026-09-28 23:59, not text ("2026-02-20 24:00")`},
		"a release after the due time":    {"title: A1\nrelease: 2026-09-28 09:00\ndue: 2026-09-27 23:59\n" + one, "assignment.yaml:3:6: due 2026-09-27 23:59 is before release 2026-09-28 09:00; students could never push"},
		"a list of times":                 {"title: A1\ndue: [2026-09-27 23:59]\n" + one, "assignment.yaml:2:6: due must be a local time such as 2026-09-28 23:59, not a list"},
		"a due time of a year in letters": {"title: A1\ndue: soon\n" + one, `assignment.yaml:2:6: due must be a local time such as 2026-09-28 23:59, not text ("soon")`},
	})
}

func TestQuantitiesAreChecked(t *testing.T) {
	t.Parallel()
	with := func(line string) string { return "title: A1\n" + line + "\n" + one }
	refuse(t, map[string]refusal{
		"a duration without a unit":            {with("limits: {time: 10}"), `assignment.yaml:2:16: time must be a duration such as 500ms, 2s, 1m or 1h, not a number ("10")`},
		"a duration of nothing":                {with("limits: {time: 0s}"), `assignment.yaml:2:16: time must be a duration such as 500ms, 2s, 1m or 1h, not text ("0s")`},
		"a fraction of a duration":             {with("limits: {wall: 1.5s}"), `assignment.yaml:2:16: wall must be a duration such as 500ms, 2s, 1m or 1h, not text ("1.5s")`},
		"a duration of two days":               {with("limits: {job: 48h}"), "assignment.yaml:2:15: job 48h is too long; 24h is the most"},
		"a duration that overflows":            {with("limits: {job: 9999999999h}"), "assignment.yaml:2:15: job 9999999999h is too long; 24h is the most"},
		"a size in other units":                {with("limits: {memory: 256MB}"), `assignment.yaml:2:18: memory must be a size such as 512KiB, 64MiB or 2GiB, not text ("256MB")`},
		"a size without a unit":                {with("submissions: {max_size: 1000}"), `assignment.yaml:2:25: max_size must be a size such as 512KiB, 64MiB or 2GiB, not a number ("1000")`},
		"a size that overflows":                {with("limits: {output: 9999999999GiB}"), "assignment.yaml:2:18: output 9999999999GiB is too large; 1024GiB is the most"},
		"memory above the flavour":             {with("limits: {memory: 2GiB}"), "assignment.yaml:2:18: memory 2GiB is more than the flavour standard has; 1GiB is the most"},
		"disk above the flavour":               {with("limits: {disk: 200MiB}"), "assignment.yaml:2:16: disk 200MiB is more than the flavour standard has; 128MiB is the most"},
		"processes above the flavour":          {with("build: [{run: make, processes: 300}]"), "assignment.yaml:2:32: processes 300 is more than the flavour standard has; 256 is the most"},
		"an unknown flavour":                   {with("flavour: standart"), `assignment.yaml:2:10: flavour "standart" is unknown; did you mean "standard"?`},
		"a flavour of other courses":           {with("flavour: large"), `assignment.yaml:2:10: flavour "large" is not for this course; use small or standard, or ask an operator to allow it`},
		"no processes":                         {with("limits: {processes: 0}"), `assignment.yaml:2:21: processes must be a whole number from 1 to 1000000, not a number ("0")`},
		"a whole number in hexadecimal":        {with("submissions: {max_files: 0x10}"), `assignment.yaml:2:26: max_files must be a whole number from 1 to 100000, not a number ("0x10")`},
		"a whole number in quotes":             {with(`submissions: {max_files: "10"}`), `assignment.yaml:2:26: max_files must be a whole number from 1 to 100000, not text ("10")`},
		"job on a step":                        {with("build: [{run: make, job: 1h}]"), `assignment.yaml:2:21: unknown key "job" in a step of build; use name, run, time, wall, memory, processes, output, disk`},
		"points below 0":                       {with("samples: [{dir: s, score: -1}]"), `assignment.yaml:2:27: score must be a number from 0 to 1000000 such as 2, 0.5 or 1/3, not a number ("-1")`},
		"points with an exponent":              {with("samples: [{dir: s, score: 1e9}]"), `assignment.yaml:2:27: score must be a number from 0 to 1000000 such as 2, 0.5 or 1/3, not text ("1e9")`},
		"points divided by nothing":            {with("samples: [{dir: s, score: 1/0}]"), `assignment.yaml:2:27: score must be a number from 0 to 1000000 such as 2, 0.5 or 1/3, not text ("1/0")`},
		"points that begin with an octal zero": {with("samples: [{dir: s, score: 010}]"), `assignment.yaml:2:27: score must be a number from 0 to 1000000 such as 2, 0.5 or 1/3, not a number ("010")`},
		"more points than a test has":          {with("samples: [{dir: s, score: 1000001}]"), `assignment.yaml:2:27: score must be a number from 0 to 1000000 such as 2, 0.5 or 1/3, not a number ("1000001")`},
		"a sample without its parts":           {with("samples: [{}]"), "assignment.yaml:2:11: a sample needs dir; write {dir: samples/off-by-one/, score: 14}\nassignment.yaml:2:11: a sample needs the score that it must get; write {dir: samples/off-by-one/, score: 14}"},
	})
}

func TestPathsAndPatternsStayInTheRepository(t *testing.T) {
	t.Parallel()
	with := func(line string) string { return "title: A1\n" + line + "\n" + one }
	path := func(s string) string {
		return `assignment.yaml:2:10: handout ` + s + ` must be a path below this repository such as tests/input.txt, with / and without a leading /, ".." or "."`
	}
	glob := func(s string) string {
		return `assignment.yaml:2:20: files.required ` + s + ` must be a path or a pattern such as src/*.java or data/**, with / and without a leading /, ".." or "."`
	}
	refuse(t, map[string]refusal{
		"a path that leaves":           {with("handout: ../a.md"), path(`"../a.md"`)},
		"a path from the root":         {with("handout: /a.md"), path(`"/a.md"`)},
		"a path with a dot":            {with("handout: ./a.md"), path(`"./a.md"`)},
		"a path with a backslash":      {with(`handout: 'a\b.md'`), path(`"a\\b.md"`)},
		"a directory that is all":      {with("starter: ./"), `assignment.yaml:2:10: starter "./" must be a directory below this repository such as starter/, without a leading /, ".." or "."`},
		"a directory that leaves":      {with("solution: a/../../b/"), `assignment.yaml:2:11: solution "a/../../b/" must be a directory below this repository such as starter/, without a leading /, ".." or "."`},
		"a solution within starter":    {with("starter: a/\nsolution: a/b/"), `assignment.yaml:3:11: solution "a/b/" and starter "a/" lie within each other; students would get the solution`},
		"a pattern that leaves":        {with("files: {required: [../*.c]}"), glob(`"../*.c"`)},
		"a pattern with an open class": {with(`files: {required: ["[a.c"]}`), glob(`"[a.c"`)},
		"a pattern for a directory":    {with("files: {required: [src/]}"), `assignment.yaml:2:20: files.required "src/" ends with a slash; write "src/**" for everything below`},
		"a pattern that takes forever": {with(`files: {required: ["{a,b}{a,b}{a,b}{a,b}{a,b}"]}`), `assignment.yaml:2:20: files.required "{a,b}{a,b}{a,b}{a,b}{a,b}" is too involved; write at most 250 characters and 4 groups in braces`},
		"a pattern without quotes":     {with(`files: {forbidden: [*.class]}`), `assignment.yaml:2:21: aliases (*name) are not read here; a value that begins with * goes in quotes, as in "*.class"`},
		"required and forbidden":       {with("files: {required: [a.c], forbidden: [a.c]}"), `assignment.yaml:2:37: "a.c" is both required and forbidden; keep one`},
		"locked without a starter":     {with("files: {locked: [Makefile]}"), "assignment.yaml:2:9: files.locked are taken from starter/, and there is no starter; write starter: starter/"},
	})
}

func TestConflictingKeysAreRefused(t *testing.T) {
	t.Parallel()
	with := func(keys string) string {
		return "title: A1\nsolution: s/\ntests:\n- {name: a, run: ./a, " + keys + "}\n"
	}
	long := strings.Repeat("é", 101)
	refuse(t, map[string]refusal{
		"stdout and stdout_file":         {with("stdout: a, stdout_file: b"), "assignment.yaml:4:34: stdout and stdout_file both stand here; keep one"},
		"stdin and stdin_file":           {with("stdin: a, stdin_file: b"), "assignment.yaml:4:33: stdin and stdin_file both stand here; keep one"},
		"stdout with cases":              {with("stdout: a, cases: '*.in'"), "assignment.yaml:4:23: stdout cannot stand here: every case has its own; leave stdout out"},
		"stdin with cases":               {with("stdin_file: a, cases: '*.in'"), "assignment.yaml:4:23: stdin_file cannot stand here: every case has its own; leave stdin_file out"},
		"compare with a checker":         {with("cases: a, compare: exact, checker: [./c]"), "assignment.yaml:4:33: compare cannot stand here: the checker decides; leave compare out"},
		"a checker with a driver":        {with("checker: [c], driver: [d]"), "assignment.yaml:4:23: checker cannot stand here: the driver decides; leave checker out"},
		"stdin with a driver":            {with("stdin: a, driver: [d]"), "assignment.yaml:4:23: stdin cannot stand here: the driver writes the program's input and reads its output; write cases, whose files the driver gets as INPUT and ANSWER"},
		"flags with neither":             {with("stdout: a, flags: [b]"), "assignment.yaml:4:34: flags are further arguments of a checker or a driver, and this test has neither; leave flags out, or write them behind run"},
		"flags that are no list":         {with("checker: [./c], flags: -x"), `assignment.yaml:4:46: flags must be a list, as in [strict], not text ("-x")`},
		"cases with a report":            {with("cases: a, report: tap"), "assignment.yaml:4:23: cases cannot stand here: the report decides; leave cases out"},
		"exit with a report":             {with("exit: any, report: tap"), "assignment.yaml:4:23: exit cannot stand here: the report decides; leave exit out"},
		"penalty without sarif":          {with("report: junit, penalty: {points: 1, per: finding}"), "assignment.yaml:4:38: penalty needs report: sarif, whose findings it counts"},
		"sarif without penalty":          {with("report: sarif"), "assignment.yaml:4:23: report: sarif needs penalty; write penalty: {points: 0.5, per: finding, max: 5}"},
		"a penalty without its parts":    {with("report: sarif, penalty: {max: 0}"), "assignment.yaml:4:47: penalty needs points; write {points: 0.5, per: finding, max: 5}\nassignment.yaml:4:47: penalty needs per; write {points: 0.5, per: finding, max: 5}\nassignment.yaml:4:53: max must be more than 0"},
		"a report without solution":      {"title: A1\ntests:\n- {name: a, run: ./a, report: junit}\n", "assignment.yaml:3:23: report needs solution, whose cases every submission must have; write solution: solution/"},
		"an unknown report":              {with("report: junit5"), `assignment.yaml:4:31: report "junit5" is unknown; did you mean "junit"?`},
		"score without cases":            {with("stdout: a, score: all"), "assignment.yaml:4:34: score says how cases make the score, and there are no cases; leave it out"},
		"an unknown score":               {with("cases: a, score: average"), `assignment.yaml:4:40: score "average" is unknown; use sum, all, min, max, accepted`},
		"points of each without cases":   {with("stdout: a, points: {each: 1}"), "assignment.yaml:4:34: points: each needs cases; write a number"},
		"points of each for a report":    {with("report: tap, points: {each: 1}"), "assignment.yaml:4:36: points: each is for cases; for a report write {default: 1}"},
		"points by name without report":  {with("cases: a, points: {default: 1}"), "assignment.yaml:4:33: points by name are for a report; write a number, or {each: 1} for cases"},
		"points of each and by name":     {with("cases: a, points: {each: 1, b: 2}"), "assignment.yaml:4:33: points by name are for a report; write a number, or {each: 1} for cases\nassignment.yaml:4:41: points: each stands alone; write {each: 1}, or for a report {default: 1, \"Ring*\": 3}"},
		"empty points":                   {with("points: {}"), "assignment.yaml:4:31: points is empty; write 10, {each: 1} or {default: 1, \"Ring*\": 3}"},
		"compare with nothing":           {with("compare: tokens"), "assignment.yaml:4:23: compare needs something to compare with; write stdout, stdout_file or cases"},
		"regex and stdout":               {with("stdout: a, compare: {regex: a}"), "assignment.yaml:4:23: stdout cannot stand here: compare: regex says what the output must be; leave stdout out"},
		"a regex that is none":           {with("compare: {regex: 'a(b'}"), "assignment.yaml:4:40: regex \"a(b\" is no RE2 expression: error parsing regexp: missing closing ): `a(b`"},
		"float without an error":         {with("stdout: a, compare: float"), "assignment.yaml:4:43: compare: float needs the error that is allowed; write {float: 1e-6}"},
		"float with a word":              {with("stdout: a, compare: {float: near}"), `assignment.yaml:4:51: float must be a number of at least 0 such as 1e-6, not text ("near")`},
		"float of infinity":              {with("stdout: a, compare: {float: 1e999}"), `assignment.yaml:4:51: float must be a number of at least 0 such as 1e-6, not text ("1e999")`},
		"float with neither error":       {with("stdout: a, compare: {float: {}}"), "assignment.yaml:4:51: float lacks the error that is allowed; write {abs: 1e-9, rel: 1e-6}, or one of the two"},
		"float told only about case":     {with("stdout: a, compare: {float: {case: ignore}}"), "assignment.yaml:4:51: float lacks the error that is allowed; write {abs: 1e-9, rel: 1e-6}, or one of the two"},
		"two ways to compare":            {with("stdout: a, compare: {float: 1, regex: a}"), "assignment.yaml:4:43: compare names 2 ways; choose one of tokens, float, regex, search"},
		"an unknown way to compare":      {with("stdout: a, compare: token"), `assignment.yaml:4:43: compare "token" is unknown; did you mean "tokens"?`},
		"tokens told nonsense":           {with("stdout: a, compare: {tokens: {case: lower}}"), `assignment.yaml:4:59: case "lower" is unknown; use ignore`},
		"an exit status of 256":          {with("exit: 256"), `assignment.yaml:4:29: exit must be a whole number from 0 to 255, not a number ("256")`},
		"an exit status in words":        {with("exit: zero"), `assignment.yaml:4:29: exit must be a status from 0 to 255, or any, not text ("zero")`},
		"a slash in a name":              {"title: A1\ntests: [{name: a/b, run: c}]\n", `assignment.yaml:2:16: name "a/b" holds a slash, which divides a test from its cases; write another character`},
		"a name that is too long":        {"title: A1\ntests: [{name: " + long + ", run: c}]\n", "assignment.yaml:2:16: name is 101 characters long; 100 is the most"},
		"a name that ends with a blank":  {"title: A1\ntests: [{name: 'a ', run: c}]\n", `assignment.yaml:2:16: name "a " begins or ends with a blank; leave it out`},
		"two tests of one name":          {"title: A1\ntests:\n- {name: a, run: c}\n- {name: a, run: c}\n", `assignment.yaml:4:10: name "a" is taken by the test in line 3; write another`},
		"requires itself":                {with("requires: [a]"), `assignment.yaml:4:34: requires names this very test "a"; leave it out`},
		"requires nothing that is there": {with("requires: [b]"), `assignment.yaml:4:34: requires names "b", and there is no test before this one; leave it out`},
		"requires a later test":          {with("requires: [b]") + "- {name: b, run: ./b}\n", `assignment.yaml:4:34: requires names "b", which comes later; move that test before this one`},
		"requires a misspelt test":       {"title: A1\ntests:\n- {name: greets, run: c}\n- {name: b, run: c, requires: [greet]}\n", `assignment.yaml:4:32: requires names "greet", and there is no such test before this one; did you mean "greets"?`},
		"points of a test never shown":   {"title: A1\ntests:\n- {name: a, run: c, visible: never, points: 3}\n", "assignment.yaml:3:37: points cannot stand here: a test that is visible: never counts nowhere, not in the maximum either; leave it out, or leave visible out so that students see the test and it counts"},
		"a penalty never shown":          {"title: A1\ntests:\n- {name: a, run: c, visible: never, report: sarif, penalty: {points: 1, per: finding}}\n", "assignment.yaml:3:52: penalty cannot stand here: a test that is visible: never counts nowhere, not in the maximum either; leave it out, or leave visible out so that students see the test and it counts"},
		"requires a test never shown":    {"title: A1\ntests:\n- {name: a, run: c, visible: never}\n- {name: b, run: c, requires: [a]}\n", `assignment.yaml:4:32: requires names "a", which is visible: never and so decides nothing that counts; leave it out`},
		"gradescope without points":      {"title: A1\ntests: [{name: a, gradescope: ag}]\n", "assignment.yaml:2:9: gradescope needs points: what the autograder's tests are worth together, as in points: 20"},
		"gradescope with points by name": {"title: A1\ntests: [{name: a, gradescope: ag, points: {x: 1}}]\n", "assignment.yaml:2:35: gradescope needs points: what the autograder's tests are worth together, as in points: 20"},
		"gradescope and a command":       {"title: A1\ntests: [{name: a, gradescope: ag, points: 1, run: c, stdout: b}]\n", "assignment.yaml:2:46: run cannot stand here: the autograder's results.json decides; leave run out\nassignment.yaml:2:54: stdout cannot stand here: the autograder's results.json decides; leave stdout out"},
		"gradescope never shown":         {"title: A1\ntests: [{name: a, gradescope: ag, points: 1, visible: never}]\n", "assignment.yaml:2:35: points cannot stand here: a test that is visible: never counts nowhere, not in the maximum either; leave it out, or leave visible out so that students see the test and it counts"},
		"gradescope outside":             {"title: A1\ntests: [{name: a, gradescope: ../ag, points: 1}]\n", `assignment.yaml:2:31: gradescope "../ag" must be a directory below this repository such as starter/, without a leading /, ".." or "."`},
		"search without an expression":   {with("compare: search"), "assignment.yaml:4:23: compare needs something to compare with; write stdout, stdout_file or cases\nassignment.yaml:4:32: compare: search needs the expression; write {search: 'a+b'}"},
		"search of what is no RE2":       {with("compare: {search: '(?=a)'}"), "assignment.yaml:4:41: search \"(?=a)\" is no RE2 expression: error parsing regexp: invalid or unsupported Perl syntax: `(?=`"},
		"search beside an answer":        {with("stdout: a, compare: {search: a}"), "assignment.yaml:4:23: stdout cannot stand here: compare: search says what the output must be; leave stdout out"},
		"contains without an answer":     {with("compare: contains"), "assignment.yaml:4:23: compare needs something to compare with; write stdout, stdout_file or cases"},
		"stop without cases":             {with("stop: true"), `assignment.yaml:4:23: stop says that no case is run after one that failed, and there are no cases; leave it out`},
		"stop in a word":                 {with("stop: first"), `assignment.yaml:4:23: stop says that no case is run after one that failed, and there are no cases; leave it out` + "\n" + `assignment.yaml:4:29: stop must be true or false, not text ("first")`},
		"scale of nobody":                {with("scale: 20"), `assignment.yaml:4:23: scale is what a checker or a driver writes into score.txt for all points, and this test has neither; leave scale out`},
		"a scale of nothing":             {with("checker: ./c, scale: 0"), `assignment.yaml:4:44: scale must be more than 0`},
		"passes of nobody":               {with("passes: 2"), `assignment.yaml:4:23: passes bounds how often a checker or a driver has the program run, and this test has neither; leave passes out`},
		"passes without end":             {with("driver: ./d, passes: 101"), `assignment.yaml:4:44: passes must be a whole number from 1 to 100, not a number ("101")`},
		"a sample of nothing":            {"title: A1\nsamples: [{dir: s}]\n" + one, `assignment.yaml:2:11: a sample needs the score that it must get; write {dir: samples/off-by-one/, score: 14}`},
		"a sample of another outcome":    {"title: A1\nsamples: [{dir: s, outcome: [failed, wrong]}]\n" + one, `assignment.yaml:2:38: outcome "wrong" is unknown; use passed, partial, failed, time-limit, memory-limit, output-limit, disk-limit, crashed, missing, compile-error`},
		"a sample of half a range":       {"title: A1\nsamples: [{dir: s, score: {max: 3}}]\n" + one, `assignment.yaml:2:27: score lacks min; write a number, or {min: 10, max: 14}`},
		"a sample of a range turned":     {"title: A1\nsamples: [{dir: s, score: {min: 4, max: 3}}]\n" + one, `assignment.yaml:2:27: score: min 4 is more than max 3; exchange them`},
		"build of another word":          {"title: A1\nbuild: make\n" + one, `assignment.yaml:2:8: build must be auto or a list of steps such as [{run: "make"}], not text ("make")`},
		"a step without run":             {"title: A1\nbuild: [{name: a}]\n" + one, "assignment.yaml:2:9: a step of build needs run; write the command"},
		"env, which does not exist":      {with("env: {A: b}"), `assignment.yaml:4:23: unknown key "env" in a test; use name, run, compile, needs, stdin, stdin_file, stdout, stdout_file, cases, compare, checker, driver, flags, passes, scale, report, gradescope, setup, exit, points, score, stop, penalty, requires, visible, hint, time, wall, memory, processes, output, disk`},
	})
}

// refusal is an invalid source with the full text of its error.
type refusal struct{ source, want string }

func refuse(t *testing.T, cases map[string]refusal) {
	t.Helper()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			spec, err := assignment.Parse([]byte(c.source), context(t))
			if spec != nil || err == nil {
				t.Fatalf("read as %+v, %v", spec, err)
			}
			if diff := cmp.Diff(c.want, err.Error()); diff != "" {
				t.Errorf("words (-want +got):\n%s", diff)
			}
			var invalid *assignment.Invalid
			if !errors.As(err, &invalid) || schema.CodeOf(err) != schema.CodeInvalid || schema.MessageOf(err) != c.want {
				t.Errorf("error is %T with code %q", err, schema.CodeOf(err))
			}
		})
	}
}

// TestUnknownFlavours has flavours of a course that the server's configuration lacks. Each message
// says what to write, if possible, and whom to ask.
func TestUnknownFlavours(t *testing.T) {
	t.Parallel()
	const ask = "ask an operator to put it back, or to give the course another one (default in course.yaml, or grader admin course set CODE --flavour F)"
	only := func(names ...string) map[string]schema.Flavour {
		all := map[string]schema.Flavour{}
		for _, name := range names {
			all[name] = schema.Flavour{Memory: 1 << 30, Scratch: 1 << 30, Processes: 100}
		}
		return all
	}
	for name, c := range map[string]struct {
		line    string
		serves  map[string]schema.Flavour
		allowed string // in addition to standard, the course's own
		want    string
	}{
		"its own, and it may use no other": {"", only("large"), "", `assignment.yaml:1:1: the course's flavour "standard" is not in the server's configuration; ` + ask},
		"its own, and it may use another":  {"", only("large"), "large", `assignment.yaml:1:1: the course's flavour "standard" is not in the server's configuration; write flavour: large, or ` + ask},
		"its own, which the file names":    {"flavour: standard\n", only("large"), "large", `assignment.yaml:1:10: flavour "standard" is unknown; use large`},
		"all, and the file names another":  {"flavour: large\n", only("large"), "", `assignment.yaml:1:10: flavour "large" is not for this course; ask an operator to allow it`},
		"all, and the file names no other": {"flavour: standrad\n", only("large"), "", `assignment.yaml:1:10: flavour "standrad" is unknown; none of the flavours that this course may use is in the server's configuration; ask an operator`},
		"none":                             {"", only("standard"), "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := assignment.Parse([]byte(c.line+"title: A1\n"+one), assignment.Context{
				Flavours: c.serves, Flavour: "standard", Allows: func(f string) bool { return f == "standard" || f == c.allowed },
			})
			got := ""
			if err != nil {
				got = err.Error()
			}
			if got != c.want {
				t.Errorf("refused with %q\n  want %q", got, c.want)
			}
		})
	}
}
