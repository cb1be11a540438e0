package assignment_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/schema/assignment"
)

// judged returns an assignment with one test, whose checker or driver has these keys.
func judged(keys string) memory {
	return memory{
		"assignment.yaml": "title: A1\ntests: [{name: a, run: b, cases: io/*.in, " + keys + "}]\n",
		"io/1.in":         "", "io/1.out": "", "check.py": "", "checkers/check.py": "", "words.txt": "",
	}
}

func TestListsOfCheckersAreCommands(t *testing.T) {
	t.Parallel()
	for list, want := range map[string][]string{
		"[./check.py]":                                    {"./check.py"},
		"[checkers/check.py]":                             {"checkers/check.py"},
		"[python3, check.py]":                             {"python3", "check.py"},
		"[python3, ./check.py]":                           {"python3", "./check.py"},
		"[python3, $PREPARED/check.py]":                   {"python3", "$PREPARED/check.py"},
		"[python3, -u, check.py]":                         {"python3", "-u", "check.py"},
		"[java, -cp, $PREPARED, Check]":                   {"java", "-cp", "$PREPARED", "Check"},
		"[sh, -c, 'exec ./check.py \"$@\"', sh]":          {"sh", "-c", "exec ./check.py \"$@\"", "sh"},
		"[env, LANG=C, ./check.py]":                       {"env", "LANG=C", "./check.py"},
		"[$PREPARED/check]":                               {"$PREPARED/check"},
		"[icpc-default]":                                  {"icpc-default"},
		"[$PREPARED/check, -x], flags: []":                {"$PREPARED/check", "-x"},
		"[python3, check.py, strict], flags: [5, words]":  nil, // 5 is not text
		"[python3, check.py, strict], flags: [words.txt]": {"python3", "check.py", "strict"},
	} {
		for _, key := range []string{"checker", "driver"} {
			spec, err := assignment.Load(judged(key+": "+list), context(t))
			if want == nil {
				if err == nil {
					t.Errorf("%s: %s was read", key, list)
				}
				continue
			}
			if err != nil {
				t.Errorf("%s: %s: %v", key, list, err)
				continue
			}
			got := spec.Tests[0].Checker.Argv
			if key == "driver" {
				got = spec.Tests[0].Driver.Argv
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: %s (-want +got):\n%s", key, list, diff)
			}
		}
	}
}

func TestMissingProgramsAreRefused(t *testing.T) {
	t.Parallel()
	for keys, want := range map[string]string{
		"checker: [check.py]":                                            `checker "check.py" is a file of this repository, and a word without a slash is looked up on the PATH; write ./check.py`,
		"checker: [./absent]":                                            `checker "absent" is missing from this repository; add the file, or correct the path`,
		"checker: [python3, absent.py]":                                  `checker "absent.py" is missing from this repository; add the file, or correct the path`,
		"driver: [bash, drivers/absent]":                                 `driver "drivers/absent" is missing from this repository; add the file, or correct the path`,
		"needs: [words.txt], checker: [$PREPARED/c], flags: [words.txt]": `needs "words.txt" would show "words.txt" to the student's program, and that is a flag of a checker or driver; name other files`,
	} {
		_, err := assignment.Load(judged(keys), context(t))
		if err == nil || !strings.HasSuffix(err.Error(), ": "+want) {
			t.Errorf("{%s}:\n%v\nwant\n%s", keys, err, want)
		}
	}
}

func TestAmbiguousListsOfEarlierVersionsAreRefused(t *testing.T) {
	t.Parallel()
	advice := regexp.MustCompile(`to pass .* after them write ((?:checker|driver): \[.*\]) and (flags: \[.*\]), to pass .* before them add (flags: \[\])$`)
	for keys, want := range map[string]struct{ program, flags []string }{
		"checker: [$PREPARED/check, -x]":               {[]string{"$PREPARED/check"}, []string{"-x"}},
		"checker: [./check.py, 'a \"b\"', 5x]":         {[]string{"./check.py"}, []string{`a "b"`, "5x"}},
		"checker: [python3, check.py, strict]":         {[]string{"python3", "check.py"}, []string{"strict"}},
		"driver: [python3, checkers/check.py, '10']":   {[]string{"python3", "checkers/check.py"}, []string{"10"}},
		"driver: [$PREPARED/bank, --seed, '7', \"\"]":  {[]string{"$PREPARED/bank"}, []string{"--seed", "7", ""}},
		"checker: [icpc-default, float_tolerance, e6]": {[]string{"icpc-default"}, []string{"float_tolerance", "e6"}},
	} {
		_, err := assignment.Load(judged(keys), context(t))
		if err == nil {
			t.Errorf("{%s} was read", keys)
			continue
		}
		m := advice.FindStringSubmatch(err.Error())
		if m == nil {
			t.Errorf("{%s}: no advice in %v", keys, err)
			continue
		}
		all := append(append([]string{}, want.program...), want.flags...)
		followed(t, m[1]+", "+m[2], want.program, want.flags)
		followed(t, keys+", "+m[3], all, nil)
	}
}

// followed checks that the keys are parsed as this program and these flags.
func followed(t *testing.T, keys string, program, flags []string) {
	t.Helper()
	spec, err := assignment.Load(judged(keys), context(t))
	if err != nil {
		t.Errorf("{%s}: %v", keys, err)
		return
	}
	test := spec.Tests[0]
	if diff := cmp.Diff([][]string{program, flags}, [][]string{append(test.Checker.Argv, test.Driver.Argv...), test.Flags}); diff != "" {
		t.Errorf("{%s} (-want +got):\n%s", keys, diff)
	}
}
